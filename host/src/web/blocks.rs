//! A plugin's blocks as markup, one kind at a time. Everything a plugin says is text here: it is
//! escaped by the template, and its links lead to its own pages only.

use maud::{Markup, html};
use onedoor_forms::{
    Action, Block, Card, Cell, Effect, Figure, FileRef, Moment, MomentState, Notice, Pair, Route,
    Status, Table, Text, Tone, Weight,
};

use crate::{
    app::App,
    context::Context,
    plugins::Loaded,
    time::Timestamp,
    web::{forms::fields::thumbnail, i18n::Words, pages::parts},
};

/// What blocks are shown with.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// The host.
    pub app: &'a App,
    /// The reader.
    pub cx: &'a Context,
    /// The plugin.
    pub plugin: &'a Loaded,
    /// The page they stand on.
    pub at: &'a Route,
}

/// The address of a page of a plugin; `then` goes between the page and its parameters.
pub fn address(plugin: &str, at: &Route, then: &str) -> String {
    let mut address = format!("/services/{plugin}/{}{then}", at.page);
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in &at.parameters {
        query.append_pair(name, value);
    }
    let query = query.finish();
    if !query.is_empty() {
        address.push('?');
        address.push_str(&query);
    }
    address
}

impl Shown<'_> {
    /// Words in the reader's language.
    pub fn say(&self, text: &Text) -> String {
        self.plugin.words.text(self.cx.locale, text)
    }

    fn to(&self, route: &Route) -> String {
        address(&self.plugin.manifest.id, route, "")
    }

    /// A block; `form` shows a form, which needs more than words.
    pub fn block(&self, block: &Block, form: &Markup) -> Markup {
        match block {
            Block::Heading(text) => html! { h2 class="govuk-heading-m" { (self.say(text)) } },
            Block::Text(text) => html! {
                @for part in self.say(text).split("\n\n") { p class="govuk-body" { (part) } }
            },
            Block::Bullets(items) => html! {
                ul class="govuk-list govuk-list--bullet" { @for it in items { li { (self.say(it)) } } }
            },
            Block::Details((summary, inner)) => html! {
                details class="govuk-details" {
                    summary class="govuk-details__summary" { span class="govuk-details__summary-text" { (self.say(summary)) } }
                    div class="govuk-details__text" { (self.say(inner)) }
                }
            },
            Block::Notice(notice) => self.notice(notice),
            Block::Summary(pairs) => self.summary(pairs),
            Block::Timeline(moments) => self.timeline(moments),
            Block::Table(table) => self.table(table),
            Block::Cards(cards) => self.cards(cards),
            Block::Figures(figures) => self.figures(figures),
            Block::Files(files) => self.files(files),
            Block::Form(_) => form.clone(),
            Block::Actions(actions) => html! {
                div class="govuk-button-group" { @for it in actions { (self.action(it)) } }
            },
        }
    }

    fn notice(&self, it: &Notice) -> Markup {
        let w = Words(self.cx.locale);
        let kind = match it.tone {
            Tone::Success => "govuk-notification-banner govuk-notification-banner--success",
            _ => "govuk-notification-banner",
        };
        html! {
            section class=(kind) aria-label=(w.t(tone_key(it.tone))) {
                div class="govuk-notification-banner__header" {
                    p class="govuk-notification-banner__title" { (w.t(tone_key(it.tone))) }
                }
                div class="govuk-notification-banner__content" {
                    p class="govuk-notification-banner__heading" { (self.say(&it.title)) }
                    p class="govuk-body" { (self.say(&it.body)) }
                }
            }
        }
    }

    fn summary(&self, pairs: &[Pair]) -> Markup {
        html! {
            dl class="govuk-summary-list" { @for it in pairs {
                div class="govuk-summary-list__row" {
                    dt class="govuk-summary-list__key" { (self.say(&it.key)) }
                    dd class="govuk-summary-list__value" { (self.cell(&it.value)) }
                }
            } }
        }
    }

    fn at(&self, millis: i64) -> Markup {
        let at = Timestamp::from_micros(millis.saturating_mul(1000));
        parts::time(self.cx.locale, &self.app.domain.zone, self.cx.now, at)
    }

    fn timeline(&self, moments: &[Moment]) -> Markup {
        let w = Words(self.cx.locale);
        html! {
            ol class="od-line" { @for it in moments {
                @let class = match it.state {
                    MomentState::Done => "od-done",
                    MomentState::Current => "od-current",
                    MomentState::Upcoming => "od-upcoming",
                    MomentState::Stopped => "od-stopped",
                };
                li class=(class) {
                    h3 { (self.say(&it.title)) }
                    p class="od-quiet" {
                        @if let Some(at) = it.at { (self.at(at)) " " }
                        @if let Some(by) = &it.by { (self.say(by)) " " }
                        @if let Some(due) = it.due { (w.t("case-until")) " " (self.at(due)) }
                    }
                    @if let Some(note) = &it.note { p { (self.say(note)) } }
                }
            } }
        }
    }

    fn cell(&self, cell: &Cell) -> Markup {
        match cell {
            Cell::Text(text) => html! { (self.say(text)) },
            Cell::Number(number) => html! { (number) },
            Cell::At(at) => self.at(*at),
            Cell::Status(status) => self.status(status),
            Cell::Link((text, route)) => {
                html! { a class="govuk-link" href=(self.to(route)) { (self.say(text)) } }
            }
            Cell::Files(files) => self.files(files),
        }
    }

    fn status(&self, it: &Status) -> Markup {
        let colour = match it.tone {
            Tone::Neutral => "govuk-tag--grey",
            Tone::Info => "govuk-tag--blue",
            Tone::Success => "govuk-tag--green",
            Tone::Warning => "govuk-tag--yellow",
            Tone::Danger => "govuk-tag--red",
        };
        html! { strong class={ "govuk-tag " (colour) } { (self.say(&it.label)) } }
    }

    fn table(&self, it: &Table) -> Markup {
        let w = Words(self.cx.locale);
        if it.rows.is_empty() {
            return html! { p class="govuk-body" { (self.say(&it.empty)) } };
        }
        let labels: Vec<_> = it.columns.iter().map(|it| self.say(&it.label)).collect();
        html! {
            div class="od-wide" tabindex="0" role="region" aria-label=(self.say(&it.caption)) {
                // On a phone its rows become cards; the roles keep it a table all the same.
                table class="govuk-table od-stack" role="table" {
                    caption class="govuk-table__caption govuk-table__caption--m" { (self.say(&it.caption)) }
                    thead role="rowgroup" { tr role="row" { @for (column, label) in it.columns.iter().zip(&labels) {
                        th scope="col" role="columnheader" class={ "govuk-table__header" @if column.numeric { " govuk-table__header--numeric" } } { (label) }
                    } } }
                    tbody role="rowgroup" { @for row in &it.rows { tr class="govuk-table__row" role="row" {
                        @for (n, cell) in row.cells.iter().enumerate() {
                            @let numeric = it.columns.get(n).is_some_and(|it| it.numeric);
                            td role="cell" data-label=[labels.get(n)] class={ "govuk-table__cell" @if numeric { " govuk-table__cell--numeric" } } {
                                @match (&row.open, n) {
                                    (Some(to), 0) => a class="govuk-link" href=(self.to(to)) { (self.cell(cell)) },
                                    _ => (self.cell(cell)),
                                }
                            }
                        }
                    } } }
                }
            }
            @if let Some(next) = &it.next { a class="govuk-link od-call" href=(self.to(next)) { (w.t("app-next-page")) } }
        }
    }

    fn cards(&self, cards: &[Card]) -> Markup {
        html! {
            ul class="od-cards" { @for it in cards { li class="od-card" {
                a class="govuk-link" href=(self.to(&it.go)) { (self.say(&it.title)) }
                @if let Some(status) = &it.status { " " (self.status(status)) }
                @if let Some(hint) = &it.hint { p { (self.say(hint)) } }
            } } }
        }
    }

    fn figures(&self, figures: &[Figure]) -> Markup {
        html! {
            dl class="od-figures" { @for it in figures { div {
                dt { (self.say(&it.label)) }
                dd { (self.cell(&it.value)) }
                @if let Some(note) = &it.note { dd class="od-quiet" { (self.say(note)) } }
            } } }
        }
    }

    fn files(&self, files: &[FileRef]) -> Markup {
        let w = Words(self.cx.locale);
        html! { ul class="od-photos" { @for (n, it) in files.iter().enumerate() { li { (thumbnail(w, it, n + 1)) } } } }
    }

    fn action(&self, it: &Action) -> Markup {
        let class = match it.weight {
            Weight::Primary => "govuk-button",
            Weight::Secondary => "govuk-button govuk-button--secondary",
            Weight::Danger => "govuk-button govuk-button--warning",
        };
        let label = self.say(&it.label);
        if let Some(why) = &it.disabled {
            return html! { p class="govuk-body" { button type="button" class=(class) disabled aria-disabled="true" { (label) } " " (self.say(why)) } };
        }
        let id = &self.plugin.manifest.id;
        match (&it.effect, &it.confirm) {
            (Effect::Go(route), _) => {
                html! { a class=(class) role="button" draggable="false" href=(self.to(route)) { (label) } }
            }
            (Effect::Call, Some(_)) => html! {
                a class=(class) role="button" draggable="false" href=(address(id, self.at, &format!("/confirm/{}", it.id))) { (label) }
            },
            (Effect::Call, None) => self.press(&it.id, class, &label),
            (Effect::Dial(number), _) if self.plugin.manifest.may_dial(number) => {
                html! { a class=(class) role="button" href={ "tel:" (number) } { (label) } }
            }
            (Effect::Dial(_), _) => html! {},
        }
    }

    /// A button that hands the action to the plugin, once however often it is pressed.
    pub fn press(&self, action: &str, class: &str, label: &str) -> Markup {
        let to = address(
            &self.plugin.manifest.id,
            self.at,
            &format!("/actions/{action}"),
        );
        let once = self.app.domain.ids.id(self.cx.now);
        html! {
            form method="post" action=(to) {
                input type="hidden" name="once" value=(once);
                button class=(class) { (label) }
            }
        }
    }
}

const fn tone_key(tone: Tone) -> &'static str {
    match tone {
        Tone::Neutral | Tone::Info => "tone-info",
        Tone::Success => "tone-success",
        Tone::Warning => "tone-warning",
        Tone::Danger => "tone-danger",
    }
}
