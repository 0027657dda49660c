//! Whether a component keeps the contract: what `onedoor-plugin check` has the host find out. It
//! goes the way of an upload (read, verified, compiled in a limited child, linked), and is then
//! played on a host that is thrown away. The steps stand in docs/conformance.md. It answers for
//! nothing that a person must judge, and never touches a folder that is served.

mod follow;
mod machines;
mod portal;
mod reading;
mod report;
mod sample;
mod stage;

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

pub use report::{Report, STEPS, Step, Verdict};

use super::{About, Engine, Settings, artefacts::Artefacts, verify};
use crate::{
    context::Locale,
    error::{Error, Result},
    i18n,
    ids::Ids,
};
use stage::Stage;

/// How many calls can be under way; they are made one by one.
const SLOTS: u32 = 4;

/// Checks a component. `program` is the host's program, where it is not the one that is running.
/// An error is a fault of ours; whatever is wrong with the component stands in the report.
pub async fn check(component: Vec<u8>, program: Option<PathBuf>) -> Result<Report> {
    let folder = tempfile::tempdir().map_err(Error::internal)?;
    let mut report = Report::new(verify::digest(&component));
    report.tried("file");
    let verified = match verify::verify(&component) {
        Ok(verified) => verified,
        Err(error) => {
            told(&mut report, "file", error)?;
            return Ok(report);
        }
    };
    report.plugin.clone_from(&verified.manifest.id);
    report.version.clone_from(&verified.manifest.version);
    let settings = Settings {
        slots: SLOTS,
        ..Settings::default()
    };
    let engine = Engine::new(&settings)?;
    report.tried("compile");
    let compiled = compile(
        folder.path(),
        &engine,
        &verified.digest,
        &component,
        program,
    )
    .await;
    let artefact = match compiled {
        Ok(artefact) => artefact,
        Err(error) => {
            told(&mut report, "compile", error)?;
            return Ok(report);
        }
    };
    let bundle = verified.sections.bundles.values().next().cloned();
    let about = About {
        manifest: verified.manifest,
        digest: verified.digest,
        bundles: verified.sections.bundles,
    };
    report.tried("link");
    let loaded = match engine.load(&artefact, about).await {
        Ok(loaded) => loaded,
        Err(error) => {
            told(&mut report, "link", error)?;
            return Ok(report);
        }
    };
    let domain = stage::domain(folder.path()).await?;
    let bundle = bundle.unwrap_or_default();
    let mut stage = Stage::new(domain, engine, loaded, &bundle, report);
    play(&mut stage).await?;
    let (database, report) = (stage.domain.database.clone(), stage.end());
    database.close().await;
    Ok(report)
}

/// Each export in turn. A new export of the contract is played here.
async fn play(stage: &mut Stage) -> Result<()> {
    let exports = stage.loaded.exports;
    if exports.portal {
        portal::play(stage).await?;
    }
    if exports.triage {
        follow::triage(stage).await;
    }
    if exports.events {
        follow::events(stage).await?;
    }
    if exports.jobs {
        machines::jobs(stage).await;
    }
    if exports.inbox {
        machines::inboxes(stage).await?;
    }
    if exports.indicators {
        machines::indicators(stage).await;
    }
    Ok(())
}

async fn compile(
    folder: &Path,
    engine: &Engine,
    digest: &str,
    component: &[u8],
    program: Option<PathBuf>,
) -> Result<PathBuf> {
    let artefacts = Artefacts::open(folder, &engine.compatibility(), program, Ids::default())
        .map_err(Error::internal)?;
    artefacts.keep(digest, component).map_err(Error::internal)?;
    artefacts.artefact(digest).await
}

/// Puts into the report what an upload would answer, in words; hands on what is our own fault.
fn told(report: &mut Report, step: &str, error: Error) -> Result<()> {
    let Error::Invalid(problems) = error else {
        return Err(error);
    };
    for problem in &problems {
        report.fault(step, i18n::problem(Locale::English, problem));
    }
    Ok(())
}

/// What the hidden subcommand does. The program ends with 0 when everything holds, with 1 when
/// something does not, and with 2 when the check itself could not be made.
pub async fn run(file: &Path, json: bool) -> ExitCode {
    match print(file, json).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            // Nobody is left to tell if this fails too.
            let _ = writeln!(io::stderr(), "error: {}: {}", file.display(), error.chain());
            ExitCode::from(2)
        }
    }
}

async fn print(file: &Path, json: bool) -> Result<bool> {
    let component = tokio::fs::read(file).await.map_err(Error::internal)?;
    let report = check(component, None).await?;
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, &report).map_err(Error::internal)?;
        writeln!(out).map_err(Error::internal)?;
    } else {
        report.write(&mut out).map_err(Error::internal)?;
    }
    Ok(report.passed)
}

#[cfg(test)]
mod tests {
    use super::STEPS;

    #[test]
    fn every_step_is_documented() {
        let document = include_str!("../../../../docs/conformance.md");
        for (step, _) in STEPS {
            assert!(document.contains(&format!("| `{step}` |")), "{step}");
        }
    }
}
