//! 我的事项: what one has reported, and following a case by its number.

use axum::{
    Form,
    extract::{Query, State},
    http::Uri,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    near,
    parts::{self, Faults, Input, button, input, time},
};
use crate::{
    app::App,
    cases::{
        model::{Case, State as CaseState},
        operations, views,
    },
    context::{Context, Principal},
    error::{Error, Result},
    page::Paging,
    web::{i18n::Words, layout},
};

/// The tag that says where a case stands, in residents' words and never by colour alone.
pub fn tag(w: Words, state: CaseState) -> Markup {
    let colour = match state {
        CaseState::NeedInfo => "govuk-tag--yellow",
        CaseState::Declined | CaseState::Missed => "govuk-tag--red",
        CaseState::Resolved => "govuk-tag--green",
        CaseState::Closed | CaseState::Reviewed => "govuk-tag--grey",
        _ => "govuk-tag--blue",
    };
    html! { strong class={ "govuk-tag " (colour) } { (w.t(&format!("state-{}", state.name()))) } }
}

/// A case as one line of a list.
pub fn line(app: &App, cx: &Context, case: &Case) -> Markup {
    let w = Words(cx.locale);
    html! {
        div class="od-matter" {
            a class="govuk-link" href={ "/cases/" (case.id) } { (case.title) }
            p class="govuk-body" {
                (tag(w, case.course.state)) " "
                span class="od-quiet" { (case.number) " · " (time(cx.locale, &app.domain.zone, cx.now, case.opened)) }
            }
        }
    }
}

/// `GET /matters`
pub async fn show(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Query(paging): Query<Paging>,
) -> Result<Response> {
    let w = Words(cx.locale);
    let mine = views::mine(&app.domain, &cx, &paging).await?;
    let main = html! {
        (parts::back(w, "/"))
        h1 class="govuk-heading-l" { (w.t("app-matters")) }
        @if mine.items.is_empty() {
            p class="govuk-body" { (w.t("matters-none")) }
            a class="govuk-button" role="button" draggable="false" href="/report" { (w.t("home-report")) }
        }
        @for case in &mine.items { (line(&app, &cx, case)) }
        @if let Some(next) = &mine.next { a class="govuk-link od-call" href={ "/matters?cursor=" (next) } { (w.t("app-next-page")) } }
        @if paging.cursor.is_none() { (near::followed(&app, &cx).await?) }
        @if matches!(cx.principal, Principal::Phone { .. }) {
            p class="govuk-inset-text" { (w.t("register-why")) " " a class="govuk-link" href="/register" { (w.t("sign-in-register")) } }
        }
    };
    Ok(layout::page(&app, &cx, &uri, &w.t("app-matters"), &main))
}

/// A number that somebody was given.
#[derive(Debug, Default, Deserialize)]
pub struct Number {
    #[serde(default)]
    number: String,
}

/// `GET /find`
pub async fn find_form(State(app): State<App>, cx: Context, uri: Uri) -> Response {
    find_page(&app, &cx, &uri, "", &Faults::default())
}

fn find_page(app: &App, cx: &Context, uri: &Uri, number: &str, faults: &Faults) -> Response {
    let w = Words(cx.locale);
    let main = html! {
        (parts::back(w, "/"))
        (faults.summary(w))
        h1 class="govuk-heading-l" { (w.t("app-find")) }
        form method="post" action="/find" {
            (input(w, faults, Input { name: "number", label: &w.t("find-number"), hint: Some(&w.t("find-number-hint")),
                kind: "text", value: number, autocomplete: Some("off") }))
            (button(&w.t("app-continue")))
        }
    };
    layout::page(app, cx, uri, &w.t("app-find"), &main)
}

/// `POST /find`: leads to the case. Whoever may not see it is told the same as when there is none.
pub async fn find(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Form(form): Form<Number>,
) -> Result<Response> {
    if matches!(cx.principal, Principal::Anonymous) {
        return Ok(Redirect::to("/sign-in?back=/find").into_response());
    }
    match operations::by_number(&app.domain, &cx, form.number.trim()).await {
        Ok(case) => Ok(Redirect::to(&format!("/cases/{}", case.id)).into_response()),
        Err(Error::NotFound) => {
            let mut faults = Faults::default();
            faults.add(Some("number"), Words(cx.locale).t("find-none"));
            Ok(find_page(&app, &cx, &uri, &form.number, &faults))
        }
        Err(error) => Err(error),
    }
}
