//! `inspect`: what a built component is, for people and for scripts: a line for each fact, its
//! name first.

use std::{fs, io::Write, path::Path};

use anyhow::Context as _;
use onedoor_manifest::{
    LANGUAGES, Manifest, Recording, SECTION_CALLS, SECTION_CONTRACT, SECTION_I18N, SECTION_MANIFEST,
};

use crate::{
    bundles,
    component::{self, Reading},
    folder, recordings,
};

/// Writes what is known of the component in `file`.
pub fn inspect(file: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let reading = Reading::of(&bytes).with_context(|| file.display().to_string())?;
    let need = |section: &str| {
        reading.text(section)?.with_context(|| {
            format!(
                "no section {section}: `onedoor-plugin build` writes it; was it built otherwise?"
            )
        })
    };
    let manifest = folder::manifest(need(SECTION_MANIFEST)?)?;
    about(&manifest, out)?;
    writeln!(out, "contract: {}", need(SECTION_CONTRACT)?)?;
    writeln!(out, "bytes: {}", bytes.len())?;
    writeln!(out, "digest: {}", component::digest(&bytes))?;
    for export in &reading.exports {
        writeln!(out, "export: {export}")?;
    }
    for import in &reading.imports {
        writeln!(out, "import: {import}")?;
    }
    for import in reading.foreign() {
        writeln!(
            out,
            "warning: {import} is not in the contract: a host will refuse the component"
        )?;
    }
    for language in LANGUAGES {
        let messages = bundles::keys(need(&format!("{SECTION_I18N}{language}"))?)?;
        writeln!(out, "words {language}: {} messages", messages.len())?;
    }
    let calls = reading.text(SECTION_CALLS)?.map(Recording::parse);
    match calls {
        Some(Err(_)) => writeln!(
            out,
            "warning: its recorded calls cannot be read: a host will refuse the component"
        )?,
        Some(Ok(recording)) => recordings::tell(Some(&recording), out)?,
        None => recordings::tell(None, out)?,
    }
    Ok(())
}

fn about(manifest: &Manifest, out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(out, "plugin: {} {}", manifest.id, manifest.version)?;
    writeln!(out, "name: {} / {}", manifest.name.zh, manifest.name.en)?;
    writeln!(out, "department: {}", manifest.department)?;
    writeln!(out, "capabilities: {}", manifest.capabilities.join(", "))?;
    writeln!(out, "classes: {}", manifest.cases.classes.join(", "))?;
    let budget = manifest.budget;
    writeln!(
        out,
        "budget: {} ms guest, {} ms in all, {} MiB",
        budget.guest_ms, budget.wall_ms, budget.memory_mib
    )?;
    for service in &manifest.services {
        let (id, title) = (&service.id, &service.title);
        writeln!(
            out,
            "service: {id} ({} / {}) at {}",
            title.zh, title.en, service.page
        )?;
    }
    for claim in &manifest.claims {
        let (id, purpose) = (&claim.id, &claim.purpose);
        writeln!(
            out,
            "claim: {id} ({} / {}): {:?}",
            purpose.zh, purpose.en, claim.kinds
        )?;
    }
    Ok(())
}
