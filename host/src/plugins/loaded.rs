//! An active revision: its code, linked; what it takes part in; how many calls it may have at
//! once. One plugin's crowd never takes another's turn.

use onedoor_manifest::Manifest;
use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::component::{Component, ComponentExportIndex, InstancePre, Linker};

use super::{
    Capability,
    bindings::{exports, names, types::Error, ui},
    failure::{Failure, FailureKind},
    function::Function,
    store::Call,
    watch::Watch,
    words::Words,
};
use crate::{
    context::ActingPlugin,
    db::{
        Database,
        units::{self, Unit},
    },
    error,
};

/// How many calls of one plugin run at once: well below the pool's slots.
const AT_ONCE: usize = 16;
/// How many wait for a turn; more are told that it is busy.
const WAITING: usize = 64;
/// How long one waits for a turn.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a revision exports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exports {
    /// Pages.
    pub portal: bool,
    /// Proposals for new reports.
    pub triage: bool,
    /// Told of its cases.
    pub events: bool,
    /// Run on schedules.
    pub jobs: bool,
    /// Told what devices send.
    pub inbox: bool,
    /// Asked for figures.
    pub indicators: bool,
}

/// One revision, ready to be called.
pub struct Loaded {
    /// Its manifest, as approved.
    pub manifest: Arc<Manifest>,
    /// `sha256:` and 64 hex digits.
    pub digest: String,
    /// Its words.
    pub words: Arc<Words>,
    /// What it exports.
    pub exports: Exports,
    /// What is known of it while it runs.
    pub watch: Watch,
    pub(super) shape: Shape,
    pub(super) acting: Arc<ActingPlugin>,
    department: OnceLock<Unit>,
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
}

/// A component linked with the contract, and where its exports are.
pub(super) struct Shape {
    pub(super) pre: InstancePre<Call>,
    pub(super) portal: Option<Portal>,
    pub(super) triage: Option<Function<(exports::triage::Report,), (Proposal,)>>,
    pub(super) events: Option<Function<(exports::events::Event,), (Answer<()>,)>>,
    pub(super) jobs: Option<Function<(exports::jobs::Run,), (Answer<()>,)>>,
    pub(super) inbox: Option<Function<(exports::inbox::Signal,), (Answer<()>,)>>,
    pub(super) indicators: Option<Function<(String,), (Answer<Tiles>,)>>,
}

type Answer<T> = Result<T, Error>;
type Proposal = Option<exports::triage::Suggestion>;
type Tiles = Vec<exports::indicators::Tile>;

/// The functions of the export `portal`.
pub(super) struct Portal {
    pub(super) render: Function<(ui::Route,), (Answer<ui::View>,)>,
    pub(super) submit: Function<(ui::Route, ui::Submission), (Answer<ui::Outcome>,)>,
    pub(super) act: Function<(ui::Route, String, String), (Answer<ui::Outcome>,)>,
}

impl Portal {
    fn find(component: &Component, export: &ComponentExportIndex) -> wasmtime::Result<Self> {
        Ok(Self {
            render: Function::find(component, export, "render")?,
            submit: Function::find(component, export, "submit")?,
            act: Function::find(component, export, "act")?,
        })
    }
}

impl Shape {
    /// An absent export is none of its parts; one that lacks a function is an error. A function of
    /// another type fails when it is first called.
    pub(super) fn find(linker: &Linker<Call>, component: &Component) -> wasmtime::Result<Self> {
        let export = |name| component.get_export_index(None, name);
        let portal = export(names::PORTAL).map(|it| Portal::find(component, &it));
        let triage = export(names::TRIAGE).map(|it| Function::find(component, &it, "suggest"));
        let events = export(names::EVENTS).map(|it| Function::find(component, &it, "on-event"));
        let jobs = export(names::JOBS).map(|it| Function::find(component, &it, "run-job"));
        let inbox = export(names::INBOX).map(|it| Function::find(component, &it, "receive"));
        let indicators = export(names::INDICATORS);
        let indicators = indicators.map(|it| Function::find(component, &it, "tiles"));
        Ok(Self {
            pre: linker.instantiate_pre(component)?,
            portal: portal.transpose()?,
            triage: triage.transpose()?,
            events: events.transpose()?,
            jobs: jobs.transpose()?,
            inbox: inbox.transpose()?,
            indicators: indicators.transpose()?,
        })
    }
}

impl Loaded {
    pub(super) fn new(manifest: Arc<Manifest>, digest: String, words: Words, shape: Shape) -> Self {
        let capabilities = manifest.capabilities.iter();
        let capabilities = capabilities.filter_map(|name| Capability::from_name(name));
        let acting = ActingPlugin {
            id: manifest.id.clone(),
            revision: digest.clone(),
            department: manifest.department.clone(),
            capabilities: capabilities.collect(),
            classes: manifest.cases.classes.clone(),
        };
        let exports = Exports {
            portal: shape.portal.is_some(),
            triage: shape.triage.is_some(),
            events: shape.events.is_some(),
            jobs: shape.jobs.is_some(),
            inbox: shape.inbox.is_some(),
            indicators: shape.indicators.is_some(),
        };
        Self {
            manifest,
            digest,
            words: Arc::new(words),
            exports,
            watch: Watch::default(),
            shape,
            acting: Arc::new(acting),
            department: OnceLock::new(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: AtomicUsize::new(0),
        }
    }

    /// The unit that answers for it, which each of its pages names: read once, since a unit keeps
    /// its name. None when there is no such unit.
    pub async fn department(&self, database: &Database) -> error::Result<Option<&Unit>> {
        if let Some(unit) = self.department.get() {
            return Ok(Some(unit));
        }
        let mut c = database.read().await?;
        let unit = units::get(&mut c, &self.manifest.department).await?;
        Ok(unit.map(|unit| self.department.get_or_init(|| unit)))
    }

    /// How many calls of it run now, and how many wait for a turn.
    pub fn crowd(&self) -> (usize, usize) {
        let running = AT_ONCE.saturating_sub(self.turns.available_permits());
        (running, self.waiting.load(Relaxed))
    }

    /// A turn to call it; `Busy` when too many wait already, or none came in time.
    pub(super) async fn turn(&self) -> Result<OwnedSemaphorePermit, Failure> {
        if let Ok(turn) = self.turns.clone().try_acquire_owned() {
            return Ok(turn);
        }
        let busy = || Failure::new(FailureKind::Busy, "too many calls at once");
        let waiting = Waiting::join(&self.waiting).ok_or_else(busy)?;
        let turn = tokio::time::timeout(PATIENCE, self.turns.clone().acquire_owned()).await;
        drop(waiting);
        turn.map_err(|_| busy())?.map_err(|_| busy())
    }
}

/// A place in the queue; left when dropped, for the caller may go away.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn join(count: &'a AtomicUsize) -> Option<Self> {
        let place = Self(count);
        (count.fetch_add(1, Relaxed) < WAITING).then_some(place)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}
