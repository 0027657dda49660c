//! Guessing is slowed down by address, and an address cannot be made up.

use axum::http::{HeaderMap, HeaderValue, StatusCode};
use std::net::{IpAddr, SocketAddr};

use super::{Browser, Host};
use crate::{
    app::App,
    config::{Config, Kind},
    web::guard::address,
};

async fn guess(browser: &mut Browser) -> StatusCode {
    let fields = [("number", "310101-20261123-0001")];
    browser.post("/find", &fields).await.status
}

#[tokio::test]
async fn an_address_that_guesses_is_slowed_down_and_others_are_not() {
    let host = Host::new().await;
    let mut browser = host.browser();
    browser.peer = Some(SocketAddr::from(([192, 0, 2, 1], 4000)));
    let mut tried = 0;
    while guess(&mut browser).await != StatusCode::TOO_MANY_REQUESTS {
        tried += 1;
        assert!(tried <= 60, "nobody slows the guessing down");
    }
    assert!(tried >= 40, "slowed down after {tried}");
    let path = "/api/v1/session";
    let body = serde_json::json!({ "name": "resident", "password": "a wrong one" });
    let refused = browser.put_json(path, body, "1").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("retry-after"), "60");
    // Reading is no guess.
    assert_eq!(browser.get("/sign-in").await.status, StatusCode::OK);
    // Another port, another header: still the same address.
    browser.peer = Some(SocketAddr::from(([192, 0, 2, 1], 4001)));
    browser.headers = vec![("x-forwarded-for", "198.51.100.7".to_owned())];
    assert_eq!(guess(&mut browser).await, StatusCode::TOO_MANY_REQUESTS);
    browser.peer = Some(SocketAddr::from(([192, 0, 2, 2], 4000)));
    assert_ne!(guess(&mut browser).await, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn only_a_configured_proxy_speaks_for_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::local(Kind::Development, folder.path().join("data"), 0);
    config.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    let app = App::open(config).await.unwrap();
    let mut headers = HeaderMap::new();
    headers.append(
        "x-forwarded-for",
        HeaderValue::from_static("203.0.113.9, 198.51.100.7, 10.0.0.2"),
    );
    let from = |peer: &str| address(&app, &headers, Some(peer.parse().unwrap()));
    let ip = |text: &str| Some(text.parse::<IpAddr>().unwrap());
    // What the sender wrote in front of what the proxies saw is not believed.
    assert_eq!(from("10.0.0.1"), ip("198.51.100.7"));
    assert_eq!(from("192.0.2.1"), ip("192.0.2.1"));
    let none = HeaderMap::new();
    assert_eq!(address(&app, &none, ip("10.0.0.1")), ip("10.0.0.1"));
}
