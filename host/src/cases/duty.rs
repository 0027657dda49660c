//! The duty list 权责清单: which unit answers for a class, who helps, how low it may fall, and how
//! long each step may take. Data, checked when it is brought in; a case keeps the version it was
//! filed under. `table` reads and writes it, `check` and `overlay` judge it, `lists` holds the
//! versions, `keeper` is the only door to change them, `precedents` is how rulings propose to.

pub mod check;
pub mod difference;
pub mod keeper;
#[cfg(test)]
mod keeper_tests;
mod lists;
pub mod overlay;
pub mod precedents;
pub mod table;
#[cfg(test)]
mod tests;

pub use lists::{DutyLists, Version};

use serde::Serialize;
use std::collections::BTreeMap;

use super::{
    calendar::Calendar,
    lifecycle::Dues,
    model::{Procedure, Urgency},
};
use crate::{
    context::Locale,
    error::{Error, Result},
    identity::Level,
    time::Timestamp,
};

/// Which hours count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = DutyHours)]
#[serde(rename_all = "lowercase")]
pub enum Hours {
    /// All of them.
    Natural,
    /// 9 to 17 on the days that the calendar says are worked.
    Working,
}

/// When a co-unit 配合单位 is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[schema(as = DutyCall)]
#[serde(rename_all = "kebab-case")]
pub enum Call {
    /// When the lead asks.
    OnCall,
    /// Always: the lead cannot finish without it.
    Required,
}

/// A unit that helps the lead with the cases of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CoUnit {
    /// Kind of unit; the nearest one upward from the place is meant, as for a lead.
    pub unit: String,
    /// When it is asked.
    pub call: Call,
}

/// The five fields that one network manages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[schema(as = DutyField)]
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
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Safety,
        Self::Construction,
        Self::Market,
        Self::Livelihood,
        Self::CityOperation,
    ];

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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DutyItem {
    /// The class.
    pub code: String,
    zh: String,
    en: String,
    /// By which table its cases move; an incident where the list does not say.
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
    co_units: Vec<CoUnit>,
    /// In how many of its hours a unit may return it 退单; see [`Self::return_hours`].
    return_hours: Option<u32>,
    /// In how many of its hours a co-unit has to be done; see [`Self::co_hours`].
    co_hours: Option<u32>,
    /// For how many days it may be reopened; see [`Self::reopen_days`].
    reopen_days: Option<u32>,
}

impl DutyItem {
    /// Its name in a language.
    pub fn name(&self, locale: Locale) -> &str {
        match locale {
            Locale::Chinese => &self.zh,
            Locale::English => &self.en,
        }
    }

    /// Whether its lead must wait for the part of a unit of this kind.
    pub fn requires(&self, kind: &str) -> bool {
        let mut all = self.co_units.iter();
        all.any(|it| it.call == Call::Required && check::kind(&it.unit) == kind)
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

    /// The same with its windows written out, where the list leaves them to the defaults.
    #[must_use]
    pub fn explicit(&self) -> Self {
        Self {
            return_hours: Some(self.return_hours()),
            co_hours: Some(self.co_hours()),
            reopen_days: Some(self.reopen_days()),
            ..self.clone()
        }
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
            return_by: self.return_by(now, calendar),
            co_task: self.co_task_by(now, calendar),
            reopen: self.reopen_until(now),
            ..before_class(now)
        }
    }
}

/// For how many days a case may be reopened where the list does not say.
const REOPEN: u32 = 15;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// When the clocks that hang on no class would run out, and those that do for a case that has none
/// yet. A desk has 4 hours to file and 4 to send on; a question waits 7 days; a confirmation 24
/// hours; a rating 7 days; an unheeded deadline tells the next desk after 24 hours. A dispute is ruled
/// in 2 days; a decision handed over in 10 (《中华人民共和国行政许可法》 art. 44); a topic answered in 30; 15
/// days are left to take a case up again or to appeal.
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
        return_by: now.plus_seconds(8 * HOUR),
        rule: now.plus_seconds(2 * DAY),
        co_task: now.plus_seconds(7 * DAY),
        reopen: now.plus_seconds(i64::from(REOPEN) * DAY),
        appeal: now.plus_seconds(15 * DAY),
        follow: now.plus_seconds(14 * DAY),
        deliver: now.plus_seconds(10 * DAY),
        answer: now.plus_seconds(30 * DAY),
        consent: now.plus_seconds(14 * DAY),
    }
}

/// A checked list: each class once, and so with exactly one lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DutyList {
    /// What it is called; a case names the one it was filed under. `CITY+DISTRICT` where a
    /// district's overlay tightens the city's.
    pub version: String,
    items: BTreeMap<String, DutyItem>,
}

impl DutyList {
    /// The list this program brings.
    pub fn first() -> Result<Self> {
        Self::parse(include_str!("../../data/duty-list.toml"))
    }

    /// The list that earlier versions of this program brought: cases were filed under it.
    fn earlier() -> Result<Self> {
        Self::parse(include_str!("../../data/duty-list-2026-11b.toml"))
    }

    /// From TOML that names its version. `Invalid` names line and column of everything wrong.
    pub fn parse(text: &str) -> Result<Self> {
        let draft = table::read(text.as_bytes(), table::Format::Toml)?;
        let version = draft.version.clone();
        let version = version.ok_or_else(|| Error::invalid("version", "duty-list-no-version"))?;
        draft.list(version)
    }

    fn of(version: String, items: impl IntoIterator<Item = DutyItem>) -> Self {
        Self {
            version,
            items: items.into_iter().map(|it| (it.code.clone(), it)).collect(),
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
