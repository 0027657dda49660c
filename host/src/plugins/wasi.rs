//! WASI, empty: for components whose language runtime imports it (QuickJS, CPython). No file, no
//! network, no environment, no arguments, nothing on its input. The clock is the call's; what is
//! written to standard output and error goes to the plugin's log. It is made when first used, so
//! that a component without WASI pays nothing; it must never be given more than this.
//!
//! `wasmtime-wasi` rather than traps by hand: the runtimes really call some twenty of these
//! functions at start and expect true answers (no preopened folder, a closed input).

use std::{
    sync::{Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};
use wasmtime::component::{Linker, ResourceTable};
use wasmtime_wasi::{
    HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxView, WasiView, p2::pipe::MemoryOutputPipe,
};

use super::{journal::Severity, store::Call};
use crate::time::Timestamp;

/// What of WASI 0.2 the runtimes of JavaScript (componentize-qjs 0.4) and Python (componentize-py
/// 0.25) import. A component that imports anything else of WASI is refused at upload.
pub(super) const INTERFACES: [&str; 26] = [
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure-seed",
    "wasi:random/random",
    "wasi:sockets/instance-network",
    "wasi:sockets/ip-name-lookup",
    "wasi:sockets/network",
    "wasi:sockets/tcp",
    "wasi:sockets/tcp-create-socket",
    "wasi:sockets/udp",
    "wasi:sockets/udp-create-socket",
];
/// The release of WASI that they are of.
const RELEASE: &str = "0.2.";
/// The most bytes kept of each of standard output and error; a runtime that writes more finds it
/// closed.
const SAID: usize = 16 * 1024;
/// The most random bytes of one call.
const RANDOM: u64 = 4 * 1024;
/// Streams and pollables that one call may hold.
const RESOURCES: usize = 256;

/// Whether a component may import this interface of WASI.
pub(super) fn allows(import: &str) -> bool {
    import.split_once('@').is_some_and(|(interface, version)| {
        version.starts_with(RELEASE) && INTERFACES.contains(&interface)
    })
}

/// Links what there is of WASI.
pub(super) fn add_to_linker(linker: &mut Linker<Call>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)
}

/// The state of one call, made when it is first asked for. The lock is never waited for: it is
/// there because `WasiCtx` cannot be shared between threads and a call's state can.
#[derive(Default)]
pub(super) struct Lazy(Option<Box<Mutex<Wasi>>>);

impl Lazy {
    fn get(&mut self, now: Timestamp) -> &mut Wasi {
        let wasi = self
            .0
            .get_or_insert_with(|| Box::new(Mutex::new(Wasi::new(now))));
        wasi.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a runtime wrote to its output.
    pub(super) fn said(&mut self) -> Vec<(Severity, String)> {
        let wasi = self.0.as_mut().map(|it| it.get_mut());
        let wasi = wasi.map(|it| it.unwrap_or_else(PoisonError::into_inner));
        wasi.map_or_else(Vec::new, |it| it.said())
    }
}

struct Wasi {
    ctx: WasiCtx,
    table: ResourceTable,
    output: MemoryOutputPipe,
    error: MemoryOutputPipe,
}

impl Wasi {
    fn new(now: Timestamp) -> Self {
        let (output, error) = (MemoryOutputPipe::new(SAID), MemoryOutputPipe::new(SAID));
        let mut table = ResourceTable::new();
        table.set_max_capacity(RESOURCES);
        // Everything that is not said here is absent: see `WasiCtxBuilder`.
        let ctx = WasiCtx::builder()
            .stdout(output.clone())
            .stderr(error.clone())
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false)
            .max_random_size(RANDOM)
            .wall_clock(Wall(now))
            .monotonic_clock(Monotonic)
            .build();
        Self {
            ctx,
            table,
            output,
            error,
        }
    }

    /// What was written: the output line by line, the errors in one piece, for a traceback is one.
    fn said(&self) -> Vec<(Severity, String)> {
        let text = |pipe: &MemoryOutputPipe| {
            let bytes = pipe.contents();
            String::from_utf8_lossy(&bytes).trim().to_owned()
        };
        let output = text(&self.output);
        let mut said: Vec<_> = output
            .lines()
            .map(|line| (Severity::Info, line.to_owned()))
            .collect();
        let error = text(&self.error);
        if !error.is_empty() {
            said.push((Severity::Error, error));
        }
        said
    }
}

impl WasiView for Call {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let now = self.cx.now;
        let wasi = self.wasi.get(now);
        WasiCtxView {
            ctx: &mut wasi.ctx,
            table: &mut wasi.table,
        }
    }
}

/// The time of the call, as our own `clock` tells it.
struct Wall(Timestamp);

impl HostWallClock for Wall {
    fn resolution(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn now(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.millis()).unwrap_or_default())
    }
}

/// For measuring and waiting. It tells nothing of the day: it counts from the first time that it
/// was asked in this process.
struct Monotonic;

impl HostMonotonicClock for Monotonic {
    fn resolution(&self) -> u64 {
        1_000
    }

    fn now(&self) -> u64 {
        static ORIGIN: OnceLock<Instant> = OnceLock::new();
        let since = ORIGIN.get_or_init(Instant::now).elapsed();
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_runtimes_import_is_let_in() {
        assert!(allows("wasi:io/streams@0.2.9"));
        assert!(allows("wasi:cli/environment@0.2.12"));
        for other in [
            "wasi:http/outgoing-handler@0.2.9",
            "wasi:io/streams@0.3.0",
            "wasi:io/streams",
            "wasi:random/insecure@0.2.9",
            "wasi_snapshot_preview1",
        ] {
            assert!(!allows(other), "{other}");
        }
    }
}
