//! `check`: whether a component keeps the contract. The host's own program finds that out, so that
//! what passes here passes there; this only starts it. Runs nothing of the component itself.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context as _, bail};

/// The name of the host's program.
const HOST: &str = "onedoor";
/// Its subcommand, which is hidden: people call this one.
const SUBCOMMAND: &str = "check-plugin";
/// What it ends with when it could not try the component.
const UNTRIED: u8 = 2;

/// Has the host check `file`, and answers what it ended with.
pub fn check(file: &Path, host: Option<&Path>, json: bool) -> anyhow::Result<ExitCode> {
    let program = host.map_or_else(beside, |it| Ok(it.to_owned()))?;
    let mut command = Command::new(&program);
    command.arg(SUBCOMMAND).arg(file);
    if json {
        command.arg("--json");
    }
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", program.display()))?;
    let code = status.code().and_then(|it| u8::try_from(it).ok());
    Ok(ExitCode::from(code.unwrap_or(UNTRIED)))
}

/// Where the checkout that this command was built from builds the host.
const OWN_BUILDS: [&str; 2] = [
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/debug"),
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/release"),
];

/// The host's program beside this one, on the PATH, or where this command's checkout builds it.
fn beside() -> anyhow::Result<PathBuf> {
    let name = format!("{HOST}{}", env::consts::EXE_SUFFIX);
    let own = env::current_exe().ok();
    let own = own.as_deref().and_then(Path::parent).map(Path::to_owned);
    let path = env::var_os("PATH").unwrap_or_default();
    let built = OWN_BUILDS.iter().map(PathBuf::from);
    let mut folders = own.into_iter().chain(env::split_paths(&path)).chain(built);
    match folders.find(|it| it.join(&name).is_file()) {
        Some(folder) => Ok(folder.join(name)),
        None => bail!(
            "the check needs the host's program `{HOST}`, which is neither beside this command, nor \
             on the PATH, nor built in the checkout that it comes from: run `cargo build` there, or \
             say where it is with --host"
        ),
    }
}
