//! A district with a million cases, all of them made up: a page of each kind of queue, and its
//! figures, beside the same questions answered by reading every row. `ONEDOOR_BENCH_CASES` is how
//! many there are.

use std::time::{Duration, Instant};

use jiff::civil::Date;
use onedoor::{
    cases::{
        figures::{self, digest, recount, table::Figure},
        lifecycle::unborn,
        model::{Course, Hop, State},
        queues::{self, Queue},
        views,
    },
    context::{Channel, Context, Principal},
    db::{
        Backend, Database,
        figures::{By, Listed, Scope},
        sql,
        testing::Scratch,
    },
    domain::{Domain, testing},
    identity::{Level, Person, Post, Role},
    page::Paging,
};
use tokio::runtime::Builder;

use crate::figures as tables;
use tables::Times;

/// How many cases, unless the environment says otherwise.
const CASES: i64 = 1_000_000;
/// Over how many days they came in.
const DAYS: i64 = 730;
/// How many are made in one transaction.
const CHUNK: i64 = 50_000;
/// How often each question is asked, and how often each slow one.
const ASKED: usize = 300;
const SLOW: usize = 5;
/// What is aimed at.
const QUEUE: Duration = Duration::from_millis(20);
const FIGURES: Duration = Duration::from_millis(100);

const DISTRICT: &str = "310101";
const STREET: &str = "310101003";
const COMMUNITY: &str = "310101003004";
/// Streets and communities of each.
const STREETS: i64 = 10;
const COMMUNITIES: i64 = 17;

pub fn run() {
    let cases = std::env::var("ONEDOOR_BENCH_CASES").ok();
    let cases = cases.map_or(CASES, |it| it.parse().unwrap());
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        on("SQLite", Scratch::sqlite(false).await.unwrap(), cases).await;
        match Scratch::postgres(false).await.unwrap() {
            Some(scratch) => on("PostgreSQL", scratch, cases).await,
            None => println!("\nPostgreSQL: NOT MEASURED, ONEDOOR_TEST_POSTGRES is not set"),
        }
    });
}

async fn on(name: &str, scratch: Scratch, cases: i64) {
    let domain = testing::domain(scratch.database.clone()).await.unwrap();
    make(&domain.database, cases).await;
    queue_pages(name, &domain, cases).await;
    district(name, &domain, cases).await;
    drop(domain);
    scratch.remove().await.unwrap();
}

/// Somebody with a post in a unit.
fn who(domain: &Domain, unit: &str, division: &str, role: Role) -> Context {
    let now = domain.clock.now();
    let post = Post {
        id: "post".to_owned(),
        unit: unit.to_owned(),
        division: division.to_owned(),
        role,
        from: now,
        until: None,
    };
    Context {
        principal: Principal::Person(Person {
            account: "somebody".to_owned(),
            name: "somebody".to_owned(),
            posts: vec![post],
            phone_hash: None,
        }),
        channel: Channel::App,
        ..domain.system("bench")
    }
}

/// A line of the table, and whether the aim holds; `base` is the median of the same by every row.
fn show(name: &str, times: &Times, aim: Duration, base: Option<&Times>) {
    times.show(name, None);
    let held = times.at(0.99) <= aim.as_micros() as f64;
    let held = if held { "holds" } else { "DOES NOT HOLD" };
    let ratio = base.map_or(String::new(), |base| {
        format!(", {:.4} of reading every row", times.at(0.5) / base.at(0.5))
    });
    println!("    p99 under {} ms: {held}{ratio}", aim.as_millis());
}

/// Asks `n` times, once more beforehand.
async fn ask<F: Future<Output = ()>>(n: usize, question: impl Fn() -> F) -> Times {
    question().await;
    let mut times = Times::new();
    for _ in 0..n {
        let from = Instant::now();
        question().await;
        times.note(from.elapsed());
    }
    times
}

async fn queue_pages(name: &str, domain: &Domain, cases: i64) {
    tables::times(&format!("queues among {cases} synthetic cases on {name}"));
    let team = format!("u-{STREET}-0");
    let base = ask(SLOW, || async {
        // The unit as an expression: no index has it.
        let text = "SELECT * FROM cases WHERE holder || '' = $1 AND closed IS NULL
                    ORDER BY COALESCE(due, 9007199254740991), id LIMIT 51";
        let mut c = domain.database.read().await.unwrap();
        let rows = sql(text).bind(&team).all(&mut c).await.unwrap();
        assert!(!rows.is_empty());
    });
    let base = base.await;
    base.show("a queue, every row read", None);
    for (label, queue, cx) in [
        (
            "a community's desk",
            Queue::Desk,
            who(
                domain,
                &format!("u-{COMMUNITY}"),
                COMMUNITY,
                Role::Dispatcher,
            ),
        ),
        (
            "a street's team",
            Queue::Work,
            who(domain, &team, STREET, Role::Handler),
        ),
        (
            "what verifiers of the district look at",
            Queue::Verify,
            who(domain, "checks", DISTRICT, Role::Verifier),
        ),
        (
            "all that is open in the district",
            Queue::Area,
            who(domain, "u-310101", DISTRICT, Role::Supervisor),
        ),
        (
            "all that is open in a community",
            Queue::Area,
            who(domain, "u-x", COMMUNITY, Role::GridWorker),
        ),
    ] {
        let times = ask(ASKED, || async {
            let first = Paging::default();
            let page = queues::queue(domain, &cx, queue, &first).await.unwrap();
            let holders = views::holders(domain, &cx, &page.items).await.unwrap();
            assert_eq!(page.items.len(), holders.len());
            assert!(!page.items.is_empty() || cases < CASES, "{label}");
        });
        show(label, &times.await, QUEUE, Some(&base));
    }
}

async fn district(name: &str, domain: &Domain, cases: i64) {
    tables::times(&format!("figures of {cases} synthetic cases on {name}"));
    let cx = who(domain, "u-310101", DISTRICT, Role::Supervisor);
    let whole = Scope {
        division: DISTRICT.to_owned(),
        ..Scope::default()
    };
    let report = |scope: Scope, by: Option<By>| {
        let cx = &cx;
        move || {
            let scope = scope.clone();
            async move {
                let found = figures::report(domain, cx, &scope, by).await.unwrap();
                assert!(found.whole.iter().any(|it| it.cases > 0));
            }
        }
    };
    // Before anything is summed, the same question reads every row.
    let base = ask(SLOW, report(whole.clone(), None)).await;
    base.show("the district, every row read", None);
    let times = ask(SLOW, || async {
        let found = figures::times(domain, &cx, &whole).await.unwrap();
        assert!(!found.is_empty());
    });
    let base_times = times.await;
    base_times.show("times in states, every row read", None);
    let began = Instant::now();
    let mut summed = 0;
    loop {
        match recount::sum(&domain.database, cx.now).await.unwrap() {
            0 => break,
            n => summed += n,
        }
    }
    println!(
        "    {summed} cases summed in {:.0} s",
        began.elapsed().as_secs_f64()
    );
    analyse(&domain.database).await;
    let day = |text: &str| text.parse::<Date>().ok();
    let month = Scope {
        from: day("2026-10-01"),
        to: day("2026-10-31"),
        ..whole.clone()
    };
    let lately = Scope {
        from: day("2026-10-24"),
        to: day("2026-11-23"),
        ..whole.clone()
    };
    let street = Scope {
        division: STREET.to_owned(),
        ..whole.clone()
    };
    let community = Scope {
        division: COMMUNITY.to_owned(),
        ..whole.clone()
    };
    for (label, scope, by) in [
        ("the district, two years", whole.clone(), None),
        ("the district, by class", whole.clone(), Some(By::Class)),
        ("the district, by unit", whole.clone(), Some(By::Unit)),
        ("the district, by month", whole.clone(), Some(By::Month)),
        ("the district, by street", whole.clone(), Some(By::Place)),
        ("the district, one month", month, None),
        ("the district, 31 days across two months", lately, None),
        ("a street, by class", street, Some(By::Class)),
        ("a community", community, None),
    ] {
        let times = ask(ASKED / 6, report(scope, by)).await;
        show(label, &times, FIGURES, Some(&base));
    }
    let times = ask(ASKED / 6, || async {
        let found = figures::times(domain, &cx, &whole).await.unwrap();
        assert!(!found.is_empty());
    });
    show("times in states", &times.await, FIGURES, Some(&base_times));
    for figure in [Figure::Overdue, Figure::Returned, Figure::Explained] {
        let times = ask(ASKED / 6, || async {
            let listed = Listed::Figure(figure);
            let first = Paging::default();
            let page = figures::behind(domain, &cx, &whole, listed, &first)
                .await
                .unwrap();
            assert!(!page.items.is_empty() || cases < CASES, "{}", figure.name());
        });
        let label = format!("the first cases behind “{}”", figure.name());
        show(&label, &times.await, FIGURES, None);
    }
    let times = ask(ASKED / 6, || async {
        let asked = digest::Asked {
            unit: Some("u-310101".to_owned()),
            day: None,
        };
        digest::digest(domain, &cx, &asked).await.unwrap();
    });
    show("a desk's digest", &times.await, FIGURES, None);
}

/// What PostgreSQL does by itself after a while; SQLite does without.
async fn analyse(database: &Database) {
    if database.backend() == Backend::Postgres {
        let done = database.write(|t| Box::pin(async move { sql("ANALYZE").run(t).await }));
        done.await.unwrap();
    }
}

async fn write(database: &Database, text: &str, arguments: Vec<i64>) {
    let text = text.to_owned();
    let done = database.write(move |t| {
        Box::pin(async move {
            let mut statement = sql(text);
            for it in arguments {
                statement = statement.bind(it);
            }
            statement.run(t).await
        })
    });
    done.await.unwrap();
}

/// The rows: labelled as synthetic, made by the database itself from their number.
async fn make(database: &Database, cases: i64) {
    let began = Instant::now();
    for text in [
        "CREATE TABLE bench_days (n BIGINT PRIMARY KEY, day TEXT NOT NULL)",
        "INSERT INTO units (id, name_zh, name_en, kind, division)
         VALUES ('u-310101', '区', 'District', 'desk', '310101')",
    ] {
        write(database, text, Vec::new()).await;
    }
    let last: Date = "2026-11-23".parse().unwrap();
    for n in 0..=DAYS {
        let day = last.saturating_sub(jiff::Span::new().days(DAYS - n));
        let text = format!("INSERT INTO bench_days (n, day) VALUES ($1, '{day}')");
        write(database, &text, vec![n]).await;
    }
    let (cases_text, facts, stays) = (insert_cases(cases), insert_facts(cases), insert_stays());
    let mut from = 0;
    while from < cases {
        let to = (from + CHUNK).min(cases);
        for text in [&cases_text, &facts, &stays] {
            write(database, text, vec![from, to]).await;
        }
        from = to;
    }
    analyse(database).await;
    println!(
        "\n{cases} cases made in {:.0} s",
        began.elapsed().as_secs_f64()
    );
}

/// Numbers from `$1` on, before `$2`.
const SERIES: &str = "WITH RECURSIVE s (i) AS (SELECT CAST($1 AS BIGINT) UNION ALL
                      SELECT i + 1 FROM s WHERE i + 1 < $2)";
/// The name of case `i`; in the order of `i`.
const ID: &str = "'synthetic-' || substr(CAST(1000000000 + i AS TEXT), 2)";
/// Numbers that look like chance: place, class, and one of a thousand.
const PLACE: &str = "((i * 7919) % 170)";
const CLASS: &str = "((i * 104729 + i / 170) % 50)";
const LUCK: &str = "((i * 15485863 + i / 50) % 1000)";

/// The number of a digit or two as three digits.
fn three(expression: &str) -> String {
    format!("substr(CAST(1000 + {expression} AS TEXT), 2)")
}

/// Expressions over `i` that the tables of cases and of facts share.
struct Made {
    street: String,
    community: String,
    unit: String,
    state: String,
    opened: String,
}

fn made(cases: i64) -> Made {
    let street = format!(
        "'{DISTRICT}' || {}",
        three(&format!("(1 + {PLACE} % {STREETS})"))
    );
    let of_street = three(&format!("(1 + {PLACE} / {STREETS} % {COMMUNITIES})"));
    let now = testing::NOW.micros();
    let step = DAYS * 86_400_000_000 / cases;
    let recent = cases - cases * 15 / 1000;
    Made {
        community: format!("{street} || {of_street}"),
        unit: format!("'u-' || {street} || '-' || CAST({CLASS} % 8 AS TEXT)"),
        // The latest and a few of the others are open.
        state: format!(
            "CASE WHEN i < {recent} AND {LUCK} >= 5 THEN 'closed'
             WHEN {LUCK} % 20 < 3 THEN 'submitted' WHEN {LUCK} % 20 < 5 THEN 'dispatched'
             WHEN {LUCK} % 20 < 12 THEN 'in-progress' WHEN {LUCK} % 20 < 14 THEN 'verifying'
             ELSE 'resolved' END"
        ),
        opened: format!("({now} - ({cases} - i) * {step})"),
        street,
    }
}

/// What a course takes in a row, with its state to be put in.
fn course() -> String {
    let hop = |unit: &str, level| Hop {
        unit: unit.to_owned(),
        level,
        skipped: false,
    };
    let course = Course {
        class: Some("C000".to_owned()),
        holder: Some(hop("u-310101", Level::District)),
        lead: Some("u-310101003-0".to_owned()),
        trail: vec![
            hop("u-310101003004", Level::Community),
            hop("u-310101003", Level::Street),
        ],
        worker: Some(hop("u-310101003-0", Level::Street)),
        workers: vec!["u-310101003-0".to_owned()],
        version: 5,
        ..unborn()
    };
    assert_eq!(course.state, State::Submitted);
    serde_json::to_string(&course).unwrap()
}

fn insert_cases(cases: i64) -> String {
    let Made {
        street,
        community,
        unit,
        state,
        opened,
    } = made(cases);
    let course = course();
    format!(
        "{SERIES} INSERT INTO cases (id, number, state, class, urgency, holder, lead_unit, division,
         address, channel, title, opened, closed, due, duty_version, course, version, procedure)
         SELECT id, id, state, 'C' || {class}, 'normal',
         CASE state WHEN 'closed' THEN NULL WHEN 'submitted' THEN 'u-' || community
         WHEN 'verifying' THEN 'u-' || community ELSE unit END,
         unit, community, '', '\"app\"', '合成数据 synthetic', opened,
         CASE state WHEN 'closed' THEN opened + 500000000000 END,
         CASE WHEN state IN ('closed', 'resolved') THEN NULL ELSE opened + 259200000000 END,
         'bench', replace('{course}', '\"submitted\"', '\"' || state || '\"'), 5, 'incident'
         FROM (SELECT i, {ID} AS id, {street} AS street, {community} AS community, {unit} AS unit,
         {state} AS state, {opened} AS opened FROM s) x",
        class = three(CLASS)
    )
}

fn insert_facts(cases: i64) -> String {
    let hour = 3_600_000_000_i64;
    format!(
        "INSERT INTO case_facts (case_id, division, procedure, class, unit, level, day, state, since,
         opened, ended, due, responded, response_due, resolved, resolve_due, contacted, solved,
         satisfied, missed, overseen, raised, returned, reworked, reopened, suspended, parts,
         parts_refused, forms, fields, held, excluded, excluded_at, summed)
         SELECT id, division, procedure, class, lead_unit, CASE WHEN luck % 3 = 0 THEN 1 ELSE 2 END,
         d.day, state, opened, opened, closed, due,
         CASE WHEN state <> 'submitted' THEN opened + luck % 48 * {hour} END,
         CASE WHEN luck % 9 = 0 THEN opened + {hour} END,
         CASE WHEN state IN ('closed', 'resolved') THEN opened + (1 + luck % 150) * {hour} END,
         opened + 120 * {hour},
         CASE WHEN state = 'closed' AND luck % 4 > 0 THEN luck % 2 END,
         CASE WHEN state = 'closed' AND luck % 4 > 0 THEN luck % 5 / 2 % 2 END,
         CASE WHEN state = 'closed' AND luck % 4 > 0 THEN 1 + luck % 5 END,
         luck % 11 / 10, luck % 31 / 30, luck % 23 / 22, luck % 41 / 40, luck % 19 / 18,
         luck % 53 / 52, luck % 97 / 96, luck % 7 / 6, luck % 211 / 210, 0, 0, 0,
         CASE WHEN state = 'closed' AND luck % 4 = 0 THEN CASE WHEN luck % 16 = 4 THEN 'withdrawn'
         WHEN luck % 400 = 0 THEN 'explained' ELSE 'unrated' END END,
         CASE WHEN state = 'closed' AND luck % 4 = 0 THEN closed END, 0
         FROM (SELECT c.*, {LUCK} AS luck, i * {DAYS} / {cases} AS dayth FROM
         (SELECT *, CAST(substr(id, 11) AS BIGINT) AS i FROM cases
         WHERE id >= {low} AND id < {high}) c) x JOIN bench_days d ON d.n = dayth",
        low = ID.replace("+ i ", "+ $1 "),
        high = ID.replace("+ i ", "+ $2 ")
    )
}

/// The states that each case was in.
fn insert_stays() -> String {
    let low = ID.replace("+ i ", "+ $1 ");
    let high = ID.replace("+ i ", "+ $2 ");
    format!(
        "INSERT INTO case_stays (case_id, state, stays, micros)
         SELECT case_id, w.state, 1, (opened / 1000 % 9 + 1) * 3600000000 FROM case_facts
         JOIN (SELECT 'submitted' AS state UNION ALL SELECT 'filed' UNION ALL SELECT 'dispatched'
         UNION ALL SELECT 'in-progress') w ON w.state <> case_facts.state
         WHERE case_id >= {low} AND case_id < {high}"
    )
}
