//! `onedoor audit verify`: every chain from its first row, every checkpoint against the rows it
//! seals, every file against its digest.

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::{
    fmt,
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use super::checkpoints::{self, Checkpoint, seal};
use crate::{
    cases::events,
    db::{Database, integrity as rows, integrity::Log},
    error::{Error, Result},
    keys::Keys,
    records::access,
};

/// How many findings are told.
const TOLD: usize = 100;

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// The first event of a case that does not follow the one before.
    Event {
        /// The case.
        case: String,
        /// The event's number.
        seq: i64,
    },
    /// The first read of a person's data that does not follow the one before.
    Read {
        /// The person: an account, or a hash of a number.
        subject: String,
        /// The read's number.
        seq: i64,
    },
    /// A checkpoint that this key did not sign, or that does not follow the one before.
    Checkpoint {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
    },
    /// Rows that a checkpoint sealed are missing, changed or too many.
    Sealed {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// How many rows it sealed, of both logs.
        sealed: u64,
        /// How many are there.
        found: u64,
    },
    /// A file of a case is missing, or is another.
    File {
        /// Its id.
        id: String,
    },
    /// A plugin's component is missing, or is another.
    Component {
        /// Its digest.
        digest: String,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event { case, seq } => {
                write!(f, "case {case}: event {seq} is not as it was written")
            }
            Self::Read { subject, seq } => {
                write!(f, "log of {subject}: read {seq} is not as it was written")
            }
            Self::Checkpoint { file, line } => write!(
                f,
                "{file}:{line}: not signed by this key, or not next to the line before"
            ),
            Self::Sealed {
                file,
                line,
                sealed,
                found,
            } => {
                write!(
                    f,
                    "{file}:{line}: {sealed} rows were sealed; {found} are there, or some differ"
                )
            }
            Self::File { id } => write!(f, "file {id}: missing, or another"),
            Self::Component { digest } => write!(f, "component {digest}: missing, or another"),
        }
    }
}

/// What was looked at, and what was found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Verdict {
    /// Cases.
    pub cases: u64,
    /// Their events.
    pub events: u64,
    /// Reads of personal data.
    pub reads: u64,
    /// Checkpoints.
    pub checkpoints: u64,
    /// Files of cases.
    pub files: u64,
    /// Those of them whose digest was noted when they came.
    pub digests: u64,
    /// Components of plugins.
    pub components: u64,
    /// What is wrong; the first 100.
    pub findings: Vec<Finding>,
}

impl Verdict {
    fn found(&mut self, it: Finding) {
        if self.findings.len() < TOLD {
            self.findings.push(it);
        }
    }
}

/// Looks at everything in `data` and its database. `sealed` is the folder of checkpoints: the
/// data's own, or a copy that was kept elsewhere.
pub async fn verify(
    database: &Database,
    keys: &Keys,
    data: &Path,
    sealed: &Path,
) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    chains(database, &mut verdict).await?;
    signed(database, keys, sealed, &mut verdict).await?;
    let (files, components) = {
        let mut c = database.read().await?;
        (rows::files(&mut c).await?, rows::components(&mut c).await?)
    };
    let data = data.to_owned();
    tokio::task::spawn_blocking(move || {
        for it in files {
            verdict.files += 1;
            let path = data.join("files").join(&it.id);
            let fine = digest(&path)?.is_some_and(|(bytes, digest)| {
                i64::try_from(bytes) == Ok(it.bytes)
                    && it.digest.as_ref().is_none_or(|it| *it == digest)
            });
            verdict.digests += u64::from(it.digest.is_some());
            if !fine {
                verdict.found(Finding::File { id: it.id });
            }
        }
        for digest in components {
            verdict.components += 1;
            let hex = digest.strip_prefix("sha256:").unwrap_or(&digest);
            let path = data.join("components").join(format!("{hex}.wasm"));
            if self::digest(&path)?.is_none_or(|(_, it)| it != hex) {
                verdict.found(Finding::Component { digest });
            }
        }
        Ok(verdict)
    })
    .await
    .map_err(Error::internal)?
}

/// Length and SHA-256 of a file; none when there is none.
fn digest(path: &Path) -> Result<Option<(u64, String)>> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(Error::internal)?,
    };
    let mut digest = Sha256::new();
    let (mut bytes, mut buffer) = (0, vec![0; 64 * 1024]);
    loop {
        let n = file.read(&mut buffer).map_err(Error::internal)?;
        if n == 0 {
            break;
        }
        bytes += n as u64;
        digest.update(buffer.get(..n).unwrap_or_default());
    }
    let digest = data_encoding::HEXLOWER.encode(&digest.finalize());
    Ok(Some((bytes, digest)))
}

/// Where a walk along chains is.
#[derive(Default)]
struct Walk {
    of: String,
    seq: i64,
    previous: String,
    broken: bool,
}

impl Walk {
    /// Whether a row of the chain `of` is the next one; true as well after a break, which is told
    /// once.
    fn step(&mut self, of: &str, seq: i64, previous: &str, hash: &str, expected: &str) -> bool {
        if self.of != of {
            *self = Self {
                of: of.to_owned(),
                ..Self::default()
            };
        }
        let fine = seq == self.seq + 1 && previous == self.previous && hash == expected;
        self.seq = seq;
        hash.clone_into(&mut self.previous);
        let tell = !fine && !self.broken;
        self.broken |= !fine;
        !tell
    }
}

async fn chains(database: &Database, verdict: &mut Verdict) -> Result<()> {
    let mut c = database.read().await?;
    let mut walk = Walk::default();
    rows::events(&mut c, &mut |case, event| {
        verdict.events += 1;
        verdict.cases += u64::from(walk.of != case);
        let expected = events::hash(case, &event);
        if !walk.step(case, event.seq, &event.previous, &event.hash, &expected) {
            verdict.found(Finding::Event {
                case: case.to_owned(),
                seq: event.seq,
            });
        }
    })
    .await?;
    let mut walk = Walk::default();
    rows::reads(&mut c, &mut |row| {
        verdict.reads += 1;
        let expected = access::hash(&row);
        if !walk.step(&row.subject, row.seq, &row.previous, &row.hash, &expected) {
            verdict.found(Finding::Read {
                subject: row.subject,
                seq: row.seq,
            });
        }
    })
    .await
}

async fn signed(
    database: &Database,
    keys: &Keys,
    folder: &Path,
    verdict: &mut Verdict,
) -> Result<()> {
    let mut c = database.read().await?;
    let (mut from, mut previous) = (String::new(), String::new());
    for path in checkpoints::files(folder).map_err(Error::internal)? {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let lines = checkpoints::read(&path).map_err(Error::internal)?;
        for (it, line) in lines.into_iter().zip(1..) {
            verdict.checkpoints += 1;
            let fine = |it: &Checkpoint| it.signed(keys) && it.previous == previous && it.to > from;
            let Some(it) = it.ok().filter(fine) else {
                let file = file.to_string();
                verdict.found(Finding::Checkpoint { file, line });
                // Nothing after it says anything.
                return Ok(());
            };
            let events = seal(&mut c, Log::Events, &from, &it.to).await?;
            let reads = seal(&mut c, Log::Reads, &from, &it.to).await?;
            if events != it.events || reads != it.reads {
                verdict.found(Finding::Sealed {
                    file: file.to_string(),
                    line,
                    sealed: it.events.rows + it.reads.rows,
                    found: events.rows + reads.rows,
                });
            }
            (from, previous) = (it.to, it.signature);
        }
    }
    Ok(())
}
