//! 家人: the children one is guardian of, whom one acts for, and who acts for oneself.

use axum::{
    Form,
    extract::{Path, State},
    http::{StatusCode, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::html;
use serde::Deserialize;

use super::parts::{self, Faults, Input, button, input, time};
use crate::{
    app::App,
    context::Context,
    error::Result,
    records::family,
    web::{i18n::Words, layout},
};

/// What the forms of the page send.
#[derive(Debug, Default, Deserialize)]
pub struct Sent {
    #[serde(default)]
    name: String,
    #[serde(default)]
    born: String,
    #[serde(default)]
    phone: String,
}

/// `GET /family`
pub async fn show(State(app): State<App>, cx: Context, uri: Uri) -> Result<Response> {
    page(&app, &cx, &uri, &Sent::default(), &Faults::default()).await
}

async fn page(app: &App, cx: &Context, uri: &Uri, it: &Sent, faults: &Faults) -> Result<Response> {
    let w = Words(cx.locale);
    let all = family::list(&app.domain, cx).await?;
    let main = html! {
        (parts::back(w, "/my-data"))
        (faults.summary(w))
        h1 class="govuk-heading-l" { (w.t("family-title")) }
        @if all.is_empty() { p class="govuk-body" { (w.t("family-none")) } }
        @for it in &all {
            div class="govuk-summary-card" { div class="govuk-summary-card__content" {
                p class="govuk-body" {
                    @let key = match (it.mine, it.kind.as_str()) {
                        (true, "guardian") => "family-child-of-mine",
                        (true, _) => "family-i-act",
                        (false, _) => "family-they-act",
                    };
                    (w.tx(key, &[("name", &it.name)]))
                    @if let Some(until) = it.until { " " (w.t("family-until")) " " (time(cx.locale, &app.domain.zone, cx.now, until)) }
                }
                // Asked again, without script: it is not begun again by one press.
                details class="govuk-details" {
                    summary class="govuk-details__summary" { span class="govuk-details__summary-text" {
                        (w.t("family-end")) span class="govuk-visually-hidden" { " " (it.name) }
                    } }
                    div class="govuk-details__text" {
                        p class="govuk-body" { (w.t("family-end-why")) }
                        form method="post" action={ "/family/" (it.id) "/end" } {
                            button class="govuk-button govuk-button--warning" {
                                (w.t("family-end-yes")) span class="govuk-visually-hidden" { " " (it.name) }
                            }
                        }
                    }
                }
            } }
        }
        h2 class="govuk-heading-m" { (w.t("family-add-child")) }
        p class="govuk-body" { (w.t("family-child-why")) }
        form method="post" action="/family/children" {
            (input(w, faults, Input { name: "name", label: &w.t("family-child-name"), hint: None, kind: "text",
                value: &it.name, autocomplete: Some("off") }))
            (input(w, faults, Input { name: "born", label: &w.t("family-child-born"), hint: None, kind: "date",
                value: &it.born, autocomplete: Some("off") }))
            (button(&w.t("family-add-child")))
        }
        h2 class="govuk-heading-m" { (w.t("family-let")) }
        p class="govuk-body" { (w.t("family-let-why")) }
        form method="post" action="/family/helpers" {
            (input(w, faults, Input { name: "phone", label: &w.t("family-helper-phone"), hint: None, kind: "tel",
                value: &it.phone, autocomplete: Some("off") }))
            (button(&w.t("family-let")))
        }
    };
    Ok(layout::page(app, cx, uri, &w.t("family-title"), &main))
}

/// `POST /family/children`
pub async fn add_child(
    State(app): State<App>,
    cx: Context,
    Form(sent): Form<Sent>,
) -> Result<Response> {
    let done = family::add_child(&app.domain, &cx, &sent.name, &sent.born).await;
    done_or_again(&app, &cx, &sent, done.map(drop)).await
}

/// `POST /family/helpers`
pub async fn let_act(
    State(app): State<App>,
    cx: Context,
    Form(sent): Form<Sent>,
) -> Result<Response> {
    let done = family::let_act(&app.domain, &cx, &sent.phone).await;
    done_or_again(&app, &cx, &sent, done).await
}

async fn done_or_again(app: &App, cx: &Context, sent: &Sent, done: Result<()>) -> Result<Response> {
    match done {
        Ok(()) => Ok(Redirect::to("/family").into_response()),
        Err(error) => {
            let faults = Faults::of(cx.locale, error)?;
            let page = page(app, cx, &Uri::from_static("/family"), sent, &faults).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// `POST /family/{id}/end`
pub async fn end(State(app): State<App>, cx: Context, Path(id): Path<String>) -> Result<Response> {
    family::end(&app.domain, &cx, &id).await?;
    Ok(Redirect::to("/family").into_response())
}
