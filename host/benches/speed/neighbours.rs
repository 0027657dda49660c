//! What attacks on the host cost a neighbour: a small page before, while each hostile guest
//! attacks without pause (its breaker held closed, which is the worst case), and after it. The
//! ratios are of the p99 to the one before, in the same run; each p99 is the median of rounds.

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
    plugins::{CallError, Engine, Plugins, Settings, journal},
};
use onedoor_forms::Route;
use tokio::runtime::Builder;

use crate::{figures::Times, world};

const ATTACKS: [&str; 10] = [
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
/// Small pages of one round, one a millisecond.
const PAGES: usize = 500;
/// Rounds measured each time: a single p99 on a machine that sleeps between pages is off by half.
const ROUNDS: usize = 9;
/// How many attack at once.
const ATTACKERS: usize = 2;

struct Bench {
    plugins: Plugins,
    domain: Domain,
    cx: Context,
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
        let guests: Vec<&str> = ATTACKS.into_iter().chain(["greeter"]).collect();
        world::load(&plugins, folder.path(), &guests).await;
        let bench = Arc::new(Bench {
            plugins,
            domain,
            cx,
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
    greetings(bench).await;
    for guest in ATTACKS {
        let before = greetings(bench).await;
        let stop = Arc::new(AtomicBool::new(false));
        let attackers: Vec<_> = (0..ATTACKERS)
            .map(|_| tokio::spawn(attack(bench.clone(), guest, stop.clone())))
            .collect();
        let during = greetings(bench).await;
        stop.store(true, Relaxed);
        let mut attacks = 0;
        for it in attackers {
            attacks += it.await.unwrap();
        }
        let after = greetings(bench).await;
        println!(
            "{guest:<24} {before:>10.1} {during:>10.1} {after:>10.1} {:>10.2} {:>10.2} {attacks:>9}",
            during / before,
            after / before
        );
    }
}

/// The median over the rounds of the p99 of a small page, in microseconds.
async fn greetings(bench: &Arc<Bench>) -> f64 {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push(round(bench).await);
    }
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2]
}

async fn round(bench: &Arc<Bench>) -> f64 {
    let bench = bench.clone();
    let task = tokio::spawn(async move {
        let (mut times, at) = (Times::new(), Route::page("home"));
        for _ in 0..PAGES {
            tokio::time::sleep(Duration::from_millis(1)).await;
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
    let (id, at, mut attacks) = (format!("guest-{guest}"), Route::page("attack"), 0);
    while !stop.load(Relaxed) {
        let answer = bench
            .plugins
            .render(&bench.domain, &bench.cx, &id, &at)
            .await;
        if let Err(CallError::Paused(_)) = answer {
            bench.plugins.put(bench.plugins.get(&id).unwrap());
        } else {
            attacks += 1;
        }
        tokio::task::yield_now().await;
    }
    attacks
}
