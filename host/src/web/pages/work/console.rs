//! The console of one plugin: how it stands and fares, its revisions, what it was denied, how it
//! failed, what it wrote and what its calls cost; and stopping it by hand. Who may see what is
//! decided by the functions it asks; what is refused is left out of the page.

use axum::{
    Form,
    extract::{Path, Query, State},
    http::{StatusCode, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    plugins::{name, stage},
    staff_only,
};
use crate::{
    app::App,
    context::Context,
    db::{
        holds::Hold,
        plugins::{Line, Plugin, Revision},
        units,
    },
    error::{Error, Result},
    identity::{Act, Resource, need},
    page::{Page, Paging},
    plugins::{
        breaker,
        health::{self, RevisionHealth},
        hold,
        journal::{self, Severity},
        measures::Figures,
        revisions::{self, Denials},
        watch,
    },
    web::{
        i18n::Words,
        layout,
        pages::parts::{self, Faults, Input, button, input},
    },
};

/// How many rows of a list the console shows; the rest has pages of its own.
const SHOWN: u32 = 10;
/// How many rows such a page has.
const PAGE: u32 = 50;

/// What a caller may not see is none, not an error.
fn unless_forbidden<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Error::Forbidden(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// `GET /work/plugins/{id}`
pub async fn show(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Path(id): Path<String>,
) -> Result<Response> {
    staff_only(&cx)?;
    let w = Words(cx.locale);
    let it = revisions::plugin(&app, &cx, &id).await?;
    let held = hold::held(&app, &cx, &id).await?;
    let health = health::health(&app, &cx, &id).await?;
    let denials = revisions::denials(&app, &cx, &id).await?;
    let first = Paging::first(SHOWN);
    let faults = revisions::faults(&app, &cx, &id, &first).await?;
    // Only the department's own developers read these.
    let lines = unless_forbidden(revisions::lines(&app, &cx, &id, None, &first).await)?;
    let receipts = unless_forbidden(health::receipts(&app, &cx, &id).await)?;
    let unit = units::get(
        &mut app.domain.database.read().await?,
        &it.plugin.department,
    )
    .await?;
    let department = unit.map_or(it.plugin.department.clone(), |it| {
        it.name(cx.locale).to_owned()
    });
    let title = name(w, &it).to_owned();
    let at = format!("/work/plugins/{id}");
    let main = html! {
        (parts::back(w, "/work/plugins"))
        h1 class="govuk-heading-l" { (title) }
        p class="govuk-body" { (department) " · " span class="od-code" { (it.plugin.id) } }
        @if let Some(held) = &held { (stopped(&app, &cx, held)) }
        (steps(&cx, w, &it.plugin, held.is_some()))
        h2 class="govuk-heading-m" { (w.t("console-health")) }
        @if health.revisions.is_empty() { p class="govuk-body od-quiet" { (w.t("console-not-loaded")) } }
        @for it in &health.revisions { (fares(&app, &cx, it, held.is_some())) }
        h2 class="govuk-heading-m" { (w.t("plugins-revisions")) }
        (revisions_table(&app, &cx, &it.revisions))
        p class="govuk-body" { a class="govuk-link od-call" href={ (at) "/jobs" } { (w.t("jobs-link")) } }
        h2 class="govuk-heading-m" { (w.t("console-denials")) }
        (denials_table(&app, &cx, &denials))
        h2 class="govuk-heading-m" { (w.t("plugins-faults")) }
        (lines_table(&app, &cx, &w.t("plugins-faults"), &faults.items))
        @if faults.next.is_some() { (more(w, &format!("{at}/faults"), "console-more-faults")) }
        @if let Some(lines) = &lines {
            h2 class="govuk-heading-m" { (w.t("plugins-lines")) }
            (lines_table(&app, &cx, &w.t("plugins-lines"), &lines.items))
            (more(w, &format!("{at}/lines"), "console-more-lines"))
        }
        @if let Some(receipts) = &receipts {
            h2 class="govuk-heading-m" { (w.t("console-receipts")) }
            (receipts_table(&app, &cx, receipts))
        }
    };
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}

fn more(w: Words, to: &str, key: &str) -> Markup {
    html! { p class="govuk-body" { a class="govuk-link od-call" href=(to) { (w.t(key)) } } }
}

fn stopped(app: &App, cx: &Context, held: &Hold) -> Markup {
    let w = Words(cx.locale);
    html! {
        div class="govuk-inset-text" {
            p { strong { (w.t("console-stopped")) } " " (parts::time(cx.locale, &app.domain.zone, cx.now, held.at)) }
            p { (w.t("console-stopped-reason")) " " (held.reason) }
        }
    }
}

fn steps(cx: &Context, w: Words, plugin: &Plugin, held: bool) -> Markup {
    let resource = Resource {
        unit: Some(&plugin.department),
        ..Resource::default()
    };
    let may = need(cx, Act::ActivatePlugin, resource).is_ok();
    let step = |step: &str, class: &str| {
        html! {
            a class={ "govuk-button " (class) } role="button" draggable="false" href={ "/work/plugins/" (plugin.id) "/" (step) } {
                (w.t(&format!("plugins-step-{step}")))
            }
        }
    };
    html! {
        @if may && (plugin.active.is_some() || held) {
            div class="govuk-button-group" {
                @if held { (step("resume", "")) } @else { (step("stop", "govuk-button--warning")) }
                @if plugin.previous.is_some() { (step("roll-back", "govuk-button--secondary")) }
                @if plugin.active.is_some() { (step("retire", "govuk-button--warning")) }
            }
        }
    }
}

/// How one revision fares, in figures that fit a phone. Of one that somebody has stopped, it is
/// not said that calls go through.
fn fares(app: &App, cx: &Context, it: &RevisionHealth, held: bool) -> Markup {
    let w = Words(cx.locale);
    let row = |key: &str, value: Markup| {
        html! { div class="govuk-summary-list__row" {
            dt class="govuk-summary-list__key" { (w.t(key)) }
            dd class="govuk-summary-list__value" { (value) }
        } }
    };
    let all: u64 = it.calls.iter().map(|it| it.count).sum();
    let failed = it.calls.iter().filter(|it| {
        let outcome = it.outcome.as_deref().unwrap_or_default();
        !matches!(outcome, "ok" | "refused")
    });
    let time = |figures: &Figures| {
        let (half, most) = (millis(figures.p50), millis(figures.p99));
        html! { (w.tx("console-time", &[("half", &half), ("most", &most)])) }
    };
    let key = if it.active {
        "console-of-active"
    } else {
        "console-of-standby"
    };
    html! {
        h3 class="govuk-heading-s" { (w.tx(key, &[("version", &it.version)])) }
        dl class="govuk-summary-list" {
            @if !held { (row("console-breaker", breaker_state(app, cx, it))) }
            (row("console-calls", html! { (all) }))
            (row("console-failures", html! {
                ul class="govuk-list" {
                    @for count in failed {
                        li { span class="od-code" { (count.what) } " " (outcome(w, count.outcome.as_deref().unwrap_or_default())) ": " (count.count) }
                    }
                    li { (w.tx("console-limits", &[("n", &it.limit_hits.to_string())])) }
                }
            }))
            (row("console-now", html! {
                (w.tx("console-crowd", &[("running", &it.running.to_string()), ("waiting", &it.waiting.to_string())]))
            }))
            @if it.wall_us.count > 0 {
                (row("console-guest", time(&it.guest_us)))
                (row("console-wall", time(&it.wall_us)))
                (row("console-memory", html! { (size(it.memory.max)) }))
            }
        }
    }
}

fn breaker_state(app: &App, cx: &Context, it: &RevisionHealth) -> Markup {
    let w = Words(cx.locale);
    let state = match it.breaker {
        breaker::State::Closed => "closed",
        breaker::State::Open => "open",
        breaker::State::HalfOpen => "half-open",
    };
    html! {
        (w.t(&format!("console-breaker-{state}")))
        @if let Some(until) = it.paused_until { " " (parts::time(cx.locale, &app.domain.zone, cx.now, until)) }
    }
}

/// How a call ended, in words where there are some: kinds of failure are the developers' own.
fn outcome(w: Words, outcome: &str) -> String {
    let key = format!("console-outcome-{outcome}");
    match crate::web::i18n::has(w.0, &key) {
        true => w.t(&key),
        false => outcome.to_owned(),
    }
}

fn millis(micros: u64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "shown with one digit")]
    let millis = micros as f64 / 1000.0;
    format!("{millis:.1}")
}

fn size(bytes: u64) -> String {
    match bytes >> 20 {
        0 => format!("{} KiB", bytes.div_ceil(1024)),
        mib => format!("{mib} MiB"),
    }
}

fn table(w: Words, caption: &str, heads: &[&str], rows: &Markup) -> Markup {
    html! {
        div class="od-wide" tabindex="0" role="region" aria-label=(caption) { table class="govuk-table" {
            caption class="govuk-visually-hidden" { (caption) }
            thead class="govuk-table__head" { tr class="govuk-table__row" {
                @for key in heads { th class="govuk-table__header" scope="col" { (w.t(key)) } }
            } }
            tbody class="govuk-table__body" { (rows) }
        } }
    }
}

fn nothing(w: Words) -> Markup {
    html! { p class="govuk-body od-quiet" { (w.t("plugins-nothing")) } }
}

fn revisions_table(app: &App, cx: &Context, revisions: &[Revision]) -> Markup {
    let w = Words(cx.locale);
    let heads = ["plugins-version", "plugins-state", "plugins-uploaded"];
    let rows = html! { @for it in revisions { tr class="govuk-table__row" {
        th class="govuk-table__header" scope="row" {
            a class="govuk-link" href={ "/work/revisions/" (it.digest) } { (it.version) }
        }
        td class="govuk-table__cell" { (stage(w, it.state)) }
        td class="govuk-table__cell" { (parts::time(cx.locale, &app.domain.zone, cx.now, it.uploaded_at)) }
    } } };
    table(w, &w.t("plugins-revisions"), &heads, &rows)
}

fn denials_table(app: &App, cx: &Context, denials: &[Denials]) -> Markup {
    let w = Words(cx.locale);
    let heads = [
        "console-missing",
        "console-count",
        "console-last",
        "console-line",
    ];
    let rows = html! { @for it in denials { tr class="govuk-table__row" {
        th class="govuk-table__header od-code" scope="row" { (it.capability) }
        td class="govuk-table__cell" { (it.count) }
        td class="govuk-table__cell" { (parts::time(cx.locale, &app.domain.zone, cx.now, it.last)) }
        td class="govuk-table__cell" {
            @if it.line.is_empty() { (w.t("console-no-line")) } @else { pre class="od-code" { (it.line) } }
        }
    } } };
    html! {
        @if denials.is_empty() { (nothing(w)) }
        @else {
            p class="govuk-body" { (w.t("console-denials-why")) }
            (table(w, &w.t("console-denials"), &heads, &rows))
        }
    }
}

fn lines_table(app: &App, cx: &Context, caption: &str, lines: &[Line]) -> Markup {
    let w = Words(cx.locale);
    let heads = ["plugins-when", "plugins-kind", "plugins-text"];
    let rows = html! { @for it in lines { tr class="govuk-table__row" {
        td class="govuk-table__cell" { (parts::time(cx.locale, &app.domain.zone, cx.now, it.at)) }
        td class="govuk-table__cell od-code" { (it.kind) }
        td class="govuk-table__cell" { (text(w, it)) }
    } } };
    html! { @if lines.is_empty() { (nothing(w)) } @else { (table(w, caption, &heads, &rows)) } }
}

/// What there is to say; of a denial, the line to add.
fn text(w: Words, it: &Line) -> Markup {
    let (missing, line) = match it.kind.as_str() {
        "denied" => journal::parts(&it.text),
        _ => ("", ""),
    };
    html! {
        @if line.is_empty() { (it.text) }
        @else { span class="od-code" { (missing) } br; (w.t("console-add")) pre class="od-code" { (line) } }
    }
}

fn receipts_table(app: &App, cx: &Context, calls: &[watch::Call]) -> Markup {
    let w = Words(cx.locale);
    let heads = [
        "plugins-when",
        "console-function",
        "console-ended",
        "console-guest-ms",
        "plugins-size",
        "console-host-calls",
    ];
    let rows = html! { @for it in calls.iter().take(SHOWN as usize) { tr class="govuk-table__row" {
        td class="govuk-table__cell" { (parts::time(cx.locale, &app.domain.zone, cx.now, it.at)) }
        td class="govuk-table__cell od-code" { (it.receipt.export) }
        td class="govuk-table__cell" { (outcome(w, &it.receipt.outcome)) }
        td class="govuk-table__cell" { (it.receipt.guest_us.map_or("–".to_owned(), millis)) }
        td class="govuk-table__cell" { (it.receipt.memory.map_or("–".to_owned(), size)) }
        td class="govuk-table__cell" {
            @for (function, n) in &it.receipt.calls { span class="od-code" { (function) } " × " (n) br; }
            @for denied in &it.receipt.denials { (w.t("console-outcome-denied")) " " span class="od-code" { (denied) } br; }
        }
    } } };
    html! { @if calls.is_empty() { (nothing(w)) } @else { (table(w, &w.t("console-receipts"), &heads, &rows)) } }
}

/// Which part of a list, and of which severity.
#[derive(Debug, Deserialize)]
pub struct Which {
    cursor: Option<String>,
    severity: Option<String>,
}

/// `GET /work/plugins/{id}/faults`
pub async fn faults(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response> {
    staff_only(&cx)?;
    let paging = Paging {
        cursor: which.cursor,
        limit: PAGE,
    };
    let found = revisions::faults(&app, &cx, &id, &paging).await?;
    Ok(whole(
        &app,
        &cx,
        &uri,
        &id,
        ("plugins-faults", None),
        &found,
    ))
}

/// `GET /work/plugins/{id}/lines`
pub async fn lines(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response> {
    staff_only(&cx)?;
    let severity = which.severity.as_deref().and_then(Severity::from_name);
    let paging = Paging {
        cursor: which.cursor,
        limit: PAGE,
    };
    let found = revisions::lines(&app, &cx, &id, severity, &paging).await?;
    let which = ("plugins-lines", Some(severity));
    Ok(whole(&app, &cx, &uri, &id, which, &found))
}

/// A list on pages of its own, with the severities to choose from where it has some.
fn whole(
    app: &App,
    cx: &Context,
    uri: &Uri,
    id: &str,
    (key, severity): (&str, Option<Option<Severity>>),
    found: &Page<Line>,
) -> Response {
    let w = Words(cx.locale);
    let title = w.t(key);
    let chosen = severity.flatten().map(Severity::name);
    let next = found.next.as_deref().map(|cursor| {
        let severity = chosen.map_or(String::new(), |it| format!("severity={it}&"));
        format!("{}?{severity}cursor={cursor}", uri.path())
    });
    let choice = |name: Option<&str>, label: String| {
        let to = name.map_or(uri.path().to_owned(), |it| {
            format!("{}?severity={it}", uri.path())
        });
        html! { li { @if name == chosen { strong aria-current="true" { (label) } }
        @else { a class="govuk-link od-call" href=(to) { (label) } } } }
    };
    let main = html! {
        (parts::back(w, &format!("/work/plugins/{id}")))
        h1 class="govuk-heading-l" { (title) }
        @if severity.is_some() {
            nav aria-label=(w.t("console-severity")) { ul class="govuk-list" {
                (choice(None, w.t("console-severity-all")))
                @for it in Severity::ALL { (choice(Some(it.name()), w.t(&format!("console-severity-{}", it.name())))) }
            } }
        }
        (lines_table(app, cx, &title, &found.items))
        @if let Some(next) = next { (more(w, &next, "console-older")) }
    };
    layout::page(app, cx, uri, &title, &main)
}

/// Why a plugin is stopped.
#[derive(Debug, Deserialize)]
pub struct Reason {
    #[serde(default)]
    reason: String,
}

/// `GET /work/plugins/{id}/stop`
pub async fn ask_to_stop(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Path(id): Path<String>,
) -> Result<Response> {
    staff_only(&cx)?;
    asked(&app, &cx, &uri, &id, ("", &Faults::default())).await
}

async fn asked(
    app: &App,
    cx: &Context,
    uri: &Uri,
    id: &str,
    (reason, faults): (&str, &Faults),
) -> Result<Response> {
    let w = Words(cx.locale);
    let it = revisions::plugin(app, cx, id).await?;
    let title = w.t("plugins-step-stop");
    let main = html! {
        (parts::back(w, &format!("/work/plugins/{id}")))
        (faults.summary(w))
        h1 class="govuk-heading-l" { (title) }
        p class="govuk-body" { strong { (name(w, &it)) } }
        p class="govuk-body" { (w.t("plugins-why-stop")) }
        form method="post" action=(uri.path()) novalidate {
            (input(w, faults, Input {
                name: "reason",
                label: &w.t("console-reason"),
                hint: Some(&w.t("console-reason-hint")),
                kind: "text",
                value: reason,
                autocomplete: None,
            }))
            (button(&title))
        }
    };
    let status = match faults.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok(layout::page_with(status, app, cx, uri, &title, &main))
}

/// `POST /work/plugins/{id}/stop`
pub async fn stop(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Path(id): Path<String>,
    Form(form): Form<Reason>,
) -> Result<Response> {
    staff_only(&cx)?;
    match hold::stop(&app, &cx, &id, &form.reason).await {
        Ok(held) => Ok(Redirect::to(&format!("/work/plugins/{}", held.plugin)).into_response()),
        Err(error) => {
            let faults = Faults::of(cx.locale, error)?;
            asked(&app, &cx, &uri, &id, (&form.reason, &faults)).await
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        context::Locale,
        plugins::{breaker, journal::Severity},
        web::i18n,
    };

    /// Keys that are put together from the names of values.
    #[test]
    fn every_value_has_words() {
        let mut keys = Vec::new();
        keys.extend(breaker::State::ALL.map(|it| format!("console-breaker-{}", it.name())));
        keys.extend(Severity::ALL.map(|it| format!("console-severity-{}", it.name())));
        for outcome in ["ok", "refused", "paused", "denied"] {
            keys.push(format!("console-outcome-{outcome}"));
        }
        for key in keys {
            for locale in [Locale::Chinese, Locale::English] {
                assert!(i18n::has(locale, &key), "{key}");
            }
        }
    }

    #[test]
    fn sizes_and_times_are_short() {
        assert_eq!(super::size(1), "1 KiB");
        assert_eq!(super::size(3 << 20), "3 MiB");
        assert_eq!(super::millis(1_540), "1.5");
    }
}
