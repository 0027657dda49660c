//! A person's own reports, and the course of one case. Whether the caller may see a case is the
//! host's to say.

use onedoor_sdk::{
    Action, Cell, Error, Moment, MomentState, Paging, Result, Route, TableBuilder, Text, View,
    cases::{self, Filter, Info, State, Step},
    identity, msg, page,
};

use crate::{follow, sign_in_first, words};

const ROWS: u32 = 20;

/// The caller's reports, newest first.
pub fn list(at: &Route) -> Result<View> {
    if !identity::caller().is_signed_in() {
        return Err(sign_in_first());
    }
    let paging = Paging {
        cursor: at.get("after").map(str::to_owned),
        limit: ROWS,
    };
    let rows = cases::list(&Filter::mine(), &paging)?;
    let mut table = TableBuilder::new("mine", msg("mine-title"), msg("mine-empty"))
        .column("title", msg("column-title"))
        .column("kind", msg("column-kind"))
        .column("state", msg("column-state"))
        .column("opened", msg("column-opened"))
        .column("changed", msg("column-changed"));
    for case in rows.iter() {
        let unknown = || Text::raw("").into();
        let changed = follow::seen(case.id())?.map_or_else(unknown, |seen| Cell::At(seen.at));
        let cells = vec![
            Text::raw(case.title()).into(),
            words::class(case.class()).into(),
            case.state()
                .map_or_else(unknown, |state| words::state(state).into()),
            Cell::At(case.opened()),
            changed,
        ];
        table.row_to(
            case.id(),
            cells,
            Route::page("case").with("case", case.id()),
        );
    }
    if let Some(next) = rows.next() {
        table.next(Route::page("mine").with("after", next));
    }
    page(msg("mine-title"))
        .back(Route::page("home"))
        .table(table)
        .actions([Action::go("report", msg("report-title"), Route::page("report")).primary()])
        .finish()
}

/// One case: what it is, and what has happened to it.
pub fn one(at: &Route) -> Result<View> {
    let id = at.get("case").ok_or(Error::NotFound)?;
    let case = cases::get(id)?;
    let steps = cases::steps(id)?;
    let from = if at.get("from") == Some("patrol") {
        "patrol"
    } else {
        "mine"
    };
    page(Text::raw(case.title.as_str()))
        .back(Route::page(from))
        .summary(words::summary(&case))
        .heading(msg("course-title"))
        .timeline(course(&case, &steps))
        .finish()
}

/// The steps behind, the one it stands at, and what is due next.
fn course(case: &Info, steps: &[Step]) -> Vec<Moment> {
    let last = steps.len().saturating_sub(1);
    let mut moments: Vec<Moment> = steps
        .iter()
        .enumerate()
        .map(|(index, step)| Moment {
            state: stands(step, index == last),
            title: title(step),
            at: Some(step.at),
            due: None,
            by: step.by.as_deref().map(Text::raw),
            note: step.note.as_deref().map(Text::raw),
        })
        .collect();
    if let Some(due) = case.due.filter(|_| !case.state.is_over()) {
        moments.push(Moment {
            state: MomentState::Upcoming,
            title: msg("course-due"),
            at: None,
            due: Some(due),
            by: case.holder.as_deref().map(Text::raw),
            note: None,
        });
    }
    moments
}

fn stands(step: &Step, last: bool) -> MomentState {
    match step.state {
        State::Declined => MomentState::Stopped,
        state if last && !state.is_over() => MomentState::Current,
        _ => MomentState::Done,
    }
}

/// A remark or a file changes no state: it is named for itself.
fn title(step: &Step) -> Text {
    match step.action.as_str() {
        "comment" => msg("action-comment"),
        "attach" => msg("action-attach"),
        "escalate" => msg("action-escalate"),
        _ => words::state(step.state).label,
    }
}
