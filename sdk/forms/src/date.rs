//! Calendar dates and times of day, just enough of them to compare and to count days.
//! Never asks what today is: the caller says.

/// A date of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: i32,
    month: u8,
    day: u8,
}

impl Date {
    /// The date, if there is one: years 1 to 9999.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let real = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in(year, month)).contains(&day);
        real.then_some(Self { year, month, day })
    }

    /// Reads `YYYY-MM-DD`, and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let sized = year.len() == 4 && month.len() == 2 && day.len() == 2;
        if !sized || parts.next().is_some() || !digits(year) || !digits(month) || !digits(day) {
            return None;
        }
        Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    /// Reads a bound: a date, or `today`, `today+7d`, `today-1d` (at most 36,500 days away).
    pub fn bound(text: &str, today: Self) -> Option<Self> {
        let Some(offset) = text.strip_prefix("today") else {
            return Self::parse(text);
        };
        if offset.is_empty() {
            return Some(today);
        }
        let (sign, rest) = match offset.strip_prefix('+') {
            Some(rest) => (1, rest),
            None => (-1, offset.strip_prefix('-')?),
        };
        let count = rest.strip_suffix('d').filter(|count| digits(count))?;
        let days: i64 = count.parse().ok().filter(|days| *days <= 36_500)?;
        today.plus_days(sign * days)
    }

    /// So many days later, or earlier when negative.
    pub fn plus_days(self, days: i64) -> Option<Self> {
        Self::from_days(self.days().checked_add(days)?)
    }

    /// Days since 1970-01-01 (after Howard Hinnant's civil calendar).
    pub fn days(self) -> i64 {
        let year = i64::from(self.year) - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let month = (i64::from(self.month) + 9) % 12;
        let of_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    /// The date so many days after 1970-01-01.
    pub fn from_days(days: i64) -> Option<Self> {
        let shifted = days.checked_add(719_468)?;
        let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let of_era = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let of_year = day - (365 * of_era + of_era / 4 - of_era / 100);
        let month = (5 * of_year + 2) / 153;
        let date = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = of_era + era * 400 + i64::from(month <= 2);
        Self::new(
            year.try_into().ok()?,
            month.try_into().ok()?,
            date.try_into().ok()?,
        )
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Reads `HH:MM` as minutes after midnight.
pub fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    if hour.len() != 2 || minute.len() != 2 || !digits(hour) || !digits(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn days_in(year: i32, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_dates_in_one_form_are_read() {
        for good in ["2026-11-23", "2024-02-29", "2000-02-29", "0001-01-01"] {
            assert_eq!(Date::parse(good).unwrap().to_string(), good);
        }
        for bad in [
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "26-1-1",
            "2026-1-01",
            "2026-01-01x",
            "+026-01-01",
            "",
        ] {
            assert_eq!(Date::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn days_and_dates_agree_over_four_centuries() {
        assert_eq!(Date::parse("1970-01-01").unwrap().days(), 0);
        assert_eq!(Date::parse("2026-11-23").unwrap().days(), 20_780);
        for days in (-150_000..150_000).step_by(13) {
            assert_eq!(Date::from_days(days).unwrap().days(), days);
        }
    }

    #[test]
    fn bounds_may_be_relative_to_today() {
        let today = Date::parse("2026-02-27").unwrap();
        let bound = |text| Date::bound(text, today).map(|date| date.to_string());
        assert_eq!(bound("today").unwrap(), "2026-02-27");
        assert_eq!(bound("today+7d").unwrap(), "2026-03-06");
        assert_eq!(bound("today-58d").unwrap(), "2025-12-31");
        for bad in [
            "today+d",
            "today7d",
            "today+7",
            "today++7d",
            "today+99999d",
            "tomorrow",
        ] {
            assert_eq!(bound(bad), None, "{bad}");
        }
    }

    #[test]
    fn times_are_hours_and_minutes() {
        assert_eq!(minutes("23:59"), Some(1439));
        for bad in ["24:00", "1:00", "12:60", "12.00", "12:0", ""] {
            assert_eq!(minutes(bad), None, "{bad}");
        }
    }
}
