//! Finding cases by words, for staff.

use axum::{
    extract::{Query, State},
    http::Uri,
    response::Response,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{staff_only, tables};
use crate::{
    app::App,
    cases::{search, views},
    context::Context,
    error::Result,
    page::Paging,
    web::{
        i18n::Words,
        layout,
        pages::parts::{self, Faults, Input, input},
    },
};

/// What is looked for; nothing on the first visit.
#[derive(Debug, Default, Deserialize)]
pub struct Question {
    q: Option<String>,
    cursor: Option<String>,
}

/// `GET /work/search?q=…`
pub async fn show(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Query(asked): Query<Question>,
) -> Result<Response> {
    staff_only(&cx)?;
    let w = Words(cx.locale);
    let question = asked.q.as_deref().unwrap_or_default().trim();
    let mut faults = Faults::default();
    let mut found = None;
    if asked.q.is_some() {
        let paging = Paging {
            cursor: asked.cursor.clone(),
            ..Paging::default()
        };
        match search::search(&app.domain, &cx, question, &paging).await {
            Ok(page) => found = Some(page),
            Err(error) => faults = Faults::of(cx.locale, error)?,
        }
    }
    let title = match &found {
        Some(_) => w.tx("search-title-of", &[("q", question)]),
        None => w.t("search-title"),
    };
    let main = html! {
        (parts::back(w, "/work"))
        (faults.summary(w))
        h1 class="govuk-heading-l" { (w.t("search-title")) }
        (form(w, &faults, question))
        @if let Some(page) = &found {
            @let holders = views::holders(&app.domain, &cx, &page.items).await?;
            h2 class="govuk-heading-m" { (w.tx("search-found", &[("q", question)])) }
            @if page.items.is_empty() { p class="govuk-body" { (w.t("search-none")) } }
            @else { (tables::cases(&app, &cx, &title, &page.items, &holders)) }
            @if let Some(next) = &page.next {
                a class="govuk-link od-call" href=(further(question, next)) { (w.t("app-next-page")) }
            }
        }
    };
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}

/// The box to write in.
pub fn form(w: Words, faults: &Faults, question: &str) -> Markup {
    html! {
        form method="get" action="/work/search" role="search" {
            (input(w, faults, Input { name: "q", label: &w.t("search-label"), hint: Some(&w.t("search-hint")),
                kind: "search", value: question, autocomplete: Some("off") }))
            button class="govuk-button govuk-button--secondary" { (w.t("search-go")) }
        }
    }
}

/// The same question from a cursor on.
fn further(question: &str, next: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("q", question);
    query.append_pair("cursor", next);
    format!("/work/search?{}", query.finish())
}
