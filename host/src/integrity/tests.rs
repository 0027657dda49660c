//! What is changed, cut off or taken away is found, on both databases.

use std::path::Path;

use super::{Finding, Verdict, checkpoints, verify};
use crate::{
    cases::operations::{self as cases, Report},
    context::{Channel, Context, Principal},
    db::{self, accounts::Key, sql, testing::both::both, units::Unit},
    domain::{Domain, testing},
    identity::{
        Person, Role,
        operations::{Newcomer, populate},
    },
};

const COMMUNITY: &str = "310101022027";

/// A community whose grid worker reports.
async fn staffed(database: db::Database) -> (Domain, Context, tempfile::TempDir) {
    let domain = testing::huangpu(database).await.unwrap();
    let cx = domain.system("test");
    let desk = Unit {
        id: "desk".to_owned(),
        name_zh: "社区".to_owned(),
        name_en: "Community".to_owned(),
        kind: "desk".to_owned(),
        division: COMMUNITY.to_owned(),
        parent: None,
        instrument: Some("made up for this test".to_owned()),
        lent: None,
    };
    let worker = Newcomer {
        login: Some("worker".to_owned()),
        name: "吴迪".to_owned(),
        phone: None,
        community: None,
        password: "long-enough-1".to_owned(),
        posts: vec![("desk".to_owned(), Role::GridWorker)],
    };
    populate(&domain, &cx, vec![desk], vec![worker])
        .await
        .unwrap();
    let mut c = domain.database.read().await.unwrap();
    let account = db::accounts::by(&mut c, Key::Login("worker"))
        .await
        .unwrap()
        .unwrap();
    let mut cx = cx;
    cx.channel = Channel::GridWorker;
    cx.principal = Principal::Person(Person {
        posts: db::accounts::posts(&mut c, &account.id).await.unwrap(),
        account: account.id,
        name: account.name,
        phone_hash: None,
    });
    drop(c);
    (domain, cx, tempfile::tempdir().unwrap())
}

async fn report(domain: &Domain, cx: &Context, once: &str) -> String {
    let report = Report {
        once: once.to_owned(),
        description: "路灯不亮".to_owned(),
        division: Some(COMMUNITY.to_owned()),
        ..Report::default()
    };
    cases::submit(domain, cx, report).await.unwrap().id
}

async fn change(domain: &Domain, statement: &'static str, value: &str) {
    let value = value.to_owned();
    let write = domain
        .database
        .write(move |t| Box::pin(async move { sql(statement).bind(value).run(t).await }));
    assert_eq!(write.await.unwrap(), 1, "{statement}");
}

async fn verdict(domain: &Domain, data: &Path) -> Verdict {
    let sealed = data.join(checkpoints::FOLDER);
    verify(&domain.database, &domain.keys, data, &sealed)
        .await
        .unwrap()
}

both! {
    async fn a_changed_event_is_named(database) {
        let (domain, cx, at) = staffed(database).await;
        let case = report(&domain, &cx, "a").await;
        report(&domain, &cx, "b").await;
        let fine = verdict(&domain, at.path()).await;
        assert_eq!((fine.cases, fine.events, fine.findings.len()), (2, 2, 0));
        change(&domain, "UPDATE case_events SET unit = 'another' WHERE case_id = $1", &case).await;
        let found = verdict(&domain, at.path()).await.findings;
        assert_eq!(found, [Finding::Event { case, seq: 1 }]);
    }

    async fn a_cut_tail_is_found_by_the_checkpoint(database) {
        let (domain, cx, at) = staffed(database).await;
        let sealed = at.path().join(checkpoints::FOLDER);
        report(&domain, &cx, "a").await;
        let last = report(&domain, &cx, "b").await;
        let later = |seconds| Context { now: cx.now.plus_seconds(seconds), ..cx.clone() };
        // Too young to be sealed.
        checkpoints::add(&domain, &later(60), &sealed).await.unwrap();
        assert_eq!(verdict(&domain, at.path()).await.checkpoints, 0);
        checkpoints::add(&domain, &later(3600), &sealed).await.unwrap();
        // Nothing new, nothing more.
        checkpoints::add(&domain, &later(3700), &sealed).await.unwrap();
        // What comes afterwards changes nothing of what is sealed.
        report(&domain, &later(4000), "c").await;
        checkpoints::add(&domain, &later(90_000), &sealed).await.unwrap();
        let fine = verdict(&domain, at.path()).await;
        assert_eq!((fine.checkpoints, fine.findings.len()), (2, 0));
        assert_eq!(checkpoints::files(&sealed).unwrap().len(), 2, "one file a day");
        change(&domain, "DELETE FROM case_words WHERE case_id = $1", &last).await;
        assert!(verdict(&domain, at.path()).await.findings.is_empty(), "words may be erased");
        change(&domain, "DELETE FROM case_events WHERE case_id = $1", &last).await;
        let found = verdict(&domain, at.path()).await.findings;
        let file = checkpoints::files(&sealed).unwrap().remove(0);
        let file = file.file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(found, [Finding::Sealed { file: file.clone(), line: 1, sealed: 2, found: 1 }]);
        // Whoever mends the checkpoint lacks the key.
        let path = sealed.join(&file);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replacen("\"rows\":2", "\"rows\":1", 1)).unwrap();
        let found = verdict(&domain, at.path()).await.findings;
        assert_eq!(found, [Finding::Checkpoint { file, line: 1 }]);
    }
}
