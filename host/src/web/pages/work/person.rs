//! One colleague: their posts, giving one, ending one. Authority is checked in `identity`.

use axum::{
    Form,
    extract::{Path, State},
    http::{StatusCode, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;

use super::{
    people::{may_manage, post_fields, role},
    staff_only,
    units::standing,
};
use crate::{
    app::App,
    context::Context,
    db::units::Unit,
    error::{Error, Result},
    identity::{
        directory::{self, Colleague},
        operations,
    },
    time::Timestamp,
    web::{
        i18n::Words,
        layout,
        pages::parts::{self, Faults, Input, button, input, time},
    },
};

/// How many posts are shown without unfolding.
const UNFOLDED: usize = 20;

/// `GET /work/people/{account}`
pub async fn show(
    State(app): State<App>,
    cx: Context,
    Path(account): Path<String>,
) -> Result<Response> {
    staff_only(&cx)?;
    let (form, faults) = (NewPost::default(), Faults::default());
    person_page(&app, &cx, &account, &form, &faults, StatusCode::OK).await
}

async fn person_page(
    app: &App,
    cx: &Context,
    account: &str,
    form: &NewPost,
    faults: &Faults,
    status: StatusCode,
) -> Result<Response> {
    let w = Words(cx.locale);
    let person = directory::colleague(&app.domain, cx, account).await?;
    let units = directory::units(&app.domain, cx, "").await?;
    let manages = may_manage(cx);
    let posts = posts(app, cx, &person, &units, manages);
    let main = html! {
        (parts::back(w, "/work/people"))
        (faults.summary(w))
        h1 class="govuk-heading-l" { (person.name) }
        @if let Some(login) = &person.login { p class="govuk-body od-code" { (login) } }
        h2 class="govuk-heading-m" { (w.t("people-posts")) }
        @if person.posts.len() > UNFOLDED {
            details class="govuk-details" {
                summary class="govuk-details__summary" {
                    span class="govuk-details__summary-text" {
                        (w.tx("people-posts-all", &[("n", &person.posts.len().to_string())]))
                    }
                }
                (posts)
            }
        } @else { (posts) }
        // Nobody gives themselves a post.
        @if manages && cx.account() != Some(account) {
            h2 class="govuk-heading-m" { (w.t("people-give")) }
            p class="govuk-body" { (w.t("people-give-why")) }
            form method="post" action={ "/work/people/" (person.account) "/posts" } novalidate {
                (post_fields(cx, &units, faults, (&form.unit, &form.role)))
                (input(w, faults, Input { name: "until", label: &w.t("people-until-last"), hint: Some(&w.t("people-until-hint")),
                    kind: "date", value: &form.until, autocomplete: None }))
                (button(&w.t("people-give")))
            }
        }
    };
    let address = format!("/work/people/{account}");
    let uri: Uri = address.parse().map_err(Error::internal)?;
    Ok(layout::page_with(
        status,
        app,
        cx,
        &uri,
        &person.name,
        &main,
    ))
}

fn posts(app: &App, cx: &Context, person: &Colleague, units: &[Unit], manages: bool) -> Markup {
    let units: BTreeMap<&str, &Unit> = units.iter().map(|it| (it.id.as_str(), it)).collect();
    let (w, zone) = (Words(cx.locale), &app.domain.zone);
    let title = w.t("people-posts");
    html! {
        div class="od-wide" tabindex="0" role="region" aria-label=(title) { table class="govuk-table od-stack" role="table" {
            caption class="govuk-visually-hidden" { (title) }
            thead class="govuk-table__head" role="rowgroup" { tr class="govuk-table__row" role="row" {
                @for key in ["people-role", "people-unit", "people-from", "people-until"] {
                    th class="govuk-table__header" scope="col" role="columnheader" { (w.t(key)) }
                }
                @if manages { th class="govuk-table__header" scope="col" role="columnheader" { (w.t("people-end")) } }
            } }
            tbody class="govuk-table__body" role="rowgroup" { @for post in &person.posts {
                @let of = units.get(post.unit.as_str());
                @let unit = of.map_or(post.unit.as_str(), |it| it.name(cx.locale));
                @let role = w.t(&format!("role-{}", post.role.name()));
                tr class="govuk-table__row" role="row" {
                    th class="govuk-table__header" scope="row" role="rowheader" { (role) }
                    td class="govuk-table__cell" role="cell" data-label=(w.t("people-unit")) {
                        (unit)
                        @if let Some(of) = of.filter(|it| it.level().is_some()) { br; span class="od-quiet" { (standing(app, cx, of)) } }
                    }
                    td class="govuk-table__cell" role="cell" data-label=(w.t("people-from")) { (time(cx.locale, zone, cx.now, post.from)) }
                    td class="govuk-table__cell" role="cell" data-label=(w.t("people-until")) {
                        @match post.until {
                            Some(until) => (time(cx.locale, zone, cx.now, until)),
                            None => (w.t("people-open-ended")),
                        }
                    }
                    @if manages { td class="govuk-table__cell" role="cell" { @if post.in_force(cx.now) {
                        form method="post" action={ "/work/people/" (person.account) "/posts/" (post.id) "/end" } {
                            button class="govuk-button govuk-button--warning" {
                                (w.t("people-end")) span class="govuk-visually-hidden" { " " (role) " " (unit) }
                            }
                        }
                    } } }
                }
            } }
        } }
    }
}

/// A post to give.
#[derive(Debug, Default, Deserialize)]
pub struct NewPost {
    #[serde(default)]
    unit: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    until: String,
}

/// The end of the day `text`, where the host is; none when it is empty.
fn until(text: &str, zone: &TimeZone) -> Result<Option<Timestamp>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    match Timestamp::end_of_day(text, zone) {
        Some(end) => Ok(Some(end)),
        None => Err(Error::invalid("until", "form-not-date")),
    }
}

async fn give(app: &App, cx: &Context, account: &str, form: &NewPost) -> Result<()> {
    let (role, until) = (role(&form.role)?, until(&form.until, &app.domain.zone)?);
    operations::grant_post(&app.domain, cx, account, &form.unit, role, until).await
}

/// `POST /work/people/{account}/posts`
pub async fn give_post(
    State(app): State<App>,
    cx: Context,
    Path(account): Path<String>,
    Form(form): Form<NewPost>,
) -> Result<Response> {
    staff_only(&cx)?;
    match give(&app, &cx, &account, &form).await {
        Ok(()) => Ok(Redirect::to(&format!("/work/people/{account}")).into_response()),
        Err(error) => {
            let faults = Faults::of(cx.locale, error)?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            person_page(&app, &cx, &account, &form, &faults, status).await
        }
    }
}

/// `POST /work/people/{account}/posts/{post}/end`
pub async fn end_post(
    State(app): State<App>,
    cx: Context,
    Path((account, post)): Path<(String, String)>,
) -> Result<Response> {
    staff_only(&cx)?;
    operations::end_post(&app.domain, &cx, &post).await?;
    Ok(Redirect::to(&format!("/work/people/{account}")).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_holds_to_the_end_of_its_last_day() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let end = until("2026-11-30", &zone).unwrap().unwrap();
        assert_eq!(end.rfc3339(), "2026-11-30T16:00:00Z");
        assert_eq!(until(" ", &zone).unwrap(), None);
        assert!(until("30/11/2026", &zone).is_err());
    }
}
