//! Releases of the contract: what is promised, and that it is kept. A released version's files
//! never change, and within a track (0.1.x, 1.x) the contract may only grow: by functions, by
//! interfaces, by types. A new field or case would break components that are built already
//! (records and variants are matched exactly) and is a new track.

use anyhow::{Context as _, bail};
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};
use wit_parser::{Interface, Resolve, TypeDef, TypeDefKind, TypeOwner, WorldItem, WorldKey};

use crate::reference::{shape, signature};

const CONTRACT: &str = "wit";
const FOLDER: &str = "wit/released";
const LIST: &str = "wit/RELEASED";

/// Freezes the contract as the version that it says it is.
pub fn release() -> anyhow::Result<()> {
    check()?;
    let version = version(&parse(Path::new(CONTRACT))?)?;
    if version.contains('-') {
        bail!(
            "the contract is a draft ({version}): give every package of wit/ the version to \
             release, and onedoor_manifest::CONTRACT with them"
        );
    }
    let list = fs::read_to_string(LIST).unwrap_or_default();
    if listed(&list).contains_key(&version) {
        bail!("{version} is released already: what has been added since needs a higher version");
    }
    let to = Path::new(FOLDER).join(&version);
    for file in files(Path::new(CONTRACT))? {
        let target = to.join(file.strip_prefix(CONTRACT)?);
        fs::create_dir_all(target.parent().unwrap_or(&to))?;
        fs::copy(&file, target)?;
    }
    fs::write(LIST, format!("{list}{version} {}\n", digest(&to)?))?;
    println!("{version} is released: commit {LIST} and {}", to.display());
    Ok(())
}

/// Refuses a release whose files have changed, and a contract that breaks what one promised.
pub fn check() -> anyhow::Result<()> {
    let list = fs::read_to_string(LIST).unwrap_or_default();
    let listed = listed(&list);
    let mut faults = Vec::new();
    for folder in fs::read_dir(FOLDER).into_iter().flatten().flatten() {
        let name = folder.file_name().to_string_lossy().into_owned();
        if !listed.contains_key(&name) {
            faults.push(format!("{FOLDER}/{name} is not in {LIST}"));
        }
    }
    let now = parse(Path::new(CONTRACT))?;
    let current = version(&now)?;
    for (version, promised) in &listed {
        let folder = Path::new(FOLDER).join(version);
        if digest(&folder).ok().as_ref() != Some(promised) {
            faults.push(format!(
                "{} is not what was released: bring it back",
                folder.display()
            ));
            continue;
        }
        if track(version) == track(&current) {
            let broken = broken(&parse(&folder)?, &now);
            faults.extend(
                broken
                    .into_iter()
                    .map(|it| format!("{it}, as {version} promised")),
            );
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    bail!(
        "the contract breaks its promise; add beside what is there, or begin a new track:\n  {}",
        faults.join("\n  ")
    )
}

/// Versions and digests of the list.
fn listed(list: &str) -> BTreeMap<String, String> {
    let lines = list.lines().filter(|it| !it.starts_with('#'));
    lines
        .filter_map(|line| line.split_once(' '))
        .map(|(version, digest)| (version.to_owned(), digest.trim().to_owned()))
        .collect()
}

/// What versions must share to work with each other: the first number that is not 0.
fn track(version: &str) -> String {
    let plain = version.split('-').next().unwrap_or(version);
    let mut parts = plain.split('.');
    match parts.next() {
        Some("0") => format!("0.{}", parts.next().unwrap_or_default()),
        other => other.unwrap_or_default().to_owned(),
    }
}

fn parse(folder: &Path) -> anyhow::Result<Resolve> {
    let mut resolve = Resolve::default();
    resolve
        .push_dir(folder)
        .with_context(|| format!("{} does not parse", folder.display()))?;
    Ok(resolve)
}

/// The one version of all its packages.
fn version(resolve: &Resolve) -> anyhow::Result<String> {
    let mut found: Vec<String> = Vec::new();
    for (_, package) in &resolve.packages {
        let name = &package.name;
        let version = name.version.as_ref().map(ToString::to_string);
        found.push(version.with_context(|| format!("{name} has no version"))?);
    }
    found.dedup();
    match found.as_slice() {
        [one] => Ok(one.clone()),
        _ => bail!("the packages of the contract have several versions: {found:?}"),
    }
}

/// The WIT files of a contract, in order; not those of its releases.
fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && path != Path::new(FOLDER) {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|it| it == "wit") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn digest(folder: &Path) -> anyhow::Result<String> {
    let mut hash = Sha256::new();
    for file in files(folder)? {
        let text = fs::read(&file)?;
        let name = file.strip_prefix(folder)?.to_string_lossy().into_owned();
        hash.update(format!("{name}\n{}\n", text.len()));
        hash.update(text);
    }
    Ok(format!("sha256:{}", HEXLOWER.encode(&hash.finalize())))
}

/// Items by name: what must be the same as long as the track lasts.
fn broken(old: &Resolve, new: &Resolve) -> Vec<String> {
    let (promised, kept) = (items(old), items(new));
    let mut faults = Vec::new();
    for (name, shape) in promised {
        match kept.get(&name) {
            None => faults.push(format!("{name} is gone: it must be {shape}")),
            Some(now) if *now != shape => {
                faults.push(format!("{name} is now {now}: it must be {shape}"));
            }
            Some(_) => {}
        }
    }
    faults
}

/// Every function, type, and part of a world, by a name without version, and how it looks.
fn items(resolve: &Resolve) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (_, interface) in &resolve.interfaces {
        let at = interface_name(resolve, interface);
        found.insert(format!("interface {at}"), "there".to_owned());
        for (name, function) in &interface.functions {
            let signature = signature(resolve, name, function);
            found.insert(format!("function {at}.{name}"), signature);
        }
        for (name, id) in &interface.types {
            if let Some(definition) = resolve.types.get(*id) {
                let shape = format!(
                    "{}{}",
                    shape(resolve, definition),
                    origin(resolve, definition)
                );
                found.insert(format!("type {at}.{name}"), shape);
            }
        }
    }
    for (_, world) in &resolve.worlds {
        let parts = [("imports", &world.imports), ("exports", &world.exports)];
        for (word, list) in parts {
            for (key, item) in list {
                let part = part(resolve, key, item);
                found.insert(
                    format!("world {} {word} {part}", world.name),
                    "there".to_owned(),
                );
            }
        }
    }
    found
}

fn interface_name(resolve: &Resolve, interface: &Interface) -> String {
    let package = interface.package.and_then(|id| resolve.packages.get(id));
    let package = package.map(|it| format!("{}:{}", it.name.namespace, it.name.name));
    let name = interface.name.as_deref().unwrap_or_default();
    format!("{}/{name}", package.unwrap_or_default())
}

/// Where a type that was brought in by `use` comes from.
fn origin(resolve: &Resolve, definition: &TypeDef) -> String {
    let TypeDefKind::Type(wit_parser::Type::Id(id)) = definition.kind else {
        return String::new();
    };
    let owner = resolve.types.get(id).map(|it| it.owner);
    match owner {
        Some(TypeOwner::Interface(id)) => resolve
            .interfaces
            .get(id)
            .map(|it| format!(" of {}", interface_name(resolve, it)))
            .unwrap_or_default(),
        _ => String::new(),
    }
}

fn part(resolve: &Resolve, key: &WorldKey, item: &WorldItem) -> String {
    match item {
        WorldItem::Interface { id, .. } => resolve
            .interfaces
            .get(*id)
            .map(|it| interface_name(resolve, it))
            .unwrap_or_default(),
        WorldItem::Function(function) => signature(resolve, &function.name, function),
        WorldItem::Type { .. } => match key {
            WorldKey::Name(name) => format!("type {name}"),
            WorldKey::Interface(_) => String::new(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "package a:b@0.1.0;
        interface types { record r { x: u32 } enum e { one } }
        interface calls { use types.{r}; f: func(a: r, b: list<string>) -> result<string, u32>; }
        world w { import types; import calls; }";

    fn parsed(text: &str) -> Resolve {
        let mut resolve = Resolve::default();
        resolve.push_str("test.wit", text).unwrap();
        resolve
    }

    fn changed(from: &str, to: &str) -> Vec<String> {
        assert!(OLD.contains(from), "{from}");
        let new = OLD.replace("0.1.0", "0.1.1").replace(from, to);
        broken(&parsed(OLD), &parsed(&new))
    }

    #[test]
    fn within_a_track_the_contract_only_grows() {
        for (from, to) in [
            ("enum e", "enum more { one, two } enum e"),
            ("f: func", "g: func(); f: func"),
            (
                "world w {",
                "interface i { h: func(); } world w { import i;",
            ),
        ] {
            assert_eq!(changed(from, to), Vec::<String>::new(), "{to}");
        }
        for (from, to, word) in [
            ("x: u32", "x: u32, y: u32", "type a:b/types.r is now"),
            ("x: u32", "x: u64", "type a:b/types.r is now"),
            (
                "enum e { one }",
                "enum e { one, two }",
                "a:b/types.e is now",
            ),
            ("enum e { one }", "", "type a:b/types.e is gone"),
            (
                "b: list<string>",
                "b: list<u8>",
                "function a:b/calls.f is now",
            ),
            (" -> result<string, u32>", "", "function a:b/calls.f is now"),
            ("import calls;", "", "world w imports a:b/calls is gone"),
            (
                "import types; import calls; }",
                "}",
                "imports a:b/types is gone",
            ),
        ] {
            let faults = changed(from, to);
            assert!(
                faults.iter().any(|it| it.contains(word)),
                "{to}: {faults:?}"
            );
        }
    }

    #[test]
    fn a_track_is_the_first_number_that_is_not_0() {
        assert_eq!(track("0.1.7"), "0.1");
        assert_eq!(track("0.1.0-draft"), "0.1");
        assert_eq!(track("0.2.0"), "0.2");
        assert_eq!(track("1.4.2"), "1");
    }

    #[test]
    fn a_release_is_known_by_all_its_files() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("deps/a")).unwrap();
        fs::write(at("deps/a/a.wit"), "package a:a;").unwrap();
        fs::write(at("b.wit"), "package b:b;").unwrap();
        let before = digest(folder.path()).unwrap();
        assert_eq!(before, digest(folder.path()).unwrap());
        fs::write(at("deps/a/a.wit"), "package a:c;").unwrap();
        assert_ne!(before, digest(folder.path()).unwrap());
        let list = format!("# words\n0.1.0 {before}\n");
        assert_eq!(listed(&list).get("0.1.0"), Some(&before));
    }
}
