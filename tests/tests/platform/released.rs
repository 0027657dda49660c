//! Old components go on working: for each released version of the contract, a guest is made of
//! that version's files with `wit-bindgen` alone (not the SDK, which moves on), built and run. The
//! contract as it stands is held to the same, so that the test is right before the first release.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use onedoor::plugins::verify::verify;
use onedoor_forms::{Block, Text};
use onedoor_plugin::build;
use onedoor_tests::plugins::Host;

const MANIFEST: &str = r#"id = "guest-released"
version = "0.1.0"
department = "dept-emergency"
capabilities = ["grid.read"]
name = { zh = "旧组件", en = "Old component" }
description = { zh = "只用于测试宿主", en = "For tests of the host only" }
contact = { phone = "12345" }
"#;

/// Against the names that every version of the track has.
const SOURCE: &str = r#"//! A guest of a released contract.

wit_bindgen::generate!({ path: "wit", world: "portal-plugin", generate_all });

use exports::onedoor::plugin::portal::{Guest, Outcome, Route, Submission, View};
use onedoor::{
    grid::grid,
    plugin::{clock, log},
    types::types::{Error, Paging, Text},
    ui::ui::Block,
};

struct Old;

export!(Old);

impl Guest for Old {
    fn render(at: Route) -> Result<View, Error> {
        if at.page != "home" {
            return Err(Error::NotFound);
        }
        log::write(log::Severity::Info, "an old guest");
        let streets = grid::children("310101", &Paging { cursor: None, limit: 200 })?;
        let words = format!("{} {} streets", clock::today(), streets.ids.ends.len());
        Ok(View { title: Text::Raw(words.clone()), back: None, blocks: vec![Block::Text(Text::Raw(words))] })
    }

    fn submit(_: Route, _: Submission) -> Result<Outcome, Error> {
        Err(Error::NotFound)
    }

    fn act(_: Route, _: String, _: String) -> Result<Outcome, Error> {
        Err(Error::NotFound)
    }
}
"#;

fn repository() -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap()
}

/// The folders of the contract: that of each release, and the one that is worked on.
fn contracts() -> Vec<(String, PathBuf)> {
    let wit = repository().join("wit");
    let list = fs::read_to_string(wit.join("RELEASED")).unwrap();
    let lines = list.lines().filter(|it| !it.starts_with('#'));
    let released = lines.filter_map(|line| line.split_once(' '));
    let released = released.map(|(version, _)| {
        let folder = wit.join("released").join(version);
        assert!(folder.is_dir(), "{version} is listed and not there");
        (version.to_owned(), folder)
    });
    released
        .chain([("current".to_owned(), wit.clone())])
        .collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        if path.is_dir() && name != "released" {
            copy(&path, &to.join(name));
        } else if path.extension().is_some_and(|it| it == "wit") {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

/// Builds the guest of one version of the contract.
fn guest(contract: &Path, folder: &Path) -> Vec<u8> {
    let root = repository();
    let lock = fs::read_to_string(root.join("Cargo.lock")).unwrap();
    // The version that this repository builds with: nothing is fetched.
    let (_, after) = lock
        .split_once("name = \"wit-bindgen\"\nversion = \"0.61")
        .unwrap();
    let version = format!("0.61{}", after.split('"').next().unwrap());
    let cargo = format!(
        "[package]\nname = \"released\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\nwit-bindgen = {{ version = \"={version}\", default-features = false, \
         features = [\"macros\", \"realloc\", \"std\"] }}\n"
    );
    copy(contract, &folder.join("wit"));
    fs::create_dir_all(folder.join("src")).unwrap();
    for (name, text) in [
        ("Cargo.toml", cargo.as_str()),
        ("Cargo.lock", &lock),
        ("plugin.toml", MANIFEST),
        ("src/lib.rs", SOURCE),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
    let file = folder.join("released.wasm");
    let target = root.join("target/wasm").to_string_lossy().into_owned();
    let cargo = ["--offline", "--target-dir", &target].map(str::to_owned);
    build::build(folder, &file, &cargo, &mut Vec::new()).unwrap();
    fs::read(file).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_of_each_released_contract_runs() {
    let host = Host::with(&["greeter"]).await;
    for (version, contract) in contracts() {
        let folder = tempfile::tempdir().unwrap();
        let component = guest(&contract, folder.path());
        let verified = verify(&component).unwrap();
        host.load_component(&component, verified).await;
        let view = host.render("released", "home").await.unwrap();
        let said = Block::Text(Text::raw("2026-11-23 10 streets"));
        assert_eq!(view.blocks, [said], "{version}");
    }
}
