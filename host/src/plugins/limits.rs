//! What one call may use: memory summed over everything it has, tables, and time of its own.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use wasmtime::ResourceLimiter;

/// The most entries of a table.
const TABLE: usize = 20_000;

/// Memory over the budget.
#[derive(Debug, thiserror::Error)]
#[error("the call wanted {0} MiB of memory or more, which is over its budget")]
pub struct OverMemory(pub usize);

/// Own time over the budget.
#[derive(Debug, thiserror::Error)]
#[error("the guest worked for {} ms, which is over its budget", .0.as_millis())]
pub struct OverTime(pub Duration);

/// Bounds on memory and tables of one call; growing past them traps.
#[derive(Debug)]
pub struct Limits {
    budget: usize,
    used: usize,
}

impl Limits {
    /// With a budget in bytes for all memories together.
    pub const fn new(budget: usize) -> Self {
        Self { budget, used: 0 }
    }
}

impl ResourceLimiter for Limits {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let used = self.used.saturating_add(desired.saturating_sub(current));
        if used > self.budget {
            return Err(OverMemory(used >> 20).into());
        }
        self.used = used;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE)
    }

    fn instances(&self) -> usize {
        40
    }

    fn tables(&self) -> usize {
        16
    }

    fn memories(&self) -> usize {
        4
    }
}

/// Runs while the guest itself works: while its call is polled and no host function is at work.
#[derive(Debug, Default)]
pub struct GuestClock {
    worked: AtomicU64,
    since: AtomicU64,
    in_host: AtomicU32,
}

/// Nanoseconds since the process began to ask; never 0.
fn now() -> u64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let start = START.get_or_init(Instant::now);
    u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX - 1) + 1
}

impl GuestClock {
    fn go(&self) {
        if self.in_host.load(Relaxed) == 0 {
            self.since.store(now(), Relaxed);
        }
    }

    fn stop(&self) {
        let since = self.since.swap(0, Relaxed);
        if since != 0 {
            self.worked.fetch_add(now().saturating_sub(since), Relaxed);
        }
    }

    /// How long the guest has worked.
    pub fn worked(&self) -> Duration {
        let since = self.since.load(Relaxed);
        let running = if since == 0 {
            0
        } else {
            now().saturating_sub(since)
        };
        Duration::from_nanos(self.worked.load(Relaxed) + running)
    }

    /// Stands still until the answer is dropped: a host function is at work.
    pub fn in_host(self: &Arc<Self>) -> InHost {
        self.stop();
        self.in_host.fetch_add(1, Relaxed);
        InHost(self.clone())
    }

    /// Runs while `future` is polled.
    pub async fn while_polled<F: Future>(&self, future: F) -> F::Output {
        let mut future = std::pin::pin!(future);
        std::future::poll_fn(|cx| {
            self.go();
            let polled = future.as_mut().poll(cx);
            self.stop();
            polled
        })
        .await
    }
}

/// A host function at work.
#[derive(Debug)]
pub struct InHost(Arc<GuestClock>);

impl Drop for InHost {
    fn drop(&mut self) {
        if self.0.in_host.fetch_sub(1, Relaxed) == 1 {
            self.0.go();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_summed_over_all_memories() {
        let mut limits = Limits::new(3 << 20);
        assert!(limits.memory_growing(0, 2 << 20, None).is_ok());
        assert!(limits.memory_growing(0, 1 << 20, None).is_ok());
        let over = limits.memory_growing(1 << 20, (1 << 20) + 65536, None);
        assert!(over.unwrap_err().is::<OverMemory>());
        assert_eq!(limits.used, 3 << 20);
    }
}
