//! The words of case routing as values: states, actions, a case. No rule is here, and no IO.

use serde::{Deserialize, Serialize};

use crate::{context::Channel, identity::Level, time::Timestamp};

macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $text)] $variant,)* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in the database, the API and the contract.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The value of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.name() == name)
            }
        }
    };
}

named! {
    /// By which table of `procedures` a case moves.
    Procedure {
        /// 事件: something is wrong at a place.
        Incident = "incident",
        /// 走访/巡查: planned work of a grid worker.
        Visit = "visit",
    }
}

impl Default for Procedure {
    /// What every case was before there was a second one.
    fn default() -> Self {
        Self::Incident
    }
}

named! {
    /// Where a case stands.
    State {
        /// Handed in; a desk must file it.
        Submitted = "submitted",
        /// The reporter has been asked something.
        NeedInfo = "need-info",
        /// Refused, with the right channel named. An end.
        Declined = "declined",
        /// 立案: registered, with a lead unit; a desk must send it on.
        Filed = "filed",
        /// 派单: sent to a unit that has not taken it on yet.
        Dispatched = "dispatched",
        /// Being worked on.
        InProgress = "in-progress",
        /// Done, climbing the trail back, hop by hop.
        Feedback = "feedback",
        /// Back at the top; somebody independent looks.
        Verifying = "verifying",
        /// The reporter has been told, and may rate it.
        Resolved = "resolved",
        /// An end.
        Closed = "closed",
        /// A visit that somebody has yet to be given.
        Planned = "planned",
        /// A visit that somebody has been given.
        Assigned = "assigned",
        /// A visit that was made; a desk must look at what it brought.
        Done = "done",
        /// A visit that was not made in time; the desk above must see to it.
        Missed = "missed",
        /// A visit that was looked at. An end.
        Reviewed = "reviewed",
    }
}

named! {
    /// What can be done to a case.
    Action {
        /// Hand it in.
        Submit = "submit",
        /// Ask the reporter for something.
        AskInfo = "ask-info",
        /// Answer that.
        Supply = "supply",
        /// Refuse it.
        Decline = "decline",
        /// 立案
        File = "file",
        /// Do it at once, as the unit's own basic item.
        SelfHandle = "self-handle",
        /// 派单
        Dispatch = "dispatch",
        /// Send it on to another unit.
        Relay = "relay",
        /// 上移
        Raise = "raise",
        /// 签收
        Accept = "accept",
        /// Say that it is done.
        ReportDone = "report-done",
        /// Confirm what came up from below.
        ConfirmUp = "confirm-up",
        /// Send it back to be done better.
        Rework = "rework",
        /// 核查, found in order.
        VerifyPass = "verify-pass",
        /// 核查, found wanting.
        VerifyFail = "verify-fail",
        /// 评价
        Rate = "rate",
        /// A window is over: the host closes it.
        Lapse = "lapse",
        /// The reporter takes it back.
        Withdraw = "withdraw",
        /// Say something.
        Comment = "comment",
        /// Add a file.
        Attach = "attach",
        /// A deadline has passed: the next desk up oversees.
        Escalate = "escalate",
        /// Plan a visit.
        Plan = "plan",
        /// Give a visit to somebody.
        Assign = "assign",
        /// Give it to somebody else.
        Reassign = "reassign",
        /// Make the visit, and say what it brought.
        Perform = "perform",
        /// Make the visit in vain: nobody opened, nobody answered.
        NotMet = "not-met",
        /// Report a problem that was found on a visit.
        Find = "find",
        /// The time for a visit is over: the next desk up holds it.
        Miss = "miss",
        /// Look at what a visit brought, or at why it was missed.
        Review = "review",
        /// Call a visit off.
        Cancel = "cancel",
    }
}

named! {
    /// How soon it must be dealt with.
    Urgency {
        /// Danger to life: 1.
        Emergency = "emergency",
        /// 2.
        Urgent = "urgent",
        /// 3.
        Normal = "normal",
    }
}

named! {
    /// What a deadline is for.
    Clock {
        /// Submitted to filed.
        Triage = "triage",
        /// Asked to answered; when it ends the case lapses.
        Supply = "supply",
        /// Filed to sent on.
        Dispatch = "dispatch",
        /// Sent to taken on.
        Accept = "accept",
        /// Filed to resolved; runs on through every hand.
        Resolve = "resolve",
        /// Each confirmation on the way up, and the verification.
        Confirm = "confirm",
        /// Resolved to rated; when it ends the case lapses.
        Rate = "rate",
        /// Planned to given to somebody.
        Assign = "assign",
        /// Planned to made, through every hand; when it ends the visit is missed.
        Perform = "perform",
        /// Made or missed to looked at.
        Review = "review",
    }
}

named! {
    /// Who somebody is to a case.
    Who {
        /// R: who reported it, or filed it on their behalf.
        Reporter = "reporter",
        /// Anyone: before there is a case.
        Anyone = "anyone",
        /// G: a grid worker of the place.
        GridWorker = "grid-worker",
        /// D: a dispatcher of the unit whose desk holds it.
        Dispatcher = "dispatcher",
        /// H: a handler of the unit that holds it.
        Handler = "handler",
        /// V: a verifier of the place, not of a unit that worked on it.
        Verifier = "verifier",
        /// S: a supervisor above the holder.
        Supervisor = "supervisor",
        /// T: the host's own clock.
        Timer = "timer",
        /// P: a plugin, by its granted capability.
        Plugin = "plugin",
    }
}

/// A unit as a case knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Hop {
    /// The unit.
    pub unit: String,
    /// Its level.
    pub level: Level,
}

/// How a case was rated: three questions, kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Rating {
    /// Did somebody get in touch?
    pub contacted: bool,
    /// Is it solved?
    pub solved: bool,
    /// Satisfied, 1 to 5.
    pub satisfied: u8,
}

/// What the engine reads and changes. Everything else about a case is words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// By which table it moves.
    #[serde(default)]
    pub procedure: Procedure,
    /// Where it stands.
    pub state: State,
    /// Class of the duty list, once known.
    pub class: Option<String>,
    /// How soon.
    pub urgency: Urgency,
    /// Who holds it; none when it has ended.
    pub holder: Option<Hop>,
    /// The account that took it on, or was given it.
    pub handler: Option<String>,
    /// The unit that answers for it, from filing on.
    pub lead: Option<String>,
    /// The units that it came through on the way to the worker, the first desk first.
    pub trail: Vec<Hop>,
    /// How many hops of the trail have confirmed, counted from the worker's end.
    pub climbed: u32,
    /// The unit that works on it, kept while the feedback climbs, so that rework finds it.
    pub worker: Option<Hop>,
    /// The desk that has been told of a passed deadline, and now oversees.
    pub overseer: Option<Hop>,
    /// Units that have worked on it: none of theirs may verify it.
    pub workers: Vec<String>,
    /// How often the reporter was asked.
    pub asked: u32,
    /// How often a deadline has passed.
    pub escalations: u32,
    /// Whether the reporter has said that lives are at risk.
    pub danger: bool,
    /// The rating, once given.
    pub rating: Option<Rating>,
    /// Counts the changes; a command names the one it was made for.
    pub version: u32,
}

/// A deadline of a case. While `paused` is set, `due` says what is left, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// What it is for.
    pub clock: Clock,
    /// When it passes; in the past once it has fired and climbs again.
    pub due: Timestamp,
    /// When it was stopped, if it stands still.
    pub paused: Option<Timestamp>,
}

/// A case.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Row id.
    pub id: String,
    /// The number people quote.
    pub number: String,
    /// What the engine moves.
    pub course: Course,
    /// In few words; no personal data.
    pub title: String,
    /// Cell or community.
    pub division: String,
    /// In words.
    pub address: String,
    /// CGCS2000, if a point was given.
    pub lon: Option<f64>,
    /// CGCS2000, if a point was given.
    pub lat: Option<f64>,
    /// How it came in.
    pub channel: Channel,
    /// The reporter's account, if they have one.
    pub reporter: Option<String>,
    /// The keyed hash of the phone number it was reported with.
    pub phone_hash: Option<String>,
    /// The account that filed it on somebody's behalf.
    pub proxy: Option<String>,
    /// The plugin it was opened through.
    pub plugin: Option<String>,
    /// When it was handed in.
    pub opened: Timestamp,
    /// When it ended.
    pub closed: Option<Timestamp>,
    /// The soonest deadline that runs.
    pub due: Option<Timestamp>,
    /// What runs. Empty in a list.
    pub deadlines: Vec<Deadline>,
}

impl State {
    /// Whether nothing more is to be done.
    pub const fn ended(self) -> bool {
        matches!(self, Self::Declined | Self::Closed | Self::Reviewed)
    }
}
