//! What has become of every case of a city: each is closed, or open with a holder and a deadline
//! that runs; its events follow each other and, replayed, give its row. Whatever is not so is named.

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, fmt};

use super::Done;
use crate::{
    app::App,
    cases::{
        events,
        lifecycle::{step, unborn},
        model::{Case, Deadline, State},
    },
    db::{self, Connection, cases as rows, cases::Event},
    error::{Error, Result},
    integrity::{self, Verdict, checkpoints},
    time::Timestamp,
};

/// How many cases are named that are not accounted for.
const NAMED: usize = 100;

/// An account of everything.
#[derive(Clone, Debug, Serialize)]
pub struct Accounts {
    /// Until when it was simulated.
    pub at: Timestamp,
    /// How many cases there are.
    pub cases: u64,
    /// How many of them have ended.
    pub ended: u64,
    /// How many are open, with a holder and a deadline that runs.
    pub open: u64,
    /// How many of those are late: some deadline was missed, and a desk above asks for an answer.
    pub late: u64,
    /// By procedure.
    pub procedures: BTreeMap<&'static str, u64>,
    /// By the state they are in.
    pub states: BTreeMap<&'static str, u64>,
    /// By the channel they came in by.
    pub channels: BTreeMap<String, u64>,
    /// How many events they have, by action.
    pub events: BTreeMap<&'static str, u64>,
    /// The cases that are not accounted for; the first 100.
    pub unexplained: Vec<Unexplained>,
    /// How many there are of those.
    pub amiss: u64,
    /// Chains, checkpoints and files held against what was written.
    pub audit: Verdict,
    /// Digest of all event logs: the same for the same seed, residents and days.
    pub digest: String,
    /// What this run has done.
    pub run: Done,
}

/// A case that is not accounted for.
#[derive(Clone, Debug, Serialize)]
pub struct Unexplained {
    /// Its number.
    pub case: String,
    /// Why.
    pub why: &'static str,
}

impl Accounts {
    /// Whether every case is accounted for, and all is as it was written.
    pub const fn fine(&self) -> bool {
        self.amiss == 0 && self.audit.findings.is_empty()
    }
}

/// Goes through all cases and all events, as of `at`.
pub(super) async fn accounts(app: &App, at: Timestamp, done: &Done) -> Result<Accounts> {
    let domain = &app.domain;
    let sealed = app.config.data.join(checkpoints::FOLDER);
    let data = &app.config.data;
    let audit = integrity::verify(&domain.database, &domain.keys, data, &sealed).await?;
    let mut found = Accounts {
        at,
        cases: 0,
        ended: 0,
        open: 0,
        late: 0,
        procedures: BTreeMap::new(),
        states: BTreeMap::new(),
        channels: BTreeMap::new(),
        events: BTreeMap::new(),
        unexplained: Vec::new(),
        amiss: 0,
        audit,
        digest: String::new(),
        run: done.clone(),
    };
    let mut c = domain.database.read().await?;
    let mut numbers = Vec::new();
    db::simulation::cases(&mut c, &mut |case, _| numbers.push((case.number, case.id))).await?;
    let mut digest = Sha256::new();
    for (number, id) in numbers {
        let (case, events) = read(&mut c, &id).await?;
        found.count(&case, &events, at)?;
        let last = events.last().map_or("", |it| it.hash.as_str());
        digest.update(format!("{number} {} {last}\n", events.len()));
    }
    found.digest = data_encoding::HEXLOWER.encode(&digest.finalize());
    Ok(found)
}

async fn read(c: &mut Connection, id: &str) -> Result<(Case, Vec<Event>)> {
    let case = rows::get(c, id).await?.ok_or(Error::NotFound)?;
    Ok((case, rows::events(c, id).await?))
}

impl Accounts {
    fn count(&mut self, case: &Case, events: &[Event], at: Timestamp) -> Result<()> {
        let course = &case.course;
        self.cases += 1;
        *self.procedures.entry(course.procedure.name()).or_default() += 1;
        *self.states.entry(course.state.name()).or_default() += 1;
        let channel = serde_json::to_value(case.channel).map_err(Error::internal)?;
        let channel = channel.as_str().unwrap_or_default().to_owned();
        *self.channels.entry(channel).or_default() += 1;
        for event in events {
            *self.events.entry(event.action.name()).or_default() += 1;
        }
        if course.state.ended() {
            self.ended += 1;
        } else {
            self.open += 1;
            self.late += u64::from(!course.breached.is_empty() || course.oversight.is_some());
        }
        if let Some(why) = why(case, events, at) {
            self.amiss += 1;
            if self.unexplained.len() < NAMED {
                self.unexplained.push(Unexplained {
                    case: case.number.clone(),
                    why,
                });
            }
        }
        Ok(())
    }
}

/// Why a case is not accounted for; none: it is.
pub(super) fn why(case: &Case, events: &[Event], at: Timestamp) -> Option<&'static str> {
    unexplained(case, at).or_else(|| unfounded(case, events))
}

/// Why a case is not accounted for as it stands.
fn unexplained(case: &Case, at: Timestamp) -> Option<&'static str> {
    let course = &case.course;
    let running = |it: &&Deadline| it.paused.is_none();
    let mut clocks = case.deadlines.iter().filter(running);
    if clocks.any(|it| it.due <= at) {
        return Some("a deadline that has passed was not worked");
    }
    if course.state.ended() {
        let held = course.holder.is_some() || case.closed.is_none();
        return held.then_some("it has ended, and somebody holds it still");
    }
    let before = matches!(
        course.state,
        State::Submitted | State::NeedInfo | State::Merged | State::Published
    );
    let led = before || course.lead.is_some() || course.class.is_none();
    let mut clocks = case.deadlines.iter().filter(running);
    if course.holder.is_none() {
        Some("it is open, and nobody holds it")
    } else if !clocks.any(|it| !it.clock.is_window()) {
        Some("it is open, and no deadline runs")
    } else if !led {
        Some("it is filed, and nobody leads")
    } else {
        None
    }
}

/// Why a case is not what its events say.
fn unfounded(case: &Case, events: &[Event]) -> Option<&'static str> {
    if events::verify(&case.id, events).is_err() {
        return Some("its events do not follow each other");
    }
    let mut at = (unborn(), Vec::new());
    for event in events {
        let stepped = rows::input(event)
            .ok()
            .and_then(|it| step(&at.0, &at.1, &it).ok());
        match stepped {
            Some(next) => at = next,
            None => return Some("an event cannot have happened"),
        }
    }
    let (course, mut deadlines) = at;
    let mut kept = case.deadlines.clone();
    let order = |a: &Deadline, b: &Deadline| (a.clock, &a.part).cmp(&(b.clock, &b.part));
    deadlines.sort_by(order);
    kept.sort_by(order);
    let same = course == case.course && deadlines == kept;
    (!same).then_some("its events, replayed, do not give its row")
}

impl fmt::Display for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |of: &BTreeMap<&'static str, u64>| {
            let each = of.iter().map(|(name, count)| format!("{name} {count}"));
            each.collect::<Vec<_>>().join(", ")
        };
        writeln!(f, "模拟数据，纯属虚构 All of this is made up")?;
        let (cases, ended, open) = (self.cases, self.ended, self.open);
        writeln!(
            f,
            "{cases} cases: {ended} ended, {open} open, {} late",
            self.late
        )?;
        writeln!(f, "procedures: {}", list(&self.procedures))?;
        writeln!(f, "states: {}", list(&self.states))?;
        writeln!(f, "events: {}", list(&self.events))?;
        writeln!(f, "digest: {}", self.digest)?;
        for finding in &self.audit.findings {
            writeln!(f, "BROKEN {finding}")?;
        }
        for it in &self.unexplained {
            writeln!(f, "UNEXPLAINED {}: {}", it.case, it.why)?;
        }
        match self.fine() {
            true => write!(
                f,
                "Every case is accounted for, and all is as it was written."
            ),
            false => write!(f, "{} cases are not accounted for.", self.amiss),
        }
    }
}
