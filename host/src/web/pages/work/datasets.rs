//! The catalogue of datasets, and the grants on them: what is kept by whom, who may read it.

use axum::{
    Form,
    extract::{Path, State},
    http::{StatusCode, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;

use super::staff_only;
use crate::{
    app::App,
    context::{Context, Locale},
    db,
    error::Result,
    identity::{self, Act, Resource},
    records::{
        catalogue, family,
        grants::{self, NewGrant},
    },
    web::{
        i18n::Words,
        layout,
        pages::parts::{self, Faults, Input, button, input, time},
    },
};

fn words<'a>(cx: &Context, it: &'a onedoor_manifest::Words) -> &'a str {
    match cx.locale {
        Locale::Chinese => &it.zh,
        Locale::English => &it.en,
    }
}

/// `GET /work/datasets`
pub async fn list(State(app): State<App>, cx: Context, uri: Uri) -> Result<Response> {
    staff_only(&cx)?;
    let w = Words(cx.locale);
    let all = catalogue::list(&app.domain, &cx).await?;
    let mut names = BTreeMap::new();
    for it in &all {
        let mut c = app.domain.database.read().await?;
        if let Some(unit) = db::units::get(&mut c, &it.owner).await? {
            names.insert(it.owner.clone(), unit.name(cx.locale).to_owned());
        }
    }
    let main = html! {
        (parts::back(w, "/work"))
        h1 class="govuk-heading-l" { (w.t("datasets-title")) }
        p class="govuk-body" { (w.t("datasets-why")) }
        @if all.is_empty() { p class="govuk-inset-text" { (w.t("datasets-none")) } }
        @for it in &all {
            h2 class="govuk-heading-m" { (words(&cx, &it.dataset.name)) " " span class="od-quiet" { (it.dataset.id) } }
            p class="govuk-body" {
                (names.get(&it.owner).unwrap_or(&it.owner)) " · " (words(&cx, &it.dataset.purpose))
                @if let Some(legal) = &it.dataset.legal { " · " (words(&cx, legal)) }
            }
            div class="od-wide" { table class="govuk-table" {
                caption class="govuk-visually-hidden" { (words(&cx, &it.dataset.name)) }
                thead { tr { @for key in ["datasets-field", "datasets-class", "datasets-code"] {
                    th class="govuk-table__header" scope="col" { (w.t(key)) }
                } } }
                tbody { @for field in &it.dataset.fields { tr class="govuk-table__row" {
                    td class="govuk-table__cell" { (words(&cx, &field.name)) " " span class="od-quiet" { (it.dataset.id) "." (field.id) } }
                    td class="govuk-table__cell" { (w.t(&format!("class-{}", field.class.name()))) }
                    td class="govuk-table__cell" { (field.code.as_deref().unwrap_or("—")) }
                } } }
            } }
            p class="govuk-body" { a class="govuk-link od-call" href={ "/api/v1/datasets/" (it.dataset.id) } { (w.t("datasets-schema")) } }
        }
    };
    Ok(layout::page(&app, &cx, &uri, &w.t("datasets-title"), &main))
}

/// What the form of a grant sends.
#[derive(Debug, Default, Deserialize)]
pub struct Sent {
    #[serde(default)]
    plugin: String,
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    dataset: String,
    #[serde(default)]
    fields: String,
    #[serde(default)]
    area: String,
    #[serde(default)]
    days: String,
}

/// `GET /work/grants`
pub async fn show_grants(State(app): State<App>, cx: Context, uri: Uri) -> Result<Response> {
    staff_only(&cx)?;
    let sent = Sent {
        days: "365".to_owned(),
        ..Sent::default()
    };
    grants_page(&app, &cx, &uri, &sent, &Faults::default()).await
}

async fn grants_page(
    app: &App,
    cx: &Context,
    uri: &Uri,
    it: &Sent,
    faults: &Faults,
) -> Result<Response> {
    let w = Words(cx.locale);
    let all = grants::list(&app.domain, cx).await?;
    let field = |name: &str, label: &str, value: &str, hint: Option<&str>| -> Markup {
        let hint = hint.map(|it| w.t(it));
        let it = Input {
            name,
            label: &w.t(label),
            hint: hint.as_deref(),
            kind: "text",
            value,
            autocomplete: Some("off"),
        };
        input(w, faults, it)
    };
    let main = html! {
        (parts::back(w, "/work/datasets"))
        (faults.summary(w))
        h1 class="govuk-heading-l" { (w.t("grants-title")) }
        @if all.is_empty() { p class="govuk-inset-text" { (w.t("grants-none")) } }
        @for it in &all {
            div class="govuk-summary-card" { div class="govuk-summary-card__content" {
                p class="govuk-body" {
                    (it.grantee.strip_prefix("plugin:").unwrap_or(&it.grantee)) " · " (it.purpose) " · " (it.dataset) ": " (it.fields.join(", "))
                    @if !it.area.is_empty() { " · " (it.area) }
                    @if let Some(at) = it.expires { " · " (w.t("family-until")) " " (time(cx.locale, &app.domain.zone, cx.now, at)) }
                }
                form method="post" action={ "/work/grants/" (it.id) "/revoke" } {
                    button class="govuk-button govuk-button--warning" {
                        (w.t("grants-revoke")) span class="govuk-visually-hidden" { " " (it.grantee) " " (it.purpose) }
                    }
                }
            } }
        }
        h2 class="govuk-heading-m" { (w.t("grants-give")) }
        form method="post" action="/work/grants" {
            (field("plugin", "grants-plugin", &it.plugin, None))
            (field("purpose", "grants-purpose", &it.purpose, Some("grants-purpose-hint")))
            (field("dataset", "grants-dataset", &it.dataset, None))
            (field("fields", "grants-fields", &it.fields, Some("grants-fields-hint")))
            (field("area", "grants-area", &it.area, Some("grants-area-hint")))
            (field("days", "grants-days", &it.days, None))
            (button(&w.t("grants-give")))
        }
    };
    Ok(layout::page(app, cx, uri, &w.t("grants-title"), &main))
}

/// `POST /work/grants`
pub async fn give(State(app): State<App>, cx: Context, Form(sent): Form<Sent>) -> Result<Response> {
    staff_only(&cx)?;
    let fields = sent
        .fields
        .split([',', '，', ' '])
        .filter(|it| !it.is_empty());
    let new = NewGrant {
        plugin: sent.plugin.trim().to_owned(),
        purpose: sent.purpose.trim().to_owned(),
        dataset: sent.dataset.trim().to_owned(),
        fields: fields.map(str::to_owned).collect(),
        area: sent.area.trim().to_owned(),
        days: sent.days.trim().parse().unwrap_or(0),
    };
    match grants::give(&app.domain, &cx, new).await {
        Ok(_) => Ok(Redirect::to("/work/grants").into_response()),
        Err(error) => {
            let faults = Faults::of(cx.locale, error)?;
            let at = Uri::from_static("/work/grants");
            let page = grants_page(&app, &cx, &at, &sent, &faults).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// `POST /work/grants/{id}/revoke`
pub async fn revoke(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Response> {
    staff_only(&cx)?;
    grants::revoke(&app.domain, &cx, &id).await?;
    Ok(Redirect::to("/work/grants").into_response())
}

/// Who said before the officer that who may act for them.
#[derive(Debug, Default, Deserialize)]
pub struct Witnessed {
    #[serde(default)]
    whom: String,
    #[serde(default)]
    who: String,
}

/// `GET /work/family`
pub async fn witness_form(State(app): State<App>, cx: Context, uri: Uri) -> Result<Response> {
    staff_only(&cx)?;
    identity::need(&cx, Act::WitnessConsent, Resource::default())?;
    Ok(witness_page(
        &app,
        &cx,
        &uri,
        &Witnessed::default(),
        &Faults::default(),
    ))
}

fn witness_page(app: &App, cx: &Context, uri: &Uri, it: &Witnessed, faults: &Faults) -> Response {
    let w = Words(cx.locale);
    let main = html! {
        (parts::back(w, "/work"))
        (faults.summary(w))
        h1 class="govuk-heading-l" { (w.t("witness-title")) }
        p class="govuk-body" { (w.t("witness-why")) }
        form method="post" action="/work/family" {
            (input(w, faults, Input { name: "whom", label: &w.t("witness-whom"), hint: None, kind: "tel", value: &it.whom, autocomplete: Some("off") }))
            (input(w, faults, Input { name: "who", label: &w.t("witness-who"), hint: None, kind: "tel", value: &it.who, autocomplete: Some("off") }))
            (button(&w.t("witness-done")))
        }
    };
    layout::page(app, cx, uri, &w.t("witness-title"), &main)
}

/// `POST /work/family`
pub async fn witness(
    State(app): State<App>,
    cx: Context,
    Form(sent): Form<Witnessed>,
) -> Result<Response> {
    staff_only(&cx)?;
    match family::witness(&app.domain, &cx, &sent.whom, &sent.who).await {
        Ok(()) => Ok(Redirect::to("/work").into_response()),
        Err(error) => {
            let faults = Faults::of(cx.locale, error)?;
            let at = Uri::from_static("/work/family");
            let page = witness_page(&app, &cx, &at, &sent, &faults);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}
