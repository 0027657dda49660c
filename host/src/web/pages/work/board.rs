//! The board: figures of a division, the host's own and those of plugins, and the cases behind each.

use axum::{
    extract::{Query, State},
    http::Uri,
    response::Response,
};
use maud::{Markup, html};
use onedoor_forms::{Text, Tone};
use serde::Deserialize;

use super::{hints, staff_only, tables};
use crate::{
    app::App,
    cases::{
        board::{self, Behind, Count, Which},
        model::State as CaseState,
        views::{self, Wanted},
    },
    context::{Context, Locale},
    error::Result,
    page::Paging,
    plugins::{Measure, Tile, indicators::Part},
    web::{
        forms::places::place_name,
        i18n::Words,
        layout,
        pages::parts::{self, time},
    },
};

/// Which division a board is about.
#[derive(Debug, Default, Deserialize)]
pub struct About {
    division: Option<String>,
}

/// `GET /work/board`
pub async fn show(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Query(about): Query<About>,
) -> Result<Response> {
    staff_only(&cx)?;
    let w = Words(cx.locale);
    let asked = about.division.as_deref().filter(|it| !it.is_empty());
    let division = board::division(&cx, asked)?;
    let counts = board::counts(&app.domain, &cx, &division).await?;
    let parts = app.boards.about(&app.plugins, &app.domain, &division).await;
    let place = place_name(&app.domain, &cx, &division);
    let title = w.tx("board-title", &[("place", &place)]);
    let main = html! {
        (parts::back(w, "/work"))
        h1 class="govuk-heading-l" { (title) }
        h2 class="govuk-heading-m" { (w.t("board-cases")) }
        dl class="od-figures" { @for count in &counts { (own(w, &division, count)) } }
        p class="govuk-body" { a class="govuk-link od-call" href={ "/work/figures?division=" (division) } { (w.t("figures-link")) } }
        (hints::block(&app, &cx, &division).await?)
        @for part in &parts { (of_plugin(&app, &cx, &division, part)) }
    };
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}

fn own(w: Words, division: &str, count: &Count) -> Markup {
    let name = count.which.name();
    let label = w.t(&format!("board-{name}"));
    html! {
        div {
            dt { (label) }
            dd {
                a class="govuk-link" href={ "/work/board/cases?division=" (division) "&which=" (name) } {
                    (count.cases) span class="govuk-visually-hidden" { " " (w.tx("board-behind", &[("label", &label)])) }
                }
            }
        }
    }
}

fn of_plugin(app: &App, cx: &Context, division: &str, part: &Part) -> Markup {
    let w = Words(cx.locale);
    let manifest = &part.loaded.manifest;
    let name = match cx.locale {
        Locale::Chinese => &manifest.name.zh,
        Locale::English => &manifest.name.en,
    };
    html! {
        section aria-labelledby={ "board-" (manifest.id) } {
            h2 class="govuk-heading-m" id={ "board-" (manifest.id) } { (name) }
            @match &part.tiles {
                None => p class="govuk-inset-text" { (w.t("board-failed")) },
                Some(tiles) if tiles.is_empty() => p class="govuk-body od-quiet" { (w.t("board-nothing")) },
                Some(tiles) => dl class="od-figures" { @for it in tiles { (tile(w, part, division, it)) } },
            }
            p class="od-quiet" { (w.t("board-as-of")) " " (time(cx.locale, &app.domain.zone, cx.now, part.at)) }
        }
    }
}

fn tile(w: Words, part: &Part, division: &str, it: &Tile) -> Markup {
    let say = |text: &Text| part.loaded.words.text(w.0, text);
    let label = say(&it.label);
    let value = match &it.value {
        Measure::Number(number) => number.to_string(),
        Measure::Words(words) => say(words),
    };
    let colour = match it.tone {
        Tone::Neutral => None,
        Tone::Info => Some("govuk-tag--blue"),
        Tone::Success => Some("govuk-tag--green"),
        Tone::Warning => Some("govuk-tag--yellow"),
        Tone::Danger => Some("govuk-tag--red"),
    };
    let shown = html! {
        (value)
        @if let Some(unit) = &it.unit { " " (say(unit)) }
    };
    html! {
        div {
            dt { (label) }
            dd {
                @match &it.cases {
                    Some(wanted) => a class="govuk-link" href=(behind(part, division, wanted)) {
                        (shown) span class="govuk-visually-hidden" { " " (w.tx("board-behind", &[("label", &label)])) }
                    },
                    None => (shown),
                }
                // Never by colour alone: the tone is said, too.
                @if let Some(colour) = colour {
                    br; strong class={ "govuk-tag " (colour) } { (w.t(&format!("board-tone-{}", tone(it.tone)))) }
                }
                @if let Some(note) = &it.note { br; span class="od-quiet" { (say(note)) } }
            }
        }
    }
}

const fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Neutral => "neutral",
        Tone::Info => "info",
        Tone::Success => "success",
        Tone::Warning => "warning",
        Tone::Danger => "danger",
    }
}

/// The address of the cases that a plugin's figure counts, within the division of the board.
fn behind(part: &Part, division: &str, wanted: &Wanted) -> String {
    let narrower = wanted
        .division
        .as_deref()
        .filter(|it| it.starts_with(division));
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("division", narrower.unwrap_or(division));
    query.append_pair("plugin", &part.loaded.manifest.id);
    if let Some(class) = &wanted.class {
        query.append_pair("class", class);
    }
    if let Some(state) = wanted.state {
        query.append_pair("state", state.name());
    }
    format!("/work/board/cases?{}", query.finish())
}

/// Which cases to list.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    division: Option<String>,
    which: Option<Which>,
    plugin: Option<String>,
    class: Option<String>,
    state: Option<CaseState>,
    cursor: Option<String>,
}

/// `GET /work/board/cases`: the cases behind a figure.
pub async fn cases(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    staff_only(&cx)?;
    let w = Words(cx.locale);
    let division = board::division(&cx, asked.division.as_deref())?;
    let of_plugin = asked.plugin.as_deref().and_then(|it| app.plugins.get(it));
    let classes = match (&asked.class, &of_plugin) {
        (Some(class), _) => Some(vec![class.clone()]),
        (None, Some(plugin)) => Some(plugin.manifest.cases.classes.clone()),
        (None, None) => None,
    };
    let behind = Behind {
        division: division.clone(),
        which: asked.which,
        classes,
        state: asked.state,
    };
    let paging = Paging {
        cursor: asked.cursor.clone(),
        ..Paging::default()
    };
    let page = board::behind(&app.domain, &cx, &behind, &paging).await?;
    let holders = views::holders(&app.domain, &cx, &page.items).await?;
    let place = place_name(&app.domain, &cx, &division);
    let title = w.tx("board-cases-in", &[("place", &place)]);
    let main = html! {
        (parts::back(w, &format!("/work/board?division={division}")))
        h1 class="govuk-heading-l" { (title) }
        @if let Some(which) = asked.which { p class="govuk-body" { (w.t(&format!("board-{}", which.name()))) } }
        @if page.items.is_empty() { p class="govuk-body" { (w.t("work-queue-empty")) } }
        @else { (tables::cases(&app, &cx, &title, &page.items, &holders)) }
        @if let Some(next) = &page.next {
            a class="govuk-link od-call" href=(further(&uri, next)) { (w.t("app-next-page")) }
        }
    };
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}

/// The same list from a cursor on.
fn further(uri: &Uri, next: &str) -> String {
    let asked = uri.query().unwrap_or_default();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in url::form_urlencoded::parse(asked.as_bytes()) {
        if name != "cursor" {
            query.append_pair(&name, &value);
        }
    }
    query.append_pair("cursor", next);
    format!("/work/board/cases?{}", query.finish())
}
