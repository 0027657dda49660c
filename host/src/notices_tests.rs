//! Messages to persons on both databases: who may be written to, once, so many a day; and what the
//! reporter of a case hears.

use super::*;
use crate::{
    context::ActingPlugin,
    db::testing::both::both,
    domain::testing,
    identity::{Person, pseudonym},
    plugins::Capabilities,
};

fn cx(domain: &Domain, account: Option<&str>, plugin: bool) -> Context {
    let mut cx = domain.system("test");
    if let Some(account) = account {
        cx.principal = Principal::Person(Person {
            account: account.to_owned(),
            name: account.to_owned(),
            posts: Vec::new(),
            phone_hash: None,
        });
    }
    let acting = ActingPlugin {
        id: "p".to_owned(),
        revision: "sha256:0".to_owned(),
        department: "d".to_owned(),
        capabilities: [Capability::Notify, Capability::Keyvalue]
            .into_iter()
            .collect::<Capabilities>(),
        classes: Vec::new(),
    };
    cx.plugin = plugin.then(|| acting.into());
    cx
}

fn both_of(words: &str) -> Both {
    Both {
        chinese: words.to_owned(),
        english: words.to_owned(),
        raw: true,
    }
}

fn letter(once: &str, to: Option<String>) -> Letter {
    Letter {
        once: once.to_owned(),
        to,
        title: both_of("t"),
        body: both_of("b"),
        opens: Some(Route::page("home")),
    }
}

both! {
    async fn a_plugin_writes_to_those_it_knows(database) {
        let domain = testing::domain(database).await.unwrap();
        let li = cx(&domain, Some("li"), true);
        assert!(send(&domain, &li, letter("1", None)).await.unwrap());
        assert!(!send(&domain, &li, letter("1", None)).await.unwrap(), "once");
        let subject = pseudonym(&domain.keys, "p", "li");
        let job = cx(&domain, None, true);
        let to = || Some(subject.clone());
        assert!(matches!(send(&domain, &job, letter("2", to())).await, Err(Error::NotFound)));
        // It begins to keep something about them.
        let (shared, li_too) = (domain.clone(), li.clone());
        let kept = domain.database.write(move |t| Box::pin(async move { subjects::keep(t, &shared, &li_too).await }));
        kept.await.unwrap();
        assert!(send(&domain, &job, letter("2", to())).await.unwrap());
        assert!(matches!(send(&domain, &job, letter("3", None)).await, Err(Error::Unauthenticated)));
        let mine = mine(&domain, &cx(&domain, Some("li"), false), &Paging::default()).await.unwrap();
        assert_eq!(mine.items.len(), 2);
        let mut bad = letter("", None);
        bad.title = both_of(&"长".repeat(81));
        let Err(Error::Invalid(problems)) = send(&domain, &li, bad).await else { panic!() };
        assert_eq!(problems.len(), 2);
    }

    async fn a_person_gets_ten_a_day_of_one_plugin(database) {
        let domain = testing::domain(database).await.unwrap();
        for n in 0..10 {
            let li = cx(&domain, Some("li"), true);
            assert!(send(&domain, &li, letter(&n.to_string(), None)).await.unwrap());
        }
        let li = cx(&domain, Some("li"), true);
        // Ten in the morning: fourteen hours are left.
        assert!(matches!(send(&domain, &li, letter("more", None)).await, Err(Error::TooMany(50_400))));
        assert!(!send(&domain, &li, letter("9", None)).await.unwrap(), "a repeat is no new one");
        domain.clock.advance(50_400);
        let li = cx(&domain, Some("li"), true);
        assert!(send(&domain, &li, letter("more", None)).await.unwrap());
    }

    async fn nobody_reads_or_marks_anothers(database) {
        let domain = testing::domain(database).await.unwrap();
        send(&domain, &cx(&domain, Some("li"), true), letter("1", None)).await.unwrap();
        let (li, wang) = (cx(&domain, Some("li"), false), cx(&domain, Some("wang"), false));
        let id = mine(&domain, &li, &Paging::default()).await.unwrap().items[0].id.clone();
        assert!(mine(&domain, &wang, &Paging::default()).await.unwrap().items.is_empty());
        assert!(matches!(mark(&domain, &wang, Some(id.clone())).await, Err(Error::NotFound)));
        assert_eq!((unread(&domain, &li).await.unwrap(), unread(&domain, &wang).await.unwrap()), (1, 0));
        assert_eq!(mark(&domain, &li, Some(id.clone())).await.unwrap(), 1);
        assert_eq!(mark(&domain, &li, Some(id)).await.unwrap(), 0);
        assert_eq!(unread(&domain, &li).await.unwrap(), 0);
        // Through a plugin nobody reads any.
        assert!(mine(&domain, &cx(&domain, Some("li"), true), &Paging::default()).await.is_err());
        expire(&domain, testing::NOW.plus_seconds(KEPT + 1)).await.unwrap();
        assert!(mine(&domain, &li, &Paging::default()).await.unwrap().items.is_empty());
    }
}
