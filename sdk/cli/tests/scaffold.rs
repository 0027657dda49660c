//! What `new` makes stands by itself: outside this repository its tests pass, it builds, and the
//! component can be read.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use onedoor_plugin::{build, inspect, scaffold};

fn repository() -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
}

#[test]
fn a_new_plugin_is_tested_and_built_anywhere() {
    let parent = tempfile::tempdir().unwrap();
    scaffold::new(
        "street-lamps",
        "dept-emergency",
        None,
        parent.path(),
        &mut Vec::new(),
    )
    .unwrap();
    let folder = parent.path().join("street-lamps");
    // The versions that this repository is built with: nothing is fetched.
    fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let target = repository().join("target");
    let tests = Command::new("cargo")
        .args(["test", "--offline", "--quiet"])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", target.join("scaffold"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&tests.stderr);
    assert!(
        tests.status.success(),
        "{}{said}",
        String::from_utf8_lossy(&tests.stdout)
    );
    assert!(!said.contains("warning"), "{said}");

    let file = parent.path().join("street-lamps.wasm");
    let wasm = target.join("wasm").to_string_lossy().into_owned();
    let cargo = ["--offline", "--target-dir", &wasm].map(str::to_owned);
    build::build(&folder, &file, &cargo, &mut Vec::new()).unwrap();
    let mut said = Vec::new();
    inspect::inspect(&file, &mut said).unwrap();
    let said = String::from_utf8(said).unwrap();
    for line in [
        "plugin: street-lamps 0.1.0",
        "capabilities: keyvalue",
        "contract: 0.1.0",
        "export: onedoor:plugin/portal@0.1.0",
        "import: onedoor:plugin/keyvalue@0.1.0",
        "words zh-CN: 8 messages",
        "recorded calls: 5 of 2 tests",
    ] {
        assert!(said.lines().any(|it| it == line), "{line}:\n{said}");
    }
    assert!(!said.contains("warning"), "{said}");
}

#[test]
fn the_packaged_sdk_carries_its_contract() {
    let listed = Command::new("cargo")
        .args([
            "package",
            "--list",
            "--allow-dirty",
            "--offline",
            "-p",
            "onedoor-sdk",
        ])
        .current_dir(repository())
        .output()
        .unwrap();
    let files = String::from_utf8_lossy(&listed.stdout);
    for file in ["src/lib.rs", "wit/plugin.wit", "wit/deps/ui/ui.wit"] {
        let there = files.lines().any(|it| it == file);
        assert!(
            there,
            "{file}:\n{files}{}",
            String::from_utf8_lossy(&listed.stderr)
        );
    }
}
