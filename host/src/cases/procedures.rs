//! Procedures as tables: action × from → to × who × guards × effects. Data only: what the closed
//! enums mean is in `lifecycle`. `check` proves of each table that no case can get stuck in it.

mod application;
mod check;
mod incident;
mod mediation;
mod topic;
mod visit;

use super::model::{Action, Clock, CoState, Procedure, State, Who};

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
    /// Where it was before it followed another.
    Before,
    /// `Agreed`, and ended, once both parties have signed; until then no change.
    BothSign,
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
    /// Not by whoever refused it before.
    FreshEyes,
    /// A law, a rule or a duty item on which it rests.
    Basis,
    /// This window is still open.
    Running(Clock),
    /// Returned fewer than twice, and no ruling binds it.
    MayReturn,
    /// The unit that is proposed has agreed.
    Agreed,
    /// Another unit, not asked for a part yet.
    CoUnit,
    /// A part of the actor's unit in this state, or of the named unit for who is not of it.
    Part(&'static [CoState]),
    /// No required part is still to be done.
    PartsDone,
    /// A day not long ahead, and fewer than two suspensions before.
    Until,
    /// Somebody has asked that it may wait.
    SuspendAsked,
    /// What climbs is that it cannot be done.
    Unable,
    /// What climbs is that it is done.
    Able,
    /// Somebody else has approved it before.
    Approved,
    /// What a unit may do by itself, did by itself, and shows with a photo before and one after.
    Trivial,
    /// One of the sample that somebody looks at.
    Sampled,
    /// The letter that explains.
    Letter,
    /// Whoever rules may name any unit that may have it, the holder too.
    Ruling,
    /// A reporter, once; a supervisor, as often as needed.
    ReopenBound,
    /// The first appeal.
    FirstAppeal,
    /// Lives are at risk.
    Emergency,
    /// Somebody asks for an answer.
    Overseen,
    /// Another open case of the same procedure to follow.
    Primary,
    /// The coordinating body has confirmed, where there is one.
    Joint,
    /// What was asked for was refused.
    Refused,
}

/// What an action changes besides the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The first desk holds it.
    Receive,
    /// Class, urgency and lead are set.
    Classify,
    /// 上收: what is kept for a higher level is held there from now on.
    Lodge,
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
    /// The desk above the last overseer is told, and asks for an answer.
    Oversee,
    /// The clock that rang was missed; it rings no more until somebody has answered for it.
    Breach,
    /// The clock that rang has done its work.
    RunOut,
    /// Somebody has been given it; the desk still holds it.
    Appoint,
    /// The desk above holds it, where there is one; nobody has been given it any more.
    Lift,
    /// The actor has refused it.
    Decide,
    /// What was asked for is refused, or granted.
    Refuse(bool),
    /// It was appealed: everything that was decided is open again.
    Appealed,
    /// It was returned.
    Dispute,
    /// A ruling binds it.
    Bind,
    /// The target is proposed to take it.
    Propose,
    /// The proposed unit agreed.
    Agree,
    /// The target, or the unit that agreed, holds it instead of the holder.
    Redirect,
    /// The target is asked for a part.
    AskPart,
    /// The units that the duty list makes the lead wait for are asked.
    AskRequired,
    /// The part stands like this now.
    SetPart(CoState),
    /// What nobody has to wait for is not done.
    WaiveParts,
    /// Whether it is of the sample that somebody looks at.
    Sample,
    /// Somebody has looked.
    Spotted,
    /// The case that it followed is done: only the time in which to do it is still of interest.
    Followed,
    /// Until when it may wait; or not.
    AskSuspend(bool),
    /// It waits.
    Suspend,
    /// Somebody asks for an answer.
    Demand,
    /// That was answered; what is still late rings again.
    Release,
    /// What climbs is that it cannot be done.
    Unable,
    /// The actor approves the explanation.
    Approve,
    /// It is closed with an explanation.
    Explain,
    /// The same lead does it again; the first desk holds it.
    Reopen,
    /// Levels were skipped.
    Skip,
    /// It follows another.
    Merge,
    /// The actor's body coordinates it.
    Convene,
    /// That body has confirmed.
    ConfirmJoint,
    /// The actor's side has said yes.
    Sign,
    /// This clock runs from now, unless it runs already.
    Start(Clock),
    /// This clock has done its work.
    Stop(Clock),
    /// This clock stands still.
    Pause(Clock),
    /// This clock goes on.
    Resume(Clock),
    /// This clock is out of force, and keeps its due time: it is not reset when it comes back.
    Park(Clock),
    /// Every clock is out of force but for an answer that is asked for.
    ParkAll,
    /// What is out of force is in force again.
    Unpark,
    /// Nobody holds it any more; no clock runs but for windows.
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

/// Who may say something, and hand in files, besides those whom a procedure adds.
const PEOPLE: &[Who] = &[
    Who::Reporter,
    Who::GridWorker,
    Who::Dispatcher,
    Who::Sender,
    Who::Handler,
    Who::CoHandler,
    Who::Verifier,
    Who::Supervisor,
    Who::DutyKeeper,
    Who::Raiser,
    Who::Convener,
];

/// The line for remarks: they never touch a clock.
const fn comment(from: &'static [State], who: &'static [Who]) -> Rule {
    Rule {
        action: Action::Comment,
        from,
        to: To::Same,
        who,
        guards: &[Guard::Reason],
        effects: &[],
    }
}

/// The line for files.
const fn attach(from: &'static [State]) -> Rule {
    Rule {
        action: Action::Attach,
        from,
        to: To::Same,
        who: PEOPLE,
        guards: &[],
        effects: &[],
    }
}

/// The line for a deadline that has passed.
const fn escalate(from: &'static [State]) -> Rule {
    Rule {
        action: Action::Escalate,
        from,
        to: To::Same,
        who: &[Who::Timer],
        guards: &[],
        effects: &[Effect::Breach, Effect::Oversee],
    }
}

/// The line for a window that is over.
const fn expire(from: &'static [State]) -> Rule {
    Rule {
        action: Action::Expire,
        from,
        to: To::Same,
        who: &[Who::Timer],
        guards: &[],
        effects: &[Effect::RunOut],
    }
}

/// 督办 and its answer, in every state that is open.
const fn oversee(from: &'static [State]) -> Rule {
    Rule {
        action: Action::Oversee,
        from,
        to: To::Same,
        who: &[Who::Supervisor],
        guards: &[Guard::Reason],
        effects: &[Effect::Demand],
    }
}

const fn answer_oversight(from: &'static [State]) -> Rule {
    Rule {
        action: Action::AnswerOversight,
        from,
        to: To::Same,
        who: &[Who::Dispatcher, Who::Handler],
        guards: &[Guard::Reason, Guard::Overseen],
        effects: &[Effect::Stop(Clock::Oversight), Effect::Release],
    }
}

/// Parts of other units: asked, taken on or refused, done, waived.
const fn ask_part(from: &'static [State], to: To) -> Rule {
    Rule {
        action: Action::AskCo,
        from,
        to,
        who: &[Who::Handler, Who::Convener],
        guards: &[Guard::Reason, Guard::CoUnit],
        effects: &[Effect::AskPart],
    }
}

const fn accept_part(from: &'static [State]) -> Rule {
    Rule {
        action: Action::AcceptCo,
        from,
        to: To::Same,
        who: &[Who::CoHandler],
        guards: &[Guard::Part(&[CoState::Asked])],
        effects: &[Effect::SetPart(CoState::Accepted)],
    }
}

const fn refuse_part(from: &'static [State]) -> Rule {
    Rule {
        action: Action::RefuseCo,
        from,
        to: To::Same,
        who: &[Who::CoHandler],
        guards: &[Guard::Reason, Guard::Part(&[CoState::Asked])],
        effects: &[Effect::SetPart(CoState::Refused)],
    }
}

const fn finish_part(from: &'static [State]) -> Rule {
    Rule {
        action: Action::FinishCo,
        from,
        to: To::Same,
        who: &[Who::CoHandler],
        guards: &[Guard::Reason, Guard::Part(&[CoState::Accepted])],
        effects: &[Effect::SetPart(CoState::Done)],
    }
}

const fn waive_part(from: &'static [State]) -> Rule {
    Rule {
        action: Action::WaiveCo,
        from,
        to: To::Same,
        who: &[Who::Supervisor, Who::Convener],
        guards: &[
            Guard::Reason,
            Guard::Part(&[CoState::Asked, CoState::Accepted, CoState::Refused]),
        ],
        effects: &[Effect::SetPart(CoState::Waived)],
    }
}

impl Procedure {
    /// Its table.
    pub const fn rules(self) -> &'static [Rule] {
        match self {
            Self::Incident => incident::INCIDENT,
            Self::Visit => visit::VISIT,
            Self::Application => application::APPLICATION,
            Self::Topic => topic::TOPIC,
            Self::Mediation => mediation::MEDIATION,
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
            Self::Application => Action::Apply,
            Self::Topic => Action::Suggest,
            Self::Mediation => Action::AskMediation,
        }
    }
}

/// What the host does when a clock has run out, in `state`.
pub const fn rings(clock: Clock, state: State) -> Action {
    match clock {
        Clock::Supply | Clock::Rate => Action::Lapse,
        // Nobody is made to talk: a mediation that was not agreed to ends.
        Clock::Consent => Action::Lapse,
        Clock::Perform => Action::Miss,
        // Its day has come.
        Clock::Suspend if matches!(state, State::Suspended) => Action::Resume,
        Clock::Return | Clock::Reopen | Clock::Appeal => Action::Expire,
        Clock::Suspend
        | Clock::Triage
        | Clock::Dispatch
        | Clock::Accept
        | Clock::Resolve
        | Clock::Confirm
        | Clock::Assign
        | Clock::Review
        | Clock::Rule
        | Clock::CoTask
        | Clock::Oversight
        | Clock::Follow
        | Clock::Deliver
        | Clock::Answer => Action::Escalate,
    }
}
