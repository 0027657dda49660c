//! 谁看过我的信息: every read of one's personal data, with who, why and by what right.

use axum::{
    extract::{Query, State},
    http::Uri,
    response::Response,
};
use maud::html;

use super::parts::{self, time};
use crate::{
    app::App,
    context::Context,
    error::Result,
    page::Paging,
    records::access,
    web::{i18n, i18n::Words, layout},
};

/// `GET /my-data`
pub async fn show(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Query(paging): Query<Paging>,
) -> Result<Response> {
    let w = Words(cx.locale);
    let reads = access::about_me(&app.domain, &cx, &paging).await?;
    let said = |prefix: &str, code: &str| {
        let key = format!("{prefix}-{code}");
        match i18n::has(cx.locale, &key) {
            true => w.t(&key),
            false => code.to_owned(),
        }
    };
    let basis = |basis: &str| said("basis", basis.split(':').next().unwrap_or(basis));
    let main = html! {
        (parts::back(w, "/"))
        h1 class="govuk-heading-l" { (w.t("app-my-data")) }
        p class="govuk-body" { (w.t("my-data-why")) }
        @if reads.items.is_empty() { p class="govuk-inset-text" { (w.t("my-data-none")) } }
        @else {
            div class="od-wide" { table class="govuk-table" {
                caption class="govuk-visually-hidden" { (w.t("app-my-data")) }
                thead { tr {
                    @for key in ["my-data-when", "my-data-who", "my-data-what", "my-data-purpose", "my-data-basis"] {
                        th class="govuk-table__header" scope="col" { (w.t(key)) }
                    }
                } }
                tbody { @for it in &reads.items { tr class="govuk-table__row" {
                    td class="govuk-table__cell" { (time(cx.locale, &app.domain.zone, cx.now, it.at)) }
                    td class="govuk-table__cell" {
                        @match (&it.plugin, &it.unit) {
                            (Some(plugin), _) => (plugin),
                            (None, Some(unit)) => (unit),
                            (None, None) => (it.reader),
                        }
                    }
                    td class="govuk-table__cell" {
                        @for (n, field) in it.fields.split(',').enumerate() { @if n > 0 { " " } (said("claim", field)) }
                    }
                    td class="govuk-table__cell" { (said("purpose", &it.purpose)) }
                    td class="govuk-table__cell" { (basis(&it.basis)) }
                } } }
            } }
            @if let Some(next) = &reads.next { a class="govuk-link od-call" href={ "/my-data?cursor=" (next) } { (w.t("app-next-page")) } }
        }
    };
    Ok(layout::page(&app, &cx, &uri, &w.t("app-my-data"), &main))
}
