//! Who takes part: one record about each of them, by their consent or their guardian's (under 14:
//! Personal Information Protection Law of the People's Republic of China, article 31). The host
//! knows who is whose guardian, and gives the consent when the form is sent.

use onedoor_sdk::{
    Answer, Error, Result, keyvalue,
    records::{self, About, Refusal},
};

use crate::enrolling::NAME;

/// The dataset of `plugin.toml`; its fields have the ids of the form's.
pub const DATASET: &str = "course-people";
/// What people agree to.
pub const PURPOSE: &str = "courses";

/// The pseudonym of who was picked. Nothing is read.
pub fn picked(token: &str) -> Result<String> {
    let entry = records::open(&About::Token(token.to_owned()), DATASET, PURPOSE)?;
    Ok(entry.subject())
}

/// Keeps answers about somebody; false when there is no consent.
pub fn put(once: &str, about: &About, answers: &[Answer]) -> Result<bool> {
    match records::put(once, DATASET, about, answers) {
        Ok(_) => Ok(true),
        Err(Refusal::Ungranted(_)) => Ok(false),
        Err(Refusal::Failed(error)) => Err(error),
    }
}

/// Whether there is consent still. No value is read for it.
pub fn agreed(person: &str) -> Result<bool> {
    records::agreed(&About::Subject(person.to_owned()), PURPOSE)
}

/// Their name: of the caller, or of somebody the caller acts for, whose log says that it was read.
/// None when consent was withdrawn, or the caller acts for them no more.
pub fn name(caller: &str, person: &str) -> Result<Option<String>> {
    let about = if caller == person {
        About::Caller
    } else {
        About::Subject(person.to_owned())
    };
    let read = || records::open(&about, DATASET, PURPOSE)?.get(NAME);
    match read() {
        Ok(name) => Ok(name.filter(|it| !it.is_empty())),
        Err(Refusal::Ungranted(_) | Refusal::Failed(Error::NotFound)) => Ok(None),
        Err(Refusal::Failed(error)) => Err(error),
    }
}

fn key(person: &str, entry: &str) -> String {
    format!("of/{person}/{entry}")
}

/// Notes that somebody is enrolled: whoever of the family did it.
pub fn joins(person: &str, entry: &str) -> Result<()> {
    keyvalue::shared().set(&key(person, entry), "")
}

/// They are not any more. With the last of their courses, what is known of them is erased.
pub fn leaves(person: &str, entry: &str, once: &str) -> Result<()> {
    keyvalue::shared().delete(&key(person, entry))?;
    if !keyvalue::shared().keys(&key(person, ""))?.is_empty() {
        return Ok(());
    }
    records::erase(once, DATASET, &About::Subject(person.to_owned()))
}
