//! Random courses of a case, against the invariants of the design: one holder, one lead, feedback
//! hop by hop, clocks that are never reset, refusals that change nothing, and levels that an item
//! never falls below.

use proptest::prelude::*;

use super::{
    lifecycle::{Appointee, Duty, Input, MOST_QUESTIONS, Refusal, step, unborn},
    model::{Action, Clock, Course, Deadline, Hop, Procedure, Rating, State, Urgency, Who},
    operations::blank,
    procedures::rings,
};
use crate::{context::Context, domain::testing::NOW, identity::Level, time::Timestamp};

/// One try at doing something; what it is done with follows from the numbers.
#[derive(Clone, Debug)]
struct Try {
    action: Action,
    target: usize,
    minutes: i64,
    words: bool,
    files: u32,
    item: usize,
    urgency: Urgency,
    clock: Clock,
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let one = (
        prop::sample::select(Action::ALL),
        0..units().len(),
        0..2000_i64,
        prop::bool::weighted(0.9),
        0..3_u32,
        0..items().len(),
        prop::sample::select(Urgency::ALL),
        prop::sample::select(Clock::ALL),
    );
    let one = one.prop_map(
        |(action, target, minutes, words, files, item, urgency, clock)| Try {
            action,
            target,
            minutes,
            words,
            files,
            item,
            urgency,
            clock,
        },
    );
    prop::collection::vec(one, 1..120)
}

fn units() -> Vec<Hop> {
    let levels = [
        ("district", Level::District),
        ("bureau", Level::District),
        ("street", Level::Street),
        ("team", Level::Street),
        ("other-team", Level::Street),
        ("community", Level::Community),
        ("other-community", Level::Community),
    ];
    let hop = |(unit, level): (&str, Level)| Hop {
        unit: unit.to_owned(),
        level,
    };
    levels.into_iter().map(hop).collect()
}

fn items() -> Vec<Duty> {
    let item = |class: &str, lowest, basic, evidence| Duty {
        class: class.to_owned(),
        procedure: Procedure::Incident,
        lead: Some(format!("lead of {class}")),
        lowest,
        basic,
        evidence,
    };
    vec![
        item("basic", Level::Community, true, 1),
        item("plain", Level::Community, false, 0),
        item("street", Level::Street, false, 1),
        item("district", Level::District, false, 2),
        visit(item("call", Level::Community, true, 0)),
        visit(item("patrol", Level::Street, true, 1)),
    ]
}

fn visit(item: Duty) -> Duty {
    Duty {
        procedure: Procedure::Visit,
        ..item
    }
}

fn desk_above(from: Option<&Hop>) -> Option<Hop> {
    let level = from?.level.above()?;
    units().into_iter().find(|it| it.level == level)
}

fn input(course: &Course, it: &Try, who: Vec<Who>, now: Timestamp) -> Input {
    let cx = Context::system("test", "r".to_owned(), now);
    let target = match it.action {
        Action::Raise => desk_above(course.holder.as_ref()),
        Action::VerifyFail | Action::Escalate | Action::Miss => {
            desk_above(course.overseer.as_ref().or(course.holder.as_ref()))
        }
        _ => Some(units()[it.target].clone()),
    };
    let class = match it.action {
        Action::Submit | Action::Plan | Action::File | Action::SelfHandle => None,
        _ => course.class.as_ref(),
    };
    let duty = match class {
        Some(class) => items().into_iter().find(|duty| duty.class == *class),
        None => Some(items()[it.item].clone()),
    };
    Input {
        who,
        actor: Some("somebody".to_owned()),
        target,
        duty,
        appointee: Some(Appointee {
            account: format!("visitor {}", it.target),
            unit: units()[it.target].clone(),
        }),
        urgency: matches!(it.action, Action::Submit | Action::Plan | Action::File)
            .then_some(it.urgency),
        reason: it.words,
        files: it.files,
        rating: Some(Rating {
            contacted: it.words,
            solved: it.words,
            satisfied: u8::try_from(it.files).unwrap() + 3,
        }),
        clock: Some(it.clock),
        ..blank(it.action, &cx)
    }
}

fn find(deadlines: &[Deadline], clock: Clock) -> Option<Deadline> {
    deadlines.iter().copied().find(|it| it.clock == clock)
}

/// What must hold of every case at every moment.
fn sound(course: &Course, deadlines: &[Deadline]) {
    assert_eq!(course.holder.is_none(), course.state.ended(), "{course:?}");
    let filed = !matches!(
        course.state,
        State::Submitted | State::NeedInfo | State::Declined | State::Closed
    );
    assert!(!filed || course.lead.is_some(), "{course:?}");
    assert!(course.asked <= MOST_QUESTIONS);
    let mut units: Vec<_> = course.trail.iter().map(|hop| &hop.unit).collect();
    units.sort();
    units.dedup();
    assert_eq!(units.len(), course.trail.len(), "{course:?}");
    let mut clocks: Vec<_> = deadlines.iter().map(|it| it.clock).collect();
    clocks.sort();
    clocks.dedup();
    assert_eq!(clocks.len(), deadlines.len(), "{deadlines:?}");
    // Whoever works on it, or is asked to, is high enough; and somebody is waited for.
    let lowest = items()
        .into_iter()
        .find(|it| Some(&it.class) == course.class.as_ref());
    if let (State::Dispatched | State::InProgress, Some(item), Some(holder)) =
        (course.state, lowest, &course.holder)
    {
        assert!(holder.level >= item.lowest, "{course:?}");
    }
    // Of a visit, whoever was given it is known, and nobody else is waited for.
    if course.procedure == Procedure::Visit {
        let given = matches!(course.state, State::Assigned | State::Done);
        assert!(!given || course.handler.is_some(), "{course:?}");
        let free = matches!(course.state, State::Planned | State::Missed);
        assert!(!free || course.handler.is_none(), "{course:?}");
        let limit = deadlines.iter().any(|it| it.clock == Clock::Perform);
        let ahead = matches!(course.state, State::Planned | State::Assigned);
        assert_eq!(limit, ahead, "{course:?}");
    }
    let waits = deadlines.iter().any(|it| it.paused.is_none());
    assert!(course.state.ended() || waits, "nothing wakes {course:?}");
}

/// What must hold of every step.
fn stepped(before: &(Course, Vec<Deadline>), after: &(Course, Vec<Deadline>), input: &Input) {
    let (was, old) = before;
    let (is, new) = after;
    assert_eq!(is.version, was.version + 1);
    assert!(was.version == 0 || is.procedure == was.procedure);
    // A visit that is missed rises to the desk above, whoever had it.
    if is.state == State::Missed && was.state != State::Missed {
        assert_eq!(input.action, Action::Miss);
        let above = input.target.as_ref().or(was.holder.as_ref());
        assert_eq!(is.holder.as_ref(), above);
        assert_eq!(is.escalations, was.escalations + 1);
    }
    for clock in Clock::ALL {
        let (Some(old), Some(new)) = (find(old, *clock), find(new, *clock)) else {
            continue;
        };
        let own = match input.action {
            // Each hop has its own time to take it on, and to confirm it.
            Action::Relay => *clock == Clock::Accept,
            Action::ConfirmUp => *clock == Clock::Confirm,
            // A clock that has run out runs on.
            Action::Escalate => Some(*clock) == input.clock,
            // What stood still goes on with what was left.
            Action::Supply => {
                let stood = old
                    .paused
                    .map_or(0, |since| input.now.micros() - since.micros());
                assert_eq!(new.due.micros() - old.due.micros(), stood);
                true
            }
            _ => false,
        };
        assert!(
            own || new.due == old.due,
            "{clock:?} was reset by {:?}",
            input.action
        );
        let may_pause = input.action == Action::AskInfo || input.action == Action::Supply;
        assert!(may_pause || new.paused == old.paused);
    }
    let silent = matches!(input.action, Action::Comment | Action::Attach);
    if silent {
        let same = Course {
            version: was.version,
            ..is.clone()
        };
        assert_eq!((&same, new), (was, old));
    }
    // Feedback climbs the trail backwards, one hop at a time, and is verified after the last.
    match (was.state, is.state) {
        (State::Feedback, State::Feedback) if input.action == Action::ConfirmUp => {
            assert_eq!(is.climbed, was.climbed + 1);
        }
        (_, State::Verifying) if was.state != State::Verifying => {
            let hops = u32::try_from(is.trail.len()).unwrap();
            let confirmed = u32::from(was.state == State::Feedback) + was.climbed;
            assert_eq!(confirmed, hops, "{was:?} {is:?}");
        }
        _ => {}
    }
    if is.state == State::Feedback {
        let left = is.trail.len() - is.climbed as usize;
        assert_eq!(is.holder.as_ref(), is.trail.get(left - 1));
    }
    if is.state == State::Resolved && was.state != State::Resolved {
        assert_eq!(
            (was.state, input.action),
            (State::Verifying, Action::VerifyPass)
        );
    }
}

fn is_timer(action: Action) -> bool {
    matches!(action, Action::Lapse | Action::Escalate | Action::Miss)
}

/// What opens a case of the class that is tried first.
fn opening(it: &Try) -> Action {
    items()[it.item].procedure.opener()
}

/// Takes a case through what is tried, everybody being allowed everything.
fn run(tries: &[Try]) -> (Vec<Input>, (Course, Vec<Deadline>)) {
    let mut now = NOW;
    let mut at = (unborn(), Vec::new());
    let mut log = Vec::new();
    for it in tries {
        now = now.plus_seconds(it.minutes * 60);
        let it = match log.is_empty() {
            true => &Try {
                action: opening(it),
                target: 5,
                ..it.clone()
            },
            false => it,
        };
        let who = match is_timer(it.action) {
            true => vec![Who::Timer],
            false => Who::ALL
                .iter()
                .copied()
                .filter(|it| *it != Who::Timer)
                .collect(),
        };
        // The host lets a clock ring only when it has run out.
        let due =
            find(&at.1, it.clock).is_some_and(|clock| clock.paused.is_none() && clock.due <= now);
        if is_timer(it.action) && !(due && rings(it.clock) == it.action) {
            continue;
        }
        let input = input(&at.0, it, who, now);
        if let Ok(next) = step(&at.0, &at.1, &input) {
            stepped(&at, &next, &input);
            sound(&next.0, &next.1);
            at = next;
            log.push(input);
        }
    }
    (log, at)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn whatever_is_tried_the_invariants_hold(tries in tries()) {
        run(&tries);
    }

    /// The log alone, read back from JSON, gives the case.
    #[test]
    fn the_log_replayed_gives_the_case(tries in tries()) {
        let (log, end) = run(&tries);
        let mut at = (unborn(), Vec::new());
        for input in log {
            let kept = serde_json::to_string(&input).unwrap();
            let input: Input = serde_json::from_str(&kept).unwrap();
            at = step(&at.0, &at.1, &input).unwrap();
        }
        prop_assert_eq!(at, end);
    }

    /// Nobody does what their part does not allow, and no end is left.
    #[test]
    fn a_stranger_moves_nothing(tries in tries(), next in tries()) {
        let (_, at) = run(&tries);
        for it in &next {
            let nobody = input(&at.0, it, Vec::new(), NOW);
            prop_assert!(step(&at.0, &at.1, &nobody).is_err());
            if at.0.state.ended() {
                let all = input(&at.0, it, Who::ALL.to_vec(), NOW);
                prop_assert_eq!(step(&at.0, &at.1, &all), Err(Refusal::State));
            }
        }
    }

    /// A deadline that nobody heeds climbs to the top, and goes on ringing there.
    #[test]
    fn an_unheeded_deadline_climbs(tries in tries(), times in 1..8_u32) {
        let (_, mut at) = run(&tries);
        let mut level = 0;
        for _ in 0..times {
            let soonest = at.1.iter().filter(|it| it.paused.is_none()).min_by_key(|it| it.due);
            let Some(deadline) = soonest.copied() else {
                prop_assert!(at.0.state.ended());
                return Ok(());
            };
            let action = rings(deadline.clock);
            let ring = Try {
                action,
                clock: deadline.clock,
                target: 0, minutes: 0, words: false, files: 0, item: 0,
                urgency: Urgency::Normal,
            };
            let ring = input(&at.0, &ring, vec![Who::Timer], deadline.due);
            let before = at.0.escalations;
            at = step(&at.0, &at.1, &ring).unwrap();
            if action == Action::Miss {
                prop_assert_eq!(at.0.state, State::Missed);
                prop_assert!(find(&at.1, Clock::Perform).is_none());
                prop_assert_eq!(at.0.escalations, before + 1);
                let overseer = at.0.overseer.as_ref().map_or(level, |it| it.level.number());
                prop_assert!(overseer >= level);
                level = overseer;
                continue;
            }
            if action == Action::Lapse {
                prop_assert_eq!(at.0.state, State::Closed);
                prop_assert_eq!(at.0.rating, None);
                continue;
            }
            prop_assert_eq!(at.0.escalations, before + 1);
            prop_assert!(find(&at.1, deadline.clock).unwrap().due > deadline.due);
            let overseer = at.0.overseer.as_ref().map_or(level, |it| it.level.number());
            prop_assert!(overseer >= level);
            level = overseer;
        }
    }
}

/// An item that only the district may hold goes from a community's desk straight to it.
#[test]
fn an_item_of_the_district_finds_its_way_from_a_community() {
    let at = |action, item, target| Try {
        action,
        target,
        minutes: 0,
        words: true,
        files: 0,
        item,
        urgency: Urgency::Normal,
        clock: Clock::Triage,
    };
    let mut course = (unborn(), Vec::new());
    for (n, it) in [
        at(Action::Submit, 3, 5),
        at(Action::File, 3, 5),
        at(Action::Dispatch, 3, 1),
    ]
    .into_iter()
    .enumerate()
    {
        for low in 2..units().len() {
            if it.action == Action::Dispatch {
                let low = input(
                    &course.0,
                    &at(Action::Dispatch, 3, low),
                    Who::ALL.to_vec(),
                    NOW,
                );
                assert!(step(&course.0, &course.1, &low).is_err());
            }
        }
        let input = input(&course.0, &it, Who::ALL.to_vec(), NOW);
        course = step(&course.0, &course.1, &input).unwrap_or_else(|e| panic!("{n}: {e:?}"));
    }
    assert_eq!(course.0.holder.unwrap().unit, "bureau");
}
