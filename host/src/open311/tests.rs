//! The rows and rules behind Open311, on both databases.

use super::{
    Jurisdiction,
    filing::{Filing, file},
    requests::{self, Wanted, closed},
};
use crate::{
    cases::{
        course_tests::World,
        model::{Action, Case, State, Urgency},
        operations::{Command, act},
    },
    context::{Context, Locale, Principal},
    db::{open311::CLOSED, testing::both::both},
    domain::testing::NOW,
    error::Error,
    identity::{Post, Role},
    time::Timestamp,
};

const COMMUNITY: &str = "310101022027";
const DAY: i64 = 24 * 3600;

fn client(world: &World, account: &str, now: Timestamp) -> Context {
    Context {
        principal: Principal::Service {
            account: account.to_owned(),
            post: Post {
                id: "post".to_owned(),
                unit: "u-310101".to_owned(),
                division: "310101".to_owned(),
                role: Role::Resident,
                from: NOW,
                until: None,
            },
        },
        locale: Locale::English,
        now,
        ..world.who("nobody")
    }
}

fn filing(world: &World) -> Filing {
    Filing {
        once: world.once(),
        service_code: "E0301".to_owned(),
        address_id: COMMUNITY.to_owned(),
        description: "王阿姨家楼下施工".to_owned(),
        ..Filing::default()
    }
}

async fn filed(world: &World, now: Timestamp) -> Case {
    let cx = client(world, "client", now);
    let all = Jurisdiction::default();
    file(&world.domain, &cx, &all, filing(world)).await.unwrap()
}

#[test]
fn sql_and_code_agree_on_what_is_closed() {
    for state in State::ALL {
        let named = CLOSED.contains(&format!("'{}'", state.name()));
        assert_eq!(named, closed(*state), "{state:?}");
    }
}

both! {
    async fn closed_when_the_reporter_was_told(database) {
        let world = World::new(database).await;
        let case = filed(&world, NOW).await;
        let nobody = Context { principal: Principal::Anonymous, ..client(&world, "x", NOW) };
        let all = Jurisdiction::default();
        let one = async |now: Timestamp| {
            let cx = Context { now, ..nobody.clone() };
            requests::one(&world.domain, &cx, &all, &case.number).await.unwrap()
        };
        let before = one(NOW).await;
        assert!(before.open && before.expected.is_none());
        assert_eq!((before.requested, before.updated), (NOW, NOW));

        let hour = NOW.plus_seconds(3600);
        let at = Context { now: hour, ..world.who("community") };
        let command = Command::new(&case.id, 1, Action::File, &world.once());
        let filed = act(&world.domain, &at, command.class("E0504", Urgency::Normal)).await.unwrap();
        let registered = one(hour).await;
        assert_eq!(registered.updated, hour);
        let resolve = registered.expected.unwrap();
        assert!(resolve > hour, "the clock of its class");

        let other = self::filed(&world, NOW).await;
        let later = hour.plus_seconds(3600);
        let at = Context { now: later, ..world.who("community") };
        let decline = Command::new(&other.id, 1, Action::Decline, &world.once()).words("不在职责内");
        let decline = Command { basis: Some("权责清单".to_owned()), ..decline };
        act(&world.domain, &at, decline).await.unwrap();
        let cx = Context { now: later.plus_seconds(60), ..nobody.clone() };
        let found = requests::one(&world.domain, &cx, &all, &other.number).await.unwrap();
        assert_eq!((found.open, found.updated), (false, later));
        assert!(found.expected.is_none() && !found.description.contains('王'));
        let open = Wanted { open: Some(true), ..Wanted::default() };
        let open = requests::list(&world.domain, &cx, &all, &open).await.unwrap();
        assert_eq!(open.len(), 1);
        assert_eq!(open[0].number, filed.number);
    }

    async fn ninety_days_or_a_thousand(database) {
        let world = World::new(database).await;
        for _ in 0..3 {
            filed(&world, NOW).await;
        }
        let all = Jurisdiction::default();
        let list = async |days: i64, wanted: Wanted| {
            let cx = client(&world, "another", NOW.plus_seconds(days * DAY));
            requests::list(&world.domain, &cx, &all, &wanted).await
        };
        assert_eq!(list(90, Wanted::default()).await.unwrap().len(), 3);
        assert!(list(91, Wanted::default()).await.unwrap().is_empty());
        let from = Wanted { from: Some(NOW), ..Wanted::default() };
        assert_eq!(list(400, from).await.unwrap().len(), 3, "90 days from there");
        let span = |days| Wanted {
            from: Some(NOW),
            until: Some(NOW.plus_seconds(days * DAY)),
            ..Wanted::default()
        };
        assert_eq!(list(400, span(90)).await.unwrap().len(), 3);
        assert!(matches!(list(400, span(91)).await, Err(Error::Invalid(_))));
        let most = Wanted { numbers: vec!["x".to_owned(); 1001], ..Wanted::default() };
        assert!(matches!(list(0, most).await, Err(Error::Invalid(_))));

        // One statement makes the rest of the thousand.
        let fill = world.domain.database.write(|t| Box::pin(async move {
            crate::db::sql(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
                 INSERT INTO cases (id, number, state, class, urgency, holder, division, address,
                   channel, title, opened, duty_version, course, version)
                 SELECT c.id || '-' || n.i, c.number || '-' || n.i, c.state, c.class, c.urgency,
                   c.holder, c.division, c.address, c.channel, c.title, c.opened, c.duty_version,
                   c.course, c.version FROM n CROSS JOIN (SELECT * FROM cases ORDER BY id LIMIT 1) c",
            ).run(t).await
        }));
        assert_eq!(fill.await.unwrap(), 1000);
        assert_eq!(list(1, Wanted::default()).await.unwrap().len(), 1000);
    }

    async fn only_a_service_account_files(database) {
        let world = World::new(database).await;
        let all = Jurisdiction::default();
        for name in ["resident", "administrator"] {
            let refused = file(&world.domain, &world.who(name), &all, filing(&world)).await;
            assert!(matches!(refused, Err(Error::Unauthenticated)), "{name}");
        }
        // The number of a mainland phone is found again; another's is kept as it was sent.
        let cx = client(&world, "client", NOW);
        let with = |phone: &str| Filing { phone: phone.to_owned(), ..filing(&world) };
        let ours = file(&world.domain, &cx, &all, with("138 0013 8000")).await.unwrap();
        let foreign = file(&world.domain, &cx, &all, with("+1 555 0100")).await.unwrap();
        assert!(ours.phone_hash.is_some() && foreign.phone_hash.is_none());
        let mut c = world.domain.database.read().await.unwrap();
        let contact = crate::db::cases::contact(&mut c, &foreign.id).await.unwrap();
        assert_eq!(contact.1.as_deref(), Some("+1 555 0100"));
    }
}
