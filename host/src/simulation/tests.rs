//! A small city: the same seed, cut off or not, gives the same to the last hash.

use std::path::Path;

use super::*;
use crate::{
    config::{Config, Kind, Secret},
    db::testing,
};

fn small(at: &Path, name: &str) -> SimulateConfig {
    SimulateConfig {
        data: at.join(name),
        database_url: None,
        days: 4,
        residents: 300,
        seed: 7,
        from: Date::constant(2026, 1, 5),
        pace: None,
        fast: true,
        acts: false,
        json: false,
        log: "off".to_owned(),
    }
}

async fn simulated(config: &SimulateConfig) -> Accounts {
    let mut city = open(config).await.unwrap();
    city.run(None, None).await.unwrap();
    let accounts = city.accounts().await.unwrap();
    city.close().await;
    assert!(accounts.fine(), "{accounts}");
    accounts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_seed_gives_the_same_log_and_another_gives_another() {
    let at = tempfile::tempdir().unwrap();
    let first = simulated(&small(at.path(), "first")).await;
    assert!(first.cases >= 12, "{first}");
    // In two parts.
    let days = SimulateConfig {
        days: 2,
        ..small(at.path(), "second")
    };
    let half = simulated(&days).await;
    assert!(half.cases < first.cases);
    let second = simulated(&small(at.path(), "second")).await;
    assert_eq!(second.digest, first.digest);
    // Once more changes nothing.
    let again = simulated(&small(at.path(), "second")).await;
    assert_eq!(again.digest, first.digest);
    assert!(again.run.acts.is_empty(), "{:?}", again.run);
    let other = SimulateConfig {
        seed: 8,
        ..small(at.path(), "other")
    };
    assert_ne!(simulated(&other).await.digest, first.digest);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_gives_the_log_that_sqlite_gives() {
    let at = tempfile::tempdir().unwrap();
    let Some(scratch) = testing::Scratch::postgres(true).await.unwrap() else {
        eprintln!("NOT RUN: {} names no PostgreSQL server", testing::POSTGRES);
        return;
    };
    let short = |name: &str| SimulateConfig {
        days: 2,
        ..small(at.path(), name)
    };
    let url: Secret = scratch.url.parse().unwrap();
    let there = SimulateConfig {
        database_url: Some(url),
        ..short("postgres")
    };
    let there = simulated(&there).await;
    assert_eq!(there.digest, simulated(&short("sqlite")).await.digest);
    scratch.remove().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_amiss_is_named() {
    let at = tempfile::tempdir().unwrap();
    let short = SimulateConfig {
        days: 2,
        ..small(at.path(), "city")
    };
    simulated(&short).await;
    let city = open(&short).await.unwrap();
    let end = city.end();
    let (case, events) = {
        let mut c = city.app.domain.database.read().await.unwrap();
        let mut open = None;
        let mut take = |case: Case, _| {
            if case.course.lead.is_some() && case.closed.is_none() {
                open = Some(case.id);
            }
        };
        rows::cases(&mut c, &mut take).await.unwrap();
        let open = open.unwrap();
        let case = db::cases::get(&mut c, &open).await.unwrap().unwrap();
        (case, db::cases::events(&mut c, &open).await.unwrap())
    };
    city.close().await;
    let why = |case: &Case, events: &[_]| accounting::why(case, events, end);
    assert_eq!(why(&case, &events), None);
    let wrong = |spoil: fn(&mut Case)| {
        let mut case = case.clone();
        spoil(&mut case);
        why(&case, &events).unwrap()
    };
    let found = [
        wrong(|it| it.deadlines.clear()),
        wrong(|it| {
            it.deadlines
                .iter_mut()
                .for_each(|it| it.due = Timestamp::default())
        }),
        wrong(|it| it.course.holder = None),
        wrong(|it| it.course.lead = None),
        wrong(|it| it.course.asked += 1),
        why(&case, events.get(1..).unwrap()).unwrap(),
    ];
    let expected = [
        "it is open, and no deadline runs",
        "a deadline that has passed was not worked",
        "it is open, and nobody holds it",
        "it is filed, and nobody leads",
        "its events, replayed, do not give its row",
        "its events do not follow each other",
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn it_stays_away_from_what_no_simulation_made() {
    let at = tempfile::tempdir().unwrap();
    for (kind, name) in [(Kind::Production, "real"), (Kind::Development, "mine")] {
        let config = Config::local(kind, at.path().join(name), 0);
        App::open(config).await.unwrap().close().await;
        let refused = open(&small(at.path(), name)).await.err().unwrap();
        let other = FolderError::OtherKind {
            found: kind,
            wanted: Kind::Demo,
        };
        assert_eq!(refused.to_string(), other.to_string());
    }
    let config = Config::local(Kind::Demo, at.path().join("demo"), 0);
    let app = App::open(config).await.unwrap();
    demo::prepare(&app).await.unwrap();
    app.close().await;
    drop(app);
    let refused = open(&small(at.path(), "demo")).await.err().unwrap();
    assert!(matches!(refused, SimulationError::Other), "{refused}");

    let own = small(at.path(), "own");
    open(&own).await.unwrap().close().await;
    let other = SimulateConfig { seed: 8, ..own };
    let refused = open(&other).await.err().unwrap();
    assert!(matches!(refused, SimulationError::Differs(_)), "{refused}");
}
