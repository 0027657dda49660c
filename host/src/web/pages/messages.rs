//! 消息: what plugins and the host have told a person. A message is marked as read when it is
//! opened, or all of them at once.

use axum::{
    extract::{Path, Query, State},
    http::Uri,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use onedoor_forms::Route;

use super::parts::{self, time};
use crate::{
    app::App,
    context::{Context, Locale},
    error::Result,
    notices::{self, Notice},
    page::Paging,
    web::{blocks, i18n::Words, layout},
};

/// `GET /messages`
pub async fn show(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Query(paging): Query<Paging>,
) -> Result<Response> {
    let w = Words(cx.locale);
    let page = notices::mine(&app.domain, &cx, &paging).await?;
    let main = html! {
        (parts::back(w, "/"))
        h1 class="govuk-heading-l" { (w.t("app-messages")) }
        @if page.items.is_empty() { p class="govuk-inset-text" { (w.t("messages-none")) } }
        @else if cx.unread > 0 {
            form method="post" action="/messages/read" {
                button class="govuk-button govuk-button--secondary" { (w.t("messages-read-all")) }
            }
        }
        @for it in &page.items { (one(&app, &cx, it)) }
        @if let Some(next) = &page.next { a class="govuk-link od-call" href={ "/messages?cursor=" (next) } { (w.t("app-next-page")) } }
    };
    Ok(layout::page(&app, &cx, &uri, &w.t("app-messages"), &main))
}

fn one(app: &App, cx: &Context, it: &Notice) -> Markup {
    let w = Words(cx.locale);
    let (title, body) = match cx.locale {
        Locale::Chinese => (&it.title_zh, &it.body_zh),
        Locale::English => (&it.title_en, &it.body_en),
    };
    let new = it.read.is_none();
    html! {
        article class="od-matter" aria-labelledby={ "message-" (it.id) } {
            h2 class="govuk-heading-s" id={ "message-" (it.id) } {
                @if new { strong class="govuk-tag govuk-tag--blue" { (w.t("messages-new")) } " " }
                (title)
            }
            p class="govuk-body" { (body) }
            p class="od-quiet" { (sender(app, cx, it)) " · " (time(cx.locale, &app.domain.zone, cx.now, it.at)) }
            @if let Some(to) = leads_to(it) {
                form method="post" action={ "/messages/" (it.id) "/open" } {
                    button class="govuk-button govuk-button--secondary" aria-describedby={ "message-" (it.id) } {
                        (w.t(if to.starts_with("/cases/") { "messages-open-case" } else { "messages-open" }))
                    }
                }
            }
        }
    }
}

fn sender(app: &App, cx: &Context, it: &Notice) -> String {
    if it.sender.is_empty() {
        return Words(cx.locale).t("app-name");
    }
    let name = app.plugins.get(&it.sender).map(|it| match cx.locale {
        Locale::Chinese => it.manifest.name.zh.clone(),
        Locale::English => it.manifest.name.en.clone(),
    });
    name.unwrap_or_else(|| it.sender.clone())
}

/// Where a message leads: to its case, or to a page of the plugin that sent it.
fn leads_to(it: &Notice) -> Option<String> {
    if let Some(case) = &it.case {
        return Some(format!("/cases/{case}"));
    }
    let route: Route = serde_json::from_str(it.opens.as_deref()?).ok()?;
    Some(blocks::address(&it.sender, &route, ""))
}

/// `POST /messages/read`: all of them.
pub async fn read_all(State(app): State<App>, cx: Context) -> Result<Response> {
    notices::mark(&app.domain, &cx, None).await?;
    Ok(Redirect::to("/messages").into_response())
}

/// `POST /messages/{message}/open`: marks it, and goes where it leads.
pub async fn open(
    State(app): State<App>,
    cx: Context,
    Path(message): Path<String>,
) -> Result<Response> {
    let it = notices::open(&app.domain, &cx, message).await?;
    let to = leads_to(&it).unwrap_or_else(|| "/messages".to_owned());
    Ok(Redirect::to(&to).into_response())
}
