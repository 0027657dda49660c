//! What a call into a plugin costs, beside the same done natively. Times are from the call to its
//! answer, the task, the limits and the checks of the view included.

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
    grid,
    plugins::{CallError, Engine, Plugins, Settings, journal},
};
use onedoor_forms::{Route, View, check_view};
use tokio::runtime::{Builder, Runtime};

use crate::{
    figures::{self, Times},
    world::{self, STREET},
};

const CALLS: usize = 20_000;
const WARM: usize = 2_000;

struct Bench {
    plugins: Plugins,
    domain: Domain,
    cx: Context,
    scratch: Scratch,
}

pub fn run() {
    for threads in [1, 2] {
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads)
            .enable_all()
            .build()
            .unwrap();
        let bench = Arc::new(runtime.block_on(prepare()));
        figures::times(&format!("plugin calls, {threads} thread(s)"));
        let sum = format!("sum/{STREET}");
        for (name, guest, page) in [
            ("a small page", "greeter", "home"),
            ("100 rows of four cells shown", "rows", STREET),
            ("100 rows read", "rows", &sum),
        ] {
            measure(&runtime, threads, name, &bench, guest, page);
        }
        natively(&bench);
        if threads == 2 {
            besides_loops(&runtime, &bench);
        }
        let bench = Arc::into_inner(bench).unwrap();
        runtime.block_on(bench.scratch.remove()).unwrap();
    }
}

async fn prepare() -> Bench {
    let scratch = Scratch::sqlite(false).await.unwrap();
    let domain = testing::domain(scratch.database.clone()).await.unwrap();
    let cx = domain.system("bench");
    grid::import(&domain, &cx, world::divisions(testing::NOW))
        .await
        .unwrap();
    let (sender, _) = journal::channel();
    let plugins = Plugins::new(Engine::new(&Settings::default()).unwrap(), sender);
    let folder = tempfile::tempdir().unwrap();
    let guests = ["greeter", "rows", "endless-loop"];
    world::load(&plugins, folder.path(), &guests).await;
    Bench {
        plugins,
        domain,
        cx,
        scratch,
    }
}

impl Bench {
    async fn render(&self, guest: &str, at: &Route) -> View {
        let id = format!("guest-{guest}");
        let view = self.plugins.render(&self.domain, &self.cx, &id, at).await;
        view.unwrap()
    }
}

/// As many callers as threads, each calling as fast as it is answered.
fn measure(
    runtime: &Runtime,
    callers: usize,
    name: &str,
    bench: &Arc<Bench>,
    guest: &'static str,
    page: &str,
) {
    let began = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let (bench, at) = (bench.clone(), Route::page(page));
            runtime.spawn(async move {
                let mut times = Times::new();
                for n in 0..WARM + CALLS {
                    let from = Instant::now();
                    black_box(bench.render(guest, &at).await);
                    if n >= WARM {
                        times.note(from.elapsed());
                    }
                }
                times
            })
        })
        .collect();
    let mut all = Times::new();
    for task in tasks {
        all.add(&runtime.block_on(task).unwrap());
    }
    let rate = (callers * (WARM + CALLS)) as f64 / began.elapsed().as_secs_f64();
    all.show(name, Some(rate));
}

/// The same pages, made by the host itself.
fn natively(bench: &Bench) {
    let home = Route::page("home");
    let pages: [(&str, &dyn Fn() -> View); 2] = [
        ("a small page, natively", &|| world::greeting(&home)),
        ("100 rows of four cells, natively", &|| {
            world::table(&bench.domain, &bench.cx)
        }),
    ];
    for (name, page) in pages {
        let mut times = Times::new();
        for _ in 0..CALLS {
            let from = Instant::now();
            let view = page();
            black_box(check_view(&view));
            black_box(view);
            times.note(from.elapsed());
        }
        times.show(name, None);
    }
}

/// A small call every two milliseconds while four guests loop without end.
fn besides_loops(runtime: &Runtime, bench: &Arc<Bench>) {
    let stop = Arc::new(AtomicBool::new(false));
    let loops: Vec<_> = (0..4)
        .map(|_| {
            let (bench, stop) = (bench.clone(), stop.clone());
            runtime.spawn(async move {
                let at = Route::page("attack");
                while !stop.load(Relaxed) {
                    let (plugins, id) = (&bench.plugins, "guest-endless-loop");
                    let answer = plugins.render(&bench.domain, &bench.cx, id, &at).await;
                    assert!(answer.is_err());
                    // Its breaker would leave it alone: put in force anew, it loops on.
                    if matches!(answer, Err(CallError::Paused(_))) {
                        plugins.put(plugins.get(id).unwrap());
                    }
                }
            })
        })
        .collect();
    let small = bench.clone();
    let small = runtime.spawn(async move {
        let (mut times, mut late) = (Times::new(), Times::new());
        let at = Route::page("home");
        for _ in 0..1_500 {
            let due = tokio::time::Instant::now() + Duration::from_millis(2);
            tokio::time::sleep_until(due).await;
            late.note(due.elapsed());
            let from = Instant::now();
            black_box(small.render("greeter", &at).await);
            times.note(from.elapsed());
        }
        (times, late)
    });
    let (times, late) = runtime.block_on(small).unwrap();
    stop.store(true, Relaxed);
    for it in loops {
        runtime.block_on(it).unwrap();
    }
    times.show("a small page beside four looping guests", None);
    late.show("a timer's lateness beside them", None);
}
