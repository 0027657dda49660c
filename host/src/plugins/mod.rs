//! Plugins: manifests, revisions, and calls into sandboxed components. Grants no authority: what a
//! plugin asks for goes through the same domain functions as everything else.

mod artefacts;
mod bindings;
pub mod breaker;
mod calls;
mod capability;
pub mod check;
pub mod difference;
mod engine;
mod failure;
pub mod follow;
mod function;
pub mod health;
pub mod hold;
mod imports;
pub mod inbox;
pub mod indicators;
pub mod jobs;
pub mod journal;
mod limits;
mod lines;
mod loaded;
pub mod measures;
pub mod parked;
pub mod replay;
pub mod revisions;
mod run;
pub mod sections;
mod store;
#[cfg(test)]
mod testing;
mod unattended;
mod values;
pub mod verify;
mod view;
mod wasi;
pub mod watch;
mod words;

use arc_swap::ArcSwap;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use tokio::sync::mpsc;

pub use artefacts::{WALL as COMPILATION, child as compile_child};
pub use calls::{Event, Report, Suggestion};
pub use capability::{Capabilities, Capability};
pub use engine::{About, Engine, Settings, compile};
pub use failure::{CallError, Failure, FailureKind};
pub use loaded::{Exports, Loaded};
pub use store::CALLS;
pub use unattended::{Measure, Run, Signal, Tile};
pub use words::Words;

type Active = BTreeMap<String, Arc<Loaded>>;

/// The plugins that are active, and calls to them. Cheap to clone.
#[derive(Clone)]
pub struct Plugins(Arc<Parts>);

struct Parts {
    engine: Engine,
    journal: mpsc::Sender<journal::Entry>,
    active: ArcSwap<Active>,
    /// Those that a person has stopped.
    held: ArcSwap<BTreeSet<String>>,
}

impl Plugins {
    /// None active yet. What calls have to report goes to `journal`.
    pub fn new(engine: Engine, journal: mpsc::Sender<journal::Entry>) -> Self {
        Self(Arc::new(Parts {
            engine,
            journal,
            active: ArcSwap::default(),
            held: ArcSwap::default(),
        }))
    }

    /// What loads them.
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// The active revision of a plugin.
    pub fn get(&self, id: &str) -> Option<Arc<Loaded>> {
        self.0.active.load().get(id).cloned()
    }

    /// Every active revision, by plugin.
    pub fn all(&self) -> Arc<BTreeMap<String, Arc<Loaded>>> {
        self.0.active.load_full()
    }

    /// Makes a revision the active one of its plugin. Calls in flight end on the old one. Its
    /// breaker is closed, also when it has been in force before.
    pub fn put(&self, loaded: Arc<Loaded>) {
        loaded.watch.close();
        self.0.active.rcu(|active| {
            let mut active = Active::clone(active);
            active.insert(loaded.manifest.id.clone(), loaded.clone());
            active
        });
    }

    /// Lets no call through to these plugins, whatever their breakers say, and to all others again.
    pub fn hold(&self, plugins: impl IntoIterator<Item = String>) {
        self.0.held.store(Arc::new(plugins.into_iter().collect()));
    }

    /// Whether a person has stopped a plugin.
    pub fn is_held(&self, plugin: &str) -> bool {
        self.0.held.load().contains(plugin)
    }

    /// Makes a plugin inactive. Calls in flight end.
    pub fn remove(&self, id: &str) {
        self.0.active.rcu(|active| {
            let mut active = Active::clone(active);
            active.remove(id);
            active
        });
    }
}
