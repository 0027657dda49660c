//! A toolchain that can build for `wasm32-unknown-unknown`: rustup's own target where rustup can
//! fetch it, else one put together from Debian's rustc for the web, its source and its standard
//! library, and linked into rustup as `wasm`. That rustc is for guests only.

use anyhow::Context as _;
use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
};

use crate::{
    debian,
    shell::{command, output, quiet, run, say},
};

const TARGET: &str = "wasm32-unknown-unknown";
const HOST: &str = "x86_64-unknown-linux-gnu";
/// The name of the toolchain that is put together.
const NAME: &str = "wasm";

/// Makes sure that components can be built.
pub fn ensure() -> anyhow::Result<()> {
    if has_target("rustc", &[]) || has_target("rustc", &["+wasm"]) {
        return Ok(());
    }
    say("asking rustup for the wasm target");
    if quiet(&mut command("rustup", &["target", "add", TARGET])) && has_target("rustc", &[]) {
        return Ok(());
    }
    if !debian::can_install() {
        anyhow::bail!("components need the wasm target: run `rustup target add {TARGET}`");
    }
    assemble().context("the wasm toolchain from Debian's packages")
}

/// Whether a rustc has the target's standard library.
fn has_target(rustc: &str, toolchain: &[&str]) -> bool {
    let mut arguments = toolchain.to_vec();
    arguments.extend(["--print", "target-libdir", "--target", TARGET]);
    let libraries = std::process::Command::new(rustc).args(arguments).output();
    let Ok(libraries) = libraries else {
        return false;
    };
    let path = String::from_utf8_lossy(&libraries.stdout).trim().to_owned();
    fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some())
}

fn assemble() -> anyhow::Result<()> {
    let home = std::env::var("HOME").context("HOME is not set")?;
    let folder = PathBuf::from(home).join(".local/share/onedoor-wasm-toolchain");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    for part in ["bin", "lib", "debs", "x", "src"] {
        fs::create_dir_all(folder.join(part))?;
    }
    say("putting a wasm toolchain together from Debian's rustc (about a minute)");
    unpack(&folder)?;
    arrange(&folder)?;
    standard_library(&folder)?;
    for part in ["debs", "x"] {
        fs::remove_dir_all(folder.join(part))?;
    }
    run(&mut command(
        "rustup",
        &["toolchain", "link", NAME, &text(&folder)],
    ))
}

/// Downloads the packages and unpacks them beside the system, not into it.
fn unpack(folder: &Path) -> anyhow::Result<()> {
    quiet(&mut command("apt-get", &["update", "-qq"]));
    let shown = output(&mut command("apt-cache", &["show", "rustc-web"]))?;
    let version = shown
        .lines()
        .find_map(|line| line.strip_prefix("Version: "))
        .context("Debian has no rustc-web here")?
        .to_owned();
    let short: Vec<&str> = version.split('.').take(2).collect();
    let library = format!("libstd-rust-web-{}", short.join("."));
    let depends = output(&mut command("apt-cache", &["depends", &library]))?;
    let llvm = depends
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Depends: "))
        .find(|name| name.starts_with("libllvm"))
        .context("rustc-web names no LLVM")?;
    let mut download = command("apt-get", &["download", "-qq"]);
    for name in ["rustc-web", &library, "libstd-rust-web-dev", "rust-web-src"] {
        download.arg(format!("{name}={version}"));
    }
    download
        .arg(llvm)
        .current_dir(folder.join("debs"))
        .stderr(std::process::Stdio::null());
    run(&mut download)?;
    for package in fs::read_dir(folder.join("debs"))? {
        run(&mut command(
            "dpkg",
            &["-x", &text(&package?.path()), &text(&folder.join("x"))],
        ))?;
    }
    Ok(())
}

/// Lays the unpacked files out as rustup expects a toolchain, lending cargo and the linker from
/// the active one.
fn arrange(folder: &Path) -> anyhow::Result<()> {
    let from = folder.join("x/usr");
    let libraries = from.join("lib/x86_64-linux-gnu");
    for entry in fs::read_dir(&libraries)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().contains(".so") {
            fs::rename(entry.path(), folder.join("lib").join(entry.file_name()))?;
        }
    }
    fs::rename(from.join("lib/rustlib"), folder.join("lib/rustlib"))?;
    fs::rename(from.join("bin/rustc"), folder.join("bin/.rustc"))?;
    let rustc = folder.join("bin/rustc");
    let at = folder.display();
    let script = format!(
        "#!/bin/sh\nexport LD_LIBRARY_PATH=\"{at}/lib${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}\"\nexec \"{at}/bin/.rustc\" \"$@\"\n"
    );
    fs::write(&rustc, script)?;
    fs::set_permissions(&rustc, fs::Permissions::from_mode(0o755))?;
    let source = fs::read_dir(from.join("src"))?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.join("library").is_dir())
        .context("rust-web-src holds no library")?;
    fs::rename(source.join("library"), folder.join("src/library"))?;
    let place = folder.join("lib/rustlib/src/rust");
    if place.is_symlink() {
        fs::remove_file(&place)?;
    }
    fs::create_dir_all(&place)?;
    symlink(folder.join("src/library"), place.join("library"))?;
    let active = PathBuf::from(output(&mut command("rustc", &["--print", "sysroot"]))?);
    symlink(active.join("bin/cargo"), folder.join("bin/cargo"))?;
    symlink(
        active.join("lib/rustlib").join(HOST).join("bin"),
        folder.join("lib/rustlib").join(HOST).join("bin"),
    )?;
    Ok(())
}

/// Builds the standard library for the target. Bitcode stays in, so that guests can use
/// link-time optimisation.
fn standard_library(folder: &Path) -> anyhow::Result<()> {
    let seed = tempfile::tempdir()?;
    fs::create_dir(seed.path().join("src"))?;
    fs::write(seed.path().join("src/lib.rs"), "#![no_std]\n")?;
    let manifest = "[package]\nname = \"seed\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[profile.release]\nopt-level = \"s\"\ndebug = 0\n";
    fs::write(seed.path().join("Cargo.toml"), manifest)?;
    let built = seed.path().join("target");
    let cargo = text(&folder.join("bin/cargo"));
    let mut build = command(
        &cargo,
        &[
            "build",
            "-q",
            "--release",
            "-Zbuild-std=std,panic_abort,proc_macro",
            "--target",
            TARGET,
        ],
    );
    build
        .current_dir(seed.path())
        .env_remove("RUSTUP_TOOLCHAIN")
        .env("RUSTC", folder.join("bin/rustc"))
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", &built)
        .env("RUSTFLAGS", "-Cembed-bitcode=yes");
    run(&mut build)?;
    let to = folder.join("lib/rustlib").join(TARGET).join("lib");
    fs::create_dir_all(&to)?;
    for entry in fs::read_dir(built.join(TARGET).join("release/deps"))? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libseed-") {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
