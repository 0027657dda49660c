//! From an author's tests to the reviewer's page: what the tests call is recorded, built into the
//! component, replayed in the sandbox when it is uploaded, and compared with the revision in force.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

use std::{fs, path::Path, process::Command};

use onedoor_plugin::{build, inspect, scaffold};
use onedoor_tests::served::Served;
use serde_json::{Value, json};

/// Runs the plugin's tests, then builds it; the component, and what the build said.
fn tested_and_built(folder: &Path) -> (Vec<u8>, String) {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    let target = fs::canonicalize(target).unwrap();
    let tests = Command::new("cargo")
        .args(["test", "--offline", "--quiet", "--test", "plugin"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target.join("recording"))
        .env_remove("CARGO_MANIFEST_DIR")
        .output()
        .unwrap();
    assert!(
        tests.status.success(),
        "{}",
        String::from_utf8_lossy(&tests.stdout)
    );
    let file = folder.join("plugin.wasm");
    let wasm = target.join("wasm").to_string_lossy().into_owned();
    let cargo = ["--offline", "--target-dir", &wasm].map(str::to_owned);
    let mut said = Vec::new();
    build::build(folder, &file, &cargo, &mut said).unwrap();
    inspect::inspect(&file, &mut said).unwrap();
    (fs::read(&file).unwrap(), String::from_utf8(said).unwrap())
}

fn edit(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{from} is not in {}", file.display());
    fs::write(file, text.replacen(from, to, 1)).unwrap();
}

async fn difference(host: &Served, cookie: &str, digest: &str) -> Value {
    let path = format!("api/v1/revisions/{digest}/difference");
    serde_json::from_str(&host.get(cookie, &path).await).unwrap()
}

/// Item, before and after of the changes in forms.
fn in_forms(difference: &Value) -> Vec<(&str, Option<&str>, Option<&str>)> {
    let changes = difference["changes"].as_array().unwrap().iter();
    changes
        .filter(|it| it["part"] == "form")
        .map(|it| {
            (
                it["item"].as_str().unwrap(),
                it["before"].as_str(),
                it["after"].as_str(),
            )
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_tests_call_is_recorded_replayed_and_compared() {
    let parent = tempfile::tempdir().unwrap();
    let department = "dept-emergency";
    scaffold::new(
        "lamp-post",
        department,
        None,
        parent.path(),
        &mut Vec::new(),
    )
    .unwrap();
    let folder = parent.path().join("lamp-post");
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    fs::copy(lock, folder.join("Cargo.lock")).unwrap();
    let (first, said) = tested_and_built(&folder);
    assert!(said.contains("recorded calls: "), "{said}");
    // Built again from the same recordings, it is the same file.
    let (again, _) = tested_and_built(&folder);
    assert_eq!(first, again);

    let host = Served::start().await;
    let developer = host.cookie("developer").await;
    let reviewer = host.cookie("reviewer").await;
    let it = host.posted(&developer, "plugins", first).await;
    let digest = it["digest"].as_str().unwrap().to_owned();
    let found = difference(&host, &reviewer, &digest).await;
    assert_eq!(
        in_forms(&found),
        [
            ("message.about", None, Some("text required")),
            ("message.call-back", None, Some("flag")),
            ("message.phone", None, Some("phone required")),
        ]
    );
    let measured = &found["measured"];
    assert_eq!(measured["troubles"], json!([]), "{measured}");
    let costs = measured["costs"].as_array().unwrap();
    let submit = costs
        .iter()
        .find(|it| it["about"] == "portal.submit home message")
        .unwrap();
    assert!(submit["after"]["guest_us"].as_u64().unwrap() > 0);
    assert!(submit["after"]["memory"].as_u64().unwrap() >= 65_536);
    // One line of the log, one value read, one written.
    assert_eq!(submit["after"]["host_calls"], 3);
    for step in ["approve", "activate"] {
        let by = if step == "approve" {
            &reviewer
        } else {
            &developer
        };
        host.posted(by, &format!("revisions/{digest}/{step}"), Vec::new())
            .await;
    }

    // The next version no longer needs the number, asks something new, and works for longer.
    edit(&folder.join("plugin.toml"), "0.1.0", "0.2.0");
    let code = folder.join("src/lib.rs");
    edit(
        &code,
        ".format(TextFormat::Phone)\n        .required()",
        ".format(TextFormat::Phone)",
    );
    edit(
        &code,
        "    page(msg(\"home-title\"))",
        "    form.words(Key::new(\"name\"), msg(\"ask-phone\")).prefill(Prefill::Name);\n    \
         let busy = (0..2_000_000_u64).fold(7, |sum, n| std::hint::black_box(sum ^ n));\n    \
         log::debug(busy.to_string());\n    page(msg(\"home-title\"))",
    );
    // Its tests are the author's to change with it.
    edit(
        &folder.join("tests/plugin.rs"),
        "&answers).unwrap_err();\n    assert!(matches!(refused, Failure::Faults(_)), \"{refused}\");",
        "&answers).unwrap();\n    assert_eq!(refused, Outcome::Go(Route::page(\"thanks\")));",
    );
    let (second, _) = tested_and_built(&folder);
    let it = host.posted(&developer, "plugins", second).await;
    let digest = it["digest"].as_str().unwrap();
    let found = difference(&host, &reviewer, digest).await;
    assert_eq!(
        in_forms(&found),
        [
            ("message.name", None, Some("text from-name")),
            ("message.phone", Some("phone required"), Some("phone")),
        ]
    );
    let ratio = found["measured"]["ratio"].as_f64().unwrap();
    assert!(ratio > 1.3, "{}", found["measured"]);
    let page = host
        .get(&reviewer, &format!("work/revisions/{digest}?lang=zh-CN"))
        .await;
    for words in ["自动填入已有姓名", "运行开销", "计算时间比在用版本多"] {
        assert!(page.contains(words), "{words}:\n{page}");
    }

    // Code that its tests were not run with: it asks for something else, and the page says so.
    edit(&folder.join("plugin.toml"), "0.2.0", "0.3.0");
    edit(
        &code,
        "let count = messages()? + 1;",
        "let count = clock::now();",
    );
    let file = folder.join("plugin.wasm");
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/wasm");
    let wasm = fs::canonicalize(target)
        .unwrap()
        .to_string_lossy()
        .into_owned();
    let cargo = ["--offline", "--target-dir", &wasm].map(str::to_owned);
    build::build(&folder, &file, &cargo, &mut Vec::new()).unwrap();
    let it = host
        .posted(&developer, "plugins", fs::read(&file).unwrap())
        .await;
    let digest = it["digest"].as_str().unwrap();
    assert_eq!(it["state"], "verified");
    let found = difference(&host, &reviewer, digest).await;
    let troubles = found["measured"]["troubles"].as_array().unwrap();
    assert!(!troubles.is_empty());
    for it in troubles {
        assert_eq!(it["trouble"]["kind"], "strayed", "{it}");
        let message = it["trouble"]["message"].as_str().unwrap();
        assert!(
            message.contains("clock.now") && message.contains("keyvalue.get"),
            "{message}"
        );
    }
    host.app.stop.cancel();
}
