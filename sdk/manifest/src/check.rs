//! The bounds of a manifest's fields.

use std::{collections::BTreeSet, ops::RangeInclusive};

use crate::{CAPABILITIES, Flaw, Manifest, Words};

struct Flaws(Vec<Flaw>);

impl Flaws {
    fn need(&mut self, at: &str, holds: bool, mend: &str) {
        if !holds {
            self.0.push(Flaw {
                at: at.to_owned(),
                mend: mend.to_owned(),
            });
        }
    }

    fn words(&mut self, at: &str, words: &Words, zh: usize, en: usize) {
        for (language, text, most) in [("zh", &words.zh, zh), ("en", &words.en, en)] {
            let fits = !text.trim().is_empty() && text.chars().count() <= most;
            let plain = !text.chars().any(char::is_control);
            self.need(
                &format!("{at}.{language}"),
                fits && plain,
                &format!("1 to {most} characters on one line"),
            );
        }
    }

    fn id(&mut self, at: &str, id: &str) {
        self.need(at, is_id(id), "1 to 64 letters, digits, `_` and `-`");
    }

    fn range(&mut self, at: &str, value: u32, range: RangeInclusive<u32>) {
        let mend = format!("{} to {}", range.start(), range.end());
        self.need(at, range.contains(&value), &mend);
    }
}

/// Everything wrong with a manifest that could be read.
pub(crate) fn flaws(manifest: &Manifest) -> Vec<Flaw> {
    let mut found = Flaws(Vec::new());
    found.need(
        "id",
        is_plugin_id(&manifest.id),
        "2 to 40 lower-case letters, digits and `-`, starting with a letter",
    );
    found.need(
        "version",
        is_version(&manifest.version),
        "three numbers, as in `1.0.3`",
    );
    found.id("department", &manifest.department);
    found.words("name", &manifest.name, 20, 40);
    found.words("description", &manifest.description, 300, 300);
    contact(&mut found, manifest);
    capabilities(&mut found, manifest);
    found.range("budget.guest_ms", manifest.budget.guest_ms, 1..=1_000);
    found.range("budget.wall_ms", manifest.budget.wall_ms, 10..=10_000);
    found.range("budget.memory_mib", manifest.budget.memory_mib, 1..=256);
    services(&mut found, manifest);
    claims(&mut found, manifest);
    found.0
}

fn contact(found: &mut Flaws, manifest: &Manifest) {
    let contact = &manifest.contact;
    let mend = "a telephone number: 3 to 20 digits, `+`, `-` and spaces";
    found.need("contact.phone", is_number(&contact.phone), mend);
    found.need("contact.dial", contact.dial.len() <= 8, "at most 8 numbers");
    found.need(
        "contact.dial",
        contact.dial.iter().all(|number| is_number(number)),
        mend,
    );
    if let Some(hours) = &contact.hours {
        found.words("contact.hours", hours, 40, 80);
    }
}

fn capabilities(found: &mut Flaws, manifest: &Manifest) {
    let known = format!("one of {}", CAPABILITIES.join(", "));
    for capability in &manifest.capabilities {
        let at = format!("capabilities.{capability}");
        found.need(&at, CAPABILITIES.contains(&capability.as_str()), &known);
    }
    found.need("capabilities", unique(&manifest.capabilities), "each once");
    let classes = &manifest.cases.classes;
    found.need(
        "cases.classes",
        classes.len() <= 64 && unique(classes),
        "at most 64 classes, each once",
    );
    for class in classes {
        found.id(&format!("cases.classes.{class}"), class);
    }
    let wants_cases = manifest
        .capabilities
        .iter()
        .any(|it| it.starts_with("cases."));
    found.need(
        "cases.classes",
        !wants_cases || !classes.is_empty(),
        "a plugin that works with cases lists their classes",
    );
}

fn services(found: &mut Flaws, manifest: &Manifest) {
    let ids: Vec<&String> = manifest
        .services
        .iter()
        .map(|service| &service.id)
        .collect();
    found.need(
        "services",
        ids.len() <= 12 && unique(&ids),
        "at most 12 services, each id once",
    );
    for service in &manifest.services {
        let at = format!("services.{}", service.id);
        found.id(&at, &service.id);
        found.id(&format!("{at}.page"), &service.page);
        found.words(&format!("{at}.title"), &service.title, 20, 40);
        found.words(&format!("{at}.description"), &service.description, 120, 120);
    }
}

fn claims(found: &mut Flaws, manifest: &Manifest) {
    let ids: Vec<&String> = manifest.claims.iter().map(|claim| &claim.id).collect();
    found.need(
        "claims",
        ids.len() <= 8 && unique(&ids),
        "at most 8 purposes, each id once",
    );
    for claim in &manifest.claims {
        let at = format!("claims.{}", claim.id);
        found.id(&at, &claim.id);
        found.words(&format!("{at}.purpose"), &claim.purpose, 120, 120);
        found.need(
            &format!("{at}.kinds"),
            !claim.kinds.is_empty() && unique(&claim.kinds),
            "1 to 3 kinds, each once",
        );
    }
    let asked = manifest.asks_for("identity.claims");
    found.need(
        "claims",
        asked || ids.is_empty(),
        "add \"identity.claims\" to the capabilities",
    );
    found.need(
        "claims",
        !asked || !ids.is_empty(),
        "a plugin with identity.claims states a purpose under [[claims]]",
    );
}

fn unique<T: Ord>(list: &[T]) -> bool {
    list.iter().collect::<BTreeSet<_>>().len() == list.len()
}

fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn is_plugin_id(id: &str) -> bool {
    (2..=40).contains(&id.len())
        && id.starts_with(|it: char| it.is_ascii_lowercase())
        && !id.ends_with('-')
        && id
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_version(version: &str) -> bool {
    let parts: Vec<&str> = version.split('.').collect();
    let number = |part: &&str| {
        let plain = (1..=6).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        plain && (part.len() == 1 || !part.starts_with('0'))
    };
    parts.len() == 3 && parts.iter().all(number)
}

fn is_number(number: &str) -> bool {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    digits >= 3
        && number.len() <= 20
        && number
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"+- ".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
id = "safety"
version = "0.1.0"
department = "dept-emergency"
name = { zh = "身边安全", en = "Safety" }
description = { zh = "上报隐患", en = "Report hazards" }
contact = { phone = "12345" }
capabilities = ["cases.open", "identity.claims"]

[cases]
classes = ["P0101"]

[budget]
guest_ms = 50

[[services]]
id = "report"
title = { zh = "上报隐患", en = "Report a hazard" }
description = { zh = "路灯、井盖", en = "Lamps, covers" }
life_event = "safe-neighbourhood"
audience = "everyone"
page = "report"

[[claims]]
id = "call-back"
purpose = { zh = "核实情况", en = "To call you back" }
kinds = ["phone"]
"#;

    #[test]
    fn a_good_manifest_is_read_whole() {
        let manifest = Manifest::parse(GOOD).unwrap();
        assert_eq!(manifest.budget.guest_ms, 50);
        assert_eq!(manifest.budget.memory_mib, 64);
        assert_eq!(manifest.services[0].page, "report");
        assert!(manifest.may_dial("12345") && !manifest.may_dial("110"));
    }

    #[test]
    fn each_flaw_is_named_where_it_is() {
        let cases = [
            ("id = \"safety\"", "id = \"Safety\"", "id"),
            ("\"0.1.0\"", "\"0.1\"", "version"),
            ("\"0.1.0\"", "\"0.01.0\"", "version"),
            ("zh = \"身边安全\"", "zh = \"\"", "name.zh"),
            ("\"12345\"", "\"call us\"", "contact.phone"),
            (
                "\"cases.open\",",
                "\"cases.fly\",",
                "capabilities.cases.fly",
            ),
            ("[\"P0101\"]", "[]", "cases.classes"),
            ("guest_ms = 50", "guest_ms = 5000", "budget.guest_ms"),
            (
                "page = \"report\"",
                "page = \"a b\"",
                "services.report.page",
            ),
            (", \"identity.claims\"]", "]", "claims"),
            ("[\"phone\"]", "[]", "claims.call-back.kinds"),
        ];
        for (from, to, at) in cases {
            let text = GOOD.replacen(from, to, 1);
            assert_ne!(text, GOOD, "{from}");
            let flaws = Manifest::parse(&text).unwrap_err();
            assert!(flaws.iter().any(|flaw| flaw.at == at), "{to}: {flaws:?}");
        }
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for (from, to) in [
            ("guest_ms", "guest_mms"),
            ("id = \"safety\"", "id = \"safety\"\ncolour = 1"),
            ("\"everyone\"", "\"nobody\""),
        ] {
            let flaws = Manifest::parse(&GOOD.replacen(from, to, 1)).unwrap_err();
            assert!(flaws[0].mend.contains("unknown"), "{flaws:?}");
        }
        assert!(Manifest::parse(&format!("{GOOD}#{}", "x".repeat(crate::MAX_BYTES))).is_err());
    }
}
