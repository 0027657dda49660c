//! Every check and every test, in the order in which they are quick to fail.

use std::{process::Command, time::Instant};

use crate::{
    debian,
    postgres::Cluster,
    reference, released,
    shell::{cargo, command, has, quiet, run, say},
    steps, tidy,
};

type Step = (&'static str, fn() -> anyhow::Result<()>);

const STEPS: &[Step] = &[
    ("format", format),
    ("tidy", tidy::check),
    ("contract", contract),
    ("supply", supply),
    ("assets", steps::assets),
    ("lint", lint),
    ("docs", docs),
    ("components", components),
    ("unit", unit),
    ("browser", browser),
];

/// Runs the steps; those whose name contains `only`, and what they are made from, if it is given.
pub fn all(only: Option<&str>) -> anyhow::Result<()> {
    let began = Instant::now();
    for (name, step) in STEPS {
        if only.is_some_and(|only| !name.contains(only)) {
            continue;
        }
        say(name);
        let from = Instant::now();
        step()?;
        println!("   {name}: {} s", from.elapsed().as_secs());
    }
    say(&format!("all passed in {} s", began.elapsed().as_secs()));
    Ok(())
}

fn format() -> anyhow::Result<()> {
    run(&mut cargo(&["fmt", "--all", "--check"]))
}

/// The reference is what the contract says, and the contract keeps what it has promised.
fn contract() -> anyhow::Result<()> {
    reference::check()?;
    released::check()
}

fn lint() -> anyhow::Result<()> {
    run(&mut cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ]))
}

fn docs() -> anyhow::Result<()> {
    let mut doc = cargo(&[
        "doc",
        "--workspace",
        "--no-deps",
        "--document-private-items",
        "--quiet",
    ]);
    run(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

/// Licences, sources, bans and unused dependencies, by tools that CI installs. Advisories need a
/// database from outside.
fn supply() -> anyhow::Result<()> {
    if has_cargo("deny") {
        run(&mut cargo(&[
            "deny",
            "--offline",
            "check",
            "bans",
            "licenses",
            "sources",
        ]))?;
        println!("   advisories: not checked (their database is not at hand)");
    } else {
        println!("   bans, licences, sources: not checked (cargo install --locked cargo-deny)");
    }
    // By its own name: started through a cargo that a cargo has started, it mistakes its arguments.
    if has("cargo-machete") {
        run(&mut command("cargo-machete", &[]))
    } else {
        println!("   unused dependencies: not checked (cargo install --locked cargo-machete)");
        Ok(())
    }
}

fn has_cargo(tool: &str) -> bool {
    has(&format!("cargo-{tool}")) && quiet(&mut cargo(&[tool, "--version"]))
}

fn components() -> anyhow::Result<()> {
    steps::components()?;
    steps::guests()?;
    steps::clients()
}

/// Unit, database, plugin and end-to-end tests; the database's on SQLite and on PostgreSQL.
fn unit() -> anyhow::Result<()> {
    let cluster = Cluster::start()?;
    let mut tests = if has_cargo("nextest") {
        cargo(&[
            "nextest",
            "run",
            "--workspace",
            "--no-fail-fast",
            "--status-level",
            "fail",
            "--final-status-level",
            "fail",
        ])
    } else {
        cargo(&["test", "--workspace", "--quiet"])
    };
    run(tests.env("ONEDOOR_TEST_POSTGRES", cluster.url()))?;
    // nextest runs no examples of the documentation; the host has none.
    run(&mut cargo(&[
        "test",
        "--doc",
        "--quiet",
        "-p",
        "onedoor-sdk",
    ]))
}

/// The benchmarks, with what they measure built and a PostgreSQL beside them.
pub fn bench(parts: &[String]) -> anyhow::Result<()> {
    steps::assets()?;
    steps::guests()?;
    let cluster = Cluster::start()?;
    let mut bench = cargo(&["bench", "--workspace", "--bench", "speed", "--"]);
    run(bench
        .args(parts)
        .env("ONEDOOR_TEST_POSTGRES", cluster.url()))
}

/// Journeys in a real browser.
fn browser() -> anyhow::Result<()> {
    debian::browser()?;
    steps::node()?;
    run(&mut cargo(&["build", "--workspace", "--bins", "--quiet"]))?;
    npm(&[
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--silent",
    ])?;
    let mut tests = command(
        "node",
        &["--test", "--test-concurrency=1", "--test-reporter=spec"],
    );
    tests.args(journeys()?);
    run(tests.current_dir("tests/browser"))
}

fn journeys() -> anyhow::Result<Vec<String>> {
    let mut found: Vec<String> = std::fs::read_dir("tests/browser")?
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".test.mjs"))
        .collect();
    found.sort();
    Ok(found)
}

fn npm(arguments: &[&str]) -> anyhow::Result<()> {
    let mut npm: Command = command("npm", arguments);
    run(npm.current_dir("tests/browser"))
}
