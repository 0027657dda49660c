//! Rows of what devices sent. Decides nothing.

use super::{Connection, Row, Transaction, sql};
use crate::{error::Result, time::Timestamp};

/// A message of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// Row id.
    pub id: String,
    /// The plugin it is for.
    pub plugin: String,
    /// The inbox's id in the manifest.
    pub inbox: String,
    /// The service account that sent it.
    pub account: String,
    /// The sender's own key.
    pub once: String,
    /// A digest of what was sent: tells a repeat from a key used again for something else.
    pub digest: String,
    /// The device's own name.
    pub source: String,
    /// When it happened.
    pub at: Timestamp,
    /// When it came in.
    pub received: Timestamp,
    /// The values, as JSON.
    pub answers: String,
    /// When the plugin took it.
    pub delivered: Option<Timestamp>,
}

fn signal(row: &Row) -> Result<Signal> {
    Ok(Signal {
        id: row.get("id")?,
        plugin: row.get("plugin")?,
        inbox: row.get("inbox")?,
        account: row.get("account")?,
        once: row.get("once")?,
        digest: row.get("digest")?,
        source: row.get("source")?,
        at: row.get("at")?,
        received: row.get("received")?,
        answers: row.get("answers")?,
        delivered: row.get("delivered")?,
    })
}

/// Adds a message; false when the sender has used the key for this inbox before.
pub async fn insert(t: &mut Transaction, it: &Signal) -> Result<bool> {
    let added = sql("INSERT INTO plugin_signals (id, plugin, inbox, account, once, digest, source, at, received, answers)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING")
        .bind(&it.id)
        .bind(&it.plugin)
        .bind(&it.inbox)
        .bind(&it.account)
        .bind(&it.once)
        .bind(&it.digest)
        .bind(&it.source)
        .bind(it.at)
        .bind(it.received)
        .bind(&it.answers)
        .run(t)
        .await?;
    Ok(added == 1)
}

/// The message that a sender sent to an inbox under a key.
pub async fn by_once(c: &mut Connection, it: &Signal) -> Result<Option<Signal>> {
    let row = sql("SELECT * FROM plugin_signals WHERE account = $1 AND plugin = $2 AND inbox = $3 AND once = $4")
        .bind(&it.account)
        .bind(&it.plugin)
        .bind(&it.inbox)
        .bind(&it.once)
        .optional(c)
        .await?;
    row.as_ref().map(signal).transpose()
}

/// One message.
pub async fn get(c: &mut Connection, id: &str) -> Result<Option<Signal>> {
    let row = sql("SELECT * FROM plugin_signals WHERE id = $1").bind(id);
    row.optional(c).await?.as_ref().map(signal).transpose()
}

/// Notes that the plugin has taken it.
pub async fn delivered(t: &mut Transaction, id: &str, now: Timestamp) -> Result<()> {
    sql("UPDATE plugin_signals SET delivered = $2 WHERE id = $1")
        .bind(id)
        .bind(now)
        .run(t)
        .await
        .map(drop)
}

/// Removes what came in before `before` and was taken.
pub async fn expire(t: &mut Transaction, before: Timestamp) -> Result<u64> {
    sql("DELETE FROM plugin_signals WHERE received < $1 AND delivered IS NOT NULL")
        .bind(before)
        .run(t)
        .await
}
