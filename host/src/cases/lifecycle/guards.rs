//! What must hold before an action is taken: one answer for each guard of the tables.

use super::{Input, LONGEST_SUSPENSION, MOST_QUESTIONS, MOST_RETURNS, MOST_SUSPENSIONS, Refusal};
use crate::cases::{
    model::{Action, Clock, CoState, Course, Deadline, Urgency, Who},
    procedures::Guard,
    routing,
};

/// Nothing, or why not.
pub(super) fn holds(
    guard: Guard,
    course: &Course,
    deadlines: &[Deadline],
    input: &Input,
) -> Result<(), Refusal> {
    let (holds, refusal) = match guard {
        Guard::Target => return routing::may_send(course, input),
        Guard::Appointee => return appointee(input),
        Guard::Ruling => return ruling(input),
        Guard::Class => (class(course, input), Refusal::Class),
        Guard::Reason => (input.reason, Refusal::Reason),
        Guard::Basis => (input.basis, Refusal::Basis),
        Guard::Evidence => {
            let needed = input.duty.as_ref().map_or(0, |it| it.evidence);
            (input.files >= needed, Refusal::Evidence)
        }
        Guard::Letter => (input.files > 0, Refusal::Letter),
        Guard::AskedBound => (course.asked < MOST_QUESTIONS, Refusal::Asked),
        Guard::Basic => (basic(course, input), Refusal::Basic),
        Guard::Trivial => {
            let own = course.trail.is_empty() && basic(course, input);
            (own && input.files >= 2, Refusal::Trivial)
        }
        Guard::Sampled => (course.sample == Some(false), Refusal::Sample),
        Guard::Above => (above(course, input), Refusal::Top),
        Guard::NoDanger => (!course.danger, Refusal::Danger),
        Guard::Emergency => {
            let urgency = input.urgency.unwrap_or(course.urgency);
            (urgency == Urgency::Emergency, Refusal::NoEmergency)
        }
        Guard::Another => (
            course.handler.is_none() || course.handler != input.actor,
            Refusal::Own,
        ),
        Guard::FreshEyes => (
            course.decider.is_none() || course.decider != input.actor,
            Refusal::FreshEyes,
        ),
        Guard::Approved => {
            let by = course.explained_by.as_ref();
            (by.is_some() && by != input.actor.as_ref(), Refusal::Second)
        }
        Guard::Rating => {
            let rated = |it: crate::cases::model::Rating| (1..=5).contains(&it.satisfied);
            (input.rating.is_some_and(rated), Refusal::Rating)
        }
        Guard::Running(clock) => (running(deadlines, clock, input), Refusal::Window),
        Guard::MayReturn => (
            course.returns < MOST_RETURNS && !course.bound,
            Refusal::Returned,
        ),
        Guard::Agreed => (
            course.proposal.as_ref().is_some_and(|it| it.agreed),
            Refusal::NotAgreed,
        ),
        Guard::CoUnit => (co_unit(course, input), Refusal::CoUnit),
        Guard::Part(states) => (part(course, input, states), Refusal::Part),
        Guard::PartsDone => {
            let open = |it: &crate::cases::model::CoTask| it.required && !it.state.settled();
            (!course.co_tasks.iter().any(open), Refusal::PartsOpen)
        }
        Guard::Until => (until(course, input), Refusal::Until),
        Guard::SuspendAsked => (course.suspend_until.is_some(), Refusal::NotAsked),
        Guard::Unable => (course.unable, Refusal::NotUnable),
        Guard::Able => (!course.unable, Refusal::NotDone),
        Guard::ReopenBound => (
            course.reopens == 0 || input.who.contains(&Who::Supervisor),
            Refusal::Reopened,
        ),
        Guard::FirstAppeal => (course.appeals == 0, Refusal::Appealed),
        Guard::Overseen => (course.oversight.is_some(), Refusal::NotOverseen),
        Guard::Primary => (input.link.is_some(), Refusal::Primary),
        Guard::Joint => (
            course.joint.as_ref().is_none_or(|it| it.confirmed),
            Refusal::Joint,
        ),
        Guard::Refused => (course.refused, Refusal::NotRefused),
    };
    if holds { Ok(()) } else { Err(refusal) }
}

/// Whether a guard would let the actor of `input` pass, as far as that hangs on the case and on who
/// they are, and not on what they have yet to say.
pub(crate) fn stands(guard: Guard, course: &Course, deadlines: &[Deadline], input: &Input) -> bool {
    match guard {
        Guard::Class
        | Guard::Reason
        | Guard::Basis
        | Guard::Evidence
        | Guard::Letter
        | Guard::Basic
        | Guard::Target
        | Guard::Ruling
        | Guard::Appointee
        | Guard::CoUnit
        | Guard::Rating
        | Guard::Primary
        | Guard::Emergency => true,
        Guard::Trivial => course.trail.is_empty(),
        Guard::Above => course
            .holder
            .as_ref()
            .is_some_and(|it| it.level.above().is_some()),
        Guard::Until => course.suspensions < MOST_SUSPENSIONS,
        Guard::Part(states) if input.action == Action::WaiveCo => {
            course.co_tasks.iter().any(|it| states.contains(&it.state))
        }
        _ => holds(guard, course, deadlines, input).is_ok(),
    }
}

fn class(course: &Course, input: &Input) -> bool {
    let duty = input.duty.as_ref();
    duty.is_some_and(|it| it.lead.is_some() && it.procedure == course.procedure)
}

fn basic(course: &Course, input: &Input) -> bool {
    let Some(duty) = &input.duty else {
        return false;
    };
    let low = |holder: &crate::cases::model::Hop| holder.level >= duty.lowest;
    duty.basic && course.holder.as_ref().is_some_and(low)
}

fn above(course: &Course, input: &Input) -> bool {
    match (&course.holder, &input.target) {
        (Some(holder), Some(above)) => above.level > holder.level,
        _ => false,
    }
}

fn appointee(input: &Input) -> Result<(), Refusal> {
    let it = input.appointee.as_ref().ok_or(Refusal::Appointee)?;
    match &input.duty {
        Some(duty) if it.unit.level < duty.lowest => Err(Refusal::TooLow),
        _ => Ok(()),
    }
}

/// A ruling may name any unit, the holder too, but no 上收 item falls below its level by it.
fn ruling(input: &Input) -> Result<(), Refusal> {
    let target = input.target.as_ref().ok_or(Refusal::Target)?;
    let duty = input.duty.as_ref().ok_or(Refusal::Class)?;
    if target.level < duty.lowest {
        return Err(Refusal::TooLow);
    }
    Ok(())
}

fn running(deadlines: &[Deadline], clock: Clock, input: &Input) -> bool {
    let mut all = deadlines.iter();
    all.any(|it| it.clock == clock && input.now < it.due)
}

fn co_unit(course: &Course, input: &Input) -> bool {
    let Some(target) = &input.target else {
        return false;
    };
    let holds = course
        .holder
        .as_ref()
        .is_some_and(|it| it.unit == target.unit);
    let mut parts = course.co_tasks.iter();
    !holds && !parts.any(|it| it.unit == target.unit && it.state.open())
}

/// The unit whose part an action is about: the actor's own, or the one that is let off.
pub(super) fn part_of(input: &Input) -> Option<&str> {
    let unit = match input.action {
        Action::WaiveCo | Action::AskCo => &input.target,
        _ => &input.unit,
    };
    unit.as_ref().map(|it| it.unit.as_str())
}

fn part(course: &Course, input: &Input, states: &[CoState]) -> bool {
    let Some(unit) = part_of(input) else {
        return false;
    };
    let mut parts = course.co_tasks.iter();
    parts.any(|it| it.unit == unit && states.contains(&it.state))
}

fn until(course: &Course, input: &Input) -> bool {
    let latest = input.now.plus_seconds(LONGEST_SUSPENSION);
    let soon = |until| input.now < until && until <= latest;
    course.suspensions < MOST_SUSPENSIONS && input.until.is_some_and(soon)
}
