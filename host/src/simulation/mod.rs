//! A made-up city at work: residents report by every channel, and the people of every office act on
//! what they are offered, under a clock that the simulation moves. Everything goes through the
//! operations that pages and plugins use. All chance follows from the seed (`dice`), and where a
//! run stands follows from the rows, so that a run which was cut off goes on as it would have.

mod accounting;
mod agenda;
mod conduct;
mod dice;
mod people;
mod reports;
#[cfg(test)]
mod tests;

pub use accounting::{Accounts, Unexplained};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::Path,
    time::{Duration, Instant},
};

use crate::{
    app::App,
    attachments::{self, Upload},
    cases::{
        model::Case,
        operations::{self as cases, Command},
        scheduler, views,
    },
    config::SimulateConfig,
    context::Context,
    db::{self, simulation as rows},
    demo::{self, DemoError},
    error::{Error, Result},
    folder::{self, FolderError},
    ids::Ids,
    integrity::checkpoints,
    time::{Clock, Timestamp},
};
use agenda::{Agenda, Habits, Look};
use conduct::Deed;
use dice::Dice;
use people::People;
use reports::{Desk, Place};

/// Seconds from one step of the clock to the next.
const STEP: i64 = 300;
const DAY: i64 = 24 * 3600;
/// What a simulation's folder says of itself.
const MARK: &str = "simulation.json";

/// Why there is no simulation.
#[derive(Debug, thiserror::Error)]
pub enum SimulationError {
    /// The folder cannot be opened, or is not a demonstration's.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The demonstration holds what no simulation made.
    #[error("this demonstration was not made by a simulation: simulate in a folder of its own")]
    Other,
    /// It was made with something else.
    #[error("this city was made with {0}: start it with the same, or in another folder")]
    Differs(String),
    /// The first day is none.
    #[error("{0} is no day to begin with")]
    Day(Date),
    /// The demonstration could not be made.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// The disk said no.
    #[error("{MARK}: {0}")]
    Io(#[from] io::Error),
    /// Something else went wrong.
    #[error("the simulation: {}", .0.chain())]
    Failed(#[from] Error),
}

/// From what a city follows; kept in its folder, and never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mark {
    /// Said to whoever opens the file.
    about: String,
    seed: u64,
    residents: u32,
    from: Date,
}

impl Mark {
    fn of(config: &SimulateConfig) -> Self {
        Self {
            about: "模拟数据，纯属虚构 All of this is made up".to_owned(),
            seed: config.seed,
            residents: config.residents,
            from: config.from,
        }
    }
}

/// A city that is being simulated.
pub struct City {
    app: App,
    dice: Dice,
    days: u32,
    from: Timestamp,
    people: People,
    places: Vec<Place>,
    habits: Habits,
    agenda: Agenda,
    done: Done,
}

/// What this run has done; an earlier run of the same city is not in it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Done {
    /// How many steps of the clock.
    pub steps: u64,
    /// How many reports were acknowledged.
    pub reports: u64,
    /// How often each act was acknowledged.
    pub acts: BTreeMap<&'static str, u64>,
    /// How many deadlines were worked.
    pub deadlines: u64,
    /// How often nobody who looked at a case did anything.
    pub idle: u64,
    /// How often somebody was refused what they were offered: the act and the code.
    pub refused: BTreeMap<String, u64>,
}

impl Done {
    /// Counts a refusal; an error when it is the host that failed.
    fn refuse(&mut self, action: &str, error: Error) -> Result<()> {
        let code = match error {
            Error::Forbidden(code) | Error::Conflict(code) => code.to_owned(),
            Error::Invalid(problems) => {
                let codes = problems.into_iter().map(|it| it.code);
                codes.collect::<Vec<_>>().join(" ")
            }
            Error::TooMany(_) => "too-many".to_owned(),
            other => return Err(other),
        };
        *self.refused.entry(format!("{action} {code}")).or_default() += 1;
        Ok(())
    }
}

/// Who hears of each act once it has been acknowledged.
pub type Acknowledged<'a> = &'a mut (dyn Write + Send);

/// Opens the city of a folder, making it first where there is none. Refuses every folder but a
/// demonstration that a simulation with the same seed made.
pub async fn open(config: &SimulateConfig) -> Result<City, SimulationError> {
    let host = config.config();
    let zone = jiff::tz::TimeZone::get(&host.time_zone)
        .map_err(|_| FolderError::TimeZone(host.time_zone.clone()))?;
    let day = config.from.to_zoned(zone.clone());
    let day = day.map_err(|_| SimulationError::Day(config.from))?;
    let from = Timestamp::from_micros(day.timestamp().as_microsecond());
    let dice = Dice::new(config.seed);
    // The key follows from the seed as well: what hangs on it must be the same each time.
    let ids = Ids::seeded(dice.seed(&["folder"]));
    let app = App::open_with(host, Clock::set(from), ids).await?;
    if let Err(error) = mark(&app, &Mark::of(config)).await {
        app.close().await;
        return Err(error);
    }
    if config.fast {
        app.domain.database.forgo_the_disk().await?;
    }
    // Passwords of those who may sign in hang on nothing.
    app.domain.ids.restart(rand::random());
    demo::prepare(&app).await?;
    let people = people::settle(&app, dice, config.residents, from).await?;
    let places = reports::places(&app, from);
    Ok(City {
        dice,
        days: config.days,
        from,
        people,
        places,
        habits: Habits {
            dice,
            from,
            step: STEP,
            zone,
        },
        agenda: Agenda::default(),
        done: Done::default(),
        app,
    })
}

/// Notes what a new folder is made from; holds one that was made against it.
async fn mark(app: &App, wanted: &Mark) -> Result<(), SimulationError> {
    let path = app.config.data.join(MARK);
    match std::fs::read(&path) {
        Ok(text) => {
            let found: Option<Mark> = serde_json::from_slice(&text).ok();
            let found = found.ok_or(SimulationError::Other)?;
            let differs = format!(
                "--seed {} --residents {} --from {}",
                found.seed, found.residents, found.from
            );
            match found == *wanted {
                true => Ok(()),
                false => Err(SimulationError::Differs(differs)),
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut c = app.domain.database.read().await?;
            let held = db::accounts::count(&mut c).await? > 0 || db::cases::exist(&mut c).await?;
            if held {
                return Err(SimulationError::Other);
            }
            write_mark(&path, wanted)
        }
        Err(error) => Err(error.into()),
    }
}

/// Whole or not at all: a start that is cut off here begins again.
fn write_mark(path: &Path, wanted: &Mark) -> Result<(), SimulationError> {
    let text = serde_json::to_vec_pretty(wanted).map_err(io::Error::other)?;
    let draft = path.with_extension("draft");
    match std::fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => folder::write_private(&draft, &text)?,
    }
    Ok(std::fs::rename(draft, path)?)
}

impl City {
    /// Goes on from where the rows say it stands until the last day is over. Each act is on the
    /// disk before it is told. `pace`: simulated seconds to a second; none: as many as can be.
    pub async fn run(
        &mut self,
        pace: Option<u32>,
        mut told: Option<Acknowledged<'_>>,
    ) -> Result<()> {
        let mut now = self.resume().await?;
        let end = self.end();
        let wait = pace.map(|it| Duration::from_secs_f64(STEP as f64 / f64::from(it)));
        while now <= end {
            let began = Instant::now();
            self.step(now, &mut told).await?;
            if let Some(left) = wait.and_then(|it| it.checked_sub(began.elapsed())) {
                tokio::time::sleep(left).await;
            }
            now = now.plus_seconds(STEP);
        }
        Ok(())
    }

    /// What has become of every case by the end; see [`Accounts`].
    pub async fn accounts(&self) -> Result<Accounts> {
        accounting::accounts(&self.app, self.end(), &self.done).await
    }

    /// Closes the folder.
    pub async fn close(&self) {
        self.app.close().await;
    }

    fn end(&self) -> Timestamp {
        self.from.plus_seconds(i64::from(self.days) * DAY)
    }

    /// Where the rows say that it stands; makes the agenda from them.
    async fn resume(&mut self) -> Result<Timestamp> {
        let mut c = self.app.domain.database.read().await?;
        let now = rows::latest(&mut c).await?.unwrap_or(self.from);
        let (agenda, habits) = (&mut self.agenda, &self.habits);
        rows::cases(&mut c, &mut |case, last| {
            agenda_of(agenda, habits, &case, last, now, 0);
        })
        .await?;
        let ahead = (now.micros() - self.app.domain.clock.now().micros()) / 1_000_000;
        self.app.domain.clock.advance(ahead);
        Ok(now)
    }

    /// One step of the clock: deadlines, reports, and everybody whose time has come.
    async fn step(&mut self, now: Timestamp, told: &mut Option<Acknowledged<'_>>) -> Result<()> {
        self.deadlines(now).await?;
        self.reports(now, told).await?;
        while let Some(look) = self.agenda.next(now) {
            self.look(look, now, told).await?;
        }
        self.moved(now).await?;
        let since = (now.micros() - self.from.micros()) / 1_000_000;
        if since > 0 && since % DAY == 0 {
            self.midnight(now).await?;
        }
        self.app.domain.clock.advance(STEP);
        self.done.steps += 1;
        Ok(())
    }

    fn host(&self, part: &'static str, now: Timestamp) -> Context {
        Context {
            now,
            ..self.app.domain.system(part)
        }
    }

    async fn deadlines(&mut self, now: Timestamp) -> Result<()> {
        let domain = self.app.domain.clone();
        let mut worked = 0;
        loop {
            let passed = {
                let mut c = domain.database.read().await?;
                rows::passed(&mut c, now).await?
            };
            let Some(it) = passed else {
                break;
            };
            // What a turn begins with has moved after it: no two turns have the same seed.
            let due = it.due.micros().to_string();
            let question = ["deadlines", &it.case, it.clock.name(), &due];
            let cx = self.host("deadlines", now);
            domain.ids.restart(self.dice.seed(&question));
            let count = scheduler::turn(&domain, &cx).await?;
            if count == 0 {
                return Err(Error::bug("a deadline that has passed is not worked"));
            }
            worked += count as u64;
        }
        self.done.deadlines += worked;
        match worked {
            0 => Ok(()),
            _ => self.moved(now).await,
        }
    }

    async fn reports(&mut self, now: Timestamp, told: &mut Option<Acknowledged<'_>>) -> Result<()> {
        let since = (now.micros() - self.from.micros()) / 1_000_000;
        let (day, second) = (since.div_euclid(DAY), since.rem_euclid(DAY));
        let Ok(day) = u32::try_from(day) else {
            return Ok(());
        };
        if day >= self.days {
            return Ok(());
        }
        let residents = u32::try_from(self.people.residents()).unwrap_or(u32::MAX);
        let all = reports::day(self.dice, day, residents);
        let due = all
            .into_iter()
            .filter(|(at, _)| (second..second + STEP).contains(at));
        let duty = self.app.domain.duty.list();
        for (_, n) in due {
            let desk = Desk {
                app: &self.app,
                dice: self.dice,
                people: &self.people,
                places: &self.places,
                duty: &duty,
            };
            let Some(handed) = desk.report(day, n) else {
                continue;
            };
            let cx = self.at(&handed.by, now);
            let once = handed.report.once.clone();
            let ids = &self.app.domain.ids;
            ids.restart(self.dice.seed(&["submit", &once]));
            let case = match cases::submit(&self.app.domain, &cx, handed.report).await {
                Ok(case) => case,
                Err(error) => {
                    self.done.refuse("submit", error)?;
                    continue;
                }
            };
            self.done.reports += 1;
            tell(told, &once, &case)?;
            // One that was answered before has been put on the agenda as it stands.
            if case.course.version == 1 {
                agenda_of(&mut self.agenda, &self.habits, &case, now, now, 0);
            }
        }
        Ok(())
    }

    fn at(&self, who: &Context, now: Timestamp) -> Context {
        Context { now, ..who.clone() }
    }

    /// Somebody looks at a case, and does something or not.
    async fn look(
        &mut self,
        look: Look,
        now: Timestamp,
        told: &mut Option<Acknowledged<'_>>,
    ) -> Result<()> {
        let domain = self.app.domain.clone();
        let case = {
            let mut c = domain.database.read().await?;
            db::cases::get(&mut c, &look.case).await?
        };
        let case = case.ok_or(Error::NotFound)?;
        // It moved with another one in this step: see `moved`.
        if case.course.version != look.version {
            agenda_of(&mut self.agenda, &self.habits, &case, now, now, 0);
            return Ok(());
        }
        let once = format!("sim-{}-{}-{}", look.number, look.version, look.tries);
        let mut dice = self.dice.of(&["conduct", &once]);
        for who in conduct::lookers(&self.people, &case, &mut dice) {
            let cx = self.at(&who, now);
            let seen = match cases::get(&domain, &cx, &case.id).await {
                Err(Error::NotFound) => continue,
                other => other?,
            };
            let choices = views::choices(&domain, &cx, &seen).await?;
            let people = &self.people;
            let deed =
                conduct::deed(&domain, people, &cx, &seen, choices, &once, &mut dice).await?;
            let Some(deed) = deed else {
                continue;
            };
            let action = deed.command.action.name();
            match self.act(&cx, deed, &once).await {
                Ok(case) => {
                    *self.done.acts.entry(action).or_default() += 1;
                    tell(told, &once, &case)?;
                    agenda_of(&mut self.agenda, &self.habits, &case, now, now, 0);
                    return Ok(());
                }
                Err(error) => self.done.refuse(action, error)?,
            }
        }
        self.done.idle += 1;
        let tries = look.tries + 1;
        agenda_of(&mut self.agenda, &self.habits, &case, look.last, now, tries);
        Ok(())
    }

    async fn act(&self, cx: &Context, deed: Deed, once: &str) -> Result<Case> {
        let domain = &self.app.domain;
        let mut files = Vec::new();
        for n in 0..deed.photos {
            let once = format!("{once}-{n}");
            domain.ids.restart(self.dice.seed(&["file", &once]));
            let upload = Upload {
                name: "photo.png".to_owned(),
                bytes: demo::photo()?,
                once,
                draft: None,
            };
            files.push(attachments::upload(domain, cx, upload).await?.id);
        }
        domain.ids.restart(self.dice.seed(&["act", once]));
        let command = Command {
            files,
            ..deed.command
        };
        cases::act(domain, cx, command).await
    }

    /// Takes up what has moved in this step without anybody's looking at it: by a clock, or with
    /// the case that it follows.
    async fn moved(&mut self, now: Timestamp) -> Result<()> {
        let mut c = self.app.domain.database.read().await?;
        for (id, seq) in rows::touched(&mut c, now).await? {
            if self.agenda.version(&id) == Some(seq) {
                continue;
            }
            let case = db::cases::get(&mut c, &id).await?.ok_or(Error::NotFound)?;
            agenda_of(&mut self.agenda, &self.habits, &case, now, now, 0);
        }
        Ok(())
    }

    /// What the host does besides, from time to time. What plugins would be told waits in the outbox
    /// for a host that serves the folder.
    async fn midnight(&self, now: Timestamp) -> Result<()> {
        let app = &self.app;
        let cx = self.host("simulation", now);
        attachments::expire(&app.domain, &cx).await?;
        let folder = app.config.data.join(checkpoints::FOLDER);
        checkpoints::add(&app.domain, &cx, &folder).await?;
        let acts: u64 = self.done.acts.values().sum();
        tracing::info!(
            day = (now.micros() - self.from.micros()) / (DAY * 1_000_000),
            reports = self.done.reports,
            acts,
            deadlines = self.done.deadlines,
            "a day is over"
        );
        Ok(())
    }
}

/// Notes when a case is looked at next.
fn agenda_of(
    agenda: &mut Agenda,
    habits: &Habits,
    case: &Case,
    last: Timestamp,
    now: Timestamp,
    tries: u32,
) {
    let next = habits.look(case, last, now, tries);
    let look = Look {
        case: case.id.clone(),
        number: case.number.clone(),
        last,
        version: case.course.version,
        tries: next.map_or(0, |(_, tries)| tries),
    };
    agenda.put(look, next.map(|(at, _)| at));
}

/// One line for each act: its key, the case's id and number, and the version that it led to.
fn tell(told: &mut Option<Acknowledged<'_>>, once: &str, case: &Case) -> Result<()> {
    let Some(out) = told else {
        return Ok(());
    };
    let (id, number, version) = (&case.id, &case.number, case.course.version);
    writeln!(out, "ack {once} {id} {number} {version}").map_err(Error::internal)?;
    out.flush().map_err(Error::internal)
}
