//! Small values that plugins keep, under a subject or under nobody. Holds each plugin to its
//! space; who may read a value is decided elsewhere.

use super::{Connection, Transaction, sql};
use crate::error::{Error, Result};

/// Most bytes that one plugin keeps: keys, subjects and values together.
pub const SPACE: i64 = 16 * 1024 * 1024;

/// The value under a key.
pub async fn get(
    c: &mut Connection,
    plugin: &str,
    subject: Option<&str>,
    key: &str,
) -> Result<Option<String>> {
    let row =
        sql("SELECT value FROM plugin_values WHERE plugin = $1 AND subject = $2 AND key = $3")
            .bind(plugin)
            .bind(subject.unwrap_or_default())
            .bind(key)
            .optional(c)
            .await?;
    row.map(|row| row.get("value")).transpose()
}

/// Keeps a value. `Conflict("plugin-space-full")` when the plugin's space would not hold it.
pub async fn set(
    t: &mut Transaction,
    plugin: &str,
    subject: Option<&str>,
    key: &str,
    value: &str,
) -> Result<()> {
    let subject = subject.unwrap_or_default();
    let bytes = i64::try_from(subject.len() + key.len() + value.len()).map_err(Error::internal)?;
    // First, so that two writers of one plugin wait for each other here.
    let used = grow(t, plugin, 0).await?;
    let before = size(t, plugin, subject, key).await?;
    if used - before + bytes > SPACE {
        return Err(Error::Conflict("plugin-space-full"));
    }
    sql("INSERT INTO plugin_values (plugin, subject, key, value, bytes) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (plugin, subject, key) DO UPDATE SET value = excluded.value, bytes = excluded.bytes")
        .bind(plugin)
        .bind(subject)
        .bind(key)
        .bind(value)
        .bind(bytes)
        .run(t)
        .await?;
    grow(t, plugin, bytes - before).await.map(drop)
}

/// Keeps a value if what is kept is `expected`, and says whether it was. As [`set`] otherwise.
pub async fn swap(
    t: &mut Transaction,
    plugin: &str,
    subject: Option<&str>,
    key: &str,
    expected: Option<&str>,
    value: &str,
) -> Result<bool> {
    // First: whoever swaps at the same moment waits here until this one is done.
    grow(t, plugin, 0).await?;
    if get(t, plugin, subject, key).await?.as_deref() != expected {
        return Ok(false);
    }
    set(t, plugin, subject, key, value).await?;
    Ok(true)
}

/// Removes a value; no error when there is none.
pub async fn delete(
    t: &mut Transaction,
    plugin: &str,
    subject: Option<&str>,
    key: &str,
) -> Result<()> {
    let subject = subject.unwrap_or_default();
    grow(t, plugin, 0).await?;
    let before = size(t, plugin, subject, key).await?;
    sql("DELETE FROM plugin_values WHERE plugin = $1 AND subject = $2 AND key = $3")
        .bind(plugin)
        .bind(subject)
        .bind(key)
        .run(t)
        .await?;
    grow(t, plugin, -before).await.map(drop)
}

/// Keys that begin with `prefix`, in order, at most `limit`.
pub async fn keys(
    c: &mut Connection,
    plugin: &str,
    subject: Option<&str>,
    prefix: &str,
    limit: u32,
) -> Result<Vec<String>> {
    // Not LIKE: a prefix may hold its wildcards, and backends differ about case.
    let length = i64::try_from(prefix.chars().count()).map_err(Error::internal)?;
    let rows = sql(
        "SELECT key FROM plugin_values WHERE plugin = $1 AND subject = $2
         AND substr(key, 1, CAST($3 AS INTEGER)) = $4 ORDER BY key LIMIT $5",
    )
    .bind(plugin)
    .bind(subject.unwrap_or_default())
    .bind(length)
    .bind(prefix)
    .bind(limit)
    .all(c)
    .await?;
    rows.iter().map(|row| row.get("key")).collect()
}

async fn size(t: &mut Transaction, plugin: &str, subject: &str, key: &str) -> Result<i64> {
    let row =
        sql("SELECT bytes FROM plugin_values WHERE plugin = $1 AND subject = $2 AND key = $3")
            .bind(plugin)
            .bind(subject)
            .bind(key)
            .optional(t)
            .await?;
    row.map_or(Ok(0), |row| row.get("bytes"))
}

/// Changes what the plugin is held to use; answers the new sum.
async fn grow(t: &mut Transaction, plugin: &str, by: i64) -> Result<i64> {
    sql("INSERT INTO plugin_space (plugin, bytes) VALUES ($1, $2)
         ON CONFLICT (plugin) DO UPDATE SET bytes = plugin_space.bytes + excluded.bytes
         RETURNING bytes")
    .bind(plugin)
    .bind(by)
    .one(t)
    .await?
    .get("bytes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Database, testing::both::both};

    async fn database(at: &std::path::Path) -> Database {
        let url = format!("sqlite:{}", at.join("test.db").display());
        let database = Database::open(&url).await.unwrap();
        database.migrate().await.unwrap();
        database
    }

    async fn put(
        database: &Database,
        subject: Option<&'static str>,
        key: &str,
        value: String,
    ) -> Result<()> {
        let key = key.to_owned();
        database
            .write(move |t| Box::pin(async move { set(t, "p", subject, &key, &value).await }))
            .await
    }

    #[tokio::test]
    async fn values_are_kept_by_subject_and_listed_by_prefix() {
        let folder = tempfile::tempdir().unwrap();
        let database = database(folder.path()).await;
        for key in ["a%1", "a%2", "aX3", "灯1"] {
            put(&database, None, key, key.to_owned()).await.unwrap();
        }
        put(&database, Some("s"), "a%1", "theirs".to_owned())
            .await
            .unwrap();
        let mut c = database.read().await.unwrap();
        assert_eq!(
            keys(&mut c, "p", None, "a%", 9).await.unwrap(),
            ["a%1", "a%2"]
        );
        assert_eq!(keys(&mut c, "p", None, "灯", 9).await.unwrap(), ["灯1"]);
        assert_eq!(keys(&mut c, "p", None, "", 2).await.unwrap().len(), 2);
        assert_eq!(
            get(&mut c, "p", Some("s"), "a%1").await.unwrap().as_deref(),
            Some("theirs")
        );
        assert_eq!(get(&mut c, "other", None, "a%1").await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_plugin_stays_within_its_space() {
        let folder = tempfile::tempdir().unwrap();
        let database = database(folder.path()).await;
        let half = "x".repeat(9 * 1024 * 1024);
        put(&database, None, "one", half.clone()).await.unwrap();
        let full = put(&database, None, "two", half.clone()).await;
        assert!(matches!(full, Err(Error::Conflict("plugin-space-full"))));
        put(&database, None, "one", half.clone()).await.unwrap();
        database
            .write(|t| Box::pin(async move { delete(t, "p", None, "one").await }))
            .await
            .unwrap();
        put(&database, None, "two", half).await.unwrap();
    }

    both! {
        async fn of_many_swaps_one_succeeds(database) {
            for round in 0..5_u32 {
                let expected = round.checked_sub(1).map(|n| n.to_string());
                let swaps = (0..8).map(|_| {
                    let (expected, value) = (expected.clone(), round.to_string());
                    database.write(move |t| Box::pin(async move {
                        swap(t, "p", None, "seats", expected.as_deref(), &value).await
                    }))
                });
                let done = futures_util::future::join_all(swaps).await;
                assert_eq!(done.into_iter().filter(|it| *it.as_ref().unwrap()).count(), 1);
            }
            let mut c = database.read().await.unwrap();
            assert_eq!(get(&mut c, "p", None, "seats").await.unwrap().as_deref(), Some("4"));
        }
    }
}
