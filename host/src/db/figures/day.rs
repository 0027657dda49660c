//! What a unit is told of a day: counts, and the cases behind each, by one and the same condition.

use crate::{
    cases::model::{Action, Case},
    db::{Connection, Statement, cases, sql},
    error::Result,
    page::Paging,
    time::Timestamp,
};

/// What somebody did on the day.
#[derive(Clone, Copy, Debug)]
pub enum What {
    /// One of these, by another, and the unit held the case afterwards.
    Came(&'static [Action]),
    /// One of these, to a case that the unit has had to do with.
    Did(&'static [Action]),
    /// Nothing: held by the unit now, not done, with a deadline that has passed.
    Overdue,
    /// Nothing: held by the unit now, with a plugin's proposal that nobody has decided on.
    Proposed,
    /// Nothing: of a hint about the unit's division that nobody has judged.
    Hinted,
}

/// Whose day, and which.
#[derive(Clone, Debug)]
pub struct Day {
    /// The unit.
    pub unit: String,
    /// Its division.
    pub division: String,
    /// Only at places below this division.
    pub below: Option<String>,
    /// From this moment on.
    pub from: Timestamp,
    /// Before this one.
    pub to: Timestamp,
    /// Now.
    pub now: Timestamp,
}

fn within(mut statement: Statement, day: &Day, what: What) -> Statement {
    // What people want of each other is in nobody's list.
    statement = statement.push(" FROM cases WHERE procedure <> 'mediation'");
    if let Some(division) = &day.below {
        statement = statement
            .push_bind(" AND division >= ?", division)
            .push_bind(" AND division < ?", format!("{division}:"));
    }
    let held = |statement: Statement| statement.push_bind(" AND holder = ?", &day.unit);
    match what {
        What::Overdue => held(statement)
            .push(" AND state NOT IN ('resolved', 'delivered', 'answered')")
            .push_bind(" AND due < ?", day.now),
        What::Proposed => held(statement).push(
            " AND state = 'submitted' AND id IN
             (SELECT case_id FROM case_suggestions WHERE chosen_class IS NULL)",
        ),
        What::Hinted => statement
            .push(
                " AND id IN (SELECT c.case_id FROM case_hint_cases c
                 JOIN case_hints h ON h.id = c.hint WHERE h.decision IS NULL",
            )
            .push_bind(" AND h.division >= ?", &day.division)
            .push_bind(" AND h.division < ?)", format!("{}:", day.division)),
        What::Came(actions) => done(statement, day, actions)
            .push_bind(" AND e.holder = ?", &day.unit)
            .push_bind(" AND (e.unit IS NULL OR e.unit <> ?))", &day.unit),
        What::Did(actions) => done(statement, day, actions)
            .push(" AND EXISTS (SELECT 1 FROM case_units k WHERE k.case_id = e.case_id")
            .push_bind(" AND k.unit = ?))", &day.unit),
    }
}

fn done(mut statement: Statement, day: &Day, actions: &[Action]) -> Statement {
    statement = statement
        .push(" AND id IN (SELECT e.case_id FROM case_events e")
        .push_bind(" WHERE e.at >= ?", day.from)
        .push_bind(" AND e.at < ?", day.to)
        .push(" AND e.action IN (NULL");
    for action in actions {
        statement = statement.push_bind(", ?", action.name());
    }
    statement.push(")")
}

/// How many cases.
pub async fn count(c: &mut Connection, day: &Day, what: What) -> Result<i64> {
    let statement = within(sql("SELECT COUNT(*) AS cases"), day, what);
    statement.one(c).await?.get("cases")
}

/// Those cases, the newest first, without their deadlines: one more than the page holds, if there
/// are more. The cursor is an id.
pub async fn list(c: &mut Connection, day: &Day, what: What, paging: &Paging) -> Result<Vec<Case>> {
    let mut statement = within(sql("SELECT *"), day, what);
    if let Some(cursor) = &paging.cursor {
        statement = statement.push_bind(" AND id < ?", cursor);
    }
    let statement = statement.push_bind(" ORDER BY id DESC LIMIT ?", paging.limit() + 1);
    let rows = statement.all(c).await?;
    rows.iter().map(cases::read).collect()
}
