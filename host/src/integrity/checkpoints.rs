//! Checkpoints: how many rows the logs had and what they hashed to, signed with the
//! installation's key and kept in a folder beside the database, one file a day. A chain tells
//! whether a row was changed; a checkpoint tells whether its end was cut off. Rows of the last ten
//! minutes are not in one yet. Whoever can write the folder can cut its own end as well: copy it
//! to another machine, and verify against the copy.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::{
    context::Context,
    db::{
        self, Connection,
        integrity::{Log, bound},
    },
    domain::Domain,
    error::{Error, Result},
    folder,
    keys::{Keys, Purpose},
    time::Timestamp,
};

/// The folder, below the folder of the data.
pub const FOLDER: &str = "checkpoints";
/// How old a row is before it is sealed, in seconds: longer than any request takes, since its id
/// is made when the request begins and its row is written when it ends.
const SETTLED: i64 = 600;

/// Rows of one log between two checkpoints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// How many.
    pub rows: u64,
    /// SHA-256 over their ids and hashes, by id.
    pub digest: String,
}

/// One line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// When it was made.
    pub at: Timestamp,
    /// Ids below this one are sealed by it or by one before.
    pub to: String,
    /// Events of cases.
    pub events: Sealed,
    /// Reads of personal data.
    pub reads: Sealed,
    /// The signature of the checkpoint before; empty for the first.
    pub previous: String,
    /// Signature over all the above.
    pub signature: String,
}

impl Checkpoint {
    /// What is signed.
    fn parts(&self) -> [String; 7] {
        [
            self.at.micros().to_string(),
            self.to.clone(),
            self.events.rows.to_string(),
            self.events.digest.clone(),
            self.reads.rows.to_string(),
            self.reads.digest.clone(),
            self.previous.clone(),
        ]
    }

    fn sign(&self, keys: &Keys) -> String {
        let parts = self.parts();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        keys.mac(Purpose::Checkpoint, &parts)
    }

    /// Whether this key signed it.
    pub fn signed(&self, keys: &Keys) -> bool {
        let parts = self.parts();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        keys.verify(Purpose::Checkpoint, &parts, &self.signature)
    }
}

/// Adds a checkpoint when there is something to seal. It is on the disk when this answers.
pub async fn add(domain: &Domain, cx: &Context, at: &Path) -> Result<()> {
    folder::make_private(at).map_err(Error::internal)?;
    let last = last(at).map_err(Error::internal)?;
    let from = last.as_ref().map_or("", |it| it.to.as_str());
    let to = bound(cx.now.plus_seconds(-SETTLED));
    if to.as_str() <= from {
        return Ok(());
    }
    let mut c = domain.database.read().await?;
    let events = seal(&mut c, Log::Events, from, &to).await?;
    let reads = seal(&mut c, Log::Reads, from, &to).await?;
    drop(c);
    if events.rows == 0 && reads.rows == 0 {
        return Ok(());
    }
    let mut checkpoint = Checkpoint {
        at: cx.now,
        to,
        events,
        reads,
        previous: last.map(|it| it.signature).unwrap_or_default(),
        signature: String::new(),
    };
    checkpoint.signature = checkpoint.sign(&domain.keys);
    let day = cx.now.zoned(&domain.zone).date();
    write(&at.join(format!("{day}.jsonl")), &checkpoint).map_err(Error::internal)
}

/// What the rows of a log from one id to before another come to.
pub(super) async fn seal(c: &mut Connection, log: Log, from: &str, to: &str) -> Result<Sealed> {
    let (mut rows, mut digest) = (0, Sha256::new());
    db::integrity::segment(c, log, from, to, &mut |id, hash| {
        rows += 1;
        digest.update(format!("{id} {hash}\n"));
    })
    .await?;
    Ok(Sealed {
        rows,
        digest: data_encoding::HEXLOWER.encode(&digest.finalize()),
    })
}

fn write(path: &Path, checkpoint: &Checkpoint) -> io::Result<()> {
    if let Ok(text) = fs::read_to_string(path)
        && !text.is_empty()
        && !text.ends_with('\n')
    {
        // What a host that was cut off left of its last line.
        let whole = text.rfind('\n').map_or(0, |it| it + 1);
        let file = OpenOptions::new().write(true).open(path)?;
        file.set_len(whole as u64)?;
    }
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let line = serde_json::to_string(checkpoint)? + "\n";
    file.write_all(line.as_bytes())?;
    file.sync_all()
}

/// The files of a folder of checkpoints, the oldest first; none when there is no folder.
pub fn files(at: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(at) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == "jsonl") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The checkpoints of a file. A last line that was cut off when the host was is passed over: it
/// was never acknowledged.
pub fn read(path: &Path) -> io::Result<Vec<Result<Checkpoint, ()>>> {
    let text = fs::read_to_string(path)?;
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let lines = whole.lines().filter(|it| !it.is_empty());
    Ok(lines
        .map(|it| serde_json::from_str(it).map_err(drop))
        .collect())
}

fn last(at: &Path) -> io::Result<Option<Checkpoint>> {
    for path in files(at)?.into_iter().rev() {
        if let Some(last) = read(&path)?.into_iter().flatten().next_back() {
            return Ok(Some(last));
        }
    }
    Ok(None)
}
