//! Works the deadlines: what has passed lapses, is missed, or tells the next desk up. Rows decide, so that a
//! restart loses nothing and several hosts do nothing twice.

use super::{
    events,
    lifecycle::{self, Input},
    model::{Action, Case, Clock, Who},
    operations::{above, blank},
    procedures::rings,
};
use crate::{
    context::Context,
    db::{Transaction, cases as rows},
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
                    fire(t, &domain, &cx, case, it.clock).await?;
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
    clock: Clock,
) -> Result<()> {
    // An earlier deadline of the same case may have ended it in this turn.
    let still = case
        .deadlines
        .iter()
        .any(|it| it.clock == clock && it.due <= cx.now);
    if !still {
        return Ok(());
    }
    let was = case.course.version;
    let action = rings(clock);
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
            for it in case.deadlines.iter_mut().filter(|it| it.clock == clock) {
                it.due = input.dues.again;
            }
            case.course.version += 1;
            case.due = rows::next_due(&case.deadlines);
            return rows::update(t, &case, was).await;
        }
    }
    case.due = rows::next_due(&case.deadlines);
    case.closed = case.course.state.ended().then_some(cx.now);
    rows::update(t, &case, was).await?;
    events::append(t, domain, cx, &case, &input, None, None).await
}
