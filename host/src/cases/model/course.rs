//! What the engine moves: the course of a case, and the case around it. Values only.

use serde::{Deserialize, Serialize};

use super::{Clock, Procedure, State, Urgency};
use crate::{context::Channel, identity::Level, time::Timestamp};

/// Whether a value need not be written: most cases use few of the fields.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A unit as a case knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Hop {
    /// The unit.
    pub unit: String,
    /// Its level.
    pub level: Level,
    /// Whether levels were skipped to get here, in an emergency.
    #[serde(default, skip_serializing_if = "is_default")]
    pub skipped: bool,
}

/// Where the part of another unit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CoState {
    /// Asked for.
    Asked,
    /// Taken on.
    Accepted,
    /// Refused, with a reason.
    Refused,
    /// Done.
    Done,
    /// Not needed any more.
    Waived,
}

impl CoState {
    /// Whether something is still to be done.
    pub const fn open(self) -> bool {
        matches!(self, Self::Asked | Self::Accepted)
    }

    /// Whether a lead need not wait for it. What was refused is waited for until it is waived or
    /// another unit does it.
    pub const fn settled(self) -> bool {
        matches!(self, Self::Done | Self::Waived)
    }

    /// The name in the database and the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Done => "done",
            Self::Waived => "waived",
        }
    }
}

/// 配合: what another unit was asked to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CoTask {
    /// The unit.
    pub unit: String,
    /// Whether the lead must wait for it.
    pub required: bool,
    /// Where it stands.
    pub state: CoState,
    /// When it was asked.
    #[schema(value_type = String)]
    pub asked: Timestamp,
    /// When the unit first answered: its acknowledgement.
    #[schema(value_type = Option<String>)]
    #[serde(default, skip_serializing_if = "is_default")]
    pub answered: Option<Timestamp>,
}

/// Who asks for an answer, and since when. Ends with an answer, never by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oversight {
    /// The unit that asks; none when a deadline passed where there is no desk above.
    pub by: Option<String>,
    /// Since when.
    pub since: Timestamp,
}

/// A unit that is proposed to take a case, and whether it agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The unit.
    pub unit: Hop,
    /// Whether it agreed.
    pub agreed: bool,
}

/// What a merged case follows, and what it was before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    /// The id of the case that goes on.
    pub primary: String,
    /// The state to which a split leads back.
    pub from: State,
}

/// 联动: a joint case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joint {
    /// The unit that called it.
    pub body: String,
    /// Whether it has confirmed that the case may close.
    pub confirmed: bool,
}

/// Which of two parties have said yes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// The one who asked.
    pub reporter: bool,
    /// The other.
    pub party: bool,
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
    /// How often it was returned.
    #[serde(default, skip_serializing_if = "is_default")]
    pub returns: u32,
    /// Whether a ruling has said whose it is: it is not returned any more.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bound: bool,
    /// The unit that is proposed to take it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub proposal: Option<Proposal>,
    /// What other units were asked to do.
    #[serde(default, skip_serializing_if = "is_default")]
    pub co_tasks: Vec<CoTask>,
    /// How often it was suspended.
    #[serde(default, skip_serializing_if = "is_default")]
    pub suspensions: u32,
    /// Until when its handler asks that it may wait; kept while it waits.
    #[serde(default, skip_serializing_if = "is_default")]
    pub suspend_until: Option<Timestamp>,
    /// Who asks for an answer, while they do.
    #[serde(default, skip_serializing_if = "is_default")]
    pub oversight: Option<Oversight>,
    /// Deadlines that were missed and whose work is still to be done, with the due time missed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub breached: Vec<Deadline>,
    /// Deadlines that are out of force for now, with their due times as they were.
    #[serde(default, skip_serializing_if = "is_default")]
    pub parked: Vec<Deadline>,
    /// Units that have raised it: they stay informed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub raisers: Vec<String>,
    /// How often it was taken up again.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reopens: u32,
    /// How often a refusal was appealed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub appeals: u32,
    /// The account that refused it, so that an appeal goes to another person.
    #[serde(default, skip_serializing_if = "is_default")]
    pub decider: Option<String>,
    /// Whether what was asked for was refused.
    #[serde(default, skip_serializing_if = "is_default")]
    pub refused: bool,
    /// The case that it follows.
    #[serde(default, skip_serializing_if = "is_default")]
    pub merged: Option<Merged>,
    /// Whether what climbs is that it cannot be done.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unable: bool,
    /// The first who approved that it closes with an explanation.
    #[serde(default, skip_serializing_if = "is_default")]
    pub explained_by: Option<String>,
    /// Whether it was closed with an explanation: counted apart.
    #[serde(default, skip_serializing_if = "is_default")]
    pub explained: bool,
    /// Whether it was done on the spot and is of the sample that somebody looks at: not yet, or done.
    #[serde(default, skip_serializing_if = "is_default")]
    pub sample: Option<bool>,
    /// The body that made it a joint case.
    #[serde(default, skip_serializing_if = "is_default")]
    pub joint: Option<Joint>,
    /// The accounts that have worked on it: none of them may verify it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub hands: Vec<String>,
    /// Which parties of a mediation have agreed to it, or signed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub signed: Signed,
    /// Counts the changes; a command names the one it was made for.
    pub version: u32,
}

/// A deadline of a case. While it stands still, `due` is as it was when it was stopped; it moves by
/// the time stood when it goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// What it is for.
    pub clock: Clock,
    /// The unit whose part it is for; empty but for co-tasks.
    #[serde(default, skip_serializing_if = "is_default")]
    pub part: String,
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
    /// The keyed hash of the phone number of the other party, of a mediation.
    pub party_hash: Option<String>,
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

impl Case {
    /// The deadline that passes next, or that was missed first: how urgent it is in a list. A
    /// window in which something may be asked is nobody's deadline.
    pub fn next_due(&self) -> Option<Timestamp> {
        let running = self.deadlines.iter().filter(|it| it.paused.is_none());
        running
            .chain(&self.course.breached)
            .filter(|it| !it.clock.is_window())
            .map(|it| it.due)
            .min()
    }
}
