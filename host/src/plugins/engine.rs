//! The one wasmtime engine: pooled instances, a ticker for time budgets, and the linker that holds
//! the whole contract and nothing else. Knows no plugin.

use sha2::{Digest as _, Sha256};
use std::{
    hash::{Hash as _, Hasher},
    num::NonZeroUsize,
    path::Path,
    sync::Arc,
    time::Duration,
};
use wasmtime::{
    Config, Enabled, InstanceAllocationStrategy, PoolingAllocationConfig,
    component::{Component, Linker},
};

use super::{
    bindings,
    loaded::{About, Loaded},
    store::Call,
};
use crate::error::{Error, Result};

/// How often guests are looked at: the grain of their time budgets.
const TICK: Duration = Duration::from_millis(2);
/// The stack of a guest, and of the fiber it runs on, in bytes.
const STACK: (usize, usize) = (512 * 1024, 1024 * 1024);

/// Bounds of the pool.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How many calls may run at once, of all plugins.
    pub calls: u32,
    /// The most memory one memory may have, in bytes; a manifest's budget is at most this.
    pub memory: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            calls: 200,
            memory: 256 << 20,
        }
    }
}

/// The engine with its linker. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    engine: wasmtime::Engine,
    linker: Arc<Linker<Call>>,
}

/// What compiled code depends on: the same for the engine that runs and the one that compiles.
fn compiler() -> Config {
    let mut config = Config::new();
    config.epoch_interruption(true);
    config.wasm_backtrace_max_frames(NonZeroUsize::new(16));
    config.max_wasm_stack(STACK.0);
    config.async_stack_size(STACK.1);
    config
}

fn pool(settings: &Settings) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    let calls = settings.calls;
    // A language runtime in a component needs several core instances, memories and tables.
    pool.total_component_instances(calls)
        .total_core_instances(calls * 4)
        .total_memories(calls * 2)
        .total_tables(calls * 4)
        .total_stacks(calls)
        .max_memories_per_component(4)
        .max_tables_per_component(16)
        .max_core_instances_per_component(40)
        .table_elements(20_000)
        .max_memory_size(settings.memory)
        // Pages that stay mapped between calls are what makes a fresh instance cheap: without
        // these a call costs three times as much, all of it system calls and page faults.
        .linear_memory_keep_resident(2 << 20)
        .table_keep_resident(64 << 10)
        .pagemap_scan(Enabled::Auto)
        .max_unused_warm_slots(calls);
    pool
}

impl Engine {
    /// Starts an engine, and the thread that ticks for as long as it lives.
    pub fn new(settings: &Settings) -> Result<Self> {
        let mut config = compiler();
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(settings)));
        let engine = wasmtime::Engine::new(&config).map_err(Error::internal)?;
        let mut linker = Linker::new(&engine);
        bindings::add_to_linker(&mut linker).map_err(Error::internal)?;
        let weak = engine.weak();
        std::thread::Builder::new()
            .name("epochs".to_owned())
            .spawn(move || {
                while let Some(engine) = weak.upgrade() {
                    engine.increment_epoch();
                    drop(engine);
                    std::thread::sleep(TICK);
                }
            })
            .map_err(Error::internal)?;
        Ok(Self {
            engine,
            linker: Arc::new(linker),
        })
    }

    /// Names what an artefact must have been compiled for to run here; artefacts are kept under it.
    pub fn compatibility(&self) -> String {
        let mut hasher = Digest(Sha256::new());
        self.engine
            .precompile_compatibility_hash()
            .hash(&mut hasher);
        let digest = data_encoding::HEXLOWER.encode(&hasher.0.finalize());
        digest.chars().take(32).collect()
    }

    /// Maps an artefact that this host made on this machine, and links it. `Invalid` when it
    /// exports something of the wrong shape.
    pub async fn load(&self, artefact: &Path, about: About) -> Result<Loaded> {
        let (engine, path) = (self.engine.clone(), artefact.to_owned());
        let component = tokio::task::spawn_blocking(move || {
            // SAFETY: only artefacts that this host compiled are kept in its folder, which nobody
            // else may write to.
            unsafe { Component::deserialize_file(&engine, &path) }
        });
        let component = component.await.map_err(Error::internal)?;
        let component = component.map_err(Error::internal)?;
        Loaded::new(&self.linker, &component, about)
    }

    /// Compiles and links in this process: for tests and benchmarks of trusted components.
    #[doc(hidden)]
    pub fn load_here(&self, component: &[u8], about: About) -> Result<Loaded> {
        let component = Component::new(&self.engine, component).map_err(Error::internal)?;
        Loaded::new(&self.linker, &component, about)
    }
}

/// The artefact of a component, for [`Engine::load`]. Takes as long, and as much memory, as the
/// component's author makes it: to be called in a limited child process.
pub fn compile(component: &[u8]) -> Result<Vec<u8>> {
    let mut config = compiler();
    config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
    config.parallel_compilation(false);
    let engine = wasmtime::Engine::new(&config).map_err(Error::internal)?;
    engine
        .precompile_component(component)
        .map_err(Error::internal)
}

/// SHA-256 of what is hashed: the standard hasher may give another value in another build.
struct Digest(Sha256);

impl Hasher for Digest {
    fn finish(&self) -> u64 {
        0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}
