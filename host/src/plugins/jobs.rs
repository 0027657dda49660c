//! Runs plugins' jobs when they are due. Rows decide, so that a restart loses nothing and several
//! hosts run nothing twice at once; a job that fails is tried again with growing pauses and stands
//! in sight. Makes up for no run that fell out: the next is told how many there were.

use futures_util::future::join_all;
use jiff::{Zoned, civil::Weekday, tz::TimeZone};
use onedoor_manifest::{Days, Job as Listed, Manifest, Rhythm};

use super::{CallError, Plugins, Run};
use crate::{
    app::App,
    context::Context,
    db::{Transaction, jobs as rows},
    domain::Domain,
    error::Result,
    page::{Page, Paging},
    time::Timestamp,
};

/// How many jobs run side by side on one host.
const AT_ONCE: u32 = 8;
/// For how long a host has a job, in seconds: longer than the longest budget and the wait for a
/// turn together.
const CLAIM: i64 = 180;
/// The first pause after a failure, in seconds; it doubles up to an hour.
const PAUSE: i64 = 30;
/// The longest pause.
const LONGEST: i64 = 3600;
/// How long a job waits whose plugin this host does not have.
const ABSENT: i64 = 60;
/// The longest reason that is kept, in characters.
const REASON: usize = 500;
/// How far ahead a day is looked for.
const DAYS: u32 = 3660;

/// Schedules the jobs of the revision that has come in force, and ends those it does not have. In
/// the transaction that puts it in force.
pub(super) async fn schedule(
    t: &mut Transaction,
    manifest: &Manifest,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<()> {
    let ids: Vec<&str> = manifest.jobs.iter().map(|it| it.id.as_str()).collect();
    rows::end(t, &manifest.id, &ids).await?;
    for job in &manifest.jobs {
        let Some(rhythm) = job.schedule.rhythm() else {
            continue;
        };
        let due = after(rhythm, zone, now);
        let row = rows::Job {
            id: format!("{}/{}", manifest.id, job.id),
            plugin: manifest.id.clone(),
            job: job.id.clone(),
            rhythm: format!("{rhythm:?}"),
            due,
            attempt: due,
            claimed: None,
            missed: 0,
            tries: 0,
            failure: None,
        };
        rows::schedule(t, &row).await?;
    }
    Ok(())
}

/// Ends the jobs of a plugin that is retired.
pub(super) async fn end(t: &mut Transaction, plugin: &str) -> Result<()> {
    rows::end(t, plugin, &[]).await
}

/// Schedules the jobs of what is active, as a host starts; those that are scheduled stay.
pub async fn start(plugins: &Plugins, domain: &Domain, cx: &Context) -> Result<()> {
    for loaded in plugins.all().values() {
        let (manifest, zone, now) = (loaded.manifest.clone(), domain.zone.clone(), cx.now);
        let job = async move |t: &mut Transaction| schedule(t, &manifest, &zone, now).await;
        domain
            .database
            .write(|t| Box::pin(async move { job(t).await }))
            .await?;
    }
    Ok(())
}

/// Runs what is due by the time of `cx`; how many jobs were tried.
pub async fn turn(plugins: &Plugins, domain: &Domain, cx: &Context) -> Result<usize> {
    let (now, until) = (cx.now, cx.now.plus_seconds(CLAIM));
    let claimed = domain
        .database
        .write(move |t| Box::pin(async move { rows::claim(t, now, until, AT_ONCE).await }))
        .await?;
    let tried = claimed.len();
    let tries = claimed.into_iter().map(|job| one(plugins, domain, cx, job));
    join_all(tries).await.into_iter().collect::<Result<()>>()?;
    Ok(tried)
}

async fn one(plugins: &Plugins, domain: &Domain, cx: &Context, mut row: rows::Job) -> Result<()> {
    let loaded = plugins.get(&row.plugin).filter(|it| it.exports.jobs);
    let listed = loaded.as_ref().and_then(|it| it.manifest.job(&row.job));
    let rhythm = listed.and_then(|it: &Listed| it.schedule.rhythm());
    let (Some(loaded), Some(rhythm)) = (&loaded, rhythm) else {
        // Another host may have it, or this one gets it soon.
        row.attempt = cx.now.plus_seconds(ABSENT);
        row.failure = Some("the plugin is not loaded, or exports no jobs".to_owned());
        return give_back(domain, row, None).await;
    };
    catch_up(&mut row, rhythm, &domain.zone, cx.now);
    row.tries += 1;
    let at = row.clone();
    domain
        .database
        .write(move |t| Box::pin(async move { rows::at_run(t, &at).await }))
        .await?;
    let run = Run {
        id: format!("{}@{}", row.job, row.due.millis()),
        job: row.job.clone(),
        due: row.due,
        missed: u32::try_from(row.missed).unwrap_or(u32::MAX),
    };
    let outcome = plugins.run_job(domain, cx, &row.plugin, run).await;
    let ended = domain.clock.now();
    let failure = outcome.err().map(|error| reason(&error));
    let done = rows::Run {
        id: domain.ids.id(ended),
        plugin: row.plugin.clone(),
        job: row.job.clone(),
        revision: loaded.digest.clone(),
        due: row.due,
        started: cx.now,
        ended,
        missed: row.missed,
        tries: row.tries,
        failure: failure.clone(),
    };
    settle(&mut row, rhythm, &domain.zone, ended, failure);
    give_back(domain, row, Some(done)).await
}

/// Brings a job to the last run that is due by now, and counts those before it that fell out.
fn catch_up(row: &mut rows::Job, rhythm: Rhythm, zone: &TimeZone, now: Timestamp) {
    let (last, fell_out) = last_due(rhythm, zone, row.due, now);
    if fell_out > 0 {
        row.due = last;
        row.missed += fell_out;
        row.tries = 0;
    }
}

/// After a try: the next run, or another try of this one before the next is due.
fn settle(
    row: &mut rows::Job,
    rhythm: Rhythm,
    zone: &TimeZone,
    now: Timestamp,
    failure: Option<String>,
) {
    let next = after(rhythm, zone, row.due);
    if failure.is_none() {
        row.due = next;
        row.attempt = next;
        row.missed = 0;
        row.tries = 0;
    } else {
        let doubled = PAUSE << (row.tries - 1).clamp(0, 10);
        let again = now.plus_seconds(doubled.min(LONGEST));
        row.attempt = again.min(next.max(now));
    }
    row.failure = failure;
}

async fn give_back(domain: &Domain, row: rows::Job, done: Option<rows::Run>) -> Result<()> {
    let job = async move |t: &mut Transaction| {
        // Retired meanwhile, or so late that another host has it: what ran is kept all the same.
        rows::release(t, &row).await?;
        match done {
            Some(done) => rows::add_run(t, &done).await,
            None => Ok(()),
        }
    };
    domain
        .database
        .write(|t| Box::pin(async move { job(t).await }))
        .await
}

fn reason(error: &CallError) -> String {
    error.to_string().chars().take(REASON).collect()
}

/// The first moment of a rhythm after `at`.
fn after(rhythm: Rhythm, zone: &TimeZone, at: Timestamp) -> Timestamp {
    match rhythm {
        Rhythm::Every(minutes) => {
            let step = i64::from(minutes) * 60_000_000;
            let begun = at.micros().div_euclid(step);
            Timestamp::from_micros(begun.saturating_add(1).saturating_mul(step))
        }
        Rhythm::Daily(minutes, days) => {
            let mut day = at.zoned(zone);
            for _ in 0..DAYS {
                if let Some(moment) = moment(&day, minutes, days)
                    && moment > at
                {
                    return moment;
                }
                match day.tomorrow() {
                    Ok(next) => day = next,
                    Err(_) => break,
                }
            }
            at.plus_seconds(24 * 3600)
        }
    }
}

/// `minutes` after midnight by the clock on the wall, on the day of `day`.
fn moment(day: &Zoned, minutes: u16, days: Days) -> Option<Timestamp> {
    let rest = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    if days == Days::Working && rest {
        return None;
    }
    let (hour, minute) = (
        i8::try_from(minutes / 60).ok()?,
        i8::try_from(minutes % 60).ok()?,
    );
    let at = day.date().at(hour, minute, 0, 0);
    let at = at.to_zoned(day.time_zone().clone()).ok()?;
    Some(Timestamp::from_micros(at.timestamp().as_microsecond()))
}

/// The last moment of a rhythm that is not after `now`, from `due` on, and how many before it.
fn last_due(rhythm: Rhythm, zone: &TimeZone, due: Timestamp, now: Timestamp) -> (Timestamp, i64) {
    if let Rhythm::Every(minutes) = rhythm {
        let step = i64::from(minutes) * 60_000_000;
        let gone = (now.micros() - due.micros()).div_euclid(step).max(0);
        return (Timestamp::from_micros(due.micros() + gone * step), gone);
    }
    let (mut last, mut gone) = (due, 0);
    for _ in 0..DAYS {
        let next = after(rhythm, zone, last);
        if next > now {
            break;
        }
        last = next;
        gone += 1;
    }
    (last, gone)
}

/// A job and how it stands, for those who look after the plugin.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Standing {
    /// The job's id in the manifest.
    pub job: String,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// The run that is to come, or is being tried.
    pub due: Timestamp,
    /// When it is tried next.
    pub attempt: Timestamp,
    /// Whether it runs now.
    pub running: bool,
    /// How many runs before this one fell out.
    pub missed: i64,
    /// How often this run has been tried.
    pub tries: i64,
    /// Why the last try failed.
    pub failure: Option<String>,
}

/// How the jobs of a plugin stand. For those who may see it.
pub async fn standing(app: &App, cx: &Context, plugin: &str) -> Result<Vec<Standing>> {
    super::revisions::readable(app, cx, plugin).await?;
    let loaded = app.plugins.get(plugin);
    let mut c = app.domain.database.read().await?;
    let found = rows::of_plugin(&mut c, plugin).await?;
    let one = |row: rows::Job| {
        let listed = loaded.as_ref().and_then(|it| it.manifest.job(&row.job));
        Standing {
            name_zh: listed.map_or(row.job.clone(), |it| it.name.zh.clone()),
            name_en: listed.map_or(row.job.clone(), |it| it.name.en.clone()),
            running: row.claimed.is_some_and(|until| until > cx.now),
            job: row.job,
            due: row.due,
            attempt: row.attempt,
            missed: row.missed,
            tries: row.tries,
            failure: row.failure,
        }
    };
    Ok(found.into_iter().map(one).collect())
}

/// What became of the runs of a plugin's jobs, the newest first. For those who may see it.
pub async fn runs(
    app: &App,
    cx: &Context,
    plugin: &str,
    paging: &Paging,
) -> Result<Page<rows::Run>> {
    super::revisions::readable(app, cx, plugin).await?;
    let mut c = app.domain.database.read().await?;
    let (before, limit) = (paging.cursor.as_deref(), paging.limit());
    let found = rows::runs(&mut c, plugin, before, limit + 1).await?;
    Ok(Page::cut(found, limit, |it| it.id.clone()))
}

#[cfg(test)]
#[path = "jobs_tests.rs"]
mod tests;
