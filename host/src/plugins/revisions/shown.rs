//! Revisions as people read them: what there is, what would change, what went wrong. Changes nothing.

use super::*;
use crate::{
    db::plugins::Line,
    page::{Page, Paging},
    plugins::{
        difference::{self, Difference, Side},
        journal::{self, Severity},
    },
    time::Timestamp,
};

/// How many revisions of one plugin are shown.
const SHOWN: u32 = 100;
/// How many kinds of denials are shown.
const DENIALS: u32 = 50;

/// A plugin in a list.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct PluginSummary {
    /// The plugin.
    #[serde(flatten)]
    pub plugin: Plugin,
    /// Its name in Chinese, of its newest revision.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// The version in force.
    pub version: Option<String>,
    /// How many revisions wait for a reviewer.
    pub waiting: usize,
    /// Its revisions, the newest first; at most 100.
    pub revisions: Vec<Revision>,
}

/// What a plugin was denied, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Denials {
    /// What was missing.
    pub capability: String,
    /// The line to add to `plugin.toml`, as TOML; empty when no line would help.
    pub line: String,
    /// How many calls lacked it in the last thirty days.
    pub count: i64,
    /// When one last did.
    pub last: Timestamp,
}

/// The plugins that the caller may see, by id.
pub async fn overview(app: &App, cx: &Context) -> Result<Vec<PluginSummary>> {
    need(cx, Act::ReadPlugins, Resource::default())?;
    let mut c = app.domain.database.read().await?;
    let mut seen = Vec::new();
    for plugin in db::plugins::all(&mut c).await? {
        if need(cx, Act::ReadPlugins, of(&plugin.department, None)).is_ok() {
            let revisions = db::plugins::revisions(&mut c, &plugin.id, SHOWN).await?;
            seen.push(summary(plugin, revisions)?);
        }
    }
    Ok(seen)
}

/// One plugin with its revisions.
pub async fn plugin(app: &App, cx: &Context, id: &str) -> Result<PluginSummary> {
    let plugin = readable(app, cx, id).await?;
    let mut c = app.domain.database.read().await?;
    let revisions = db::plugins::revisions(&mut c, &plugin.id, SHOWN).await?;
    summary(plugin, revisions)
}

fn summary(plugin: Plugin, revisions: Vec<Revision>) -> Result<PluginSummary> {
    let newest = revisions.first().map(manifest).transpose()?;
    let version = revisions.iter().find(|it| it.state == State::Active);
    Ok(PluginSummary {
        name_zh: newest
            .as_ref()
            .map_or(String::new(), |it| it.name.zh.clone()),
        name_en: newest.map_or(String::new(), |it| it.name.en),
        version: version.map(|it| it.version.clone()),
        waiting: revisions
            .iter()
            .filter(|it| it.state == State::Verified)
            .count(),
        plugin,
        revisions,
    })
}

/// One revision, by its digest.
pub async fn revision(app: &App, cx: &Context, digest: &str) -> Result<Revision> {
    need(cx, Act::ReadPlugins, Resource::default())?;
    let revision = get(app, digest).await?;
    need(cx, Act::ReadPlugins, of(&revision.department, None))?;
    Ok(revision)
}

/// What a revision would change against the one in force.
pub async fn difference(app: &App, cx: &Context, digest: &str) -> Result<Difference> {
    let next = revision(app, cx, digest).await?;
    let active = known(app, &next.plugin).await?.active;
    let active = match active.filter(|it| *it != next.digest) {
        Some(digest) => Some(get(app, &digest).await?),
        None => None,
    };
    let replay = replayed(app, &next.digest).await?;
    let before = match &active {
        Some(active) => replayed(app, &active.digest).await?,
        None => None,
    };
    difference::difference(
        Side {
            revision: &next,
            replay: replay.as_ref(),
        },
        active.as_ref().map(|revision| Side {
            revision,
            replay: before.as_ref(),
        }),
    )
}

/// What came of a revision's recorded test calls; none when it brought none, or when they were kept
/// by a later version of the host in a form that this one cannot read.
async fn replayed(app: &App, digest: &str) -> Result<Option<Replay>> {
    let mut c = app.domain.database.read().await?;
    let kept = db::replays::get(&mut c, digest).await?;
    Ok(kept.and_then(|it| serde_json::from_str(&it).ok()))
}

/// Failures and denials of a plugin, the newest first.
pub async fn faults(app: &App, cx: &Context, plugin: &str, paging: &Paging) -> Result<Page<Line>> {
    let plugin = readable(app, cx, plugin).await?;
    let mut c = app.domain.database.read().await?;
    let (before, limit) = (paging.cursor.as_deref(), paging.limit());
    let found = db::plugins::faults(&mut c, &plugin.id, before, limit + 1).await?;
    Ok(Page::cut(found, limit, |it| it.id.clone()))
}

/// What a plugin wrote for its developers, the newest first. For the department's own developers.
pub async fn lines(
    app: &App,
    cx: &Context,
    plugin: &str,
    severity: Option<Severity>,
    paging: &Paging,
) -> Result<Page<Line>> {
    let plugin = readable(app, cx, plugin).await?;
    need(cx, Act::ReadPluginLines, of(&plugin.department, None))?;
    let mut c = app.domain.database.read().await?;
    let (before, limit) = (paging.cursor.as_deref(), paging.limit());
    let severity = severity.map(Severity::name);
    let found = db::plugins::lines(&mut c, &plugin.id, severity, before, limit + 1).await?;
    Ok(Page::cut(found, limit, |it| it.id.clone()))
}

/// What a plugin was denied, by capability, the latest first, with the line that would grant it to
/// the revision in force or to the newest one.
pub async fn denials(app: &App, cx: &Context, plugin: &str) -> Result<Vec<Denials>> {
    let plugin = readable(app, cx, plugin).await?;
    let mut c = app.domain.database.read().await?;
    let found = db::plugins::denials(&mut c, &plugin.id, DENIALS).await?;
    let denials = found.into_iter().map(|it| {
        let (capability, line) = journal::parts(&it.text);
        Denials {
            capability: capability.to_owned(),
            line: line.to_owned(),
            count: it.count,
            last: it.last,
        }
    });
    Ok(denials.collect())
}

pub(crate) async fn readable(app: &App, cx: &Context, id: &str) -> Result<Plugin> {
    need(cx, Act::ReadPlugins, Resource::default())?;
    let plugin = known(app, id).await?;
    need(cx, Act::ReadPlugins, of(&plugin.department, None))?;
    Ok(plugin)
}
