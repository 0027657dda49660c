//! What is kept of an old person who has an account: one record about them, by their consent. It
//! can be taken back at any time, and each read by anybody else stands in their log.

use onedoor_sdk::{
    Answer, Answers, Key, Read, Result as Plain, clock,
    records::{self, About, Refusal, Result},
};

use crate::{
    elder::Reach,
    registering::{NAME, PHONE, PLACE},
};

/// The dataset of `plugin.toml`; its fields have the ids of the form's.
pub const DATASET: &str = "elder-care";
/// What people agree to.
pub const PURPOSE: &str = "care";

/// Keeps answers about somebody; gives back their pseudonym.
pub fn put(once: &str, about: &About, answers: &[Answer]) -> Result<String> {
    records::put(once, DATASET, about, answers)
}

/// What staff need to ring somebody or to go there; none when nothing is held. No more is read.
pub fn reach(subject: &str) -> Result<Option<Reach>> {
    let entry = open(subject)?;
    let answers = entry.read(&[NAME.id(), PHONE.id(), PLACE.id()])?;
    let found = (of(&answers, NAME), of(&answers, PHONE), of(&answers, PLACE));
    let (Some(name), Some(phone), Some(place)) = found else {
        return Ok(None);
    };
    Ok((!name.is_empty()).then(|| Reach {
        about: subject.to_owned(),
        name,
        phone,
        place: place.into(),
    }))
}

fn of<K: Read>(answers: &Answers, key: Key<K>) -> Option<K::Answer> {
    answers.get(key.id()).and_then(K::read)
}

/// Their name, for family whom they let act for them.
pub fn name(subject: &str) -> Result<Option<String>> {
    let name = open(subject)?.get(NAME)?;
    Ok(name.filter(|it| !it.is_empty()))
}

fn open(subject: &str) -> Result<records::Entry> {
    records::open(&About::Subject(subject.to_owned()), DATASET, PURPOSE)
}

/// Whether somebody still agrees.
pub fn agreed(subject: &str) -> Plain<bool> {
    records::agreed(&About::Subject(subject.to_owned()), PURPOSE)
}

/// Lets the record last as long as somebody takes part: to keep nothing new, once a year, begins its
/// time again.
pub fn renew(subject: &str) -> Plain<()> {
    let today = clock::today();
    let once = format!("renewed-{}", today.get(..4).unwrap_or_default());
    match put(&once, &About::Subject(subject.to_owned()), &[]) {
        // Who has withdrawn their consent keeps nothing on.
        Ok(_) | Err(Refusal::Ungranted(_)) => Ok(()),
        Err(Refusal::Failed(error)) => Err(error),
    }
}

/// Erases what is held, whether they still agree or not.
pub fn erase(subject: &str) -> Plain<()> {
    let once = format!("erased-{}", clock::now());
    records::erase(&once, DATASET, &About::Subject(subject.to_owned()))
}
