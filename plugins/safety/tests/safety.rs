//! The plugin on the SDK's test host: what residents and staff see, and what it refuses.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use onedoor_safety::{ABOUT, BARE_WIRE, KIND, PHOTOS, PLACE, Safety};
use onedoor_sdk::{
    Answers, Block, Cell, Date, Error, Event, Outcome, Place, Report, Route, Table, Text, View,
    cases::{State, Urgency},
    grid::Level,
    identity::Role,
    testing::{Failure, Person, TestHost},
};

const COMMUNITY: &str = "310101022027";

fn host() -> TestHost {
    let host = TestHost::new(include_str!("../plugin.toml"))
        .unwrap()
        .with_words(
            include_str!("../i18n/zh-CN.ftl"),
            include_str!("../i18n/en.ftl"),
        )
        .unwrap();
    host.add_division(COMMUNITY, "新天地居民区", Level::Community);
    host.sign_in(Person::resident(COMMUNITY));
    host
}

fn here() -> Place {
    Place {
        at: None,
        division: Some(COMMUNITY.to_owned()),
        address: "马当路小学门口".to_owned(),
    }
}

fn lamp(host: &TestHost) -> Answers {
    let photo = host.photo("lamp.jpg");
    [
        KIND.answer("lamp"),
        PLACE.answer(here()),
        PHOTOS.answer(vec![photo]),
        ABOUT.answer("小学门口的路灯不亮。晚上很黑"),
    ]
    .into_iter()
    .collect()
}

fn report(host: &TestHost, answers: &Answers, once: &str) -> Route {
    let at = Route::page("report");
    match host
        .submit_once::<Safety>(&at, "hazard", answers, once)
        .unwrap()
    {
        Outcome::Go(to) => to,
        other => panic!("{other:?}"),
    }
}

fn table(view: &View) -> &Table {
    let table = view.blocks.iter().find_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    });
    table.unwrap()
}

fn first_column(view: &View) -> Vec<&str> {
    let rows = table(view).rows.iter();
    rows.map(|row| match &row.cells[0] {
        Cell::Text(Text::Raw(words)) => words.as_str(),
        other => panic!("{other:?}"),
    })
    .collect()
}

#[test]
fn a_report_becomes_one_case_with_a_receipt() {
    let host = host();
    host.set_clock(Date::parse("2026-11-23").unwrap(), 20 * 60);
    let answers = lamp(&host);
    let receipt = report(&host, &answers, "once-a");
    assert_eq!(
        report(&host, &answers, "once-a"),
        receipt,
        "sent twice, opened once"
    );
    let cases = host.cases();
    assert_eq!(cases.len(), 1);
    let info = &cases[0].info;
    assert_eq!(
        (info.class.as_str(), info.title.as_str()),
        ("P0101", "小学门口的路灯不亮")
    );
    assert_eq!(info.urgency, Urgency::Urgent, "a crossing at night");
    assert_eq!(cases[0].files.len(), 1);
    let view = host.render::<Safety>(&receipt).unwrap();
    let shown = format!("{view:?}");
    assert!(shown.contains(&info.number), "{shown}");
}

#[test]
fn the_form_asks_only_what_fits() {
    let host = host();
    let mut answers = lamp(&host);
    answers.set(BARE_WIRE.id(), onedoor_sdk::Value::Flag(true));
    report(&host, &answers, "wire");
    assert_eq!(host.cases()[0].info.urgency, Urgency::Emergency);

    // Of a tree it is not asked, and an answer that was forged does not count.
    answers.set(KIND.id(), onedoor_sdk::Value::Choice("tree".to_owned()));
    report(&host, &answers, "tree");
    assert_eq!(host.cases()[1].info.urgency, Urgency::Normal);

    answers.remove(ABOUT.id());
    let at = Route::page("report");
    let faults = match host.submit::<Safety>(&at, "hazard", &answers).unwrap_err() {
        Failure::Faults(faults) => faults,
        other => panic!("{other:?}"),
    };
    assert_eq!(faults[0].at, "about");
    assert_eq!(host.cases().len(), 2);
}

#[test]
fn reports_follow_their_course() {
    let host = host();
    let receipt = report(&host, &lamp(&host), "a");
    let id = receipt.get("case").unwrap();
    assert!(host.move_case(id, "file", State::Filed, "新天地居民区", None));
    host.advance(3600);
    assert!(host.move_case(
        id,
        "dispatch",
        State::Dispatched,
        "市政养护队",
        Some("请查看")
    ));
    let mine = host.render::<Safety>(&Route::page("mine")).unwrap();
    assert_eq!(first_column(&mine), ["小学门口的路灯不亮"]);

    let case = host
        .render::<Safety>(table(&mine).rows[0].open.as_ref().unwrap())
        .unwrap();
    let moments = case.blocks.iter().find_map(|block| match block {
        Block::Timeline(moments) => Some(moments),
        _ => None,
    });
    let titles: Vec<_> = moments.unwrap().iter().map(|it| &it.title).collect();
    let states = ["state-submitted", "state-filed", "state-dispatched"].map(Text::message);
    assert_eq!(titles, states.iter().collect::<Vec<_>>());

    host.sign_in(Person::resident(COMMUNITY).named("somebody else"));
    let mine = host.render::<Safety>(&Route::page("mine")).unwrap();
    assert!(table(&mine).rows.is_empty());
    let theirs = host.render::<Safety>(&Route::page("case").with("case", id));
    assert_eq!(theirs.unwrap_err(), Failure::Error(Error::NotFound));
}

#[test]
fn long_lists_are_paged() {
    let host = host();
    let answers = lamp(&host);
    for index in 0..23 {
        report(&host, &answers, &format!("once-{index}"));
    }
    let first = host.render::<Safety>(&Route::page("mine")).unwrap();
    assert_eq!(table(&first).rows.len(), 20);
    let rest = host
        .render::<Safety>(table(&first).next.as_ref().unwrap())
        .unwrap();
    assert_eq!(table(&rest).rows.len(), 3);
    assert_eq!(table(&rest).next, None);
}

#[test]
fn the_patrol_list_is_for_staff_the_urgent_first() {
    let host = host();
    report(&host, &lamp(&host), "lamp");
    let mut wire = lamp(&host);
    wire.set(KIND.id(), onedoor_sdk::Value::Choice("cable".to_owned()));
    wire.set(ABOUT.id(), onedoor_sdk::Value::Text("电线裸露".to_owned()));
    let wire = report(&host, &wire, "wire");
    let mut over = lamp(&host);
    over.set(
        ABOUT.id(),
        onedoor_sdk::Value::Text("已经修好的灯".to_owned()),
    );
    let over = report(&host, &over, "over");
    assert!(host.move_case(
        over.get("case").unwrap(),
        "lapse",
        State::Closed,
        "desk",
        None
    ));

    let patrol = Route::page("patrol");
    let refused = host.render::<Safety>(&patrol).unwrap();
    assert!(matches!(refused.blocks[..], [Block::Notice(_)]));

    host.sign_in(Person::staff(&[Role::GridWorker], "310101022"));
    let view = host.render::<Safety>(&patrol).unwrap();
    assert_eq!(first_column(&view), ["电线裸露", "小学门口的路灯不亮"]);
    let row = &table(&view).rows[0];
    assert_eq!(row.id, wire.get("case").unwrap());
    assert_eq!(
        row.cells[4],
        Cell::Text(Text::raw("新天地居民区 马当路小学门口"))
    );

    let lamps: Answers = [onedoor_sdk::Key::<onedoor_sdk::One>::new("kind").answer("lamp")]
        .into_iter()
        .collect();
    let narrowed = match host.submit::<Safety>(&patrol, "narrow", &lamps).unwrap() {
        Outcome::Go(to) => host.render::<Safety>(&to).unwrap(),
        other => panic!("{other:?}"),
    };
    assert_eq!(first_column(&narrowed), ["小学门口的路灯不亮"]);

    host.sign_in(Person::staff(&[Role::GridWorker], "310101999"));
    assert!(
        table(&host.render::<Safety>(&patrol).unwrap())
            .rows
            .is_empty()
    );
}

#[test]
fn nobody_is_asked_to_sign_in() {
    let host = host();
    host.sign_out();
    for page in ["report", "mine"] {
        match host.render::<Safety>(&Route::page(page)).unwrap_err() {
            Failure::Error(Error::Denied(denial)) => assert_eq!(denial.capability, "sign-in"),
            other => panic!("{other:?}"),
        }
    }
    host.render::<Safety>(&Route::page("home")).unwrap();
    let nowhere = host.render::<Safety>(&Route::page("nowhere")).unwrap_err();
    assert_eq!(nowhere, Failure::Error(Error::NotFound));
}

#[test]
fn an_event_counts_once_and_never_goes_back() {
    let host = host();
    report(&host, &lamp(&host), "a");
    assert_eq!(host.deliver::<Safety>().unwrap(), 1);
    let case = host.cases()[0].info.id.clone();
    let value = || {
        let key = format!("case/{case}");
        host.call(|| onedoor_sdk::keyvalue::shared().get(&key))
            .unwrap()
            .unwrap()
    };
    assert!(value().starts_with("1 1 submitted "), "{}", value());
    let event = |id: &str, version, state| {
        let mut info = host.cases()[0].info.clone();
        (info.version, info.state) = (version, state);
        Event {
            id: id.to_owned(),
            at: info.opened,
            action: "file".to_owned(),
            case: info,
        }
    };
    for (id, version, state, expected) in [
        ("e1", 3, State::Dispatched, "2 3 dispatched "),
        ("e1", 3, State::Dispatched, "2 3 dispatched "),
        ("e2", 2, State::Filed, "3 3 dispatched "),
    ] {
        host.tell::<Safety>(event(id, version, state)).unwrap();
        assert!(value().starts_with(expected), "{id}: {}", value());
    }
}

#[test]
fn a_report_anywhere_gets_a_proposal_in_words_that_there_are() {
    let host = host();
    let report = |title: &str, description: &str, class: Option<&str>| Report {
        title: title.to_owned(),
        description: description.to_owned(),
        class: class.map(str::to_owned),
        division: None,
        photos: 1,
        hour: 21,
    };
    let found = host.suggest::<Safety>(report("Lamp out", "at the school crossing", None));
    let found = found.unwrap().unwrap();
    assert_eq!(
        (found.class.as_str(), found.urgency),
        ("P0101", Urgency::Urgent)
    );
    assert_eq!(
        found.reason,
        Text::message("reason-crossing").with("words", "school")
    );
    assert_eq!(
        host.suggest::<Safety>(report("邻居吵闹", "", None))
            .unwrap(),
        None
    );
    assert_eq!(
        host.suggest::<Safety>(report("路灯", "", Some("E0601")))
            .unwrap(),
        None
    );
}
