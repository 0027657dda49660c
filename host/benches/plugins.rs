//! What a call into a plugin costs, beside the same done natively: `cargo bench --bench plugins`.
//! Needs `cargo xtask guests`. Times are from the call to its answer, the task, the limits and
//! the checks of the view included; microseconds.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark fails by panicking and prints its table"
)]

use std::{
    hint::black_box,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use onedoor::{
    context::Context,
    db::Database,
    domain::{Domain, testing},
    grid,
    page::Paging,
    plugins::{About, Engine, Plugins, Settings, compile, journal, verify::verify},
};
use onedoor_forms::{Block, Cell, Route, Table, TableColumn, TableRow, Text, View, check_view};
use tokio::runtime::{Builder, Runtime};

const CALLS: usize = 20_000;
const WARM: usize = 2_000;
/// A street that is given a hundred communities.
const STREET: &str = "310101099";

struct Bench {
    plugins: Plugins,
    domain: Domain,
    cx: Context,
    _folder: tempfile::TempDir,
}

fn main() {
    println!(
        "{:<44} {:>8} {:>8} {:>8} {:>10}",
        "", "p50", "p99", "max", "calls/s"
    );
    for threads in [1, 2] {
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads)
            .enable_all()
            .build()
            .unwrap();
        let bench = Arc::new(runtime.block_on(prepare()));
        let at = |text: &str| format!("{text}, {threads} thread(s)");
        measure(
            &runtime,
            threads,
            &at("greeter, fresh"),
            &bench,
            "greeter",
            "home",
        );
        measure(
            &runtime,
            threads,
            &at("100 rows shown"),
            &bench,
            "rows",
            STREET,
        );
        let sum = format!("sum/{STREET}");
        measure(
            &runtime,
            threads,
            &at("100 rows read"),
            &bench,
            "rows",
            &sum,
        );
        if threads == 1 {
            natively(&bench);
        } else {
            besides_loops(&runtime, &bench);
        }
    }
}

async fn prepare() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("bench.db").display());
    let database = Database::open(&url).await.unwrap();
    database.migrate().await.unwrap();
    let domain = testing::domain(database).await.unwrap();
    let cx = domain.system("bench");
    let mut import = grid::huangpu(testing::NOW).unwrap();
    let like = |level| {
        let found = import.divisions.iter().find(|it| it.level == level);
        found.cloned().unwrap()
    };
    let (street, community) = (
        like(grid::DivisionLevel::Street),
        like(grid::DivisionLevel::Community),
    );
    import.divisions.push(grid::Division {
        code: STREET.to_owned(),
        ..street
    });
    import.divisions.extend((1..=100).map(|n| grid::Division {
        code: format!("{STREET}{n:03}"),
        parent: Some(STREET.to_owned()),
        ..community.clone()
    }));
    grid::import(&domain, &cx, import).await.unwrap();
    let (sender, _) = journal::channel();
    let plugins = Plugins::new(Engine::new(&Settings::default()).unwrap(), sender);
    for guest in ["greeter", "rows", "endless-loop"] {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../target/guests/{guest}.wasm"));
        let component = std::fs::read(&path).unwrap_or_else(|error| {
            panic!("{}: {error}: run `cargo xtask guests`", path.display())
        });
        let verified = verify(&component).unwrap();
        let artefact = folder.path().join(guest);
        std::fs::write(&artefact, compile(&component).unwrap()).unwrap();
        let about = About {
            manifest: verified.manifest,
            digest: verified.digest,
            bundles: verified.sections.bundles,
        };
        let loaded = plugins.engine().load(&artefact, about).await.unwrap();
        plugins.put(Arc::new(loaded));
    }
    Bench {
        plugins,
        domain,
        cx,
        _folder: folder,
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
                let mut times = histogram();
                for n in 0..WARM + CALLS {
                    let from = Instant::now();
                    black_box(bench.render(guest, &at).await);
                    if n >= WARM {
                        note(&mut times, from.elapsed());
                    }
                }
                times
            })
        })
        .collect();
    let mut all = histogram();
    for task in tasks {
        all.add(runtime.block_on(task).unwrap()).unwrap();
    }
    let rate = (callers * (WARM + CALLS)) as f64 / began.elapsed().as_secs_f64();
    show(name, &all, Some(rate));
}

/// The same pages, made by the host itself.
fn natively(bench: &Bench) {
    let mut times = histogram();
    for _ in 0..CALLS {
        let from = Instant::now();
        let view = table(bench);
        black_box(check_view(&view));
        black_box(view);
        note(&mut times, from.elapsed());
    }
    show("100 rows shown, natively", &times, None);
}

fn table(bench: &Bench) -> View {
    let paging = Paging::first(100);
    let page = grid::children(&bench.domain, &bench.cx, STREET, &paging).unwrap();
    let rows = page.items.into_iter().map(|it| TableRow {
        cells: [it.name.clone(), format!("{:?}", it.level)]
            .map(|words| Cell::Text(Text::raw(words)))
            .to_vec(),
        id: it.code,
        open: None,
    });
    let columns = ["name", "level"].map(|id| TableColumn {
        id: id.to_owned(),
        label: Text::raw(id),
        numeric: false,
    });
    View {
        title: Text::raw("rows"),
        back: None,
        blocks: vec![Block::Table(Table {
            id: "divisions".to_owned(),
            caption: Text::raw(STREET),
            columns: columns.to_vec(),
            rows: rows.collect(),
            next: None,
            empty: Text::raw("-"),
        })],
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
                }
            })
        })
        .collect();
    let small = bench.clone();
    let small = runtime.spawn(async move {
        let (mut times, mut late) = (histogram(), histogram());
        let at = Route::page("home");
        for _ in 0..1_500 {
            let due = tokio::time::Instant::now() + Duration::from_millis(2);
            tokio::time::sleep_until(due).await;
            note(&mut late, due.elapsed());
            let from = Instant::now();
            black_box(small.render("greeter", &at).await);
            note(&mut times, from.elapsed());
        }
        (times, late)
    });
    let (times, late) = runtime.block_on(small).unwrap();
    stop.store(true, Relaxed);
    for it in loops {
        runtime.block_on(it).unwrap();
    }
    show("greeter beside 4 loops, 2 threads", &times, None);
    show("a timer's lateness beside them", &late, None);
}

/// Nanoseconds, up to ten seconds.
fn histogram() -> Histogram<u64> {
    Histogram::new_with_max(10_000_000_000, 3).unwrap()
}

fn note(times: &mut Histogram<u64>, time: Duration) {
    times.saturating_record(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
}

fn show(name: &str, times: &Histogram<u64>, rate: Option<f64>) {
    let at = |quantile| times.value_at_quantile(quantile) as f64 / 1000.0;
    let rate = rate.map_or(String::new(), |rate| format!("{rate:.0}"));
    println!(
        "{name:<44} {:>8.1} {:>8.1} {:>8.0} {rate:>10}",
        at(0.5),
        at(0.99),
        at(1.0)
    );
}
