//! From what somebody asks to what the engine is given: who they are to the case, where it would go,
//! what the duty list says, when each clock would run out. Reads only.

use std::sync::Arc;

use super::{
    actors,
    duty::{self, DutyItem, DutyList},
    lifecycle::{Duty, Input},
    merging,
    model::{Action, Case, Hop, Procedure, Who},
    operations::{Command, DESK},
    routing::division_at,
    visits,
};
use crate::{
    context::Context,
    db::{self, Transaction, cases as rows, units::Unit},
    domain::Domain,
    error::{Error, Result},
    identity::{Level, Post, Role},
    keys::Purpose,
};

/// The kind of unit that may make a case a joint one.
pub const COORDINATION: &str = "coordination";

/// The class that a command files under.
pub(super) fn chosen(command: &Command) -> Option<&String> {
    let files = matches!(
        command.action,
        Action::File | Action::SelfHandle | Action::Emergency
    );
    command.class.as_ref().filter(|_| files)
}

/// Everything the one who asks is to a case for an action, each with the post that makes them so.
pub(super) async fn actors<'a>(
    c: &mut db::Connection,
    cx: &'a Context,
    case: &Case,
    action: Action,
) -> Result<Vec<(Who, Option<&'a Post>)>> {
    let mut found = actors::all(cx, case);
    if action == Action::Convene {
        let post = convening(c, cx, case).await?;
        found.extend(post.map(|post| (Who::Convener, Some(post))));
    }
    Ok(found)
}

/// The post by which the one who asks may make this case a joint one.
pub(super) async fn convening<'a>(
    c: &mut db::Connection,
    cx: &'a Context,
    case: &Case,
) -> Result<Option<&'a Post>> {
    let leads = |post: &&Post| matches!(post.role, Role::Dispatcher | Role::Supervisor);
    let here = |post: &&Post| post.covers(&case.division);
    for post in cx.posts().filter(leads).filter(here) {
        let unit = db::units::get(c, &post.unit).await?;
        if unit.is_some_and(|it| it.kind == COORDINATION) {
            return Ok(Some(post));
        }
    }
    Ok(None)
}

/// The post an act is done from: the one that allows it.
pub(super) fn post_for<'a>(
    action: Action,
    case: &Case,
    actor: &[(Who, Option<&'a Post>)],
) -> Option<&'a Post> {
    let rule = case.course.procedure.rule(action, case.course.state)?;
    let found = actor.iter().find(|(who, _)| rule.who.contains(who))?;
    found.1
}

/// What the engine is given for a command.
pub(super) async fn input(
    t: &mut Transaction,
    domain: &Domain,
    cx: &Context,
    case: &Case,
    command: &Command,
    actor: &[(Who, Option<&Post>)],
) -> Result<Input> {
    let list = list_for(t, domain, cx, case, command).await?;
    // A class is chosen when a case is filed; naming another later must not loosen its rules.
    let class = chosen(command).or(case.course.class.as_ref());
    let duty = match class {
        Some(class) => duty_for(t, &list, class, &case.division).await?,
        None => None,
    };
    let urgency = command.urgency.unwrap_or(case.course.urgency);
    let item = class.and_then(|it| list.item(it));
    let appointee = match &command.person {
        Some(person) => visits::appointee(t, person, &case.division, cx.now).await?,
        None => None,
    };
    let said = |it: &Option<String>| it.as_deref().is_some_and(|it| !it.trim().is_empty());
    let target = target(t, case, command, item).await?;
    Ok(Input {
        appointee,
        who: actor.iter().map(|(who, _)| *who).collect(),
        actor: cx.account().map(str::to_owned),
        unit: post_for(command.action, case, actor).and_then(actors::hop),
        parts: parts(t, case, command.action, item).await?,
        required: command.required || required(t, item, target.as_ref()).await?,
        target,
        link: match command.action {
            Action::Merge => merging::primary(t, cx, case, command.other.as_deref()).await?,
            _ => None,
        },
        duty,
        urgency: command.urgency,
        reason: said(&command.words),
        basis: said(&command.basis),
        until: command.until,
        sampled: command.action == Action::FinishTrivial && sampled(domain, case),
        files: command.files.len().try_into().unwrap_or(u32::MAX),
        rating: command.rating,
        dues: match item {
            Some(item) => item.dues(urgency, cx.now, &domain.duty.calendar()),
            None => duty::before_class(cx.now),
        },
        ..blank(command.action, cx)
    })
}

/// Whether somebody looks at a case that was done on the spot: one in eight, by a keyed digest of
/// its id, so that nobody who handles it can tell which.
fn sampled(domain: &Domain, case: &Case) -> bool {
    let digest = domain.keys.mac(Purpose::Event, &["sample", &case.id]);
    digest.starts_with(['0', '1'])
}

/// The units here that the duty item makes whoever takes a case on wait for.
async fn parts(
    c: &mut db::Connection,
    case: &Case,
    action: Action,
    item: Option<&DutyItem>,
) -> Result<Vec<Hop>> {
    let takes = matches!(action, Action::Accept | Action::SelfHandle);
    let mut found = Vec::new();
    let Some(item) = item.filter(|_| takes) else {
        return Ok(found);
    };
    for it in item
        .co_units()
        .iter()
        .filter(|it| it.call == duty::Call::Required)
    {
        let unit = nearest(c, &it.unit, Level::Street, &case.division).await?;
        found.extend(unit.as_ref().and_then(hop));
    }
    Ok(found)
}

/// Whether the duty item says that the lead must wait for a unit of this kind.
async fn required(
    c: &mut db::Connection,
    item: Option<&DutyItem>,
    target: Option<&Hop>,
) -> Result<bool> {
    let (Some(item), Some(target)) = (item, target) else {
        return Ok(false);
    };
    let unit = db::units::get(c, &target.unit).await?;
    Ok(unit.is_some_and(|unit| item.requires(&unit.kind)))
}

/// Where a command would send the case.
async fn target(
    c: &mut db::Connection,
    case: &Case,
    command: &Command,
    item: Option<&DutyItem>,
) -> Result<Option<Hop>> {
    let course = &case.course;
    match (command.action, &command.target) {
        (Action::Raise, _) => above(c, case, course.holder.as_ref()).await,
        (Action::VerifyFail | Action::SpotFail | Action::Contest, _) => {
            let from = course.overseer.as_ref().or(course.worker.as_ref());
            above(c, case, from.or(course.holder.as_ref())).await
        }
        // 上收: what is kept for a higher level goes to the desk of that level as it is filed.
        (Action::File, _) => match item {
            Some(item) => desk_for(c, &case.division, item.lowest).await,
            None => Ok(None),
        },
        (Action::Reopen | Action::Appeal, _) => {
            first(
                c,
                course.procedure,
                &case.division,
                course.lead.as_deref(),
                item,
            )
            .await
        }
        (_, Some(unit)) => match db::units::get(c, unit).await? {
            // No authority, no act (法无授权不可为).
            Some(unit) if !unit.acts() => {
                Err(Error::invalid("target", "case-target-no-instrument"))
            }
            found => Ok(found.as_ref().and_then(hop)),
        },
        (_, None) => Ok(None),
    }
}

/// Who holds a case first: the department itself, of an application; else the desk of the place.
pub(super) async fn first(
    c: &mut db::Connection,
    procedure: Procedure,
    division: &str,
    lead: Option<&str>,
    item: Option<&DutyItem>,
) -> Result<Option<Hop>> {
    if let (Procedure::Application, Some(lead)) = (procedure, lead) {
        return Ok(db::units::get(c, lead).await?.as_ref().and_then(hop));
    }
    // The class of a report is a proposal until it is filed.
    let settled = procedure == Procedure::Visit || lead.is_some();
    let lowest = item.filter(|_| settled).map(|it| it.lowest);
    desk_for(
        c,
        division,
        lowest.unwrap_or(Level::Community).max(Level::Community),
    )
    .await
}

/// An input with nothing in it but what is done, and when.
pub(super) fn blank(action: Action, cx: &Context) -> Input {
    Input {
        action,
        who: Vec::new(),
        actor: None,
        unit: None,
        target: None,
        appointee: None,
        link: None,
        duty: None,
        urgency: None,
        danger: false,
        reason: false,
        files: 0,
        rating: None,
        clock: None,
        part: None,
        until: None,
        basis: false,
        required: false,
        parts: Vec::new(),
        sampled: false,
        now: cx.now,
        dues: duty::before_class(cx.now),
    }
}

/// The desk of the lowest division, from `level` up, that has one at this place.
pub(super) async fn desk_for(
    c: &mut db::Connection,
    division: &str,
    level: Level,
) -> Result<Option<Hop>> {
    let mut level = Some(level);
    while let Some(at) = level {
        if let Some(code) = division_at(division, at)
            && let Some(unit) = db::units::of(c, code, DESK).await?
        {
            return Ok(hop(&unit));
        }
        level = at.above();
    }
    Ok(None)
}

/// The desk above a hop; a missing one is passed over. None at the top.
pub(super) async fn above(
    c: &mut db::Connection,
    case: &Case,
    from: Option<&Hop>,
) -> Result<Option<Hop>> {
    match from.and_then(|hop| hop.level.above()) {
        Some(level) => desk_for(c, &case.division, level).await,
        None => Ok(None),
    }
}

/// A unit as a case knows it; none for a unit above a district.
pub fn hop(unit: &Unit) -> Option<Hop> {
    Some(Hop {
        unit: unit.id.clone(),
        level: unit.level()?,
        skipped: false,
    })
}

/// The duty item at this place: its lead is the nearest unit of its kind that has authority, from
/// the street up, and never below the level that the class is kept at.
pub(super) async fn duty_for(
    c: &mut db::Connection,
    list: &Arc<DutyList>,
    class: &str,
    division: &str,
) -> Result<Option<Duty>> {
    let Some(item) = list.item(class) else {
        return Err(Error::invalid("class", "case-class-unknown"));
    };
    let lead = nearest(c, &item.lead, item.lowest, division).await?;
    Ok(Some(Duty {
        class: item.code.clone(),
        procedure: item.procedure,
        lead: lead.map(|it| it.id),
        lowest: item.lowest,
        basic: item.basic,
        evidence: item.evidence,
    }))
}

/// The nearest unit of a kind of the duty list, from the street up, and not below `lowest`.
async fn nearest(
    c: &mut db::Connection,
    kind: &str,
    lowest: Level,
    division: &str,
) -> Result<Option<Unit>> {
    for level in [Level::Street, Level::District] {
        if level >= lowest
            && let Some(code) = division_at(division, level)
            && let Some(unit) = db::units::of(c, code, duty::check::kind(kind)).await?
        {
            return Ok(Some(unit));
        }
    }
    Ok(None)
}

/// The list that a command goes by: what is in force at the place where it files the case, and the
/// version that the case was filed under for everything after.
async fn list_for(
    t: &mut Transaction,
    domain: &Domain,
    cx: &Context,
    case: &Case,
    command: &Command,
) -> Result<Arc<DutyList>> {
    domain.duty.fresh(t, cx.now).await?;
    if chosen(command).is_some() {
        return Ok(domain.duty.at(&case.division, cx.now));
    }
    let version = rows::duty_version(t, &case.id).await?;
    Ok(domain.duty.of_case(&version))
}
