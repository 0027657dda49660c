//! The conformance check, on components that keep the contract, in three languages, and on ones
//! that do not; and the command that people start it with.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::{collections::BTreeSet, path::PathBuf, process::Command};

use onedoor::plugins::check::{Report, Verdict, check};
use onedoor_tests::plugins::component;
use serde_json::Value;

/// The steps of what works without a person.
const MACHINES: [&str; 5] = ["job", "job-again", "signal", "signal-again", "tiles"];

fn lines(report: &Report) -> String {
    let mut out = Vec::new();
    report.write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn steps(report: &Report, verdict: Verdict) -> BTreeSet<&'static str> {
    let steps = report.steps.iter().filter(|it| it.verdict == verdict);
    steps.map(|it| it.step).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scenario_keeps_the_contract() {
    let gallery = check(component("gallery"), None).await.unwrap();
    assert!(gallery.passed, "{}", lines(&gallery));
    let report = check(component("safety"), None).await.unwrap();
    assert!(report.passed, "{}", lines(&report));
    // Nothing was left out but what it takes no part in.
    let mut skipped = steps(&report, Verdict::Skipped);
    skipped.retain(|it| !MACHINES.contains(it));
    assert!(skipped.is_empty(), "{}", lines(&report));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_inboxes_and_figures_are_played() {
    let report = check(component("conformance"), None).await.unwrap();
    let passed = steps(&report, Verdict::Passed);
    for step in MACHINES {
        assert!(passed.contains(step), "{step}: {}", lines(&report));
    }
    let report = check(component("endless-job"), None).await.unwrap();
    assert!(steps(&report, Verdict::Failed).contains("answered"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guests_of_other_languages_keep_it_too() {
    for guest in ["javascript", "javascript-wasi", "python-wasi"] {
        let report = check(component(guest), None).await.unwrap();
        assert!(report.passed, "{guest}: {}", lines(&report));
        let played = steps(&report, Verdict::Passed);
        for step in [
            "answered",
            "unknown-page",
            "form-empty",
            "form-sent",
            "once",
        ] {
            assert!(played.contains(step), "{guest}: {}", lines(&report));
        }
    }
}

/// A guest that breaks every promise that a guest can break and still be linked: every step that
/// could pass by accident fails here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_breaks_the_contract_is_named() {
    let report = check(component("sloppy"), None).await.unwrap();
    let failed = [
        "services",
        "links",
        "blocks",
        "words",
        "answered",
        "unknown-page",
        "unknown-form",
        "unknown-action",
        "form-empty",
        "form-garbage",
        "once",
        "triage",
        "event-again",
    ];
    assert_eq!(
        steps(&report, Verdict::Failed),
        failed.into(),
        "{}",
        lines(&report)
    );
    let said = lines(&report);
    for word in [
        "there is no message lacking",
        "page home leads to page gone",
        "a code is a number",
        "the class P9999 is not one of the manifest's",
        "a confidence of 2 is not between 0 and 1",
        "it gives no reason",
        "page closed, a resident: the plugin refused: conflict: closed",
    ] {
        assert!(said.contains(word), "{word}:\n{said}");
    }
    // A guest that loops is stopped and named; what it does well is passed.
    let report = check(component("endless-loop"), None).await.unwrap();
    assert!(
        steps(&report, Verdict::Passed).contains("link"),
        "{}",
        lines(&report)
    );
    for file in [&b"\0asm\x01\0\0\0"[..], b"no component"] {
        let report = check(file.to_vec(), None).await.unwrap();
        assert_eq!(steps(&report, Verdict::Failed), ["file"].into());
    }
    let report = check(component("foreign-import"), None).await.unwrap();
    assert!(
        lines(&report).contains("guest:foreign/files"),
        "{}",
        lines(&report)
    );
}

/// The two programs as they lie beside each other when they are installed.
fn command() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap();
    let command = folder.join("onedoor-plugin");
    assert!(command.is_file(), "{} is not built", command.display());
    command
}

#[test]
fn the_command_says_it_and_ends_by_it() {
    let folder = tempfile::tempdir().unwrap();
    let run = |name: &str, bytes: &[u8], more: &[&str]| {
        let file = folder.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        let mut check = Command::new(command());
        let output = check.arg("check").arg(file).args(more).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        (
            output.status.code(),
            said + &String::from_utf8_lossy(&output.stderr),
        )
    };
    let (code, said) = run("good.wasm", &component("safety"), &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("pass  form-sent"), "{said}");
    let (code, said) = run("bad.wasm", &component("sloppy"), &["--json"]);
    assert_eq!(code, Some(1), "{said}");
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["plugin"], "guest-sloppy");
    assert_eq!(report["passed"], false);
    let (code, said) = run("none.wasm", b"", &["--host", "/nowhere/onedoor"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("cannot start /nowhere/onedoor"), "{said}");
}
