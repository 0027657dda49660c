//! Calls into plugins. Each runs in a store of its own, which is gone afterwards, whatever happened;
//! no call may hold up or bring down another, or the host.

use futures_util::{FutureExt as _, future::BoxFuture};
use onedoor_forms::{Breach, Outcome, Route, Submission, Text, View};
use std::{
    future::poll_fn, panic::AssertUnwindSafe, pin::pin, sync::Arc, task::Poll, time::Duration,
};
use tokio::time::{Instant, error::Elapsed, timeout_at};
use wasmtime::{Store, component::Instance};

use super::{
    Plugins,
    bindings::{Lift as _, Lower as _, cases, exports},
    failure::{CallError, Failure, FailureKind},
    imports,
    journal::{Entry, Origin},
    loaded::{Exports, Loaded, Portal},
    store::{Call, Notes, store},
    view,
};
use crate::{cases::model::Urgency, context::Context, domain::Domain, time::Timestamp};

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

type Answer<T> = wasmtime::Result<Result<T, onedoor_forms::Error>>;
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
        let view: View = self
            .run(
                Runs::Here,
                &loaded,
                domain,
                cx,
                "render",
                move |loaded, store, instance| {
                    Box::pin(async move {
                        let render = &loaded.portal()?.render;
                        let (answer,) = render.call(store, instance, (at,)).await?;
                        Ok(answer.map(|it| it.lift()).map_err(|it| it.lift()))
                    })
                },
            )
            .await?;
        let mended = view::mend(view, &loaded.manifest, cx.locale);
        self.shown(&loaded, cx, mended)
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
        let outcome: Outcome = self
            .run(
                Runs::Apart,
                &loaded,
                domain,
                cx,
                "submit",
                move |loaded, store, instance| {
                    Box::pin(async move {
                        let submit = &loaded.portal()?.submit;
                        let (answer,) = submit.call(store, instance, (at, submission)).await?;
                        Ok(answer.map(|it| it.lift()).map_err(|it| it.lift()))
                    })
                },
            )
            .await?;
        let mended = view::mend_outcome(outcome, &loaded.manifest, cx.locale);
        self.shown(&loaded, cx, mended)
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
        let outcome: Outcome = self
            .run(
                Runs::Apart,
                &loaded,
                domain,
                cx,
                "act",
                move |loaded, store, instance| {
                    Box::pin(async move {
                        let act = &loaded.portal()?.act;
                        let (answer,) = act.call(store, instance, (at, action, once)).await?;
                        Ok(answer.map(|it| it.lift()).map_err(|it| it.lift()))
                    })
                },
            )
            .await?;
        let mended = view::mend_outcome(outcome, &loaded.manifest, cx.locale);
        self.shown(&loaded, cx, mended)
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
            Runs::Apart,
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
            Runs::Apart,
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

    fn taking_part(
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

    /// Runs `job` in an instance of its own. A panic of the host's ends that call and nothing else.
    async fn run<T, F>(
        &self,
        runs: Runs,
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
        let turn = loaded.turn().await?;
        let (it, domain, mut cx) = (loaded.clone(), domain.clone(), cx.clone());
        cx.plugin = Some(loaded.acting.clone());
        let journal = Journal::of(self, loaded, &cx);
        let call = async move {
            let result = one(&it, domain, cx, journal, Box::new(job)).await;
            drop(turn);
            result
        };
        let result = match runs {
            Runs::Apart => tokio::spawn(call).await.map_err(|it| it.to_string()),
            // Everything the call holds is its own and dropped with it.
            Runs::Here => {
                let result = AssertUnwindSafe(call).catch_unwind().await;
                result.map_err(|_| "a panic".to_owned())
            }
        };
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

    /// Reports what was wrong with a page, and hands it on.
    fn shown<T>(
        &self,
        loaded: &Loaded,
        cx: &Context,
        mended: Result<(T, Vec<Breach>), Failure>,
    ) -> Result<T, CallError> {
        let journal = Journal::of(self, loaded, cx);
        match mended {
            Ok((shown, breaches)) => {
                if !breaches.is_empty() {
                    let told: Vec<String> = breaches.iter().map(ToString::to_string).collect();
                    journal.fault(FailureKind::View, told.join("\n"));
                }
                Ok(shown)
            }
            Err(failure) => {
                journal.fault(failure.kind, failure.message.clone());
                Err(failure.into())
            }
        }
    }
}

/// In whose task a call runs.
#[derive(Clone, Copy)]
enum Runs {
    /// In the caller's, for what is only looked at: waking another thread costs more than a small
    /// call.
    Here,
    /// In one of its own: it goes to its end even if the caller goes away, so that no submission is
    /// cut in half.
    Apart,
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

    fn notes(&self, notes: Notes) {
        for (capability, line) in notes.denials {
            self.send(Entry::Denial {
                origin: self.origin.clone(),
                capability,
                line,
            });
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
    let began = Instant::now();
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
    journal: Journal,
    job: Job<T>,
) -> Result<T, CallError> {
    let budget = loaded.manifest.budget;
    let (mut store, clock) = store(&loaded.shape.pre, domain, cx, budget);
    let call = async {
        let instance = loaded
            .shape
            .pre
            .instantiate_async(&mut store)
            .await
            .map_err(|error| (error, true))?;
        job(loaded, &mut store, &instance)
            .await
            .map_err(|error| (error, false))
    };
    let wall = Duration::from_millis(u64::from(budget.wall_ms));
    let ended = within(wall, clock.count(call)).await;
    let memory = store.data().memory();
    let notes = std::mem::take(&mut store.data_mut().notes);
    // Whatever it held goes now, before anything else happens.
    drop(store);
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
    tracing::trace!(guest = ?clock.used(), memory, "a call ended");
    if let Err(CallError::Failed(failure)) = &result
        && failure.kind != FailureKind::Busy
    {
        journal.fault(failure.kind, failure.message.clone());
    }
    journal.notes(notes);
    result
}

impl Loaded {
    fn portal(&self) -> wasmtime::Result<&Portal> {
        self.shape.portal.as_ref().ok_or_else(absent)
    }
}

fn absent() -> wasmtime::Error {
    wasmtime::Error::msg("the export is gone")
}

fn urgency(urgency: cases::Urgency) -> Urgency {
    match urgency {
        cases::Urgency::Emergency => Urgency::Emergency,
        cases::Urgency::Urgent => Urgency::Urgent,
        cases::Urgency::Normal => Urgency::Normal,
    }
}
