//! 三率 and the other figures of a division, each leading to the cases that it counts, with its
//! definition beside it. Works without script.

use axum::{
    extract::{Query, State},
    http::Uri,
    response::Response,
};
use maud::{Markup, html};

use super::{staff_only, tables};
use crate::{
    app::App,
    cases::figures::{
        self, Asked, InState, NONE, Number, Report, level_name, link,
        table::{Figure, Kind},
    },
    context::Context,
    db::figures::{By, Scope},
    error::Result,
    web::{api::figures::Apart, forms::places::place_name, i18n::Words, layout, pages::parts},
};

/// What people look at first.
const FIRST: [Figure; 5] = [
    Figure::Response,
    Figure::Resolution,
    Figure::Satisfaction,
    Figure::InTime,
    Figure::Overdue,
];

/// The figures of each part of the page; every one stands in one of them.
const PARTS: [(&str, &[Figure]); 5] = {
    use Figure as F;
    [
        (
            "figures-part-rates",
            &[
                F::Response,
                F::ResponseDue,
                F::InTime,
                F::ResolutionDue,
                F::Resolution,
                F::Satisfaction,
                F::Contacted,
                F::Rated,
            ],
        ),
        (
            "figures-part-work",
            &[
                F::Received,
                F::Open,
                F::Overdue,
                F::Resolved,
                F::ResponseTime,
                F::ResolutionTime,
            ],
        ),
        (
            "figures-part-course",
            &[
                F::Missed,
                F::Overseen,
                F::Raised,
                F::Returned,
                F::Reworked,
                F::Reopened,
                F::Suspended,
                F::Shared,
                F::PartRefused,
            ],
        ),
        (
            "figures-part-visits",
            &[
                F::Visits,
                F::VisitsMade,
                F::VisitsMissed,
                F::Forms,
                F::Fields,
                F::Held,
            ],
        ),
        (
            "figures-part-left",
            &[
                F::Explained,
                F::Merged,
                F::Withdrawn,
                F::Declined,
                F::Unanswered,
                F::Cancelled,
                F::Unrated,
            ],
        ),
    ]
};

/// What a row of groups shows.
const OF_GROUP: [Figure; 7] = [
    Figure::Received,
    Figure::Overdue,
    Figure::Response,
    Figure::InTime,
    Figure::Resolution,
    Figure::Satisfaction,
    Figure::Returned,
];

const APART: [By; 5] = [By::Month, By::Unit, By::Level, By::Class, By::Place];

/// `GET /work/figures`
pub async fn show(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Query(asked): Query<Asked>,
    Query(apart): Query<Apart>,
) -> Result<Response> {
    staff_only(&cx)?;
    let w = Words(cx.locale);
    let scope = figures::scope(&cx, &asked)?;
    // A community is not told apart by division.
    let by = apart
        .by
        .filter(|it| *it != By::Place || scope.division.len() < 12);
    let by = by.unwrap_or(By::Month);
    let report = figures::report(&app.domain, &cx, &scope, Some(by)).await?;
    let times = figures::times(&app.domain, &cx, &scope).await?;
    let place = place_name(&app.domain, &cx, &scope.division);
    let title = w.tx("figures-title", &[("place", &place)]);
    let query = link::query(&scope);
    let files = format!("{query}&by={}", by_name(by));
    let main = html! {
        (parts::back(w, "/work"))
        h1 class="govuk-heading-l" { (title) }
        p class="govuk-body" { (w.t("figures-scope")) }
        (form(&app, &cx, &scope, by))
        dl class="od-figures" { @for figure in FIRST { (tile(w, &scope, &report, figure)) } }
        p class="govuk-body" {
            a class="govuk-link od-call" href={ "/api/v1/figures/csv?" (files) } { (w.t("figures-csv")) } " "
            a class="govuk-link od-call" href={ "/api/v1/figures/xlsx?" (files) } { (w.t("figures-xlsx")) } " "
            a class="govuk-link od-call" href={ "/work/figures/exclusions?" (query) } { (w.t("figures-excluded")) }
        }
        (groups(w, &report, by))
        @for (name, figures) in PARTS { (part(w, &scope, &report, name, figures)) }
        (states(w, &scope, &times))
    };
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}

const fn by_name(by: By) -> &'static str {
    match by {
        By::Unit => "unit",
        By::Level => "level",
        By::Class => "class",
        By::Month => "month",
        By::Place => "place",
    }
}

/// Which cases, as fields.
fn form(app: &App, cx: &Context, scope: &Scope, by: By) -> Markup {
    let w = Words(cx.locale);
    let list = app.domain.duty.list();
    let day = |name: &str, value: Option<jiff::civil::Date>| {
        html! {
            div class="govuk-form-group" {
                label class="govuk-label" for=(name) { (w.t(&format!("figures-{name}"))) }
                input class="govuk-input" type="date" id=(name) name=(name) autocomplete="off"
                    value=[value.map(|it| it.to_string())];
            }
        }
    };
    html! {
        form method="get" action="/work/figures" {
            input type="hidden" name="division" value=(scope.division);
            @if let Some(unit) = &scope.unit { input type="hidden" name="unit" value=(unit); }
            (day("from", scope.from))
            (day("to", scope.to))
            div class="govuk-form-group" {
                label class="govuk-label" for="class" { (w.t("figures-class")) }
                select class="govuk-select" id="class" name="class" {
                    option value="" { (w.t("figures-all")) }
                    option value=(NONE) selected[scope.class.as_deref() == Some("")] { (w.t("work-no-class")) }
                    @for item in list.items() {
                        option value=(item.code) selected[scope.class.as_ref() == Some(&item.code)] { (item.name(cx.locale)) }
                    }
                }
            }
            div class="govuk-form-group" {
                label class="govuk-label" for="level" { (w.t("figures-level")) }
                select class="govuk-select" id="level" name="level" {
                    option value="" { (w.t("figures-all")) }
                    @for number in 0..4 { @if let Some(name) = level_name(number) {
                        option value=(name) selected[scope.level == Some(number)] { (w.t(&format!("level-{name}"))) }
                    } }
                }
            }
            div class="govuk-form-group" {
                label class="govuk-label" for="by" { (w.t("figures-by")) }
                select class="govuk-select" id="by" name="by" {
                    @for it in APART {
                        option value=(by_name(it)) selected[by == it] { (w.t(&format!("figures-by-{}", by_name(it)))) }
                    }
                }
            }
            (parts::button(&w.t("figures-show")))
            @if scope.unit.is_some() || scope.class.is_some() || scope.level.is_some() {
                p class="govuk-body" { a class="govuk-link od-call" href={ "/work/figures?division=" (scope.division) } { (w.t("figures-wider")) } }
            }
        }
    }
}

/// The number as people read it: a share, a time, a number a case, or how many cases.
fn shown(w: Words, it: &Number) -> String {
    let nothing = || w.t("figures-nothing");
    match it.figure.kind() {
        Kind::Count | Kind::Left => it.cases.to_string(),
        Kind::Share(_) => it
            .share
            .map_or_else(nothing, |it| format!("{:.1}%", it * 100.0)),
        Kind::Seconds(_) => it.mean.map_or_else(nothing, |it| span(w, it)),
        Kind::Each(_) => it.mean.map_or_else(nothing, |it| format!("{it:.2}")),
    }
}

/// A time in its two largest parts.
fn span(w: Words, seconds: f64) -> String {
    // At most ten thousand years: no case is older.
    let minutes = (seconds / 60.0).round().clamp(0.0, 5e9) as i64;
    let (d, h, m) = (minutes / 1440, minutes % 1440 / 60, minutes % 60);
    let (days, hours, mins) = (d.to_string(), h.to_string(), m.to_string());
    match (d, h) {
        (0, 0) => w.tx("span-minutes", &[("m", &mins)]),
        (0, _) => w.tx("span-hours", &[("h", &hours), ("m", &mins)]),
        _ => w.tx("span-days", &[("d", &days), ("h", &hours)]),
    }
}

fn cases_of(scope: &Scope, figure: Figure) -> String {
    format!(
        "/work/figures/cases?figure={}&{}",
        figure.name(),
        link::query(scope)
    )
}

/// The number, leading to the cases that it counts, and of how many they are.
fn linked(w: Words, scope: &Scope, it: &Number) -> Markup {
    let label = w.t(&format!("figure-{}", it.figure.name()));
    html! {
        a class="govuk-link" href=(cases_of(scope, it.figure)) {
            (shown(w, it)) span class="govuk-visually-hidden" { " " (w.tx("board-behind", &[("label", &label)])) }
        }
        @match (it.figure.kind(), it.of) {
            (Kind::Share(_), Some(of)) => span class="od-quiet" { " " (it.cases) "/" (of) },
            (Kind::Seconds(_) | Kind::Each(_), _) => span class="od-quiet" { " " (w.tx("figures-cases", &[("n", &it.cases.to_string())])) },
            _ => {},
        }
    }
}

fn of(numbers: &[Number], figure: Figure) -> Option<&Number> {
    numbers.iter().find(|it| it.figure == figure)
}

fn tile(w: Words, scope: &Scope, report: &Report, figure: Figure) -> Markup {
    html! {
        div {
            dt { (w.t(&format!("figure-{}", figure.name()))) }
            dd { @if let Some(it) = of(&report.whole, figure) { (linked(w, scope, it)) } }
        }
    }
}

fn part(w: Words, scope: &Scope, report: &Report, name: &str, figures: &[Figure]) -> Markup {
    let cell = "govuk-table__cell";
    html! {
        div class="od-wide" tabindex="0" role="region" aria-label=(w.t(name)) {
            table class="govuk-table od-stack" role="table" {
                caption class="govuk-table__caption govuk-table__caption--m" { (w.t(name)) }
                thead class="govuk-table__head" role="rowgroup" { tr class="govuk-table__row" role="row" {
                    @for key in ["figures-figure", "figures-value", "figures-how"] {
                        th class="govuk-table__header" scope="col" role="columnheader" { (w.t(key)) }
                    }
                } }
                tbody class="govuk-table__body" role="rowgroup" { @for figure in figures {
                    tr class="govuk-table__row" role="row" {
                        th class="govuk-table__header" scope="row" role="rowheader" { (w.t(&format!("figure-{}", figure.name()))) }
                        td class=(cell) role="cell" data-label=(w.t("figures-value")) {
                            @if let Some(it) = of(&report.whole, *figure) { (linked(w, scope, it)) }
                        }
                        td class=(cell) role="cell" data-label=(w.t("figures-how")) {
                            span class="od-quiet" { (w.t(&format!("figure-{}-how", figure.name()))) }
                        }
                    }
                } }
            }
        }
    }
}

fn groups(w: Words, report: &Report, by: By) -> Markup {
    let caption = w.t(&format!("figures-by-{}", by_name(by)));
    html! {
        div class="od-wide" tabindex="0" role="region" aria-label=(caption) {
            table class="govuk-table od-stack" role="table" {
                caption class="govuk-table__caption govuk-table__caption--m" { (caption) }
                thead class="govuk-table__head" role="rowgroup" { tr class="govuk-table__row" role="row" {
                    th class="govuk-table__header" scope="col" role="columnheader" { (w.t("figures-group")) }
                    @for figure in OF_GROUP {
                        th class="govuk-table__header" scope="col" role="columnheader" { (w.t(&format!("figure-{}", figure.name()))) }
                    }
                } }
                tbody class="govuk-table__body" role="rowgroup" { @for row in &report.rows {
                    @let narrow = link::narrowed(&report.scope, by, &row.key);
                    tr class="govuk-table__row" role="row" {
                        th class="govuk-table__header" scope="row" role="rowheader" {
                            a class="govuk-link" href={ "/work/figures?" (link::query(&narrow)) } { (group_name(w, by, &row.key, &row.name)) }
                        }
                        @for figure in OF_GROUP {
                            td class="govuk-table__cell" role="cell" data-label=(w.t(&format!("figure-{}", figure.name()))) {
                                @if let Some(it) = of(&row.numbers, figure) { (linked(w, &narrow, it)) }
                            }
                        }
                    }
                } }
            }
        }
    }
}

fn group_name(w: Words, by: By, key: &str, name: &str) -> String {
    match by {
        By::Level if !key.is_empty() => w.t(&format!("level-{key}")),
        By::Class if key == NONE => w.t("work-no-class"),
        _ => name.to_owned(),
    }
}

fn states(w: Words, scope: &Scope, times: &[InState]) -> Markup {
    let query = link::query(scope);
    let cell = "govuk-table__cell";
    let columns = [
        "figures-state",
        "figures-mean",
        "figures-left",
        "figures-there",
    ];
    html! {
        div class="od-wide" tabindex="0" role="region" aria-label=(w.t("figures-times")) {
            table class="govuk-table od-stack" role="table" {
                caption class="govuk-table__caption govuk-table__caption--m" { (w.t("figures-times")) }
                thead class="govuk-table__head" role="rowgroup" { tr class="govuk-table__row" role="row" {
                    @for key in columns { th class="govuk-table__header" scope="col" role="columnheader" { (w.t(key)) } }
                } }
                tbody class="govuk-table__body" role="rowgroup" { @for it in times {
                    @let name = it.state.name();
                    tr class="govuk-table__row" role="row" {
                        th class="govuk-table__header" scope="row" role="rowheader" { (tables::state_tag(w, it.state)) }
                        td class=(cell) role="cell" data-label=(w.t("figures-mean")) {
                            @match it.mean { Some(mean) => (span(w, mean)), None => (w.t("figures-nothing")), }
                        }
                        td class=(cell) role="cell" data-label=(w.t("figures-left")) {
                            a class="govuk-link" href={ "/work/figures/cases?was=" (name) "&" (query) } { (it.cases) }
                        }
                        td class=(cell) role="cell" data-label=(w.t("figures-there")) {
                            a class="govuk-link" href={ "/work/figures/cases?in=" (name) "&" (query) } { (it.now) }
                        }
                    }
                } }
            }
        }
        p class="od-quiet" { (w.t("figures-times-how")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cases::figures::{digest::Line, facts::Exclusion},
        context::Locale,
        web::i18n,
    };
    use std::collections::BTreeSet;

    #[test]
    fn every_figure_is_on_the_page_and_says_what_it_counts() {
        let shown: BTreeSet<_> = PARTS
            .iter()
            .flat_map(|(_, it)| it.iter().copied())
            .collect();
        assert_eq!(shown, Figure::ALL.iter().copied().collect());
        let mut keys: Vec<String> = Vec::new();
        for figure in Figure::ALL {
            keys.push(format!("figure-{}", figure.name()));
            keys.push(format!("figure-{}-how", figure.name()));
        }
        keys.extend(PARTS.iter().map(|(name, _)| (*name).to_owned()));
        keys.extend(APART.map(|it| format!("figures-by-{}", by_name(it))));
        keys.extend(
            (0..4)
                .filter_map(level_name)
                .map(|it| format!("level-{it}")),
        );
        for line in Line::ALL {
            keys.push(format!("digest-{}", line.name()));
            keys.push(format!("digest-{}-how", line.name()));
        }
        for locale in [Locale::Chinese, Locale::English] {
            let lacking: Vec<_> = keys.iter().filter(|it| !i18n::has(locale, it)).collect();
            assert!(lacking.is_empty(), "{locale:?}: {lacking:?}");
        }
        for why in Exclusion::ALL {
            let figure = Figure::from_name(why.name()).map(Figure::kind);
            assert_eq!(figure, Some(Kind::Left), "{}", why.name());
        }
    }
}
