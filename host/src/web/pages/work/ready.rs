//! What an administrator has to do before the district opens, and inviting staff from a list.
//! Computed in `readiness`, decided in `identity`.

use axum::{
    extract::{Multipart, State},
    http::{StatusCode, Uri},
    response::Response,
};
use maud::{Markup, html};

use super::staff_only;
use crate::{
    app::App,
    context::Context,
    error::{Error, Result},
    identity::{Act, Resource, need, staff},
    readiness,
    web::{
        i18n::{self, Words},
        layout,
        pages::parts::{self, Faults, button, error_message},
    },
};

/// `GET /work/ready`
pub async fn show(State(app): State<App>, cx: Context, uri: Uri) -> Result<Response> {
    staff_only(&cx)?;
    let items = readiness::list(&app.domain, &cx, &app.config.data).await?;
    let w = Words(cx.locale);
    let title = w.t("ready-title");
    let main = html! {
        (parts::back(w, "/work"))
        h1 class="govuk-heading-l" { (title) }
        p class="govuk-body" { (w.t("ready-why")) }
        ol class="govuk-list govuk-list--number" {
            @for it in &items {
                @let count = it.count.to_string();
                li class="govuk-!-margin-bottom-4" {
                    strong class={ "govuk-tag " @if it.done { "govuk-tag--green" } @else { "govuk-tag--yellow" } } {
                        (w.t(if it.done { "ready-done" } else { "ready-open" }))
                    }
                    " " strong { (w.t(&format!("ready-{}", it.name))) }
                    @let say = if it.done { "done" } else { "open" };
                    br; (w.tx(&format!("ready-{}-{say}", it.name), &[("n", &count)]))
                    @if let Some(page) = it.page {
                        br; a class="govuk-link od-call" href=(page) { (w.t(&format!("ready-{}-go", it.name))) }
                    }
                }
            }
        }
    };
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}

/// For the first page of staff: that something is left to do; nothing when nothing is, or for
/// anybody but an administrator.
pub async fn hint(app: &App, cx: &Context) -> Result<Markup> {
    if !readiness::concerns(cx) {
        return Ok(html! {});
    }
    let w = Words(cx.locale);
    let items = readiness::list(&app.domain, cx, &app.config.data).await?;
    let open = items.iter().filter(|it| !it.done).count();
    Ok(html! {
        @if open > 0 {
            p class="govuk-inset-text" {
                (w.tx("ready-hint", &[("open", &open.to_string()), ("all", &items.len().to_string())])) " "
                a class="govuk-link" href="/work/ready" { (w.t("ready-title")) }
            }
        } @else {
            p class="govuk-body" { a class="govuk-link od-call" href="/work/ready" { (w.t("ready-title")) } }
        }
        p class="govuk-body" { a class="govuk-link od-call" href="/work/grid" { (w.t("grid-title")) } }
    })
}

/// `GET /work/people/import`
pub async fn import_form(State(app): State<App>, cx: Context) -> Result<Response> {
    staff_only(&cx)?;
    need(&cx, Act::ManagePeople, Resource::default())?;
    Ok(form(&app, &cx, &Faults::default(), StatusCode::OK))
}

fn form(app: &App, cx: &Context, faults: &Faults, status: StatusCode) -> Response {
    let w = Words(cx.locale);
    let title = w.t("people-import");
    let main = html! {
        (parts::back(w, "/work/people"))
        (faults.summary(w))
        h1 class="govuk-heading-l" { (title) }
        p class="govuk-body" { (w.t("people-import-why")) }
        pre class="govuk-inset-text od-code" { "login,name,unit,role\nchen.lan,陈岚,u-310101022027,dispatcher" }
        form method="post" action="/work/people/import" enctype="multipart/form-data" novalidate {
            div class={ "govuk-form-group" @if faults.at("file").is_some() { " govuk-form-group--error" } } {
                label class="govuk-label" for="file" { (w.t("people-import-file")) }
                (error_message(w, "file", faults.at("file")))
                input class="govuk-file-upload" id="file" name="file" type="file" accept=".csv";
            }
            (button(&title))
        }
    };
    let uri = Uri::from_static("/work/people/import");
    layout::page_with(status, app, cx, &uri, &title, &main)
}

/// `POST /work/people/import`: shows the invitations, once. Not led on to another page, since the
/// secrets are kept nowhere.
pub async fn import(State(app): State<App>, cx: Context, multipart: Multipart) -> Result<Response> {
    staff_only(&cx)?;
    need(&cx, Act::ManagePeople, Resource::default())?;
    let invited = match read(multipart).await {
        Ok(list) => staff::invite_all(&app.domain, &cx, &list).await,
        Err(error) => Err(error),
    };
    let invited = match invited {
        Ok(invited) => invited,
        Err(Error::Invalid(problems)) => {
            let mut faults = Faults::default();
            for it in &problems {
                let said = i18n::problem(cx.locale, it);
                // A line of the file is no field of the form: the file is.
                let said = match it.at.as_deref() {
                    Some(line) if line != "file" => format!("{line}: {said}"),
                    _ => said,
                };
                faults.add(Some("file"), said);
            }
            return Ok(form(&app, &cx, &faults, StatusCode::UNPROCESSABLE_ENTITY));
        }
        Err(other) => return Err(other),
    };
    let w = Words(cx.locale);
    let title = w.tx("people-imported", &[("n", &invited.len().to_string())]);
    let origin = app.config.origin();
    let main = html! {
        (parts::back(w, "/work/people"))
        h1 class="govuk-heading-l" { (title) }
        p class="govuk-body" { (w.t("people-imported-why")) }
        div class="od-wide" tabindex="0" role="region" aria-label=(title) { table class="govuk-table od-stack" role="table" {
            caption class="govuk-visually-hidden" { (title) }
            thead class="govuk-table__head" role="rowgroup" { tr class="govuk-table__row" role="row" {
                @for key in ["people-name", "people-login", "people-invitation"] { th class="govuk-table__header" scope="col" role="columnheader" { (w.t(key)) } }
            } }
            tbody class="govuk-table__body" role="rowgroup" { @for it in &invited { tr class="govuk-table__row" role="row" {
                th class="govuk-table__header" scope="row" role="rowheader" { (it.name) }
                td class="govuk-table__cell od-code" role="cell" data-label=(w.t("people-login")) { (it.login) }
                td class="govuk-table__cell od-code" role="cell" data-label=(w.t("people-invitation")) { (origin) "/invitation?code=" (it.secret) }
            } } }
        } }
    };
    let uri = Uri::from_static("/work/people/import");
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}

async fn read(mut multipart: Multipart) -> Result<Vec<u8>> {
    let unreadable = |_| Error::invalid("file", "grid-import-cut-off");
    while let Some(field) = multipart.next_field().await.map_err(unreadable)? {
        if field.name() == Some("file") {
            return Ok(field.bytes().await.map_err(unreadable)?.into());
        }
    }
    Err(Error::invalid("file", "people-list-empty"))
}
