//! What a member of staff sees first: each queue with how much is in it and what is due soonest,
//! and one whole queue.

use axum::{
    extract::{Path, Query, State},
    http::Uri,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;

use super::{ready, search, staff_only, tables};
use crate::{
    app::App,
    cases::{
        board,
        figures::digest,
        operations,
        queues::{self, Count, Queue},
        views, visits,
    },
    context::Context,
    error::{Error, Result},
    identity::{Act, Resource, Role, need},
    page::{Page, Paging},
    web::{
        i18n::Words,
        layout,
        pages::parts::{self, Faults, Input, input},
    },
};

/// How many cases of each queue the first page shows.
const FIRST: u32 = 5;

/// Whether a number was looked for in vain.
#[derive(Debug, Default, Deserialize)]
pub struct Missed {
    missed: Option<String>,
}

/// `GET /work`
pub async fn show(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Query(missed): Query<Missed>,
) -> Result<Response> {
    staff_only(&cx)?;
    let w = Words(cx.locale);
    let mut sections = Vec::new();
    for count in queues::counts(&app.domain, &cx).await? {
        sections.push(section(&app, &cx, count).await?);
    }
    let mut faults = Faults::default();
    if missed.missed.is_some() {
        faults.add(Some("number"), w.t("work-find-none"));
    }
    let ready = ready::hint(&app, &cx).await?;
    let title = w.t("app-work");
    let main = html! {
        (faults.summary(w))
        h1 class="govuk-heading-l" { (title) }
        (posts(&cx))
        (ready)
        @if cx.has_role(Role::Administrator) || cx.has_role(Role::Supervisor) || cx.has_role(Role::DutyKeeper) {
            p class="govuk-body" { a class="govuk-link od-call" href="/work/people" { (w.t("people-title")) } }
        }
        p class="govuk-body" { a class="govuk-link od-call" href="/work/duty-list" { (w.t("duty-title")) } }
        @if [Role::Administrator, Role::DepartmentDeveloper, Role::PluginReviewer].iter().any(|it| cx.has_role(*it)) {
            p class="govuk-body" { a class="govuk-link od-call" href="/work/plugins" { (w.t("plugins-title")) } }
        }
        @if board::division(&cx, None).is_ok() {
            p class="govuk-body" { a class="govuk-link od-call" href="/work/board" { (w.t("board-link")) } }
            p class="govuk-body" { a class="govuk-link od-call" href="/work/figures" { (w.t("figures-link")) } }
        }
        @if !digest::units(&cx).is_empty() {
            p class="govuk-body" { a class="govuk-link od-call" href="/work/digest" { (w.t("digest-link")) } }
        }
        @if need(&cx, Act::ReadPlugins, Resource::default()).is_ok() {
            p class="govuk-body" { a class="govuk-link od-call" href="/work/messages" { (w.t("parked-title")) } }
        }
        @if need(&cx, Act::ManageWebhooks, Resource::default()).is_ok() {
            p class="govuk-body" { a class="govuk-link od-call" href="/work/webhooks" { (w.t("webhook-title")) } }
        }
        p class="govuk-body" { a class="govuk-link od-call" href="/work/datasets" { (w.t("datasets-title")) } }
        @if [Role::Administrator, Role::Supervisor, Role::DutyKeeper].iter().any(|it| cx.has_role(*it)) {
            p class="govuk-body" { a class="govuk-link od-call" href="/work/grants" { (w.t("grants-title")) } }
        }
        @if cx.has_role(Role::CounterClerk) || cx.has_role(Role::GridWorker) {
            p class="govuk-body" { a class="govuk-link od-call" href="/work/family" { (w.t("witness-title")) } }
        }
        @if sections.is_empty() { p class="govuk-inset-text" { (w.t("work-no-queues")) } }
        @if visits::may_plan(&cx) {
            p class="govuk-body" { a class="govuk-link od-call" href="/work/visits/new" { (w.t("visit-plan")) } }
        }
        @for section in &sections { (section) }
        @if !sections.is_empty() {
            h2 class="govuk-heading-m" { (w.t("work-find")) }
            form method="get" action="/work/find" {
                (input(w, &faults, Input { name: "number", label: &w.t("work-number"), hint: Some(&w.t("find-number-hint")),
                    kind: "text", value: missed.missed.as_deref().unwrap_or_default(), autocomplete: Some("off") }))
                button class="govuk-button govuk-button--secondary" { (w.t("work-find")) }
            }
            (search::form(w, &Faults::default(), ""))
        }
    };
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}

/// The posts in force, by role.
fn posts(cx: &Context) -> Markup {
    let w = Words(cx.locale);
    let mut roles: BTreeMap<Role, usize> = BTreeMap::new();
    for post in cx.posts() {
        *roles.entry(post.role).or_default() += 1;
    }
    html! {
        p class="od-quiet" {
            (w.t("work-posts"))
            @for (n, (role, units)) in roles.iter().enumerate() {
                @if n > 0 { " · " }
                (w.t(&format!("role-{}", role.name())))
                @if *units > 1 { (w.tx("work-units", &[("n", &units.to_string())])) }
            }
        }
    }
}

async fn section(app: &App, cx: &Context, count: Count) -> Result<Markup> {
    let w = Words(cx.locale);
    let name = count.queue.name();
    let title = w.t(&format!("queue-{name}"));
    let page = queues::queue(&app.domain, cx, count.queue, &Paging::first(FIRST)).await?;
    let holders = views::holders(&app.domain, cx, &page.items).await?;
    let (all, late) = (count.cases.to_string(), count.late.to_string());
    Ok(html! {
        section aria-labelledby={ "queue-" (name) } {
            h2 class="govuk-heading-m" id={ "queue-" (name) } { (title) (w.tx("work-count", &[("n", &all)])) }
            @if count.late > 0 {
                p class="govuk-body" { strong class="govuk-tag govuk-tag--red" { (w.tx("work-late", &[("n", &late)])) } }
            }
            @if page.items.is_empty() { p class="govuk-body" { (w.t("work-queue-empty")) } }
            @else { (tables::cases(app, cx, &title, &page.items, &holders)) }
            @if page.next.is_some() {
                p class="govuk-body" { a class="govuk-link od-call" href={ "/work/queues/" (name) } {
                    (w.tx("work-all", &[("n", &all), ("queue", &title)]))
                } }
            }
        }
    })
}

/// In which order a list of visits is asked for.
#[derive(Debug, Default, Deserialize)]
pub struct Sorted {
    by: Option<String>,
}

/// `GET /work/queues/{queue}`
pub async fn queue(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Path(queue): Path<String>,
    Query(paging): Query<Paging>,
    Query(sorted): Query<Sorted>,
) -> Result<Response> {
    staff_only(&cx)?;
    let queue = Queue::from_name(&queue).ok_or(Error::NotFound)?;
    let w = Words(cx.locale);
    let by_place = queue == Queue::Today && sorted.by.as_deref() == Some("place");
    let page = if by_place {
        let items = queues::by_place(&app.domain, &cx).await?;
        Page { items, next: None }
    } else {
        queues::queue(&app.domain, &cx, queue, &paging).await?
    };
    let holders = views::holders(&app.domain, &cx, &page.items).await?;
    let title = w.t(&format!("queue-{}", queue.name()));
    let main = html! {
        (parts::back(w, "/work"))
        h1 class="govuk-heading-l" { (title) }
        @if queue == Queue::Today {
            p class="govuk-body" {
                @if by_place { a class="govuk-link od-call" href="/work/queues/today" { (w.t("visits-by-time")) } }
                @else { a class="govuk-link od-call" href="/work/queues/today?by=place" { (w.t("visits-by-place")) } }
            }
        }
        @if page.items.is_empty() { p class="govuk-body" { (w.t("work-queue-empty")) } }
        @else { (tables::cases(&app, &cx, &title, &page.items, &holders)) }
        @if let Some(next) = &page.next {
            a class="govuk-link od-call" href={ "/work/queues/" (queue.name()) "?limit=" (paging.limit()) "&cursor=" (next) } {
                (w.t("app-next-page"))
            }
        }
    };
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}

/// A number that somebody quotes.
#[derive(Debug, Default, Deserialize)]
pub struct Number {
    #[serde(default)]
    number: String,
}

/// `GET /work/find?number=…`: leads to the case. Whoever may not see it is told the same as when
/// there is none.
pub async fn find(
    State(app): State<App>,
    cx: Context,
    Query(it): Query<Number>,
) -> Result<Response> {
    staff_only(&cx)?;
    let to = match operations::by_number(&app.domain, &cx, &it.number).await {
        Ok(case) => format!("/work/cases/{}", case.id),
        Err(Error::NotFound) => {
            let number: String =
                url::form_urlencoded::byte_serialize(it.number.as_bytes()).collect();
            format!("/work?missed={number}")
        }
        Err(error) => return Err(error),
    };
    Ok(Redirect::to(&to).into_response())
}
