//! Who holds which post, and inviting somebody to a first one. Authority is checked in `identity`.

use axum::{
    Form,
    extract::{Query, State},
    http::{StatusCode, Uri},
    response::Response,
};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;

use super::staff_only;
use crate::{
    app::App,
    context::Context,
    db::units::Unit,
    error::{Error, Result},
    identity::{Act, Resource, Role, directory, need, operations},
    page::Paging,
    web::{
        i18n::Words,
        layout,
        pages::parts::{self, Faults, Input, button, described, error_message, input},
    },
};

/// `GET /work/people`
pub async fn list(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Query(paging): Query<Paging>,
) -> Result<Response> {
    staff_only(&cx)?;
    let w = Words(cx.locale);
    let page = directory::people(&app.domain, &cx, &paging).await?;
    let title = w.t("people-title");
    let main = html! {
        (parts::back(w, "/work"))
        h1 class="govuk-heading-l" { (title) }
        @if may_manage(&cx) {
            a class="govuk-button" role="button" draggable="false" href="/work/people/invite" { (w.t("people-invite")) }
            " " a class="govuk-link od-call" href="/work/people/import" { (w.t("people-import")) }
        }
        p class="govuk-body" { a class="govuk-link od-call" href="/work/units" { (w.t("units-title")) } }
        div class="od-wide" tabindex="0" role="region" aria-label=(title) { table class="govuk-table od-stack" role="table" {
            caption class="govuk-visually-hidden" { (title) }
            thead class="govuk-table__head" role="rowgroup" { tr class="govuk-table__row" role="row" {
                @for key in ["people-name", "people-login", "people-posts"] {
                    th class="govuk-table__header" scope="col" role="columnheader" { (w.t(key)) }
                }
            } }
            tbody class="govuk-table__body" role="rowgroup" { @for it in &page.items { tr class="govuk-table__row" role="row" {
                th class="govuk-table__header" scope="row" role="rowheader" {
                    a class="govuk-link" href={ "/work/people/" (it.account) } { (it.name) }
                    @if it.service { " " span class="od-quiet" { (w.t("people-service")) } }
                }
                td class="govuk-table__cell od-code" role="cell" data-label=(w.t("people-login")) { (it.login.as_deref().unwrap_or("–")) }
                td class="govuk-table__cell" role="cell" data-label=(w.t("people-posts")) {
                    @let roles = roles(it.posts.iter().filter(|it| it.in_force(cx.now)).map(|it| it.role));
                    @for (n, (role, units)) in roles.iter().enumerate() {
                        @if n > 0 { (w.t("work-comma")) }
                        (w.t(&format!("role-{}", role.name())))
                        @if *units > 1 { (w.tx("work-units", &[("n", &units.to_string())])) }
                    }
                    @if roles.is_empty() { (w.t("people-no-post")) }
                }
            } } }
        } }
        @if let Some(next) = &page.next {
            a class="govuk-link od-call" href={ "/work/people?limit=" (paging.limit()) "&cursor=" (next) } { (w.t("app-next-page")) }
        }
    };
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}

/// Whether to offer what only administrators may do; the operation checks it again.
pub fn may_manage(cx: &Context) -> bool {
    need(cx, Act::ManagePeople, Resource::default()).is_ok()
}

fn roles(posts: impl Iterator<Item = Role>) -> BTreeMap<Role, usize> {
    let mut found = BTreeMap::new();
    for role in posts {
        *found.entry(role).or_default() += 1;
    }
    found
}

/// A label, an error and a `select` around its options.
pub(super) fn choice(
    w: Words,
    faults: &Faults,
    name: &str,
    label: &str,
    options: &Markup,
) -> Markup {
    let said = faults.at(name);
    html! {
        div class={ "govuk-form-group" @if said.is_some() { " govuk-form-group--error" } } {
            label class="govuk-label" for=(name) { (label) }
            (error_message(w, name, said))
            select class="govuk-select" id=(name) name=(name) aria-describedby=[described(name, false, said.is_some())] {
                option value="" { (w.t("app-choose")) }
                (options)
            }
        }
    }
}

/// The fields that choose a post: a unit and a role.
pub fn post_fields(
    cx: &Context,
    units: &[Unit],
    faults: &Faults,
    (unit, role): (&str, &str),
) -> Markup {
    let w = Words(cx.locale);
    // One group for a district, and one for each street with its communities.
    let mut groups: BTreeMap<&str, Vec<&Unit>> = BTreeMap::new();
    for it in units {
        let group = it.division.get(..9).unwrap_or(&it.division);
        groups.entry(group).or_default().push(it);
    }
    let heading = |units: &[&Unit]| {
        let desk = units.iter().find(|it| it.kind == "desk").or(units.first());
        desk.map(|it| it.name(cx.locale).to_owned())
            .unwrap_or_default()
    };
    let units = html! {
        @for units in groups.values() {
            optgroup label=(heading(units)) {
                @for it in units { option value=(it.id) selected[it.id == unit] { (it.name(cx.locale)) } }
            }
        }
    };
    let roles = html! {
        // A resident needs no post.
        @for it in Role::ALL.iter().filter(|it| **it != Role::Resident) {
            option value=(it.name()) selected[it.name() == role] { (w.t(&format!("role-{}", it.name()))) }
        }
    };
    html! {
        (choice(w, faults, "unit", &w.t("people-unit"), &units))
        (choice(w, faults, "role", &w.t("people-role"), &roles))
    }
}

/// The role of that name; `Invalid` at the field when there is none.
pub fn role(name: &str) -> Result<Role> {
    let found = Role::from_name(name).filter(|it| *it != Role::Resident);
    found.ok_or_else(|| Error::invalid("role", "people-role-choose"))
}

/// Somebody to invite.
#[derive(Debug, Default, Deserialize)]
pub struct Invite {
    #[serde(default)]
    login: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    role: String,
}

/// `GET /work/people/invite`
pub async fn invite_form(State(app): State<App>, cx: Context) -> Result<Response> {
    staff_only(&cx)?;
    need(&cx, Act::ManagePeople, Resource::default())?;
    let faults = Faults::default();
    invite_page(&app, &cx, &Invite::default(), &faults, StatusCode::OK).await
}

async fn invite_page(
    app: &App,
    cx: &Context,
    it: &Invite,
    faults: &Faults,
    status: StatusCode,
) -> Result<Response> {
    let w = Words(cx.locale);
    let units = directory::units(&app.domain, cx, "").await?;
    let title = w.t("people-invite");
    let main = html! {
        (parts::back(w, "/work/people"))
        (faults.summary(w))
        h1 class="govuk-heading-l" { (title) }
        form method="post" action="/work/people/invite" novalidate {
            (input(w, faults, Input { name: "name", label: &w.t("people-name"), hint: None, kind: "text",
                value: &it.name, autocomplete: Some("off") }))
            (input(w, faults, Input { name: "login", label: &w.t("people-login"), hint: Some(&w.t("login-form")), kind: "text",
                value: &it.login, autocomplete: Some("off") }))
            (post_fields(cx, &units, faults, (&it.unit, &it.role)))
            (button(&title))
        }
    };
    let uri = Uri::from_static("/work/people/invite");
    Ok(layout::page_with(status, app, cx, &uri, &title, &main))
}

/// `POST /work/people/invite`: shows the invitation, once. Not led on to another page, since the
/// secret is kept nowhere.
pub async fn invite(
    State(app): State<App>,
    cx: Context,
    Form(form): Form<Invite>,
) -> Result<Response> {
    staff_only(&cx)?;
    let invited = match role(&form.role) {
        Ok(role) => {
            operations::invite(&app.domain, &cx, &form.login, &form.name, &form.unit, role).await
        }
        Err(error) => Err(error),
    };
    let secret = match invited {
        Ok(secret) => secret,
        Err(error) => {
            let faults = Faults::of(cx.locale, error)?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return invite_page(&app, &cx, &form, &faults, status).await;
        }
    };
    let w = Words(cx.locale);
    let title = w.t("people-invited");
    let address = format!("{}/invitation?code={secret}", app.config.origin());
    let main = html! {
        (parts::back(w, "/work/people"))
        h1 class="govuk-heading-l" { (title) }
        p class="govuk-body" { (w.tx("people-invited-why", &[("name", &form.name)])) }
        p class="govuk-inset-text od-code" { (address) }
    };
    let uri = Uri::from_static("/work/people/invite");
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}
