//! The duty list 权责清单: which unit answers for a class, how low it may fall, and how long each
//! step may take. Data, checked when it is loaded; a running case keeps the limits it was given.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use super::{
    calendar::Calendar,
    lifecycle::Dues,
    model::{Procedure, Urgency},
};
use crate::{
    context::Locale,
    error::{Error, Problem, Result},
    identity::Level,
    time::Timestamp,
};

/// Which hours count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hours {
    /// All of them.
    Natural,
    /// 9 to 17 on the days that the calendar says are worked.
    Working,
}

/// When a co-unit 配合单位 is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Call {
    /// Always: the lead cannot finish without it.
    Required,
    /// When the lead asks.
    OnCall,
}

/// A unit that helps the lead with the cases of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoUnit {
    /// Kind of unit; the nearest one upward from the place is meant, as for a lead.
    pub unit: String,
    /// When it is asked.
    pub call: Call,
}

/// The five fields that one network manages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// 公共安全
    Safety,
    /// 城市建设
    Construction,
    /// 市场监管
    Market,
    /// 民生保障
    Livelihood,
    /// 城市运行
    CityOperation,
}

impl Field {
    /// The name in the API and, after `domain-`, of its words on screens.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safety => "safety",
            Self::Construction => "construction",
            Self::Market => "market",
            Self::Livelihood => "livelihood",
            Self::CityOperation => "city-operation",
        }
    }
}

/// One class of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DutyItem {
    /// The class.
    pub code: String,
    zh: String,
    en: String,
    /// By which table its cases move; an incident where the list does not say.
    #[serde(default)]
    pub procedure: Procedure,
    /// Field of management.
    pub domain: Field,
    /// Kind of the unit that answers for it.
    pub lead: String,
    /// 上收: never held below this level.
    pub lowest: Level,
    /// Whether a community may do it by itself.
    pub basic: bool,
    clock: Hours,
    /// Accept; resolve for emergency, urgent, normal. Of a visit: give it to somebody; make it.
    hours: [u32; 4],
    /// How many photos prove that it is done.
    pub evidence: u32,
    /// The law or rule it rests on.
    pub basis: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    co_units: Vec<CoUnit>,
    /// In how many of its hours a unit may return it 退单; see [`Self::return_hours`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    return_hours: Option<u32>,
    /// For how many days it may be reopened; see [`Self::reopen_days`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reopen_days: Option<u32>,
    /// In how many of its hours a co-unit has to be done; see [`Self::co_hours`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    co_hours: Option<u32>,
}

impl DutyItem {
    /// Its name in a language.
    pub fn name(&self, locale: Locale) -> &str {
        match locale {
            Locale::Chinese => &self.zh,
            Locale::English => &self.en,
        }
    }

    /// The units that help, in the list's order; each kind once, and never the lead's.
    pub fn co_units(&self) -> &[CoUnit] {
        &self.co_units
    }

    /// In how many hours, of those that count for the class, a unit it was sent to may return it
    /// 退单. Where the list does not say: 24 working hours, or 8 natural ones.
    pub fn return_hours(&self) -> u32 {
        self.return_hours.unwrap_or(match self.clock {
            Hours::Working => 24,
            Hours::Natural => 8,
        })
    }

    /// For how many days after it is resolved it may be reopened; 15 where the list does not say.
    pub fn reopen_days(&self) -> u32 {
        self.reopen_days.unwrap_or(REOPEN)
    }

    /// In how many hours, of those that count for the class, a co-unit has to be done. Where the
    /// list does not say: 24, or the limit of a normal case if that is less.
    pub fn co_hours(&self) -> u32 {
        let [.., normal] = self.hours;
        self.co_hours.unwrap_or(normal.min(24))
    }

    /// Until when a unit that is sent the case at `now` may return it.
    pub fn return_by(&self, now: Timestamp, calendar: &Calendar) -> Timestamp {
        self.after(now, self.return_hours(), calendar)
    }

    /// Until when a co-unit that is asked at `now` has to be done.
    pub fn co_task_by(&self, now: Timestamp, calendar: &Calendar) -> Timestamp {
        self.after(now, self.co_hours(), calendar)
    }

    /// Until when a case that is resolved at `now` may be reopened: so many times 24 hours.
    pub fn reopen_until(&self, now: Timestamp) -> Timestamp {
        now.plus_seconds(i64::from(self.reopen_days()) * DAY)
    }

    fn after(&self, now: Timestamp, hours: u32, calendar: &Calendar) -> Timestamp {
        match self.clock {
            Hours::Natural => now.plus_seconds(i64::from(hours) * HOUR),
            Hours::Working => calendar.after(now, hours),
        }
    }

    /// When each clock would run out, started at `now`.
    pub fn dues(&self, urgency: Urgency, now: Timestamp, calendar: &Calendar) -> Dues {
        let [accept, emergency, urgent, normal] = self.hours;
        let resolve = match urgency {
            Urgency::Emergency => emergency,
            Urgency::Urgent => urgent,
            Urgency::Normal => normal,
        };
        Dues {
            accept: self.after(now, accept, calendar),
            resolve: self.after(now, resolve, calendar),
            ..before_class(now)
        }
    }
}

/// For how many days a case may be reopened where the list does not say.
const REOPEN: u32 = 15;
/// The longest limit of a list, in hours: a year.
const MOST_HOURS: u32 = 8760;
/// The longest window for reopening, in days.
const MOST_DAYS: u32 = 365;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// When the clocks that hang on no class would run out, and those that do for a case that has none
/// yet. A desk has 4 hours to file and 4 to send on; a question waits 7 days; a confirmation 24
/// hours; a rating 7 days; an unheeded deadline tells the next desk after 24 hours.
pub fn before_class(now: Timestamp) -> Dues {
    Dues {
        triage: now.plus_seconds(4 * HOUR),
        supply: now.plus_seconds(7 * DAY),
        dispatch: now.plus_seconds(4 * HOUR),
        accept: now.plus_seconds(8 * HOUR),
        resolve: now.plus_seconds(7 * DAY),
        confirm: now.plus_seconds(DAY),
        rate: now.plus_seconds(7 * DAY),
        again: now.plus_seconds(DAY),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    items: Vec<DutyItem>,
}

/// A checked list.
#[derive(Debug)]
pub struct DutyList {
    /// What it is called; a case names the one it was filed under.
    pub version: String,
    items: BTreeMap<String, DutyItem>,
}

impl DutyList {
    /// The list this program brings.
    pub fn first() -> Result<Self> {
        Self::parse(include_str!("../../data/duty-list.toml"))
    }

    /// From TOML. `Invalid` names each wrong item: a code that is there twice, a limit of 0 or
    /// out of order, an empty name or basis.
    pub fn parse(text: &str) -> Result<Self> {
        let file: File = toml::from_str(text).map_err(|error| {
            Error::Invalid(vec![
                Problem::general("duty-list-unreadable").with("why", error.message()),
            ])
        })?;
        let mut problems = Vec::new();
        let mut items = BTreeMap::new();
        for item in file.items {
            problems.extend(faults(&item).map(|code| Problem::at(&item.code, code)));
            if let Some(twice) = items.insert(item.code.clone(), item) {
                problems.push(Problem::at(&twice.code, "duty-list-code-twice"));
            }
        }
        if problems.is_empty() {
            Ok(Self {
                version: file.version,
                items,
            })
        } else {
            Err(Error::Invalid(problems))
        }
    }

    /// One class.
    pub fn item(&self, code: &str) -> Option<&DutyItem> {
        self.items.get(code)
    }

    /// All classes, by code.
    pub fn items(&self) -> impl Iterator<Item = &DutyItem> {
        self.items.values()
    }
}

/// The list in force. Cheap to clone; all clones see a change at once.
#[derive(Clone)]
pub struct DutyLists {
    list: std::sync::Arc<arc_swap::ArcSwap<DutyList>>,
    calendar: std::sync::Arc<arc_swap::ArcSwap<Calendar>>,
}

impl DutyLists {
    /// Holding `list`, with the working days of `calendar`.
    pub fn new(list: DutyList, calendar: Calendar) -> Self {
        Self {
            list: std::sync::Arc::new(arc_swap::ArcSwap::from_pointee(list)),
            calendar: std::sync::Arc::new(arc_swap::ArcSwap::from_pointee(calendar)),
        }
    }

    /// The list in force now.
    pub fn list(&self) -> std::sync::Arc<DutyList> {
        self.list.load_full()
    }

    /// The days that are worked.
    pub fn calendar(&self) -> std::sync::Arc<Calendar> {
        self.calendar.load_full()
    }
}

fn faults(item: &DutyItem) -> impl Iterator<Item = &'static str> {
    let [accept, emergency, urgent, normal] = item.hours;
    let limits = accept > 0 && emergency > 0 && emergency <= urgent && urgent <= normal;
    let words = [&item.code, &item.zh, &item.en, &item.lead, &item.basis];
    let empty = words.iter().any(|it| it.trim().is_empty());
    let upper = item.basic && item.lowest > Level::Community;
    let [.., longest] = item.hours;
    let windows = [longest, item.return_hours(), item.co_hours()];
    let odd = windows.iter().any(|it| !(1..=MOST_HOURS).contains(it))
        || !(1..=MOST_DAYS).contains(&item.reopen_days());
    let kinds: BTreeSet<_> = item.co_units.iter().map(|it| it.unit.as_str()).collect();
    let co = kinds.len() < item.co_units.len() || kinds.contains(item.lead.as_str());
    [
        odd.then_some("duty-list-window"),
        (item.co_hours() > longest).then_some("duty-list-co-hours"),
        co.then_some("duty-list-co-twice"),
        (!limits).then_some("duty-list-limits"),
        empty.then_some("duty-list-empty"),
        upper.then_some("duty-list-basic-too-low"),
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_list_is_sound_and_covers_every_field() {
        let list = DutyList::first().unwrap();
        assert!(list.items().count() >= 40);
        for field in [
            "safety",
            "construction",
            "market",
            "livelihood",
            "city-operation",
        ] {
            assert!(list.items().any(|it| it.domain.name() == field), "{field}");
        }
        assert_eq!(
            list.item("P0101").unwrap().name(Locale::Chinese),
            "路灯损坏"
        );
    }

    #[test]
    fn a_wrong_item_is_named() {
        let text = r#"version = "x"
            items = [{ code = "A", zh = "一", en = "One", domain = "safety", lead = "x",
              lowest = "district", basic = true, clock = "natural", hours = [1, 9, 2, 3],
              evidence = 0, basis = "法" }]"#;
        let Err(Error::Invalid(problems)) = DutyList::parse(text) else {
            panic!("accepted")
        };
        let codes: Vec<_> = problems.iter().map(|p| p.code.as_str()).collect();
        assert_eq!(codes, ["duty-list-limits", "duty-list-basic-too-low"]);
    }
}
