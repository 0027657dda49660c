//! The one row that says what kind of folder this is.

use super::{Connection, sql};
use crate::{error::Result, time::Timestamp};

/// The name of the kind, if the folder has been marked.
pub async fn kind(connection: &mut Connection) -> Result<Option<String>> {
    sql("SELECT kind FROM installation WHERE id = 1")
        .optional(connection)
        .await?
        .map(|row| row.get("kind"))
        .transpose()
}

/// Marks the folder. A folder that is marked already keeps its mark.
pub async fn mark(connection: &mut Connection, kind: &str, now: Timestamp) -> Result<()> {
    sql("INSERT INTO installation (id, kind, created) VALUES (1, $1, $2) ON CONFLICT DO NOTHING")
        .bind(kind)
        .bind(now)
        .run(connection)
        .await?;
    Ok(())
}

/// Whether the database answers.
pub async fn ping(connection: &mut Connection) -> Result<()> {
    sql("SELECT 1 AS one").one(connection).await.map(drop)
}
