//! Rows of units: the offices that hold cases and own plugins.

use super::{Connection, Row, Transaction, sql};
use crate::{
    context::Locale,
    error::{Error, Result},
    identity::Level,
    time::Timestamp,
};

/// An office of government.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Unit {
    /// Row id, for example `u-310101002`.
    pub id: String,
    /// Its Chinese name.
    pub name_zh: String,
    /// Its English name.
    pub name_en: String,
    /// What the duty list names as lead, for example `construction`; `desk` for the office of a
    /// division that receives and dispatches cases.
    pub kind: String,
    /// The division it serves.
    pub division: String,
    /// The unit above it.
    pub parent: Option<String>,
    /// The instrument by which it was founded. A unit without one has no authority
    /// (法无授权不可为): it leads no class, and no case is sent to it.
    pub instrument: Option<String>,
    /// Until when it may act without one: for units from before that rule.
    pub lent: Option<Timestamp>,
}

impl Unit {
    /// Its name in a language.
    pub fn name(&self, locale: Locale) -> &str {
        match locale {
            Locale::Chinese => &self.name_zh,
            Locale::English => &self.name_en,
        }
    }

    /// Whether it has authority: an instrument, or leave to act without one for a while.
    pub fn acts(&self) -> bool {
        self.instrument.is_some() || self.lent.is_some()
    }

    /// Its level; none for a unit of a city or above.
    pub fn level(&self) -> Option<Level> {
        Level::of_division(&self.division)
    }

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            name_zh: row.get("name_zh")?,
            name_en: row.get("name_en")?,
            kind: row.get("kind")?,
            division: row.get("division")?,
            parent: row.get("parent")?,
            instrument: row.get("instrument")?,
            lent: row.get("lent")?,
        })
    }
}

/// Adds a unit. `Conflict` when there is one of that id.
pub async fn insert(t: &mut Transaction, unit: &Unit) -> Result<()> {
    sql(
        "INSERT INTO units (id, name_zh, name_en, kind, division, parent, instrument, lent)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&unit.id)
    .bind(&unit.name_zh)
    .bind(&unit.name_en)
    .bind(&unit.kind)
    .bind(&unit.division)
    .bind(unit.parent.as_ref())
    .bind(unit.instrument.as_ref())
    .bind(unit.lent)
    .run(t)
    .await?;
    Ok(())
}

/// One unit.
pub async fn get(c: &mut Connection, id: &str) -> Result<Option<Unit>> {
    let row = sql("SELECT * FROM units WHERE id = $1")
        .bind(id)
        .optional(c)
        .await?;
    row.as_ref().map(Unit::read).transpose()
}

/// The unit of this kind that serves just this division and has authority.
pub async fn of(c: &mut Connection, division: &str, kind: &str) -> Result<Option<Unit>> {
    let row = sql("SELECT * FROM units WHERE division = $1 AND kind = $2
         AND (instrument IS NOT NULL OR lent IS NOT NULL) ORDER BY id")
    .bind(division)
    .bind(kind)
    .optional(c)
    .await?;
    row.as_ref().map(Unit::read).transpose()
}

/// Units whose division begins with `prefix`, by division and id; at most 2,000.
pub async fn below(c: &mut Connection, prefix: &str) -> Result<Vec<Unit>> {
    let end = format!("{prefix}:");
    let rows = sql("SELECT * FROM units WHERE division >= $1 AND division < $2 ORDER BY division, id LIMIT 2000")
        .bind(prefix)
        .bind(end)
        .all(c)
        .await?;
    rows.iter().map(Unit::read).collect()
}

/// The units that serve just this division, by id.
pub async fn at(c: &mut Connection, division: &str) -> Result<Vec<Unit>> {
    let rows = sql("SELECT * FROM units WHERE division = $1 ORDER BY id")
        .bind(division)
        .all(c)
        .await?;
    rows.iter().map(Unit::read).collect()
}

/// Kind and division of every unit that has authority.
pub async fn places(c: &mut Connection) -> Result<Vec<(String, String)>> {
    let rows = sql("SELECT DISTINCT kind, division FROM units
         WHERE instrument IS NOT NULL OR lent IS NOT NULL")
    .all(c)
    .await?;
    let read = |row: &Row| Ok((row.get("kind")?, row.get("division")?));
    rows.iter().map(read).collect()
}

/// Names the instrument by which a unit was founded. `NotFound` when there is no such unit.
pub async fn put_instrument(t: &mut Transaction, id: &str, instrument: &str) -> Result<()> {
    let changed = sql("UPDATE units SET instrument = $1, lent = NULL WHERE id = $2")
        .bind(instrument)
        .bind(id)
        .run(t)
        .await?;
    match changed {
        0 => Err(Error::NotFound),
        _ => Ok(()),
    }
}

/// Gives the units that were there before instruments were asked for leave until `until`; how many.
pub async fn lend(t: &mut Transaction, until: Timestamp) -> Result<u64> {
    sql("UPDATE units SET lent = $1 WHERE lent = 0")
        .bind(until)
        .run(t)
        .await
}

/// Ends the leave that is over at `now`; how many. Those that still wait for a date keep it.
pub async fn end_leave(t: &mut Transaction, now: Timestamp) -> Result<u64> {
    sql("UPDATE units SET lent = NULL WHERE lent > 0 AND lent <= $1")
        .bind(now)
        .run(t)
        .await
}
