//! Each refusal, one by one.

use super::*;
use crate::plugins::testing::{bare, dressed, manifest, plugin, section};
use onedoor_manifest::{SECTION_CONTRACT, SECTION_I18N, SECTION_MANIFEST};

fn problems(component: &[u8]) -> Vec<Problem> {
    match verify(component) {
        Err(Error::Invalid(problems)) => problems,
        other => panic!("not refused: {other:?}"),
    }
}

/// Refused for just this, and `argument` says what.
#[track_caller]
fn check(component: &[u8], code: &str, argument: Option<&str>) {
    let problems = problems(component);
    let codes: Vec<_> = problems.iter().map(|it| it.code.as_str()).collect();
    assert_eq!(codes, [code]);
    if let Some(argument) = argument {
        let said = &problems[0].arguments;
        assert!(
            said.iter().any(|(_, value)| value.contains(argument)),
            "{said:?}"
        );
    }
}

/// The sections of a build, but one of them other or absent.
fn sections(without: &str, instead: Option<&[u8]>) -> Vec<u8> {
    let mut component = bare("portal-plugin", None);
    let manifest = manifest("test", "1.0.0");
    for (name, data) in [
        (SECTION_MANIFEST.to_owned(), manifest.as_bytes()),
        (SECTION_CONTRACT.to_owned(), CONTRACT.as_bytes()),
        (format!("{SECTION_I18N}zh-CN"), b"hello = x\n".as_slice()),
        (format!("{SECTION_I18N}en"), b"hello = x\n".as_slice()),
    ] {
        match instead {
            Some(other) if name == without => section(&mut component, &name, other),
            None if name == without => {}
            _ => section(&mut component, &name, data),
        }
    }
    component
}

#[test]
fn a_right_one_is_read_whole() {
    let component = plugin("test", "1.2.3");
    let verified = verify(&component).unwrap();
    assert_eq!(verified.manifest.id, "test");
    assert_eq!(verified.digest, digest(&component));
    assert_eq!(verified.sections.bundles.len(), 2);
    let full = dressed(bare("full-plugin", None), &manifest("test", "1.0.0"));
    let exports = verify(&full).unwrap().sections.exports;
    assert_eq!(exports.iter().filter(|it| is_of(&EXPORTS, it)).count(), 6);
}

#[test]
fn the_contract_is_what_wit_says() {
    let found = sections::read(&bare("full-plugin", None)).unwrap().imports;
    let mut interfaces: Vec<_> = found
        .iter()
        .map(|it| it.split_once('@').unwrap().0)
        .collect();
    interfaces.sort_unstable();
    let mut known = IMPORTS.to_vec();
    known.sort_unstable();
    assert_eq!(interfaces, known);
}

#[test]
fn what_is_no_component_is_refused() {
    check(b"PK\x03\x04 a zip file", "plugin-not-component", None);
    check(b"", "plugin-not-component", None);
    check(b"\0asm\x01\0\0\0", "plugin-not-component", None);
    check(&vec![0; LARGEST + 1], "plugin-too-large", Some("32"));
}

#[test]
fn what_breaks_off_or_is_damaged_is_refused() {
    let whole = plugin("test", "1.0.0");
    check(&whole[..whole.len() - 5], "plugin-corrupted", None);
    check(&whole[..9], "plugin-corrupted", None);
}

#[test]
fn the_manifest_must_be_there_once_and_right() {
    check(
        &sections(SECTION_MANIFEST, None),
        "plugin-no-manifest",
        None,
    );
    let flawed = manifest("Test", "1.0").replace("12345", "1");
    let found = problems(&sections(SECTION_MANIFEST, Some(flawed.as_bytes())));
    let at: Vec<_> = found.iter().filter_map(|it| it.at.as_deref()).collect();
    assert_eq!(at, ["id", "version", "contact.phone"]);
    assert!(found.iter().all(|it| it.code == "plugin-manifest-flaw"));
    check(
        &sections(SECTION_MANIFEST, Some(b"\xff")),
        "plugin-section-not-text",
        None,
    );
    let mut twice = plugin("test", "1.0.0");
    section(&mut twice, SECTION_MANIFEST, b"x");
    check(&twice, "plugin-section-twice", Some(SECTION_MANIFEST));
}

#[test]
fn the_contract_must_be_this_one() {
    check(
        &sections(SECTION_CONTRACT, None),
        "plugin-no-contract",
        None,
    );
    check(
        &sections(SECTION_CONTRACT, Some(b"9.9.9")),
        "plugin-contract-other",
        Some("9.9.9"),
    );
}

#[test]
fn an_import_outside_the_contract_is_named() {
    let more = "package guest:foreign;
        interface files { read: func(path: string) -> list<u8>; }
        world foreign { import files; export onedoor:plugin/portal@0.1.0; }";
    let component = dressed(bare("foreign", Some(more)), &manifest("test", "1.0.0"));
    check(
        &component,
        "plugin-import-foreign",
        Some("guest:foreign/files"),
    );
    let more = "package guest:empty; world empty { }";
    let component = dressed(bare("empty", Some(more)), &manifest("test", "1.0.0"));
    check(&component, "plugin-exports-nothing", None);
}

#[test]
fn of_wasi_only_what_is_linked_empty_is_let_in() {
    let importing = |package: &str, interface: &str| {
        let more = format!(
            "package {package};
            interface {interface} {{ go: func(); }}
            world runtime {{ import {interface}; export onedoor:plugin/portal@0.1.0; }}"
        );
        dressed(bare("runtime", Some(&more)), &manifest("test", "1.0.0"))
    };
    assert!(verify(&importing("wasi:cli@0.2.9", "environment")).is_ok());
    for (package, interface) in [
        ("wasi:http@0.2.9", "outgoing-handler"),
        ("wasi:cli@0.3.0", "environment"),
        ("wasi:random@0.2.9", "insecure"),
    ] {
        let component = importing(package, interface);
        check(&component, "plugin-import-foreign", Some(interface));
    }
}

#[test]
fn both_bundles_must_be_there_and_parse() {
    let english = format!("{SECTION_I18N}en");
    check(
        &sections(&english, None),
        "plugin-bundle-missing",
        Some("en"),
    );
    check(
        &sections(&english, Some(b"hello = x\n\nbad = { $\n")),
        "plugin-bundle-flaw",
        Some("en"),
    );
    let more = b"hello = x\nbye = y\n";
    check(
        &sections(&english, Some(more)),
        "plugin-message-one-language",
        Some("bye"),
    );
    let long = format!("hello = {}\n", "x".repeat(LARGEST_BUNDLE));
    check(
        &sections(&english, Some(long.as_bytes())),
        "plugin-bundle-too-large",
        Some("en"),
    );
}

#[test]
fn recorded_calls_are_read_within_their_bounds() {
    use onedoor_manifest::SECTION_CALLS;
    let with = |calls: &[u8]| {
        let mut component = plugin("test", "1.0.0");
        section(&mut component, SECTION_CALLS, calls);
        component
    };
    let verified = verify(&with(b"{\"calls\":[],\"left_out\":3}")).unwrap();
    assert_eq!(verified.recording.unwrap().left_out, 3);
    assert_eq!(verify(&plugin("test", "1.0.0")).unwrap().recording, None);
    check(&with(b"{"), "plugin-calls-unreadable", None);
    let large = vec![b' '; MAX_CALLS_BYTES + 1];
    check(&with(&large), "plugin-calls-too-large", Some("256"));
}
