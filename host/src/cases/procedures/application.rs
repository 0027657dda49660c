//! 办件: a resident or legal entity asks for a service or a permit. Data only. The department that
//! answers for the class holds it from the beginning; each part of another department is a co-task.

use super::{
    Effect, Guard, PEOPLE, Rule, To, accept_part, answer_oversight, ask_part, attach, comment,
    escalate, expire, finish_part, oversee, refuse_part, waive_part,
};
use crate::cases::model::{Action, Clock, State, Who};

const OPEN: &[State] = &[
    State::Submitted,
    State::NeedInfo,
    State::Accepted,
    State::InReview,
    State::Decided,
];

const SPOKEN: &[State] = &[
    State::Submitted,
    State::NeedInfo,
    State::Accepted,
    State::InReview,
    State::Decided,
    State::Delivered,
];

/// While it is weighed.
const WEIGHED: &[State] = &[State::Accepted, State::InReview];

/// The table. The course of an administrative licence, in outline: accept or say what is missing
/// (《中华人民共和国行政许可法》 arts. 32 and 33), decide within a limit, refuse with reason and legal
/// basis and say where to appeal (art. 38), hand over (art. 44).
pub const APPLICATION: &[Rule] = {
    use Action as A;
    use Clock as C;
    use Effect as E;
    use Guard as G;
    use State as S;
    use Who as W;
    &[
        Rule {
            action: A::Apply,
            from: &[],
            to: To::State(S::Submitted),
            who: &[W::Anyone, W::Plugin],
            guards: &[G::Class],
            effects: &[E::Receive, E::Classify, E::Start(C::Triage)],
        },
        Rule {
            action: A::AskInfo,
            from: &[S::Submitted],
            to: To::State(S::NeedInfo),
            who: &[W::Dispatcher, W::Handler],
            guards: &[G::Reason, G::AskedBound],
            effects: &[E::Asked, E::Pause(C::Triage), E::Start(C::Supply)],
        },
        Rule {
            action: A::Supply,
            from: &[S::NeedInfo],
            to: To::State(S::Submitted),
            who: &[W::Reporter],
            guards: &[G::Reason],
            effects: &[E::Stop(C::Supply), E::Resume(C::Triage)],
        },
        Rule {
            action: A::Decline,
            from: &[S::Submitted],
            to: To::State(S::Declined),
            who: &[W::Dispatcher, W::Handler],
            guards: &[G::Reason, G::Basis, G::FreshEyes],
            effects: &[E::Decide, E::End, E::Start(C::Appeal)],
        },
        Rule {
            action: A::Accept,
            from: &[S::Submitted],
            to: To::State(S::Accepted),
            who: &[W::Dispatcher, W::Handler],
            guards: &[G::FreshEyes],
            effects: &[
                E::TakeOn,
                E::AskRequired,
                E::Stop(C::Triage),
                E::Start(C::Resolve),
            ],
        },
        ask_part(WEIGHED, To::State(S::InReview)),
        accept_part(WEIGHED),
        refuse_part(WEIGHED),
        finish_part(WEIGHED),
        waive_part(WEIGHED),
        Rule {
            action: A::Approve,
            from: WEIGHED,
            to: To::State(S::Decided),
            who: &[W::Handler],
            guards: &[G::Reason, G::PartsDone, G::FreshEyes],
            effects: &[
                E::Refuse(false),
                E::WaiveParts,
                E::Stop(C::Resolve),
                E::Start(C::Deliver),
            ],
        },
        Rule {
            action: A::Refuse,
            from: WEIGHED,
            to: To::State(S::Decided),
            who: &[W::Handler],
            guards: &[G::Reason, G::Basis, G::FreshEyes],
            effects: &[
                E::Refuse(true),
                E::Decide,
                E::WaiveParts,
                E::Stop(C::Resolve),
                E::Start(C::Deliver),
            ],
        },
        Rule {
            action: A::Deliver,
            from: &[S::Decided],
            to: To::State(S::Delivered),
            who: &[W::Dispatcher, W::Handler],
            guards: &[],
            effects: &[
                E::Stop(C::Deliver),
                E::Stop(C::Oversight),
                E::Release,
                E::Start(C::Rate),
                E::Start(C::Appeal),
            ],
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
            action: A::Appeal,
            from: &[S::Delivered, S::Closed],
            to: To::State(S::Submitted),
            who: &[W::Reporter],
            guards: &[G::Reason, G::Refused, G::FirstAppeal, G::Running(C::Appeal)],
            effects: &[
                E::Appealed,
                E::Stop(C::Rate),
                E::Stop(C::Appeal),
                E::Start(C::Triage),
            ],
        },
        Rule {
            action: A::Rate,
            from: &[S::Delivered],
            to: To::State(S::Closed),
            who: &[W::Reporter],
            guards: &[G::Rating],
            effects: &[E::Rate, E::End],
        },
        Rule {
            action: A::Lapse,
            from: &[S::NeedInfo, S::Delivered],
            to: To::State(S::Closed),
            who: &[W::Timer],
            guards: &[],
            effects: &[E::End],
        },
        Rule {
            action: A::Withdraw,
            from: &[S::Submitted, S::NeedInfo, S::Accepted, S::InReview],
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
        expire(&[S::Delivered, S::Closed, S::Declined]),
    ]
};
