//! One revision: what it would change, in words an officer of a department understands, and the
//! steps it may take, each through a page that asks again.

use axum::{
    extract::{Path, State},
    http::Uri,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};

use super::{measured, plugins::stage, staff_only};
use crate::{
    app::App,
    context::{Context, Locale},
    db::plugins::{Revision, State as Stage},
    error::{Error, Result},
    identity::{Act, Resource, need},
    plugins::{
        difference::{Change, Difference, Part},
        hold, revisions,
    },
    web::{
        i18n::{self, Words},
        layout,
        pages::{
            my_data::service_name,
            parts::{self, button},
        },
    },
};

/// `GET /work/revisions/{digest}`
pub async fn show(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Path(digest): Path<String>,
) -> Result<Response> {
    staff_only(&cx)?;
    let w = Words(cx.locale);
    let it = revisions::revision(&app, &cx, &digest).await?;
    let difference = revisions::difference(&app, &cx, &digest).await?;
    let title = format!("{} {}", service_name(&app, &cx, &it.plugin), it.version);
    let main = html! {
        (parts::back(w, &format!("/work/plugins/{}", it.plugin)))
        h1 class="govuk-heading-l" { (title) }
        p class="govuk-body" { (stage(w, it.state)) " " span class="od-code od-quiet" { (it.plugin) } }
        (facts(&app, &cx, &it))
        (changes(&app, w, &difference))
        (measured::section(w, &difference))
        (steps(&cx, w, &it))
    };
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}

fn facts(app: &App, cx: &Context, it: &Revision) -> Markup {
    let w = Words(cx.locale);
    let row = |key: &str, value: Markup| {
        html! { div class="govuk-summary-list__row" {
            dt class="govuk-summary-list__key" { (w.t(key)) }
            dd class="govuk-summary-list__value" { (value) }
        } }
    };
    let at = |at| parts::time(cx.locale, &app.domain.zone, cx.now, at);
    html! {
        dl class="govuk-summary-list" {
            (row("plugins-digest", html! { span class="od-code" { (it.digest) } }))
            (row("plugins-size", html! { ((it.bytes + 1023) / 1024) " KiB" }))
            (row("plugins-uploaded", at(it.uploaded_at)))
            @if let Some(approved) = it.approved_at { (row("plugins-approved", at(approved))) }
            @if let Some(activated) = it.activated_at { (row("plugins-activated", at(activated))) }
        }
    }
}

fn changes(app: &App, w: Words, difference: &Difference) -> Markup {
    let against = difference.against_version.as_deref();
    let marked = |it: &Change| it.more && against.is_some();
    html! {
        h2 class="govuk-heading-m" {
            @match against {
                Some(version) => (w.tx("plugins-against", &[("version", version)])),
                None => (w.t("plugins-against-none")),
            }
        }
        @if difference.changes.is_empty() { p class="govuk-body" { (w.t("plugins-no-change")) } }
        @else {
            @if difference.changes.iter().any(marked) {
                p class="govuk-inset-text" { (w.t("plugins-more-why")) }
            }
            div class="od-wide" tabindex="0" role="region" aria-label=(w.t("plugins-changes")) { table class="govuk-table od-stack" role="table" {
                caption class="govuk-visually-hidden" { (w.t("plugins-changes")) }
                thead class="govuk-table__head" role="rowgroup" { tr class="govuk-table__row" role="row" {
                    @for key in ["plugins-part", "plugins-before", "plugins-after"] {
                        th class="govuk-table__header" scope="col" role="columnheader" { (w.t(key)) }
                    }
                } }
                tbody class="govuk-table__body" role="rowgroup" { @for it in &difference.changes { (change(app, w, it, marked(it))) } }
            } }
        }
    }
}

/// A change in words. The manifest's own name stands below, for whoever has to ask about it.
fn change(app: &App, w: Words, it: &Change, marked: bool) -> Markup {
    let value = |text: Option<&String>| {
        html! { @match text { Some(text) => (meaning(app, w, it, text)), None => "–" } }
    };
    html! { tr class="govuk-table__row" role="row" {
        th class="govuk-table__header" scope="row" role="rowheader" {
            (w.t(&format!("plugins-part-{}", it.part.name())))
            br; span class="od-code od-quiet" { (it.item) }
            @if marked { br; strong class="govuk-tag govuk-tag--orange" { (w.t("plugins-more")) } }
        }
        td class="govuk-table__cell" role="cell" data-label=(w.t("plugins-before")) { (value(it.before.as_ref())) }
        td class="govuk-table__cell" role="cell" data-label=(w.t("plugins-after")) { (value(it.after.as_ref())) }
    } }
}

/// What a value of a manifest means to an officer; the value itself where it speaks for itself.
fn meaning(app: &App, w: Words, it: &Change, value: &str) -> String {
    let last = it.item.rsplit('.').next().unwrap_or_default();
    // The name of an interface stands between package and version: `onedoor:cases/cases@0.1.0`.
    let interface = value.split(['/', '@']).nth(1).unwrap_or_default();
    let key = match it.part {
        Part::Class => {
            let list = app.domain.duty.list();
            let name = list.item(value).map(|it| it.name(w.0).to_owned());
            return name.map_or_else(|| value.to_owned(), |name| format!("{name} ({value})"));
        }
        Part::Budget => {
            return w.tx(
                &format!("plugins-budget-{}", it.item.replace('_', "-")),
                &[("n", value)],
            );
        }
        Part::Form => return demands(w, value),
        Part::Capability => format!("plugins-can-{}", value.replace('.', "-")),
        Part::Export | Part::Import => format!("plugins-interface-{interface}"),
        Part::Service if last == "life-event" => format!("life-{value}"),
        Part::Service if last == "audience" => format!("plugins-audience-{value}"),
        Part::Claim if last == value => format!("plugins-claim-{value}"),
        Part::Dataset | Part::Purpose if last == "basis" => format!("plugins-basis-{value}"),
        Part::Dataset if last == "class" => format!("class-{value}"),
        Part::Dataset if last == "keep_days" => {
            return w.tx("plugins-keep-days", &[("n", value)]);
        }
        Part::Job if last == "every_minutes" => {
            return w.tx("plugins-every-minutes", &[("n", value)]);
        }
        Part::Job if last == "days" => format!("plugins-days-{value}"),
        _ => return value.to_owned(),
    };
    if i18n::has(w.0, &key) {
        w.t(&key)
    } else {
        value.to_owned()
    }
}

/// What a field of a form asks for and demands, in words.
fn demands(w: Words, value: &str) -> String {
    let between = match w.0 {
        Locale::Chinese => "，",
        Locale::English => ", ",
    };
    let words = value.split(' ').map(|word| {
        if let Some(field) = word.strip_prefix("bound:") {
            return w.tx("plugins-field-bound", &[("field", field)]);
        }
        let key = format!("plugins-field-{word}");
        match i18n::has(w.0, &key) {
            true => w.t(&key),
            false => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(between)
}

/// What may be done to it now, by this reader; the operation checks it again.
fn steps(cx: &Context, w: Words, it: &Revision) -> Markup {
    let resource = Resource {
        unit: Some(&it.department),
        author: Some(&it.uploaded_by),
        ..Resource::default()
    };
    let step = match it.state {
        Stage::Verified if need(cx, Act::ApprovePlugin, resource).is_ok() => Some("approve"),
        Stage::Approved if need(cx, Act::ActivatePlugin, resource).is_ok() => Some("activate"),
        _ => None,
    };
    html! {
        @if let Some(step) = step {
            a class="govuk-button" role="button" draggable="false" href={ "/work/revisions/" (it.digest) "/" (step) } {
                (w.t(&format!("plugins-step-{step}")))
            }
        } @else if it.state == Stage::Verified {
            p class="govuk-inset-text" { (w.t("plugins-waits")) }
        }
    }
}

/// `GET /work/revisions/{digest}/{step}`
pub async fn confirm(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Path((digest, step)): Path<(String, String)>,
) -> Result<Response> {
    staff_only(&cx)?;
    known(&step, &["approve", "activate"])?;
    let it = revisions::revision(&app, &cx, &digest).await?;
    let what = format!("{} {}", service_name(&app, &cx, &it.plugin), it.version);
    let back = format!("/work/revisions/{digest}");
    Ok(asked(&app, &cx, &uri, &step, (&what, &back)))
}

/// `POST /work/revisions/{digest}/{step}`
pub async fn take(
    State(app): State<App>,
    cx: Context,
    Path((digest, step)): Path<(String, String)>,
) -> Result<Response> {
    staff_only(&cx)?;
    let it = match step.as_str() {
        "approve" => revisions::approve(&app, &cx, &digest).await?,
        "activate" => revisions::activate(&app, &cx, &digest).await?,
        _ => return Err(Error::NotFound),
    };
    Ok(Redirect::to(&format!("/work/revisions/{}", it.digest)).into_response())
}

/// `GET /work/plugins/{id}/{step}`
pub async fn confirm_of_plugin(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Path((id, step)): Path<(String, String)>,
) -> Result<Response> {
    staff_only(&cx)?;
    known(&step, &["roll-back", "retire", "resume"])?;
    let it = revisions::plugin(&app, &cx, &id).await?;
    let name = service_name(&app, &cx, &id);
    let what = format!("{name} {}", it.version.unwrap_or_default());
    let back = format!("/work/plugins/{id}");
    Ok(asked(&app, &cx, &uri, &step, (&what, &back)))
}

/// `POST /work/plugins/{id}/{step}`
pub async fn take_of_plugin(
    State(app): State<App>,
    cx: Context,
    Path((id, step)): Path<(String, String)>,
) -> Result<Response> {
    staff_only(&cx)?;
    let it = match step.as_str() {
        "roll-back" => revisions::roll_back(&app, &cx, &id).await?,
        "retire" => revisions::retire(&app, &cx, &id).await?,
        "resume" => {
            hold::resume(&app, &cx, &id).await?;
            return Ok(Redirect::to(&format!("/work/plugins/{id}")).into_response());
        }
        _ => return Err(Error::NotFound),
    };
    Ok(Redirect::to(&format!("/work/plugins/{}", it.plugin)).into_response())
}

fn known(step: &str, steps: &[&str]) -> Result<()> {
    match steps.contains(&step) {
        true => Ok(()),
        false => Err(Error::NotFound),
    }
}

/// The page that asks again before a step: what it is about, and where to go instead.
fn asked(app: &App, cx: &Context, uri: &Uri, step: &str, (what, back): (&str, &str)) -> Response {
    let w = Words(cx.locale);
    let title = w.t(&format!("plugins-step-{step}"));
    let main = html! {
        (parts::back(w, back))
        h1 class="govuk-heading-l" { (title) }
        p class="govuk-body" { strong { (what) } }
        p class="govuk-body" { (w.t(&format!("plugins-why-{step}"))) }
        form method="post" action=(uri.path()) { (button(&title)) }
    };
    layout::page(app, cx, uri, &title, &main)
}

#[cfg(test)]
mod tests {
    use crate::{
        context::Locale,
        db::plugins::State,
        plugins::{Capability, difference::Part},
        web::i18n,
    };
    use onedoor_manifest::{Audience, ClaimKind};

    /// Keys that are put together from the names of values.
    #[test]
    fn every_value_has_words() {
        let mut keys = Vec::new();
        keys.extend(State::ALL.map(|it| format!("plugins-state-{}", it.name())));
        keys.extend(Part::ALL.map(|it| format!("plugins-part-{}", it.name())));
        for step in [
            "approve",
            "activate",
            "roll-back",
            "retire",
            "stop",
            "resume",
        ] {
            keys.push(format!("plugins-step-{step}"));
            keys.push(format!("plugins-why-{step}"));
        }
        keys.extend(
            Capability::ALL.map(|it| format!("plugins-can-{}", it.name().replace('.', "-"))),
        );
        let word = |it: serde_json::Value| it.as_str().unwrap().to_owned();
        let audiences = [
            Audience::Everyone,
            Audience::Residents,
            Audience::Organisations,
            Audience::Staff,
        ];
        keys.extend(
            audiences.map(|it| format!("plugins-audience-{}", word(serde_json::json!(it)))),
        );
        let claims = [ClaimKind::Name, ClaimKind::Phone, ClaimKind::Community];
        keys.extend(claims.map(|it| format!("plugins-claim-{}", word(serde_json::json!(it)))));
        let interfaces = [
            "portal",
            "triage",
            "events",
            "jobs",
            "inbox",
            "indicators",
            "notify",
            "records",
            "types",
            "ui",
            "clock",
            "random",
            "log",
            "keyvalue",
            "cases",
            "grid",
            "identity",
        ];
        keys.extend(interfaces.map(|it| format!("plugins-interface-{it}")));
        // Of forms: what a field asks for, what it demands, what fills it in.
        let fields = [
            "text",
            "name",
            "phone",
            "email",
            "id-card",
            "credit-code",
            "plate",
            "integer",
            "decimal",
            "flag",
            "date",
            "time",
            "one",
            "many",
            "files",
            "place",
            "person",
            "required",
            "sensitive",
            "from-name",
            "from-phone",
            "from-community",
        ];
        keys.extend(fields.map(|it| format!("plugins-field-{it}")));
        for key in keys {
            for locale in [Locale::Chinese, Locale::English] {
                assert!(i18n::has(locale, &key), "{key}");
            }
        }
    }
}
