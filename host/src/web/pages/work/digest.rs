//! The digest of a desk: one line for each thing that happened on a day, leading to its cases.

use axum::{
    extract::{Query, State},
    http::Uri,
    response::Response,
};
use jiff::civil::Date;
use maud::html;
use url::form_urlencoded::Serializer;

use super::{behind::further, staff_only, tables};
use crate::{
    app::App,
    cases::{
        figures::digest::{self, Asked},
        views,
    },
    context::Context,
    error::Result,
    page::Paging,
    web::{api::figures::OfLine, i18n::Words, layout, pages::parts},
};

fn query(unit: &str, day: &str) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("unit", unit).append_pair("day", day);
    query.finish()
}

/// `GET /work/digest`
pub async fn show(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    staff_only(&cx)?;
    let w = Words(cx.locale);
    let it = digest::digest(&app.domain, &cx, &asked).await?;
    let day = it.day.to_string();
    let beside = [
        (it.day.yesterday(), "digest-before"),
        (it.day.tomorrow(), "digest-after"),
    ];
    let today = cx.now.zoned(&app.domain.zone).date();
    let title = w.tx("digest-title", &[("unit", it.unit.name(cx.locale))]);
    let main = html! {
        (parts::back(w, "/work"))
        h1 class="govuk-heading-l" { (title) }
        p class="govuk-body" { (parts::day(cx.locale, &day)) }
        p class="govuk-body" {
            @for (day, words) in beside { @if let Ok(day) = day && day <= today {
                a class="govuk-link od-call" href={ "/work/digest?" (query(&it.unit.id, &day.to_string())) } { (w.t(words)) } " "
            } }
        }
        dl class="govuk-summary-list" { @for count in &it.lines {
            @let name = count.line.name();
            @let label = w.t(&format!("digest-{name}"));
            div class="govuk-summary-list__row" {
                dt class="govuk-summary-list__key" { (label) br; span class="od-quiet" { (w.t(&format!("digest-{name}-how"))) } }
                dd class="govuk-summary-list__value" {
                    a class="govuk-link od-call" href={ "/work/digest/cases?line=" (name) "&" (query(&it.unit.id, &day)) } {
                        (count.cases) span class="govuk-visually-hidden" { " " (w.tx("board-behind", &[("label", &label)])) }
                    }
                }
            }
        } }
        @if it.own.len() > 1 {
            h2 class="govuk-heading-m" { (w.t("digest-others")) }
            ul class="govuk-list" { @for unit in &it.own {
                li { a class="govuk-link od-call" href={ "/work/digest?" (query(&unit.id, &day)) } { (unit.name(cx.locale)) } }
            } }
        }
    };
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}

/// `GET /work/digest/cases`: the cases behind a line.
pub async fn cases(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Query(asked): Query<Asked>,
    Query(of): Query<OfLine>,
    Query(paging): Query<Paging>,
) -> Result<Response> {
    staff_only(&cx)?;
    let w = Words(cx.locale);
    let page = digest::behind(&app.domain, &cx, &asked, of.line, &paging).await?;
    let holders = views::holders(&app.domain, &cx, &page.items).await?;
    let title = w.t(&format!("digest-{}", of.line.name()));
    let day = asked.day.as_deref().unwrap_or_default();
    let day = day
        .parse::<Date>()
        .map_or_else(|_| String::new(), |it| it.to_string());
    let back = query(asked.unit.as_deref().unwrap_or_default(), &day);
    let main = html! {
        (parts::back(w, &format!("/work/digest?{back}")))
        h1 class="govuk-heading-l" { (title) }
        p class="govuk-body" { (w.t(&format!("digest-{}-how", of.line.name()))) }
        @if page.items.is_empty() { p class="govuk-body" { (w.t("work-queue-empty")) } }
        @else { (tables::cases(&app, &cx, &title, &page.items, &holders)) }
        (further(w, &uri, page.next.as_deref()))
    };
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}
