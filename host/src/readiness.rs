//! What an administrator has to do before a district opens, each item computed from what is there.
//! Reporting works with no plugin at all, so plugins are no item. Changes nothing.

use std::path::Path;

use crate::{
    cases::duty::check,
    command::backup,
    context::Context,
    db::{self, readiness::Staffed},
    domain::{Domain, Notifier},
    error::Result,
    grid::{DivisionLevel, Index},
    identity::{Act, Resource, Role, need},
    time::Timestamp,
};

/// How old the last backup may be, in seconds.
const BACKED_UP: i64 = 7 * 24 * 3600;

/// An item of the list.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Item {
    /// Which, for example `divisions`.
    pub name: &'static str,
    /// Whether it is done.
    pub done: bool,
    /// How many there are, or are lacking: the item's words say which.
    pub count: u64,
    /// The page that helps; none where it is done on the server.
    pub page: Option<&'static str>,
}

/// What the items are computed from.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Communities that stand.
    pub communities: u64,
    /// Streets of the districts that have an office, without a desk that somebody dispatches at.
    pub streets_without: u64,
    /// Whether any district has an office at all.
    pub offices: bool,
    /// People with a post other than administrator.
    pub staff: u64,
    /// Administrators.
    pub administrators: u64,
    /// Classes of the duty list whose lead is a kind of office that there is none of.
    pub classes_without: u64,
    /// Units that have no instrument, and so no authority or none for long.
    pub units_without: u64,
    /// The year that the calendar should have and has not; working hours are reckoned from Monday
    /// to Friday there.
    pub year_without: Option<i16>,
    /// Whether messages reach people's phones.
    pub gateway: bool,
    /// Seconds since the last backup.
    pub backed_up: Option<i64>,
}

/// The list for these facts, in the order it is worked through.
pub fn items(facts: &Facts) -> Vec<Item> {
    let item = |name, done, count, page| Item {
        name,
        done,
        count,
        page,
    };
    let fresh = facts.backed_up.is_some_and(|it| it <= BACKED_UP);
    let days = facts.backed_up.map_or(0, |it| it / (24 * 3600));
    vec![
        item(
            "divisions",
            facts.communities > 0,
            facts.communities,
            Some("/work/grid"),
        ),
        item(
            "administrators",
            facts.administrators >= 2,
            facts.administrators,
            Some("/work/people/invite"),
        ),
        item(
            "staff",
            facts.staff > 0,
            facts.staff,
            Some("/work/people/import"),
        ),
        item(
            "desks",
            facts.offices && facts.streets_without == 0,
            facts.streets_without,
            Some("/work/people"),
        ),
        item(
            "duty",
            facts.classes_without == 0,
            facts.classes_without,
            Some("/work/people"),
        ),
        item(
            "instruments",
            facts.units_without == 0,
            facts.units_without,
            Some("/work/units"),
        ),
        item(
            "calendar",
            facts.year_without.is_none(),
            facts
                .year_without
                .map_or(0, |it| u64::from(it.unsigned_abs())),
            None,
        ),
        item("gateway", facts.gateway, 0, None),
        item("backup", fresh, days.unsigned_abs(), None),
    ]
}

/// The list. For administrators.
pub async fn list(domain: &Domain, cx: &Context, data: &Path) -> Result<Vec<Item>> {
    need(cx, Act::ReadAudit, Resource::default())?;
    let staffed = {
        let mut c = domain.database.read().await?;
        db::readiness::staffed(&mut c, cx.now).await?
    };
    Ok(items(&facts(domain, cx.now, &staffed, data)))
}

fn facts(domain: &Domain, now: Timestamp, staffed: &Staffed, data: &Path) -> Facts {
    let index = domain.grid.index();
    let leads = domain.duty.list();
    let leads = leads
        .items()
        .filter(|it| !staffed.kinds.contains(check::kind(&it.lead)));
    let (streets, offices) = streets(&index, now, staffed);
    let last = backup::last(data);
    Facts {
        communities: communities(&index, now),
        streets_without: streets,
        offices,
        staff: staffed.staff,
        administrators: staffed.administrators,
        classes_without: leads.count() as u64,
        units_without: staffed.units_without,
        year_without: year_without(domain, now),
        gateway: domain.notifier != Notifier::Absent,
        backed_up: last.map(|it| (now.micros() - it.at.micros()) / 1_000_000),
    }
}

/// The year that the calendar lacks: this one or, in December, the next.
fn year_without(domain: &Domain, now: Timestamp) -> Option<i16> {
    let (calendar, today) = (domain.duty.calendar(), now.zoned(&domain.zone));
    let soon = (today.month() == 12).then(|| today.year().saturating_add(1));
    let mut wanted = std::iter::once(today.year()).chain(soon);
    wanted.find(|year| !calendar.knows(*year))
}

fn communities(index: &Index, now: Timestamp) -> u64 {
    let all = index.search("", "", now);
    all.filter(|it| it.level == DivisionLevel::Community)
        .count() as u64
}

/// How many streets lack a desk with a dispatcher, of the districts that have any office; and
/// whether one has.
fn streets(index: &Index, now: Timestamp, staffed: &Staffed) -> (u64, bool) {
    let mut lacking = 0;
    for district in &staffed.districts {
        let streets = index.children(district, "", now);
        lacking += streets
            .filter(|it| !staffed.desks.contains(it.code.as_str()))
            .count() as u64;
    }
    (lacking, !staffed.districts.is_empty())
}

/// Whether to offer the list to this reader.
pub fn concerns(cx: &Context) -> bool {
    cx.has_role(Role::Administrator)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready() -> Facts {
        Facts {
            communities: 170,
            streets_without: 0,
            offices: true,
            staff: 20,
            administrators: 2,
            classes_without: 0,
            units_without: 0,
            year_without: None,
            gateway: true,
            backed_up: Some(3600),
        }
    }

    #[track_caller]
    fn check(facts: Facts, open: &[&str]) {
        let lacking: Vec<_> = items(&facts)
            .into_iter()
            .filter(|it| !it.done)
            .map(|it| it.name)
            .collect();
        assert_eq!(lacking, open);
    }

    #[test]
    fn each_item_follows_from_its_fact() {
        check(ready(), &[]);
        check(
            Facts {
                communities: 0,
                ..ready()
            },
            &["divisions"],
        );
        check(
            Facts {
                administrators: 1,
                ..ready()
            },
            &["administrators"],
        );
        check(
            Facts {
                staff: 0,
                ..ready()
            },
            &["staff"],
        );
        check(
            Facts {
                streets_without: 3,
                ..ready()
            },
            &["desks"],
        );
        check(
            Facts {
                offices: false,
                ..ready()
            },
            &["desks"],
        );
        check(
            Facts {
                classes_without: 1,
                ..ready()
            },
            &["duty"],
        );
        check(
            Facts {
                units_without: 1,
                ..ready()
            },
            &["instruments"],
        );
        check(
            Facts {
                year_without: Some(2027),
                ..ready()
            },
            &["calendar"],
        );
        check(
            Facts {
                gateway: false,
                ..ready()
            },
            &["gateway"],
        );
        check(
            Facts {
                backed_up: None,
                ..ready()
            },
            &["backup"],
        );
        check(
            Facts {
                backed_up: Some(BACKED_UP + 1),
                ..ready()
            },
            &["backup"],
        );
    }
}
