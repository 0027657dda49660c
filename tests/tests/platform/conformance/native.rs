//! The script on the SDK's test host.

use guest_conformance::Conformance;
use onedoor_sdk::{
    Answers, Date, Error, Event, Measure, Report, Route, Tile,
    grid::Level,
    testing::{Failure, Person, Receipt, TestHost},
};

use super::script::{COMMUNITY, STREET, Step, Who};

/// What each step was answered.
pub fn play(steps: &[Step]) -> Vec<String> {
    let host = TestHost::new(include_str!("../../../guests/conformance/plugin.toml")).unwrap();
    host.set_clock(Date::parse("2026-11-23").unwrap(), 10 * 60);
    divisions(&host);
    let mut told = Vec::new();
    let mut said = Vec::new();
    for step in steps {
        let before = host.receipts().len();
        let answer = one(&host, step, &mut told);
        let receipts = host.receipts();
        // Before a form or a button, the test host shows the page that it is on.
        let last = receipts.get(before..).unwrap().last();
        said.push(answer + &cost(last));
    }
    said
}

/// What the last call of a step asked of the host, as both hosts have it on the receipt.
pub fn cost(receipt: Option<&Receipt>) -> String {
    receipt.map_or(String::new(), |it| {
        let outcome = match &*it.outcome {
            // What the test host finds wrong with an answer is no kind of failure of its own.
            "ok" | "refused" => &*it.outcome,
            _ => "ok",
        };
        format!(" [{} {outcome} {:?} {:?}]", it.export, it.calls, it.denials)
    })
}

/// Those of Huangpu that the script asks for.
fn divisions(host: &TestHost) {
    host.add_division("310101", "黄浦区", Level::District);
    for (code, name) in super::real::streets() {
        host.add_division(&code, &name, Level::Street);
    }
    host.add_division(COMMUNITY, &super::real::community(), Level::Community);
    for name in ["li", "wang", "staff"] {
        host.lives_in(name, COMMUNITY);
    }
}

fn one(host: &TestHost, step: &Step, told: &mut Vec<Event>) -> String {
    match step {
        Step::As(who, english) => {
            become_(host, *who, *english);
            String::new()
        }
        Step::Wait(seconds) => {
            host.advance(*seconds);
            String::new()
        }
        Step::Grant => {
            host.grant("keep");
            String::new()
        }
        Step::Revoke => {
            host.revoke_grant("keep");
            String::new()
        }
        Step::Render(at) => worded(host.render::<Conformance>(at)),
        Step::Submit(answers, once) => {
            let answers: Answers = answers.iter().cloned().collect();
            worded(host.submit_once::<Conformance>(&Route::page("form"), "open", &answers, once))
        }
        Step::Press(action) => worded(host.press::<Conformance>(&Route::page("form"), action)),
        Step::Suggest(title, class) => worded(host.suggest::<Conformance>(report(title, *class))),
        Step::Deliver => {
            *told = host.undelivered();
            worded(host.deliver::<Conformance>().map(|_| ()))
        }
        Step::DeliverAgain => {
            let mut again = told.iter().cloned();
            worded(again.try_for_each(|event| host.tell::<Conformance>(event)))
        }
        Step::Job(job, missed) => worded(host.run_job::<Conformance>(job, *missed).map(drop)),
        Step::Signal(source, answers) => {
            let answers: Answers = answers.iter().cloned().collect();
            worded(
                host.receive::<Conformance>("alarm", source, &answers)
                    .map(drop),
            )
        }
        Step::Tiles(division) => {
            let tiles = host.indicators::<Conformance>(division);
            worded(tiles.map(|it| it.iter().map(tile).collect::<Vec<_>>()))
        }
    }
}

fn become_(host: &TestHost, who: Who, english: bool) {
    let person = match who {
        Who::Nobody => return host.sign_out(),
        Who::Resident(name) => Person::resident(COMMUNITY).named(name),
        Who::Staff(role, division) => Person::staff(&[role], division).named("staff"),
    };
    host.sign_in(if english { person.in_english() } else { person });
}

/// A tile, as words that both hosts can say.
fn tile(it: &Tile) -> String {
    let value = match &it.value {
        Measure::Number(number) => format!("{number}"),
        Measure::Words(words) => format!("{words:?}"),
    };
    let cases = it
        .cases
        .as_ref()
        .map(|it| (it.class.clone(), it.division.clone()));
    format!(
        "{} {:?} {value} {:?} {:?} {:?} {cases:?}",
        it.id, it.label, it.unit, it.tone, it.note
    )
}

/// A report as both hosts are told of it.
pub fn report(title: &str, class: Option<&str>) -> Report {
    Report {
        title: title.to_owned(),
        description: "words".to_owned(),
        class: class.map(str::to_owned),
        division: Some(STREET.to_owned()),
        photos: 1,
        hour: 12,
    }
}

fn worded<T: std::fmt::Debug>(answer: Result<T, Failure>) -> String {
    match answer {
        Ok(value) => format!("{value:?}"),
        Err(Failure::Error(error)) => refused(&error),
        Err(other) => format!("failed: {other:?}"),
    }
}

/// An error of the contract. The words of the host's own problems are worded by the host, so that
/// they are compared by their fields; a plugin's own pass unchanged.
pub fn refused(error: &Error) -> String {
    match error {
        Error::Invalid(problems) => {
            let mut at: Vec<_> = problems.iter().map(|it| it.at.as_deref()).collect();
            at.sort_unstable();
            format!("invalid: {at:?}")
        }
        other => format!("{other:?}"),
    }
}
