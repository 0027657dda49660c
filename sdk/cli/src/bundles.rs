//! Fluent bundles: whether they can be read, and which messages they have. Translates nothing.

use std::collections::BTreeSet;

use anyhow::bail;
use fluent_syntax::{ast::Entry, parser};

/// The ids of the messages of a bundle. The error names the line that cannot be read, or an id
/// that is there twice.
pub fn keys(bundle: &str) -> anyhow::Result<BTreeSet<String>> {
    let resource = match parser::parse(bundle) {
        Ok(resource) => resource,
        Err((_, errors)) => {
            let lines: Vec<String> = errors
                .iter()
                .map(|error| format!("\n  line {}: {}", line(bundle, error.pos.start), error.kind))
                .collect();
            bail!("not valid Fluent:{}", lines.concat());
        }
    };
    let mut keys = BTreeSet::new();
    for entry in resource.body {
        if let Entry::Message(message) = entry
            && !keys.insert(message.id.name.to_owned())
        {
            bail!("{} is there twice", message.id.name);
        }
    }
    Ok(keys)
}

/// The line of a byte, from 1.
fn line(text: &str, byte: usize) -> usize {
    let before = text.bytes().take(byte);
    before.filter(|it| *it == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_listed_and_mistakes_are_placed() {
        let found = keys("# words\nhello = Hello, { $name }\n-term = x\nbye = Bye\n").unwrap();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["bye", "hello"]);
        let error = keys("a = 1\nb = { $\n").unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
        assert!(
            keys("a = 1\na = 2\n")
                .unwrap_err()
                .to_string()
                .contains("twice")
        );
    }
}
