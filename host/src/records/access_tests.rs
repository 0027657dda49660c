//! Every read of a personal value leaves a row that the person can see, in a chain that holds.

use super::access::{about_me, contact, hash};
use crate::{
    cases::{
        course_tests::World,
        operations::{Report, submit},
    },
    context::{Context, Principal},
    db::testing::both::both,
    page::Paging,
};

both! {
    async fn every_read_is_in_the_log_of_the_person(database) {
        let world = World::new(database).await;
        let report = Report {
            contact_name: Some("王老先生".to_owned()),
            contact_phone: Some("138 0013 8000".to_owned()),
            ..world.report()
        };
        let case = submit(&world.domain, &world.who("hotline"), report).await.unwrap();
        let officer = world.who("community");
        let reads = (0..10).map(|_| contact(&world.domain, &officer, &case));
        for read in futures_util::future::join_all(reads).await {
            let (name, phone) = read.unwrap().unwrap();
            assert_eq!((name.as_deref(), phone.as_deref()), (Some("王老先生"), Some("13800138000")));
        }
        // Who may not read gets nothing, and nothing is logged.
        for name in ["stranger", "administrator", "hotline"] {
            assert_eq!(contact(&world.domain, &world.who(name), &case).await.unwrap(), None);
        }
        let person = Context {
            principal: Principal::Phone { hash: case.phone_hash.clone().unwrap() },
            ..world.who("stranger")
        };
        let mut log = about_me(&world.domain, &person, &Paging::first(100)).await.unwrap().items;
        log.sort_by_key(|it| it.seq);
        assert_eq!(log.iter().map(|it| it.seq).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
        let mut previous = String::new();
        for row in &log {
            assert_eq!((&row.previous, &row.hash), (&previous, &hash(row)));
            assert_eq!((row.reader.as_str(), row.fields.as_str()), ("community", "name,phone"));
            previous.clone_from(&row.hash);
        }
        let other = about_me(&world.domain, &world.who("stranger"), &Paging::default()).await;
        assert!(other.unwrap().items.is_empty());
    }
}
