//! The bounds of a manifest's fields.

use std::{collections::BTreeSet, ops::RangeInclusive};

use crate::{Budget, CAPABILITIES, Flaw, Manifest, Words};

pub(crate) struct Flaws(Vec<Flaw>);

impl Flaws {
    pub(crate) fn need(&mut self, at: &str, holds: bool, mend: &str) {
        if !holds {
            self.0.push(Flaw {
                at: at.to_owned(),
                mend: mend.to_owned(),
            });
        }
    }

    pub(crate) fn words(&mut self, at: &str, words: &Words, zh: usize, en: usize) {
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

    pub(crate) fn id(&mut self, at: &str, id: &str) {
        self.need(at, is_id(id), "1 to 64 letters, digits, `_` and `-`");
    }

    pub(crate) fn range(&mut self, at: &str, value: u32, range: RangeInclusive<u32>) {
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
    budget(&mut found, "budget", &manifest.budget, 1_000, 10_000);
    services(&mut found, manifest);
    claims(&mut found, manifest);
    jobs(&mut found, manifest);
    inboxes(&mut found, manifest);
    crate::datasets::flaws(&mut found, manifest);
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

fn budget(found: &mut Flaws, at: &str, budget: &Budget, guest_ms: u32, wall_ms: u32) {
    found.range(&format!("{at}.guest_ms"), budget.guest_ms, 1..=guest_ms);
    found.range(&format!("{at}.wall_ms"), budget.wall_ms, 10..=wall_ms);
    found.range(&format!("{at}.memory_mib"), budget.memory_mib, 1..=256);
}

fn jobs(found: &mut Flaws, manifest: &Manifest) {
    let ids: Vec<&String> = manifest.jobs.iter().map(|job| &job.id).collect();
    let few = ids.len() <= 12 && unique(&ids);
    found.need("jobs", few, "at most 12 jobs, each id once");
    for job in &manifest.jobs {
        let at = format!("jobs.{}", job.id);
        found.id(&at, &job.id);
        found.words(&format!("{at}.name"), &job.name, 20, 40);
        found.need(
            &format!("{at}.schedule"),
            job.schedule.rhythm().is_some(),
            "either `every_minutes` of 1 to 1440, or `daily` as \"HH:MM\", with `days` for \
             `daily` only: \"all\" or \"working\"",
        );
        if let Some(own) = &job.budget {
            budget(found, &format!("{at}.budget"), own, 10_000, 60_000);
        }
    }
}

fn inboxes(found: &mut Flaws, manifest: &Manifest) {
    let ids: Vec<&String> = manifest.inbox.iter().map(|inbox| &inbox.id).collect();
    let few = ids.len() <= 12 && unique(&ids);
    found.need("inbox", few, "at most 12 inboxes, each id once");
    for inbox in &manifest.inbox {
        let at = format!("inbox.{}", inbox.id);
        found.id(&at, &inbox.id);
        found.words(&format!("{at}.name"), &inbox.name, 20, 40);
        let some = !inbox.fields.is_empty();
        found.need(&format!("{at}.fields"), some, "1 to 50 fields");
        for field in &inbox.fields {
            let label = format!("{at}.fields.{}.label", field.id);
            found.words(&label, &field.label, 40, 80);
        }
        for breach in inbox.breaches() {
            found.need(&format!("{at}.{}", breach.at), false, breach.rule);
        }
    }
}

pub(crate) fn unique<T: Ord>(list: &[T]) -> bool {
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
    use crate::{Days, Rhythm};
    use onedoor_forms::{Answer, Answers, Date, Value};

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

    const MACHINES: &str = r#"
[[jobs]]
id = "missed"
name = { zh = "查漏", en = "Find the missed" }
schedule = { daily = "09:30", days = "working" }
budget = { guest_ms = 5000, wall_ms = 30000, memory_mib = 64 }

[[jobs]]
id = "sweep"
name = { zh = "清理", en = "Sweep" }
schedule = { every_minutes = 15 }

[[inbox]]
id = "alarm"
name = { zh = "报警", en = "Alarm" }

[[inbox.fields]]
id = "level"
label = { zh = "浓度", en = "Level" }
kind = { integer = { min = 0, max = 100 } }
required = true

[[inbox.fields]]
id = "why"
label = { zh = "类型", en = "Kind" }
kind = { one = ["smoke", "fall"] }

[[inbox.fields]]
id = "real"
label = { zh = "是否真实", en = "Real" }
kind = "flag"
required = true
"#;

    #[test]
    fn jobs_and_inboxes_are_read_whole() {
        let manifest = Manifest::parse(&format!("{GOOD}{MACHINES}")).unwrap();
        let rhythm = |id: &str| manifest.job(id).and_then(|it| it.schedule.rhythm());
        assert_eq!(rhythm("missed"), Some(Rhythm::Daily(570, Days::Working)));
        assert_eq!(rhythm("sweep"), Some(Rhythm::Every(15)));
        let text = toml::to_string(&manifest).unwrap();
        assert_eq!(Manifest::parse(&text).unwrap(), manifest);

        let inbox = manifest.inbox("alarm").unwrap();
        let today = Date::parse("2026-11-23").unwrap();
        let answers = |level: i64, why: &str| {
            let answers = [
                ("level", Value::Integer(level)),
                ("why", Value::Choice(why.to_owned())),
                ("real", Value::Flag(false)),
            ];
            let answer = |(field, value): (&str, Value)| Answer {
                field: field.to_owned(),
                value,
            };
            answers.into_iter().map(answer).collect::<Answers>()
        };
        assert!(inbox.validate(&answers(100, "fall"), today).is_ok());
        let mut wrong = answers(101, "flood");
        wrong.remove("real");
        wrong.set("other", Value::Flag(true));
        let faults = inbox.validate(&wrong, today).unwrap_err();
        let at: Vec<_> = faults.iter().map(|it| it.at.as_str()).collect();
        assert_eq!(at, ["other", "real", "level", "why"]);
    }

    #[test]
    fn flaws_of_jobs_and_inboxes_are_named_where_they_are() {
        let cases = [
            ("\"09:30\"", "\"24:30\"", "jobs.missed.schedule"),
            (
                "every_minutes = 15",
                "every_minutes = 0",
                "jobs.sweep.schedule",
            ),
            ("every_minutes = 15", "", "jobs.sweep.schedule"),
            (
                "every_minutes = 15",
                "every_minutes = 15, days = \"working\"",
                "jobs.sweep.schedule",
            ),
            (
                "every_minutes = 15",
                "every_minutes = 15, daily = \"09:00\"",
                "jobs.sweep.schedule",
            ),
            ("\"sweep\"", "\"missed\"", "jobs"),
            (
                "wall_ms = 30000",
                "wall_ms = 300000",
                "jobs.missed.budget.wall_ms",
            ),
            ("en = \"Alarm\"", "en = \"\"", "inbox.alarm.name.en"),
            (
                "en = \"Level\"",
                "en = \"\"",
                "inbox.alarm.fields.level.label.en",
            ),
        ];
        for (from, to, at) in cases {
            let text = MACHINES.replacen(from, to, 1);
            assert_ne!(text, MACHINES, "{from}");
            let flaws = Manifest::parse(&format!("{GOOD}{text}")).unwrap_err();
            assert!(flaws.iter().any(|flaw| flaw.at == at), "{to}: {flaws:?}");
        }
        let twice = MACHINES.replace("id = \"why\"", "id = \"level\"");
        assert!(Manifest::parse(&format!("{GOOD}{twice}")).is_err());
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
