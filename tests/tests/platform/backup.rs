//! Backs up a host under load, restores it elsewhere, and looks whether all is there that was
//! answered before; kills an import half-way. The program itself, as an operator runs it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Output, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use onedoor::{
    app::App,
    config::{Config, Kind},
};
use onedoor_tests::{
    COMMUNITY,
    process::{Process, folder, free_port, onedoor},
};

const CLIENTS: usize = 4;

fn said(output: &Output) -> String {
    let both = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&both).into_owned()
}

fn path(at: &Path) -> &str {
    at.to_str().unwrap()
}

type Answered = Arc<Mutex<BTreeSet<String>>>;

async fn client(base: String, token: String, n: usize, answered: Answered, stop: Arc<AtomicBool>) {
    let client = reqwest::Client::new();
    let mut count = 0;
    while !stop.load(Ordering::Relaxed) {
        count += 1;
        let body = serde_json::json!({ "description": "水位", "division": COMMUNITY });
        let answer = client
            .post(format!("{base}/api/v1/cases"))
            .bearer_auth(&token)
            .header("Idempotency-Key", format!("{n}-{count}"))
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 201);
        let case: serde_json::Value = answer.json().await.unwrap();
        answered
            .lock()
            .unwrap()
            .insert(case["id"].as_str().unwrap().to_owned());
    }
}

/// Every case of a folder that nobody serves.
async fn cases(data: &Path) -> BTreeSet<String> {
    let config = Config::local(Kind::Development, data.to_owned(), 0);
    let app = App::open(config).await.unwrap();
    let mut found = BTreeSet::new();
    let mut c = app.domain.database.read().await.unwrap();
    let rows = onedoor::db::sql("SELECT id FROM cases")
        .all(&mut c)
        .await
        .unwrap();
    for row in rows {
        found.insert(row.get::<String>("id").unwrap());
    }
    drop(c);
    app.close().await;
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_holds_all_that_was_answered_before() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let port = free_port();
    let (token, base) = (
        folder(&data, port).await,
        format!("http://127.0.0.1:{port}"),
    );
    let host = Process::serve(&data, port).await;
    let (answered, stop) = (Answered::default(), Arc::new(AtomicBool::new(false)));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|n| {
            let (answered, stop) = (answered.clone(), stop.clone());
            tokio::spawn(client(base.clone(), token.clone(), n, answered, stop))
        })
        .collect();
    while answered.lock().unwrap().len() < 40 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let before = answered.lock().unwrap().clone();
    let archive = place.path().join("backup.tar");
    let arguments = ["backup", path(&archive), "--data", path(&data)];
    let made = tokio::task::spawn_blocking({
        let mut command = onedoor(&arguments);
        move || command.output().unwrap()
    });
    let made = made.await.unwrap();
    assert!(made.status.success(), "{}", said(&made));
    let after = answered.lock().unwrap().len();
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }
    assert!(after > before.len(), "nobody reported meanwhile");
    // It never replaces another.
    assert!(!onedoor(&arguments).output().unwrap().status.success());
    drop(host);

    let key = place.path().join("key");
    fs::copy(data.join("secret.key"), &key).unwrap();
    let new = place.path().join("new");
    let restore = |key: &Path| {
        let arguments = [
            "restore",
            path(&archive),
            "--data",
            path(&new),
            "--key",
            path(key),
        ];
        onedoor(&arguments).output().unwrap()
    };
    // Another installation's key makes nothing.
    let wrong = place.path().join("wrong");
    fs::copy(&key, &wrong).unwrap();
    fs::write(&wrong, "00".repeat(32)).unwrap();
    assert!(said(&restore(&wrong)).contains("not the key"));
    assert!(!new.exists());
    let restored = restore(&key);
    assert!(restored.status.success(), "{}", said(&restored));
    let verified = onedoor(&["audit", "verify", "--data", path(&new)])
        .output()
        .unwrap();
    assert!(verified.status.success(), "{}", said(&verified));
    let there = cases(&new).await;
    let missing: Vec<_> = before.difference(&there).collect();
    assert!(
        missing.is_empty(),
        "answered before the backup, and lost: {missing:?}"
    );
    let all = cases(&data).await;
    assert!(there.is_subset(&all), "the backup holds what never was");
}

/// A made-up country of 40,404 divisions.
fn country() -> String {
    let mut list = String::from("code,name\n99,省\n9901,市\n990101,区\n");
    for street in 0..400 {
        let _ = writeln!(list, "990101{street:03},街道{street}");
    }
    list.push_str("990102,乡\n");
    for street in 0..400 {
        for community in 0..100 {
            let _ = writeln!(list, "990101{street:03}{community:03},社区{community}");
        }
    }
    list
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_killed_half_way_changes_nothing_and_goes_on() {
    let place = tempfile::tempdir().unwrap();
    let (data, list) = (place.path().join("data"), place.path().join("list.csv"));
    fs::write(&list, country()).unwrap();
    let arguments = [
        "import",
        "divisions",
        path(&list),
        "--data",
        path(&data),
        "--kind",
        "development",
    ];
    let mut child = onedoor(&arguments)
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // It says on standard error how far it is, where that is no terminal.
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let begun = lines
        .map_while(Result::ok)
        .find(|it| it.ends_with("divisions"));
    let running = Process::from(child);
    assert!(begun.is_some(), "it ended before it could be killed");
    drop(running);

    let held = async || {
        let config = Config::local(Kind::Development, data.clone(), 0);
        let app = App::open(config).await.unwrap();
        let held = app.domain.grid.index().divisions();
        app.close().await;
        held
    };
    assert_eq!(held().await, 0, "half an import is in force");
    let done = onedoor(&arguments).output().unwrap();
    assert!(
        said(&done).contains("40404 divisions: 40404 new"),
        "{}",
        said(&done)
    );
    assert_eq!(held().await, 40_404);
    let again = onedoor(&arguments).output().unwrap();
    assert!(
        said(&again).contains("40404 divisions: 0 new, 0 renamed, 0 ended"),
        "{}",
        said(&again)
    );
}
