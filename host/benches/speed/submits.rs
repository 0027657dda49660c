//! Reports taken and on the disk, a second, beside keeping a small value
//! of a plugin, the least write there is.

use std::time::Instant;

use onedoor::{
    cases::operations::{DESK, Report, submit},
    context::{Channel, Context, Principal},
    db::{keyvalue, testing::Scratch, units::Unit},
    domain::{Domain, testing},
    identity::{Person, operations::populate},
};
use tokio::{runtime::Builder, task::JoinSet};

use crate::figures::{self, Rates};

const ROUNDS: usize = 5;
const COMMUNITY: &str = "310101022027";

pub fn run() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        on("SQLite", Scratch::sqlite(false).await.unwrap()).await;
        match Scratch::postgres(false).await.unwrap() {
            Some(scratch) => on("PostgreSQL", scratch).await,
            None => println!("\nPostgreSQL: NOT MEASURED, ONEDOOR_TEST_POSTGRES is not set"),
        }
    });
}

async fn on(name: &str, scratch: Scratch) {
    let domain = testing::huangpu(scratch.database.clone()).await.unwrap();
    let desk = Unit {
        id: "desk".to_owned(),
        name_zh: "社区".to_owned(),
        name_en: "Community".to_owned(),
        kind: DESK.to_owned(),
        division: COMMUNITY.to_owned(),
        parent: None,
        instrument: Some("made up for the benchmark".to_owned()),
        lent: None,
    };
    let cx = domain.system("bench");
    populate(&domain, &cx, vec![desk], Vec::new())
        .await
        .unwrap();
    figures::rates(&format!("durable on {name}, per second"));
    for (callers, each) in [(1, 200), (32, 50)] {
        let (mut values, mut reports) = (Rates(Vec::new()), Rates(Vec::new()));
        for round in 0..=ROUNDS {
            let value = round_of(&domain, callers, each, one_value).await;
            let report = round_of(&domain, callers, each, one_report).await;
            // The first round warms up.
            if round > 0 {
                values.0.push(value);
                reports.0.push(report);
            }
        }
        values.show(&format!("a small value, {callers} at a time"), None);
        reports.show(&format!("a report, {callers} at a time"), Some(&values));
    }
    drop(domain);
    scratch.remove().await.unwrap();
}

/// How many a second, `callers` at a time, each `each` times.
async fn round_of<F>(
    domain: &Domain,
    callers: usize,
    each: usize,
    one: fn(Domain, String) -> F,
) -> f64
where
    F: Future<Output = ()> + Send + 'static,
{
    let from = Instant::now();
    let mut tasks = JoinSet::new();
    for caller in 0..callers {
        let domain = domain.clone();
        tasks.spawn(async move {
            for _ in 0..each {
                let once = domain.ids.id(domain.clock.now());
                one(domain.clone(), format!("{caller}-{once}")).await;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    (callers * each) as f64 / from.elapsed().as_secs_f64()
}

/// Under a plugin of its own, so that no two wait for one plugin's space.
async fn one_value(domain: Domain, once: String) {
    let kept = domain
        .database
        .write(move |t| Box::pin(async move { keyvalue::set(t, &once, None, "key", "1").await }));
    kept.await.unwrap();
}

async fn one_report(domain: Domain, once: String) {
    let person = Person {
        account: "resident".to_owned(),
        name: "resident".to_owned(),
        posts: Vec::new(),
        phone_hash: None,
    };
    let cx = Context {
        principal: Principal::Person(person),
        channel: Channel::App,
        ..domain.system("bench")
    };
    let report = Report {
        once,
        procedure: None,
        party: None,
        class: None,
        title: "路灯不亮".to_owned(),
        description: "弄堂口的路灯三天没亮了".to_owned(),
        point: None,
        division: Some(COMMUNITY.to_owned()),
        address: "弄堂口".to_owned(),
        urgency: None,
        danger: false,
        files: Vec::new(),
        draft: None,
        contact_name: None,
        contact_phone: None,
        about: None,
        ..Report::default()
    };
    submit(&domain, &cx, report).await.unwrap();
}
