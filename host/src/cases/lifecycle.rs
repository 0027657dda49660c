//! The engine: one pure function that takes a case from one version to the next, by the tables of
//! `procedures`. No IO and no clock: `now` and every due time come in with the input, so that a
//! log of inputs, replayed, gives the row. What the guards ask is in `guards`, what the effects do in
//! `effects`.

mod effects;
mod guards;

use serde::{Deserialize, Serialize};

use super::model::{
    Action, Clock, Course, Deadline, Hop, Procedure, Rating, Signed, State, Urgency, Who,
};
use effects::Draft;

use crate::time::Timestamp;
pub(crate) use guards::stands;

/// How often a reporter may be asked.
pub const MOST_QUESTIONS: u32 = 3;
/// How often a unit may return what it was sent; then a ruling binds.
pub const MOST_RETURNS: u32 = 2;
/// How often a case may be suspended.
pub const MOST_SUSPENSIONS: u32 = 2;
/// How long one suspension may be, in seconds.
pub const LONGEST_SUSPENSION: i64 = 90 * 24 * 3600;

/// What the duty list says about a class, as far as the engine needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// The class.
    pub class: String,
    /// By which table its cases move.
    #[serde(default)]
    pub procedure: Procedure,
    /// The unit that answers for it here.
    pub lead: Option<String>,
    /// 上收: never held below this level.
    pub lowest: crate::identity::Level,
    /// Whether a community may do it by itself.
    pub basic: bool,
    /// How many photos prove that it is done.
    pub evidence: u32,
}

/// Somebody a visit is given to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointee {
    /// Their account.
    pub account: String,
    /// The unit of the post that covers the place.
    pub unit: Hop,
}

/// When each clock would run out if it were started now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dues {
    /// Submitted to filed.
    pub triage: Timestamp,
    /// Asked to answered.
    pub supply: Timestamp,
    /// Filed to sent on.
    pub dispatch: Timestamp,
    /// Sent to taken on; a visit: planned to given to somebody.
    pub accept: Timestamp,
    /// Filed to resolved; a visit: planned to made.
    pub resolve: Timestamp,
    /// Each confirmation; a visit: made or missed to looked at.
    pub confirm: Timestamp,
    /// Resolved to rated.
    pub rate: Timestamp,
    /// From one escalation to the next; also to answer who oversees.
    pub again: Timestamp,
    /// Sent to the last moment at which it may be returned.
    #[serde(default)]
    pub return_by: Timestamp,
    /// Returned to ruled.
    #[serde(default)]
    pub rule: Timestamp,
    /// A part: asked to done.
    #[serde(default)]
    pub co_task: Timestamp,
    /// Resolved to the last moment at which it may be taken up again.
    #[serde(default)]
    pub reopen: Timestamp,
    /// Refused to the last moment for an appeal.
    #[serde(default)]
    pub appeal: Timestamp,
    /// How long a case may follow another before somebody looks.
    #[serde(default)]
    pub follow: Timestamp,
    /// Decided to handed over.
    #[serde(default)]
    pub deliver: Timestamp,
    /// Published to answered.
    #[serde(default)]
    pub answer: Timestamp,
    /// Asked to consented, by both parties.
    #[serde(default)]
    pub consent: Timestamp,
}

impl Dues {
    const fn of(&self, clock: Clock) -> Timestamp {
        match clock {
            Clock::Triage => self.triage,
            Clock::Supply => self.supply,
            Clock::Dispatch => self.dispatch,
            Clock::Accept | Clock::Assign => self.accept,
            Clock::Resolve | Clock::Perform => self.resolve,
            Clock::Confirm | Clock::Review => self.confirm,
            Clock::Rate => self.rate,
            Clock::Return => self.return_by,
            Clock::Rule => self.rule,
            Clock::CoTask => self.co_task,
            Clock::Reopen => self.reopen,
            Clock::Appeal => self.appeal,
            Clock::Follow => self.follow,
            Clock::Deliver => self.deliver,
            Clock::Answer => self.answer,
            Clock::Consent => self.consent,
            Clock::Oversight | Clock::Suspend => self.again,
        }
    }
}

/// What somebody does to a case, with everything the rules ask about. Holds no personal value: it
/// is kept in the event log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// What.
    pub action: Action,
    /// Who the actor is to this case.
    pub who: Vec<Who>,
    /// The actor's account.
    pub actor: Option<String>,
    /// The unit of the post acted from.
    pub unit: Option<Hop>,
    /// Where to: the first desk, the unit it is sent to, the desk above.
    pub target: Option<Hop>,
    /// Whom a visit is given to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointee: Option<Appointee>,
    /// The incident that was found, or the visit that it was found on; the case that it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The duty item of the class, chosen or kept.
    pub duty: Option<Duty>,
    /// How soon, as chosen.
    pub urgency: Option<Urgency>,
    /// Whether the reporter says that lives are at risk.
    pub danger: bool,
    /// Whether words were given.
    pub reason: bool,
    /// How many files were given.
    pub files: u32,
    /// The three answers.
    pub rating: Option<Rating>,
    /// The clock that ran out, for what the timer does.
    pub clock: Option<Clock>,
    /// The unit whose part it was, of a co-task's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// Until when it may wait, or by when to answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Whether a law, a rule or a duty item was named.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub basis: bool,
    /// Whether the lead must wait for the part that is asked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// The units that the duty list makes the lead wait for, of whoever takes it on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Hop>,
    /// Whether it is of the sample that somebody looks at.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sampled: bool,
    /// When.
    pub now: Timestamp,
    /// When the clocks would run out.
    pub dues: Dues,
}

/// Why an action is refused. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not in this state.
    State,
    /// Not by this actor.
    Actor,
    /// Words are missing.
    Reason,
    /// A class is missing, or it has no lead unit here.
    Class,
    /// Photos are missing.
    Evidence,
    /// The reporter has been asked often enough.
    Asked,
    /// The unit may not do this by itself.
    Basic,
    /// The target is missing, or too far up or down.
    Target,
    /// 上收: the item must not fall so low.
    TooLow,
    /// There is no desk above.
    Top,
    /// Lives are at risk: it cannot be taken back.
    Danger,
    /// The answers are missing, or out of range.
    Rating,
    /// Nobody is named whose post covers the place.
    Appointee,
    /// It is their own work.
    Own,
    /// Who refused it must not decide again.
    FreshEyes,
    /// A legal basis or a duty item is missing.
    Basis,
    /// The window is over.
    Window,
    /// It was returned often enough, or a ruling binds.
    Returned,
    /// The proposed unit has not agreed.
    NotAgreed,
    /// The unit cannot be asked for a part.
    CoUnit,
    /// There is no such part in this state.
    Part,
    /// A required part is still open.
    PartsOpen,
    /// The day is missing or too far ahead, or it was suspended often enough.
    Until,
    /// Nobody has asked that it may wait.
    NotAsked,
    /// It does not climb as something that cannot be done.
    NotUnable,
    /// It climbs as something that cannot be done.
    NotDone,
    /// A second person must approve.
    Second,
    /// It is no trifle, or two photos are missing.
    Trivial,
    /// It is not of the sample.
    Sample,
    /// The letter is missing.
    Letter,
    /// It was taken up again before.
    Reopened,
    /// It was appealed before.
    Appealed,
    /// Nobody's life is at risk.
    NoEmergency,
    /// Nobody asks for an answer.
    NotOverseen,
    /// There is no such case to follow.
    Primary,
    /// The coordinating body has not confirmed.
    Joint,
    /// It was not refused.
    NotRefused,
}

/// A case that does not exist yet.
pub const fn unborn() -> Course {
    Course {
        procedure: Procedure::Incident,
        state: State::Submitted,
        class: None,
        urgency: Urgency::Normal,
        holder: None,
        handler: None,
        lead: None,
        trail: Vec::new(),
        climbed: 0,
        worker: None,
        overseer: None,
        workers: Vec::new(),
        asked: 0,
        escalations: 0,
        danger: false,
        rating: None,
        returns: 0,
        bound: false,
        proposal: None,
        co_tasks: Vec::new(),
        suspensions: 0,
        suspend_until: None,
        oversight: None,
        breached: Vec::new(),
        parked: Vec::new(),
        raisers: Vec::new(),
        reopens: 0,
        appeals: 0,
        decider: None,
        refused: false,
        merged: None,
        unable: false,
        explained_by: None,
        explained: false,
        sample: None,
        joint: None,
        hands: Vec::new(),
        signed: Signed {
            reporter: false,
            party: false,
        },
        version: 0,
    }
}

/// Takes the case one version further, or says why not.
pub fn step(
    course: &Course,
    deadlines: &[Deadline],
    input: &Input,
) -> Result<(Course, Vec<Deadline>), Refusal> {
    let mut course = course.clone();
    let rule = if course.version == 0 {
        let (procedure, rule) = Procedure::opening(input.action).ok_or(Refusal::State)?;
        course.procedure = procedure;
        rule
    } else {
        let rule = course.procedure.rule(input.action, course.state);
        rule.ok_or(Refusal::State)?
    };
    if !rule.who.iter().any(|who| input.who.contains(who)) {
        return Err(Refusal::Actor);
    }
    for guard in rule.guards {
        guards::holds(*guard, &course, deadlines, input)?;
    }
    let mut next = Draft {
        course,
        deadlines: deadlines.to_vec(),
    };
    for effect in rule.effects {
        next.apply(*effect, input)?;
    }
    next.enter(rule);
    next.course.version += 1;
    Ok((next.course, next.deadlines))
}
