//! The working calendar: which days are worked. Data, as the State Council publishes it each
//! November for the year to come; a day that no year's data names counts as what it is. Pure.

use jiff::{
    ToSpan as _,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use super::working_time;
use crate::{
    error::{Error, Problem, Result},
    time::Timestamp,
};

/// The largest file, in bytes.
pub const LARGEST: usize = 256 * 1024;
/// The most years in a file.
const YEARS: usize = 50;
/// The longest run of holidays, in days; the longest so far was nine.
const RUN: usize = 15;
/// The most characters of a source.
const SOURCE: usize = 400;

/// What is published for one year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = CalendarYear)]
#[serde(deny_unknown_fields)]
pub struct Year {
    /// Which.
    pub year: i16,
    /// The notice it is taken from, with its number and date.
    pub source: String,
    /// Days without work: `2026-01-01`, or the first and the last, `2026-01-01/2026-01-03`.
    pub holidays: Vec<String>,
    /// Saturdays and Sundays that are worked.
    pub workdays: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    years: Vec<Year>,
}

/// The years that this program brings.
pub fn first() -> Result<Vec<Year>> {
    parse(include_str!("../../data/calendar.toml"))
}

/// Years from TOML. `Invalid` names year, list and place of each wrong entry, as in
/// `2026 holidays 3`.
pub fn parse(text: &str) -> Result<Vec<Year>> {
    if text.len() > LARGEST {
        return Err(Error::invalid("file", "calendar-too-long"));
    }
    let file: File = toml::from_str(text).map_err(|error| {
        Error::Invalid(vec![
            Problem::general("calendar-unreadable").with("why", error.message()),
        ])
    })?;
    if file.years.is_empty() || file.years.len() > YEARS {
        return Err(Error::invalid("years", "calendar-years"));
    }
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    for year in &file.years {
        if !seen.insert(year.year) {
            let at = year.year.to_string();
            problems.push(Problem::at(&at, "calendar-year-twice"));
        }
        problems.extend(days(year).err().unwrap_or_default());
    }
    match problems.is_empty() {
        true => Ok(file.years),
        false => Err(Error::Invalid(problems)),
    }
}

/// Whether each day that a year names is worked; or what is wrong with them.
fn days(year: &Year) -> Result<BTreeMap<Date, bool>, Vec<Problem>> {
    let at = |list: &str, place: usize| format!("{} {list} {}", year.year, place + 1);
    let (mut days, mut problems) = (BTreeMap::new(), Vec::new());
    if year.source.trim().is_empty() || year.source.chars().count() > SOURCE {
        let at = format!("{} source", year.year);
        problems.push(Problem::at(&at, "calendar-source"));
    }
    if !(2000..=2200).contains(&year.year) {
        let at = year.year.to_string();
        problems.push(Problem::at(&at, "calendar-year"));
    }
    let lists = [
        ("holidays", &year.holidays, false),
        ("workdays", &year.workdays, true),
    ];
    for (list, entries, worked) in lists {
        for (place, entry) in entries.iter().enumerate() {
            match run(entry, year.year, worked) {
                Ok(run) => {
                    let twice = run.iter().any(|day| days.insert(*day, worked).is_some());
                    if twice {
                        let problem = Problem::at(&at(list, place), "calendar-day-twice");
                        problems.push(problem.with("day", entry));
                    }
                }
                Err(code) => {
                    problems.push(Problem::at(&at(list, place), code).with("day", entry));
                }
            }
        }
    }
    match problems.is_empty() {
        true => Ok(days),
        false => Err(problems),
    }
}

/// The days of an entry. New Year's holiday may begin in the last week of the year before.
fn run(entry: &str, year: i16, worked: bool) -> Result<Vec<Date>, &'static str> {
    let (first, last) = entry.split_once('/').unwrap_or((entry, entry));
    let date = |text: &str| text.trim().parse::<Date>();
    let (Ok(first), Ok(last)) = (date(first), date(last)) else {
        return Err("calendar-day-unreadable");
    };
    if first > last {
        return Err("calendar-day-order");
    }
    let days: Vec<Date> = first
        .series(1.day())
        .take_while(|day| *day <= last)
        .take(RUN + 1)
        .collect();
    if days.len() > RUN {
        return Err("calendar-run-too-long");
    }
    let belongs = |day: &Date| {
        let before = day.year() + 1 == year && day.month() == 12 && day.day() >= 25;
        day.year() == year || before
    };
    if !days.iter().all(belongs) {
        return Err("calendar-day-other-year");
    }
    if worked && days.iter().any(|day| !weekend(*day)) {
        return Err("calendar-workday-not-weekend");
    }
    Ok(days)
}

fn weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Which days are worked, in the host's time zone.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    years: BTreeSet<i16>,
    named: BTreeMap<Date, bool>,
}

impl Calendar {
    /// From checked years; of two for the same year, the later one counts. `Invalid` as [`parse`].
    pub fn new(zone: TimeZone, years: &[Year]) -> Result<Self> {
        let by_year: BTreeMap<i16, &Year> = years.iter().map(|it| (it.year, it)).collect();
        let mut named = BTreeMap::new();
        for year in by_year.values() {
            named.extend(days(year).map_err(Error::Invalid)?);
        }
        Ok(Self {
            zone,
            years: by_year.into_keys().collect(),
            named,
        })
    }

    /// With the years that this program brings.
    pub fn brought(zone: TimeZone) -> Result<Self> {
        Self::new(zone, &first()?)
    }

    /// The time zone that days are reckoned in.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Whether anything is published for a year. Where not, Monday to Friday count.
    pub fn knows(&self, year: i16) -> bool {
        self.years.contains(&year)
    }

    /// Whether a day is worked.
    pub fn works(&self, day: Date) -> bool {
        self.named.get(&day).copied().unwrap_or(!weekend(day))
    }

    /// The moment at which `hours` of working time, 9 to 17 on days that are worked, have gone by
    /// since `now`.
    pub fn after(&self, now: Timestamp, hours: u32) -> Timestamp {
        working_time::after(now, i64::from(hours) * 3600, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar() -> Calendar {
        Calendar::brought(TimeZone::get("Asia/Shanghai").unwrap()).unwrap()
    }

    #[test]
    fn the_brought_years_are_as_published() {
        let calendar = calendar();
        let works = |day: &str| calendar.works(day.parse().unwrap());
        assert!(calendar.knows(2025) && calendar.knows(2026) && !calendar.knows(2027));
        assert!(!works("2025-01-28") && works("2025-01-27") && works("2025-01-26"));
        assert!(!works("2026-02-23") && works("2026-02-24") && works("2026-02-14"));
        assert!(works("2026-10-10") && !works("2026-10-11") && !works("2026-10-07"));
        // 28 days of holidays in 2025, 33 in 2026, as the notices add them up.
        let holidays = |year| {
            let named = calendar.named.iter();
            named
                .filter(|(day, worked)| day.year() == year && !**worked)
                .count()
        };
        assert_eq!((holidays(2025), holidays(2026)), (28, 33));
        let unknown = |day: &str| works(day);
        assert!(unknown("2027-01-01") && !unknown("2027-01-02"));
    }

    #[test]
    fn each_wrong_entry_is_named_with_its_place() {
        let year = |holidays: &str, workdays: &str| {
            format!(
                "[[years]]\nyear = 2027\nsource = \"s\"\nholidays = {holidays}\nworkdays = {workdays}"
            )
        };
        let check = |text: String, at: &str, code: &str| match parse(&text) {
            Err(Error::Invalid(problems)) => {
                assert_eq!(problems.len(), 1, "{problems:?}");
                assert_eq!(
                    (problems[0].at.as_deref(), &*problems[0].code),
                    (Some(at), code)
                );
            }
            other => panic!("{other:?}"),
        };
        check(
            year(r#"["2027-13-01"]"#, "[]"),
            "2027 holidays 1",
            "calendar-day-unreadable",
        );
        check(
            year(r#"["2027-01-03/2027-01-01"]"#, "[]"),
            "2027 holidays 1",
            "calendar-day-order",
        );
        check(
            year(r#"["2027-01-01", "2028-01-01"]"#, "[]"),
            "2027 holidays 2",
            "calendar-day-other-year",
        );
        check(
            year(r#"["2027-01-01/2027-02-01"]"#, "[]"),
            "2027 holidays 1",
            "calendar-run-too-long",
        );
        check(
            year("[]", r#"["2027-01-04"]"#),
            "2027 workdays 1",
            "calendar-workday-not-weekend",
        );
        check(
            year(r#"["2027-01-02"]"#, r#"["2027-01-02"]"#),
            "2027 workdays 1",
            "calendar-day-twice",
        );
        assert!(parse(&year(r#"["2026-12-31/2027-01-03"]"#, "[]")).is_ok());
    }
}
