//! The home page: one large thing to do, the services, one's own matters, and a number to call.

use axum::{extract::State, http::Uri, response::Response};
use maud::{Markup, html};
use onedoor_manifest::{Audience, LifeEvent};
use std::collections::BTreeMap;

use super::{matters, parts};
use crate::{
    app::App,
    cases::views,
    context::{Context, Locale, Principal},
    error::Result,
    page::Paging,
    web::{i18n::Words, layout},
};

/// How many services and matters stand on the home page.
const FEW: (usize, u32) = (6, 3);

/// A service, as a card.
struct Service {
    title: String,
    description: String,
    address: String,
}

/// The services that this reader is offered, by life event.
fn services(app: &App, cx: &Context) -> BTreeMap<LifeEvent, Vec<Service>> {
    let staff = cx.posts().next().is_some();
    let mut found: BTreeMap<LifeEvent, Vec<Service>> = BTreeMap::new();
    for (id, loaded) in app.plugins.all().iter() {
        for it in &loaded.manifest.services {
            if it.audience == Audience::Staff && !staff {
                continue;
            }
            let (title, description) = match cx.locale {
                Locale::Chinese => (&it.title.zh, &it.description.zh),
                Locale::English => (&it.title.en, &it.description.en),
            };
            found.entry(it.life_event).or_default().push(Service {
                title: title.clone(),
                description: description.clone(),
                address: format!("/services/{id}/{}", it.page),
            });
        }
    }
    found
}

fn card(it: &Service) -> Markup {
    html! { li class="od-card" { a class="govuk-link" href=(it.address) { (it.title) } p { (it.description) } } }
}

/// `GET /`
pub async fn show(State(app): State<App>, cx: Context, uri: Uri) -> Result<Response> {
    let w = Words(cx.locale);
    let title = w.t("home-title");
    let services = services(&app, &cx);
    let count: usize = services.values().map(Vec::len).sum();
    let mine = match cx.principal {
        Principal::Person(_) | Principal::Phone { .. } => {
            views::mine(&app.domain, &cx, &Paging::first(FEW.1))
                .await?
                .items
        }
        _ => Vec::new(),
    };
    let main = html! {
        h1 class="govuk-heading-xl" { (title) }
        p class="govuk-body-l" { (w.t("home-report-why")) }
        a class="govuk-button od-big" href="/report" role="button" draggable="false" { (w.t("home-report")) }
        @if !mine.is_empty() {
            h2 class="govuk-heading-m" { (w.t("home-matters")) }
            @for case in &mine { (matters::line(&app, &cx, case)) }
            p class="govuk-body" { a class="govuk-link od-call" href="/matters" { (w.t("home-all-matters")) } }
        }
        h2 class="govuk-heading-m" { (w.t("home-services")) }
        @if count == 0 { p class="govuk-body" { (w.t("home-no-services")) } }
        @else { ul class="od-cards" { @for it in services.values().flatten().take(FEW.0) { (card(it)) } } }
        @if count > FEW.0 { p class="govuk-body" { a class="govuk-link od-call" href="/services" { (w.t("home-all-services")) } } }
        p class="govuk-body" { a class="govuk-link od-call" href="/circle" { (w.t("circle-title")) } }
        p class="govuk-inset-text" { (w.t("home-call")) " " a class="govuk-link od-call" href="tel:12345" { (w.t("app-hotline")) } }
    };
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}

/// `GET /services`: all of them, by life event.
pub async fn all(State(app): State<App>, cx: Context, uri: Uri) -> Response {
    let w = Words(cx.locale);
    let title = w.t("home-services");
    let main = html! {
        (parts::back(w, "/"))
        h1 class="govuk-heading-l" { (title) }
        @for (event, services) in &services(&app, &cx) {
            h2 class="govuk-heading-m" { (w.t(life_key(*event))) }
            ul class="od-cards" { @for it in services { (card(it)) } }
        }
    };
    layout::page(&app, &cx, &uri, &title, &main)
}

const fn life_key(event: LifeEvent) -> &'static str {
    match event {
        LifeEvent::SafeNeighbourhood => "life-safe-neighbourhood",
        LifeEvent::GrowingOld => "life-growing-old",
        LifeEvent::RaisingAChild => "life-raising-a-child",
        LifeEvent::Education => "life-education",
        LifeEvent::Health => "life-health",
        LifeEvent::Housing => "life-housing",
        LifeEvent::Work => "life-work",
        LifeEvent::GettingAbout => "life-getting-about",
        LifeEvent::Leisure => "life-leisure",
        LifeEvent::RunningABusiness => "life-running-a-business",
        LifeEvent::Hardship => "life-hardship",
        LifeEvent::Other => "life-other",
    }
}
