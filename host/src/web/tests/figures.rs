//! Figures and the digest as staff meet them: pages, files, and each number leading to its cases.

use axum::http::StatusCode;
use serde_json::Value;

use super::{Browser, Host, report};

/// How many cases there are behind a query.
async fn listed(browser: &mut Browser, path: &str) -> i64 {
    let (mut count, mut cursor) = (0, String::new());
    loop {
        let answer = browser.get(&format!("{path}&limit=1{cursor}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let page = answer.json();
        count += page["items"].as_array().unwrap().len() as i64;
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return count,
        }
    }
}

#[tokio::test]
async fn each_number_opens_its_cases() {
    let host = Host::new().await;
    for once in ["a", "b"] {
        report(&mut host.signed_in("resident").await, once).await;
    }
    let mut supervisor = host.signed_in("supervisor").await;
    for by in ["unit", "level", "class", "month", "place"] {
        let answer = supervisor.get(&format!("/api/v1/figures?by={by}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let figures = answer.json();
        let rows = figures["rows"].as_array().unwrap();
        assert!(!rows.is_empty(), "{by}");
        for row in rows.iter().chain([&figures["whole"]]) {
            let query = row["query"].as_str().unwrap();
            for number in row["numbers"].as_array().unwrap() {
                let figure = number["figure"].as_str().unwrap();
                let path = format!("/api/v1/figures/cases?figure={figure}&{query}");
                let count = listed(&mut supervisor, &path).await;
                assert_eq!(Value::from(count), number["cases"], "{figure} by {by}");
            }
        }
    }
    let page = supervisor.get("/work/figures?by=unit").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("Response rate"));
    // What stands on the page leads to a page with the cases.
    let text = page.text();
    let links = text
        .split("href=\"")
        .skip(1)
        .map(|it| it.split('"').next().unwrap());
    let links: Vec<String> = links
        .filter(|it| it.starts_with("/work/figures"))
        .map(|it| it.replace("&amp;", "&"))
        .collect();
    assert!(links.len() > 36, "{links:?}");
    for link in links {
        assert_eq!(supervisor.get(&link).await.status, StatusCode::OK, "{link}");
    }
}

#[tokio::test]
async fn figures_go_out_as_files() {
    let host = Host::new().await;
    report(&mut host.signed_in("resident").await, "a").await;
    let mut supervisor = host.signed_in("supervisor").await;
    let csv = supervisor.get("/api/v1/figures/csv?by=unit").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let text = csv.text();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let received = rows.iter().find(|it| &it[2] == "received").unwrap();
    assert_eq!((&received[0], &received[4]), ("", "1"));
    let of_unit = |it: &csv::StringRecord| !it[0].is_empty() && &it[2] == "received";
    assert_eq!(rows.iter().filter(|it| of_unit(it)).count(), 1, "{text}");
    let book = supervisor.get("/api/v1/figures/xlsx").await;
    assert_eq!(book.status, StatusCode::OK);
    // A workbook is a ZIP.
    assert!(book.bytes.starts_with(b"PK\x03\x04"));
    assert!(book.header("content-disposition").contains("figures.xlsx"));
    let definitions = supervisor.get("/api/v1/figures/definitions").await.json();
    let definitions = definitions.as_array().unwrap();
    assert!(
        definitions
            .iter()
            .all(|it| it["how"].as_str().unwrap().len() > 10)
    );
}

#[tokio::test]
async fn the_digest_opens_its_cases() {
    let host = Host::new().await;
    report(&mut host.signed_in("resident").await, "a").await;
    let mut community = host.signed_in("community").await;
    let digest = community.get("/api/v1/digest").await.json();
    let unit = digest["unit"].as_str().unwrap();
    for line in digest["lines"].as_array().unwrap() {
        let name = line["line"].as_str().unwrap();
        let path = format!("/api/v1/digest/cases?unit={unit}&line={name}");
        let count = listed(&mut community, &path).await;
        assert_eq!(Value::from(count), line["cases"], "{name}");
        let page = community
            .get(&format!("/work/digest/cases?line={name}"))
            .await;
        assert_eq!(page.status, StatusCode::OK);
    }
    let page = community.get("/work/digest").await;
    assert!(page.text().contains("Daily digest"));
    // The desk of a sibling street is not theirs.
    let other = community.get("/api/v1/digest?unit=u-310101002").await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    let supervisor = host
        .signed_in("supervisor")
        .await
        .get("/work/figures?division=320101")
        .await;
    assert_eq!(supervisor.status, StatusCode::FORBIDDEN);
    let wrong = host
        .signed_in("supervisor")
        .await
        .get("/api/v1/figures?by=colour")
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}
