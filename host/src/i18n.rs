//! The host's own words: Fluent bundles in Chinese and English. Every key stands in both, and
//! every key that the code names is there; tests hold it. Plugins bring bundles of their own.

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use std::sync::OnceLock;
use unic_langid::langid;

use crate::{context::Locale, error::Problem};

macro_rules! bundles {
    ($locale:literal) => {
        &[
            include_str!(concat!("../i18n/", $locale, "/app.ftl")),
            include_str!(concat!("../i18n/", $locale, "/cases.ftl")),
            include_str!(concat!("../i18n/", $locale, "/circle.ftl")),
            include_str!(concat!("../i18n/", $locale, "/console.ftl")),
            include_str!(concat!("../i18n/", $locale, "/developers.ftl")),
            include_str!(concat!("../i18n/", $locale, "/duty.ftl")),
            include_str!(concat!("../i18n/", $locale, "/errors.ftl")),
            include_str!(concat!("../i18n/", $locale, "/figures.ftl")),
            include_str!(concat!("../i18n/", $locale, "/machines.ftl")),
            include_str!(concat!("../i18n/", $locale, "/grid.ftl")),
            include_str!(concat!("../i18n/", $locale, "/operations.ftl")),
            include_str!(concat!("../i18n/", $locale, "/outside.ftl")),
            include_str!(concat!("../i18n/", $locale, "/plugins.ftl")),
            include_str!(concat!("../i18n/", $locale, "/records.ftl")),
            include_str!(concat!("../i18n/", $locale, "/routing.ftl")),
            include_str!(concat!("../i18n/", $locale, "/search.ftl")),
            include_str!(concat!("../i18n/", $locale, "/visits.ftl")),
            include_str!(concat!("../i18n/", $locale, "/work.ftl")),
        ]
    };
}

const CHINESE: &[&str] = bundles!("zh-CN");
const ENGLISH: &[&str] = bundles!("en");

fn bundle(locale: Locale) -> &'static FluentBundle<FluentResource> {
    static BUNDLES: OnceLock<[FluentBundle<FluentResource>; 2]> = OnceLock::new();
    let [chinese, english] = BUNDLES.get_or_init(|| {
        [
            load(langid!("zh-CN"), CHINESE),
            load(langid!("en"), ENGLISH),
        ]
    });
    match locale {
        Locale::Chinese => chinese,
        Locale::English => english,
    }
}

fn load(language: unic_langid::LanguageIdentifier, files: &[&str]) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Isolation marks would show in titles and attributes of old browsers.
    bundle.set_use_isolating(false);
    for file in files {
        let resource = match FluentResource::try_new((*file).to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        if bundle.add_resource(resource).is_err() {
            tracing::error!("a message stands twice in the host's bundles");
        }
    }
    bundle
}

/// The words of `key`, with its arguments. A key that is not there is shown as it is.
pub fn text(locale: Locale, key: &str, arguments: &[(&str, &str)]) -> String {
    let mut values = FluentArgs::new();
    for (name, value) in arguments {
        values.set(*name, FluentValue::from(*value));
    }
    let bundle = bundle(locale);
    let pattern = bundle.get_message(key).and_then(|it| it.value());
    let Some(pattern) = pattern else {
        tracing::error!(key, "no words for this key");
        return key.to_owned();
    };
    let mut errors = Vec::new();
    bundle
        .format_pattern(pattern, Some(&values), &mut errors)
        .into_owned()
}

/// Whether there are words for `key`.
pub fn has(locale: Locale, key: &str) -> bool {
    bundle(locale).has_message(key)
}

/// The words of a problem.
pub fn problem(locale: Locale, problem: &Problem) -> String {
    let arguments = problem.arguments.iter();
    let arguments: Vec<_> = arguments
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    text(locale, &problem.code, &arguments)
}

/// The words of one reader, for templates.
#[derive(Clone, Copy, Debug)]
pub struct Words(pub Locale);

impl Words {
    /// The words of `key`.
    pub fn t(self, key: &str) -> String {
        text(self.0, key, &[])
    }

    /// The words of `key` with its arguments.
    pub fn tx(self, key: &str, arguments: &[(&str, &str)]) -> String {
        text(self.0, key, arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, fs, path::Path};

    fn keys(files: &[&str]) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for file in files {
            let parsed = fluent_syntax::parser::parse(*file).unwrap_or_else(|(_, errors)| {
                panic!("a bundle does not parse: {errors:?}");
            });
            for entry in parsed.body {
                if let fluent_syntax::ast::Entry::Message(message) = entry {
                    let key = message.id.name.to_owned();
                    assert!(found.insert(key.clone()), "{key} stands twice");
                }
            }
        }
        found
    }

    #[test]
    fn both_languages_say_everything() {
        let (chinese, english) = (keys(CHINESE), keys(ENGLISH));
        let lacking: Vec<_> = chinese.symmetric_difference(&english).collect();
        assert!(lacking.is_empty(), "in one language only: {lacking:?}");
    }

    /// Every `text(…, "key"`, `t("key"`, `tx("key"` and every code of an error, anywhere in the host.
    #[test]
    fn every_key_in_the_code_has_words() {
        let known = keys(CHINESE);
        let mut lacking = BTreeSet::new();
        let mut seen = 0;
        visit(
            Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")),
            &mut |text| {
                for start in [
                    ".t(\"",
                    ".tx(\"",
                    "Error::Forbidden(\"",
                    "Error::Conflict(\"",
                    "Problem::general(\"",
                ] {
                    for (at, _) in text.match_indices(start) {
                        let key = text[at + start.len()..].split('"').next().unwrap();
                        seen += 1;
                        if !known.contains(key) {
                            lacking.insert(key.to_owned());
                        }
                    }
                }
                for start in ["Problem::at(", "Error::invalid("] {
                    for (at, _) in text.match_indices(start) {
                        let inside = text[at + start.len()..].split(')').next().unwrap();
                        let Some(key) = inside.split('"').nth(3) else {
                            continue;
                        };
                        seen += 1;
                        if !known.contains(key) {
                            lacking.insert(key.to_owned());
                        }
                    }
                }
            },
        );
        assert!(seen > 50, "the search found next to nothing");
        assert!(lacking.is_empty(), "no words for: {lacking:?}");
    }

    fn visit(folder: &Path, look: &mut dyn FnMut(&str)) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                visit(&path, look);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                // Tests make up codes of their own.
                look(text.split("#[cfg(test)]").next().unwrap());
            }
        }
    }

    #[test]
    fn arguments_are_put_in() {
        let said = text(Locale::English, "text-too-long", &[("limit", "80")]);
        assert!(said.contains("80"), "{said}");
    }
}
