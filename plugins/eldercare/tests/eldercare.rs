//! The plugin on the SDK's test host: registering, the one button, what climbs when it stays
//! silent, who hears of it, and what is nobody else's business.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

mod common;

use common::*;
use onedoor_eldercare::{CALL, CALLED, CODE, Eldercare, JOIN_AS, VISIT};
use onedoor_sdk::{
    Answers, Block, Error, Outcome, Route,
    cases::{State, Urgency},
    identity::Role,
    testing::{Failure, Person},
};

#[test]
fn a_daughter_registers_her_mother_once_and_only_with_consent() {
    let host = host();
    let first = register(&host, "family", "a");
    assert_eq!(register(&host, "family", "a"), first);
    assert_eq!(letters(&host, 0), [told("daughter", "letter-registered")]);
    let page = format!("{:?}", render(&host, &first));
    assert!(page.contains("王秀英"), "{page}");
    let at = Route::page("register-kin");
    let refused = host.submit::<Eldercare>(&at, "elder", &answers());
    match refused.unwrap_err() {
        Failure::Faults(faults) => assert_eq!(faults[0].at, "consent"),
        other => panic!("{other:?}"),
    }
    // Nobody else sees it, signed in or not.
    host.sign_in(mother());
    let other = host.render::<Eldercare>(&one(&first));
    assert!(
        matches!(other, Err(Failure::Error(Error::NotFound))),
        "{other:?}"
    );
    host.sign_out();
    let nobody = host.render::<Eldercare>(&Route::page("home"));
    assert!(matches!(nobody, Err(Failure::Error(Error::Denied(_)))));
}

#[test]
fn one_press_a_day_and_nobody_rings() {
    let host = host();
    let at = one(&register(&host, "daughter", "a"));
    next_day(&host, 9 * 60 + 50);
    assert!(render(&host, &at).action("well").is_some());
    for _ in 0..2 {
        gone(
            host.press::<Eldercare>(&at, "well")
                .unwrap_or(Outcome::Go(at.clone())),
        );
        assert!(render(&host, &at).action("well").is_none(), "pressed today");
    }
    next_day(&host, 12 * 60);
    rounds(&host);
    assert!(host.cases().is_empty());
    // The next day the button is there again.
    host.advance(24 * 3600);
    assert!(render(&host, &at).action("well").is_some());
}

#[test]
fn silence_climbs_from_a_call_to_a_visit_and_the_family_hears_of_each_step() {
    let host = host();
    register(&host, "family", "a");
    next_day(&host, 9 * 60 + 59);
    rounds(&host);
    assert!(host.cases().is_empty(), "it is not yet time");
    let from = host.letters().len();
    next_day(&host, 10 * 60);
    let run = host.run_job::<Eldercare>("rounds", 0).unwrap();
    host.run_again::<Eldercare>(&run).unwrap();
    rounds(&host);
    let call = only(host.cases(), CALL);
    assert_eq!(
        (call.info.state, call.info.urgency),
        (State::Planned, Urgency::Urgent)
    );
    assert_eq!(call.info.address, "马当路 1 号 301 室");
    // Name and number go with the case only as whom to ask for, not into its words.
    let about = call.about.as_ref().unwrap();
    assert_eq!(
        (about.subject.as_str(), about.phone.as_deref()),
        ("daughter", Some("19900000003"))
    );
    let words = format!("{}{}", call.info.title, call.description);
    assert!(!words.contains("王秀英") && !words.contains("19900000003"));

    // Nobody answers.
    assert!(host.move_case(&call.info.id, "not-met", State::Done, "社区", None));
    host.deliver::<Eldercare>().unwrap();
    let visit = only(host.cases(), VISIT);
    assert!(host.move_case(&visit.info.id, "assign", State::Assigned, "社区", None));
    assert!(host.move_case(&visit.info.id, "miss", State::Missed, "街道", None));
    let events = host.undelivered();
    host.deliver::<Eldercare>().unwrap();
    for event in events {
        host.tell::<Eldercare>(event).unwrap();
    }
    assert!(host.move_case(&visit.info.id, "perform", State::Done, "街道", None));
    host.deliver::<Eldercare>().unwrap();
    let steps = [
        "letter-call",
        "letter-visit",
        "letter-visit-sent",
        "letter-visit-missed",
        "letter-visit-done",
    ];
    assert_eq!(letters(&host, from), steps.map(|it| told("daughter", it)));
    rounds(&host);
    assert_eq!(
        host.cases().len(),
        2,
        "they were met: nothing more on that day"
    );
}

#[test]
fn a_call_that_nobody_makes_becomes_a_visit_too() {
    let host = host();
    register(&host, "family", "a");
    next_day(&host, 11 * 60);
    rounds(&host);
    let call = only(host.cases(), CALL);
    assert!(host.move_case(&call.info.id, "miss", State::Missed, "街道", None));
    host.deliver::<Eldercare>().unwrap();
    only(host.cases(), VISIT);
}

#[test]
fn a_sign_that_comes_late_calls_the_others_off() {
    let host = host();
    let at = one(&register(&host, "family", "a"));
    next_day(&host, 11 * 60);
    rounds(&host);
    let from = host.letters().len();
    gone(host.press::<Eldercare>(&at, "well").unwrap());
    assert_eq!(
        letters(&host, from),
        [told("daughter", "letter-well-after-all")]
    );
    rounds(&host);
    rounds(&host);
    let call = only(host.cases(), CALL);
    let remarks: Vec<_> = call
        .steps
        .iter()
        .filter(|it| it.action == "comment")
        .collect();
    assert_eq!(remarks.len(), 1);
    // The call is not made any more: no visit follows.
    assert!(host.move_case(&call.info.id, "miss", State::Missed, "街道", None));
    host.deliver::<Eldercare>().unwrap();
    assert_eq!(host.cases().len(), 1);
}

#[test]
fn the_old_person_joins_by_a_code_and_presses_themselves() {
    let host = host();
    let at = one(&register(&host, "family", "a"));
    let code = code(&host, &at);
    let join = |code: &str, who: &str| {
        let answers: Answers = [
            CODE.answer(code),
            JOIN_AS.answer(who),
            CALLED.answer("妈妈"),
        ]
        .into_iter()
        .collect();
        host.submit::<Eldercare>(&Route::page("join"), "join", &answers)
            .unwrap()
    };
    host.sign_in(mother());
    assert!(matches!(join("0000 0000", "elder"), Outcome::Invalid(_)));
    let own = gone(join(&code, "elder"));
    next_day(&host, 9 * 60);
    gone(host.press::<Eldercare>(&own, "well").unwrap());
    next_day(&host, 11 * 60);
    rounds(&host);
    assert!(host.cases().is_empty());
    // Family that joins hears of it as well, the old person does not ring herself up.
    host.sign_in(Person::resident(COMMUNITY).named("son"));
    gone(join(&code, "kin"));
    host.advance(24 * 3600);
    let from = host.letters().len();
    rounds(&host);
    assert_eq!(
        letters(&host, from),
        [told("daughter", "letter-call"), told("son", "letter-call")]
    );
    // Guessing is counted.
    host.sign_in(Person::resident(COMMUNITY).named("stranger"));
    for _ in 0..5 {
        assert!(matches!(join("1111 1111", "kin"), Outcome::Invalid(_)));
    }
    assert!(
        matches!(join(&code, "kin"), Outcome::Invalid(_)),
        "too often today"
    );
}

#[test]
fn a_code_runs_out() {
    let host = host();
    let at = one(&register(&host, "family", "a"));
    let code = code(&host, &at);
    host.advance(48 * 3600);
    host.sign_in(mother());
    let late = join_as_elder(&host, &code);
    assert!(matches!(late, Outcome::Invalid(_)));
}

#[test]
fn withdrawing_ends_it_and_removes_what_was_kept() {
    let host = host();
    let at = one(&register(&host, "family", "a"));
    next_day(&host, 11 * 60);
    rounds(&host);
    gone(host.press::<Eldercare>(&at, "withdraw").unwrap());
    let gone_now = host.render::<Eldercare>(&at);
    assert!(matches!(gone_now, Err(Failure::Error(Error::NotFound))));
    rounds(&host);
    let call = only(host.cases(), CALL);
    assert!(
        call.steps.iter().any(|it| it.action == "comment"),
        "whoever rings is told"
    );
    host.advance(24 * 3600);
    rounds(&host);
    assert_eq!(host.cases().len(), 1);
    let home = render(&host, &Route::page("home"));
    assert!(
        home.action("register")
            .is_some_and(|it| it.weight == onedoor_sdk::Weight::Primary)
    );
}

#[test]
fn staff_see_their_area_without_names() {
    let host = host();
    register(&host, "family", "a");
    register(&host, "daughter", "b");
    next_day(&host, 10 * 60);
    rounds(&host);
    for (division, rows) in [(DISTRICT, 2), (COMMUNITY, 2), ("310101002", 0)] {
        host.sign_in(Person::staff(&[Role::GridWorker], division));
        let view = render(&host, &Route::page("area"));
        let table = view.blocks.iter().find_map(|it| match it {
            Block::Table(table) => Some(table),
            _ => None,
        });
        assert_eq!(table.unwrap().rows.len(), rows, "{division}");
        let said = format!("{view:?}");
        assert!(!said.contains("王秀英") && !said.contains("19900000003"));
    }
    host.sign_in(daughter());
    let view = render(&host, &Route::page("area"));
    assert!(!view.blocks.iter().any(|it| matches!(it, Block::Table(_))));
}

#[test]
fn many_watches_are_all_walked() {
    let host = host();
    for n in 0..230 {
        register(&host, "family", &format!("n{n}"));
    }
    host.sign_in(Person::staff(&[Role::Supervisor], DISTRICT));
    let view = format!("{:?}", render(&host, &Route::page("area")));
    assert!(view.contains("230"), "every one is counted");
    // A run begins a few calls and asks to be run again for the rest.
    next_day(&host, 11 * 60);
    let again = host.run_job::<Eldercare>("rounds", 0);
    assert!(matches!(again, Err(Failure::Error(Error::Busy(_)))));
    assert_eq!(host.cases().len(), 5);
}
