//! 三率 and the other figures: what is counted, over which cases, and the cases behind each number.
//! `facts` is pure, `table` is the one definition of each figure, `recount` derives all of it from
//! the event log again. Who may read which figures is decided here; the rest only reads.

pub mod digest;
pub mod facts;
pub mod link;
pub mod recount;
pub mod table;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use std::collections::BTreeMap;

use super::model::{Case, Procedure, State};
use crate::{
    context::{Context, Principal},
    db::{
        self, Connection, Transaction,
        figures::{self as rows, By, Counted, Group, Left, Listed, Scope},
    },
    domain::Domain,
    error::{Error, Result},
    identity::{Act, Level, Resource, need},
    page::{Page, Paging},
};
use table::{Figure, Kind};

/// Keeps what an event of a case adds to the figures; belongs into the write of the event itself.
pub(super) async fn note(
    t: &mut Transaction,
    domain: &Domain,
    case: &Case,
    input: &super::lifecycle::Input,
) -> Result<()> {
    let before = rows::take(t, &case.id, input.now).await?;
    if before.is_none() && case.course.version > 1 {
        // Of before there were figures: the log has what went before.
        return recount::write(t, &case.id, &domain.zone).await;
    }
    let (facts, stay) = facts::next(before.as_ref(), case, input, &domain.zone);
    rows::put(t, &facts).await?;
    match stay {
        Some(stay) => rows::add_stay(t, &case.id, stay).await,
        None => Ok(()),
    }
}

/// Which cases somebody asks about, as it stands in an address.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Asked {
    /// The division; that of the caller's own post when absent.
    pub division: Option<String>,
    /// Handed in on this day or later, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// Handed in on this day or before.
    pub to: Option<String>,
    /// Of this class; `-` for those without one.
    pub class: Option<String>,
    /// That this unit answers for.
    pub unit: Option<String>,
    /// Worked on at this level: `cell`, `community`, `street` or `district`.
    pub level: Option<String>,
    /// By this table.
    pub procedure: Option<String>,
}

/// In an address: without a class.
pub const NONE: &str = "-";
/// The longest name of a class or a unit, in bytes.
const NAME: usize = 64;

/// The scope that is asked for, if the caller sees its figures: those of a division that they see all
/// cases of. `Invalid` for what is no day, level or procedure, `Forbidden` for another's division.
pub fn scope(cx: &Context, asked: &Asked) -> Result<Scope> {
    let given = |it: &Option<String>| it.clone().filter(|it| !it.is_empty());
    let division = division(cx, given(&asked.division).as_deref())?;
    let day = |at: &'static str, it: &Option<String>| match given(it) {
        None => Ok(None),
        Some(text) => match text.parse::<Date>() {
            Ok(day) if text.len() == 10 => Ok(Some(day)),
            _ => Err(Error::invalid(at, "figures-day")),
        },
    };
    let (from, to) = (day("from", &asked.from)?, day("to", &asked.to)?);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(Error::invalid("to", "figures-period"));
    }
    for (at, it) in [("class", &asked.class), ("unit", &asked.unit)] {
        if it.as_ref().is_some_and(|it| it.len() > NAME) {
            let limit = crate::error::Problem::at(at, "text-too-long").with("limit", NAME);
            return Err(Error::Invalid(vec![limit]));
        }
    }
    let level = given(&asked.level).map(|it| {
        let level = level(&it).ok_or_else(|| Error::invalid("level", "figures-level-unknown"))?;
        Ok::<_, Error>(i64::from(level.number()))
    });
    let procedure = given(&asked.procedure).map(|it| {
        let found = Procedure::from_name(&it).filter(|it| *it != Procedure::Mediation);
        found.ok_or_else(|| Error::invalid("procedure", "figures-procedure"))
    });
    Ok(Scope {
        division,
        from,
        to,
        class: given(&asked.class).map(|it| if it == NONE { String::new() } else { it }),
        unit: given(&asked.unit),
        level: level.transpose()?,
        procedure: procedure.transpose()?,
    })
}

/// The level of that name.
pub fn level(name: &str) -> Option<Level> {
    match name {
        "cell" => Some(Level::Cell),
        "community" => Some(Level::Community),
        "street" => Some(Level::Street),
        "district" => Some(Level::District),
        _ => None,
    }
}

/// The name of the level of that number.
pub const fn level_name(number: i64) -> Option<&'static str> {
    match number {
        0 => Some("cell"),
        1 => Some("community"),
        2 => Some("street"),
        3 => Some("district"),
        _ => None,
    }
}

/// The division that figures are about: the one asked for, else that of the caller's highest post
/// that sees one. `Forbidden` for who does not see all cases of it.
pub fn division(cx: &Context, asked: Option<&str>) -> Result<String> {
    match cx.principal {
        Principal::Anonymous | Principal::Phone { .. } => return Err(Error::Unauthenticated),
        _ => {}
    }
    if let Some(asked) = asked {
        let digits = asked.bytes().all(|it| it.is_ascii_digit());
        if !digits || !(2..=15).contains(&asked.len()) {
            return Err(Error::invalid("division", "board-division"));
        }
        need(cx, Act::ReadBoard, at(asked))?;
        return Ok(asked.to_owned());
    }
    let own = cx.posts().map(|it| it.division.clone());
    let seen = own.filter(|it| need(cx, Act::ReadBoard, at(it)).is_ok());
    seen.min_by_key(String::len)
        .ok_or(Error::Forbidden("no-post-for-this"))
}

pub(super) fn at(division: &str) -> Resource<'_> {
    Resource {
        division: Some(division),
        ..Resource::default()
    }
}

/// A figure of a group of cases.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Number {
    /// Which.
    pub figure: Figure,
    /// How many cases it counts.
    pub cases: i64,
    /// Of how many: for a share.
    pub of: Option<i64>,
    /// The part that they are, 0 to 1; none of nothing.
    pub share: Option<f64>,
    /// For a number a case: the mean, in seconds or as a count; none of nothing.
    pub mean: Option<f64>,
}

fn number(figure: Figure, counted: &Counted) -> Number {
    let cases = counted.cases(figure);
    let part = |a: i64, b: i64| (b != 0).then(|| a as f64 / b as f64);
    let of = match figure.kind() {
        Kind::Share(of) => Some(counted.cases(of)),
        Kind::Count | Kind::Left | Kind::Seconds(_) | Kind::Each(_) => None,
    };
    Number {
        figure,
        cases,
        of,
        share: of.and_then(|of| part(cases, of)),
        mean: counted.sum(figure).and_then(|sum| part(sum, cases)),
    }
}

/// The figures of cases that have something in common.
#[derive(Clone, Debug, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Row {
    /// What they have in common: the id of a unit, a level, a class, a month `YYYY-MM`, the code of a
    /// division; empty for all of them together, and for cases without a class.
    pub key: String,
    /// In the reader's language.
    pub name: String,
    /// Every figure, in the order of the table.
    pub numbers: Vec<Number>,
}

/// Figures of a scope: all together, and told apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Of which cases.
    pub scope: Scope,
    /// All together.
    pub whole: Vec<Number>,
    /// By what they are told apart.
    pub by: Option<By>,
    /// One row a group, in the order of their keys.
    pub rows: Vec<Row>,
}

fn numbers(counted: &Counted) -> Vec<Number> {
    Figure::ALL.iter().map(|it| number(*it, counted)).collect()
}

/// The figures of a scope that the caller sees.
pub async fn report(
    domain: &Domain,
    cx: &Context,
    scope: &Scope,
    by: Option<By>,
) -> Result<Report> {
    need(cx, Act::ReadBoard, at(&scope.division))?;
    // A community has cases of its own beside those of its cells: they cannot be told apart by a code.
    if by == Some(By::Place) && scope.division.len() >= 12 {
        return Err(Error::invalid("by", "figures-place"));
    }
    let mut c = domain.database.read().await?;
    let groups = rows::figures(&mut c, scope, by, cx.now).await?;
    let mut whole = Counted::default();
    for group in &groups {
        whole.add(&group.counted);
    }
    let rows = match by {
        None => Vec::new(),
        Some(by) => named(domain, cx, &mut c, by, groups).await?,
    };
    Ok(Report {
        scope: scope.clone(),
        whole: numbers(&whole),
        by,
        rows,
    })
}

async fn named(
    domain: &Domain,
    cx: &Context,
    c: &mut Connection,
    by: By,
    groups: Vec<Group>,
) -> Result<Vec<Row>> {
    let list = domain.duty.list();
    let mut rows = Vec::with_capacity(groups.len());
    for group in groups {
        let (mut key, mut name) = (group.key, None);
        match by {
            By::Unit => {
                let unit = db::units::get(c, &key).await?;
                name = unit.map(|it| it.name(cx.locale).to_owned());
            }
            By::Class if key.is_empty() => key = NONE.to_owned(),
            By::Class => name = list.item(&key).map(|it| it.name(cx.locale).to_owned()),
            By::Place => {
                let index = domain.grid.index();
                name = index.division(&key).map(|it| it.name);
            }
            By::Level => {
                let level = key.parse().ok().and_then(level_name);
                key = level.unwrap_or_default().to_owned();
            }
            By::Month => {}
        }
        rows.push(Row {
            name: name.unwrap_or_else(|| key.clone()),
            key,
            numbers: numbers(&group.counted),
        });
    }
    Ok(rows)
}

/// The cases behind a figure or a state, the newest first.
pub async fn behind(
    domain: &Domain,
    cx: &Context,
    scope: &Scope,
    listed: Listed,
    paging: &Paging,
) -> Result<Page<Case>> {
    need(cx, Act::ReadBoard, at(&scope.division))?;
    let limit = paging.limit();
    let cursor = paging.cursor.as_deref();
    let mut c = domain.database.read().await?;
    let cases = rows::behind(&mut c, scope, listed, cx.now, cursor, limit + 1).await?;
    Ok(Page::cut(cases, limit, |it| it.id.clone()))
}

/// How long cases are in a state.
#[derive(Clone, Debug, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct InState {
    /// Which.
    pub state: State,
    /// Cases that have left it at least once.
    pub cases: i64,
    /// How often it was left.
    pub stays: i64,
    /// How long such a stay was, in seconds; none when there was none.
    pub mean: Option<f64>,
    /// Cases that are in it now.
    pub now: i64,
}

/// How long the cases of a scope are in each state, in the order of the states.
pub async fn times(domain: &Domain, cx: &Context, scope: &Scope) -> Result<Vec<InState>> {
    need(cx, Act::ReadBoard, at(&scope.division))?;
    let mut c = domain.database.read().await?;
    let mut found: BTreeMap<State, InState> = BTreeMap::new();
    for it in rows::stays(&mut c, scope).await? {
        let mean = (it.stays != 0).then(|| it.micros as f64 / it.stays as f64 / 1e6);
        let row = InState {
            state: it.state,
            cases: it.cases,
            stays: it.stays,
            mean,
            now: it.now,
        };
        if row.cases != 0 || row.now != 0 {
            found.insert(it.state, row);
        }
    }
    Ok(found.into_values().collect())
}

/// The cases of a scope that are left out of a rate, with who decided so, the newest first; `why`
/// is a figure of that kind. `Invalid` for another figure.
pub async fn excluded(
    domain: &Domain,
    cx: &Context,
    scope: &Scope,
    why: Option<Figure>,
    paging: &Paging,
) -> Result<Page<Left>> {
    need(cx, Act::ReadBoard, at(&scope.division))?;
    if why.is_some_and(|it| it.kind() != Kind::Left) {
        return Err(Error::invalid("why", "figures-figure-unknown"));
    }
    let limit = paging.limit();
    let cursor = paging.cursor.as_deref();
    let mut c = domain.database.read().await?;
    let left = rows::excluded(&mut c, scope, why, cx.now, cursor, limit + 1).await?;
    Ok(Page::cut(left, limit, |it| it.case.clone()))
}
