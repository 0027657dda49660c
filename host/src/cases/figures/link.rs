//! The same cases as an address: what a figure counts, and what is listed behind it, is one scope.

use url::form_urlencoded::Serializer;

use super::{NONE, level_name};
use crate::db::figures::{By, Scope};

/// A scope as the query of an address; read back, it is the same scope.
pub fn query(scope: &Scope) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("division", &scope.division);
    for (name, day) in [("from", scope.from), ("to", scope.to)] {
        if let Some(day) = day {
            query.append_pair(name, &day.to_string());
        }
    }
    if let Some(class) = &scope.class {
        query.append_pair("class", if class.is_empty() { NONE } else { class });
    }
    if let Some(unit) = &scope.unit {
        query.append_pair("unit", unit);
    }
    if let Some(level) = scope.level.and_then(level_name) {
        query.append_pair("level", level);
    }
    if let Some(procedure) = scope.procedure {
        query.append_pair("procedure", procedure.name());
    }
    query.finish()
}

/// The scope of one group of a report.
#[must_use]
pub fn narrowed(scope: &Scope, by: By, key: &str) -> Scope {
    let mut narrow = scope.clone();
    match by {
        By::Unit => narrow.unit = Some(key.to_owned()),
        By::Class if key == NONE => narrow.class = Some(String::new()),
        By::Class => narrow.class = Some(key.to_owned()),
        By::Level => narrow.level = super::level(key).map(|it| i64::from(it.number())),
        By::Place => narrow.division = key.to_owned(),
        By::Month => {
            let first = format!("{key}-01").parse::<jiff::civil::Date>().ok();
            narrow.from = scope.from.max(first);
            let last = first.map(jiff::civil::Date::last_of_month);
            narrow.to = match (scope.to, last) {
                (Some(to), Some(last)) => Some(to.min(last)),
                (to, last) => to.or(last),
            };
        }
    }
    narrow
}
