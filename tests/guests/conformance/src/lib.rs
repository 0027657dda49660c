//! Calls every part of the contract and shows what it was answered, as words that are the same on
//! any host: no ids, no numbers, no moments. The same code runs natively on the SDK's test host and
//! as a component on the real one (`tests/tests/platform/conformance.rs`), and both must answer alike.

mod records;
mod routing;

use self::{
    records::{record_agreed, record_erase, record_list, record_put, record_read, record_write},
    routing::{LAST, classes, draft, facts, last, list, open, steps},
};
use onedoor_sdk::{
    cases::{self, Draft, Filter},
    grid::{self, Datum, Point},
    identity::{self, Claim},
    notify::{self, Letter},
    records::About,
    *,
};

/// The plugin.
pub struct Conformance;

register!(Conformance: portal, triage, events, jobs, inbox, indicators);

/// The field of the form that opens a case: its class.
pub const CLASS: Key<One> = Key::new("class");
/// Its words.
pub const ABOUT: Key<Words> = Key::new("about");
/// Its place.
pub const PLACE: Key<Spot> = Key::new("place");

impl Portal for Conformance {
    fn render(at: Route) -> Result<View> {
        let said = match at.page.as_str() {
            "form" => return form(),
            "blocks" => return blocks(),
            "caller" => caller(),
            "subject" => identity::caller().subject.unwrap_or_default(),
            "claims" => format!("{:?}", identity::claims("why", &[Claim::Name])?),
            "clock" => clock(),
            "random" => random(),
            "values" => values(&at)?,
            "many-values" => many_values()?,
            "remember" => remember(&at)?,
            "grid" => division(at.get("code").unwrap_or_default())?,
            "locate" => locate(&at)?,
            "children" => children(&at)?,
            "classes" => classes()?,
            "open" => open(&at)?,
            "case" => facts(&cases::get(&last(&at)?)?),
            "steps" => steps(&at)?,
            "list" => list(&at)?,
            "comment" => format!("{:?}", cases::comment(&last(&at)?, "c", "words")?),
            "log" => lines(),
            "record-put" => record_put(&at)?,
            "record-own" => record_read(&at, &About::Caller)?,
            "record-token" => record_read(&at, &About::Token("no-such-token-here".to_owned()))?,
            "record-subject" => record_read(&at, &About::Subject("nobody".to_owned()))?,
            "record-write" => record_write(&at)?,
            "record-agreed" => record_agreed(&at)?,
            "record-erase" => record_erase(&at)?,
            "record-list" => record_list(&at)?,
            "fail" => return Err(error(at.get("with").unwrap_or_default())),
            "tell" => tell(&at)?,
            "tell-many" => tell_many()?,
            "ran" => keyvalue::shared().get("ran")?.unwrap_or_default(),
            "told" => keyvalue::shared().get("told")?.unwrap_or_default(),
            _ => return Err(Error::NotFound),
        };
        shown(&said)
    }

    fn submit(at: Route, submission: Submission) -> Result<Outcome> {
        if submission.form != "open" || submission.version != 3 || submission.state != "kept" {
            return Err(Error::Conflict("form-changed".to_owned()));
        }
        let about = ABOUT.need(&submission)?;
        if about.contains("refuse") {
            let problem = Problem::at(ABOUT.id(), Text::message("about-refused"));
            return Ok(Outcome::Invalid(vec![problem]));
        }
        let draft = Draft {
            class: CLASS.need(&submission)?,
            place: PLACE.need(&submission)?.into(),
            ..draft("", &about)
        };
        let case = cases::open(&submission.once, &draft)?;
        keyvalue::shared().set(LAST, &case.id)?;
        Ok(Outcome::Go(at.with("opened", facts(&case))))
    }

    fn act(at: Route, action: String, once: String) -> Result<Outcome> {
        match action.as_str() {
            "go" => Ok(Outcome::Go(Route::page("caller").with("from", at.page))),
            "show" => Ok(Outcome::Show(shown(&format!(
                "pressed {}",
                !once.is_empty()
            ))?)),
            "stale" => Err(Error::Conflict("stale".to_owned())),
            _ => Err(Error::NotFound),
        }
    }
}

impl Triage for Conformance {
    fn suggest(report: Report) -> Option<Suggestion> {
        let class = report.class.unwrap_or_else(|| "P0101".to_owned());
        report.title.contains("lamp").then(|| Suggestion {
            class,
            urgency: cases::Urgency::Urgent,
            confidence: f64::from(report.hour) / 24.0,
            reason: msg("lamp").with("words", report.description.as_str()),
        })
    }
}

impl Events for Conformance {
    /// Counts each event once, and keeps what it was told last.
    fn on_event(event: Event) -> Result<()> {
        let caller = identity::caller();
        let seen = format!("seen/{}", event.id);
        if keyvalue::shared().get(&seen)?.is_some() {
            return Ok(());
        }
        keyvalue::shared().set(&seen, "")?;
        let count = keyvalue::shared().keys("seen/")?.len();
        let listed = cases::list(
            &Filter::any(),
            &Paging {
                cursor: None,
                limit: 200,
            },
        )?
        .len();
        let told = format!(
            "{count} told, the last {} of {}; caller {:?} {:?}; {listed} listed",
            event.action,
            facts(&event.case),
            caller.subject,
            caller.roles,
        );
        keyvalue::shared().set("told", &told)
    }
}

/// Where devices are, and what jobs find.
const HERE: &str = "310101022027";

impl Jobs for Conformance {
    fn run(run: Run) -> Result<()> {
        match run.job.as_str() {
            "open" => {
                let opened = by_itself(&run.id)?;
                let said = format!("{} after {} missed; {opened}", run.job, run.missed);
                keyvalue::shared().set("ran", &said)
            }
            "write" => {
                let to = keyvalue::shared().get("who/kept")?.ok_or(Error::NotFound)?;
                let (title, body) = (msg("lamp"), Text::raw("words"));
                notify::send(&run.id, &Letter::to(&to, title, body))?;
                keyvalue::shared().set("ran", "wrote")
            }
            _ => Err(Error::Busy(5)),
        }
    }
}

impl Inbox for Conformance {
    fn receive(signal: Signal) -> Result<()> {
        let opened = by_itself(&signal.id)?;
        let answers: Vec<String> = signal
            .answers
            .iter()
            .map(|it| format!("{} {:?}", it.field, it.value))
            .collect();
        let said = format!(
            "{} of {}: {}; {:?}; {opened}",
            signal.inbox,
            signal.source,
            answers.join(", "),
            signal.answer("level"),
        );
        keyvalue::shared().set("ran", &said)
    }
}

impl Indicators for Conformance {
    fn tiles(division: String) -> Result<Vec<Tile>> {
        let filter = Filter {
            division: Some(division.clone()).filter(|it| !it.is_empty()),
            ..Filter::any()
        };
        let paging = Paging {
            cursor: None,
            limit: 200,
        };
        let count = cases::list(&filter, &paging)?.len();
        let caller = identity::caller();
        Ok(vec![
            Tile::number("count", msg("lamp"), count as f64)
                .unit(Text::raw("件"))
                .cases(filter),
            Tile::status(
                "caller",
                msg("cable"),
                Text::raw(format!("{:?}", caller.subject)),
                Tone::Info,
            )
            .note(Text::raw(division)),
        ])
    }
}

/// Opens a case with nobody calling, twice under one key.
fn by_itself(once: &str) -> Result<String> {
    let mut draft = draft("P0105", "by itself");
    draft.place.division = Some(HERE.to_owned());
    let (first, again) = (cases::open(once, &draft)?, cases::open(once, &draft)?);
    Ok(format!(
        "caller {:?}; {}; the same: {}",
        identity::caller().subject,
        facts(&first),
        first.id == again.id
    ))
}

/// Writes to `to`: `me`, `kept` (whoever was remembered so), somebody there is not, or the caller.
fn tell(at: &Route) -> Result<String> {
    let long = at.get("long").and_then(|it| it.parse().ok());
    let title = long.map_or(msg("lamp"), |n| Text::raw("长".repeat(n)));
    let mut letter = Letter::to_caller(title, Text::raw("words"));
    letter.to = match at.get("to") {
        Some("me") => identity::caller().subject,
        Some("kept") => keyvalue::shared().get("who/kept")?,
        to => to.map(str::to_owned),
    };
    if let Some(page) = at.get("open") {
        letter = letter.open(Route::page(page));
    }
    notify::send(at.get("once").unwrap_or_default(), &letter).map(|()| "sent".to_owned())
}

/// As many to the caller as the host takes.
fn tell_many() -> Result<String> {
    for n in 0..30 {
        let letter = Letter::to_caller(Text::raw("t"), Text::raw("b"));
        if let Err(error) = notify::send(&format!("many-{n}"), &letter) {
            return Ok(format!("{n} sent, then {error:?}"));
        }
    }
    Ok("all sent".to_owned())
}

fn shown(said: &str) -> Result<View> {
    page(Text::raw("answer")).text(Text::raw(said)).finish()
}

fn form() -> Result<View> {
    let mut form = FormBuilder::new("open", 3, msg("send"));
    form.one(CLASS, msg("class"))
        .option("P0101", msg("lamp"))
        .option("P0105", msg("cable"))
        .required();
    form.words(ABOUT, msg("about")).required().length(2, 200);
    form.place(PLACE, msg("place")).required();
    form.state("kept");
    page(msg("form"))
        .back(Route::page("home"))
        .form(form.finish()?)
        .actions([
            Action::call("go", msg("go")),
            Action::call("show", msg("show")),
            Action::call("stale", msg("stale")),
            Action::call("unknown", msg("unknown")),
        ])
        .finish()
}

/// Every kind of block, so that each is carried to the host and back unchanged.
fn blocks() -> Result<View> {
    let status = |tone| Status {
        label: Text::raw("状态"),
        tone,
    };
    let mut table = TableBuilder::new("table", msg("table"), Text::raw("none"))
        .column("a", Text::raw("甲"))
        .numbers("b", Text::raw("乙"));
    table.row_to(
        "r1",
        vec![Text::raw("x").into(), 1.5.into()],
        Route::page("caller").with("a", "b"),
    );
    table.row(
        "r2",
        vec![
            Cell::At(1_795_399_200_000),
            Cell::Link((Text::raw("y"), Route::page("clock"))),
        ],
    );
    table.next(Route::page("blocks").with("after", "r2"));
    let moment = |state, at| Moment {
        state,
        title: msg("moment")
            .with("n", 2_u32)
            .with("on", Argument::Date("2026-11-23".to_owned())),
        at,
        due: Some(5),
        by: None,
        note: Some(Text::raw("注")),
    };
    let confirm = Confirm {
        title: Text::raw("?"),
        body: Text::raw("!"),
        yes: Text::raw("yes"),
    };
    page(Text::raw("所有的块 🚪"))
        .heading(msg("heading"))
        .text(Text::raw("words"))
        .bullets([Text::raw("1"), Text::raw("2")])
        .details(Text::raw("more"), Text::raw("words"))
        .notice(Tone::Danger, Text::raw("t"), Text::raw("b"))
        .summary([(Text::raw("key"), Cell::Status(status(Tone::Success)))])
        .timeline([
            moment(MomentState::Done, Some(1)),
            moment(MomentState::Current, None),
            moment(MomentState::Upcoming, None),
            moment(MomentState::Stopped, Some(-1)),
        ])
        .table(table)
        .cards([Card {
            title: Text::raw("card"),
            hint: None,
            status: Some(status(Tone::Info)),
            go: Route::page("clock"),
        }])
        .figures([Figure {
            label: Text::raw("n"),
            value: (-0.25).into(),
            note: None,
        }])
        .actions([
            Action::go("a", Text::raw("go"), Route::page("clock")).primary(),
            Action::call("b", Text::raw("call")).danger(confirm),
            Action::dial("c", Text::raw("dial"), "12345").disabled(Text::raw("closed")),
        ])
        .finish()
}

fn caller() -> String {
    let caller = identity::caller();
    format!(
        "signed in: {}, staff: {}, roles: {:?}, locale: {}, divisions: {:?}",
        caller.is_signed_in(),
        caller.is_staff(),
        caller.roles,
        caller.locale,
        caller.divisions
    )
}

fn clock() -> String {
    let (now, today) = (clock::now(), clock::today());
    format!("{now} {today}, steady: {}", clock::now() == now)
}

fn random() -> String {
    let (a, b) = (random::bytes(1024), random::bytes(1024));
    format!(
        "{} bytes, again others: {}, none: {}",
        a.len(),
        a != b,
        random::bytes(0).len()
    )
}

/// `op` on `key`; `about` = `me` for the caller's own; a value of `size` bytes.
fn values(at: &Route) -> Result<String> {
    let subject = identity::caller().subject.unwrap_or_default();
    let values = match at.get("about") {
        Some(_) => keyvalue::of(&subject),
        None => keyvalue::shared(),
    };
    let size = at.get("size").and_then(|it| it.parse().ok()).unwrap_or(1);
    let long = |it: &str| {
        it.strip_prefix('*')
            .and_then(|it| it.parse().ok())
            .map(|n| "键".repeat(n))
    };
    let key = at.get("key").unwrap_or_default();
    let key = long(key).unwrap_or_else(|| key.to_owned());
    Ok(match at.get("op").unwrap_or_default() {
        "set" => format!("{:?}", values.set(&key, &"v".repeat(size))?),
        "delete" => format!("{:?}", values.delete(&key)?),
        "keys" => format!("{:?}", values.keys(&key)?),
        "swap" => {
            let expected = at.get("for").map(|it| "v".repeat(it.parse().unwrap_or(0)));
            format!(
                "{:?}",
                values.swap(&key, expected.as_deref(), &"v".repeat(size))?
            )
        }
        _ => format!("{:?}", values.get(&key)?.map(|it| it.len())),
    })
}

fn many_values() -> Result<String> {
    let values = keyvalue::shared();
    for index in (0..205).rev() {
        values.set(&format!("many/{index:03}"), "")?;
    }
    let keys = values.keys("many/")?;
    Ok(format!(
        "{} {:?} {:?}",
        keys.len(),
        keys.first(),
        keys.last()
    ))
}

/// Whether the caller's subject is the one last kept under a name; keeps it.
fn remember(at: &Route) -> Result<String> {
    let subject = identity::caller().subject;
    let key = format!("who/{}", at.get("as").unwrap_or_default());
    let before = keyvalue::shared().get(&key)?;
    keyvalue::shared().set(&key, subject.as_deref().unwrap_or("-"))?;
    Ok(format!(
        "known: {}, the same: {}",
        before.is_some(),
        before == subject
    ))
}

fn division(code: &str) -> Result<String> {
    let it = grid::get(code)?;
    Ok(format!(
        "{} {} {:?} below {:?}",
        it.code, it.name, it.level, it.parent
    ))
}

fn locate(at: &Route) -> Result<String> {
    let number = |name| {
        at.get(name)
            .and_then(|it| it.parse().ok())
            .unwrap_or(f64::NAN)
    };
    let point = Point {
        lon: number("lon"),
        lat: number("lat"),
        datum: Datum::Cgcs2000,
    };
    let found = grid::locate(point)?;
    Ok(format!("{:?}", found.map(|it| it.level)))
}

/// All pages of the divisions below one, three rows at a time.
fn children(at: &Route) -> Result<String> {
    let mut said = String::new();
    let mut paging = Paging {
        cursor: at.get("cursor").map(str::to_owned),
        limit: 3,
    };
    loop {
        let rows = grid::children(at.get("code").unwrap_or_default(), &paging)?;
        let names: Vec<String> = rows
            .iter()
            .map(|row| format!("{} {}", row.id(), row.text("level")))
            .collect();
        said.push_str(&format!("[{}]", names.join(", ")));
        match rows.next() {
            Some(next) => paging.cursor = Some(next.to_owned()),
            None => return Ok(said),
        }
    }
}

/// More lines than are kept, and one longer than is kept: no error.
fn lines() -> String {
    for index in 0..150 {
        log::debug(format!("line {index}"));
    }
    log::info("长".repeat(4000));
    "logged".to_owned()
}

fn error(with: &str) -> Error {
    let denial = Denial {
        capability: "own".to_owned(),
        line: "none".to_owned(),
    };
    match with {
        "denied" => Error::Denied(denial),
        "conflict" => Error::Conflict("stale".to_owned()),
        "invalid" => Error::Invalid(vec![
            Problem::at("a", Text::message("bad").with("n", 1.5)),
            Problem::general(Text::raw("worse")),
        ]),
        "busy" => Error::Busy(250),
        "other" => Error::Other("own".to_owned()),
        _ => Error::NotFound,
    }
}
