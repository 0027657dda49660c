//! Random courses of a case, against the invariants of the design: one holder, one lead, feedback
//! hop by hop, clocks that are never reset, refusals that change nothing, and levels that an item
//! never falls below.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{
    lifecycle::{Appointee, Duty, Input, MOST_QUESTIONS, step, unborn},
    model::{Action, Clock, Course, Deadline, Hop, Procedure, Rating, State, Urgency, Who},
    prepare::blank,
    procedures::rings,
};
use crate::{context::Context, domain::testing::NOW, identity::Level, time::Timestamp};

type At = (Course, Vec<Deadline>);

/// One try at doing something; what it is done with follows from the numbers.
#[derive(Clone, Debug)]
struct Try {
    /// Mostly one of what the table knows in the state; else any action at all.
    pick: usize,
    any: Option<Action>,
    target: usize,
    actor: usize,
    minutes: i64,
    words: bool,
    files: u32,
    item: usize,
    urgency: Urgency,
    clock: usize,
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let one = (
        (
            any::<usize>(),
            prop::option::weighted(0.1, prop::sample::select(Action::ALL)),
        ),
        0..units().len(),
        0..3_usize,
        0..2000_i64,
        prop::bool::weighted(0.9),
        0..3_u32,
        0..items().len(),
        prop::sample::select(Urgency::ALL),
        any::<usize>(),
    );
    let one = one.prop_map(
        |((pick, any), target, actor, minutes, words, files, item, urgency, clock)| Try {
            pick,
            any,
            target,
            actor,
            minutes,
            words,
            files,
            item,
            urgency,
            clock,
        },
    );
    prop::collection::vec(one, 1..80)
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
    levels
        .into_iter()
        .map(|(unit, level)| hop(unit, level))
        .collect()
}

fn hop(unit: &str, level: Level) -> Hop {
    Hop {
        unit: unit.to_owned(),
        level,
        skipped: false,
    }
}

fn items() -> Vec<Duty> {
    let item = |class: &str, procedure, lowest, basic, evidence| Duty {
        class: class.to_owned(),
        procedure,
        lead: Some("team".to_owned()),
        lowest,
        basic,
        evidence,
    };
    use Procedure as P;
    vec![
        item("basic", P::Incident, Level::Community, true, 1),
        item("plain", P::Incident, Level::Community, false, 0),
        item("street", P::Incident, Level::Street, false, 1),
        item("district", P::Incident, Level::District, false, 2),
        item("call", P::Visit, Level::Community, true, 0),
        item("patrol", P::Visit, Level::Street, true, 1),
        item("permit", P::Application, Level::District, false, 0),
        item("idea", P::Topic, Level::Community, false, 0),
        item("quarrel", P::Mediation, Level::Community, false, 0),
    ]
}

fn desk_at(level: Level) -> Option<Hop> {
    units().into_iter().find(|it| it.level == level)
}

fn desk_above(from: Option<&Hop>) -> Option<Hop> {
    desk_at(from?.level.above()?)
}

/// What a try does to a case as it stands.
fn action(course: &Course, it: &Try) -> Action {
    let rules = course.procedure.rules();
    let here: Vec<Action> = rules
        .iter()
        .filter(|rule| rule.from.contains(&course.state))
        .map(|rule| rule.action)
        .collect();
    match it.any {
        None if !here.is_empty() => here[it.pick % here.len()],
        any => any.unwrap_or(Action::ALL[it.pick % Action::ALL.len()]),
    }
}

fn input(course: &Course, it: &Try, action: Action, who: Vec<Who>, now: Timestamp) -> Input {
    let cx = Context::system("test", "r".to_owned(), now);
    let class = match action {
        Action::File | Action::SelfHandle => None,
        _ => course.class.as_ref(),
    };
    let duty = match class {
        Some(class) => items().into_iter().find(|duty| duty.class == *class),
        None => Some(items()[it.item].clone()),
    };
    let lowest = duty.as_ref().map_or(Level::Community, |it| it.lowest);
    let above = |from: Option<&Hop>| desk_above(from);
    let overseen = course.overseer.as_ref().or(course.worker.as_ref());
    let target = match action {
        Action::Raise => above(course.holder.as_ref()),
        Action::VerifyFail | Action::SpotFail | Action::Contest => {
            above(overseen.or(course.holder.as_ref()))
        }
        Action::Escalate | Action::Miss => {
            above(course.overseer.as_ref().or(course.holder.as_ref()))
        }
        Action::File | Action::Reopen | Action::Follow => desk_at(lowest.max(Level::Community)),
        Action::Appeal => desk_at(Level::Community),
        _ => Some(units()[it.target].clone()),
    };
    Input {
        who,
        actor: Some(format!("actor {}", it.actor)),
        unit: Some(units()[it.target].clone()),
        target,
        duty,
        appointee: Some(Appointee {
            account: format!("visitor {}", it.target),
            unit: units()[it.target].clone(),
        }),
        urgency: matches!(
            action,
            Action::Submit | Action::Plan | Action::File | Action::Emergency
        )
        .then_some(it.urgency),
        reason: it.words,
        basis: it.words,
        required: it.files > 0,
        sampled: it.files > 1,
        until: Some(now.plus_seconds(i64::from(it.files + 1) * 86_400)),
        link: it.words.then(|| "another".to_owned()),
        files: it.files,
        rating: Some(Rating {
            contacted: it.words,
            solved: it.words,
            satisfied: u8::try_from(it.files).unwrap() + 3,
        }),
        ..blank(action, &cx)
    }
}

/// Every clock of a case wherever it is kept, with its due time.
fn clocks(at: &At) -> Vec<&Deadline> {
    let (course, running) = at;
    running
        .iter()
        .chain(&course.breached)
        .chain(&course.parked)
        .collect()
}

/// What must hold of every case at every moment.
fn sound(at: &At) {
    let (course, deadlines) = at;
    // 1. One holder while it is open; one lead from filing on.
    assert_eq!(course.holder.is_none(), course.state.ended(), "{course:?}");
    let open = |state: State| {
        matches!(
            state,
            State::Filed
                | State::Dispatched
                | State::Disputed
                | State::InProgress
                | State::Suspended
                | State::Feedback
                | State::Verifying
                | State::Resolved
        )
    };
    let filed = course.procedure == Procedure::Incident && open(course.state);
    assert!(!filed || course.lead.is_some(), "{course:?}");
    assert!(course.asked <= MOST_QUESTIONS);
    assert!(course.returns <= 2 && course.suspensions <= 2 && course.appeals <= 1);
    let units: BTreeSet<_> = course.trail.iter().map(|hop| &hop.unit).collect();
    assert_eq!(units.len(), course.trail.len(), "{course:?}");
    let all = clocks(at);
    let named: BTreeSet<_> = all.iter().map(|it| (it.clock, &it.part)).collect();
    assert_eq!(named.len(), all.len(), "{all:?}");
    // 9. 上收: whoever holds it from filing on is high enough.
    let mut items = items().into_iter();
    let item = items.find(|it| Some(&it.class) == course.class.as_ref());
    if let (true, Some(item), Some(holder)) = (filed, item, &course.holder) {
        assert!(holder.level >= item.lowest, "{course:?}");
    }
    // A lead cannot have finished while a required part is open.
    let required = course
        .co_tasks
        .iter()
        .any(|it| it.required && it.state.open());
    let done = matches!(
        course.state,
        State::Feedback | State::Verifying | State::Resolved
    );
    assert!(!(done && required), "{course:?}");
    visited(course, deadlines);
    let wakes = |it: &&Deadline| it.paused.is_none() && !it.clock.is_window();
    let waits = deadlines.iter().any(|it| wakes(&it));
    assert!(course.state.ended() || waits, "nothing wakes {course:?}");
}

/// Of a visit, whoever was given it is known, and nobody else is waited for.
fn visited(course: &Course, deadlines: &[Deadline]) {
    if course.procedure != Procedure::Visit {
        return;
    }
    let given = matches!(course.state, State::Assigned | State::Done);
    assert!(!given || course.handler.is_some(), "{course:?}");
    let free = matches!(course.state, State::Planned | State::Missed);
    assert!(!free || course.handler.is_none(), "{course:?}");
    let limit = deadlines.iter().any(|it| it.clock == Clock::Perform);
    let ahead = matches!(course.state, State::Planned | State::Assigned);
    assert_eq!(limit, ahead, "{course:?}");
}

/// 4. No clock is reset, and only a question and a suspension make one stand still.
fn unreset(before: &At, after: &At, input: &Input) {
    let released = before.0.oversight.is_some() && after.0.oversight.is_none();
    for old in clocks(before) {
        let all = clocks(after);
        let mut all = all.into_iter();
        let same = |it: &&Deadline| (it.clock, &it.part) == (old.clock, &old.part);
        let Some(new) = all.find(same) else {
            continue;
        };
        let own = match input.action {
            // Each unit has its own time to take it on, or to send it back; each hop to confirm.
            Action::Dispatch => old.clock == Clock::Return,
            Action::Relay | Action::Emergency
                if matches!(old.clock, Clock::Accept | Clock::Return) =>
            {
                true
            }
            Action::ConfirmUp => old.clock == Clock::Confirm,
            // Whoever asks for an answer goes on asking.
            Action::Escalate => old.clock == Clock::Oversight,
            // What stood still goes on with what was left.
            Action::Supply | Action::Resume | Action::Emergency if old.paused.is_some() => {
                let stood = input.now.micros() - old.paused.unwrap().micros();
                assert_eq!(new.due.micros() - old.due.micros(), stood);
                true
            }
            // What was missed rings again, once somebody has answered for it.
            _ => released && before.0.breached.iter().any(|it| it == old),
        };
        assert!(
            own || new.due == old.due,
            "{old:?} was reset by {:?}",
            input.action
        );
        let may_pause = matches!(
            input.action,
            Action::AskInfo | Action::Supply | Action::Suspend | Action::Resume | Action::Emergency
        );
        assert!(may_pause || new.paused == old.paused);
    }
}

/// What must hold of every step.
fn stepped(before: &At, after: &At, input: &Input) {
    let (was, old) = before;
    let (is, new) = after;
    assert_eq!(is.version, was.version + 1);
    assert!(was.version == 0 || is.procedure == was.procedure);
    unreset(before, after, input);
    // A visit that is missed rises to the desk above, whoever had it.
    if is.state == State::Missed && was.state != State::Missed {
        assert_eq!(input.action, Action::Miss);
        let above = input.target.as_ref().or(was.holder.as_ref());
        assert_eq!(is.holder.as_ref(), above);
        assert_eq!(is.escalations, was.escalations + 1);
    }
    if matches!(input.action, Action::Comment | Action::Attach) {
        let same = Course {
            version: was.version,
            ..is.clone()
        };
        assert_eq!((&same, new), (was, old));
    }
    // What is asked for is answered by an answer, or by what was asked for.
    if was.oversight.is_some() && is.oversight.is_none() {
        let answers = [
            Action::AnswerOversight,
            Action::VerifyPass,
            Action::FinishTrivial,
            Action::Follow,
            Action::Deliver,
            Action::Answer,
        ];
        assert!(
            is.state.ended() || answers.contains(&input.action),
            "{input:?}"
        );
    }
    climbed(was, is, input);
}

/// 2. Feedback climbs the trail backwards, one hop at a time, and is verified after the last.
fn climbed(was: &Course, is: &Course, input: &Input) {
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
        let how = (was.state, input.action);
        // What a unit did by itself has no trail; what followed is done with what it followed.
        let alone = how == (State::InProgress, Action::FinishTrivial) && was.trail.is_empty();
        let followed = how == (State::Merged, Action::Follow);
        assert!(
            alone || followed || how == (State::Verifying, Action::VerifyPass),
            "{how:?}"
        );
        assert!(!is.unable);
    }
}

const TIMED: &[Action] = &[
    Action::Lapse,
    Action::Escalate,
    Action::Miss,
    Action::Expire,
];

/// Takes a case through what is tried, everybody being allowed everything.
fn run(tries: &[Try]) -> (Vec<Input>, At) {
    let mut now = NOW;
    let mut at = (unborn(), Vec::new());
    let mut log = Vec::new();
    for it in tries {
        now = now.plus_seconds(it.minutes * 60);
        let action = match log.is_empty() {
            true => items()[it.item].procedure.opener(),
            false => action(&at.0, it),
        };
        let timed = TIMED.contains(&action);
        let people = Who::ALL.iter().copied().filter(|it| *it != Who::Timer);
        let who = match timed || matches!(action, Action::Follow) {
            true => vec![Who::Timer],
            false => people.collect(),
        };
        let mut input = input(&at.0, it, action, who, now);
        if log.is_empty() {
            input.target = desk_at(Level::Community);
        }
        if timed {
            // The host lets a clock ring only when it has run out.
            let rung = |clock: &&Deadline| {
                let due = clock.paused.is_none() && clock.due <= now;
                due && rings(clock.clock, at.0.state) == action
            };
            let all: Vec<&Deadline> = at.1.iter().filter(rung).collect();
            if all.is_empty() {
                continue;
            }
            let it = all[it.clock % all.len()];
            input.clock = Some(it.clock);
            input.part = Some(it.part.clone()).filter(|it| !it.is_empty());
        }
        let before = at.clone();
        match step(&at.0, &at.1, &input) {
            Ok(next) => {
                stepped(&at, &next, &input);
                sound(&next);
                at = next;
                log.push(input);
            }
            // 6. What is refused changes nothing.
            Err(_) => assert_eq!(before, at),
        }
    }
    (log, at)
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    }
}

proptest! {
    #![proptest_config(config(10_000))]

    #[test]
    fn whatever_is_tried_the_invariants_hold(tries in tries()) {
        run(&tries);
    }
}

proptest! {
    #![proptest_config(config(400))]

    /// 8. The log alone, read back from JSON, gives the case.
    #[test]
    fn the_log_replayed_gives_the_case(tries in tries()) {
        let (log, end) = run(&tries);
        let mut at = (unborn(), Vec::new());
        for input in log {
            let kept = serde_json::to_string(&input).unwrap();
            let input: Input = serde_json::from_str(&kept).unwrap();
            at = step(&at.0, &at.1, &input).unwrap();
        }
        let kept: Course = serde_json::from_str(&serde_json::to_string(&end.0).unwrap()).unwrap();
        prop_assert_eq!(&kept, &end.0);
        prop_assert_eq!(at, end);
    }

    /// Nobody does what their part does not allow, and an end is left only in a window.
    #[test]
    fn a_stranger_moves_nothing(tries in tries(), next in tries()) {
        let (_, at) = run(&tries);
        for it in &next {
            let action = action(&at.0, it);
            let nobody = input(&at.0, it, action, Vec::new(), NOW);
            prop_assert!(step(&at.0, &at.1, &nobody).is_err());
            if at.0.state.ended() {
                // Long after.
                let late = NOW.plus_seconds(10 * 365 * 86_400);
                let people = Who::ALL.iter().copied().filter(|it| *it != Who::Timer);
                let all = input(&at.0, it, action, people.collect(), late);
                prop_assert!(step(&at.0, &at.1, &all).is_err());
            }
        }
    }

    /// 3. A deadline that nobody heeds climbs to the top, and goes on ringing there.
    #[test]
    fn an_unheeded_deadline_climbs(tries in tries(), times in 1..8_u32) {
        let (_, mut at) = run(&tries);
        let mut level = 0;
        for _ in 0..times {
            let soonest = at.1.iter().filter(|it| it.paused.is_none()).min_by_key(|it| it.due);
            let Some(deadline) = soonest.cloned() else {
                prop_assert!(at.0.state.ended());
                return Ok(());
            };
            let action = rings(deadline.clock, at.0.state);
            let ring = Try {
                pick: 0, any: None, clock: 0, actor: 0,
                target: 0, minutes: 0, words: false, files: 0, item: 0,
                urgency: Urgency::Normal,
            };
            let ring = Input {
                clock: Some(deadline.clock),
                part: Some(deadline.part.clone()).filter(|it| !it.is_empty()),
                ..input(&at.0, &ring, action, vec![Who::Timer], deadline.due)
            };
            let before = at.clone();
            at = step(&at.0, &at.1, &ring).unwrap();
            match action {
                Action::Lapse => {
                    prop_assert!(at.0.state.ended());
                    prop_assert_eq!(at.0.rating, None);
                }
                Action::Expire | Action::Resume => {
                    prop_assert!(at.1.iter().all(|it| it.clock != deadline.clock));
                }
                Action::Escalate | Action::Miss => {
                    prop_assert_eq!(at.0.escalations, before.0.escalations + 1);
                    prop_assert!(at.0.oversight.is_some());
                    let overseer = at.0.overseer.as_ref().map_or(level, |it| it.level.number());
                    prop_assert!(overseer >= level);
                    level = overseer;
                }
                other => prop_assert!(false, "{other:?} rings"),
            }
        }
    }
}

/// An item that only the district may hold is the district's from the moment it is filed.
#[test]
fn an_item_of_the_district_finds_its_way_from_a_community() {
    let at = |item, target| Try {
        pick: 0,
        any: None,
        target,
        actor: 0,
        minutes: 0,
        words: true,
        files: 0,
        item,
        urgency: Urgency::Normal,
        clock: 0,
    };
    let mut course = (unborn(), Vec::new());
    for (action, it) in [
        (Action::Submit, at(3, 5)),
        (Action::File, at(3, 5)),
        (Action::Dispatch, at(3, 1)),
    ] {
        for low in 2..units().len() {
            if action == Action::Dispatch {
                let low = input(&course.0, &at(3, low), action, Who::ALL.to_vec(), NOW);
                assert!(step(&course.0, &course.1, &low).is_err());
            }
        }
        let input = input(&course.0, &it, action, Who::ALL.to_vec(), NOW);
        course = step(&course.0, &course.1, &input).unwrap_or_else(|e| panic!("{action:?}: {e:?}"));
        if action == Action::File {
            assert_eq!(course.0.holder.as_ref().unwrap().unit, "district");
            assert_eq!(course.0.raisers, ["community"]);
        }
    }
    assert_eq!(course.0.holder.unwrap().unit, "bureau");
}
