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
    context::{Context, Locale},
    db::{self, audit::Access},
    error::Result,
    page::Paging,
    records::access,
    web::{i18n, i18n::Words, layout},
};

/// Who read it, by name: the service, or the unit of the officer.
async fn reader(app: &App, cx: &Context, read: &Access) -> Result<String> {
    if let Some(id) = &read.plugin {
        let name = app.plugins.get(id).map(|it| match cx.locale {
            Locale::Chinese => it.manifest.name.zh.clone(),
            Locale::English => it.manifest.name.en.clone(),
        });
        return Ok(name.unwrap_or_else(|| id.clone()));
    }
    let Some(id) = &read.unit else {
        return Ok(read.reader.clone());
    };
    let mut c = app.domain.database.read().await?;
    let unit = db::units::get(&mut c, id).await?;
    Ok(unit.map_or_else(|| id.clone(), |it| it.name(cx.locale).to_owned()))
}

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
                    td class="govuk-table__cell" { (reader(&app, &cx, it).await?) }
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
