//! The work lists of staff: which posts give which, what is in them, and how much. Reads only.

use super::{
    model::{Case, Procedure, State},
    views::list,
};
use crate::{
    context::{Context, Principal},
    db::cases::{self as rows, Filter, Order, Round},
    domain::Domain,
    error::{Error, Result},
    identity::{Post, Role},
    page::{Page, Paging},
};

/// The longest list that is put in order of place.
const MOST: u32 = 200;

/// Which of the caller's queues.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Queue {
    /// What the units of the caller's dispatcher posts must file, send on or confirm.
    Desk,
    /// What the units of the caller's handler posts must take on or do, and what they have taken.
    Work,
    /// The visits that the caller has been given, and those of their area that nobody has yet.
    Today,
    /// What waits for an independent check where the caller verifies.
    Verify,
    /// What other units ask of the caller's: a part, a ruling, whether they take it, a confirmation.
    Asked,
    /// What waits for a supervisor's word: to let a case wait, or to close it with an explanation.
    Approvals,
    /// Disputes about whose a case is, where the caller keeps the duty list.
    Disputes,
    /// What has overrun and is overseen by the caller's units.
    Overseen,
    /// What is open in the places of the caller's grid-worker and supervisor posts.
    Area,
    /// What the caller filed on somebody's behalf.
    Proxy,
}

impl Queue {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Today,
        Self::Desk,
        Self::Work,
        Self::Asked,
        Self::Verify,
        Self::Approvals,
        Self::Disputes,
        Self::Overseen,
        Self::Area,
        Self::Proxy,
    ];

    /// The name in addresses and in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Work => "work",
            Self::Today => "today",
            Self::Verify => "verify",
            Self::Asked => "asked",
            Self::Approvals => "approvals",
            Self::Disputes => "disputes",
            Self::Overseen => "overseen",
            Self::Area => "area",
            Self::Proxy => "proxy",
        }
    }

    /// The queue of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    const fn roles(self) -> &'static [Role] {
        match self {
            Self::Desk => &[Role::Dispatcher],
            Self::Work => &[Role::Handler],
            Self::Today => &[Role::GridWorker, Role::Handler],
            Self::Verify => &[Role::Verifier],
            Self::Asked => &[Role::Dispatcher, Role::Handler, Role::Supervisor],
            Self::Approvals => &[Role::Supervisor],
            Self::Disputes => &[Role::DutyKeeper],
            Self::Overseen => &[Role::Supervisor],
            Self::Area => &[Role::GridWorker, Role::Supervisor],
            Self::Proxy => &[Role::CounterClerk, Role::HotlineAgent],
        }
    }
}

/// The queues that the caller's posts give them.
pub fn queues(cx: &Context) -> Vec<Queue> {
    let has = |queue: &Queue| queue.roles().iter().any(|role| cx.has_role(*role));
    Queue::ALL.into_iter().filter(has).collect()
}

/// One of the caller's queues, the least time left first. `Forbidden` without a post for it.
pub async fn queue(
    domain: &Domain,
    cx: &Context,
    queue: Queue,
    paging: &Paging,
) -> Result<Page<Case>> {
    let filter = filter(cx, queue)?;
    list(domain, &filter, Order::Due, paging).await
}

/// How much is in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Count {
    /// Which.
    pub queue: Queue,
    /// How many cases.
    pub cases: i64,
    /// How many of them have a deadline that has passed.
    pub late: i64,
}

/// The caller's queues with how much is in each; none without a post for any.
pub async fn counts(domain: &Domain, cx: &Context) -> Result<Vec<Count>> {
    let mut found = Vec::new();
    let mut c = domain.database.read().await?;
    for queue in queues(cx) {
        let tally = rows::tally(&mut c, &filter(cx, queue)?, cx.now).await?;
        found.push(Count {
            queue,
            cases: tally.cases,
            late: tally.late,
        });
    }
    Ok(found)
}

/// The places where somebody takes on visits by themselves.
fn walked(posts: &[&Post]) -> Vec<String> {
    let of_grid = posts.iter().filter(|post| post.role == Role::GridWorker);
    of_grid.map(|post| post.division.clone()).collect()
}

/// The caller's visits of today, those of one place together and the most urgent place first.
/// At most 200.
pub async fn by_place(domain: &Domain, cx: &Context) -> Result<Vec<Case>> {
    let page = queue(domain, cx, Queue::Today, &Paging::first(MOST)).await?;
    // In order of time left: the place of the first comes first.
    let mut places: Vec<(String, Vec<Case>)> = Vec::new();
    for case in page.items {
        match places.iter_mut().find(|(place, _)| *place == case.division) {
            Some((_, cases)) => cases.push(case),
            None => places.push((case.division.clone(), vec![case])),
        }
    }
    Ok(places.into_iter().flat_map(|(_, cases)| cases).collect())
}

fn open() -> Option<Vec<State>> {
    let states = State::ALL.iter().copied().filter(|state| !state.ended());
    Some(states.collect())
}

/// What people want of each other is in nobody's list by place.
pub(super) fn not_confidential() -> Vec<Procedure> {
    let all = Procedure::ALL.iter().copied();
    all.filter(|it| *it != Procedure::Mediation).collect()
}

fn filter(cx: &Context, queue: Queue) -> Result<Filter> {
    let posts: Vec<&Post> = cx
        .posts()
        .filter(|post| queue.roles().contains(&post.role))
        .collect();
    if matches!(cx.principal, Principal::Anonymous) {
        return Err(Error::Unauthenticated);
    }
    if posts.is_empty() {
        return Err(Error::Forbidden("queue-not-yours"));
    }
    let units = || Some(posts.iter().map(|post| post.unit.clone()).collect());
    let divisions = || Some(posts.iter().map(|post| post.division.clone()).collect());
    Ok(match queue {
        Queue::Desk => Filter {
            holders: units(),
            states: Some(vec![
                State::Submitted,
                State::Filed,
                State::Dispatched,
                State::Feedback,
                State::InProgress,
                State::Planned,
                State::Done,
                State::Missed,
                State::Accepted,
                State::Published,
                State::Failed,
                State::Decided,
            ]),
            ..Filter::default()
        },
        Queue::Today => Filter {
            round: Some(Round {
                account: cx.account().map(str::to_owned),
                divisions: walked(&posts),
            }),
            ..Filter::default()
        },
        Queue::Work => Filter {
            holders: units(),
            states: Some(vec![
                State::Dispatched,
                State::Disputed,
                State::InProgress,
                State::Suspended,
                State::Accepted,
                State::InReview,
                State::Decided,
                State::InMediation,
            ]),
            ..Filter::default()
        },
        Queue::Verify => Filter {
            divisions: divisions(),
            states: Some(vec![State::Verifying]),
            ..Filter::default()
        },
        Queue::Asked => Filter {
            parts: units(),
            ..Filter::default()
        },
        Queue::Approvals => Filter {
            divisions: divisions(),
            asks: true,
            ..Filter::default()
        },
        Queue::Disputes => Filter {
            divisions: divisions(),
            states: Some(vec![State::Disputed]),
            ..Filter::default()
        },
        Queue::Overseen => Filter {
            overseers: units(),
            states: open(),
            ..Filter::default()
        },
        Queue::Area => Filter {
            divisions: divisions(),
            procedures: Some(not_confidential()),
            states: open(),
            ..Filter::default()
        },
        Queue::Proxy => Filter {
            proxy: cx.account().map(str::to_owned),
            ..Filter::default()
        },
    })
}
