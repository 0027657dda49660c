//! Other systems, talking to a host that is served: a report by plain HTTP as the specification of
//! Open311 words it, a client of Open311 and a library of Standard Webhooks that nobody here wrote,
//! both unchanged. Needs `cargo xtask clients`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use onedoor_tests::served::Served;
use serde_json::{Value, json};
use std::{process::Stdio, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    process::Command,
    sync::mpsc,
};

/// Runs a script of tests/clients; what it says on its last line.
async fn script(name: &str, arguments: &[&str], input: &str) -> Value {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let mut child = Command::new(format!("{root}/target/clients/bin/python"))
        .arg(format!("{root}/tests/clients/{name}.py"))
        .args(arguments)
        .env("NO_PROXY", "127.0.0.1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("run `cargo xtask clients` first: {error}"));
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).await.unwrap();
    drop(stdin);
    let done = child.wait_with_output().await.unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    let failed = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{name}: {failed}");
    serde_json::from_str(said.lines().last().unwrap()).unwrap()
}

/// The access token of a service account that an administrator makes.
async fn key(host: &Served) -> String {
    let admin = host.cookie("admin").await;
    let body = json!({ "name": "311", "unit": "u-310101", "role": "resident", "days": 1 });
    let made = host.posted_json(&admin, "services", body).await;
    made["secret"].as_str().unwrap().to_owned()
}

/// The example of the specification, byte for byte but for the key, the service and the place.
async fn by_plain_http(host: &Served, key: &str) -> String {
    let address = host.base.strip_prefix("http://").unwrap();
    let body = format!(
        "api_key={key}&jurisdiction_id=310101&service_code=P0101&lat=31.2212&long=121.4743\
         &address_string=1234+5th+street&email=smit333%40sfgov.edu&device_id=tt222111\
         &account_id=123456&first_name=john&last_name=smith&phone=111111111\
         &description=A+large+sinkhole+is+destroying+the+street\
         &media_url=http%3A%2F%2Ffarm3.static.flickr.com%2F2002%2F2212426634_5ed477a060.jpg\
         &attribute[danger]=no"
    );
    let request = format!(
        "POST /open311/v2/requests.xml HTTP/1.1\r\nHost: {address}\r\n\
         Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(
        head.to_lowercase()
            .contains("content-type: text/xml; charset=utf-8")
    );
    let within = |name: &str| {
        let after = body.split(&format!("<{name}>")).nth(1).unwrap();
        after
            .split(&format!("</{name}>"))
            .next()
            .unwrap()
            .to_owned()
    };
    assert!(body.contains("<service_requests><request>"), "{body}");
    assert_eq!(within("account_id"), "");
    let number = within("service_request_id");
    assert!(within("service_notice").contains(&number));
    number
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_of_open311_works_unchanged() {
    let host = Served::start().await;
    let key = key(&host).await;
    let first = by_plain_http(&host, &key).await;
    // Two, since a client that reads XML without a schema takes a list of one for its one member.
    let second = by_plain_http(&host, &key).await;
    let endpoint = format!("{}/open311/v2", host.base);
    let found = script("open311", &[&endpoint, "310101"], "").await;
    for form in ["json", "xml"] {
        let found = &found[form];
        let services = found["services"].as_array().unwrap();
        assert!(services.contains(&json!("P0101")), "{form}: {services:?}");
        assert_eq!(found["definition"], services[0], "{form}");
        assert_eq!(found["requests"], json!([second, first]), "{form}");
        let one = &found["one"];
        assert_eq!(one["service_request_id"], json!(second), "{form}");
        assert_eq!(
            (&one["status"], &one["service_code"]),
            (&json!("open"), &json!("P0101"))
        );
        assert!(!one.to_string().contains("sinkhole"), "{form}: {one}");
    }
    assert_eq!(found["json"]["services"], found["xml"]["services"]);
}

type Got = (HeaderMap, String);

/// A subscriber; what it gets.
async fn subscriber() -> (String, mpsc::UnboundedReceiver<Got>) {
    let (sender, got) = mpsc::unbounded_channel::<Got>();
    let take =
        async |State(to): State<mpsc::UnboundedSender<Got>>, headers: HeaderMap, body: Bytes| {
            to.send((headers, String::from_utf8(body.to_vec()).unwrap()))
                .unwrap();
        };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/hook", post(take)).with_state(sender);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (format!("http://{address}/hook"), got)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_library_of_standard_webhooks_takes_what_is_sent() {
    let opened = "127.0.0.0/8".parse().unwrap();
    let host = Served::start_with(|config| config.private_targets = vec![opened]).await;
    onedoor::background::start(&host.app);
    let (url, mut got) = subscriber().await;
    let admin = host.cookie("admin").await;
    let body = json!({ "unit": "u-310101022027", "url": url });
    let made = host.posted_json(&admin, "webhooks", body).await;
    let resident = host.cookie("resident").await;
    let report = json!({ "description": "王阿姨家门口的路灯不亮", "division": "310101022027" });
    let case = host.posted_json(&resident, "cases", report).await;

    let waited = tokio::time::timeout(Duration::from_secs(60), got.recv()).await;
    let (headers, body) = waited.unwrap().unwrap();
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let signed: serde_json::Map<_, _> = names
        .iter()
        .map(|it| ((*it).to_owned(), Value::String(header(it))))
        .collect();
    let input = json!({ "secret": made["secret"], "headers": signed, "body": body });
    let event = script("webhook", &[], &input.to_string()).await;
    assert_eq!(event["type"], "cn.onedoor.case.submitted.v1");
    assert_eq!(event["subject"], case["id"]);
    assert_eq!(event["data"]["number"], case["number"]);
    assert!(!body.contains("王"), "{body}");

    // It stands in sight as delivered, and its secret nowhere.
    let id = made["id"].as_str().unwrap();
    let mut page = String::new();
    for _ in 0..100 {
        page = host.get(&admin, &format!("work/webhooks/{id}")).await;
        if page.contains("cn.onedoor.case.submitted.v1") && page.contains("已送达") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(page.contains("已送达"), "{page}");
    let secret = made["secret"].as_str().unwrap();
    let all = host.get(&admin, "work/webhooks").await;
    let listed = host.get(&admin, "api/v1/webhooks").await;
    for text in [&page, &all, &listed] {
        assert!(!text.contains(secret));
    }
    assert!(listed.contains(&url) && all.contains(&url));
}
