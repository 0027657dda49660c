//! What the host has noticed among cases, for supervisors to judge: candidates for being the same
//! on the page of a case, and hints on the board.

use axum::{
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};

use super::{staff_only, tables};
use crate::{
    app::App,
    cases::{
        duplicates::{self, Candidate},
        hints::{self, Decision, Errors, Hint},
        model::Case,
    },
    context::Context,
    error::{Error, Result},
    web::{forms::places::place_name, i18n::Words},
};

/// Cases that may be about the same, with the reasons; nothing where there are none.
pub async fn duplicates(app: &App, cx: &Context, case: &Case) -> Result<Markup> {
    let w = Words(cx.locale);
    let found = duplicates::of(&app.domain, cx, case).await?;
    Ok(html! {
        @if !found.is_empty() {
            h2 class="govuk-heading-m" { (w.t("alike-title")) }
            p class="govuk-body" { (w.t("alike-what")) }
            @for it in &found { (candidate(app, cx, it)) }
        }
    })
}

fn candidate(app: &App, cx: &Context, it: &Candidate) -> Markup {
    let w = Words(cx.locale);
    let score = it.likeness.score.to_string();
    html! {
        div class="od-matter" {
            a class="govuk-link" href={ "/work/cases/" (it.case.id) } { (it.case.title) }
            p class="govuk-body" {
                (tables::state_tag(w, it.case.course.state)) " "
                span class="od-code" { (it.case.number) } " · "
                (tables::class_name(app, cx, it.case.course.class.as_deref()))
            }
            p class="od-quiet" {
                strong { (w.tx("alike-score", &[("n", &score)])) } (w.t("work-colon")) (it.likeness.reason(cx.locale))
            }
        }
    }
}

/// The hints of a division and how often they were wrong; nothing for who does not judge them.
pub async fn block(app: &App, cx: &Context, division: &str) -> Result<Markup> {
    if hints::may_judge(cx, division).is_err() {
        return Ok(html! {});
    }
    let w = Words(cx.locale);
    let found = hints::of(&app.domain, cx, division).await?;
    Ok(html! {
        section aria-labelledby="hints-title" {
            h2 class="govuk-heading-m" id="hints-title" { (w.t("hints-title")) }
            @if found.waiting.is_empty() { p class="govuk-body" { (w.t("hints-none")) } }
            @for it in &found.waiting { (hint(app, cx, it)) }
            @if !found.errors.is_empty() { (errors(app, cx, &found.errors)) }
        }
    })
}

fn hint(app: &App, cx: &Context, it: &Hint) -> Markup {
    let w = Words(cx.locale);
    let place = place_name(&app.domain, cx, &it.division);
    let decide = |decision: Decision, key: &str| {
        html! {
            form method="post" action={ "/work/hints/" (it.id) "/" (decision.name()) } {
                button class="govuk-button govuk-button--secondary" aria-describedby={ "hint-" (it.id) } { (w.t(key)) }
            }
        }
    };
    html! {
        article class="od-matter" aria-labelledby={ "hint-" (it.id) } {
            h3 class="govuk-heading-s" id={ "hint-" (it.id) } {
                (w.t(&format!("hint-{}", it.kind.name()))) (w.t("work-colon"))
                @if it.class.is_some() { (tables::class_name(app, cx, it.class.as_deref())) " · " }
                (place)
            }
            p class="govuk-body" { (it.reason) }
            p class="govuk-body" {
                @for (n, case) in it.cases.iter().enumerate() {
                    @if n > 0 { " · " }
                    a class="govuk-link od-code" href={ "/work/cases/" (case.id) } { (case.number) }
                }
            }
            div class="od-row" {
                (decide(Decision::Confirmed, "hint-confirm"))
                (decide(Decision::Dismissed, "hint-dismiss"))
            }
        }
    }
}

fn errors(app: &App, cx: &Context, areas: &[Errors]) -> Markup {
    let w = Words(cx.locale);
    let columns = ["hint-area", "hint-decided", "hint-dismissed", "hint-error"];
    html! {
        div class="od-wide" tabindex="0" role="region" aria-labelledby="hints-errors" {
            table class="govuk-table" {
                caption class="govuk-table__caption" id="hints-errors" { (w.t("hint-errors")) }
                thead class="govuk-table__head" { tr class="govuk-table__row" {
                    @for key in columns { th class="govuk-table__header" scope="col" { (w.t(key)) } }
                } }
                tbody class="govuk-table__body" { @for it in areas {
                    tr class="govuk-table__row" {
                        th class="govuk-table__header" scope="row" { (place_name(&app.domain, cx, &it.division)) }
                        td class="govuk-table__cell" { (it.decided) }
                        td class="govuk-table__cell" { (it.dismissed) }
                        td class="govuk-table__cell" { (it.percent) "%" }
                    }
                } }
            }
        }
    }
}

/// `POST /work/hints/{id}/{decision}`
pub async fn decide(
    State(app): State<App>,
    cx: Context,
    Path((id, decision)): Path<(String, String)>,
) -> Result<Response> {
    staff_only(&cx)?;
    let decision = Decision::from_name(&decision).ok_or(Error::NotFound)?;
    hints::decide(&app.domain, &cx, &id, decision).await?;
    Ok(Redirect::to("/work/board").into_response())
}
