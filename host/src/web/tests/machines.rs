//! Messages, the board, parked messages and devices, as people and gateways meet them.

use axum::http::StatusCode;
use serde_json::json;

use super::{Host, Sent, report};
use crate::db::{outbox, sql};

#[tokio::test]
async fn the_reporter_hears_of_the_case() {
    let host = Host::new().await;
    let mut resident = host.signed_in("resident").await;
    let case = report(&mut resident, "lamp").await;
    let page = resident.get("/messages").await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    assert!(text.contains("Received: 路灯不亮") && text.contains("Messages (1 unread)"));
    let messages = resident.get("/api/v1/messages").await.json();
    let message = &messages["items"][0];
    assert_eq!(message["case"], case["id"]);
    let at = format!("/messages/{}/open", message["id"].as_str().unwrap());
    let other = host.signed_in("resident2").await.post(&at, &[]).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    let opened = resident.post(&at, &[]).await;
    let to = format!("/cases/{}", case["id"].as_str().unwrap());
    assert_eq!(
        (opened.status, opened.header("location")),
        (StatusCode::SEE_OTHER, to.as_str())
    );
    assert!(!resident.get("/messages").await.text().contains("unread"));
    // Asked for more, they hear of it.
    let mut community = host.signed_in("community").await;
    let body = json!({ "action": "ask-info", "words": "哪一盏？", "version": case["version"] });
    let asked = format!("/api/v1/cases/{}/actions", case["id"].as_str().unwrap());
    let answer = community.put_json(&asked, body, "ask").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert!(
        resident
            .get("/messages")
            .await
            .text()
            .contains("Information needed: 路灯不亮")
    );
    assert_eq!(
        resident.post("/messages/read", &[]).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(!resident.get("/").await.text().contains("unread"));
}

#[tokio::test]
async fn each_figure_of_the_board_opens_its_cases() {
    let host = Host::new().await;
    let case = report(&mut host.signed_in("resident").await, "lamp").await;
    let mut supervisor = host.signed_in("supervisor").await;
    let board = supervisor.get("/api/v1/board").await;
    assert_eq!(board.status, StatusCode::OK, "{}", board.text());
    let counts = &board.json()["counts"];
    let count = |which: &str| {
        let found = counts
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["which"] == which);
        found.unwrap()["cases"].as_i64().unwrap()
    };
    assert_eq!((count("open"), count("late"), count("closed")), (1, 0, 0));
    assert_eq!(supervisor.get("/work/board").await.status, StatusCode::OK);
    let open = supervisor
        .get("/work/board/cases?division=310101&which=open")
        .await;
    assert!(open.text().contains(case["number"].as_str().unwrap()));
    let late = supervisor
        .get("/work/board/cases?division=310101&which=late")
        .await;
    assert_eq!(late.status, StatusCode::OK);
    assert!(!late.text().contains(case["number"].as_str().unwrap()));
    let elsewhere = supervisor.get("/work/board?division=320101").await;
    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
    let resident = host.signed_in("resident").await.get("/work/board").await;
    assert_eq!(resident.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_is_parked_is_in_sight_and_sent_again() {
    let host = Host::new().await;
    let now = host.app.domain.clock.now();
    let parked = host.app.domain.database.write(move |t| {
        Box::pin(async move {
            sql("INSERT INTO plugins (id, department, created) VALUES ('machine', 'dept-emergency', 0)").run(t).await?;
            outbox::push_for(t, "e1:machine:event", "plugin-calls", "machine", r#"{"what":"event","action":"file"}"#, now).await?;
            sql("UPDATE outbox SET parked = $1, failure = 'trap: unreachable' WHERE id = 'e1:machine:event'").bind(now).run(t).await
        })
    });
    parked.await.unwrap();
    let mut developer = host.signed_in("developer").await;
    let seen = developer.get("/api/v1/parked").await.json();
    assert_eq!(seen["items"][0]["plugin"], "machine");
    assert_eq!(
        (&seen["items"][0]["kind"], &seen["items"][0]["action"]),
        (&json!("event"), &json!("file"))
    );
    let refused = developer
        .post("/work/plugins/machine/messages/replay", &[])
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let mut admin = host.signed_in("admin").await;
    let page = admin.get("/work/messages").await.text();
    assert!(
        page.contains("trap: unreachable") && page.contains("Send all messages for machine again")
    );
    let at = "/api/v1/parked/e1:machine:event/replay";
    let sent = admin.send("POST", at, Sent::Nothing, None).await;
    assert_eq!(sent.status, StatusCode::NO_CONTENT);
    let again = admin.send("POST", at, Sent::Nothing, None).await;
    assert_eq!(
        again.status,
        StatusCode::NOT_FOUND,
        "it is no longer parked"
    );
    assert!(
        admin
            .get("/work/messages")
            .await
            .text()
            .contains("Every message was delivered")
    );
}
