//! The plugin's own words, in a test: a message that a page names and a bundle lacks would show
//! residents a bare id, so the test host refuses the page. Translates nothing.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::{ast::Entry, parser};
use serde::Serialize;
use serde_json::Value;

/// The ids of the messages of each bundle, by language.
#[derive(Debug, Default)]
pub(super) struct Bundles(BTreeMap<String, BTreeSet<String>>);

impl Bundles {
    /// Adds a bundle; the error says where it cannot be read.
    pub fn add(&mut self, language: &str, bundle: &str) -> Result<(), String> {
        let resource = parser::parse(bundle).map_err(|(_, errors)| {
            let list: Vec<String> = errors.iter().map(ToString::to_string).collect();
            format!("{language}: {}", list.join("; "))
        })?;
        let ids = resource.body.into_iter().filter_map(|entry| match entry {
            Entry::Message(message) => Some(message.id.name.to_owned()),
            _ => None,
        });
        self.0.insert(language.to_owned(), ids.collect());
        Ok(())
    }

    /// The messages that `shown` names and a bundle lacks, as `language: id`. None when there are
    /// no bundles at all: a test that does not care for words adds none.
    pub fn lacking(&self, shown: &impl Serialize) -> Vec<String> {
        let mut named = BTreeSet::new();
        // What the contract's types cannot be written as JSON names no message.
        collect(&serde_json::to_value(shown).unwrap_or_default(), &mut named);
        let lacks = |(language, ids): (&String, &BTreeSet<String>)| {
            let missing = named.difference(ids);
            missing
                .map(|id| format!("{language}: {id}"))
                .collect::<Vec<_>>()
        };
        self.0.iter().flat_map(lacks).collect()
    }
}

/// Every `{"message": {"id": …}}` below a value.
fn collect(value: &Value, named: &mut BTreeSet<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|it| collect(it, named)),
        Value::Object(fields) => {
            let message = fields.get("message").and_then(|it| it.get("id"));
            if let Some(id) = message.and_then(Value::as_str) {
                named.insert(id.to_owned());
            }
            fields.values().for_each(|it| collect(it, named));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use onedoor_forms::{Problem, Text};

    #[test]
    fn a_message_that_a_bundle_lacks_is_named() {
        let mut bundles = Bundles::default();
        let shown = Problem::at("a", Text::message("late"));
        assert!(bundles.lacking(&shown).is_empty());
        bundles.add("zh-CN", "late = 晚了\n").unwrap();
        bundles.add("en", "early = Early\n").unwrap();
        assert_eq!(bundles.lacking(&shown), ["en: late"]);
        assert!(bundles.lacking(&Text::raw("late")).is_empty());
        assert!(bundles.add("en", "= no").is_err());
    }
}
