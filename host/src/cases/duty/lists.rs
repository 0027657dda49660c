//! The versions of the list and the calendar, held in memory. Versions never change, so what is
//! held stays right; whether it is all there is, one row says: `duty_pointer` is counted up in the
//! transaction of every change. [`DutyLists::fresh`] reads that row, and the rest only when it has
//! moved. Whatever opens or moves a case calls it in its own transaction and so never works by a
//! list that is out of date, on any of several hosts; screens see a change within five seconds, by
//! the turn of `background`.

use arc_swap::ArcSwap;
use jiff::tz::TimeZone;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use super::{DutyItem, DutyList, overlay};
use crate::{
    cases::calendar::{self, Calendar},
    db::{self, Connection},
    error::Result,
    time::Timestamp,
};

/// One version, without its items.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = DutyVersion)]
pub struct Version {
    /// What it is called.
    pub version: String,
    /// Empty for the list that counts everywhere; a district's code for an overlay.
    pub division: String,
    /// From when on it is in force; none for what the program brings.
    pub since: Option<Timestamp>,
    /// When it was brought in; none for what the program brings. By whom, the audit says.
    pub at: Option<Timestamp>,
    /// How many classes it has.
    pub items: usize,
    /// Whether it is in force now; of an overlay, on top of the list that is.
    pub in_force: bool,
}

/// The lists and the calendar. Cheap to clone; all clones see a change at once.
#[derive(Clone)]
pub struct DutyLists(Arc<Shared>);

struct Shared {
    zone: TimeZone,
    held: ArcSwap<Held>,
    /// When it was last looked at, microseconds: screens show what is in force then.
    seen: AtomicI64,
}

/// All that a generation has.
struct Held {
    /// Which; none before anything was read.
    generation: Option<i64>,
    /// What was brought in, by `since` and then by when that was.
    kept: Vec<Entry>,
    /// What the program brings: in force until something else is.
    first: Arc<DutyList>,
    /// What it brought before.
    earlier: Arc<DutyList>,
    calendar: Arc<Calendar>,
    /// Tightened lists that were asked for.
    merged: Mutex<BTreeMap<String, Arc<DutyList>>>,
}

struct Entry {
    kept: db::duty::Kept,
    list: Arc<DutyList>,
}

impl DutyLists {
    /// With what the program brings, until it is refreshed.
    pub fn brought(zone: TimeZone) -> Result<Self> {
        let held = Held {
            generation: None,
            kept: Vec::new(),
            first: Arc::new(DutyList::first()?),
            earlier: Arc::new(DutyList::earlier()?),
            calendar: Arc::new(Calendar::brought(zone.clone())?),
            merged: Mutex::default(),
        };
        Ok(Self(Arc::new(Shared {
            zone,
            held: ArcSwap::from_pointee(held),
            seen: AtomicI64::new(0),
        })))
    }

    /// Sees to it that nothing that is committed, or written in this transaction, is missing: one
    /// row is read, and everything else only when it has moved.
    pub async fn fresh(&self, c: &mut Connection, now: Timestamp) -> Result<()> {
        let generation = db::duty::generation(c).await?;
        self.0.seen.fetch_max(now.micros(), Ordering::Relaxed);
        let held = self.0.held.load_full();
        if held.generation == Some(generation) {
            return Ok(());
        }
        let mut kept = Vec::new();
        for mut it in db::duty::lists(c).await? {
            let list = DutyList::parse(&std::mem::take(&mut it.document))?;
            let list = Arc::new(list);
            kept.push(Entry { kept: it, list });
        }
        let mut years = calendar::first()?;
        years.extend(db::duty::years(c).await?);
        self.0.held.store(Arc::new(Held {
            generation: Some(generation),
            kept,
            first: held.first.clone(),
            earlier: held.earlier.clone(),
            calendar: Arc::new(Calendar::new(self.0.zone.clone(), &years)?),
            merged: Mutex::default(),
        }));
        Ok(())
    }

    /// The list that counts everywhere, as of when it was last looked at: for screens.
    pub fn list(&self) -> Arc<DutyList> {
        self.base(self.seen())
    }

    fn seen(&self) -> Timestamp {
        Timestamp::from_micros(self.0.seen.load(Ordering::Relaxed))
    }

    /// The list for new cases of a place, with what its district tightens.
    pub fn at(&self, division: &str, now: Timestamp) -> Arc<DutyList> {
        let held = self.0.held.load();
        let base = held.base(now);
        match held.overlay(division, now) {
            Some(overlay) => held.merge(&base, &overlay),
            None => base,
        }
    }

    /// The list that counts everywhere at a moment.
    pub fn base(&self, now: Timestamp) -> Arc<DutyList> {
        self.0.held.load().base(now)
    }

    /// A version by its name; `CITY+DISTRICT` is the one tightened by the other.
    pub fn version(&self, name: &str) -> Option<Arc<DutyList>> {
        let held = self.0.held.load();
        let Some((base, overlay)) = name.split_once('+') else {
            return held.named(name);
        };
        let (base, overlay) = (held.named(base)?, held.named(overlay)?);
        Some(held.merge(&base, &overlay))
    }

    /// The list that a case keeps, by the version that its row names. The oldest one where that is
    /// of a program before versions were kept.
    pub fn of_case(&self, version: &str) -> Arc<DutyList> {
        self.version(version).unwrap_or_else(|| {
            tracing::warn!(version, "a case names a duty list that is not here");
            self.0.held.load().earlier.clone()
        })
    }

    /// A class for screens: as the list has it now or, where it no longer has, as one before did.
    pub fn class(&self, code: &str) -> Option<DutyItem> {
        let held = self.0.held.load();
        let kept = held
            .kept
            .iter()
            .rev()
            .filter(|it| it.kept.division.is_empty());
        let before = kept.map(|it| &it.list).chain([&held.first, &held.earlier]);
        let now = held.base(self.seen());
        let found = now.item(code).cloned();
        found.or_else(|| before.into_iter().find_map(|list| list.item(code).cloned()))
    }

    /// The days that are worked.
    pub fn calendar(&self) -> Arc<Calendar> {
        self.0.held.load().calendar.clone()
    }

    /// All versions, the newest first.
    pub fn versions(&self) -> Vec<Version> {
        let held = self.0.held.load();
        let seen = self.seen();
        let base = held.base(seen);
        let entry = |it: &Entry| {
            let (division, list) = (&it.kept.division, &it.list);
            let overlay = || held.overlay(division, seen);
            Version {
                version: it.kept.version.clone(),
                division: division.clone(),
                since: Some(it.kept.since),
                at: Some(it.kept.at),
                items: list.items().count(),
                in_force: match division.as_str() {
                    "" => Arc::ptr_eq(&base, list),
                    _ => overlay().is_some_and(|it| Arc::ptr_eq(&it, list)),
                },
            }
        };
        let brought = [&held.first, &held.earlier].map(|list| Version {
            version: list.version.clone(),
            division: String::new(),
            since: None,
            at: None,
            items: list.items().count(),
            in_force: Arc::ptr_eq(&base, list),
        });
        held.kept.iter().rev().map(entry).chain(brought).collect()
    }
}

impl Held {
    fn newest(&self, now: Timestamp, of: impl Fn(&str) -> bool) -> Option<Arc<DutyList>> {
        let mut newest = self.kept.iter().rev();
        let found = newest.find(|it| of(&it.kept.division) && it.kept.since <= now);
        found.map(|it| it.list.clone())
    }

    fn base(&self, now: Timestamp) -> Arc<DutyList> {
        let found = self.newest(now, str::is_empty);
        found.unwrap_or_else(|| self.first.clone())
    }

    fn overlay(&self, division: &str, now: Timestamp) -> Option<Arc<DutyList>> {
        self.newest(now, |it| !it.is_empty() && division.starts_with(it))
    }

    fn named(&self, name: &str) -> Option<Arc<DutyList>> {
        let kept = self.kept.iter().map(|it| &it.list);
        let mut all = kept.chain([&self.first, &self.earlier]);
        all.find(|it| it.version == name).cloned()
    }

    fn merge(&self, base: &DutyList, overlay: &DutyList) -> Arc<DutyList> {
        let name = format!("{}+{}", base.version, overlay.version);
        let mut merged = self.merged.lock().unwrap_or_else(|it| it.into_inner());
        let made = merged.entry(name);
        let made = made.or_insert_with(|| Arc::new(overlay::merged(base, overlay)));
        made.clone()
    }
}
