//! What is known of an old person with an account: a record about them, by their consent, whose
//! reads they see; and what becomes of it when they withdraw.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

mod common;

use common::*;
use onedoor_eldercare::{AGREE, CALL, CONSENT, DATASET, Eldercare, PERSON, PLACE, PURPOSE, VISIT};
use onedoor_sdk::{
    Answers, Outcome, Place, Route,
    cases::State,
    grid::Level,
    testing::{Failure, Person, TestHost},
};

/// What staff need, as the log of the old person names it.
const REACH: &str = "name,phone,place";

fn read_about(who: &str, fields: &str) -> (String, String, String) {
    (who.to_owned(), DATASET.to_owned(), fields.to_owned())
}

fn page(host: &TestHost, at: &Route) -> String {
    format!("{:?}", render(host, at))
}

/// The mother by herself, on the day after she registered.
fn mother_registered(host: &TestHost) -> Route {
    host.sign_in(mother());
    let at = one(&register(host, "mother", "m"));
    next_day(host, 9 * 60);
    at
}

fn agree(host: &TestHost, at: &Route) -> Route {
    let at = Route::page("agree").with("id", at.get("id").unwrap());
    let answers: Answers = [AGREE.answer(true)].into_iter().collect();
    gone(host.submit::<Eldercare>(&at, "agree", &answers).unwrap())
}

#[test]
fn only_those_who_are_picked_are_registered_with_the_sheet() {
    let host = host();
    let at = Route::page("register-account");
    let view = render(&host, &at);
    let form = view.form("elder").unwrap();
    assert_eq!(form.consent.as_deref(), Some(PURPOSE));
    assert!(form.field("consent").is_none(), "nobody ticks it for them");
    let mut answers = answers();
    answers.extend([CONSENT.answer(true)]);
    let refused = host.submit::<Eldercare>(&at, "elder", &answers);
    match refused.unwrap_err() {
        Failure::Faults(faults) => assert_eq!(faults[0].at, PERSON.id()),
        other => panic!("{other:?}"),
    }
    // On family's word alone: no sheet, and nothing about anybody in records.
    let kin = render(&host, &Route::page("register-kin"));
    assert_eq!(kin.form("elder").unwrap().consent, None);
    let at = one(&register(&host, "family", "a"));
    next_day(&host, 11 * 60);
    rounds(&host);
    assert!(page(&host, &at).contains("王秀英"));
    assert_eq!((host.cases().len(), host.reads().len()), (1, 0));
}

#[test]
fn a_call_reads_what_it_needs_and_the_old_person_sees_that_it_did() {
    let host = host();
    let at = mother_registered(&host);
    page(&host, &at);
    assert!(host.reads().is_empty(), "one's own look is no access");
    next_day(&host, 11 * 60);
    rounds(&host);
    rounds(&host);
    assert_eq!(host.reads(), [read_about("mother", REACH)]);
    let call = only(host.cases(), CALL);
    let about = call.about.unwrap();
    assert_eq!(
        (about.subject.as_str(), about.phone.as_deref()),
        ("mother", Some("19900000003")),
        "each look of staff at the number is in her own log"
    );
    assert_eq!(call.info.address, "马当路 1 号 301 室");
}

#[test]
fn after_withdrawal_nobody_rings_and_the_page_says_so() {
    let host = host();
    let at = mother_registered(&host);
    host.withdraw("mother", PURPOSE);
    let view = render(&host, &at);
    assert!(view.action("well").is_none());
    assert!(page(&host, &at).contains("stopped-own"));
    assert!(page(&host, &Route::page("home")).contains("today-stopped"));
    let from = host.letters().len();
    next_day(&host, 11 * 60);
    for _ in 0..3 {
        rounds(&host);
    }
    assert!(host.cases().is_empty() && host.reads().is_empty());
    assert_eq!(letters(&host, from), [told("mother", "letter-stopped")]);
    // She agrees again: from the next day on they ring.
    let again = Route::page("agree").with("id", at.get("id").unwrap());
    assert!(page(&host, &again).contains("agree-again-text"));
    agree(&host, &at);
    assert!(render(&host, &at).action("well").is_some());
    rounds(&host);
    assert!(host.cases().is_empty());
    host.advance(24 * 3600);
    rounds(&host);
    only(host.cases(), CALL);
}

#[test]
fn withdrawn_while_somebody_rings_it_goes_no_further() {
    let host = host();
    mother_registered(&host);
    next_day(&host, 11 * 60);
    rounds(&host);
    host.withdraw("mother", PURPOSE);
    let call = only(host.cases(), CALL);
    assert!(host.move_case(&call.info.id, "not-met", State::Done, "社区", None));
    host.deliver::<Eldercare>().unwrap();
    assert!(!host.cases().iter().any(|it| it.info.class == VISIT));
    // Where the call is still open, whoever makes it is told.
    let other = self::host();
    mother_registered(&other);
    next_day(&other, 11 * 60);
    rounds(&other);
    other.withdraw("mother", PURPOSE);
    rounds(&other);
    let call = only(other.cases(), CALL);
    assert!(call.steps.iter().any(|it| it.action == "comment"));
}

#[test]
fn a_daughter_who_acts_for_her_mother_registers_her_and_reads_no_more_than_the_name() {
    let host = host();
    host.act_for("daughter", "mother");
    let at = one(&register(&host, "mother", "a"));
    assert!(page(&host, &at).contains("王秀英"));
    assert_eq!(host.reads(), [read_about("mother", "name")]);
    // The mother finds it without a code, and it is the same when she registers herself.
    host.sign_in(mother());
    assert!(page(&host, &Route::page("home")).contains("open-own"));
    assert_eq!(one(&register(&host, "mother", "b")), at);
    next_day(&host, 9 * 60);
    gone(host.press::<Eldercare>(&at, "well").unwrap());
    host.withdraw("mother", PURPOSE);
    host.sign_in(daughter());
    let shown = page(&host, &at);
    assert!(
        shown.contains("stopped-kin") && !shown.contains("王秀英"),
        "{shown}"
    );
    host.sign_in(Person::resident(COMMUNITY).named("neighbour"));
    assert!(host.render::<Eldercare>(&at).is_err());
}

#[test]
fn what_family_wrote_down_becomes_the_mothers_record_when_she_agrees() {
    let host = host();
    let at = one(&register(&host, "family", "a"));
    let code = code(&host, &at);
    host.sign_in(mother());
    gone(join_as_elder(&host, &code));
    assert!(page(&host, &at).contains("agree-offer"));
    rounds(&host);
    assert!(
        page(&host, &at).contains("agree-offer"),
        "not unless she agrees"
    );
    agree(&host, &at);
    rounds(&host);
    assert!(!page(&host, &at).contains("agree-offer"));
    host.sign_in(daughter());
    let shown = page(&host, &at);
    assert!(
        shown.contains("kin-unnamed"),
        "the name is her mother's now: {shown}"
    );
    host.act_for("daughter", "mother");
    assert!(page(&host, &at).contains("王秀英"));
    next_day(&host, 11 * 60);
    rounds(&host);
    let about = only(host.cases(), CALL).about.unwrap();
    assert_eq!(about.subject, "mother");
    let reads = [read_about("mother", "name"), read_about("mother", REACH)];
    assert_eq!(host.reads(), reads);
    // Nobody else takes her place with the code.
    host.sign_in(Person::resident(COMMUNITY).named("stranger"));
    assert!(matches!(join_as_elder(&host, &code), Outcome::Invalid(_)));
}

#[test]
fn taking_part_no_more_leaves_nothing_in_the_record() {
    let host = host();
    host.act_for("daughter", "mother");
    let at = one(&register(&host, "mother", "a"));
    gone(host.press::<Eldercare>(&at, "withdraw").unwrap());
    let held = host.call(|| {
        use onedoor_sdk::records::{About, open};
        let entry = open(&About::Subject("mother".to_owned()), DATASET, PURPOSE)?;
        entry.read(&["name", "phone", "contact-name", "contact-phone"])
    });
    let held = format!("{:?}", held.unwrap());
    assert!(!held.contains("王秀英") && !held.contains("1990"), "{held}");
    next_day(&host, 11 * 60);
    rounds(&host);
    assert!(host.cases().is_empty());
    host.sign_in(mother());
    let home = render(&host, &Route::page("home"));
    assert!(home.action("open").is_none());
    // Registered anew, it begins anew.
    assert_eq!(one(&register(&host, "mother", "again")), at);
    assert!(page(&host, &at).contains("say-well"));
    // Also before a round has seen that it had ended.
    host.sign_in(daughter());
    for once in ["more", "and-more"] {
        register(&host, "mother", once);
        gone(host.press::<Eldercare>(&at, "withdraw").unwrap());
    }
    register(&host, "mother", "last");
    rounds(&host);
    assert!(page(&host, &at).contains("王秀英"));
}

#[test]
fn who_moves_house_is_still_one_person_and_family_still_find_them() {
    let host = host();
    let other = "310101022028";
    host.add_division(other, "another", Level::Community);
    host.act_for("daughter", "mother");
    let at = one(&register(&host, "mother", "a"));
    host.sign_in(mother());
    let mut moved = answers();
    let place = Place {
        at: None,
        division: Some(other.to_owned()),
        address: "黄陂南路 2 号".to_owned(),
    };
    moved.extend([
        PLACE.answer(place),
        PERSON.answer(host.pick("mother", PURPOSE)),
    ]);
    let form = Route::page("register-account");
    gone(host.submit::<Eldercare>(&form, "elder", &moved).unwrap());
    host.sign_in(daughter());
    assert!(page(&host, &at).contains("王秀英"));
    next_day(&host, 11 * 60);
    rounds(&host);
    assert_eq!(only(host.cases(), CALL).info.address, "黄陂南路 2 号");
}
