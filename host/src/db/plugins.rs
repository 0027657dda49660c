//! Rows of plugins, their revisions, their failures and their lines. Decides nothing: which change
//! of state is right is `plugins::revisions`' affair.

use super::{Connection, Row, Transaction, sql};
use crate::{
    error::{Error, Result},
    time::Timestamp,
};

/// How far a revision has come.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Read and found well formed; being compiled. Stays so when the host ends meanwhile: the
    /// same upload then goes on.
    Uploaded,
    /// Compiled and linked.
    Verified,
    /// Another department's reviewer has approved it.
    Approved,
    /// In force.
    Active,
    /// Taken out of use, for good.
    Retired,
}

impl State {
    /// Every state, in order.
    pub const ALL: [Self; 5] = [
        Self::Uploaded,
        Self::Verified,
        Self::Approved,
        Self::Active,
        Self::Retired,
    ];

    /// The name in the database and the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Uploaded => "uploaded",
            Self::Verified => "verified",
            Self::Approved => "approved",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }
}

/// One immutable uploaded build.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Revision {
    /// `sha256:` and 64 hex digits.
    pub digest: String,
    /// The plugin's id.
    pub plugin: String,
    /// The manifest's version.
    pub version: String,
    /// The unit that answers for it.
    pub department: String,
    /// How far it has come.
    pub state: State,
    /// The manifest, as TOML.
    pub manifest: String,
    /// The version of the contract that it speaks.
    pub contract: String,
    /// The interfaces it imports, by name.
    pub imports: Vec<String>,
    /// The interfaces it exports, by name.
    pub exports: Vec<String>,
    /// The size of the component.
    pub bytes: i64,
    /// The account that uploaded it.
    pub uploaded_by: String,
    /// When.
    pub uploaded_at: Timestamp,
    /// The account that approved it.
    pub approved_by: Option<String>,
    /// When.
    pub approved_at: Option<Timestamp>,
    /// When it was last put in force.
    pub activated_at: Option<Timestamp>,
}

/// A plugin.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Plugin {
    /// Its id.
    pub id: String,
    /// The unit that answers for it.
    pub department: String,
    /// The digest of the revision in force.
    pub active: Option<String>,
    /// The digest of the revision that a roll-back would bring back.
    pub previous: Option<String>,
}

/// A failure (its `kind` is the kind of failure) or a line (its `kind` is the severity).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Line {
    /// Row id.
    pub id: String,
    /// The plugin.
    pub plugin: String,
    /// The revision's digest.
    pub revision: String,
    /// When.
    pub at: Timestamp,
    /// The number of the request.
    pub request: String,
    /// The kind of failure, or the severity.
    pub kind: String,
    /// What there is to say.
    pub text: String,
}

const REVISION: &str =
    "SELECT r.*, p.department FROM plugin_revisions r JOIN plugins p ON p.id = r.plugin";

fn words(row: &Row, column: &str) -> Result<Vec<String>> {
    serde_json::from_str(&row.get::<String>(column)?).map_err(Error::internal)
}

fn revision(row: &Row) -> Result<Revision> {
    let state: String = row.get("state")?;
    Ok(Revision {
        digest: row.get("digest")?,
        plugin: row.get("plugin")?,
        version: row.get("version")?,
        department: row.get("department")?,
        state: State::ALL
            .into_iter()
            .find(|it| it.name() == state)
            .ok_or_else(|| Error::bug("a revision in no state"))?,
        manifest: row.get("manifest")?,
        contract: row.get("contract")?,
        imports: words(row, "imports")?,
        exports: words(row, "exports")?,
        bytes: row.get("bytes")?,
        uploaded_by: row.get("uploaded_by")?,
        uploaded_at: row.get("uploaded_at")?,
        approved_by: row.get("approved_by")?,
        approved_at: row.get("approved_at")?,
        activated_at: row.get("activated_at")?,
    })
}

fn plugin(row: &Row) -> Result<Plugin> {
    Ok(Plugin {
        id: row.get("id")?,
        department: row.get("department")?,
        active: row.get("active")?,
        previous: row.get("previous")?,
    })
}

/// Adds a plugin, unless there is one of that id.
pub async fn add(t: &mut Transaction, id: &str, department: &str, now: Timestamp) -> Result<()> {
    sql("INSERT INTO plugins (id, department, created) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
        .bind(id)
        .bind(department)
        .bind(now)
        .run(t)
        .await
        .map(drop)
}

/// Adds a revision of a plugin that there is. `Conflict` when its digest or its version is taken.
pub async fn add_revision(t: &mut Transaction, it: &Revision) -> Result<()> {
    let list = |it: &Vec<String>| serde_json::to_string(it).map_err(Error::internal);
    sql("INSERT INTO plugin_revisions (digest, plugin, version, state, manifest, contract, imports, exports, bytes, uploaded_by, uploaded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
        .bind(&it.digest)
        .bind(&it.plugin)
        .bind(&it.version)
        .bind(it.state.name())
        .bind(&it.manifest)
        .bind(&it.contract)
        .bind(list(&it.imports)?)
        .bind(list(&it.exports)?)
        .bind(it.bytes)
        .bind(&it.uploaded_by)
        .bind(it.uploaded_at)
        .run(t)
        .await
        .map(drop)
}

/// Removes a revision that could not be compiled, and its plugin when it has no other.
pub async fn remove_uploaded(t: &mut Transaction, it: &Revision) -> Result<()> {
    sql("DELETE FROM plugin_revisions WHERE digest = $1 AND state = 'uploaded'")
        .bind(&it.digest)
        .run(t)
        .await?;
    sql("DELETE FROM plugins WHERE id = $1
         AND NOT EXISTS (SELECT 1 FROM plugin_revisions WHERE plugin = $1)")
    .bind(&it.plugin)
    .run(t)
    .await
    .map(drop)
}

/// All plugins, by id.
pub async fn all(c: &mut Connection) -> Result<Vec<Plugin>> {
    let rows = sql("SELECT * FROM plugins ORDER BY id").all(c).await?;
    rows.iter().map(plugin).collect()
}

/// One plugin.
pub async fn get(c: &mut Connection, id: &str) -> Result<Option<Plugin>> {
    let row = sql("SELECT * FROM plugins WHERE id = $1").bind(id);
    row.optional(c).await?.as_ref().map(plugin).transpose()
}

/// One revision, by its digest.
pub async fn by_digest(c: &mut Connection, digest: &str) -> Result<Option<Revision>> {
    let row = sql(format!("{REVISION} WHERE r.digest = $1")).bind(digest);
    row.optional(c).await?.as_ref().map(revision).transpose()
}

/// The revision of a plugin that has this version.
pub async fn by_version(
    c: &mut Connection,
    plugin: &str,
    version: &str,
) -> Result<Option<Revision>> {
    let row = sql(format!("{REVISION} WHERE r.plugin = $1 AND r.version = $2"));
    let row = row.bind(plugin).bind(version).optional(c).await?;
    row.as_ref().map(revision).transpose()
}

/// The revisions of a plugin, the newest first.
pub async fn revisions(c: &mut Connection, plugin: &str, limit: u32) -> Result<Vec<Revision>> {
    let rows = sql(format!(
        "{REVISION} WHERE r.plugin = $1 ORDER BY r.uploaded_at DESC, r.digest LIMIT $2"
    ))
    .bind(plugin)
    .bind(limit)
    .all(c)
    .await?;
    rows.iter().map(revision).collect()
}

/// Moves a revision from one state to another; whether it was in the first.
pub async fn set_state(t: &mut Transaction, digest: &str, from: State, to: State) -> Result<bool> {
    let changed = sql("UPDATE plugin_revisions SET state = $3 WHERE digest = $1 AND state = $2")
        .bind(digest)
        .bind(from.name())
        .bind(to.name())
        .run(t)
        .await?;
    Ok(changed == 1)
}

/// Approves a verified revision; whether it was one.
pub async fn approve(t: &mut Transaction, digest: &str, by: &str, now: Timestamp) -> Result<bool> {
    let changed = sql(
        "UPDATE plugin_revisions SET state = 'approved', approved_by = $2, approved_at = $3
         WHERE digest = $1 AND state = 'verified'",
    )
    .bind(digest)
    .bind(by)
    .bind(now)
    .run(t)
    .await?;
    Ok(changed == 1)
}

/// Notes when a revision was put in force.
pub async fn activated(t: &mut Transaction, digest: &str, now: Timestamp) -> Result<()> {
    sql("UPDATE plugin_revisions SET activated_at = $2 WHERE digest = $1")
        .bind(digest)
        .bind(now)
        .run(t)
        .await
        .map(drop)
}

/// Says which revision is in force and which one a roll-back would bring back.
pub async fn point(
    t: &mut Transaction,
    id: &str,
    active: Option<&str>,
    previous: Option<&str>,
) -> Result<()> {
    sql("UPDATE plugins SET active = $2, previous = $3 WHERE id = $1")
        .bind(id)
        .bind(active)
        .bind(previous)
        .run(t)
        .await
        .map(drop)
}

/// Adds a failure.
pub async fn add_fault(t: &mut Transaction, it: &Line) -> Result<()> {
    add_to(t, "INSERT INTO plugin_faults (id, plugin, revision, at, request, kind, message) VALUES ($1, $2, $3, $4, $5, $6, $7)", it).await
}

/// Adds a line.
pub async fn add_line(t: &mut Transaction, it: &Line) -> Result<()> {
    add_to(t, "INSERT INTO plugin_lines (id, plugin, revision, at, request, severity, text) VALUES ($1, $2, $3, $4, $5, $6, $7)", it).await
}

async fn add_to(t: &mut Transaction, text: &'static str, it: &Line) -> Result<()> {
    sql(text)
        .bind(&it.id)
        .bind(&it.plugin)
        .bind(&it.revision)
        .bind(it.at)
        .bind(&it.request)
        .bind(&it.kind)
        .bind(&it.text)
        .run(t)
        .await
        .map(drop)
}

/// The failures of a plugin, the newest first, those before the row `before`.
pub async fn faults(
    c: &mut Connection,
    plugin: &str,
    before: Option<&str>,
    limit: u32,
) -> Result<Vec<Line>> {
    let start = "SELECT id, plugin, revision, at, request, kind, message AS text FROM plugin_faults WHERE plugin = $1";
    list(c, start, plugin, None, before, limit).await
}

/// A denial, with how often it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// What was missing and what to add, as the journal has it.
    pub text: String,
    /// How often.
    pub count: i64,
    /// When last.
    pub last: Timestamp,
}

/// The denials of a plugin, each text once, the latest first.
pub async fn denials(c: &mut Connection, plugin: &str, limit: u32) -> Result<Vec<Denied>> {
    let rows = sql(
        "SELECT message, COUNT(*) AS count, MAX(at) AS last FROM plugin_faults
         WHERE plugin = $1 AND kind = 'denied'
         GROUP BY message ORDER BY MAX(at) DESC, message LIMIT $2",
    )
    .bind(plugin)
    .bind(limit)
    .all(c)
    .await?;
    let read = |row: &Row| {
        Ok(Denied {
            text: row.get("message")?,
            count: row.get("count")?,
            last: row.get("last")?,
        })
    };
    rows.iter().map(read).collect()
}

/// The lines of a plugin, the newest first, those before the row `before`; of one severity, if one
/// is named.
pub async fn lines(
    c: &mut Connection,
    plugin: &str,
    severity: Option<&str>,
    before: Option<&str>,
    limit: u32,
) -> Result<Vec<Line>> {
    let start = "SELECT id, plugin, revision, at, request, severity AS kind, text FROM plugin_lines WHERE plugin = $1";
    list(c, start, plugin, severity, before, limit).await
}

async fn list(
    c: &mut Connection,
    start: &'static str,
    plugin: &str,
    severity: Option<&str>,
    before: Option<&str>,
    limit: u32,
) -> Result<Vec<Line>> {
    let mut statement = sql(start).bind(plugin);
    if let Some(severity) = severity {
        statement = statement.push_bind(" AND severity = ?", severity);
    }
    if let Some(id) = before {
        statement = statement.push_bind(" AND id < ?", id);
    }
    let rows = statement
        .push_bind(" ORDER BY id DESC LIMIT ?", limit)
        .all(c)
        .await?;
    let read = |row: &Row| {
        Ok(Line {
            id: row.get("id")?,
            plugin: row.get("plugin")?,
            revision: row.get("revision")?,
            at: row.get("at")?,
            request: row.get("request")?,
            kind: row.get("kind")?,
            text: row.get("text")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Removes failures and lines from before `before`.
pub async fn expire(t: &mut Transaction, before: Timestamp) -> Result<()> {
    for text in [
        "DELETE FROM plugin_faults WHERE at < $1",
        "DELETE FROM plugin_lines WHERE at < $1",
    ] {
        sql(text).bind(before).run(t).await?;
    }
    Ok(())
}
