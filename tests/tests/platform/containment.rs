//! A plugin that keeps failing is left alone, its neighbours and what it is to be told are not
//! lost, and what each call cost is on record. Needs `cargo xtask guests`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use onedoor::{
    db::outbox,
    metrics,
    plugins::{CallError, FailureKind, breaker::State},
};
use onedoor_forms::{Error as Refusal, Route};
use onedoor_tests::plugins::Host;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_keeps_failing_is_left_alone_and_comes_back() {
    let mut host = Host::with(&["unreachable", "greeter"]).await;
    for _ in 0..5 {
        assert_eq!(host.attacked("unreachable").await.kind, FailureKind::Trap);
    }
    let refused = host.render("unreachable", "home").await;
    assert!(
        matches!(refused, Err(CallError::Paused(1..=10))),
        "{refused:?}"
    );
    assert_eq!(host.guest("unreachable").watch.breaker().0, State::Open);
    host.greets().await;
    let told: Vec<_> = host.faults().into_iter().map(|it| it.0).collect();
    assert_eq!(
        told.iter().filter(|it| **it == "breaker").count(),
        1,
        "{told:?}"
    );
    // After the pause three good calls close it.
    let at = Route::page("home");
    for _ in 0..3 {
        let cx = host.later(11);
        let answer = host
            .plugins
            .render(&host.domain, &cx, "guest-unreachable", &at);
        answer.await.unwrap();
    }
    assert_eq!(host.guest("unreachable").watch.breaker().0, State::Closed);
    assert_eq!(host.faults().first().map(|it| it.0), Some("breaker"));
    // Put in force anew it starts closed.
    for _ in 0..5 {
        host.attacked("unreachable").await;
    }
    host.again("unreachable");
    host.render("unreachable", "home").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn being_busy_or_refusing_is_no_failure() {
    let mut host = Host::with(&["undeclared"]).await;
    for _ in 0..20 {
        let answer = host.render("undeclared", "attack").await;
        let Err(CallError::Refused(Refusal::Denied(denial))) = answer else {
            panic!("{answer:?}");
        };
        assert_eq!(denial.capability, "cases.read");
    }
    assert_eq!(host.guest("undeclared").watch.breaker().0, State::Closed);
    // Once for each capability of each call, however often it asked.
    let faults = host.faults();
    assert_eq!(faults.len(), 40, "{faults:?}");
    let receipt = host.receipt("undeclared");
    assert_eq!(receipt.denials, ["cases.read", "keyvalue"]);
    assert_eq!(receipt.outcome, "refused");
    assert_eq!(receipt.calls.get("cases.classes"), Some(&1001));
    assert_eq!(receipt.calls.get("keyvalue.set"), Some(&1000));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_lines_is_cut_and_said() {
    let mut host = Host::with(&["log-flood", "greeter"]).await;
    for _ in 0..5 {
        host.render("log-flood", "attack").await.unwrap();
        host.greets().await;
    }
    let lines = host.lines();
    let said: Vec<_> = lines
        .iter()
        .filter(|it| it.ends_with("lines dropped"))
        .collect();
    assert!(lines.len() <= 210, "{}", lines.len());
    assert!(!said.is_empty());
    let measures = host.guest("log-flood").watch.measures();
    assert!(
        measures.lines_dropped > 49_000,
        "{}",
        measures.lines_dropped
    );
    assert_eq!(measures.host_calls.get("log.write"), Some(&50_000));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_measured_can_be_scraped() {
    let host = Host::with(&["memory-bomb", "greeter"]).await;
    for _ in 0..2 {
        host.greets().await;
        host.attacked("memory-bomb").await;
    }
    let text = metrics::text(&host.plugins);
    let labels = |guest: &str| {
        let digest = host.guest(guest).digest.clone();
        let short = digest.get(7..19).unwrap().to_owned();
        format!("plugin=\"guest-{guest}\",revision=\"{short}\"")
    };
    let (bomb, greeter) = (labels("memory-bomb"), labels("greeter"));
    for line in [
        format!("onedoor_plugin_calls_total{{{greeter},export=\"render\",outcome=\"ok\"}} 2"),
        format!("onedoor_plugin_calls_total{{{bomb},export=\"render\",outcome=\"memory\"}} 2"),
        format!("onedoor_plugin_limit_hits_total{{{bomb}}} 2"),
        format!("onedoor_plugin_limit_hits_total{{{greeter}}} 0"),
        format!("onedoor_plugin_breaker{{{bomb},state=\"closed\"}} 1"),
        format!("onedoor_plugin_wall_seconds_count{{{greeter}}} 2"),
        format!("onedoor_plugin_memory_bytes_bucket{{{bomb},le=\"67108864\"}} 2"),
        "# TYPE onedoor_plugin_wall_seconds histogram".to_owned(),
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
    // Each metric is announced once, and each line of it is a name, labels and a number.
    for line in text.lines().filter(|it| !it.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(value.parse::<f64>().is_ok(), "{line}");
        assert!(name.ends_with('}') && name.contains("{plugin=\""), "{line}");
    }
    let mut heads: Vec<_> = text.lines().filter(|it| it.starts_with("# TYPE")).collect();
    let all = heads.len();
    heads.sort_unstable();
    heads.dedup();
    assert_eq!(heads.len(), all);
    let receipt = host.receipt("greeter");
    assert_eq!((&*receipt.export, &*receipt.outcome), ("render", "ok"));
    assert!(receipt.guest_us.unwrap() <= receipt.wall_us, "{receipt:?}");
    assert!(receipt.memory.unwrap() >= 64 << 10, "{receipt:?}");
}

async fn parked(host: &Host) -> i64 {
    let mut c = host.domain.database.read().await.unwrap();
    outbox::parked(&mut c, "plugin-calls").await.unwrap()
}

#[tokio::test]
async fn events_that_are_always_refused_are_parked_in_sight_and_cases_flow() {
    let host = Host::with(&["failing-events", "safety"]).await;
    host.desk().await;
    let case = host.report("1", Some("P0101"), "路灯不亮").await;
    // Ten tries with pauses that double: all over within two hours.
    for minute in 0..120 {
        host.settle(&host.later(minute * 60)).await;
    }
    assert_eq!(parked(&host).await, 1);
    // The other plugin of the class was told all the same, and cases still flow.
    assert!(host.kept(&case.id).await.is_some());
    host.report("2", Some("P0101"), "路灯不亮").await;
}

#[tokio::test]
async fn while_the_breaker_is_open_what_is_to_be_told_waits_untried() {
    let host = Host::with(&["failing-events"]).await;
    host.desk().await;
    let loaded = host.guest("failing-events");
    // Allowed no memory, so that every call fails.
    let mut verified =
        onedoor::plugins::verify::verify(&onedoor_tests::plugins::component("failing-events"))
            .unwrap();
    let mut manifest = (*verified.manifest).clone();
    manifest.budget.memory_mib = 0;
    verified.manifest = manifest.into();
    host.load("failing-events", verified).await;
    for n in 0..8 {
        host.report(&n.to_string(), Some("P0101"), "路灯不亮").await;
    }
    host.settle(&host.cx).await;
    let starved = host.guest("failing-events");
    let watch = &starved.watch;
    assert_eq!(watch.breaker().0, State::Open);
    assert_eq!(watch.measures().ended(&["memory"]), 5);
    // For the pause there is no try, however often it is their turn.
    for second in 1..10 {
        host.settle(&host.later(second)).await;
    }
    assert_eq!(watch.measures().ended(&["memory"]), 5);
    assert_eq!(parked(&host).await, 0);
    // Answered again, all of them are told: eight refusals, none of them a failure.
    host.plugins.put(loaded.clone());
    host.settle(&host.later(60)).await;
    assert_eq!(loaded.watch.measures().ended(&["refused"]), 8);
}
