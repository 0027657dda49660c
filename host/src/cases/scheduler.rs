//! Works the deadlines: what has passed lapses, is missed, or tells the next desk up. Rows decide, so that a
//! restart loses nothing and several hosts do nothing twice.

use super::{
    events::{self, Said},
    lifecycle::{self, Input},
    merging,
    model::{Action, Case, Deadline, Who},
    prepare::{above, blank},
    procedures::rings,
};
use crate::{
    context::Context,
    db::{
        Transaction,
        cases::{self as rows, Due},
    },
    domain::Domain,
    error::{Error, Result},
};

/// How many deadlines are worked in one transaction.
const BATCH: u32 = 50;

/// Works the deadlines that have passed by the time of `cx`; how many. Call again while it answers
/// more than 0.
pub async fn turn(domain: &Domain, cx: &Context) -> Result<usize> {
    let (domain, cx) = (domain.clone(), cx.clone());
    let database = domain.database.clone();
    database
        .write(move |t| {
            Box::pin(async move {
                let due = rows::overdue(t, cx.now, BATCH).await?;
                let count = due.len();
                for it in due {
                    let case = rows::get(t, &it.case).await?.ok_or(Error::NotFound)?;
                    fire(t, &domain, &cx, case, &it).await?;
                }
                Ok(count)
            })
        })
        .await
}

async fn fire(
    t: &mut Transaction,
    domain: &Domain,
    cx: &Context,
    mut case: Case,
    rung: &Due,
) -> Result<()> {
    let clock = rung.clock;
    // An earlier deadline of the same case may have ended it in this turn.
    let rang = |it: &Deadline| it.clock == clock && it.part == rung.part && it.due <= cx.now;
    if !case.deadlines.iter().any(rang) {
        return Ok(());
    }
    let was = case.course.version;
    let action = rings(clock, case.course.state);
    let from = case
        .course
        .overseer
        .as_ref()
        .or(case.course.holder.as_ref());
    let input = Input {
        who: vec![Who::Timer],
        target: match action {
            Action::Escalate | Action::Miss => above(t, &case, from).await?,
            _ => None,
        },
        clock: Some(clock),
        part: Some(rung.part.clone()).filter(|it| !it.is_empty()),
        ..blank(action, cx)
    };
    match lifecycle::step(&case.course, &case.deadlines, &input) {
        Ok((course, deadlines)) => {
            case.course = course;
            case.deadlines = deadlines;
        }
        Err(refusal) => {
            // The tables say this cannot be: keep the clock from stopping the others.
            tracing::error!(
                case = case.id,
                ?clock,
                ?refusal,
                "a deadline could not be worked"
            );
            for it in case.deadlines.iter_mut().filter(|it| rang(it)) {
                it.due = input.dues.again;
            }
            case.course.version += 1;
            case.due = case.next_due();
            return rows::update(t, &case, was).await;
        }
    }
    case.due = case.next_due();
    case.closed = case.course.state.ended().then_some(cx.now);
    rows::update(t, &case, was).await?;
    events::append(t, domain, cx, &case, &input, None, Said::default()).await?;
    merging::tell_followers(t, domain, cx, &case).await
}
