//! Questions as markup, one kind at a time, after govuk-frontend's patterns.

use maud::{Markup, html};
use onedoor_forms::{Choice, Field, FileRef, Kind, Media, TextFormat, TextSpec, Value};

use super::{Say, places, read::Entered};
use crate::{
    context::Context,
    domain::Domain,
    error::Result,
    records::picked::{self, Candidate},
    web::{
        i18n::Words,
        pages::parts::{Faults, described, error_message},
    },
};

/// More options than this stand in a drop-down list.
const RADIOS: usize = 8;

/// What a field is shown with.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// Rows, for places.
    pub domain: &'a Domain,
    /// Whom the reader may pick.
    pub people: &'a [Candidate],
    /// The reader.
    pub cx: &'a Context,
    /// The form's words.
    pub say: Say<'a>,
    /// What stands in the inputs.
    pub entered: &'a Entered,
    /// What is wrong with it.
    pub faults: &'a Faults,
}

/// A question with its label, hint, error and input. `kept`: the files handed in already.
/// `show_if`: what of the same page it hangs on, as the page's script reads it.
pub fn field(
    shown: Shown<'_>,
    it: &Field,
    kept: Option<&Value>,
    show_if: Option<&str>,
) -> Result<Markup> {
    let said = shown.faults.at(&it.id);
    let one = One {
        shown,
        it,
        label: label(shown, it),
        describes: described(&it.id, it.hint.is_some(), said.is_some()),
    };
    let inner = match &it.kind {
        Kind::Text(spec) => one.text(spec),
        Kind::Integer(_) => one.line("text", Some("numeric")),
        Kind::Decimal(_) => one.line("text", Some("decimal")),
        Kind::Date(_) => one.line("date", None),
        Kind::Time => one.line("time", None),
        Kind::Flag => one.flag(),
        Kind::One(options) if options.len() > RADIOS => one.select(options),
        Kind::One(options) => one.choices(options, "radio"),
        Kind::Many(spec) => one.choices(&spec.options, "checkbox"),
        Kind::Files(spec) => one.files(spec.media, kept),
        Kind::Person(_) => one.person(kept.is_some()),
        Kind::Place(spec) => {
            let within = spec.within.as_deref().unwrap_or_default();
            let picker = places::picker(
                shown.domain,
                shown.cx,
                &it.id,
                within,
                shown.entered,
                said.is_some(),
            )?;
            one.group(&picker)
        }
    };
    Ok(html! {
        div class={ "govuk-form-group" @if said.is_some() { " govuk-form-group--error" } }
            data-show-if=[show_if] { (inner) }
    })
}

fn label(shown: Shown<'_>, it: &Field) -> String {
    let words = (shown.say)(&it.label);
    if it.required || matches!(it.kind, Kind::Flag) {
        words
    } else {
        format!("{words}{}", Words(shown.cx.locale).t("app-optional"))
    }
}

struct One<'a> {
    shown: Shown<'a>,
    it: &'a Field,
    label: String,
    describes: Option<String>,
}

impl One<'_> {
    fn said(&self) -> Option<&str> {
        self.shown.faults.at(&self.it.id)
    }

    fn words(&self) -> Words {
        Words(self.shown.cx.locale)
    }

    fn hint_and_error(&self) -> Markup {
        let id = &self.it.id;
        html! {
            @if let Some(hint) = &self.it.hint { div id={ (id) "-hint" } class="govuk-hint" { ((self.shown.say)(hint)) } }
            (error_message(self.words(), id, self.said()))
        }
    }

    fn labelled(&self, input: &Markup) -> Markup {
        html! {
            label class="govuk-label govuk-label--m" for=(self.it.id) { (self.label) }
            (self.hint_and_error())
            (input)
        }
    }

    fn group(&self, inner: &Markup) -> Markup {
        html! {
            fieldset class="govuk-fieldset" aria-describedby=[self.describes.clone()] {
                legend class="govuk-fieldset__legend govuk-fieldset__legend--m" { (self.label) }
                (self.hint_and_error())
                (inner)
            }
        }
    }

    fn text(&self, spec: &TextSpec) -> Markup {
        if spec.lines > 1 {
            let it = self.it;
            return self.labelled(&html! {
                textarea class={ "govuk-textarea" @if self.said().is_some() { " govuk-textarea--error" } }
                    id=(it.id) name=(it.id) rows=(spec.lines) aria-describedby=[self.describes.clone()] {
                    (self.shown.entered.text(&it.id))
                }
            });
        }
        let (kind, mode) = match spec.format {
            TextFormat::Phone => ("tel", Some("tel")),
            TextFormat::Email => ("email", Some("email")),
            _ => ("text", None),
        };
        self.line(kind, mode)
    }

    fn line(&self, kind: &str, mode: Option<&str>) -> Markup {
        let it = self.it;
        let purpose = match &it.kind {
            Kind::Text(spec) => match spec.format {
                TextFormat::Phone => Some("tel"),
                TextFormat::Email => Some("email"),
                TextFormat::Name => Some("name"),
                _ => None,
            },
            _ => None,
        };
        self.labelled(&html! {
            input class={ "govuk-input" @if self.said().is_some() { " govuk-input--error" } } id=(it.id) name=(it.id)
                type=(kind) inputmode=[mode] autocomplete=[purpose] value=(self.shown.entered.text(&it.id))
                aria-describedby=[self.describes.clone()];
        })
    }

    fn flag(&self) -> Markup {
        let it = self.it;
        html! {
            (error_message(self.words(), &it.id, self.said()))
            div class="govuk-checkboxes" {
                div class="govuk-checkboxes__item" {
                    input class="govuk-checkboxes__input" type="checkbox" id=(it.id) name=(it.id) value="1"
                        checked[self.shown.entered.text(&it.id) == "1"] aria-describedby=[self.describes.clone()];
                    label class="govuk-label govuk-checkboxes__label" for=(it.id) { (self.label) }
                    @if let Some(hint) = &it.hint {
                        div id={ (it.id) "-hint" } class="govuk-hint govuk-checkboxes__hint" { ((self.shown.say)(hint)) }
                    }
                }
            }
        }
    }

    fn select(&self, options: &[Choice]) -> Markup {
        let it = self.it;
        let chosen = self.shown.entered.text(&it.id);
        self.labelled(&html! {
            select class="govuk-select" id=(it.id) name=(it.id) aria-describedby=[self.describes.clone()] {
                option value="" { (self.words().t("app-choose")) }
                @for option in options {
                    option value=(option.id) selected[option.id == chosen] { ((self.shown.say)(&option.label)) }
                }
            }
        })
    }

    /// Radios or checkboxes; the first has the field's id, so that the error summary leads there.
    fn choices(&self, options: &[Choice], kind: &str) -> Markup {
        let it = self.it;
        let block = if kind == "radio" {
            "govuk-radios"
        } else {
            "govuk-checkboxes"
        };
        let chosen = self.shown.entered.all(&it.id);
        self.group(&html! {
            div class=(block) {
                @for (n, option) in options.iter().enumerate() {
                    @let id = if n == 0 { it.id.clone() } else { format!("{}.{n}", it.id) };
                    @let hint = option.hint.as_ref().map(|_| format!("{id}-item-hint"));
                    div class={ (block) "__item" } {
                        input class={ (block) "__input" } type=(kind) id=(id) name=(it.id) value=(option.id)
                            checked[chosen.contains(&option.id)] aria-describedby=[hint.clone()];
                        label class={ "govuk-label " (block) "__label" } for=(id) { ((self.shown.say)(&option.label)) }
                        @if let (Some(words), Some(id)) = (&option.hint, &hint) {
                            div class={ "govuk-hint " (block) "__hint" } id=(id) { ((self.shown.say)(words)) }
                        }
                    }
                }
            }
        })
    }

    /// Whom to pick: oneself and those one acts for; officers find somebody of their area.
    fn person(&self, picked: bool) -> Markup {
        let (it, w) = (self.it, self.words());
        let officer = picked::finds(self.shown.cx);
        let chosen = self.shown.entered.text(&it.id);
        let find = format!("{}.find", it.id);
        self.group(&html! {
            @if picked { p class="govuk-inset-text" { (w.t("person-picked")) } }
            div class="govuk-radios" {
                @for (n, person) in self.shown.people.iter().enumerate() {
                    @let id = if n == 0 { it.id.clone() } else { format!("{}.{n}", it.id) };
                    div class="govuk-radios__item" {
                        input class="govuk-radios__input" type="radio" id=(id) name=(it.id) value=(person.account)
                            checked[chosen == person.account];
                        label class="govuk-label govuk-radios__label" for=(id) {
                            (person.name) @if n == 0 { " " (w.t("person-oneself")) }
                        }
                    }
                }
            }
            @if officer {
                div class="govuk-form-group" {
                    label class="govuk-label" for=(find) { (w.t("person-find")) }
                    div class="govuk-hint" id={ (find) "-hint" } { (w.t("person-find-hint")) }
                    input class="govuk-input" id=(find) name=(find) value=(self.shown.entered.text(&find)) autocomplete="off"
                        aria-describedby={ (find) "-hint" };
                }
            }
        })
    }

    fn files(&self, media: Media, kept: Option<&Value>) -> Markup {
        let it = self.it;
        let accept = match media {
            Media::Photo => "image/jpeg,image/png,image/webp",
            Media::Document => "application/pdf",
            Media::Any => "image/jpeg,image/png,image/webp,application/pdf",
        };
        let kept: &[FileRef] = match kept {
            Some(Value::Files(files)) => files,
            _ => &[],
        };
        self.labelled(&html! {
            @if !kept.is_empty() {
                ul class="od-photos" {
                    @for (n, file) in kept.iter().enumerate() {
                        li {
                            (thumbnail(self.words(), file, n + 1))
                            div class="govuk-checkboxes govuk-checkboxes--small" {
                                div class="govuk-checkboxes__item" {
                                    input class="govuk-checkboxes__input" type="checkbox" id={ (it.id) ".remove." (n) }
                                        name={ (it.id) ".remove" } value=(file.id);
                                    label class="govuk-label govuk-checkboxes__label" for={ (it.id) ".remove." (n) } {
                                        (self.words().t("file-remove"))
                                    }
                                }
                            }
                        }
                    }
                }
            }
            input class="govuk-file-upload" type="file" id=(it.id) name=(it.id) accept=(accept) multiple
                data-shrink[media != Media::Document] aria-describedby=[self.describes.clone()];
        })
    }
}

/// A file as a small picture, or by its name.
pub fn thumbnail(w: Words, file: &FileRef, n: usize) -> Markup {
    let address = format!("/files/{}", file.id);
    let number = n.to_string();
    html! {
        a class="govuk-link" href=(address) {
            @if file.mime.starts_with("image/") {
                img src=(address) alt=(w.tx("app-photo", &[("n", &number)])) width="120" height="120" loading="lazy";
            } @else { (file.name) }
        }
    }
}
