//! The gallery shows everything that there is, and its code.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use onedoor_gallery::Gallery;
use onedoor_sdk::{
    Block, Kind, Route, Text, TextFormat, View,
    testing::{Person, TestHost},
};
use std::collections::BTreeSet;

fn host() -> TestHost {
    let host = TestHost::new(include_str!("../plugin.toml"))
        .unwrap()
        .with_words(
            include_str!("../i18n/zh-CN.ftl"),
            include_str!("../i18n/en.ftl"),
        )
        .unwrap();
    host.sign_in(Person::resident("310101022027"));
    host
}

fn page(name: &str) -> View {
    host().render::<Gallery>(&Route::page(name)).unwrap()
}

/// The name of a block. A new block of the contract does not compile here until it is named, and
/// then is missed below.
fn block(block: &Block) -> &'static str {
    match block {
        Block::Heading(_) => "heading",
        Block::Text(_) => "text",
        Block::Bullets(_) => "bullets",
        Block::Details(_) => "details",
        Block::Notice(_) => "notice",
        Block::Summary(_) => "summary",
        Block::Timeline(_) => "timeline",
        Block::Table(_) => "table",
        Block::Cards(_) => "cards",
        Block::Figures(_) => "figures",
        Block::Files(_) => "files",
        Block::Form(_) => "form",
        Block::Actions(_) => "actions",
    }
}

fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text(spec) => match spec.format {
            TextFormat::Free => "free",
            TextFormat::Name => "name",
            TextFormat::Phone => "phone",
            TextFormat::Email => "email",
            TextFormat::IdCard => "id-card",
            TextFormat::CreditCode => "credit-code",
            TextFormat::Plate => "plate",
            TextFormat::Pattern => "pattern",
        },
        Kind::Integer(_) => "integer",
        Kind::Decimal(_) => "decimal",
        Kind::Flag => "flag",
        Kind::Date(_) => "date",
        Kind::Time => "time",
        Kind::One(_) => "one",
        Kind::Many(_) => "many",
        Kind::Files(_) => "files",
        Kind::Place(_) => "place",
        Kind::Person(_) => "person",
    }
}

#[test]
fn every_block_and_every_field_is_shown() {
    let blocks = page("blocks");
    let shown: BTreeSet<_> = blocks.blocks.iter().map(block).collect();
    assert_eq!(shown.len(), 13, "{shown:?}");
    let fields = page("fields");
    let forms = fields.blocks.iter().filter_map(|it| match it {
        Block::Form(form) => Some(form),
        _ => None,
    });
    let kinds: BTreeSet<_> = forms
        .flat_map(|it| it.fields())
        .map(|it| kind(&it.kind))
        .collect();
    assert_eq!(kinds.len(), 18, "{kinds:?}");
}

#[test]
fn beside_each_stands_the_function_that_made_it() {
    for name in ["blocks", "fields"] {
        let view = page(name);
        let mut heading = "";
        let mut seen = 0;
        for block in &view.blocks {
            match block {
                Block::Heading(Text::Raw(words)) => heading = words,
                Block::Details((Text::Message(_), Text::Raw(code))) => {
                    let function = heading.replace('-', "_");
                    assert!(
                        code.starts_with(&format!("fn {function}(")),
                        "{heading}: {code}"
                    );
                    assert!(code.ends_with("\n}"), "{code}");
                    seen += 1;
                }
                _ => {}
            }
        }
        assert!(seen >= 13, "{name}: {seen}");
    }
}
