//! Working hours: Monday to Friday, 9 to 17, in the host's zone. Pure. Holidays and make-up days
//! are not known yet.

use jiff::{ToSpan as _, Zoned, civil::Weekday, tz::TimeZone};

use crate::time::Timestamp;

const OPENS: i8 = 9;
const CLOSES: i8 = 17;

/// The moment at which `seconds` of working time have gone by since `now`. Never earlier than
/// `now`; stops searching after ten years.
pub fn after(now: Timestamp, seconds: i64, zone: &TimeZone) -> Timestamp {
    let mut left = seconds.max(0);
    let mut at = now.zoned(zone);
    for _ in 0..3660 {
        let Some((open, close)) = hours(&at) else {
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

/// When the day of `at` opens and closes; both at its start on a weekend.
fn hours(at: &Zoned) -> Option<(Zoned, Zoned)> {
    let day = at.start_of_day().ok()?;
    if matches!(at.weekday(), Weekday::Saturday | Weekday::Sunday) {
        return Some((day.clone(), day));
    }
    let open = day.checked_add(i64::from(OPENS).hours()).ok()?;
    let close = day.checked_add(i64::from(CLOSES).hours()).ok()?;
    Some((open, close))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(from: &str, hours: i64, to: &str) {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let at = |text: &str| -> Timestamp {
            let text = format!("{text}[Asia/Shanghai]");
            micros(&text.parse::<Zoned>().unwrap())
        };
        assert_eq!(
            after(at(from), hours * 3600, &zone),
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
}
