//! When somebody looks at a case next. Held in memory only: it follows from when the case last
//! moved, so that it is made again from the rows after a run was cut off.

use jiff::tz::TimeZone;
use rand::RngExt as _;
use std::collections::{BTreeMap, HashMap};

use super::dice::{self, Dice};
use crate::{
    cases::model::{Case, State},
    time::Timestamp,
};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// How often somebody looks whether a case that has ended should be taken up again.
const AFTER_THE_END: u32 = 1;

/// A time at which somebody looks at a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The case.
    pub case: String,
    /// Its number.
    pub number: String,
    /// When it last moved.
    pub last: Timestamp,
    /// The version that is known of it.
    pub version: u32,
    /// How often somebody looked at this version in vain.
    pub tries: u32,
}

/// All the looks to come.
#[derive(Default)]
pub struct Agenda {
    looks: BTreeMap<(Timestamp, String), Look>,
    /// The version of each case, and when it is looked at.
    known: HashMap<String, (u32, Option<Timestamp>)>,
}

impl Agenda {
    /// The version that is known of a case.
    pub fn version(&self, case: &str) -> Option<u32> {
        self.known.get(case).map(|(version, _)| *version)
    }

    /// Notes when a case is looked at next, in place of what was noted before.
    pub fn put(&mut self, look: Look, at: Option<Timestamp>) {
        let was = self.known.insert(look.case.clone(), (look.version, at));
        if let Some((_, Some(at))) = was {
            self.looks.remove(&(at, look.number.clone()));
        }
        if let Some(at) = at {
            self.looks.insert((at, look.number.clone()), look);
        }
    }

    /// The next case to look at by `now`.
    pub fn next(&mut self, now: Timestamp) -> Option<Look> {
        let first = self.looks.first_entry()?;
        if first.key().0 > now {
            return None;
        }
        let look = first.remove();
        if let Some((_, at)) = self.known.get_mut(&look.case) {
            *at = None;
        }
        Some(look)
    }
}

/// When cases are looked at.
pub struct Habits {
    /// The seed.
    pub dice: Dice,
    /// When the simulation begins.
    pub from: Timestamp,
    /// Seconds from one step of the clock to the next.
    pub step: i64,
    /// Where it is day or night.
    pub zone: TimeZone,
}

impl Habits {
    /// When a case that last moved at `last` is looked at, not before `now` and after at least
    /// `tries` looks in vain; how many there were by then. None: nobody looks again.
    pub fn look(
        &self,
        case: &Case,
        last: Timestamp,
        now: Timestamp,
        tries: u32,
    ) -> Option<(Timestamp, u32)> {
        let course = &case.course;
        let version = course.version.to_string();
        let source = |n: u32| {
            let question = ["look", &case.number, &version, &n.to_string()];
            self.dice.of(&question)
        };
        let mut first = source(0);
        let wait = rest(course.state, &mut first)?;
        let mut at = self.awake(last.plus_seconds(wait), case.course.state);
        let mut n = 0;
        while n < tries || at < now {
            n += 1;
            if course.state.ended() && n >= AFTER_THE_END {
                return None;
            }
            let again = source(n).random_range(3 * HOUR..20 * HOUR);
            at = self.awake(at.plus_seconds(again), course.state);
        }
        Some((at, n))
    }

    /// At the next step, and by day where offices are at work.
    fn awake(&self, at: Timestamp, state: State) -> Timestamp {
        let since = at.micros().saturating_sub(self.from.micros()) / 1_000_000;
        let steps = since.div_euclid(self.step) + 1;
        let at = self.from.plus_seconds(steps * self.step);
        let hour = i64::from(at.zoned(&self.zone).hour());
        match state {
            // A reporter answers whenever they like.
            State::NeedInfo | State::Resolved | State::Answered | State::Delivered => at,
            _ if hour < 7 => at.plus_seconds((7 - hour) * HOUR),
            _ if hour >= 21 => at.plus_seconds((31 - hour) * HOUR),
            _ => at,
        }
    }
}

/// Seconds until somebody looks at a case in this state.
fn rest(state: State, dice: &mut rand_pcg::Pcg64Mcg) -> Option<i64> {
    let often: &[(u32, Option<(i64, i64)>)] = match state {
        State::Closed => &[(96, None), (4, Some((DAY, 14 * DAY)))],
        State::Declined => &[(60, None), (40, Some((2 * HOUR, 10 * DAY)))],
        _ if state.ended() => return None,
        State::NeedInfo => &[(80, Some((HOUR, 4 * DAY))), (20, Some((8 * DAY, 9 * DAY)))],
        State::Resolved | State::Answered | State::Delivered => {
            &[(70, Some((HOUR, 5 * DAY))), (30, Some((7 * DAY, 9 * DAY)))]
        }
        State::Suspended => &[(1, Some((DAY, 20 * DAY)))],
        State::Merged => &[(1, Some((DAY, 8 * DAY)))],
        // Most of it is done the same day; some is left lying, and its clocks run out.
        _ => &[
            (80, Some((10 * MINUTE, 5 * HOUR))),
            (15, Some((5 * HOUR, 30 * HOUR))),
            (5, Some((2 * DAY, 6 * DAY))),
        ],
    };
    let (low, high) = dice::weighted(dice, often.iter().copied())??;
    Some(dice.random_range(low..high))
}
