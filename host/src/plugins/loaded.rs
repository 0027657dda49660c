//! One revision, ready to be called: its code linked, its exports found, and a bound on how many
//! of its calls run and wait at once.

use onedoor_manifest::Manifest;
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};
use tokio::sync::{Semaphore, SemaphorePermit};
use wasmtime::component::{Component, InstancePre, Linker};

use super::{
    Capabilities, Capability,
    bindings::exports::onedoor::plugin as exports,
    failure::{Failure, FailureKind},
    store::Call,
    words::Words,
};
use crate::{
    context::ActingPlugin,
    error::{Error, Result},
};

/// How many calls of one plugin run at once, and how many more wait.
const AT_ONCE: (usize, usize) = (32, 128);

/// What is known of a revision before it is loaded.
#[derive(Clone, Debug)]
pub struct About {
    /// Its manifest, checked.
    pub manifest: Arc<Manifest>,
    /// `sha256:` and 64 hex digits, of the uploaded file.
    pub digest: String,
    /// Fluent bundles by language tag.
    pub bundles: BTreeMap<String, String>,
}

/// What a revision takes part in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exports {
    /// Pages.
    pub portal: bool,
    /// Proposals for new reports.
    pub triage: bool,
    /// What happens to its cases.
    pub events: bool,
}

/// A revision that can be called.
pub struct Loaded {
    /// Its manifest.
    pub manifest: Arc<Manifest>,
    /// Its digest.
    pub digest: String,
    /// Its words.
    pub words: Words,
    /// What it takes part in.
    pub exports: Exports,
    /// As whom it acts.
    pub(super) acting: Arc<ActingPlugin>,
    pub(super) pre: InstancePre<Call>,
    pub(super) portal: Option<exports::portal::GuestIndices>,
    pub(super) triage: Option<exports::triage::GuestIndices>,
    pub(super) events: Option<exports::events::GuestIndices>,
    running: Semaphore,
    waiting: AtomicUsize,
}

impl Loaded {
    pub(super) fn new(linker: &Linker<Call>, component: &Component, about: About) -> Result<Self> {
        let pre = linker.instantiate_pre(component).map_err(shape)?;
        // Absent means "takes no part"; there with the wrong shape is an error.
        macro_rules! optional {
            ($export:ident) => {{
                let name = concat!("onedoor:plugin/", stringify!($export), "@0.1.0-draft");
                match component.get_export_index(None, name) {
                    Some(_) => Some(exports::$export::GuestIndices::new(&pre).map_err(shape)?),
                    None => None,
                }
            }};
        }
        let (portal, triage, events) = (optional!(portal), optional!(triage), optional!(events));
        let manifest = about.manifest;
        let capabilities = manifest.capabilities.iter();
        let capabilities: Capabilities = capabilities
            .filter_map(|name| Capability::from_name(name))
            .collect();
        Ok(Self {
            words: Words::new(&about.bundles),
            exports: Exports {
                portal: portal.is_some(),
                triage: triage.is_some(),
                events: events.is_some(),
            },
            acting: Arc::new(ActingPlugin {
                id: manifest.id.clone(),
                revision: about.digest.clone(),
                department: manifest.department.clone(),
                capabilities,
                classes: manifest.cases.classes.clone(),
            }),
            digest: about.digest,
            manifest,
            pre,
            portal,
            triage,
            events,
            running: Semaphore::new(AT_ONCE.0),
            waiting: AtomicUsize::new(0),
        })
    }

    /// Waits for a turn. `Busy` when too many wait already.
    pub(super) async fn turn(&self) -> Result<SemaphorePermit<'_>, Failure> {
        if let Ok(permit) = self.running.try_acquire() {
            return Ok(permit);
        }
        let busy = || {
            Failure::new(
                FailureKind::Busy,
                "too many calls of this plugin wait already",
            )
        };
        let waiting = Waiting(&self.waiting);
        if waiting.0.fetch_add(1, Relaxed) >= AT_ONCE.1 {
            return Err(busy());
        }
        self.running.acquire().await.map_err(|_| busy())
    }
}

/// One that waits; counted down however the wait ends.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

fn shape(error: wasmtime::Error) -> Error {
    tracing::warn!(%error, "a component could not be linked");
    Error::invalid("component", "plugin-shape")
}
