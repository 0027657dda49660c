//! 谁看过我的信息: every read of one's personal data, with who, why and by what right.

use axum::{
    extract::{Path, Query, State},
    http::Uri,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use std::collections::BTreeMap;

use super::parts::{self, time};
use crate::{
    app::App,
    context::{Context, Locale},
    db::{self, audit::Access},
    error::Result,
    page::Paging,
    records::{access, consent},
    web::{i18n, i18n::Words, layout},
};

/// Who read it, by name: the service, or the unit of the officer.
async fn reader(app: &App, cx: &Context, read: &Access) -> Result<String> {
    if let Some(id) = &read.plugin {
        let name = app.plugins.get(id).map(|it| match cx.locale {
            Locale::Chinese => it.manifest.name.zh.clone(),
            Locale::English => it.manifest.name.en.clone(),
        });
        return Ok(name.unwrap_or_else(|| id.clone()));
    }
    let Some(id) = &read.unit else {
        return Ok(read.reader.clone());
    };
    let mut c = app.domain.database.read().await?;
    let unit = db::units::get(&mut c, id).await?;
    Ok(unit.map_or_else(|| id.clone(), |it| it.name(cx.locale).to_owned()))
}

/// `GET /my-data`
pub async fn show(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Query(paging): Query<Paging>,
) -> Result<Response> {
    let w = Words(cx.locale);
    let vocabulary = Vocabulary::load(&app).await?;
    let consents = consent::mine(&app.domain, &cx).await?;
    let reads = access::about_me(&app.domain, &cx, &paging).await?;
    let said = |prefix: &str, code: &str| {
        let key = format!("{prefix}-{code}");
        match i18n::has(cx.locale, &key) {
            true => w.t(&key),
            false => code.to_owned(),
        }
    };
    let basis = |basis: &str| said("basis", basis.split(':').next().unwrap_or(basis));
    let main = html! {
        (parts::back(w, "/"))
        h1 class="govuk-heading-l" { (w.t("app-my-data")) }
        p class="govuk-body" { (w.t("my-data-why")) }
        @if reads.items.is_empty() { p class="govuk-inset-text" { (w.t("my-data-none")) } }
        @else {
            div class="od-wide" tabindex="0" role="region" aria-label=(w.t("app-my-data")) { table class="govuk-table od-stack" role="table" {
                caption class="govuk-visually-hidden" { (w.t("app-my-data")) }
                thead role="rowgroup" { tr role="row" {
                    @for key in ["my-data-when", "my-data-who", "my-data-what", "my-data-purpose", "my-data-basis"] {
                        th class="govuk-table__header" scope="col" role="columnheader" { (w.t(key)) }
                    }
                } }
                tbody role="rowgroup" { @for it in &reads.items { tr class="govuk-table__row" role="row" {
                    td class="govuk-table__cell" role="cell" data-label=(w.t("my-data-when")) { (time(cx.locale, &app.domain.zone, cx.now, it.at)) }
                    td class="govuk-table__cell" role="cell" data-label=(w.t("my-data-who")) { (reader(&app, &cx, it).await?) }
                    td class="govuk-table__cell" role="cell" data-label=(w.t("my-data-what")) {
                        @for (n, field) in it.fields.split(',').enumerate() { @if n > 0 { " " } (vocabulary.field(&cx, field).unwrap_or_else(|| said("claim", field))) }
                    }
                    td class="govuk-table__cell" role="cell" data-label=(w.t("my-data-purpose")) { (vocabulary.purpose(&cx, &it.purpose).unwrap_or_else(|| said("purpose", it.purpose.split(':').next().unwrap_or_default()))) }
                    td class="govuk-table__cell" role="cell" data-label=(w.t("my-data-basis")) { (basis(&it.basis)) }
                } } }
            } }
            @if let Some(next) = &reads.next { a class="govuk-link od-call" href={ "/my-data?cursor=" (next) } { (w.t("app-next-page")) } }
        }
        p class="govuk-body" { a class="govuk-link od-call" href="/api/v1/my-data/reads" download="my-data.json" { (w.t("my-data-json")) } }
        h2 class="govuk-heading-m" { (w.t("consents-title")) }
        @if consents.is_empty() { p class="govuk-body" { (w.t("consents-none")) } }
        @for (child, it) in &consents {
            div class="govuk-summary-card" {
                div class="govuk-summary-card__title-wrapper" {
                    h3 class="govuk-summary-card__title" {
                        (service_name(&app, &cx, &it.plugin)) @if let Some(child) = child { " · " (child) }
                    }
                }
                div class="govuk-summary-card__content" {
                    p class="govuk-body" { (vocabulary.purpose(&cx, &format!("{}:{}", it.plugin, it.purpose)).unwrap_or_else(|| it.purpose.clone())) }
                    ul class="govuk-list govuk-list--bullet" {
                        @for field in &it.fields { li { (vocabulary.field(&cx, field).unwrap_or_else(|| field.clone())) } }
                    }
                    p class="od-quiet" { (w.t(&format!("consent-how-{}", it.how))) " " (time(cx.locale, &app.domain.zone, cx.now, it.given)) }
                    @match it.revoked {
                        Some(at) => p class="govuk-body" { (w.t("consent-withdrawn")) " " (time(cx.locale, &app.domain.zone, cx.now, at)) },
                        None => form method="post" action={ "/my-data/consents/" (it.id) "/withdraw" } {
                            button class="govuk-button govuk-button--secondary" { (w.t("consent-withdraw")) }
                        },
                    }
                }
            }
        }
        p class="govuk-body" { a class="govuk-link od-call" href="/family" { (w.t("family-link")) } }
    };
    Ok(layout::page(&app, &cx, &uri, &w.t("app-my-data"), &main))
}

/// `POST /my-data/consents/{id}/withdraw`
pub async fn withdraw(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Response> {
    consent::withdraw(&app.domain, &cx, &id).await?;
    Ok(Redirect::to("/my-data").into_response())
}

/// What a service is called.
pub fn service_name(app: &App, cx: &Context, id: &str) -> String {
    let found = app.plugins.get(id);
    found.map_or_else(|| id.to_owned(), |it| words(cx, &it.manifest.name))
}

fn words(cx: &Context, it: &onedoor_manifest::Words) -> String {
    match cx.locale {
        Locale::Chinese => it.zh.clone(),
        Locale::English => it.en.clone(),
    }
}

/// What a person agrees to, before they send a form: who reads what, for what, and that it can be
/// taken back (Personal Information Protection Law, art. 14, 15 and 17).
pub fn sheet(app: &App, cx: &Context, plugin: &str, it: &consent::Sheet) -> Markup {
    let w = Words(cx.locale);
    let service = service_name(app, cx, plugin);
    html! {
        section class="govuk-inset-text" aria-labelledby="consent" {
            h2 class="govuk-heading-m" id="consent" { (w.t("consent-title")) }
            p class="govuk-body" { (w.tx("consent-reads", &[("service", &service)])) }
            ul class="govuk-list govuk-list--bullet" {
                @for (_, dataset, field) in &it.fields { li { (words(cx, dataset)) " · " (words(cx, field)) } }
            }
            p class="govuk-body" { (words(cx, &it.purpose.words)) }
            p class="govuk-body" { (w.t("consent-back")) }
        }
    }
}

/// The words of datasets' fields and of purposes, for the log.
struct Vocabulary {
    fields: BTreeMap<String, onedoor_manifest::Words>,
    purposes: BTreeMap<String, onedoor_manifest::Words>,
}

impl Vocabulary {
    async fn load(app: &App) -> Result<Self> {
        let (datasets, purposes) = crate::records::catalogue::words(&app.domain).await?;
        Ok(Self {
            fields: datasets,
            purposes,
        })
    }

    fn field(&self, cx: &Context, id: &str) -> Option<String> {
        self.fields.get(id).map(|it| words(cx, it))
    }

    fn purpose(&self, cx: &Context, id: &str) -> Option<String> {
        self.purposes.get(id).map(|it| words(cx, it))
    }
}
