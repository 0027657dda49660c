//! The plugin on the SDK's test host: what residents and staff see, and what it refuses.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use onedoor_safety::{ABOUT, BARE_WIRE, CHECK, KIND, PATROL, PHOTOS, PLACE, Safety};
use onedoor_sdk::{
    Answer, Answers, Block, Cell, Date, Error, Event, Outcome, Place, Report, Route, Table, Text,
    Value, View,
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

fn sensor(sensor: &str, what: &str) -> Answers {
    [
        ("sensor", Value::Choice(sensor.to_owned())),
        ("what", Value::Choice(what.to_owned())),
        ("place", Value::Place(here())),
        ("battery", Value::Integer(80)),
    ]
    .into_iter()
    .map(|(field, value)| Answer {
        field: field.to_owned(),
        value,
    })
    .collect()
}

fn with(mut answers: Answers, field: &str, value: Value) -> Answers {
    answers.set(field, value);
    answers
}

fn sensors() -> TestHost {
    let host = host();
    host.add_visit_class(PATROL);
    host.add_visit_class(CHECK);
    host
}

#[test]
fn an_alarm_becomes_a_case_and_somebody_is_sent() {
    let host = sensors();
    let signal = host
        .receive::<Safety>("sensor", "smoke-1", &sensor("smoke", "alarm"))
        .unwrap();
    let cases = host.cases();
    let classes: Vec<_> = cases.iter().map(|it| it.info.class.as_str()).collect();
    assert_eq!(classes, ["E0405", PATROL]);
    assert!(cases.iter().all(|it| it.info.urgency == Urgency::Emergency));
    assert!(cases.iter().all(|it| it.reporter.is_none()));
    assert_eq!(cases[1].info.state, State::Planned);
    assert_eq!(cases[1].info.division.as_deref(), Some(COMMUNITY));
    // Each names the other.
    assert!(cases[1].description.contains(&cases[0].info.number));
    let said = format!("{:?}", cases[0].steps);
    assert!(said.contains(&cases[1].info.number), "{said}");
    // Told again, nothing more happens.
    host.receive_again::<Safety>(&signal).unwrap();
    assert_eq!(host.cases(), cases);
}

#[test]
fn the_same_sensor_within_half_an_hour_is_a_remark() {
    let host = sensors();
    let alarm = sensor("gas", "alarm");
    host.receive::<Safety>("sensor", "gas-1", &alarm).unwrap();
    host.advance(29 * 60);
    let more = with(alarm.clone(), "reading", Value::Decimal("1.5".to_owned()));
    let again = host.receive::<Safety>("sensor", "gas-1", &more).unwrap();
    host.receive_again::<Safety>(&again).unwrap();
    assert_eq!(host.cases().len(), 2);
    let steps = host.cases()[0].steps.clone();
    let remarks: Vec<_> = steps.iter().filter(|it| it.action == "comment").collect();
    assert_eq!(
        remarks.len(),
        2,
        "that somebody was sent, and the second alarm"
    );
    assert!(remarks[1].note.as_ref().unwrap().contains("1.5"));
    // Another sensor is another alarm; the same one after half an hour of silence too.
    host.receive::<Safety>("sensor", "gas-2", &alarm).unwrap();
    assert_eq!(host.cases().len(), 4);
    host.advance(30 * 60);
    host.receive::<Safety>("sensor", "gas-1", &alarm).unwrap();
    assert_eq!(host.cases().len(), 6);
    // And so is one that rings when its case has been closed.
    let id = host.cases()[4].info.id.clone();
    assert!(host.move_case(&id, "close-false", State::Closed, "安全管理办公室", None));
    host.advance(60);
    host.receive::<Safety>("sensor", "gas-1", &alarm).unwrap();
    assert_eq!(host.cases().len(), 8);
}

#[test]
fn a_message_out_of_the_rules_does_not_reach_the_plugin() {
    let host = sensors();
    for answers in [
        with(
            sensor("smoke", "alarm"),
            "sensor",
            Value::Choice("noise".to_owned()),
        ),
        with(sensor("smoke", "alarm"), "battery", Value::Integer(101)),
    ] {
        let refused = host.receive::<Safety>("sensor", "smoke-1", &answers);
        assert!(matches!(refused, Err(Failure::Faults(_))), "{refused:?}");
    }
    assert!(host.cases().is_empty());
}

#[test]
fn weak_and_silent_sensors_are_told_once_for_a_community() {
    let host = sensors();
    let alive = sensor("smoke", "alive");
    host.receive::<Safety>("sensor", "silent", &alive).unwrap();
    host.advance(20 * 3600);
    let weak = with(sensor("water", "alive"), "battery", Value::Integer(12));
    host.receive::<Safety>("sensor", "weak", &weak).unwrap();
    host.receive::<Safety>("sensor", "well", &alive).unwrap();
    assert!(host.cases().is_empty(), "being alive is no case");
    host.advance(5 * 3600);
    let run = host.run_job::<Safety>("upkeep", 0).unwrap();
    host.run_again::<Safety>(&run).unwrap();
    let cases = host.cases();
    assert_eq!(cases.len(), 1);
    assert_eq!(
        (cases[0].info.class.as_str(), cases[0].info.urgency),
        (CHECK, Urgency::Normal)
    );
    let said = &cases[0].description;
    assert!(
        said.contains("silent") && said.contains("weak") && said.contains("12%"),
        "{said}"
    );
    assert!(!said.contains("well"), "{said}");
    // The next day: the same sensors are no news; another is a remark on the same visit.
    host.run_job::<Safety>("upkeep", 0).unwrap();
    assert_eq!(host.cases()[0].steps.len(), 1);
    host.advance(24 * 3600);
    host.run_job::<Safety>("upkeep", 1).unwrap();
    assert_eq!(host.cases().len(), 1);
    assert_eq!(host.cases()[0].steps.len(), 2);
    // Once it is made, a new one is planned.
    let id = cases[0].info.id.clone();
    assert!(host.move_case(&id, "perform", State::Done, "新天地居民区", None));
    host.run_job::<Safety>("upkeep", 0).unwrap();
    assert_eq!(host.cases().len(), 2);
}

#[test]
fn the_board_counts_alarms_and_what_is_open() {
    let host = sensors();
    let tiles = |division: &str| {
        let tiles = host.indicators::<Safety>(division).unwrap();
        let count = |it: &onedoor_sdk::Tile| match it.value {
            onedoor_sdk::Measure::Number(number) => number,
            onedoor_sdk::Measure::Words(_) => panic!("{it:?}"),
        };
        tiles.iter().map(count).collect::<Vec<_>>()
    };
    assert_eq!(tiles(""), [0.0; 4]);
    report(&host, &lamp(&host), "a");
    host.receive::<Safety>("sensor", "gas-1", &sensor("gas", "alarm"))
        .unwrap();
    host.receive::<Safety>("sensor", "water-1", &sensor("water", "alarm"))
        .unwrap();
    // A patrol is no hazard.
    assert_eq!(tiles("310101"), [2.0, 1.0, 1.0, 1.0]);
    assert_eq!(tiles("310102"), [0.0; 4]);
    host.advance(24 * 3600);
    assert_eq!(tiles("310101"), [0.0, 1.0, 1.0, 1.0]);
}
