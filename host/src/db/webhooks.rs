//! Rows of webhooks and of what was sent to them. Sends nothing, and knows no secret.

use super::{Connection, Row, Transaction, sql};
use crate::{
    error::{Error, Result},
    time::Timestamp,
    webhooks::{Delivery, Outcome, Standing, Subscription},
};

/// Puts a message for `consumer` into the outbox if any webhook is there to be told.
pub async fn announce(
    t: &mut Transaction,
    id: &str,
    consumer: &str,
    payload: &str,
    now: Timestamp,
) -> Result<()> {
    sql(
        "INSERT INTO outbox (id, consumer, payload, created, due) SELECT $1, $2, $3, $4, $5
         WHERE EXISTS (SELECT 1 FROM webhooks WHERE ended IS NULL) ON CONFLICT DO NOTHING",
    )
    .bind(id)
    .bind(consumer)
    .bind(payload)
    .bind(now)
    .bind(now)
    .run(t)
    .await
    .map(drop)
}

/// Adds a webhook.
pub async fn insert(t: &mut Transaction, it: &Subscription) -> Result<()> {
    sql(
        "INSERT INTO webhooks (id, unit, url, classes, division, salt, created)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&it.id)
    .bind(&it.unit)
    .bind(&it.url)
    .bind(serde_json::to_string(&it.classes).map_err(Error::internal)?)
    .bind(&it.division)
    .bind(&it.salt)
    .bind(it.created)
    .run(t)
    .await
    .map(drop)
}

/// How many webhooks a unit has.
pub async fn count(c: &mut Connection, unit: &str) -> Result<i64> {
    sql("SELECT COUNT(*) AS n FROM webhooks WHERE unit = $1")
        .bind(unit)
        .one(c)
        .await?
        .get("n")
}

/// All webhooks, by id.
pub async fn all(c: &mut Connection) -> Result<Vec<Subscription>> {
    let rows = sql("SELECT * FROM webhooks ORDER BY id").all(c).await?;
    rows.iter().map(read).collect()
}

/// One webhook.
pub async fn get(c: &mut Connection, id: &str) -> Result<Option<Subscription>> {
    let row = sql("SELECT * FROM webhooks WHERE id = $1")
        .bind(id)
        .optional(c)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The webhooks of the units that have had to do with a case.
pub async fn concerned(c: &mut Connection, case: &str) -> Result<Vec<Subscription>> {
    let rows = sql("SELECT * FROM webhooks WHERE ended IS NULL
         AND unit IN (SELECT unit FROM case_units WHERE case_id = $1) ORDER BY id")
    .bind(case)
    .all(c)
    .await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Subscription> {
    let classes: String = row.get("classes")?;
    Ok(Subscription {
        id: row.get("id")?,
        unit: row.get("unit")?,
        url: row.get("url")?,
        classes: serde_json::from_str(&classes).map_err(Error::internal)?,
        division: row.get("division")?,
        salt: row.get("salt")?,
        salt_before: row.get("salt_before")?,
        before_until: row.get("before_until")?,
        created: row.get("created")?,
        ended: row.get("ended")?,
        why: row.get("why")?,
    })
}

/// Gives a webhook a new salt; the one before signs as well until `until`. Whether there is such a
/// webhook.
pub async fn rotate(t: &mut Transaction, id: &str, salt: &str, until: Timestamp) -> Result<bool> {
    let changed =
        sql("UPDATE webhooks SET salt_before = salt, before_until = $1, salt = $2 WHERE id = $3")
            .bind(until)
            .bind(salt)
            .bind(id)
            .run(t)
            .await?;
    Ok(changed == 1)
}

/// Switches a webhook off; what it has not been told is dropped.
pub async fn end(
    t: &mut Transaction,
    id: &str,
    consumer: &str,
    now: Timestamp,
    why: &str,
) -> Result<()> {
    sql("UPDATE webhooks SET ended = $1, why = $2 WHERE id = $3 AND ended IS NULL")
        .bind(now)
        .bind(why)
        .bind(id)
        .run(t)
        .await?;
    sql("DELETE FROM outbox WHERE consumer = $1")
        .bind(consumer)
        .run(t)
        .await?;
    sql("UPDATE webhook_deliveries SET state = 'dropped' WHERE webhook = $1 AND state IN ('pending', 'parked')")
        .bind(id)
        .run(t)
        .await
        .map(drop)
}

/// Removes a webhook with all that was to be sent and was sent; whether there was one.
pub async fn delete(t: &mut Transaction, id: &str, consumer: &str) -> Result<bool> {
    sql("DELETE FROM outbox WHERE consumer = $1")
        .bind(consumer)
        .run(t)
        .await?;
    sql("DELETE FROM webhook_deliveries WHERE webhook = $1")
        .bind(id)
        .run(t)
        .await?;
    let changed = sql("DELETE FROM webhooks WHERE id = $1")
        .bind(id)
        .run(t)
        .await?;
    Ok(changed == 1)
}

/// Notes what is to be sent; the same message a second time is no second one.
pub async fn insert_delivery(t: &mut Transaction, it: &Delivery) -> Result<()> {
    sql(
        "INSERT INTO webhook_deliveries (id, webhook, kind, case_id, created, state)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind(&it.id)
    .bind(&it.webhook)
    .bind(&it.kind)
    .bind(&it.case)
    .bind(it.created)
    .bind(it.state.name())
    .run(t)
    .await
    .map(drop)
}

/// Notes how a try went.
pub async fn tried(
    t: &mut Transaction,
    id: &str,
    state: Standing,
    outcome: &Outcome,
    now: Timestamp,
) -> Result<()> {
    sql(
        "UPDATE webhook_deliveries SET state = $1, tries = tries + 1, tried = $2, status = $3,
         failure = $4 WHERE id = $5",
    )
    .bind(state.name())
    .bind(now)
    .bind(outcome.status().map(i64::from))
    .bind(outcome.failure())
    .bind(id)
    .run(t)
    .await
    .map(drop)
}

/// Marks what was parked, of one message or of all, as to be sent again.
pub async fn pending(t: &mut Transaction, webhook: &str, id: Option<&str>) -> Result<()> {
    let mut statement = sql("UPDATE webhook_deliveries SET state = 'pending'")
        .push_bind(" WHERE webhook = ?", webhook)
        .push(" AND state = 'parked'");
    if let Some(id) = id {
        statement = statement.push_bind(" AND id = ?", id);
    }
    statement.run(t).await.map(drop)
}

/// What was sent to a webhook, the newest first; ids before `before`.
pub async fn deliveries(
    c: &mut Connection,
    webhook: &str,
    before: Option<&str>,
    limit: u32,
) -> Result<Vec<Delivery>> {
    let mut statement =
        sql("SELECT * FROM webhook_deliveries").push_bind(" WHERE webhook = ?", webhook);
    if let Some(before) = before {
        statement = statement.push_bind(" AND id < ?", before);
    }
    let rows = statement
        .push_bind(" ORDER BY id DESC LIMIT ?", limit)
        .all(c)
        .await?;
    let delivery = |row: &Row| {
        let state: String = row.get("state")?;
        let status: Option<i64> = row.get("status")?;
        Ok(Delivery {
            id: row.get("id")?,
            webhook: row.get("webhook")?,
            kind: row.get("kind")?,
            case: row.get("case_id")?,
            created: row.get("created")?,
            state: Standing::from_name(&state)
                .ok_or_else(|| Error::bug("a delivery stands as this version does not know"))?,
            tries: row.get("tries")?,
            tried: row.get("tried")?,
            status: status.and_then(|it| u16::try_from(it).ok()),
            failure: row.get("failure")?,
        })
    };
    rows.iter().map(delivery).collect()
}

/// Forgets what was delivered or dropped before `before`.
pub async fn expire(t: &mut Transaction, before: Timestamp) -> Result<()> {
    sql("DELETE FROM webhook_deliveries WHERE created < $1 AND state IN ('delivered', 'dropped')")
        .bind(before)
        .run(t)
        .await
        .map(drop)
}
