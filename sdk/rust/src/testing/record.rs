//! Records what a test calls, so that a host can play it back in the sandbox before the plugin's
//! review. One file for each test, written anew by each run, below the crate's `target`; a test
//! that fails leaves what was there. Never in the way of a test: what cannot be written is not.

use std::{
    cell::Cell,
    env, fs,
    path::{Path, PathBuf},
    thread,
};

use onedoor_manifest::{CALLS_FOLDER, HostAnswer, RecordedCall, Recording};
use serde::Serialize;
use serde_json::Value;

thread_local! {
    /// How many hosts the test of this thread has made.
    static MADE: Cell<u32> = const { Cell::new(0) };
}

/// The recording of one test host.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// None where no test of a plugin's crate runs.
    file: Option<PathBuf>,
    test: String,
    recording: Recording,
    bytes: usize,
    /// The call under way.
    open: Option<RecordedCall>,
}

impl Recorder {
    /// Of the test that runs on this thread.
    pub fn new() -> Self {
        let nth = MADE.with(|it| it.replace(it.get() + 1));
        let test = test();
        Self {
            file: folder().map(|it| it.join(file_name(&test, nth))),
            test,
            recording: Recording::default(),
            bytes: 0,
            open: None,
        }
    }

    /// A call of the plugin begins; its arguments come from [`argument`].
    pub fn begin(&mut self, export: &str, function: &str, arguments: Vec<Value>) {
        self.open = self.file.as_ref().map(|_| RecordedCall {
            test: self.test.clone(),
            export: export.to_owned(),
            function: function.to_owned(),
            arguments,
            host: Vec::new(),
            refused: false,
        });
    }

    /// A function of the host has answered.
    pub fn answered(&mut self, function: &str, answer: &impl Serialize) {
        if let Some(call) = &mut self.open {
            call.host.push(HostAnswer {
                function: function.to_owned(),
                answer: argument(answer),
            });
        }
    }

    /// The call has come to its end.
    pub fn end(&mut self, refused: bool) {
        if let Some(mut call) = self.open.take() {
            call.refused = refused;
            self.recording.push(call, &mut self.bytes);
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if let Some(file) = &self.file
            && !thread::panicking()
        {
            // A read-only folder is no fault of the test.
            let _ = write(file, &self.recording.text());
        }
    }
}

/// A value in the form that the host reads.
pub(super) fn argument(value: &impl Serialize) -> Value {
    // The contract has no value that JSON could not hold, but for numbers that are none.
    serde_json::to_value(value).unwrap_or_default()
}

fn write(file: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let partial = file.with_extension("part");
    fs::write(&partial, text)?;
    fs::rename(partial, file)
}

/// Where the recordings of the plugin that is being tested belong: cargo names the crate's folder,
/// and a plugin's has a manifest. Examples in documentation run outside of `deps`.
fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR")?);
    let program = env::current_exe().ok()?;
    let of_tests = program.parent()?.file_name()? == "deps";
    (of_tests && folder.join("plugin.toml").is_file()).then(|| folder.join(CALLS_FOLDER))
}

/// `binary::test`. A runner that starts each test by itself has it run in the main thread, and
/// names it on the command line.
fn test() -> String {
    let program = env::current_exe().ok();
    let stem = program.as_ref().and_then(|it| it.file_stem()?.to_str());
    let stem = stem.unwrap_or("tests");
    // Cargo adds a hash, which differs from build to build.
    let binary = stem.rsplit_once('-').map_or(stem, |(name, _)| name);
    let current = thread::current();
    let named = current.name().filter(|it| *it != "main");
    let test = named.map(str::to_owned);
    let test = test.or_else(|| env::args().skip(1).find(|it| !it.starts_with('-')));
    format!("{binary}::{}", test.as_deref().unwrap_or("main"))
}

fn file_name(test: &str, nth: u32) -> String {
    let plain = |it: char| if it.is_ascii_alphanumeric() { it } else { '-' };
    let name: String = test.chars().map(plain).take(120).collect();
    format!("{name}-{nth}.json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_recorder_keeps_calls_with_what_the_host_answered() {
        let folder = env::temp_dir().join(format!("onedoor-record-{}", std::process::id()));
        let file = folder.join("a.json");
        let mut recorder = Recorder::new();
        // The SDK is no plugin: nothing would be recorded for it.
        assert!(recorder.file.is_none());
        recorder.file = Some(file.clone());
        recorder.begin("portal", "render", vec![json!({ "page": "home" })]);
        recorder.answered("clock.now", &7);
        recorder.end(false);
        recorder.answered("clock.now", &8);
        drop(recorder);
        let read = Recording::parse(&fs::read_to_string(&file).unwrap()).unwrap();
        assert_eq!(read.calls.len(), 1);
        assert_eq!(read.calls[0].host.len(), 1);
        assert_eq!(read.calls[0].host[0].answer, json!(7));
        assert!(
            read.calls[0]
                .test
                .ends_with("a_recorder_keeps_calls_with_what_the_host_answered")
        );
        fs::remove_dir_all(folder).unwrap();
    }
}
