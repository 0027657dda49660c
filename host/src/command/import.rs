//! `onedoor import`: into a folder that nobody serves, or by its API into a host that is running.

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    io::{IsTerminal as _, Write},
    path::{Path, PathBuf},
    sync::Mutex,
    time::Duration,
};

use crate::{
    app::App,
    config::{Config, Remote, Target},
    context::Locale,
    error::{Error, Problem},
    grid::{
        circle,
        divisions::{self, Progress},
        survey as surveys,
    },
    identity::staff,
    remote, telemetry,
    time::Timestamp,
    web::i18n,
};

/// How often a running host is asked how far it is.
const ASKED: Duration = Duration::from_millis(500);

/// Brings in divisions.
pub async fn divisions(
    files: &[PathBuf],
    complete: bool,
    to: &Target,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let (file, digest) = divisions::gather(files).map_err(worded)?;
    let bar = Bar::new("divisions");
    let done = match to.remote() {
        Some(at) => send(&at, file.path(), complete, &bar).await?,
        None => {
            telemetry::start(&to.config.log, to.config.otlp.as_ref())?;
            let app = App::open(to.config.clone()).await?;
            let done = here(&app, file.path(), &digest, complete, &bar).await;
            app.close().await;
            done.map_err(worded)?
        }
    };
    bar.finish();
    if done.state != "active" {
        return Err(worded(Error::Invalid(done.problems)));
    }
    writeln!(
        out,
        "{} divisions: {} new, {} renamed, {} ended. In force.",
        done.total, done.added, done.changed, done.ended
    )?;
    Ok(())
}

async fn here(
    app: &App,
    file: &Path,
    digest: &str,
    complete: bool,
    bar: &Bar,
) -> Result<Progress, Error> {
    let cx = app.domain.system("import");
    let file = file.to_owned();
    let loading = divisions::begin(&app.domain, &cx, file, digest, complete).await?;
    divisions::run(&app.domain, &cx, loading, &|it| bar.show(it)).await
}

/// Sends the file to a running host and waits for what becomes of it.
async fn send(at: &Remote, file: &Path, complete: bool, bar: &Bar) -> anyhow::Result<Progress> {
    let body = tokio::fs::File::open(file).await?;
    let body = tokio_util::io::ReaderStream::new(body);
    let request = remote::client()?
        .post(remote::address(at, "api/v1/grid/imports")?)
        .query(&[("complete", complete)])
        .header("content-type", "text/csv")
        .body(reqwest::Body::wrap_stream(body));
    let mut progress: Progress = serde_json::from_value(remote::answer(at, request).await?)?;
    while progress.state == "loading" {
        tokio::time::sleep(ASKED).await;
        let path = format!("api/v1/grid/imports/{}", progress.id);
        let request = remote::client()?.get(remote::address(at, &path)?);
        progress = serde_json::from_value(remote::answer(at, request).await?)?;
        bar.show(&progress);
    }
    Ok(progress)
}

/// Brings in boundaries of cells. `survey` is the coordinate system and the moment they stand from.
pub async fn cells(
    file: &Path,
    survey: (Option<&str>, Option<&str>),
    to: &Target,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let geojson = std::fs::read(file).with_context(|| format!("{}", file.display()))?;
    let (datum, from) = survey;
    let outcome = match to.remote() {
        Some(at) => {
            let mut query = Vec::new();
            query.extend(datum.map(|it| ("datum", it)));
            query.extend(from.map(|it| ("from", it)));
            let request = remote::client()?
                .post(remote::address(&at, "api/v1/grid/cells")?)
                .query(&query)
                .header("content-type", "application/geo+json")
                .body(geojson);
            serde_json::from_value(remote::answer(&at, request).await?)?
        }
        None => {
            let from = from
                .map(str::parse::<jiff::Timestamp>)
                .transpose()
                .context("--from")?;
            let from = from.map(|it| Timestamp::from_micros(it.as_microsecond()));
            telemetry::start(&to.config.log, to.config.otlp.as_ref())?;
            let app = App::open(to.config.clone()).await?;
            let cx = app.domain.system("import");
            let done = surveys::import(&app.domain, &cx, geojson, datum, from).await;
            app.close().await;
            done.map_err(worded)?
        }
    };
    let surveys::Outcome {
        added,
        changed,
        unchanged,
        ended,
    } = outcome;
    writeln!(
        out,
        "Cells: {added} new, {changed} with a new boundary, {unchanged} unchanged, {ended} ended. In force."
    )?;
    Ok(())
}

/// Brings in service points.
pub async fn service_points(
    list: &Path,
    to: &Target,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let list = std::fs::read(list).with_context(|| format!("{}", list.display()))?;
    let count = match to.remote() {
        Some(at) => {
            let request = remote::client()?
                .post(remote::address(&at, "api/v1/service-points")?)
                .header("content-type", "text/csv")
                .body(list);
            let answer = remote::answer(&at, request).await?;
            answer
                .get("points")
                .and_then(serde_json::Value::as_u64)
                .unwrap_or(0)
        }
        None => {
            telemetry::start(&to.config.log, to.config.otlp.as_ref())?;
            let app = App::open(to.config.clone()).await?;
            let cx = app.domain.system("import");
            let count = circle::import(&app.domain, &cx, &list).await;
            app.close().await;
            count.map_err(worded)? as u64
        }
    };
    writeln!(out, "{count} service points are there.")?;
    Ok(())
}

/// Invites everybody of a list; each address is written to `out`, once.
pub async fn people(
    list: &Path,
    config: Config,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let list = std::fs::read(list).with_context(|| format!("{}", list.display()))?;
    telemetry::start(&config.log, config.otlp.as_ref())?;
    let app = App::open(config).await?;
    let cx = app.domain.system("import");
    let invited = staff::invite_all(&app.domain, &cx, &list).await;
    app.close().await;
    for it in invited.map_err(worded)? {
        let origin = app.config.origin();
        writeln!(
            out,
            "{}\t{}\t{origin}/invitation?code={}",
            it.login, it.name, it.secret
        )?;
    }
    Ok(())
}

/// How far it is: a bar on a terminal, and a line now and then elsewhere.
pub struct Bar {
    bar: ProgressBar,
    plain: bool,
    /// Tenths that were told of.
    told: Mutex<i64>,
}

impl Bar {
    /// Of so many of `what`.
    pub fn new(what: &'static str) -> Self {
        let bar = ProgressBar::new(0).with_message(what);
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg} {elapsed}") {
            bar.set_style(style);
        }
        Self {
            bar,
            plain: !std::io::stderr().is_terminal(),
            told: Mutex::new(0),
        }
    }

    fn show(&self, it: &Progress) {
        if !self.plain {
            self.bar.set_length(it.total.unsigned_abs());
            self.bar.set_position(it.done.unsigned_abs());
            return;
        }
        let tenth = it
            .done
            .saturating_mul(10)
            .checked_div(it.total)
            .unwrap_or(0);
        let mut told = self.told.lock().unwrap_or_else(|it| it.into_inner());
        if tenth > *told {
            *told = tenth;
            // Where it goes may be closed; the import goes on all the same.
            let _ = writeln!(
                std::io::stderr(),
                "{}/{} {}",
                it.done,
                it.total,
                self.bar.message()
            );
        }
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// An error as a person at a terminal reads it.
pub fn worded(error: Error) -> anyhow::Error {
    match error {
        Error::Invalid(problems) => {
            let lines = problems.iter().map(|it| format!("\n  {}", line(it)));
            anyhow::anyhow!("refused:{}", lines.collect::<String>())
        }
        Error::Conflict(key) => anyhow::anyhow!(i18n::text(Locale::English, key, &[])),
        other => anyhow::anyhow!(other.chain()),
    }
}

fn line(problem: &Problem) -> String {
    let said = i18n::problem(Locale::English, problem);
    match &problem.at {
        Some(at) => format!("{at}: {said}"),
        None => said,
    }
}
