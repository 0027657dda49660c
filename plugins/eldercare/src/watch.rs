//! What the rounds walk: of each old person a pseudonym, a community, the agreed hour, the last day
//! they were heard of, and how far things have gone. No name, no phone, no address.

use onedoor_sdk::{Error, Result, clock, keyvalue};
use serde::{Deserialize, Serialize};

/// How often a swap is tried before the host is asked to come again.
const TRIES: u32 = 8;
/// What keys are made of: to walk more keys than one list gives.
const LETTERS: &str = "0123456789abcdef/";
/// The most keys that one list gives.
const LISTED: usize = 200;
const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;
/// Shanghai is eight hours ahead, all year.
const ZONE: i64 = 8 * 3_600_000;

/// How far things have gone on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Nothing has been done.
    #[default]
    Quiet,
    /// They begin tomorrow: nothing is done on the day they are registered, or agree again.
    Begins,
    /// Somebody is to ring.
    Call,
    /// Somebody is to come by.
    Visit,
    /// They were reached, or came by: nothing more is done on that day.
    Reached,
    /// They withdrew their consent: nobody may ring or come by.
    Stopped,
}

/// Where what is known of an old person is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kept {
    /// Under who registered them: they have no account, or have not agreed themselves yet.
    #[default]
    Owner,
    /// Still there, but they have agreed: the next round makes it their record.
    Moving,
    /// In a record about them.
    Record,
}

/// An old person, as the rounds know them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Watch {
    /// Its id: 16 hex digits.
    pub id: String,
    /// The community.
    pub division: String,
    /// Who registered them.
    pub owner: String,
    /// The old person's own account.
    pub elder: Option<String>,
    /// Family who have joined.
    pub kin: Vec<String>,
    /// The agreed time, in minutes after midnight.
    pub minutes: u16,
    /// The last day they were heard of, `YYYY-MM-DD`.
    pub well: String,
    /// The day of `stage`.
    pub day: String,
    /// How far things went on that day.
    pub stage: Stage,
    /// The case of that stage, and its number.
    pub case: Option<(String, String)>,
    /// Where their name and number are.
    #[serde(default)]
    pub kept: Kept,
}

impl Watch {
    /// Its key.
    pub fn key(&self) -> String {
        format!("watch/{}/{}", self.division, self.id)
    }

    /// How far things have gone today.
    pub fn stage_on(&self, today: &str) -> Stage {
        if self.day == today {
            self.stage.clone()
        } else {
            Stage::Quiet
        }
    }

    /// The same person registered again: whoever takes part already still does, and what is under
    /// way goes on.
    fn again(mut self, new: Self) -> Self {
        let knows = [Some(&self.owner), self.elder.as_ref()].contains(&Some(&new.owner));
        if !knows && !self.kin.contains(&new.owner) {
            self.kin.push(new.owner);
        }
        if self.stage == Stage::Stopped {
            (self.day, self.stage) = (new.day, new.stage);
        }
        Self {
            division: new.division,
            elder: new.elder,
            minutes: new.minutes,
            kept: new.kept,
            ..self
        }
    }

    /// Those who hear of each step: family, or the old person when there is none.
    pub fn family(&self) -> Vec<&str> {
        let mut family: Vec<&str> = self.kin.iter().map(String::as_str).collect();
        if self.elder.as_deref() != Some(self.owner.as_str()) {
            family.insert(0, &self.owner);
        }
        if family.is_empty() {
            family.push(&self.owner);
        }
        family
    }
}

/// One watch.
pub fn get(key: &str) -> Result<Option<Watch>> {
    Ok(keyvalue::shared().get(key)?.as_deref().and_then(read))
}

/// Begins a watch; the same once more changes nothing.
pub fn begin(watch: &Watch) -> Result<()> {
    keyvalue::shared()
        .swap(&watch.key(), None, &write(watch))
        .map(drop)
}

/// Begins the watch of somebody who has a record: each person has one, and whoever registers
/// them again changes its hour and its place. Answers it.
pub fn begin_for(person: &str, new: Watch) -> Result<Watch> {
    let before = of_person(person)?;
    let old = match &before {
        Some(key) => get(key)?,
        None => None,
    };
    let watch = match old {
        Some(old) => old.again(new),
        None => new,
    };
    let key = watch.key();
    keyvalue::shared().set(&key, &write(&watch))?;
    note_person(person, &key)?;
    if let Some(before) = before.filter(|it| *it != key) {
        // Family and cases know the key of where they lived before.
        keyvalue::shared().set(&now_key(&watch.id), &key)?;
        keyvalue::shared().delete(&before)?;
    }
    Ok(watch)
}

/// The key of a watch that may have moved.
pub fn current(key: String) -> Result<String> {
    let moved = keyvalue::shared().get(&now_key(id_in(&key)))?;
    Ok(moved.unwrap_or(key))
}

fn now_key(id: &str) -> String {
    format!("now/{id}")
}

fn person_key(person: &str) -> String {
    format!("of/{person}")
}

/// Notes which watch is about somebody.
pub fn note_person(person: &str, key: &str) -> Result<()> {
    keyvalue::shared().set(&person_key(person), key)
}

/// The watch about somebody, where there is a record.
pub fn of_person(person: &str) -> Result<Option<String>> {
    keyvalue::shared().get(&person_key(person))
}

/// The id at the end of a key.
pub fn id_in(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or(key)
}

/// Ends a watch. What is kept under its owner is removed by the next round, since somebody else
/// may be the one who ends it.
pub fn end(watch: &Watch) -> Result<()> {
    keyvalue::shared().set(&format!("ended/{}", watch.id), &write(watch))?;
    if let (Kept::Record, Some(elder)) = (&watch.kept, &watch.elder) {
        keyvalue::shared().delete(&person_key(elder))?;
        keyvalue::shared().delete(&now_key(&watch.id))?;
    }
    keyvalue::shared().delete(&watch.key())
}

/// The watches that have ended since the last round.
pub fn ended() -> Result<Vec<Watch>> {
    let mut found = Vec::new();
    for key in keyvalue::shared().keys("ended/")? {
        let kept = keyvalue::shared().get(&key)?;
        found.extend(kept.as_deref().and_then(read));
    }
    Ok(found)
}

/// Whether somebody whose watch has ended was registered once more before a round came by: the
/// same person has the same id, and what is kept under it is of the new watch.
pub fn begun_anew(watch: &Watch) -> Result<bool> {
    match (&watch.kept, &watch.elder) {
        (Kept::Record, Some(elder)) => Ok(of_person(elder)?.is_some()),
        _ => Ok(false),
    }
}

/// Forgets a watch that has ended.
pub fn forget(watch: &Watch) -> Result<()> {
    keyvalue::shared().delete(&format!("ended/{}", watch.id))
}

/// Changes a watch, and answers it: none when it has ended. `change` is called again when somebody
/// else changed it meanwhile.
pub fn change(key: &str, mut change: impl FnMut(&mut Watch)) -> Result<Option<Watch>> {
    for _ in 0..TRIES {
        let Some(before) = keyvalue::shared().get(key)? else {
            return Ok(None);
        };
        let Some(mut watch) = read(&before) else {
            return Ok(None);
        };
        change(&mut watch);
        let after = write(&watch);
        if before == after || keyvalue::shared().swap(key, Some(&before), &after)? {
            return Ok(Some(watch));
        }
    }
    Err(Error::Busy(2_000))
}

/// The keys of all watches below a division; empty: everywhere.
pub fn below(division: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    walk(&format!("watch/{division}"), &mut found)?;
    Ok(found)
}

fn walk(prefix: &str, found: &mut Vec<String>) -> Result<()> {
    let keys = keyvalue::shared().keys(prefix)?;
    if keys.len() < LISTED {
        found.extend(keys);
        return Ok(());
    }
    // A whole key is no prefix of another: ids are equally long.
    for letter in LETTERS.chars() {
        walk(&format!("{prefix}{letter}"), found)?;
    }
    Ok(())
}

/// Notes which watch a case belongs to.
pub fn note_case(case: &str, key: &str) -> Result<()> {
    keyvalue::shared().set(&format!("case/{case}"), key)
}

/// The watch a case belongs to.
pub fn of_case(case: &str) -> Result<Option<String>> {
    let key = keyvalue::shared().get(&format!("case/{case}"))?;
    key.map(current).transpose()
}

/// Minutes after midnight, now.
pub fn minutes_now() -> u16 {
    let of_day = (clock::now() + ZONE).rem_euclid(DAY) / MINUTE;
    u16::try_from(of_day).unwrap_or_default()
}

/// An id of 16 hex digits that the same words always give (FNV-1a, 64 bits).
pub fn id_of(words: &str) -> String {
    let hash = words.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:016x}")
}

fn write(watch: &Watch) -> String {
    serde_json::to_string(watch).unwrap_or_default()
}

fn read(text: &str) -> Option<Watch> {
    serde_json::from_str(text).ok()
}
