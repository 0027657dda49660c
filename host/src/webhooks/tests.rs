//! Webhooks on both databases: who is told of what, retries, parking, replay, 410. The subscriber
//! is a server of the test's own on loopback.

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex},
};
use tokio::net::TcpListener;

use super::{
    Standing,
    deliver::{MOST_TRIES, Sender},
    signature,
    subscriptions::{self, Made, New},
    target::Targets,
};
use crate::{
    cases::{
        course_tests::World,
        model::{Action, Case, Urgency},
        operations::{Command, act, submit},
    },
    config::{Config, Kind},
    context::Context,
    db::{Database, testing::both::both},
    error::Error,
    page::Paging,
};

const HOUR: i64 = 3600;

/// What a subscriber got, and what it answers next: its last answer again and again.
#[derive(Clone, Default)]
struct Subscriber {
    got: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    answers: Arc<Mutex<Vec<StatusCode>>>,
}

impl Subscriber {
    async fn listen(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .route("/", post(take))
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    fn answers(&self, status: StatusCode) {
        *self.answers.lock().unwrap() = vec![status];
    }

    fn got(&self) -> Vec<(HeaderMap, String)> {
        std::mem::take(&mut self.got.lock().unwrap())
    }
}

async fn take(
    State(it): State<Subscriber>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, [(&'static str, &'static str); 1]) {
    let body = String::from_utf8(body.to_vec()).unwrap();
    it.got.lock().unwrap().push((headers, body));
    let status = it.answers.lock().unwrap().first().copied();
    // Where a redirect would lead, were it followed: here again.
    (
        status.unwrap_or(StatusCode::NO_CONTENT),
        [("location", "/")],
    )
}

struct Scene {
    world: World,
    sender: Sender,
    targets: Targets,
    subscriber: Subscriber,
    address: String,
}

impl Scene {
    async fn new(database: Database) -> Self {
        let mut config = Config::local(Kind::Demo, PathBuf::from("none"), 0);
        config.private_targets = vec!["127.0.0.0/8".parse().unwrap()];
        let subscriber = Subscriber::default();
        Self {
            world: World::new(database).await,
            sender: Sender::new(&config).unwrap(),
            targets: Targets(config.private_targets),
            address: format!("http://{}/", subscriber.listen().await),
            subscriber,
        }
    }

    fn admin(&self) -> Context {
        self.world.who("administrator")
    }

    fn of(&self, unit: &str) -> New {
        New {
            unit: unit.to_owned(),
            url: self.address.clone(),
            ..New::default()
        }
    }

    async fn hook(&self, new: New) -> Made {
        let (domain, cx) = (&self.world.domain, self.admin());
        subscriptions::create(domain, &cx, &self.targets, new)
            .await
            .unwrap()
    }

    /// Turns until nothing is due; how many messages were worked on.
    async fn turns(&self) -> usize {
        let mut all = 0;
        loop {
            let cx = self.world.domain.system("webhooks");
            match self.sender.turn(&self.world.domain, &cx).await.unwrap() {
                0 => return all,
                n => all += n,
            }
        }
    }

    async fn case(&self) -> Case {
        let (domain, cx) = (&self.world.domain, self.world.who("resident"));
        let mut report = self.world.report();
        report.description = "王阿姨家楼下施工".to_owned();
        report.address = "某路3号".to_owned();
        submit(domain, &cx, report).await.unwrap()
    }

    async fn file(&self, case: &Case) {
        let (domain, cx) = (&self.world.domain, self.world.who("community"));
        let command = Command::new(&case.id, 1, Action::File, &self.world.once());
        act(domain, &cx, command.class("E0504", Urgency::Normal))
            .await
            .unwrap();
    }

    async fn standing(&self, made: &Made) -> Vec<(Standing, i64, Option<u16>)> {
        let (domain, cx) = (&self.world.domain, self.admin());
        let (id, paging) = (&made.webhook.id, Paging::default());
        let page = subscriptions::deliveries(domain, &cx, id, &paging).await;
        let items = page.unwrap().items;
        items
            .iter()
            .map(|it| (it.state, it.tries, it.status))
            .collect()
    }
}

fn kind(body: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(body).unwrap();
    value["type"].as_str().unwrap().to_owned()
}

both! {
    async fn a_unit_is_told_of_its_own_cases(database) {
        let scene = Scene::new(database).await;
        let made = scene.hook(scene.of("u-310101022027")).await;
        let narrowed = New { classes: vec!["P0101".to_owned()], ..scene.of("u-310101022027") };
        scene.hook(narrowed).await;
        let elsewhere = New { division: "310101002".to_owned(), ..scene.of("u-310101022027") };
        scene.hook(elsewhere).await;
        scene.hook(scene.of("u-310101")).await;

        let case = scene.case().await;
        scene.file(&case).await;
        scene.turns().await;
        let got = scene.subscriber.got();
        let mut kinds: Vec<_> = got.iter().map(|it| kind(&it.1)).collect();
        kinds.sort();
        assert_eq!(kinds, ["cn.onedoor.case.filed.v1", "cn.onedoor.case.submitted.v1"]);
        let (headers, body) = got.iter().find(|it| it.1.contains("filed")).unwrap();
        let header = |name: &str| headers[name].to_str().unwrap().to_owned();
        assert!(header("content-type").starts_with("application/cloudevents+json"));
        let value: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(value["specversion"], "1.0");
        assert_eq!(value["subject"], case.id.as_str());
        assert_eq!(value["data"]["state"], "filed");
        assert_eq!(value["data"]["class"], "E0504");
        for word in ["王", "施工", "某路", "resident"] {
            assert!(!body.contains(word), "{word} in {body}");
        }
        let expected = signature::sign(
            &scene.world.domain.keys, &made.webhook, &header("webhook-id"),
            scene.world.domain.clock.now(), body,
        );
        assert_eq!(header("webhook-signature"), expected.unwrap());
        assert!(header("webhook-id").ends_with(&made.webhook.id));
        let delivered = (Standing::Delivered, 1, Some(204));
        assert_eq!(scene.standing(&made).await, [delivered, delivered]);
    }

    async fn nothing_is_noted_while_nobody_listens(database) {
        let scene = Scene::new(database).await;
        scene.case().await;
        assert_eq!(scene.turns().await, 0);
        scene.hook(scene.of("u-310101022027")).await;
        assert_eq!(scene.turns().await, 0, "what was before is not told");
    }

    async fn what_is_not_taken_comes_again_and_is_parked(database) {
        let scene = Scene::new(database).await;
        let made = scene.hook(scene.of("u-310101022027")).await;
        // A redirect is no answer, and is not followed.
        scene.subscriber.answers(StatusCode::TEMPORARY_REDIRECT);
        scene.case().await;
        scene.turns().await;
        assert_eq!(scene.subscriber.got().len(), 1);
        assert_eq!(scene.standing(&made).await, [(Standing::Pending, 1, Some(307))]);
        assert_eq!(scene.turns().await, 0, "not before its pause is over");
        for _ in 1..MOST_TRIES {
            scene.world.domain.clock.advance(8 * HOUR);
            assert_eq!(scene.turns().await, 1);
        }
        let ids = scene.subscriber.got();
        let id = |it: &(HeaderMap, String)| it.0["webhook-id"].clone();
        assert!(ids.iter().all(|it| id(it) == id(&ids[0])), "the same id each time");
        assert_eq!(scene.standing(&made).await, [(Standing::Parked, MOST_TRIES, Some(307))]);
        scene.world.domain.clock.advance(100 * HOUR);
        assert_eq!(scene.turns().await, 0);

        scene.subscriber.answers(StatusCode::OK);
        let (domain, cx, hook) = (&scene.world.domain, scene.admin(), &made.webhook.id);
        let none = subscriptions::replay(domain, &cx, hook, Some("none")).await;
        assert!(matches!(none, Err(Error::NotFound)));
        assert_eq!(subscriptions::replay(domain, &cx, hook, None).await.unwrap(), 1);
        scene.turns().await;
        assert_eq!(scene.subscriber.got().len(), 1);
        assert_eq!(scene.standing(&made).await[0].0, Standing::Delivered);
    }

    async fn who_is_gone_is_told_no_more(database) {
        let scene = Scene::new(database).await;
        let made = scene.hook(scene.of("u-310101022027")).await;
        scene.subscriber.answers(StatusCode::GONE);
        let case = scene.case().await;
        scene.turns().await;
        assert_eq!(scene.standing(&made).await, [(Standing::Dropped, 1, Some(410))]);
        let hooks = subscriptions::list(&scene.world.domain, &scene.admin()).await.unwrap();
        assert!(hooks[0].ended.is_some());
        scene.file(&case).await;
        assert_eq!(scene.turns().await, 0);
        assert_eq!(scene.subscriber.got().len(), 1);
    }

    async fn one_that_is_away_holds_up_no_other(database) {
        let scene = Scene::new(database).await;
        let away = New { url: "http://127.0.0.1:9/".to_owned(), ..scene.of("u-310101022027") };
        let away = scene.hook(away).await;
        scene.hook(scene.of("u-310101022027")).await;
        for _ in 0..5 {
            scene.case().await;
        }
        scene.turns().await;
        assert_eq!(scene.subscriber.got().len(), 5);
        let standing = scene.standing(&away).await;
        assert!(standing.iter().all(|it| *it == (Standing::Pending, 1, None)), "{standing:?}");
    }

    async fn a_secret_is_changed_with_a_day_of_both(database) {
        let scene = Scene::new(database).await;
        let made = scene.hook(scene.of("u-310101022027")).await;
        let (domain, cx) = (&scene.world.domain, scene.admin());
        let changed = subscriptions::rotate(domain, &cx, &made.webhook.id).await.unwrap();
        assert_ne!(made.secret, changed.secret);
        assert!(changed.secret.starts_with("whsec_") && changed.secret.len() == 50);
        let now = domain.clock.now();
        let sign = |hook, now| signature::sign(&domain.keys, hook, "m", now, "{}").unwrap();
        let both = sign(&changed.webhook, now);
        assert_eq!(both.split(' ').count(), 2);
        assert!(both.ends_with(&sign(&made.webhook, now)));
        let later = now.plus_seconds(24 * HOUR);
        assert_eq!(sign(&changed.webhook, later).split(' ').count(), 1);
        subscriptions::delete(domain, &cx, &made.webhook.id).await.unwrap();
        let again = subscriptions::delete(domain, &cx, &made.webhook.id).await;
        assert!(matches!(again, Err(Error::NotFound)));
    }

    async fn what_is_wrong_is_named(database) {
        let scene = Scene::new(database).await;
        let (domain, cx) = (&scene.world.domain, scene.admin());
        let code = async |targets: &Targets, new: New| {
            match subscriptions::create(domain, &cx, targets, new).await {
                Err(Error::Invalid(problems)) => problems[0].code.clone(),
                other => panic!("{other:?}"),
            }
        };
        let fine = || scene.of("u-310101022027");
        assert_eq!(code(&Targets::default(), fine()).await, "webhook-private");
        let targets = &scene.targets;
        assert_eq!(code(targets, scene.of("nobody")).await, "unit-unknown");
        let new = New { classes: vec!["X".to_owned()], ..fine() };
        assert_eq!(code(targets, new).await, "case-class-unknown");
        let new = New { division: "999999".to_owned(), ..fine() };
        assert_eq!(code(targets, new).await, "case-place-unknown");
        for name in ["resident", "supervisor"] {
            let cx = scene.world.who(name);
            let refused = subscriptions::create(domain, &cx, targets, fine()).await;
            assert!(matches!(refused, Err(Error::Forbidden(_))), "{name}");
        }
        let cx = Context { token: true, ..scene.admin() };
        let refused = subscriptions::list(domain, &cx).await;
        assert!(matches!(refused, Err(Error::Forbidden("not-by-token"))));
    }
}
