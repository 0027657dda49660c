//! The grid for administrators: the tree of divisions with a search, a community's cells as a
//! drawing with its table, and bringing in boundaries. Authority is checked in `grid`.

use axum::{
    extract::{Multipart, Query, State},
    http::{StatusCode, Uri},
    response::Response,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::staff_only;
use crate::{
    app::App,
    context::Context,
    error::{Error, Problem, Result},
    grid::{self, Cell, Datum, Division, DivisionLevel, divisions, survey},
    page::Paging,
    web::{
        i18n::Words,
        layout,
        pages::parts::{self, Faults, Input, button, error_message, input},
    },
};

/// The width of a drawing, in its own units.
const WIDTH: f64 = 600.0;
/// Metres to a degree of longitude at the equator; here only for the proportions of a drawing.
const LEAST: f64 = 1e-6;

/// Where in the tree, or what to look for.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    code: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    cursor: Option<String>,
}

/// `GET /work/grid`
pub async fn show(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Query(wanted): Query<Wanted>,
) -> Result<Response> {
    staff_only(&cx)?;
    let main = page(&app, &cx, &wanted, &Faults::default(), None).await?;
    let title = Words(cx.locale).t("grid-title");
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}

async fn page(
    app: &App,
    cx: &Context,
    wanted: &Wanted,
    faults: &Faults,
    outcome: Option<survey::Outcome>,
) -> Result<Markup> {
    let w = Words(cx.locale);
    let imports = divisions::imports(&app.domain, cx).await?;
    let (above, list, next) = match wanted.text.trim() {
        "" => {
            let above = grid::ancestors(&app.domain, cx, &wanted.code)?;
            let paging = Paging {
                cursor: wanted.cursor.clone(),
                ..Paging::default()
            };
            let page = grid::children(&app.domain, cx, &wanted.code, &paging)?;
            (above, page.items, page.next)
        }
        text => (Vec::new(), grid::search(&app.domain, cx, text, "")?, None),
    };
    let community = wanted.code.len() == DivisionLevel::Community.digits();
    Ok(html! {
        (parts::back(w, "/work"))
        (faults.summary(w))
        h1 class="govuk-heading-l" { (w.t("grid-title")) }
        @if let Some(it) = outcome {
            p class="govuk-inset-text" role="status" { (w.tx("grid-cells-done", &[
                ("added", &it.added.to_string()), ("changed", &it.changed.to_string()),
                ("unchanged", &it.unchanged.to_string()), ("ended", &it.ended.to_string())])) }
        }
        form method="get" action="/work/grid" {
            (input(w, faults, Input { name: "text", label: &w.t("grid-search"), hint: None, kind: "search",
                value: &wanted.text, autocomplete: Some("off") }))
            button class="govuk-button govuk-button--secondary" { (w.t("grid-search")) }
        }
        (crumbs(w, cx, &above))
        @if community { (drawn(app, cx, &wanted.code)?) }
        @else { (tree(w, cx, &list)) }
        @if let Some(next) = next {
            p { a class="govuk-link od-call" href={ "/work/grid?code=" (wanted.code) "&cursor=" (next) } { (w.t("app-next-page")) } }
        }
        (upload(w, faults))
        h2 class="govuk-heading-m" { (w.t("grid-imports")) }
        p class="govuk-body" { (w.tx("grid-held", &[("n", &app.domain.grid.index().divisions().to_string())])) }
        @if imports.is_empty() { p class="govuk-inset-text" { (w.t("grid-imports-none")) } }
        @for it in &imports { (import(app, cx, it)) }
    })
}

fn crumbs(w: Words, cx: &Context, above: &[Division]) -> Markup {
    html! {
        nav class="govuk-breadcrumbs" aria-label=(w.t("grid-place")) { ol class="govuk-breadcrumbs__list" {
            li class="govuk-breadcrumbs__list-item" { a class="govuk-breadcrumbs__link" href="/work/grid" { (w.t("grid-all")) } }
            @for it in above {
                li class="govuk-breadcrumbs__list-item" { a class="govuk-breadcrumbs__link" href={ "/work/grid?code=" (it.code) } { (it.name(cx.locale)) } }
            }
        } }
    }
}

fn tree(w: Words, cx: &Context, list: &[Division]) -> Markup {
    html! {
        @if list.is_empty() { p class="govuk-inset-text" { (w.t("grid-none")) } }
        @else {
            table class="govuk-table" {
                caption class="govuk-visually-hidden" { (w.t("grid-divisions")) }
                thead class="govuk-table__head" { tr class="govuk-table__row" {
                    @for key in ["grid-name", "grid-code"] { th class="govuk-table__header" scope="col" { (w.t(key)) } }
                } }
                tbody class="govuk-table__body" { @for it in list { tr class="govuk-table__row" {
                    th class="govuk-table__header" scope="row" { a class="govuk-link" href={ "/work/grid?code=" (it.code) } { (it.name(cx.locale)) } }
                    td class="govuk-table__cell od-code" { (it.code) }
                } } }
            }
        }
    }
}

/// A community's cells: the drawing, and the same as a table.
fn drawn(app: &App, cx: &Context, code: &str) -> Result<Markup> {
    let w = Words(cx.locale);
    let live = grid::cells_of(&app.domain, cx, code)?;
    let versions = grid::versions_of(&app.domain, cx, code)?;
    let time = |at| parts::time(cx.locale, &app.domain.zone, cx.now, at);
    Ok(html! {
        @if versions.is_empty() { p class="govuk-inset-text" { (w.t("grid-no-cells")) } }
        @else {
            (svg(w, cx, &live))
            div class="od-wide" tabindex="0" role="region" aria-label=(w.t("grid-boundaries")) { table class="govuk-table" {
                caption class="govuk-table__caption govuk-table__caption--m" { (w.t("grid-boundaries")) }
                thead class="govuk-table__head" { tr class="govuk-table__row" {
                    @for key in ["grid-code", "grid-name", "grid-version", "grid-from", "grid-until"] {
                        th class="govuk-table__header" scope="col" { (w.t(key)) }
                    }
                } }
                tbody class="govuk-table__body" { @for it in &versions { tr class="govuk-table__row" {
                    th class="govuk-table__header od-code" scope="row" { (it.division.code) }
                    td class="govuk-table__cell" {
                        (it.division.name(cx.locale))
                        @if it.division.synthetic { " " span class="od-quiet" { (w.t("grid-synthetic")) } }
                    }
                    td class="govuk-table__cell" { (it.version) }
                    td class="govuk-table__cell" { (time(it.division.from)) }
                    td class="govuk-table__cell" { @match it.division.until { Some(at) => (time(at)), None => "–" } }
                } } }
            } }
        }
    })
}

/// Cells drawn with north up, each with the end of its code on it.
pub fn svg(w: Words, cx: &Context, cells: &[Cell]) -> Markup {
    let bounds = cells.iter().filter_map(|it| it.shape.bounds());
    let all = bounds.reduce(|[a, b], [c, d]| {
        [
            [a[0].min(c[0]), a[1].min(c[1])],
            [b[0].max(d[0]), b[1].max(d[1])],
        ]
    });
    let Some([low, high]) = all else {
        return html! {};
    };
    let narrow = f64::midpoint(low[1], high[1]).to_radians().cos();
    let scale = WIDTH / ((high[0] - low[0]) * narrow).max(LEAST);
    let height = ((high[1] - low[1]) * scale).max(1.0);
    let x = |lon: f64| (lon - low[0]) * narrow * scale;
    let y = |lat: f64| (high[1] - lat) * scale;
    let points = |ring: Vec<grid::Position>| {
        let points = ring
            .iter()
            .map(|it| format!("{:.1},{:.1}", x(it.lon), y(it.lat)));
        points.collect::<Vec<_>>().join(" ")
    };
    html! {
        svg class="od-map" role="img" aria-label=(w.tx("grid-drawing", &[("n", &cells.len().to_string())]))
            viewBox={ "0 0 " (WIDTH) " " (format!("{height:.0}")) } {
            @for cell in cells {
                g {
                    title { (cell.division.name(cx.locale)) }
                    @for ring in cell.shape.rings() { polygon points=(points(ring)) fill="#eef2f6" stroke="#0b0c0c" stroke-width="1.5" {} }
                    @if let Some([a, b]) = cell.shape.bounds() {
                        text x=(format!("{:.1}", x(f64::midpoint(a[0], b[0])))) y=(format!("{:.1}", y(f64::midpoint(a[1], b[1]))))
                            text-anchor="middle" font-size="16" fill="#0b0c0c" { (cell.division.code.get(12..).unwrap_or_default()) }
                    }
                }
            }
        }
    }
}

fn import(app: &App, cx: &Context, it: &divisions::Progress) -> Markup {
    let w = Words(cx.locale);
    let numbers = [
        ("total", it.total.to_string()),
        ("done", it.done.to_string()),
        ("added", it.added.to_string()),
        ("changed", it.changed.to_string()),
        ("ended", it.ended.to_string()),
    ];
    let numbers: Vec<(&str, &str)> = numbers.iter().map(|(k, v)| (*k, v.as_str())).collect();
    html! {
        p class="govuk-body" {
            (parts::time(cx.locale, &app.domain.zone, cx.now, it.started)) " "
            (w.tx(&format!("grid-import-{}", it.state), &numbers))
        }
        @if !it.problems.is_empty() {
            ul class="govuk-list govuk-list--bullet" {
                @for problem in &it.problems {
                    li { @if let Some(at) = &problem.at { (at) ": " } (crate::web::i18n::problem(cx.locale, problem)) }
                }
            }
        }
    }
}

fn upload(w: Words, faults: &Faults) -> Markup {
    let (file, datum) = (faults.at("file"), faults.at("datum"));
    html! {
        h2 class="govuk-heading-m" { (w.t("grid-bring-cells")) }
        p class="govuk-body" { (w.t("grid-bring-cells-why")) }
        form method="post" action="/work/grid/cells" enctype="multipart/form-data" novalidate {
            div class={ "govuk-form-group" @if datum.is_some() { " govuk-form-group--error" } } {
                label class="govuk-label" for="datum" { (w.t("grid-datum")) }
                (error_message(w, "datum", datum))
                select class="govuk-select" id="datum" name="datum" {
                    option value="" { (w.t("app-choose")) }
                    @for it in Datum::ALL { option value=(it.name()) { (w.t(&format!("grid-datum-{}", it.name()))) } }
                }
            }
            div class={ "govuk-form-group" @if file.is_some() { " govuk-form-group--error" } } {
                label class="govuk-label" for="file" { (w.t("grid-geojson")) }
                (error_message(w, "file", file))
                input class="govuk-file-upload" id="file" name="file" type="file" accept=".json,.geojson";
            }
            (button(&w.t("grid-bring-cells")))
        }
    }
}

/// `POST /work/grid/cells`
pub async fn bring(State(app): State<App>, cx: Context, multipart: Multipart) -> Result<Response> {
    staff_only(&cx)?;
    divisions::may_import(&cx)?;
    let brought = match read(multipart).await {
        Ok((datum, file)) => {
            survey::import(&app.domain, &cx, file, Some(datum.as_str()), None).await
        }
        Err(error) => Err(error),
    };
    let (status, faults, outcome) = match brought {
        Ok(outcome) => (StatusCode::OK, Faults::default(), Some(outcome)),
        Err(Error::Invalid(problems)) => {
            let faults = Faults::from_problems(cx.locale, &at_fields(problems));
            (StatusCode::UNPROCESSABLE_ENTITY, faults, None)
        }
        Err(other) => return Err(other),
    };
    let main = page(&app, &cx, &Wanted::default(), &faults, outcome).await?;
    let (title, uri) = (
        Words(cx.locale).t("grid-title"),
        Uri::from_static("/work/grid"),
    );
    Ok(layout::page_with(status, &app, &cx, &uri, &title, &main))
}

/// A feature is no field of the form: the file is.
fn at_fields(mut problems: Vec<Problem>) -> Vec<Problem> {
    for it in &mut problems {
        if it.at.as_deref() != Some("datum") {
            it.at = Some("file".to_owned());
        }
    }
    problems
}

async fn read(mut multipart: Multipart) -> Result<(String, Vec<u8>)> {
    let unreadable = |_| Error::invalid("file", "grid-import-cut-off");
    let (mut datum, mut file) = (String::new(), Vec::new());
    while let Some(field) = multipart.next_field().await.map_err(unreadable)? {
        match field.name() {
            Some("datum") => datum = field.text().await.map_err(unreadable)?,
            Some("file") => file = field.bytes().await.map_err(unreadable)?.into(),
            _ => {}
        }
    }
    Ok((datum, file))
}
