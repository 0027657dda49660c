//! Rows of units: the offices that hold cases and own plugins.

use super::{Connection, Row, Transaction, sql};
use crate::{context::Locale, error::Result, identity::Level};

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
}

impl Unit {
    /// Its name in a language.
    pub fn name(&self, locale: Locale) -> &str {
        match locale {
            Locale::Chinese => &self.name_zh,
            Locale::English => &self.name_en,
        }
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
        })
    }
}

/// Adds a unit. `Conflict` when there is one of that id.
pub async fn insert(t: &mut Transaction, unit: &Unit) -> Result<()> {
    sql("INSERT INTO units (id, name_zh, name_en, kind, division, parent) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(&unit.id)
        .bind(&unit.name_zh)
        .bind(&unit.name_en)
        .bind(&unit.kind)
        .bind(&unit.division)
        .bind(unit.parent.as_ref())
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

/// The unit of this kind that serves just this division.
pub async fn of(c: &mut Connection, division: &str, kind: &str) -> Result<Option<Unit>> {
    let row = sql("SELECT * FROM units WHERE division = $1 AND kind = $2 ORDER BY id")
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
