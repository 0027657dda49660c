//! The process that compiles components. That this test names the program is also what has cargo
//! build it for the tests that start a host.

#![allow(clippy::unwrap_used)] // a test may fail where it stands

use std::process::Command;

#[test]
fn what_is_no_component_is_refused_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let (component, artefact) = (folder.path().join("a.wasm"), folder.path().join("a.cwasm"));
    std::fs::write(&component, b"\0asm, but not really").unwrap();
    let ended = Command::new(env!("CARGO_BIN_EXE_onedoor"))
        .arg("compile-plugin")
        .args([&component, &artefact])
        .output()
        .unwrap();
    assert_eq!(ended.status.code(), Some(3));
    assert!(!ended.stderr.is_empty());
    assert!(!artefact.exists());
}
