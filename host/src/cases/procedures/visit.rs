//! 走访/巡查: planned work of a grid worker. Data only. A visit that nobody makes in time goes to
//! the desk above by itself, whether or not anybody had been given it.

use super::{Effect, Guard, Rule, To, answer_oversight, escalate, oversee};
use crate::cases::model::{Action, Clock, State, Who};

const OPEN: &[State] = &[State::Planned, State::Assigned, State::Done, State::Missed];

/// The table. Its clocks take their limits from the duty item: to give it to somebody, the limit
/// to accept; to make it, the limit to resolve.
pub const VISIT: &[Rule] = {
    use Action as A;
    use Clock as C;
    use Effect as E;
    use Guard as G;
    use State as S;
    use Who as W;
    &[
        Rule {
            action: A::Plan,
            from: &[],
            to: To::State(S::Planned),
            who: &[W::GridWorker, W::Dispatcher, W::Supervisor, W::Plugin],
            guards: &[G::Class],
            effects: &[
                E::Receive,
                E::Classify,
                E::Start(C::Assign),
                E::Start(C::Perform),
            ],
        },
        Rule {
            action: A::Assign,
            from: &[S::Planned, S::Missed],
            to: To::State(S::Assigned),
            who: &[W::Dispatcher],
            guards: &[G::Appointee],
            // A missed visit gets a new time: the old one has run out and is on record.
            effects: &[
                E::Appoint,
                E::Stop(C::Assign),
                E::Stop(C::Review),
                E::Start(C::Perform),
            ],
        },
        Rule {
            action: A::Accept,
            from: &[S::Planned],
            to: To::State(S::Assigned),
            who: &[W::GridWorker],
            guards: &[],
            effects: &[E::TakeOn, E::Stop(C::Assign)],
        },
        Rule {
            action: A::Reassign,
            from: &[S::Assigned],
            to: To::State(S::Assigned),
            who: &[W::Dispatcher],
            guards: &[G::Reason, G::Appointee],
            effects: &[E::Appoint],
        },
        Rule {
            action: A::Perform,
            from: &[S::Assigned],
            to: To::State(S::Done),
            who: &[W::Handler],
            guards: &[G::Reason, G::Evidence],
            effects: &[E::Stop(C::Perform), E::Start(C::Review)],
        },
        Rule {
            action: A::NotMet,
            from: &[S::Assigned],
            to: To::State(S::Done),
            who: &[W::Handler],
            guards: &[G::Reason],
            effects: &[E::Stop(C::Perform), E::Start(C::Review)],
        },
        Rule {
            action: A::Find,
            from: &[S::Assigned, S::Done],
            to: To::Same,
            who: &[W::Handler],
            guards: &[G::Reason],
            effects: &[],
        },
        Rule {
            action: A::Miss,
            from: &[S::Planned, S::Assigned],
            to: To::State(S::Missed),
            who: &[W::Timer],
            guards: &[],
            effects: &[
                E::Oversee,
                E::Lift,
                E::Stop(C::Assign),
                E::Stop(C::Perform),
                E::Start(C::Review),
            ],
        },
        Rule {
            action: A::Review,
            from: &[S::Done],
            to: To::State(S::Reviewed),
            who: &[W::Dispatcher, W::Supervisor],
            guards: &[G::Another],
            effects: &[E::End],
        },
        Rule {
            action: A::Review,
            from: &[S::Missed],
            to: To::State(S::Reviewed),
            who: &[W::Dispatcher, W::Supervisor],
            guards: &[G::Reason],
            effects: &[E::End],
        },
        Rule {
            action: A::Cancel,
            from: &[S::Planned, S::Assigned],
            to: To::State(S::Closed),
            who: &[W::Reporter, W::Dispatcher, W::Supervisor],
            guards: &[G::Reason],
            effects: &[E::End],
        },
        Rule {
            action: A::Comment,
            from: OPEN,
            to: To::Same,
            who: &[
                W::Reporter,
                W::GridWorker,
                W::Dispatcher,
                W::Handler,
                W::Verifier,
                W::Supervisor,
                W::Plugin,
            ],
            guards: &[G::Reason],
            effects: &[],
        },
        Rule {
            action: A::Attach,
            from: OPEN,
            to: To::Same,
            who: &[
                W::Reporter,
                W::GridWorker,
                W::Dispatcher,
                W::Handler,
                W::Verifier,
                W::Supervisor,
            ],
            guards: &[],
            effects: &[],
        },
        oversee(OPEN),
        answer_oversight(OPEN),
        escalate(OPEN),
    ]
};
