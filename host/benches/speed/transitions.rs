//! Each step of a case, on the disk before it is answered, beside the least durable write there is:
//! one small row. Steps and writes take turns, so that what else the machine does meets both.

use std::time::Instant;

use onedoor::{
    cases::{
        model::{Action, Rating, Urgency},
        operations::{Command, act},
    },
    db::{keyvalue, testing::Scratch},
    domain::Domain,
};
use tokio::runtime::Builder;

use crate::{
    figures::{self, Times},
    office::{self, NOISE, STREET, TEAM},
};

const CASES: usize = 250;
/// As many go before, and are not counted.
const WARM: usize = 20;

/// Who does what, from a report to its end.
const STEPS: [(&str, Action); 9] = [
    ("community", Action::File),
    ("community", Action::Dispatch),
    ("street", Action::Relay),
    ("handler", Action::Accept),
    ("handler", Action::ReportDone),
    ("street", Action::ConfirmUp),
    ("community", Action::ConfirmUp),
    ("verifier", Action::VerifyPass),
    ("resident", Action::Rate),
];

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
    let domain = office::open(scratch.database.clone()).await;
    figures::times(&format!("a step of a case, durable on {name}"));
    let mut base = Times::new();
    let mut all = Times::new();
    let mut each: Vec<Times> = STEPS.iter().map(|_| Times::new()).collect();
    for n in 0..WARM + CASES {
        let case = office::reported(&domain, &format!("report-{n}")).await;
        let mut version = case.course.version;
        for ((who, action), times) in STEPS.into_iter().zip(&mut each) {
            let cx = office::who(&domain, who);
            let command = command(&case.id, version, action);
            let from = Instant::now();
            version = act(&domain, &cx, command).await.unwrap().course.version;
            let step = from.elapsed();
            let from = Instant::now();
            one_row(&domain, format!("{n}-{version}")).await;
            let row = from.elapsed();
            if n >= WARM {
                times.note(step);
                all.note(step);
                base.note(row);
            }
        }
    }
    base.show("one small row (the baseline)", None);
    all.show("any step", None);
    for ((_, action), times) in STEPS.into_iter().zip(&each) {
        times.show(&format!("  {}", action.name()), None);
    }
    println!(
        "{:<46} {:>9.2} {:>9.2}",
        "any step, of the baseline",
        all.at(0.5) / base.at(0.5),
        all.at(0.99) / base.at(0.99)
    );
    drop(domain);
    scratch.remove().await.unwrap();
}

fn command(case: &str, version: u32, action: Action) -> Command {
    let command = Command::new(case, version, action, &format!("{case}-{version}"));
    match action {
        Action::File => command.class(NOISE, Urgency::Normal),
        Action::Dispatch => command.to(&office::desk(STREET)),
        Action::Relay => command.to(TEAM),
        Action::ReportDone => command.words("已处理完毕"),
        Action::Rate => Command {
            rating: Some(Rating {
                contacted: true,
                solved: true,
                satisfied: 5,
            }),
            ..command
        },
        _ => command,
    }
}

async fn one_row(domain: &Domain, once: String) {
    let kept = domain
        .database
        .write(move |t| Box::pin(async move { keyvalue::set(t, &once, None, "key", "1").await }));
    kept.await.unwrap();
}
