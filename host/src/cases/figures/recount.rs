//! Facts from the event log alone: to fill in what is missing, and to hold what is kept against what
//! the log says. The log is replayed through the engine, as it was written.

use jiff::tz::TimeZone;

use super::facts::{self, Facts};
use crate::{
    cases::{
        lifecycle::{Input, step, unborn},
        model::Case,
    },
    db::{
        Connection, Database, Transaction,
        cases::{self as rows, Event},
        figures::{self as kept, Stays},
    },
    error::{Error, Result},
    time::Timestamp,
};

/// How many cases are filled in, or summed, in one transaction.
const BATCH: u32 = 200;
/// How many differences are told.
const TOLD: usize = 100;

/// What the log of a case says.
#[derive(Debug)]
pub struct Derived {
    /// What is known of the case.
    pub facts: Facts,
    /// Its stays that are over.
    pub stays: Stays,
    /// How many events the engine of this version refuses: they were written by the tables of an
    /// older one. Such an event counts by the state that it led to.
    pub older: u32,
}

/// Replays a log. The row gives what never changes: its place, its channel, when it was handed in.
/// `NotFound` for an empty log.
pub fn derive(row: &Case, log: &[Event], zone: &TimeZone) -> Result<Derived> {
    let mut case = Case {
        course: unborn(),
        deadlines: Vec::new(),
        closed: None,
        due: None,
        ..row.clone()
    };
    let (mut found, mut stays, mut older) = (None, Stays::new(), 0);
    for event in log {
        let input: Input = rows::input(event)?;
        match step(&case.course, &case.deadlines, &input) {
            Ok((course, deadlines)) => (case.course, case.deadlines) = (course, deadlines),
            Err(_) => {
                older += 1;
                case.course.state = event.state;
                case.course.procedure = row.course.procedure;
                case.course.version += 1;
            }
        }
        let (facts, stay) = facts::next(found.as_ref(), &case, &input, zone);
        if let Some(stay) = stay {
            let all = stays.entry(stay.state).or_insert((0, 0));
            *all = (all.0 + 1, all.1 + stay.micros);
        }
        found = Some(facts);
    }
    Ok(Derived {
        facts: found.ok_or(Error::NotFound)?,
        stays,
        older,
    })
}

/// What the log of one case says, with its row.
async fn derived(c: &mut Connection, id: &str, zone: &TimeZone) -> Result<Derived> {
    let case = rows::get(c, id).await?.ok_or(Error::NotFound)?;
    let log = rows::events(c, id).await?;
    derive(&case, &log, zone)
}

/// Writes what the log of a case says.
pub(super) async fn write(t: &mut Transaction, id: &str, zone: &TimeZone) -> Result<()> {
    let it = derived(t, id, zone).await?;
    if it.older > 0 {
        tracing::warn!(
            case = id,
            events = it.older,
            "counted by the states that the log names"
        );
    }
    kept::put(t, &it.facts).await?;
    kept::put_stays(t, id, &it.stays).await
}

/// Fills in what is known of cases that have no row of facts yet; how many. Call again while it
/// answers more than 0.
pub async fn fill(database: &Database, zone: &TimeZone) -> Result<usize> {
    let zone = zone.clone();
    database
        .write(move |t| {
            Box::pin(async move {
                let ids = kept::without(t, BATCH).await?;
                for id in &ids {
                    write(t, id, &zone).await?;
                }
                Ok(ids.len())
            })
        })
        .await
}

/// Puts cases that have ended into the sums; how many. Call again while it answers more than 0.
pub async fn sum(database: &Database, now: Timestamp) -> Result<usize> {
    database
        .write(move |t| Box::pin(async move { kept::put_in(t, now, BATCH).await }))
        .await
}

/// What a recount found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recount {
    /// Cases whose log was replayed.
    pub cases: u64,
    /// Of them, those with events that only an older version of the tables allows.
    pub older: u64,
    /// Rows of sums that were counted again.
    pub sums: u64,
    /// What is not as the log says, at most 100.
    pub differences: Vec<String>,
}

impl Recount {
    fn differs(&mut self, what: String) {
        if self.differences.len() < TOLD {
            self.differences.push(what);
        }
    }
}

/// Derives the facts of every case from its log, sums those that are marked as summed, and compares
/// both with what is kept. Reads only; a case that moves meanwhile is looked at twice.
pub async fn recount(database: &Database, zone: &TimeZone, now: Timestamp) -> Result<Recount> {
    let mut found = Recount::default();
    let mut from = String::new();
    loop {
        let mut c = database.read().await?;
        let ids = kept::ids(&mut c, &from, BATCH).await?;
        let Some(last) = ids.last() else {
            break;
        };
        from.clone_from(last);
        for id in &ids {
            one(&mut c, id, zone, &mut found).await?;
        }
    }
    let mut c = database.read().await?;
    let (kept, counted) = (
        kept::sums_as_kept(&mut c).await?,
        kept::sums_as_counted(&mut c, now).await?,
    );
    found.sums = counted.len() as u64;
    for key in kept
        .keys()
        .chain(counted.keys().filter(|it| !kept.contains_key(*it)))
    {
        let (is, should) = (kept.get(key), counted.get(key));
        if is != should {
            found.differs(format!("sums of {}: {is:?}, not {should:?}", key.join(" ")));
        }
    }
    Ok(found)
}

async fn one(c: &mut Connection, id: &str, zone: &TimeZone, found: &mut Recount) -> Result<()> {
    found.cases += 1;
    let mut differs = Vec::new();
    for _ in 0..2 {
        let it = derived(c, id, zone).await?;
        let (facts, stays) = (kept::get(c, id).await?, kept::stays_of(c, id).await?);
        differs.clear();
        if facts.as_ref() != Some(&it.facts) {
            differs.push(format!("case {id}: {facts:?}, not {:?}", it.facts));
        }
        if stays != it.stays {
            differs.push(format!("case {id}: stays {stays:?}, not {:?}", it.stays));
        }
        if differs.is_empty() {
            found.older += u64::from(it.older > 0);
            return Ok(());
        }
    }
    for it in differs {
        found.differs(it);
    }
    Ok(())
}
