//! Plugins for those who build and review them: the list, and handing in a component. Who may do
//! what is decided in `plugins::revisions`.

use axum::{
    extract::{Multipart, State},
    http::{StatusCode, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};

use super::staff_only;
use crate::{
    app::App,
    context::{Context, Locale},
    db::plugins::State as Stage,
    error::{Error, Result},
    plugins::revisions::{self, PluginSummary},
    web::{
        i18n::Words,
        layout,
        pages::parts::{self, Faults, button, error_message},
    },
};

/// `GET /work/plugins`
pub async fn list(State(app): State<App>, cx: Context, uri: Uri) -> Result<Response> {
    staff_only(&cx)?;
    page(&app, &cx, &uri, &Faults::default()).await
}

async fn page(app: &App, cx: &Context, uri: &Uri, faults: &Faults) -> Result<Response> {
    let w = Words(cx.locale);
    let plugins = revisions::overview(app, cx).await?;
    let title = w.t("plugins-title");
    let main = html! {
        (parts::back(w, "/work"))
        (faults.summary(w))
        h1 class="govuk-heading-l" { (title) }
        @if plugins.is_empty() { p class="govuk-inset-text" { (w.t("plugins-none")) } }
        @else { (table(w, &title, &plugins)) }
        @if revisions::may_upload(cx).is_ok() { (upload_form(w, faults)) }
    };
    let status = match faults.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok(layout::page_with(status, app, cx, uri, &title, &main))
}

fn table(w: Words, title: &str, plugins: &[PluginSummary]) -> Markup {
    html! {
        div class="od-wide" tabindex="0" role="region" aria-label=(title) { table class="govuk-table od-stack" role="table" {
            caption class="govuk-visually-hidden" { (title) }
            thead class="govuk-table__head" role="rowgroup" { tr class="govuk-table__row" role="row" {
                @for key in ["plugins-plugin", "plugins-in-force", "plugins-waiting"] {
                    th class="govuk-table__header" scope="col" role="columnheader" { (w.t(key)) }
                }
            } }
            tbody class="govuk-table__body" role="rowgroup" { @for it in plugins { tr class="govuk-table__row" role="row" {
                th class="govuk-table__header" scope="row" role="rowheader" {
                    a class="govuk-link" href={ "/work/plugins/" (it.plugin.id) } { (name(w, it)) }
                }
                td class="govuk-table__cell" role="cell" data-label=(w.t("plugins-in-force")) { (it.version.as_deref().unwrap_or("–")) }
                td class="govuk-table__cell" role="cell" data-label=(w.t("plugins-waiting")) { (it.waiting) }
            } } }
        } }
    }
}

/// The name of a plugin, in the language of the reader.
pub fn name(w: Words, it: &PluginSummary) -> &str {
    match w.0 {
        Locale::Chinese => &it.name_zh,
        Locale::English => &it.name_en,
    }
}

fn upload_form(w: Words, faults: &Faults) -> Markup {
    let said = faults.at("component");
    html! {
        h2 class="govuk-heading-m" { (w.t("plugins-upload")) }
        form method="post" action="/work/plugins" enctype="multipart/form-data" {
            div class={ "govuk-form-group" @if said.is_some() { " govuk-form-group--error" } } {
                label class="govuk-label" for="component" { (w.t("plugins-file")) }
                div id="component-hint" class="govuk-hint" { (w.t("plugins-file-hint")) }
                (error_message(w, "component", said))
                input class="govuk-file-upload" id="component" name="component" type="file" accept=".wasm"
                    aria-describedby=(if said.is_some() { "component-hint component-error" } else { "component-hint" });
            }
            (button(&w.t("plugins-upload")))
        }
    }
}

/// `POST /work/plugins`
pub async fn upload(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    form: Multipart,
) -> Result<Response> {
    staff_only(&cx)?;
    revisions::may_upload(&cx)?;
    let component = component(form).await?;
    if component.is_empty() {
        let mut faults = Faults::default();
        faults.add(Some("component"), Words(cx.locale).t("plugins-file-none"));
        return page(&app, &cx, &uri, &faults).await;
    }
    match revisions::upload(&app, &cx, component).await {
        Ok(it) => Ok(Redirect::to(&format!("/work/revisions/{}", it.digest)).into_response()),
        Err(error) => page(&app, &cx, &uri, &Faults::of(cx.locale, error)?).await,
    }
}

/// The file of the form; the route bounds its size.
async fn component(mut form: Multipart) -> Result<Vec<u8>> {
    let unreadable = |_| Error::invalid("component", "form-unreadable");
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        if field.name() == Some("component") {
            return Ok(field.bytes().await.map_err(unreadable)?.into());
        }
    }
    Ok(Vec::new())
}

/// The words of a state, as a tag.
pub fn stage(w: Words, stage: Stage) -> Markup {
    let colour = match stage {
        Stage::Active => "govuk-tag--green",
        Stage::Verified => "govuk-tag--yellow",
        Stage::Approved => "govuk-tag--blue",
        Stage::Uploaded | Stage::Retired => "govuk-tag--grey",
    };
    html! { strong class={ "govuk-tag " (colour) } { (w.t(&format!("plugins-state-{}", stage.name()))) } }
}
