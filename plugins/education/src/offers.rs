//! Places that become free go to the next in line; who does not take one in time makes room. And
//! when a course is called off, everybody on its list is told.

use onedoor_sdk::{
    Error, Instant, Result, Route, clock, keyvalue, log, msg,
    notify::{self, Letter},
};

use crate::{
    course::{self, Course},
    roster::{self, Entry, Roster, Standing},
};

/// How many letters are sent in one run; the host comes again at once for the rest.
const LETTERS: usize = 15;
const AGAIN: u32 = 1_000;

/// Who was late, and who is next. After the first day no place is passed on.
pub fn next(course: &Course, roster: &mut Roster, now: Instant) -> (Vec<Entry>, Vec<Entry>) {
    let seats = if course.ahead() && !course.called_off {
        course.seats
    } else {
        0
    };
    roster.pass_on(seats, now)
}

/// Walks all courses once.
pub fn pass_on() -> Result<()> {
    let now = clock::now();
    let mut sent = 0;
    for course in course::all()? {
        if course.called_off {
            sent += tell_off(&course, LETTERS.saturating_sub(sent))?;
        } else {
            let (_, (late, next)) =
                roster::change(&course.id, |roster| next(&course, roster, now))?;
            tell(&course, &late, "letter-late");
            tell(&course, &next, "letter-offer");
            sent += late.len() + next.len();
        }
        if sent >= LETTERS {
            return Err(Error::Busy(AGAIN));
        }
    }
    Ok(())
}

/// Tells those of a list. Somebody who cannot be told does not keep the others waiting.
pub fn tell(course: &Course, entries: &[Entry], letter: &str) {
    for entry in entries {
        let once = match entry.standing {
            Standing::Offered(until) => format!("{}-{until}-{letter}", entry.id),
            _ => format!("{}-{letter}", entry.id),
        };
        let once: String = once.chars().take(64).collect();
        let body = msg(&format!("{letter}-text")).with("course", course.title.as_str());
        let sent = Letter::to(&entry.subject, msg(letter), body)
            .open(Route::page("entry").with("id", entry.id.as_str()));
        match notify::send(&once, &sent) {
            Ok(()) | Err(Error::NotFound) => {}
            Err(error) => log::warn(format!("a letter was not sent: {error:?}")),
        }
    }
}

/// Tells those on the list of a course that is called off who have not been told; how many.
fn tell_off(course: &Course, most: usize) -> Result<usize> {
    let key = format!("told-off/{}", course.id);
    let done: usize = keyvalue::shared()
        .get(&key)?
        .and_then(|it| it.parse().ok())
        .unwrap_or_default();
    let roster = roster::get(&course.id)?;
    let part: Vec<Entry> = roster
        .entries
        .iter()
        .skip(done)
        .take(most)
        .cloned()
        .collect();
    if part.is_empty() {
        return Ok(0);
    }
    tell(course, &part, "letter-called-off");
    keyvalue::shared().set(&key, &(done + part.len()).to_string())?;
    Ok(part.len())
}
