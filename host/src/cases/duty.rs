//! The duty list 权责清单: which unit answers for a class, how low it may fall, and how long each
//! step may take. Data, checked when it is loaded; a running case keeps the limits it was given.

use serde::Deserialize;
use std::collections::BTreeMap;

use super::{
    lifecycle::Dues,
    model::{Procedure, Urgency},
    working_time,
};
use crate::{
    context::Locale,
    error::{Error, Problem, Result},
    identity::Level,
    time::Timestamp,
};

/// Which hours count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hours {
    /// All of them.
    Natural,
    /// Monday to Friday, 9 to 17. Holidays are not known yet and count as working days.
    Working,
}

/// The five fields that one network manages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
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
#[derive(Clone, Debug, Deserialize)]
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
    /// Kinds of the units whose part the lead must wait for.
    #[serde(default)]
    required: Vec<String>,
    /// The law or rule it rests on.
    pub basis: String,
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
        self.required.iter().any(|it| it == kind)
    }

    /// When each clock would run out, started at `now`.
    pub fn dues(&self, urgency: Urgency, now: Timestamp, zone: &jiff::tz::TimeZone) -> Dues {
        let [accept, emergency, urgent, normal] = self.hours;
        let resolve = match urgency {
            Urgency::Emergency => emergency,
            Urgency::Urgent => urgent,
            Urgency::Normal => normal,
        };
        let after = |hours: u32| match self.clock {
            Hours::Natural => now.plus_seconds(i64::from(hours) * HOUR),
            Hours::Working => working_time::after(now, i64::from(hours) * HOUR, zone),
        };
        Dues {
            accept: after(accept),
            resolve: after(resolve),
            return_by: after(RETURN_HOURS),
            co_task: after(resolve),
            ..before_class(now)
        }
    }
}

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
        return_by: now.plus_seconds(i64::from(RETURN_HOURS) * HOUR),
        rule: now.plus_seconds(2 * DAY),
        co_task: now.plus_seconds(7 * DAY),
        reopen: now.plus_seconds(15 * DAY),
        appeal: now.plus_seconds(15 * DAY),
        follow: now.plus_seconds(14 * DAY),
        deliver: now.plus_seconds(10 * DAY),
        answer: now.plus_seconds(30 * DAY),
        consent: now.plus_seconds(14 * DAY),
    }
}

/// How long a unit has to find that it was sent what is another's, in the hours that its item counts.
const RETURN_HOURS: u32 = 8;

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
pub struct DutyLists(std::sync::Arc<arc_swap::ArcSwap<DutyList>>);

impl DutyLists {
    /// Holding `list`.
    pub fn new(list: DutyList) -> Self {
        Self(std::sync::Arc::new(arc_swap::ArcSwap::from_pointee(list)))
    }

    /// The list in force now.
    pub fn list(&self) -> std::sync::Arc<DutyList> {
        self.0.load_full()
    }
}

fn faults(item: &DutyItem) -> impl Iterator<Item = &'static str> {
    let [accept, emergency, urgent, normal] = item.hours;
    let limits = accept > 0 && emergency > 0 && emergency <= urgent && urgent <= normal;
    let words = [&item.code, &item.zh, &item.en, &item.lead, &item.basis];
    let empty = words.iter().any(|it| it.trim().is_empty());
    let upper = item.basic && item.lowest > Level::Community;
    [
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
