//! Rows of duty lists, of the working calendar and of precedents.

use super::{Connection, Row, Transaction, sql};
use crate::{
    cases::calendar::Year,
    error::{Error, Result},
    time::Timestamp,
};

/// A version as it is kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What it is called.
    pub version: String,
    /// Empty, or the district that it is an overlay of.
    pub division: String,
    /// From when on it is in force.
    pub since: Timestamp,
    /// TOML.
    pub document: String,
    /// Who put it in force.
    pub by: String,
    /// When they did.
    pub at: Timestamp,
}

/// How often lists and calendar have changed.
pub async fn generation(c: &mut Connection) -> Result<i64> {
    let row = sql("SELECT generation FROM duty_pointer").one(c).await?;
    row.get("generation")
}

/// Sees to it that no other transaction changes anything here until this one ends.
pub async fn lock(t: &mut Transaction) -> Result<()> {
    sql("UPDATE duty_pointer SET generation = generation")
        .run(t)
        .await?;
    Ok(())
}

/// Counts a change that was made; after it, so that nothing can be read of it under the old count.
pub async fn advance(t: &mut Transaction) -> Result<()> {
    sql("UPDATE duty_pointer SET generation = generation + 1")
        .run(t)
        .await?;
    Ok(())
}

/// All versions, by when they came in force and then by when they were put there.
pub async fn lists(c: &mut Connection) -> Result<Vec<Kept>> {
    let rows = sql("SELECT * FROM duty_lists ORDER BY since, put_at, version")
        .all(c)
        .await?;
    let read = |row: &Row| {
        Ok(Kept {
            version: row.get("version")?,
            division: row.get("division")?,
            since: row.get("since")?,
            document: row.get("document")?,
            by: row.get("put_by")?,
            at: row.get("put_at")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Adds a version. `Conflict` when there is one of that name.
pub async fn insert(t: &mut Transaction, it: &Kept) -> Result<()> {
    sql(
        "INSERT INTO duty_lists (version, division, since, document, put_by, put_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&it.version)
    .bind(&it.division)
    .bind(it.since)
    .bind(&it.document)
    .bind(&it.by)
    .bind(it.at)
    .run(t)
    .await?;
    Ok(())
}

/// The years of the calendar that were brought in.
pub async fn years(c: &mut Connection) -> Result<Vec<Year>> {
    let rows = sql("SELECT * FROM calendar_years ORDER BY year")
        .all(c)
        .await?;
    let days = |text: String| serde_json::from_str(&text).map_err(Error::internal);
    let read = |row: &Row| {
        let year: i64 = row.get("year")?;
        Ok(Year {
            year: i16::try_from(year).map_err(Error::internal)?,
            source: row.get("source")?,
            holidays: days(row.get("holidays")?)?,
            workdays: days(row.get("workdays")?)?,
        })
    };
    rows.iter().map(read).collect()
}

/// Writes a year, in the place of what was known of it.
pub async fn put_year(t: &mut Transaction, it: &Year, by: &str, at: Timestamp) -> Result<()> {
    let days = |days: &[String]| serde_json::to_string(days).map_err(Error::internal);
    sql(
        "INSERT INTO calendar_years (year, source, holidays, workdays, put_by, put_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (year) DO UPDATE SET source = excluded.source, holidays = excluded.holidays,
         workdays = excluded.workdays, put_by = excluded.put_by, put_at = excluded.put_at",
    )
    .bind(i64::from(it.year))
    .bind(&it.source)
    .bind(days(&it.holidays)?)
    .bind(days(&it.workdays)?)
    .bind(by)
    .bind(at)
    .run(t)
    .await?;
    Ok(())
}

/// A ruling on a dispute, proposed as a change to the list.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Precedent {
    /// Row id.
    pub id: String,
    /// The case that was ruled on.
    pub case: String,
    /// Its class.
    pub class: String,
    /// Where it is.
    pub division: String,
    /// The unit that returned it.
    pub from_unit: String,
    /// The unit that was told to take it.
    pub to_unit: String,
    /// Why; names nobody.
    pub reason: String,
    /// Who ruled.
    pub ruled_by: String,
    /// When.
    pub at: Timestamp,
    /// `open`, `accepted` or `rejected`.
    pub state: String,
    /// When the keeper decided.
    pub decided: Option<Timestamp>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// Why it was rejected.
    pub answer: Option<String>,
    /// The version that took it up.
    pub version: Option<String>,
}

fn precedent(row: &Row) -> Result<Precedent> {
    Ok(Precedent {
        id: row.get("id")?,
        case: row.get("case_id")?,
        class: row.get("class")?,
        division: row.get("division")?,
        from_unit: row.get("from_unit")?,
        to_unit: row.get("to_unit")?,
        reason: row.get("reason")?,
        ruled_by: row.get("ruled_by")?,
        at: row.get("at")?,
        state: row.get("state")?,
        decided: row.get("decided")?,
        decided_by: row.get("decided_by")?,
        answer: row.get("answer")?,
        version: row.get("version")?,
    })
}

/// Adds a precedent.
pub async fn insert_precedent(t: &mut Transaction, it: &Precedent) -> Result<()> {
    sql(
        "INSERT INTO duty_precedents (id, case_id, class, division, from_unit, to_unit, reason,
         ruled_by, at, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(&it.id)
    .bind(&it.case)
    .bind(&it.class)
    .bind(&it.division)
    .bind(&it.from_unit)
    .bind(&it.to_unit)
    .bind(&it.reason)
    .bind(&it.ruled_by)
    .bind(it.at)
    .bind(&it.state)
    .run(t)
    .await?;
    Ok(())
}

/// One precedent.
pub async fn get_precedent(c: &mut Connection, id: &str) -> Result<Option<Precedent>> {
    let row = sql("SELECT * FROM duty_precedents WHERE id = $1")
        .bind(id)
        .optional(c)
        .await?;
    row.as_ref().map(precedent).transpose()
}

/// Precedents older than the row `before`, the newest first; those that are open, or all.
pub async fn precedents(
    c: &mut Connection,
    open: bool,
    before: Option<&str>,
    limit: u32,
) -> Result<Vec<Precedent>> {
    let mut find = sql("SELECT * FROM duty_precedents WHERE 1 = 1");
    if open {
        find = find.push(" AND state = 'open'");
    }
    if let Some(before) = before {
        find = find.push_bind(" AND id < ?", before);
    }
    let rows = find
        .push_bind(" ORDER BY id DESC LIMIT ?", limit)
        .all(c)
        .await?;
    rows.iter().map(precedent).collect()
}

/// Writes what was decided about a precedent that is open; `Conflict` when it no longer is.
pub async fn decide(t: &mut Transaction, it: &Precedent) -> Result<()> {
    let changed = sql(
        "UPDATE duty_precedents SET state = $1, decided = $2, decided_by = $3, answer = $4,
         version = $5 WHERE id = $6 AND state = 'open'",
    )
    .bind(&it.state)
    .bind(it.decided)
    .bind(it.decided_by.as_ref())
    .bind(it.answer.as_ref())
    .bind(it.version.as_ref())
    .bind(&it.id)
    .run(t)
    .await?;
    match changed {
        0 => Err(Error::Conflict("precedent-decided")),
        _ => Ok(()),
    }
}
