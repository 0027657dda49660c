//! Where a case may go: levels, trails and desks. Pure: units come in as values.

use super::{
    lifecycle::{Input, Refusal},
    model::{Course, Hop, Urgency},
};
use crate::identity::Level;

/// Whether the holder may send the case to the input's target.
pub fn may_send(course: &Course, input: &Input) -> Result<(), Refusal> {
    let target = input.target.as_ref().ok_or(Refusal::Target)?;
    let lowest = input.duty.as_ref().map(|it| it.lowest);
    let urgency = input.urgency.unwrap_or(course.urgency);
    reachable(course, target, lowest, urgency)
}

/// Whether the holder may send the case to `target`: to an adjacent level or the same, never where
/// it has been, never a 上收 item below its level. An emergency may skip levels.
pub fn reachable(
    course: &Course,
    target: &Hop,
    lowest: Option<Level>,
    urgency: Urgency,
) -> Result<(), Refusal> {
    let holder = course.holder.as_ref().ok_or(Refusal::Target)?;
    if target.unit == holder.unit || course.trail.iter().any(|hop| hop.unit == target.unit) {
        return Err(Refusal::Target);
    }
    let apart = holder.level.number().abs_diff(target.level.number());
    if apart > 1 && urgency != Urgency::Emergency {
        return Err(Refusal::Target);
    }
    match lowest {
        Some(lowest) if target.level < lowest => Err(Refusal::TooLow),
        Some(_) => Ok(()),
        None => Err(Refusal::Class),
    }
}

/// The hop that has to confirm next, from the worker's end of the trail; none after the first desk.
pub fn next_hop(course: &Course) -> Option<&Hop> {
    let left = course.trail.len().checked_sub(course.climbed as usize)?;
    course.trail.get(left.checked_sub(1)?)
}

/// The division of the desk above one at `level`, for a case at `division`; none at the top.
pub fn division_above(division: &str, level: Level) -> Option<&str> {
    division_at(division, level.above()?)
}

/// The part of a division's code that names its level `level`.
pub fn division_at(division: &str, level: Level) -> Option<&str> {
    division.get(
        ..match level {
            Level::Cell => 15,
            Level::Community => 12,
            Level::Street => 9,
            Level::District => 6,
        },
    )
}
