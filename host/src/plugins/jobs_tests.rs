//! When jobs are due, what becomes of those that fail, and that two hosts never run one at once.

use super::*;
use crate::{
    db::{Database, testing::both::both},
    domain::testing,
    plugins::testing::active,
};

const HOURLY: &str = r#"
[[jobs]]
id = "sweep"
name = { zh = "清理", en = "Sweep" }
schedule = { every_minutes = 60 }
"#;

fn zone() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap()
}

fn at(text: &str) -> Timestamp {
    let at: Zoned = format!("{text}[Asia/Shanghai]").parse().unwrap();
    Timestamp::from_micros(at.timestamp().as_microsecond())
}

#[test]
fn moments_of_a_rhythm() {
    let check = |rhythm, from: &str, to: &str| {
        assert_eq!(
            after(rhythm, &zone(), at(from)),
            at(to),
            "{rhythm:?} {from}"
        );
    };
    let quarter = Rhythm::Every(15);
    check(quarter, "2026-11-23T10:00", "2026-11-23T10:15");
    check(quarter, "2026-11-23T10:14:59", "2026-11-23T10:15");
    let daily = Rhythm::Daily(9 * 60 + 30, Days::All);
    check(daily, "2026-11-27T09:29", "2026-11-27T09:30");
    check(daily, "2026-11-27T09:30", "2026-11-28T09:30");
    // 27 November 2026 is a Friday.
    let working = Rhythm::Daily(9 * 60 + 30, Days::Working);
    check(working, "2026-11-27T09:30", "2026-11-30T09:30");
    check(working, "2026-11-28T08:00", "2026-11-30T09:30");
}

#[test]
fn what_fell_out_is_counted() {
    let check = |rhythm, due: &str, now: &str, last: &str, gone| {
        let found = last_due(rhythm, &zone(), at(due), at(now));
        assert_eq!(found, (at(last), gone), "{rhythm:?} {due} {now}");
    };
    let hourly = Rhythm::Every(60);
    check(
        hourly,
        "2026-11-23T10:00",
        "2026-11-23T10:00",
        "2026-11-23T10:00",
        0,
    );
    check(
        hourly,
        "2026-11-23T10:00",
        "2026-11-23T13:59",
        "2026-11-23T13:00",
        3,
    );
    let working = Rhythm::Daily(60, Days::Working);
    check(
        working,
        "2026-11-27T01:00",
        "2026-12-01T00:59",
        "2026-11-30T01:00",
        1,
    );
}

#[test]
fn a_run_that_ends_well_makes_way_for_the_next() {
    let mut row = rows::Job {
        id: "p/j".to_owned(),
        plugin: "p".to_owned(),
        job: "j".to_owned(),
        rhythm: String::new(),
        due: at("2026-11-23T10:00"),
        attempt: at("2026-11-23T10:00"),
        claimed: None,
        missed: 3,
        tries: 1,
        failure: Some("before".to_owned()),
    };
    let hourly = Rhythm::Every(60);
    // It took so long that the next is due already: that one is tried at once.
    settle(&mut row, hourly, &zone(), at("2026-11-23T11:30"), None);
    assert_eq!(
        (row.due, row.attempt),
        (at("2026-11-23T11:00"), at("2026-11-23T11:00"))
    );
    assert_eq!((row.missed, row.tries, &row.failure), (0, 0, &None));
    // No pause goes beyond the next run.
    row.tries = 9;
    settle(
        &mut row,
        hourly,
        &zone(),
        at("2026-11-23T11:59"),
        Some("why".to_owned()),
    );
    assert_eq!(
        (row.due, row.attempt),
        (at("2026-11-23T11:00"), at("2026-11-23T12:00"))
    );
}

async fn standing(database: &Database) -> Vec<rows::Job> {
    let mut c = database.read().await.unwrap();
    rows::of_plugin(&mut c, "machine").await.unwrap()
}

async fn ran(database: &Database) -> Vec<rows::Run> {
    let mut c = database.read().await.unwrap();
    rows::runs(&mut c, "machine", None, 500).await.unwrap()
}

both! {
    async fn two_hosts_at_once_do_not_run_a_job_twice(database) {
        let domain = testing::domain(database.clone()).await.unwrap();
        let (one, two) = (active("jobs-plugin", HOURLY).await, active("jobs-plugin", HOURLY).await);
        for host in [&one, &two] {
            start(&host.plugins, &domain, &domain.system("test")).await.unwrap();
        }
        assert_eq!(standing(&database).await.len(), 1);
        for round in 1..=5 {
            domain.clock.advance(3600);
            let cx = domain.system("jobs");
            let (a, b) = tokio::join!(
                turn(&one.plugins, &domain, &cx),
                turn(&two.plugins, &domain, &cx)
            );
            assert_eq!((a.unwrap() + b.unwrap(), ran(&database).await.len()), (1, round));
        }
    }

    async fn a_job_that_fails_is_tried_again_and_counted_as_missed(database) {
        let domain = testing::domain(database.clone()).await.unwrap();
        let host = active("jobs-plugin", HOURLY).await;
        start(&host.plugins, &domain, &domain.system("test")).await.unwrap();
        let take = async || turn(&host.plugins, &domain, &domain.system("jobs")).await.unwrap();
        assert_eq!(take().await, 0, "not due yet");
        domain.clock.advance(3600);
        assert_eq!(take().await, 1);
        assert_eq!(take().await, 0, "it pauses");
        let row = standing(&database).await.pop().unwrap();
        assert_eq!((row.tries, row.missed, row.claimed), (1, 0, None));
        assert!(row.failure.is_some_and(|it| it.contains("trap")), "the reason is kept");
        domain.clock.advance(PAUSE);
        assert_eq!(take().await, 1);
        let runs = ran(&database).await;
        assert_eq!(runs.iter().map(|it| it.tries).collect::<Vec<_>>(), [2, 1]);
        assert!(runs.iter().all(|it| it.due == row.due && it.failure.is_some()));
        // The next run takes the place of one that never ended well.
        domain.clock.advance(3600);
        assert_eq!(take().await, 1);
        let row = standing(&database).await.pop().unwrap();
        assert_eq!((row.tries, row.missed), (1, 1));
    }

    async fn jobs_end_with_their_plugin_and_start_anew_in_another_rhythm(database) {
        let domain = testing::domain(database.clone()).await.unwrap();
        let host = active("jobs-plugin", HOURLY).await;
        let loaded = host.plugins.get("machine").unwrap();
        let put = async |text: String, now| {
            let (manifest, zone) = (Manifest::parse(&text).unwrap(), domain.zone.clone());
            let job = async move |t: &mut Transaction| schedule(t, &manifest, &zone, now).await;
            database.write(|t| Box::pin(async move { job(t).await })).await.unwrap();
        };
        let text = format!("{}{HOURLY}", crate::plugins::testing::manifest("machine", "1.0.0"));
        put(text.clone(), testing::NOW).await;
        let first = standing(&database).await;
        put(text.clone(), testing::NOW.plus_seconds(7200)).await;
        assert_eq!(standing(&database).await, first, "the same rhythm goes on");
        put(text.replace("= 60", "= 30"), testing::NOW.plus_seconds(7200)).await;
        assert_ne!(standing(&database).await[0].due, first[0].due);
        let id = loaded.manifest.id.clone();
        let ended = database.write(move |t| Box::pin(async move { end(t, &id).await }));
        ended.await.unwrap();
        assert!(standing(&database).await.is_empty());
    }

    async fn the_newest_hundred_runs_are_kept(database) {
        let domain = testing::domain(database.clone()).await.unwrap();
        let mut ids = Vec::new();
        for n in 0..120 {
            let now = testing::NOW.plus_seconds(n);
            let run = rows::Run {
                id: domain.ids.id(now),
                plugin: "machine".to_owned(),
                job: "sweep".to_owned(),
                revision: "sha256:0".to_owned(),
                due: now,
                started: now,
                ended: now,
                missed: 0,
                tries: 1,
                failure: None,
            };
            ids.push(run.id.clone());
            let write = database.write(move |t| Box::pin(async move { rows::add_run(t, &run).await }));
            write.await.unwrap();
        }
        let kept: Vec<_> = ran(&database).await.into_iter().map(|it| it.id).collect();
        assert_eq!(kept, ids.into_iter().rev().take(100).collect::<Vec<_>>());
    }
}
