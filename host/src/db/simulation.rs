//! What a simulation reads to know where it stands. Reads only: all that it does goes through the
//! domain's operations.

use super::{Connection, Row, cases, integrity::bound, sql};
use crate::{
    cases::model::{Case, Clock},
    error::{Error, Result},
    time::Timestamp,
};

/// Login and id of the accounts whose login begins with `prefix`, by login.
pub async fn accounts(c: &mut Connection, prefix: &str) -> Result<Vec<(String, String)>> {
    let rows = sql("SELECT login, id FROM accounts WHERE SUBSTR(login, 1, LENGTH($1)) = $1")
        .bind(prefix)
        .all(c)
        .await?;
    let read = |row: &Row| Ok((row.get("login")?, row.get("id")?));
    let mut found: Vec<(String, String)> = rows.iter().map(read).collect::<Result<_>>()?;
    found.sort();
    Ok(found)
}

/// When the last event was; none when there is none.
pub async fn latest(c: &mut Connection) -> Result<Option<Timestamp>> {
    let row = sql("SELECT MAX(at) AS at FROM case_events").one(c).await?;
    row.get("at")
}

/// The cases that had an event at `at`, each with the number of its last event then.
pub async fn touched(c: &mut Connection, at: Timestamp) -> Result<Vec<(String, u32)>> {
    let rows = sql("SELECT case_id, MAX(seq) AS seq FROM case_events
         WHERE id >= $1 AND id < $2 AND at = $3 GROUP BY case_id")
    .bind(bound(at))
    .bind(bound(Timestamp::from_micros(at.micros() + 1000)))
    .bind(at)
    .all(c)
    .await?;
    let read = |row: &Row| {
        let seq = u32::try_from(row.get::<i64>("seq")?).unwrap_or(u32::MAX);
        Ok((row.get("case_id")?, seq))
    };
    rows.iter().map(read).collect()
}

/// Hands over each case, without its deadlines, and when its last event was.
pub async fn cases(
    c: &mut Connection,
    take: &mut (dyn FnMut(Case, Timestamp) + Send),
) -> Result<()> {
    sql("SELECT c.*, e.last FROM cases c
         JOIN (SELECT case_id, MAX(at) AS last FROM case_events GROUP BY case_id) e
         ON e.case_id = c.id ORDER BY c.number")
    .each(c, &mut |row| {
        take(cases::read(&row)?, row.get("last")?);
        Ok(())
    })
    .await
}

/// A deadline that has passed and was not worked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Whose.
    pub case: String,
    /// Which.
    pub clock: Clock,
    /// Since when.
    pub due: Timestamp,
}

/// The first deadline that had passed at `now`.
pub async fn passed(c: &mut Connection, now: Timestamp) -> Result<Option<Passed>> {
    let row = sql("SELECT case_id, clock, due FROM case_deadlines
         WHERE paused IS NULL AND due <= $1 ORDER BY due, case_id, clock, part LIMIT 1")
    .bind(now)
    .optional(c)
    .await?;
    let read = |row: Row| {
        let clock = Clock::from_name(&row.get::<String>("clock")?);
        Ok(Passed {
            case: row.get("case_id")?,
            clock: clock
                .ok_or_else(|| Error::bug("a row names what this version does not know"))?,
            due: row.get("due")?,
        })
    };
    row.map(read).transpose()
}
