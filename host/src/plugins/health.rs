//! How plugins fare, for those who answer for them: the figures of each revision that is loaded,
//! and the receipts of its last calls. Only reads; tells nothing of any person.

use onedoor_manifest::Manifest;
use std::sync::Arc;

use super::{
    Loaded,
    breaker::State,
    measures::{Figures, Measures},
    revisions,
    watch::Call,
};
use crate::{
    app::App,
    context::Context,
    error::Result,
    identity::{Act, need},
    time::Timestamp,
};

/// How a plugin fares.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Health {
    /// The plugin's id.
    pub plugin: String,
    /// The revision in force, if one is, and the one that a roll-back would bring back. Figures
    /// are of this host since it started.
    pub revisions: Vec<RevisionHealth>,
}

/// How a revision fares.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct RevisionHealth {
    /// Its digest.
    pub revision: String,
    /// Its version.
    pub version: String,
    /// Whether it is the one in force.
    pub active: bool,
    /// Whether calls go through.
    pub breaker: State,
    /// When a call is let through again, while none is.
    pub paused_until: Option<Timestamp>,
    /// How many calls run now.
    pub running: usize,
    /// How many wait for a turn.
    pub waiting: usize,
    /// How calls ended, by export.
    pub calls: Vec<Count>,
    /// How many calls hit a limit of time, memory, stack or size.
    pub limit_hits: u64,
    /// How many calls wanted what the revision was not granted, by capability.
    pub denials: Vec<Count>,
    /// How often it called functions of the host.
    pub host_calls: Vec<Count>,
    /// Log lines that were not kept, since there were too many.
    pub lines_dropped: u64,
    /// Until a fresh instance stood, in microseconds.
    pub instantiate_us: Figures,
    /// The guest's own time, in microseconds.
    pub guest_us: Figures,
    /// From the call to its answer, in microseconds, the wait for a turn left out.
    pub wall_us: Figures,
    /// The most memory of a call, in bytes.
    pub memory: Figures,
}

/// How often something happened.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Count {
    /// What: an export, a capability, a function of the host.
    pub what: String,
    /// How it ended: `ok`, `refused`, `paused`, or a kind of failure. Only of calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// How often.
    pub count: u64,
}

/// How a plugin fares. For those who may read of it.
pub async fn health(app: &App, cx: &Context, plugin: &str) -> Result<Health> {
    let plugin = revisions::readable(app, cx, plugin).await?;
    let loaded = loaded(app, &plugin.id).into_iter();
    Ok(Health {
        revisions: loaded.map(|(it, active)| fares(&it, active)).collect(),
        plugin: plugin.id,
    })
}

/// What the last calls of a plugin cost, the newest first; at most 50 of each revision that is
/// loaded. For its department's own developers.
pub async fn receipts(app: &App, cx: &Context, plugin: &str) -> Result<Vec<Call>> {
    let plugin = revisions::readable(app, cx, plugin).await?;
    let owner = revisions::of(&plugin.department, None);
    need(cx, Act::ReadPluginLines, owner)?;
    let loaded = loaded(app, &plugin.id).into_iter();
    let mut calls: Vec<Call> = loaded.flat_map(|(it, _)| it.watch.receipts()).collect();
    // Stable: of one moment, the newest stay first.
    calls.sort_by_key(|it| std::cmp::Reverse(it.at));
    Ok(calls)
}

/// What is loaded of a plugin, and whether it is in force.
fn loaded(app: &App, plugin: &str) -> Vec<(Arc<Loaded>, bool)> {
    let active = app.plugins.get(plugin).map(|it| (it, true));
    let standby = app.revisions.standby_of(plugin).map(|it| (it, false));
    active.into_iter().chain(standby).collect()
}

fn fares(it: &Loaded, active: bool) -> RevisionHealth {
    let manifest: &Manifest = &it.manifest;
    let (breaker, paused_until) = it.watch.breaker();
    let (running, waiting) = it.crowd();
    let measures: Measures = it.watch.measures();
    RevisionHealth {
        revision: it.digest.clone(),
        version: manifest.version.clone(),
        active,
        breaker,
        paused_until,
        running,
        waiting,
        limit_hits: measures.limit_hits(),
        calls: counts(&measures.calls, |(export, outcome)| {
            (*export, Some(*outcome))
        }),
        denials: counts(&measures.denials, |it| (it, None)),
        host_calls: counts(&measures.host_calls, |it| (it, None)),
        lines_dropped: measures.lines_dropped,
        instantiate_us: measures.instantiate.figures(),
        guest_us: measures.guest.figures(),
        wall_us: measures.wall.figures(),
        memory: measures.memory.figures(),
    }
}

fn counts<K>(
    all: &std::collections::BTreeMap<K, u64>,
    name: impl for<'a> Fn(&'a K) -> (&'a str, Option<&'a str>),
) -> Vec<Count> {
    let count = |(key, count): (&K, &u64)| {
        let (what, outcome) = name(key);
        Count {
            what: what.to_owned(),
            outcome: outcome.map(str::to_owned),
            count: *count,
        }
    };
    all.iter().map(count).collect()
}
