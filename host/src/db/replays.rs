//! Rows of what came of the recorded test calls of a revision. Holds them as text; what is in them
//! is `plugins::replay`'s affair.

use super::{Connection, Transaction, sql};
use crate::{error::Result, time::Timestamp};

/// Keeps what came of a replay; of two at once, the first.
pub async fn keep(t: &mut Transaction, revision: &str, replay: &str, now: Timestamp) -> Result<()> {
    sql("INSERT INTO plugin_replays (revision, replay, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
        .bind(revision)
        .bind(replay)
        .bind(now)
        .run(t)
        .await
        .map(drop)
}

/// What came of the replay of a revision; none when it brought no recorded calls.
pub async fn get(c: &mut Connection, revision: &str) -> Result<Option<String>> {
    let row = sql("SELECT replay FROM plugin_replays WHERE revision = $1").bind(revision);
    let row = row.optional(c).await?;
    row.map(|it| it.get("replay")).transpose()
}
