//! The state of one call: who calls, what it may use, what it had to say. Made for each call and
//! dropped after it, so that nothing of one person's call can reach the next.

use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tracing::Span;
use wasmtime::{Store, UpdateDeadline, component::InstancePre};

use super::{
    journal::Severity,
    limits::{GuestClock, HANDED_OVER, HANDLES, InHost, Limiter, OverTime},
    wasi::Lazy,
    words::Words,
};
use crate::{context::Context, domain::Domain, records::held::Opened};
use onedoor_manifest::Budget;

/// The target of the spans of calls and of what they call: built only when something listens.
pub const CALLS: &str = "onedoor::calls";
/// The most lines a call may log.
const LINES: usize = 100;
/// The longest line, in bytes.
const LINE: usize = 4 * 1024;

/// What host functions work with.
pub(super) struct Call {
    pub(super) domain: Domain,
    /// The caller, with the plugin acting for them.
    pub(super) cx: Context,
    pub(super) notes: Notes,
    /// For a language runtime; made when first asked for.
    pub(super) wasi: Lazy,
    /// The words of the revision; none where no component runs.
    pub(super) words: Option<Arc<Words>>,
    /// How many messages it has sent.
    pub(super) sent: u32,
    /// Records that are open; they go with the call.
    pub(super) opened: BTreeMap<u32, Opened>,
    clock: Arc<GuestClock>,
    limiter: Limiter,
}

/// What a call leaves behind for the journal.
#[derive(Default)]
pub(super) struct Notes {
    pub(super) lines: Vec<(Severity, String)>,
    /// What was missing, and the line of the manifest to add.
    pub(super) denials: Vec<(String, String)>,
    /// How many lines were dropped, past the limit of a call.
    pub(super) lost: u64,
    /// How often which function of the host was called.
    pub(super) host_calls: Vec<(&'static str, u32)>,
}

impl Notes {
    /// Keeps a line, cut to its limit; past the limit of a call it is dropped.
    pub(super) fn line(&mut self, severity: Severity, mut text: String) {
        if self.lines.len() < LINES {
            text.truncate(text.floor_char_boundary(LINE));
            self.lines.push((severity, text));
        } else {
            self.lost += 1;
        }
    }

    fn called(&mut self, function: &'static str) {
        // A call uses a handful of functions: to look through them is cheaper than to hash.
        match self.host_calls.iter_mut().find(|(it, _)| *it == function) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => self.host_calls.push((function, 1)),
        }
    }

    /// Keeps a refusal, once for each capability.
    pub(super) fn denied(&mut self, capability: &str, line: &str) {
        if self.denials.iter().all(|(it, _)| it != capability) {
            self.denials.push((capability.to_owned(), line.to_owned()));
        }
    }

    /// The last line, if the guest held it to be an error: a panic logs its message last.
    pub(super) fn last_words(&self) -> Option<&str> {
        match self.lines.last() {
            Some((Severity::Error, text)) => Some(text),
            _ => None,
        }
    }
}

impl Call {
    /// A call that has not begun.
    pub(super) fn new(domain: Domain, cx: Context, budget: Budget) -> Self {
        Self {
            domain,
            cx,
            notes: Notes::default(),
            wasi: Lazy::default(),
            words: None,
            sent: 0,
            opened: BTreeMap::new(),
            clock: GuestClock::new(),
            limiter: Limiter::new(budget.memory_mib as usize * (1 << 20)),
        }
    }

    /// Stops the guest's clock and notes the call, until what it answers is dropped: the first
    /// thing every host function does, with its name as in `cases.open`.
    pub(super) fn enter(&mut self, function: &'static str) -> (InHost, Span) {
        self.notes.called(function);
        let span = tracing::debug_span!(target: CALLS, "host call", function);
        (self.clock.pause(), span)
    }

    /// What the call leaves behind, with what a language runtime wrote to its output.
    pub(super) fn take_notes(&mut self) -> Notes {
        let mut notes = std::mem::take(&mut self.notes);
        for (severity, text) in self.wasi.said() {
            notes.line(severity, text);
        }
        notes
    }

    /// Bytes of memory in use.
    pub(super) fn memory(&self) -> usize {
        self.limiter.used()
    }
}

/// A fresh store for a call, and the clock of its guest.
pub(super) fn store(
    pre: &InstancePre<Call>,
    domain: Domain,
    cx: Context,
    budget: Budget,
) -> (Store<Call>, Arc<GuestClock>) {
    let call = Call::new(domain, cx, budget);
    let clock = call.clock.clone();
    let mut store = Store::new(pre.engine(), call);
    store.limiter(|call| &mut call.limiter);
    bound(&mut store, &clock, budget);
    (store, clock)
}

/// Bounds what a store's guest may use, but for memory: its time, which others share, and what it
/// hands over.
pub(super) fn bound<T: 'static>(store: &mut Store<T>, clock: &Arc<GuestClock>, budget: Budget) {
    store.set_hostcall_fuel(HANDED_OVER);
    store.set_max_component_handles(HANDLES);
    store.set_epoch_deadline(1);
    let (ticking, limit) = (
        clock.clone(),
        Duration::from_millis(u64::from(budget.guest_ms)),
    );
    store.epoch_deadline_callback(move |_| {
        let used = ticking.tick();
        if used > limit {
            return Err(wasmtime::Error::new(OverTime { used, limit }));
        }
        // Others of this thread get their turn, timers too, which a plain yield would starve.
        Ok(UpdateDeadline::YieldCustom(
            1,
            Box::pin(tokio::task::yield_now()),
        ))
    });
}
