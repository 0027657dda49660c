//! Service points (15-minute circle 十五分钟生活圈): where residents are served within a walk, and
//! whether it is open now. Distances are as the crow flies: there is no network of ways.

use std::collections::HashSet;

use jiff::{Zoned, civil::Weekday};

use super::{Datum, DivisionLevel, Point, Position, divisions::may_import};
use crate::{
    context::Context,
    db::{self, service_points::ServicePoint},
    domain::Domain,
    error::{Error, Problem, Result},
    identity::audit,
};

/// Metres a second, walking: 15 minutes are the 1,000 m of a 15-minute pedestrian-scale
/// neighbourhood in GB 50180-2018 (2.0.4, and the note on walking distances). Old people walk
/// about as fast.
pub const WALKING: f64 = 1.1;
/// The longest walk that is asked for, in minutes.
pub const LONGEST: u32 = 60;
/// Metres to a degree of latitude, on a sphere of 6,371 km.
const DEGREE: f64 = 111_195.0;
/// The largest list, in bytes.
pub const LARGEST: usize = 8 * 1024 * 1024;
/// The most points in a list.
const MOST: usize = 20_000;
/// How many problems are told.
const TOLD: usize = 100;
/// The kinds there are.
pub const KINDS: [&str; 10] = [
    "service-centre",
    "canteen",
    "eldercare",
    "health",
    "childcare",
    "culture",
    "sports",
    "market",
    "repair",
    "toilet",
];

/// A point with how far it is.
#[derive(Clone, Debug, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Reachable {
    /// The point.
    #[serde(flatten)]
    pub point: ServicePoint,
    /// Minutes on foot, rounded up; none where it was found by community.
    pub minutes: Option<u32>,
    /// Whether it is open now.
    pub open: bool,
}

/// Points within so many minutes on foot, the nearest first; of one kind, when it is named.
pub async fn near(
    domain: &Domain,
    cx: &Context,
    at: Point,
    minutes: u32,
    kind: Option<&str>,
) -> Result<Vec<Reachable>> {
    if !(1..=LONGEST).contains(&minutes) {
        let problem = Problem::at("minutes", "circle-minutes").with("limit", LONGEST);
        return Err(Error::Invalid(vec![problem]));
    }
    let at = at.position()?;
    let reach = f64::from(minutes) * 60.0 * WALKING;
    let found = {
        let mut c = domain.database.read().await?;
        db::service_points::within(&mut c, bounds(at, reach)).await?
    };
    let mut found: Vec<(f64, ServicePoint)> = found
        .into_iter()
        .filter(|it| kind.is_none_or(|kind| it.kind == kind))
        .map(|it| {
            let (lon, lat) = (it.lon, it.lat);
            (metres(at, Position { lon, lat }), it)
        })
        .filter(|(metres, _)| *metres <= reach)
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let now = cx.now.zoned(&domain.zone);
    let reachable = |(metres, point): (f64, ServicePoint)| Reachable {
        minutes: Some((metres / WALKING / 60.0).ceil() as u32),
        open: is_open(&point, &now),
        point,
    };
    Ok(found.into_iter().map(reachable).collect())
}

/// Points of a community: within 15 minutes of its middle where its cells are known, and those
/// that stand in it otherwise.
pub async fn around(domain: &Domain, cx: &Context, community: &str) -> Result<Vec<Reachable>> {
    let index = domain.grid.index();
    let known = index
        .division(community)
        .filter(|it| it.level == DivisionLevel::Community);
    known.ok_or(Error::NotFound)?;
    if let Some(middle) = middle(domain, cx, community) {
        let at = middle.to(Datum::Cgcs2000);
        return near(domain, cx, at, 15, None).await;
    }
    let found = {
        let mut c = domain.database.read().await?;
        db::service_points::of(&mut c, community).await?
    };
    let now = cx.now.zoned(&domain.zone);
    let reachable = |point: ServicePoint| Reachable {
        minutes: None,
        open: is_open(&point, &now),
        point,
    };
    Ok(found.into_iter().map(reachable).collect())
}

/// The middle of a community's cells.
fn middle(domain: &Domain, cx: &Context, community: &str) -> Option<Position> {
    let index = domain.grid.index();
    let bounds = index
        .cells(community, cx.now)
        .filter_map(|it| it.shape.bounds());
    let [low, high] = bounds.reduce(|[a, b], [c, d]| {
        [
            [a[0].min(c[0]), a[1].min(c[1])],
            [b[0].max(d[0]), b[1].max(d[1])],
        ]
    })?;
    Some(Position {
        lon: f64::midpoint(low[0], high[0]),
        lat: f64::midpoint(low[1], high[1]),
    })
}

/// West and south, then east and north, of all that is within `reach` metres of a position; the
/// corners are farther away.
pub(crate) fn bounds(at: Position, reach: f64) -> [[f64; 2]; 2] {
    let north = reach / DEGREE;
    let east = reach / (DEGREE * at.lat.to_radians().cos().max(0.01));
    [
        [at.lon - east, at.lat - north],
        [at.lon + east, at.lat + north],
    ]
}

/// Metres between two positions a walk apart: on a plane, as the crow flies.
pub(crate) fn metres(from: Position, to: Position) -> f64 {
    let north = (to.lat - from.lat) * DEGREE;
    let east = (to.lon - from.lon) * DEGREE * from.lat.to_radians().cos();
    north.hypot(east)
}

fn is_open(point: &ServicePoint, now: &Zoned) -> bool {
    Hours::parse(&point.hours).is_some_and(|it| it.open(now))
}

/// When a place is open: the part of OpenStreetMap's `opening_hours` that says days and times.
struct Hours(Vec<Rule>);

/// The days a rule is for, Monday first, and its spans in minutes of the day.
type Rule = ([bool; 7], Vec<(i32, i32)>);

const DAYS: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

impl Hours {
    /// `24/7`, or rules with `;` between: days (all when absent) and spans, as in
    /// `Mo-Fr 09:00-12:00,13:00-17:00; Sa 09:00-12:00`. A later rule counts for its days.
    fn parse(text: &str) -> Option<Self> {
        if text.trim() == "24/7" {
            return Some(Self(vec![([true; 7], vec![(0, 1440)])]));
        }
        let rules = text.split(';').map(str::trim).filter(|it| !it.is_empty());
        let rules: Option<Vec<_>> = rules.map(rule).collect();
        rules.filter(|it| !it.is_empty()).map(Self)
    }

    fn open(&self, now: &Zoned) -> bool {
        let today = match now.weekday() {
            Weekday::Monday => 0,
            Weekday::Tuesday => 1,
            Weekday::Wednesday => 2,
            Weekday::Thursday => 3,
            Weekday::Friday => 4,
            Weekday::Saturday => 5,
            Weekday::Sunday => 6,
        };
        let minute = i32::from(now.hour()) * 60 + i32::from(now.minute());
        let on = |day: usize| {
            let of_day = |it: &&Rule| it.0.get(day) == Some(&true);
            self.0.iter().rev().find(of_day).map(|it| it.1.as_slice())
        };
        let within = |spans: Option<&[(i32, i32)]>, minute: i32| {
            let spans = spans.unwrap_or_default();
            spans
                .iter()
                .any(|(from, to)| (*from..*to).contains(&minute))
        };
        // A span over midnight belongs to the day it began.
        within(on(today), minute) || within(on((today + 6) % 7), minute + 1440)
    }
}

fn rule(text: &str) -> Option<Rule> {
    let (days, times) = match text.split_once(' ') {
        Some((days, times)) => (days, times),
        None => ("Mo-Su", text),
    };
    let mut on = [false; 7];
    for part in days.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let day = |name: &str| DAYS.iter().position(|it| *it == name);
        let (first, last) = (day(first)?, day(last)?);
        let mut at = first;
        loop {
            *on.get_mut(at)? = true;
            if at == last {
                break;
            }
            at = (at + 1) % 7;
        }
    }
    if times.trim() == "off" {
        return Some((on, Vec::new()));
    }
    let spans: Option<Vec<_>> = times.split(',').map(|it| span(it.trim())).collect();
    Some((on, spans?))
}

fn span(text: &str) -> Option<(i32, i32)> {
    let (from, to) = text.split_once('-')?;
    let (from, to) = (minute(from)?, minute(to)?);
    Some((from, if to <= from { to + 1440 } else { to }))
}

fn minute(text: &str) -> Option<i32> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute): (i32, i32) = (hour.parse().ok()?, minute.parse().ok()?);
    let fine = (0..=24).contains(&hour) && (0..60).contains(&minute) && hour * 60 + minute <= 1440;
    fine.then_some(hour * 60 + minute)
}

/// Brings in points from CSV in UTF-8, all or nothing, with the columns `code`, `kind`, `name`,
/// `address`, `lon`, `lat`, `datum`, `hours`, and perhaps `name_en`, `community` (12 digits;
/// needed where no cell holds the point), `services` and `wheelchair` (`yes` or `no`). A known
/// code gets what the list says. Answers how many. For administrators.
pub async fn import(domain: &Domain, cx: &Context, list: &[u8]) -> Result<usize> {
    may_import(cx)?;
    let points = read(domain, cx, list)?;
    let count = points.len();
    let (shared, cx) = (domain.clone(), cx.clone());
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            for it in &points {
                db::service_points::put(t, it).await?;
            }
            let what = format!("{count} points");
            audit::record(t, &shared, &cx, "import-service-points", &what, "done").await
        })
    });
    write.await?;
    Ok(count)
}

fn read(domain: &Domain, cx: &Context, list: &[u8]) -> Result<Vec<ServicePoint>> {
    let problem = |code: &str| Error::invalid("file", code);
    if list.len() > LARGEST {
        return Err(problem("circle-list-too-long"));
    }
    let text = std::str::from_utf8(list).map_err(|_| problem("file-not-utf8"))?;
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let headers = reader
        .headers()
        .map_err(|_| problem("circle-list-columns"))?
        .clone();
    let needed = [
        "code", "kind", "name", "address", "lon", "lat", "datum", "hours",
    ];
    if !needed
        .iter()
        .all(|it| headers.iter().any(|header| header == *it))
    {
        return Err(problem("circle-list-columns"));
    }
    let (mut points, mut problems, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    for record in reader.records() {
        let record = record.map_err(|_| problem("grid-file-unreadable"))?;
        let line = record.position().map_or(0, csv::Position::line);
        let text = |name: &str| {
            let at = headers.iter().position(|it| it == name);
            at.and_then(|at| record.get(at)).unwrap_or_default()
        };
        match point(domain, cx, &text) {
            Ok(it) if !seen.insert(it.code.clone()) => {
                problems.push(Problem::at(&format!("line {line}"), "circle-code-twice"));
            }
            Ok(it) => points.push(it),
            Err(it) => problems.push(Problem {
                at: Some(format!("line {line}")),
                ..it
            }),
        }
        if points.len() > MOST {
            return Err(problem("circle-list-too-long"));
        }
    }
    if points.is_empty() && problems.is_empty() {
        return Err(problem("circle-list-empty"));
    }
    problems.truncate(TOLD);
    match problems.is_empty() {
        true => Ok(points),
        false => Err(Error::Invalid(problems)),
    }
}

fn point<'a>(
    domain: &Domain,
    cx: &Context,
    text: &dyn Fn(&str) -> &'a str,
) -> Result<ServicePoint, Problem> {
    let bad = Problem::general;
    let (code, name) = (text("code"), text("name"));
    let fits = |it: &str, most: usize| (1..=most).contains(&it.chars().count());
    if !fits(code, 64) || !fits(name, 100) || !fits(text("address"), 200) {
        return Err(bad("circle-point-words"));
    }
    if text("services").chars().count() > 500 || text("name_en").chars().count() > 100 {
        return Err(bad("circle-point-words"));
    }
    if !KINDS.contains(&text("kind")) {
        return Err(bad("circle-kind").with("known", KINDS.join(", ")));
    }
    if Hours::parse(text("hours")).is_none() {
        return Err(bad("circle-hours"));
    }
    let wheelchair = match text("wheelchair") {
        "yes" => true,
        "" | "no" => false,
        _ => return Err(bad("circle-wheelchair")),
    };
    let first = |error| match error {
        Error::Invalid(problems) => problems.into_iter().next(),
        _ => None,
    };
    let at = Point::parse(text("lon"), text("lat"), Some(text("datum"))).and_then(Point::position);
    let at = at.map_err(|it| first(it).unwrap_or_else(|| bad("grid-coordinate-not-a-number")))?;
    let index = domain.grid.index();
    let located = index
        .locate(at, cx.now)
        .and_then(|it| it.division.parent.clone());
    let community = match text("community") {
        "" => located.ok_or_else(|| bad("circle-no-community"))?,
        code => code.to_owned(),
    };
    let known = index.division(&community);
    if !known.is_some_and(|it| it.level == DivisionLevel::Community && it.live(cx.now)) {
        return Err(bad("circle-no-community"));
    }
    let name_en = Some(text("name_en")).filter(|it| !it.is_empty());
    Ok(ServicePoint {
        code: code.to_owned(),
        kind: text("kind").to_owned(),
        name: name.to_owned(),
        name_en: name_en.unwrap_or(name).to_owned(),
        address: text("address").to_owned(),
        community,
        lon: at.lon,
        lat: at.lat,
        hours: text("hours").to_owned(),
        services: text("services").to_owned(),
        wheelchair,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read() {
        let open = |hours: &str, at: &str| {
            let at: jiff::civil::DateTime = at.parse().unwrap();
            Hours::parse(hours)
                .unwrap()
                .open(&at.in_tz("Asia/Shanghai").unwrap())
        };
        // 2026-11-23 is a Monday.
        let usual = "Mo-Fr 09:00-12:00,13:00-17:00; Sa 09:00-12:00";
        for (at, expected) in [
            ("2026-11-23T08:59", false),
            ("2026-11-23T09:00", true),
            ("2026-11-23T12:30", false),
            ("2026-11-27T16:59", true),
            ("2026-11-28T11:00", true),
            ("2026-11-28T14:00", false),
            ("2026-11-29T10:00", false),
        ] {
            assert_eq!(open(usual, at), expected, "{at}");
        }
        assert!(open("24/7", "2026-11-29T03:00"));
        assert!(open("08:00-20:00", "2026-11-29T19:00"));
        assert!(
            open("Sa 22:00-02:00", "2026-11-29T01:00")
                && !open("Sa 22:00-02:00", "2026-11-28T01:00")
        );
        assert!(!open("Mo-Su 09:00-17:00; Su off", "2026-11-29T10:00"));
        assert!(
            open("Fr-Mo 09:00-17:00", "2026-11-23T10:00")
                && !open("Fr-Mo 09:00-17:00", "2026-11-24T10:00")
        );
        for wrong in [
            "",
            "always",
            "Mo-Fr",
            "Xx 09:00-17:00",
            "25:00-26:00",
            "Mo 9-17",
        ] {
            assert!(Hours::parse(wrong).is_none(), "{wrong}");
        }
    }
}
