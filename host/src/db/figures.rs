//! Rows that figures are made of: facts and stays of each case, and the sums of those that have
//! ended. What a figure counts is in `cases::figures::table`; a statement is put together from it.

pub mod day;
mod listed;
mod query;
mod sums;

pub use listed::{Left, Listed, StayRow, behind, excluded, stays};
pub use query::{By, Counted, Group, Scope, figures};
pub use sums::{forget, put_in, sums_as_counted, sums_as_kept};

use std::{collections::BTreeMap, sync::OnceLock};

use super::{Argument, Backend, Connection, Row, Transaction, sql};
use crate::{
    cases::{
        figures::facts::{Excluded, Exclusion, Facts, Stay},
        model::State,
    },
    error::{Error, Result},
    time::Timestamp,
};

/// The columns of a row, in the order in which they are bound. The last one is set by what is run.
const COLUMNS: [&str; 37] = [
    "case_id",
    "division",
    "procedure",
    "class",
    "unit",
    "level",
    "day",
    "state",
    "since",
    "opened",
    "ended",
    "due",
    "responded",
    "response_due",
    "resolved",
    "resolve_due",
    "contacted",
    "solved",
    "satisfied",
    "missed",
    "overseen",
    "raised",
    "returned",
    "reworked",
    "reopened",
    "suspended",
    "parts",
    "parts_refused",
    "forms",
    "fields",
    "held",
    "excluded",
    "excluded_at",
    "excluded_unit",
    "excluded_by",
    "approved_by",
    "summed",
];

fn values(it: &Facts) -> [Argument; 37] {
    let why = it.excluded.as_ref();
    [
        (&it.case).into(),
        (&it.division).into(),
        (&it.procedure).into(),
        (&it.class).into(),
        (&it.unit).into(),
        it.level.into(),
        (&it.day).into(),
        it.state.name().into(),
        it.since.into(),
        it.opened.into(),
        it.ended.into(),
        it.due.into(),
        it.responded.into(),
        it.response_due.into(),
        it.resolved.into(),
        it.resolve_due.into(),
        it.contacted.map(i64::from).into(),
        it.solved.map(i64::from).into(),
        it.satisfied.map(i64::from).into(),
        it.missed.into(),
        it.overseen.into(),
        it.raised.into(),
        it.returned.into(),
        it.reworked.into(),
        it.reopened.into(),
        it.suspended.into(),
        it.parts.into(),
        it.parts_refused.into(),
        it.forms.into(),
        it.fields.into(),
        it.held.into(),
        why.map(|it| it.why.name()).into(),
        why.map(|it| it.at).into(),
        why.and_then(|it| it.unit.as_ref()).into(),
        why.and_then(|it| it.by.as_ref()).into(),
        why.and_then(|it| it.approved_by.as_ref()).into(),
        0_i64.into(),
    ]
}

fn read(row: &Row) -> Result<Facts> {
    let count = |name: &str| -> Result<u32> {
        Ok(u32::try_from(row.get::<i64>(name)?).unwrap_or(u32::MAX))
    };
    let yes = |name: &str| -> Result<Option<bool>> {
        Ok(row.get::<Option<i64>>(name)?.map(|it| it != 0))
    };
    let satisfied: Option<i64> = row.get("satisfied")?;
    Ok(Facts {
        case: row.get("case_id")?,
        division: row.get("division")?,
        procedure: row.get("procedure")?,
        class: row.get("class")?,
        unit: row.get("unit")?,
        level: row.get("level")?,
        day: row.get("day")?,
        state: state(&row.get::<String>("state")?)?,
        since: row.get("since")?,
        opened: row.get("opened")?,
        ended: row.get("ended")?,
        due: row.get("due")?,
        responded: row.get("responded")?,
        response_due: row.get("response_due")?,
        resolved: row.get("resolved")?,
        resolve_due: row.get("resolve_due")?,
        contacted: yes("contacted")?,
        solved: yes("solved")?,
        satisfied: satisfied.and_then(|it| u8::try_from(it).ok()),
        missed: count("missed")?,
        overseen: count("overseen")?,
        raised: count("raised")?,
        returned: count("returned")?,
        reworked: count("reworked")?,
        reopened: count("reopened")?,
        suspended: count("suspended")?,
        parts: count("parts")?,
        parts_refused: count("parts_refused")?,
        forms: count("forms")?,
        fields: count("fields")?,
        held: count("held")?,
        excluded: read_excluded(row)?,
    })
}

fn read_excluded(row: &Row) -> Result<Option<Excluded>> {
    let Some(why) = row.get::<Option<String>>("excluded")? else {
        return Ok(None);
    };
    let why = Exclusion::from_name(&why);
    Ok(Some(Excluded {
        why: why.ok_or_else(|| Error::bug("a row names what this version does not know"))?,
        at: row.get("excluded_at")?,
        unit: row.get("excluded_unit")?,
        by: row.get("excluded_by")?,
        approved_by: row.get("approved_by")?,
    }))
}

fn state(name: &str) -> Result<State> {
    State::from_name(name).ok_or_else(|| Error::bug("a row names what this version does not know"))
}

/// What is known of a case, for who is about to write it: the row is held until the transaction
/// ends, and the case is taken out of the sums if it is in them.
pub async fn take(t: &mut Transaction, case: &str, now: Timestamp) -> Result<Option<Facts>> {
    let lock = match t.backend() {
        Backend::Postgres => " FOR UPDATE",
        // One writer: nobody else is writing.
        Backend::Sqlite => "",
    };
    let statement = sql(format!("SELECT * FROM case_facts WHERE case_id = $1{lock}"));
    let Some(row) = statement.bind(case).optional(t).await? else {
        return Ok(None);
    };
    if row.get::<bool>("summed")? {
        sums::take_out(t, case, now).await?;
    }
    read(&row).map(Some)
}

/// What is known of a case.
pub async fn get(c: &mut Connection, case: &str) -> Result<Option<Facts>> {
    let row = sql("SELECT * FROM case_facts WHERE case_id = $1").bind(case);
    row.optional(c).await?.as_ref().map(read).transpose()
}

/// Writes what is known of a case, as one that is in no sum.
pub async fn put(t: &mut Transaction, facts: &Facts) -> Result<()> {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(|| {
        let places: Vec<String> = (1..=COLUMNS.len()).map(|n| format!("${n}")).collect();
        let changed = COLUMNS.iter().skip(1);
        let changed: Vec<String> = changed.map(|it| format!("{it} = excluded.{it}")).collect();
        format!(
            "INSERT INTO case_facts ({}) VALUES ({}) ON CONFLICT (case_id) DO UPDATE SET {}",
            COLUMNS.join(", "),
            places.join(", "),
            changed.join(", ")
        )
    });
    let mut statement = sql(text.as_str());
    for value in values(facts) {
        statement = statement.bind(value);
    }
    statement.run(t).await.map(drop)
}

/// Adds a stay that is over.
pub async fn add_stay(t: &mut Transaction, case: &str, stay: Stay) -> Result<()> {
    sql(
        "INSERT INTO case_stays (case_id, state, stays, micros) VALUES ($1, $2, 1, $3)
         ON CONFLICT (case_id, state) DO UPDATE SET stays = case_stays.stays + 1,
         micros = case_stays.micros + excluded.micros",
    )
    .bind(case)
    .bind(stay.state.name())
    .bind(stay.micros)
    .run(t)
    .await
    .map(drop)
}

/// Stays that are over, by state: how many, and how long in all, in microseconds.
pub type Stays = BTreeMap<State, (i64, i64)>;

/// The stays of a case.
pub async fn stays_of(c: &mut Connection, case: &str) -> Result<Stays> {
    let rows = sql("SELECT state, stays, micros FROM case_stays WHERE case_id = $1").bind(case);
    let rows = rows.all(c).await?;
    let one = |row: &Row| {
        let state = state(&row.get::<String>("state")?)?;
        Ok((state, (row.get("stays")?, row.get("micros")?)))
    };
    rows.iter().map(one).collect()
}

/// Writes the stays of a case anew.
pub async fn put_stays(t: &mut Transaction, case: &str, stays: &Stays) -> Result<()> {
    sql("DELETE FROM case_stays WHERE case_id = $1")
        .bind(case)
        .run(t)
        .await?;
    for (state, (count, micros)) in stays {
        sql("INSERT INTO case_stays (case_id, state, stays, micros) VALUES ($1, $2, $3, $4)")
            .bind(case)
            .bind(state.name())
            .bind(*count)
            .bind(*micros)
            .run(t)
            .await?;
    }
    Ok(())
}

/// Ids of cases that nothing is known of, at most `limit`.
pub async fn without(c: &mut Connection, limit: u32) -> Result<Vec<String>> {
    let rows = sql("SELECT id FROM cases WHERE NOT EXISTS
         (SELECT 1 FROM case_facts f WHERE f.case_id = cases.id) ORDER BY id LIMIT $1");
    let rows = rows.bind(limit).all(c).await?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// Ids of cases after `from`, in order, at most `limit`.
pub async fn ids(c: &mut Connection, from: &str, limit: u32) -> Result<Vec<String>> {
    let rows = sql("SELECT id FROM cases WHERE id > $1 ORDER BY id LIMIT $2");
    let rows = rows.bind(from).bind(limit).all(c).await?;
    rows.iter().map(|row| row.get("id")).collect()
}
