//! The catalogue of datasets: what is kept, by whom, for what; and what an officer witnesses.

use axum::{
    Form,
    extract::State,
    http::{StatusCode, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::html;
use serde::Deserialize;
use std::collections::BTreeMap;

use super::staff_only;
use crate::{
    app::App,
    context::{Context, Locale},
    db,
    error::Result,
    identity::{self, Act, Resource},
    records::{catalogue, family},
    web::{
        i18n::Words,
        layout,
        pages::parts::{self, Faults, Input, button, input},
    },
};

pub(super) fn words<'a>(cx: &Context, it: &'a onedoor_manifest::Words) -> &'a str {
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
