//! Finding cases by words, by the pages and by the API; near cases before filing, and following
//! one; hints on the board.

use axum::http::StatusCode;

use serde_json::json;

use super::{Host, Sent, report};
use crate::cases::hints;

/// `路灯`, as an address has it.
const LAMP: &str = "%E8%B7%AF%E7%81%AF";

#[tokio::test]
async fn staff_find_cases_by_words() {
    let host = Host::new().await;
    let mut resident = host.signed_in("resident").await;
    let case = report(&mut resident, "lamp").await;
    let number = case["number"].as_str().unwrap();

    let mut community = host.signed_in("community").await;
    let home = community.get("/work").await.text();
    assert!(home.contains("action=\"/work/search\""));
    let page = community.get(&format!("/work/search?q={LAMP}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains(number) && page.text().contains("value=\"路灯\""));
    let none = community.get("/work/search?q=none").await.text();
    assert!(none.contains("Nothing was found") && !none.contains(number));
    let empty = community.get("/work/search?q=").await.text();
    assert!(empty.contains("Enter what to look for"));
    let first = community.get("/work/search").await.text();
    assert!(!first.contains("Enter what to look for") && !first.contains("Nothing was found"));

    let found = resident
        .get(&format!("/api/v1/cases?q={LAMP}"))
        .await
        .json();
    assert_eq!(found["items"][0]["number"], number);
    let mut another = host.signed_in("resident2").await;
    let found = another.get(&format!("/api/v1/cases?q={LAMP}")).await.json();
    assert_eq!(found["items"].as_array().unwrap().len(), 0);
    let refused = resident.get("/api/v1/cases?q=%EF%BC%8C").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// A report by the pages, up to the last one, where its answers are checked.
async fn about_to_send(browser: &mut super::Browser, words: &str) -> (String, String) {
    let what = [("description", words)];
    let began = browser
        .send("POST", "/report", Sent::Parts(&what, &[]), None)
        .await;
    let place = [
        ("place.division", "310101022015"),
        ("place.address", "弄堂口"),
    ];
    let to = began.header("location").to_owned();
    let placed = browser
        .send("POST", &to, Sent::Parts(&place, &[]), None)
        .await;
    let check = placed.header("location").to_owned();
    assert!(check.ends_with("/check"), "{}", placed.text());
    let page = browser.get(&check).await;
    assert_eq!(page.status, StatusCode::OK);
    (check, page.text())
}

#[tokio::test]
async fn who_is_about_to_report_sees_what_is_near_and_follows_it() {
    let host = Host::new().await;
    let case = report(&mut host.signed_in("resident").await, "lamp").await;
    let id = case["id"].as_str().unwrap().to_owned();
    let number = case["number"].as_str().unwrap();
    let mut neighbour = host.signed_in("resident2").await;
    let (_, page) = about_to_send(&mut neighbour, "路灯损坏了").await;
    assert!(!page.contains(number), "no desk has looked at it yet");

    let mut community = host.signed_in("community").await;
    let body = json!({ "action": "file", "version": 1, "class": "P0101", "urgency": "normal" });
    let filed = community
        .put_json(&format!("/api/v1/cases/{id}/actions"), body, "f")
        .await;
    assert_eq!(filed.status, StatusCode::OK, "{}", filed.text());

    let (check, page) = about_to_send(&mut neighbour, "路灯损坏了").await;
    assert!(page.contains(number) && page.contains("Somebody may have reported this already"));
    assert!(page.contains("Street lamp out of order") && !page.contains("弄堂口的路灯三天不亮了"));
    let elsewhere = neighbour.get(&format!("/cases/{id}")).await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    let to = format!("/cases/{id}/follow");
    assert_eq!(neighbour.post(&to, &[]).await.status, StatusCode::SEE_OTHER);
    let seen = neighbour.get(&format!("/cases/{id}")).await.text();
    assert!(seen.contains(number) && !seen.contains("路灯不亮") && !seen.contains("三天"));
    let matters = neighbour.get("/matters").await.text();
    assert!(matters.contains(number) && matters.contains("Cases that I follow"));
    // The rest of the case stays closed to them.
    for part in ["", "/timeline", "/files"] {
        let refused = neighbour.get(&format!("/api/v1/cases/{id}{part}")).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{part}");
    }
    // Nothing was sent, and what was filled in can still be.
    assert_eq!(neighbour.get(&check).await.status, StatusCode::OK);
    let mine = neighbour.get("/api/v1/cases/mine").await.json();
    assert_eq!(mine["items"].as_array().unwrap().len(), 0);

    let to = format!("/cases/{id}/unfollow");
    assert_eq!(
        neighbour.post(&to, &[]).await.header("location"),
        "/matters"
    );
    let gone = neighbour.get(&format!("/cases/{id}")).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_dispatcher_is_shown_what_may_be_the_same() {
    let host = Host::new().await;
    let mut resident = host.signed_in("resident").await;
    let first = report(&mut resident, "one").await;
    let second = report(&mut resident, "two").await;
    let of = |case: &serde_json::Value| case["id"].as_str().unwrap().to_owned();
    let mut community = host.signed_in("community").await;
    let page = community
        .get(&format!("/work/cases/{}", of(&second)))
        .await
        .text();
    assert!(page.contains("Possible duplicates") && page.contains("0 m apart"));
    assert!(page.contains(first["number"].as_str().unwrap()));
    let to = format!("/api/v1/cases/{}/duplicates", of(&second));
    let found = community.get(&to).await.json();
    assert_eq!(found[0]["case"]["id"], first["id"]);
    assert_eq!(found[0]["likeness"]["words"], 100);
    let theirs = resident.get(&to).await.json();
    assert_eq!(theirs, json!([]), "who reported it decides nothing");
}

#[tokio::test]
async fn a_supervisor_judges_hints_on_the_board() {
    let host = Host::new().await;
    let mut hotline = host.signed_in("hotline").await;
    for n in 0..5 {
        let body = json!({
            "description": format!("来电 {n}"), "division": "310101022027", "contact_phone": "19900000055",
        });
        let made = hotline
            .put_json("/api/v1/cases", body, &n.to_string())
            .await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    }
    let cx = host.app.domain.system("hints");
    hints::turn(&host.app.domain, &cx).await.unwrap();
    let mut supervisor = host.signed_in("supervisor").await;
    let board = supervisor.get("/work/board").await.text();
    assert!(board.contains("One phone number reported 5 times in 30 days."));
    assert!(!board.contains("19900000055"));
    let told = supervisor.get("/api/v1/hints").await.json();
    let id = told["waiting"][0]["id"].as_str().unwrap().to_owned();
    let to = format!("/work/hints/{id}/dismissed");
    let mut gridworker = host.signed_in("gridworker").await;
    assert_eq!(
        gridworker.post(&to, &[]).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        supervisor.post(&to, &[]).await.header("location"),
        "/work/board"
    );
    assert_eq!(supervisor.post(&to, &[]).await.status, StatusCode::CONFLICT);
    let board = supervisor.get("/work/board").await.text();
    assert!(board.contains("How often hints were wrong") && board.contains("100%"));
    assert!(!board.contains("5 times in 30 days"));
}
