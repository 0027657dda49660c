//! Host functions called directly, without a component: who sees what, and what is refused.

use super::super::{
    bindings::{
        cases::{self, Host as _},
        clock::Host as _,
        grid::{Datum, Host as _, Point},
        identity::{Host as _, Role},
        keyvalue::Host as _,
        log::{Host as _, Severity},
        random::Host as _,
        types,
    },
    failure::OutOfBounds,
    store::Call,
};
use crate::{
    context::{ActingPlugin, Context, Principal},
    db::Database,
    domain::{Domain, testing},
    error::Error,
    identity::Person,
    plugins::{Capabilities, Capability},
};

struct Host {
    domain: Domain,
    _folder: tempfile::TempDir,
}

async fn host() -> Host {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("test.db").display());
    let database = Database::open(&url).await.unwrap();
    database.migrate().await.unwrap();
    Host {
        domain: testing::huangpu(database).await.unwrap(),
        _folder: folder,
    }
}

impl Host {
    /// A call of plugin `p` for a person.
    fn call(&self, account: &str, capabilities: impl IntoIterator<Item = Capability>) -> Call {
        let person = Person {
            account: account.to_owned(),
            name: "王芳".to_owned(),
            posts: Vec::new(),
            phone_hash: None,
        };
        self.call_as(Principal::Person(person), capabilities)
    }

    fn call_as(
        &self,
        principal: Principal,
        capabilities: impl IntoIterator<Item = Capability>,
    ) -> Call {
        let plugin = ActingPlugin {
            id: "p".to_owned(),
            revision: "sha256:0".to_owned(),
            department: "dept-emergency".to_owned(),
            capabilities: capabilities.into_iter().collect::<Capabilities>(),
            classes: vec!["P0101".to_owned()],
        };
        let cx = Context {
            principal,
            plugin: Some(plugin.into()),
            ..self.domain.system("test")
        };
        Call::new(self.domain.clone(), cx, onedoor_manifest::Budget::default())
    }
}

fn denied<T: std::fmt::Debug>(answer: Result<T, types::Error>) -> String {
    match answer {
        Err(types::Error::Denied(denial)) => denial.capability,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_caller_is_a_pseudonym() {
    let host = host().await;
    let caller = host.call("wang", []).current().await.unwrap();
    let subject = caller.subject.unwrap();
    assert!(!subject.contains("wang") && subject.len() == 32);
    assert_eq!(caller.roles, [Role::Resident]);
    assert_eq!(caller.locale, "zh-CN");
    let nobody = host
        .call_as(Principal::Anonymous, [])
        .current()
        .await
        .unwrap();
    assert_eq!((nobody.subject, nobody.roles.len()), (None, 0));
}

#[tokio::test]
async fn nothing_is_done_without_its_capability() {
    let host = host().await;
    let mut call = host.call("wang", []);
    let at = Point {
        lon: 121.48,
        lat: 31.22,
        datum: Datum::Wgs84,
    };
    let paging = || types::Paging {
        cursor: None,
        limit: 10,
    };
    let any = cases::Filter {
        class: None,
        state: None,
        division: None,
        mine: true,
    };
    let draft = cases::Draft {
        class: "P0101".to_owned(),
        title: "x".to_owned(),
        description: String::new(),
        place: cases::Location {
            at: Some(at),
            division: None,
            address: String::new(),
        },
        urgency: None,
        reason: None,
        files: Vec::new(),
        about: None,
    };
    let id = || "x".to_owned();
    assert_eq!(denied(call.locate(at).await.unwrap()), "grid.read");
    assert_eq!(
        denied(call.children(id(), paging()).await.unwrap()),
        "grid.read"
    );
    assert_eq!(denied(grid_get(&mut call).await), "grid.read");
    assert_eq!(denied(call.classes().await.unwrap()), "cases.read");
    assert_eq!(
        denied(cases::Host::list(&mut call, any, paging()).await.unwrap()),
        "cases.read"
    );
    assert_eq!(denied(call.open(id(), draft).await.unwrap()), "cases.open");
    assert_eq!(
        denied(call.comment(id(), id(), id()).await.unwrap()),
        "cases.comment"
    );
    assert_eq!(denied(call.keys(None, id()).await.unwrap()), "keyvalue");
    assert_eq!(
        denied(call.set(None, id(), id()).await.unwrap()),
        "keyvalue"
    );
    assert_eq!(denied(call.delete(None, id()).await.unwrap()), "keyvalue");
    assert_eq!(
        denied(call.claims(id(), Vec::new()).await.unwrap()),
        "identity.claims"
    );
    // Each is told once, however often it is tried.
    let told: Vec<_> = call.notes.denials.iter().map(|it| it.0.as_str()).collect();
    assert_eq!(
        told,
        [
            "grid.read",
            "cases.read",
            "cases.open",
            "cases.comment",
            "keyvalue",
            "identity.claims"
        ]
    );
}

async fn grid_get(call: &mut Call) -> Result<super::super::bindings::grid::Division, types::Error> {
    super::super::bindings::grid::Host::get(call, "310101".to_owned())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_value_about_a_person_is_no_other_persons() {
    let host = host().await;
    let mut wang = host.call("wang", [Capability::Keyvalue]);
    let subject = wang.current().await.unwrap().subject;
    let key = || "k".to_owned();
    wang.set(subject.clone(), key(), "v".to_owned())
        .await
        .unwrap()
        .unwrap();
    let read = keyvalue_get(&mut wang, subject.clone()).await;
    assert_eq!(read.unwrap().as_deref(), Some("v"));
    let mut li = host.call("li", [Capability::Keyvalue]);
    let refused = keyvalue_get(&mut li, subject.clone()).await;
    assert_eq!(denied(refused), "not-the-callers-own");
    let mut nobody = host.call_as(Principal::System("plugins"), [Capability::Keyvalue]);
    // Where nobody calls it is reached, if the plugin keeps something about them.
    let alone = keyvalue_get(&mut nobody, subject).await;
    assert_eq!(alone.unwrap().as_deref(), Some("v"));
    assert_eq!(
        denied(keyvalue_get(&mut nobody, Some("somebody".to_owned())).await),
        "not-the-callers-own"
    );
    // What is about nobody is the plugin's.
    li.set(None, key(), "w".to_owned()).await.unwrap().unwrap();
    assert_eq!(
        nobody.keys(None, String::new()).await.unwrap().unwrap(),
        ["k"]
    );
    let long = li.set(None, "k".repeat(129), key()).await.unwrap();
    assert!(matches!(long, Err(types::Error::Invalid(_))));
}

async fn keyvalue_get(
    call: &mut Call,
    subject: Option<String>,
) -> Result<Option<String>, types::Error> {
    super::super::bindings::keyvalue::Host::get(call, subject, "k".to_owned())
        .await
        .unwrap()
}

#[tokio::test]
async fn values_have_bounds_and_our_faults_trap() {
    let host = host().await;
    let mut call = host.call("wang", [Capability::GridRead]);
    assert_eq!(call.bytes(1000).await.unwrap().len(), 1000);
    assert!(call.bytes(1025).await.unwrap_err().is::<OutOfBounds>());
    assert_eq!(call.today().await.unwrap(), "2026-11-23");
    assert_eq!(call.now().await.unwrap(), testing::NOW.millis());
    for _ in 0..200 {
        call.write(Severity::Info, "门".repeat(4096)).await.unwrap();
    }
    assert_eq!(call.notes.lines.len(), 100);
    assert!(call.notes.lines.iter().all(|it| it.1.len() <= 4096));
    assert!(call.answer::<()>(Err(Error::bug("ours"))).is_err());
    let page = call
        .children(
            "310101".to_owned(),
            types::Paging {
                cursor: None,
                limit: 3,
            },
        )
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (page.ids.ends.len(), page.columns.len()),
        (3, page.names.len())
    );
    assert!(page.next.is_some());
}

/// One desk, and divisions to put cases in.
async fn with_desk(host: &Host) {
    let desk = crate::db::units::Unit {
        id: "desk".to_owned(),
        name_zh: "居委会".to_owned(),
        name_en: "Committee".to_owned(),
        kind: "desk".to_owned(),
        division: "310101022027".to_owned(),
        parent: None,
        instrument: Some("made up for this test".to_owned()),
        lent: None,
    };
    let cx = host.domain.system("test");
    let filled = crate::identity::operations::populate(&host.domain, &cx, vec![desk], Vec::new());
    filled.await.unwrap();
}

#[tokio::test]
async fn by_itself_a_plugin_opens_cases_of_its_classes_only() {
    let host = host().await;
    with_desk(&host).await;
    let draft = |class: &str| cases::Draft {
        class: class.to_owned(),
        title: "烟感报警".to_owned(),
        description: String::new(),
        place: cases::Location {
            at: None,
            division: Some("310101022027".to_owned()),
            address: String::new(),
        },
        urgency: None,
        reason: None,
        files: Vec::new(),
        about: None,
    };
    let device = |part, capabilities: &[Capability]| {
        let mut call = host.call_as(Principal::System(part), capabilities.iter().copied());
        call.cx.channel = crate::context::Channel::Sensor;
        call
    };
    let granted = [Capability::CasesOpen];
    let mut call = device("inbox", &granted);
    let opened = call
        .open("1".to_owned(), draft("P0101"))
        .await
        .unwrap()
        .unwrap();
    let mut c = host.domain.database.read().await.unwrap();
    let case = crate::db::cases::get(&mut c, &opened.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (case.reporter, case.phone_hash, case.proxy),
        (None, None, None)
    );
    assert_eq!(case.channel, crate::context::Channel::Sensor);
    assert_eq!(case.plugin.as_deref(), Some("p"));
    // The same key is the same case, in a job as well.
    let again = device("jobs", &granted)
        .open("1".to_owned(), draft("P0101"))
        .await;
    assert_eq!(again.unwrap().unwrap().id, opened.id);
    let other = device("inbox", &granted)
        .open("2".to_owned(), draft("P0105"))
        .await;
    assert_eq!(denied(other.unwrap()), "cases.open");
    let without = device("inbox", &[])
        .open("3".to_owned(), draft("P0101"))
        .await;
    assert_eq!(denied(without.unwrap()), "cases.open");
}

#[tokio::test]
async fn a_message_goes_to_whom_the_plugin_knows() {
    use super::super::bindings::notify::{self, Host as _};
    let host = host().await;
    let letter = |to: Option<&str>| notify::Letter {
        to: to.map(str::to_owned),
        title: types::Text::Raw("题".to_owned()),
        body: types::Text::Raw("文".to_owned()),
        open: None,
    };
    let refused = host
        .call("wang", [])
        .send("1".to_owned(), letter(None))
        .await;
    assert_eq!(denied(refused.unwrap()), "notify");
    let mut call = host.call("wang", [Capability::Notify]);
    call.send("1".to_owned(), letter(None))
        .await
        .unwrap()
        .unwrap();
    let stranger = call.send("2".to_owned(), letter(Some("nobody"))).await;
    assert!(matches!(stranger.unwrap(), Err(types::Error::NotFound)));
    call.sent = 20;
    let many = call.send("3".to_owned(), letter(None)).await;
    assert!(matches!(many.unwrap(), Err(types::Error::Busy(1000))));
    let job = host.call_as(Principal::System("jobs"), [Capability::Notify]);
    let nobody = { job }.send("4".to_owned(), letter(None)).await;
    assert_eq!(denied(nobody.unwrap()), "sign-in");
}
