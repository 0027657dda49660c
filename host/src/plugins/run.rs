//! One call's course: its turn, its limits, and what it leaves behind. Each runs in a store of its
//! own, which is gone afterwards, whatever happened; no call may hold up or bring down another, or
//! the host.

use futures_util::{FutureExt as _, future::BoxFuture};
use onedoor_forms::Breach;
use onedoor_manifest::{Budget, Receipt};
use std::{
    future::poll_fn,
    panic::AssertUnwindSafe,
    pin::pin,
    sync::{Arc, OnceLock},
    task::Poll,
    time::{Duration, Instant},
};
use tokio::time::{error::Elapsed, timeout_at};
use tracing::{Instrument as _, field::Empty};
use wasmtime::{Store, component::Instance};

use super::{
    Plugins,
    failure::{CallError, Failure, FailureKind},
    hold,
    journal::Journal,
    loaded::Loaded,
    measures,
    store::{CALLS, Call, Notes, store},
    watch::{self, Ran, Ticket},
};
use crate::{
    context::{Context, Locale},
    domain::Domain,
};

pub(super) type Answer<T> = wasmtime::Result<Result<T, onedoor_forms::Error>>;
type Job<T> = Box<
    dyn for<'a> FnOnce(&'a Loaded, &'a mut Store<Call>, &'a Instance) -> BoxFuture<'a, Answer<T>>
        + Send,
>;

impl Plugins {
    /// Runs `job` in an instance of its own, unless the breaker is open or too many run already.
    pub(super) async fn run<T, F>(
        &self,
        how: How<T>,
        loaded: &Arc<Loaded>,
        domain: &Domain,
        cx: &Context,
        job: F,
    ) -> Result<T, CallError>
    where
        T: Send + 'static,
        F: for<'a> FnOnce(
                &'a Loaded,
                &'a mut Store<Call>,
                &'a Instance,
            ) -> BoxFuture<'a, Answer<T>>
            + Send
            + 'static,
    {
        let what = how.what;
        if self.is_held(&loaded.manifest.id) {
            loaded.watch.turned_away(what, measures::PAUSED);
            return Err(CallError::Paused(hold::AGAIN));
        }
        let ticket = Ticket::get(loaded, what, cx.now).map_err(CallError::Paused)?;
        let turn = loaded.turn().await;
        let turn = turn.inspect_err(|busy| loaded.watch.turned_away(what, busy.kind.name()))?;
        if let Some(seconds) = ticket.overtaken(what, cx.now) {
            return Err(CallError::Paused(seconds));
        }
        let (it, domain, mut cx) = (loaded.clone(), domain.clone(), cx.clone());
        cx.plugin = Some(loaded.acting.clone());
        let journal = Journal::of(self, loaded, &cx);
        let span = tracing::debug_span!(
            target: CALLS, "plugin call", plugin = loaded.manifest.id, revision = loaded.digest,
            export = what, outcome = Empty, guest_us = Empty, memory = Empty
        );
        let looks = how.looks;
        let call = async move {
            let (began, now) = (Instant::now(), cx.now);
            let result = one(&it, domain, cx, &journal, how, Box::new(job)).await;
            drop(turn);
            let ended = now.plus(began.elapsed());
            if let Some(change) = ticket.ended(watch::went(&result), ended) {
                journal.breaker(change);
            }
            result
        };
        let call = call.instrument(span);
        // Everything the call holds is its own and dropped with it.
        let result = if looks {
            let result = AssertUnwindSafe(call).catch_unwind().await;
            result.map_err(|_| "a panic".to_owned())
        } else {
            tokio::spawn(call).await.map_err(|panic| panic.to_string())
        };
        ended(loaded, what, result)
    }

    /// Reports a failure that shows only in what the answer of `what` leads to.
    pub(super) fn at_fault(
        &self,
        loaded: &Loaded,
        cx: &Context,
        what: &'static str,
        failure: &Failure,
    ) {
        let journal = Journal::of(self, loaded, cx);
        journal.fault(failure.kind, failure.message.clone());
        if let Some(change) = loaded.watch.failed(what, failure.kind, cx.now) {
            journal.breaker(change);
        }
    }
}

/// What came of a call; a panic of the host's ends that call and nothing else.
fn ended<T>(
    loaded: &Loaded,
    what: &'static str,
    result: Result<Result<T, CallError>, String>,
) -> Result<T, CallError> {
    let result = result.unwrap_or_else(|panic| {
        tracing::error!(
            plugin = loaded.manifest.id,
            what,
            panic,
            "the host failed in a call"
        );
        Err(Failure::new(FailureKind::Host, "the host failed").into())
    });
    if let Err(CallError::Failed(failure)) = &result {
        tracing::debug!(plugin = loaded.manifest.id, what, %failure, "a call failed");
    }
    result
}

/// What an answer is held against before it is handed on: mended, with what was wrong, or refused.
type Check<T> = fn(T, &Loaded, Locale) -> Result<(T, Vec<Breach>), Failure>;

/// How a call is run: unless told otherwise within the budget of the manifest, its answer handed on
/// as it is, and in a task of its own, so that it goes to its end even if the caller goes away and
/// no submission is cut in half.
pub(super) struct How<T> {
    /// The export, as measures name it.
    what: &'static str,
    budget: Budget,
    check: Check<T>,
    looks: bool,
}

impl<T> How<T> {
    pub(super) fn of(loaded: &Loaded, what: &'static str) -> Self {
        Self {
            what,
            budget: loaded.manifest.budget,
            check: |answer, _, _| Ok((answer, Vec::new())),
            looks: false,
        }
    }

    /// Holds the answer against `check`.
    pub(super) fn checked(self, check: Check<T>) -> Self {
        Self { check, ..self }
    }

    /// Within another budget.
    pub(super) fn within(self, budget: Budget) -> Self {
        Self { budget, ..self }
    }

    /// It only looks, and runs in the caller's task: waking another thread costs more than a small
    /// call.
    pub(super) fn looking(self) -> Self {
        Self {
            looks: true,
            ..self
        }
    }
}

/// Runs `call` for at most `wall`. The timer is set only when the call has to wait, as few have:
/// setting one wakes a thread, which costs more than a small call.
async fn within<F: Future>(wall: Duration, call: F) -> Result<F::Output, Elapsed> {
    let began = tokio::time::Instant::now();
    let mut call = pin!(call);
    let first = poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx))).await;
    match first {
        Poll::Ready(ended) => Ok(ended),
        Poll::Pending => timeout_at(began + wall, call).await,
    }
}

/// One call, from a fresh store to its end.
async fn one<T>(
    loaded: &Loaded,
    domain: Domain,
    cx: Context,
    journal: &Journal,
    how: How<T>,
    job: Job<T>,
) -> Result<T, CallError> {
    let (locale, budget) = (cx.locale, how.budget);
    let (began, stood) = (Instant::now(), OnceLock::new());
    let (mut store, clock) = store(&loaded.shape.pre, domain, cx, budget);
    store.data_mut().words = Some(loaded.words.clone());
    let call = async {
        let instance = loaded
            .shape
            .pre
            .instantiate_async(&mut store)
            .await
            .map_err(|error| (error, true))?;
        let _ = stood.set(micros(began.elapsed()));
        job(loaded, &mut store, &instance)
            .await
            .map_err(|error| (error, false))
    };
    let wall = Duration::from_millis(u64::from(budget.wall_ms));
    let ended = within(wall, clock.count(call)).await;
    let memory = store.data().memory();
    let notes = store.data_mut().take_notes();
    // Whatever it held goes now, before anything else happens.
    drop(store);
    let receipt = Receipt {
        guest_us: Some(micros(clock.used())),
        wall_us: micros(began.elapsed()),
        instantiate_us: stood.get().copied(),
        memory: Some(memory as u64),
        denials: notes.denials.iter().map(|it| it.0.clone()).collect(),
        ..Receipt::default()
    };
    let result = match ended {
        Ok(Ok(Ok(answer))) => Ok(answer),
        Ok(Ok(Err(refused))) => Err(CallError::Refused(refused)),
        Ok(Err((error, starting))) => {
            let mut failure = Failure::of(&error, notes.last_words());
            if starting && failure.kind == FailureKind::Trap {
                failure.kind = FailureKind::Start;
            }
            Err(failure.into())
        }
        Err(_) => Err(Failure::new(
            FailureKind::WallClock,
            format!("no answer after {} ms", budget.wall_ms),
        )
        .into()),
    };
    let result = result.and_then(|answer| {
        let (answer, breaches) = (how.check)(answer, loaded, locale)?;
        if !breaches.is_empty() {
            let told: Vec<String> = breaches.iter().map(ToString::to_string).collect();
            journal.fault(FailureKind::View, told.join("\n"));
        }
        Ok(answer)
    });
    if let Err(CallError::Failed(failure)) = &result
        && failure.kind != FailureKind::Busy
    {
        journal.fault(failure.kind, failure.message.clone());
    }
    left_behind(
        loaded,
        journal,
        how.what,
        watch::outcome(&result),
        notes,
        receipt,
    );
    result
}

/// Keeps what a call leaves behind.
fn left_behind(
    loaded: &Loaded,
    journal: &Journal,
    export: &'static str,
    outcome: &'static str,
    mut notes: Notes,
    receipt: Receipt,
) {
    tracing::Span::current()
        .record("outcome", outcome)
        .record("guest_us", receipt.guest_us)
        .record("memory", receipt.memory);
    let kept = loaded.watch.ran(Ran {
        export,
        outcome,
        host_calls: std::mem::take(&mut notes.host_calls),
        lines: notes.lines.len(),
        lost: notes.lost,
        call: watch::Call {
            at: journal.origin.at,
            request: journal.origin.request.clone(),
            revision: loaded.digest.clone(),
            receipt,
        },
    });
    journal.notes(notes, kept);
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

pub(super) fn absent() -> wasmtime::Error {
    wasmtime::Error::msg("the export is gone")
}
