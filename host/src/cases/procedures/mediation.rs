//! 调解: a dispute between people. Data only. Confidential to the two parties and the mediator.

use super::{Effect, Guard, Rule, To, answer_oversight, comment, escalate, oversee};
use crate::cases::model::{Action, Clock, State, Who};

const OPEN: &[State] = &[
    State::Submitted,
    State::Accepted,
    State::InMediation,
    State::Failed,
];

const INSIDE: &[Who] = &[Who::Reporter, Who::Party, Who::Dispatcher, Who::Handler];

/// The table. Nobody is made to talk (《中华人民共和国人民调解法》 art. 3): the other party agrees, or it
/// lapses; either may leave at any time (art. 26); what both sign binds both (art. 31).
pub const MEDIATION: &[Rule] = {
    use Action as A;
    use Clock as C;
    use Effect as E;
    use Guard as G;
    use State as S;
    use Who as W;
    &[
        Rule {
            action: A::AskMediation,
            from: &[],
            to: To::State(S::Submitted),
            who: &[W::Anyone],
            guards: &[],
            effects: &[E::Receive, E::Start(C::Consent)],
        },
        Rule {
            action: A::Consent,
            from: &[S::Submitted],
            to: To::State(S::Accepted),
            // A desk notes how a party without the app has agreed.
            who: &[W::Party, W::Dispatcher],
            guards: &[G::Reason],
            effects: &[E::Stop(C::Consent), E::Start(C::Accept)],
        },
        Rule {
            action: A::Mediate,
            from: &[S::Accepted],
            to: To::State(S::InMediation),
            who: &[W::Dispatcher, W::Handler],
            guards: &[],
            effects: &[E::TakeOn, E::Stop(C::Accept), E::Start(C::Resolve)],
        },
        Rule {
            action: A::Sign,
            from: &[S::InMediation],
            to: To::BothSign,
            who: &[W::Reporter, W::Party],
            guards: &[],
            effects: &[E::Sign],
        },
        Rule {
            action: A::Fail,
            from: &[S::InMediation],
            to: To::State(S::Failed),
            who: &[W::Handler],
            guards: &[G::Reason],
            effects: &[E::Stop(C::Resolve), E::Start(C::Dispatch)],
        },
        Rule {
            action: A::Raise,
            from: &[S::Failed],
            to: To::State(S::Accepted),
            who: &[W::Dispatcher, W::Handler],
            guards: &[G::Reason, G::Above],
            effects: &[E::Rise, E::Stop(C::Dispatch), E::Start(C::Accept)],
        },
        Rule {
            action: A::Refer,
            from: &[S::Failed],
            to: To::State(S::Closed),
            who: &[W::Dispatcher, W::Handler],
            guards: &[G::Reason],
            effects: &[E::End],
        },
        Rule {
            action: A::Lapse,
            from: &[S::Submitted],
            to: To::State(S::Closed),
            who: &[W::Timer],
            guards: &[],
            effects: &[E::End],
        },
        Rule {
            action: A::Withdraw,
            from: OPEN,
            to: To::State(S::Closed),
            who: &[W::Reporter, W::Party],
            guards: &[],
            effects: &[E::End],
        },
        oversee(OPEN),
        answer_oversight(OPEN),
        comment(OPEN, INSIDE),
        escalate(OPEN),
    ]
};
