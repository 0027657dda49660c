//! What a case asks of other units, and the cases that it goes with: who has answered, since when.

use maud::{Markup, html};

use crate::{
    app::App,
    cases::{
        model::Case,
        views::{self, Company},
    },
    context::Context,
    error::Result,
    web::{i18n::Words, pages::parts::time},
};

/// The parts of other units, the joint case, the case that it follows and those that follow it.
pub async fn parts(app: &App, cx: &Context, case: &Case) -> Result<Markup> {
    let w = Words(cx.locale);
    let Company {
        parts,
        body,
        primary,
        followers,
    } = views::company(&app.domain, cx, case).await?;
    let at = |it| time(cx.locale, &app.domain.zone, cx.now, it);
    let number = |it: &(String, String)| {
        html! { a class="govuk-link od-call" href={ "/work/cases/" (it.0) } { span class="od-code" { (it.1) } } }
    };
    Ok(html! {
        @if let Some(body) = &body {
            p class="govuk-body" { strong class="govuk-tag" { (w.t("work-joint")) } " " (body) }
        }
        @if let Some(it) = &primary {
            p class="govuk-body" { (w.t("work-follows")) " " (number(it)) }
        }
        @if !followers.is_empty() {
            h2 class="govuk-heading-m" { (w.t("work-followers")) }
            ul class="govuk-list" { @for it in &followers { li { (number(it)) } } }
        }
        @if let Some(until) = case.course.suspend_until {
            p class="govuk-body" { (w.t("work-suspend-until")) (w.t("work-colon")) (at(until)) }
        }
        @if !parts.is_empty() {
            h2 class="govuk-heading-m" { (w.t("work-parts")) }
            ul class="govuk-list" { @for (name, it) in &parts { li {
                (name) " " strong class="govuk-tag govuk-tag--grey" { (w.t(&format!("part-{}", it.state.name()))) }
                @if it.required { " " (w.t("work-part-required")) }
                @if let Some(answered) = it.answered {
                    " " span class="od-quiet" { (w.t("work-part-answered")) (at(answered)) }
                }
            } } }
        }
    })
}
