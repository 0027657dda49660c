//! A plugin is asked about each new report and told what becomes of its cases, at least once, and
//! again after it failed. Needs `cargo xtask components`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use onedoor::{cases::model::Urgency, db};
use onedoor_tests::plugins::Host;

async fn host() -> Host {
    let host = Host::with(&["safety"]).await;
    host.desk().await;
    host
}

#[tokio::test]
async fn a_triage_proposes_and_a_person_is_told_why() {
    let mut host = host().await;
    let case = host
        .report("1", None, "楼下电线垂落，裸露的电线在冒火花")
        .await;
    host.settle(&host.cx).await;
    let mut c = host.domain.database.read().await.unwrap();
    let proposals = db::cases::suggestions(&mut c, &case.id).await.unwrap();
    assert_eq!(proposals.len(), 1, "{proposals:?}");
    let proposal = proposals.first().unwrap();
    assert_eq!(proposal.plugin, "safety");
    assert_eq!(proposal.urgency, Urgency::Emergency);
    assert!(proposal.revision.starts_with("sha256:"));
    assert!(!proposal.reason.is_empty());
    assert!((0.0..=1.0).contains(&proposal.confidence));
    // Not of its classes yet, so it is told nothing more.
    assert_eq!(host.kept(&case.id).await, None);
    assert!(host.faults().is_empty());
}

#[tokio::test]
async fn events_of_its_classes_reach_a_plugin_and_others_do_not() {
    let host = host().await;
    let own = host.report("1", Some("P0101"), "路灯不亮").await;
    let other = host.report("2", None, "想问一下办事处几点开门").await;
    host.settle(&host.cx).await;
    assert!(host.kept(&own.id).await.is_some());
    assert_eq!(host.kept(&other.id).await, None);
}

#[tokio::test]
async fn what_failed_is_told_again() {
    let host = host().await;
    // Allowed no memory, so that every call fails.
    let mut verified =
        onedoor::plugins::verify::verify(&onedoor_tests::plugins::component("safety")).unwrap();
    let able = verified.clone();
    let mut manifest = (*verified.manifest).clone();
    manifest.budget.memory_mib = 0;
    verified.manifest = manifest.into();
    host.load("safety", verified).await;
    let case = host.report("1", Some("P0101"), "路灯不亮").await;
    host.settle(&host.cx).await;
    assert_eq!(host.kept(&case.id).await, None);
    // It works again before the tries are over, and catches up.
    host.load("safety", able).await;
    host.settle(&host.later(120)).await;
    assert!(host.kept(&case.id).await.is_some());
}
