//! Finding cases by words, by the pages and by the API; near cases before filing, and following
//! one; hints on the board.

use axum::http::StatusCode;

use super::{Host, report};

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
