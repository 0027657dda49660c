//! `new`: a plugin that builds, runs and is tested as it stands, in a folder of its own anywhere.
//! Never writes into a folder that is there already.

use std::{fs, io::Write, path::Path};

use anyhow::{Context as _, bail};

use crate::folder;

/// Where a file goes, and what is in it.
const FILES: [(&str, &str); 7] = [
    ("Cargo.toml", include_str!("../templates/Cargo.toml.in")),
    (".gitignore", include_str!("../templates/gitignore.in")),
    ("plugin.toml", include_str!("../templates/plugin.toml.in")),
    ("src/lib.rs", include_str!("../templates/src/lib.rs.in")),
    (
        "i18n/zh-CN.ftl",
        include_str!("../templates/i18n/zh-CN.ftl.in"),
    ),
    ("i18n/en.ftl", include_str!("../templates/i18n/en.ftl.in")),
    (
        "tests/plugin.rs",
        include_str!("../templates/tests/plugin.rs.in"),
    ),
];
/// The SDK of the checkout that this command was built from.
const OWN_SDK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../rust");

/// Makes the plugin `name` in a new folder of that name below `parent`. `sdk` is the folder of
/// `onedoor-sdk`, or the address of a git repository that holds it; without it, that of the
/// checkout that this command was built from.
pub fn new(
    name: &str,
    department: &str,
    sdk: Option<&str>,
    parent: &Path,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let words = Words {
        name,
        department,
        sdk: dependency(sdk)?,
    };
    let files = FILES.map(|(path, template)| (path, words.fill(template)));
    for (path, text) in &files {
        if *path == "plugin.toml" {
            folder::manifest(text).context("a plugin cannot be called or belong so")?;
        }
    }
    let folder = parent.join(name);
    fs::create_dir(&folder).with_context(|| {
        format!(
            "cannot make the folder {}: is it there already?",
            folder.display()
        )
    })?;
    for (path, text) in files {
        let at = folder.join(path);
        let written = fs::create_dir_all(at.parent().unwrap_or(&folder));
        written
            .and_then(|()| fs::write(&at, text))
            .with_context(|| format!("cannot write {}", at.display()))?;
    }
    writeln!(
        out,
        "{}: a plugin to begin with. Next, in that folder:\n  cargo test\n  onedoor-plugin dev\n  onedoor-plugin build . --out {name}.wasm\n  onedoor-plugin check {name}.wasm",
        folder.display()
    )?;
    Ok(())
}

struct Words<'a> {
    name: &'a str,
    department: &'a str,
    sdk: String,
}

impl Words<'_> {
    fn fill(&self, template: &str) -> String {
        template
            .replace("@NAME@", self.name)
            .replace("@CRATE@", &self.name.replace('-', "_"))
            .replace("@TYPE@", &type_name(self.name))
            .replace("@DEPARTMENT@", self.department)
            .replace("@SDK@", &self.sdk)
    }
}

/// `street-lamps` is the type `StreetLamps`.
fn type_name(name: &str) -> String {
    let parts = name.split('-').map(|part| {
        let mut letters = part.chars();
        letters.next().map_or_else(String::new, |first| {
            format!("{}{}", first.to_ascii_uppercase(), letters.as_str())
        })
    });
    parts.collect()
}

/// The dependency on the SDK, as Cargo.toml has it.
fn dependency(sdk: Option<&str>) -> anyhow::Result<String> {
    let from = sdk.unwrap_or(OWN_SDK);
    if from.contains("://") || from.starts_with("git@") {
        return Ok(format!("{{ git = {} }}", quoted(from)));
    }
    let Ok(path) = fs::canonicalize(from) else {
        bail!(
            "the SDK is not at {from}: say where with --sdk, a folder or the address of a git \
             repository"
        );
    };
    if !path.join("wit").is_dir() {
        bail!(
            "{} is not the SDK: it holds no contract in wit/; a checkout without symbolic links \
             (git config core.symlinks true) loses it",
            path.display()
        );
    }
    Ok(format!("{{ path = {} }}", quoted(&path.to_string_lossy())))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(name: &str, sdk: Option<&str>) -> anyhow::Result<String> {
        let parent = tempfile::tempdir().unwrap();
        new(name, "dept-emergency", sdk, parent.path(), &mut Vec::new())?;
        new(name, "dept-emergency", sdk, parent.path(), &mut Vec::new()).unwrap_err();
        let read = |file| fs::read_to_string(parent.path().join(name).join(file)).unwrap();
        folder::Folder::read(&parent.path().join(name))?;
        Ok(read("Cargo.toml") + &read("src/lib.rs"))
    }

    #[test]
    fn a_new_plugin_is_whole_and_named_as_asked() {
        let text = make("street-lamps", None).unwrap();
        assert!(text.contains("name = \"street-lamps\""), "{text}");
        assert!(text.contains("register!(StreetLamps: portal)"), "{text}");
        assert!(!text.contains('@'), "{text}");
        let text = make("a1", Some("https://example.org/onedoor.git")).unwrap();
        assert!(
            text.contains("git = \"https://example.org/onedoor.git\""),
            "{text}"
        );
    }

    #[test]
    fn a_name_that_no_plugin_may_have_is_refused() {
        for (name, sdk, word) in [
            ("Lamps", None, "id: 2 to 40 lower-case"),
            ("a/b", None, "id: 2 to 40"),
            ("lamps", Some("/nowhere"), "--sdk"),
            ("lamps", Some("/"), "not the SDK"),
        ] {
            let error = format!("{:#}", make(name, sdk).unwrap_err());
            assert!(error.contains(word), "{name}: {error}");
        }
    }
}
