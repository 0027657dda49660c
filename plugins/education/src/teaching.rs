//! For those who hold courses: what is offered in their area, and each course's list. The list has
//! the numbers that people say at the door; names are the families' own.

use onedoor_sdk::{
    Action, Cell, Confirm, Error, Outcome, Result, Route, Status, TableBuilder, Text, Tone, View,
    identity::{self, Caller, Role},
    msg, page,
};

use crate::{
    course::{self, Course, day},
    courses, mine,
    roster::{self, Standing},
};

const TEACHERS: [Role; 5] = [
    Role::CounterClerk,
    Role::Dispatcher,
    Role::Handler,
    Role::Supervisor,
    Role::GridWorker,
];

/// Whether courses are the caller's work.
pub fn teaches(caller: &Caller) -> bool {
    TEACHERS.iter().any(|role| caller.has(*role))
}

/// The caller, if courses are their work.
pub fn teacher() -> Option<Caller> {
    let caller = identity::caller();
    let works = teaches(&caller) && !caller.divisions.is_empty();
    works.then_some(caller)
}

/// What those see whose work it is not.
pub fn staff_only() -> Result<View> {
    page(msg("teaching-title"))
        .back(Route::page("home"))
        .notice(Tone::Warning, msg("staff-title"), msg("staff-text"))
        .finish()
}

/// The courses of the caller's area.
pub fn list() -> Result<View> {
    let Some(teacher) = teacher() else {
        return staff_only();
    };
    let mut table = TableBuilder::new("courses", msg("teaching-title"), msg("teaching-empty"))
        .column("title", msg("column-title"))
        .column("starts", msg("fact-starts"))
        .column("places", msg("fact-places"))
        .numbers("in", msg("column-in"))
        .numbers("waiting", msg("column-waiting"));
    let near = |it: &Course| {
        teacher
            .divisions
            .iter()
            .any(|area| area.starts_with(&it.division))
    };
    let here = |it: &Course| teacher.covers(&it.division) || near(it);
    for course in course::all()?.into_iter().filter(here) {
        let roster = roster::get(&course.id)?;
        let number = |n: usize| Cell::Number(f64::from(u32::try_from(n).unwrap_or(u32::MAX)));
        let cells = vec![
            Text::raw(course.title.as_str()).into(),
            day(&course.starts).into(),
            courses::places(&course, &roster).into(),
            number(roster.taken()),
            number(roster.waiting()),
        ];
        let to = Route::page("roster").with("id", course.id.as_str());
        table.row_to(&course.id, cells, to);
    }
    page(msg("teaching-title"))
        .back(Route::page("home"))
        .actions([Action::go("offer", msg("offer-title"), Route::page("offer")).primary()])
        .table(table)
        .finish()
}

fn mine_to_hold(at: &Route) -> Result<Course> {
    let teacher = teacher().ok_or(Error::NotFound)?;
    let course = course::get(at.get("id").ok_or(Error::NotFound)?)?.ok_or(Error::NotFound)?;
    if teacher.covers(&course.division) {
        Ok(course)
    } else {
        Err(Error::NotFound)
    }
}

/// The list of a course.
pub fn roster(at: &Route) -> Result<View> {
    let course = mine_to_hold(at)?;
    let roster = roster::get(&course.id)?;
    let mut table = TableBuilder::new("roster", msg("roster-title"), msg("roster-empty"))
        .column("number", msg("fact-number"))
        .column("standing", msg("fact-standing"));
    for entry in roster.entries.iter().take(200) {
        let status = match &entry.standing {
            Standing::In => (msg("standing-in"), Tone::Success),
            Standing::Offered(_) => (msg("standing-offered"), Tone::Warning),
            Standing::Waits => {
                let turn = u32::try_from(roster.turn(&entry.id).unwrap_or_default());
                let label = msg("standing-waits").with("n", turn.unwrap_or(u32::MAX));
                (label, Tone::Info)
            }
        };
        let status = Status {
            label: status.0,
            tone: status.1,
        };
        table.row(
            &entry.id,
            vec![Text::raw(mine::number(&entry.id)).into(), status.into()],
        );
    }
    let mut view = page(Text::raw(course.title.as_str()))
        .back(Route::page("teaching"))
        .summary(courses::facts(&course))
        .table(table);
    view = if course.called_off {
        view.notice(Tone::Danger, msg("called-off"), msg("called-off-text"))
    } else {
        let confirm = Confirm {
            title: msg("call-off-title"),
            body: msg("call-off-text"),
            yes: msg("call-off-yes"),
        };
        view.actions([Action::call("call-off", msg("call-off")).danger(confirm)])
    };
    view.finish()
}

/// Calls a course off; everybody on its list is told by the next run of the job.
pub fn call_off(at: &Route) -> Result<Outcome> {
    let mut course = mine_to_hold(at)?;
    course.called_off = true;
    course::keep(&course)?;
    Ok(Outcome::Go(Route::page("roster").with("id", course.id)))
}
