//! The patrol list: hazards of the caller's area that are still open, the most urgent of a page
//! first. For those whose work they are; which cases each of them sees, the host decides.

use std::{cmp::Reverse, collections::BTreeMap};

use onedoor_sdk::{
    Cell, FormBuilder, Key, One, Outcome, Paging, Result, Route, Submission, TableBuilder, Text,
    Tone, View,
    cases::{self, CaseRow, CaseRows, Filter, Urgency},
    grid,
    identity::{self, Caller, Role},
    msg, page,
};

use crate::{
    kinds::{self, KINDS},
    words,
};

/// The id of the form that narrows the list.
pub const FORM: &str = "narrow";
const KIND: Key<One> = Key::new("kind");
const ROWS: u32 = 50;

/// Whether hazards are the caller's work.
pub fn walks(caller: &Caller) -> bool {
    const WALKERS: [Role; 6] = [
        Role::GridWorker,
        Role::Dispatcher,
        Role::Handler,
        Role::Verifier,
        Role::Supervisor,
        Role::DutyKeeper,
    ];
    WALKERS.iter().any(|role| caller.has(*role))
}

/// The list. `kind` narrows it, `after` pages on.
pub fn list(at: &Route) -> Result<View> {
    if !walks(&identity::caller()) {
        return page(msg("patrol-title"))
            .back(Route::page("home"))
            .notice(
                Tone::Warning,
                msg("patrol-staff-title"),
                msg("patrol-staff-text"),
            )
            .finish();
    }
    let kind = at.get("kind").and_then(kinds::by_id);
    let filter = Filter {
        class: kind.map(|kind| kind.class.to_owned()),
        ..Filter::any()
    };
    let paging = Paging {
        cursor: at.get("after").map(str::to_owned),
        limit: ROWS,
    };
    let rows = cases::list(&filter, &paging)?;
    let mut table = table(&rows)?;
    if let Some(next) = rows.next() {
        table.next(narrowed(kind.map(|kind| kind.id)).with("after", next));
    }
    page(msg("patrol-title"))
        .back(Route::page("home"))
        .text(msg("patrol-text"))
        .table(table)
        .form(narrow(kind.map(|kind| kind.id))?)
        .finish()
}

fn table(rows: &CaseRows) -> Result<TableBuilder> {
    let mut open: Vec<CaseRow<'_>> = rows
        .iter()
        .filter(|case| case.state().is_some_and(|state| !state.is_over()))
        .collect();
    open.sort_by_key(|case| {
        let pressing = case.urgency().map(weight);
        (Reverse(pressing), case.due().unwrap_or(i64::MAX))
    });
    let mut table = TableBuilder::new("patrol", msg("patrol-title"), msg("patrol-empty"))
        .column("title", msg("column-title"))
        .column("urgency", msg("column-urgency"))
        .column("due", msg("column-due"))
        .column("kind", msg("column-kind"))
        .column("place", msg("column-place"))
        .column("state", msg("column-state"))
        .column("number", msg("column-number"));
    let mut places = BTreeMap::new();
    for case in open {
        let none = || Text::raw("").into();
        let place = place(case, &mut places)?;
        let cells = vec![
            Text::raw(case.title()).into(),
            case.urgency()
                .map_or_else(none, |it| words::urgency(it).into()),
            case.due().map_or_else(none, Cell::At),
            words::class(case.class()).into(),
            Text::raw(place).into(),
            case.state().map_or_else(none, |it| words::state(it).into()),
            Text::raw(case.number()).into(),
        ];
        let to = Route::page("case")
            .with("case", case.id())
            .with("from", "patrol");
        table.row_to(case.id(), cells, to);
    }
    Ok(table)
}

const fn weight(urgency: Urgency) -> u8 {
    match urgency {
        Urgency::Emergency => 2,
        Urgency::Urgent => 1,
        Urgency::Normal => 0,
    }
}

/// The name of the division, asked for once each, and the address.
fn place(case: CaseRow<'_>, names: &mut BTreeMap<String, String>) -> Result<String> {
    let code = case.division();
    if !code.is_empty() && !names.contains_key(code) {
        // A cell may have been redrawn since: its code will do.
        let name = match grid::get(code) {
            Ok(division) => division.name,
            Err(onedoor_sdk::Error::NotFound) => code.to_owned(),
            Err(other) => return Err(other),
        };
        names.insert(code.to_owned(), name);
    }
    let name = names.get(code).map_or("", String::as_str);
    Ok([name, case.address()].join(" ").trim().to_owned())
}

fn narrow(kind: Option<&str>) -> Result<onedoor_sdk::Form> {
    let mut form = FormBuilder::new(FORM, 1, msg("narrow-submit"));
    let mut field = form.one(KIND, msg("narrow-kind"));
    for it in &KINDS {
        field = field.option(it.id, msg(&words::kind(it)));
    }
    if let Some(kind) = kind {
        field.start_with(kind);
    }
    form.finish()
}

/// Leads to the list of the chosen kind, or of all.
pub fn choose(submission: &Submission) -> Result<Outcome> {
    Ok(Outcome::Go(narrowed(KIND.of(submission).as_deref())))
}

fn narrowed(kind: Option<&str>) -> Route {
    let route = Route::page("patrol");
    match kind {
        Some(kind) => route.with("kind", kind),
        None => route,
    }
}
