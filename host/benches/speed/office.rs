//! Huangpu with one desk on each level, a team and people for every step of a case: what the
//! measurements of cases share.

use onedoor::{
    cases::{
        model::Case,
        operations::{DESK, Report, submit},
    },
    context::{Channel, Context, Principal},
    db::{Database, units::Unit},
    domain::{Domain, testing},
    identity::{Person, Post, Role, operations::populate},
    time::Timestamp,
};

pub const DISTRICT: &str = "310101";
pub const STREET: &str = "310101022";
pub const COMMUNITY: &str = "310101022027";
pub const TEAM: &str = "team";
/// A class that the team may do, without a photo.
pub const NOISE: &str = "E0504";

/// The desk of a division.
pub fn desk(division: &str) -> String {
    format!("u-{division}")
}

/// A database with the city's offices.
pub async fn open(database: Database) -> Domain {
    let domain = testing::huangpu(database).await.unwrap();
    let unit = |id: &str, kind: &str, division: &str| Unit {
        id: id.to_owned(),
        name_zh: id.to_owned(),
        name_en: id.to_owned(),
        kind: kind.to_owned(),
        division: division.to_owned(),
        parent: None,
        instrument: Some("of the benchmark".to_owned()),
        lent: None,
    };
    let units = vec![
        unit(&desk(DISTRICT), DESK, DISTRICT),
        unit(&desk(STREET), DESK, STREET),
        unit(&desk(COMMUNITY), DESK, COMMUNITY),
        unit(TEAM, "police", STREET),
        unit("checks", "verification", DISTRICT),
    ];
    let cx = domain.system("bench");
    populate(&domain, &cx, units, Vec::new()).await.unwrap();
    domain
}

/// Somebody, by the part they play; a resident by default.
pub fn who(domain: &Domain, name: &str) -> Context {
    let post = match name {
        "community" => Some((desk(COMMUNITY), COMMUNITY, Role::Dispatcher)),
        "street" => Some((desk(STREET), STREET, Role::Dispatcher)),
        "handler" => Some((TEAM.to_owned(), STREET, Role::Handler)),
        "verifier" => Some(("checks".to_owned(), DISTRICT, Role::Verifier)),
        _ => None,
    };
    let posts = post.into_iter().map(|(unit, division, role)| Post {
        id: format!("post-{name}"),
        unit,
        division: division.to_owned(),
        role,
        from: Timestamp::from_micros(0),
        until: None,
    });
    let person = Person {
        account: name.to_owned(),
        name: name.to_owned(),
        posts: posts.collect(),
        phone_hash: None,
    };
    Context {
        principal: Principal::Person(person),
        channel: Channel::App,
        ..domain.system("bench")
    }
}

/// A report that a resident has handed in.
pub async fn reported(domain: &Domain, once: &str) -> Case {
    let report = Report {
        once: once.to_owned(),
        description: "夜里施工".to_owned(),
        division: Some(COMMUNITY.to_owned()),
        ..Report::default()
    };
    submit(domain, &who(domain, "resident"), report)
        .await
        .unwrap()
}
