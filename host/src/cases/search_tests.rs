//! Search on both databases: what is found, by whom, in which order, and after an upgrade.

use std::collections::BTreeSet;

use super::{
    course_tests::{COMMUNITY, DAY, World},
    lifecycle::unborn,
    model::{Action, Case},
    operations::{Command, Report, act, submit},
    search::{QUESTION, search, turn},
};
use crate::{
    context::{Channel, Context, Principal},
    db::{
        Database, cases as rows, sql,
        testing::{both::both, migrate_to},
    },
    domain::testing,
    error::Error,
    page::Paging,
};

async fn reported(world: &World, who: &str, words: &str) -> Case {
    let report = Report {
        description: words.to_owned(),
        address: "淮海中路８０弄".to_owned(),
        ..world.report()
    };
    submit(&world.domain, &world.who(who), report)
        .await
        .unwrap()
}

async fn found(world: &World, cx: &Context, question: &str) -> Vec<String> {
    let page = search(&world.domain, cx, question, &Paging::default()).await;
    page.unwrap().items.into_iter().map(|it| it.id).collect()
}

async fn say(world: &World, who: &str, case: &Case, words: &str) {
    let row = rows::get(&mut world.domain.database.read().await.unwrap(), &case.id).await;
    let version = row.unwrap().unwrap().course.version;
    let command = Command::new(&case.id, version, Action::Comment, &world.once()).words(words);
    act(&world.domain, &world.who(who), command).await.unwrap();
}

/// Cases as a host of the schema before search wrote them, the last one the newest.
async fn old(database: &Database, count: u32) -> Vec<String> {
    let ids = crate::ids::Ids::seeded(2);
    let mut made = Vec::new();
    for n in 0..count {
        made.push(ids.id(testing::NOW.plus_seconds(i64::from(n) / 3 - DAY)));
    }
    // In one millisecond the order is that of the ids.
    made.sort();
    let all = made.clone();
    let course = serde_json::to_string(&unborn()).unwrap();
    let write = database.write(move |t| Box::pin(async move {
        for (n, id) in all.iter().enumerate() {
            sql("INSERT INTO cases (id, number, state, urgency, division, address, channel, title, opened, duty_version, course, version)
                 VALUES ($1, $2, 'submitted', 'normal', $3, '', '\"app\"', '路灯', 0, '1', $4, 1)")
                .bind(id).bind(format!("n-{n}")).bind(COMMUNITY).bind(&course).run(t).await?;
            sql("INSERT INTO case_events (id, case_id, seq, at, action, state, input, digest, previous, hash)
                 VALUES ($1, $1, 1, 0, 'submit', 'submitted', '{}', '', '', '')").bind(id).run(t).await?;
            sql("INSERT INTO case_words (event, case_id, salt, words) VALUES ($1, $1, '', '闪个不停')").bind(id).run(t).await?;
        }
        Ok(())
    }));
    write.await.unwrap();
    made
}

both! {
    async fn words_are_found_wherever_they_stand(database) {
        let world = World::new(database).await;
        let lamp = reported(&world, "resident", "小区门口的路灯不亮，Street Lamps flicker").await;
        let noise = reported(&world, "resident", "夜里施工，噪声很大").await;
        let cx = world.who("supervisor");
        for question in ["路灯", "灯", "亮", "门口的路灯", "street lamp", "LAMP", "ｌａｍｐ", "flick", "路灯 lamps"] {
            assert_eq!(found(&world, &cx, question).await, [lamp.id.as_str()], "{question}");
        }
        for question in [noise.number.as_str(), "噪声", "施工 80弄"] {
            assert_eq!(found(&world, &cx, question).await, [noise.id.as_str()], "{question}");
        }
        for question in ["路燈", "灯路", "amp", "路灯 噪声", "井盖"] {
            assert!(found(&world, &cx, question).await.is_empty(), "{question}");
        }
        // By address and date both, the newest first.
        let day = "20261123";
        let both: BTreeSet<String> = [lamp.id, noise.id].into();
        for question in ["淮海", day] {
            let all = found(&world, &cx, question).await;
            assert_eq!(all.iter().cloned().collect::<BTreeSet<_>>(), both);
            assert!(all[0] > all[1]);
        }
    }

    async fn nobody_finds_what_they_may_not_see(database) {
        let world = World::new(database).await;
        let case = reported(&world, "resident", "路灯不亮").await;
        for who in ["resident", "community", "grid-worker", "verifier", "supervisor"] {
            assert_eq!(found(&world, &world.who(who), "路灯").await, [case.id.as_str()], "{who}");
        }
        for who in ["another", "handler", "street", "administrator", "hotline"] {
            assert!(found(&world, &world.who(who), "路灯").await.is_empty(), "{who}");
        }
        let nobody = Context { principal: Principal::Anonymous, ..world.who("another") };
        let asked = search(&world.domain, &nobody, "路灯", &Paging::default()).await;
        assert!(matches!(asked, Err(Error::Unauthenticated)));
    }

    async fn notes_are_found_until_they_are_erased(database) {
        let world = World::new(database).await;
        let case = reported(&world, "resident", "路灯不亮").await;
        say(&world, "resident", &case, "电杆也歪了").await;
        let cx = world.who("supervisor");
        assert_eq!(found(&world, &cx, "电杆 路灯").await, [case.id.as_str()]);
        let event = {
            let mut c = world.domain.database.read().await.unwrap();
            rows::events(&mut c, &case.id).await.unwrap().pop().unwrap().id
        };
        let erased = case.clone();
        let write = world.domain.database.write(move |t| {
            Box::pin(async move { rows::search::erase_words(t, &erased, &event).await })
        });
        write.await.unwrap();
        assert!(found(&world, &cx, "电杆").await.is_empty());
        assert_eq!(found(&world, &cx, "路灯").await, [case.id.as_str()]);
        world.proves(&case).await;
    }

    async fn pages_join_up(database) {
        let mut world = World::new(database).await;
        let mut made = Vec::new();
        for n in 0..7 {
            // Some in one moment, some later.
            world.now = world.now.plus_seconds(n % 2);
            made.push(reported(&world, "resident", "路灯不亮").await.id);
        }
        let cx = world.who("supervisor");
        let mut paging = Paging::first(3);
        let mut all = Vec::new();
        loop {
            let page = search(&world.domain, &cx, "路灯", &paging).await.unwrap();
            all.extend(page.items.into_iter().map(|it| it.id));
            match page.next {
                Some(next) => paging.cursor = Some(next),
                None => break,
            }
        }
        made.sort();
        made.reverse();
        assert_eq!(all, made);
    }

    async fn questions_are_bounded(database) {
        let world = World::new(database).await;
        let cx = world.who("supervisor");
        let many = "ab cd ef gh ij kl mn op qr st uv wx yz 1 2 3 4 5 6 7 8 9 a b c d e f g h i j k";
        for (question, code) in [
            ("", "search-empty"),
            (" ，。'\"*:&|()", "search-empty"),
            (many, "search-too-many"),
            (&"灯".repeat(QUESTION + 1), "text-too-long"),
        ] {
            let asked = search(&world.domain, &cx, question, &Paging::default()).await;
            let Err(Error::Invalid(problems)) = asked else { panic!("{question}") };
            assert_eq!(problems[0].code, code);
        }
        let paging = Paging { cursor: Some("x".to_owned()), ..Paging::default() };
        assert!(matches!(search(&world.domain, &cx, "路灯", &paging).await, Err(Error::Invalid(_))));
        // What would be an operator somewhere is a word like any other.
        for question in ["NOT", "路灯 OR 井盖", "NEAR(a b)", "terms:灯", "-灯", "'; --x", "a & !b"] {
            assert!(found(&world, &cx, question).await.is_empty(), "{question}");
        }
    }
}

both! {
    unmigrated async fn an_upgrade_indexes_what_is_there(database) {
        migrate_to(&database, 160).await.unwrap();
        let mut ids = old(&database, 230).await;
        database.migrate().await.unwrap();
        let world = World::new(database).await;
        let cx = Context { channel: Channel::System, ..world.domain.system("test") };
        assert!(found(&world, &cx, "路灯").await.is_empty());
        assert_eq!(turn(&world.domain).await.unwrap(), 100);
        // Half-way, cut off: the newest are found, a new one comes in, and migrating again harms nothing.
        world.domain.database.migrate().await.unwrap();
        let new = reported(&world, "resident", "路灯又闪个不停").await;
        assert_eq!(found(&world, &cx, &new.number).await, [new.id.as_str()]);
        assert_eq!(turn(&world.domain).await.unwrap(), 100);
        assert_eq!(turn(&world.domain).await.unwrap(), 30);
        assert_eq!(turn(&world.domain).await.unwrap(), 0);
        ids.push(new.id);
        ids.sort();
        ids.reverse();
        let page = search(&world.domain, &cx, "路灯 闪个不停", &Paging::first(200)).await.unwrap();
        let rest = Paging { cursor: page.next.clone(), ..Paging::first(200) };
        let rest = search(&world.domain, &cx, "路灯 闪个不停", &rest).await.unwrap();
        let all: Vec<String> = page.items.into_iter().chain(rest.items).map(|it| it.id).collect();
        assert_eq!(all, ids);
    }
}
