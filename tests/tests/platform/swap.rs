//! A new revision under load: uploaded over the API, approved by a second account, swapped and
//! rolled back while residents keep asking for the plugin's page. None of them may notice.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use onedoor_tests::{plugins::component, served::Served};
use reqwest::StatusCode;
use serde_json::json;

const PAGE: &str = "/services/guest-greeter/morning";
/// What only the second revision puts on the home page.
const SERVICE: &str = "新增问候服务";

/// The greeter with another version, and with a service when it is asked for: the build's sections
/// taken off and others put on.
fn greeter(version: &str, service: bool) -> Vec<u8> {
    let whole = component("greeter");
    let mut out = whole[..8].to_vec();
    let mut manifest = String::new();
    let mut at = 8;
    while at < whole.len() {
        let (length, begins) = leb(&whole, at + 1);
        let ends = begins + length;
        let (named, name) = leb(&whole, begins);
        let ours = whole[at] == 0 && whole[name..name + named] == *b"onedoor:manifest";
        if ours {
            manifest = String::from_utf8(whole[name + named..ends].to_vec()).unwrap();
        } else {
            out.extend_from_slice(&whole[at..ends]);
        }
        at = ends;
    }
    let mut manifest = manifest.replace("0.1.0", version);
    if service {
        manifest += &format!(
            "\n[[services]]\nid = \"greet\"\ntitle = {{ zh = \"{SERVICE}\", en = \"Greeting\" }}\n\
             description = {{ zh = \"问候\", en = \"Greets\" }}\nlife_event = \"other\"\n\
             audience = \"everyone\"\npage = \"morning\"\n"
        );
    }
    let name = b"onedoor:manifest";
    let mut section = vec![u8::try_from(name.len()).unwrap()];
    section.extend_from_slice(name);
    section.extend_from_slice(manifest.as_bytes());
    out.push(0);
    let mut length = section.len();
    while length >= 0x80 {
        out.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
        length >>= 7;
    }
    out.push(u8::try_from(length).unwrap());
    out.extend_from_slice(&section);
    out
}

/// A number in LEB128 at `at`, and where what follows it begins.
fn leb(bytes: &[u8], mut at: usize) -> (usize, usize) {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = usize::from(bytes[at]);
        value |= (byte & 0x7f) << shift;
        at += 1;
        if byte & 0x80 == 0 {
            return (value, at);
        }
        shift += 7;
    }
}

async fn home(host: &Served) -> String {
    host.get("", "").await
}

/// Uploads, has another account approve, and activates; the digest.
async fn install(host: &Served, developer: &str, reviewer: &str, file: Vec<u8>) -> String {
    let (status, it) = host.post(developer, "plugins", file).await;
    assert_eq!(status, StatusCode::CREATED, "{it}");
    let digest = it["digest"].as_str().unwrap().to_owned();
    let approve = format!("revisions/{digest}/approve");
    let (own, _) = host.post(developer, &approve, Vec::new()).await;
    assert_eq!(own, StatusCode::FORBIDDEN);
    let (status, it) = host.post(reviewer, &approve, Vec::new()).await;
    assert_eq!(status, StatusCode::OK, "{it}");
    let activate = format!("revisions/{digest}/activate");
    let (status, it) = host.post(developer, &activate, Vec::new()).await;
    assert_eq!((status, &it["state"]), (StatusCode::OK, &json!("active")));
    digest
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_swap_and_a_roll_back_under_load_fail_nobody() {
    let host = Served::start().await;
    let (developer, reviewer) = (
        host.cookie("developer").await,
        host.cookie("reviewer").await,
    );
    let first = install(&host, &developer, &reviewer, greeter("0.1.0", false)).await;
    assert!(!home(&host).await.contains(SERVICE));

    let (stop, answered) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let mut residents = Vec::new();
    for _ in 0..4 {
        let (client, page) = (host.client.clone(), format!("{}{PAGE}", host.base));
        let (stop, answered) = (stop.clone(), answered.clone());
        residents.push(tokio::spawn(async move {
            let mut failed = Vec::new();
            while !stop.load(SeqCst) {
                let answer = client.get(&page).send().await;
                let page = match answer {
                    Ok(it) => it.text().await.unwrap_or_default(),
                    Err(error) => error.to_string(),
                };
                // What the guest itself said: a card in its place may well come with a 200.
                match page.contains(">morning</h1>") {
                    true => drop(answered.fetch_add(1, SeqCst)),
                    false => failed.push(page),
                }
            }
            failed
        }));
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let before = answered.load(SeqCst);
    assert!(before > 0, "the page is not served at all");

    let second = install(&host, &developer, &reviewer, greeter("0.2.0", true)).await;
    assert!(home(&host).await.contains(SERVICE));
    let swapped = answered.load(SeqCst);
    assert!(swapped > before, "nobody asked during the swap");
    tokio::time::sleep(Duration::from_millis(300)).await;

    let (status, back) = host
        .post(&developer, "plugins/guest-greeter/roll-back", Vec::new())
        .await;
    assert_eq!(status, StatusCode::OK, "{back}");
    // The very next requests: at once.
    assert_eq!(host.app.plugins.get("guest-greeter").unwrap().digest, first);
    assert!(!home(&host).await.contains(SERVICE));
    assert_ne!(first, second);
    tokio::time::sleep(Duration::from_millis(300)).await;

    stop.store(true, SeqCst);
    for resident in residents {
        assert_eq!(resident.await.unwrap(), Vec::<String>::new());
    }
    println!("{} pages answered, none failed", answered.load(SeqCst));
    host.app.stop.cancel();
}
