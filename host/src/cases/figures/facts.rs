//! What the figures of a case are made of, step by step: pure. From what was known before, the case
//! as it is now and what was done follows what is known now, so that the event log, replayed, gives
//! the same.

use jiff::tz::TimeZone;

use crate::{
    cases::{
        lifecycle::Input,
        model::{Action, Case, Clock, CoState, State},
    },
    time::Timestamp,
};

/// Why a case is left out of a rate.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Exclusion {
    /// Closed with an explanation, by two approvals.
    Explained,
    /// Follows another case about the same thing, which is counted.
    Merged,
    /// The reporter took it back.
    Withdrawn,
    /// Refused as not the government's to do.
    Declined,
    /// The reporter was asked something and did not answer.
    Unanswered,
    /// A visit that was called off.
    Cancelled,
    /// Resolved, and never rated: left out of what reporters say, and of nothing else.
    Unrated,
}

impl Exclusion {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::Explained,
        Self::Merged,
        Self::Withdrawn,
        Self::Declined,
        Self::Unanswered,
        Self::Cancelled,
        Self::Unrated,
    ];

    /// The name in the database, the API and of the figure that counts it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Explained => "explained",
            Self::Merged => "merged",
            Self::Withdrawn => "withdrawn",
            Self::Declined => "declined",
            Self::Unanswered => "unanswered",
            Self::Cancelled => "cancelled",
            Self::Unrated => "unrated",
        }
    }

    /// The reason of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// That a case is left out, and who decided so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excluded {
    /// Why.
    pub why: Exclusion,
    /// Since when.
    pub at: Timestamp,
    /// The unit that decided; none when the reporter or the host's clock did.
    pub unit: Option<String>,
    /// The account of whoever decided, if it was staff.
    pub by: Option<String>,
    /// The account of who approved it before, where two must.
    pub approved_by: Option<String>,
}

/// What is known of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Of which case.
    pub case: String,
    /// Cell or community.
    pub division: String,
    /// By which table it moves.
    pub procedure: String,
    /// Its class; empty before there is one.
    pub class: String,
    /// The unit that answers for it: its lead; before it has one, its holder.
    pub unit: String,
    /// The level on which it is, or was last, worked on: 0 cell to 3 district.
    pub level: i64,
    /// The local day on which it was handed in, `YYYY-MM-DD`.
    pub day: String,
    /// Where it stands.
    pub state: State,
    /// Since when.
    pub since: Timestamp,
    /// When it was handed in.
    pub opened: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// The deadline that passes next, or was missed first.
    pub due: Option<Timestamp>,
    /// When somebody first took it on.
    pub responded: Option<Timestamp>,
    /// Until when somebody has, or had, to: the first of those deadlines that was missed; else the
    /// one that runs.
    pub response_due: Option<Timestamp>,
    /// When what was asked for was done, unless it has been taken up again.
    pub resolved: Option<Timestamp>,
    /// Until when it has, or had, to be.
    pub resolve_due: Option<Timestamp>,
    /// Did somebody get in touch? As rated.
    pub contacted: Option<bool>,
    /// Is it solved? As rated.
    pub solved: Option<bool>,
    /// 1 to 5, as rated.
    pub satisfied: Option<u8>,
    /// Deadlines missed, each once; windows that only the reporter may use are none.
    pub missed: u32,
    /// Times that a person asked for an answer.
    pub overseen: u32,
    /// Times that it was raised to the desk above.
    pub raised: u32,
    /// Times that it was returned.
    pub returned: u32,
    /// Times that it was found wanting, on the way up or by a verifier.
    pub reworked: u32,
    /// Times that it was taken up again after it had been done.
    pub reopened: u32,
    /// Times that it was suspended.
    pub suspended: u32,
    /// Parts that other units were asked for, and those of them that were refused.
    pub parts: u32,
    /// See `parts`.
    pub parts_refused: u32,
    /// Of a visit: forms that its maker sent, fields they filled in, and fields that were not asked
    /// since the host held them already.
    pub forms: u32,
    /// See `forms`.
    pub fields: u32,
    /// See `forms`.
    pub held: u32,
    /// That it is left out of a rate.
    pub excluded: Option<Excluded>,
}

/// A stay in a state that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Which.
    pub state: State,
    /// How long, in microseconds.
    pub micros: i64,
}

/// What is known once `input` has made `case` what it is.
pub fn next(
    before: Option<&Facts>,
    case: &Case,
    input: &Input,
    zone: &TimeZone,
) -> (Facts, Option<Stay>) {
    let mut facts = before.cloned().unwrap_or_else(|| first(case, zone));
    let was = before.map(|it| (it.state, it.since));
    let stay = enter(&mut facts, case.course.state, input.now);
    stand(&mut facts, case);
    count(&mut facts, case, input);
    respond(&mut facts, case, input.now);
    resolve(&mut facts, case, input.now);
    exclude(&mut facts, case, input, was.map(|it| it.0));
    if facts.ended.is_some() {
        settle(&mut facts, input.now);
    }
    (facts, stay.filter(|_| was.is_some()))
}

fn first(case: &Case, zone: &TimeZone) -> Facts {
    Facts {
        case: case.id.clone(),
        division: case.division.clone(),
        procedure: case.course.procedure.name().to_owned(),
        class: String::new(),
        unit: String::new(),
        level: -1,
        day: case.opened.day(zone),
        state: case.course.state,
        since: case.opened,
        opened: case.opened,
        ended: None,
        due: None,
        responded: None,
        response_due: None,
        resolved: None,
        resolve_due: None,
        contacted: None,
        solved: None,
        satisfied: None,
        missed: 0,
        overseen: 0,
        raised: 0,
        returned: 0,
        reworked: 0,
        reopened: 0,
        suspended: 0,
        parts: 0,
        parts_refused: 0,
        forms: 0,
        fields: 0,
        held: 0,
        excluded: None,
    }
}

/// The stay that is over, if the state is another now.
fn enter(facts: &mut Facts, state: State, now: Timestamp) -> Option<Stay> {
    if facts.state == state {
        return None;
    }
    let over = Stay {
        state: facts.state,
        micros: now.micros().saturating_sub(facts.since.micros()),
    };
    facts.state = state;
    facts.since = now;
    Some(over)
}

/// What the case as it is says by itself.
fn stand(facts: &mut Facts, case: &Case) {
    let course = &case.course;
    facts.class = course.class.clone().unwrap_or_default();
    let holder = course.holder.as_ref();
    if let Some(unit) = course.lead.as_ref().or(holder.map(|it| &it.unit)) {
        facts.unit.clone_from(unit);
    }
    if let Some(hop) = course.worker.as_ref().or(holder) {
        facts.level = i64::from(hop.level.number());
    }
    facts.due = case.next_due();
    facts.contacted = course.rating.map(|it| it.contacted);
    facts.solved = course.rating.map(|it| it.solved);
    facts.satisfied = course.rating.map(|it| it.satisfied);
    facts.returned = course.returns;
    facts.reopened = course.reopens;
    facts.suspended = course.suspensions;
    let of = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
    facts.parts = of(course.co_tasks.len());
    let refused = |it: &&crate::cases::model::CoTask| it.state == CoState::Refused;
    facts.parts_refused = of(course.co_tasks.iter().filter(refused).count());
}

/// What only the act itself tells.
fn count(facts: &mut Facts, case: &Case, input: &Input) {
    match input.action {
        Action::Escalate if input.clock != Some(Clock::Oversight) => facts.missed += 1,
        Action::Miss => facts.missed += 1,
        Action::Oversee => facts.overseen += 1,
        Action::Raise => facts.raised += 1,
        Action::Rework | Action::VerifyFail | Action::SpotFail => facts.reworked += 1,
        _ => {}
    }
    let made = matches!(
        input.action,
        Action::Perform | Action::NotMet | Action::Find | Action::Comment | Action::Attach
    );
    let maker = case.course.handler.as_ref();
    if facts.procedure == "visit" && made && maker.is_some() && maker == input.actor.as_ref() {
        facts.forms += 1;
        let asked = [input.reason, input.basis, input.files > 0];
        let chosen = [input.urgency.is_some(), input.until.is_some()];
        let filled = asked.iter().chain(&chosen).filter(|it| **it).count();
        facts.fields += u32::try_from(filled).unwrap_or(u32::MAX);
        // Where and by whom: of the visit that it was found on, not asked again.
        if input.action == Action::Find {
            let place = if case.lon.is_some() { 3 } else { 2 };
            facts.held += place + 1;
        }
    }
}

/// The steps before somebody takes it on.
const FIRST: [Clock; 4] = [Clock::Triage, Clock::Dispatch, Clock::Accept, Clock::Assign];
/// What was asked for must be done by then.
const WHOLE: [Clock; 3] = [Clock::Resolve, Clock::Perform, Clock::Answer];

fn respond(facts: &mut Facts, case: &Case, now: Timestamp) {
    if facts.responded.is_some() {
        return;
    }
    let missed = facts.response_due.is_some_and(|due| due < now);
    if !missed {
        facts.response_due = due_of(case, &FIRST);
    }
    let taken = matches!(
        facts.state,
        State::InProgress
            | State::Assigned
            | State::Accepted
            | State::InMediation
            | State::Published
    );
    if taken {
        // What ran until this moment is out of the case by now.
        facts.responded = Some(now);
        if !missed {
            facts.response_due = None;
        }
    }
}

fn resolve(facts: &mut Facts, case: &Case, now: Timestamp) {
    let missed = facts.resolved.is_none() && facts.resolve_due.is_some_and(|due| due < now);
    if !missed {
        let known = WHOLE.iter().any(|clock| knows(case, *clock));
        if known {
            facts.resolve_due = due_of(case, &WHOLE);
        }
    }
    match facts.state {
        State::Resolved
        | State::Decided
        | State::Delivered
        | State::Answered
        | State::Adopted
        | State::Agreed
        | State::Done => facts.resolved = facts.resolved.or(Some(now)),
        state if state.ended() => {}
        _ => facts.resolved = None,
    }
    facts.ended = match facts.state.ended() {
        true => facts.ended.or(Some(now)),
        false => None,
    };
}

fn knows(case: &Case, clock: Clock) -> bool {
    let course = &case.course;
    let all = case.deadlines.iter().chain(&course.breached);
    all.chain(&course.parked).any(|it| it.clock == clock)
}

/// The soonest of these that runs, was missed or is out of force; none while they stand still.
fn due_of(case: &Case, clocks: &[Clock]) -> Option<Timestamp> {
    let course = &case.course;
    let all = case.deadlines.iter().chain(&course.breached);
    all.chain(&course.parked)
        .filter(|it| clocks.contains(&it.clock) && it.paused.is_none())
        .map(|it| it.due)
        .min()
}

fn exclude(facts: &mut Facts, case: &Case, input: &Input, was: Option<State>) {
    let why = match input.action {
        Action::CloseExplained => Exclusion::Explained,
        Action::Merge => Exclusion::Merged,
        Action::Decline => Exclusion::Declined,
        Action::Cancel => Exclusion::Cancelled,
        Action::Withdraw if facts.ended.is_some() => Exclusion::Withdrawn,
        Action::Lapse if was == Some(State::NeedInfo) => Exclusion::Unanswered,
        // What follows another stays left out for that reason.
        Action::Lapse if facts.resolved.is_some() && facts.excluded.is_none() => Exclusion::Unrated,
        Action::Split | Action::Reopen | Action::Appeal | Action::SpotFail => {
            facts.excluded = None;
            return;
        }
        _ => return,
    };
    let staff = input.unit.as_ref();
    facts.excluded = Some(Excluded {
        why,
        at: input.now,
        unit: staff.map(|it| it.unit.clone()),
        by: staff.and(input.actor.clone()),
        approved_by: match why {
            Exclusion::Explained => case.course.explained_by.clone(),
            _ => None,
        },
    });
}

/// What has ended is late no more if it was not by then: its figures stand whatever the time.
fn settle(facts: &mut Facts, now: Timestamp) {
    if facts.responded.is_none() {
        facts.response_due = facts.response_due.filter(|due| *due < now);
    }
    if facts.resolved.is_none() {
        facts.resolve_due = facts.resolve_due.filter(|due| *due < now);
    }
}
