//! The cases behind figures and states, those that are left out of a rate, and how long cases were in
//! each state: by the same conditions as the figures themselves.

use super::query::{Rows, STREET, Scope, Slice, rows_of, within};
use crate::{
    cases::{
        figures::{facts::Exclusion, table::Figure},
        model::{Case, State},
    },
    db::{Connection, Row, Statement, cases, sql},
    error::{Error, Result},
    time::Timestamp,
};

/// What the cases of a scope have been through in one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StayRow {
    /// Which.
    pub state: State,
    /// Cases that have left it at least once.
    pub cases: i64,
    /// How often it was left.
    pub stays: i64,
    /// How long those stays were in all, in microseconds.
    pub micros: i64,
    /// Cases that are in it now, and have not ended.
    pub now: i64,
}

/// How long cases of a scope were in each state, and how many are there now.
pub async fn stays(c: &mut Connection, scope: &Scope) -> Result<Vec<StayRow>> {
    let slice = Slice::of(scope.from, scope.to);
    let months = slice.months.as_ref();
    let months = months.filter(|_| scope.division.len() <= STREET);
    let mut statement = sql("SELECT state, CAST(SUM(cases) AS BIGINT) AS cases,
         CAST(SUM(stays) AS BIGINT) AS stays, CAST(SUM(micros) AS BIGINT) AS micros,
         CAST(SUM(here) AS BIGINT) AS here FROM (");
    match months {
        None => statement = stays_of_facts(statement, scope, &Rows::All),
        Some((first, last)) => {
            statement = statement.push(
                "SELECT state, SUM(cases) AS cases, SUM(stays) AS stays, SUM(micros) AS micros,
                 0 AS here FROM stay_sums WHERE 1 = 1",
            );
            statement = statement
                .push_bind(" AND month >= ?", first)
                .push_bind(" AND month <= ?", last);
            statement = within(statement, scope, "place").push(" GROUP BY state UNION ALL ");
            statement = stays_of_facts(statement, scope, &Rows::Unsummed);
            for edge in &slice.edges {
                statement = statement.push(" UNION ALL ");
                statement = stays_of_facts(statement, scope, &Rows::Summed(edge));
            }
        }
    }
    // What has not ended is in no sum.
    statement = statement.push(
        " UNION ALL SELECT state, 0 AS cases, 0 AS stays, 0 AS micros, COUNT(*) AS here
         FROM case_facts WHERE ended IS NULL",
    );
    statement = rows_of(statement, scope, &Rows::Unsummed);
    statement = within(statement, scope, "division").push(" GROUP BY state");
    let rows = statement.push(") x GROUP BY state").all(c).await?;
    let read = |row: &Row| {
        let state = State::from_name(&row.get::<String>("state")?);
        Ok(StayRow {
            state: state
                .ok_or_else(|| Error::bug("a row names what this version does not know"))?,
            cases: row.get("cases")?,
            stays: row.get("stays")?,
            micros: row.get("micros")?,
            now: row.get("here")?,
        })
    };
    rows.iter().map(read).collect()
}

fn stays_of_facts(statement: Statement, scope: &Scope, rows: &Rows<'_>) -> Statement {
    let statement = statement.push(
        "SELECT s.state AS state, COUNT(*) AS cases, SUM(s.stays) AS stays,
         SUM(s.micros) AS micros, 0 AS here
         FROM (SELECT case_id FROM case_facts WHERE 1 = 1",
    );
    let statement = within(rows_of(statement, scope, rows), scope, "division");
    statement.push(") f JOIN case_stays s ON s.case_id = f.case_id GROUP BY s.state")
}

/// Which cases of a scope are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// Those that a figure counts.
    Figure(Figure),
    /// Those that are in a state now, and have not ended.
    In(State),
    /// Those that have left a state at least once.
    Was(State),
}

fn of_listed(
    mut statement: Statement,
    scope: &Scope,
    listed: Option<Listed>,
    now: Timestamp,
    cursor: Option<&str>,
    limit: u32,
) -> Statement {
    statement = within(rows_of(statement, scope, &Rows::All), scope, "division");
    statement = match listed {
        None => statement.push(" AND excluded IS NOT NULL"),
        Some(Listed::Figure(figure)) => match figure.counts() {
            it if it.contains('?') => statement.push_bind(&format!(" AND {it}"), now),
            it => statement.push(&format!(" AND {it}")),
        },
        Some(Listed::In(state)) => statement
            .push(" AND ended IS NULL")
            .push_bind(" AND state = ?", state.name()),
        Some(Listed::Was(state)) => statement
            .push(" AND case_id IN (SELECT case_id FROM case_stays")
            .push_bind(" WHERE state = ?)", state.name()),
    };
    if let Some(cursor) = cursor {
        statement = statement.push_bind(" AND case_id < ?", cursor);
    }
    statement
        .push(" ORDER BY case_id DESC")
        .push_bind(" LIMIT ?", limit)
}

/// The cases behind a figure or a state, the newest first, without their deadlines; the cursor is
/// an id.
pub async fn behind(
    c: &mut Connection,
    scope: &Scope,
    listed: Listed,
    now: Timestamp,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Vec<Case>> {
    let start = sql("SELECT c.* FROM (SELECT case_id FROM case_facts WHERE 1 = 1");
    let rows = of_listed(start, scope, Some(listed), now, cursor, limit)
        .push(") f JOIN cases c ON c.id = f.case_id ORDER BY c.id DESC")
        .all(c)
        .await?;
    rows.iter().map(cases::read).collect()
}

/// A case that is left out of a rate, with who decided so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Its id.
    pub case: String,
    /// The number people quote.
    pub number: String,
    /// In few words.
    pub title: String,
    /// Its class; empty when there was none.
    pub class: String,
    /// Why.
    pub why: Exclusion,
    /// Since when.
    pub at: Timestamp,
    /// The unit that decided.
    pub unit: Option<String>,
    /// Who decided, by name, if it was staff.
    pub by: Option<String>,
    /// Who approved it before, by name.
    pub approved_by: Option<String>,
}

/// The cases of a scope that are left out of a rate, for one reason or any, the newest first; the
/// cursor is an id.
pub async fn excluded(
    c: &mut Connection,
    scope: &Scope,
    why: Option<Figure>,
    now: Timestamp,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Vec<Left>> {
    let start = sql(
        "SELECT f.*, c.number, c.title, a.name AS decided, b.name AS approved
         FROM (SELECT case_id, class, excluded, excluded_at, excluded_unit, excluded_by, approved_by
         FROM case_facts WHERE 1 = 1",
    );
    let rows = of_listed(start, scope, why.map(Listed::Figure), now, cursor, limit)
        .push(
            ") f JOIN cases c ON c.id = f.case_id LEFT JOIN accounts a ON a.id = f.excluded_by
             LEFT JOIN accounts b ON b.id = f.approved_by ORDER BY f.case_id DESC",
        )
        .all(c)
        .await?;
    let read = |row: &Row| {
        let why = Exclusion::from_name(&row.get::<String>("excluded")?);
        Ok(Left {
            case: row.get("case_id")?,
            number: row.get("number")?,
            title: row.get("title")?,
            class: row.get("class")?,
            why: why.ok_or_else(|| Error::bug("a row names what this version does not know"))?,
            at: row.get("excluded_at")?,
            unit: row.get("excluded_unit")?,
            by: row.get("decided")?,
            approved_by: row.get("approved")?,
        })
    };
    rows.iter().map(read).collect()
}
