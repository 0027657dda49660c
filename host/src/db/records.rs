//! Rows of datasets, records, consents, proxies and picked persons. Decides nothing: who may is
//! the affair of `records`. Values leave for the access hook only.

use super::{Connection, Row, Transaction, sql};
use crate::{error::Result, time::Timestamp};

/// A dataset of the catalogue.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// Its id.
    pub id: String,
    /// The unit that owns it.
    pub owner: String,
    /// The plugin that declares it.
    pub plugin: String,
    /// The revision that declared it last.
    pub revision: String,
    /// When that came into force.
    pub declared: Timestamp,
    /// The manifest's entry, as JSON.
    pub document: String,
}

fn read_dataset(row: &Row) -> Result<Dataset> {
    Ok(Dataset {
        id: row.get("id")?,
        owner: row.get("owner")?,
        plugin: row.get("plugin")?,
        revision: row.get("revision")?,
        declared: row.get("declared")?,
        document: row.get("document")?,
    })
}

/// Every dataset, by id.
pub async fn datasets(c: &mut Connection) -> Result<Vec<Dataset>> {
    let rows = sql("SELECT * FROM datasets ORDER BY id").all(c).await?;
    rows.iter().map(read_dataset).collect()
}

/// A dataset.
pub async fn dataset(c: &mut Connection, id: &str) -> Result<Option<Dataset>> {
    let row = sql("SELECT * FROM datasets WHERE id = $1")
        .bind(id)
        .optional(c)
        .await?;
    row.as_ref().map(read_dataset).transpose()
}

/// Puts a dataset into the catalogue, and keeps this version of it.
pub async fn put_dataset(t: &mut Transaction, it: &Dataset) -> Result<()> {
    sql("INSERT INTO datasets (id, owner, plugin, revision, declared, document) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO UPDATE SET plugin = excluded.plugin, revision = excluded.revision,
         declared = excluded.declared, document = excluded.document")
        .bind(&it.id)
        .bind(&it.owner)
        .bind(&it.plugin)
        .bind(&it.revision)
        .bind(it.declared)
        .bind(&it.document)
        .run(t)
        .await?;
    sql("INSERT INTO dataset_versions (dataset, revision, declared, document) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
        .bind(&it.id)
        .bind(&it.revision)
        .bind(it.declared)
        .bind(&it.document)
        .run(t)
        .await
        .map(drop)
}

/// How many records a dataset holds.
pub async fn count(c: &mut Connection, dataset: &str) -> Result<i64> {
    sql("SELECT COUNT(*) AS n FROM records WHERE dataset = $1")
        .bind(dataset)
        .one(c)
        .await?
        .get("n")
}

/// Puts a plugin's purposes in place of those it had.
pub async fn put_purposes(
    t: &mut Transaction,
    plugin: &str,
    purposes: &[(String, String)],
) -> Result<()> {
    sql("DELETE FROM purposes WHERE plugin = $1")
        .bind(plugin)
        .run(t)
        .await?;
    for (id, document) in purposes {
        sql("INSERT INTO purposes (plugin, id, document) VALUES ($1, $2, $3)")
            .bind(plugin)
            .bind(id)
            .bind(document)
            .run(t)
            .await?;
    }
    Ok(())
}

/// Purposes, of one plugin or of all: plugin and document.
pub async fn purposes(c: &mut Connection, plugin: Option<&str>) -> Result<Vec<(String, String)>> {
    let mut statement = sql("SELECT plugin, document FROM purposes WHERE 1 = 1");
    if let Some(plugin) = plugin {
        statement = statement.push_bind(" AND plugin = ?", plugin);
    }
    let rows = statement.push(" ORDER BY plugin, id").all(c).await?;
    rows.iter()
        .map(|row| Ok((row.get("plugin")?, row.get("document")?)))
        .collect()
}

/// A record.
#[derive(Clone, Debug)]
pub struct Record {
    /// The dataset.
    pub dataset: String,
    /// Whom it is about.
    pub account: String,
    /// Grows by 1 at each change.
    pub version: i64,
    /// The answers, as JSON.
    pub answers: String,
    /// When it changed last.
    pub changed: Timestamp,
    /// Who gave the answers in last.
    pub collected_by: String,
    /// By which door.
    pub channel: String,
    /// Through which plugin.
    pub plugin: String,
    /// When it goes.
    pub expires: Timestamp,
}

fn read_record(row: &Row) -> Result<Record> {
    Ok(Record {
        dataset: row.get("dataset")?,
        account: row.get("account")?,
        version: row.get("version")?,
        answers: row.get("answers")?,
        changed: row.get("changed")?,
        collected_by: row.get("collected_by")?,
        channel: row.get("channel")?,
        plugin: row.get("plugin")?,
        expires: row.get("expires")?,
    })
}

/// The record about someone, unless its time is over.
pub async fn record(
    c: &mut Connection,
    dataset: &str,
    account: &str,
    now: Timestamp,
) -> Result<Option<Record>> {
    let row = sql("SELECT * FROM records WHERE dataset = $1 AND account = $2 AND expires > $3")
        .bind(dataset)
        .bind(account)
        .bind(now)
        .optional(c)
        .await?;
    row.as_ref().map(read_record).transpose()
}

/// The last version there ever was, erased records counted.
pub async fn last_version(c: &mut Connection, dataset: &str, account: &str) -> Result<i64> {
    sql("SELECT COALESCE(MAX(version), 0) AS n FROM record_history WHERE dataset = $1 AND account = $2")
        .bind(dataset)
        .bind(account)
        .one(c)
        .await?
        .get("n")
}

/// The version that a key has written.
pub async fn written(
    c: &mut Connection,
    dataset: &str,
    account: &str,
    once: &str,
) -> Result<Option<i64>> {
    let row =
        sql("SELECT version FROM record_history WHERE dataset = $1 AND account = $2 AND once = $3")
            .bind(dataset)
            .bind(account)
            .bind(once)
            .optional(c)
            .await?;
    row.map(|row| row.get("version")).transpose()
}

/// A line of a record's history. `Conflict` when that version was written meanwhile.
async fn note(t: &mut Transaction, it: &Record, once: &str, digest: &str) -> Result<()> {
    sql("INSERT INTO record_history (dataset, account, version, at, actor, channel, plugin, once, digest)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(&it.dataset)
        .bind(&it.account)
        .bind(it.version)
        .bind(it.changed)
        .bind(&it.collected_by)
        .bind(&it.channel)
        .bind(&it.plugin)
        .bind(once)
        .bind(digest)
        .run(t)
        .await
        .map(drop)
}

/// Removes a record, and keeps that it was removed.
pub async fn erase(t: &mut Transaction, it: &Record, once: &str, digest: &str) -> Result<()> {
    note(t, it, once, digest).await?;
    sql("DELETE FROM records WHERE dataset = $1 AND account = $2")
        .bind(&it.dataset)
        .bind(&it.account)
        .run(t)
        .await
        .map(drop)
}

/// Keeps a record and a line of its history. `Conflict` when that version was written meanwhile.
pub async fn put(t: &mut Transaction, it: &Record, once: &str, digest: &str) -> Result<()> {
    note(t, it, once, digest).await?;
    sql("INSERT INTO records (dataset, account, version, answers, changed, collected_by, channel, plugin, expires)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (dataset, account) DO UPDATE SET version = excluded.version, answers = excluded.answers,
         changed = excluded.changed, collected_by = excluded.collected_by, channel = excluded.channel,
         plugin = excluded.plugin, expires = excluded.expires")
        .bind(&it.dataset)
        .bind(&it.account)
        .bind(it.version)
        .bind(&it.answers)
        .bind(it.changed)
        .bind(&it.collected_by)
        .bind(&it.channel)
        .bind(&it.plugin)
        .bind(it.expires)
        .run(t)
        .await
        .map(drop)
}

/// Erases records whose time is over, and tokens.
pub async fn expire(t: &mut Transaction, now: Timestamp) -> Result<()> {
    for statement in [
        "DELETE FROM records WHERE expires <= $1",
        "DELETE FROM picked WHERE expires <= $1",
    ] {
        sql(statement).bind(now).run(t).await?;
    }
    Ok(())
}

/// Which records to list.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// The dataset.
    pub dataset: &'a str,
    /// Below any of these divisions.
    pub areas: &'a [String],
    /// And below this one.
    pub division: Option<&'a str>,
    /// Changed at or after.
    pub changed: Option<Timestamp>,
    /// Only of persons who agreed to this plugin's purpose.
    pub agreed: Option<(&'a str, &'a str)>,
    /// After this account.
    pub after: &'a str,
}

/// Records, by account.
pub async fn list(
    c: &mut Connection,
    it: &Wanted<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Record>> {
    let mut statement =
        sql("SELECT r.* FROM records r JOIN accounts a ON a.id = r.account WHERE 1 = 1")
            .push_bind(" AND r.dataset = ?", it.dataset)
            .push_bind(" AND r.expires > ?", now)
            .push_bind(" AND r.account > ?", it.after)
            .push(" AND (1 = 0");
    for area in it.areas {
        statement = statement.push_bind(" OR a.community LIKE ?", format!("{}%", digits(area)));
        if area.is_empty() {
            statement = statement.push(" OR a.community IS NULL");
        }
    }
    statement = statement.push(")");
    if let Some(division) = it.division {
        statement =
            statement.push_bind(" AND a.community LIKE ?", format!("{}%", digits(division)));
    }
    if let Some(changed) = it.changed {
        statement = statement.push_bind(" AND r.changed >= ?", changed);
    }
    if let Some((plugin, purpose)) = it.agreed {
        statement = statement
            .push(" AND EXISTS (SELECT 1 FROM consents k WHERE k.account = r.account AND k.revoked IS NULL")
            .push_bind(" AND k.plugin = ?", plugin)
            .push_bind(" AND k.purpose = ?", purpose)
            .push(")");
    }
    let rows = statement
        .push_bind(" ORDER BY r.account LIMIT ?", limit)
        .all(c)
        .await?;
    rows.iter().map(read_record).collect()
}

/// A code of a division has digits only; nothing else may reach a pattern.
fn digits(code: &str) -> String {
    code.chars().filter(char::is_ascii_digit).collect()
}

/// A consent.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Consent {
    /// Row id.
    pub id: String,
    /// Whose.
    #[serde(skip)]
    pub account: String,
    /// To which plugin.
    pub plugin: String,
    /// For which purpose of it.
    pub purpose: String,
    /// Which fields, as `dataset.field`.
    pub fields: Vec<String>,
    /// `self`, `guardian`, `family` or `witnessed`.
    pub how: String,
    /// Who gave or witnessed it.
    #[serde(skip)]
    pub given_by: String,
    /// When.
    #[schema(value_type = String)]
    pub given: Timestamp,
    /// When it was withdrawn.
    #[schema(value_type = Option<String>)]
    pub revoked: Option<Timestamp>,
}

fn read_consent(row: &Row) -> Result<Consent> {
    let fields: String = row.get("fields")?;
    Ok(Consent {
        id: row.get("id")?,
        account: row.get("account")?,
        plugin: row.get("plugin")?,
        purpose: row.get("purpose")?,
        fields: fields
            .split(',')
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
            .collect(),
        how: row.get("how")?,
        given_by: row.get("given_by")?,
        given: row.get("given")?,
        revoked: row.get("revoked")?,
    })
}

/// Adds a consent.
pub async fn insert_consent(t: &mut Transaction, it: &Consent) -> Result<()> {
    sql("INSERT INTO consents (id, account, plugin, purpose, fields, how, given_by, given) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(&it.id)
        .bind(&it.account)
        .bind(&it.plugin)
        .bind(&it.purpose)
        .bind(format!(",{},", it.fields.join(",")))
        .bind(&it.how)
        .bind(&it.given_by)
        .bind(it.given)
        .run(t)
        .await
        .map(drop)
}

/// Withdraws a person's consents to a purpose; how many there were.
pub async fn revoke_consents(
    t: &mut Transaction,
    account: &str,
    plugin: &str,
    purpose: &str,
    by: &str,
    now: Timestamp,
) -> Result<u64> {
    sql("UPDATE consents SET revoked = $1, revoked_by = $2 WHERE account = $3 AND plugin = $4 AND purpose = $5 AND revoked IS NULL")
        .bind(now)
        .bind(by)
        .bind(account)
        .bind(plugin)
        .bind(purpose)
        .run(t)
        .await
}

/// A person's consents, those in force first.
pub async fn consents(c: &mut Connection, account: &str) -> Result<Vec<Consent>> {
    let rows = sql("SELECT * FROM consents WHERE account = $1 ORDER BY CASE WHEN revoked IS NULL THEN 0 ELSE 1 END, given DESC LIMIT 200")
        .bind(account)
        .all(c)
        .await?;
    rows.iter().map(read_consent).collect()
}

/// Who may act for whom.
#[derive(Clone, Debug)]
pub struct Proxy {
    /// Row id.
    pub id: String,
    /// Who acts.
    pub account: String,
    /// For whom.
    pub person: String,
    /// `guardian` or `family`.
    pub kind: String,
    /// `guardian`, `self` or `witnessed`.
    pub how: String,
    /// Who gave or witnessed it.
    pub given_by: String,
    /// When.
    pub given: Timestamp,
    /// Until when.
    pub expires: Option<Timestamp>,
}

fn read_proxy(row: &Row) -> Result<Proxy> {
    Ok(Proxy {
        id: row.get("id")?,
        account: row.get("account")?,
        person: row.get("person")?,
        kind: row.get("kind")?,
        how: row.get("how")?,
        given_by: row.get("given_by")?,
        given: row.get("given")?,
        expires: row.get("expires")?,
    })
}

/// Adds a proxy.
pub async fn insert_proxy(t: &mut Transaction, it: &Proxy) -> Result<()> {
    sql("INSERT INTO proxies (id, account, person, kind, how, given_by, given, expires) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(&it.id)
        .bind(&it.account)
        .bind(&it.person)
        .bind(&it.kind)
        .bind(&it.how)
        .bind(&it.given_by)
        .bind(it.given)
        .bind(it.expires)
        .run(t)
        .await
        .map(drop)
}

/// The proxies in force that someone holds, or that others hold for them.
pub async fn proxies(c: &mut Connection, account: &str, now: Timestamp) -> Result<Vec<Proxy>> {
    let rows = sql("SELECT * FROM proxies WHERE (account = $1 OR person = $2) AND revoked IS NULL AND (expires IS NULL OR expires > $3) ORDER BY id LIMIT 200")
        .bind(account)
        .bind(account)
        .bind(now)
        .all(c)
        .await?;
    rows.iter().map(read_proxy).collect()
}

/// Ends a proxy that someone holds or gave; whether there was one.
pub async fn revoke_proxy(
    t: &mut Transaction,
    id: &str,
    account: &str,
    now: Timestamp,
) -> Result<bool> {
    let ended = sql("UPDATE proxies SET revoked = $1 WHERE id = $2 AND (account = $3 OR person = $4) AND revoked IS NULL")
        .bind(now)
        .bind(id)
        .bind(account)
        .bind(account)
        .run(t)
        .await?;
    Ok(ended > 0)
}

/// Sets when someone was born, `YYYY-MM-DD`.
pub async fn set_born(t: &mut Transaction, account: &str, born: &str) -> Result<()> {
    sql("UPDATE accounts SET born = $1 WHERE id = $2")
        .bind(born)
        .bind(account)
        .run(t)
        .await
        .map(drop)
}

/// When someone was born, if it is known.
pub async fn born(c: &mut Connection, account: &str) -> Result<Option<String>> {
    let row = sql("SELECT born FROM accounts WHERE id = $1")
        .bind(account)
        .optional(c)
        .await?;
    row.map_or(Ok(None), |row| row.get("born"))
}

/// Persons of exactly this name below a division; at most 2, which is too many.
pub async fn named(c: &mut Connection, name: &str, area: &str) -> Result<Vec<String>> {
    let rows = sql("SELECT id FROM accounts WHERE kind = 'person' AND disabled IS NULL AND name = $1 AND community LIKE $2 ORDER BY id LIMIT 2")
        .bind(name)
        .bind(format!("{}%", digits(area)))
        .all(c)
        .await?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// A person who was picked.
#[derive(Clone, Debug)]
pub struct Picked {
    /// Digest of the token.
    pub digest: String,
    /// For which plugin.
    pub plugin: String,
    /// For which purpose of it.
    pub purpose: String,
    /// Who picked.
    pub picker: String,
    /// Whom.
    pub account: String,
    /// Until when it holds.
    pub expires: Timestamp,
}

/// Keeps a token.
pub async fn insert_picked(t: &mut Transaction, it: &Picked) -> Result<()> {
    sql("INSERT INTO picked (digest, plugin, purpose, picker, account, expires) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(&it.digest)
        .bind(&it.plugin)
        .bind(&it.purpose)
        .bind(&it.picker)
        .bind(&it.account)
        .bind(it.expires)
        .run(t)
        .await
        .map(drop)
}

/// Whom a token stands for, while it holds.
pub async fn picked(c: &mut Connection, digest: &str, now: Timestamp) -> Result<Option<Picked>> {
    let row = sql("SELECT * FROM picked WHERE digest = $1 AND expires > $2")
        .bind(digest)
        .bind(now)
        .optional(c)
        .await?;
    let read = |row: Row| {
        Ok(Picked {
            digest: row.get("digest")?,
            plugin: row.get("plugin")?,
            purpose: row.get("purpose")?,
            picker: row.get("picker")?,
            account: row.get("account")?,
            expires: row.get("expires")?,
        })
    };
    row.map(read).transpose()
}
