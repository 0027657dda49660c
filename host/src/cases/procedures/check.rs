//! The proof that no case gets stuck: every state a procedure reaches comes to an end, is moved by
//! people and woken by a clock, and no action is ambiguous. Walks the tables; runs at start.

use std::collections::{BTreeMap, BTreeSet};

use super::{Effect, Rule, To, rings};
use crate::cases::model::{Action, Clock, Procedure, State, Who};

/// Where a case may be: its state, and each clock with whether it runs (or stands still).
type At = (State, BTreeMap<Clock, bool>);

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
    let states: BTreeSet<State> = reached.iter().map(|(state, _)| *state).collect();
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
            if rules.iter().any(leaves) {
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
    for (state, clocks) in reached.iter().filter(|(state, _)| !state.ended()) {
        if !clocks.values().any(|runs| *runs) {
            faults.push(format!("nothing wakes {state:?} with {clocks:?}"));
        }
        for (clock, _) in clocks.iter().filter(|(_, runs)| **runs) {
            let rung = |rule: &Rule| {
                rule.action == rings(*clock)
                    && rule.from.contains(state)
                    && rule.who.contains(&Who::Timer)
            };
            if !rules.iter().any(rung) {
                faults.push(format!("{clock:?} rings in {state:?}, and nothing happens"));
            }
        }
    }
    faults
}

/// Everywhere a case can get to.
fn reached(rules: &[Rule]) -> BTreeSet<At> {
    let mut found: BTreeSet<At> = BTreeSet::new();
    let opening = rules.iter().filter(|rule| rule.from.is_empty());
    let mut next: Vec<At> = opening
        .flat_map(|rule| after(rule, State::Submitted, &BTreeMap::new()))
        .collect();
    while let Some(at) = next.pop() {
        if !found.insert(at.clone()) {
            continue;
        }
        for rule in rules.iter().filter(|rule| rule.from.contains(&at.0)) {
            next.extend(after(rule, at.0, &at.1));
        }
    }
    found
}

fn after(rule: &Rule, state: State, clocks: &BTreeMap<Clock, bool>) -> Vec<At> {
    let mut clocks = clocks.clone();
    for effect in rule.effects {
        match effect {
            Effect::Start(clock) => {
                clocks.entry(*clock).or_insert(true);
            }
            Effect::Stop(clock) => {
                clocks.remove(clock);
            }
            Effect::Pause(clock) => {
                clocks.entry(*clock).and_modify(|runs| *runs = false);
            }
            Effect::Resume(clock) => {
                clocks.entry(*clock).and_modify(|runs| *runs = true);
            }
            Effect::End => clocks.clear(),
            _ => {}
        }
    }
    targets(rule, state)
        .into_iter()
        .map(|to| (to, clocks.clone()))
        .collect()
}

fn targets(rule: &Rule, from: State) -> Vec<State> {
    match rule.to {
        To::Same => vec![from],
        To::State(state) => vec![state],
        To::Climb => vec![State::Feedback, State::Verifying],
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
