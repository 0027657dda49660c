//! Rows of jobs and of what became of their runs. Decides nothing: when a job is due is
//! `plugins::jobs`' affair.

use super::{Backend, Connection, Row, Transaction, sql};
use crate::{error::Result, time::Timestamp};

/// How many runs of a job are kept.
const KEPT: i64 = 100;

/// A job of a plugin in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// `plugin/job`.
    pub id: String,
    /// The plugin.
    pub plugin: String,
    /// The job's id in the manifest.
    pub job: String,
    /// Its rhythm, as `plugins::jobs` writes it: another one makes it due anew.
    pub rhythm: String,
    /// The run that is to come, or is being tried.
    pub due: Timestamp,
    /// When it is tried next.
    pub attempt: Timestamp,
    /// Until when a host has it.
    pub claimed: Option<Timestamp>,
    /// How many runs before this one fell out.
    pub missed: i64,
    /// How often this run has been tried.
    pub tries: i64,
    /// Why the last try failed.
    pub failure: Option<String>,
}

/// What became of one try of a run.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = JobRun)]
pub struct Run {
    /// Row id.
    pub id: String,
    /// The plugin.
    #[serde(skip)]
    pub plugin: String,
    /// The job.
    pub job: String,
    /// The digest of the revision that ran.
    pub revision: String,
    /// When it was to run.
    pub due: Timestamp,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// How many runs before it fell out.
    pub missed: i64,
    /// Which try it was, from 1.
    pub tries: i64,
    /// Why it failed, if it did.
    pub failure: Option<String>,
}

fn job(row: &Row) -> Result<Job> {
    Ok(Job {
        id: row.get("id")?,
        plugin: row.get("plugin")?,
        job: row.get("job")?,
        rhythm: row.get("rhythm")?,
        due: row.get("due")?,
        attempt: row.get("attempt")?,
        claimed: row.get("claimed")?,
        missed: row.get("missed")?,
        tries: row.get("tries")?,
        failure: row.get("failure")?,
    })
}

fn run(row: &Row) -> Result<Run> {
    Ok(Run {
        id: row.get("id")?,
        plugin: row.get("plugin")?,
        job: row.get("job")?,
        revision: row.get("revision")?,
        due: row.get("due")?,
        started: row.get("started")?,
        ended: row.get("ended")?,
        missed: row.get("missed")?,
        tries: row.get("tries")?,
        failure: row.get("failure")?,
    })
}

/// Schedules a job. One that is scheduled in the same rhythm stays as it is; in another, it starts
/// anew.
pub async fn schedule(t: &mut Transaction, it: &Job) -> Result<()> {
    sql(
        "INSERT INTO plugin_jobs (id, plugin, job, rhythm, due, attempt) VALUES ($1, $2, $3, $4, $5, $5)
         ON CONFLICT (id) DO UPDATE SET rhythm = excluded.rhythm, due = excluded.due,
         attempt = excluded.attempt, missed = 0, tries = 0, failure = NULL
         WHERE plugin_jobs.rhythm <> excluded.rhythm",
    )
    .bind(&it.id)
    .bind(&it.plugin)
    .bind(&it.job)
    .bind(&it.rhythm)
    .bind(it.due)
    .run(t)
    .await
    .map(drop)
}

/// Ends the jobs of a plugin, all but `stay`.
pub async fn end(t: &mut Transaction, plugin: &str, stay: &[&str]) -> Result<()> {
    let mut statement = sql("DELETE FROM plugin_jobs WHERE plugin = $1").bind(plugin);
    for job in stay {
        statement = statement.push_bind(" AND job <> ?", *job);
    }
    statement.run(t).await.map(drop)
}

/// Takes jobs that are to be tried, the longest due first, until `until`. Another host takes others.
pub async fn claim(
    t: &mut Transaction,
    now: Timestamp,
    until: Timestamp,
    limit: u32,
) -> Result<Vec<Job>> {
    let lock = match t.backend() {
        Backend::Postgres => " FOR UPDATE SKIP LOCKED",
        Backend::Sqlite => "",
    };
    let text = format!(
        "UPDATE plugin_jobs SET claimed = $1 WHERE id IN (
           SELECT id FROM plugin_jobs WHERE attempt <= $2 AND (claimed IS NULL OR claimed <= $2)
           ORDER BY attempt, id LIMIT $3{lock})
         RETURNING *"
    );
    let rows = sql(text).bind(until).bind(now).bind(limit).all(t).await?;
    rows.iter().map(job).collect()
}

/// Says which run a claimed job is at.
pub async fn at_run(t: &mut Transaction, it: &Job) -> Result<()> {
    sql("UPDATE plugin_jobs SET due = $2, missed = $3, tries = $4 WHERE id = $1 AND claimed = $5")
        .bind(&it.id)
        .bind(it.due)
        .bind(it.missed)
        .bind(it.tries)
        .bind(it.claimed)
        .run(t)
        .await
        .map(drop)
}

/// Gives a claimed job back as `it` says; whether this host still had it.
pub async fn release(t: &mut Transaction, it: &Job) -> Result<bool> {
    let changed = sql(
        "UPDATE plugin_jobs SET due = $2, attempt = $3, missed = $4, tries = $5, failure = $6, claimed = NULL
         WHERE id = $1 AND claimed = $7",
    )
    .bind(&it.id)
    .bind(it.due)
    .bind(it.attempt)
    .bind(it.missed)
    .bind(it.tries)
    .bind(it.failure.as_ref())
    .bind(it.claimed)
    .run(t)
    .await?;
    Ok(changed == 1)
}

/// The jobs of a plugin, by id.
pub async fn of_plugin(c: &mut Connection, plugin: &str) -> Result<Vec<Job>> {
    let rows = sql("SELECT * FROM plugin_jobs WHERE plugin = $1 ORDER BY id").bind(plugin);
    rows.all(c).await?.iter().map(job).collect()
}

/// Keeps what became of a try, and forgets the oldest beyond the hundredth of its job.
pub async fn add_run(t: &mut Transaction, it: &Run) -> Result<()> {
    sql("INSERT INTO plugin_job_runs (id, plugin, job, revision, due, started, ended, missed, tries, failure)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
        .bind(&it.id)
        .bind(&it.plugin)
        .bind(&it.job)
        .bind(&it.revision)
        .bind(it.due)
        .bind(it.started)
        .bind(it.ended)
        .bind(it.missed)
        .bind(it.tries)
        .bind(it.failure.as_ref())
        .run(t)
        .await?;
    sql(
        "DELETE FROM plugin_job_runs WHERE plugin = $1 AND job = $2 AND id <= (
           SELECT id FROM plugin_job_runs WHERE plugin = $1 AND job = $2
           ORDER BY id DESC LIMIT 1 OFFSET $3)",
    )
    .bind(&it.plugin)
    .bind(&it.job)
    .bind(KEPT)
    .run(t)
    .await
    .map(drop)
}

/// The tries of a plugin's jobs, the newest first, those before the row `before`.
pub async fn runs(
    c: &mut Connection,
    plugin: &str,
    before: Option<&str>,
    limit: u32,
) -> Result<Vec<Run>> {
    let mut statement = sql("SELECT * FROM plugin_job_runs WHERE plugin = $1").bind(plugin);
    if let Some(id) = before {
        statement = statement.push_bind(" AND id < ?", id);
    }
    let rows = statement
        .push_bind(" ORDER BY id DESC LIMIT ?", limit)
        .all(c)
        .await?;
    rows.iter().map(run).collect()
}
