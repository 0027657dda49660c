//! Kills the host without warning, again and again, while reports come in. Every report that was
//! answered is there afterwards, and none is there twice. It does not cut the power: what the disk
//! itself forgets is beyond it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use onedoor_tests::{
    COMMUNITY,
    process::{Process, folder, free_port},
};

/// How often the host is killed.
const KILLS: u32 = 50;
/// How many report at the same time.
const CLIENTS: usize = 4;

/// The id of the case that a report with this key was answered with; none when nobody answered.
async fn report(client: &reqwest::Client, base: &str, token: &str, key: &str) -> Option<String> {
    let body = serde_json::json!({ "description": format!("水位 {key}"), "division": COMMUNITY });
    let answer = client
        .post(format!("{base}/api/v1/cases"))
        .bearer_auth(token)
        .header("Idempotency-Key", key)
        .json(&body)
        .send()
        .await
        .ok()?;
    let status = answer.status();
    assert!(
        status == 201 || status.is_server_error(),
        "{status}: {}",
        answer.text().await.unwrap_or_default()
    );
    let case: serde_json::Value = answer.json().await.ok()?;
    case.get("id")?.as_str().map(str::to_owned)
}

/// Every case the machine reported.
async fn reported(client: &reqwest::Client, base: &str, token: &str) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let mut query = vec![("limit", "200".to_owned())];
        query.extend(cursor.map(|it| ("cursor", it)));
        let page: serde_json::Value = client
            .get(format!("{base}/api/v1/cases/mine"))
            .bearer_auth(token)
            .query(&query)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let items = page.get("items").and_then(|it| it.as_array()).unwrap();
        let id = |it: &serde_json::Value| it.get("id").unwrap().as_str().unwrap().to_owned();
        ids.extend(items.iter().map(id));
        cursor = page
            .get("next")
            .and_then(|it| it.as_str())
            .map(str::to_owned);
        if cursor.is_none() {
            return ids;
        }
    }
}

/// A small generator (xorshift64), so that a run can be repeated from its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

fn seed() -> u64 {
    let given = std::env::var("ONEDOOR_TEST_SEED").ok();
    let given = given.and_then(|it| it.parse().ok());
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    given.unwrap_or_else(|| now().map_or(1, |it| it.as_micros() as u64 | 1))
}

type Answers = Arc<Mutex<BTreeMap<String, String>>>;

/// Reports until told to stop; a report that was not answered is sent again, with its key.
async fn client(
    base: String,
    token: String,
    number: usize,
    answers: Answers,
    stop: Arc<AtomicBool>,
) {
    let client = reqwest::Client::new();
    let mut n = 0;
    let mut sent = false;
    while !stop.load(Ordering::Relaxed) || sent {
        let key = format!("{number}-{n}");
        sent = true;
        if let Some(id) = report(&client, &base, &token, &key).await {
            answers.lock().unwrap().insert(key, id);
            n += 1;
            sent = false;
        } else {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_is_there_and_nothing_twice() {
    let seed = seed();
    eprintln!("ONEDOOR_TEST_SEED={seed}");
    let mut random = Random(seed);
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let port = free_port();
    let token = folder(&data, port).await;
    let base = format!("http://127.0.0.1:{port}");
    let (answers, stop) = (Answers::default(), Arc::new(AtomicBool::new(false)));
    let mut host = Process::serve(&data, port).await;
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let (answers, stop) = (answers.clone(), stop.clone());
            tokio::spawn(client(base.clone(), token.clone(), number, answers, stop))
        })
        .collect();
    let other = reqwest::Client::new();
    for _ in 0..KILLS {
        let pause = Duration::from_millis(20 + random.below(250));
        tokio::time::sleep(pause).await;
        drop(host);
        host = Process::serve(&data, port).await;
        // One that was answered before, sent again: the same case.
        let known: Vec<_> = answers.lock().unwrap().clone().into_iter().collect();
        let pick = random.below(known.len().max(1) as u64) as usize;
        if let Some((key, id)) = known.get(pick) {
            let again = report(&other, &base, &token, key).await;
            assert_eq!(again.as_ref(), Some(id), "{key} was answered before");
        }
    }
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }
    let answers = answers.lock().unwrap().clone();
    let there = reported(&other, &base, &token).await;
    let expected: BTreeSet<_> = answers.values().cloned().collect();
    let found: BTreeSet<_> = there.iter().cloned().collect();
    eprintln!("{KILLS} kills, {} reports answered", answers.len());
    assert_eq!(expected.len(), answers.len(), "two reports got one case");
    assert_eq!(found.len(), there.len(), "a case is listed twice");
    assert_eq!(found, expected, "lost, or there twice");
    assert!(answers.len() > KILLS as usize, "too few reports to tell");
}
