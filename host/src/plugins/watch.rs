//! What is known of a revision while it runs: its breaker, its measures, how many lines it may
//! still write, and the receipts of its last calls. Each part is pure; here they are held together
//! behind one lock that nobody waits under.

use std::{
    borrow::Cow,
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use onedoor_manifest::Receipt;

use super::{
    breaker::{Breaker, Change, Pass, State, Went},
    failure::{CallError, FailureKind},
    lines::{Bucket, Kept},
    loaded::Loaded,
    measures::{Measures, OK, PAUSED, REFUSED},
};
use crate::time::Timestamp;

/// How many receipts of a revision are kept: the last ones.
const RECEIPTS: usize = 50;

/// The receipt of a call, with where it belongs.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Call {
    /// When it began.
    pub at: Timestamp,
    /// The number of the request.
    pub request: String,
    /// The digest of the revision.
    pub revision: String,
    /// What it cost.
    pub receipt: Receipt,
}

/// What is known of a revision while it runs.
#[derive(Debug, Default)]
pub struct Watch(Mutex<Parts>);

#[derive(Debug, Default)]
struct Parts {
    breaker: Breaker,
    measures: Measures,
    lines: Bucket,
    receipts: VecDeque<Call>,
}

/// A call that ran, as the one who ran it measured it.
pub(super) struct Ran {
    pub(super) export: &'static str,
    pub(super) outcome: &'static str,
    /// How often it called which host function.
    pub(super) host_calls: Vec<(&'static str, u32)>,
    pub(super) call: Call,
    /// How many lines it wrote that may be kept.
    pub(super) lines: usize,
    /// How many it lost to its own limit.
    pub(super) lost: u64,
}

impl Watch {
    fn parts(&self) -> MutexGuard<'_, Parts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call that got no turn.
    pub(super) fn turned_away(&self, export: &'static str, outcome: &'static str) {
        self.parts().measures.count(export, outcome);
    }

    /// Keeps what a call cost; what becomes of its lines.
    pub(super) fn ran(&self, mut ran: Ran) -> Kept {
        let receipt = &mut ran.call.receipt;
        receipt.export = Cow::Borrowed(ran.export);
        receipt.outcome = Cow::Borrowed(ran.outcome);
        let named = ran.host_calls.iter();
        receipt.calls = named.map(|(it, n)| (Cow::Borrowed(*it), *n)).collect();
        let now = ran.call.at;
        let mut parts = self.parts();
        let measures = &mut parts.measures;
        measures.ran(ran.export, ran.outcome, &ran.host_calls, &ran.call.receipt);
        let kept = match ran.lines == 0 && ran.lost == 0 {
            true => Kept::default(),
            false => parts.lines.take(ran.lines, ran.lost, now),
        };
        parts.measures.lines_dropped += (ran.lines - kept.kept) as u64 + ran.lost;
        if parts.receipts.len() == RECEIPTS {
            parts.receipts.pop_front();
        }
        parts.receipts.push_back(ran.call);
        kept
    }

    /// Notes a fault that was found after the call had answered.
    pub(super) fn failed(
        &self,
        export: &'static str,
        kind: FailureKind,
        now: Timestamp,
    ) -> Option<Change> {
        let mut parts = self.parts();
        parts.measures.count(export, kind.name());
        parts.breaker.ended(Pass::Ordinary, Went::Badly, now)
    }

    /// Starts with a closed breaker: it has been put in force.
    pub(super) fn close(&self) {
        self.parts().breaker = Breaker::default();
    }

    /// How the breaker stands, and until when it lets nothing through.
    pub fn breaker(&self) -> (State, Option<Timestamp>) {
        let parts = self.parts();
        (parts.breaker.state(), parts.breaker.until())
    }

    /// What was measured so far.
    pub fn measures(&self) -> Measures {
        self.parts().measures.clone()
    }

    /// The receipts of the last calls, the newest first; at most 50.
    pub fn receipts(&self) -> Vec<Call> {
        self.parts().receipts.iter().rev().cloned().collect()
    }
}

/// A call that may go through. If it is dropped untold, it says nothing of the plugin: a probe's
/// place is free again, whatever becomes of the task.
pub(super) struct Ticket {
    loaded: Arc<Loaded>,
    pass: Option<Pass>,
}

impl Ticket {
    /// Whether a call may go through now; if not, in how many seconds to ask again.
    pub(super) fn get(
        loaded: &Arc<Loaded>,
        export: &'static str,
        now: Timestamp,
    ) -> Result<Self, u32> {
        let mut parts = loaded.watch.parts();
        match parts.breaker.ask(now) {
            Ok(pass) => Ok(Self {
                loaded: loaded.clone(),
                pass: Some(pass),
            }),
            Err(seconds) => {
                parts.measures.count(export, PAUSED);
                Err(seconds)
            }
        }
    }

    /// In how many seconds to ask again, if the breaker opened while the call waited for its turn.
    pub(super) fn overtaken(&self, export: &'static str, now: Timestamp) -> Option<u32> {
        let mut parts = self.loaded.watch.parts();
        let until = match (self.pass, parts.breaker.state()) {
            (Some(Pass::Ordinary), State::Open | State::HalfOpen) => parts.breaker.until(),
            _ => return None,
        };
        parts.measures.count(export, PAUSED);
        let left = until.map_or(0, |it| it.micros().saturating_sub(now.micros()));
        Some(u32::try_from(left / 1_000_000).unwrap_or(1).max(1))
    }

    /// Says how the call went.
    pub(super) fn ended(mut self, went: Went, now: Timestamp) -> Option<Change> {
        let pass = self.pass.take()?;
        self.loaded.watch.parts().breaker.ended(pass, went, now)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if let Some(pass) = self.pass.take() {
            // The time does not matter: this changes no pause.
            let now = Timestamp::from_micros(0);
            let mut parts = self.loaded.watch.parts();
            parts.breaker.ended(pass, Went::Neither, now);
        }
    }
}

/// How a call went, as far as its plugin is to blame.
pub(super) fn went<T>(result: &Result<T, CallError>) -> Went {
    match result {
        Ok(_) | Err(CallError::Refused(_)) => Went::Well,
        Err(CallError::Absent | CallError::Paused(_)) => Went::Neither,
        Err(CallError::Failed(failure)) => match failure.kind {
            FailureKind::Busy | FailureKind::Host => Went::Neither,
            _ => Went::Badly,
        },
    }
}

/// The outcome in measurements.
pub(super) fn outcome<T>(result: &Result<T, CallError>) -> &'static str {
    match result {
        Ok(_) => OK,
        Err(CallError::Refused(_)) => REFUSED,
        Err(CallError::Absent) => "absent",
        Err(CallError::Paused(_)) => PAUSED,
        Err(CallError::Failed(failure)) => failure.kind.name(),
    }
}
