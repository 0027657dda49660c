//! What is kept of an old person who has an account: one record about them, by their consent. It
//! can be taken back at any time, and each read by anybody else stands in their log.

use onedoor_sdk::{
    Answer, Answers, Key, Place, Read, Result as Plain, clock, log,
    records::{self, About, Refusal, Result},
};

use crate::{
    elder::Reach,
    registering::{ALONE, CONTACT_NAME, CONTACT_PHONE, NAME, NEEDS, PHONE, PLACE},
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

/// Whether somebody still agrees. To keep nothing is refused when they do not; no value is read for
/// it, so that looking at the button leaves no line in their log. It is kept once a year, which lets
/// the record last as long as somebody takes part.
pub fn agreed(subject: &str) -> Plain<bool> {
    let today = clock::today();
    let once = format!("agreed-{}", today.get(..4).unwrap_or_default());
    match put(&once, &About::Subject(subject.to_owned()), &[]) {
        Ok(_) => Ok(true),
        Err(Refusal::Ungranted(_)) => Ok(false),
        Err(Refusal::Failed(error)) => Err(error),
    }
}

/// Overwrites what is held with nothing. After consent was withdrawn nobody may, nor read it: then
/// it goes when its time is over.
pub fn erase(subject: &str) -> Plain<()> {
    let nowhere = Place {
        at: None,
        division: None,
        address: String::new(),
    };
    let nothing = [
        NAME.answer(""),
        PHONE.answer(""),
        PLACE.answer(nowhere),
        ALONE.answer(false),
        NEEDS.answer(Vec::new()),
        CONTACT_NAME.answer(""),
        CONTACT_PHONE.answer(""),
    ];
    let once = format!("erased-{}", clock::now());
    match put(&once, &About::Subject(subject.to_owned()), &nothing) {
        Ok(_) => Ok(()),
        Err(Refusal::Ungranted(_)) => {
            log::info("consent is withdrawn: the record is left to expire");
            Ok(())
        }
        Err(Refusal::Failed(error)) => Err(error),
    }
}
