//! Rows of plugins that a person has stopped. Decides nothing.

use super::{Connection, Row, Transaction, sql};
use crate::{error::Result, time::Timestamp};

/// A plugin that a person has stopped.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Hold {
    /// The plugin.
    pub plugin: String,
    /// Why.
    pub reason: String,
    /// The account that did.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

fn hold(row: &Row) -> Result<Hold> {
    Ok(Hold {
        plugin: row.get("plugin")?,
        reason: row.get("reason")?,
        by: row.get("by_account")?,
        at: row.get("at")?,
    })
}

/// Adds one; whether it was not stopped before.
pub async fn add(t: &mut Transaction, it: &Hold) -> Result<bool> {
    let added = sql("INSERT INTO plugin_holds (plugin, reason, by_account, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
        .bind(&it.plugin)
        .bind(&it.reason)
        .bind(&it.by)
        .bind(it.at)
        .run(t)
        .await?;
    Ok(added == 1)
}

/// Removes one; whether there was one.
pub async fn remove(t: &mut Transaction, plugin: &str) -> Result<bool> {
    let removed = sql("DELETE FROM plugin_holds WHERE plugin = $1").bind(plugin);
    Ok(removed.run(t).await? == 1)
}

/// The one of a plugin.
pub async fn get(c: &mut Connection, plugin: &str) -> Result<Option<Hold>> {
    let row = sql("SELECT * FROM plugin_holds WHERE plugin = $1").bind(plugin);
    row.optional(c).await?.as_ref().map(hold).transpose()
}

/// All of them.
pub async fn all(c: &mut Connection) -> Result<Vec<Hold>> {
    let rows = sql("SELECT * FROM plugin_holds ORDER BY plugin")
        .all(c)
        .await?;
    rows.iter().map(hold).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{plugins, replays, testing::both::both},
        domain::testing::NOW,
        error::Error,
    };

    both! {
        async fn a_plugin_is_held_once_and_let_go_once(database) {
            let it = Hold {
                plugin: "safety".to_owned(),
                reason: "检修".to_owned(),
                by: "a".to_owned(),
                at: NOW,
            };
            let (first, second) = (it.clone(), it.clone());
            let done = database.write(|t| Box::pin(async move {
                let added = (add(t, &first).await?, add(t, &second).await?);
                Ok::<_, Error>(added)
            }));
            assert_eq!(done.await.unwrap(), (true, false));
            let mut c = database.read().await.unwrap();
            assert_eq!(get(&mut c, "safety").await.unwrap(), Some(it.clone()));
            assert_eq!(all(&mut c).await.unwrap(), [it]);
            let done = database.write(|t| Box::pin(async move {
                let removed = (remove(t, "safety").await?, remove(t, "safety").await?);
                Ok::<_, Error>(removed)
            }));
            assert_eq!(done.await.unwrap(), (true, false));
        }
    }

    both! {
        async fn denials_are_counted_and_a_replay_is_kept_once(database) {
            let line = |n: i64, text: &str| plugins::Line {
                id: n.to_string(),
                plugin: "safety".to_owned(),
                revision: "r".to_owned(),
                at: NOW.plus_seconds(n),
                request: "q".to_owned(),
                kind: "denied".to_owned(),
                text: text.to_owned(),
            };
            let lines = [line(1, "a: x"), line(2, "b: y"), line(3, "a: x")];
            let done = database.write(|t| Box::pin(async move {
                for line in &lines {
                    plugins::add_fault(t, line).await?;
                }
                replays::keep(t, "r", "first", NOW).await?;
                replays::keep(t, "r", "second", NOW).await
            }));
            done.await.unwrap();
            let mut c = database.read().await.unwrap();
            let found = plugins::denials(&mut c, "safety", 10).await.unwrap();
            let found: Vec<_> = found.iter().map(|it| (it.text.as_str(), it.count)).collect();
            assert_eq!(found, [("a: x", 2), ("b: y", 1)]);
            let kept = replays::get(&mut c, "r").await.unwrap();
            assert_eq!(kept.as_deref(), Some("first"));
            assert_eq!(replays::get(&mut c, "none").await.unwrap(), None);
        }
    }
}
