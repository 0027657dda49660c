//! Working hours: 9 to 17 on the days that the calendar says are worked. Pure.

use jiff::{ToSpan as _, Zoned};

use super::calendar::Calendar;
use crate::time::Timestamp;

const OPENS: i8 = 9;
const CLOSES: i8 = 17;

/// The moment at which `seconds` of working time have gone by since `now`. Never earlier than
/// `now`; stops searching after ten years.
pub fn after(now: Timestamp, seconds: i64, calendar: &Calendar) -> Timestamp {
    let mut left = seconds.max(0);
    let mut at = now.zoned(calendar.zone());
    for _ in 0..3660 {
        let Some((open, close)) = hours(&at, calendar) else {
            break;
        };
        let from = if at > open { at.clone() } else { open };
        if from < close {
            let free = close.timestamp().as_second() - from.timestamp().as_second();
            if left <= free {
                return micros(&from).plus_seconds(left);
            }
            left -= free;
        }
        at = match at.tomorrow().and_then(|it| it.start_of_day()) {
            Ok(next) => next,
            Err(_) => break,
        };
    }
    micros(&at).plus_seconds(left)
}

fn micros(at: &Zoned) -> Timestamp {
    Timestamp::from_micros(at.timestamp().as_microsecond())
}

/// When the day of `at` opens and closes; both at its start when it is not worked.
fn hours(at: &Zoned, calendar: &Calendar) -> Option<(Zoned, Zoned)> {
    let day = at.start_of_day().ok()?;
    if !calendar.works(at.date()) {
        return Some((day.clone(), day));
    }
    let open = day.checked_add(i64::from(OPENS).hours()).ok()?;
    let close = day.checked_add(i64::from(CLOSES).hours()).ok()?;
    Some((open, close))
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    fn check(from: &str, hours: i64, to: &str) {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let calendar = Calendar::brought(zone).unwrap();
        let at = |text: &str| -> Timestamp {
            let text = format!("{text}[Asia/Shanghai]");
            micros(&text.parse::<Zoned>().unwrap())
        };
        assert_eq!(
            after(at(from), hours * 3600, &calendar),
            at(to),
            "{from} + {hours} h"
        );
    }

    #[test]
    fn only_working_hours_count() {
        check("2026-11-23T10:00", 4, "2026-11-23T14:00");
        check("2026-11-23T15:00", 4, "2026-11-24T11:00");
        check("2026-11-23T07:00", 1, "2026-11-23T10:00");
        check("2026-11-27T16:00", 2, "2026-11-30T10:00");
        check("2026-11-28T12:00", 8, "2026-11-30T17:00");
        check("2026-11-23T17:00", 0, "2026-11-24T09:00");
    }

    #[test]
    fn holidays_do_not_count_and_the_days_that_make_up_for_them_do() {
        // The Spring Festival of 2026: 15 to 23 February, and Saturday the 14th is worked.
        check("2026-02-13T16:00", 2, "2026-02-14T10:00");
        check("2026-02-14T16:00", 2, "2026-02-24T10:00");
        // A year without data: Monday to Friday, the first of January included.
        check("2026-12-31T16:00", 2, "2027-01-01T10:00");
    }
}
