//! Compiles a plugin's crate to a core module, with cargo. Leaves the crate alone: what the module
//! needs is said on the command line and in the environment.

use std::{
    env,
    ffi::OsString,
    fs,
    io::{self, BufRead as _, BufReader, Read as _, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use anyhow::{Context as _, bail};
use serde::Deserialize;

const TARGET: &str = "wasm32-unknown-unknown";
/// The toolchain that this project puts together where rustup cannot fetch the target.
const LINKED: &str = "+wasm";
const PAGE: u64 = 64 * 1024;
/// Enough for most plugins; the host keeps so little of it in place that a call costs microseconds.
const MEMORY: u64 = 4 * PAGE;
const STACK: u64 = PAGE;
/// Room for the heap beyond what the linker asks for.
const HEAP: u64 = 2 * PAGE;

/// One line of what cargo says in JSON.
#[derive(Deserialize)]
struct Line {
    reason: String,
    #[serde(default)]
    manifest_path: PathBuf,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

enum Ended {
    Built(Option<PathBuf>),
    /// The linker needs so many bytes of initial memory.
    TooLittleMemory(u64),
    Failed,
}

/// Builds the crate in `folder` and returns its module. `more` goes to cargo.
pub fn module(folder: &Path, more: &[String]) -> anyhow::Result<Vec<u8>> {
    let manifest = folder.join("Cargo.toml");
    let manifest = fs::canonicalize(&manifest).with_context(|| {
        format!(
            "cannot find {}: a plugin's folder is a crate; `onedoor-plugin new` makes one",
            manifest.display()
        )
    })?;
    let toolchain = toolchain(folder)?;
    let mut ended = run(&manifest, toolchain, more, MEMORY)?;
    if let Ended::TooLittleMemory(bytes) = ended {
        let pages = bytes.div_ceil(PAGE) * PAGE;
        ended = run(&manifest, toolchain, more, pages + HEAP)?;
    }
    match ended {
        Ended::Built(Some(file)) => {
            fs::read(&file).with_context(|| format!("cannot read {}", file.display()))
        }
        Ended::Built(None) => bail!(
            "cargo built no module of {}: the crate needs a library, src/lib.rs",
            manifest.display()
        ),
        Ended::TooLittleMemory(_) | Ended::Failed => {
            bail!("cargo could not build the plugin; what it said stands above")
        }
    }
}

fn run(
    manifest: &Path,
    toolchain: Option<&str>,
    more: &[String],
    memory: u64,
) -> anyhow::Result<Ended> {
    let mut command = cargo(manifest, toolchain, more, memory);
    let mut child = command
        .spawn()
        .context("cannot start cargo: install Rust from https://rustup.rs")?;
    let errors = child.stderr.take().map(|it| thread::spawn(|| relay(it)));
    let mut said = String::new();
    if let Some(mut out) = child.stdout.take() {
        out.read_to_string(&mut said)?;
    }
    let succeeded = child.wait()?.success();
    let needed = errors.and_then(|it| it.join().ok()).flatten();
    if succeeded {
        return Ok(Ended::Built(artefact(&said, manifest)));
    }
    Ok(needed.map_or(Ended::Failed, Ended::TooLittleMemory))
}

fn cargo(manifest: &Path, toolchain: Option<&str>, more: &[String], memory: u64) -> Command {
    let mut command = Command::new("cargo");
    command
        .args(toolchain)
        // The crate need not say that it is a `cdylib`: its tests are an ordinary library's.
        .args(["rustc", "--lib", "--crate-type", "cdylib", "--release"])
        .args([
            "--target",
            TARGET,
            "--message-format",
            "json-render-diagnostics",
        ])
        .arg("--manifest-path")
        .arg(manifest)
        .args(more)
        .current_dir(manifest.parent().unwrap_or(Path::new(".")))
        .env("CARGO_ENCODED_RUSTFLAGS", flags(memory))
        .env("CARGO_PROFILE_RELEASE_STRIP", "debuginfo")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "s")
        .env("CARGO_PROFILE_RELEASE_LTO", "true")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1")
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A small stack and little memory make a call fast; a path of the builder's machine in a panic's
/// message would make two builds of one source differ.
fn flags(memory: u64) -> OsString {
    let mut flags = OsString::from(format!(
        "-Clink-arg=-zstack-size={STACK}\x1f-Clink-arg=--initial-memory={memory}"
    ));
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    if let Some(home) = home.or_else(|| Some(env::home_dir()?.join(".cargo"))) {
        flags.push("\x1f--remap-path-prefix=");
        flags.push(home);
        flags.push("=/cargo");
    }
    flags
}

/// Passes cargo's words on as they come; what the linker misses, if it says so.
fn relay(from: impl io::Read) -> Option<u64> {
    let mut needed = None;
    for line in BufReader::new(from).lines().map_while(Result::ok) {
        needed = memory_needed(&line).or(needed);
        // The words are lost if nobody listens; the build goes on.
        let _ = writeln!(io::stderr(), "{line}");
    }
    needed
}

fn memory_needed(line: &str) -> Option<u64> {
    let (_, rest) = line.split_once("initial memory too small, ")?;
    rest.split_whitespace().next()?.parse().ok()
}

/// The module among what cargo says it made.
fn artefact(said: &str, manifest: &Path) -> Option<PathBuf> {
    let lines = said
        .lines()
        .filter_map(|line| serde_json::from_str::<Line>(line).ok());
    lines
        .filter(|line| line.reason == "compiler-artifact" && line.manifest_path == manifest)
        .flat_map(|line| line.filenames)
        .find(|file| file.extension().is_some_and(|it| it == "wasm"))
}

/// What to say to cargo before anything else, so that it can build for the target.
fn toolchain(folder: &Path) -> anyhow::Result<Option<&'static str>> {
    if has_target(folder, None) {
        return Ok(None);
    }
    if has_target(folder, Some(LINKED)) {
        return Ok(Some(LINKED));
    }
    bail!("the Rust toolchain cannot build for {TARGET}: run `rustup target add {TARGET}`")
}

fn has_target(folder: &Path, toolchain: Option<&str>) -> bool {
    let output = Command::new("rustc")
        .args(toolchain)
        .args(["--print", "target-libdir", "--target", TARGET])
        .current_dir(folder)
        .output();
    let Ok(output) = output else { return false };
    let path = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success() && fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_linker_says_how_much_memory_it_needs() {
        let line = "rust-lld: error: initial memory too small, 1114112 bytes needed";
        assert_eq!(memory_needed(line), Some(1_114_112));
        assert_eq!(memory_needed("rust-lld: error: undefined symbol"), None);
    }

    #[test]
    fn the_module_is_that_of_the_plugin_and_no_other() {
        let said = r#"{"reason":"compiler-artifact","manifest_path":"/a/Cargo.toml","filenames":["/t/a.wasm"]}
{"reason":"compiler-artifact","manifest_path":"/b/Cargo.toml","filenames":["/t/b.rlib","/t/b.wasm"]}
{"reason":"build-finished","success":true}"#;
        let found = artefact(said, Path::new("/b/Cargo.toml"));
        assert_eq!(found.as_deref(), Some(Path::new("/t/b.wasm")));
        assert_eq!(artefact(said, Path::new("/c/Cargo.toml")), None);
    }
}
