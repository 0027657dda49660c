//! The digest of a desk: what came on a day, what is overdue, what climbed, came back or was taken up
//! again. Each line opens the cases that it counts. Reads only.

use jiff::civil::Date;

use super::at;
use crate::{
    cases::model::{Action, Case},
    context::{Context, Principal},
    db::{
        self,
        figures::day::{self as rows, Day, What},
        units::Unit,
    },
    domain::Domain,
    error::{Error, Result},
    identity::{Act, Role, need},
    page::{Page, Paging},
    time::Timestamp,
};

/// A line of the digest.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    /// Handed in to the unit, or sent to it by another.
    Came,
    /// Held by the unit, with a deadline that has passed. As of now, whatever the day.
    Overdue,
    /// Raised, or a deadline was missed and the next desk up was told.
    Climbed,
    /// 退单
    Returned,
    /// Taken up again, or appealed.
    Reopened,
    /// 督办
    Overseen,
    /// Done: resolved, delivered, answered, or a visit that was made.
    Done,
    /// Held by the unit, with a plugin's proposal that nobody has decided on. As of now.
    Proposed,
    /// Of a hint that nobody has judged yet; for those who judge hints there. As of now.
    Hinted,
}

impl Line {
    /// All of them, in order.
    pub const ALL: [Self; 9] = [
        Self::Came,
        Self::Overdue,
        Self::Climbed,
        Self::Returned,
        Self::Reopened,
        Self::Overseen,
        Self::Done,
        Self::Proposed,
        Self::Hinted,
    ];

    /// The name in addresses, in the API and, after `digest-`, of its words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Came => "came",
            Self::Overdue => "overdue",
            Self::Climbed => "climbed",
            Self::Returned => "returned",
            Self::Reopened => "reopened",
            Self::Overseen => "overseen",
            Self::Done => "done",
            Self::Proposed => "proposed",
            Self::Hinted => "hinted",
        }
    }

    const fn what(self) -> What {
        use Action as A;
        match self {
            Self::Came => What::Came(&[
                A::Submit,
                A::Plan,
                A::Apply,
                A::Suggest,
                A::File,
                A::Dispatch,
                A::Relay,
                A::Raise,
                A::Emergency,
                A::Rule,
                A::Transfer,
                A::Reopen,
                A::Appeal,
                A::Miss,
            ]),
            Self::Overdue => What::Overdue,
            Self::Climbed => What::Did(&[A::Raise, A::Escalate, A::Miss, A::Contest]),
            Self::Returned => What::Did(&[A::Return]),
            Self::Reopened => What::Did(&[A::Reopen, A::Appeal]),
            Self::Overseen => What::Did(&[A::Oversee]),
            Self::Done => What::Did(&[
                A::VerifyPass,
                A::FinishTrivial,
                A::CloseExplained,
                A::Follow,
                A::Deliver,
                A::Answer,
                A::Adopt,
                A::Perform,
                A::NotMet,
            ]),
            Self::Proposed => What::Proposed,
            Self::Hinted => What::Hinted,
        }
    }
}

/// Which digest is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Asked {
    /// The unit; the first of the caller's own when absent.
    pub unit: Option<String>,
    /// The local day, `YYYY-MM-DD`; today when absent.
    pub day: Option<String>,
}

/// How many cases a line counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Count {
    /// Which.
    pub line: Line,
    /// How many cases.
    pub cases: i64,
}

/// The digest of a unit.
#[derive(Clone, Debug)]
pub struct Digest {
    /// Whose.
    pub unit: Unit,
    /// The local day.
    pub day: Date,
    /// Its lines.
    pub lines: Vec<Count>,
    /// The units whose digest the caller reads by a post of theirs.
    pub own: Vec<Unit>,
}

/// The units whose digest the caller reads: those in which they send on or do the work, and those
/// whose division they see all cases of, by a post of theirs there.
pub fn units(cx: &Context) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for post in cx.posts() {
        let works = matches!(post.role, Role::Dispatcher | Role::Handler);
        let sees = need(cx, Act::ReadBoard, at(&post.division)).is_ok();
        if (works || sees) && !found.contains(&post.unit) {
            found.push(post.unit.clone());
        }
    }
    found
}

async fn day(domain: &Domain, cx: &Context, asked: &Asked) -> Result<(Unit, Date, Day)> {
    match cx.principal {
        Principal::Anonymous | Principal::Phone { .. } => return Err(Error::Unauthenticated),
        _ => {}
    }
    let given = |it: &Option<String>| it.clone().filter(|it| !it.is_empty());
    let unit = given(&asked.unit).or_else(|| units(cx).into_iter().next());
    let unit = unit.ok_or(Error::Forbidden("no-post-for-this"))?;
    let unit = {
        let mut c = domain.database.read().await?;
        db::units::get(&mut c, &unit).await?
    };
    let unit = unit.ok_or(Error::Forbidden("no-post-for-this"))?;
    let works = |role| cx.posts().any(|it| it.unit == unit.id && it.role == role);
    // Who has a unit's work in hand sees all of it; who sees a division, what lies in it.
    let below = if works(Role::Dispatcher) || works(Role::Handler) {
        None
    } else {
        need(cx, Act::ReadBoard, at(&unit.division))?;
        Some(unit.division.clone())
    };
    let date = match given(&asked.day) {
        None => cx.now.zoned(&domain.zone).date(),
        Some(text) => match text.parse::<Date>() {
            Ok(day) if text.len() == 10 => day,
            _ => return Err(Error::invalid("day", "figures-day")),
        },
    };
    let start = |date: Date| {
        let zoned = date
            .to_zoned(domain.zone.clone())
            .map_err(Error::internal)?;
        Ok::<_, Error>(Timestamp::from_micros(zoned.timestamp().as_microsecond()))
    };
    let next = date
        .tomorrow()
        .map_err(|_| Error::invalid("day", "figures-day"))?;
    let day = Day {
        unit: unit.id.clone(),
        division: unit.division.clone(),
        below,
        from: start(date)?,
        to: start(next)?,
        now: cx.now,
    };
    Ok((unit, date, day))
}

/// Hints are told to those who judge them.
fn told(cx: &Context, unit: &Unit, line: Line) -> Result<()> {
    match line {
        Line::Hinted => need(cx, Act::JudgeHints, at(&unit.division)),
        _ => Ok(()),
    }
}

/// The digest of a unit that the caller belongs to, or whose division they see. `Forbidden` for
/// another's.
pub async fn digest(domain: &Domain, cx: &Context, asked: &Asked) -> Result<Digest> {
    let (unit, date, day) = day(domain, cx, asked).await?;
    let mut c = domain.database.read().await?;
    let mut lines = Vec::new();
    for line in Line::ALL
        .into_iter()
        .filter(|it| told(cx, &unit, *it).is_ok())
    {
        let cases = rows::count(&mut c, &day, line.what()).await?;
        lines.push(Count { line, cases });
    }
    let mut own = Vec::new();
    for unit in units(cx) {
        own.extend(db::units::get(&mut c, &unit).await?);
    }
    Ok(Digest {
        unit,
        day: date,
        lines,
        own,
    })
}

/// The cases behind a line, the newest first. `Forbidden` for a line that is not told them.
pub async fn behind(
    domain: &Domain,
    cx: &Context,
    asked: &Asked,
    line: Line,
    paging: &Paging,
) -> Result<Page<Case>> {
    let (unit, _, day) = day(domain, cx, asked).await?;
    told(cx, &unit, line)?;
    let mut c = domain.database.read().await?;
    let cases = rows::list(&mut c, &day, line.what(), paging).await?;
    Ok(Page::cut(cases, paging.limit(), |it| it.id.clone()))
}
