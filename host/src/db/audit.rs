//! Rows of the audit, the grants and the access log. Append-only.

use super::{Backend, Connection, Row, Transaction, sql};
use crate::{error::Result, time::Timestamp};

/// Somebody did, or was refused, something. Holds no personal value.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Entry {
    /// Row id.
    pub id: String,
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// The request it was part of.
    pub request: String,
    /// The account, or the part of the host.
    pub actor: String,
    /// The plugin acted through.
    pub plugin: Option<String>,
    /// What.
    pub action: String,
    /// To what.
    pub resource: String,
    /// `done`, or why not.
    pub outcome: String,
}

/// Adds an entry.
pub async fn insert(t: &mut Transaction, it: &Entry) -> Result<()> {
    sql("INSERT INTO audit (id, at, request, actor, plugin, action, resource, outcome) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(&it.id)
        .bind(it.at)
        .bind(&it.request)
        .bind(&it.actor)
        .bind(it.plugin.as_ref())
        .bind(&it.action)
        .bind(&it.resource)
        .bind(&it.outcome)
        .run(t)
        .await?;
    Ok(())
}

/// Entries, the newest first.
pub async fn list(c: &mut Connection, before: Option<&str>, limit: u32) -> Result<Vec<Entry>> {
    let mut statement = sql("SELECT * FROM audit WHERE 1 = 1");
    if let Some(id) = before {
        statement = statement.push_bind(" AND id < ?", id);
    }
    let rows = statement
        .push_bind(" ORDER BY id DESC LIMIT ?", limit)
        .all(c)
        .await?;
    let read = |row: &Row| {
        Ok(Entry {
            id: row.get("id")?,
            at: row.get("at")?,
            request: row.get("request")?,
            actor: row.get("actor")?,
            plugin: row.get("plugin")?,
            action: row.get("action")?,
            resource: row.get("resource")?,
            outcome: row.get("outcome")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Leave to read.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Grant {
    /// Row id.
    pub id: String,
    /// `plugin:ID` or `unit:ID`.
    pub grantee: String,
    /// For what.
    pub purpose: String,
    /// Of which dataset; empty: the account's own name, phone and community.
    pub dataset: String,
    /// Which fields.
    pub fields: Vec<String>,
    /// Below which division.
    pub area: String,
    /// The legal basis, or whose consent.
    pub basis: String,
    /// Until when.
    #[schema(value_type = Option<String>)]
    pub expires: Option<Timestamp>,
}

/// Adds a grant.
pub async fn insert_grant(t: &mut Transaction, it: &Grant) -> Result<()> {
    sql("INSERT INTO grants (id, grantee, purpose, fields, area, basis, expires, dataset) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(&it.id)
        .bind(&it.grantee)
        .bind(&it.purpose)
        .bind(it.fields.join(","))
        .bind(&it.area)
        .bind(&it.basis)
        .bind(it.expires)
        .bind(&it.dataset)
        .run(t)
        .await?;
    Ok(())
}

/// Notes who gave a grant, and when.
pub async fn grant_given(t: &mut Transaction, id: &str, by: &str, at: Timestamp) -> Result<()> {
    sql("UPDATE grants SET given_by = $1, given = $2 WHERE id = $3")
        .bind(by)
        .bind(at)
        .bind(id)
        .run(t)
        .await
        .map(drop)
}

/// Takes back one grant.
pub async fn revoke_grant(t: &mut Transaction, id: &str, now: Timestamp) -> Result<()> {
    sql("UPDATE grants SET revoked = $1 WHERE id = $2 AND revoked IS NULL")
        .bind(now)
        .bind(id)
        .run(t)
        .await
        .map(drop)
}

/// Every grant that holds at `now`, by grantee.
pub async fn grants_in_force(c: &mut Connection, now: Timestamp) -> Result<Vec<Grant>> {
    let rows = sql("SELECT * FROM grants WHERE revoked IS NULL AND (expires IS NULL OR expires > $1) ORDER BY grantee, id LIMIT 1000")
        .bind(now)
        .all(c)
        .await?;
    rows.iter().map(read_grant).collect()
}

/// Takes back every grant of a grantee.
pub async fn revoke_grants(t: &mut Transaction, grantee: &str, now: Timestamp) -> Result<()> {
    sql("UPDATE grants SET revoked = $1 WHERE grantee = $2 AND revoked IS NULL")
        .bind(now)
        .bind(grantee)
        .run(t)
        .await?;
    Ok(())
}

/// The grants of a grantee for a purpose that hold at `now`.
pub async fn grants(
    c: &mut Connection,
    grantee: &str,
    purpose: &str,
    now: Timestamp,
) -> Result<Vec<Grant>> {
    let rows = sql("SELECT * FROM grants WHERE grantee = $1 AND purpose = $2 AND revoked IS NULL AND (expires IS NULL OR expires > $3)")
        .bind(grantee)
        .bind(purpose)
        .bind(now)
        .all(c)
        .await?;
    rows.iter().map(read_grant).collect()
}

fn read_grant(row: &Row) -> Result<Grant> {
    Ok(Grant {
        id: row.get("id")?,
        grantee: row.get("grantee")?,
        purpose: row.get("purpose")?,
        dataset: row.get("dataset")?,
        fields: row
            .get::<String>("fields")?
            .split(',')
            .map(str::to_owned)
            .collect(),
        area: row.get("area")?,
        basis: row.get("basis")?,
        expires: row.get("expires")?,
    })
}

/// A read of personal data.
#[derive(Clone, Debug, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Access {
    /// Row id.
    pub id: String,
    /// Whose data: an account, or `phone:` and a keyed hash.
    #[serde(skip)]
    pub subject: String,
    /// Counts the reads about this person; 1 for the first.
    pub seq: i64,
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// The account that read, or the part of the host.
    #[serde(skip)]
    pub reader: String,
    /// The unit it read for.
    pub unit: Option<String>,
    /// The plugin it read through.
    pub plugin: Option<String>,
    /// Which fields.
    pub fields: String,
    /// For what.
    pub purpose: String,
    /// On which basis: a grant, or the rule that allows it.
    pub basis: String,
    /// The case at hand.
    pub case: Option<String>,
    /// Hash of the row before about this person.
    #[serde(skip)]
    pub previous: String,
    /// Hash of this row.
    #[serde(skip)]
    pub hash: String,
}

/// Adds a row to the access log.
pub async fn insert_access(t: &mut Transaction, it: &Access) -> Result<()> {
    sql("INSERT INTO access_log (id, subject, seq, at, reader, unit, plugin, fields, purpose, basis, case_id, previous, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)")
        .bind(&it.id)
        .bind(&it.subject)
        .bind(it.seq)
        .bind(it.at)
        .bind(&it.reader)
        .bind(it.unit.as_ref())
        .bind(it.plugin.as_ref())
        .bind(&it.fields)
        .bind(&it.purpose)
        .bind(&it.basis)
        .bind(it.case.as_ref())
        .bind(&it.previous)
        .bind(&it.hash)
        .run(t)
        .await?;
    Ok(())
}

/// The reads of data about someone, the newest first.
pub async fn accesses(
    c: &mut Connection,
    subjects: &[String],
    before: Option<&str>,
    limit: u32,
) -> Result<Vec<Access>> {
    let mut statement = sql("SELECT * FROM access_log WHERE subject IN (NULL");
    for subject in subjects {
        statement = statement.push_bind(", ?", subject);
    }
    statement = statement.push(")");
    if let Some(id) = before {
        statement = statement.push_bind(" AND id < ?", id);
    }
    let rows = statement
        .push_bind(" ORDER BY id DESC LIMIT ?", limit)
        .all(c)
        .await?;
    rows.iter().map(read_access).collect()
}

/// The last read of data about someone, who is locked until the transaction ends: the next row
/// follows this one. SQLite has one writer and needs no lock.
pub async fn last_access(c: &mut Transaction, subject: &str) -> Result<Option<(i64, String)>> {
    if c.backend() == Backend::Postgres {
        sql("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
            .bind(subject)
            .run(c)
            .await?;
    }
    let row = sql("SELECT seq, hash FROM access_log WHERE subject = $1 ORDER BY seq DESC LIMIT 1")
        .bind(subject)
        .optional(c)
        .await?;
    row.map(|row| Ok((row.get("seq")?, row.get("hash")?)))
        .transpose()
}

pub(super) fn read_access(row: &Row) -> Result<Access> {
    Ok(Access {
        id: row.get("id")?,
        subject: row.get("subject")?,
        seq: row.get("seq")?,
        at: row.get("at")?,
        reader: row.get("reader")?,
        unit: row.get("unit")?,
        plugin: row.get("plugin")?,
        fields: row.get("fields")?,
        purpose: row.get("purpose")?,
        basis: row.get("basis")?,
        case: row.get("case_id")?,
        previous: row.get("previous")?,
        hash: row.get("hash")?,
    })
}
