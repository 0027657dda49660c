//! Rows of messages to persons. Decides nothing.

use super::{Connection, Row, Transaction, sql};
use crate::{error::Result, time::Timestamp};

/// A message to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Row id.
    pub id: String,
    /// Whose it is.
    pub account: String,
    /// The plugin that sent it; empty for the host itself.
    pub sender: String,
    /// The sender's key: the same to the same person is sent once.
    pub once: String,
    /// Its title in Chinese.
    pub title_zh: String,
    /// Its title in English.
    pub title_en: String,
    /// What it says, in Chinese.
    pub body_zh: String,
    /// What it says, in English.
    pub body_en: String,
    /// A route of the plugin, as JSON.
    pub opens: Option<String>,
    /// The case it is about.
    pub case: Option<String>,
    /// When it was sent.
    pub at: Timestamp,
    /// When it was read.
    pub read: Option<Timestamp>,
}

fn notice(row: &Row) -> Result<Notice> {
    Ok(Notice {
        id: row.get("id")?,
        account: row.get("account")?,
        sender: row.get("sender")?,
        once: row.get("once")?,
        title_zh: row.get("title_zh")?,
        title_en: row.get("title_en")?,
        body_zh: row.get("body_zh")?,
        body_en: row.get("body_en")?,
        opens: row.get("opens")?,
        case: row.get("case_id")?,
        at: row.get("at")?,
        read: row.get("read_at")?,
    })
}

/// Adds a message; false when the sender has sent it before.
pub async fn insert(t: &mut Transaction, it: &Notice) -> Result<bool> {
    let added = sql("INSERT INTO notices (id, account, sender, once, title_zh, title_en, body_zh, body_en, opens, case_id, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING")
        .bind(&it.id)
        .bind(&it.account)
        .bind(&it.sender)
        .bind(&it.once)
        .bind(&it.title_zh)
        .bind(&it.title_en)
        .bind(&it.body_zh)
        .bind(&it.body_en)
        .bind(it.opens.as_ref())
        .bind(it.case.as_ref())
        .bind(it.at)
        .run(t)
        .await?;
    Ok(added == 1)
}

/// How many messages of a sender a person has got since `since`.
pub async fn sent_since(
    c: &mut Connection,
    account: &str,
    sender: &str,
    since: Timestamp,
) -> Result<i64> {
    sql("SELECT COUNT(*) AS n FROM notices WHERE account = $1 AND sender = $2 AND at >= $3")
        .bind(account)
        .bind(sender)
        .bind(since)
        .one(c)
        .await?
        .get("n")
}

/// A person's messages, the newest first, those before the row `before`.
pub async fn list(
    c: &mut Connection,
    account: &str,
    before: Option<&str>,
    limit: u32,
) -> Result<Vec<Notice>> {
    let mut statement = sql("SELECT * FROM notices WHERE account = $1").bind(account);
    if let Some(id) = before {
        statement = statement.push_bind(" AND id < ?", id);
    }
    let rows = statement
        .push_bind(" ORDER BY id DESC LIMIT ?", limit)
        .all(c)
        .await?;
    rows.iter().map(notice).collect()
}

/// How many of a person's messages are unread.
pub async fn unread(c: &mut Connection, account: &str) -> Result<i64> {
    sql("SELECT COUNT(*) AS n FROM notices WHERE account = $1 AND read_at IS NULL")
        .bind(account)
        .one(c)
        .await?
        .get("n")
}

/// Marks a person's messages as read: one, or all of them; how many.
pub async fn mark(
    t: &mut Transaction,
    account: &str,
    id: Option<&str>,
    now: Timestamp,
) -> Result<u64> {
    let mut statement =
        sql("UPDATE notices SET read_at = $1 WHERE account = $2 AND read_at IS NULL")
            .bind(now)
            .bind(account);
    if let Some(id) = id {
        statement = statement.push_bind(" AND id = ?", id);
    }
    statement.run(t).await
}

/// One of a person's messages.
pub async fn get(c: &mut Connection, account: &str, id: &str) -> Result<Option<Notice>> {
    let row = sql("SELECT * FROM notices WHERE account = $1 AND id = $2")
        .bind(account)
        .bind(id);
    row.optional(c).await?.as_ref().map(notice).transpose()
}

/// Removes messages from before `before`.
pub async fn expire(t: &mut Transaction, before: Timestamp) -> Result<u64> {
    sql("DELETE FROM notices WHERE at < $1")
        .bind(before)
        .run(t)
        .await
}
