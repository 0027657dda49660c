//! A plugin is asked about each new report and told what becomes of its cases, at least once, and
//! again after it failed. Needs `cargo xtask components`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use onedoor::{
    cases::{
        model::{Case, Urgency},
        operations::{Report, submit},
    },
    context::{Channel, Context, Principal},
    db::{self, units::Unit},
    identity,
    plugins::follow,
};
use onedoor_tests::plugins::Host;

const COMMUNITY: &str = "310101022027";

async fn host() -> Host {
    let host = Host::with(&["safety"]).await;
    let desk = Unit {
        id: format!("u-{COMMUNITY}"),
        name_zh: "居委会".to_owned(),
        name_en: "Residents' committee".to_owned(),
        kind: "desk".to_owned(),
        division: COMMUNITY.to_owned(),
        parent: None,
    };
    identity::operations::populate(&host.domain, &host.cx, vec![desk], Vec::new())
        .await
        .unwrap();
    host
}

async fn report(host: &Host, once: &str, class: Option<&str>, words: &str) -> Case {
    let cx = Context {
        principal: Principal::Phone {
            hash: "a-phone".to_owned(),
        },
        channel: Channel::App,
        ..host.cx.clone()
    };
    let report = Report {
        once: once.to_owned(),
        class: class.map(str::to_owned),
        description: words.to_owned(),
        division: Some(COMMUNITY.to_owned()),
        ..Report::default()
    };
    submit(&host.domain, &cx, report).await.unwrap()
}

async fn settle(host: &Host) {
    while follow::turn(&host.plugins, &host.domain, &host.cx)
        .await
        .unwrap()
        > 0
    {}
}

async fn kept(host: &Host, case: &Case) -> Option<String> {
    let mut c = host.domain.database.read().await.unwrap();
    let key = format!("case/{}", case.id);
    db::keyvalue::get(&mut c, "safety", None, &key)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_triage_proposes_and_a_person_is_told_why() {
    let mut host = host().await;
    let case = report(&host, "1", None, "楼下电线垂落，裸露的电线在冒火花").await;
    settle(&host).await;
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
    assert_eq!(kept(&host, &case).await, None);
    assert!(host.faults().is_empty());
}

#[tokio::test]
async fn events_of_its_classes_reach_a_plugin_and_others_do_not() {
    let host = host().await;
    let own = report(&host, "1", Some("P0101"), "路灯不亮").await;
    let other = report(&host, "2", None, "想问一下办事处几点开门").await;
    settle(&host).await;
    assert!(kept(&host, &own).await.is_some());
    assert_eq!(kept(&host, &other).await, None);
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
    let case = report(&host, "1", Some("P0101"), "路灯不亮").await;
    settle(&host).await;
    assert_eq!(kept(&host, &case).await, None);
    // It works again before the tries are over, and catches up.
    host.load("safety", able).await;
    let later = |seconds| Context {
        now: host.cx.now.plus_seconds(seconds),
        ..host.cx.clone()
    };
    follow::turn(&host.plugins, &host.domain, &later(120))
        .await
        .unwrap();
    assert!(kept(&host, &case).await.is_some());
}
