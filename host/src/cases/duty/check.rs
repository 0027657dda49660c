//! What makes a list fit to be put in force: each class by itself, and the list against the
//! organisation. Pure: offices come in as values.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    DutyItem, DutyList,
    table::{Draft, at},
};
use crate::{cases::operations::DESK, error::Problem, identity::Level};

/// The longest limit, in hours: a year.
const MOST_HOURS: u32 = 8760;
/// The longest window for reopening, in days.
const MOST_DAYS: u32 = 365;
/// The most photos that are asked for.
const MOST_EVIDENCE: u32 = 9;
/// The most characters of a code.
const CODE: usize = 16;

/// What is wrong with the classes of a table by themselves, and each class that is there twice.
pub fn faults(draft: &Draft) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut seen = BTreeMap::new();
    for (line, item) in &draft.items {
        let wrong = item_faults(item).into_iter();
        problems.extend(wrong.map(|(column, code)| at(*line, column, &item.code, code)));
        if let Some(before) = seen.insert(&item.code, line) {
            let problem = at(*line, "code", &item.code, "duty-list-code-twice");
            problems.push(problem.with("line", before));
        }
    }
    problems
}

/// Column and message of what is wrong with a class by itself.
fn item_faults(item: &DutyItem) -> Vec<(&'static str, &'static str)> {
    let mut found = Vec::new();
    let mut need = |fine: bool, column: &'static str, code: &'static str| {
        if !fine {
            found.push((column, code));
        }
    };
    let plain = |it: &str| it.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    need(
        item.code.len() <= CODE && plain(&item.code),
        "code",
        "duty-list-code",
    );
    need(plain(&item.lead), "lead", "duty-list-kind");
    let [accept, emergency, urgent, normal] = item.hours;
    let within = |it: u32| (1..=MOST_HOURS).contains(&it);
    let hours = [
        ("accept", accept),
        ("emergency", emergency),
        ("urgent", urgent),
        ("normal", normal),
        ("return_hours", item.return_hours()),
        ("co_hours", item.co_hours()),
    ];
    for (column, limit) in hours {
        need(within(limit), column, "duty-list-limit");
    }
    need(emergency <= urgent, "urgent", "duty-list-limit-order");
    need(urgent <= normal, "normal", "duty-list-limit-order");
    need(item.co_hours() <= normal, "co_hours", "duty-list-co-hours");
    let days = (1..=MOST_DAYS).contains(&item.reopen_days());
    need(days, "reopen_days", "duty-list-days");
    need(
        item.evidence <= MOST_EVIDENCE,
        "evidence",
        "duty-list-evidence",
    );
    let low = item.basic && item.lowest > Level::Community;
    need(!low, "basic", "duty-list-basic-too-low");
    let mut kinds = BTreeSet::from([item.lead.as_str()]);
    for co in &item.co_units {
        let column = column(co.call);
        need(plain(&co.unit), column, "duty-list-kind");
        need(kinds.insert(&co.unit), column, "duty-list-co-twice");
    }
    found
}

/// The column that names co-units of a call.
pub(super) const fn column(call: super::Call) -> &'static str {
    match call {
        super::Call::Required => "co_required",
        super::Call::OnCall => "co_on_call",
    }
}

/// The kind of unit that a list means: the office of a street is the desk of that street.
pub fn kind(named: &str) -> &str {
    match named {
        "street-office" => DESK,
        other => other,
    }
}

/// Which kinds of unit that may act there are, and where.
#[derive(Clone, Debug, Default)]
pub struct Offices(BTreeMap<String, BTreeSet<String>>);

/// Why a kind of unit cannot answer for a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// There is none of this kind.
    Unknown,
    /// 上收: those there are stand below the level that the class is never held below.
    TooLow,
    /// This division has none, and none above it.
    At(String),
}

impl Offices {
    /// From kinds and the divisions they serve.
    pub fn new(all: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut kinds: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (kind, division) in all {
            kinds.entry(kind).or_default().insert(division);
        }
        Self(kinds)
    }

    /// Only those within a division.
    #[must_use]
    pub fn within(mut self, division: &str) -> Self {
        for places in self.0.values_mut() {
            places.retain(|it| it.starts_with(division));
        }
        self.0.retain(|_, places| !places.is_empty());
        self
    }

    fn at(&self, kind: &str, division: &str) -> bool {
        self.0.get(kind).is_some_and(|it| it.contains(division))
    }

    /// The places of a level with an office of any kind.
    fn places(&self, digits: usize) -> BTreeSet<&str> {
        let all = self.0.values().flatten();
        all.filter_map(|it| it.get(..digits)).collect()
    }

    /// What a list's kind of unit lacks to answer everywhere from level `lowest` up; none when
    /// each street has one of its own or the district's. Units below a street or above a district
    /// answer for no class.
    pub fn lack(&self, named: &str, lowest: Level) -> Option<Lack> {
        let kind = kind(named);
        if !self.0.contains_key(kind) {
            return Some(Lack::Unknown);
        }
        for district in self.places(6) {
            if self.at(kind, district) {
                continue;
            }
            let streets = self.places(9);
            let mut streets = streets
                .iter()
                .filter(|it| it.starts_with(district))
                .peekable();
            if lowest > Level::Street {
                let low = streets.any(|it| self.at(kind, it));
                return Some(if low {
                    Lack::TooLow
                } else {
                    Lack::At(district.to_owned())
                });
            }
            if streets.peek().is_none() {
                return Some(Lack::At(district.to_owned()));
            }
            if let Some(street) = streets.find(|it| !self.at(kind, it)) {
                return Some(Lack::At((*street).to_owned()));
            }
        }
        None
    }
}

/// What the classes of a list lack in the organisation; `lines` has the line of each class.
pub fn against(
    list: &DutyList,
    offices: &Offices,
    lines: &BTreeMap<String, usize>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for item in list.items() {
        let line = lines.get(&item.code).copied().unwrap_or(0);
        let co = item.co_units.iter().map(|it| (column(it.call), &it.unit));
        for (column, named) in std::iter::once(("lead", &item.lead)).chain(co) {
            let problem = |code| at(line, column, &item.code, code).with("unit", named);
            problems.extend(match offices.lack(named, item.lowest) {
                None => None,
                Some(Lack::Unknown) => Some(problem("duty-list-unit-unknown")),
                Some(Lack::TooLow) => Some(problem("duty-list-unit-too-low")),
                Some(Lack::At(place)) => {
                    Some(problem("duty-list-unit-lacking").with("place", place))
                }
            });
        }
    }
    problems
}
