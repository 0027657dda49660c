//! What the tests of the plugin share: a host, its people, and how they register somebody.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    missing_docs,
    reason = "tests"
)]

use onedoor_eldercare::{
    ALONE, CALL, CODE, CONSENT, CONTACT_NAME, CONTACT_PHONE, Eldercare, HOUR, JOIN_AS, NAME, NEEDS,
    PERSON, PHONE, PLACE, PURPOSE, VISIT,
};
use onedoor_sdk::{
    Answers, Block, Date, Outcome, Place, Route, Text, View,
    grid::Level,
    testing::{OneCase, Person, TestHost},
};

pub const COMMUNITY: &str = "310101022027";
pub const DISTRICT: &str = "310101";

pub fn host() -> TestHost {
    let host = TestHost::new(include_str!("../../plugin.toml"))
        .unwrap()
        .with_words(
            include_str!("../../i18n/zh-CN.ftl"),
            include_str!("../../i18n/en.ftl"),
        )
        .unwrap();
    host.add_division(COMMUNITY, "新天地居民区", Level::Community);
    host.add_visit_class(CALL);
    host.add_visit_class(VISIT);
    host.set_clock(Date::parse("2026-11-23").unwrap(), 9 * 60);
    host.sign_in(daughter());
    host
}

pub fn daughter() -> Person {
    Person::resident(COMMUNITY).named("daughter")
}

pub fn mother() -> Person {
    Person::resident(COMMUNITY).named("mother")
}

/// What is answered about every old person.
pub fn answers() -> Answers {
    let place = Place {
        at: None,
        division: Some(COMMUNITY.to_owned()),
        address: "马当路 1 号 301 室".to_owned(),
    };
    [
        NAME.answer("王秀英"),
        PHONE.answer("19900000003"),
        PLACE.answer(place),
        ALONE.answer(true),
        NEEDS.answer(vec!["hearing".to_owned()]),
        CONTACT_NAME.answer("林小满"),
        CONTACT_PHONE.answer("19900000001"),
        HOUR.answer("t600"),
    ]
    .into_iter()
    .collect()
}

/// `family`: the signed-in person registers somebody without an account; else somebody with one.
pub fn register(host: &TestHost, who: &str, once: &str) -> Route {
    let mut answers = answers();
    let at = if who == "family" {
        answers.extend([CONSENT.answer(true)]);
        Route::page("register-kin")
    } else {
        answers.extend([PERSON.answer(host.pick(who, PURPOSE))]);
        Route::page("register-account")
    };
    let done = host.submit_once::<Eldercare>(&at, "elder", &answers, once);
    gone(done.unwrap())
}

pub fn gone(outcome: Outcome) -> Route {
    match outcome {
        Outcome::Go(to) => to,
        other => panic!("{other:?}"),
    }
}

pub fn one(registered: &Route) -> Route {
    Route::page("one").with("id", registered.get("id").unwrap())
}

pub fn render(host: &TestHost, at: &Route) -> View {
    host.render::<Eldercare>(at).unwrap()
}

pub fn rounds(host: &TestHost) {
    host.run_job::<Eldercare>("rounds", 0).unwrap();
}

/// Who was told what, in order, since `from`.
pub fn letters(host: &TestHost, from: usize) -> Vec<(String, String)> {
    let key = |text: &Text| match text {
        Text::Message(message) => message.id.clone(),
        Text::Raw(words) => words.clone(),
    };
    let all = host.letters();
    let new = all.iter().skip(from);
    new.map(|it| (it.to.clone(), key(&it.letter.title)))
        .collect()
}

pub fn told(who: &str, what: &str) -> (String, String) {
    (who.to_owned(), what.to_owned())
}

/// The next day at so many minutes after midnight.
pub fn next_day(host: &TestHost, minutes: u16) {
    host.set_clock(Date::parse("2026-11-24").unwrap(), minutes);
}

pub fn only(cases: Vec<OneCase>, class: &str) -> OneCase {
    let mut of_class: Vec<_> = cases
        .into_iter()
        .filter(|it| it.info.class == class)
        .collect();
    assert_eq!(of_class.len(), 1, "{class}");
    of_class.remove(0)
}

/// A family code of the page `at`, made by whoever is signed in.
pub fn code(host: &TestHost, at: &Route) -> String {
    let Outcome::Show(view) = host.press::<Eldercare>(at, "code").unwrap() else {
        panic!("no page with the code");
    };
    let code = view.blocks.iter().find_map(|it| match it {
        Block::Heading(Text::Raw(code)) => Some(code.clone()),
        _ => None,
    });
    code.unwrap()
}

/// Enters a code as the old person themselves.
pub fn join_as_elder(host: &TestHost, code: &str) -> Outcome {
    let answers: Answers = [CODE.answer(code), JOIN_AS.answer("elder")]
        .into_iter()
        .collect();
    host.submit::<Eldercare>(&Route::page("join"), "join", &answers)
        .unwrap()
}
