//! The engine that compiles and runs components: one for the whole host. Compiles only in
//! [`compile`], which the host calls in a limited process of its own; never loads an artefact that
//! this host has not made.

use jiff::tz::TimeZone;
use onedoor_manifest::Manifest;
use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    num::NonZeroUsize,
    path::Path,
    sync::Arc,
    thread,
    time::Duration,
};
use wasmtime::{
    Config, Enabled, EngineWeak, InstanceAllocationStrategy, PoolingAllocationConfig,
    component::{Component, HasSelf, Linker},
};

use super::{
    bindings::FullPlugin,
    failure::TRACED,
    loaded::{Loaded, Shape},
    store::Call,
    wasi,
    words::Words,
};
use crate::error::{Error, Problem, Result};

/// How often looping guests let others run, and their time is counted.
const TICK: Duration = Duration::from_millis(2);
/// The stack of a guest, in bytes; that of its host functions comes on top.
const STACK: usize = 512 * 1024;
/// The most core instances of one component: a Python component that calls its stubs of WASI has
/// the most.
const CORE_INSTANCES: u32 = 128;
/// The most memories of one component.
const MEMORIES: u32 = 8;
/// The most tables of one component.
const TABLES: u32 = 16;
/// Address space of one memory, in bytes.
const RESERVATION: u64 = 4 << 30;
/// Address space behind it that traps, in bytes.
const GUARD: u64 = 32 << 20;
/// Memory of one slot that is kept and cleared rather than given back: more than a usual call uses.
const KEPT: usize = 2 << 20;
/// The same for tables.
const TABLE_KEPT: usize = 64 * 1024;

/// Bounds of the pool that instances are taken from.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How many calls run at once over all plugins: 1 to 10,000. There are three memories for each,
    /// shared out among the processors; with fewer of them than plugins, a call finds one that
    /// another plugin used last, which costs half as much again.
    pub slots: u32,
    /// The most memory of one instance, in MiB; a manifest asks for 256 at most.
    pub memory_mib: u32,
    /// The time zone that dates in messages are shown in.
    pub zone: TimeZone,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            slots: 400,
            memory_mib: 256,
            zone: TimeZone::fixed(jiff::tz::offset(8)),
        }
    }
}

/// What is known of a revision beside its code.
#[derive(Clone, Debug)]
pub struct About {
    /// Its manifest, as approved.
    pub manifest: Arc<Manifest>,
    /// `sha256:` and 64 hex digits.
    pub digest: String,
    /// Its words: Fluent by language, `zh-CN` and `en`.
    pub bundles: BTreeMap<String, String>,
}

/// Runs components. Cheap to clone.
#[derive(Clone)]
pub struct Engine(Arc<Parts>);

struct Parts {
    engine: wasmtime::Engine,
    linker: Linker<Call>,
    zone: TimeZone,
}

impl Engine {
    /// Reserves the pool and starts the thread that ticks. `Internal` when the machine gives no
    /// such address space.
    pub fn new(settings: &Settings) -> Result<Self> {
        let mut config = compiler();
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(settings)));
        if !PoolingAllocationConfig::is_pagemap_scan_available() {
            tracing::info!("this kernel has no PAGEMAP_SCAN: calls to plugins cost a little more");
        }
        let engine = wasmtime::Engine::new(&config).map_err(fault)?;
        let mut linker = Linker::new(&engine);
        FullPlugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |call| call).map_err(fault)?;
        wasi::add_to_linker(&mut linker).map_err(fault)?;
        let weak = engine.weak();
        thread::Builder::new()
            .name("plugin-ticks".to_owned())
            .spawn(move || tick(&weak))
            .map_err(Error::internal)?;
        Ok(Self(Arc::new(Parts {
            engine,
            linker,
            zone: settings.zone.clone(),
        })))
    }

    /// Names what an artefact must have been compiled for: compiler, settings, machine.
    pub fn compatibility(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.0
            .engine
            .precompile_compatibility_hash()
            .hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }

    /// Loads an artefact that [`compile`] made on this machine. `Invalid` names what it exports
    /// wrongly, imports from outside the contract, or what of it has no room in the pool.
    pub async fn load(&self, artefact: &Path, about: About) -> Result<Loaded> {
        let (parts, path) = (self.0.clone(), artefact.to_owned());
        let component = tokio::task::spawn_blocking(move || {
            // SAFETY: the caller hands over only files that `compile` wrote in this installation's
            // own folder, which nobody else may write to; wasmtime checks version and settings.
            unsafe { Component::deserialize_file(&parts.engine, path) }
        });
        let component = component.await.map_err(Error::internal)?.map_err(unfit)?;
        let shape = Shape::find(&self.0.linker, &component).map_err(|error| {
            tracing::warn!(%error, "a component does not keep to the contract");
            Error::invalid("component", "plugin-not-of-contract")
        })?;
        let words = Words::new(&about.bundles, self.0.zone.clone());
        Ok(Loaded::new(about.manifest, about.digest, words, shape))
    }
}

/// Compiles a component to an artefact. Takes processor time and memory without bound: call it in
/// a process that has limits.
pub fn compile(component: &[u8]) -> Result<Vec<u8>> {
    let engine = wasmtime::Engine::new(&compiler()).map_err(fault)?;
    engine.precompile_component(component).map_err(fault)
}

/// What must be the same where an artefact is made and where it is run.
fn compiler() -> Config {
    let mut config = Config::new();
    config
        // No component of the contract needs a collector, and none is built in.
        .gc_support(false)
        .epoch_interruption(true)
        .max_wasm_stack(STACK)
        .async_stack_size(2 * STACK)
        .wasm_backtrace_max_frames(NonZeroUsize::new(TRACED))
        // A trap is told by the names of functions: without these tables a plugin holds a tenth less
        // memory.
        .generate_address_map(false)
        .native_unwind_info(false)
        .memory_reservation(RESERVATION)
        .memory_guard_size(GUARD)
        // The pool wants these to be those of memories.
        .gc_heap_reservation(RESERVATION)
        .gc_heap_guard_size(GUARD)
        .memory_reservation_for_growth(0)
        .gc_heap_reservation_for_growth(0)
        .memory_may_move(false)
        .gc_heap_may_move(false);
    config
}

fn pool(settings: &Settings) -> PoolingAllocationConfig {
    let slots = settings.slots.clamp(1, 10_000);
    let memories = slots.saturating_mul(3).max(MEMORIES);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(slots)
        .total_stacks(slots)
        // Usual components have one core instance and one memory. A call into QuickJS takes three
        // memories, one into CPython some forty core instances: the totals hold for a pool full of
        // the one, and for five plugins of the other with all their turns taken.
        .total_core_instances(slots.saturating_mul(8).max(CORE_INSTANCES))
        .total_memories(memories)
        .total_tables(slots.saturating_mul(4).max(TABLES))
        .total_gc_heaps(1)
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_memories_per_component(MEMORIES)
        .max_tables_per_component(TABLES)
        .max_memory_size(settings.memory_mib as usize * (1 << 20))
        // The pool halves this between two processors, and each plugin keeps a memory warm on both.
        .max_unused_warm_slots(memories)
        .linear_memory_keep_resident(KEPT)
        .table_keep_resident(TABLE_KEPT)
        .pagemap_scan(Enabled::Auto);
    pool
}

/// Ticks for as long as the engine is there.
fn tick(engine: &EngineWeak) {
    while let Some(engine) = engine.upgrade() {
        engine.increment_epoch();
        drop(engine);
        thread::sleep(TICK);
    }
}

/// An artefact that was made for this engine and is not taken is one that the pool has no room for:
/// more memories, tables or core instances than a call may have.
fn unfit(error: wasmtime::Error) -> Error {
    if error.is::<std::io::Error>() {
        return fault(error);
    }
    let reason: String = format!("{error:#}").chars().take(240).collect();
    tracing::warn!(reason, "a component has no room in the pool");
    Error::Invalid(vec![
        Problem::general("plugin-unfit").with("reason", reason),
    ])
}

/// wasmtime's error as ours, without the backtrace of native frames it may carry.
fn fault(error: wasmtime::Error) -> Error {
    Error::internal(format!("{error:#}"))
}
