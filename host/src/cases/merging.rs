//! Cases about the same thing: one goes on, the others follow it, and each reporter is told of
//! theirs. Nothing is merged but by a person.

use super::{
    actors,
    events::{self, Said},
    lifecycle::{self, Input},
    model::{Action, Case, State, Who},
    prepare::{blank, desk_for, duty_for},
};
use crate::{
    context::{Context, Principal},
    db::{Transaction, cases as rows},
    domain::Domain,
    error::{Error, Result},
};

/// The id of the case to follow, by its number. `Invalid` when there is none that goes on by itself,
/// in the same district and by the same table, or when the one that would follow has followers.
pub(super) async fn primary(
    t: &mut Transaction,
    cx: &Context,
    case: &Case,
    number: Option<&str>,
) -> Result<Option<String>> {
    let Some(number) = number.map(str::trim).filter(|it| !it.is_empty()) else {
        return Ok(None);
    };
    if !rows::followers(t, &case.id).await?.is_empty() {
        return Err(Error::Conflict("case-has-followers"));
    }
    let found = rows::by_number(t, number).await?;
    let district = |it: &Case| it.division.get(..6).map(str::to_owned);
    let fits = |it: &Case| {
        let course = &it.course;
        it.id != case.id
            && course.procedure == case.course.procedure
            && district(it) == district(case)
            && !course.state.ended()
            && !matches!(course.state, State::Merged | State::Resolved)
    };
    let Some(found) = found.filter(fits) else {
        return Err(Error::invalid("other", "case-primary"));
    };
    let units: Vec<String> = cx.posts().map(|post| post.unit.clone()).collect();
    let knows = rows::knows(t, &found.id, &units).await?;
    if !actors::may_see(cx, &found, knows) {
        return Err(Error::invalid("other", "case-primary"));
    }
    Ok(Some(found.id))
}

/// What becomes of the cases that follow one, once it has moved: they are resolved with it, and go
/// their own way when it ends without having been done.
pub(super) async fn tell_followers(
    t: &mut Transaction,
    domain: &Domain,
    cx: &Context,
    primary: &Case,
) -> Result<()> {
    let course = &primary.course;
    let done = course.state == State::Resolved || course.explained;
    let action = match (done, course.state.ended()) {
        (true, _) => Action::Follow,
        (false, true) => Action::Split,
        (false, false) => return Ok(()),
    };
    let host = Context {
        principal: Principal::System("merging"),
        plugin: None,
        ..cx.clone()
    };
    let version = rows::duty_version(t, &primary.id).await?;
    let list = domain.duty.of_case(&version);
    for mut case in rows::followers(t, &primary.id).await? {
        let duty = match (action, &course.class) {
            (Action::Follow, Some(class)) => duty_for(t, &list, class, &case.division).await?,
            _ => None,
        };
        let lowest = duty.as_ref().map(|it| it.lowest);
        let target = match lowest {
            Some(lowest) => desk_for(t, &case.division, lowest).await?,
            None => None,
        };
        let input = Input {
            who: vec![Who::Timer],
            target,
            duty,
            link: Some(primary.id.clone()),
            ..blank(action, &host)
        };
        let was = case.course.version;
        let stepped = lifecycle::step(&case.course, &case.deadlines, &input);
        (case.course, case.deadlines) = stepped.map_err(|refusal| {
            tracing::error!(case = case.id, ?refusal, "a follower could not be told");
            Error::bug("a case that follows another could not be told")
        })?;
        case.due = case.next_due();
        rows::update(t, &case, was).await?;
        if action == Action::Follow {
            rows::put_duty_version(t, &case.id, &list.version).await?;
        }
        events::append(t, domain, &host, &case, &input, None, Said::default()).await?;
    }
    Ok(())
}
