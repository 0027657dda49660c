//! Who has a place in a course, and who waits, in order. Pure but for the two functions that keep
//! it: every change is a function of the list, and is swapped in whole or not at all.

use onedoor_sdk::{Error, Instant, Result, keyvalue};
use serde::{Deserialize, Serialize};

/// The most entries of a course: what one value of 64 KiB holds.
pub const MOST: usize = 400;
/// How long somebody has to take a place that became free, in milliseconds.
pub const TIME: i64 = 2 * 86_400_000;
/// How often a swap is tried before the host is asked to come again.
const TRIES: u32 = 16;
const AGAIN: u32 = 1_000;

/// Where an entry stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// Has a place.
    In,
    /// Waits for one.
    Waits,
    /// May take one until this moment.
    Offered(Instant),
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id: 16 hex digits.
    pub id: String,
    /// Who enrolled.
    pub subject: String,
    /// Where it stands.
    pub standing: Standing,
}

/// The list of a course, in the order in which people came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// The entries.
    pub entries: Vec<Entry>,
}

impl Roster {
    /// Places that are taken or held for somebody.
    pub fn taken(&self) -> usize {
        let waits = |it: &&Entry| it.standing != Standing::Waits;
        self.entries.iter().filter(waits).count()
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.entries.len() - self.taken()
    }

    /// One entry.
    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|it| it.id == id)
    }

    /// The place of an entry among those who wait, from 1.
    pub fn turn(&self, id: &str) -> Option<usize> {
        let mut waiting = self
            .entries
            .iter()
            .filter(|it| it.standing == Standing::Waits);
        waiting.position(|it| it.id == id).map(|n| n + 1)
    }

    /// Takes somebody in, or lets them wait; the same entry again changes nothing. False when even
    /// the line is full.
    pub fn enrol(&mut self, id: &str, subject: &str, seats: u32) -> bool {
        if self.entry(id).is_some() {
            return true;
        }
        if self.entries.len() >= MOST {
            return false;
        }
        let free = self.taken() < seats as usize && self.waiting() == 0;
        self.entries.push(Entry {
            id: id.to_owned(),
            subject: subject.to_owned(),
            standing: if free { Standing::In } else { Standing::Waits },
        });
        true
    }

    /// Takes the place that is held; false when none is held any more.
    pub fn accept(&mut self, id: &str, now: Instant) -> bool {
        let entry = self.entries.iter_mut().find(|it| it.id == id);
        match entry {
            Some(it) if it.standing == Standing::In => true,
            Some(it) if matches!(it.standing, Standing::Offered(until) if now < until) => {
                it.standing = Standing::In;
                true
            }
            _ => false,
        }
    }

    /// Gives up a place, or leaves the line.
    pub fn leave(&mut self, id: &str) {
        self.entries.retain(|it| it.id != id);
    }

    /// Takes back what was not taken in time, and holds each free place for the next in line.
    /// Those whose time was over, and those who may take a place now.
    pub fn pass_on(&mut self, seats: u32, now: Instant) -> (Vec<Entry>, Vec<Entry>) {
        let over = |it: &Entry| matches!(it.standing, Standing::Offered(until) if until <= now);
        let late: Vec<Entry> = self.entries.iter().filter(|it| over(it)).cloned().collect();
        self.entries.retain(|it| !over(it));
        let mut next = Vec::new();
        while self.taken() < seats as usize {
            let mut waiting = self.entries.iter_mut();
            let Some(entry) = waiting.find(|it| it.standing == Standing::Waits) else {
                break;
            };
            entry.standing = Standing::Offered(now + TIME);
            next.push(entry.clone());
        }
        (late, next)
    }
}

fn key(course: &str) -> String {
    format!("roster/{course}")
}

/// The list of a course.
pub fn get(course: &str) -> Result<Roster> {
    Ok(read(keyvalue::shared().get(&key(course))?.as_deref()))
}

/// Changes the list of a course, and answers it with what `change` answered. `change` is called
/// again when somebody else changed the list meanwhile. `Busy` when that goes on.
pub fn change<T>(course: &str, mut change: impl FnMut(&mut Roster) -> T) -> Result<(Roster, T)> {
    let key = key(course);
    for _ in 0..TRIES {
        let before = keyvalue::shared().get(&key)?;
        let mut roster = read(before.as_deref());
        let answer = change(&mut roster);
        let after = serde_json::to_string(&roster).unwrap_or_default();
        if before.as_deref() == Some(after.as_str())
            || keyvalue::shared().swap(&key, before.as_deref(), &after)?
        {
            return Ok((roster, answer));
        }
    }
    Err(Error::Busy(AGAIN))
}

fn read(kept: Option<&str>) -> Roster {
    kept.and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(roster: &Roster) -> String {
        let letter = |it: &Entry| match it.standing {
            Standing::In => 'i',
            Standing::Waits => 'w',
            Standing::Offered(_) => 'o',
        };
        roster.entries.iter().map(letter).collect()
    }

    #[test]
    fn no_place_is_given_twice_and_the_line_keeps_its_order() {
        let mut roster = Roster::default();
        for id in ["a", "b", "c", "d", "b"] {
            assert!(roster.enrol(id, "s", 2));
        }
        assert_eq!(standing(&roster), "iiww");
        assert_eq!(
            (roster.turn("c"), roster.turn("d"), roster.turn("a")),
            (Some(1), Some(2), None)
        );
        roster.leave("a");
        let (late, next) = roster.pass_on(2, 0);
        assert_eq!((late.len(), next.len(), next[0].id.as_str()), (0, 1, "c"));
        // A place that is held is not free: somebody new waits behind the line.
        roster.enrol("e", "s", 2);
        assert_eq!(standing(&roster), "ioww");
        assert!(!roster.accept("d", 1), "not their turn");
        assert!(!roster.accept("c", TIME), "too late");
        let (late, next) = roster.pass_on(2, TIME);
        assert_eq!((late[0].id.as_str(), next[0].id.as_str()), ("c", "d"));
        assert!(roster.accept("d", TIME + 1) && roster.accept("d", TIME + 2));
        assert_eq!(standing(&roster), "iiw");
        assert_eq!(roster.pass_on(2, TIME).1, []);
    }

    #[test]
    fn the_line_has_an_end() {
        let mut roster = Roster::default();
        for n in 0..MOST {
            assert!(roster.enrol(&format!("{n:016x}"), &"s".repeat(64), 1));
        }
        assert!(!roster.enrol("one-more", "s", 1));
        assert!(serde_json::to_string(&roster).unwrap().len() < 64 * 1024);
    }
}
