//! Who follows which case.

use super::read;
use crate::{
    cases::model::Case,
    db::{Connection, Transaction, sql},
    error::Result,
    time::Timestamp,
};

/// Adds a follower; `account` is told, if there is one. Twice is once.
pub async fn add(
    t: &mut Transaction,
    case: &str,
    follower: &str,
    account: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    sql("INSERT INTO case_followers (case_id, follower, account, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
        .bind(case)
        .bind(follower)
        .bind(account)
        .bind(now)
        .run(t)
        .await?;
    Ok(())
}

/// Takes a follower off; whether they followed.
pub async fn remove(t: &mut Transaction, case: &str, follower: &str) -> Result<bool> {
    let gone = sql("DELETE FROM case_followers WHERE case_id = $1 AND follower = $2")
        .bind(case)
        .bind(follower)
        .run(t)
        .await?;
    Ok(gone > 0)
}

/// Whether somebody follows a case.
pub async fn follows(c: &mut Connection, case: &str, follower: &str) -> Result<bool> {
    let row = sql("SELECT at FROM case_followers WHERE case_id = $1 AND follower = $2")
        .bind(case)
        .bind(follower)
        .optional(c)
        .await?;
    Ok(row.is_some())
}

/// The cases that somebody follows, the newest first, at most `limit`; without their deadlines.
pub async fn followed(c: &mut Connection, follower: &str, limit: u32) -> Result<Vec<Case>> {
    let rows = sql(
        "SELECT * FROM cases WHERE id IN (SELECT case_id FROM case_followers WHERE follower = $1)
         ORDER BY id DESC LIMIT $2",
    )
    .bind(follower)
    .bind(limit)
    .all(c)
    .await?;
    rows.iter().map(read).collect()
}

/// The accounts that follow a case.
pub async fn accounts(c: &mut Connection, case: &str) -> Result<Vec<String>> {
    let rows = sql(
        "SELECT account FROM case_followers WHERE case_id = $1 AND account IS NOT NULL ORDER BY account",
    )
    .bind(case)
    .all(c)
    .await?;
    rows.iter().map(|row| row.get("account")).collect()
}
