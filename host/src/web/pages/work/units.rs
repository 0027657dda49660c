//! Units with the instruments by which they were founded, a street at a time. Authority is checked
//! in `identity`.

use axum::{
    Form,
    extract::{Path, Query, State},
    http::{StatusCode, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{people::may_manage, staff_only};
use crate::{
    app::App,
    context::Context,
    db::units::Unit,
    error::Result,
    identity::{directory, instruments},
    web::{
        i18n::Words,
        layout,
        pages::parts::{self, Faults},
    },
};

/// How many units the page shows at most.
const MOST: usize = 200;

/// Which units.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    /// Only those that have no instrument.
    #[serde(default)]
    without: Option<String>,
    /// The division they serve, or one above it.
    #[serde(default)]
    within: String,
}

/// `GET /work/units`
pub async fn show(
    State(app): State<App>,
    cx: Context,
    Query(wanted): Query<Wanted>,
) -> Result<Response> {
    staff_only(&cx)?;
    page(&app, &cx, &wanted, &Faults::default(), StatusCode::OK).await
}

async fn page(
    app: &App,
    cx: &Context,
    wanted: &Wanted,
    faults: &Faults,
    status: StatusCode,
) -> Result<Response> {
    let w = Words(cx.locale);
    let all = directory::units(&app.domain, cx, wanted.within.trim()).await?;
    // The operator has no place, and needs none.
    let (with, without): (Vec<_>, Vec<_>) = all
        .iter()
        .filter(|it| it.level().is_some())
        .partition(|it| it.instrument.is_some());
    let shown = match wanted.without {
        Some(_) => without.clone(),
        None => without.iter().chain(&with).copied().collect(),
    };
    let title = w.t("units-title");
    let main = html! {
        (parts::back(w, "/work/people"))
        (faults.summary(w))
        h1 class="govuk-heading-l" { (title) }
        p class="govuk-body" { (w.t("units-why")) }
        @match without.len() {
            0 => p class="govuk-inset-text" { (w.t("units-all-founded")) },
            n => p class="govuk-inset-text" {
                (w.tx("units-without", &[("n", &n.to_string())])) " "
                a class="govuk-link" href="/work/units?without=1" { (w.t("units-without-only")) }
            },
        }
        form method="get" action="/work/units" {
            (parts::input(w, &Faults::default(), parts::Input { name: "within", label: &w.t("units-within"),
                hint: Some(&w.t("units-within-hint")), kind: "text", value: &wanted.within, autocomplete: Some("off") }))
            button class="govuk-button govuk-button--secondary" { (w.t("units-show")) }
        }
        (table(app, cx, &shown, faults))
        @if shown.len() > MOST { p class="govuk-body" { (w.tx("units-more", &[("n", &MOST.to_string())])) } }
    };
    let uri = Uri::from_static("/work/units");
    Ok(layout::page_with(status, app, cx, &uri, &title, &main))
}

fn table(app: &App, cx: &Context, units: &[&Unit], faults: &Faults) -> Markup {
    let (w, manages) = (Words(cx.locale), may_manage(cx));
    html! {
        div class="od-wide" tabindex="0" role="region" aria-label=(w.t("units-title")) { table class="govuk-table od-stack" role="table" {
            caption class="govuk-visually-hidden" { (w.t("units-title")) }
            thead class="govuk-table__head" role="rowgroup" { tr class="govuk-table__row" role="row" {
                @for key in ["units-unit", "units-kind", "units-instrument"] { th class="govuk-table__header" scope="col" role="columnheader" { (w.t(key)) } }
            } }
            tbody class="govuk-table__body" role="rowgroup" { @for it in units.iter().take(MOST) { tr class="govuk-table__row" role="row" {
                th class="govuk-table__header" scope="row" role="rowheader" { (it.name(cx.locale)) " " span class="od-code" { (it.id) } }
                td class="govuk-table__cell" role="cell" data-label=(w.t("units-kind")) { (kind(cx, &it.kind)) }
                td class="govuk-table__cell" role="cell" data-label=(w.t("units-instrument")) {
                    (standing(app, cx, it))
                    @if manages { (name_form(w, it, faults)) }
                }
            } } }
        } }
    }
}

fn kind(cx: &Context, kind: &str) -> String {
    crate::cases::duty::difference::value_words(cx.locale, "lead", kind)
}

/// The instrument, or what follows from there being none.
pub fn standing(app: &App, cx: &Context, unit: &Unit) -> Markup {
    let w = Words(cx.locale);
    html! {
        @match (&unit.instrument, unit.lent) {
            (Some(instrument), _) => (instrument),
            (None, Some(until)) => {
                strong class="govuk-tag govuk-tag--yellow" { (w.t("units-lent")) } " "
                (parts::time(cx.locale, &app.domain.zone, cx.now, until))
            },
            (None, None) => strong class="govuk-tag govuk-tag--red" { (w.t("units-no-authority")) },
        }
    }
}

fn name_form(w: Words, unit: &Unit, faults: &Faults) -> Markup {
    let id = format!("instrument-{}", unit.id);
    let said = faults.at(&id);
    html! {
        details class="govuk-details" open[said.is_some()] {
            summary class="govuk-details__summary" { span class="govuk-details__summary-text" {
                (w.t("units-name")) span class="govuk-visually-hidden" { " " (unit.name(w.0)) }
            } }
            form method="post" action={ "/work/units/" (unit.id) "/instrument" } novalidate {
                div class={ "govuk-form-group" @if said.is_some() { " govuk-form-group--error" } } {
                    label class="govuk-label" for=(id) { (w.t("units-instrument-label")) }
                    (parts::error_message(w, &id, said))
                    input class="govuk-input" id=(id) name="instrument" type="text" maxlength=(instruments::LONGEST)
                        value=(unit.instrument.as_deref().unwrap_or_default()) autocomplete="off"
                        aria-describedby=[parts::described(&id, false, said.is_some())];
                }
                button class="govuk-button govuk-button--secondary" { (w.t("units-name")) }
            }
        }
    }
}

/// What founded it.
#[derive(Debug, Default, Deserialize)]
pub struct Founding {
    #[serde(default)]
    instrument: String,
}

/// `POST /work/units/{id}/instrument`
pub async fn name(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
    Form(form): Form<Founding>,
) -> Result<Response> {
    staff_only(&cx)?;
    match instruments::name(&app.domain, &cx, &id, &form.instrument).await {
        Ok(()) => Ok(Redirect::to("/work/units").into_response()),
        Err(error) => {
            let said = Faults::of(cx.locale, error)?;
            let mut faults = Faults::default();
            let said = said.at("instrument").unwrap_or_default().to_owned();
            faults.add(Some(&format!("instrument-{id}")), said);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            page(&app, &cx, &Wanted::default(), &faults, status).await
        }
    }
}
