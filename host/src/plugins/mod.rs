//! Plugins: manifests, revisions, and calls into sandboxed components. Authority is not decided
//! here: an import converts, calls a domain function with the call's context, and converts back.

mod bindings;
mod calls;
mod capability;
mod engine;
mod failure;
mod imports;
pub mod journal;
mod limits;
mod loaded;
pub mod sections;
mod store;
#[cfg(test)]
mod testing;
pub mod verify;
mod words;

pub use calls::{CallError, Event, Proposal, Report};
pub use capability::{Capabilities, Capability};
pub use engine::{Engine, Settings, compile};
pub use failure::{Failure, FailureKind};
pub use loaded::{About, Exports, Loaded};
pub use words::Words;

use arc_swap::ArcSwap;
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::mpsc;

use journal::Entry;

/// The revisions in force, by plugin. Cheap to clone; all clones see a swap at once.
#[derive(Clone)]
pub struct Plugins(Arc<Parts>);

struct Parts {
    engine: Engine,
    active: ArcSwap<BTreeMap<String, Arc<Loaded>>>,
    journal: mpsc::Sender<Entry>,
}

impl Plugins {
    /// None yet. `journal` is where calls say what went wrong.
    pub fn new(engine: Engine, journal: mpsc::Sender<Entry>) -> Self {
        Self(Arc::new(Parts {
            engine,
            active: ArcSwap::default(),
            journal,
        }))
    }

    /// The engine they run on.
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    fn journal(&self) -> &mpsc::Sender<Entry> {
        &self.0.journal
    }

    /// The revision of a plugin that is in force.
    pub fn get(&self, plugin: &str) -> Option<Arc<Loaded>> {
        self.0.active.load().get(plugin).cloned()
    }

    /// Every revision in force, by plugin.
    pub fn all(&self) -> Arc<BTreeMap<String, Arc<Loaded>>> {
        self.0.active.load_full()
    }

    /// Puts a revision in force, in place of the one before; calls under way end on that one.
    pub fn put(&self, loaded: Arc<Loaded>) {
        self.0.active.rcu(|active| {
            let mut active = BTreeMap::clone(active);
            active.insert(loaded.manifest.id.clone(), loaded.clone());
            active
        });
    }

    /// Takes a plugin out of force; calls under way end.
    pub fn remove(&self, plugin: &str) {
        self.0.active.rcu(|active| {
            let mut active = BTreeMap::clone(active);
            active.remove(plugin);
            active
        });
    }
}
