//! What attacks on the host cost a neighbour: a small page before, while each hostile guest
//! attacks without pause (its breaker held closed, which is the worst case), and after it. The
//! ratios are of the p99 to the one just before; all are medians of rounds run in turn.

use std::{
    hint::black_box,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use onedoor::{
    context::Context,
    db::testing::Scratch,
    domain::{Domain, testing},
    plugins::{CallError, Engine, Plugins, Run, Settings, compile, journal},
    time::Timestamp,
};
use onedoor_forms::Route;
use onedoor_tests::attacks::{FORGED, forge};
use tempfile::TempDir;
use tokio::runtime::Builder;

use crate::{figures::Times, world};

/// Compiled guests whose page attacks.
const PAGES_OF: [&str; 10] = [
    "endless-loop",
    "memory-bomb",
    "deep-recursion",
    "nested-calls",
    "panic",
    "unreachable",
    "giant-values",
    "log-flood",
    "slow-calls",
    "undeclared",
];
/// A guest whose job never ends.
const JOB: &str = "endless-job";
/// Small pages of one round.
const PAGES: usize = 1_000;
/// Rounds of each kind, in turn, so that what else the machine does meets all alike.
const ROUNDS: usize = 9;
/// From one page to the next. The processor is kept awake meanwhile: to wake it takes longer than a
/// page, now more and now less.
const PACE: Duration = Duration::from_micros(300);
/// How many attack at once.
const ATTACKERS: usize = 2;

struct Bench {
    plugins: Plugins,
    domain: Domain,
    cx: Context,
    folder: TempDir,
}

pub fn run() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let scratch = Scratch::sqlite(false).await.unwrap();
        let domain = testing::domain(scratch.database.clone()).await.unwrap();
        let cx = domain.system("bench");
        let (sender, _entries) = journal::channel();
        let plugins = Plugins::new(Engine::new(&Settings::default()).unwrap(), sender);
        let folder = tempfile::tempdir().unwrap();
        world::load(&plugins, folder.path(), &PAGES_OF).await;
        world::load(&plugins, folder.path(), &[JOB, "greeter"]).await;
        for name in FORGED {
            let (component, artefact) = (forge(name), folder.path().join(name));
            std::fs::write(&artefact, compile(&component).unwrap()).unwrap();
            // Two are refused here, and attack by being loaded.
            let _ = world::put(&plugins, &artefact, &component).await;
        }
        let bench = Arc::new(Bench {
            plugins,
            domain,
            cx,
            folder,
        });
        all(&bench).await;
        drop(bench);
        scratch.remove().await.unwrap();
    });
}

async fn all(bench: &Arc<Bench>) {
    println!(
        "\n{:<24} {:>10} {:>10} {:>10} {:>10} {:>10} {:>9}",
        "a neighbour's p99, µs", "before", "during", "after", "during/b", "after/b", "attacks"
    );
    round(bench).await;
    for guest in PAGES_OF.into_iter().chain([JOB]).chain(FORGED) {
        let (mut before, mut during, mut after) = (Rounds::new(), Rounds::new(), Rounds::new());
        let mut attacks = 0;
        for _ in 0..ROUNDS {
            before.push(round(bench).await);
            let stop = Arc::new(AtomicBool::new(false));
            let attackers: Vec<_> = (0..ATTACKERS)
                .map(|_| tokio::spawn(attack(bench.clone(), guest, stop.clone())))
                .collect();
            during.push(round(bench).await);
            stop.store(true, Relaxed);
            for it in attackers {
                attacks += it.await.unwrap();
            }
            after.push(round(bench).await);
        }
        println!(
            "{guest:<24} {:>10.1} {:>10.1} {:>10.1} {:>10.2} {:>10.2} {attacks:>9}",
            median(before.iter().copied()),
            median(during.iter().copied()),
            median(after.iter().copied()),
            median(during.iter().zip(&before).map(|(a, b)| a / b)),
            median(after.iter().zip(&before).map(|(a, b)| a / b))
        );
    }
}

type Rounds = Vec<f64>;

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    *sorted.get(sorted.len() / 2).unwrap()
}

/// The p99 of a small page, in microseconds.
async fn round(bench: &Arc<Bench>) -> f64 {
    let bench = bench.clone();
    let task = tokio::spawn(async move {
        let (mut times, at) = (Times::new(), Route::page("home"));
        for _ in 0..PAGES {
            let due = Instant::now() + PACE;
            while Instant::now() < due {
                tokio::task::yield_now().await;
            }
            let from = Instant::now();
            let id = "guest-greeter";
            let view = bench
                .plugins
                .render(&bench.domain, &bench.cx, id, &at)
                .await;
            black_box(view.unwrap());
            times.note(from.elapsed());
        }
        times.at(0.99)
    });
    task.await.unwrap()
}

async fn attack(bench: Arc<Bench>, guest: &'static str, stop: Arc<AtomicBool>) -> u32 {
    let (plugins, id, mut attacks) = (&bench.plugins, format!("guest-{guest}"), 0);
    let (artefact, at) = (bench.folder.path().join(guest), Route::page("attack"));
    while !stop.load(Relaxed) {
        let answer = match plugins.get(&id) {
            None => {
                let refused = world::put(plugins, &artefact, &forge(guest)).await;
                assert!(refused.is_err(), "{guest}");
                Ok(())
            }
            Some(_) if guest == JOB => {
                plugins
                    .run_job(&bench.domain, &bench.cx, &id, forever(bench.cx.now))
                    .await
            }
            Some(_) => plugins
                .render(&bench.domain, &bench.cx, &id, &at)
                .await
                .map(drop),
        };
        if let Err(CallError::Paused(_)) = answer {
            plugins.put(plugins.get(&id).unwrap());
        } else {
            attacks += 1;
        }
        tokio::task::yield_now().await;
    }
    attacks
}

fn forever(due: Timestamp) -> Run {
    Run {
        id: "run".to_owned(),
        job: "forever".to_owned(),
        due,
        missed: 0,
    }
}
