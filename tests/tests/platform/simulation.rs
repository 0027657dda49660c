//! Kills a simulated city without warning, again and again: each time the next start goes on, and in
//! the end all is as if nobody had pulled the plug. `ONEDOOR_TEST_KILLS=200` for more than a few,
//! `ONEDOOR_TEST_SEED` for the moments of a run before. It does not cut the power: what the disk itself
//! forgets is beyond it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Stdio},
    sync::mpsc,
    time::{Duration, SystemTime},
};

use onedoor::db::{Database, sql};
use onedoor_tests::process::onedoor;
use serde_json::Value;

/// How many days the city works between two looks at how often it was killed.
const DAYS: u32 = 6;
/// How long a run is left alone at most, from its first act on, in milliseconds.
const LONGEST: u64 = 1_500;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// A small generator (xorshift64), so that the moments can be repeated from their seed.
struct Moments(u64);

impl Moments {
    fn next(&mut self) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Duration::from_millis(self.0 % LONGEST)
    }
}

fn city(data: &Path, days: u32, more: &[&str]) -> Child {
    let (data, days) = (data.to_str().unwrap(), days.to_string());
    let mut arguments = vec!["simulate", "--data", data, "--days", &days];
    arguments.extend(["--residents", "900", "--seed", "310101", "--json"]);
    arguments.extend(more);
    let mut command = onedoor(&arguments);
    command.stdout(Stdio::piped()).spawn().unwrap()
}

/// The account that a run gives at its end.
fn account(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

/// What was acknowledged under a key: the case's id, its number, and the version it came to.
type Acts = BTreeMap<String, (String, String, i64)>;

/// Notes one line of a run; whether it is an act. What was acknowledged before stays the same case.
fn note(acts: &mut Acts, line: &str) -> bool {
    let words: Vec<&str> = line.split(' ').collect();
    let ["ack", key, id, number, version] = words[..] else {
        return false;
    };
    let done = (
        id.to_owned(),
        number.to_owned(),
        version.parse::<i64>().unwrap(),
    );
    if let Some(before) = acts.get(key) {
        assert_eq!(before.0, done.0, "{key} became another case");
    } else {
        acts.insert(key.to_owned(), done);
    }
    true
}

/// The lines of a run, whole ones only, as they come.
fn lines(child: &mut Child) -> mpsc::Receiver<String> {
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        while out.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
            if line.ends_with('\n') && send.send(line.trim_end().to_owned()).is_err() {
                break;
            }
            line.clear();
        }
    });
    receive
}

/// One life of the city: killed at a moment after its first act; or its account, if it ended before.
fn life(data: &Path, days: u32, left: Option<Duration>, acts: &mut Acts) -> Option<Value> {
    let mut child = city(data, days, &["--acts"]);
    let lines = lines(&mut child);
    let mut end = None;
    let first = lines.recv_timeout(Duration::from_secs(120));
    if let Ok(line) = &first
        && !note(acts, line)
    {
        end = Some(account(line));
    }
    if let Some(left) = left {
        std::thread::sleep(left);
        // SIGKILL; of no effect on one that has ended.
        let _ = child.kill();
    }
    let status = child.wait().unwrap();
    for line in lines {
        if !note(acts, &line) {
            end = Some(account(&line));
        }
    }
    if end.is_none() {
        assert!(!status.success(), "it ended without an account");
        assert_eq!(status.code(), None, "it was not killed, it failed");
    }
    end
}

/// That each act that was acknowledged is there, once.
async fn held(data: &Path, acts: &Acts) {
    let url = format!("sqlite:{}", data.join("onedoor.db").display());
    let database = Database::open(&url).await.unwrap();
    let mut c = database.read().await.unwrap();
    for (key, (id, number, version)) in acts {
        let kept = sql("SELECT case_id, version FROM case_once WHERE once = $1").bind(key);
        let kept = kept.all(&mut c).await.unwrap();
        assert_eq!(kept.len(), 1, "{key} of {number} is there so often");
        let kept = kept.first().unwrap();
        assert_eq!(kept.get::<String>("case_id").unwrap(), *id, "{key}");
        let event = sql("SELECT seq FROM case_events WHERE case_id = $1 AND seq = $2")
            .bind(id)
            .bind(kept.get::<i64>("version").unwrap());
        assert_eq!(event.all(&mut c).await.unwrap().len(), 1, "{key}");
        // A report that was sent again is answered with the case as it stands.
        assert!(kept.get::<i64>("version").unwrap() <= *version, "{key}");
    }
    let doubled = sql("SELECT c.number FROM cases c WHERE c.version <>
         (SELECT COUNT(*) FROM case_events e WHERE e.case_id = c.id)");
    assert_eq!(doubled.all(&mut c).await.unwrap().len(), 0);
    drop(c);
    database.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_city_that_is_killed_goes_on_as_it_would_have() {
    let kills = number("ONEDOOR_TEST_KILLS").unwrap_or(8);
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let seed = number("ONEDOOR_TEST_SEED");
    let seed = seed.unwrap_or_else(|| now().map_or(1, |it| it.as_micros() as u64 | 1));
    eprintln!("ONEDOOR_TEST_SEED={seed}");
    let mut moments = Moments(seed);
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("killed");
    let mut acts = Acts::new();
    let (mut killed, mut days) = (0, DAYS);
    let end = loop {
        // In the end it is left alone.
        let left = (killed < kills).then(|| moments.next());
        match life(&data, days, left, &mut acts) {
            None => killed += 1,
            Some(end) if killed == kills => break end,
            Some(_) => days += DAYS,
        }
    };
    held(&data, &acts).await;
    let whole = city(&place.path().join("whole"), days, &["--fast"]);
    let whole = whole.wait_with_output().unwrap();
    assert!(whole.status.success());
    let whole = account(String::from_utf8(whole.stdout).unwrap().trim());
    eprintln!(
        "{killed} kills in {days} days, {} acts acknowledged",
        acts.len()
    );
    for (name, account) in [("killed", &end), ("whole", &whole)] {
        let of = |part: &str| account.get(part).unwrap();
        assert_eq!(of("amiss"), 0, "{name}: {}", of("unexplained"));
        let findings = of("audit").get("findings").unwrap();
        assert_eq!(findings, &Value::Array(Vec::new()), "{name}");
    }
    assert_eq!(end.get("events"), whole.get("events"));
    assert_eq!(end.get("digest"), whole.get("digest"), "not the same log");
    assert!(acts.len() as u64 > kills, "too few acts to tell");
}
