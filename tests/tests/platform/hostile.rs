//! Components that attack the host: each is stopped for the right reason, its neighbour is
//! answered as before, and what it took is given back. Needs `cargo xtask guests`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use onedoor::plugins::{CallError, FailureKind, verify::verify};
use onedoor_forms::Error;
use onedoor_tests::plugins::{Host, component};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_attack_is_stopped_for_its_own_reason() {
    let cases = [
        (
            "endless-loop",
            FailureKind::GuestTime,
            "its manifest allows 100",
        ),
        ("memory-bomb", FailureKind::Memory, "bytes of memory"),
        ("deep-recursion", FailureKind::Stack, "wasm trap"),
        ("panic", FailureKind::Panic, "index out of bounds"),
        ("unreachable", FailureKind::Trap, "unreachable"),
        ("nested-calls", FailureKind::Stack, "wasm trap"),
        ("slow-calls", FailureKind::WallClock, "300 ms"),
        ("giant-values", FailureKind::HostValue, "too much data"),
    ];
    let guests: Vec<&str> = cases.iter().map(|it| it.0).chain(["greeter"]).collect();
    let mut host = Host::with(&guests).await;
    for (guest, kind, says) in cases {
        let began = Instant::now();
        let failure = host.attacked(guest).await;
        assert_eq!(failure.kind, kind, "{guest}: {failure}");
        assert!(failure.message.contains(says), "{guest}: {failure}");
        assert!(began.elapsed() < Duration::from_secs(3), "{guest}");
        host.greets().await;
        // The attacker itself is no worse for it: its next call is a fresh instance.
        host.render(guest, "home").await.unwrap();
        let faults = host.faults();
        assert_eq!(faults.len(), 1, "{guest}: {faults:?}");
        assert!(
            faults
                .iter()
                .all(|it| it.0 == kind.name() && it.1.contains(says)),
            "{guest}: {faults:?}"
        );
    }
}

#[tokio::test]
async fn an_import_from_outside_the_contract_is_refused() {
    let refused = format!("{:?}", verify(&component("foreign-import")).err());
    assert!(refused.contains("guest:foreign/files"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_takes_too_long_in_all_is_cut_off() {
    let host = Host::with(&["greeter"]).await;
    let mut verified = verify(&component("endless-loop")).unwrap();
    let mut manifest = (*verified.manifest).clone();
    (manifest.budget.guest_ms, manifest.budget.wall_ms) = (1000, 50);
    verified.manifest = Arc::new(manifest);
    host.load("endless-loop", verified).await;
    let failure = host.attacked("endless-loop").await;
    assert_eq!(failure.kind, FailureKind::WallClock, "{failure}");
    host.greets().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_granted_is_denied_with_the_line_to_add() {
    let mut host = Host::with(&["greeter"]).await;
    let mut verified = verify(&component("rows")).unwrap();
    let mut manifest = (*verified.manifest).clone();
    manifest.capabilities.clear();
    verified.manifest = Arc::new(manifest);
    host.load("rows", verified).await;
    let denied = host.render("rows", "310101").await;
    let Err(CallError::Refused(Error::Denied(denial))) = denied else {
        panic!("{denied:?}");
    };
    assert_eq!(denial.capability, "grid.read");
    assert!(denial.line.contains("capabilities"), "{denial:?}");
    assert_eq!(host.faults(), [("denied", "grid.read".to_owned())]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_make_only_their_own_plugin_busy() {
    let host = Arc::new(Host::with(&["endless-loop", "greeter"]).await);
    let attacks: Vec<_> = (0..120)
        .map(|_| {
            let host = host.clone();
            tokio::spawn(async move { host.render("endless-loop", "attack").await })
        })
        .collect();
    let mut slowest = Duration::ZERO;
    for _ in 0..20 {
        let began = Instant::now();
        host.greets().await;
        slowest = slowest.max(began.elapsed());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut busy = 0;
    for attack in attacks {
        match attack.await.unwrap() {
            Err(CallError::Failed(it)) if it.kind == FailureKind::Busy => busy += 1,
            Err(CallError::Failed(it))
                if matches!(it.kind, FailureKind::GuestTime | FailureKind::WallClock) => {}
            Err(CallError::Paused(_)) => {}
            other => panic!("{other:?}"),
        }
    }
    // 16 at once and 64 waiting: at least the rest were told at once; those that waited were told
    // that it is paused, once enough of the 16 had failed.
    assert!(busy >= 40, "{busy} were told that it is busy");
    assert!(
        slowest < Duration::from_secs(1),
        "greeted after {slowest:?}"
    );
    host.greets().await;
    host.again("endless-loop");
    host.render("endless-loop", "home").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_is_given_back() {
    let host = Arc::new(Host::with(&["memory-bomb", "giant-values", "greeter"]).await);
    let attack = async |rounds: usize| {
        for _ in 0..rounds {
            let attacks = ["memory-bomb", "giant-values"].iter().cycle().take(8);
            let attacks: Vec<_> = attacks
                .map(|guest| {
                    let host = host.clone();
                    tokio::spawn(async move { host.attacked(guest).await })
                })
                .collect();
            for attack in attacks {
                attack.await.unwrap();
            }
            host.again("memory-bomb");
            host.again("giant-values");
        }
    };
    attack(1).await;
    let before = resident();
    attack(6).await;
    let after = resident();
    // Each bomb alone holds 64 MiB while it lasts.
    assert!(
        after < before + (64 << 20),
        "{} MiB before, {} MiB after",
        before >> 20,
        after >> 20
    );
    host.greets().await;
}

/// Bytes of this process in memory.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|it| it.starts_with("VmRSS:")).unwrap();
    let kibibytes = line.split_whitespace().nth(1).unwrap();
    kibibytes.parse::<u64>().unwrap() * 1024
}
