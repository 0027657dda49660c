//! The board of a division for those who see all its cases: three of its figures, and the cases behind
//! each of them and behind a plugin's. Reads only.

use super::{
    figures::{self, at, table::Figure},
    model::Case,
    model::State,
    queues::not_confidential,
    views,
};
use crate::{
    context::Context,
    db::{
        cases::{self as rows, Filter, Order},
        figures::{Listed, Scope},
    },
    domain::Domain,
    error::Result,
    identity::{Act, need},
    page::{Page, Paging},
};

pub use figures::division;

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

    /// The figure that it is; none for what hangs on when cases ended.
    const fn figure(self) -> Option<Figure> {
        match self {
            Self::Open => Some(Figure::Open),
            Self::Late => Some(Figure::Overdue),
            Self::Closed => None,
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
    /// A figure of the host's; it alone decides, but for what hangs on when cases ended.
    pub which: Option<Which>,
    /// Of one of these classes.
    pub classes: Option<Vec<String>>,
    /// In this state.
    pub state: Option<State>,
}

/// The host's own figures for a division that the caller sees.
pub async fn counts(domain: &Domain, cx: &Context, division: &str) -> Result<Vec<Count>> {
    need(cx, Act::ReadBoard, at(division))?;
    let report = figures::report(domain, cx, &all(division), None).await?;
    let mut c = domain.database.read().await?;
    let mut counts = Vec::new();
    for which in Which::ALL {
        let number = report
            .whole
            .iter()
            .find(|it| Some(it.figure) == which.figure());
        let cases = match number {
            Some(number) => number.cases,
            None => {
                let behind = Behind {
                    division: division.to_owned(),
                    which: Some(which),
                    ..Behind::default()
                };
                rows::tally(&mut c, &behind.filter(cx), cx.now).await?.cases
            }
        };
        counts.push(Count { which, cases });
    }
    Ok(counts)
}

fn all(division: &str) -> Scope {
    Scope {
        division: division.to_owned(),
        ..Scope::default()
    }
}

/// The cases behind a figure, the newest first.
pub async fn behind(
    domain: &Domain,
    cx: &Context,
    behind: &Behind,
    paging: &Paging,
) -> Result<Page<Case>> {
    need(cx, Act::ReadBoard, at(&behind.division))?;
    if let Some(figure) = behind.which.and_then(Which::figure) {
        let listed = Listed::Figure(figure);
        return figures::behind(domain, cx, &all(&behind.division), listed, paging).await;
    }
    views::list(domain, &behind.filter(cx), Order::Newest, paging).await
}

impl Behind {
    fn filter(&self, cx: &Context) -> Filter {
        let lately = self.which == Some(Which::Closed);
        Filter {
            divisions: Some(vec![self.division.clone()]),
            procedures: Some(not_confidential()),
            classes: self.classes.clone(),
            states: self.state.map(|it| vec![it]),
            closed_since: lately.then(|| cx.now.plus_seconds(-WEEK)),
            ..Filter::default()
        }
    }
}
