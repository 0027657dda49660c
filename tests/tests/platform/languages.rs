//! Components in JavaScript (QuickJS) and Python (CPython), each with the WASI that its runtime
//! imports and with stubs in its place: they are plugins like any other, and are held like any
//! other. Needs `cargo xtask guests`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::sync::Arc;

use onedoor::plugins::{CallError, FailureKind, verify::verify};
use onedoor_forms::{Answer, Block, Error, Outcome, Route, Submission, Text, Value, View};
use onedoor_tests::plugins::{Host, component};

/// Each guest under a name of its own: two of them have the same manifest.
async fn host(guests: &[&str]) -> Host {
    let host = Host::with(&["greeter"]).await;
    for guest in guests {
        let mut verified = verify(&component(guest)).unwrap();
        let mut manifest = (*verified.manifest).clone();
        manifest.id = format!("guest-{guest}");
        verified.manifest = Arc::new(manifest);
        host.load(guest, verified).await;
    }
    host
}

/// Every text of every list of a page.
fn bullets(view: &View) -> Vec<String> {
    let lists = view.blocks.iter().filter_map(|block| match block {
        Block::Bullets(list) => Some(list),
        _ => None,
    });
    let raw = |text: &Text| match text {
        Text::Raw(words) => words.clone(),
        Text::Message(message) => panic!("{message:?}"),
    };
    lists.flatten().map(raw).collect()
}

async fn is_a_plugin(host: &Host, guest: &str) {
    // What the last call left in memory is gone, and randomness is the host's, not the snapshot's.
    let first = bullets(&host.render(guest, "home").await.unwrap());
    let second = bullets(&host.render(guest, "home").await.unwrap());
    assert_eq!(
        first[..3],
        ["calls 1", "today 2026-11-23", "now 1795399200000"],
        "{guest}"
    );
    assert_eq!(first[..3], second[..3], "{guest}");
    assert_ne!(first[3], second[3], "{guest}");
    assert_eq!(
        first[3].len(),
        "random ".len() + 16,
        "{guest}: {}",
        first[3]
    );

    let streets = bullets(&host.render(guest, "children").await.unwrap());
    assert_eq!(streets.len(), 10, "{guest}: {streets:?}");
    assert!(
        streets.contains(&"310101022 淮海中路街道".to_owned()),
        "{guest}: {streets:?}"
    );

    let submit = async |form: &str, answers: &[Answer]| {
        let submission = Submission {
            form: form.to_owned(),
            version: 1,
            state: String::new(),
            once: "once".to_owned(),
            answers: answers.to_vec(),
        };
        let (id, at) = (format!("guest-{guest}"), Route::page("home"));
        host.plugins
            .submit(&host.domain, &host.cx, &id, &at, submission)
            .await
    };
    let about = Answer {
        field: "about".to_owned(),
        value: Value::Text("谢谢".to_owned()),
    };
    let thanks = Outcome::Go(Route::page("thanks"));
    assert_eq!(submit("question", &[about]).await, Ok(thanks), "{guest}");
    let refused = submit("question", &[]).await.unwrap();
    assert!(
        matches!(&refused, Outcome::Invalid(list) if list.len() == 1),
        "{guest}: {refused:?}"
    );
    let none = submit("other", &[]).await;
    assert_eq!(none, Err(CallError::Refused(Error::NotFound)), "{guest}");
}

async fn is_held(host: &mut Host, guest: &str, mistake: &[FailureKind]) {
    let failure = |answer: Result<View, CallError>| match answer {
        Err(CallError::Failed(failure)) => failure,
        other => panic!("{guest} got {other:?}"),
    };
    let looping = failure(host.render(guest, "attack").await);
    assert_eq!(looping.kind, FailureKind::GuestTime, "{guest}: {looping}");
    host.greets().await;
    let hoarding = failure(host.render(guest, "hoard").await);
    assert_eq!(hoarding.kind, FailureKind::Memory, "{guest}: {hoarding}");
    host.greets().await;
    let mistaken = failure(host.render(guest, "throw").await);
    assert!(mistake.contains(&mistaken.kind), "{guest}: {mistaken}");
    host.greets().await;
    host.render(guest, "home").await.unwrap();
    assert_eq!(host.faults().len(), 3, "{guest}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn javascript_is_a_plugin_like_any_other() {
    let guests = ["javascript", "javascript-wasi"];
    let mut host = host(&guests).await;
    for guest in guests {
        is_a_plugin(&host, guest).await;
        is_held(&mut host, guest, &[FailureKind::Trap, FailureKind::Panic]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn python_is_a_plugin_like_any_other() {
    let guests = ["python", "python-wasi"];
    let mut host = host(&guests).await;
    for guest in guests {
        is_a_plugin(&host, guest).await;
        is_held(&mut host, guest, &[FailureKind::Trap, FailureKind::Panic]).await;
    }
    // With WASI, what Python says of its own mistake reaches its developers.
    let mistake = host.render("python-wasi", "throw").await;
    let Err(CallError::Failed(failure)) = mistake else {
        panic!("{mistake:?}");
    };
    assert_eq!(failure.kind, FailureKind::Panic);
    assert!(failure.message.contains("IndexError"), "{failure}");
    // Who sleeps uses no processor, and is woken by the wall clock all the same.
    let asleep = host.render("python-wasi", "sleep").await;
    let Err(CallError::Failed(failure)) = asleep else {
        panic!("{asleep:?}");
    };
    assert_eq!(failure.kind, FailureKind::WallClock, "{failure}");
    nothing_is_in_reach(&host).await;
}

/// The WASI that it gets is empty: no file, no network, no environment; the time is the call's.
async fn nothing_is_in_reach(host: &Host) {
    let found = bullets(&host.render("python-wasi", "reach").await.unwrap());
    let expected = ["environment {}", "time 1795399200000"];
    assert_eq!(found[..2], expected, "{found:?}");
    for line in &found[2..] {
        assert!(line.ends_with("Error"), "{found:?}");
    }
    assert_eq!(found.len(), 8, "{found:?}");
}
