//! Lists read and written, judged, tightened and compared. Pure.

use std::collections::BTreeMap;

use super::{
    Call, DutyItem, DutyList,
    check::{Lack, Offices},
    difference, overlay,
    table::{self, Format},
};
use crate::{
    cases::operations::DESK,
    context::Locale,
    error::{Error, Problem},
    identity::Level,
};

const HEAD: &str =
    "code,zh,en,domain,lead,lowest,basic,clock,accept,emergency,urgent,normal,evidence,basis";

pub(super) fn first() -> DutyList {
    DutyList::first().unwrap()
}

/// The first list with one field of one class replaced, as TOML.
pub(super) fn with(code: &str, from: &str, to: &str, version: &str) -> String {
    let text = table::write(&first(), Format::Toml).unwrap();
    let lines = text.lines().map(|line| {
        if line.contains(&format!("code = \"{code}\"")) {
            assert!(line.contains(from), "{line}");
            line.replace(from, to)
        } else if line.starts_with("version") {
            format!("version = \"{version}\"")
        } else {
            line.to_owned()
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A list of one class, from the fields that differ.
fn one(from: &str, to: &str) -> DutyList {
    let list = DutyList::parse(&with("P0201", from, to, "d1")).unwrap();
    DutyList::of("d1".to_owned(), list.item("P0201").cloned())
}

fn said(found: Result<table::Draft, Error>) -> Vec<(String, String)> {
    let problems = match found.and_then(|it| it.list("x".to_owned())) {
        Err(Error::Invalid(problems)) => problems,
        other => panic!("{other:?}"),
    };
    let place = |it: &Problem| (it.at.clone().unwrap_or_default(), it.code.clone());
    problems.iter().map(place).collect()
}

#[test]
fn the_first_list_is_sound_and_covers_every_field() {
    let list = first();
    assert!(list.items().count() >= 40);
    for field in super::Field::ALL {
        assert!(list.items().any(|it| it.domain == field), "{field:?}");
    }
    let lamp = list.item("P0101").unwrap();
    assert_eq!(lamp.name(Locale::Chinese), "路灯损坏");
    let required = |it: &&DutyItem| it.co_units().iter().any(|it| it.call == Call::Required);
    assert!(list.items().any(|it| required(&it)));
    assert_ne!(list.version, DutyList::earlier().unwrap().version);
}

#[test]
fn a_list_written_is_read_again_as_it_was() {
    for format in [Format::Csv, Format::Toml] {
        let text = table::write(&first(), format).unwrap();
        let draft = table::read(text.as_bytes(), format).unwrap();
        assert_eq!(draft.list(first().version).unwrap(), first(), "{format:?}");
    }
}

#[test]
fn what_is_wrong_is_told_by_line_and_column() {
    let row = |cells: &str| format!("{HEAD}\n{cells}\n");
    let csv = |text: String| said(table::read(text.as_bytes(), Format::Csv));
    let check = |cells: &str, expected: &[(&str, &str)]| {
        let expected: Vec<_> = expected
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect();
        assert_eq!(csv(row(cells)), expected, "{cells}");
    };
    check(
        "A,一,One,safety,x,district,true,natural,1,9,2,3,0,法",
        &[
            ("line 2 urgent", "duty-list-limit-order"),
            ("line 2 basic", "duty-list-basic-too-low"),
        ],
    );
    check(
        "A,,One,space,x,moon,no,natural,1,x,2,3,0,法",
        &[
            ("line 2 zh", "duty-list-empty"),
            ("line 2 domain", "duty-list-choice"),
            ("line 2 lowest", "duty-list-choice"),
            ("line 2 emergency", "duty-list-number"),
        ],
    );
    check(
        "A,一,One,safety,x,street,no,natural,0,1,2,3,0,法",
        &[("line 2 accept", "duty-list-limit")],
    );
    let twice = format!(
        "{HEAD}\nA,一,One,safety,x,street,no,natural,1,1,2,3,0,法\nA,二,Two,safety,y,street,no,natural,1,1,2,3,0,法\n"
    );
    assert_eq!(
        csv(twice),
        [("line 3 code".to_owned(), "duty-list-code-twice".to_owned())]
    );
    let short = format!("{HEAD}\nA,一\n");
    assert_eq!(
        csv(short),
        [("line 2".to_owned(), "duty-list-fields".to_owned())]
    );
    let columns = csv("code,colour\nA,red\n".to_owned());
    assert!(columns.contains(&(
        "line 1 colour".to_owned(),
        "duty-list-column-unknown".to_owned()
    )));
    assert!(columns.contains(&(
        "line 1 basis".to_owned(),
        "duty-list-column-missing".to_owned()
    )));
    // The same in TOML, with the line of the item.
    let toml = |text: &str| said(table::read(text.as_bytes(), Format::Toml));
    let text =
        "version = \"x\"\n\nitems = [\n  { code = \"A\", hours = [1, 2], colour = \"red\" },\n]";
    let found = toml(text);
    assert!(
        found.contains(&("line 4 hours".to_owned(), "duty-list-hours".to_owned())),
        "{found:?}"
    );
    assert!(found.contains(&(
        "line 4 colour".to_owned(),
        "duty-list-column-unknown".to_owned()
    )));
    assert!(found.contains(&("line 4 zh".to_owned(), "duty-list-empty".to_owned())));
    assert_eq!(
        toml("items = [\n  {]")[0],
        ("line 2".to_owned(), "duty-list-unreadable".to_owned())
    );
}

#[test]
fn a_lead_must_be_there_at_the_level() {
    let offices = |all: &[(&str, &str)]| {
        Offices::new(
            all.iter()
                .map(|(kind, at)| ((*kind).to_owned(), (*at).to_owned())),
        )
    };
    let some = offices(&[
        (DESK, "310101"),
        (DESK, "310101001"),
        (DESK, "310101002"),
        ("police", "310101001"),
        ("police", "310101002"),
        ("water", "310101"),
        ("housing", "310101001"),
    ]);
    let check = |kind: &str, lowest, expected: Option<Lack>| {
        assert_eq!(some.lack(kind, lowest), expected, "{kind} {lowest:?}");
    };
    check("water", Level::District, None);
    check("water", Level::Community, None);
    check("police", Level::Street, None);
    check("police", Level::District, Some(Lack::TooLow));
    check(
        "housing",
        Level::Street,
        Some(Lack::At("310101002".to_owned())),
    );
    check("space", Level::Street, Some(Lack::Unknown));
    check("street-office", Level::Community, None);
    let two = offices(&[(DESK, "310104"), ("water", "310101"), (DESK, "310101")]);
    assert_eq!(
        two.lack("water", Level::District),
        Some(Lack::At("310104".to_owned()))
    );
}

/// Of an overlay of one class: column, from and to of each refusal.
fn refused(from: &str, to: &str) -> Vec<(String, String, String)> {
    let problems = overlay::refusals(&first(), &one(from, to), &BTreeMap::new());
    let argument = |it: &Problem, name: &str| {
        let found = it.arguments.iter().find(|it| it.0 == name);
        found.map(|it| it.1.clone()).unwrap_or_default()
    };
    let told = |it: &Problem| {
        assert_eq!(argument(it, "item"), "P0201");
        (
            argument(it, "column"),
            argument(it, "from"),
            argument(it, "to"),
        )
    };
    problems.iter().map(told).collect()
}

#[test]
fn an_overlay_tightens_and_loosening_is_refused_by_name() {
    // P0201: police, district, natural, [1, 4, 8, 24], evidence 1.
    for (from, to) in [
        ("hours = [1, 4, 8, 24]", "hours = [1, 2, 4, 12]"),
        ("evidence = 1", "evidence = 2"),
        (
            "evidence = 1",
            "evidence = 1, co_units = [{ unit = \"water\", call = \"required\" }]",
        ),
        ("evidence = 1", "evidence = 1, return_hours = 4"),
        ("evidence = 1", "evidence = 1, reopen_days = 30"),
        ("evidence = 1", "evidence = 1, return_hours = 8"),
    ] {
        assert_eq!(refused(from, to), [], "{to}");
    }
    let check = |from: &str, to: &str, column: &str, was: &str, is: &str| {
        let expected = (column.to_owned(), was.to_owned(), is.to_owned());
        assert_eq!(refused(from, to), [expected], "{to}");
    };
    check(
        "hours = [1, 4, 8, 24]",
        "hours = [1, 4, 9, 24]",
        "urgent",
        "8",
        "9",
    );
    check("evidence = 1", "evidence = 0", "evidence", "1", "0");
    check(
        "lowest = \"district\"",
        "lowest = \"street\"",
        "lowest",
        "district",
        "street",
    );
    check(
        "clock = \"natural\"",
        "clock = \"working\", return_hours = 8",
        "clock",
        "natural",
        "working",
    );
    check(
        "lead = \"police\"",
        "lead = \"water\"",
        "lead",
        "police",
        "water",
    );
    check(
        "evidence = 1",
        "evidence = 1, return_hours = 9",
        "return_hours",
        "8",
        "9",
    );
    check(
        "evidence = 1",
        "evidence = 1, reopen_days = 14",
        "reopen_days",
        "15",
        "14",
    );
    let mut more =
        DutyList::parse(&with("E0108", "code = \"E0108\"", "code = \"X1\"", "d")).unwrap();
    more.items.retain(|code, _| code == "X1");
    let unknown = overlay::refusals(&first(), &more, &BTreeMap::new());
    assert_eq!(unknown[0].code, "duty-overlay-unknown");
    // A co-unit that the city requires cannot become one on call, or none.
    let water = "co_units = [{ unit = \"water\", call = \"required\" }]";
    for to in [
        "co_units = [{ unit = \"water\", call = \"on-call\" }]",
        "co_units = []",
    ] {
        let list = DutyList::parse(&with("E0108", water, to, "d1")).unwrap();
        let found = overlay::refusals(&first(), &list, &BTreeMap::new());
        assert!(
            found
                .iter()
                .any(|it| it.at.as_deref() == Some("E0108 co_required")),
            "{found:?}"
        );
    }
}

#[test]
fn the_stricter_of_any_two_is_looser_than_neither() {
    let items: Vec<DutyItem> = first().items().cloned().collect();
    for city in &items {
        for other in &items {
            // Another's numbers under this one's name: two lists that disagree everywhere.
            let district = DutyItem {
                code: city.code.clone(),
                zh: city.zh.clone(),
                en: city.en.clone(),
                procedure: city.procedure,
                domain: city.domain,
                lead: city.lead.clone(),
                ..other.clone()
            };
            let strict = overlay::tightened(city, &district);
            for of in [city, &district] {
                let base = DutyList::of("b".to_owned(), [of.clone()]);
                let strict = DutyList::of("o".to_owned(), [strict.clone()]);
                let found = overlay::refusals(&base, &strict, &BTreeMap::new());
                assert!(found.is_empty(), "{of:?} {found:?}");
            }
        }
    }
}

#[test]
fn a_difference_is_said_in_words() {
    let list = DutyList::parse(&with("P0203", "24, 48, 120]", "24, 36, 120]", "new")).unwrap();
    let changes = difference::between(&first(), &list);
    let words: Vec<_> = changes.iter().map(|it| it.words(Locale::English)).collect();
    assert_eq!(
        words,
        ["Damaged guard rail (P0203): limit, urgent (hours), from “48” to “36”"]
    );
    assert_eq!(
        changes[0].words(Locale::Chinese),
        "护栏损坏（P0203）：处置时限，紧急（小时）由“48”改为“36”"
    );
    let fewer = DutyList::of("f".to_owned(), first().items().skip(1).cloned());
    let gone = difference::between(&first(), &fewer);
    assert!(
        gone[0]
            .words(Locale::English)
            .contains("no longer on the list")
    );
    assert_eq!(
        difference::between(&fewer, &first())[0].kind,
        difference::Kind::Added
    );
    // Every column has words in both languages.
    for locale in [Locale::Chinese, Locale::English] {
        for column in table::COLUMNS {
            assert!(
                crate::i18n::has(locale, &format!("duty-column-{column}")),
                "{column}"
            );
        }
    }
}
