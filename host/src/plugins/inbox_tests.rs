//! What devices send: who may, what is refused, that a key answers the first result, and that what
//! the plugin does not take is parked in sight and sent again.

use super::*;
use crate::{
    db::{Database, testing::both::both},
    domain::testing,
    identity::{Post, Role},
    plugins::testing::active,
};
use serde_json::json;

const ALARM: &str = r#"
[[inbox]]
id = "alarm"
name = { zh = "报警", en = "Alarm" }

[[inbox.fields]]
id = "level"
label = { zh = "浓度", en = "Level" }
kind = { decimal = { min = "0", max = "100", scale = 1 } }
required = true

[[inbox.fields]]
id = "kind"
label = { zh = "类型", en = "Kind" }
kind = { one = ["smoke", "fall"] }
required = true

[[inbox.fields]]
id = "at"
label = { zh = "地点", en = "Place" }
kind = { place = { precise = false } }
"#;

fn gateway(domain: &Domain, unit: &str) -> Context {
    let mut cx = domain.system("test");
    cx.principal = Principal::Service {
        account: format!("gateway-{unit}"),
        post: Post {
            id: "post".to_owned(),
            unit: unit.to_owned(),
            division: "310101".to_owned(),
            role: Role::GridWorker,
            from: cx.now,
            until: None,
        },
    };
    cx.token = true;
    cx
}

fn alarm(level: &str) -> Incoming {
    serde_json::from_value(json!({
        "source": "烟感 7",
        "values": { "level": level, "kind": "smoke", "at": { "division": "310101022027" } },
    }))
    .unwrap()
}

async fn parked(database: &Database) -> Vec<outbox::Parked> {
    let mut c = database.read().await.unwrap();
    let only = ["machine".to_owned()];
    outbox::all_parked(&mut c, Some(&only), None, 10)
        .await
        .unwrap()
}

both! {
    async fn a_key_answers_the_first_result(database) {
        let domain = testing::domain(database).await.unwrap();
        let host = active("inbox-plugin", ALARM).await;
        let cx = gateway(&domain, "dept-emergency");
        let send = async |once, level| {
            take(&host.plugins, &domain, &cx, "machine", "alarm", once, alarm(level)).await
        };
        let first = send("1", "4.5").await.unwrap();
        assert!(!first.repeated);
        let again = send("1", "4.5").await.unwrap();
        assert_eq!(again, Receipt { repeated: true, ..first.clone() });
        assert!(matches!(send("1", "5").await, Err(Error::Conflict("signal-once-reused"))));
        assert_ne!(send("2", "4.5").await.unwrap().id, first.id);
        let (one, two) = tokio::join!(send("3", "1"), send("3", "1"));
        assert_eq!(one.unwrap().id, two.unwrap().id, "two at once");
    }

    async fn only_a_service_of_the_department_may_send(database) {
        let domain = testing::domain(database).await.unwrap();
        let host = active("inbox-plugin", ALARM).await;
        let send = async |cx: Context, plugin, inbox| {
            take(&host.plugins, &domain, &cx, plugin, inbox, "1", alarm("1")).await.map(drop)
        };
        let own = || gateway(&domain, "dept-emergency");
        send(own(), "machine", "alarm").await.unwrap();
        assert!(matches!(send(own(), "machine", "none").await, Err(Error::NotFound)));
        assert!(matches!(send(own(), "none", "alarm").await, Err(Error::NotFound)));
        let other = gateway(&domain, "dept-data");
        assert!(matches!(send(other, "machine", "alarm").await, Err(Error::Forbidden("no-post-for-this"))));
        let mut cx = own();
        cx.principal = Principal::Anonymous;
        assert!(matches!(send(cx, "machine", "alarm").await, Err(Error::Unauthenticated)));
        let person = domain.system("test");
        assert!(matches!(send(person, "machine", "alarm").await, Err(Error::Forbidden("service-only"))));
    }

    async fn every_value_that_is_wrong_is_named(database) {
        let domain = testing::domain(database).await.unwrap();
        let host = active("inbox-plugin", ALARM).await;
        let cx = gateway(&domain, "dept-emergency");
        let refused = async |body| {
            let incoming: Incoming = serde_json::from_value(body).unwrap();
            let taken = take(&host.plugins, &domain, &cx, "machine", "alarm", "1", incoming).await;
            match taken {
                Err(Error::Invalid(problems)) => {
                    let mut found: Vec<_> = problems.into_iter().map(|it| (it.at.unwrap(), it.code)).collect();
                    found.sort();
                    found.into_iter().map(|(at, code)| format!("{at} {code}")).collect::<Vec<_>>()
                }
                other => panic!("{other:?}"),
            }
        };
        let found = refused(json!({ "source": "", "values": { "level": true, "kind": "flood", "more": 1 } })).await;
        assert_eq!(found, [
            "source signal-source",
            "values.kind form-not-option",
            "values.level signal-kind",
            "values.more form-unknown-field",
        ]);
        let found = refused(json!({ "source": "s", "at": "2026-11-23T03:00:00Z", "values": { "level": "100.1" } })).await;
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(found[0], "at signal-ahead");
        assert!(serde_json::from_value::<Incoming>(json!({ "source": "s", "values": {}, "x": 1 })).is_err());
    }

    async fn what_is_not_taken_is_parked_and_sent_again(database) {
        let domain = testing::domain(database.clone()).await.unwrap();
        // It traps whenever it is called.
        let host = active("inbox-plugin", ALARM).await;
        let cx = gateway(&domain, "dept-emergency");
        let sent = take(&host.plugins, &domain, &cx, "machine", "alarm", "1", alarm("1")).await.unwrap();
        let mut tried = 0;
        while parked(&database).await.is_empty() {
            tried += turn(&host.plugins, &domain, &domain.system("inbox")).await.unwrap();
            domain.clock.advance(2048);
            assert!(tried <= 10, "it is given up");
        }
        assert_eq!(tried, 10);
        let found = parked(&database).await.pop().unwrap();
        assert_eq!((found.id.as_str(), found.plugin.as_deref()), (sent.id.as_str(), Some("machine")));
        assert!(found.failure.is_some_and(|it| it.contains("trap")));
        assert_eq!(turn(&host.plugins, &domain, &domain.system("inbox")).await.unwrap(), 0);
        let (id, now) = (sent.id.clone(), domain.clock.now());
        let again = database.write(move |t| Box::pin(async move {
            let first = outbox::replay_one(t, &id, now).await?;
            Ok((first, outbox::replay_one(t, &id, now).await?))
        }));
        assert_eq!(again.await.unwrap(), (true, false), "sent again once");
        assert_eq!(turn(&host.plugins, &domain, &domain.system("inbox")).await.unwrap(), 1);
        assert!(parked(&database).await.is_empty());
    }
}
