//! `onedoor import duty-list`, `import calendar` and `export duty-list`: on a folder that nobody
//! serves, or by its API on a host that is running.

use anyhow::Context as _;
use std::{io::Write, path::Path};

use super::import::worded;
use crate::{
    app::App,
    cases::duty::{
        keeper::{self, Brought, Proposal, Upload},
        table::{self, Format},
    },
    config::Target,
    context::Locale,
    remote, telemetry,
};

/// A list to bring in.
#[derive(Clone, Copy, Debug)]
pub struct List<'a> {
    /// The file.
    pub file: &'a Path,
    /// The district that it is an overlay of.
    pub district: Option<&'a str>,
    /// The day from whose start it counts.
    pub from: Option<&'a str>,
    /// What to call it.
    pub name: Option<&'a str>,
    /// Whether to change nothing.
    pub check: bool,
}

fn format(file: &Path) -> anyhow::Result<Format> {
    let name = file.to_string_lossy();
    Format::of_name(&name).context("the name of the file must end in .csv or .toml")
}

async fn open(to: &Target) -> anyhow::Result<App> {
    telemetry::start(&to.config.log, to.config.otlp.as_ref())?;
    Ok(App::open(to.config.clone()).await?)
}

/// Brings in a version of the duty list, or tells what it would change.
pub async fn import(
    list: &List<'_>,
    to: &Target,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let format = format(list.file)?;
    let bytes = std::fs::read(list.file).with_context(|| format!("{}", list.file.display()))?;
    let proposal = match to.remote() {
        Some(at) => {
            let mut query = vec![("check", if list.check { "true" } else { "false" })];
            query.extend(list.district.map(|it| ("district", it)));
            query.extend(list.from.map(|it| ("from", it)));
            query.extend(list.name.map(|it| ("version", it)));
            let kind = match format {
                Format::Csv => "text/csv",
                Format::Toml => "application/toml",
            };
            let request = remote::client()?
                .post(remote::address(&at, "api/v1/duty-lists")?)
                .query(&query)
                .header("content-type", kind)
                .body(bytes);
            let answer = remote::answer(&at, request).await?;
            let changes = answer.get("changes").and_then(|it| it.as_array());
            let changes = changes.map_or(0, Vec::len);
            writeln!(
                out,
                "{changes} changes; {}/work/duty-list shows them in words.",
                at.url.as_str().trim_end_matches('/')
            )?;
            serde_json::from_value(answer)?
        }
        None => {
            let upload = Upload {
                bytes,
                format,
                division: list.district.unwrap_or_default().to_owned(),
                from: keeper::day(list.from).map_err(worded)?,
                version: list.name.map(str::to_owned),
            };
            let app = open(to).await?;
            let cx = app.domain.system("import");
            let done = match list.check {
                true => keeper::check(&app.domain, &cx, &upload).await,
                false => keeper::put(&app.domain, &cx, upload).await,
            };
            app.close().await;
            let proposal = done.map_err(worded)?;
            for change in &proposal.changes {
                writeln!(out, "{}", change.words(Locale::English))?;
            }
            proposal
        }
    };
    let Proposal {
        version,
        items,
        since,
        ..
    } = proposal;
    let said = if list.check { "would count" } else { "counts" };
    writeln!(
        out,
        "{items} classes: version {version} {said} from {}.",
        since.rfc3339()
    )?;
    Ok(())
}

/// Brings in years of the working calendar.
pub async fn calendar(
    file: &Path,
    to: &Target,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{}", file.display()))?;
    let Brought { years } = match to.remote() {
        Some(at) => {
            let request = remote::client()?
                .post(remote::address(&at, "api/v1/calendar")?)
                .header("content-type", "application/toml")
                .body(text);
            serde_json::from_value(remote::answer(&at, request).await?)?
        }
        None => {
            let app = open(to).await?;
            let cx = app.domain.system("import");
            let done = keeper::put_calendar(&app.domain, &cx, &text).await;
            app.close().await;
            done.map_err(worded)?
        }
    };
    let years: Vec<_> = years.iter().map(i16::to_string).collect();
    writeln!(out, "The calendar has {}.", years.join(", "))?;
    Ok(())
}

/// Writes a version of the duty list to a file.
pub async fn export(
    file: &Path,
    name: &str,
    from: &Target,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let format = format(file)?;
    let text = match from.remote() {
        Some(at) => {
            let format = match format {
                Format::Csv => "csv",
                Format::Toml => "toml",
            };
            let mut address = remote::address(&at, "api/v1/duty-lists")?;
            let segments = address.path_segments_mut();
            segments
                .map_err(|()| anyhow::anyhow!("no such address"))?
                .push(name);
            let request = remote::client()?
                .get(address)
                .query(&[("format", format)])
                .bearer_auth(at.token.reveal());
            let response = request.send().await.context("the host does not answer")?;
            response.error_for_status()?.text().await?
        }
        None => {
            let app = open(from).await?;
            let cx = app.domain.system("export");
            let list = keeper::version(&app.domain, &cx, name).await;
            app.close().await;
            table::write(&*list.map_err(worded)?, format).map_err(worded)?
        }
    };
    std::fs::write(file, text).with_context(|| format!("{}", file.display()))?;
    writeln!(out, "Written to {}.", file.display())?;
    Ok(())
}
