//! Webhooks: which systems are told of a unit's cases, and what became of each message.

use axum::{
    Form,
    extract::{Path, Query, State},
    http::{StatusCode, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;

use super::{people::choice, staff_only};
use crate::{
    app::App,
    context::Context,
    error::Result,
    identity::directory,
    page::Paging,
    web::{
        i18n::Words,
        layout,
        pages::parts::{self, Faults, Input, button, input, time},
    },
    webhooks::{
        Delivery, Standing, Subscription,
        subscriptions::{self, Made, New},
        target::Targets,
    },
};

/// What the form of a new webhook sends.
#[derive(Debug, Default, Deserialize)]
pub struct Sent {
    #[serde(default)]
    unit: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    classes: String,
    #[serde(default)]
    division: String,
}

/// `GET /work/webhooks`
pub async fn show(State(app): State<App>, cx: Context) -> Result<Response> {
    staff_only(&cx)?;
    let (sent, faults) = (Sent::default(), Faults::default());
    page(&app, &cx, &sent, &faults, StatusCode::OK).await
}

async fn page(
    app: &App,
    cx: &Context,
    sent: &Sent,
    faults: &Faults,
    status: StatusCode,
) -> Result<Response> {
    let w = Words(cx.locale);
    let hooks = subscriptions::list(&app.domain, cx).await?;
    let units = directory::units(&app.domain, cx, "").await?;
    let name = |it: &crate::db::units::Unit| it.name(cx.locale).to_owned();
    let names: BTreeMap<&str, String> = units.iter().map(|it| (it.id.as_str(), name(it))).collect();
    let title = w.t("webhook-title");
    let options = html! {
        @for it in &units { option value=(it.id) selected[it.id == sent.unit] { (it.name(cx.locale)) " (" (it.id) ")" } }
    };
    let main = html! {
        (parts::back(w, "/work"))
        (faults.summary(w))
        h1 class="govuk-heading-l" { (title) }
        p class="govuk-body" { (w.t("webhook-lead")) }
        @if hooks.is_empty() { p class="govuk-inset-text" { (w.t("webhook-none")) } }
        @for it in &hooks { (card(app, cx, it, names.get(it.unit.as_str()).map_or("–", String::as_str))) }
        h2 class="govuk-heading-m" { (w.t("webhook-new")) }
        form method="post" action="/work/webhooks" novalidate {
            (choice(w, faults, "unit", &w.t("webhook-unit"), &options))
            (line(w, faults, "url", &sent.url))
            (line(w, faults, "classes", &sent.classes))
            (line(w, faults, "division", &sent.division))
            (button(&w.t("webhook-create")))
        }
    };
    let uri = Uri::from_static("/work/webhooks");
    Ok(layout::page_with(status, app, cx, &uri, &title, &main))
}

fn line(w: Words, faults: &Faults, name: &str, value: &str) -> Markup {
    let key = |end: &str| format!("webhook-{name}{end}");
    input(
        w,
        faults,
        Input {
            name,
            label: &w.t(&key("-label")),
            hint: Some(&w.t(&key("-hint"))),
            kind: "text",
            value,
            autocomplete: Some("off"),
        },
    )
}

fn card(app: &App, cx: &Context, it: &Subscription, unit: &str) -> Markup {
    let w = Words(cx.locale);
    let at = |when| time(cx.locale, &app.domain.zone, cx.now, when);
    html! { div class="govuk-summary-card" {
        div class="govuk-summary-card__title-wrapper" {
            h2 class="govuk-summary-card__title" { (unit) }
        }
        div class="govuk-summary-card__content" {
            p class="govuk-body od-code" { (it.url) }
            p class="govuk-body" { (w.t("webhook-classes-label")) ": " @if it.classes.is_empty() { (w.t("webhook-all")) } @else { (it.classes.join(", ")) } }
            p class="govuk-body" { (w.t("webhook-division-label")) ": " @if it.division.is_empty() { (w.t("webhook-all")) } @else { (it.division) } }
            @if let Some(ended) = it.ended {
                p class="govuk-body" {
                    strong class="govuk-tag govuk-tag--red" { (w.t("webhook-ended")) } " "
                    (at(ended)) " " (it.why.as_deref().unwrap_or_default())
                }
            }
            p class="govuk-body" { a class="govuk-link od-call" href={ "/work/webhooks/" (it.id) } {
                (w.t("webhook-deliveries")) span class="govuk-visually-hidden" { " " (it.url) }
            } }
        }
    } }
}

/// `POST /work/webhooks`: shows the secret, once.
pub async fn create(
    State(app): State<App>,
    cx: Context,
    Form(sent): Form<Sent>,
) -> Result<Response> {
    staff_only(&cx)?;
    let classes = sent.classes.split([',', '，', ' ']).map(str::trim);
    let new = New {
        unit: sent.unit.clone(),
        url: sent.url.clone(),
        classes: classes
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
            .collect(),
        division: sent.division.trim().to_owned(),
    };
    let targets = Targets(app.config.private_targets.clone());
    match subscriptions::create(&app.domain, &cx, &targets, new).await {
        Ok(made) => Ok(secret(&app, &cx, &made)),
        Err(error) => {
            let faults = Faults::of(cx.locale, error)?;
            page(&app, &cx, &sent, &faults, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

/// The secret, shown once. Not led on to another page, since it is kept nowhere.
fn secret(app: &App, cx: &Context, made: &Made) -> Response {
    let w = Words(cx.locale);
    let title = w.t("webhook-secret");
    let main = html! {
        (parts::back(w, "/work/webhooks"))
        h1 class="govuk-heading-l" { (title) }
        p class="govuk-body" { (w.t("webhook-secret-why")) }
        p class="govuk-inset-text od-code" { (made.secret) }
    };
    layout::page(app, cx, &Uri::from_static("/work/webhooks"), &title, &main)
}

/// `GET /work/webhooks/{id}`
pub async fn one(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Response> {
    staff_only(&cx)?;
    let w = Words(cx.locale);
    let hook = subscriptions::one(&app.domain, &cx, &id).await?;
    let page = subscriptions::deliveries(&app.domain, &cx, &id, &paging).await?;
    let parked = page.items.iter().any(|it| it.state == Standing::Parked);
    let title = w.t("webhook-deliveries");
    let to = |act: &str| format!("/work/webhooks/{id}/{act}");
    let main = html! {
        (parts::back(w, "/work/webhooks"))
        h1 class="govuk-heading-l" { (title) }
        p class="govuk-body od-code" { (hook.url) }
        @if page.items.is_empty() { p class="govuk-inset-text" { (w.t("webhook-nothing-sent")) } }
        @else { (table(&app, &cx, &title, &page.items)) }
        @if let Some(next) = &page.next { p class="govuk-body" {
            a class="govuk-link od-call" href={ "/work/webhooks/" (id) "?cursor=" (next) } { (w.t("app-next-page")) }
        } }
        @if parked { form method="post" action=(to("replay")) { (button(&w.t("webhook-replay"))) } }
        h2 class="govuk-heading-m" { (w.t("webhook-rotate")) }
        p class="govuk-body" { (w.t("webhook-rotate-why")) }
        form method="post" action=(to("secret")) {
            button class="govuk-button govuk-button--secondary" { (w.t("webhook-rotate")) }
        }
        h2 class="govuk-heading-m" { (w.t("webhook-delete")) }
        p class="govuk-body" { (w.t("webhook-delete-why")) }
        form method="post" action=(to("delete")) {
            button class="govuk-button govuk-button--warning" { (w.t("webhook-delete")) }
        }
    };
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}

fn table(app: &App, cx: &Context, caption: &str, rows: &[Delivery]) -> Markup {
    let w = Words(cx.locale);
    let cell = "govuk-table__cell";
    let at = |when| time(cx.locale, &app.domain.zone, cx.now, when);
    html! {
        div class="od-wide" tabindex="0" role="region" aria-label=(caption) { table class="govuk-table" {
            caption class="govuk-visually-hidden" { (caption) }
            thead class="govuk-table__head" { tr class="govuk-table__row" {
                @for key in ["webhook-kind", "webhook-state", "parked-tries", "webhook-tried", "parked-failure"] {
                    th class="govuk-table__header" scope="col" { (w.t(key)) }
                }
            } }
            tbody class="govuk-table__body" { @for it in rows { tr class="govuk-table__row" {
                th class="govuk-table__header" scope="row" { (it.kind) }
                td class=(cell) { (w.t(&format!("webhook-state-{}", it.state.name()))) }
                td class=(cell) { (it.tries) }
                td class=(cell) { @if let Some(tried) = it.tried { (at(tried)) } @else { "–" } }
                td class=(cell) { (it.failure.as_deref().unwrap_or("–")) }
            } } }
        } }
    }
}

/// `POST /work/webhooks/{id}/replay`
pub async fn replay(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Response> {
    staff_only(&cx)?;
    subscriptions::replay(&app.domain, &cx, &id, None).await?;
    Ok(Redirect::to(&format!("/work/webhooks/{id}")).into_response())
}

/// `POST /work/webhooks/{id}/secret`: shows the new secret, once.
pub async fn rotate(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Response> {
    staff_only(&cx)?;
    let made = subscriptions::rotate(&app.domain, &cx, &id).await?;
    Ok(secret(&app, &cx, &made))
}

/// `POST /work/webhooks/{id}/delete`
pub async fn delete(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Response> {
    staff_only(&cx)?;
    subscriptions::delete(&app.domain, &cx, &id).await?;
    Ok(Redirect::to("/work/webhooks").into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{context::Locale, i18n};

    /// The keys that are put together.
    #[test]
    fn every_standing_and_field_has_words() {
        let standings = Standing::ALL.map(|it| format!("webhook-state-{}", it.name()));
        let fields = ["url", "classes", "division"];
        let fields = fields.map(|it| [format!("webhook-{it}-label"), format!("webhook-{it}-hint")]);
        for key in standings.iter().chain(fields.as_flattened()) {
            for locale in [Locale::Chinese, Locale::English] {
                assert!(i18n::has(locale, key), "{key}");
            }
        }
    }
}
