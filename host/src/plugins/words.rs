//! A plugin's own words: Fluent bundles that its component brings. Reads text only; never markup,
//! and bidirectional control characters never reach a screen.

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use jiff::{civil, tz::TimeZone};
use onedoor_forms::{Argument, Message, Text};
use std::collections::BTreeMap;
use unic_langid::langid;

use crate::context::Locale;

type Bundle = FluentBundle<FluentResource>;

/// The words of one revision, in both languages.
pub struct Words {
    chinese: Bundle,
    english: Bundle,
    zone: TimeZone,
}

impl Words {
    /// From Fluent by language. What cannot be read was told at upload and is left out here.
    pub fn new(bundles: &BTreeMap<String, String>, zone: TimeZone) -> Self {
        let load = |language, locale: Locale| {
            let mut bundle = FluentBundle::new_concurrent(vec![language]);
            bundle.set_use_isolating(false);
            let source = bundles.get(locale.tag()).cloned().unwrap_or_default();
            let resource = match FluentResource::try_new(source) {
                Ok(resource) | Err((resource, _)) => resource,
            };
            bundle.add_resource_overriding(resource);
            bundle
        };
        Self {
            chinese: load(langid!("zh-CN"), Locale::Chinese),
            english: load(langid!("en"), Locale::English),
            zone,
        }
    }

    /// The text as the reader sees it. A message that the language lacks is shown in the other; one
    /// that neither has, by its key.
    pub fn text(&self, locale: Locale, text: &Text) -> String {
        let words = match text {
            Text::Raw(words) => words.clone(),
            Text::Message(message) => self.message(locale, message),
        };
        plain(words)
    }

    fn message(&self, locale: Locale, message: &Message) -> String {
        let (first, second) = match locale {
            Locale::Chinese => (&self.chinese, &self.english),
            Locale::English => (&self.english, &self.chinese),
        };
        let found = [first, second].into_iter().find_map(|bundle| {
            let pattern = bundle.get_message(&message.id)?.value()?;
            Some((bundle, pattern))
        });
        let Some((bundle, pattern)) = found else {
            return message.id.clone();
        };
        let mut arguments = FluentArgs::new();
        for (name, value) in &message.arguments {
            arguments.set(name.as_str(), self.argument(locale, value));
        }
        let mut errors = Vec::new();
        bundle
            .format_pattern(pattern, Some(&arguments), &mut errors)
            .into_owned()
    }

    fn argument(&self, locale: Locale, value: &Argument) -> FluentValue<'static> {
        match value {
            Argument::Text(words) => FluentValue::from(words.clone()),
            Argument::Number(number) => FluentValue::from(*number),
            Argument::Date(date) => FluentValue::from(self.date(locale, date)),
        }
    }

    /// A date, or a date with a time in the host's zone, as the language writes it.
    fn date(&self, locale: Locale, date: &str) -> String {
        let (day, time) = match locale {
            Locale::Chinese => ("%Y年%-m月%-d日", "%Y年%-m月%-d日 %H:%M"),
            Locale::English => ("%-d %B %Y", "%-d %B %Y, %H:%M"),
        };
        if let Ok(at) = date.parse::<jiff::Timestamp>() {
            return at.to_zoned(self.zone.clone()).strftime(time).to_string();
        }
        match date.parse::<civil::Date>() {
            Ok(date) => date.strftime(day).to_string(),
            Err(_) => date.to_owned(),
        }
    }
}

/// Without the characters that change the direction of what is around them.
fn plain(words: String) -> String {
    let turns = |c: char| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if words.contains(turns) {
        words.replace(turns, "")
    } else {
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        let bundles = [
            ("zh-CN", "hello = 您好，{ $name }\nwhen = { $at }起"),
            ("en", "hello = Hello, { $name }\nonly = Only here"),
        ];
        let bundles = bundles.map(|(tag, text)| (tag.to_owned(), text.to_owned()));
        Words::new(&bundles.into(), TimeZone::fixed(jiff::tz::offset(8)))
    }

    #[test]
    fn messages_are_found_in_either_language() {
        let words = words();
        let hello = Text::message("hello").with("name", "王\u{202e}芳");
        assert_eq!(words.text(Locale::Chinese, &hello), "您好，王芳");
        assert_eq!(words.text(Locale::English, &hello), "Hello, 王芳");
        assert_eq!(
            words.text(Locale::Chinese, &Text::message("only")),
            "Only here"
        );
        assert_eq!(words.text(Locale::English, &Text::message("none")), "none");
        assert_eq!(words.text(Locale::English, &Text::raw("a\u{200f}b")), "ab");
    }

    #[test]
    fn dates_are_written_as_the_language_does() {
        let words = words();
        let when = |date: &str| {
            let date = Argument::Date(date.to_owned());
            words.text(Locale::Chinese, &Text::message("when").with("at", date))
        };
        assert_eq!(when("2026-11-23"), "2026年11月23日起");
        assert_eq!(when("2026-11-23T02:00:00Z"), "2026年11月23日 10:00起");
        assert_eq!(when("soon"), "soon起");
    }
}
