//! Forms being filled in, as rows.

use super::{Connection, Transaction, sql};
use crate::{error::Result, time::Timestamp};

/// A draft's row; target, form and answers as JSON.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Digest of the secret of the browser that owns it.
    pub owner: String,
    /// What it is sent to.
    pub target: String,
    /// The form as it was shown.
    pub form: String,
    /// What has been answered so far.
    pub answers: String,
    /// Where its sending led, once it was sent.
    pub sent: Option<String>,
    /// When it is forgotten.
    pub expires: Timestamp,
}

/// Keeps a draft, in place of what was kept under its id.
pub async fn put(t: &mut Transaction, row: &Row) -> Result<()> {
    sql(
        "INSERT INTO drafts (id, owner, target, form, answers, sent, expires)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (id) DO UPDATE SET answers = excluded.answers, sent = excluded.sent,
             expires = excluded.expires",
    )
    .bind(&row.id)
    .bind(&row.owner)
    .bind(&row.target)
    .bind(&row.form)
    .bind(&row.answers)
    .bind(row.sent.as_ref())
    .bind(row.expires)
    .run(t)
    .await
    .map(drop)
}

/// How many live drafts a browser has.
pub async fn count(c: &mut Connection, owner: &str) -> Result<i64> {
    sql("SELECT COUNT(*) AS n FROM drafts WHERE owner = $1")
        .bind(owner)
        .one(c)
        .await?
        .get("n")
}

/// A browser's draft that is not over.
pub async fn get(c: &mut Connection, id: &str, owner: &str, now: Timestamp) -> Result<Option<Row>> {
    let row = sql("SELECT target, form, answers, sent, expires FROM drafts
         WHERE id = $1 AND owner = $2 AND expires > $3")
    .bind(id)
    .bind(owner)
    .bind(now)
    .optional(c)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    Ok(Some(Row {
        id: id.to_owned(),
        owner: owner.to_owned(),
        target: row.get("target")?,
        form: row.get("form")?,
        answers: row.get("answers")?,
        sent: row.get("sent")?,
        expires: row.get("expires")?,
    }))
}

/// Forgets drafts that are over; how many.
pub async fn expire(t: &mut Transaction, now: Timestamp) -> Result<u64> {
    sql("DELETE FROM drafts WHERE expires <= $1")
        .bind(now)
        .run(t)
        .await
}
