//! Why a call could not be completed, from what wasmtime and the limits say.

use wasmtime::{PoolConcurrencyLimitError, Trap};

use super::limits::{OverMemory, OverTime};

/// What stopped a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The guest's own work was over its budget.
    GuestTime,
    /// The whole call took too long.
    WallClock,
    /// It wanted more memory than its budget.
    Memory,
    /// It recursed too deeply.
    Stack,
    /// It panicked.
    Panic,
    /// Another trap.
    Trap,
    /// Too many calls of this plugin wait already.
    Busy,
    /// It handed the host more than the host takes.
    HostValue,
    /// The host's own fault.
    Host,
}

impl FailureKind {
    /// The name on record.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GuestTime => "guest-time",
            Self::WallClock => "wall-clock",
            Self::Memory => "memory",
            Self::Stack => "stack",
            Self::Panic => "panic",
            Self::Trap => "trap",
            Self::Busy => "busy",
            Self::HostValue => "host-value",
            Self::Host => "host",
        }
    }
}

/// A call that was not completed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}: {message}", kind.name())]
pub struct Failure {
    /// What stopped it.
    pub kind: FailureKind,
    /// For the plugin's developers, in English; nothing of the host's insides.
    pub message: String,
}

impl Failure {
    /// Of this kind.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// From what wasmtime gave. `said`: the last line the guest logged as an error, which a panic
    /// hook writes before it traps.
    pub fn of(error: &wasmtime::Error, said: Option<&str>) -> Self {
        if let Some(over) = error.downcast_ref::<OverTime>() {
            return Self::new(FailureKind::GuestTime, over.to_string());
        }
        if let Some(over) = error.downcast_ref::<OverMemory>() {
            return Self::new(FailureKind::Memory, over.to_string());
        }
        if error.downcast_ref::<PoolConcurrencyLimitError>().is_some() {
            return Self::new(FailureKind::Busy, "every slot of the host is in use");
        }
        if let Some(fault) = error.downcast_ref::<HostFault>() {
            return Self::new(FailureKind::Host, fault.to_string());
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::StackOverflow) => {
                Self::new(FailureKind::Stack, "the call stack is exhausted")
            }
            Some(Trap::UnreachableCodeReached) => {
                Self::new(FailureKind::Panic, said.unwrap_or("the guest panicked"))
            }
            Some(trap) => Self::new(FailureKind::Trap, trap.to_string()),
            // Values that cannot be lifted: too long, not UTF-8, out of bounds.
            None => Self::new(FailureKind::HostValue, error.root_cause().to_string()),
        }
    }
}

/// A fault of the host's own, in an import. The chain is in the host's log, not here.
#[derive(Debug, thiserror::Error)]
#[error("the host could not answer; its operators have the reason")]
pub struct HostFault;
