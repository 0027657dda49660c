//! The figures of a division for those who see all its cases, and the cases behind each figure:
//! what is counted and what is listed is the same filter. Reads only.

use super::{model::Case, model::State, views};
use crate::{
    context::{Context, Principal},
    db::cases::{self as rows, Filter, Order},
    domain::Domain,
    error::{Error, Result},
    identity::{Act, Resource, need},
    page::{Page, Paging},
    time::Timestamp,
};

/// How long "lately" is, in seconds.
const WEEK: i64 = 7 * 24 * 3600;

/// A figure of the host's own.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Which {
    /// Cases that are not done.
    Open,
    /// Open cases with a deadline that has passed.
    Late,
    /// Cases that ended in the last seven days.
    Closed,
}

impl Which {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Open, Self::Late, Self::Closed];

    /// The name in addresses and in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Late => "late",
            Self::Closed => "closed",
        }
    }

    fn narrow(self, filter: &mut Filter, now: Timestamp) {
        // A case that is done and waits to be rated is nobody's open work.
        let open = |it: &State| !it.ended() && *it != State::Resolved;
        let open = || Some(State::ALL.iter().copied().filter(open).collect());
        match self {
            Self::Open => filter.states = open(),
            Self::Late => {
                filter.states = open();
                filter.late_at = Some(now);
            }
            Self::Closed => filter.closed_since = Some(now.plus_seconds(-WEEK)),
        }
    }
}

/// How many cases a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = BoardCount)]
pub struct Count {
    /// The figure.
    pub which: Which,
    /// How many.
    pub cases: i64,
}

/// The cases behind a figure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Behind {
    /// Below this division.
    pub division: String,
    /// A figure of the host's.
    pub which: Option<Which>,
    /// Of one of these classes.
    pub classes: Option<Vec<String>>,
    /// In this state.
    pub state: Option<State>,
}

/// The division that a board is about: the one asked for, else that of the caller's first post that
/// sees one. `Forbidden` for who does not see all cases of it.
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

fn at(division: &str) -> Resource<'_> {
    Resource {
        division: Some(division),
        ..Resource::default()
    }
}

/// The host's own figures for a division that the caller sees.
pub async fn counts(domain: &Domain, cx: &Context, division: &str) -> Result<Vec<Count>> {
    need(cx, Act::ReadBoard, at(division))?;
    let mut c = domain.database.read().await?;
    let mut counts = Vec::new();
    for which in Which::ALL {
        let behind = Behind {
            division: division.to_owned(),
            which: Some(which),
            ..Behind::default()
        };
        let tally = rows::tally(&mut c, &behind.filter(cx), cx.now).await?;
        counts.push(Count {
            which,
            cases: tally.cases,
        });
    }
    Ok(counts)
}

/// The cases behind a figure, the newest first.
pub async fn behind(
    domain: &Domain,
    cx: &Context,
    behind: &Behind,
    paging: &Paging,
) -> Result<Page<Case>> {
    need(cx, Act::ReadBoard, at(&behind.division))?;
    views::list(domain, &behind.filter(cx), Order::Newest, paging).await
}

impl Behind {
    fn filter(&self, cx: &Context) -> Filter {
        let mut filter = Filter {
            divisions: Some(vec![self.division.clone()]),
            classes: self.classes.clone(),
            states: self.state.map(|it| vec![it]),
            ..Filter::default()
        };
        if let Some(which) = self.which {
            which.narrow(&mut filter, cx.now);
        }
        filter
    }
}
