//! The files of revisions: components as they were uploaded, and what they were compiled to. A
//! component is hostile until it has run in its sandbox, so it is compiled in a child process
//! that may use only so much; and nothing is loaded but what this host made, in a folder that
//! nobody else may enter.

use std::{
    ffi::OsStr,
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    process::{ExitCode, Stdio},
    time::Duration,
};
use tokio::{
    io::AsyncReadExt as _,
    process::{Child, Command},
    sync::Semaphore,
    time::timeout,
};

use super::engine;
use crate::{
    error::{Error, Problem, Result},
    folder,
    ids::Ids,
};

/// The hidden subcommand that a child is started with.
pub const SUBCOMMAND: &str = "compile-plugin";
/// The name of the host's own program.
const PROGRAM: &str = "onedoor";
/// How long a compilation may take from start to end.
pub const WALL: Duration = Duration::from_secs(120);
/// How much processor time it may take, in seconds, over all its threads.
const CPU: u64 = 120;
/// How much address space it may take, in bytes. A large Python component needs 400 MB of memory.
const MEMORY: u64 = 3 << 30;
/// The largest file it may write, in bytes.
const FILE: u64 = 512 << 20;
/// How many files it may open.
const FILES: u64 = 64;
/// How many threads it works with.
const THREADS: &str = "1";
/// How much of what it says is read, in bytes.
const SAID: u64 = 4 * 1024;
/// What the child ends with when the component is at fault.
const REFUSED: u8 = 3;

/// Components and what they were compiled to, by digest.
pub struct Artefacts {
    components: PathBuf,
    compiled: PathBuf,
    program: Option<PathBuf>,
    ids: Ids,
    /// One at a time: a compilation takes every core it is given.
    turn: Semaphore,
}

impl Artefacts {
    /// In `data`, for engines of this `compatibility`; made when absent. `program` is the host's
    /// program, where it is not the one that is running.
    pub fn open(
        data: &Path,
        compatibility: &str,
        program: Option<PathBuf>,
        ids: Ids,
    ) -> io::Result<Self> {
        let components = data.join("components");
        let compiled = data.join("artefacts").join(compatibility);
        folder::make_private(&components)?;
        folder::make_private(&compiled)?;
        Ok(Self {
            components,
            compiled,
            program,
            ids,
            turn: Semaphore::new(1),
        })
    }

    /// Keeps a component under its digest.
    pub fn keep(&self, digest: &str, component: &[u8]) -> io::Result<()> {
        let path = self.components.join(name(digest, "wasm")?);
        if path.is_file() {
            return Ok(());
        }
        let part = self.part(&self.components, digest)?;
        folder::write_private(&part, component)?;
        fs::rename(part, path)
    }

    /// A kept component.
    pub fn component(&self, digest: &str) -> io::Result<Vec<u8>> {
        fs::read(self.components.join(name(digest, "wasm")?))
    }

    /// Forgets a component that was refused.
    pub fn forget(&self, digest: &str) {
        if let Ok(name) = name(digest, "wasm") {
            // It stays where it is if it cannot be removed: nothing refers to it.
            let _ = fs::remove_file(self.components.join(name));
        }
    }

    /// What a kept component was compiled to; compiled now if it has not been by this version.
    /// `Invalid` when the component is at fault or costs too much to compile.
    pub async fn artefact(&self, digest: &str) -> Result<PathBuf> {
        let path = self
            .compiled
            .join(name(digest, "cwasm").map_err(Error::internal)?);
        if own(&path)? {
            return Ok(path);
        }
        let _turn = self.turn.acquire().await.map_err(Error::internal)?;
        if own(&path)? {
            return Ok(path);
        }
        let component = self
            .components
            .join(name(digest, "wasm").map_err(Error::internal)?);
        let part = self.part(&self.compiled, digest).map_err(Error::internal)?;
        let result = self.compile(&component, &part).await;
        match result {
            Ok(()) => fs::rename(&part, &path).map_err(Error::internal)?,
            Err(error) => {
                // A file that was begun and is of no use; it may not be there at all.
                let _ = fs::remove_file(&part);
                return Err(error);
            }
        }
        Ok(path)
    }

    fn part(&self, folder: &Path, digest: &str) -> io::Result<PathBuf> {
        let random = data_encoding::HEXLOWER.encode(&self.ids.bytes::<6>());
        Ok(folder.join(name(digest, &format!("{random}.part"))?))
    }

    async fn compile(&self, component: &Path, part: &Path) -> Result<()> {
        let program = program(self.program.as_deref()).map_err(Error::internal)?;
        let child = Command::new(program)
            .arg(SUBCOMMAND)
            .args([component, part])
            .env_clear()
            // What the compiler's thread pool reads.
            .env("RAYON_NUM_THREADS", THREADS)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(Error::internal)?;
        // When the time is over the future is dropped, and the child with it: killed.
        let Ok(ended) = timeout(WALL, ended(child)).await else {
            return refuse(Problem::general("plugin-compile-cost"));
        };
        let (status, said) = ended.map_err(Error::internal)?;
        if status.success() {
            return Ok(());
        }
        if status.code() == Some(REFUSED.into()) {
            return refuse(Problem::general("plugin-compile-refused").with("reason", said));
        }
        tracing::warn!(%status, said, "a compilation was cut off");
        refuse(Problem::general("plugin-compile-cost"))
    }
}

fn refuse<T>(problem: Problem) -> Result<T> {
    Err(Error::Invalid(vec![problem]))
}

async fn ended(mut child: Child) -> io::Result<(std::process::ExitStatus, String)> {
    let mut said = Vec::new();
    if let Some(stderr) = child.stderr.take() {
        // Dropped after that: a child that says more than this ends of it.
        stderr.take(SAID).read_to_end(&mut said).await?;
    }
    let status = child.wait().await?;
    let said = String::from_utf8_lossy(&said);
    Ok((
        status,
        said.trim()
            .chars()
            .filter(|it| !it.is_control() || *it == '\n')
            .collect(),
    ))
}

/// A file name of a digest: never a path.
fn name(digest: &str, extension: &str) -> io::Result<String> {
    let hex = digest.strip_prefix("sha256:").unwrap_or_default();
    if hex.len() != 64 || !hex.bytes().all(|it| it.is_ascii_hexdigit()) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a digest"));
    }
    Ok(format!("{hex}.{extension}"))
}

/// Whether there is an artefact that nobody but this user could have written. One that others
/// could have is an error rather than compiled anew: something is wrong on this machine.
fn own(path: &Path) -> Result<bool> {
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        other => other.map_err(Error::internal)?,
    };
    #[cfg(unix)]
    let others = std::os::unix::fs::MetadataExt::mode(&found) & 0o077 != 0;
    #[cfg(not(unix))]
    let others = false;
    if found.is_file() && !others {
        Ok(true)
    } else {
        Err(Error::bug("an artefact that others could have written"))
    }
}

/// The host's own program: the one named, the one running, or, where a test or a benchmark is
/// running, the one built beside it.
fn program(named: Option<&Path>) -> io::Result<PathBuf> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    let running = std::env::current_exe()?;
    if running.file_stem() == Some(OsStr::new(PROGRAM)) {
        return Ok(running);
    }
    let file = format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX);
    let beside = running.ancestors().skip(1).take(2).map(|it| it.join(&file));
    beside.into_iter().find(|it| it.is_file()).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::NotFound,
            "the program that compiles plugins is not there",
        )
    })
}

/// What the child does: bounds itself, and then compiles `component` into the new file `artefact`.
pub fn child(component: &Path, artefact: &Path) -> ExitCode {
    let failed = |code: u8, why: &dyn std::fmt::Display| {
        // The parent may be gone, and then nobody wants to know.
        let _ = write!(io::stderr(), "{why}");
        ExitCode::from(code)
    };
    if let Err(error) = bound() {
        return failed(1, &error);
    }
    let component = match fs::read(component) {
        Ok(component) => component,
        Err(error) => return failed(1, &error),
    };
    let compiled = match engine::compile(&component) {
        Ok(compiled) => compiled,
        Err(error) => return failed(REFUSED, &error.chain()),
    };
    match folder::write_private(artefact, &compiled) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(1, &error),
    }
}

#[cfg(unix)]
fn bound() -> io::Result<()> {
    use rlimit::Resource;
    for (resource, limit) in [
        (Resource::AS, MEMORY),
        (Resource::CPU, CPU),
        (Resource::FSIZE, FILE),
        (Resource::NOFILE, FILES),
        (Resource::CORE, 0),
    ] {
        let (_, hard) = resource.get()?;
        let limit = limit.min(hard);
        resource.set(limit, limit)?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn bound() -> io::Result<()> {
    Ok(())
}
