//! Who somebody is to a case, from their posts. Pure; the one place where sight of a case and the
//! right to act on it are decided.

use super::model::{Action, Case, Hop, Procedure, State, Who};
use crate::{
    context::{Context, Principal},
    db::cases::Seen,
    error::{Error, Result},
    identity::{Level, Post, Role},
};

/// Whether the case was reported by, or filed through, the one who asks.
pub fn reported(cx: &Context, case: &Case) -> bool {
    let by_phone = |hash: &Option<String>| hash.is_some() && *hash == case.phone_hash;
    match &cx.principal {
        Principal::Person(person) => {
            let account = Some(&person.account);
            case.reporter.as_ref() == account || by_phone(&person.phone_hash)
        }
        Principal::Phone { hash } => case.phone_hash.as_ref() == Some(hash),
        Principal::Service { account, .. } => case.reporter.as_ref() == Some(account),
        Principal::Anonymous | Principal::System(_) => false,
    }
}

/// Whether the one who asks is the other party of a mediation.
fn opposes(cx: &Context, case: &Case) -> bool {
    let hash = match &cx.principal {
        Principal::Person(person) => person.phone_hash.as_ref(),
        Principal::Phone { hash } => Some(hash),
        _ => None,
    };
    hash.is_some() && hash == case.party_hash.as_ref()
}

/// What a post makes its bearer to a case.
fn by_post(cx: &Context, case: &Case, post: &Post) -> Vec<Who> {
    let held = case.course.holder.as_ref();
    let holds = held.is_some_and(|it| it.unit == post.unit);
    let here = post.covers(&case.division);
    let mut found = Vec::new();
    match post.role {
        Role::Dispatcher if holds => found.push(Who::Dispatcher),
        Role::Handler if holds => found.push(Who::Handler),
        // What people want of each other is confidential to those who have it in hand.
        _ if case.course.procedure == Procedure::Mediation => return found,
        Role::GridWorker if here => found.push(Who::GridWorker),
        Role::Verifier if here && looked_at(case.course.state) && !worked(case, post, cx) => {
            found.push(Who::Verifier);
        }
        Role::Supervisor if here && above(case, post) => found.push(Who::Supervisor),
        Role::DutyKeeper if here => found.push(Who::DutyKeeper),
        _ => {}
    }
    if matches!(post.role, Role::Dispatcher | Role::Handler) {
        found.extend(by_unit(case, post));
    }
    let body = case.course.joint.as_ref().map(|it| &it.body);
    let leads = matches!(post.role, Role::Dispatcher | Role::Supervisor);
    if leads && body == Some(&post.unit) {
        found.push(Who::Convener);
    }
    found
}

/// What a unit that does not hold a case has to do with it.
fn by_unit(case: &Case, post: &Post) -> Vec<Who> {
    let course = &case.course;
    let mut found = Vec::new();
    let sent = course.trail.last().is_some_and(|it| it.unit == post.unit);
    if post.role == Role::Dispatcher && sent {
        found.push(Who::Sender);
    }
    let asked = course.co_tasks.iter().any(|it| it.unit == post.unit);
    if post.role == Role::Handler && asked {
        found.push(Who::CoHandler);
    }
    let proposed = course.proposal.as_ref();
    if proposed.is_some_and(|it| it.unit.unit == post.unit) {
        found.push(Who::Proposed);
    }
    if course.raisers.contains(&post.unit) {
        found.push(Who::Raiser);
    }
    found
}

/// Whether somebody independent has something to look at.
const fn looked_at(state: State) -> bool {
    matches!(state, State::Verifying | State::Resolved)
}

/// V is not H, not C, not of their units.
fn worked(case: &Case, post: &Post, cx: &Context) -> bool {
    let course = &case.course;
    let own = |account: &str| {
        course.handler.as_deref() == Some(account) || course.hands.iter().any(|it| it == account)
    };
    course.workers.contains(&post.unit) || cx.account().is_some_and(own)
}

fn above(case: &Case, post: &Post) -> bool {
    let level = Level::of_division(&post.division);
    match &case.course.holder {
        Some(holder) => level.is_some_and(|it| it >= holder.level),
        None => true,
    }
}

/// Everything the one who asks is to a case, each with the post that makes them so.
pub fn all<'a>(cx: &'a Context, case: &Case) -> Vec<(Who, Option<&'a Post>)> {
    let mut found = Vec::new();
    if matches!(cx.principal, Principal::System(_)) {
        found.push((Who::Timer, None));
    }
    if cx.plugin.is_some() && cx.account().is_none() {
        found.push((Who::Plugin, None));
    }
    if reported(cx, case) {
        found.push((Who::Reporter, None));
    }
    if opposes(cx, case) {
        found.push((Who::Party, None));
    }
    for post in cx.posts() {
        let all = by_post(cx, case, post);
        found.extend(all.into_iter().map(|who| (who, Some(post))));
    }
    // Who took it on by themselves does a handler's part.
    if case.course.handler.is_some() && case.course.handler.as_deref() == cx.account() {
        let post = cx.posts().find(|post| {
            let holder = case.course.holder.as_ref();
            holder.is_some_and(|it| it.unit == post.unit || post.covers(&case.division))
        });
        found.push((Who::Handler, post));
    }
    found
}

/// Whether the one who asks may see the case. `knows`: one of their units has had to do with it.
pub fn may_see(cx: &Context, case: &Case, knows: bool) -> bool {
    if matches!(cx.principal, Principal::System(_)) || reported(cx, case) || opposes(cx, case) {
        return true;
    }
    if case.course.procedure == Procedure::Mediation {
        return all(cx, case)
            .iter()
            .any(|(who, _)| matches!(who, Who::Dispatcher | Who::Handler));
    }
    if case.proxy.is_some() && case.proxy.as_deref() == cx.account() {
        return true;
    }
    cx.posts().any(|post| match post.role {
        Role::Dispatcher | Role::Handler => knows,
        Role::GridWorker | Role::Verifier | Role::Supervisor | Role::DutyKeeper => {
            post.covers(&case.division)
        }
        Role::Resident
        | Role::CounterClerk
        | Role::HotlineAgent
        | Role::DepartmentDeveloper
        | Role::PluginReviewer
        | Role::Administrator => false,
    })
}

/// What [`may_see`] says, for a list; none for a part of the host itself, which sees all.
/// `Unauthenticated` for nobody.
pub fn sight(cx: &Context) -> Result<Option<Seen>> {
    let mut seen = Seen {
        account: cx.account().map(str::to_owned),
        ..Seen::default()
    };
    match &cx.principal {
        Principal::System(_) => return Ok(None),
        Principal::Anonymous => return Err(Error::Unauthenticated),
        Principal::Phone { hash } => seen.phone_hash = Some(hash.clone()),
        Principal::Person(person) => seen.phone_hash.clone_from(&person.phone_hash),
        Principal::Service { .. } => {}
    }
    for post in cx.posts() {
        match post.role {
            Role::Dispatcher | Role::Handler => {
                seen.units = cx.posts().map(|it| it.unit.clone()).collect();
            }
            Role::GridWorker | Role::Verifier | Role::Supervisor | Role::DutyKeeper => {
                seen.divisions.push(post.division.clone());
            }
            Role::Resident
            | Role::CounterClerk
            | Role::HotlineAgent
            | Role::DepartmentDeveloper
            | Role::PluginReviewer
            | Role::Administrator => {}
        }
    }
    Ok(Some(seen))
}

/// The unit of a post, as a case knows it.
pub fn hop(post: &Post) -> Option<Hop> {
    Some(Hop {
        unit: post.unit.clone(),
        level: Level::of_division(&post.division)?,
        skipped: false,
    })
}

/// Whether an action is one that a plugin may take by itself.
pub const fn plugin_may(action: Action) -> bool {
    matches!(action, Action::Submit | Action::Comment)
}
