//! Lists of cases: what is in them, in which order, and how many there are. Which lists somebody
//! may read is decided in `cases`.

use super::read;
use crate::{
    cases::model::{Case, Procedure, State},
    db::{Connection, Statement, sql::sql},
    error::{Error, Result},
    time::Timestamp,
};

/// Which cases to list. What is `None` or empty does not restrict.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Reported by this account.
    pub reporter: Option<String>,
    /// Reported with this phone number.
    pub phone_hash: Option<String>,
    /// Filed by this account on somebody's behalf.
    pub proxy: Option<String>,
    /// Held by one of these units.
    pub holders: Option<Vec<String>>,
    /// Overseen by one of these units.
    pub overseers: Option<Vec<String>>,
    /// One of these units has had to do with it.
    pub units: Option<Vec<String>>,
    /// At places below one of these divisions.
    pub divisions: Option<Vec<String>>,
    /// Of one of these classes.
    pub classes: Option<Vec<String>>,
    /// In one of these states.
    pub states: Option<Vec<State>>,
    /// Something is asked of one of these units that do not hold it.
    pub parts: Option<Vec<String>>,
    /// Something waits for a supervisor's word.
    pub asks: bool,
    /// By one of these tables.
    pub procedures: Option<Vec<Procedure>>,
    /// With a deadline that has passed by then.
    pub late_at: Option<Timestamp>,
    /// Ended since then.
    pub closed_since: Option<Timestamp>,
    /// Seen for any of these reasons.
    pub seen: Option<Seen>,
    /// Visits that are somebody's to make.
    pub round: Option<Round>,
}

/// The visits that somebody has been given, and those of these places that nobody has been.
#[derive(Clone, Debug, Default)]
pub struct Round {
    /// Given to this account.
    pub account: Option<String>,
    /// At places below one of these divisions, given to nobody yet.
    pub divisions: Vec<String>,
}

/// Why somebody may see a case; any of them will do, and none at all shows nothing.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Reported by this account, or filed by it on somebody's behalf.
    pub account: Option<String>,
    /// Reported with this phone number.
    pub phone_hash: Option<String>,
    /// One of these units has had to do with it.
    pub units: Vec<String>,
    /// At places below one of these divisions.
    pub divisions: Vec<String>,
}

/// In which order a list is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The newest first; the cursor is an id.
    Newest,
    /// The least time left first; the cursor is `due.id`.
    Due,
}

/// Cases in order, without their deadlines, at most `limit`.
pub async fn list(
    c: &mut Connection,
    filter: &Filter,
    order: Order,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Vec<Case>> {
    let mut statement = within(sql("SELECT * FROM cases WHERE 1 = 1"), filter);
    statement = match (order, cursor) {
        (Order::Newest, Some(id)) => statement.push_bind(" AND id < ?", id),
        (Order::Due, Some(cursor)) => {
            let (due, id) = cursor
                .split_once('.')
                .and_then(|(due, id)| Some((due.parse::<i64>().ok()?, id)))
                .ok_or_else(|| Error::invalid("cursor", "error-cursor"))?;
            statement
                .push_bind(&format!(" AND ({DUE} > ?"), due)
                .push_bind(&format!(" OR ({DUE} = ?"), due)
                .push_bind(" AND id > ?))", id)
        }
        (_, None) => statement,
    };
    statement = match order {
        Order::Newest => statement.push(" ORDER BY id DESC"),
        Order::Due => statement.push(&format!(" ORDER BY {DUE}, id")),
    };
    let rows = statement.push_bind(" LIMIT ?", limit).all(c).await?;
    rows.iter().map(read).collect()
}

/// Adds the conditions of a filter.
pub(super) fn within(mut statement: Statement, filter: &Filter) -> Statement {
    for (column, value) in [
        ("reporter", &filter.reporter),
        ("phone_hash", &filter.phone_hash),
        ("proxy", &filter.proxy),
    ] {
        if let Some(value) = value {
            statement = statement.push_bind(&format!(" AND {column} = ?"), value);
        }
    }
    statement = any(statement, "holder", filter.holders.as_deref());
    statement = any(statement, "overseer", filter.overseers.as_deref());
    statement = any(statement, "class", filter.classes.as_deref());
    if let Some(states) = &filter.states {
        statement = in_states(statement, states);
    }
    if let Some(units) = &filter.units {
        statement = statement.push(" AND id IN (SELECT case_id FROM case_units WHERE 1 = 1");
        statement = any(statement, "unit", Some(units)).push(")");
    }
    if let Some(units) = &filter.parts {
        statement = statement.push(" AND id IN (SELECT case_id FROM case_parts WHERE 1 = 1");
        statement = any(statement, "unit", Some(units)).push(")");
    }
    if filter.asks {
        statement = statement.push(" AND asks IS NOT NULL");
    }
    if let Some(procedures) = &filter.procedures {
        let names: Vec<String> = procedures.iter().map(|it| it.name().to_owned()).collect();
        statement = any(statement, "procedure", Some(&names));
    }
    if let Some(divisions) = &filter.divisions {
        statement = below(statement.push(" AND (1 = 0"), divisions).push(")");
    }
    if let Some(it) = &filter.round {
        statement = round(statement.push(" AND (1 = 0"), it).push(")");
    }
    if let Some(now) = filter.late_at {
        statement = statement.push_bind(" AND due < ?", now);
    }
    if let Some(since) = filter.closed_since {
        statement = statement.push_bind(" AND closed >= ?", since);
    }
    match &filter.seen {
        Some(why) => seen(statement.push(" AND (1 = 0"), why).push(")"),
        None => statement,
    }
}

/// What has not ended has a small index of its own, in the order of time left: it is used where all
/// states are open ones, and all open ones need not be named.
fn in_states(statement: Statement, states: &[State]) -> Statement {
    let open = State::ALL.iter().filter(|it| !it.ended());
    let statement = match states.iter().any(|it| it.ended()) {
        true => statement,
        false => statement.push(" AND closed IS NULL"),
    };
    if states.len() == open.clone().count() && open.clone().all(|it| states.contains(it)) {
        return statement;
    }
    let names: Vec<String> = states.iter().map(|it| it.name().to_owned()).collect();
    any(statement, "state", Some(&names))
}

fn round(mut statement: Statement, it: &Round) -> Statement {
    if let Some(account) = &it.account {
        statement = statement
            .push_bind(" OR (handler = ?", account)
            .push_bind(" AND state = ?)", State::Assigned.name());
    }
    let planned = statement
        .push_bind(" OR (state = ?", State::Planned.name())
        .push(" AND (1 = 0");
    below(planned, &it.divisions).push("))")
}

fn below(mut statement: Statement, divisions: &[String]) -> Statement {
    for prefix in divisions {
        statement = statement
            .push_bind(" OR (division >= ?", prefix)
            .push_bind(" AND division < ?)", format!("{prefix}:"));
    }
    statement
}

fn seen(mut statement: Statement, why: &Seen) -> Statement {
    if let Some(account) = &why.account {
        statement = statement
            .push_bind(" OR reporter = ?", account)
            .push_bind(" OR proxy = ?", account);
    }
    if let Some(hash) = &why.phone_hash {
        statement = statement
            .push_bind(" OR phone_hash = ?", hash)
            .push_bind(" OR party_hash = ?", hash);
    }
    if !why.units.is_empty() {
        // A mediation is confidential to those who have it in hand.
        statement = any(statement.push(" OR (1 = 1"), "holder", Some(&why.units)).push(")");
        statement = statement
            .push(" OR (procedure <> 'mediation' AND id IN")
            .push(" (SELECT case_id FROM case_units WHERE 1 = 1");
        statement = any(statement, "unit", Some(&why.units)).push("))");
    }
    statement = statement.push(" OR (procedure <> 'mediation' AND (1 = 0");
    below(statement, &why.divisions).push("))")
}

/// How many cases, and how many of them are late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All of them.
    pub cases: i64,
    /// Those with a deadline that has passed.
    pub late: i64,
}

/// Counts cases; late at `now`.
pub async fn tally(c: &mut Connection, filter: &Filter, now: Timestamp) -> Result<Tally> {
    let start = sql("SELECT COUNT(*) AS cases")
        .push_bind(
            ", COALESCE(SUM(CASE WHEN due < ? THEN 1 ELSE 0 END), 0) AS late",
            now,
        )
        .push(" FROM cases WHERE 1 = 1");
    let row = within(start, filter).optional(c).await?;
    let row = row.ok_or_else(|| Error::bug("a count without a row"))?;
    Ok(Tally {
        cases: row.get("cases")?,
        late: row.get("late")?,
    })
}

/// Cases without a deadline come last.
const DUE: &str = "COALESCE(due, 9007199254740991)";

/// The cursor after `case` in a list by time left.
pub fn due_cursor(case: &Case) -> String {
    let due = case.due.map_or(9_007_199_254_740_991, Timestamp::micros);
    format!("{due}.{}", case.id)
}

pub(in crate::db) fn any(
    mut statement: Statement,
    column: &str,
    values: Option<&[String]>,
) -> Statement {
    let Some(values) = values else {
        return statement;
    };
    // One value leaves an index its order.
    if let [one] = values {
        return statement.push_bind(&format!(" AND {column} = ?"), one);
    }
    statement = statement.push(&format!(" AND {column} IN (NULL"));
    for value in values {
        statement = statement.push_bind(", ?", value);
    }
    statement.push(")")
}
