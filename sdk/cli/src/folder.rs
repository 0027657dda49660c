//! The folder of a plugin: `plugin.toml` and the bundles of `i18n/`. Reads and checks them; it
//! never changes a file there.

use std::{collections::BTreeSet, fs, io, path::Path};

use anyhow::{Context as _, bail};
use onedoor_manifest::{LANGUAGES, Manifest};

use crate::bundles;

/// A plugin's own files, read and checked.
#[derive(Debug)]
pub struct Folder {
    /// `plugin.toml`, as it was written.
    pub manifest_text: String,
    /// The same, read.
    pub manifest: Manifest,
    /// Language and Fluent text, in the order of [`LANGUAGES`].
    pub bundles: Vec<(&'static str, String)>,
}

impl Folder {
    /// Reads a folder. The error names every flaw of the file that has one.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let at = folder.join("plugin.toml");
        let manifest_text = fs::read_to_string(&at).with_context(|| {
            format!(
                "cannot read {}: a plugin's folder has a plugin.toml; `onedoor-plugin new` makes one",
                at.display()
            )
        })?;
        let manifest = manifest(&manifest_text)
            .with_context(|| format!("{} has to be mended", at.display()))?;
        Ok(Self {
            bundles: read_bundles(&folder.join("i18n"))?,
            manifest_text,
            manifest,
        })
    }
}

/// Reads a manifest; the error lists all its flaws, a line for each.
pub fn manifest(text: &str) -> anyhow::Result<Manifest> {
    Manifest::parse(text).map_err(|flaws| {
        let lines: Vec<String> = flaws.iter().map(|flaw| format!("\n  {flaw}")).collect();
        anyhow::anyhow!("{}", lines.concat())
    })
}

/// Empty bundles where there is no such folder: a guest without words needs none.
fn read_bundles(folder: &Path) -> anyhow::Result<Vec<(&'static str, String)>> {
    if !folder.is_dir() {
        return Ok(LANGUAGES.map(|language| (language, String::new())).to_vec());
    }
    let mut read = Vec::new();
    let mut keys: Vec<(&str, BTreeSet<String>)> = Vec::new();
    for language in LANGUAGES {
        let at = folder.join(format!("{language}.ftl"));
        let text = match fs::read_to_string(&at) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => bail!(
                "{} is missing: a plugin with words has them in {}",
                at.display(),
                LANGUAGES.join(" and ")
            ),
            other => other.with_context(|| format!("cannot read {}", at.display()))?,
        };
        let found = bundles::keys(&text).with_context(|| format!("in {}", at.display()))?;
        keys.push((language, found));
        read.push((language, text));
    }
    same_keys(&keys)?;
    Ok(read)
}

fn same_keys(bundles: &[(&str, BTreeSet<String>)]) -> anyhow::Result<()> {
    let mut lacking = Vec::new();
    for (language, keys) in bundles {
        for (other, others) in bundles {
            let missing = others.difference(keys);
            lacking.extend(
                missing.map(|key| format!("\n  {key} is in {other}.ftl, not in {language}.ftl")),
            );
        }
    }
    if lacking.is_empty() {
        return Ok(());
    }
    bail!(
        "each message must be in every language:{}",
        lacking.concat()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"
id = "hello"
version = "0.1.0"
department = "dept-emergency"
name = { zh = "你好", en = "Hello" }
description = { zh = "问好", en = "Greets" }
contact = { phone = "12345" }
"#;

    fn with(files: &[(&str, &str)]) -> anyhow::Result<Folder> {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("i18n")).unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Folder::read(folder.path())
    }

    #[test]
    fn a_right_folder_is_read_whole() {
        let folder = with(&[
            ("plugin.toml", MANIFEST),
            ("i18n/zh-CN.ftl", "hello = 你好\n"),
            ("i18n/en.ftl", "hello = Hello\n"),
        ]);
        let folder = folder.unwrap();
        assert_eq!(folder.manifest.id, "hello");
        assert_eq!(folder.bundles[1], ("en", "hello = Hello\n".to_owned()));
    }

    #[test]
    fn what_is_wrong_is_said_with_how_to_mend_it() {
        let wrong = MANIFEST
            .replace("\"0.1.0\"", "\"0.1\"")
            .replace("12345", "us");
        type Case<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);
        let cases: [Case<'_>; 5] = [
            (&[], &["cannot read", "onedoor-plugin new"]),
            (
                &[("plugin.toml", &wrong)],
                &["version: three numbers", "contact.phone: a tele"],
            ),
            (&[("plugin.toml", MANIFEST)], &["zh-CN.ftl is missing"]),
            (
                &[
                    ("plugin.toml", MANIFEST),
                    ("i18n/zh-CN.ftl", "= no"),
                    ("i18n/en.ftl", ""),
                ],
                &["zh-CN.ftl", "line 1"],
            ),
            (
                &[
                    ("plugin.toml", MANIFEST),
                    ("i18n/zh-CN.ftl", "a = 一\n"),
                    ("i18n/en.ftl", ""),
                ],
                &["a is in zh-CN.ftl, not in en.ftl"],
            ),
        ];
        for (files, words) in cases {
            let error = format!("{:#}", with(files).unwrap_err());
            for word in words {
                assert!(error.contains(word), "{word}: {error}");
            }
        }
    }
}
