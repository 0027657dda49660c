//! Inviting many at once from a list: all or nothing, with what is wrong told line by line.

use std::collections::HashSet;

use super::{
    Act, Resource, Role, audit, need,
    operations::{INVITED, new_login},
    sessions::digest,
    signing_in::shown_name,
};
use crate::{
    context::Context,
    db::{
        self,
        accounts::{Invitation, Key},
    },
    domain::Domain,
    error::{Error, Problem, Result},
};

/// The largest list, in bytes.
pub const LARGEST: usize = 1024 * 1024;
/// The most people in a list.
const MOST: usize = 2_000;
/// How many problems are told.
const TOLD: usize = 100;

/// Somebody who was invited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// The name to sign in by.
    pub login: String,
    /// The name to be shown by.
    pub name: String,
    /// To be handed over; it is kept nowhere.
    pub secret: String,
}

/// A line of the list.
struct Row {
    line: u64,
    login: String,
    name: String,
    unit: String,
    role: Role,
}

/// Invites everybody of a list to a first post. The list is CSV in UTF-8 with the columns `login`,
/// `name`, `unit` (its id) and `role`. `Invalid` tells every line that is wrong; then nobody is
/// invited. For administrators who have signed in, and the host itself.
pub async fn invite_all(domain: &Domain, cx: &Context, list: &[u8]) -> Result<Vec<Invited>> {
    need(cx, Act::ManagePeople, Resource::default())?;
    let rows = read(list)?;
    let mut invited = Vec::with_capacity(rows.len());
    let mut writes = Vec::with_capacity(rows.len());
    for row in rows {
        let secret = domain.ids.secret();
        let invitation = Invitation {
            login: row.login.clone(),
            name: row.name.clone(),
            unit: row.unit,
            role: row.role,
            by: audit::actor(cx),
            expires: cx.now.plus_seconds(INVITED),
        };
        writes.push((row.line, digest(&secret), invitation));
        invited.push(Invited {
            login: row.login,
            name: row.name,
            secret,
        });
    }
    let (domain, cx) = (domain.clone(), cx.clone());
    let database = domain.database.clone();
    database
        .write(move |t| {
            Box::pin(async move {
                let mut problems = Vec::new();
                for (line, key, it) in &writes {
                    if db::units::get(t, &it.unit).await?.is_none() {
                        problems.push(told(*line, "unit-unknown"));
                    } else if db::accounts::by(t, Key::Login(&it.login)).await?.is_some() {
                        problems.push(told(*line, "login-taken"));
                    } else if problems.is_empty() {
                        db::accounts::insert_invitation(t, key, it).await?;
                        let what = format!("{} {}", it.role.name(), it.unit);
                        audit::record(t, &domain, &cx, "invite", &what, "done").await?;
                    }
                }
                refuse(problems)
            })
        })
        .await?;
    Ok(invited)
}

fn told(line: u64, code: &str) -> Problem {
    Problem::at(&format!("line {line}"), code)
}

fn refuse(mut problems: Vec<Problem>) -> Result<()> {
    problems.truncate(TOLD);
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Error::Invalid(problems)),
    }
}

fn read(list: &[u8]) -> Result<Vec<Row>> {
    let problem = |code: &str| Error::invalid("file", code);
    if list.len() > LARGEST {
        return Err(problem("people-list-too-long"));
    }
    let text = std::str::from_utf8(list).map_err(|_| problem("file-not-utf8"))?;
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let headers = reader
        .headers()
        .map_err(|_| problem("people-list-columns"))?;
    let column = |name: &str| headers.iter().position(|it| it == name);
    let columns = ["login", "name", "unit", "role"].map(column);
    let [Some(login), Some(name), Some(unit), Some(role)] = columns else {
        return Err(problem("people-list-columns"));
    };
    let (mut rows, mut problems, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    for record in reader.records() {
        let record = record.map_err(|_| problem("grid-file-unreadable"))?;
        let line = record.position().map_or(0, csv::Position::line);
        let text = |at: usize| record.get(at).unwrap_or_default();
        match row(line, [text(login), text(name), text(unit), text(role)]) {
            Ok(row) if !seen.insert(row.login.clone()) => problems.push(told(line, "login-twice")),
            Ok(row) => rows.push(row),
            Err(mut found) => problems.append(&mut found),
        }
    }
    if rows.len() > MOST {
        return Err(problem("people-list-too-long"));
    }
    if rows.is_empty() && problems.is_empty() {
        return Err(problem("people-list-empty"));
    }
    refuse(problems)?;
    Ok(rows)
}

fn row(line: u64, [login, name, unit, role]: [&str; 4]) -> Result<Row, Vec<Problem>> {
    let role = Role::from_name(role)
        .filter(|it| *it != Role::Resident)
        .ok_or_else(|| {
            let known = Role::ALL.iter().filter(|it| **it != Role::Resident);
            let known: Vec<_> = known.map(|it| it.name()).collect();
            told(line, "people-role-unknown").with("known", known.join(", "))
        });
    let at_line = |error: Error| match error {
        Error::Invalid(problems) => problems
            .into_iter()
            .map(|it| Problem {
                at: Some(format!("line {line}")),
                ..it
            })
            .collect(),
        _ => vec![told(line, "people-list-columns")],
    };
    match (new_login(login), shown_name(name), role) {
        (Ok(login), Ok(name), Ok(role)) => Ok(Row {
            line,
            login,
            name,
            unit: unit.to_owned(),
            role,
        }),
        (login, name, role) => {
            let mut problems: Vec<Problem> = Vec::new();
            problems.extend(login.err().map(at_line).unwrap_or_default());
            problems.extend(name.err().map(at_line).unwrap_or_default());
            problems.extend(role.err());
            Err(problems)
        }
    }
}
