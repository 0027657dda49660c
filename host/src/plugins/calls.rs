//! Calls into plugins. Each runs in a store of its own, which is gone afterwards, whatever happened;
//! no call may hold up or bring down another, or the host.

use futures_util::{FutureExt as _, future::BoxFuture};
use onedoor_forms::{Breach, Outcome, Route, Submission, Text, View};
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
    bindings::{Lift as _, Lower as _, cases, exports},
    breaker::Change,
    failure::{CallError, Failure, FailureKind},
    hold, imports,
    journal::{Entry, Origin, Severity},
    lines::Kept,
    loaded::{Exports, Loaded, Portal},
    measures,
    store::{CALLS, Call, Notes, store},
    view,
    watch::{self, Ran, Ticket},
};
use crate::{
    cases::model::Urgency,
    context::{Context, Locale},
    domain::Domain,
    time::Timestamp,
};

/// The kind of a journal's entry that tells of a breaker.
const BREAKER: &str = "breaker";

/// What a triage is told of a new report: no personal data.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// In few words.
    pub title: String,
    /// In the reporter's words.
    pub description: String,
    /// What the reporter chose, if anything.
    pub class: Option<String>,
    /// Cell or community.
    pub division: Option<String>,
    /// How many photos came with it.
    pub photos: u32,
    /// Hour of the day here, 0 to 23.
    pub hour: u8,
}

/// What a triage proposes. A person decides.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// A class of the manifest.
    pub class: String,
    /// How soon.
    pub urgency: Urgency,
    /// 0 to 1.
    pub confidence: f64,
    /// Why.
    pub reason: Text,
}

/// Something that happened to a case of the plugin's.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The same each time it is told.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// The procedure's word for it.
    pub action: String,
    /// The case it happened to.
    pub case: String,
}

pub(super) type Answer<T> = wasmtime::Result<Result<T, onedoor_forms::Error>>;
type Job<T> = Box<
    dyn for<'a> FnOnce(&'a Loaded, &'a mut Store<Call>, &'a Instance) -> BoxFuture<'a, Answer<T>>
        + Send,
>;

impl Plugins {
    /// A page, for the person of `cx`.
    pub async fn render(
        &self,
        domain: &Domain,
        cx: &Context,
        plugin: &str,
        at: &Route,
    ) -> Result<View, CallError> {
        let loaded = self.taking_part(plugin, |it| it.portal)?;
        let at = at.clone().lower();
        let mut how = How::of(&loaded, "render", |view, loaded, locale| {
            view::mend(view, &loaded.manifest, locale)
        });
        how.looks = true;
        self.run_as(how, &loaded, domain, cx, move |loaded, store, instance| {
            Box::pin(async move {
                let render = &loaded.portal()?.render;
                let (answer,) = render.call(store, instance, (at,)).await?;
                Ok(answer.map(|it| it.lift()).map_err(|it| it.lift()))
            })
        })
        .await
    }

    /// Hands over a form that the host has validated.
    pub async fn submit(
        &self,
        domain: &Domain,
        cx: &Context,
        plugin: &str,
        at: &Route,
        submission: Submission,
    ) -> Result<Outcome, CallError> {
        let loaded = self.taking_part(plugin, |it| it.portal)?;
        let (at, submission) = (at.clone().lower(), submission.lower());
        let how = How::of(&loaded, "submit", mended);
        self.run_as(how, &loaded, domain, cx, move |loaded, store, instance| {
            Box::pin(async move {
                let submit = &loaded.portal()?.submit;
                let (answer,) = submit.call(store, instance, (at, submission)).await?;
                Ok(answer.map(|it| it.lift()).map_err(|it| it.lift()))
            })
        })
        .await
    }

    /// Hands over a press of a button. `once` is the same each time the same press is sent.
    pub async fn act(
        &self,
        domain: &Domain,
        cx: &Context,
        plugin: &str,
        at: &Route,
        action: &str,
        once: &str,
    ) -> Result<Outcome, CallError> {
        let loaded = self.taking_part(plugin, |it| it.portal)?;
        let at = at.clone().lower();
        let (action, once) = (action.to_owned(), once.to_owned());
        let how = How::of(&loaded, "act", mended);
        self.run_as(how, &loaded, domain, cx, move |loaded, store, instance| {
            Box::pin(async move {
                let act = &loaded.portal()?.act;
                let (answer,) = act.call(store, instance, (at, action, once)).await?;
                Ok(answer.map(|it| it.lift()).map_err(|it| it.lift()))
            })
        })
        .await
    }

    /// Asks for a class and an urgency; none means "not for me".
    pub async fn suggest(
        &self,
        domain: &Domain,
        cx: &Context,
        plugin: &str,
        report: Report,
    ) -> Result<Option<Suggestion>, CallError> {
        let loaded = self.taking_part(plugin, |it| it.triage)?;
        let report = exports::triage::Report {
            title: report.title,
            description: report.description,
            class: report.class,
            division: report.division,
            photos: report.photos,
            hour: report.hour,
        };
        self.run(
            &loaded,
            domain,
            cx,
            "suggest",
            move |loaded, store, instance| {
                Box::pin(async move {
                    let suggest = loaded.shape.triage.as_ref().ok_or_else(absent)?;
                    let (answer,) = suggest.call(store, instance, (report,)).await?;
                    Ok(Ok(answer.map(|it| Suggestion {
                        class: it.class,
                        urgency: urgency(it.urgency),
                        confidence: it.confidence,
                        reason: it.reason.lift(),
                    })))
                })
            },
        )
        .await
    }

    /// Tells of an event, as nobody: `cx` is the host's own. An error of the contract is
    /// [`CallError::Refused`].
    pub async fn on_event(
        &self,
        domain: &Domain,
        cx: &Context,
        plugin: &str,
        event: Event,
    ) -> Result<(), CallError> {
        let loaded = self.taking_part(plugin, |it| it.events)?;
        self.run(
            &loaded,
            domain,
            cx,
            "event",
            move |loaded, store, instance| {
                Box::pin(async move {
                    let seen = imports::cases::seen(store.data(), &event.case).await;
                    let case = match store.data_mut().answer(seen)? {
                        Ok(case) => case,
                        Err(refused) => return Ok(Err(refused.lift())),
                    };
                    let event = exports::events::Event {
                        id: event.id,
                        at: event.at.millis(),
                        action: event.action,
                        case,
                    };
                    let on_event = loaded.shape.events.as_ref().ok_or_else(absent)?;
                    let (answer,) = on_event.call(store, instance, (event,)).await?;
                    Ok(answer.map_err(|it| it.lift()))
                })
            },
        )
        .await
    }

    pub(super) fn taking_part(
        &self,
        plugin: &str,
        takes: impl Fn(Exports) -> bool,
    ) -> Result<Arc<Loaded>, CallError> {
        let loaded = self.get(plugin).ok_or(CallError::Absent)?;
        if takes(loaded.exports) {
            Ok(loaded)
        } else {
            Err(CallError::Absent)
        }
    }

    /// Runs `job` in an instance of its own, within the budget of a call.
    pub(super) async fn run<T, F>(
        &self,
        loaded: &Arc<Loaded>,
        domain: &Domain,
        cx: &Context,
        what: &'static str,
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
        let budget = loaded.manifest.budget;
        self.run_within(budget, loaded, domain, cx, what, job).await
    }

    /// The same within `budget`.
    pub(super) async fn run_within<T, F>(
        &self,
        budget: Budget,
        loaded: &Arc<Loaded>,
        domain: &Domain,
        cx: &Context,
        what: &'static str,
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
        let how = How {
            budget,
            ..How::of(loaded, what, |answer, _, _| Ok((answer, Vec::new())))
        };
        self.run_as(how, loaded, domain, cx, job).await
    }

    /// Runs `job` in an instance of its own, unless the breaker is open or too many run already.
    async fn run_as<T, F>(
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

/// How a call is run.
struct How<T> {
    what: &'static str,
    budget: Budget,
    check: Check<T>,
    /// It only looks, and runs in the caller's task: waking another thread costs more than a small
    /// call. Anything else has a task of its own and goes to its end even if the caller goes away,
    /// so that no submission is cut in half.
    looks: bool,
}

impl<T> How<T> {
    fn of(loaded: &Loaded, what: &'static str, check: Check<T>) -> Self {
        Self {
            what,
            budget: loaded.manifest.budget,
            check,
            looks: false,
        }
    }
}

fn mended(
    outcome: Outcome,
    loaded: &Loaded,
    locale: Locale,
) -> Result<(Outcome, Vec<Breach>), Failure> {
    view::mend_outcome(outcome, &loaded.manifest, locale)
}

/// Where a call's reports go, and under what.
pub(super) struct Journal {
    sender: tokio::sync::mpsc::Sender<Entry>,
    origin: Origin,
}

impl Journal {
    pub(super) fn of(plugins: &Plugins, loaded: &Loaded, cx: &Context) -> Self {
        Self {
            sender: plugins.0.journal.clone(),
            origin: Origin {
                plugin: loaded.manifest.id.clone(),
                revision: loaded.digest.clone(),
                request: cx.request.clone(),
                at: cx.now,
            },
        }
    }

    /// Reports a failure.
    pub(super) fn fault(&self, kind: FailureKind, message: String) {
        self.send(Entry::Fault {
            origin: self.origin.clone(),
            kind: kind.name(),
            message,
        });
    }

    /// Reports that the plugin's breaker opened or closed.
    pub(super) fn breaker(&self, change: Change) {
        let (plugin, revision) = (&self.origin.plugin, &self.origin.revision);
        let message = match change {
            Change::Opened(seconds) => {
                tracing::warn!(
                    plugin,
                    revision,
                    seconds,
                    "a plugin is paused after failures"
                );
                format!("open: no call for {seconds} s, then one at a time")
            }
            Change::Closed => {
                tracing::info!(plugin, revision, "a plugin answers again");
                "closed: it answers again".to_owned()
            }
        };
        self.send(Entry::Fault {
            origin: self.origin.clone(),
            kind: BREAKER,
            message,
        });
    }

    /// Sends what a call had to say, of its lines as many as `kept` allows.
    fn notes(&self, mut notes: Notes, kept: Kept) {
        for (capability, line) in notes.denials {
            self.send(Entry::Denial {
                origin: self.origin.clone(),
                capability,
                line,
            });
        }
        notes.lines.truncate(kept.kept);
        if let Some(dropped) = kept.say {
            notes
                .lines
                .push((Severity::Warn, format!("{dropped} lines dropped")));
        }
        if !notes.lines.is_empty() {
            self.send(Entry::Lines {
                origin: self.origin.clone(),
                lines: notes.lines,
            });
        }
    }

    /// Never waits: a full journal drops what comes.
    fn send(&self, entry: Entry) {
        if self.sender.try_send(entry).is_err() {
            tracing::debug!("the journal of plugins is full or closed");
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

impl Loaded {
    fn portal(&self) -> wasmtime::Result<&Portal> {
        self.shape.portal.as_ref().ok_or_else(absent)
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

pub(super) fn absent() -> wasmtime::Error {
    wasmtime::Error::msg("the export is gone")
}

fn urgency(urgency: cases::Urgency) -> Urgency {
    match urgency {
        cases::Urgency::Emergency => Urgency::Emergency,
        cases::Urgency::Urgent => Urgency::Urgent,
        cases::Urgency::Normal => Urgency::Normal,
    }
}
