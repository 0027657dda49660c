//! The API, as programs use it.

use axum::http::StatusCode;
use serde_json::json;

use super::{Browser, Host, Sent, photo, report};

async fn act(
    browser: &mut Browser,
    id: &str,
    mut body: serde_json::Value,
    once: &str,
) -> super::Answer {
    let at = format!("/api/v1/cases/{id}");
    let version = browser.get(&at).await.json()["version"].clone();
    body["version"] = version;
    browser.put_json(&format!("{at}/actions"), body, once).await
}

#[tokio::test]
async fn a_case_goes_its_way_by_the_api() {
    let host = Host::new().await;
    let mut resident = host.signed_in("resident").await;
    let id = report(&mut resident, "lamp").await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut community = host.signed_in("community").await;
    let queues = community.get("/api/v1/queues").await.json();
    let mine = json!([
        { "queue": "desk", "cases": 1, "late": 0 },
        { "queue": "asked", "cases": 0, "late": 0 },
    ]);
    assert_eq!(queues, mine);
    let choices = community
        .get(&format!("/api/v1/cases/{id}/choices"))
        .await
        .json();
    let actions: Vec<_> = choices
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions,
        [
            "ask-info",
            "decline",
            "file",
            "self-handle",
            "emergency",
            "merge",
            "comment",
            "attach"
        ]
    );
    let body = json!({ "action": "file", "class": "P0101", "urgency": "normal" });
    let filed = act(&mut community, &id, body, "1").await;
    assert_eq!(filed.json()["state"], "filed", "{}", filed.text());
    let body = json!({ "action": "dispatch", "target": "u-310101022-construction" });
    let sent = act(&mut community, &id, body, "2").await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.text());

    let mut handler = host.signed_in("handler").await;
    assert_eq!(
        handler.get("/api/v1/queues/work").await.json()["items"][0]["id"],
        id.as_str()
    );
    act(&mut handler, &id, json!({ "action": "accept" }), "3").await;
    let files = [("file", "after.jpg", photo())];
    let upload = handler
        .send(
            "POST",
            "/api/v1/attachments",
            Sent::Parts(&[], &files),
            Some("f"),
        )
        .await;
    assert_eq!(upload.status, StatusCode::CREATED, "{}", upload.text());
    let file = upload.json()["id"].as_str().unwrap().to_owned();
    let body = json!({ "action": "report-done", "words": "灯泡已换", "files": [file] });
    let done = act(&mut handler, &id, body, "4").await;
    assert_eq!(done.json()["state"], "feedback", "{}", done.text());

    // The photo is for those who may see the case, and is what it says it is.
    let at = format!("/api/v1/attachments/{file}");
    let opened = resident.get(&at).await;
    assert_eq!(opened.header("content-type"), "image/jpeg");
    assert_eq!(opened.header("x-content-type-options"), "nosniff");
    let mut other = host.signed_in("resident2").await;
    assert_eq!(other.get(&at).await.status, StatusCode::NOT_FOUND);
    let moments = resident
        .get(&format!("/api/v1/cases/{id}/timeline"))
        .await
        .json();
    assert_eq!(moments.as_array().unwrap().len(), 5);
    assert_eq!(
        resident.get("/api/v1/cases/mine").await.json()["items"][0]["id"],
        id.as_str()
    );
}

#[tokio::test]
async fn a_stale_version_is_a_conflict_and_changes_nothing() {
    let host = Host::new().await;
    let id = report(&mut host.signed_in("resident").await, "lamp").await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut community = host.signed_in("community").await;
    let at = format!("/api/v1/cases/{id}");
    let before = community.get(&at).await.json();
    let body = json!({ "action": "decline", "words": "不属实", "version": before["version"].as_u64().unwrap() - 1 });
    let answer = community
        .put_json(&format!("{at}/actions"), body, "1")
        .await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.json()["code"], "case-changed-meanwhile");
    assert_eq!(
        community.get(&at).await.json()["version"],
        before["version"]
    );
    let body = json!({ "action": "decline", "words": "不属实" });
    let answer = community
        .put_json(&format!("{at}/actions"), body, "2")
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.json()["problems"][0]["at"], "version");
}

#[tokio::test]
async fn the_same_key_answers_the_same() {
    let host = Host::new().await;
    let mut resident = host.signed_in("resident").await;
    let first = report(&mut resident, "lamp").await;
    let again = report(&mut resident, "lamp").await;
    assert_eq!(first["id"], again["id"]);
    let id = first["id"].as_str().unwrap();
    let mut community = host.signed_in("community").await;
    let actions = format!("/api/v1/cases/{id}/actions");
    let body = json!({ "action": "file", "class": "P0101", "urgency": "normal", "version": first["version"] });
    let once = community.put_json(&actions, body.clone(), "k").await;
    let twice = community.put_json(&actions, body, "k").await;
    assert_eq!(once.status, StatusCode::OK, "{}", once.text());
    assert_eq!((once.status, once.json()), (twice.status, twice.json()));
    let moments = community
        .get(&format!("/api/v1/cases/{id}/timeline"))
        .await
        .json();
    assert_eq!(moments.as_array().unwrap().len(), 2);
    // The key of a report is no key of an act, and the other way round.
    let mut clerk = host.signed_in("clerk").await;
    let mine = report(&mut clerk, "k").await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let body = json!({ "action": "withdraw", "version": 1, "words": "误报" });
    let at = format!("/api/v1/cases/{mine}/actions");
    let other = clerk.put_json(&at, body, "k").await;
    assert_eq!(other.json()["code"], "case-once-reused");
    let without = resident
        .send("POST", "/api/v1/cases", Sent::Json(json!({})), None)
        .await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(without.json()["problems"][0]["at"], "Idempotency-Key");
}

#[tokio::test]
async fn a_token_acts_for_one_post_until_it_is_taken_back() {
    let host = Host::new().await;
    report(&mut host.signed_in("resident").await, "lamp").await;
    let mut handler = host.browser();
    let body = json!({ "name": "handler", "password": host.password("handler") });
    let me = handler.put_json("/api/v1/session", body, "-").await.json();
    assert_eq!(me["name"], "马建国");
    let post = &me["posts"][0]["id"];
    let body = json!({ "name": "sync", "post": post, "days": 30 });
    let made = handler.put_json("/api/v1/tokens", body, "-").await.json();
    let mut program = host.browser();
    program.token = Some(made["secret"].as_str().unwrap().to_owned());
    let me = program.get("/api/v1/session").await.json();
    assert_eq!(
        (me["posts"].as_array().unwrap().len(), &me["token"]),
        (1, &json!(true))
    );
    assert_eq!(
        program.get("/api/v1/queues/work").await.status,
        StatusCode::OK
    );
    let id = made["token"]["id"].as_str().unwrap();
    handler
        .send(
            "DELETE",
            &format!("/api/v1/tokens/{id}"),
            Sent::Nothing,
            None,
        )
        .await;
    assert_eq!(
        program.get("/api/v1/session").await.status,
        StatusCode::UNAUTHORIZED
    );
}
