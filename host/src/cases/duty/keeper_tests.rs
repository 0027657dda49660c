//! Lists, calendars and precedents put in force, on both databases.

use super::{
    Call, DutyLists, keeper,
    keeper::Upload,
    precedents::{self, Amendment, Ruling},
    table::{self, Format},
    tests::{first, with},
};
use crate::{
    cases::{
        course_tests::World,
        model::{Action, Urgency},
        operations::{Command, act, submit},
    },
    context::{Context, Principal},
    db::{self, Database, testing::both::both, units::Unit},
    domain::testing,
    error::Error,
    identity::{Person, Post, Role, instruments, operations::populate},
    time::Timestamp,
};

const DAY: i64 = 24 * 3600;

/// A world with every kind of unit that the first list names, at the district.
async fn world(database: Database) -> World {
    let world = World::new(database).await;
    let mut kinds: Vec<String> = first().items().map(|it| it.lead.clone()).collect();
    let helping = first();
    let helping = helping.items().flat_map(|it| it.co_units());
    kinds.extend(helping.map(|it| it.unit.clone()));
    kinds.retain(|it| it != "street-office");
    kinds.sort();
    kinds.dedup();
    let units = kinds
        .into_iter()
        .map(|kind| office(&kind, Some("made up for this test")));
    let cx = world.domain.system("test");
    populate(&world.domain, &cx, units.collect(), Vec::new())
        .await
        .unwrap();
    world
}

fn office(kind: &str, instrument: Option<&str>) -> Unit {
    Unit {
        id: format!("d-{kind}"),
        name_zh: kind.to_owned(),
        name_en: kind.to_owned(),
        kind: kind.to_owned(),
        division: "310101".to_owned(),
        parent: None,
        instrument: instrument.map(str::to_owned),
        lent: None,
    }
}

fn keeper_of(division: &str, now: Timestamp) -> Context {
    let post = Post {
        id: "k".to_owned(),
        unit: format!("u-{division}"),
        division: division.to_owned(),
        role: Role::DutyKeeper,
        from: testing::NOW,
        until: None,
    };
    let person = Person {
        account: "keeper".to_owned(),
        name: "keeper".to_owned(),
        posts: vec![post],
        phone_hash: None,
    };
    Context {
        principal: Principal::Person(person),
        ..Context::system("test", "request".to_owned(), now)
    }
}

fn upload(text: String, division: &str, from: Option<&str>) -> Upload {
    Upload {
        bytes: text.into_bytes(),
        format: Format::Toml,
        division: division.to_owned(),
        from: from.map(|it| it.parse().unwrap()),
        version: None,
    }
}

both! {
    async fn versions_come_in_force_by_date_and_a_case_keeps_its_own(database) {
        let mut world = world(database.clone()).await;
        let cx = keeper_of("310101", world.now);
        // A second host of the same database.
        let other = DutyLists::brought(world.domain.zone.clone()).unwrap();
        let filed = |world: &World| {
            let (domain, resident, desk) = (world.domain.clone(), world.who("resident"), world.who("community"));
            let (report, once) = (world.report(), world.once());
            async move {
                let case = submit(&domain, &resident, report).await.unwrap();
                let file = Command::new(&case.id, 1, Action::File, &once).class("P0203", Urgency::Urgent);
                act(&domain, &desk, file).await.unwrap()
            }
        };
        let hours = |case: &crate::cases::model::Case| {
            let due = case.deadlines.iter().map(|it| it.due.micros()).max().unwrap();
            (due - case.opened.micros()) / 3_600_000_000
        };
        let old = filed(&world).await;
        assert_eq!(hours(&old), 48);
        let text = with("P0203", "24, 48, 120]", "24, 36, 120]", "2027");
        let proposal = keeper::check(&world.domain, &cx, &upload(text.clone(), "", Some("2026-12-01"))).await.unwrap();
        assert_eq!((proposal.changes.len(), proposal.before.as_str()), (1, first().version.as_str()));
        assert_eq!(keeper::versions(&world.domain, &cx).await.unwrap().len(), 2);
        keeper::put(&world.domain, &cx, upload(text.clone(), "", Some("2026-12-01"))).await.unwrap();
        let again = keeper::put(&world.domain, &cx, upload(text, "", None)).await;
        assert!(matches!(again, Err(Error::Invalid(it)) if it[0].code == "duty-list-version-taken"));
        // Not yet.
        let before = filed(&world).await;
        assert_eq!(hours(&before), 48);
        world.now = world.now.plus_seconds(9 * DAY);
        let after = filed(&world).await;
        assert_eq!(hours(&after), 36);
        let mut c = database.read().await.unwrap();
        let version = |id: String| {
            let database = database.clone();
            async move { db::cases::duty_version(&mut database.read().await.unwrap(), &id).await.unwrap() }
        };
        assert_eq!(version(after.id.clone()).await, "2027");
        assert_eq!(version(before.id.clone()).await, first().version);
        assert_eq!(world.domain.duty.of_case(&version(before.id).await).version, first().version);
        // The other host has read nothing yet; one row tells it.
        assert!(other.version("2027").is_none());
        other.fresh(&mut c, world.now).await.unwrap();
        assert_eq!(other.list().version, "2027");
        // A day that is over, and a name that is reserved.
        let cx = keeper_of("310101", world.now);
        let late = keeper::put(&world.domain, &cx, upload(with("P0203", "48", "47", "x"), "", Some("2026-12-01"))).await;
        assert!(matches!(late, Err(Error::Invalid(it)) if it[0].code == "duty-list-from-past"));
        let reserved = keeper::put(&world.domain, &cx, upload(with("P0203", "48", "47", "in-force"), "", None)).await;
        assert!(matches!(reserved, Err(Error::Invalid(it)) if it[0].code == "duty-list-version"));
    }

    async fn a_district_tightens_for_itself_alone(database) {
        let world = world(database).await;
        let cx = keeper_of("310101", world.now);
        let wide = keeper::put(&world.domain, &cx, upload(with("P0203", "48, 120]", "60, 120]", "h1"), "310101", None)).await;
        let Err(Error::Invalid(problems)) = wide else { panic!("accepted") };
        assert_eq!((problems.len(), &*problems[0].code), (1, "duty-overlay-looser"));
        let at = problems[0].at.as_deref().unwrap();
        assert!(at.starts_with("line ") && at.ends_with(" urgent"), "{at}");
        keeper::put(&world.domain, &cx, upload(with("P0203", "48, 120]", "30, 120]", "h1"), "310101", None)).await.unwrap();
        let duty = &world.domain.duty;
        let here = duty.at("310101022027", world.now);
        assert_eq!(here.version, format!("{}+h1", first().version));
        assert_eq!(duty.version(&here.version).unwrap(), here);
        assert_eq!(table::cells(here.item("P0203").unwrap())[11], "30");
        assert_eq!(duty.at("310104001001", world.now).version, first().version);
        assert_eq!(duty.list().version, first().version);
        // Others keep their own; the list for everywhere is kept by whoever covers every district.
        let far = keeper_of("310104", world.now);
        let text = || with("P0203", "48, 120]", "20, 120]", "h2");
        assert!(matches!(keeper::put(&world.domain, &far, upload(text(), "310101", None)).await, Err(Error::Forbidden(_))));
        assert!(matches!(keeper::put(&world.domain, &far, upload(text(), "", None)).await, Err(Error::Forbidden(_))));
        let nowhere = keeper::put(&world.domain, &cx, upload(text(), "999999", None)).await;
        assert!(matches!(nowhere, Err(Error::Forbidden(_))));
        assert!(matches!(keeper::check(&world.domain, &world.who("administrator"), &upload(text(), "", None)).await, Err(Error::Forbidden(_))));
    }

    async fn a_list_that_names_nobody_is_refused(database) {
        let world = world(database).await;
        let cx = keeper_of("310101", world.now);
        let put = |from: &str, to: &str| keeper::put(&world.domain, &cx, upload(with("P0203", from, to, "n"), "", None));
        // In the world there are no teams but one: "urban-management" of a street is too low.
        for (to, code) in [("lead = \"space\"", "duty-list-unit-unknown")] {
            let Err(Error::Invalid(problems)) = put("lead = \"construction\"", to).await else { panic!("accepted") };
            assert_eq!(problems[0].code, code);
        }
        let without = office("archive", None);
        let system = world.domain.system("test");
        populate(&world.domain, &system, vec![without], Vec::new()).await.unwrap();
        let refused = put("lead = \"construction\"", "lead = \"archive\"").await;
        assert!(matches!(refused, Err(Error::Invalid(it)) if it[0].code == "duty-list-unit-unknown"));
        instruments::name(&world.domain, &system, "d-archive", "编办〔2026〕1号").await.unwrap();
        put("lead = \"construction\"", "lead = \"archive\"").await.unwrap();
    }

    async fn a_unit_without_an_instrument_is_sent_nothing(database) {
        let world = world(database.clone()).await;
        let system = world.domain.system("test");
        let unfounded = Unit { id: "d-new".to_owned(), ..office("market", None) };
        populate(&world.domain, &system, vec![unfounded], Vec::new()).await.unwrap();
        let case = submit(&world.domain, &world.who("resident"), world.report()).await.unwrap();
        let file = Command::new(&case.id, 1, Action::File, &world.once()).class("E0108", Urgency::Normal);
        act(&world.domain, &world.who("community"), file).await.unwrap();
        let send = |to: &str| Command::new(&case.id, 2, Action::Dispatch, &world.once()).to(to);
        // 上收: the district's desk has it.
        let desk = world.who("district");
        let refused = act(&world.domain, &desk, send("d-new")).await;
        assert!(matches!(refused, Err(Error::Invalid(it)) if it[0].code == "case-target-no-instrument"));
        // Units from before the rule act for 90 days.
        let lent = Unit { id: "d-old".to_owned(), lent: Some(Timestamp::from_micros(0)), ..office("ecology", None) };
        populate(&world.domain, &system, vec![lent], Vec::new()).await.unwrap();
        instruments::lend(&world.domain, &system).await.unwrap();
        instruments::end_leave(&world.domain, &system).await.unwrap();
        let until = db::units::get(&mut database.read().await.unwrap(), "d-old").await.unwrap().unwrap().lent;
        assert_eq!(until, Some(system.now.plus_seconds(instruments::LEAVE)));
        act(&world.domain, &desk, send("d-old")).await.unwrap();
        let later = Context::system("test", "later".to_owned(), system.now.plus_seconds(instruments::LEAVE));
        instruments::end_leave(&world.domain, &later).await.unwrap();
        let unit = db::units::get(&mut database.read().await.unwrap(), "d-old").await.unwrap().unwrap();
        assert!(!unit.acts());
        let by_hand = instruments::lend(&world.domain, &world.who("administrator")).await;
        assert!(matches!(by_hand, Err(Error::Forbidden(_))));
    }

    async fn a_ruling_becomes_the_list_or_is_rejected(database) {
        let world = world(database.clone()).await;
        let cx = keeper_of("310101", world.now);
        let propose = |class: &str, to: &str| {
            let domain = world.domain.clone();
            let ruling = Ruling {
                case: "case".to_owned(),
                class: class.to_owned(),
                division: "310101022027".to_owned(),
                from_unit: "d-construction".to_owned(),
                to_unit: to.to_owned(),
                reason: "护栏由水务建设".to_owned(),
            };
            let database = database.clone();
            async move {
                let write = database.write(move |t| Box::pin(async move {
                    let cx = domain.system("test");
                    precedents::propose(t, &domain, &cx, ruling).await
                }));
                write.await.unwrap()
            }
        };
        let id = propose("P0203", "d-water").await;
        let open = precedents::list(&world.domain, &cx, true, &Default::default()).await.unwrap();
        assert_eq!(open.items.len(), 1);
        let taken = precedents::accept(&world.domain, &cx, &id, Amendment::Lead).await.unwrap();
        assert_eq!((taken.state.as_str(), taken.version.as_deref()), ("accepted", Some("2026-11c~1")));
        let item = world.domain.duty.at("310101022027", world.now).item("P0203").cloned().unwrap();
        assert_eq!((item.lead.as_str(), item.co_units()[0].unit.as_str()), ("water", "construction"));
        let twice = precedents::accept(&world.domain, &cx, &id, Amendment::Lead).await;
        assert!(matches!(twice, Err(Error::Conflict("precedent-decided"))));
        let same = propose("P0203", "d-water").await;
        let nothing = precedents::accept(&world.domain, &cx, &same, Amendment::Lead).await;
        assert!(matches!(nothing, Err(Error::Invalid(it)) if it[0].code == "precedent-no-change"));
        let silent = precedents::reject(&world.domain, &cx, &same, " ").await;
        assert!(matches!(silent, Err(Error::Invalid(_))));
        let rejected = precedents::reject(&world.domain, &cx, &same, "已采纳").await.unwrap();
        assert_eq!((rejected.state.as_str(), rejected.answer.as_deref()), ("rejected", Some("已采纳")));
        let helps = propose("E0302", "d-water").await;
        let taken = precedents::accept(&world.domain, &cx, &helps, Amendment::Required).await.unwrap();
        assert_eq!(taken.version.as_deref(), Some("2026-11c~2"));
        let item = world.domain.duty.list().item("E0302").cloned().unwrap();
        assert!(item.co_units().iter().any(|it| it.unit == "water" && it.call == Call::Required));
        let stranger = precedents::reject(&world.domain, &world.who("supervisor"), &id, "x").await;
        assert!(matches!(stranger, Err(Error::Forbidden(_))));
    }

    async fn a_year_of_the_calendar_counts_from_when_it_is_there(database) {
        let world = world(database).await;
        let cx = keeper_of("310101", world.now);
        let year = "[[years]]\nyear = 2027\nsource = \"a notice, made up\"\nholidays = [\"2027-01-01/2027-01-03\"]\nworkdays = []";
        assert!(!world.domain.duty.calendar().knows(2027));
        keeper::put_calendar(&world.domain, &cx, year).await.unwrap();
        let calendar = world.domain.duty.calendar();
        assert!(calendar.knows(2027) && calendar.knows(2026) && !calendar.works("2027-01-01".parse().unwrap()));
        keeper::put_calendar(&world.domain, &cx, &year.replace("/2027-01-03", "")).await.unwrap();
        assert_eq!(keeper::years(&world.domain).await.unwrap().len(), 3);
        let refused = keeper::put_calendar(&world.domain, &world.who("supervisor"), year).await;
        assert!(matches!(refused, Err(Error::Forbidden(_))));
    }
}

both! {
    unmigrated async fn what_was_there_before_goes_on(database) {
        let versions = db::testing::versions();
        let before = versions.iter().filter(|it| **it < 190).max().unwrap();
        db::testing::migrate_to(&database, *before).await.unwrap();
        let write = database.write(|t| Box::pin(async move {
            db::sql("INSERT INTO units (id, name_zh, name_en, kind, division) VALUES ('old', 'o', 'o', 'water', '310101')").run(t).await
        }));
        write.await.unwrap();
        database.migrate().await.unwrap();
        let domain = testing::domain(database.clone()).await.unwrap();
        let lent = || async {
            let mut c = database.read().await.unwrap();
            db::units::of(&mut c, "310101", "water").await.unwrap().map(|it| it.lent)
        };
        // With authority from the first moment, and until a day that the first start says.
        assert_eq!(lent().await, Some(Some(Timestamp::from_micros(0))));
        let system = domain.system("start");
        instruments::end_leave(&domain, &system).await.unwrap();
        instruments::lend(&domain, &system).await.unwrap();
        let until = system.now.plus_seconds(instruments::LEAVE);
        assert_eq!(lent().await, Some(Some(until)));
        // A later start gives no more of it.
        let later = Context::system("test", "later".to_owned(), system.now.plus_seconds(DAY));
        instruments::lend(&domain, &later).await.unwrap();
        assert_eq!(lent().await, Some(Some(until)));
        // A case of an earlier program keeps the list of that program.
        assert_eq!(domain.duty.of_case("2026-11b").version, "2026-11b");
        assert!(domain.duty.of_case("2026-11b").item("E0108").unwrap().co_units().is_empty());
    }
}
