//! A district's overlay on the city's list: it may tighten an item, and loosening one is refused
//! by name. What counts is always the stricter of the two, so that a later list of the city never
//! loosens what it finds, and is never loosened. Pure.

use std::collections::BTreeMap;

use super::{
    Call, CoUnit, DutyItem, DutyList, Hours,
    table::{COLUMNS, at, cells},
};
use crate::error::Problem;

/// What an overlay loosens, or changes that is not a district's to change: class, column, from and
/// to are named. `lines` has the line of each class.
pub fn refusals(
    base: &DutyList,
    overlay: &DutyList,
    lines: &BTreeMap<String, usize>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for item in overlay.items() {
        let line = lines.get(&item.code).copied().unwrap_or(0);
        let Some(of_city) = base.item(&item.code) else {
            problems.push(at(line, "code", &item.code, "duty-overlay-unknown"));
            continue;
        };
        let strict = tightened(of_city, item);
        let (from, to) = (cells(&of_city.explicit()), cells(&item.explicit()));
        let rows = from.into_iter().zip(to).zip(cells(&strict));
        for (column, ((from, to), strict)) in COLUMNS.into_iter().zip(rows) {
            if to != strict {
                let code = match column {
                    "zh" | "en" | "procedure" | "domain" | "lead" => "duty-overlay-fixed",
                    _ => "duty-overlay-looser",
                };
                let problem = at(line, column, &item.code, code);
                problems.push(problem.with("from", from).with("to", to));
            }
        }
    }
    problems
}

/// The stricter of a city's item and a district's, field by field. What is neither stricter nor
/// looser is the city's; the legal basis may be the district's.
pub fn tightened(city: &DutyItem, district: &DutyItem) -> DutyItem {
    // Natural hours are the stricter clock: they go on at night.
    let clock = match (city.clock, district.clock) {
        (Hours::Working, Hours::Working) => Hours::Working,
        _ => Hours::Natural,
    };
    let hours = std::array::from_fn(|n| {
        let of = |it: &DutyItem| it.hours.get(n).copied().unwrap_or(u32::MAX);
        of(city).min(of(district))
    });
    DutyItem {
        lowest: city.lowest.max(district.lowest),
        basic: city.basic && district.basic,
        clock,
        hours,
        evidence: city.evidence.max(district.evidence),
        basis: district.basis.clone(),
        co_units: together(&city.co_units, &district.co_units),
        return_hours: Some(city.return_hours().min(district.return_hours())),
        co_hours: Some(city.co_hours().min(district.co_hours())),
        reopen_days: Some(city.reopen_days().max(district.reopen_days())),
        ..city.clone()
    }
}

/// Every co-unit of either, required where one of them requires it; in the district's order, then
/// what it left out.
fn together(city: &[CoUnit], district: &[CoUnit]) -> Vec<CoUnit> {
    let call = |all: &[CoUnit], unit: &str| all.iter().find(|it| it.unit == unit).map(|it| it.call);
    let both = |it: &CoUnit| CoUnit {
        call: it.call.max(call(city, &it.unit).unwrap_or(Call::OnCall)),
        ..it.clone()
    };
    let mut found: Vec<CoUnit> = district.iter().map(both).collect();
    let left = city.iter().filter(|it| call(district, &it.unit).is_none());
    found.extend(left.cloned());
    // Required ones first, as a list writes them.
    found.sort_by_key(|it| std::cmp::Reverse(it.call));
    found
}

/// The list that counts in a district: the city's, tightened. Classes that the city's no longer
/// has are left out.
pub fn merged(base: &DutyList, overlay: &DutyList) -> DutyList {
    let items = base.items().map(|city| match overlay.item(&city.code) {
        Some(district) => tightened(city, district),
        None => city.clone(),
    });
    DutyList::of(format!("{}+{}", base.version, overlay.version), items)
}
