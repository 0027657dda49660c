//! The pages of staff, walked through as staff do.

use axum::http::StatusCode;

use super::{Answer, Browser, Host, Sent, photo, report};
use crate::cases::operations;

/// Opens a case, fills in the form of an action as it stands there, and sends it.
async fn act(
    browser: &mut Browser,
    case: &str,
    action: &str,
    fields: &[(&str, &str)],
    photos: usize,
) -> Answer {
    let page = browser.get(&format!("/work/cases/{case}")).await;
    assert_eq!(page.status, StatusCode::OK, "{action}");
    send(browser, &page, case, action, fields, photos).await
}

async fn send(
    browser: &mut Browser,
    page: &Answer,
    case: &str,
    action: &str,
    fields: &[(&str, &str)],
    photos: usize,
) -> Answer {
    let to = format!("/work/cases/{case}/actions/{action}");
    let (version, once) = (page.hidden(&to, "version"), page.hidden(&to, "once"));
    let mut all = vec![("version", version.as_str()), ("once", once.as_str())];
    all.extend_from_slice(fields);
    let files: Vec<_> = (0..photos)
        .map(|_| ("files", "after.jpg", photo()))
        .collect();
    browser
        .send("POST", &to, Sent::Parts(&all, &files), None)
        .await
}

fn went(answer: &Answer, action: &str) {
    assert_eq!(
        answer.status,
        StatusCode::SEE_OTHER,
        "{action}: {}",
        answer.text()
    );
    assert!(
        answer
            .header("location")
            .ends_with(&format!("?done={action}"))
    );
}

#[tokio::test]
async fn a_broken_lamp_goes_round_by_the_pages() {
    let host = Host::new().await;
    let mut resident = host.signed_in("resident").await;
    let case = report(&mut resident, "lamp").await;
    let id = case["id"].as_str().unwrap().to_owned();
    let number = case["number"].as_str().unwrap();

    let mut community = host.signed_in("community").await;
    let home = community.get("/work").await.text();
    assert!(home.contains(number) && home.contains("To be dispatched"));
    let queue = community.get("/work/queues/desk").await.text();
    assert!(queue.contains(number) && queue.contains("left"));
    let found = community.get(&format!("/work/find?number={number}")).await;
    assert_eq!(found.header("location"), format!("/work/cases/{id}"));

    let filed = [("class", "P0101"), ("urgency", "urgent")];
    went(&act(&mut community, &id, "file", &filed, 0).await, "file");
    // Somebody else who saw the same lamp follows it.
    let mut neighbour = host.signed_in("resident2").await;
    let followed = neighbour.post(&format!("/cases/{id}/follow"), &[]).await;
    assert_eq!(followed.header("location"), format!("/cases/{id}"));
    let to = [("target", "u-310101022")];
    went(
        &act(&mut community, &id, "dispatch", &to, 0).await,
        "dispatch",
    );

    let mut street = host.signed_in("street").await;
    let to = [("target", "u-310101022-construction")];
    went(&act(&mut street, &id, "relay", &to, 0).await, "relay");

    let mut handler = host.signed_in("handler").await;
    assert!(
        handler
            .get("/work/queues/work")
            .await
            .text()
            .contains(number)
    );
    went(&act(&mut handler, &id, "accept", &[], 0).await, "accept");
    let words = [("words", "灯泡已换")];
    let lacking = act(&mut handler, &id, "report-done", &words, 0).await;
    assert_eq!(lacking.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = lacking.text();
    // Said in the summary and beside the field, and the words are kept.
    assert!(
        page.contains("href=\"#report-done-files\"")
            && page.contains("id=\"report-done-files-error\"")
    );
    assert!(page.contains("灯泡已换"));
    went(
        &act(&mut handler, &id, "report-done", &words, 1).await,
        "report-done",
    );

    went(
        &act(&mut street, &id, "confirm-up", &[], 0).await,
        "confirm-up",
    );
    went(
        &act(&mut community, &id, "confirm-up", &[], 0).await,
        "confirm-up",
    );
    let mut verifier = host.signed_in("verifier").await;
    assert!(
        verifier
            .get("/work/queues/verify")
            .await
            .text()
            .contains(number)
    );
    went(
        &act(&mut verifier, &id, "verify-pass", &[], 0).await,
        "verify-pass",
    );
    let told = neighbour.get("/messages").await.text();
    assert!(told.contains("A case you follow is resolved") && told.contains(number));
    assert!(!told.contains("路灯"), "nothing of what was written");

    let page = resident.get(&format!("/cases/{id}")).await;
    let to = format!("/cases/{id}/rate");
    let (version, once) = (page.hidden(&to, "version"), page.hidden(&to, "once"));
    let answers = [
        ("version", version.as_str()),
        ("once", once.as_str()),
        ("contacted", "1"),
        ("solved", "1"),
        ("satisfied", "5"),
    ];
    let rated = resident
        .send("POST", &to, Sent::Parts(&answers, &[]), None)
        .await;
    assert_eq!(rated.status, StatusCode::SEE_OTHER, "{}", rated.text());
    let closed = community.get(&format!("/work/cases/{id}")).await.text();
    assert!(closed.contains("Closed") && closed.contains("5/5"));
}

#[tokio::test]
async fn what_was_written_survives_a_change_meanwhile() {
    let host = Host::new().await;
    let case = report(&mut host.signed_in("resident").await, "lamp").await;
    let id = case["id"].as_str().unwrap().to_owned();
    let mut community = host.signed_in("community").await;
    let stale = community.get(&format!("/work/cases/{id}")).await;
    let filed = [("class", "P0101"), ("urgency", "normal")];
    went(&act(&mut community, &id, "file", &filed, 0).await, "file");
    let words = [("words", "哪一盏灯？")];
    let late = send(&mut community, &stale, &id, "ask-info", &words, 0).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let page = late.text();
    assert!(page.contains("哪一盏灯？") && page.contains("govuk-error-summary"));
    // And it did nothing.
    let after = community.get(&format!("/api/v1/cases/{id}")).await.json();
    assert_eq!(after["state"], "filed");
}

#[tokio::test]
async fn a_proposal_is_shown_and_accepted_with_one_button() {
    let host = Host::new().await;
    let case = report(&mut host.signed_in("resident").await, "lamp").await;
    let id = case["id"].as_str().unwrap().to_owned();
    let proposal = crate::db::cases::Suggestion {
        plugin: "safety".to_owned(),
        revision: "sha256:0".to_owned(),
        class: "P0102".to_owned(),
        urgency: crate::cases::model::Urgency::Urgent,
        confidence: 0.8,
        reason: "words say manhole".to_owned(),
    };
    crate::cases::views::propose(&host.app.domain, &id, vec![proposal])
        .await
        .unwrap();
    let mut community = host.signed_in("community").await;
    let page = community.get(&format!("/work/cases/{id}")).await;
    assert!(page.text().contains("words say manhole") && page.text().contains("80% sure"));
    // The first form for filing on the page is the proposal's.
    let to = format!("/work/cases/{id}/actions/file");
    let (class, urgency) = (page.hidden(&to, "class"), page.hidden(&to, "urgency"));
    let fields = [("class", class.as_str()), ("urgency", urgency.as_str())];
    went(
        &send(&mut community, &page, &id, "file", &fields, 0).await,
        "file",
    );
    let cx = host.app.domain.system("test");
    let case = operations::get(&host.app.domain, &cx, &id).await.unwrap();
    assert_eq!(case.course.class.as_deref(), Some("P0102"));
}

#[tokio::test]
async fn a_look_at_the_contact_is_asked_for_and_told() {
    let host = Host::new().await;
    let mut resident = host.signed_in("resident").await;
    let case = report(&mut resident, "lamp").await;
    let id = case["id"].as_str().unwrap().to_owned();
    let mut community = host.signed_in("community").await;
    let page = community.get(&format!("/work/cases/{id}")).await.text();
    assert!(!page.contains("19900000001") && !page.contains("林小满"));
    let reads = "/api/v1/my-data/reads";
    assert_eq!(
        resident.get(reads).await.json()["items"],
        serde_json::json!([])
    );
    let shown = community
        .post(&format!("/work/cases/{id}/contact"), &[])
        .await
        .text();
    assert!(shown.contains("19900000001") && shown.contains("林小满"));
    let read = &resident.get(reads).await.json()["items"][0];
    assert_eq!(read["case"], id.as_str());
    assert_eq!(read["fields"], "name,phone");
}

#[tokio::test]
async fn administrators_invite_and_give_and_end_posts() {
    let host = Host::new().await;
    let mut admin = host.signed_in("admin").await;
    let people = admin.get("/work/people").await.text();
    assert!(people.contains("马建国"));
    let wrong = [
        ("name", ""),
        ("login", "x"),
        ("unit", "u-310101022"),
        ("role", "handler"),
    ];
    let answer = admin.post("/work/people/invite", &wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("govuk-error-summary"));
    let right = [
        ("name", "新同事"),
        ("login", "newcomer"),
        ("unit", "u-310101022-construction"),
        ("role", "handler"),
    ];
    let invited = admin.post("/work/people/invite", &right).await.text();
    let code = invited.split("/invitation?code=").nth(1).unwrap();
    let code = code.split('<').next().unwrap().to_owned();
    let mut newcomer = host.browser();
    let fields = [("invitation", code.as_str()), ("password", "correct horse")];
    let accepted = newcomer.post("/invitation", &fields).await;
    assert_eq!(accepted.header("location"), "/work");
    assert!(
        newcomer
            .get("/work")
            .await
            .text()
            .contains("To be dealt with")
    );

    let me = newcomer.get("/api/v1/session").await.json();
    let account = me["account"].as_str().unwrap();
    let person = format!("/work/people/{account}");
    let post = [
        ("unit", "u-310101022"),
        ("role", "dispatcher"),
        ("until", "2020-01-01"),
    ];
    let past = admin.post(&format!("{person}/posts"), &post).await;
    assert_eq!(past.status, StatusCode::UNPROCESSABLE_ENTITY);
    let post = [
        ("unit", "u-310101022"),
        ("role", "dispatcher"),
        ("until", ""),
    ];
    let given = admin.post(&format!("{person}/posts"), &post).await;
    assert_eq!(given.header("location"), person);
    let posts = me["posts"].as_array().unwrap();
    let end = format!("{person}/posts/{}/end", posts[0]["id"].as_str().unwrap());
    assert_eq!(admin.post(&end, &[]).await.header("location"), person);
    // More or less authority: a new session, in which only the second post counts.
    assert_eq!(newcomer.get("/work").await.status, StatusCode::SEE_OTHER);
    let fields = [("name", "newcomer"), ("password", "correct horse")];
    newcomer.post("/sign-in", &fields).await;
    let home = newcomer.get("/work").await.text();
    assert!(home.contains("To be dispatched") && !home.contains("To be dealt with"));
}
