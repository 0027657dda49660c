//! `dev`: the loop of a plugin's developer. Builds the plugin, puts it in force on a development
//! host, tells what the host says and what the plugin logs, and begins again when a file changes.
//! It swaps nowhere but where the host allows it: in a folder for development or demonstration.

use std::{
    ffi::OsStr,
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use notify::{Event, RecursiveMode, Watcher as _};

use crate::{build, folder::Folder, remote::Host};

/// How long nothing must change before a build begins: an editor writes several files at once.
const QUIET: Duration = Duration::from_millis(150);
/// How often the host is asked for what the plugin wrote.
const ASK: Duration = Duration::from_secs(1);
/// What a build writes, or nothing of a plugin's.
const LEFT_OUT: [&str; 2] = ["target", "node_modules"];

/// Where a plugin stands and where it goes.
pub struct Session<'a> {
    folder: PathBuf,
    host: Host,
    cargo: &'a [String],
}

impl<'a> Session<'a> {
    /// The plugin in `folder`, on `host`; `cargo` is more arguments for cargo.
    pub fn new(folder: &Path, host: Host, cargo: &'a [String]) -> anyhow::Result<Self> {
        let folder = fs::canonicalize(folder)
            .with_context(|| format!("there is no folder {}", folder.display()))?;
        Ok(Self {
            folder,
            host,
            cargo,
        })
    }
}

/// Which lines have been told already.
#[derive(Default)]
struct Told {
    lines: Option<String>,
    faults: Option<String>,
}

/// Goes on until it is interrupted. A build that fails is told and waited for; an error is what no
/// change of a file can mend.
pub fn dev(session: &Session<'_>, out: &mut dyn Write) -> anyhow::Result<()> {
    let (sender, changes) = channel();
    let mut watcher = notify::recommended_watcher(sender).context("cannot watch files")?;
    for (path, mode) in watched(&session.folder)? {
        watcher
            .watch(&path, mode)
            .with_context(|| format!("cannot watch {}", path.display()))?;
    }
    let scratch = tempfile::tempdir()?;
    let file = scratch.path().join("plugin.wasm");
    let mut told = Told::default();
    if let Ok(plugin) = Folder::read(&session.folder) {
        // What was written before is of no interest now.
        let _ = tell(session, &plugin.manifest.id, &mut told, &mut Vec::new());
    }
    loop {
        let began = Instant::now();
        match swap(session, &file, out) {
            Ok(page) => writeln!(
                out,
                "in force after {:.1} s: {}{page}\nwaiting for a change; Ctrl-C ends it",
                began.elapsed().as_secs_f32(),
                session.host.url()
            )?,
            Err(error) => writeln!(out, "error: {error:#}\nwaiting for a change")?,
        }
        out.flush()?;
        until_changed(session, &changes, &mut told, out)?;
        writeln!(out, "changed; building")?;
    }
}

/// Builds and puts in force; the page to look at.
fn swap(session: &Session<'_>, file: &Path, out: &mut dyn Write) -> anyhow::Result<String> {
    build::make(&session.folder, file, session.cargo, out)?;
    let plugin = Folder::read(&session.folder)?.manifest;
    session.host.send("/api/v1/plugins/swap", fs::read(file)?)?;
    let page = plugin.services.first().map_or("home", |it| &it.page);
    Ok(format!("/services/{}/{page}", plugin.id))
}

/// Waits for a change, and tells meanwhile what the plugin writes.
fn until_changed(
    session: &Session<'_>,
    changes: &Receiver<notify::Result<Event>>,
    told: &mut Told,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    loop {
        match changes.recv_timeout(ASK) {
            Ok(Ok(event)) if matters(&session.folder, &event) => break,
            Ok(_) => continue,
            Err(RecvTimeoutError::Disconnected) => bail!("files are no longer watched"),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Ok(plugin) = Folder::read(&session.folder) {
            // A host that is away comes back, or the next swap tells that it does not.
            let _ = tell(session, &plugin.manifest.id, told, out);
        }
    }
    while changes.recv_timeout(QUIET).is_ok() {}
    Ok(())
}

/// Writes what the plugin has logged and what went wrong in it since the last time.
fn tell(
    session: &Session<'_>,
    plugin: &str,
    told: &mut Told,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    for (what, last) in [("lines", &mut told.lines), ("faults", &mut told.faults)] {
        let found = session.host.journal(plugin, what)?;
        for line in found.iter().rev() {
            if last.as_ref().is_none_or(|it| *it < line.id) {
                let text = line.text.replace('\n', "\n    ");
                writeln!(out, "  {}: {text}", line.kind)?;
                *last = Some(line.id.clone());
            }
        }
    }
    out.flush()?;
    Ok(())
}

/// The folder itself, and all that is below each of its folders that hold source.
fn watched(folder: &Path) -> anyhow::Result<Vec<(PathBuf, RecursiveMode)>> {
    let mut found = vec![(folder.to_owned(), RecursiveMode::NonRecursive)];
    let entries = fs::read_dir(folder)
        .with_context(|| format!("cannot read the folder {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() && !left_out(&entry.file_name()) {
            found.push((entry.path(), RecursiveMode::Recursive));
        }
    }
    Ok(found)
}

fn left_out(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with('.') || LEFT_OUT.contains(&name.as_ref())
}

/// Whether a change is one of the plugin's: not of what a build writes, not a mere look.
fn matters(folder: &Path, event: &Event) -> bool {
    let changes = event.kind.is_modify() || event.kind.is_create() || event.kind.is_remove();
    let source = |path: &PathBuf| {
        let inside = path.strip_prefix(folder).unwrap_or(path);
        let built = inside
            .extension()
            .is_some_and(|it| it == "wasm" || it == "part")
            || inside.file_name().is_some_and(|it| it == "Cargo.lock");
        !built && !inside.iter().any(left_out)
    };
    changes && event.paths.iter().any(source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{AccessKind, CreateKind, EventKind, ModifyKind};

    #[test]
    fn only_changes_of_the_plugins_own_files_matter() {
        let folder = Path::new("/work/lamps");
        let event = |kind, path: &str| Event::new(kind).add_path(folder.join(path));
        let modified = EventKind::Modify(ModifyKind::Any);
        for path in ["src/lib.rs", "i18n/en.ftl", "plugin.toml", "Cargo.toml"] {
            assert!(matters(folder, &event(modified, path)), "{path}");
        }
        for path in [
            "target/debug/x",
            "Cargo.lock",
            "lamps.wasm",
            ".git/index",
            "src/.lib.rs.swp",
        ] {
            assert!(!matters(folder, &event(modified, path)), "{path}");
        }
        let created = EventKind::Create(CreateKind::File);
        assert!(matters(folder, &event(created, "src/new.rs")));
        let looked = EventKind::Access(AccessKind::Any);
        assert!(!matters(folder, &event(looked, "src/lib.rs")));
    }
}
