//! What is refused at upload, each with its reason and how to mend it. Pure: reads bytes and what
//! it is told of earlier uploads; compiles nothing, so that no refusal costs more than reading.

use fluent_bundle::FluentResource;
use onedoor_manifest::{
    BadRecording, CONTRACT, LANGUAGES, MAX_CALLS, MAX_CALLS_BYTES, Manifest, Recording, speaks,
};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeSet, sync::Arc};

use super::{
    sections::{self, Sections, Unreadable},
    wasi,
};
use crate::error::{Error, Problem, Result};

/// The largest component, in bytes.
/// A component of Python has 18 MB, its runtime included.
pub const LARGEST: usize = 32 * 1024 * 1024;
/// The largest Fluent bundle, in bytes.
const LARGEST_BUNDLE: usize = 256 * 1024;
/// How many problems of one kind are told.
const TOLD: usize = 32;
/// What a plugin may import.
const IMPORTS: [&str; 11] = [
    "onedoor:types/types",
    "onedoor:identity/identity",
    "onedoor:grid/grid",
    "onedoor:cases/cases",
    "onedoor:records/records",
    "onedoor:ui/ui",
    "onedoor:plugin/keyvalue",
    "onedoor:plugin/clock",
    "onedoor:plugin/random",
    "onedoor:plugin/log",
    "onedoor:plugin/notify",
];
/// Where its pages come from.
const PORTAL: &str = "onedoor:plugin/portal";
/// What it may take part in.
const EXPORTS: [&str; 6] = [
    PORTAL,
    "onedoor:plugin/triage",
    "onedoor:plugin/events",
    "onedoor:plugin/jobs",
    "onedoor:plugin/inbox",
    "onedoor:plugin/indicators",
];

/// A component that reads well.
#[derive(Clone, Debug)]
pub struct Verified {
    /// `sha256:` and 64 hex digits.
    pub digest: String,
    /// Its manifest.
    pub manifest: Arc<Manifest>,
    /// The manifest as it was written.
    pub text: String,
    /// What its sections say.
    pub sections: Sections,
    /// The recorded calls of its author's tests, if it brings some.
    pub recording: Option<Recording>,
}

/// The digest of a component: what a reviewer approves.
pub fn digest(component: &[u8]) -> String {
    let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(component));
    format!("sha256:{hash}")
}

/// Reads a component and everything it says of itself; `Invalid` names all that is wrong.
pub fn verify(component: &[u8]) -> Result<Verified> {
    if component.len() > LARGEST {
        let limit = LARGEST / (1024 * 1024);
        return refuse(Problem::general("plugin-too-large").with("limit", limit));
    }
    let sections =
        sections::read(component).map_err(|why| Error::Invalid(vec![unreadable(why)]))?;
    let mut problems = Vec::new();
    let manifest = manifest(&sections, &mut problems);
    contract(&sections, &mut problems);
    interfaces(&sections, &mut problems);
    bundles(&sections, &mut problems);
    if let Some(manifest) = &manifest {
        promises(manifest, &sections, &mut problems);
    }
    let recording = recording(&sections, &mut problems);
    match (manifest, sections.manifest.clone()) {
        (Some(manifest), Some(text)) if problems.is_empty() => Ok(Verified {
            digest: digest(component),
            manifest: Arc::new(manifest),
            text,
            sections,
            recording,
        }),
        _ => Err(Error::Invalid(problems)),
    }
}

fn refuse<T>(problem: Problem) -> Result<T> {
    Err(Error::Invalid(vec![problem]))
}

fn unreadable(why: Unreadable) -> Problem {
    match why {
        Unreadable::NotComponent => Problem::general("plugin-not-component"),
        Unreadable::Corrupted { at } => Problem::general("plugin-corrupted").with("at", at),
        Unreadable::Twice { section } => {
            Problem::general("plugin-section-twice").with("section", section)
        }
        Unreadable::NotText { section } => {
            Problem::general("plugin-section-not-text").with("section", section)
        }
    }
}

fn manifest(sections: &Sections, problems: &mut Vec<Problem>) -> Option<Manifest> {
    let Some(text) = &sections.manifest else {
        problems.push(Problem::general("plugin-no-manifest"));
        return None;
    };
    match Manifest::parse(text) {
        Ok(manifest) => Some(manifest),
        Err(flaws) => {
            problems.extend(flaws.into_iter().take(TOLD).map(|flaw| {
                let at = if flaw.at.is_empty() {
                    "plugin.toml"
                } else {
                    &flaw.at
                };
                Problem::at(at, "plugin-manifest-flaw")
                    .with("at", at)
                    .with("mend", flaw.mend)
            }));
            None
        }
    }
}

fn recording(sections: &Sections, problems: &mut Vec<Problem>) -> Option<Recording> {
    let read = Recording::parse(sections.calls.as_deref()?);
    let problem = match read {
        Ok(recording) => return Some(recording),
        Err(BadRecording::TooLarge) => Problem::general("plugin-calls-too-large")
            .with("calls", MAX_CALLS)
            .with("limit", MAX_CALLS_BYTES / 1024),
        Err(BadRecording::Unreadable(why)) => {
            let why: String = why.chars().take(120).collect();
            Problem::general("plugin-calls-unreadable").with("why", why)
        }
    };
    problems.push(problem);
    None
}

fn contract(sections: &Sections, problems: &mut Vec<Problem>) {
    match sections.contract.as_deref() {
        Some(version) if speaks(version) => {}
        Some(found) => {
            let found: String = found.chars().take(32).collect();
            let problem = Problem::general("plugin-contract-other");
            problems.push(problem.with("found", found).with("wanted", CONTRACT));
        }
        None => problems.push(Problem::general("plugin-no-contract").with("wanted", CONTRACT)),
    }
}

/// Whether `name` is one of `known` in this version of the contract.
fn is_of(known: &[&str], name: &str) -> bool {
    name.split_once('@')
        .is_some_and(|(interface, version)| speaks(version) && known.contains(&interface))
}

fn interfaces(sections: &Sections, problems: &mut Vec<Problem>) {
    let known = |name: &str| is_of(&IMPORTS, name) || wasi::allows(name);
    let foreign = sections.imports.iter().filter(|it| !known(it));
    problems.extend(foreign.take(TOLD).map(|name| {
        let name: String = name.chars().take(120).collect();
        Problem::general("plugin-import-foreign").with("import", name)
    }));
    if !sections.exports.iter().any(|it| is_of(&EXPORTS, it)) {
        problems.push(Problem::general("plugin-exports-nothing").with("wanted", CONTRACT));
    }
}

/// What the manifest shows to residents, or has run or told, must be there.
fn promises(manifest: &Manifest, sections: &Sections, problems: &mut Vec<Problem>) {
    let exports = |name: &str| sections.exports.iter().any(|it| is_of(&[name], it));
    if let Some(service) = manifest.services.first()
        && !exports(PORTAL)
    {
        let problem = Problem::at("services", "plugin-service-without-portal");
        problems.push(problem.with("service", &service.id));
    }
    if !manifest.jobs.is_empty() && !exports("onedoor:plugin/jobs") {
        problems.push(Problem::at("jobs", "plugin-not-exported").with("export", "jobs"));
    }
    if !manifest.inbox.is_empty() && !exports("onedoor:plugin/inbox") {
        problems.push(Problem::at("inbox", "plugin-not-exported").with("export", "inbox"));
    }
}

fn bundles(sections: &Sections, problems: &mut Vec<Problem>) {
    let mut keys: Vec<BTreeSet<String>> = Vec::new();
    for language in LANGUAGES {
        let Some(text) = sections.bundles.get(language) else {
            problems.push(Problem::general("plugin-bundle-missing").with("language", language));
            continue;
        };
        if text.len() > LARGEST_BUNDLE {
            let problem = Problem::general("plugin-bundle-too-large").with("language", language);
            problems.push(problem.with("limit", LARGEST_BUNDLE / 1024));
            continue;
        }
        match FluentResource::try_new(text.clone()) {
            Ok(resource) => keys.push(messages(&resource)),
            Err((_, errors)) => {
                let at = errors.first().map_or(0, |error| error.pos.start);
                let problem = Problem::general("plugin-bundle-flaw").with("language", language);
                problems.push(problem.with("line", line(text, at)));
            }
        }
    }
    if let [first, second] = keys.as_slice() {
        problems.extend(
            first
                .symmetric_difference(second)
                .take(TOLD)
                .map(|key| Problem::general("plugin-message-one-language").with("message", key)),
        );
    }
}

/// The ids of the messages of a bundle; what cannot be read has none.
pub(super) fn message_ids(bundle: &str) -> BTreeSet<String> {
    match FluentResource::try_new(bundle.to_owned()) {
        Ok(resource) | Err((resource, _)) => messages(&resource),
    }
}

fn messages(resource: &FluentResource) -> BTreeSet<String> {
    use fluent_syntax::ast::Entry;
    let message = |entry: &Entry<&str>| match entry {
        Entry::Message(message) => Some(message.id.name.to_owned()),
        _ => None,
    };
    resource.entries().filter_map(message).collect()
}

/// The line of a byte, from 1.
fn line(text: &str, byte: usize) -> usize {
    let before = text.bytes().take(byte);
    before.filter(|it| *it == b'\n').count() + 1
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
