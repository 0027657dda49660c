//! The duty list for those who keep it: its versions, trying a new one, the difference in words,
//! putting it in force. Everybody at work may read it. Authority is checked in
//! `cases::duty::keeper`.

use axum::{
    extract::{Multipart, Path, Query, State},
    http::{StatusCode, Uri},
    response::Response,
};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeSet;

use super::staff_only;
use crate::{
    app::App,
    cases::duty::{
        DutyList, Version,
        difference::{self, Change},
        keeper::{self, Proposal, Upload},
        table::{self, COLUMNS, Format, cells},
    },
    context::Context,
    error::{Error, Problem, Result},
    web::{
        i18n::{self, Words},
        layout,
        pages::parts::{self, Faults, Input, button, error_message, input},
    },
};

/// What the form holds.
#[derive(Clone, Debug, Default)]
struct Sent {
    /// The table, as it came.
    text: String,
    /// Whether the table is CSV.
    csv: bool,
    district: String,
    from: String,
    version: String,
    /// Whether to put it in force.
    put: bool,
}

impl Sent {
    fn upload(&self) -> Result<Upload> {
        Ok(Upload {
            bytes: self.text.clone().into_bytes(),
            format: if self.csv { Format::Csv } else { Format::Toml },
            division: self.district.trim().to_owned(),
            from: keeper::day(Some(&self.from))?,
            version: Some(self.version.trim().to_owned()).filter(|it| !it.is_empty()),
        })
    }
}

/// `GET /work/duty-list`
pub async fn show(State(app): State<App>, cx: Context) -> Result<Response> {
    staff_only(&cx)?;
    page(
        &app,
        &cx,
        &Sent::default(),
        &Faults::default(),
        StatusCode::OK,
        &html! {},
    )
    .await
}

/// The page, with `told` between its heading and its lists.
async fn page(
    app: &App,
    cx: &Context,
    sent: &Sent,
    faults: &Faults,
    status: StatusCode,
    told: &Markup,
) -> Result<Response> {
    let w = Words(cx.locale);
    let all = keeper::versions(&app.domain, cx).await?;
    let years = keeper::years(&app.domain).await?;
    let title = w.t("duty-title");
    let keeps = keeper::offered(cx).is_ok();
    let main = html! {
        (parts::back(w, "/work"))
        (faults.summary(w))
        h1 class="govuk-heading-l" { (title) }
        p class="govuk-body" { (w.t("duty-why")) }
        (told)
        (versions(app, cx, &all))
        @if keeps {
            p class="govuk-body" { a class="govuk-link od-call" href="/work/precedents" { (w.t("precedents-title")) } }
            (form(w, sent, faults))
        }
        (compare(w, &all))
        h2 class="govuk-heading-m" { (w.t("calendar-title")) }
        p class="govuk-body" { (w.t("calendar-why")) }
        ul class="govuk-list govuk-list--bullet" {
            @for it in &years { li { (it.year) (w.t("duty-colon")) (it.source) } }
        }
    };
    let uri = Uri::from_static("/work/duty-list");
    Ok(layout::page_with(status, app, cx, &uri, &title, &main))
}

fn versions(app: &App, cx: &Context, all: &[Version]) -> Markup {
    let (w, zone) = (Words(cx.locale), &app.domain.zone);
    let index = app.domain.grid.index();
    let place = |code: &str| match index.division(code) {
        _ if code.is_empty() => w.t("duty-everywhere"),
        Some(it) => it.name(cx.locale).to_owned(),
        None => code.to_owned(),
    };
    let heads = [
        "duty-version",
        "duty-place",
        "duty-since",
        "duty-items",
        "duty-standing",
    ];
    html! {
        div class="od-wide" tabindex="0" role="region" aria-label=(w.t("duty-versions")) { table class="govuk-table od-stack" role="table" {
            caption class="govuk-table__caption govuk-table__caption--m" { (w.t("duty-versions")) }
            thead class="govuk-table__head" role="rowgroup" { tr class="govuk-table__row" role="row" {
                @for key in heads { th class="govuk-table__header" scope="col" role="columnheader" { (w.t(key)) } }
            } }
            tbody class="govuk-table__body" role="rowgroup" { @for it in all { tr class="govuk-table__row" role="row" {
                th class="govuk-table__header" scope="row" role="rowheader" { a class="govuk-link" href={ "/work/duty-list/versions/" (it.version) } { (it.version) } }
                td class="govuk-table__cell" role="cell" data-label=(w.t("duty-place")) { (place(&it.division)) }
                td class="govuk-table__cell" role="cell" data-label=(w.t("duty-since")) {
                    @match it.since {
                        Some(since) => (parts::time(cx.locale, zone, cx.now, since)),
                        None => (w.t("duty-brought")),
                    }
                }
                td class="govuk-table__cell" role="cell" data-label=(w.t("duty-items")) { (it.items) }
                td class="govuk-table__cell" role="cell" data-label=(w.t("duty-standing")) {
                    @if it.in_force { strong class="govuk-tag govuk-tag--green" { (w.t("duty-in-force")) } }
                    @else if it.since.is_some_and(|since| since > cx.now) { strong class="govuk-tag govuk-tag--yellow" { (w.t("duty-coming")) } }
                    @else { (w.t("duty-past")) }
                }
            } } }
        } }
    }
}

fn form(w: Words, sent: &Sent, faults: &Faults) -> Markup {
    let file = faults.at("file");
    html! {
        h2 class="govuk-heading-m" { (w.t("duty-new")) }
        p class="govuk-body" { (w.t("duty-new-why")) }
        form method="post" action="/work/duty-list" enctype="multipart/form-data" novalidate {
            div class={ "govuk-form-group" @if file.is_some() { " govuk-form-group--error" } } {
                label class="govuk-label" for="file" { (w.t("duty-file")) }
                div id="file-hint" class="govuk-hint" { (w.t("duty-file-hint")) }
                (error_message(w, "file", file))
                input class="govuk-file-upload" id="file" name="file" type="file" accept=".csv,.toml"
                    aria-describedby=[parts::described("file", true, file.is_some())];
            }
            (input(w, faults, Input { name: "district", label: &w.t("duty-district"), hint: Some(&w.t("duty-district-hint")),
                kind: "text", value: &sent.district, autocomplete: Some("off") }))
            (input(w, faults, Input { name: "from", label: &w.t("duty-from"), hint: Some(&w.t("duty-from-hint")),
                kind: "date", value: &sent.from, autocomplete: None }))
            (input(w, faults, Input { name: "version", label: &w.t("duty-name"), hint: Some(&w.t("duty-name-hint")),
                kind: "text", value: &sent.version, autocomplete: Some("off") }))
            (button(&w.t("duty-check")))
        }
    }
}

fn compare(w: Words, all: &[Version]) -> Markup {
    let choice = |name: &str, label: &str, chosen: Option<&Version>| {
        html! {
            div class="govuk-form-group" {
                label class="govuk-label" for=(name) { (w.t(label)) }
                select class="govuk-select" id=(name) name=(name) {
                    @for it in all {
                        option value=(it.version) selected[chosen.is_some_and(|chosen| chosen.version == it.version)] { (it.version) }
                    }
                }
            }
        }
    };
    html! {
        h2 class="govuk-heading-m" { (w.t("duty-compare")) }
        form method="get" action="/work/duty-list/difference" {
            (choice("before", "duty-before", all.get(1)))
            (choice("after", "duty-after", all.first()))
            button class="govuk-button govuk-button--secondary" { (w.t("duty-compare")) }
        }
    }
}

/// `POST /work/duty-list`: tells what is wrong or what would change; the second time, puts it in
/// force.
pub async fn upload(State(app): State<App>, cx: Context, multipart: Multipart) -> Result<Response> {
    staff_only(&cx)?;
    keeper::offered(&cx)?;
    let mut sent = Sent::default();
    let done = match read(multipart, &mut sent)
        .await
        .and_then(|()| sent.upload())
    {
        Err(error) => Err(error),
        Ok(upload) if sent.put => keeper::put(&app.domain, &cx, upload).await,
        Ok(upload) => keeper::check(&app.domain, &cx, &upload).await,
    };
    let w = Words(cx.locale);
    match done {
        Err(Error::Invalid(problems)) => {
            let faults = told(&cx, &problems);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            page(&app, &cx, &sent, &faults, status, &html! {}).await
        }
        Err(other) => Err(other),
        Ok(it) if sent.put => {
            let said = w.tx("duty-put-done", &[("version", &it.version)]);
            let said = html! { p class="govuk-inset-text" role="status" { (said) } };
            page(
                &app,
                &cx,
                &Sent::default(),
                &Faults::default(),
                StatusCode::OK,
                &said,
            )
            .await
        }
        Ok(it) => {
            let asked = confirm(&app, &cx, &sent, &it);
            let uri = Uri::from_static("/work/duty-list");
            Ok(layout::page(&app, &cx, &uri, &w.t("duty-check"), &asked))
        }
    }
}

/// A line of the file is no field of the form: the file is. Line and column are said in words.
fn told(cx: &Context, problems: &[Problem]) -> Faults {
    let w = Words(cx.locale);
    let mut faults = Faults::default();
    for it in problems {
        let said = i18n::problem(cx.locale, it);
        match it.at.as_deref() {
            Some(field @ ("district" | "from" | "version")) => faults.add(Some(field), said),
            Some(place) if place != "file" => {
                let mut words = place.split(' ');
                let (first, second, third) = (words.next(), words.next(), words.next());
                let place = match (first, second, third) {
                    (Some("line"), Some(line), Some(column)) if COLUMNS.contains(&column) => {
                        let column = difference::column_words(cx.locale, column);
                        w.tx("duty-at", &[("line", line), ("column", &column)])
                    }
                    (Some("line"), Some(line), Some(column)) => {
                        w.tx("duty-at", &[("line", line), ("column", column)])
                    }
                    (Some("line"), Some(line), None) => w.tx("duty-at-line", &[("line", line)]),
                    _ => place.to_owned(),
                };
                faults.add(Some("file"), format!("{place}{}{said}", w.t("duty-colon")));
            }
            _ => faults.add(Some("file"), said),
        }
    }
    faults
}

/// What would change, and the button that does it.
fn confirm(app: &App, cx: &Context, sent: &Sent, it: &Proposal) -> Markup {
    let w = Words(cx.locale);
    let since = parts::time(cx.locale, &app.domain.zone, cx.now, it.since);
    let hidden = |name: &str, value: &str| html! { input type="hidden" name=(name) value=(value); };
    html! {
        (parts::back(w, "/work/duty-list"))
        h1 class="govuk-heading-l" { (w.t("duty-check-done")) }
        p class="govuk-body" { (w.tx("duty-check-sum", &[("version", &it.version), ("items", &it.items.to_string()), ("before", &it.before)])) }
        p class="govuk-body" { (w.t("duty-since")) (w.t("duty-colon")) (since) }
        (changes(cx, &it.changes))
        p class="govuk-body" { (w.t("duty-put-why")) }
        form method="post" action="/work/duty-list" enctype="multipart/form-data" novalidate {
            textarea name="text" hidden { (sent.text) }
            (hidden("format", if sent.csv { "csv" } else { "toml" }))
            (hidden("district", &sent.district))
            (hidden("from", &sent.from))
            (hidden("version", &it.version))
            (hidden("step", "put"))
            (button(&w.t("duty-put")))
        }
    }
}

fn changes(cx: &Context, all: &[Change]) -> Markup {
    let w = Words(cx.locale);
    let classes: BTreeSet<_> = all.iter().map(|it| &it.code).collect();
    html! {
        h2 class="govuk-heading-m" { (w.t("duty-changes")) }
        @if all.is_empty() { p class="govuk-inset-text" { (w.t("duty-changes-none")) } }
        @else {
            p class="govuk-body" { (w.tx("duty-changes-sum", &[("n", &all.len().to_string()), ("classes", &classes.len().to_string())])) }
            ul class="govuk-list govuk-list--bullet" { @for it in all { li { (it.words(cx.locale)) } } }
        }
    }
}

async fn read(mut multipart: Multipart, sent: &mut Sent) -> Result<()> {
    let unreadable = |_| Error::invalid("file", "grid-import-cut-off");
    while let Some(field) = multipart.next_field().await.map_err(unreadable)? {
        let (name, file) = (
            field.name().unwrap_or_default().to_owned(),
            field.file_name().map(str::to_owned),
        );
        let bytes = field.bytes().await.map_err(unreadable)?;
        if bytes.len() > table::LARGEST {
            return Err(Error::invalid("file", "duty-list-too-long"));
        }
        let text =
            String::from_utf8(bytes.into()).map_err(|_| Error::invalid("file", "file-not-utf8"))?;
        match name.as_str() {
            "file" => {
                let format = Format::of_name(&file.unwrap_or_default());
                sent.csv = match format {
                    Some(format) => format == Format::Csv,
                    None => return Err(Error::invalid("file", "duty-list-file")),
                };
                sent.text = text;
            }
            "text" => sent.text = text,
            "format" => sent.csv = text == "csv",
            "district" => sent.district = text,
            "from" => sent.from = text,
            "version" => sent.version = text,
            "step" => sent.put = text == "put",
            _ => {}
        }
    }
    match sent.text.is_empty() {
        true => Err(Error::invalid("file", "duty-list-file")),
        false => Ok(()),
    }
}

/// `GET /work/duty-list/versions/{version}`
pub async fn version(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Path(name): Path<String>,
) -> Result<Response> {
    staff_only(&cx)?;
    let w = Words(cx.locale);
    let list = keeper::version(&app.domain, &cx, &name).await?;
    let title = w.tx("duty-version-title", &[("version", &list.version)]);
    let api = format!("/api/v1/duty-lists/{}", list.version);
    let main = html! {
        (parts::back(w, "/work/duty-list"))
        h1 class="govuk-heading-l" { (title) }
        p class="govuk-body" {
            a class="govuk-link" href={ (api) "?format=csv" } download={ "duty-list-" (list.version) ".csv" } { (w.t("duty-as-csv")) }
            " · "
            a class="govuk-link" href={ (api) "?format=toml" } download={ "duty-list-" (list.version) ".toml" } { (w.t("duty-as-toml")) }
        }
        (items(cx.clone(), &list))
    };
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}

/// The columns that the table on the page leaves out: names stand in the first one.
const UNSHOWN: [&str; 3] = ["zh", "en", "code"];

fn items(cx: Context, list: &DutyList) -> Markup {
    let w = Words(cx.locale);
    let shown = || {
        COLUMNS
            .into_iter()
            .enumerate()
            .filter(|it| !UNSHOWN.contains(&it.1))
    };
    html! {
        div class="od-wide" tabindex="0" role="region" aria-label=(w.t("duty-title")) { table class="govuk-table od-stack" role="table" {
            caption class="govuk-visually-hidden" { (w.t("duty-title")) }
            thead class="govuk-table__head" role="rowgroup" { tr class="govuk-table__row" role="row" {
                th class="govuk-table__header" scope="col" role="columnheader" { (w.t("duty-class")) }
                @for (_, column) in shown() { th class="govuk-table__header" scope="col" role="columnheader" { (difference::column_words(cx.locale, column)) } }
            } }
            tbody class="govuk-table__body" role="rowgroup" { @for item in list.items() {
                @let values = cells(&item.explicit());
                tr class="govuk-table__row" role="row" {
                    th class="govuk-table__header" scope="row" role="rowheader" { (item.name(cx.locale)) " " span class="od-code" { (item.code) } }
                    @for (n, column) in shown() {
                        @let value = values.get(n).map_or("", String::as_str);
                        td class="govuk-table__cell" role="cell" data-label=(difference::column_words(cx.locale, column)) {
                            (difference::value_words(cx.locale, column, value))
                        }
                    }
                }
            } }
        } }
    }
}

/// Which versions to compare.
#[derive(Debug, Deserialize)]
pub struct Pair {
    before: String,
    after: String,
}

/// `GET /work/duty-list/difference`
pub async fn difference(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Query(pair): Query<Pair>,
) -> Result<Response> {
    staff_only(&cx)?;
    let w = Words(cx.locale);
    let found = keeper::difference(&app.domain, &cx, &pair.before, &pair.after).await?;
    let title = w.tx(
        "duty-difference",
        &[("before", &pair.before), ("after", &pair.after)],
    );
    let main = html! {
        (parts::back(w, "/work/duty-list"))
        h1 class="govuk-heading-l" { (title) }
        (changes(&cx, &found))
    };
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}
