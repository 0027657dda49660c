//! One call into a plugin: a fresh instance, a budget, and whatever happens told apart. The only
//! place that runs guest code.

use futures_util::{FutureExt as _, future::BoxFuture};
use onedoor_forms::{Outcome, Route, Submission, View};
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};
use wasmtime::{Store, UpdateDeadline, component::Instance};

use super::{
    Plugins,
    bindings::{convert, exports::onedoor::plugin as exports},
    failure::{Failure, FailureKind},
    journal::Entry,
    limits::{GuestClock, Limits, OverTime},
    loaded::Loaded,
    store::Call,
};
use crate::{context::Context, domain::Domain};

/// How much data one call may hand the host in one go, in bytes: a full view with every bound
/// used stays below it.
const HANDED: usize = 4 << 20;

/// Why a call gave no page.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CallError {
    /// The plugin answered with an error of the contract.
    #[error("the plugin refused: {0}")]
    Refused(onedoor_forms::Error),
    /// There is no such plugin in force, or it takes no part in this.
    #[error("no such plugin is in force")]
    Absent,
    /// The call was not completed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// What a plugin is asked about a new report.
pub use convert::{Event, Proposal, Report};

impl Plugins {
    /// A page of a plugin, for whoever `cx` says.
    pub async fn render(
        &self,
        domain: &Domain,
        cx: &Context,
        plugin: &str,
        at: &Route,
    ) -> Result<View, CallError> {
        let loaded = self.get(plugin).ok_or(CallError::Absent)?;
        let indices = loaded.portal.clone().ok_or(CallError::Absent)?;
        let at = convert::route_out(at);
        let answer = self.run(&loaded, domain, cx, |store, instance| {
            async move {
                let guest = indices.load(&mut *store, &instance)?;
                guest.call_render(store, &at).await
            }
            .boxed()
        });
        match answer.await? {
            Ok(view) => Ok(convert::view(view)),
            Err(error) => Err(CallError::Refused(convert::error(error))),
        }
    }

    /// Hands a plugin a form that the host has validated.
    pub async fn submit(
        &self,
        domain: &Domain,
        cx: &Context,
        plugin: &str,
        at: &Route,
        submission: &Submission,
    ) -> Result<Outcome, CallError> {
        let loaded = self.get(plugin).ok_or(CallError::Absent)?;
        let indices = loaded.portal.clone().ok_or(CallError::Absent)?;
        let (at, submission) = (convert::route_out(at), convert::submission_out(submission));
        let answer = self.run(&loaded, domain, cx, |store, instance| {
            async move {
                let guest = indices.load(&mut *store, &instance)?;
                guest.call_submit(store, &at, &submission).await
            }
            .boxed()
        });
        outcome(answer.await?)
    }

    /// Hands a plugin a press of a button. `once` is the same each time it is sent again.
    pub async fn act(
        &self,
        domain: &Domain,
        cx: &Context,
        plugin: &str,
        at: &Route,
        (action, once): (&str, &str),
    ) -> Result<Outcome, CallError> {
        let loaded = self.get(plugin).ok_or(CallError::Absent)?;
        let indices = loaded.portal.clone().ok_or(CallError::Absent)?;
        let at = convert::route_out(at);
        let (action, once) = (action.to_owned(), once.to_owned());
        let answer = self.run(&loaded, domain, cx, |store, instance| {
            async move {
                let guest = indices.load(&mut *store, &instance)?;
                guest.call_act(store, &at, &action, &once).await
            }
            .boxed()
        });
        outcome(answer.await?)
    }

    /// Asks a plugin about a new report; none when it is not for it.
    pub async fn suggest(
        &self,
        domain: &Domain,
        cx: &Context,
        loaded: &Arc<Loaded>,
        report: Report,
    ) -> Result<Option<Proposal>, CallError> {
        let indices = loaded.triage.clone().ok_or(CallError::Absent)?;
        let report = convert::report_out(report);
        let answer = self.run(loaded, domain, cx, |store, instance| {
            async move {
                let guest = indices.load(&mut *store, &instance)?;
                guest.call_suggest(store, &report).await
            }
            .boxed()
        });
        Ok(answer.await?.map(convert::proposal))
    }

    /// Tells a plugin what happened to one of its cases.
    pub async fn on_event(
        &self,
        domain: &Domain,
        cx: &Context,
        loaded: &Arc<Loaded>,
        event: Event,
    ) -> Result<(), CallError> {
        let indices = loaded.events.clone().ok_or(CallError::Absent)?;
        let event = convert::event_out(event);
        let answer = self.run(loaded, domain, cx, |store, instance| {
            async move {
                let guest = indices.load(&mut *store, &instance)?;
                guest.call_on_event(store, &event).await
            }
            .boxed()
        });
        let answer = answer.await?;
        answer.map_err(|error| CallError::Refused(convert::error(error)))
    }

    /// Runs one call in a fresh instance, within the budget of the manifest.
    async fn run<T, F>(
        &self,
        loaded: &Arc<Loaded>,
        domain: &Domain,
        cx: &Context,
        call: F,
    ) -> Result<T, Failure>
    where
        T: Send,
        F: for<'a> FnOnce(&'a mut Store<Call>, Instance) -> BoxFuture<'a, wasmtime::Result<T>>
            + Send,
    {
        let budget = loaded.manifest.budget;
        let wall = Duration::from_millis(budget.wall_ms.into());
        let clock = Arc::new(GuestClock::default());
        let mut store = self.store(loaded, domain, cx, &clock);
        let whole = async {
            let _turn = loaded.turn().await?;
            let guest = clock.while_polled(async {
                let instance = loaded.pre.instantiate_async(&mut store).await?;
                call(&mut store, instance).await
            });
            match AssertUnwindSafe(guest).catch_unwind().await {
                Ok(Ok(answer)) => Ok(answer),
                Ok(Err(error)) => Err(Failure::of(&error, store.data().last_error())),
                Err(_) => Err(Failure::new(FailureKind::Host, "the host could not answer")),
            }
        };
        let answer = match tokio::time::timeout(wall, whole).await {
            Ok(answer) => answer,
            Err(_) => Err(Failure::new(
                FailureKind::WallClock,
                format!("the call took longer than {} ms", budget.wall_ms),
            )),
        };
        end(&mut store, answer.as_ref().err());
        answer
    }

    fn store(
        &self,
        loaded: &Loaded,
        domain: &Domain,
        cx: &Context,
        clock: &Arc<GuestClock>,
    ) -> Store<Call> {
        let budget = loaded.manifest.budget;
        let mut cx = cx.clone();
        cx.plugin = Some(loaded.acting.clone());
        let call = Call {
            cx,
            domain: domain.clone(),
            limits: Limits::new(usize::try_from(budget.memory_mib).unwrap_or(64) << 20),
            clock: clock.clone(),
            lines: Vec::new(),
            journal: self.journal().clone(),
        };
        let mut store = Store::new(loaded.pre.engine(), call);
        store.limiter(|call| &mut call.limits);
        store.set_hostcall_fuel(HANDED);
        store.set_epoch_deadline(1);
        let own = Duration::from_millis(budget.guest_ms.into());
        let clock = clock.clone();
        store.epoch_deadline_callback(move |_| {
            let worked = clock.worked();
            if worked > own {
                return Err(OverTime(worked).into());
            }
            // To the scheduler's end of the queue: `Yield` alone starves the runtime's timers.
            Ok(UpdateDeadline::YieldCustom(
                1,
                Box::pin(tokio::task::yield_now()),
            ))
        });
        store
    }
}

fn outcome(
    answer: Result<exports::portal::Outcome, exports::portal::Error>,
) -> Result<Outcome, CallError> {
    match answer {
        Ok(outcome) => Ok(convert::outcome(outcome)),
        Err(error) => Err(CallError::Refused(convert::error(error))),
    }
}

/// Writes down what the call wrote and why it failed.
fn end(store: &mut Store<Call>, failure: Option<&Failure>) {
    let call = store.data_mut();
    let lines = std::mem::take(&mut call.lines);
    if !lines.is_empty() {
        call.record(Entry::Lines {
            origin: call.origin(),
            lines,
        });
    }
    if let Some(failure) = failure {
        let origin = call.origin();
        tracing::warn!(
            plugin = origin.plugin,
            kind = failure.kind.name(),
            "a plugin's call failed"
        );
        call.record(Entry::Fault {
            origin,
            kind: failure.kind.name(),
            message: failure.message.clone(),
        });
    }
}
