//! Procedures as tables: action × from → to × who × guards × effects. Data only: what the closed
//! enums mean is in `lifecycle`. `check` proves of each table that no case can get stuck in it.

mod check;
mod visit;

use super::model::{Action, Clock, Procedure, State, Who};

pub use check::check;

/// Where an action leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// The state does not change.
    Same,
    /// To this state.
    State(State),
    /// Up the trail: `Feedback` while hops are left, `Verifying` after the last.
    Climb,
}

/// What must hold before an action is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// A class of the duty list, and through it a lead unit.
    Class,
    /// Words that say why.
    Reason,
    /// At least as many files as the duty item asks for.
    Evidence,
    /// The reporter has been asked fewer than three times.
    AskedBound,
    /// The item is one that the unit may do by itself.
    Basic,
    /// The target is on the adjacent level or the same, and no 上收 item falls too low.
    Target,
    /// There is a desk above.
    Above,
    /// No lives are at risk.
    NoDanger,
    /// Three answers.
    Rating,
    /// Somebody whose post covers the place, in a unit that is high enough.
    Appointee,
    /// Not by whoever did the work.
    Another,
}

/// What an action changes besides the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The first desk holds it.
    Receive,
    /// Class, urgency and lead are set.
    Classify,
    /// The holder joins the trail, and the target holds it.
    Push,
    /// The desk above holds it; hops at or below its level leave the trail.
    Rise,
    /// The actor's unit works on it.
    TakeOn,
    /// The reporter has been asked once more.
    Asked,
    /// The next hop of the trail holds it.
    ClimbTrail,
    /// The worker holds it again.
    Return,
    /// The rating is kept.
    Rate,
    /// The desk above the last overseer is told.
    Oversee,
    /// Somebody has been given it; the desk still holds it.
    Appoint,
    /// The desk above holds it, where there is one; nobody has been given it any more.
    Lift,
    /// This clock runs from now, unless it runs already.
    Start(Clock),
    /// This clock has done its work.
    Stop(Clock),
    /// This clock stands still.
    Pause(Clock),
    /// This clock goes on.
    Resume(Clock),
    /// Nobody holds it any more; no clock runs.
    End,
}

/// One line of a procedure.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// What is done.
    pub action: Action,
    /// In which states; empty: there is no case yet.
    pub from: &'static [State],
    /// Where it leads.
    pub to: To,
    /// By whom.
    pub who: &'static [Who],
    /// Under which conditions.
    pub guards: &'static [Guard],
    /// With which effects, in order.
    pub effects: &'static [Effect],
}

const OPEN: &[State] = &[
    State::Submitted,
    State::NeedInfo,
    State::Filed,
    State::Dispatched,
    State::InProgress,
    State::Feedback,
    State::Verifying,
    State::Resolved,
];

/// 事件: something is wrong at a place. Source: the two-level course of dispatch of the city's
/// grid management (GB/T 30428 series), as this project's design words it.
pub const INCIDENT: &[Rule] = {
    use Action as A;
    use Clock as C;
    use Effect as E;
    use Guard as G;
    use State as S;
    use Who as W;
    &[
        Rule {
            action: A::Submit,
            from: &[],
            to: To::State(S::Submitted),
            who: &[W::Anyone, W::Plugin],
            guards: &[],
            effects: &[E::Receive, E::Start(C::Triage)],
        },
        Rule {
            action: A::AskInfo,
            from: &[S::Submitted],
            to: To::State(S::NeedInfo),
            who: &[W::Dispatcher],
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
            who: &[W::Dispatcher],
            guards: &[G::Reason],
            effects: &[E::End],
        },
        Rule {
            action: A::File,
            from: &[S::Submitted],
            to: To::State(S::Filed),
            who: &[W::Dispatcher],
            guards: &[G::Class],
            effects: &[
                E::Classify,
                E::Stop(C::Triage),
                E::Start(C::Dispatch),
                E::Start(C::Resolve),
            ],
        },
        Rule {
            action: A::SelfHandle,
            from: &[S::Submitted],
            to: To::State(S::InProgress),
            who: &[W::Dispatcher, W::GridWorker],
            guards: &[G::Class, G::Basic],
            effects: &[
                E::Classify,
                E::TakeOn,
                E::Stop(C::Triage),
                E::Start(C::Resolve),
            ],
        },
        Rule {
            action: A::Dispatch,
            from: &[S::Filed],
            to: To::State(S::Dispatched),
            who: &[W::Dispatcher],
            guards: &[G::Target],
            effects: &[E::Push, E::Stop(C::Dispatch), E::Start(C::Accept)],
        },
        Rule {
            action: A::Relay,
            from: &[S::Dispatched],
            to: To::State(S::Dispatched),
            who: &[W::Dispatcher],
            guards: &[G::Target],
            effects: &[E::Push, E::Stop(C::Accept), E::Start(C::Accept)],
        },
        Rule {
            action: A::Raise,
            from: &[S::Dispatched, S::InProgress],
            to: To::State(S::Filed),
            who: &[W::GridWorker, W::Dispatcher, W::Handler],
            guards: &[G::Reason, G::Above],
            effects: &[E::Rise, E::Stop(C::Accept), E::Start(C::Dispatch)],
        },
        Rule {
            action: A::Accept,
            from: &[S::Dispatched],
            to: To::State(S::InProgress),
            who: &[W::Handler],
            guards: &[],
            effects: &[E::TakeOn, E::Stop(C::Accept)],
        },
        Rule {
            action: A::ReportDone,
            from: &[S::InProgress],
            to: To::Climb,
            who: &[W::Handler],
            guards: &[G::Reason, G::Evidence],
            effects: &[E::ClimbTrail, E::Start(C::Confirm)],
        },
        Rule {
            action: A::ConfirmUp,
            from: &[S::Feedback],
            to: To::Climb,
            who: &[W::Dispatcher],
            guards: &[],
            effects: &[E::ClimbTrail, E::Stop(C::Confirm), E::Start(C::Confirm)],
        },
        Rule {
            action: A::Rework,
            from: &[S::Feedback],
            to: To::State(S::InProgress),
            who: &[W::Dispatcher],
            guards: &[G::Reason],
            effects: &[E::Return, E::Stop(C::Confirm)],
        },
        Rule {
            action: A::VerifyPass,
            from: &[S::Verifying],
            to: To::State(S::Resolved),
            who: &[W::Verifier],
            guards: &[],
            effects: &[E::Stop(C::Confirm), E::Stop(C::Resolve), E::Start(C::Rate)],
        },
        Rule {
            action: A::VerifyFail,
            from: &[S::Verifying],
            to: To::State(S::InProgress),
            who: &[W::Verifier],
            guards: &[G::Reason],
            effects: &[E::Return, E::Stop(C::Confirm), E::Oversee],
        },
        Rule {
            action: A::Rate,
            from: &[S::Resolved],
            to: To::State(S::Closed),
            who: &[W::Reporter],
            guards: &[G::Rating],
            effects: &[E::Rate, E::End],
        },
        Rule {
            action: A::Lapse,
            from: &[S::NeedInfo, S::Resolved],
            to: To::State(S::Closed),
            who: &[W::Timer],
            guards: &[],
            effects: &[E::End],
        },
        Rule {
            action: A::Withdraw,
            from: &[
                S::Submitted,
                S::NeedInfo,
                S::Filed,
                S::Dispatched,
                S::InProgress,
                S::Feedback,
                S::Verifying,
            ],
            to: To::State(S::Closed),
            who: &[W::Reporter],
            guards: &[G::NoDanger],
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
        Rule {
            action: A::Escalate,
            from: &[
                S::Submitted,
                S::Filed,
                S::Dispatched,
                S::InProgress,
                S::Feedback,
                S::Verifying,
            ],
            to: To::Same,
            who: &[W::Timer],
            guards: &[],
            effects: &[E::Oversee],
        },
    ]
};

impl Procedure {
    /// Its table.
    pub const fn rules(self) -> &'static [Rule] {
        match self {
            Self::Incident => INCIDENT,
            Self::Visit => visit::VISIT,
        }
    }

    /// The line for an action in a state; none: it cannot be done there.
    pub fn rule(self, action: Action, state: State) -> Option<&'static Rule> {
        let mut rules = self.rules().iter();
        rules.find(|rule| rule.action == action && rule.from.contains(&state))
    }

    /// The line that opens a case, and the procedure that it opens; an action opens one at most.
    pub fn opening(action: Action) -> Option<(Self, &'static Rule)> {
        let opens = |it: Self| {
            let mut rules = it.rules().iter();
            let rule = rules.find(|rule| rule.action == action && rule.from.is_empty());
            Some((it, rule?))
        };
        Self::ALL.iter().copied().find_map(opens)
    }

    /// The action that opens a case of it.
    pub const fn opener(self) -> Action {
        match self {
            Self::Incident => Action::Submit,
            Self::Visit => Action::Plan,
        }
    }
}

/// What the host does when a clock has run out.
pub const fn rings(clock: Clock) -> Action {
    match clock {
        Clock::Supply | Clock::Rate => Action::Lapse,
        Clock::Perform => Action::Miss,
        Clock::Triage
        | Clock::Dispatch
        | Clock::Accept
        | Clock::Resolve
        | Clock::Confirm
        | Clock::Assign
        | Clock::Review => Action::Escalate,
    }
}
