//! The calls a plugin takes from a person, and of a case. None decides who may make it.

use onedoor_forms::{Breach, Outcome, Route, Submission, Text, View};
use std::sync::Arc;

use super::{
    Plugins,
    bindings::{Lift as _, Lower as _, cases, exports},
    failure::{CallError, Failure},
    imports,
    loaded::{Exports, Loaded, Portal},
    run::{How, absent},
    view,
};
use crate::{
    cases::model::Urgency,
    context::{Context, Locale},
    domain::Domain,
    time::Timestamp,
};

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
        let how = How::of(&loaded, "render").looking();
        let how = how.checked(|view, loaded, locale| view::mend(view, &loaded.manifest, locale));
        self.run(how, &loaded, domain, cx, move |loaded, store, instance| {
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
        let how = How::of(&loaded, "submit").checked(mended);
        self.run(how, &loaded, domain, cx, move |loaded, store, instance| {
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
        let how = How::of(&loaded, "act").checked(mended);
        self.run(how, &loaded, domain, cx, move |loaded, store, instance| {
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
        let how = How::of(&loaded, "suggest");
        self.run(how, &loaded, domain, cx, move |loaded, store, instance| {
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
        })
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
        let how = How::of(&loaded, "event");
        self.run(how, &loaded, domain, cx, move |loaded, store, instance| {
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
        })
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
}

fn mended(
    outcome: Outcome,
    loaded: &Loaded,
    locale: Locale,
) -> Result<(Outcome, Vec<Breach>), Failure> {
    view::mend_outcome(outcome, &loaded.manifest, locale)
}

impl Loaded {
    fn portal(&self) -> wasmtime::Result<&Portal> {
        self.shape.portal.as_ref().ok_or_else(absent)
    }
}

fn urgency(urgency: cases::Urgency) -> Urgency {
    match urgency {
        cases::Urgency::Emergency => Urgency::Emergency,
        cases::Urgency::Urgent => Urgency::Urgent,
        cases::Urgency::Normal => Urgency::Normal,
    }
}
