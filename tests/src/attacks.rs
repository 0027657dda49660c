//! Attacks that need a forged component: each is stopped before or while an instance is made.
#![allow(
    clippy::panic,
    missing_docs,
    reason = "for tests, which fail by panicking"
)]

use crate::forged::{MEMORIES, Module, TABLES, component, manifest, number};

const LOOP: [u8; 5] = [0x03, 0x40, 0x0c, 0x00, 0x0b];

/// The instruction that calls an imported function.
fn call(module: &mut Module, name: &str) -> Vec<u8> {
    let (index, _) = module.import(name);
    let mut code = vec![0x10];
    number(
        index.unwrap_or_else(|| panic!("{name} is not imported")),
        &mut code,
    );
    code
}

/// Drops a handle to a record that nobody gave it.
fn forging(module: &mut Module) {
    let mut code = vec![0x41, 0xb9, 0xe0, 0x00];
    code.extend(call(module, "entry_drop"));
    module.start(&code);
}

/// Makes handles without end.
fn flooding(module: &mut Module) {
    let mut code = vec![0x03, 0x40, 0x41, 0x01];
    code.extend(call(module, "thing_new"));
    code.extend([0x1a, 0x0c, 0x00, 0x0b]);
    module.start(&code);
}

/// `count` memories of `pages` pages.
fn memories(module: &mut Module, count: usize, pages: usize) {
    for _ in 0..count {
        let mut memory = vec![0];
        number(pages, &mut memory);
        module.add(MEMORIES, &memory);
    }
}

fn table(module: &mut Module, entries: usize) {
    let mut table = vec![0x70, 0];
    number(entries, &mut table);
    module.add(TABLES, &table);
}

/// The attacks, by name.
pub const FORGED: [&str; 5] = [
    "start-loop",
    "forging",
    "flooding",
    "many-memories",
    "huge-table",
];

/// The component of one of [`FORGED`]; its id is `guest-` and the name.
pub fn forge(name: &str) -> Vec<u8> {
    let manifest = manifest(&format!("guest-{name}"));
    let portal = |change: fn(&mut Module)| component("portal-plugin", &manifest, change);
    match name {
        "start-loop" => portal(|it| it.start(&LOOP)),
        "forging" => portal(forging),
        "flooding" => component("forger", &manifest, flooding),
        "many-memories" => portal(|it| memories(it, 3, 480)),
        "huge-table" => portal(|it| table(it, 9_000_000)),
        other => panic!("there is no attack {other}"),
    }
}
