//! A thousand revisions in force at once: what they hold in memory, and what a call costs into any
//! of them. Each is a component of its own, compiled on its own; only their manifests differ.

use std::{hint::black_box, path::Path, process::Command, thread, time::Instant};

use onedoor::{
    db::testing::Scratch,
    domain::testing,
    plugins::{Engine, Plugins, Settings, compile, journal},
};
use onedoor_forms::Route;
use tokio::runtime::Builder;

use crate::{figures, figures::Times, world};

const REVISIONS: usize = 1_000;
const CALLS: usize = 50_000;
/// Where the process that compiles puts the artefacts.
const FOLDER: &str = "ONEDOOR_BENCH_COMPILE";
/// The name in the id of the guest that is copied, and as long as that of each copy.
const NAME: &str = "greeter";

pub fn run() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return compile_all(Path::new(&folder));
    }
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let done = Command::new(std::env::current_exe().unwrap())
        .arg("many")
        .env(FOLDER, folder.path())
        .status();
    assert!(done.unwrap().success());
    let took = began.elapsed();
    runtime.block_on(async {
        let scratch = Scratch::sqlite(false).await.unwrap();
        let domain = testing::domain(scratch.database.clone()).await.unwrap();
        let cx = domain.system("bench");
        let (sender, _entries) = journal::channel();
        let settings = Settings {
            // A memory for each plugin on each of two processors.
            slots: 700,
            ..Settings::default()
        };
        let plugins = Plugins::new(Engine::new(&settings).unwrap(), sender);
        let whole = world::component(NAME);
        let (before, began) = (resident(), Instant::now());
        for n in 0..REVISIONS {
            let artefact = folder.path().join(name(n));
            world::put(&plugins, &artefact, &renamed(&whole, &name(n))).await.unwrap();
        }
        let loaded = began.elapsed();
        let task = tokio::spawn(async move {
            let (mut first, mut times) = (Times::new(), Times::new());
            for n in 0..REVISIONS + CALLS {
                // Each once, then at random: the steps of a linear congruence.
                let one = match n < REVISIONS {
                    true => n,
                    false => (n.wrapping_mul(2_654_435_761) >> 7) % REVISIONS,
                };
                let (id, at) = (format!("guest-{}", name(one)), Route::page("home"));
                let from = Instant::now();
                black_box(plugins.render(&domain, &cx, &id, &at).await.unwrap());
                let times = if n < REVISIONS { &mut first } else { &mut times };
                times.note(from.elapsed());
            }
            (first, times, plugins)
        });
        let (first, times, plugins) = task.await.unwrap();
        figures::times("1,000 revisions in force");
        first.show("the first call of each", None);
        times.show("a call into one of them, at random", None);
        println!(
            "resident: {} MiB before, {} MiB with all loaded and called; compiled in {:.1} s on 2 threads, loaded in {:.1} s",
            before >> 20,
            resident() >> 20,
            took.as_secs_f64(),
            loaded.as_secs_f64()
        );
        drop(plugins);
        scratch.remove().await.unwrap();
    });
}

fn name(n: usize) -> String {
    format!("g{n:06}")
}

/// Compiles every component into `folder`. A process of its own does it, so that what the compiler
/// took is not held against the host.
fn compile_all(folder: &Path) {
    let whole = world::component(NAME);
    let part = |numbers: Vec<usize>| {
        let (whole, folder) = (whole.clone(), folder.to_owned());
        move || {
            for n in numbers {
                let component = renamed(&whole, &name(n));
                let artefact = compile(&component).unwrap();
                std::fs::write(folder.join(name(n)), artefact).unwrap();
            }
        }
    };
    let (even, odd) = (0..REVISIONS).partition(|n| n % 2 == 0);
    let half = thread::spawn(part(even));
    part(odd)();
    half.join().unwrap();
}

/// The component with another id in its manifest.
fn renamed(whole: &[u8], name: &str) -> Vec<u8> {
    let old = format!("id = \"guest-{NAME}\"");
    let new = format!("id = \"guest-{name}\"");
    assert_eq!(old.len(), new.len());
    let at = whole.windows(old.len()).position(|it| it == old.as_bytes());
    let at = at.unwrap();
    let mut bytes = whole.to_vec();
    bytes.splice(at..at + old.len(), new.into_bytes());
    bytes
}

/// Bytes of this process in memory.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|it| it.starts_with("VmRSS:")).unwrap();
    let kibibytes = line.split_whitespace().nth(1).unwrap();
    kibibytes.parse::<u64>().unwrap() * 1024
}
