//! `/metrics`: what is measured, as text in Prometheus' format 0.0.4, at an address of its own.
//! Never on the public listener, and never about a person.
//!
//! Written out here rather than by a client library: those keep their own registry of counters by
//! label, while ours belong to a revision and go when it goes; the format itself is a few lines.

use axum::{Router, extract::State, http::header, response::IntoResponse, routing::get};
use std::fmt::{self, Write};
use tokio::net::TcpListener;

use crate::{
    app::App,
    plugins::{
        Loaded, Plugins,
        breaker::State as Breaker,
        measures::{Histogram, Measures},
    },
};

/// The format's version is part of its media type.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// Of a digest `sha256:…`, the part that names a revision well enough for a label.
const SHORT: std::ops::Range<usize> = 7..19;

/// Serves `/metrics` on `listener` until the host stops.
pub fn start(app: &App, listener: TcpListener) {
    let (stop, router) = (app.stop.clone(), router(app.plugins.clone()));
    app.tasks.spawn(async move {
        let served = axum::serve(listener, router)
            .with_graceful_shutdown(async move { stop.cancelled().await });
        if let Err(error) = served.await {
            tracing::error!(%error, "measurements are no longer served");
        }
    });
}

/// The one route.
pub fn router(plugins: Plugins) -> Router {
    Router::new()
        .route("/metrics", get(show))
        .with_state(plugins)
}

async fn show(State(plugins): State<Plugins>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, TEXT)], text(&plugins))
}

/// What is measured of the plugins in force.
pub fn text(plugins: &Plugins) -> String {
    let all: Vec<_> = plugins.all().values().map(|it| Seen::of(it)).collect();
    let mut text = String::new();
    // Writing into a string does not fail.
    let _ = write_all(&mut text, &all);
    text
}

/// One revision at one moment.
struct Seen {
    /// `plugin="…",revision="…"`.
    labels: String,
    measures: Measures,
    breaker: Breaker,
    running: usize,
    waiting: usize,
}

impl Seen {
    fn of(loaded: &Loaded) -> Self {
        let digest = loaded.digest.get(SHORT).unwrap_or(&loaded.digest);
        let (running, waiting) = loaded.crowd();
        Self {
            labels: format!(
                "{},{}",
                label("plugin", &loaded.manifest.id),
                label("revision", digest)
            ),
            measures: loaded.watch.measures(),
            breaker: loaded.watch.breaker().0,
            running,
            waiting,
        }
    }
}

fn label(name: &str, value: &str) -> String {
    let value = value.replace('\\', r"\\").replace('"', "\\\"");
    format!("{name}=\"{}\"", value.replace('\n', r"\n"))
}

fn write_all(out: &mut String, all: &[Seen]) -> fmt::Result {
    let mut many = |name: &str, help: &str, values: &dyn Fn(&Seen) -> Vec<(String, u64)>| {
        head(out, name, "counter", help)?;
        for it in all {
            for (labels, value) in values(it) {
                writeln!(out, "{name}{{{}{labels}}} {value}", it.labels)?;
            }
        }
        fmt::Result::Ok(())
    };
    let by = |name: &str, value: &str| format!(",{}", label(name, value));
    many(
        "onedoor_plugin_calls_total",
        "Calls by how they ended.",
        &|it| {
            let calls = it.measures.calls.iter();
            calls
                .map(|((export, outcome), n)| (by("export", export) + &by("outcome", outcome), *n))
                .collect()
        },
    )?;
    many(
        "onedoor_plugin_limit_hits_total",
        "Calls stopped by a limit of time, memory, stack or size.",
        &|it| vec![(String::new(), it.measures.limit_hits())],
    )?;
    many(
        "onedoor_plugin_denials_total",
        "Calls that wanted what the revision was not granted.",
        &|it| {
            let denials = it.measures.denials.iter();
            denials
                .map(|(what, n)| (by("capability", what), *n))
                .collect()
        },
    )?;
    many(
        "onedoor_plugin_host_calls_total",
        "Calls of functions of the host.",
        &|it| {
            let calls = it.measures.host_calls.iter();
            calls.map(|(what, n)| (by("function", what), *n)).collect()
        },
    )?;
    many(
        "onedoor_plugin_lines_dropped_total",
        "Log lines not kept.",
        &|it| vec![(String::new(), it.measures.lines_dropped)],
    )?;
    gauges(out, all)?;
    histograms(out, all)
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) -> fmt::Result {
    writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

fn gauges(out: &mut String, all: &[Seen]) -> fmt::Result {
    head(
        out,
        "onedoor_plugin_running",
        "gauge",
        "Calls that run now.",
    )?;
    for it in all {
        writeln!(
            out,
            "onedoor_plugin_running{{{}}} {}",
            it.labels, it.running
        )?;
    }
    head(
        out,
        "onedoor_plugin_waiting",
        "gauge",
        "Calls that wait for a turn.",
    )?;
    for it in all {
        writeln!(
            out,
            "onedoor_plugin_waiting{{{}}} {}",
            it.labels, it.waiting
        )?;
    }
    head(
        out,
        "onedoor_plugin_breaker",
        "gauge",
        "1 for the state of the breaker.",
    )?;
    for it in all {
        for state in Breaker::ALL {
            let (name, on) = (state.name(), u8::from(state == it.breaker));
            writeln!(
                out,
                "onedoor_plugin_breaker{{{},state=\"{name}\"}} {on}",
                it.labels
            )?;
        }
    }
    Ok(())
}

type Of = fn(&Measures) -> &Histogram;

fn histograms(out: &mut String, all: &[Seen]) -> fmt::Result {
    let kinds: [(&str, &str, f64, Of); 4] = [
        (
            "onedoor_plugin_instantiate_seconds",
            "Until a fresh instance stood.",
            1e6,
            |it| &it.instantiate,
        ),
        (
            "onedoor_plugin_guest_seconds",
            "The guest's own time.",
            1e6,
            |it| &it.guest,
        ),
        (
            "onedoor_plugin_wall_seconds",
            "From the call to its answer.",
            1e6,
            |it| &it.wall,
        ),
        (
            "onedoor_plugin_memory_bytes",
            "The most memory of a call.",
            1.0,
            |it| &it.memory,
        ),
    ];
    for (name, help, unit, of) in kinds {
        head(out, name, "histogram", help)?;
        for it in all {
            let (histogram, labels) = (of(&it.measures), &it.labels);
            for (bound, count) in histogram.cumulated() {
                let bound = bound as f64 / unit;
                writeln!(out, "{name}_bucket{{{labels},le=\"{bound}\"}} {count}")?;
            }
            let (count, sum) = (histogram.count(), histogram.sum() as f64 / unit);
            writeln!(out, "{name}_bucket{{{labels},le=\"+Inf\"}} {count}")?;
            writeln!(
                out,
                "{name}_sum{{{labels}}} {sum}\n{name}_count{{{labels}}} {count}"
            )?;
        }
    }
    Ok(())
}
