//! What others must be told, kept in the transaction of what happened, and delivered at least
//! once. A receiver acts on an id only once. Delivers nothing itself.

use super::{Backend, Connection, Transaction, sql};
use crate::{error::Result, time::Timestamp};

/// After how many failures a message is parked, in sight.
pub const MOST_TRIES: i64 = 10;
/// For how long a message that has been claimed is left to its worker, in seconds.
const CLAIM: i64 = 60;

/// A message that is due.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its id, the same each time it is delivered.
    pub id: String,
    /// JSON.
    pub payload: String,
    /// How often it has been tried before.
    pub tries: i64,
}

/// Adds a message for a consumer.
pub async fn push(
    t: &mut Transaction,
    id: &str,
    consumer: &str,
    payload: &str,
    now: Timestamp,
) -> Result<()> {
    sql(
        "INSERT INTO outbox (id, consumer, payload, created, due) VALUES ($1, $2, $3, $4, $4)
         ON CONFLICT DO NOTHING",
    )
    .bind(id)
    .bind(consumer)
    .bind(payload)
    .bind(now)
    .run(t)
    .await?;
    Ok(())
}

/// Adds a message for a consumer that is for one plugin, so that it is found by it when parked.
pub async fn push_for(
    t: &mut Transaction,
    id: &str,
    consumer: &str,
    plugin: &str,
    payload: &str,
    now: Timestamp,
) -> Result<()> {
    sql(
        "INSERT INTO outbox (id, consumer, plugin, payload, created, due) VALUES ($1, $2, $3, $4, $5, $5)
         ON CONFLICT DO NOTHING",
    )
    .bind(id)
    .bind(consumer)
    .bind(plugin)
    .bind(payload)
    .bind(now)
    .run(t)
    .await
    .map(drop)
}

/// Takes what is due for a minute, the oldest first. Another host takes other messages.
pub async fn claim(
    t: &mut Transaction,
    consumer: &str,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Message>> {
    let lock = match t.backend() {
        Backend::Postgres => " FOR UPDATE SKIP LOCKED",
        Backend::Sqlite => "",
    };
    let text = format!(
        "UPDATE outbox SET due = $1, tries = tries + 1 WHERE id IN (
           SELECT id FROM outbox WHERE consumer = $2 AND parked IS NULL AND due <= $3
           ORDER BY due, id LIMIT $4{lock})
         RETURNING id, payload, tries"
    );
    let rows = sql(text)
        .bind(now.plus_seconds(CLAIM))
        .bind(consumer)
        .bind(now)
        .bind(limit)
        .all(t)
        .await?;
    let mut messages = Vec::with_capacity(rows.len());
    for row in rows {
        messages.push(Message {
            id: row.get("id")?,
            payload: row.get("payload")?,
            tries: row.get::<i64>("tries")? - 1,
        });
    }
    messages.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(messages)
}

/// It has been delivered.
pub async fn delivered(t: &mut Transaction, id: &str) -> Result<()> {
    sql("DELETE FROM outbox WHERE id = $1")
        .bind(id)
        .run(t)
        .await?;
    Ok(())
}

/// It failed: again after a pause that doubles from 2 seconds, or parked after the last try.
pub async fn failed(
    t: &mut Transaction,
    message: &Message,
    why: &str,
    now: Timestamp,
) -> Result<()> {
    let tries = message.tries + 1;
    let pause = 1_i64 << tries.clamp(1, 12);
    let parked = (tries >= MOST_TRIES).then_some(now);
    sql("UPDATE outbox SET due = $1, parked = $2, failure = $3 WHERE id = $4")
        .bind(now.plus_seconds(pause))
        .bind(parked)
        .bind(why)
        .bind(&message.id)
        .run(t)
        .await?;
    Ok(())
}

/// It failed: again at `due`, for a consumer that parks by a rule of its own ([`park`]).
pub async fn again(t: &mut Transaction, id: &str, why: &str, due: Timestamp) -> Result<()> {
    sql("UPDATE outbox SET due = $1, failure = $2 WHERE id = $3")
        .bind(due)
        .bind(why)
        .bind(id)
        .run(t)
        .await
        .map(drop)
}

/// It was not tried, since its receiver rests: again at `due`, and no try is counted.
pub async fn postponed(t: &mut Transaction, id: &str, due: Timestamp) -> Result<()> {
    sql("UPDATE outbox SET due = $1, tries = tries - 1 WHERE id = $2")
        .bind(due)
        .bind(id)
        .run(t)
        .await
        .map(drop)
}

/// It failed in a way that trying again will not mend: parked at once.
pub async fn park(t: &mut Transaction, message: &Message, why: &str, now: Timestamp) -> Result<()> {
    sql("UPDATE outbox SET parked = $1, failure = $2 WHERE id = $3")
        .bind(now)
        .bind(why)
        .bind(&message.id)
        .run(t)
        .await
        .map(drop)
}

/// A message that has been given up until somebody sends it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// Its id, the same each time it is delivered.
    pub id: String,
    /// Who is to be told.
    pub consumer: String,
    /// The plugin it is for; none for what the host shares out itself.
    pub plugin: Option<String>,
    /// JSON.
    pub payload: String,
    /// When it was sent.
    pub created: Timestamp,
    /// How often it has been tried.
    pub tries: i64,
    /// Since when it is parked.
    pub since: Timestamp,
    /// Why the last try failed.
    pub failure: Option<String>,
}

/// What is parked, in the order of ids after `after`: of these plugins, or of all and of none.
pub async fn all_parked(
    c: &mut Connection,
    plugins: Option<&[String]>,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<Parked>> {
    let mut statement = sql("SELECT * FROM outbox WHERE parked IS NOT NULL");
    if let Some(plugins) = plugins {
        statement = statement.push(" AND plugin IN (NULL");
        for plugin in plugins {
            statement = statement.push_bind(", ?", plugin);
        }
        statement = statement.push(")");
    }
    if let Some(id) = after {
        statement = statement.push_bind(" AND id > ?", id);
    }
    let rows = statement
        .push_bind(" ORDER BY id LIMIT ?", limit)
        .all(c)
        .await?;
    let read = |row: &super::Row| {
        Ok(Parked {
            id: row.get("id")?,
            consumer: row.get("consumer")?,
            plugin: row.get("plugin")?,
            payload: row.get("payload")?,
            created: row.get("created")?,
            tries: row.get("tries")?,
            since: row.get("parked")?,
            failure: row.get("failure")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Sends one parked message again; whether it was parked.
pub async fn replay_one(t: &mut Transaction, id: &str, now: Timestamp) -> Result<bool> {
    let changed = sql(
        "UPDATE outbox SET parked = NULL, tries = 0, due = $1 WHERE id = $2 AND parked IS NOT NULL",
    )
    .bind(now)
    .bind(id)
    .run(t)
    .await?;
    Ok(changed == 1)
}

/// Sends all parked messages for a plugin again; how many.
pub async fn replay_for(t: &mut Transaction, plugin: &str, now: Timestamp) -> Result<u64> {
    sql("UPDATE outbox SET parked = NULL, tries = 0, due = $1 WHERE plugin = $2 AND parked IS NOT NULL")
        .bind(now)
        .bind(plugin)
        .run(t)
        .await
}

/// How many messages of a consumer are parked.
pub async fn parked(c: &mut Connection, consumer: &str) -> Result<i64> {
    sql("SELECT COUNT(*) AS n FROM outbox WHERE consumer = $1 AND parked IS NOT NULL")
        .bind(consumer)
        .one(c)
        .await?
        .get("n")
}

/// Sends the parked messages of a consumer again; how many.
pub async fn replay(t: &mut Transaction, consumer: &str, now: Timestamp) -> Result<u64> {
    sql("UPDATE outbox SET parked = NULL, tries = 0, due = $1 WHERE consumer = $2 AND parked IS NOT NULL")
        .bind(now)
        .bind(consumer)
        .run(t)
        .await
}
