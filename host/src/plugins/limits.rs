//! What one call may use: memory, tables, and time of the guest's own. Host functions do not
//! count: their guard stops the clock.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use wasmtime::ResourceLimiter;

/// The most entries of all tables of an instance together.
const TABLE_ENTRIES: usize = 100_000;
/// The most bytes a guest may hand over in one call to the host, or answer with.
pub(super) const HANDED_OVER: usize = 4 << 20;
/// The contract has no resources: a component has no use for many handles.
pub(super) const HANDLES: usize = 64;

/// The guest wanted more memory than its manifest asks for.
#[derive(Debug, thiserror::Error)]
#[error("wanted {wanted} bytes of memory; its manifest allows {limit}")]
pub(super) struct OverMemory {
    wanted: usize,
    limit: usize,
}

/// The guest has used up its time.
#[derive(Debug, thiserror::Error)]
#[error("worked for {} ms of its own; its manifest allows {}", used.as_millis(), limit.as_millis())]
pub(super) struct OverTime {
    pub(super) used: Duration,
    pub(super) limit: Duration,
}

/// Sums memory over all memories of one call's instance.
pub(super) struct Limiter {
    limit: usize,
    used: usize,
    last: usize,
    entries: usize,
}

impl Limiter {
    /// At most `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            used: 0,
            last: 0,
            entries: 0,
        }
    }

    /// Bytes in use.
    pub(super) fn used(&self) -> usize {
        self.used
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.last = desired.saturating_sub(current);
        let wanted = self.used.saturating_add(self.last);
        if wanted > self.limit {
            // A trap, so that the reason is told; a guest told "no" dies of something else.
            return Err(wasmtime::Error::new(OverMemory {
                wanted,
                limit: self.limit,
            }));
        }
        self.used = wanted;
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.used = self.used.saturating_sub(self.last);
        self.last = 0;
        Ok(())
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.entries = self.entries.saturating_add(desired.saturating_sub(current));
        Ok(self.entries <= TABLE_ENTRIES)
    }

    fn instances(&self) -> usize {
        128
    }

    fn tables(&self) -> usize {
        64
    }

    fn memories(&self) -> usize {
        8
    }
}

/// Counts the time in which a call's future is polled and no host function is at work.
///
/// It begins by the wall, which costs next to nothing. From the first tick on it counts the
/// processor time of the thread, so that a busy machine is not held against the guest; most calls
/// end before.
pub(super) struct GuestClock {
    origin: Instant,
    /// Nanoseconds counted so far.
    sum: AtomicU64,
    /// When the count last began, plus one; 0 while it stands.
    since: AtomicU64,
    in_host: AtomicBool,
    by_processor: AtomicBool,
}

impl GuestClock {
    /// Nothing counted yet.
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            origin: Instant::now(),
            sum: AtomicU64::new(0),
            since: AtomicU64::new(0),
            in_host: AtomicBool::new(false),
            by_processor: AtomicBool::new(false),
        })
    }

    /// What the guest has used. At a tick: within a poll.
    pub(super) fn tick(&self) -> Duration {
        self.stop();
        self.by_processor.store(true, Relaxed);
        self.start();
        self.used()
    }

    /// What the guest had used when the count last stopped.
    pub(super) fn used(&self) -> Duration {
        Duration::from_nanos(self.sum.load(Relaxed))
    }

    /// Stops the count until the guard is dropped.
    pub(super) fn pause(self: &Arc<Self>) -> InHost {
        self.stop();
        self.in_host.store(true, Relaxed);
        InHost(self.clone())
    }

    /// Runs a call's future, counting while it is polled.
    pub(super) async fn count<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|cx| {
            self.start();
            let polled = future.as_mut().poll(cx);
            self.stop();
            polled
        })
        .await
    }

    /// Nanoseconds plus one. The two clocks share no origin: a count ends by the one it began by.
    fn now(&self) -> u64 {
        let now = if self.by_processor.load(Relaxed) {
            processor_time()
        } else {
            self.origin.elapsed()
        };
        u64::try_from(now.as_nanos())
            .unwrap_or(u64::MAX - 1)
            .saturating_add(1)
    }

    fn start(&self) {
        if !self.in_host.load(Relaxed) {
            self.since.store(self.now(), Relaxed);
        }
    }

    fn stop(&self) {
        let since = self.since.swap(0, Relaxed);
        if since != 0 {
            let used = self.now().saturating_sub(since);
            self.sum.fetch_add(used, Relaxed);
        }
    }
}

/// What this thread has used of a processor.
fn processor_time() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the clock is one that Linux and macOS have, and `time` is ours to write to.
    let done = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    if done != 0 {
        return Duration::ZERO;
    }
    Duration::new(
        time.tv_sec.try_into().unwrap_or(0),
        time.tv_nsec.try_into().unwrap_or(0),
    )
}

/// While it lives, the host works and the guest's clock stands.
pub(super) struct InHost(Arc<GuestClock>);

impl Drop for InHost {
    fn drop(&mut self) {
        self.0.in_host.store(false, Relaxed);
        self.0.start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_summed_over_memories_and_given_back_when_growing_failed() {
        let mut limiter = Limiter::new(100);
        assert!(limiter.memory_growing(0, 60, None).unwrap());
        assert!(limiter.memory_growing(0, 30, None).unwrap());
        limiter
            .memory_grow_failed(wasmtime::Error::msg("no"))
            .unwrap();
        assert_eq!(limiter.used(), 60);
        let over = limiter.memory_growing(60, 101, None).unwrap_err();
        assert!(over.downcast_ref::<OverMemory>().is_some());
    }

    #[tokio::test]
    async fn only_the_guests_own_time_counts() {
        let clock = GuestClock::new();
        clock
            .count(async {
                std::thread::sleep(Duration::from_millis(5));
                let host = clock.pause();
                tokio::time::sleep(Duration::from_millis(60)).await;
                std::thread::sleep(Duration::from_millis(60));
                drop(host);
                // From here on the processor counts, and a sleep uses none of it.
                clock.tick();
                std::thread::sleep(Duration::from_millis(60));
            })
            .await;
        let used = clock.used();
        assert!(used >= Duration::from_millis(5), "{used:?}");
        assert!(used < Duration::from_millis(60), "{used:?}");
    }
}
