//! The script: who calls what, in which order.

use onedoor_sdk::{Answer, Place, Route, Value, identity::Role};

use guest_conformance::{ABOUT, CLASS, PLACE};

/// Where the residents live, and a street of the same district.
pub const COMMUNITY: &str = "310101022027";
/// Its street.
pub const STREET: &str = "310101022";

/// Somebody who calls.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Who {
    /// Nobody is signed in.
    Nobody,
    /// A resident, by name.
    Resident(&'static str),
    /// Somebody with a post in a division.
    Staff(Role, &'static str),
}

/// One call.
#[derive(Clone, Debug)]
pub enum Step {
    /// From here on this person calls, and reads English if so.
    As(Who, bool),
    /// The clock moves on by so many seconds.
    Wait(i64),
    /// A page.
    Render(Route),
    /// A form, with its `once`.
    Submit(Vec<Answer>, &'static str),
    /// A button of the page with the form.
    Press(&'static str),
    /// A report of this title and class.
    Suggest(&'static str, Option<&'static str>),
    /// The events since the last delivery.
    Deliver,
    /// The events of the last delivery, once more.
    DeliverAgain,
    /// The purpose `keep` is granted, for everywhere.
    Grant,
    /// And taken back.
    Revoke,
    /// A job, after so many runs that fell out.
    Job(&'static str, u32),
    /// What a device sends to the inbox.
    Signal(&'static str, Vec<Answer>),
    /// The figures of a division.
    Tiles(&'static str),
}

fn page(name: &str, parameters: &[(&str, &str)]) -> Step {
    let route = Route::page(name);
    Step::Render(
        parameters
            .iter()
            .fold(route, |route, (key, value)| route.with(*key, *value)),
    )
}

fn answers(class: &str, about: &str, division: &str) -> Vec<Answer> {
    let place = Place {
        at: None,
        division: Some(division.to_owned()),
        address: "马当路 1 号".to_owned(),
    };
    vec![
        CLASS.answer(class),
        ABOUT.answer(about),
        PLACE.answer(place),
    ]
}

/// Every step, in order.
pub fn script() -> Vec<Step> {
    [
        pages(),
        values(),
        divisions(),
        opening(),
        seeing(),
        events(),
        machines(),
        letters(),
        records(),
    ]
    .concat()
}

fn pages() -> Vec<Step> {
    let mut steps = vec![
        page("caller", &[]),
        page("clock", &[]),
        Step::As(Who::Resident("li"), false),
        page("caller", &[]),
        page("remember", &[("as", "li")]),
        page("remember", &[("as", "li")]),
        Step::As(Who::Resident("wang"), true),
        page("remember", &[("as", "li")]),
        page("caller", &[]),
        Step::As(Who::Staff(Role::GridWorker, STREET), false),
        page("caller", &[]),
        page("blocks", &[]),
        page("form", &[]),
        page("no-such-page", &[]),
        page("random", &[]),
        page("log", &[]),
        page("claims", &[]),
        Step::Wait(3_600 * 15),
        page("clock", &[]),
    ];
    let errors = [
        "denied",
        "conflict",
        "invalid",
        "busy",
        "other",
        "not-found",
    ];
    steps.extend(errors.map(|it| page("fail", &[("with", it)])));
    steps.extend(["go", "show", "stale", "unknown"].map(Step::Press));
    steps.extend([
        Step::Suggest("a lamp", None),
        Step::Suggest("a lamp", Some("P0105")),
        Step::Suggest("a noise", None),
    ]);
    steps
}

fn values() -> Vec<Step> {
    let mut steps = vec![Step::As(Who::Resident("li"), false)];
    for (op, key, size) in [
        ("get", "a", "1"),
        ("set", "a", "3"),
        ("get", "a", "1"),
        ("set", "a", "0"),
        ("get", "a", "1"),
        ("set", "b", "65536"),
        ("set", "b", "65537"),
        ("get", "b", "1"),
        ("set", "B", "1"),
        ("set", "", "1"),
        ("get", "", "1"),
        ("delete", "", "1"),
        ("set", "*128", "1"),
        ("get", "*128", "1"),
        ("delete", "*128", "1"),
        ("set", "*129", "1"),
        ("set", "a%", "1"),
        ("set", "a_c", "1"),
        ("set", "axc", "1"),
        ("keys", "a_", "1"),
        ("keys", "a", "1"),
        ("keys", "z", "1"),
        ("keys", "*129", "1"),
        ("delete", "a", "1"),
        ("delete", "a", "1"),
        ("get", "a", "1"),
    ] {
        steps.push(page("values", &[("op", op), ("key", key), ("size", size)]));
    }
    for (key, expected, size) in [
        ("swapped", Some("1"), "1"),
        ("swapped", None, "1"),
        ("swapped", None, "2"),
        ("swapped", Some("2"), "2"),
        ("swapped", Some("1"), "2"),
        ("swapped", Some("2"), "65537"),
        ("swapped", Some("1"), "65537"),
        ("", None, "1"),
    ] {
        let mut parameters = vec![("op", "swap"), ("key", key), ("size", size)];
        parameters.extend(expected.map(|it| ("for", it)));
        steps.push(page("values", &parameters));
    }
    steps.push(page(
        "values",
        &[("op", "get"), ("key", "swapped"), ("size", "1")],
    ));
    let own = |op, key| page("values", &[("op", op), ("key", key), ("about", "me")]);
    steps.extend([
        own("get", "b"),
        own("set", "mine"),
        own("keys", ""),
        Step::As(Who::Resident("wang"), false),
        own("get", "mine"),
        own("keys", ""),
        page("many-values", &[]),
    ]);
    steps
}

fn divisions() -> Vec<Step> {
    vec![
        page("grid", &[("code", COMMUNITY)]),
        page("grid", &[("code", "310101999")]),
        page("grid", &[("code", "not a code")]),
        page("locate", &[("lon", "181"), ("lat", "31")]),
        page("locate", &[("lon", "121"), ("lat", "-91")]),
        page("locate", &[("lon", "2.3"), ("lat", "48.8")]),
        page("children", &[("code", "310101")]),
        page("children", &[("code", "310101"), ("cursor", "310101015")]),
        page("children", &[("code", "999999")]),
    ]
}

fn opening() -> Vec<Step> {
    let open = |once, more: &[(&str, &str)]| {
        page(
            "open",
            &[&[("once", once), ("division", COMMUNITY)], more].concat(),
        )
    };
    vec![
        page("case", &[]),
        page("classes", &[]),
        Step::As(Who::Nobody, false),
        open("a", &[]),
        open("a", &[("class", "E0601")]),
        Step::As(Who::Resident("li"), false),
        open("a", &[("class", "E0601")]),
        open("a", &[("title", "")]),
        open("a", &[("title", "*81")]),
        open("", &[]),
        open("a", &[("file", "no-such-file")]),
        page("open", &[("once", "a")]),
        page("open", &[("once", "a"), ("division", "310101999999")]),
        page("open", &[("once", "a"), ("division", STREET)]),
        open("a", &[]),
        open("a", &[("title", "another")]),
        Step::Wait(60),
        Step::Submit(answers("P0105", "one", COMMUNITY), "form-1"),
        Step::Submit(answers("P0105", "one", COMMUNITY), "form-1"),
        Step::Submit(answers("P0105", "please refuse", COMMUNITY), "form-2"),
        Step::Wait(60),
        Step::Submit(answers("P0105", "two", COMMUNITY), "form-3"),
        Step::As(Who::Resident("wang"), false),
        Step::Wait(60),
        open("a", &[("title", "of another")]),
    ]
}

fn seeing() -> Vec<Step> {
    let mut steps = Vec::new();
    for who in [
        Who::Resident("wang"),
        Who::Resident("li"),
        Who::Staff(Role::GridWorker, STREET),
        Who::Staff(Role::GridWorker, "310101002"),
        Who::Staff(Role::Handler, "310101"),
    ] {
        steps.extend([
            Step::As(who, false),
            page("case", &[]),
            page("steps", &[]),
            page("list", &[]),
            page("list", &[("mine", "yes")]),
        ]);
    }
    steps.extend([
        Step::As(Who::Resident("li"), false),
        page("list", &[("class", "P0105")]),
        page("list", &[("class", "E0601")]),
        page("list", &[("state", "closed")]),
        page("list", &[("division", STREET)]),
        page("list", &[("division", "310101002")]),
        page("case", &[("id", "no-such-case")]),
        page("steps", &[("id", "no-such-case")]),
        page("comment", &[]),
        Step::As(Who::Nobody, false),
        page("case", &[]),
        page("list", &[]),
        page("list", &[("mine", "yes")]),
    ]);
    steps
}

fn events() -> Vec<Step> {
    vec![
        Step::Deliver,
        page("told", &[]),
        Step::DeliverAgain,
        page("told", &[]),
    ]
}

fn machines() -> Vec<Step> {
    let value = |field: &str, value| Answer {
        field: field.to_owned(),
        value,
    };
    let level = |it| value("level", Value::Integer(it));
    let kind = |it: &str| value("kind", Value::Choice(it.to_owned()));
    let test = |it| value("test", Value::Flag(it));
    vec![
        Step::As(Who::Resident("li"), false),
        Step::Job("open", 3),
        page("ran", &[]),
        // Whoever was signed in is so again.
        page("caller", &[]),
        Step::Job("fail", 0),
        Step::Signal("烟感 7", vec![level(7), kind("smoke"), test(false)]),
        page("ran", &[]),
        Step::Signal("烟感 7", vec![level(101), kind("flood"), test(false)]),
        Step::Signal("烟感 7", vec![level(1), value("more", Value::Flag(true))]),
        Step::Signal("烟感 7", Vec::new()),
        page("ran", &[]),
        Step::Tiles(""),
        Step::Tiles("310101022"),
        Step::Tiles("310101002"),
    ]
}

fn letters() -> Vec<Step> {
    let tell = |parameters: &[(&str, &str)]| page("tell", parameters);
    vec![
        Step::As(Who::Nobody, false),
        tell(&[("once", "1")]),
        Step::As(Who::Resident("zhao"), false),
        page("remember", &[("as", "kept")]),
        tell(&[("once", "1")]),
        tell(&[("once", "1"), ("to", "me")]),
        tell(&[("once", "")]),
        tell(&[("once", "2"), ("long", "80")]),
        tell(&[("once", "3"), ("long", "81")]),
        tell(&[("once", "3"), ("open", "home")]),
        tell(&[("once", "4"), ("open", "not a page")]),
        tell(&[("once", "4"), ("to", "nobody-there-is")]),
        // Nothing is kept about them yet, so that the plugin cannot reach them later.
        Step::Job("write", 0),
        page("values", &[("op", "set"), ("key", "x"), ("about", "me")]),
        Step::Job("write", 0),
        page("ran", &[]),
        Step::As(Who::Resident("wang"), true),
        tell(&[("once", "5"), ("to", "kept")]),
        page("tell-many", &[]),
        page("tell-many", &[]),
        Step::Wait(24 * 3_600),
        tell(&[("once", "6")]),
    ]
}

fn records() -> Vec<Step> {
    let put = |once, words| page("record-put", &[("once", once), ("words", words)]);
    let staff = |street| Step::As(Who::Staff(Role::GridWorker, street), false);
    vec![
        Step::As(Who::Nobody, false),
        put("a", "x"),
        page("record-own", &[]),
        page("record-list", &[]),
        Step::As(Who::Resident("li"), false),
        page("record-own", &[]),
        put("a", "of li"),
        put("a", "of li again"),
        page("record-own", &[]),
        page("record-own", &[("field", "count")]),
        page("record-own", &[("field", "none")]),
        page("record-own", &[("purpose", "none")]),
        page("record-own", &[("purpose", "ask"), ("field", "count")]),
        put("", "x"),
        put("b", "more than twenty characters"),
        page("record-put", &[("field", "none"), ("words", "x")]),
        page("record-put", &[("dataset", "other"), ("words", "x")]),
        page("record-write", &[("version", "0"), ("words", "stale")]),
        page("record-write", &[("version", "1"), ("words", "newer")]),
        page("record-write", &[("version", "1"), ("words", "newer")]),
        page(
            "record-put",
            &[("once", "c"), ("field", "count"), ("words", "xyz")],
        ),
        page("record-own", &[]),
        page("record-own", &[("field", "count")]),
        page("record-token", &[]),
        page("record-subject", &[]),
        page("record-list", &[]),
        page("record-agreed", &[]),
        page("record-agreed", &[("purpose", "keep")]),
        page("record-agreed", &[("purpose", "none")]),
        page("record-erase", &[("once", "")]),
        page("record-erase", &[("dataset", "other")]),
        page("record-erase", &[]),
        page("record-own", &[]),
        page(
            "record-write",
            &[("version", "3"), ("words", "stale"), ("once", "x")],
        ),
        put("d", "of li anew"),
        page("record-erase", &[]),
        page("record-own", &[]),
        Step::As(Who::Resident("wang"), false),
        page("record-own", &[]),
        put("a", "of wang"),
        staff(STREET),
        page("record-list", &[]),
        page("record-list", &[("purpose", "ask")]),
        page("record-list", &[("purpose", "ask"), ("field", "count")]),
        Step::Grant,
        page("record-list", &[]),
        page("record-list", &[("division", COMMUNITY)]),
        page("record-list", &[("division", "310101002")]),
        page("record-subject", &[]),
        Step::Revoke,
        page("record-list", &[]),
    ]
}
