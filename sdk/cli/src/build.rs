//! `build`: a plugin's folder becomes one self-contained file. Either the whole file is written or
//! none; an older one stays until then.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use onedoor_manifest::{CONTRACT, Recording};

use crate::{
    compile,
    component::{self, Reading},
    folder::Folder,
    recordings,
};

/// Builds the plugin in `folder` into `file`. `more` goes to cargo; what was made, and what a host
/// would not take, is written to `out`.
pub fn build(
    folder: &Path,
    file: &Path,
    more: &[String],
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let recording = make(folder, file, more, out)?;
    recordings::tell(recording.as_ref(), out)
}

/// The same, without a word on what a reviewer will see; the recorded calls that it carries.
pub fn make(
    folder: &Path,
    file: &Path,
    more: &[String],
    out: &mut dyn Write,
) -> anyhow::Result<Option<Recording>> {
    let plugin = Folder::read(folder)?;
    let module = compile::module(folder, more)?;
    let recording = recordings::read(folder, out)?;
    let component = component::encode(&module)?;
    finish(&plugin, component, recording.as_ref(), file, out)?;
    Ok(recording)
}

/// The same of a component that another tool made (`from`): only what the plugin brings besides
/// its code is added.
pub fn dress(folder: &Path, from: &Path, file: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    let plugin = Folder::read(folder)?;
    let component = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    finish(&plugin, component, None, file, out)
}

fn finish(
    plugin: &Folder,
    mut component: Vec<u8>,
    recording: Option<&Recording>,
    file: &Path,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let reading = Reading::of(&component)?;
    let contract = reading.contract()?;
    if contract != CONTRACT {
        bail!(
            "the plugin's SDK speaks contract {contract} and this command {CONTRACT}: take both \
             from the same version"
        );
    }
    for import in reading.foreign() {
        writeln!(
            out,
            "warning: it imports {import}, which is not in the contract: a host will refuse it"
        )?;
    }
    component::embed(&mut component, plugin, contract);
    if let Some(recording) = recording {
        component::record(&mut component, recording);
    }
    write(file, &component)?;
    writeln!(
        out,
        "{} {}: {} ({} KiB, {})",
        plugin.manifest.id,
        plugin.manifest.version,
        file.display(),
        component.len().div_ceil(1024),
        component::digest(&component)
    )?;
    Ok(())
}

fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let folder = file.parent().filter(|it| !it.as_os_str().is_empty());
    if let Some(folder) = folder {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let partial = PathBuf::from(format!("{}.part", file.display()));
    fs::write(&partial, bytes)
        .and_then(|()| fs::rename(&partial, file))
        .with_context(|| format!("cannot write {}", file.display()))
}
