//! What went wrong in plugins, and what they wrote for their developers: sent by calls without
//! waiting, written in batches by one task. A flood is dropped, never queued without end; nothing
//! here may hold a call up.

use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    Plugins, breaker::Change, failure::FailureKind, lines::Kept, loaded::Loaded, store::Notes,
};
use crate::{
    context::Context,
    db::{self, plugins::Line},
    domain::Domain,
    error::Result,
    time::Timestamp,
};

/// How many entries wait to be written; more are dropped.
pub const QUEUE: usize = 1024;
/// How many entries are written in one transaction.
const BATCH: usize = 256;
/// How long entries are kept, in seconds.
const KEPT: i64 = 30 * 24 * 3600;
/// The longest message or line kept, in bytes; longer is cut.
const LONGEST: usize = 4 * 1024;
/// The kind of a journal's entry that tells of a breaker.
const BREAKER: &str = "breaker";

/// Where something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The plugin's id.
    pub plugin: String,
    /// The digest of the revision.
    pub revision: String,
    /// The number of the request.
    pub request: String,
    /// When.
    pub at: Timestamp,
}

/// How serious a plugin holds a line to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// For somebody looking for a fault.
    Debug,
    /// An ordinary event.
    Info,
    /// Odd.
    Warn,
    /// Wrong.
    Error,
}

impl Severity {
    /// Every severity, the least first.
    pub const ALL: [Self; 4] = [Self::Debug, Self::Info, Self::Warn, Self::Error];

    /// The severity of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// The name kept in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Something to write down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A call that failed.
    Fault {
        /// Where.
        origin: Origin,
        /// The kind of failure, as `FailureKind::name` has it.
        kind: &'static str,
        /// What is known of it, for developers; no personal value.
        message: String,
    },
    /// The lines that one call wrote, in order.
    Lines {
        /// Where.
        origin: Origin,
        /// The lines.
        lines: Vec<(Severity, String)>,
    },
    /// A call that wanted what its revision was not granted.
    Denial {
        /// Where.
        origin: Origin,
        /// What was missing.
        capability: String,
        /// The line to add to `plugin.toml`.
        line: String,
    },
}

/// Where a call's reports go, and under what.
pub(super) struct Journal {
    sender: mpsc::Sender<Entry>,
    pub(super) origin: Origin,
}

impl Journal {
    pub(super) fn of(plugins: &Plugins, loaded: &Loaded, cx: &Context) -> Self {
        Self {
            sender: plugins.0.journal.clone(),
            origin: Origin {
                plugin: loaded.manifest.id.clone(),
                revision: loaded.digest.clone(),
                request: cx.request.clone(),
                at: cx.now,
            },
        }
    }

    /// Reports a failure.
    pub(super) fn fault(&self, kind: FailureKind, message: String) {
        self.send(Entry::Fault {
            origin: self.origin.clone(),
            kind: kind.name(),
            message,
        });
    }

    /// Reports that the plugin's breaker opened or closed.
    pub(super) fn breaker(&self, change: Change) {
        let (plugin, revision) = (&self.origin.plugin, &self.origin.revision);
        let message = match change {
            Change::Opened(seconds) => {
                tracing::warn!(
                    plugin,
                    revision,
                    seconds,
                    "a plugin is paused after failures"
                );
                format!("open: no call for {seconds} s, then one at a time")
            }
            Change::Closed => {
                tracing::info!(plugin, revision, "a plugin answers again");
                "closed: it answers again".to_owned()
            }
        };
        self.send(Entry::Fault {
            origin: self.origin.clone(),
            kind: BREAKER,
            message,
        });
    }

    /// Sends what a call had to say, of its lines as many as `kept` allows.
    pub(super) fn notes(&self, mut notes: Notes, kept: Kept) {
        for (capability, line) in notes.denials {
            self.send(Entry::Denial {
                origin: self.origin.clone(),
                capability,
                line,
            });
        }
        notes.lines.truncate(kept.kept);
        if let Some(dropped) = kept.say {
            notes
                .lines
                .push((Severity::Warn, format!("{dropped} lines dropped")));
        }
        if !notes.lines.is_empty() {
            self.send(Entry::Lines {
                origin: self.origin.clone(),
                lines: notes.lines,
            });
        }
    }

    /// Never waits: a full journal drops what comes.
    fn send(&self, entry: Entry) {
        if self.sender.try_send(entry).is_err() {
            tracing::debug!("the journal of plugins is full or closed");
        }
    }
}

/// A way to send entries, and the entries sent.
pub fn channel() -> (mpsc::Sender<Entry>, mpsc::Receiver<Entry>) {
    mpsc::channel(QUEUE)
}

/// Starts the task that writes: until `stop` is cancelled and what was sent is written.
pub fn start(
    domain: Domain,
    mut entries: mpsc::Receiver<Entry>,
    tasks: &TaskTracker,
    stop: CancellationToken,
) {
    tasks.spawn(async move {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            tokio::select! {
                biased;
                n = entries.recv_many(&mut batch, BATCH) => if n == 0 { break },
                () = stop.cancelled() => break,
            }
            let taken = std::mem::take(&mut batch);
            if let Err(error) = write(&domain, taken).await {
                tracing::error!(error = error.chain(), "plugins' journal was not written");
            }
        }
    });
}

/// Writes entries in one transaction.
pub async fn write(domain: &Domain, entries: Vec<Entry>) -> Result<()> {
    let ids = domain.ids.clone();
    let job = async move |t: &mut db::Transaction| {
        for entry in entries {
            for line in rows(&ids, entry) {
                match line {
                    Row::Fault(line) => db::plugins::add_fault(t, &line).await?,
                    Row::Line(line) => db::plugins::add_line(t, &line).await?,
                }
            }
        }
        Ok(())
    };
    domain
        .database
        .write(|t| Box::pin(async move { job(t).await }))
        .await
}

/// Forgets what is older than thirty days.
pub async fn expire(domain: &Domain, now: Timestamp) -> Result<()> {
    let before = now.plus_seconds(-KEPT);
    domain
        .database
        .write(move |t| Box::pin(async move { db::plugins::expire(t, before).await }))
        .await
}

enum Row {
    Fault(Line),
    Line(Line),
}

fn rows(ids: &crate::ids::Ids, entry: Entry) -> Vec<Row> {
    let row = |origin: Origin, kind: &str, text: &str| Line {
        id: ids.id(origin.at),
        plugin: origin.plugin,
        revision: origin.revision,
        at: origin.at,
        request: origin.request,
        kind: kind.to_owned(),
        text: cut(text).to_owned(),
    };
    match entry {
        Entry::Fault {
            origin,
            kind,
            message,
        } => vec![Row::Fault(row(origin, kind, &message))],
        Entry::Denial {
            origin,
            capability,
            line,
        } => {
            let text = format!("{capability}: {line}");
            vec![Row::Fault(row(origin, "denied", &text))]
        }
        Entry::Lines { origin, lines } => {
            let mut rows: Vec<_> = lines
                .iter()
                .map(|(severity, text)| row(origin.clone(), severity.name(), text))
                .collect();
            // Ids of one moment sort by chance: hand them out in the order of the lines.
            let mut ordered: Vec<String> = rows.iter().map(|it| it.id.clone()).collect();
            ordered.sort_unstable();
            for (row, id) in rows.iter_mut().zip(ordered) {
                row.id = id;
            }
            rows.into_iter().map(Row::Line).collect()
        }
    }
}

/// What a denial's text is made of: what was missing, and the line to add.
pub fn parts(text: &str) -> (&str, &str) {
    text.split_once(": ").unwrap_or((text, ""))
}

/// At most [`LONGEST`] bytes, cut between two characters.
fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LONGEST))
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{db::Database, domain::testing};

    #[tokio::test]
    async fn what_is_sent_is_written_in_order_and_forgotten_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        let database = Database::open(&url).await.unwrap();
        database.migrate().await.unwrap();
        let domain = testing::domain(database).await.unwrap();
        let origin = Origin {
            plugin: "safety".to_owned(),
            revision: "sha256:0".to_owned(),
            request: "r".to_owned(),
            at: testing::NOW,
        };
        let (sender, receiver) = channel();
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        start(domain.clone(), receiver, &tasks, stop.clone());
        let lines = (0..20).map(|n| (Severity::Info, n.to_string())).collect();
        let denied = Entry::Denial {
            origin: origin.clone(),
            capability: "cases.open".to_owned(),
            line: "capabilities = [\"cases.open\"]".to_owned(),
        };
        sender.try_send(denied).unwrap();
        let long = "灯".repeat(5000);
        sender
            .try_send(Entry::Fault {
                origin: origin.clone(),
                kind: "trap",
                message: long,
            })
            .unwrap();
        sender.try_send(Entry::Lines { origin, lines }).unwrap();
        stop.cancel();
        tasks.close();
        tasks.wait().await;
        let mut c = domain.database.read().await.unwrap();
        let lines = db::plugins::lines(&mut c, "safety", None, None, 50)
            .await
            .unwrap();
        let texts: Vec<_> = lines.iter().rev().map(|it| it.text.clone()).collect();
        assert_eq!(texts, (0..20).map(|n| n.to_string()).collect::<Vec<_>>());
        let faults = db::plugins::faults(&mut c, "safety", None, 50)
            .await
            .unwrap();
        assert!(
            faults
                .iter()
                .any(|it| it.kind == "denied" && it.text.contains("cases.open"))
        );
        assert!(faults.iter().all(|it| it.text.len() <= LONGEST));
        expire(&domain, testing::NOW.plus_seconds(KEPT + 1))
            .await
            .unwrap();
        assert!(
            db::plugins::lines(&mut c, "safety", None, None, 50)
                .await
                .unwrap()
                .is_empty()
        );
    }
}
