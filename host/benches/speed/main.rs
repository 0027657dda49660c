//! What things cost, each beside a baseline of the same run: `cargo xtask bench`, or
//! `cargo bench --bench speed -- [PART…]`, a part being one of the modules below, with the guests
//! built and, for PostgreSQL, `ONEDOOR_TEST_POSTGRES` set. `ONEDOOR_BENCH_CASES`
//! makes the district smaller than a million cases.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark fails by panicking and prints its tables"
)]

use std::process::Command;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod calls;
mod deadlines;
mod district;
mod figures;
mod languages;
mod locate;
mod many;
mod neighbours;
mod office;
mod pages;
mod submits;
mod transitions;
mod world;

const PARTS: [(&str, fn()); 10] = [
    ("locate", locate::run),
    ("calls", calls::run),
    ("neighbours", neighbours::run),
    ("many", many::run),
    ("languages", languages::run),
    ("pages", pages::run),
    ("submits", submits::run),
    ("transitions", transitions::run),
    ("deadlines", deadlines::run),
    ("district", district::run),
];

fn main() {
    // `cargo bench` hands `--bench` on; a word names the parts to run.
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|it| !it.starts_with('-'))
        .collect();
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|it| it == name);
    for (name, part) in PARTS.into_iter().filter(|(name, _)| wants(name)) {
        if wanted.len() == 1 {
            part();
        } else {
            // A process each: what one part holds in memory is not counted with the next.
            let this = std::env::current_exe().unwrap();
            let ended = Command::new(this).arg(name).status().unwrap();
            assert!(ended.success(), "{name}");
        }
    }
}
