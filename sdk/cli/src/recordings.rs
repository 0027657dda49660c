//! The recorded test calls of a plugin, as its tests left them. Reads; runs no test.

use std::{fs, io::Write, path::Path};

use anyhow::Context as _;
use onedoor_manifest::{CALLS_FOLDER, Recording};

/// The calls that the tests of the plugin in `folder` have recorded; none when no test has. A file
/// that is not a recording is told of and left out.
pub fn read(folder: &Path, out: &mut dyn Write) -> anyhow::Result<Option<Recording>> {
    let calls = folder.join(CALLS_FOLDER);
    if !calls.is_dir() {
        return Ok(None);
    }
    let cannot = || format!("cannot read the folder {}", calls.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(&calls).with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        if path.extension().is_some_and(|it| it == "json") {
            files.push(path);
        }
    }
    // The order of a folder is chance; two builds of one source must not differ.
    files.sort_unstable();
    let mut tests = Vec::new();
    for file in files {
        let text =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        match Recording::parse(&text) {
            Ok(recording) => tests.push(recording),
            Err(_) => writeln!(
                out,
                "warning: {} is not a recording of this version: run `cargo test` again",
                file.display()
            )?,
        }
    }
    let merged = Recording::merged(tests);
    Ok((!merged.calls.is_empty()).then_some(merged))
}

/// Says what reviewers will see of it.
pub fn tell(recording: Option<&Recording>, out: &mut dyn Write) -> anyhow::Result<()> {
    match recording {
        None => writeln!(
            out,
            "note: it carries no recorded test calls, so a reviewer sees neither its forms nor \
             what it costs: run `cargo test`, then build again"
        )?,
        Some(it) => {
            let (calls, tests) = (it.calls.len(), it.tests());
            writeln!(out, "recorded calls: {calls} of {tests} tests")?;
            if it.left_out > 0 {
                writeln!(
                    out,
                    "note: {} more calls were left out: there is room for 64 of 32 KiB each, 256 \
                     KiB in all",
                    it.left_out
                )?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn without_tests_there_is_a_word_on_how_to_get_them() {
        let folder = tempfile::tempdir().unwrap();
        let mut said = Vec::new();
        let none = read(folder.path(), &mut said).unwrap();
        tell(none.as_ref(), &mut said).unwrap();
        assert!(none.is_none());
        assert!(String::from_utf8(said).unwrap().contains("cargo test"));
    }

    #[test]
    fn what_is_no_recording_is_told_of() {
        let folder = tempfile::tempdir().unwrap();
        let calls = folder.path().join(CALLS_FOLDER);
        fs::create_dir_all(&calls).unwrap();
        fs::write(calls.join("a.json"), "{").unwrap();
        let mut said = Vec::new();
        assert!(read(folder.path(), &mut said).unwrap().is_none());
        assert!(String::from_utf8(said).unwrap().contains("a.json"));
    }
}
