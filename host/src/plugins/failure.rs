//! Why a call failed, in words of ours. Tells a plugin's developers what they need and residents
//! nothing; native frames never leave here.

use std::{collections::BTreeSet, fmt::Write as _};
use wasmtime::{PoolConcurrencyLimitError, Trap, WasmBacktrace};

use super::limits::{OverMemory, OverTime};

/// How many frames of a guest a trace has at most.
pub(super) const TRACED: usize = 16;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CallError {
    /// The plugin answered with an error of the contract.
    #[error("the plugin refused: {0}")]
    Refused(onedoor_forms::Error),
    /// There is no such active plugin, or it takes no part in this.
    #[error("no such plugin")]
    Absent,
    /// It failed so often that it is left alone; in so many seconds another try may succeed.
    #[error("paused after failures; again in {0} s")]
    Paused(u32),
    /// It broke down, ran over a limit, or is too busy.
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// A call that gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", kind.name())]
pub struct Failure {
    /// What kind.
    pub kind: FailureKind,
    /// What is known, for developers; no personal value.
    pub message: String,
}

/// Kinds of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailureKind {
    /// The guest worked for longer than its budget.
    GuestTime,
    /// The whole call took longer than it may.
    WallClock,
    /// It wanted more memory than it may have.
    Memory,
    /// It recursed too deeply.
    Stack,
    /// It panicked; the message is its own.
    Panic,
    /// It trapped otherwise.
    Trap,
    /// It could not be started.
    Start,
    /// It handed over a value larger than it may.
    HostValue,
    /// It showed a page that cannot be shown.
    View,
    /// It answered with something the contract does not allow.
    Answer,
    /// Too many calls of it, or of all plugins, are under way. Another try may succeed.
    Busy,
    /// Our own fault.
    Host,
}

impl FailureKind {
    /// The name in the journal and in measurements.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GuestTime => "guest-time",
            Self::WallClock => "wall-clock",
            Self::Memory => "memory",
            Self::Stack => "stack",
            Self::Panic => "panic",
            Self::Trap => "trap",
            Self::Start => "start",
            Self::HostValue => "host-value",
            Self::View => "view",
            Self::Answer => "answer",
            Self::Busy => "busy",
            Self::Host => "host",
        }
    }
}

/// A host function failed through our own fault; the cause has been logged.
#[derive(Debug, thiserror::Error)]
#[error("the host failed")]
pub(super) struct HostFault;

/// A value that a guest handed to a host function breaks the contract's bounds.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct OutOfBounds(pub(super) &'static str);

impl Failure {
    /// Of a kind, with a message.
    pub(super) fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// From what wasmtime tells. `last_words`: what the guest logged as an error just before.
    pub(super) fn of(error: &wasmtime::Error, last_words: Option<&str>) -> Self {
        let kind = kind(error);
        if kind == FailureKind::Trap
            && error.downcast_ref() == Some(&Trap::UnreachableCodeReached)
            && let Some(words) = last_words
        {
            return Self::new(FailureKind::Panic, words);
        }
        let mut message = error.root_cause().to_string();
        if let Some(trace) = error.downcast_ref::<WasmBacktrace>() {
            for frame in trace.frames().iter().take(8) {
                let name = frame.func_name().unwrap_or("?");
                let _ = write!(message, "\n  at {name}");
            }
        }
        Self::new(kind, message)
    }
}

fn kind(error: &wasmtime::Error) -> FailureKind {
    if error.is::<OverTime>() {
        return FailureKind::GuestTime;
    }
    if error.is::<OverMemory>() {
        return FailureKind::Memory;
    }
    if error.is::<PoolConcurrencyLimitError>() {
        return FailureKind::Busy;
    }
    if error.is::<HostFault>() {
        return FailureKind::Host;
    }
    if error.is::<OutOfBounds>() {
        return FailureKind::HostValue;
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => FailureKind::Stack,
        // A Rust guest keeps a stack of its own at the bottom of its memory: it falls off the end.
        Some(Trap::MemoryOutOfBounds) if recursed(error) => FailureKind::Stack,
        Some(_) => FailureKind::Trap,
        // wasmtime has no public type for what breaks the bounds of a value, only these words.
        None if error.root_cause().to_string().contains("hostcall") => FailureKind::HostValue,
        None => FailureKind::Trap,
    }
}

/// Whether a few functions called each other for as far back as the trace goes.
fn recursed(error: &wasmtime::Error) -> bool {
    let Some(trace) = error.downcast_ref::<WasmBacktrace>() else {
        return false;
    };
    let frames = trace.frames();
    let functions: BTreeSet<u32> = frames.iter().map(|it| it.func_index()).collect();
    frames.len() >= TRACED && functions.len() <= TRACED / 2
}
