//! A plugin's own words: its Fluent bundles, in the reader's language.

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use onedoor_forms::{Argument, Message, Text};
use std::collections::BTreeMap;

use crate::context::Locale;

/// Bidirectional controls (Unicode TR 9) reorder what stands around them, and are taken out.
const BIDI: [char; 12] = [
    '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
    '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

/// The bundles of one revision.
pub struct Words {
    chinese: FluentBundle<FluentResource>,
    english: FluentBundle<FluentResource>,
}

impl Words {
    /// From the texts of the bundles, by language tag. What does not parse is left out: uploads
    /// are checked before.
    pub fn new(bundles: &BTreeMap<String, String>) -> Self {
        let load = |locale: Locale| {
            let language = locale.tag().parse().unwrap_or_default();
            let mut bundle = FluentBundle::new_concurrent(vec![language]);
            bundle.set_use_isolating(false);
            if let Some(text) = bundles.get(locale.tag()) {
                let resource = match FluentResource::try_new(text.clone()) {
                    Ok(resource) | Err((resource, _)) => resource,
                };
                bundle.add_resource_overriding(resource);
            }
            bundle
        };
        Self {
            chinese: load(Locale::Chinese),
            english: load(Locale::English),
        }
    }

    /// A text as the reader sees it: never markup, and nothing that reorders other text. A message
    /// that is in neither bundle is shown by its key.
    pub fn text(&self, locale: Locale, text: &Text) -> String {
        let said = match text {
            Text::Raw(words) => words.clone(),
            Text::Message(message) => self.message(locale, message),
        };
        if said.contains(BIDI) {
            return said.replace(BIDI, "");
        }
        said
    }

    fn message(&self, locale: Locale, message: &Message) -> String {
        let both = match locale {
            Locale::Chinese => [&self.chinese, &self.english],
            Locale::English => [&self.english, &self.chinese],
        };
        let mut arguments = FluentArgs::new();
        for (name, value) in &message.arguments {
            let value = match value {
                Argument::Text(text) | Argument::Date(text) => FluentValue::from(text.as_str()),
                Argument::Number(number) => FluentValue::from(*number),
            };
            arguments.set(name.as_str(), value);
        }
        for bundle in both {
            if let Some(pattern) = bundle.get_message(&message.id).and_then(|it| it.value()) {
                let mut errors = Vec::new();
                let said = bundle.format_pattern(pattern, Some(&arguments), &mut errors);
                return said.into_owned();
            }
        }
        message.id.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_in_the_readers_language_and_in_order() {
        let words = Words::new(&BTreeMap::from([
            ("zh-CN".to_owned(), "hello = 你好，{ $name }".to_owned()),
            ("en".to_owned(), "hello = Hello, { $name }".to_owned()),
        ]));
        let hello = Text::message("hello").with("name", "\u{202e}evil");
        assert_eq!(words.text(Locale::English, &hello), "Hello, evil");
        assert_eq!(words.text(Locale::Chinese, &hello), "你好，evil");
        assert_eq!(words.text(Locale::English, &Text::message("gone")), "gone");
    }
}
