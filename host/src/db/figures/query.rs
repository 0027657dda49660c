//! What is asked of facts and sums: the figures of a scope, in groups. Months that lie whole in a
//! period come from the sums, the rest from the cases' own rows; one statement reads both, as of one
//! moment.

use jiff::civil::Date;
use std::{collections::BTreeMap, fmt::Write as _};

use super::sums;
use crate::{
    cases::{
        figures::table::{self, Figure},
        model::Procedure,
    },
    db::{Connection, Row, Statement, sql},
    error::Result,
    time::Timestamp,
};

/// Which cases are counted. What is `None` does not restrict; mediations are confidential and never
/// counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// At places below this division.
    pub division: String,
    /// Handed in on this local day or later.
    pub from: Option<Date>,
    /// Handed in on this local day or before.
    pub to: Option<Date>,
    /// Of this class.
    pub class: Option<String>,
    /// That this unit answers for.
    pub unit: Option<String>,
    /// Worked on at this level: 0 cell to 3 district.
    pub level: Option<i64>,
    /// By this table.
    pub procedure: Option<Procedure>,
}

/// What the figures are told apart by.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The unit that answers for the case.
    Unit,
    /// The level on which it is worked on.
    Level,
    /// Its class.
    Class,
    /// The month in which it was handed in.
    Month,
    /// The next division down.
    Place,
}

/// The longest code of a place of the sums: a street's.
pub(super) const STREET: usize = 9;

/// Which parts of a period come from the sums, and which days around them from the cases' rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slice {
    /// Whole months, the first and the last.
    pub months: Option<(String, String)>,
    /// Days, the first and the last.
    pub edges: Vec<(String, String)>,
}

impl Slice {
    /// Of a period; open where it has no end.
    pub fn of(from: Option<Date>, to: Option<Date>) -> Self {
        let month = |day: Date| day.strftime("%Y-%m").to_string();
        let whole = |day: Date| day.to_string();
        // The first day of the first whole month, and the last of the last.
        let start = from.and_then(|day| match day.day() {
            1 => Some(day),
            _ => day.last_of_month().tomorrow().ok(),
        });
        let end = to.and_then(|day| match day == day.last_of_month() {
            true => Some(day),
            false => day.first_of_month().yesterday().ok(),
        });
        if let (Some(from), Some(to)) = (from, to)
            && start.zip(end).is_none_or(|(start, end)| start > end)
        {
            return Self {
                months: None,
                edges: vec![(whole(from), whole(to))],
            };
        }
        let mut edges = Vec::new();
        if let (Some(from), Some(start)) = (from, start)
            && from < start
        {
            edges.push((whole(from), whole(from.last_of_month())));
        }
        if let (Some(to), Some(end)) = (to, end)
            && end < to
        {
            edges.push((whole(to.first_of_month()), whole(to)));
        }
        let first = start.map_or_else(String::new, month);
        let last = end.map_or_else(|| "9999".to_owned(), month);
        Self {
            months: Some((first, last)),
            edges,
        }
    }
}

/// What was counted: by column of the sums, and `open` and `overdue`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted(BTreeMap<&'static str, i64>);

impl Counted {
    /// How many cases a figure counts.
    pub fn cases(&self, figure: Figure) -> i64 {
        self.of(key(figure))
    }

    /// The sum of a figure that is a number a case.
    pub fn sum(&self, figure: Figure) -> Option<i64> {
        figure.sum_column().map(|it| self.of(it))
    }

    /// With what was counted of other cases.
    pub fn add(&mut self, other: &Self) {
        for (column, number) in &other.0 {
            *self.0.entry(column).or_default() += number;
        }
    }

    fn of(&self, column: &str) -> i64 {
        self.0.get(column).copied().unwrap_or_default()
    }
}

/// Where a figure's count stands in an answer.
fn key(figure: Figure) -> &'static str {
    match figure.column() {
        "" => figure.name(),
        column => column,
    }
}

/// The figures of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What its cases have in common; empty where nothing is told apart.
    pub key: String,
    /// Its counts.
    pub counted: Counted,
}

/// Counts with the figure and the condition that they stand for, each once.
fn counts() -> Vec<(&'static str, Figure)> {
    let live = Figure::ALL.iter().filter(|it| it.column().is_empty());
    let live = live.map(|it| (it.name(), *it));
    Figure::summed().chain(live).collect()
}

fn group(by: Option<By>, division: &str, place: &str, month: &str) -> String {
    match by {
        None => "''".to_owned(),
        Some(By::Unit) => "unit".to_owned(),
        Some(By::Level) => "CAST(level AS TEXT)".to_owned(),
        Some(By::Class) => "class".to_owned(),
        Some(By::Month) => month.to_owned(),
        Some(By::Place) => format!("substr({place}, 1, {})", below(division)),
    }
}

/// How long the codes of the next level down are.
const fn below(division: &str) -> usize {
    match division.len() {
        0..4 => 4,
        4..6 => 6,
        6..9 => 9,
        9..12 => 12,
        _ => 15,
    }
}

/// The figures of a scope at `now`, told apart, in the order of their keys.
pub async fn figures(
    c: &mut Connection,
    scope: &Scope,
    by: Option<By>,
    now: Timestamp,
) -> Result<Vec<Group>> {
    let fine = by == Some(By::Place) && below(&scope.division) > STREET;
    let slice = Slice::of(scope.from, scope.to);
    let summed = slice.months.as_ref();
    let summed = summed.filter(|_| scope.division.len() <= STREET && !fine);
    let mut statement = sql(outer());
    match summed {
        None => statement = of_facts(statement, scope, by, now, &Rows::All),
        Some(months) => {
            statement = of_sums(statement, scope, by, months).push(" UNION ALL ");
            statement = of_facts(statement, scope, by, now, &Rows::Unsummed);
            for edge in &slice.edges {
                statement = statement.push(" UNION ALL ");
                statement = of_facts(statement, scope, by, now, &Rows::Summed(edge));
            }
        }
    }
    let rows = statement.push(") x GROUP BY g ORDER BY g").all(c).await?;
    let read = |row: &Row| {
        let mut counted = BTreeMap::new();
        for (name, _) in counts() {
            counted.insert(name, row.get(&column(name))?);
        }
        for it in table::sums() {
            counted.insert(it.column, row.get(it.column)?);
        }
        Ok(Group {
            key: row.get("g")?,
            counted: Counted(counted),
        })
    };
    rows.iter().map(read).collect()
}

fn column(name: &str) -> String {
    name.replace('-', "_")
}

fn outer() -> String {
    let mut text = "SELECT g".to_owned();
    for (name, _) in counts() {
        let name = column(name);
        let _ = write!(text, ", CAST(SUM({name}) AS BIGINT) AS {name}");
    }
    for it in table::sums() {
        let name = it.column;
        let _ = write!(text, ", CAST(SUM({name}) AS BIGINT) AS {name}");
    }
    text + " FROM ("
}

fn of_sums(
    statement: Statement,
    scope: &Scope,
    by: Option<By>,
    (first, last): &(String, String),
) -> Statement {
    let group = group(by, &scope.division, "place", "month");
    let mut text = format!("SELECT {group} AS g");
    for (name, figure) in counts() {
        let _ = match figure.column() {
            "" => write!(text, ", 0 AS {}", column(name)),
            it => write!(text, ", SUM({it}) AS {it}"),
        };
    }
    for it in table::sums() {
        let _ = write!(text, ", SUM({0}) AS {0}", it.column);
    }
    let statement = statement.push(&text).push(" FROM case_sums WHERE 1 = 1");
    let statement = statement
        .push_bind(" AND month >= ?", first)
        .push_bind(" AND month <= ?", last);
    within(statement, scope, "place").push(" GROUP BY 1")
}

/// Which of the cases' own rows.
pub(super) enum Rows<'a> {
    /// All of them.
    All,
    /// Those in no sum.
    Unsummed,
    /// Of those in the sums, the ones of these days.
    Summed(&'a (String, String)),
}

fn of_facts(
    statement: Statement,
    scope: &Scope,
    by: Option<By>,
    now: Timestamp,
    rows: &Rows<'_>,
) -> Statement {
    let group = group(by, &scope.division, "division", "substr(day, 1, 7)");
    let mut text = format!("SELECT {group} AS g");
    for (name, figure) in counts() {
        let _ = write!(text, ", {} AS {}", sums::count(figure), column(name));
    }
    for it in table::sums() {
        let _ = write!(text, ", {} AS {}", sums::sum(it), it.column);
    }
    let statement = statement.push_bind(&text, now);
    let statement = rows_of(statement.push(" FROM case_facts WHERE 1 = 1"), scope, rows);
    within(statement, scope, "division").push(" GROUP BY 1")
}

/// The conditions on the day, and on whether it is in the sums.
pub(super) fn rows_of(statement: Statement, scope: &Scope, rows: &Rows<'_>) -> Statement {
    match rows {
        Rows::All => period(statement, scope),
        Rows::Unsummed => period(statement.push(" AND summed = 0"), scope),
        Rows::Summed((from, to)) => statement
            .push(" AND summed = 1")
            .push_bind(" AND day >= ?", from)
            .push_bind(" AND day <= ?", to),
    }
}

fn period(mut statement: Statement, scope: &Scope) -> Statement {
    if let Some(from) = scope.from {
        statement = statement.push_bind(" AND day >= ?", from.to_string());
    }
    if let Some(to) = scope.to {
        statement = statement.push_bind(" AND day <= ?", to.to_string());
    }
    statement
}

/// The conditions but for the period; `place` is the column with the division's code.
pub(super) fn within(statement: Statement, scope: &Scope, place: &str) -> Statement {
    let mut statement = statement
        .push_bind(&format!(" AND {place} >= ?"), &scope.division)
        .push_bind(&format!(" AND {place} < ?"), format!("{}:", scope.division))
        .push(" AND procedure <> 'mediation'");
    if let Some(class) = &scope.class {
        statement = statement.push_bind(" AND class = ?", class);
    }
    if let Some(unit) = &scope.unit {
        statement = statement.push_bind(" AND unit = ?", unit);
    }
    if let Some(level) = scope.level {
        statement = statement.push_bind(" AND level = ?", level);
    }
    if let Some(procedure) = scope.procedure {
        statement = statement.push_bind(" AND procedure = ?", procedure.name());
    }
    statement
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_cut_into_months_and_the_days_around_them() {
        let said = |from: &str, to: &str| {
            let day = |it: &str| it.parse::<Date>().ok();
            let slice = Slice::of(day(from), day(to));
            let months = slice.months.map(|(a, b)| format!("[{a} {b}]"));
            let edges = slice.edges.iter().map(|(a, b)| format!("({a} {b})"));
            format!(
                "{}{}",
                months.unwrap_or_default(),
                edges.collect::<String>()
            )
        };
        assert_eq!(said("", ""), "[ 9999]");
        assert_eq!(said("2026-01-01", "2026-02-28"), "[2026-01 2026-02]");
        assert_eq!(
            said("2026-01-02", "2026-02-28"),
            "[2026-02 2026-02](2026-01-02 2026-01-31)"
        );
        assert_eq!(said("2026-01-02", "2026-01-31"), "(2026-01-02 2026-01-31)");
        assert_eq!(said("2026-01-31", "2026-02-01"), "(2026-01-31 2026-02-01)");
        assert_eq!(
            said("2026-01-31", "2026-03-01"),
            "[2026-02 2026-02](2026-01-31 2026-01-31)(2026-03-01 2026-03-01)"
        );
        assert_eq!(
            said("2026-11-05", ""),
            "[2026-12 9999](2026-11-05 2026-11-30)"
        );
        assert_eq!(said("", "2026-11-05"), "[ 2026-10](2026-11-01 2026-11-05)");
    }
}
