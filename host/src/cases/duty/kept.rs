//! 上收: an item is never worked on below its level, by whatever path. Pure.

use crate::{
    cases::model::{Course, State},
    identity::Level,
};

/// Whether a case is where its class may be: whoever is asked to do the work, or does it, stands at
/// `lowest` or above. Desks below, which registered it, hold it only to send it on and to confirm
/// it on the way back.
pub fn high_enough(course: &Course, lowest: Level) -> bool {
    let worked_on = matches!(course.state, State::Dispatched | State::InProgress);
    let holder = course.holder.as_ref().filter(|_| worked_on);
    let mut hands = holder.into_iter().chain(course.worker.as_ref());
    hands.all(|hop| hop.level >= lowest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        cases::{
            lifecycle::{Duty, Input, Refusal, unborn},
            model::{Action, Hop, Procedure, Urgency},
            operations::blank,
            routing::{may_send, next_hop, reachable},
        },
        context::Context,
        domain::testing::NOW,
    };

    const LEVELS: [Level; 4] = [
        Level::Cell,
        Level::Community,
        Level::Street,
        Level::District,
    ];

    fn hop(unit: usize) -> Hop {
        Hop {
            unit: format!("u{unit}"),
            level: LEVELS[unit % LEVELS.len()],
        }
    }

    fn sending(target: &Hop, lowest: Level) -> Input {
        let duty = Duty {
            class: "X".to_owned(),
            procedure: Procedure::Incident,
            lead: Some("lead".to_owned()),
            lowest,
            basic: false,
            evidence: 0,
        };
        Input {
            target: Some(target.clone()),
            duty: Some(duty),
            ..blank(
                Action::Dispatch,
                &Context::system("test", "r".to_owned(), NOW),
            )
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

        /// From any desk, along any chain of units, in any urgency: each step that routing allows
        /// leaves the item at its level or above, and climbing back meets only desks it came by.
        #[test]
        fn no_path_leads_below_the_level(
            start in 0..12_usize,
            tries in prop::collection::vec(0..12_usize, 1..40),
            lowest in prop::sample::select(&LEVELS[..]),
            urgency in prop::sample::select(Urgency::ALL),
        ) {
            let mut course = unborn();
            course.urgency = urgency;
            course.holder = Some(hop(start));
            let mut sent = 0;
            for unit in tries {
                let target = hop(unit);
                let allowed = reachable(&course, &target, Some(lowest));
                prop_assert_eq!(may_send(&course, &sending(&target, lowest)), allowed);
                prop_assert!(reachable(&course, &target, None).is_err());
                if target.level < lowest {
                    prop_assert!(allowed.is_err(), "{:?} to {:?}", course.holder, target);
                }
                if allowed.is_ok() {
                    course.trail.extend(course.holder.replace(target));
                    course.state = State::Dispatched;
                    course.worker.clone_from(&course.holder);
                    sent += 1;
                    prop_assert!(high_enough(&course, lowest));
                }
            }
            prop_assert_eq!(course.trail.len(), sent);
            while let Some(up) = next_hop(&course) {
                prop_assert!(course.trail.contains(up));
                course.climbed += 1;
            }
        }
    }

    #[test]
    fn what_is_held_too_low_is_seen() {
        let mut course = unborn();
        (course.state, course.holder) = (State::Dispatched, Some(hop(1)));
        assert!(high_enough(&course, Level::Community));
        assert!(!high_enough(&course, Level::Street));
        // A desk below confirms on the way back: that is no work.
        course.state = State::Feedback;
        assert!(high_enough(&course, Level::Street));
        course.worker = Some(hop(1));
        assert!(!high_enough(&course, Level::Street));
        assert_eq!(
            reachable(&course, &hop(0), Some(Level::Community)),
            Err(Refusal::TooLow)
        );
    }
}
