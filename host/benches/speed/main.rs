//! What things cost, each beside a baseline of the same run: `cargo xtask bench`, or
//! `cargo bench --bench speed -- [locate|calls|neighbours|many|languages|pages|submits]` with the
//! guests built and, for PostgreSQL, `ONEDOOR_TEST_POSTGRES` set.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark fails by panicking and prints its tables"
)]

mod calls;
mod figures;
mod languages;
mod locate;
mod many;
mod neighbours;
mod pages;
mod submits;
mod world;

const PARTS: [(&str, fn()); 7] = [
    ("locate", locate::run),
    ("calls", calls::run),
    ("neighbours", neighbours::run),
    ("many", many::run),
    ("languages", languages::run),
    ("pages", pages::run),
    ("submits", submits::run),
];

fn main() {
    // `cargo bench` hands `--bench` on; a word names the parts to run.
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|it| !it.starts_with('-'))
        .collect();
    for (name, part) in PARTS {
        if wanted.is_empty() || wanted.iter().any(|it| it == name) {
            part();
        }
    }
}
