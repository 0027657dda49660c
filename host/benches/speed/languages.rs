//! What a fresh call costs by language: the same small page with a form and four calls to the
//! host, by Rust's smallest guest, by QuickJS and by CPython, each with WASI's functions stubbed
//! and with the empty WASI.

use std::{hint::black_box, time::Instant};

use onedoor::{
    domain::testing,
    plugins::{Engine, Plugins, Settings, journal},
};
use onedoor_forms::Route;

use crate::{
    figures::{self, Times},
    world,
};

/// Calls of each, and how many before them are not counted. Python takes milliseconds.
const CALLS: usize = 1_000;
const WARM: usize = 50;

pub fn run() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(measure());
}

async fn measure() {
    let scratch = onedoor::db::testing::Scratch::sqlite(false).await.unwrap();
    let domain = testing::domain(scratch.database.clone()).await.unwrap();
    let cx = domain.system("bench");
    let folder = tempfile::tempdir().unwrap();
    figures::times("a fresh call by language");
    for (name, guest, id) in [
        ("Rust", "greeter", "guest-greeter"),
        ("JavaScript, stubbed", "javascript", "guest-javascript"),
        (
            "JavaScript, empty WASI",
            "javascript-wasi",
            "guest-javascript",
        ),
        ("Python, stubbed", "python", "guest-python"),
        ("Python, empty WASI", "python-wasi", "guest-python"),
    ] {
        // One at a time: two of them have the same manifest.
        let (sender, _) = journal::channel();
        let plugins = Plugins::new(Engine::new(&Settings::default()).unwrap(), sender);
        world::load(&plugins, folder.path(), &[guest]).await;
        let at = Route::page("home");
        let mut times = Times::new();
        for n in 0..WARM + CALLS {
            let from = Instant::now();
            black_box(plugins.render(&domain, &cx, id, &at).await.unwrap());
            if n >= WARM {
                times.note(from.elapsed());
            }
        }
        times.show(name, None);
    }
    scratch.remove().await.unwrap();
}
