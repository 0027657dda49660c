//! Hints about cases, and what persons made of them. `find_*` read what hints are made of.

use std::collections::BTreeMap;

use super::lists::any;
use crate::{
    cases::hints::{Decision, Kind},
    db::{Connection, Row, Transaction, integrity::bound, sql},
    error::{Error, Result},
    grid::Position,
    time::Timestamp,
};

/// A hint as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Row id.
    pub id: String,
    /// What was noticed.
    pub kind: Kind,
    /// The class of a cluster, or the keyed hash of a number; the latter never leaves the host.
    pub subject: String,
    /// The lowest division that has all of its cases.
    pub division: String,
    /// How many cases.
    pub cases: u32,
    /// Within what radius, in metres; none for a caller.
    pub metres: Option<u32>,
    /// Within how many days.
    pub days: u32,
    /// When it was first noticed.
    pub found: Timestamp,
    /// When it was last.
    pub seen: Timestamp,
    /// What a person made of it.
    pub decision: Option<Decision>,
}

fn read(row: &Row) -> Result<Hint> {
    let decision: Option<String> = row.get("decision")?;
    let decision = decision.as_deref().map(Decision::from_name);
    let known = || Error::bug("a row names what this version does not know");
    let small = |it: i64| u32::try_from(it).unwrap_or(u32::MAX);
    Ok(Hint {
        id: row.get("id")?,
        kind: Kind::from_name(&row.get::<String>("kind")?).ok_or_else(known)?,
        subject: row.get("subject")?,
        division: row.get("division")?,
        cases: small(row.get("cases")?),
        metres: row.get::<Option<i64>>("metres")?.map(small),
        days: small(row.get("days")?),
        found: row.get("found")?,
        seen: row.get("seen")?,
        decision: decision.map(|it| it.ok_or_else(known)).transpose()?,
    })
}

/// A case with a class and a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Spot {
    /// The case.
    pub case: String,
    /// Its class.
    pub class: String,
    /// Its division.
    pub division: String,
    /// Where.
    pub at: Position,
}

/// Incidents with a class and a point that were handed in since then and not refused, the oldest
/// first, at most `limit` of the newest.
pub async fn spots(
    c: &mut Connection,
    classes: &[String],
    since: Timestamp,
    limit: u32,
) -> Result<Vec<Spot>> {
    let statement = sql("SELECT id, class, division, lon, lat FROM cases")
        .push_bind(" WHERE id >= ?", bound(since))
        .push(" AND lon IS NOT NULL AND lat IS NOT NULL AND state <> 'declined'");
    let rows = any(statement, "class", Some(classes))
        .push_bind(" ORDER BY id DESC LIMIT ?", limit)
        .all(c)
        .await?;
    let spot = |row: &Row| {
        Ok(Spot {
            case: row.get("id")?,
            class: row.get("class")?,
            division: row.get("division")?,
            at: Position {
                lon: row.get("lon")?,
                lat: row.get("lat")?,
            },
        })
    };
    rows.iter().rev().map(spot).collect()
}

/// Who called: neither those whom a plugin looks after, nor grid workers, whose work it is to report.
const CALLED: &str = "procedure = 'incident' AND plugin IS NULL AND channel <> '\"grid-worker\"'";

/// The cases reported since then with one number, for each number that has `least` at least: case
/// and division, by the number's keyed hash. At most `limit` numbers, the busiest first.
pub async fn callers(
    c: &mut Connection,
    since: Timestamp,
    least: u32,
    limit: u32,
) -> Result<BTreeMap<String, Vec<(String, String)>>> {
    let since = bound(since);
    let rows = sql("SELECT phone_hash FROM cases WHERE phone_hash IS NOT NULL AND ")
        .push(CALLED)
        .push_bind(" AND id >= ?", &since)
        .push_bind(" GROUP BY phone_hash HAVING COUNT(*) >= ?", least)
        .push_bind(" ORDER BY COUNT(*) DESC, phone_hash LIMIT ?", limit)
        .all(c)
        .await?;
    let mut found = BTreeMap::new();
    for row in rows {
        let hash: String = row.get("phone_hash")?;
        let cases = sql("SELECT id, division FROM cases WHERE ")
            .push(CALLED)
            .push_bind(" AND phone_hash = ?", &hash)
            .push_bind(" AND id >= ? ORDER BY id LIMIT 200", &since)
            .all(c)
            .await?;
        let cases = cases
            .iter()
            .map(|it| Ok((it.get("id")?, it.get("division")?)));
        found.insert(hash, cases.collect::<Result<Vec<_>>>()?);
    }
    Ok(found)
}

/// The newest hint of this kind and subject that shares a case with these.
pub async fn sharing(
    c: &mut Connection,
    kind: Kind,
    subject: &str,
    cases: &[String],
) -> Result<Option<Hint>> {
    let statement = sql("SELECT * FROM case_hints")
        .push_bind(" WHERE kind = ?", kind.name())
        .push_bind(" AND subject = ?", subject)
        .push(" AND id IN (SELECT hint FROM case_hint_cases WHERE 1 = 1");
    let statement = any(statement, "case_id", Some(cases));
    let row = statement
        .push(") ORDER BY id DESC LIMIT 1")
        .optional(c)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Adds a hint, or brings one that is waiting up to date, with its cases.
pub async fn put(t: &mut Transaction, hint: &Hint, cases: &[String]) -> Result<()> {
    sql(
        "INSERT INTO case_hints (id, kind, subject, division, cases, metres, days, found, seen)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (id) DO UPDATE SET division = $4, cases = $5, seen = $9",
    )
    .bind(&hint.id)
    .bind(hint.kind.name())
    .bind(&hint.subject)
    .bind(&hint.division)
    .bind(hint.cases)
    .bind(hint.metres.map(i64::from))
    .bind(hint.days)
    .bind(hint.found)
    .bind(hint.seen)
    .run(t)
    .await?;
    for case in cases {
        sql("INSERT INTO case_hint_cases (hint, case_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(&hint.id)
            .bind(case)
            .run(t)
            .await?;
    }
    Ok(())
}

/// Forgets hints that nobody has decided on and that were not noticed again since then.
pub async fn forget(t: &mut Transaction, since: Timestamp) -> Result<()> {
    let old = "SELECT id FROM case_hints WHERE decision IS NULL AND seen < $1";
    sql(format!("DELETE FROM case_hint_cases WHERE hint IN ({old})"))
        .bind(since)
        .run(t)
        .await?;
    sql("DELETE FROM case_hints WHERE decision IS NULL AND seen < $1")
        .bind(since)
        .run(t)
        .await
        .map(drop)
}

/// One hint.
pub async fn get(c: &mut Connection, id: &str) -> Result<Option<Hint>> {
    let row = sql("SELECT * FROM case_hints WHERE id = $1").bind(id);
    row.optional(c).await?.as_ref().map(read).transpose()
}

/// The hints of a division that wait for a person, the largest first.
pub async fn waiting(c: &mut Connection, division: &str, limit: u32) -> Result<Vec<Hint>> {
    let rows = sql("SELECT * FROM case_hints WHERE decision IS NULL")
        .push_bind(" AND division >= ?", division)
        .push_bind(" AND division < ?", format!("{division}:"))
        .push_bind(" ORDER BY cases DESC, id DESC LIMIT ?", limit)
        .all(c)
        .await?;
    rows.iter().map(read).collect()
}

/// Ids and numbers of the cases of a hint, the newest first, at most `limit`.
pub async fn cases(c: &mut Connection, hint: &str, limit: u32) -> Result<Vec<(String, String)>> {
    let rows = sql(
        "SELECT id, number FROM cases WHERE id IN (SELECT case_id FROM case_hint_cases WHERE hint = $1)
         ORDER BY id DESC LIMIT $2",
    )
    .bind(hint)
    .bind(limit)
    .all(c)
    .await?;
    rows.iter()
        .map(|row| Ok((row.get("id")?, row.get("number")?)))
        .collect()
}

/// Keeps what a person made of a hint; false when somebody already has.
pub async fn decide(
    t: &mut Transaction,
    id: &str,
    decision: Decision,
    by: Option<&str>,
    now: Timestamp,
) -> Result<bool> {
    let changed = sql("UPDATE case_hints SET decision = $1, decided_by = $2, decided = $3 WHERE id = $4 AND decision IS NULL")
        .bind(decision.name())
        .bind(by)
        .bind(now)
        .bind(id)
        .run(t)
        .await?;
    Ok(changed > 0)
}

/// How many hints were decided on, and how many of them dismissed, in a division: by area, which is
/// the first `digits` digits of the hints' divisions.
pub async fn decided(
    c: &mut Connection,
    division: &str,
    digits: u32,
) -> Result<Vec<(String, i64, i64)>> {
    let rows = sql("SELECT")
        .push_bind(" SUBSTR(division, 1, CAST(? AS INTEGER)) AS area,", digits)
        .push(" COUNT(*) AS decided,")
        .push(" SUM(CASE WHEN decision = 'dismissed' THEN 1 ELSE 0 END) AS dismissed")
        .push(" FROM case_hints WHERE decision IS NOT NULL")
        .push_bind(" AND division >= ?", division)
        .push_bind(" AND division < ?", format!("{division}:"))
        .push(" GROUP BY area ORDER BY area")
        .all(c)
        .await?;
    let area = |row: &Row| Ok((row.get("area")?, row.get("decided")?, row.get("dismissed")?));
    rows.iter().map(area).collect()
}
