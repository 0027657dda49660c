//! The log of a case: its events, with the words beside them.

use super::{named, parse};
use crate::{
    cases::{
        lifecycle::Input,
        model::{Action, State},
    },
    db::{Connection, Row, Transaction, sql},
    error::Result,
    time::Timestamp,
};

/// An event as it is kept.
#[derive(Clone, Debug)]
pub struct Event {
    /// Row id.
    pub id: String,
    /// 1 for the first.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// What was done.
    pub action: Action,
    /// The state it led to.
    pub state: State,
    /// Who held the case afterwards.
    pub holder: Option<String>,
    /// The unit of the one who did it.
    pub unit: Option<String>,
    /// What the actor was to the case.
    pub role: Option<String>,
    /// The plugin that did it.
    pub plugin: Option<String>,
    /// The next deadline afterwards.
    pub due: Option<Timestamp>,
    /// What the engine was given, as JSON.
    pub input: String,
    /// Salted digest of the words; empty when there were none.
    pub digest: String,
    /// Hash of the event before; empty for the first.
    pub previous: String,
    /// Hash of all of this.
    pub hash: String,
    /// What was written, unless it has been erased.
    pub words: Option<String>,
    /// The law, rule or duty item named with them.
    pub basis: Option<String>,
}

/// Adds an event, and its words beside it.
pub async fn insert_event(
    t: &mut Transaction,
    case: &str,
    event: &Event,
    salt: &str,
) -> Result<()> {
    sql("INSERT INTO case_events (id, case_id, seq, at, action, state, holder, unit, role, plugin, due,
         input, digest, previous, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)")
        .bind(&event.id)
        .bind(case)
        .bind(event.seq)
        .bind(event.at)
        .bind(event.action.name())
        .bind(event.state.name())
        .bind(event.holder.as_ref())
        .bind(event.unit.as_ref())
        .bind(event.role.as_ref())
        .bind(event.plugin.as_ref())
        .bind(event.due)
        .bind(&event.input)
        .bind(&event.digest)
        .bind(&event.previous)
        .bind(&event.hash)
        .run(t)
        .await?;
    if let Some(words) = &event.words {
        sql("INSERT INTO case_words (event, case_id, salt, words, basis) VALUES ($1, $2, $3, $4, $5)")
            .bind(&event.id)
            .bind(case)
            .bind(salt)
            .bind(words)
            .bind(event.basis.as_ref())
            .run(t)
            .await?;
    }
    Ok(())
}

/// The events of a case, oldest first.
pub async fn events(c: &mut Connection, case: &str) -> Result<Vec<Event>> {
    let rows = sql(
        "SELECT e.*, w.words, w.basis FROM case_events e LEFT JOIN case_words w ON w.event = e.id
         WHERE e.case_id = $1 ORDER BY e.seq",
    )
    .bind(case)
    .all(c)
    .await?;
    rows.iter().map(read_event).collect()
}

/// The number and hash of the last event of a case.
pub async fn last_event(c: &mut Connection, case: &str) -> Result<Option<(i64, String)>> {
    let row = sql("SELECT seq, hash FROM case_events WHERE case_id = $1 ORDER BY seq DESC LIMIT 1")
        .bind(case)
        .optional(c)
        .await?;
    row.map(|row| Ok((row.get("seq")?, row.get("hash")?)))
        .transpose()
}

pub(in crate::db) fn read_event(row: &Row) -> Result<Event> {
    Ok(Event {
        id: row.get("id")?,
        seq: row.get("seq")?,
        at: row.get("at")?,
        action: named(Action::from_name(&row.get::<String>("action")?))?,
        state: named(State::from_name(&row.get::<String>("state")?))?,
        holder: row.get("holder")?,
        unit: row.get("unit")?,
        role: row.get("role")?,
        plugin: row.get("plugin")?,
        due: row.get("due")?,
        input: row.get("input")?,
        digest: row.get("digest")?,
        previous: row.get("previous")?,
        hash: row.get("hash")?,
        words: row.get("words")?,
        basis: row.get("basis")?,
    })
}

/// Reads back what the engine was given.
pub fn input(event: &Event) -> Result<Input> {
    parse(&event.input)
}
