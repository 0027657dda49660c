//! `upload`: hands a component in at a host, as its developer. A reviewer approves it there; this
//! never does.

use std::{fs, io::Write, path::Path};

use anyhow::Context as _;

use crate::{
    component::{self, Reading},
    remote::Host,
};

/// Uploads `file` to the host at `url`, with a token of a developer.
pub fn upload(file: &Path, url: &str, token: &str, out: &mut dyn Write) -> anyhow::Result<()> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    // A file that is no component is refused here already, without a token leaving the machine.
    Reading::of(&bytes).with_context(|| file.display().to_string())?;
    let digest = component::digest(&bytes);
    Host::new(url, token)?.send("/api/v1/plugins", bytes)?;
    writeln!(
        out,
        "uploaded as {digest}; a plugin reviewer approves it at {url}"
    )?;
    Ok(())
}
