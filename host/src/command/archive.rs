//! The archive of a backup: a tar whose last entry, `manifest.json`, names every other with its
//! length and SHA-256. One without it was cut off. Holds everything but the key.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read, Write},
    path::{Component, Path, PathBuf},
};

/// The name of the manifest.
pub const MANIFEST: &str = "manifest.json";
/// Which form of archive this is.
pub const FORMAT: u32 = 1;

/// What an archive holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the archive.
    pub format: u32,
    /// The version of the program that made it.
    pub program: String,
    /// What the folder is for.
    pub kind: String,
    /// When, RFC 3339 in UTC.
    pub made: String,
    /// `sqlite` or `postgres`.
    pub database: String,
    /// Signature by the installation's key, which is not in here: shows whether a key is the one.
    pub key: String,
    /// Every other entry.
    pub entries: BTreeMap<String, Entry>,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// How many bytes.
    pub bytes: u64,
    /// SHA-256, in hex.
    pub sha256: String,
}

/// Why an archive cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It was cut off, or is none.
    #[error("the archive is not whole: it has no manifest at its end")]
    CutOff,
    /// Made by a later version.
    #[error("the archive is of form {0}, which this version does not know")]
    Format(u32),
    /// An entry that no backup has.
    #[error("the archive has an entry that no backup has: {0}")]
    Stray(String),
    /// An entry differs from what the manifest says.
    #[error("{0} is not what the manifest says")]
    Differs(String),
    /// The disk said no.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The manifest is no JSON of that shape.
    #[error("the manifest cannot be read: {0}")]
    Json(#[from] serde_json::Error),
}

/// Writes an archive.
pub struct Packer<W: Write> {
    tar: tar::Builder<W>,
    entries: BTreeMap<String, Entry>,
}

impl<W: Write> Packer<W> {
    /// To `out`.
    pub fn new(out: W) -> Self {
        Self {
            tar: tar::Builder::new(out),
            entries: BTreeMap::new(),
        }
    }

    /// Adds a file under `name`.
    pub fn file(&mut self, name: &str, path: &Path) -> io::Result<()> {
        let file = File::open(path)?;
        let bytes = file.metadata()?.len();
        let mut read = Digesting {
            inner: file.take(bytes),
            digest: Sha256::new(),
        };
        self.tar.append_data(&mut header(bytes), name, &mut read)?;
        let entry = Entry {
            bytes,
            sha256: data_encoding::HEXLOWER.encode(&read.digest.finalize()),
        };
        self.entries.insert(name.to_owned(), entry);
        Ok(())
    }

    /// Adds the files of a folder under `name`; there may be no such folder. A file that goes away
    /// meanwhile is left out.
    pub fn folder(&mut self, name: &str, path: &Path) -> io::Result<()> {
        let entries = match fs::read_dir(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other?,
        };
        for entry in entries {
            let entry = entry?;
            let file = entry.file_name().to_string_lossy().into_owned();
            // A file on its way has a `#` or a `.part` in its name.
            if !entry.file_type()?.is_file() || file.contains('#') || file.contains(".part") {
                continue;
            }
            match self.file(&format!("{name}/{file}"), &entry.path()) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                other => other?,
            }
        }
        Ok(())
    }

    /// Adds the manifest and ends the archive.
    pub fn finish(mut self, mut manifest: Manifest) -> io::Result<W> {
        manifest.entries = self.entries;
        let json = serde_json::to_vec_pretty(&manifest)?;
        let mut header = header(json.len() as u64);
        self.tar
            .append_data(&mut header, MANIFEST, json.as_slice())?;
        self.tar.into_inner()
    }
}

fn header(bytes: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header
}

struct Digesting<R> {
    inner: R,
    digest: Sha256,
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.digest.update(buffer.get(..n).unwrap_or_default());
        Ok(n)
    }
}

/// Unpacks an archive into `to`, which is empty, and holds every entry against the manifest.
/// Nothing is written outside `to`, whatever the archive says.
pub fn unpack(from: impl Read, to: &Path) -> Result<Manifest, ArchiveError> {
    let mut found = BTreeMap::new();
    let mut manifest = None;
    let mut tar = tar::Archive::new(from);
    for entry in tar.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let name = path.to_string_lossy().into_owned();
        if manifest.is_some() || !entry.header().entry_type().is_file() || !ours(&path) {
            return Err(ArchiveError::Stray(name));
        }
        if name == MANIFEST {
            let mut json = Vec::new();
            entry.read_to_end(&mut json)?;
            manifest = Some(serde_json::from_slice::<Manifest>(&json)?);
            continue;
        }
        found.insert(name, write(&mut entry, &to.join(&path))?);
    }
    let manifest = manifest.ok_or(ArchiveError::CutOff)?;
    if manifest.format != FORMAT {
        return Err(ArchiveError::Format(manifest.format));
    }
    let differs = manifest
        .entries
        .iter()
        .find(|(name, it)| found.get(*name) != Some(it));
    let stray = found
        .keys()
        .find(|name| !manifest.entries.contains_key(*name));
    match (differs, stray) {
        (Some((name, _)), _) => Err(ArchiveError::Differs(name.clone())),
        (None, Some(name)) => Err(ArchiveError::Stray(name.clone())),
        (None, None) => Ok(manifest),
    }
}

/// Whether a path is one that a backup may have: at most one folder, and nothing that climbs.
fn ours(path: &Path) -> bool {
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::Normal(part) => parts.push(part.to_string_lossy().into_owned()),
            _ => return false,
        }
    }
    match parts
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        [file] => [MANIFEST, DATABASE, DUMP, "demo-accounts.txt"].contains(file),
        [folder, _] => FOLDERS.contains(folder),
        _ => false,
    }
}

/// The copy of a SQLite database, as it is named in a folder of data too.
pub const DATABASE: &str = "onedoor.db";
/// What `pg_dump` wrote.
pub const DUMP: &str = "onedoor.pgdump";
/// The folders of a data folder that are kept.
pub const FOLDERS: [&str; 3] = ["checkpoints", "components", "files"];

fn write(from: &mut impl Read, to: &PathBuf) -> io::Result<Entry> {
    if let Some(folder) = to.parent() {
        crate::folder::make_private(folder)?;
    }
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(to)?;
    let mut read = Digesting {
        inner: from,
        digest: Sha256::new(),
    };
    let bytes = io::copy(&mut read, &mut file)?;
    file.sync_all()?;
    Ok(Entry {
        bytes,
        sha256: data_encoding::HEXLOWER.encode(&read.digest.finalize()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            format: FORMAT,
            program: "0".to_owned(),
            kind: "demo".to_owned(),
            made: String::new(),
            database: "sqlite".to_owned(),
            key: String::new(),
            entries: BTreeMap::new(),
        }
    }

    fn packed(at: &Path) -> Vec<u8> {
        let file = at.join("a");
        fs::write(&file, "lamp").unwrap();
        let mut packer = Packer::new(Vec::new());
        packer.file("files/a", &file).unwrap();
        packer.finish(manifest()).unwrap()
    }

    fn refused(bytes: &[u8]) -> String {
        let to = tempfile::tempdir().unwrap();
        unpack(bytes, to.path()).unwrap_err().to_string()
    }

    #[test]
    fn what_was_packed_comes_out_again() {
        let at = tempfile::tempdir().unwrap();
        let bytes = packed(at.path());
        let to = tempfile::tempdir().unwrap();
        let manifest = unpack(bytes.as_slice(), to.path()).unwrap();
        assert_eq!(manifest.entries.len(), 1);
        assert_eq!(fs::read(to.path().join("files/a")).unwrap(), b"lamp");
    }

    #[test]
    fn a_cut_or_changed_archive_is_refused() {
        let at = tempfile::tempdir().unwrap();
        let bytes = packed(at.path());
        // The manifest is the last kibibyte or so, before two empty blocks.
        assert!(refused(&bytes[..1024]).contains("not whole"));
        let mut changed = bytes.clone();
        let lamp = changed.windows(4).position(|it| it == b"lamp").unwrap();
        changed[lamp] = b'd';
        assert!(refused(&changed).contains("files/a is not what the manifest says"));
    }

    #[test]
    fn nothing_is_written_outside() {
        for name in ["files/../../x", "secret.key", "files/a/b", "lock"] {
            let mut tar = tar::Builder::new(Vec::new());
            let mut header = header(1);
            // The builder itself refuses to climb; a hostile archive was not made by it.
            let bytes = header.as_gnu_mut().unwrap();
            bytes.name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            tar.append(&header, &b"x"[..]).unwrap();
            let said = refused(&tar.into_inner().unwrap());
            assert!(said.contains("no backup has"), "{name}: {said}");
        }
    }
}
