//! `onedoor audit verify`: says whether what is kept is what was written.

use std::{io::Write, path::Path};

use crate::{
    config::Config,
    folder,
    integrity::{self, checkpoints},
};

/// Verifies a folder, which may be served meanwhile; true when nothing is wrong. `sealed` is a
/// copy of the checkpoints that was kept elsewhere; the folder's own when absent.
pub async fn verify(
    config: &Config,
    sealed: Option<&Path>,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<bool> {
    let look = folder::look(config).await?;
    let own = config.data.join(checkpoints::FOLDER);
    let sealed = sealed.unwrap_or(&own);
    let verdict = integrity::verify(&look.database, &look.keys, &config.data, sealed).await;
    look.database.close().await;
    let verdict = verdict?;
    writeln!(out, "{} cases, {} events", verdict.cases, verdict.events)?;
    writeln!(out, "{} reads of personal data", verdict.reads)?;
    writeln!(out, "{} checkpoints", verdict.checkpoints)?;
    writeln!(
        out,
        "{} files, {} with a digest; {} components",
        verdict.files, verdict.digests, verdict.components
    )?;
    for finding in &verdict.findings {
        writeln!(out, "BROKEN {finding}")?;
    }
    if verdict.findings.is_empty() {
        writeln!(out, "All is as it was written.")?;
    }
    Ok(verdict.findings.is_empty())
}
