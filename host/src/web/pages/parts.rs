//! Pieces that many pages share: a field with its label and its error, the list of what is wrong,
//! a button, a point in time. Markup only.

use jiff::tz::TimeZone;
use maud::{Markup, html};

use crate::{
    context::Locale,
    error::{Error, Problem},
    time::Timestamp,
    web::i18n::{self, Words},
};

/// What is wrong with what was entered, each with the id of its field.
#[derive(Clone, Debug, Default)]
pub struct Faults(Vec<Said>);

#[derive(Clone, Debug)]
struct Said {
    /// The field.
    at: Option<String>,
    /// What is wrong with it.
    what: String,
    /// The question, where what is wrong does not say which it is.
    question: Option<String>,
}

impl Faults {
    /// Of an error; hands back an error that is not about the input.
    pub fn of(locale: Locale, error: Error) -> Result<Self, Error> {
        match error {
            Error::Invalid(problems) => Ok(Self::from_problems(locale, &problems)),
            other => Err(other),
        }
    }

    /// Of problems, in the reader's words.
    pub fn from_problems(locale: Locale, problems: &[Problem]) -> Self {
        let worded = problems.iter().map(|it| Said {
            at: it.at.clone(),
            what: i18n::problem(locale, it),
            question: None,
        });
        Self(worded.collect())
    }

    /// Adds one.
    pub fn add(&mut self, at: Option<&str>, said: String) {
        self.0.push(Said {
            at: at.map(str::to_owned),
            what: said,
            question: None,
        });
    }

    /// Adds one about a question, which the summary names beside it.
    pub fn add_to(&mut self, field: &str, question: Option<String>, said: String) {
        self.0.push(Said {
            at: Some(field.to_owned()),
            what: said,
            question,
        });
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with one field.
    pub fn at(&self, field: &str) -> Option<&str> {
        let found = self.0.iter().find(|it| it.at.as_deref() == Some(field));
        found.map(|it| it.what.as_str())
    }

    /// The summary that stands at the top of the page; nothing when nothing is wrong.
    pub fn summary(&self, w: Words) -> Markup {
        html! {
            @if !self.0.is_empty() {
                div class="govuk-error-summary" tabindex="-1" {
                    div role="alert" {
                        h2 class="govuk-error-summary__title" { (w.t("error-summary")) }
                        div class="govuk-error-summary__body" {
                            ul class="govuk-list govuk-error-summary__list" {
                                @for it in &self.0 { li {
                                    @match &it.at {
                                        Some(at) => a href={ "#" (at) } { (in_summary(w, it)) },
                                        None => (in_summary(w, it)),
                                    }
                                } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn in_summary(w: Words, it: &Said) -> String {
    match &it.question {
        Some(question) => {
            let question = question.trim_end_matches(['？', '?', '：', ':']);
            w.tx("error-of", &[("question", question), ("what", &it.what)])
        }
        None => it.what.clone(),
    }
}

/// The words of an error beside its field.
pub fn error_message(w: Words, id: &str, said: Option<&str>) -> Markup {
    html! {
        @if let Some(said) = said {
            p id={ (id) "-error" } class="govuk-error-message" {
                span class="govuk-visually-hidden" { (w.t("error-prefix")) } (said)
            }
        }
    }
}

/// A field of one line.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Its name, and its id on the page.
    pub name: &'a str,
    /// Its label.
    pub label: &'a str,
    /// Smaller words below the label.
    pub hint: Option<&'a str>,
    /// `text`, `password`, `tel` …
    pub kind: &'a str,
    /// What stands in it.
    pub value: &'a str,
    /// The browser's `autocomplete` token (WCAG 1.3.5).
    pub autocomplete: Option<&'a str>,
}

/// An input with its label, hint and error.
pub fn input(w: Words, faults: &Faults, it: Input<'_>) -> Markup {
    let said = faults.at(it.name);
    let described = described(it.name, it.hint.is_some(), said.is_some());
    html! {
        div class={ "govuk-form-group" @if said.is_some() { " govuk-form-group--error" } } {
            label class="govuk-label" for=(it.name) { (it.label) }
            @if let Some(hint) = it.hint { div id={ (it.name) "-hint" } class="govuk-hint" { (hint) } }
            (error_message(w, it.name, said))
            input class={ "govuk-input" @if said.is_some() { " govuk-input--error" } } id=(it.name) name=(it.name)
                type=(it.kind) value=(it.value) autocomplete=[it.autocomplete]
                inputmode=[(it.kind == "tel").then_some("tel")]
                aria-describedby=[described];
        }
    }
}

/// The ids that describe a field, for `aria-describedby`.
pub fn described(name: &str, hint: bool, error: bool) -> Option<String> {
    let mut ids = Vec::new();
    if hint {
        ids.push(format!("{name}-hint"));
    }
    if error {
        ids.push(format!("{name}-error"));
    }
    (!ids.is_empty()).then(|| ids.join(" "))
}

/// The button that sends a form.
pub fn button(label: &str) -> Markup {
    html! { button class="govuk-button" { (label) } }
}

/// A link back.
pub fn back(w: Words, to: &str) -> Markup {
    html! { a class="govuk-back-link" href=(to) { (w.t("app-back")) } }
}

/// A point in time as people say it, in the host's time zone: `11月24日 09:30`, `24 Nov 09:30`,
/// with the year where it is another than `now`'s.
pub fn time(locale: Locale, zone: &TimeZone, now: Timestamp, at: Timestamp) -> Markup {
    let (zoned, this) = (at.zoned(zone), now.zoned(zone));
    let same_year = zoned.year() == this.year();
    let text = match (locale, same_year) {
        (Locale::Chinese, true) => zoned.strftime("%-m月%-d日 %H:%M"),
        (Locale::Chinese, false) => zoned.strftime("%Y年%-m月%-d日 %H:%M"),
        (Locale::English, true) => zoned.strftime("%-d %b %H:%M"),
        (Locale::English, false) => zoned.strftime("%-d %b %Y %H:%M"),
    };
    html! { time datetime=(at.rfc3339()) { (text.to_string()) } }
}

/// A day, `YYYY-MM-DD`, in words; what is no day stands as it is.
pub fn day(locale: Locale, text: &str) -> Markup {
    let Ok(day) = text.parse::<jiff::civil::Date>() else {
        return html! { (text) };
    };
    let words = match locale {
        Locale::Chinese => day.strftime("%Y年%-m月%-d日"),
        Locale::English => day.strftime("%-d %B %Y"),
    };
    html! { time datetime=(text) { (words.to_string()) } }
}

/// A place of this host to go back to: a path of ours, or the home page for anything else.
pub fn local(path: &str) -> &str {
    let ours = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(['\\', '\r', '\n'])
        && path.len() <= 500;
    if ours { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_host_are_gone_back_to() {
        for (path, expected) in [
            ("/matters?page=2", "/matters?page=2"),
            ("//evil.example", "/"),
            ("https://evil.example", "/"),
            ("/\\evil.example", "/"),
            ("", "/"),
        ] {
            assert_eq!(local(path), expected, "{path}");
        }
    }
}
