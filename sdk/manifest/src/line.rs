//! The lines of `plugin.toml` that would grant what was denied, whole and ready to be pasted. Both
//! hosts, the real one and the SDK's, tell a developer the same.

use crate::CAPABILITIES;

/// The line that asks for `missing` beside what is `held`.
pub fn capability<'a>(held: impl IntoIterator<Item = &'a str>, missing: &str) -> String {
    let held: Vec<&str> = held.into_iter().collect();
    let wanted = |name: &&str| *name == missing || held.contains(name);
    let names: Vec<&str> = CAPABILITIES.into_iter().filter(wanted).collect();
    format!("capabilities = {}", list(&names))
}

/// The lines that add the class `missing` to those that are `held`.
pub fn class<'a>(held: impl IntoIterator<Item = &'a str>, missing: &str) -> String {
    let mut names: Vec<&str> = held.into_iter().collect();
    if !names.contains(&missing) {
        names.push(missing);
    }
    format!("[cases]\nclasses = {}", list(&names))
}

/// The lines that state a purpose for facts about a person.
pub fn claim(id: &str, kinds: &[&str]) -> String {
    let mut kinds = kinds.to_vec();
    kinds.sort_unstable();
    kinds.dedup();
    format!(
        "[[claims]]\nid = {}\nkinds = {}\npurpose = {{ zh = \"…\", en = \"…\" }}",
        quoted(id),
        list(&kinds)
    )
}

fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|it| quoted(it)).collect();
    format!("[{}]", quoted.join(", "))
}

/// As TOML writes it: what a guest asked for may hold anything.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_what_was_there_and_what_was_missing() {
        let line = capability(["keyvalue", "grid.read"], "cases.open");
        assert_eq!(
            line,
            "capabilities = [\"grid.read\", \"cases.open\", \"keyvalue\"]"
        );
        let line = class(["P0101"], "P0202");
        assert_eq!(line, "[cases]\nclasses = [\"P0101\", \"P0202\"]");
    }

    #[test]
    fn whatever_is_asked_for_the_line_is_toml() {
        for id in ["home", "a\"b", "a\nb\u{0}"] {
            let table: toml::Table = toml::from_str(&claim(id, &["phone"])).unwrap();
            assert_eq!(table["claims"][0]["id"].as_str(), Some(id));
        }
    }
}
