//! 十五分钟生活圈: what a resident can reach on foot, as a list and a drawing. For the community
//! they chose or live in; works without a position.

use axum::{
    extract::{Query, State},
    http::Uri,
    response::Response,
};
use maud::{Markup, html};
use serde::Deserialize;

use crate::{
    app::App,
    context::Context,
    error::Result,
    grid::{
        self, Division, DivisionLevel,
        circle::{self, Reachable},
    },
    records::access::{self, Field},
    web::{
        i18n::Words,
        layout,
        pages::parts::{self, Faults, Input, input},
    },
};

/// The width and height of the drawing, in its own units.
const SIZE: f64 = 320.0;

/// Which community, or what to look for.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    community: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    open: Option<String>,
}

/// `GET /circle`
pub async fn show(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Query(wanted): Query<Wanted>,
) -> Result<Response> {
    let w = Words(cx.locale);
    let own = match wanted.community.as_str() {
        "" => access::own(&app.domain, &cx, Field::Community).await?,
        code => Some(code.to_owned()),
    };
    let found = match wanted.text.trim() {
        "" => Vec::new(),
        text => communities(grid::search(&app.domain, &cx, text, "")?),
    };
    let title = w.t("circle-title");
    let reached = match &own {
        Some(code) if found.is_empty() => {
            let it = grid::division(&app.domain, &cx, code)?;
            let all = circle::around(&app.domain, &cx, code).await?;
            Some((it, all))
        }
        _ => None,
    };
    let main = html! {
        (parts::back(w, "/"))
        h1 class="govuk-heading-l" { (title) }
        form method="get" action="/circle" {
            (input(w, &Faults::default(), Input { name: "text", label: &w.t("circle-community"), hint: Some(&w.t("circle-community-hint")),
                kind: "search", value: &wanted.text, autocomplete: Some("off") }))
            button class="govuk-button" { (w.t("circle-find")) }
        }
        @if !wanted.text.trim().is_empty() && found.is_empty() { p class="govuk-inset-text" { (w.t("circle-no-community-found")) } }
        ul class="govuk-list" { @for it in &found {
            li { a class="govuk-link od-call" href={ "/circle?community=" (it.code) } { (it.name(cx.locale)) } }
        } }
        @if let Some((place, all)) = &reached { (list(&cx, place, all, wanted.open.is_some())) }
    };
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}

fn communities(found: Vec<Division>) -> Vec<Division> {
    let level = |it: &Division| it.level == DivisionLevel::Community;
    found.into_iter().filter(level).collect()
}

fn list(cx: &Context, place: &Division, all: &[Reachable], only_open: bool) -> Markup {
    let w = Words(cx.locale);
    let shown: Vec<&Reachable> = all.iter().filter(|it| !only_open || it.open).collect();
    let here = format!("/circle?community={}", place.code);
    html! {
        h2 class="govuk-heading-m" { (w.tx("circle-around", &[("place", place.name(cx.locale))])) }
        p class="govuk-body" { (w.t("circle-speed")) }
        p class="govuk-body" {
            @if only_open { a class="govuk-link od-call" href=(here) { (w.t("circle-show-all")) } }
            @else { a class="govuk-link od-call" href={ (here) "&open=1" } { (w.t("circle-show-open")) } }
        }
        @if shown.is_empty() { p class="govuk-inset-text" { @if all.is_empty() { (w.t("circle-none")) } @else { (w.t("circle-none-open")) } } }
        (drawn(w, &shown))
        ol class="govuk-list govuk-list--number" { @for it in &shown {
            @let name = match cx.locale {
                crate::context::Locale::Chinese => &it.point.name,
                crate::context::Locale::English => &it.point.name_en,
            };
            li class="govuk-!-margin-bottom-4" {
                strong { (name) } " " (w.t(&format!("circle-kind-{}", it.point.kind)))
                br; strong class={ "govuk-tag " @if it.open { "govuk-tag--green" } @else { "govuk-tag--grey" } } {
                    (w.t(if it.open { "circle-open" } else { "circle-closed" }))
                }
                " " (it.point.hours)
                br; (it.point.address)
                @if let Some(minutes) = it.minutes { br; (w.tx("circle-minutes-away", &[("n", &minutes.to_string())])) }
                @if it.point.wheelchair { br; (w.t("circle-wheelchair-yes")) }
                @if !it.point.services.is_empty() { br; (it.point.services) }
            }
        } }
    }
}

/// Where the points lie to one another, numbered as in the list; north is up.
fn drawn(w: Words, shown: &[&Reachable]) -> Markup {
    let place = |it: &&Reachable| (it.point.lon, it.point.lat);
    let (Some(first), true) = (shown.first().map(place), shown.len() > 1) else {
        return html! {};
    };
    let (mut low, mut high) = (first, first);
    for (lon, lat) in shown.iter().map(place) {
        low = (low.0.min(lon), low.1.min(lat));
        high = (high.0.max(lon), high.1.max(lat));
    }
    let narrow = f64::midpoint(low.1, high.1).to_radians().cos();
    let wide = ((high.0 - low.0) * narrow).max(high.1 - low.1).max(1e-6);
    let scale = (SIZE - 60.0) / wide;
    html! {
        svg class="od-map" role="img" aria-label=(w.t("circle-drawing")) viewBox={ "0 0 " (SIZE) " " (SIZE) } {
            @for (n, it) in shown.iter().enumerate() {
                @let x = format!("{:.1}", 30.0 + (it.point.lon - low.0) * narrow * scale);
                @let y = format!("{:.1}", 30.0 + (high.1 - it.point.lat) * scale);
                circle cx=(x) cy=(y) r="13" fill="#1d70b8" {}
                text x=(x) y=(y) dy="5" text-anchor="middle" font-size="14" fill="#ffffff" { (n + 1) }
            }
        }
    }
}
