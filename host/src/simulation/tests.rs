//! A small city: the same seed, cut off or not, gives the same to the last hash.

use std::path::Path;

use super::*;
use crate::config::Kind;

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

#[tokio::test]
async fn it_stays_away_from_what_no_simulation_made() {
    let at = tempfile::tempdir().unwrap();
    for (kind, name) in [(Kind::Production, "real"), (Kind::Development, "mine")] {
        let config = crate::config::Config::local(kind, at.path().join(name), 0);
        App::open(config).await.unwrap().close().await;
        let refused = open(&small(at.path(), name)).await.err().unwrap();
        let other = FolderError::OtherKind {
            found: kind,
            wanted: Kind::Demo,
        };
        assert_eq!(refused.to_string(), other.to_string());
    }
    let config = crate::config::Config::local(Kind::Demo, at.path().join("demo"), 0);
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
