//! The home page: one large thing to do, the services, one's own matters, and a number to call.

use axum::{extract::State, http::Uri, response::Response};
use maud::html;

use crate::{
    app::App,
    context::Context,
    web::{i18n::Words, layout},
};

/// `GET /`
pub async fn show(State(app): State<App>, cx: Context, uri: Uri) -> Response {
    let w = Words(cx.locale);
    let title = w.t("home-title");
    let main = html! {
        h1 class="govuk-heading-xl" { (title) }
        p class="govuk-body-l" { (w.t("home-report-why")) }
        a class="govuk-button od-big" href="/report" role="button" draggable="false" { (w.t("home-report")) }
        p class="govuk-inset-text" { (w.t("home-call")) " " a class="govuk-link od-call" href="tel:12345" { (w.t("app-hotline")) } }
    };
    layout::page(&app, &cx, &uri, &title, &main)
}
