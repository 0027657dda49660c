//! What the operating system's packages bring, where this is Debian and we are root; elsewhere it
//! says what to install.

use anyhow::bail;
use std::{path::Path, sync::Once};

use crate::shell::{command, output, quiet, run, say};

static UPDATED: Once = Once::new();

/// Whether packages can be installed here.
pub fn can_install() -> bool {
    Path::new("/etc/debian_version").exists()
        && crate::shell::has("apt-get")
        && output(&mut command("id", &["-u"])).is_ok_and(|id| id == "0")
}

/// Installs packages, or says which to install.
pub fn install(packages: &[&str], why: &str) -> anyhow::Result<()> {
    if !can_install() {
        bail!(
            "{why}: install {} (these are Debian's names)",
            packages.join(", ")
        );
    }
    say(&format!("installing {} ({why})", packages.join(", ")));
    UPDATED.call_once(|| {
        quiet(&mut command("apt-get", &["update", "-qq"]));
    });
    let mut apt = command(
        "apt-get",
        &["install", "-y", "-qq", "--no-install-recommends"],
    );
    apt.args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdout(std::process::Stdio::null());
    run(&mut apt)
}

/// Chromium and a font with Chinese characters, for the browser tests.
pub fn browser() -> anyhow::Result<()> {
    if !Path::new("/usr/bin/chromium").exists() {
        install(
            &["chromium"],
            "the browser tests drive Chromium at /usr/bin/chromium",
        )?;
    }
    let fonts = output(&mut command(
        "sh",
        &["-c", "fc-list :lang=zh family 2>/dev/null || true"],
    ))?;
    if fonts.is_empty() {
        install(&["fonts-noto-cjk", "fontconfig"], "pages are in Chinese")?;
    }
    Ok(())
}
