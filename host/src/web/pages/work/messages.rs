//! What could not be told to plugins, and the jobs of one: in sight of those who look after them.

use axum::{
    extract::{Path, Query, State},
    http::Uri,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use std::collections::BTreeSet;

use super::staff_only;
use crate::{
    app::App,
    context::{Context, Locale},
    db::jobs::Run,
    error::Result,
    identity::{Act, Resource, need},
    page::Paging,
    plugins::{
        jobs::{self, Standing},
        parked::{self, Message},
    },
    web::{
        i18n::Words,
        layout,
        pages::{
            my_data::service_name,
            parts::{self, time},
        },
    },
};

/// `GET /work/messages`
pub async fn show(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Query(paging): Query<Paging>,
) -> Result<Response> {
    staff_only(&cx)?;
    let w = Words(cx.locale);
    let page = parked::list(&app, &cx, &paging).await?;
    let may = need(&cx, Act::ReplayMessages, Resource::default()).is_ok();
    let plugins: BTreeSet<&String> = page
        .items
        .iter()
        .filter_map(|it| it.plugin.as_ref())
        .collect();
    let title = w.t("parked-title");
    let main = html! {
        (parts::back(w, "/work"))
        h1 class="govuk-heading-l" { (title) }
        p class="govuk-body" { (w.t("parked-why")) }
        @if page.items.is_empty() { p class="govuk-inset-text" { (w.t("parked-none")) } }
        @else { (table(&app, &cx, &title, &page.items, may)) }
        @if may { @for plugin in plugins {
            form method="post" action={ "/work/plugins/" (plugin) "/messages/replay" } {
                button class="govuk-button" { (w.tx("parked-replay-all", &[("plugin", plugin)])) }
            }
        } }
        @if let Some(next) = &page.next { a class="govuk-link od-call" href={ "/work/messages?cursor=" (next) } { (w.t("app-next-page")) } }
    };
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}

fn table(app: &App, cx: &Context, caption: &str, rows: &[Message], may: bool) -> Markup {
    let w = Words(cx.locale);
    let cell = "govuk-table__cell";
    html! {
        div class="od-wide" tabindex="0" role="region" aria-label=(caption) { table class="govuk-table" {
            caption class="govuk-visually-hidden" { (caption) }
            thead class="govuk-table__head" { tr class="govuk-table__row" {
                @for key in ["parked-plugin", "parked-what", "parked-failure", "parked-tries", "parked-since"] {
                    th class="govuk-table__header" scope="col" { (w.t(key)) }
                }
                @if may { th class="govuk-table__header" scope="col" { (w.t("parked-replay")) } }
            } }
            tbody class="govuk-table__body" { @for it in rows { tr class="govuk-table__row" {
                th class="govuk-table__header" scope="row" { (it.plugin.as_deref().unwrap_or("–")) }
                td class=(cell) {
                    (w.t(&format!("parked-{}", it.kind.name())))
                    @if let Some(action) = &it.action { br; span class="od-quiet" { (acted(w, action)) } }
                }
                td class=(cell) { (it.failure) }
                td class=(cell) { (it.tries) }
                td class=(cell) { (time(cx.locale, &app.domain.zone, cx.now, it.since)) }
                @if may { td class=(cell) {
                    form method="post" action={ "/work/messages/" (it.id) "/replay" } {
                        button class="govuk-button govuk-button--secondary" { (w.t("parked-replay")) }
                    }
                } }
            } } }
        } }
    }
}

fn acted(w: Words, action: &str) -> String {
    let key = format!("acted-{action}");
    match crate::i18n::has(w.0, &key) {
        true => w.t(&key),
        false => action.to_owned(),
    }
}

/// `POST /work/messages/{message}/replay`
pub async fn replay(
    State(app): State<App>,
    cx: Context,
    Path(message): Path<String>,
) -> Result<Response> {
    staff_only(&cx)?;
    parked::replay(&app, &cx, &message).await?;
    Ok(Redirect::to("/work/messages").into_response())
}

/// `POST /work/plugins/{id}/messages/replay`
pub async fn replay_all(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Response> {
    staff_only(&cx)?;
    parked::replay_all(&app, &cx, &id).await?;
    Ok(Redirect::to("/work/messages").into_response())
}

/// `GET /work/plugins/{id}/jobs`
pub async fn jobs(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Response> {
    staff_only(&cx)?;
    let w = Words(cx.locale);
    let standing = jobs::standing(&app, &cx, &id).await?;
    let runs = jobs::runs(&app, &cx, &id, &paging).await?;
    let title = w.tx("jobs-title", &[("plugin", &service_name(&app, &cx, &id))]);
    let main = html! {
        (parts::back(w, &format!("/work/plugins/{id}")))
        h1 class="govuk-heading-l" { (title) }
        @if standing.is_empty() { p class="govuk-inset-text" { (w.t("jobs-none")) } }
        @else { (standing_table(&app, &cx, &title, &standing)) }
        h2 class="govuk-heading-m" { (w.t("jobs-runs")) }
        @if runs.items.is_empty() { p class="govuk-body od-quiet" { (w.t("jobs-no-runs")) } }
        @else { (runs_table(&app, &cx, &w.t("jobs-runs"), &runs.items)) }
        @if let Some(next) = &runs.next { a class="govuk-link od-call" href={ "/work/plugins/" (id) "/jobs?cursor=" (next) } { (w.t("app-next-page")) } }
    };
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}

fn standing_table(app: &App, cx: &Context, caption: &str, jobs: &[Standing]) -> Markup {
    let w = Words(cx.locale);
    let cell = "govuk-table__cell";
    html! {
        div class="od-wide" tabindex="0" role="region" aria-label=(caption) { table class="govuk-table" {
            caption class="govuk-visually-hidden" { (caption) }
            thead class="govuk-table__head" { tr class="govuk-table__row" {
                @for key in ["jobs-job", "jobs-next", "jobs-missed", "jobs-tries", "jobs-failure"] {
                    th class="govuk-table__header" scope="col" { (w.t(key)) }
                }
            } }
            tbody class="govuk-table__body" { @for it in jobs { tr class="govuk-table__row" {
                th class="govuk-table__header" scope="row" {
                    (match cx.locale { Locale::Chinese => &it.name_zh, Locale::English => &it.name_en })
                    @if it.running { " " strong class="govuk-tag govuk-tag--blue" { (w.t("jobs-running")) } }
                }
                td class=(cell) { (time(cx.locale, &app.domain.zone, cx.now, it.attempt)) }
                td class=(cell) { (it.missed) }
                td class=(cell) { (it.tries) }
                td class=(cell) { (it.failure.as_deref().unwrap_or("–")) }
            } } }
        } }
    }
}

fn runs_table(app: &App, cx: &Context, caption: &str, runs: &[Run]) -> Markup {
    let w = Words(cx.locale);
    let cell = "govuk-table__cell";
    html! {
        div class="od-wide" tabindex="0" role="region" aria-label=(caption) { table class="govuk-table" {
            caption class="govuk-visually-hidden" { (caption) }
            thead class="govuk-table__head" { tr class="govuk-table__row" {
                @for key in ["jobs-job", "jobs-due", "jobs-missed", "jobs-tries", "jobs-outcome"] {
                    th class="govuk-table__header" scope="col" { (w.t(key)) }
                }
            } }
            tbody class="govuk-table__body" { @for it in runs { tr class="govuk-table__row" {
                th class="govuk-table__header" scope="row" { (it.job) }
                td class=(cell) { (time(cx.locale, &app.domain.zone, cx.now, it.due)) }
                td class=(cell) { (it.missed) }
                td class=(cell) { (it.tries) }
                td class=(cell) {
                    @match &it.failure {
                        None => strong class="govuk-tag govuk-tag--green" { (w.t("jobs-done")) },
                        Some(why) => { strong class="govuk-tag govuk-tag--red" { (w.t("jobs-failed")) } br; (why) }
                    }
                }
            } } }
        } }
    }
}
