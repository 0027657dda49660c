//! The cases behind a figure, and those that are left out of the rates, one by one.

use axum::{
    extract::{Query, State},
    http::Uri,
    response::Response,
};
use maud::{Markup, html};

use super::{staff_only, tables};
use crate::{
    app::App,
    cases::{
        figures::{self, Asked, link},
        views,
    },
    context::Context,
    db::figures::Listed,
    error::Result,
    page::Paging,
    web::{
        api::figures::{Which, Why},
        forms::places::place_name,
        i18n::Words,
        layout,
        pages::parts,
    },
};

/// `GET /work/figures/cases`: the cases behind a figure.
pub async fn cases(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Query(asked): Query<Asked>,
    Query(which): Query<Which>,
    Query(paging): Query<Paging>,
) -> Result<Response> {
    staff_only(&cx)?;
    let w = Words(cx.locale);
    let scope = figures::scope(&cx, &asked)?;
    let listed = which.listed()?;
    let page = figures::behind(&app.domain, &cx, &scope, listed, &paging).await?;
    let holders = views::holders(&app.domain, &cx, &page.items).await?;
    let place = place_name(&app.domain, &cx, &scope.division);
    let title = w.tx("board-cases-in", &[("place", &place)]);
    let (what, how) = match listed {
        Listed::Figure(it) => (
            w.t(&format!("figure-{}", it.name())),
            Some(w.t(&format!("figure-{}-how", it.name()))),
        ),
        Listed::In(it) => {
            let state = w.t(&format!("staff-state-{}", it.name()));
            (w.tx("figures-are-in", &[("state", &state)]), None)
        }
        Listed::Was(it) => {
            let state = w.t(&format!("staff-state-{}", it.name()));
            (w.tx("figures-were-in", &[("state", &state)]), None)
        }
    };
    let main = html! {
        (parts::back(w, &format!("/work/figures?{}", link::query(&scope))))
        h1 class="govuk-heading-l" { (title) }
        p class="govuk-body" { strong { (what) } @if let Some(how) = &how { br; (how) } }
        @if page.items.is_empty() { p class="govuk-body" { (w.t("work-queue-empty")) } }
        @else { (tables::cases(&app, &cx, &title, &page.items, &holders)) }
        (further(w, &uri, page.next.as_deref()))
    };
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}

/// `GET /work/figures/exclusions`: what is left out of the rates, with who decided so.
pub async fn exclusions(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Query(asked): Query<Asked>,
    Query(why): Query<Why>,
    Query(paging): Query<Paging>,
) -> Result<Response> {
    staff_only(&cx)?;
    let w = Words(cx.locale);
    let scope = figures::scope(&cx, &asked)?;
    let page = figures::excluded(&app.domain, &cx, &scope, why.figure(), &paging).await?;
    let title = w.t("figures-excluded");
    let cell = "govuk-table__cell";
    let columns = [
        "work-case",
        "figures-why",
        "figures-since",
        "figures-decided",
        "figures-approved",
    ];
    let none = || w.t("figures-nobody");
    let main = html! {
        (parts::back(w, &format!("/work/figures?{}", link::query(&scope))))
        h1 class="govuk-heading-l" { (title) }
        p class="govuk-body" { (w.t("figures-excluded-how")) }
        @if page.items.is_empty() { p class="govuk-body" { (w.t("work-queue-empty")) } }
        @else {
            div class="od-wide" tabindex="0" role="region" aria-label=(title) {
                table class="govuk-table od-stack" role="table" {
                    caption class="govuk-visually-hidden" { (title) }
                    thead class="govuk-table__head" role="rowgroup" { tr class="govuk-table__row" role="row" {
                        @for key in columns { th class="govuk-table__header" scope="col" role="columnheader" { (w.t(key)) } }
                    } }
                    tbody class="govuk-table__body" role="rowgroup" { @for it in &page.items {
                        tr class="govuk-table__row" role="row" {
                            th class="govuk-table__header" scope="row" role="rowheader" {
                                a class="govuk-link" href={ "/work/cases/" (it.case) } { (it.title) }
                                br; span class="od-quiet od-code" { (it.number) }
                            }
                            td class=(cell) role="cell" data-label=(w.t("figures-why")) { (w.t(&format!("figure-{}", it.why.name()))) }
                            td class=(cell) role="cell" data-label=(w.t("figures-since")) { (parts::time(cx.locale, &app.domain.zone, cx.now, it.at)) }
                            td class=(cell) role="cell" data-label=(w.t("figures-decided")) { (it.by.clone().unwrap_or_else(none)) }
                            td class=(cell) role="cell" data-label=(w.t("figures-approved")) { (it.approved_by.clone().unwrap_or_else(none)) }
                        }
                    } }
                }
            }
        }
        (further(w, &uri, page.next.as_deref()))
    };
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}

/// The link to the next page of a list at the same address.
pub(super) fn further(w: Words, uri: &Uri, next: Option<&str>) -> Markup {
    let Some(next) = next else {
        return html! {};
    };
    let asked = uri.query().unwrap_or_default();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in url::form_urlencoded::parse(asked.as_bytes()) {
        if name != "cursor" {
            query.append_pair(&name, &value);
        }
    }
    query.append_pair("cursor", next);
    html! {
        a class="govuk-link od-call" href={ (uri.path()) "?" (query.finish()) } { (w.t("app-next-page")) }
    }
}
