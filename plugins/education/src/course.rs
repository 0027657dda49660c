//! A course, as it is offered. Public.

use onedoor_sdk::{Argument, Date, Result, Text, clock, keyvalue, msg};
use serde::{Deserialize, Serialize};

/// The most courses that are kept at one time: one list of keys.
pub const MOST: usize = 200;

/// A course.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// Its id: 16 hex digits.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What is done there.
    pub about: String,
    /// Community or cell.
    pub division: String,
    /// Where, in words.
    pub address: String,
    /// The first day, `YYYY-MM-DD`.
    pub starts: String,
    /// On which days and at which times, in words.
    pub when: String,
    /// The last day to enrol.
    pub closes: String,
    /// The youngest, in full years on the first day.
    pub min_age: u8,
    /// The oldest.
    pub max_age: u8,
    /// How many places.
    pub seats: u32,
    /// Whether it has been called off.
    pub called_off: bool,
}

impl Course {
    /// Whether people may enrol today.
    pub fn open(&self) -> bool {
        !self.called_off && clock::today() <= self.closes
    }

    /// Whether it has not begun yet.
    pub fn ahead(&self) -> bool {
        clock::today() <= self.starts
    }
}

fn key(id: &str) -> String {
    format!("course/{id}")
}

/// One course.
pub fn get(id: &str) -> Result<Option<Course>> {
    let kept = keyvalue::shared().get(&key(id))?;
    Ok(kept.and_then(|text| serde_json::from_str(&text).ok()))
}

/// All courses, those that begin first in front.
pub fn all() -> Result<Vec<Course>> {
    let mut found = Vec::new();
    for key in keyvalue::shared().keys("course/")? {
        found.extend(get(key.trim_start_matches("course/"))?);
    }
    found.sort_by(|a, b| (&a.starts, &a.id).cmp(&(&b.starts, &b.id)));
    Ok(found)
}

/// A date (`YYYY-MM-DD`) as the reader's language writes it.
pub fn day(date: &str) -> Text {
    msg("day").with("day", Argument::Date(date.to_owned()))
}

/// Keeps a course.
pub fn keep(course: &Course) -> Result<()> {
    let text = serde_json::to_string(course).unwrap_or_default();
    keyvalue::shared().set(&key(&course.id), &text)
}

/// Full years from one date to another, both `YYYY-MM-DD`; none when one is no date, or the second
/// is the earlier.
pub fn age(born: &str, on: &str) -> Option<u8> {
    Date::parse(born)?;
    Date::parse(on)?;
    let (year, day) = (born.get(..4)?, born.get(5..)?);
    let (on_year, on_day) = (on.get(..4)?, on.get(5..)?);
    let years = on_year.parse::<i32>().ok()? - year.parse::<i32>().ok()?;
    u8::try_from(years - i32::from(on_day < day)).ok()
}

/// An id of 16 hex digits that the same words always give (FNV-1a, 64 bits).
pub fn id_of(words: &str) -> String {
    let hash = words.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::age;

    #[test]
    fn years_are_full_on_the_birthday() {
        assert_eq!(age("2012-11-24", "2026-11-23"), Some(13));
        assert_eq!(age("2012-11-23", "2026-11-23"), Some(14));
        assert_eq!(age("2012-02-29", "2026-02-28"), Some(13));
        assert_eq!(age("2027-01-01", "2026-11-23"), None);
        assert_eq!(age("not a date", "2026-11-23"), None);
    }
}
