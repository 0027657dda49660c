//! The plugin on the SDK's test host: offering, enrolling, waiting, taking a place that became free,
//! and what is refused.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use onedoor_education::{
    ABOUT, BORN, CLOSES, DATASET, Education, MAX_AGE, MIN_AGE, NAME, PERSON, PLACE, PURPOSE, SEATS,
    STARTS, TITLE, WHEN,
};
use onedoor_sdk::{
    Answers, Block, Date, Error, Outcome, Place, Problem, Route, Text,
    grid::Level,
    identity::Role,
    testing::{Failure, Person, TestHost},
};

const COMMUNITY: &str = "310101022027";
const STREET: &str = "310101022";

fn host() -> TestHost {
    let host = TestHost::new(include_str!("../plugin.toml"))
        .unwrap()
        .with_words(
            include_str!("../i18n/zh-CN.ftl"),
            include_str!("../i18n/en.ftl"),
        )
        .unwrap();
    host.add_division(COMMUNITY, "新天地居民区", Level::Community);
    host.set_clock(Date::parse("2026-11-23").unwrap(), 9 * 60);
    host
}

fn teacher(host: &TestHost) {
    host.sign_in(Person::staff(&[Role::Handler], STREET).named("teacher"));
}

fn parent(host: &TestHost, name: &str) {
    host.sign_in(Person::resident(COMMUNITY).named(name));
}

fn course(seats: i64) -> Answers {
    let place = Place {
        at: None,
        division: Some(COMMUNITY.to_owned()),
        address: "社区中心二楼".to_owned(),
    };
    [
        TITLE.answer("书法"),
        ABOUT.answer("每天放学后写一小时字"),
        MIN_AGE.answer(6),
        MAX_AGE.answer(15),
        SEATS.answer(seats),
        PLACE.answer(place),
        STARTS.answer("2026-12-01"),
        WHEN.answer("周一到周五 15:30"),
        CLOSES.answer("2026-11-30"),
    ]
    .into_iter()
    .collect()
}

fn offered(host: &TestHost, seats: i64) -> String {
    teacher(host);
    let at = Route::page("offer");
    let done = host.submit_once::<Education>(&at, "offer", &course(seats), "course");
    gone(done.unwrap()).get("id").unwrap().to_owned()
}

/// The answers about `who`, as the person who is signed in picks them.
fn about(host: &TestHost, who: &str, born: &str) -> Answers {
    [
        PERSON.answer(host.pick(who, PURPOSE)),
        NAME.answer("小明"),
        BORN.answer(born),
    ]
    .into_iter()
    .collect()
}

fn enrol(host: &TestHost, course: &str, answers: &Answers) -> Outcome {
    let at = Route::page("enrol").with("id", course);
    host.submit::<Education>(&at, "enrol", answers).unwrap()
}

fn gone(outcome: Outcome) -> Route {
    match outcome {
        Outcome::Go(to) => to,
        other => panic!("{other:?}"),
    }
}

fn refused(outcome: Outcome) -> Problem {
    match outcome {
        Outcome::Invalid(mut problems) => problems.remove(0),
        other => panic!("{other:?}"),
    }
}

fn why(problem: &Problem) -> (&str, &str) {
    match &problem.message {
        Text::Message(message) => (problem.at.as_deref().unwrap_or(""), message.id.as_str()),
        Text::Raw(words) => panic!("{words}"),
    }
}

/// A child of its own parent; the route of its entry.
fn takes_part(host: &TestHost, course: &str, n: usize) -> Route {
    let (mother, child) = (format!("parent-{n}"), format!("child-{n}"));
    parent(host, &mother);
    host.act_for(&mother, &child);
    gone(enrol(host, course, &about(host, &child, "2018-05-01")))
}

fn entry(of: &Route) -> Route {
    Route::page("entry").with("id", of.get("id").unwrap())
}

fn shown(host: &TestHost, at: &Route) -> String {
    format!("{:?}", host.render::<Education>(at).unwrap())
}

fn letters(host: &TestHost) -> Vec<(String, String)> {
    let key = |text: &Text| match text {
        Text::Message(message) => message.id.clone(),
        Text::Raw(words) => words.clone(),
    };
    let all = host.letters();
    all.iter()
        .map(|it| (it.to.clone(), key(&it.letter.title)))
        .collect()
}

#[test]
fn staff_offer_a_course_in_their_area_and_nobody_else_does() {
    let host = host();
    let id = offered(&host, 2);
    assert_eq!(offered(&host, 2), id, "sent twice, offered once");
    let home = host.render::<Education>(&Route::page("home")).unwrap();
    let cards = home.blocks.iter().find_map(|it| match it {
        Block::Cards(cards) => Some(cards.len()),
        _ => None,
    });
    assert_eq!(cards, Some(1));
    let mut wrong = course(2);
    wrong.set(MAX_AGE.id(), onedoor_sdk::Value::Integer(3));
    let at = Route::page("offer");
    let outcome = host.submit::<Education>(&at, "offer", &wrong).unwrap();
    assert_eq!(why(&refused(outcome)), ("max-age", "ages-crossed"));
    parent(&host, "li");
    let page = host.render::<Education>(&at).unwrap();
    assert!(page.form("offer").is_none(), "a resident sees no form");
    host.sign_in(Person::staff(&[Role::Handler], "310101002"));
    let other = host.render::<Education>(&Route::page("roster").with("id", &id));
    assert!(matches!(other, Err(Failure::Error(Error::NotFound))));
}

#[test]
fn under_14_only_a_guardian_enrols_and_only_with_consent() {
    let host = host();
    let id = offered(&host, 5);
    parent(&host, "li");
    host.act_for("li", "child");
    let at = Route::page("enrol").with("id", &id);
    let view = host.render::<Education>(&at).unwrap();
    let consent = view.form("enrol").unwrap().consent.as_deref();
    assert_eq!(consent, Some(PURPOSE), "the host shows its sheet");
    let own = |born: &str| enrol(&host, &id, &about(&host, "li", born));
    for born in ["2014-01-01", "2012-11-24"] {
        assert_eq!(
            why(&refused(own(born))),
            ("person", "guardian-needed"),
            "{born}"
        );
    }
    // On the fourteenth birthday the consent is one's own.
    gone(own("2012-11-23"));
    for born in ["2021-01-01", "2010-01-01"] {
        let outcome = enrol(&host, &id, &about(&host, "child", born));
        assert_eq!(why(&refused(outcome)), ("born", "age-wrong"), "{born}");
    }
    gone(enrol(&host, &id, &about(&host, "child", "2014-01-01")));
}

#[test]
fn a_childs_name_is_its_own_record_and_each_read_is_in_its_log() {
    let host = host();
    let id = offered(&host, 5);
    let at = entry(&takes_part(&host, &id, 0));
    assert!(shown(&host, &at).contains("小明"));
    let read = |fields: &str| ("child-0".to_owned(), DATASET.to_owned(), fields.to_owned());
    assert_eq!(host.reads(), [read("name")]);
    let other = offered(&host, 4);
    assert_eq!(other, id);
    parent(&host, "parent-0");
    shown(&host, &Route::page("mine"));
    assert_eq!(host.reads().len(), 2);
    // One's own name is no access by anybody.
    gone(enrol(&host, &id, &about(&host, "parent-0", "2011-12-01")));
    shown(&host, &Route::page("mine"));
    assert_eq!(host.reads().len(), 3, "the child's alone");
}

#[test]
fn after_withdrawal_no_name_is_seen_and_no_place_is_taken() {
    let host = host();
    let id = offered(&host, 1);
    let first = entry(&takes_part(&host, &id, 0));
    let second = entry(&takes_part(&host, &id, 1));
    host.withdraw("child-1", PURPOSE);
    parent(&host, "parent-0");
    gone(host.press::<Education>(&first, "leave").unwrap());
    parent(&host, "parent-1");
    let page = shown(&host, &second);
    assert!(
        page.contains("withdrawn") && !page.contains("小明"),
        "{page}"
    );
    assert!(host.press::<Education>(&second, "accept").is_err());
    assert!(!shown(&host, &Route::page("mine")).contains("小明"));
    // Enrolled and agreed once more, it is the same entry, and the place may be taken.
    let again = gone(enrol(&host, &id, &about(&host, "child-1", "2018-05-01")));
    assert_eq!(entry(&again), second);
    gone(host.press::<Education>(&second, "accept").unwrap());
    // Withdrawn again, leaving still works.
    host.withdraw("child-1", PURPOSE);
    gone(host.press::<Education>(&second, "leave").unwrap());
}

#[test]
fn with_the_last_course_what_is_known_is_gone() {
    let host = host();
    let id = offered(&host, 2);
    teacher(&host);
    let at = Route::page("offer");
    let more = host.submit_once::<Education>(&at, "offer", &course(2), "another");
    let other = gone(more.unwrap()).get("id").unwrap().to_owned();
    let entries = [&id, &other].map(|it| entry(&takes_part(&host, it, 0)));
    let held = || {
        let read = host.call(|| {
            use onedoor_sdk::records::{About, open};
            open(&About::Subject("child-0".to_owned()), DATASET, PURPOSE)?.read(&["name", "born"])
        });
        format!("{:?}", read.unwrap())
    };
    gone(host.press::<Education>(&entries[0], "leave").unwrap());
    assert!(held().contains("小明"), "it takes part elsewhere");
    gone(host.press::<Education>(&entries[1], "leave").unwrap());
    assert!(!held().contains("小明") && !held().contains("2018"));
}

#[test]
fn a_full_course_has_a_line_and_a_free_place_goes_to_the_next() {
    let host = host();
    let id = offered(&host, 2);
    let entries: Vec<Route> = (0..4).map(|n| takes_part(&host, &id, n)).collect();
    let one = |n: usize| Route::page("entry").with("id", entries[n].get("id").unwrap());
    for (n, expected) in [
        "standing-in",
        "standing-in",
        "standing-waits",
        "standing-waits",
    ]
    .iter()
    .enumerate()
    {
        parent(&host, &format!("parent-{n}"));
        assert!(shown(&host, &one(n)).contains(expected), "{n}");
    }
    // Sent again, or filled in again, it is the same child.
    parent(&host, "parent-3");
    let again = gone(enrol(&host, &id, &about(&host, "child-3", "2018-05-01")));
    assert_eq!(again.get("id"), entries[3].get("id"));

    parent(&host, "parent-0");
    gone(host.press::<Education>(&one(0), "leave").unwrap());
    assert_eq!(
        letters(&host),
        [("parent-2".to_owned(), "letter-offer".to_owned())]
    );
    let removed = host.render::<Education>(&one(0));
    assert!(
        matches!(removed, Err(Failure::Error(Error::NotFound))),
        "what was kept is gone"
    );
    // Somebody new waits behind those who wait, although one place is only held.
    takes_part(&host, &id, 4);
    parent(&host, "parent-3");
    assert!(
        host.render::<Education>(&one(3))
            .unwrap()
            .action("accept")
            .is_none()
    );
    // Two days pass in silence: it goes on to the next.
    host.advance(2 * 24 * 3600);
    let run = host.run_job::<Education>("offers", 0).unwrap();
    host.run_again::<Education>(&run).unwrap();
    let told = letters(&host);
    assert_eq!(
        told[1..],
        [
            ("parent-2".to_owned(), "letter-late".to_owned()),
            ("parent-3".to_owned(), "letter-offer".to_owned()),
        ]
    );
    parent(&host, "parent-3");
    gone(host.press::<Education>(&one(3), "accept").unwrap());
    assert!(shown(&host, &one(3)).contains("standing-in"));
    parent(&host, "parent-2");
    assert!(shown(&host, &one(2)).contains("standing-gone"));
    let late = host.press::<Education>(&one(2), "accept");
    assert!(late.is_err(), "{late:?}");
}

#[test]
fn the_teacher_has_numbers_and_no_names() {
    let host = host();
    let id = offered(&host, 1);
    let entry = takes_part(&host, &id, 0);
    let number = entry.get("id").unwrap()[..6].to_uppercase();
    let own = shown(
        &host,
        &Route::page("entry").with("id", entry.get("id").unwrap()),
    );
    assert!(own.contains(&number) && own.contains("小明"));
    teacher(&host);
    let roster = shown(&host, &Route::page("roster").with("id", &id));
    assert!(
        roster.contains(&number) && !roster.contains("小明"),
        "{roster}"
    );
    // Nobody reads another's entry.
    let other =
        host.render::<Education>(&Route::page("entry").with("id", entry.get("id").unwrap()));
    assert!(matches!(other, Err(Failure::Error(Error::NotFound))));
}

#[test]
fn a_course_that_is_called_off_tells_everybody_once() {
    let host = host();
    let id = offered(&host, 10);
    for n in 0..18 {
        takes_part(&host, &id, n);
    }
    teacher(&host);
    let at = Route::page("roster").with("id", &id);
    gone(host.press::<Education>(&at, "call-off").unwrap());
    let again = host.run_job::<Education>("offers", 0);
    assert!(
        matches!(again, Err(Failure::Error(Error::Busy(_)))),
        "{again:?}"
    );
    host.run_job::<Education>("offers", 0).unwrap();
    host.run_job::<Education>("offers", 0).unwrap();
    let told = letters(&host);
    assert_eq!(told.len(), 18);
    assert!(told.iter().all(|(_, it)| it == "letter-called-off"));
    parent(&host, "late");
    let closed = host.render::<Education>(&Route::page("enrol").with("id", &id));
    assert!(matches!(closed, Err(Failure::Error(Error::Conflict(_)))));
}

#[test]
fn after_the_last_day_nobody_enrols() {
    let host = host();
    let id = offered(&host, 1);
    host.set_clock(Date::parse("2026-12-01").unwrap(), 60);
    parent(&host, "late");
    let closed = host.render::<Education>(&Route::page("enrol").with("id", &id));
    assert!(matches!(closed, Err(Failure::Error(Error::Conflict(_)))));
    host.sign_out();
    assert!(
        host.render::<Education>(&Route::page("home")).is_ok(),
        "anyone may look"
    );
}
