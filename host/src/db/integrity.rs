//! What is held against its digests: chains of events and of reads, and files. Reads only.

use super::{Connection, Row, audit, cases, sql};
use crate::{error::Result, time::Timestamp};

/// A log whose rows are sealed by checkpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Log {
    /// Events of cases.
    Events,
    /// Reads of personal data.
    Reads,
}

impl Log {
    const fn table(self) -> &'static str {
        match self {
            Self::Events => "case_events",
            Self::Reads => "access_log",
        }
    }
}

/// Hands over id and hash of each row after `from` and before `to`, by id.
pub async fn segment(
    c: &mut Connection,
    log: Log,
    from: &str,
    to: &str,
    take: &mut (dyn FnMut(&str, &str) + Send),
) -> Result<()> {
    let table = log.table();
    sql(format!(
        "SELECT id, hash FROM {table} WHERE id >= $1 AND id < $2 ORDER BY id"
    ))
    .bind(from)
    .bind(to)
    .each(c, &mut |row| {
        let (id, hash): (String, String) = (row.get("id")?, row.get("hash")?);
        take(&id, &hash);
        Ok(())
    })
    .await
}

/// Hands over every event with its case, case by case, in order.
pub async fn events(
    c: &mut Connection,
    take: &mut (dyn FnMut(&str, cases::Event) + Send),
) -> Result<()> {
    sql("SELECT e.*, CAST(NULL AS TEXT) AS words, CAST(NULL AS TEXT) AS basis FROM case_events e ORDER BY case_id, seq")
        .each(c, &mut |row| {
            let case: String = row.get("case_id")?;
            take(&case, cases::read_event(&row)?);
            Ok(())
        })
        .await
}

/// Hands over every read of personal data, person by person, in order.
pub async fn reads(c: &mut Connection, take: &mut (dyn FnMut(audit::Access) + Send)) -> Result<()> {
    sql("SELECT * FROM access_log ORDER BY subject, seq")
        .each(c, &mut |row| {
            take(audit::read_access(&row)?);
            Ok(())
        })
        .await
}

/// A file of a case, as its row has it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its id, and its name in the folder.
    pub id: String,
    /// How many bytes it has.
    pub bytes: i64,
    /// SHA-256 in hex; none for files of before it was noted.
    pub digest: Option<String>,
}

/// The files that cases have.
pub async fn files(c: &mut Connection) -> Result<Vec<Kept>> {
    let rows = sql("SELECT id, bytes, kept FROM attachments WHERE case_id IS NOT NULL ORDER BY id");
    let read = |row: &Row| {
        Ok(Kept {
            id: row.get("id")?,
            bytes: row.get("bytes")?,
            digest: row.get("kept")?,
        })
    };
    rows.all(c).await?.iter().map(read).collect()
}

/// The digests of the plugins' revisions that were not refused.
pub async fn components(c: &mut Connection) -> Result<Vec<String>> {
    let rows = sql("SELECT digest FROM plugin_revisions ORDER BY digest");
    let rows = rows.all(c).await?;
    rows.iter().map(|row| row.get("digest")).collect()
}

/// The version of the schema.
pub async fn version(c: &mut Connection) -> Result<i64> {
    sql("SELECT MAX(version) AS version FROM _sqlx_migrations")
        .one(c)
        .await?
        .get("version")
}

/// Writes a copy of the database, as it is at one moment, to a new file. SQLite only; readers and
/// the writer go on meanwhile.
pub async fn copy(c: &mut Connection, to: &str) -> Result<()> {
    sql("VACUUM INTO $1").bind(to).run(c).await.map(drop)
}

/// The lowest id that a row made at `at` can have: ids begin with the time (UUIDv7).
pub fn bound(at: Timestamp) -> String {
    let millis = u64::try_from(at.millis()).unwrap_or(0);
    let builder = uuid::Builder::from_bytes({
        let mut bytes = [0; 16];
        for (to, from) in bytes
            .iter_mut()
            .zip(millis.to_be_bytes().into_iter().skip(2))
        {
            *to = from;
        }
        bytes
    });
    builder.into_uuid().to_string()
}
