//! How things are today with the old people of an area: for staff of it. Shows no name and no
//! number: those stand in the case of whoever must ring or go, and each look at them is logged.

use onedoor_sdk::{
    Cell, Figure, Result, Route, TableBuilder, Text, Tone, View, clock, grid,
    identity::{self, Role},
    msg, page,
};
use std::collections::BTreeMap;

use crate::{
    registering::said,
    watch::{self, Stage, Watch},
    well,
};

/// The most rows of one page; those who need somebody come first.
const ROWS: usize = 200;
const STAFF: [Role; 5] = [
    Role::GridWorker,
    Role::Dispatcher,
    Role::Handler,
    Role::Supervisor,
    Role::DutyKeeper,
];

/// The list.
pub fn list() -> Result<View> {
    let caller = identity::caller();
    let staff = STAFF.iter().any(|role| caller.has(*role));
    if !staff || caller.divisions.is_empty() {
        return page(msg("area-title"))
            .back(Route::page("home"))
            .notice(
                Tone::Warning,
                msg("area-staff-title"),
                msg("area-staff-text"),
            )
            .finish();
    }
    let today = clock::today();
    let mut watches = Vec::new();
    for division in &caller.divisions {
        for key in watch::below(division)? {
            watches.extend(watch::get(&key)?);
        }
    }
    watches.sort_by_key(|it| (pressing(it, &today), it.minutes));
    let count = |wanted: &dyn Fn(&Watch) -> bool| watches.iter().filter(|it| wanted(it)).count();
    let figure = |key: &str, count: usize| Figure {
        label: msg(key),
        value: Cell::Number(f64::from(u32::try_from(count).unwrap_or(u32::MAX))),
        note: None,
    };
    let figures = [
        figure("area-all", watches.len()),
        figure("area-well", count(&|it| it.well == today)),
        figure("area-call", count(&|it| open(it, &today, &Stage::Call))),
        figure("area-visit", count(&|it| open(it, &today, &Stage::Visit))),
    ];
    let mut table = TableBuilder::new("area", msg("area-title"), msg("area-empty"))
        .column("today", msg("today"))
        .column("place", msg("area-place"))
        .column("hour", msg("area-hour"))
        .column("case", msg("area-case"));
    let mut names = BTreeMap::new();
    for watch in watches.iter().take(ROWS) {
        let number = watch.case.as_ref().filter(|_| watch.day == today);
        let cells: Vec<Cell> = vec![
            well::today(watch).into(),
            Text::raw(place(&watch.division, &mut names)?).into(),
            Text::raw(said(watch.minutes)).into(),
            Text::raw(number.map_or("", |(_, number)| number.as_str())).into(),
        ];
        table.row(&watch.id, cells);
    }
    page(msg("area-title"))
        .text(msg("area-text"))
        .figures(figures)
        .table(table)
        .finish()
}

fn open(watch: &Watch, today: &str, stage: &Stage) -> bool {
    watch.well != today && watch.stage_on(today) == *stage
}

/// Those who need somebody first.
fn pressing(watch: &Watch, today: &str) -> u8 {
    if watch.well == today {
        return 3;
    }
    match watch.stage_on(today) {
        Stage::Visit => 0,
        Stage::Call => 1,
        Stage::Quiet => 2,
        Stage::Begins | Stage::Reached | Stage::Stopped => 3,
    }
}

fn place(code: &str, names: &mut BTreeMap<String, String>) -> Result<String> {
    if let Some(name) = names.get(code) {
        return Ok(name.clone());
    }
    let name = match grid::get(code) {
        Ok(division) => division.name,
        Err(onedoor_sdk::Error::NotFound) => code.to_owned(),
        Err(other) => return Err(other),
    };
    names.insert(code.to_owned(), name.clone());
    Ok(name)
}
