//! Rows of cases, their events and deadlines. Writes what the engine decided, never decides.

pub mod followers;
pub mod hints;
mod lists;
mod log;
pub mod near;
pub mod search;

pub(super) use log::read_event;
pub use log::{Event, events, input, insert_event, last_event};

pub use lists::{Filter, Order, Round, Seen, Tally, due_cursor, list, tally};

use super::{Connection, Row, Transaction, sql};
use crate::{
    cases::model::{Case, Clock, Course, Deadline, State, Urgency},
    error::{Error, Result},
    time::Timestamp,
};
pub(super) use lists::any;

/// Adds a new case and its deadlines.
pub async fn insert(t: &mut Transaction, case: &Case, duty_version: &str) -> Result<()> {
    sql("INSERT INTO cases (id, number, state, class, urgency, holder, lead_unit, overseer, division,
         address, lon, lat, channel, reporter, phone_hash, proxy, plugin, title, opened, closed, due,
         duty_version, course, version, handler, procedure, party_hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
         $19, NULL, $20, $21, $22, $23, $24, $25, $26)")
        .bind(&case.id)
        .bind(&case.number)
        .bind(case.course.state.name())
        .bind(case.course.class.as_ref())
        .bind(case.course.urgency.name())
        .bind(case.course.holder.as_ref().map(|it| &it.unit))
        .bind(case.course.lead.as_ref())
        .bind(case.course.overseer.as_ref().map(|it| &it.unit))
        .bind(&case.division)
        .bind(&case.address)
        .bind(case.lon)
        .bind(case.lat)
        .bind(text(&case.channel)?)
        .bind(case.reporter.as_ref())
        .bind(case.phone_hash.as_ref())
        .bind(case.proxy.as_ref())
        .bind(case.plugin.as_ref())
        .bind(&case.title)
        .bind(case.opened)
        .bind(case.due)
        .bind(duty_version)
        .bind(text(&case.course)?)
        .bind(case.course.version)
        .bind(case.course.handler.as_ref())
        .bind(case.course.procedure.name())
        .bind(case.party_hash.as_ref())
        .run(t)
        .await?;
    put_deadlines(t, case).await?;
    put_units(t, case).await
}

/// The version of the duty list that a case goes by.
pub async fn duty_version(c: &mut Connection, id: &str) -> Result<String> {
    let row = sql("SELECT duty_version FROM cases WHERE id = $1")
        .bind(id)
        .one(c)
        .await?;
    row.get("duty_version")
}

/// Names the version of the duty list that a case goes by from its filing on.
pub async fn put_duty_version(t: &mut Transaction, id: &str, version: &str) -> Result<()> {
    sql("UPDATE cases SET duty_version = $1 WHERE id = $2")
        .bind(version)
        .bind(id)
        .run(t)
        .await?;
    Ok(())
}

/// Writes the course of a case. `Conflict` when somebody else moved it since `was`.
pub async fn update(t: &mut Transaction, case: &Case, was: u32) -> Result<()> {
    let changed = sql(
        "UPDATE cases SET state = $1, class = $2, urgency = $3, holder = $4, lead_unit = $5,
         overseer = $6, closed = $7, due = $8, course = $9, version = $10, handler = $11,
         follows = $12, asks = $13 WHERE id = $14 AND version = $15",
    )
    .bind(case.course.state.name())
    .bind(case.course.class.as_ref())
    .bind(case.course.urgency.name())
    .bind(case.course.holder.as_ref().map(|it| &it.unit))
    .bind(case.course.lead.as_ref())
    .bind(case.course.overseer.as_ref().map(|it| &it.unit))
    .bind(case.closed)
    .bind(case.due)
    .bind(text(&case.course)?)
    .bind(case.course.version)
    .bind(case.course.handler.as_ref())
    .bind(case.course.merged.as_ref().map(|it| &it.primary))
    .bind(asks(&case.course))
    .bind(&case.id)
    .bind(was)
    .run(t)
    .await?;
    if changed == 0 {
        return Err(Error::Conflict("case-changed-meanwhile"));
    }
    sql("DELETE FROM case_deadlines WHERE case_id = $1")
        .bind(&case.id)
        .run(t)
        .await?;
    put_deadlines(t, case).await?;
    put_units(t, case).await?;
    put_parts(t, case).await
}

/// What waits for a supervisor's word.
fn asks(course: &Course) -> Option<&'static str> {
    match course.state {
        State::InProgress => course.suspend_until.map(|_| "suspend"),
        State::Verifying => course.unable.then_some("explain"),
        _ => None,
    }
}

/// What the case asks of units that do not hold it, as it is now.
async fn put_parts(t: &mut Transaction, case: &Case) -> Result<()> {
    let course = &case.course;
    let co = course.co_tasks.iter().filter(|it| it.state.open());
    let mut parts: Vec<(&str, &str)> = co.map(|it| (it.unit.as_str(), "co")).collect();
    if let Some(it) = course.proposal.as_ref().filter(|it| !it.agreed) {
        parts.push((&it.unit.unit, "proposal"));
    }
    if course.state == State::Disputed
        && let Some(sender) = course.trail.last()
    {
        parts.push((&sender.unit, "dispute"));
    }
    if let Some(it) = course.joint.as_ref().filter(|it| !it.confirmed)
        && course.state == State::Verifying
    {
        parts.push((&it.body, "joint"));
    }
    sql("DELETE FROM case_parts WHERE case_id = $1")
        .bind(&case.id)
        .run(t)
        .await?;
    for (unit, part) in parts {
        sql("INSERT INTO case_parts (case_id, unit, part) VALUES ($1, $2, $3)")
            .bind(&case.id)
            .bind(unit)
            .bind(part)
            .run(t)
            .await?;
    }
    Ok(())
}

async fn put_deadlines(t: &mut Transaction, case: &Case) -> Result<()> {
    for it in &case.deadlines {
        sql(
            "INSERT INTO case_deadlines (case_id, clock, part, due, paused)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&case.id)
        .bind(it.clock.name())
        .bind(&it.part)
        .bind(it.due)
        .bind(it.paused)
        .run(t)
        .await?;
    }
    Ok(())
}

async fn put_units(t: &mut Transaction, case: &Case) -> Result<()> {
    let course = &case.course;
    let hops = course
        .trail
        .iter()
        .chain(&course.holder)
        .chain(&course.worker)
        .chain(&course.overseer);
    let co = course.co_tasks.iter().map(|it| &it.unit);
    let proposed = course.proposal.iter().map(|it| &it.unit.unit);
    let body = course.joint.iter().map(|it| &it.body);
    let units = hops.map(|it| &it.unit).chain(&course.lead);
    for unit in units.chain(co).chain(proposed).chain(body) {
        sql("INSERT INTO case_units (case_id, unit) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(&case.id)
            .bind(unit)
            .run(t)
            .await?;
    }
    Ok(())
}

/// Whether there is any case at all.
pub async fn exist(c: &mut Connection) -> Result<bool> {
    let row = sql("SELECT id FROM cases LIMIT 1").optional(c).await?;
    Ok(row.is_some())
}

/// One case.
pub async fn get(c: &mut Connection, id: &str) -> Result<Option<Case>> {
    one(c, sql("SELECT * FROM cases WHERE id = $1").bind(id)).await
}

/// One case by the number people quote.
pub async fn by_number(c: &mut Connection, number: &str) -> Result<Option<Case>> {
    one(c, sql("SELECT * FROM cases WHERE number = $1").bind(number)).await
}

async fn one(c: &mut Connection, statement: super::Statement) -> Result<Option<Case>> {
    let Some(row) = statement.optional(c).await? else {
        return Ok(None);
    };
    let mut case = read(&row)?;
    let rows =
        sql("SELECT clock, part, due, paused FROM case_deadlines WHERE case_id = $1 ORDER BY clock, part")
            .bind(&case.id)
            .all(c)
            .await?;
    for row in rows {
        case.deadlines.push(Deadline {
            clock: named(Clock::from_name(&row.get::<String>("clock")?))?,
            part: row.get("part")?,
            due: row.get("due")?,
            paused: row.get("paused")?,
        });
    }
    Ok(Some(case))
}

/// The next serial of a district on a day; the first is 1.
pub async fn serial(t: &mut Transaction, division: &str, day: &str) -> Result<i64> {
    sql(
        "INSERT INTO case_serials (division, day, last) VALUES ($1, $2, 1)
         ON CONFLICT (division, day) DO UPDATE SET last = case_serials.last + 1 RETURNING last",
    )
    .bind(division)
    .bind(day)
    .one(t)
    .await?
    .get("last")
}

/// What was answered to this command of this principal before: the case and its version.
pub async fn answered(
    c: &mut Connection,
    principal: &str,
    once: &str,
) -> Result<Option<(String, u32)>> {
    let row = sql("SELECT case_id, version FROM case_once WHERE principal = $1 AND once = $2")
        .bind(principal)
        .bind(once)
        .optional(c)
        .await?;
    row.map(|row| Ok((row.get("case_id")?, count(row.get("version")?))))
        .transpose()
}

/// Keeps what was answered. `Conflict` when the same command is being answered elsewhere.
pub async fn keep_answer(
    t: &mut Transaction,
    principal: &str,
    once: &str,
    case: &Case,
    now: Timestamp,
) -> Result<()> {
    sql(
        "INSERT INTO case_once (principal, once, case_id, version, at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(principal)
    .bind(once)
    .bind(&case.id)
    .bind(case.course.version)
    .bind(now)
    .run(t)
    .await?;
    Ok(())
}

/// Keeps how a reporter without an account can be reached.
pub async fn put_contact(
    t: &mut Transaction,
    case: &str,
    name: Option<&str>,
    phone: Option<&str>,
) -> Result<()> {
    sql("INSERT INTO case_contacts (case_id, name, phone) VALUES ($1, $2, $3)")
        .bind(case)
        .bind(name)
        .bind(phone)
        .run(t)
        .await?;
    Ok(())
}

/// Keeps how the other party of a mediation can be reached.
pub async fn put_party(t: &mut Transaction, case: &str, name: &str, phone: &str) -> Result<()> {
    sql(
        "INSERT INTO case_contacts (case_id, party_name, party_phone) VALUES ($1, $2, $3)
         ON CONFLICT (case_id) DO UPDATE SET party_name = $2, party_phone = $3",
    )
    .bind(case)
    .bind(name)
    .bind(phone)
    .run(t)
    .await?;
    Ok(())
}

/// Name and phone of the reporter: from the case, else from their account.
pub async fn contact(c: &mut Connection, case: &str) -> Result<(Option<String>, Option<String>)> {
    let row = sql(
        "SELECT COALESCE(k.name, a.name) AS name, COALESCE(k.phone, a.phone) AS phone
         FROM cases x LEFT JOIN case_contacts k ON k.case_id = x.id
         LEFT JOIN accounts a ON a.id = x.reporter WHERE x.id = $1",
    )
    .bind(case)
    .one(c)
    .await?;
    Ok((row.get("name")?, row.get("phone")?))
}

/// Notes on which visit an incident was found.
pub async fn link(t: &mut Transaction, case: &str, visit: &str, now: Timestamp) -> Result<()> {
    sql("INSERT INTO case_links (case_id, visit, at) VALUES ($1, $2, $3)")
        .bind(case)
        .bind(visit)
        .bind(now)
        .run(t)
        .await?;
    Ok(())
}

/// The visit that a case was found on, and the incidents found on it; without their deadlines.
pub async fn linked(c: &mut Connection, case: &str) -> Result<Vec<Case>> {
    let rows = sql(
        "SELECT * FROM cases WHERE id IN (SELECT visit FROM case_links WHERE case_id = $1)
         OR id IN (SELECT case_id FROM case_links WHERE visit = $1) ORDER BY id",
    )
    .bind(case)
    .all(c)
    .await?;
    rows.iter().map(read).collect()
}

/// Whether one of these units has had to do with a case.
pub async fn knows(c: &mut Connection, case: &str, units: &[String]) -> Result<bool> {
    let statement = sql("SELECT unit FROM case_units").push_bind(" WHERE case_id = ?", case);
    Ok(any(statement, "unit", Some(units))
        .push(" LIMIT 1")
        .optional(c)
        .await?
        .is_some())
}

/// A running deadline that has passed.
pub struct Due {
    /// Whose.
    pub case: String,
    /// Which.
    pub clock: Clock,
    /// Whose part, of a co-task's.
    pub part: String,
}

/// Deadlines that passed at or before `now`, the longest overdue first. On PostgreSQL their cases
/// are locked until the transaction ends, and those somebody else works on are passed over. A case
/// is always locked before its deadlines: whoever did it the other way round would wait for an act
/// that waits for them.
pub async fn overdue(t: &mut Transaction, now: Timestamp, limit: u32) -> Result<Vec<Due>> {
    let mut statement = sql(
        "SELECT d.case_id, d.clock, d.part FROM case_deadlines d JOIN cases c ON c.id = d.case_id
         WHERE d.paused IS NULL",
    )
    .push_bind(" AND d.due <= ?", now)
    .push(" ORDER BY d.due, d.case_id")
    .push_bind(" LIMIT ?", limit);
    if t.backend() == super::Backend::Postgres {
        statement = statement.push(" FOR NO KEY UPDATE OF c SKIP LOCKED");
    }
    let rows = statement.all(t).await?;
    let due = |row: &Row| {
        Ok(Due {
            case: row.get("case_id")?,
            clock: named(Clock::from_name(&row.get::<String>("clock")?))?,
            part: row.get("part")?,
        })
    };
    rows.iter().map(due).collect()
}

/// The cases that follow this one, with their deadlines.
pub async fn followers(c: &mut Connection, primary: &str) -> Result<Vec<Case>> {
    let rows = sql("SELECT id FROM cases WHERE follows = $1 AND state = $2 ORDER BY id")
        .bind(primary)
        .bind(State::Merged.name())
        .all(c)
        .await?;
    let mut found = Vec::new();
    for row in rows {
        found.extend(get(c, &row.get::<String>("id")?).await?);
    }
    Ok(found)
}

/// A plugin's proposal for a case.
#[derive(Clone, Debug, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Suggestion {
    /// The plugin.
    pub plugin: String,
    /// Its revision.
    pub revision: String,
    /// The class it proposes.
    pub class: String,
    /// The urgency it proposes.
    pub urgency: Urgency,
    /// 0 to 1.
    pub confidence: f64,
    /// Why, in the plugin's words (Chinese, where it has them in both).
    pub reason: String,
}

/// Keeps a proposal; the first of a plugin stands.
pub async fn put_suggestion(t: &mut Transaction, case: &str, it: &Suggestion) -> Result<()> {
    sql("INSERT INTO case_suggestions (case_id, plugin, revision, class, urgency, confidence, reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING")
        .bind(case)
        .bind(&it.plugin)
        .bind(&it.revision)
        .bind(&it.class)
        .bind(it.urgency.name())
        .bind(it.confidence)
        .bind(&it.reason)
        .run(t)
        .await?;
    Ok(())
}

/// Keeps what a person chose, beside every proposal.
pub async fn choose(t: &mut Transaction, case: &str, class: &str, urgency: Urgency) -> Result<()> {
    sql("UPDATE case_suggestions SET chosen_class = $1, chosen_urgency = $2 WHERE case_id = $3")
        .bind(class)
        .bind(urgency.name())
        .bind(case)
        .run(t)
        .await?;
    Ok(())
}

/// The proposals for a case, by the stated rule: the surest first, then by class.
pub async fn suggestions(c: &mut Connection, case: &str) -> Result<Vec<Suggestion>> {
    let rows = sql(
        "SELECT * FROM case_suggestions WHERE case_id = $1 ORDER BY confidence DESC, class, plugin",
    )
    .bind(case)
    .all(c)
    .await?;
    let read = |row: &Row| {
        Ok(Suggestion {
            plugin: row.get("plugin")?,
            revision: row.get("revision")?,
            class: row.get("class")?,
            urgency: named(Urgency::from_name(&row.get::<String>("urgency")?))?,
            confidence: row.get("confidence")?,
            reason: row.get("reason")?,
        })
    };
    rows.iter().map(read).collect()
}

pub(super) fn read(row: &Row) -> Result<Case> {
    let course: Course = parse(&row.get::<String>("course")?)?;
    Ok(Case {
        id: row.get("id")?,
        number: row.get("number")?,
        course,
        title: row.get("title")?,
        division: row.get("division")?,
        address: row.get("address")?,
        lon: row.get("lon")?,
        lat: row.get("lat")?,
        channel: parse(&row.get::<String>("channel")?)?,
        reporter: row.get("reporter")?,
        phone_hash: row.get("phone_hash")?,
        proxy: row.get("proxy")?,
        party_hash: row.get("party_hash")?,
        plugin: row.get("plugin")?,
        opened: row.get("opened")?,
        closed: row.get("closed")?,
        due: row.get("due")?,
        deadlines: Vec::new(),
    })
}

fn text<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(Error::internal)
}

fn parse<T: serde::de::DeserializeOwned>(value: &str) -> Result<T> {
    serde_json::from_str(value).map_err(Error::internal)
}

fn named<T>(value: Option<T>) -> Result<T> {
    value.ok_or_else(|| Error::bug("a row names what this version does not know"))
}

fn count(value: i64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
