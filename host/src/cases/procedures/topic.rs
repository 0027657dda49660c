//! 建议: a resident's proposal or question that need not fit any duty item. Data only.

use super::{
    Effect, Guard, PEOPLE, Rule, To, answer_oversight, attach, comment, escalate, expire, oversee,
};
use crate::cases::model::{Action, Clock, State, Who};

const OPEN: &[State] = &[State::Submitted, State::Published];

const SPOKEN: &[State] = &[State::Submitted, State::Published, State::Answered];

/// The table. Others endorse a published topic beside the engine: an endorsement changes no state.
pub const TOPIC: &[Rule] = {
    use Action as A;
    use Clock as C;
    use Effect as E;
    use Guard as G;
    use State as S;
    use Who as W;
    &[
        Rule {
            action: A::Suggest,
            from: &[],
            to: To::State(S::Submitted),
            who: &[W::Anyone, W::Plugin],
            guards: &[],
            effects: &[E::Receive, E::Start(C::Triage)],
        },
        Rule {
            action: A::Decline,
            from: &[S::Submitted],
            to: To::State(S::Declined),
            who: &[W::Dispatcher],
            guards: &[G::Reason, G::FreshEyes],
            effects: &[E::Decide, E::End, E::Start(C::Appeal)],
        },
        Rule {
            action: A::Appeal,
            from: &[S::Declined],
            to: To::State(S::Submitted),
            who: &[W::Reporter],
            guards: &[G::Reason, G::FirstAppeal, G::Running(C::Appeal)],
            effects: &[E::Appealed, E::Stop(C::Appeal), E::Start(C::Triage)],
        },
        Rule {
            action: A::Publish,
            from: &[S::Submitted],
            to: To::State(S::Published),
            who: &[W::Dispatcher],
            guards: &[G::FreshEyes],
            effects: &[E::Stop(C::Triage), E::Start(C::Answer)],
        },
        Rule {
            action: A::Answer,
            from: &[S::Published],
            to: To::State(S::Answered),
            who: &[W::Dispatcher],
            guards: &[G::Reason],
            effects: &[
                E::Stop(C::Answer),
                E::Stop(C::Oversight),
                E::Release,
                E::Start(C::Rate),
            ],
        },
        Rule {
            action: A::Adopt,
            from: &[S::Published],
            to: To::State(S::Adopted),
            who: &[W::Dispatcher],
            guards: &[G::Reason],
            effects: &[E::End],
        },
        Rule {
            action: A::Rate,
            from: &[S::Answered],
            to: To::State(S::Closed),
            who: &[W::Reporter],
            guards: &[G::Rating],
            effects: &[E::Rate, E::End],
        },
        Rule {
            action: A::Lapse,
            from: &[S::Answered],
            to: To::State(S::Closed),
            who: &[W::Timer],
            guards: &[],
            effects: &[E::End],
        },
        Rule {
            action: A::Withdraw,
            from: OPEN,
            to: To::State(S::Closed),
            who: &[W::Reporter],
            guards: &[],
            effects: &[E::End],
        },
        oversee(OPEN),
        answer_oversight(OPEN),
        comment(SPOKEN, PEOPLE),
        attach(SPOKEN),
        escalate(OPEN),
        expire(&[S::Declined]),
    ]
};
