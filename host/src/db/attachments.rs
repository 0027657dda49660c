//! Files that people handed in, as rows; the bytes are elsewhere.

use super::{Connection, Row as DbRow, sql};
use crate::{attachments::FileRef, error::Result, time::Timestamp};

/// A file's row.
#[derive(Clone, Debug)]
pub struct Row {
    /// What pages know of it.
    pub file: FileRef,
    /// Who uploaded it.
    pub owner: String,
    /// The SHA-256 of what was sent, in hex.
    pub digest: String,
    /// The case that has it.
    pub case: Option<String>,
}

const COLUMNS: &str = "SELECT id, name, mime, bytes, owner, digest, case_id FROM attachments";

fn file(row: &DbRow) -> Result<FileRef> {
    Ok(FileRef {
        id: row.get("id")?,
        name: row.get("name")?,
        mime: row.get("mime")?,
        bytes: row.get("bytes")?,
    })
}

fn read(row: DbRow) -> Result<Row> {
    Ok(Row {
        file: file(&row)?,
        owner: row.get("owner")?,
        digest: row.get("digest")?,
        case: row.get("case_id")?,
    })
}

/// Adds a file that no case has, unless its uploader used the key `once` before.
pub async fn insert(
    connection: &mut Connection,
    row: &Row,
    once: &str,
    now: Timestamp,
    expires: Timestamp,
) -> Result<()> {
    sql(
        "INSERT INTO attachments (id, owner, once, digest, name, mime, bytes, created, expires)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (owner, once) DO NOTHING",
    )
    .bind(&row.file.id)
    .bind(&row.owner)
    .bind(once)
    .bind(&row.digest)
    .bind(&row.file.name)
    .bind(&row.file.mime)
    .bind(row.file.bytes)
    .bind(now)
    .bind(expires)
    .run(connection)
    .await
    .map(drop)
}

/// Notes the digest of a file as it is kept.
pub async fn kept(connection: &mut Connection, id: &str, digest: &str) -> Result<()> {
    sql("UPDATE attachments SET kept = $2 WHERE id = $1")
        .bind(id)
        .bind(digest)
        .run(connection)
        .await
        .map(drop)
}

/// One file.
pub async fn get(connection: &mut Connection, id: &str) -> Result<Option<Row>> {
    let row = sql(format!("{COLUMNS} WHERE id = $1")).bind(id);
    row.optional(connection).await?.map(read).transpose()
}

/// The file that this uploader sent with this key.
pub async fn by_once(connection: &mut Connection, owner: &str, once: &str) -> Result<Option<Row>> {
    let row = sql(format!("{COLUMNS} WHERE owner = $1 AND once = $2"));
    let row = row.bind(owner).bind(once);
    row.optional(connection).await?.map(read).transpose()
}

/// How many files of this uploader no case has.
pub async fn waiting(connection: &mut Connection, owner: &str) -> Result<i64> {
    sql("SELECT COUNT(*) AS waiting FROM attachments WHERE owner = $1 AND case_id IS NULL")
        .bind(owner)
        .one(connection)
        .await?
        .get("waiting")
}

/// Gives a file to a case; whether the case has it now.
pub async fn bind(
    connection: &mut Connection,
    id: &str,
    case: &str,
    now: Timestamp,
) -> Result<bool> {
    let changed = sql("UPDATE attachments SET case_id = $2, expires = NULL
         WHERE id = $1 AND (case_id = $2 OR (case_id IS NULL AND expires > $3))")
    .bind(id)
    .bind(case)
    .bind(now)
    .run(connection)
    .await?;
    Ok(changed == 1)
}

/// Gives a file that no case has to another owner; whether it was `from`'s.
pub async fn give(connection: &mut Connection, id: &str, from: &str, to: &str) -> Result<bool> {
    let changed = sql("UPDATE attachments SET owner = $3
         WHERE id = $1 AND owner = $2 AND case_id IS NULL")
    .bind(id)
    .bind(from)
    .bind(to)
    .run(connection)
    .await?;
    Ok(changed == 1)
}

/// The files of a case, oldest first.
pub async fn of_case(connection: &mut Connection, case: &str) -> Result<Vec<FileRef>> {
    let rows = sql(format!("{COLUMNS} WHERE case_id = $1 ORDER BY id"))
        .bind(case)
        .all(connection)
        .await?;
    rows.iter().map(file).collect()
}

/// Some files that no case took in time.
pub async fn expired(connection: &mut Connection, now: Timestamp) -> Result<Vec<String>> {
    let rows = sql("SELECT id FROM attachments WHERE expires <= $1 ORDER BY expires LIMIT 500")
        .bind(now)
        .all(connection)
        .await?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// Removes rows of files that no case has.
pub async fn remove(connection: &mut Connection, ids: &[String]) -> Result<()> {
    for id in ids {
        sql("DELETE FROM attachments WHERE id = $1 AND case_id IS NULL")
            .bind(id)
            .run(connection)
            .await?;
    }
    Ok(())
}
