//! Open cases of others: shown before a report is sent, followed instead of sending it, and seen
//! afterwards as anybody may see them.

use axum::{
    extract::{Path, State},
    http::Uri,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use onedoor_forms::{Answers, Value};

use super::{
    matters::tag,
    parts::{self, time},
};
use crate::{
    app::App,
    cases::followers::{self, About, Near, Public},
    context::{Context, Principal},
    error::{Error, Result},
    grid::{Datum, Point},
    web::{i18n::Words, layout},
};

/// What stands on the last page of a report, before it is sent; nothing where there is nothing near
/// or nobody has signed in. The place of an answer is CGCS2000 already.
pub async fn before_sending(app: &App, cx: &Context, answers: &Answers) -> Result<Option<Markup>> {
    if matches!(cx.principal, Principal::Anonymous) {
        return Ok(None);
    }
    let Some(Value::Place(place)) = answers.get("place") else {
        return Ok(None);
    };
    let words = match answers.get("description") {
        Some(Value::Text(words)) => words.clone(),
        _ => String::new(),
    };
    let about = About {
        words,
        point: place.at.map(|at| Point {
            lon: at.lon,
            lat: at.lat,
            datum: Datum::Cgcs2000,
        }),
        division: place.division.clone(),
    };
    let found = match followers::near(&app.domain, cx, &about).await {
        Ok(found) => found,
        // What is wrong with the answers is said where they are sent.
        Err(Error::Invalid(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok((!found.is_empty()).then(|| candidates(app, cx, &found)))
}

fn candidates(app: &App, cx: &Context, found: &[Near]) -> Markup {
    let w = Words(cx.locale);
    html! {
        section aria-labelledby="near-title" {
            h2 class="govuk-heading-m" id="near-title" { (w.t("near-title")) }
            p class="govuk-body" { (w.t("near-why")) }
            @for it in found {
                article class="od-matter" {
                    (public(app, cx, &it.case))
                    p class="od-quiet" { (it.reason) }
                    form method="post" action={ "/cases/" (it.case.id) "/follow" } {
                        button class="govuk-button govuk-button--secondary" {
                            (w.t("near-follow")) span class="govuk-visually-hidden" { " " (it.case.number) }
                        }
                    }
                }
            }
            h2 class="govuk-heading-m" { (w.t("near-none")) }
        }
    }
}

/// What anybody may know of a case.
fn public(app: &App, cx: &Context, it: &Public) -> Markup {
    let w = Words(cx.locale);
    html! {
        p class="govuk-body" {
            strong { (class(app, cx, it)) } " "
            (tag(w, it.state)) " " span class="od-code" { (it.number) }
        }
        div class="od-holder" {
            @match &it.holder {
                Some(name) => p { (w.t("case-held-by")) " " strong { (name) } },
                None if it.state.ended() => p { (w.t("case-over")) },
                None => {},
            }
            @if let Some(due) = it.due {
                p { (w.t("case-until")) " " strong { (time(cx.locale, &app.domain.zone, cx.now, due)) }
                    @if due < cx.now { " " strong class="govuk-tag govuk-tag--red" { (w.t("case-overdue")) } } }
            }
        }
    }
}

fn class(app: &App, cx: &Context, it: &Public) -> String {
    let list = app.domain.duty.list();
    let item = it.class.as_deref().and_then(|code| list.item(code));
    item.map_or_else(
        || Words(cx.locale).t("case-class-none"),
        |it| it.name(cx.locale).to_owned(),
    )
}

/// The cases that somebody follows, on the page of their matters; nothing when there are none.
pub async fn followed(app: &App, cx: &Context) -> Result<Markup> {
    let w = Words(cx.locale);
    let found = match followers::followed(&app.domain, cx).await {
        // A program follows nothing.
        Err(Error::Forbidden(_)) => Vec::new(),
        other => other?,
    };
    Ok(html! {
        @if !found.is_empty() {
            h2 class="govuk-heading-m" { (w.t("followed-title")) }
            @for it in &found {
                div class="od-matter" {
                    a class="govuk-link" href={ "/cases/" (it.id) } { (class(app, cx, it)) }
                    p class="govuk-body" { (tag(w, it.state)) " " span class="od-quiet" { (it.number) } }
                }
            }
        }
    })
}

/// The page of a case that somebody follows. `NotFound` when they do not.
pub async fn page(app: &App, cx: &Context, uri: &Uri, id: &str) -> Result<Response> {
    let w = Words(cx.locale);
    let case = followers::one(&app.domain, cx, id).await?;
    let title = class(app, cx, &case);
    let main = html! {
        (parts::back(w, "/matters"))
        h1 class="govuk-heading-l" { (title) }
        (public(app, cx, &case))
        p class="govuk-inset-text" { (w.t("followed-what")) }
        form method="post" action={ "/cases/" (case.id) "/unfollow" } {
            button class="govuk-button govuk-button--secondary" { (w.t("followed-stop")) }
        }
    };
    Ok(layout::page(app, cx, uri, &title, &main))
}

/// `POST /cases/{id}/follow`
pub async fn follow(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Response> {
    followers::follow(&app.domain, &cx, &id).await?;
    Ok(Redirect::to(&format!("/cases/{id}")).into_response())
}

/// `POST /cases/{id}/unfollow`
pub async fn unfollow(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Response> {
    followers::unfollow(&app.domain, &cx, &id).await?;
    Ok(Redirect::to("/matters").into_response())
}
