//! Jobs, signals and boards on the test host: run when the test says so, with nobody calling.

use onedoor_forms::{Answers, TileWords, check_tiles};

use super::{Failure, Sent, TestHost, record::argument};
use crate::{Error, Inbox, Indicators, Jobs, Measure, Run, Signal, Tile};

impl TestHost {
    /// Runs a job of the manifest, due now, after `missed` runs that fell out.
    pub fn run_job<J: Jobs>(&self, job: &str, missed: u32) -> Result<Run, Failure> {
        let run = {
            let mut host = self.host.borrow_mut();
            if host.manifest.job(job).is_none() {
                return Err(Failure::NotInManifest(job.to_owned()));
            }
            Run {
                id: host.fresh("run"),
                job: job.to_owned(),
                due: host.now,
                missed,
            }
        };
        self.run_again::<J>(&run).map(|()| run)
    }

    /// Runs the same run again, as the host does after a failure.
    pub fn run_again<J: Jobs>(&self, run: &Run) -> Result<(), Failure> {
        let done = self.unattended(("jobs", "run-job"), vec![argument(run)], || {
            J::run(run.clone())
        });
        done.map_err(Failure::from)
    }

    /// Sends a device's message to an inbox of the manifest: it is validated as the host does it,
    /// and only then does the plugin see it.
    pub fn receive<I: Inbox>(
        &self,
        inbox: &str,
        source: &str,
        answers: &Answers,
    ) -> Result<Signal, Failure> {
        let signal = {
            let mut host = self.host.borrow_mut();
            let unknown = || Failure::NotInManifest(inbox.to_owned());
            let listed = host.manifest.inbox(inbox).ok_or_else(unknown)?;
            if !(1..=100).contains(&source.chars().count()) {
                let problem = super::state::problem("source", "signal-invalid", 100);
                return Err(Error::Invalid(vec![problem]).into());
            }
            let kept = listed.validate(answers, host.today());
            let answers = kept.map_err(Failure::Faults)?.in_order(&listed.form());
            Signal {
                id: host.fresh("signal"),
                inbox: inbox.to_owned(),
                at: host.now,
                source: source.to_owned(),
                answers,
            }
        };
        self.receive_again::<I>(&signal).map(|()| signal)
    }

    /// Tells the same message again, as the host may.
    pub fn receive_again<I: Inbox>(&self, signal: &Signal) -> Result<(), Failure> {
        let done = self.unattended(("inbox", "receive"), vec![argument(signal)], || {
            I::receive(signal.clone())
        });
        done.map_err(Failure::from)
    }

    /// Asks for the figures of a division, and holds them to the rules of the contract.
    pub fn indicators<I: Indicators>(&self, division: &str) -> Result<Vec<Tile>, Failure> {
        let tiles = self.unattended(("indicators", "tiles"), vec![argument(&division)], || {
            I::tiles(division.to_owned())
        })?;
        check_tiles(tiles.iter().map(words)).map_err(|(id, rule)| Failure::Tile(id, rule))?;
        for tile in &tiles {
            let it = words(tile);
            let shown = [Some(it.label), it.status, it.unit, it.note];
            self.worded(&shown.into_iter().flatten().collect::<Vec<_>>())?;
        }
        Ok(tiles)
    }

    /// What the plugin has sent to people, oldest first.
    pub fn letters(&self) -> Vec<Sent> {
        self.host.borrow().letters.clone()
    }
}

fn words(tile: &Tile) -> TileWords<'_> {
    let (number, status) = match &tile.value {
        Measure::Number(number) => (Some(*number), None),
        Measure::Words(words) => (None, Some(words)),
    };
    TileWords {
        id: &tile.id,
        label: &tile.label,
        status,
        number,
        unit: tile.unit.as_ref(),
        note: tile.note.as_ref(),
    }
}
