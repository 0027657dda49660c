//! What is not in Rust. The guests: each made by its language's own tool, from a lock file, with
//! the WASI that its runtime imports and again with stubs in its place, and then dressed by
//! `onedoor-plugin build --component` as any department would. And the
//! clients that tests talk to a host with.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    debian,
    shell::{command, has, quiet, run, say},
    steps,
};

/// The contract, and the world of it that these guests take part in.
const CONTRACT: &str = "wit";
const WORLD: &str = "portal-plugin";
/// The folder of the Python tool.
const PYTHON: &str = "target/python";
/// The folder of the clients.
const CLIENTS: &str = "target/clients";

/// Builds those whose sources, or the contract, are newer than their components.
pub fn guests() -> anyhow::Result<()> {
    let mut tool = None;
    for (language, make) in [
        ("javascript", javascript as fn(&Path, bool) -> _),
        ("python", python),
    ] {
        let folder = format!("tests/guests/{language}");
        for (name, stubbed) in [
            (language.to_owned(), true),
            (format!("{language}-wasi"), false),
        ] {
            let out = format!("{}/{name}.wasm", steps::GUESTS);
            if steps::newer(&out, &[&folder, CONTRACT, "sdk/cli", "sdk/manifest"])? {
                continue;
            }
            say(&format!("component {name}"));
            let raw = std::path::absolute(format!("target/{name}.raw.wasm"))?;
            make(&raw, stubbed)?;
            let tool: &PathBuf = match &tool {
                Some(tool) => tool,
                None => tool.insert(steps::plugin_tool()?),
            };
            let raw = raw.to_string_lossy();
            let dress = ["build", &folder, "--component", &raw, "--out", &out];
            run(&mut command(&tool.to_string_lossy(), &dress))?;
        }
    }
    Ok(())
}

/// QuickJS, by componentize-qjs: about a second.
fn javascript(out: &Path, stubbed: bool) -> anyhow::Result<()> {
    steps::node()?;
    let folder = Path::new("tests/guests/javascript");
    let installed = "tests/guests/javascript/node_modules/.package-lock.json";
    if !steps::newer(installed, &["tests/guests/javascript/package-lock.json"])? {
        run(command("npm", &["ci", "--silent"]).current_dir(folder))?;
    }
    let wit = std::path::absolute(CONTRACT)?;
    let mut make = command("npx", &["--no-install", "componentize-qjs", "--sync"]);
    make.arg("--wit").arg(wit);
    make.args(["--js", "plugin.mjs", "--world", WORLD]);
    if stubbed {
        make.arg("--stub-wasi");
    }
    make.arg("-o").arg(out).stdout(std::process::Stdio::null());
    run(make.current_dir(folder))
}

/// CPython, by componentize-py: some seven seconds.
fn python(out: &Path, stubbed: bool) -> anyhow::Result<()> {
    let mut make = command(&python_tool()?, &["-q", "-d", CONTRACT, "-w", WORLD]);
    make.args(["componentize", "-p", "tests/guests/python"]);
    if stubbed {
        make.arg("--stub-wasi");
    }
    make.arg("-o").arg(out).arg("plugin");
    run(&mut make)
}

/// componentize-py.
fn python_tool() -> anyhow::Result<String> {
    environment(PYTHON, "tests/guests/python/requirements.txt")?;
    Ok(format!("{PYTHON}/bin/componentize-py"))
}

/// The clients in Python that tests talk to a host with.
pub fn clients() -> anyhow::Result<()> {
    environment(CLIENTS, "tests/clients/requirements.txt")
}

/// A virtual environment with what `wanted` pins, made when that is newer.
fn environment(folder: &str, wanted: &str) -> anyhow::Result<()> {
    // What is installed keeps the times of its wheels: another file says when it was.
    let done = format!("{folder}/installed");
    let pip = format!("{folder}/bin/pip");
    if Path::new(&pip).is_file() && steps::newer(&done, &[wanted])? {
        return Ok(());
    }
    if !has("python3") || !quiet(&mut command("python3", &["-c", "import ensurepip, venv"])) {
        debian::install(
            &["python3", "python3-venv"],
            "guests and clients in Python need Python 3.10 or newer with venv",
        )?;
    }
    say(&format!("installing {wanted}"));
    run(&mut command("python3", &["-m", "venv", "--clear", folder]))?;
    let quietly = ["install", "-q", "--disable-pip-version-check"];
    let mut install = command(&pip, &quietly);
    run(install.args(["--require-hashes", "--only-binary=:all:", "-r", wanted]))?;
    Ok(fs::write(done, "")?)
}
