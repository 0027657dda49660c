//! The proof that no case gets stuck: every state a procedure reaches comes to an end, is moved by
//! people and woken by a clock, and no action is ambiguous. Walks the tables; runs at start.

use std::collections::{BTreeMap, BTreeSet};

use super::{Effect, Guard, Rule, To, rings};
use crate::cases::model::{Action, Clock, CoState, Procedure, State, Who};

/// How a clock is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mode {
    Runs,
    Stands,
    /// Out of force, its due time kept.
    Parked,
}

type Clocks = BTreeMap<Clock, Mode>;

/// Where a case may be: its state, the one that it was in before it followed another, and its clocks. A clock that was missed counts as running: while
/// it does not, the supervision that it opened does, and whatever ends that sets it going again.
type At = (State, Option<State>, Clocks);

/// What is wrong with the tables, in words for their author; empty when they are sound.
pub fn check() -> Vec<String> {
    let mut faults = Vec::new();
    for action in Action::ALL {
        let opened = |it: &&Procedure| {
            let mut rules = it.rules().iter();
            rules.any(|rule| rule.action == *action && rule.from.is_empty())
        };
        if Procedure::ALL.iter().filter(opened).count() > 1 {
            faults.push(format!("{action:?} opens more than one procedure"));
        }
    }
    for it in Procedure::ALL {
        let mut of_one = table(it.rules());
        if it
            .rules()
            .iter()
            .all(|rule| rule.action != it.opener() || !rule.from.is_empty())
        {
            of_one.push("its opener opens nothing".to_owned());
        }
        faults.extend(of_one.into_iter().map(|fault| format!("{it:?}: {fault}")));
    }
    faults
}

/// What is wrong with one table.
fn table(rules: &[Rule]) -> Vec<String> {
    let mut faults = Vec::new();
    let reached = reached(rules);
    let states: BTreeSet<State> = reached.iter().map(|(state, ..)| *state).collect();
    let written = rules.iter().flat_map(|rule| rule.from).copied();
    for state in written.filter(|state| !states.contains(state)) {
        faults.push(format!("{state:?} is never reached"));
    }
    for state in &states {
        for action in Action::ALL {
            let lines = |rule: &&Rule| rule.action == *action && rule.from.contains(state);
            if rules.iter().filter(lines).count() > 1 {
                faults.push(format!("{action:?} in {state:?} is ambiguous"));
            }
        }
        let leaves = |rule: &Rule| rule.from.contains(state);
        if state.ended() {
            // An end is final but for what may be asked in a window.
            let asked = |rule: &&Rule| {
                let window = |it: &Guard| matches!(it, Guard::Running(clock) if clock.is_window());
                rule.action == Action::Expire || rule.guards.iter().any(window)
            };
            if rules.iter().any(|rule| leaves(rule) && !asked(&rule)) {
                faults.push(format!("{state:?} is an end, and is left"));
            }
            continue;
        }
        let moved = |rule: &Rule| {
            leaves(rule) && rule.to != To::Same && rule.who.iter().any(|who| *who != Who::Timer)
        };
        if !rules.iter().any(moved) {
            faults.push(format!("nobody moves {state:?}"));
        }
    }
    let ending = ending(rules, &states);
    faults.extend(
        states
            .iter()
            .filter(|state| !ending.contains(state))
            .map(|state| format!("{state:?} comes to no end")),
    );
    for (state, _, clocks) in &reached {
        let runs = |it: &(&Clock, &Mode)| *it.1 == Mode::Runs;
        let mut waking = clocks.iter().filter(runs);
        if !state.ended() && !waking.any(|(clock, _)| !clock.is_window()) {
            faults.push(format!("nothing wakes {state:?} with {clocks:?}"));
        }
        for (clock, _) in clocks.iter().filter(runs) {
            let rung = |rule: &Rule| {
                rule.action == rings(*clock, *state)
                    && rule.from.contains(state)
                    && rule.who.contains(&Who::Timer)
            };
            if !rules.iter().any(rung) {
                faults.push(format!("{clock:?} rings in {state:?}, and nothing happens"));
            }
        }
    }
    faults.sort();
    faults.dedup();
    faults
}

/// Everywhere a case can get to.
fn reached(rules: &[Rule]) -> BTreeSet<At> {
    let mut found: BTreeSet<At> = BTreeSet::new();
    let opening = rules.iter().filter(|rule| rule.from.is_empty());
    let mut next: Vec<At> = opening
        .flat_map(|rule| after(rule, &(State::Submitted, None, Clocks::new())))
        .collect();
    while let Some(at) = next.pop() {
        if !found.insert(at.clone()) {
            continue;
        }
        for rule in rules.iter().filter(|rule| rule.from.contains(&at.0)) {
            next.extend(after(rule, &at));
        }
    }
    found
}

fn after(rule: &Rule, at: &At) -> Vec<At> {
    let (state, before, clocks) = at;
    let mut all = vec![clocks.clone()];
    for effect in rule.effects {
        all = all.iter().flat_map(|it| moved(*effect, it)).collect();
    }
    let before = match rule.action {
        Action::Merge => Some(*state),
        Action::Split | Action::Follow => None,
        _ => *before,
    };
    let mut found = Vec::new();
    for to in targets(rule, *state) {
        // Only its own past leads back.
        let to = match (rule.to, at.1) {
            (To::Before, Some(before)) => before,
            _ => to,
        };
        for mut clocks in all.iter().cloned() {
            // What both have signed ends it.
            if rule.to == To::BothSign && to.ended() {
                end(&mut clocks);
            }
            found.push((to, before, clocks));
        }
    }
    found
}

/// The clocks after an effect: several where it depends on what the table does not say.
fn moved(effect: Effect, clocks: &Clocks) -> Vec<Clocks> {
    let mut it = clocks.clone();
    match effect {
        Effect::Start(clock) => {
            it.entry(clock).or_insert(Mode::Runs);
        }
        Effect::Stop(clock) => it.retain(|at, mode| *at != clock || *mode == Mode::Parked),
        Effect::Pause(clock) => set(&mut it, clock, Mode::Runs, Mode::Stands),
        Effect::Resume(clock) => set(&mut it, clock, Mode::Stands, Mode::Runs),
        Effect::Park(clock) => set(&mut it, clock, Mode::Runs, Mode::Parked),
        Effect::ParkAll => it.iter_mut().for_each(|(clock, mode)| {
            if *clock != Clock::Oversight {
                *mode = Mode::Parked;
            }
        }),
        Effect::Unpark => it.values_mut().for_each(|mode| {
            if *mode == Mode::Parked {
                *mode = Mode::Runs;
            }
        }),
        Effect::Followed => {
            it.retain(|at, mode| *at == Clock::Resolve || *mode != Mode::Parked);
        }
        Effect::Oversee | Effect::Demand => {
            it.entry(Clock::Oversight).or_insert(Mode::Runs);
        }
        Effect::AskPart => {
            it.insert(Clock::CoTask, Mode::Runs);
        }
        // The last part that was open, or one of several.
        Effect::SetPart(CoState::Done | CoState::Refused | CoState::Waived) => {
            let mut last = it.clone();
            last.remove(&Clock::CoTask);
            return vec![it, last];
        }
        Effect::WaiveParts => {
            it.remove(&Clock::CoTask);
        }
        Effect::RunOut => {
            let runs = |(at, mode): (&Clock, &Mode)| {
                (at.is_window() && *mode == Mode::Runs).then_some(*at)
            };
            let without = |clock: Clock| {
                let mut it = it.clone();
                it.remove(&clock);
                it
            };
            return it.iter().filter_map(runs).map(without).collect();
        }
        Effect::End => end(&mut it),
        _ => {}
    }
    vec![it]
}

fn set(clocks: &mut Clocks, clock: Clock, from: Mode, to: Mode) {
    clocks.entry(clock).and_modify(|mode| {
        if *mode == from {
            *mode = to;
        }
    });
}

fn end(clocks: &mut Clocks) {
    clocks.retain(|clock, mode| match mode {
        Mode::Parked => *clock == Clock::Resolve,
        _ => matches!(clock, Clock::Reopen | Clock::Appeal),
    });
}

fn targets(rule: &Rule, from: State) -> Vec<State> {
    match rule.to {
        To::Same => vec![from],
        To::State(state) => vec![state],
        To::Climb => vec![State::Feedback, State::Verifying],
        To::BothSign => vec![from, State::Agreed],
        // Whatever it was, it could have gone on from there.
        To::Before => vec![State::Submitted],
    }
}

/// The states that can come to an end.
fn ending(rules: &[Rule], states: &BTreeSet<State>) -> BTreeSet<State> {
    let mut ending: BTreeSet<State> = states.iter().copied().filter(|it| it.ended()).collect();
    loop {
        let before = ending.len();
        for (rule, from) in rules
            .iter()
            .flat_map(|rule| rule.from.iter().map(move |it| (rule, *it)))
        {
            if targets(rule, from).iter().any(|to| ending.contains(to)) {
                ending.insert(from);
            }
        }
        if ending.len() == before {
            return ending;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::procedures::Guard;

    #[test]
    fn the_tables_are_sound() {
        assert_eq!(check(), Vec::<String>::new());
    }

    const START: Rule = Rule {
        action: Action::Plan,
        from: &[],
        to: To::State(State::Planned),
        who: &[Who::Dispatcher],
        guards: &[Guard::Class],
        effects: &[Effect::Start(Clock::Assign)],
    };
    const ESCALATE: Rule = Rule {
        action: Action::Escalate,
        from: &[State::Planned],
        to: To::Same,
        who: &[Who::Timer],
        guards: &[],
        effects: &[],
    };
    const END: Rule = Rule {
        action: Action::Cancel,
        from: &[State::Planned],
        to: To::State(State::Closed),
        who: &[Who::Dispatcher],
        guards: &[],
        effects: &[Effect::End],
    };

    #[test]
    fn each_way_to_get_stuck_is_named() {
        assert_eq!(table(&[START, ESCALATE, END]), Vec::<String>::new());
        let silent = Rule {
            effects: &[],
            ..START
        };
        let early = Rule {
            effects: &[Effect::Start(Clock::Perform)],
            ..START
        };
        let away = Rule {
            to: To::State(State::Missed),
            ..END
        };
        let by_time = Rule {
            who: &[Who::Timer],
            ..END
        };
        let back = Rule {
            from: &[State::Closed],
            ..END
        };
        for (rules, fault) in [
            (vec![silent, ESCALATE, END], "nothing wakes Planned with {}"),
            (
                vec![early, ESCALATE, END],
                "Perform rings in Planned, and nothing happens",
            ),
            (
                vec![START, ESCALATE, END, END],
                "Cancel in Planned is ambiguous",
            ),
            (vec![START, ESCALATE, away], "Planned comes to no end"),
            (vec![START, ESCALATE, by_time], "nobody moves Planned"),
            (
                vec![START, ESCALATE, END, back],
                "Closed is an end, and is left",
            ),
            (
                vec![START, END],
                "Assign rings in Planned, and nothing happens",
            ),
        ] {
            let found = table(&rules);
            assert!(found.iter().any(|it| it == fault), "{fault}: {found:?}");
        }
    }
}
