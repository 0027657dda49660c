//! What one call has: who it acts for, its limits, its clock, and what it wrote. Made for the call
//! and dropped with it, so that nothing of one person's call can reach the next.

use std::sync::Arc;
use tokio::sync::mpsc;

use super::{
    journal::{Entry, Origin, Severity},
    limits::{GuestClock, InHost, Limits},
};
use crate::{context::Context, domain::Domain};

/// How many lines a call may write, and how long one may be, in bytes; longer is cut.
pub const LINES: usize = 100;
/// The longest line, in bytes.
pub const LINE: usize = 4 * 1024;

/// The state of one call.
pub struct Call {
    /// Who it acts for; the plugin stands in it.
    pub cx: Context,
    /// What the imports work with.
    pub domain: Domain,
    /// Memory and tables.
    pub limits: Limits,
    /// The guest's own time.
    pub clock: Arc<GuestClock>,
    /// What it wrote for its developers.
    pub lines: Vec<(Severity, String)>,
    /// Where it is written down.
    pub journal: mpsc::Sender<Entry>,
}

impl Call {
    /// Stands the guest's clock still while a host function works.
    pub fn in_host(&self) -> InHost {
        self.clock.in_host()
    }

    /// What the journal says of where it happened.
    pub fn origin(&self) -> Origin {
        let plugin = self.cx.plugin.as_ref();
        Origin {
            plugin: plugin.map(|it| it.id.clone()).unwrap_or_default(),
            revision: plugin.map(|it| it.revision.clone()).unwrap_or_default(),
            request: self.cx.request.clone(),
            at: self.cx.now,
        }
    }

    /// Sends an entry, if there is room; a call never waits for it.
    pub fn record(&self, entry: Entry) {
        if self.journal.try_send(entry).is_err() {
            tracing::debug!("the plugins' journal is full");
        }
    }

    /// The last error the guest wrote: a panic hook's words come before the trap.
    pub fn last_error(&self) -> Option<&str> {
        let errors = self.lines.iter().rev();
        let mut errors = errors.filter(|(severity, _)| *severity == Severity::Error);
        errors.next().map(|(_, text)| text.as_str())
    }
}
