//! Rows of cases that came in by Open311. Whether one may be shown, and what of it, is decided in
//! `open311`.

use std::collections::BTreeMap;

use super::{
    Connection,
    cases::{any, read},
    sql,
};
use crate::{cases::model::Case, error::Result, time::Timestamp};

/// Which cases. What is empty or `None` does not restrict.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// At places below this division.
    pub within: String,
    /// Of this id.
    pub id: Option<String>,
    /// Of these numbers.
    pub numbers: Option<Vec<String>>,
    /// Of these classes.
    pub codes: Vec<String>,
    /// Handed in at or after this.
    pub from: Option<Timestamp>,
    /// Handed in at or before this.
    pub until: Option<Timestamp>,
    /// Only those that are not resolved yet, or only those that are.
    pub open: Option<bool>,
}

/// A case with what its row does not say.
#[derive(Clone, Debug)]
pub struct Found {
    /// The case, without its deadlines.
    pub case: Case,
    /// When it must be resolved, while that clock runs.
    pub resolve: Option<Timestamp>,
    /// When it changed last or, once it is resolved, when it was.
    pub updated: Timestamp,
}

/// The states of which `open311::requests::closed` is true; a test holds them together.
pub(crate) const CLOSED: &str = "('resolved', 'closed', 'declined')";

/// The cases, the newest first, at most `limit`. The condition on the channel stands in the text,
/// so that the index on it is used.
pub async fn list(c: &mut Connection, filter: &Filter, limit: u32) -> Result<Vec<Found>> {
    let text = format!(
        "SELECT cases.*, d.due AS resolve,
           (SELECT MAX(e.at) FROM case_events e WHERE e.case_id = cases.id) AS moved,
           CASE WHEN state IN {CLOSED} THEN
             (SELECT MIN(e.at) FROM case_events e WHERE e.case_id = cases.id AND e.state IN {CLOSED}
                AND e.seq > COALESCE((SELECT MAX(o.seq) FROM case_events o
                  WHERE o.case_id = cases.id AND o.state NOT IN {CLOSED}), 0))
           END AS ended
         FROM cases LEFT JOIN case_deadlines d
           ON d.case_id = cases.id AND d.clock = 'resolve' AND d.paused IS NULL
         WHERE channel = '\"open311\"'"
    );
    let mut statement = sql(text);
    if !filter.within.is_empty() {
        statement = statement
            .push_bind(" AND division >= ?", &filter.within)
            .push_bind(" AND division < ?", format!("{}:", filter.within));
    }
    if let Some(id) = &filter.id {
        statement = statement.push_bind(" AND id = ?", id);
    }
    statement = any(statement, "number", filter.numbers.as_deref());
    if !filter.codes.is_empty() {
        statement = any(statement, "class", Some(&filter.codes));
    }
    if let Some(from) = filter.from {
        statement = statement.push_bind(" AND opened >= ?", from);
    }
    if let Some(until) = filter.until {
        statement = statement.push_bind(" AND opened <= ?", until);
    }
    statement = match filter.open {
        Some(true) => statement.push(&format!(" AND state NOT IN {CLOSED}")),
        Some(false) => statement.push(&format!(" AND state IN {CLOSED}")),
        None => statement,
    };
    let rows = statement
        .push_bind(" ORDER BY opened DESC, id DESC LIMIT ?", limit)
        .all(c)
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let case = read(row)?;
        let ended: Option<Timestamp> = row.get("ended")?;
        let moved: Option<Timestamp> = row.get("moved")?;
        found.push(Found {
            resolve: row.get("resolve")?,
            updated: ended.or(moved).unwrap_or(case.opened),
            case,
        });
    }
    Ok(found)
}

/// What was written when these cases were handed in, by case; not of those where nothing was, or
/// where it has been erased.
pub async fn words(c: &mut Connection, cases: &[String]) -> Result<BTreeMap<String, String>> {
    if cases.is_empty() {
        return Ok(BTreeMap::new());
    }
    let start = sql("SELECT w.case_id, w.words FROM case_words w
         JOIN case_events e ON e.id = w.event WHERE e.seq = 1");
    let rows = any(start, "w.case_id", Some(cases)).all(c).await?;
    let pair = |row: &super::Row| Ok((row.get("case_id")?, row.get("words")?));
    rows.iter().map(pair).collect()
}
