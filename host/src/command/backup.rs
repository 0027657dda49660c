//! `onedoor backup` and `onedoor restore`. A backup is made beside a host that is serving: it
//! takes no lock and stops nobody. It never holds the key: whoever has both reads everything.

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
};

use super::archive::{self, Manifest, Packer};
use crate::{
    config::{Config, Kind, Secret},
    db::{self, Backend},
    folder::{self, Look},
    keys::{Keys, Purpose},
    time::{Clock, Timestamp},
};

/// The file of a data folder that says when it was last backed up.
const LAST: &str = "last-backup.json";
/// What a key signs to be known again.
const MARK: &str = "backup";

/// When a folder was last backed up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    /// When the copy of the database was taken.
    pub at: Timestamp,
    /// How many bytes the archive has.
    pub bytes: u64,
}

/// The last backup of a folder, if one was ever made.
pub fn last(data: &Path) -> Option<Last> {
    let text = fs::read(data.join(LAST)).ok()?;
    serde_json::from_slice(&text).ok()
}

/// Makes an archive of `config`'s folder, which may be served meanwhile. What a host acknowledged
/// before this began is in it.
pub async fn backup(file: &Path, config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
    if file.exists() {
        bail!(
            "{}: is there already; a backup never replaces another",
            file.display()
        );
    }
    let look = folder::look(config).await?;
    let at = Clock::default().now();
    let place = match file.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    // Beside the archive: where there is room for one copy there is room for two.
    let scratch = tempfile::tempdir_in(&place).context("the place of the archive")?;
    let part = scratch.path().join("archive");
    let archive = private(&part)?;
    let mut packer = Packer::new(io::BufWriter::new(archive));
    // First: rows that they seal must be in the copy of the database.
    packer.folder("checkpoints", &config.data.join("checkpoints"))?;
    let database = copy(&look, config, scratch.path(), &mut packer).await?;
    look.database.close().await;
    // Last: a file is on the disk before its row says that a case has it.
    packer.folder("files", &config.data.join("files"))?;
    packer.folder("components", &config.data.join("components"))?;
    let accounts = config.data.join("demo-accounts.txt");
    if look.kind == Kind::Demo && accounts.is_file() {
        packer.file("demo-accounts.txt", &accounts)?;
    }
    let archive = packer.finish(Manifest {
        format: archive::FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        kind: look.kind.name().to_owned(),
        made: at.rfc3339(),
        database: database.to_owned(),
        key: look.keys.mac(Purpose::Checkpoint, &[MARK]),
        entries: Default::default(),
    })?;
    let archive = archive
        .into_inner()
        .map_err(io::IntoInnerError::into_error)?;
    archive.sync_all()?;
    let bytes = archive.metadata()?.len();
    fs::hard_link(&part, file).or_else(|_| fs::rename(&part, file))?;
    File::open(&place)?.sync_all()?;
    note(&config.data, &Last { at, bytes })?;
    writeln!(
        out,
        "{}: {bytes} bytes, as of {}",
        file.display(),
        at.rfc3339()
    )?;
    writeln!(out, "secret.key is not in it: keep a copy apart from it.")?;
    Ok(())
}

fn private(path: &Path) -> io::Result<File> {
    folder::write_private(path, &[])?;
    File::options().write(true).open(path)
}

fn note(data: &Path, last: &Last) -> anyhow::Result<()> {
    let part = data.join(format!("{LAST}.part"));
    let _ = fs::remove_file(&part);
    folder::write_private(&part, &serde_json::to_vec(last)?)?;
    Ok(fs::rename(part, data.join(LAST))?)
}

/// Puts a copy of the database, as it is at one moment, into the archive; the backend's name.
async fn copy<W: Write>(
    look: &Look,
    config: &Config,
    scratch: &Path,
    packer: &mut Packer<W>,
) -> anyhow::Result<&'static str> {
    let (name, backend) = match look.database.backend() {
        Backend::Sqlite => (archive::DATABASE, "sqlite"),
        Backend::Postgres => (archive::DUMP, "postgres"),
    };
    let to = scratch.join(name);
    match look.database.backend() {
        Backend::Sqlite => {
            let mut connection = look.database.read().await?;
            db::integrity::copy(&mut connection, &to.to_string_lossy()).await?;
        }
        Backend::Postgres => dump(&config.database_url(), &to)?,
    }
    packer.file(name, &to)?;
    fs::remove_file(to)?;
    Ok(backend)
}

/// PostgreSQL's own dump, which is of one moment too. The password goes by the environment.
fn dump(url: &Secret, to: &Path) -> anyhow::Result<()> {
    let mut url = url::Url::parse(url.reveal())?;
    let password = url.password().map(str::to_owned);
    let _ = url.set_password(None);
    let mut command = Command::new("pg_dump");
    command
        .args([
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            "--dbname",
        ])
        .arg(url.as_str())
        .arg("--file")
        .arg(to);
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    let status = command
        .status()
        .context("pg_dump cannot be started: install PostgreSQL's client programs")?;
    if !status.success() {
        bail!("pg_dump failed: {status}");
    }
    Ok(())
}

/// Makes the folder `data` from an archive. `key` is the file that was kept apart. The folder must
/// not be there yet; one that cannot be made whole is not made.
pub fn restore(file: &Path, data: &Path, key: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    if data.exists() {
        bail!(
            "{}: is there already; restore into a new folder",
            data.display()
        );
    }
    let keys = folder::key_in(key)?;
    let archive = File::open(file).with_context(|| format!("{}", file.display()))?;
    let place = match data.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    folder::make_private(&place)?;
    let scratch = tempfile::tempdir_in(&place)?;
    let part = scratch.path().join("data");
    folder::make_private(&part)?;
    let manifest = archive::unpack(io::BufReader::new(archive), &part)?;
    same_key(&manifest, &keys)?;
    folder::write_private(&part.join("secret.key"), &fs::read(key)?)?;
    fs::rename(&part, data)?;
    File::open(&place)?.sync_all()?;
    writeln!(out, "{}: as of {}", data.display(), manifest.made)?;
    if manifest.database == "postgres" {
        let dump = data.join(archive::DUMP);
        writeln!(out, "Now fill an empty database, and remove the dump:")?;
        writeln!(
            out,
            "  pg_restore --no-owner --dbname URL {}",
            dump.display()
        )?;
    }
    writeln!(out, "Then: onedoor audit verify --data {}", data.display())?;
    Ok(())
}

fn same_key(manifest: &Manifest, keys: &Keys) -> anyhow::Result<()> {
    if !keys.verify(Purpose::Checkpoint, &[MARK], &manifest.key) {
        bail!("this is not the key of that installation");
    }
    Ok(())
}
