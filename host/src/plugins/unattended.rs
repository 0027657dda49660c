//! Calls that nobody makes: jobs, what devices send, and the figures of a board. The plugin acts by
//! itself, with no person behind it.

use onedoor_forms::{Answer, Text, TileWords, Tone, check_tiles};

use super::{
    CallError, Failure, FailureKind, Plugins,
    bindings::{Lift as _, Lower as _, exports},
    imports,
    run::{How, absent},
};
use crate::{cases::views::Wanted, context::Context, domain::Domain, time::Timestamp};

/// A run of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The same each time it is tried.
    pub id: String,
    /// The job's id in the manifest.
    pub job: String,
    /// When it was to run.
    pub due: Timestamp,
    /// How many runs before it fell out.
    pub missed: u32,
}

/// A message of a device, validated.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// The same each time it is told.
    pub id: String,
    /// The inbox's id in the manifest.
    pub inbox: String,
    /// When it happened.
    pub at: Timestamp,
    /// The device's own name.
    pub source: String,
    /// Its values.
    pub answers: Vec<Answer>,
}

/// What a tile shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Measure {
    /// A number.
    Number(f64),
    /// A status.
    Words(Text),
}

/// One figure of a board.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// Its id, unique among the tiles of the plugin.
    pub id: String,
    /// What it is about.
    pub label: Text,
    /// What it shows.
    pub value: Measure,
    /// The unit of a number.
    pub unit: Option<Text>,
    /// How it is meant.
    pub tone: Tone,
    /// Smaller words below.
    pub note: Option<Text>,
    /// The cases it counts.
    pub cases: Option<Wanted>,
}

impl Plugins {
    /// Runs a job, within the budget that the manifest gives it. `cx` is the host's own.
    pub async fn run_job(
        &self,
        domain: &Domain,
        cx: &Context,
        plugin: &str,
        run: Run,
    ) -> Result<(), CallError> {
        let loaded = self.taking_part(plugin, |it| it.jobs)?;
        let job = loaded.manifest.job(&run.job).ok_or(CallError::Absent)?;
        let budget = job.budget.unwrap_or(loaded.manifest.budget);
        let run = exports::jobs::Run {
            id: run.id,
            job: run.job,
            due: run.due.millis(),
            missed: run.missed,
        };
        let how = How::of(&loaded, "job").within(budget);
        self.run(how, &loaded, domain, cx, move |loaded, store, instance| {
            Box::pin(async move {
                let run_job = loaded.shape.jobs.as_ref().ok_or_else(absent)?;
                let (answer,) = run_job.call(store, instance, (run,)).await?;
                Ok(answer.map_err(|it| it.lift()))
            })
        })
        .await
    }

    /// Hands over what a device sent. `cx` is the host's own.
    pub async fn receive(
        &self,
        domain: &Domain,
        cx: &Context,
        plugin: &str,
        signal: Signal,
    ) -> Result<(), CallError> {
        let loaded = self.taking_part(plugin, |it| it.inbox)?;
        let signal = exports::inbox::Signal {
            id: signal.id,
            inbox: signal.inbox,
            at: signal.at.millis(),
            source: signal.source,
            answers: signal.answers.into_iter().map(|it| it.lower()).collect(),
        };
        let how = How::of(&loaded, "inbox");
        self.run(how, &loaded, domain, cx, move |loaded, store, instance| {
            Box::pin(async move {
                let receive = loaded.shape.inbox.as_ref().ok_or_else(absent)?;
                let (answer,) = receive.call(store, instance, (signal,)).await?;
                Ok(answer.map_err(|it| it.lift()))
            })
        })
        .await
    }

    /// Asks for the figures of a division. Tiles that break a rule of the contract are a failure of
    /// the plugin's.
    pub async fn tiles(
        &self,
        domain: &Domain,
        cx: &Context,
        plugin: &str,
        division: &str,
    ) -> Result<Vec<Tile>, CallError> {
        let loaded = self.taking_part(plugin, |it| it.indicators)?;
        let division = division.to_owned();
        let how = How::of(&loaded, "indicators");
        let tiles: Vec<Tile> = self
            .run(how, &loaded, domain, cx, move |loaded, store, instance| {
                Box::pin(async move {
                    let ask = loaded.shape.indicators.as_ref().ok_or_else(absent)?;
                    let (answer,) = ask.call(store, instance, (division,)).await?;
                    let tiles = answer.map(|it| it.into_iter().map(tile).collect());
                    Ok(tiles.map_err(|it: super::bindings::types::Error| it.lift()))
                })
            })
            .await?;
        match check_tiles(tiles.iter().map(Tile::words)) {
            Ok(()) => Ok(tiles),
            Err((id, rule)) => {
                let failure = Failure::new(FailureKind::Answer, format!("tile {id:?}: {rule}"));
                self.at_fault(&loaded, cx, "indicators", &failure);
                Err(failure.into())
            }
        }
    }
}

fn tile(it: exports::indicators::Tile) -> Tile {
    use exports::indicators::Measure as Wire;
    Tile {
        id: it.id,
        label: it.label.lift(),
        value: match it.value {
            Wire::Number(number) => Measure::Number(number),
            Wire::Words(words) => Measure::Words(words.lift()),
        },
        unit: it.unit.lift(),
        tone: it.tone.lift(),
        note: it.note.lift(),
        cases: it.cases.map(imports::cases::wanted),
    }
}

impl Tile {
    fn words(&self) -> TileWords<'_> {
        let (number, status) = match &self.value {
            Measure::Number(number) => (Some(*number), None),
            Measure::Words(words) => (None, Some(words)),
        };
        TileWords {
            id: &self.id,
            label: &self.label,
            status,
            number,
            unit: self.unit.as_ref(),
            note: self.note.as_ref(),
        }
    }
}
