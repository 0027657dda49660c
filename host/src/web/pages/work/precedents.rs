//! Rulings on disputes as they wait for the keeper of the duty list: taken up, or rejected with a
//! reason. Authority is checked in `cases::duty::precedents`.

use axum::{
    Form,
    extract::{Path, Query, State},
    http::{StatusCode, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;

use super::staff_only;
use crate::{
    app::App,
    cases::duty::precedents::{self, Amendment},
    context::Context,
    db::duty::Precedent,
    error::{Error, Result},
    identity::directory,
    page::Paging,
    web::{
        i18n::Words,
        layout,
        pages::parts::{self, Faults, time},
    },
};

/// `GET /work/precedents`
pub async fn show(
    State(app): State<App>,
    cx: Context,
    Query(paging): Query<Paging>,
) -> Result<Response> {
    staff_only(&cx)?;
    page(&app, &cx, &paging, &Faults::default(), StatusCode::OK).await
}

async fn page(
    app: &App,
    cx: &Context,
    paging: &Paging,
    faults: &Faults,
    status: StatusCode,
) -> Result<Response> {
    let w = Words(cx.locale);
    let page = precedents::list(&app.domain, cx, false, paging).await?;
    let names = directory::unit_names(&app.domain, cx).await?;
    let title = w.t("precedents-title");
    let main = html! {
        (parts::back(w, "/work/duty-list"))
        (faults.summary(w))
        h1 class="govuk-heading-l" { (title) }
        p class="govuk-body" { (w.t("precedents-why")) }
        @if page.items.is_empty() { p class="govuk-inset-text" { (w.t("precedents-none")) } }
        @for it in &page.items { (precedent(app, cx, it, &names)) }
        @if let Some(next) = &page.next {
            a class="govuk-link od-call" href={ "/work/precedents?limit=" (paging.limit()) "&cursor=" (next) } { (w.t("app-next-page")) }
        }
    };
    let uri = Uri::from_static("/work/precedents");
    Ok(layout::page_with(status, app, cx, &uri, &title, &main))
}

fn precedent(app: &App, cx: &Context, it: &Precedent, names: &BTreeMap<String, String>) -> Markup {
    let w = Words(cx.locale);
    let unit = |id: &String| names.get(id).unwrap_or(id).clone();
    let class = app.domain.duty.class(&it.class);
    let class = class.map_or_else(|| it.class.clone(), |it| it.name(cx.locale).to_owned());
    let when = |at| time(cx.locale, &app.domain.zone, cx.now, at);
    let row = |key: &str, value: Markup| {
        html! {
            div class="govuk-summary-list__row" {
                dt class="govuk-summary-list__key" { (w.t(key)) }
                dd class="govuk-summary-list__value" { (value) }
            }
        }
    };
    html! {
        h2 class="govuk-heading-m" { (class) " " span class="od-code" { (it.class) } }
        dl class="govuk-summary-list" {
            (row("precedents-from", html! { (unit(&it.from_unit)) }))
            (row("precedents-to", html! { (unit(&it.to_unit)) }))
            (row("precedents-reason", html! { (it.reason) }))
            (row("precedents-at", html! { (when(it.at)) }))
            (row("precedents-standing", html! {
                (w.t(&format!("precedents-{}", it.state)))
                @if let Some(at) = it.decided { " " (when(at)) }
                @if let Some(version) = &it.version { " " a class="govuk-link" href={ "/work/duty-list/versions/" (version) } { (version) } }
                @if let Some(answer) = &it.answer { br; (answer) }
            }))
        }
        @if it.state == "open" { (forms(w, it)) }
    }
}

fn forms(w: Words, it: &Precedent) -> Markup {
    let answer = format!("answer-{}", it.id);
    html! {
        form method="post" action={ "/work/precedents/" (it.id) "/accept" } {
            fieldset class="govuk-fieldset govuk-form-group" {
                legend class="govuk-fieldset__legend govuk-fieldset__legend--s" { (w.t("precedents-change")) }
                div class="govuk-radios" {
                    @for (n, change) in Amendment::ALL.into_iter().enumerate() {
                        @let id = format!("change-{}-{}", it.id, change.name());
                        div class="govuk-radios__item" {
                            input class="govuk-radios__input" id=(id) type="radio" name="change" value=(change.name()) checked[n == 0];
                            label class="govuk-label govuk-radios__label" for=(id) { (w.t(&format!("precedents-change-{}", change.name()))) }
                        }
                    }
                }
            }
            button class="govuk-button" { (w.t("precedents-accept")) }
        }
        form method="post" action={ "/work/precedents/" (it.id) "/reject" } {
            div class="govuk-form-group" {
                label class="govuk-label" for=(answer) { (w.t("precedents-answer")) }
                input class="govuk-input" id=(answer) name="answer" type="text" maxlength=(precedents::REASON) autocomplete="off";
            }
            button class="govuk-button govuk-button--secondary" { (w.t("precedents-reject")) }
        }
    }
}

/// What is decided.
#[derive(Debug, Default, Deserialize)]
pub struct Decision {
    #[serde(default)]
    change: String,
    #[serde(default)]
    answer: String,
}

/// `POST /work/precedents/{id}/{step}`: `accept` or `reject`.
pub async fn decide(
    State(app): State<App>,
    cx: Context,
    Path((id, step)): Path<(String, String)>,
    Form(form): Form<Decision>,
) -> Result<Response> {
    staff_only(&cx)?;
    let done = match step.as_str() {
        "accept" => match Amendment::from_name(&form.change) {
            Some(change) => precedents::accept(&app.domain, &cx, &id, change).await,
            None => Err(Error::invalid("change", "form-not-option")),
        },
        "reject" => precedents::reject(&app.domain, &cx, &id, &form.answer).await,
        _ => Err(Error::NotFound),
    };
    match done {
        Ok(_) => Ok(Redirect::to("/work/precedents").into_response()),
        Err(error) => {
            let Error::Invalid(mut problems) = error else {
                return Err(error);
            };
            // The fields of this precedent, of several on the page.
            for it in &mut problems {
                it.at = Some(match it.at.as_deref() {
                    Some("answer") => format!("answer-{id}"),
                    _ => format!("change-{id}-lead"),
                });
            }
            let faults = Faults::from_problems(cx.locale, &problems);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            page(&app, &cx, &Paging::default(), &faults, status).await
        }
    }
}
