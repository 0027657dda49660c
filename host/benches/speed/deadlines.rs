//! The scheduler among a million open deadlines, beside the same among a thousand: a turn with
//! fifty that have passed, and one with none.

use std::time::Instant;

use onedoor::{
    cases::scheduler,
    context::Context,
    db::{Backend, sql, testing::Scratch},
    domain::{Domain, testing::NOW},
    time::Timestamp,
};
use tokio::runtime::Builder;

use crate::{
    figures::{self, Times},
    office,
};

const FEW: i64 = 1_000;
const MANY: i64 = 1_000_000;
/// How many pass from one turn to the next: as many as one transaction works.
const DUE: i64 = 50;
const TURNS: i64 = 15;
/// Seconds after which the first passes.
const AHEAD: i64 = 3600;

pub fn run() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        for backend in [Backend::Sqlite, Backend::Postgres] {
            let mut measured = Vec::new();
            for count in [FEW, MANY] {
                let scratch = match backend {
                    Backend::Sqlite => Some(Scratch::sqlite(false).await.unwrap()),
                    Backend::Postgres => Scratch::postgres(false).await.unwrap(),
                };
                let Some(scratch) = scratch else {
                    println!("\nPostgreSQL: NOT MEASURED, ONEDOOR_TEST_POSTGRES is not set");
                    return;
                };
                measured.push((count, among(scratch, count).await));
            }
            figures::times(&format!("a turn of the scheduler, {backend:?}"));
            for (count, (busy, idle)) in measured {
                busy.show(&format!("{DUE} passed, of {count} open"), None);
                idle.show(&format!("none passed, of {count} open"), None);
            }
        }
    });
}

/// Turns in which deadlines are worked, and turns in which there is nothing to do.
async fn among(scratch: Scratch, count: i64) -> (Times, Times) {
    let domain = office::open(scratch.database.clone()).await;
    fill(&domain, count).await;
    let (mut busy, mut idle) = (Times::new(), Times::new());
    for n in 1..=TURNS {
        // One passes each second.
        let now = NOW.plus_seconds(AHEAD + n * DUE);
        let cx = Context {
            now,
            ..domain.system("deadlines")
        };
        let from = Instant::now();
        assert_eq!(scheduler::turn(&domain, &cx).await.unwrap() as i64, DUE);
        busy.note(from.elapsed());
        for _ in 0..10 {
            let from = Instant::now();
            assert_eq!(scheduler::turn(&domain, &cx).await.unwrap(), 0);
            idle.note(from.elapsed());
        }
    }
    drop(domain);
    scratch.remove().await.unwrap();
    (busy, idle)
}

/// As many cases like one that was reported, each with its deadline a second after the one before's.
async fn fill(domain: &Domain, count: i64) {
    let case = office::reported(domain, "pattern").await;
    let far = NOW.plus_seconds(AHEAD + count + 1);
    let job = async move |t: &mut onedoor::db::Transaction| {
        sql("UPDATE case_deadlines SET due = $1")
            .bind(far)
            .run(t)
            .await?;
        sql(format!(
            "{NUMBERS} INSERT INTO cases (id, number, state, urgency, holder, division, address, channel,
             reporter, title, opened, due, duty_version, course, version, procedure)
             SELECT c.id || '-' || CAST(n AS TEXT), c.number || '-' || CAST(n AS TEXT), c.state, c.urgency,
             c.holder, c.division, c.address, c.channel, c.reporter, c.title, c.opened,
             $2 + n * 1000000, c.duty_version, c.course, c.version, c.procedure
             FROM numbers JOIN cases c ON c.id = $3"
        ))
        .bind(count)
        .bind(due_of(0))
        .bind(&case.id)
        .run(t)
        .await?;
        sql(format!(
            "{NUMBERS} INSERT INTO case_deadlines (case_id, clock, part, due)
             SELECT $3 || '-' || CAST(n AS TEXT), 'triage', '', $2 + n * 1000000 FROM numbers"
        ))
        .bind(count)
        .bind(due_of(0))
        .bind(&case.id)
        .run(t)
        .await
        .map(drop)
    };
    let write = domain
        .database
        .write(|t| Box::pin(async move { job(t).await }));
    write.await.unwrap();
    let mut c = domain.database.read().await.unwrap();
    sql("ANALYZE").run(&mut c).await.unwrap();
}

const fn due_of(n: i64) -> Timestamp {
    NOW.plus_seconds(AHEAD + n)
}

/// 1 to the first argument.
const NUMBERS: &str = "WITH RECURSIVE numbers (n) AS
    (SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < $1)";
