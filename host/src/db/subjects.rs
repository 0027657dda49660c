//! Whose pseudonym a plugin knows. Decides nothing: when one is kept is `identity::subjects`' affair.

use super::{Connection, Transaction, sql};
use crate::error::Result;

/// Keeps whose pseudonym it is; no error when it is kept already.
pub async fn put(t: &mut Transaction, plugin: &str, subject: &str, account: &str) -> Result<()> {
    sql(
        "INSERT INTO plugin_subjects (plugin, subject, account) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING",
    )
    .bind(plugin)
    .bind(subject)
    .bind(account)
    .run(t)
    .await
    .map(drop)
}

/// The account behind a pseudonym that the plugin knows.
pub async fn account(c: &mut Connection, plugin: &str, subject: &str) -> Result<Option<String>> {
    let row = sql("SELECT account FROM plugin_subjects WHERE plugin = $1 AND subject = $2")
        .bind(plugin)
        .bind(subject)
        .optional(c)
        .await?;
    row.map(|row| row.get("account")).transpose()
}
