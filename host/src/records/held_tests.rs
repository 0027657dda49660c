//! Records are reached by grant or consent alone, at each call; every read is in the person's log,
//! and nothing else is.

use onedoor_forms::{Answer, Value};
use onedoor_manifest::Manifest;
use std::sync::Arc;

use super::{
    access, catalogue, consent, family,
    grants::{self, NewGrant},
    held::{self, About, Refused},
    kept,
    listed::{self, Filter},
    picked,
};
use crate::{
    cases::{course_tests::World, operations},
    context::{ActingPlugin, Context, Principal},
    db::{self, accounts::Account, testing::both::both},
    error::Error,
    identity::Role,
    page::Paging,
    plugins::Capability,
};

const MANIFEST: &str = r#"
id = "care"
version = "0.1.0"
department = "desk-310101"
name = { zh = "养老", en = "Care" }
description = { zh = "养老服务", en = "Care for elders" }
contact = { phone = "12345" }
capabilities = ["records.read", "records.write", "records.list", "identity.claims"]

[[claims]]
id = "greet"
purpose = { zh = "称呼您", en = "To address you" }
kinds = ["name"]

[[datasets]]
id = "elder"
name = { zh = "老人", en = "Elders" }
subject = "person"
purpose = { zh = "每日问候", en = "Daily calls" }
basis = "duty"
legal = { zh = "老年人权益保障法第三十八条", en = "Law on the Rights of the Elderly, art. 38" }
keep_days = 30
fields = [
  { id = "needs", name = { zh = "需要", en = "Needs" }, kind = { text = { max = 40 } }, class = "sensitive" },
  { id = "age", name = { zh = "年龄", en = "Age" }, kind = { integer = { min = 0, max = 130 } }, class = "shared", code = "GB/T 1" },
]

[[purposes]]
id = "call"
words = { zh = "每日问候", en = "Daily calls" }
basis = "duty"
legal = { zh = "老年人权益保障法第三十八条", en = "Law on the Rights of the Elderly, art. 38" }
uses = [{ dataset = "elder", fields = ["needs", "age"] }]

[[purposes]]
id = "visit"
words = { zh = "上门", en = "Visits" }
basis = "consent"
uses = [{ dataset = "elder", fields = ["age"] }]
"#;

struct Stage {
    world: World,
}

impl Stage {
    async fn new(database: db::Database) -> Self {
        let stage = Self {
            world: World::new(database).await,
        };
        let domain = &stage.world.domain;
        for (id, community) in [
            ("wang", "310101022027"),
            ("li", "310101022027"),
            ("far", "310115001001"),
            ("community", "310101022027"),
        ] {
            let account = Account {
                id: id.to_owned(),
                service: false,
                login: None,
                name: id.to_owned(),
                phone: None,
                phone_hash: None,
                community: Some(community.to_owned()),
                password: None,
                must_change: false,
                disabled: None,
            };
            let write = domain.database.write(move |t| {
                Box::pin(async move {
                    db::accounts::insert(t, &account, crate::domain::testing::NOW).await
                })
            });
            write.await.unwrap();
        }
        let manifest = Manifest::parse(MANIFEST).unwrap();
        catalogue::declare_for_tests(domain, manifest, crate::domain::testing::NOW)
            .await
            .unwrap();
        stage
    }

    /// Somebody, through the plugin.
    fn through(&self, cx: Context) -> Context {
        let all = [
            Capability::RecordsRead,
            Capability::RecordsWrite,
            Capability::RecordsList,
        ];
        Context {
            plugin: Some(Arc::new(ActingPlugin {
                id: "care".to_owned(),
                revision: "sha256:test".to_owned(),
                department: "desk-310101".to_owned(),
                capabilities: all.into_iter().collect(),
                classes: Vec::new(),
            })),
            ..cx
        }
    }

    async fn put(&self, who: &str, age: i64, once: &str) -> String {
        let cx = self.through(self.world.who(who));
        let given = vec![integer("age", age)];
        kept::put(&self.world.domain, &cx, once, "elder", About::Caller, given)
            .await
            .unwrap()
    }

    async fn grant(&self, area: &str) -> db::audit::Grant {
        let new = NewGrant {
            plugin: "care".to_owned(),
            purpose: "call".to_owned(),
            dataset: "elder".to_owned(),
            fields: vec!["age".to_owned(), "needs".to_owned()],
            area: area.to_owned(),
            days: 30,
        };
        let cx = self.world.who("administrator");
        grants::give(&self.world.domain, &cx, new).await.unwrap()
    }

    async fn log(&self, who: &str) -> Vec<String> {
        let cx = self.world.who(who);
        let page = access::about_me(&self.world.domain, &cx, &Paging::first(200)).await;
        let rows = page.unwrap().items;
        rows.iter()
            .map(|it| format!("{} {}", it.fields, it.purpose))
            .collect()
    }
}

fn integer(field: &str, value: i64) -> Answer {
    Answer {
        field: field.to_owned(),
        value: Value::Integer(value),
    }
}

fn filter() -> Filter {
    Filter {
        division: None,
        changed: None,
        fields: vec!["age".to_owned()],
    }
}

both! {
    async fn a_record_is_written_once_and_read_back_by_its_person_unlogged(database) {
        let stage = Stage::new(database).await;
        let domain = &stage.world.domain;
        let first = stage.put("wang", 80, "a").await;
        assert_eq!(stage.put("wang", 81, "a").await, first);
        let cx = stage.through(stage.world.who("wang"));
        let opened = held::open(domain, &cx, About::Caller, "elder", "call").await.unwrap();
        assert_eq!(held::version(domain, &cx, &opened).await.unwrap(), 1);
        let fields = ["age".to_owned(), "needs".to_owned()];
        let read = held::read(domain, &cx, &opened, &fields).await.unwrap();
        assert_eq!(read, [integer("age", 80)]);
        assert!(stage.log("wang").await.is_empty());
        let stale = kept::write(domain, &cx, &opened, "b", 0, vec![integer("age", 82)]).await;
        assert!(matches!(stale, Err(Refused::Failed(Error::Conflict("record-changed")))));
        let written = kept::write(domain, &cx, &opened, "b", 1, vec![integer("age", 82)]).await;
        assert_eq!(written.unwrap(), 2);
        let wrong = kept::put(domain, &cx, "c", "elder", About::Caller, vec![integer("age", 131)]).await;
        assert!(matches!(wrong, Err(Refused::Failed(Error::Invalid(_)))));
    }
}

both! {
    async fn a_job_lists_by_its_grant_alone_and_a_revoked_one_fails_at_the_next_call(database) {
        let stage = Stage::new(database).await;
        let domain = &stage.world.domain;
        for (n, who) in ["wang", "li", "far"].into_iter().enumerate() {
            stage.put(who, 70 + i64::try_from(n).unwrap(), "a").await;
        }
        let job = stage.through(domain.system("jobs"));
        let list = || listed::list(domain, &job, "elder", "call", &FILTER, &PAGE);
        static PAGE: Paging = Paging::first(1);
        static FILTER: std::sync::LazyLock<Filter> = std::sync::LazyLock::new(filter);
        let Err(Refused::Ungranted(missing)) = list().await else {
            panic!("listed without a grant");
        };
        assert_eq!((missing.purpose.as_str(), missing.dataset.as_str()), ("call", "elder"));
        assert_eq!(missing.fields, ["age"]);
        assert!(!missing.ask.is_empty());
        let grant = stage.grant("310101").await;
        let first = list().await.unwrap();
        assert_eq!(first.items.len(), 1);
        let rest = Paging { cursor: first.next, limit: 10 };
        let second = listed::list(domain, &job, "elder", "call", &filter(), &rest).await.unwrap();
        assert_eq!((second.items.len(), second.next), (1, None));
        // One row for each person in a page, and none for those outside.
        assert_eq!(stage.log("wang").await, ["elder.age care:call"]);
        assert_eq!(stage.log("li").await, ["elder.age care:call"]);
        assert!(stage.log("far").await.is_empty());
        grants::revoke(domain, &stage.world.who("administrator"), &grant.id).await.unwrap();
        assert!(matches!(list().await, Err(Refused::Ungranted(_))));
    }
}

both! {
    async fn a_resident_lists_nobody_and_an_officer_their_area(database) {
        let stage = Stage::new(database).await;
        let domain = &stage.world.domain;
        stage.put("wang", 70, "a").await;
        stage.grant("").await;
        let page = Paging::first(10);
        let resident = stage.through(stage.world.who("li"));
        let refused = listed::list(domain, &resident, "elder", "call", &filter(), &page).await;
        assert!(matches!(refused, Err(Refused::Failed(Error::Forbidden("not-an-officer")))));
        let officer = stage.through(stage.world.who("community"));
        let listed = listed::list(domain, &officer, "elder", "call", &filter(), &page).await;
        assert_eq!(listed.unwrap().items.len(), 1);
        // What the manifest does not name for the purpose is refused, whatever is granted.
        let more = Filter { fields: vec!["needs".to_owned()], ..filter() };
        let refused = listed::list(domain, &officer, "elder", "visit", &more, &page).await;
        assert!(matches!(refused, Err(Refused::Failed(Error::NotGranted { .. }))));
    }
}

/// A grant for a claim, and the plugin acting with leave to ask.
async fn with_claim(stage: &Stage, who: &str) -> Context {
    let new = NewGrant {
        plugin: "care".to_owned(),
        purpose: "greet".to_owned(),
        dataset: String::new(),
        fields: vec!["name".to_owned()],
        area: String::new(),
        days: 30,
    };
    let domain = &stage.world.domain;
    for (who, may) in [("supervisor", false), ("administrator", true)] {
        let given = grants::give(domain, &stage.world.who(who), new.clone()).await;
        assert_eq!(
            given.is_ok(),
            may,
            "the operator keeps the accounts: {who} {given:?}"
        );
    }
    let mut cx = stage.through(stage.world.who(who));
    let plugin = Arc::make_mut(cx.plugin.as_mut().unwrap());
    plugin.capabilities = [Capability::IdentityClaims].into_iter().collect();
    cx
}

both! {
    async fn every_path_to_somebody_is_in_their_log_and_nothing_else_is(database) {
        let stage = Stage::new(database).await;
        let domain = &stage.world.domain;
        let subject = stage.put("wang", 70, "a").await;
        stage.put("li", 71, "a").await;
        stage.grant("310101").await;
        let me = stage.world.who("wang");

        // Their own look, what is filled in for them, and whom they may pick: no access by anyone.
        access::own(domain, &me, access::Field::Name).await.unwrap();
        let mine = stage.through(me.clone());
        let own = held::open(domain, &mine, About::Caller, "elder", "call").await.unwrap();
        held::read(domain, &mine, &own, &["age".to_owned()]).await.unwrap();
        picked::candidates(domain, &me).await.unwrap();
        // Nor is what was refused: it told nothing.
        let resident = stage.through(stage.world.who("li"));
        let about = || About::Subject(subject.clone());
        assert!(held::open(domain, &resident, about(), "elder", "call").await.is_err());
        assert!(picked::find(domain, &stage.world.who("li"), "care", "wang").await.is_err());
        assert!(stage.log("wang").await.is_empty());

        let mut seen: Vec<&str> = Vec::new();
        // A plugin asks for facts of the account.
        let asking = with_claim(&stage, "wang").await;
        let name = [access::Field::Name];
        let claimed = access::claims(domain, &asking, "greet", &name).await.unwrap();
        assert_eq!(claimed, [(access::Field::Name, "wang".to_owned())]);
        seen.push("name care:greet");
        // An officer reads whom to call back.
        let report = operations::Report {
            contact_name: Some("王".to_owned()),
            ..stage.world.report()
        };
        let case = operations::submit(domain, &me, report).await.unwrap();
        let officer = stage.world.who("community");
        access::contact(domain, &officer, &case).await.unwrap().unwrap();
        seen.push("name case");
        // Finds them, opens their record, and lists their area; a job does.
        let found = picked::find(domain, &officer, "care", "wang").await.unwrap();
        assert_eq!(found.name, "wang");
        seen.push("name pick:care");
        let through = stage.through(officer.clone());
        let opened = held::open(domain, &through, about(), "elder", "call").await.unwrap();
        held::read(domain, &through, &opened, &["age".to_owned()]).await.unwrap();
        seen.push("elder.age care:call");
        let all = Paging::first(10);
        for cx in [&through, &stage.through(domain.system("jobs"))] {
            let listed = listed::list(domain, cx, "elder", "call", &filter(), &all).await;
            assert_eq!(listed.unwrap().items.len(), 2);
            seen.push("elder.age care:call");
        }
        // All in one moment of the test's clock, so in no order.
        let mut log = stage.log("wang").await;
        log.sort_unstable();
        seen.sort_unstable();
        assert_eq!(log, seen);
        // The grant is seen by who gave it; taken back, the next call fails and tells nothing.
        let administrator = stage.world.who("administrator");
        let given = grants::list(domain, &administrator).await.unwrap();
        let claim = given.iter().find(|it| it.purpose == "greet").unwrap();
        assert!(grants::asked(domain, &administrator).await.unwrap().iter().all(|it| it.purpose.id != "greet"));
        grants::revoke(domain, &administrator, &claim.id).await.unwrap();
        let refused = access::claims(domain, &asking, "greet", &name).await;
        assert!(matches!(refused, Err(Error::NotGranted { .. })));
        assert_eq!(stage.log("wang").await.len(), seen.len());
        // The neighbour is in the lists, and saw nobody.
        assert_eq!(stage.log("li").await, ["elder.age care:call"; 2]);
        assert!(stage.log("far").await.is_empty());
    }
}

both! {
    async fn consent_counts_from_when_it_is_given_until_it_is_withdrawn(database) {
        let stage = Stage::new(database).await;
        let domain = &stage.world.domain;
        let subject = stage.put("wang", 70, "a").await;
        let officer = stage.through(stage.world.who("community"));
        let about = About::Subject(subject);
        let opened = held::open(domain, &officer, about, "elder", "visit").await.unwrap();
        let fields = ["age".to_owned()];
        let read = || held::read(domain, &officer, &opened, &fields);
        assert!(matches!(read().await, Err(Refused::Ungranted(_))));
        let me = stage.world.who("wang");
        consent::give(domain, &me, "wang", "care", "visit").await.unwrap();
        assert_eq!(read().await.unwrap(), [integer("age", 70)]);
        assert_eq!(stage.log("wang").await, ["elder.age care:visit"]);
        let given = consent::mine(domain, &me).await.unwrap();
        assert_eq!(given.len(), 1);
        let other = consent::withdraw(domain, &stage.world.who("li"), &given[0].1.id).await;
        assert!(matches!(other, Err(Error::NotFound)));
        consent::withdraw(domain, &me, &given[0].1.id).await.unwrap();
        assert!(matches!(read().await, Err(Refused::Ungranted(_))));
        // Nobody gives it for somebody they do not act for; a dispatcher witnesses none.
        for who in ["li", "community"] {
            let refused = consent::give(domain, &stage.world.who(who), "wang", "care", "visit").await;
            assert!(matches!(refused, Err(Error::Forbidden(_))), "{who}");
        }
    }
}

both! {
    async fn what_is_no_longer_agreed_to_can_be_erased_and_leaves_no_value(database) {
        let stage = Stage::new(database).await;
        let domain = &stage.world.domain;
        let me = stage.world.who("wang");
        let subject = stage.put("wang", 70, "a").await;
        let job = stage.through(Context { principal: Principal::System("job"), ..me.clone() });
        let agreed = || kept::agreed(domain, &job, About::Subject(subject.clone()), "visit");
        assert!(!agreed().await.unwrap());
        consent::give(domain, &me, "wang", "care", "visit").await.unwrap();
        assert!(agreed().await.unwrap());
        let given = consent::mine(domain, &me).await.unwrap();
        consent::withdraw(domain, &me, &given[0].1.id).await.unwrap();
        assert!(!agreed().await.unwrap());
        let duty = kept::agreed(domain, &job, About::Subject(subject.clone()), "call").await;
        assert!(matches!(duty, Err(Error::NotGranted { .. })), "not a matter of consent");
        let erase = |once: &'static str, dataset: &'static str| {
            kept::erase(domain, &job, once, dataset, About::Subject(subject.clone()))
        };
        assert!(matches!(erase("e", "none").await, Err(Error::Forbidden("not-the-plugins-own"))));
        erase("e", "elder").await.unwrap();
        let cx = stage.through(me);
        let opened = held::open(domain, &cx, About::Caller, "elder", "call").await.unwrap();
        let fields = ["age".to_owned()];
        assert!(held::read(domain, &cx, &opened, &fields).await.unwrap().is_empty());
        assert_eq!(held::version(domain, &cx, &opened).await.unwrap(), 0);
        // A retry of the same, when something is kept anew.
        stage.put("wang", 71, "b").await;
        erase("e", "elder").await.unwrap();
        assert_eq!(held::read(domain, &cx, &opened, &fields).await.unwrap(), [integer("age", 71)]);
        assert_eq!(held::version(domain, &cx, &opened).await.unwrap(), 3);
        assert!(stage.log("wang").await.is_empty(), "no value was read by anybody else");
    }
}

both! {
    async fn a_guardian_picks_and_consents_for_a_child_and_nobody_else(database) {
        let stage = Stage::new(database).await;
        let domain = &stage.world.domain;
        let (me, other) = (stage.world.who("wang"), stage.world.who("li"));
        let child = family::add_child(domain, &me, "小明", "2020-02-01").await.unwrap();
        let grown = family::add_child(domain, &me, "小明", "2000-02-01").await;
        assert!(matches!(grown, Err(Error::Invalid(_))));
        let all = picked::candidates(domain, &me).await.unwrap();
        let found = all.iter().find(|it| it.account == child).unwrap();
        assert_eq!(picked::candidates(domain, &other).await.unwrap().len(), 1);
        consent::give(domain, &me, &child, "care", "visit").await.unwrap();
        let refused = consent::give(domain, &other, &child, "care", "visit").await;
        assert!(matches!(refused, Err(Error::Forbidden("guardian-only"))));
        let token = picked::pick(domain, &me, "care", "visit", found).await.unwrap();
        let about = || About::Token(token.clone());
        let cx = stage.through(me.clone());
        kept::put(domain, &cx, "a", "elder", about(), vec![integer("age", 6)]).await.unwrap();
        let opened = held::open(domain, &cx, about(), "elder", "visit").await.unwrap();
        let fields = ["age".to_owned()];
        assert_eq!(held::read(domain, &cx, &opened, &fields).await.unwrap(), [integer("age", 6)]);
        // Bound to the purpose, to the picker, and to the day.
        let wrong = held::open(domain, &cx, about(), "elder", "call").await;
        assert!(matches!(wrong, Err(Refused::Failed(Error::NotFound))));
        let theirs = held::open(domain, &stage.through(other), about(), "elder", "visit").await;
        assert!(matches!(theirs, Err(Refused::Failed(Error::NotFound))));
        let later = Context { now: cx.now.plus_seconds(24 * 3600), ..cx.clone() };
        let over = held::open(domain, &later, about(), "elder", "visit").await;
        assert!(matches!(over, Err(Refused::Failed(Error::NotFound))));
        // The relation ended, the token is over with it.
        let relation = family::list(domain, &me).await.unwrap().remove(0);
        family::end(domain, &me, &relation.id).await.unwrap();
        let ended = held::open(domain, &cx, about(), "elder", "visit").await;
        assert!(matches!(ended, Err(Refused::Failed(Error::NotFound))));
    }
}

both! {
    async fn a_record_goes_when_its_time_is_over(database) {
        let stage = Stage::new(database).await;
        let domain = &stage.world.domain;
        stage.put("wang", 70, "a").await;
        let now = stage.world.who("wang").now.plus_seconds(30 * 86_400);
        let cx = stage.through(Context { now, ..stage.world.who("wang") });
        let opened = held::open(domain, &cx, About::Caller, "elder", "call").await.unwrap();
        assert!(held::read(domain, &cx, &opened, &["age".to_owned()]).await.unwrap().is_empty());
        held::expire(domain, &cx).await.unwrap();
        let given = vec![integer("age", 71)];
        kept::put(domain, &cx, "b", "elder", About::Caller, given).await.unwrap();
        assert_eq!(held::version(domain, &cx, &opened).await.unwrap(), 2);
    }
}

both! {
    async fn nobody_collects_what_another_holds_or_breaks_what_is_held(database) {
        let stage = Stage::new(database).await;
        let domain = &stage.world.domain;
        stage.put("wang", 70, "a").await;
        let codes = |text: String| {
            let domain = domain.clone();
            async move {
                let manifest = Manifest::parse(&text).unwrap();
                let mut c = domain.database.read().await.unwrap();
                let found = catalogue::problems(&mut c, &manifest).await.unwrap();
                found.into_iter().map(|it| it.code).collect::<Vec<_>>()
            }
        };
        assert!(codes(MANIFEST.to_owned()).await.is_empty());
        let other = MANIFEST.replace("desk-310101", "other").replace("\"care\"", "\"rival\"");
        assert_eq!(codes(other.clone()).await, ["dataset-owned"]);
        let twice = other.replace("\"elder\"", "\"aged\"");
        assert_eq!(codes(twice).await, ["dataset-collected"]);
        assert_eq!(codes(MANIFEST.replace("max = 130", "max = 90")).await, ["dataset-breaks"]);
        assert!(codes(MANIFEST.replace("max = 130", "max = 140")).await.is_empty());
    }
}

/// Only whoever owns the data, or administers the host, gives it away.
#[test]
fn roles_that_manage_grants() {
    use crate::identity::{Act, Post, Resource, policy};
    let post = |role| Post {
        id: "p".to_owned(),
        unit: "own".to_owned(),
        division: "310101".to_owned(),
        role,
        from: crate::time::Timestamp::from_micros(0),
        until: None,
    };
    let of = |unit| Resource {
        unit: Some(unit),
        ..Resource::default()
    };
    let may = |role, unit| policy::allows(&post(role), "me", Act::ManageGrants, of(unit));
    assert!(may(Role::Supervisor, "own") && !may(Role::Supervisor, "other"));
    assert!(!may(Role::DepartmentDeveloper, "own") && !may(Role::GridWorker, "own"));
}
