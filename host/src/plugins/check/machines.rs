//! What is played against `jobs`, `inbox` and `indicators`: each job and each inbox of the manifest
//! twice under one id, and the figures of a place large and small.

use std::time::Instant;

use super::{sample, stage::Stage};
use crate::{
    context::{Channel, Context},
    error::{Error, Result},
    plugins::{CallError, Measure, Run, Signal},
};

/// The divisions whose figures are asked for: everywhere, a district, and where nothing is.
const DIVISIONS: [&str; 3] = ["", "310101", "999999"];

/// Runs each job twice, as a host does that did not hear the first answer.
pub(super) async fn jobs(stage: &mut Stage) {
    let jobs = stage.loaded.manifest.jobs.clone();
    for job in jobs {
        let cx = stage.domain.system("check");
        let run = Run {
            id: format!("{}@check", job.id),
            job: job.id.clone(),
            due: cx.now,
            missed: 2,
        };
        let mut answers = Vec::new();
        for _ in 0..2 {
            let (plugins, began) = (stage.plugins.clone(), Instant::now());
            let answer = plugins
                .run_job(&stage.domain, &cx, stage.id(), run.clone())
                .await;
            stage.noted(&format!("job {}", job.id), began, &answer);
            answers.push(answer);
        }
        alike(stage, ["job", "job-again"], &job.id, &answers);
    }
}

/// Sends each inbox a message that its fields allow, and the same again.
pub(super) async fn inboxes(stage: &mut Stage) -> Result<()> {
    let inboxes = stage.loaded.manifest.inbox.clone();
    for inbox in inboxes {
        let cx = Context {
            channel: Channel::Sensor,
            ..stage.domain.system("check")
        };
        let today = cx.now.day(&stage.domain.zone);
        let today = sample::day(&today).ok_or_else(|| Error::bug("today is no date"))?;
        let form = inbox.form();
        for way in 0..sample::WAYS {
            let Some(answers) = sample::answers(&form, way, today) else {
                let what = format!("{}: no message could be made up", inbox.id);
                stage.report.note("signal", what);
                continue;
            };
            let signal = Signal {
                id: format!("{}-{way}", inbox.id),
                inbox: inbox.id.clone(),
                at: cx.now,
                source: "check".to_owned(),
                answers: answers.in_order(&form),
            };
            let mut answers = Vec::new();
            for _ in 0..2 {
                let (plugins, began) = (stage.plugins.clone(), Instant::now());
                let answer = plugins
                    .receive(&stage.domain, &cx, stage.id(), signal.clone())
                    .await;
                stage.noted(&format!("inbox {}", inbox.id), began, &answer);
                answers.push(answer);
            }
            alike(stage, ["signal", "signal-again"], &inbox.id, &answers);
        }
    }
    Ok(())
}

/// Both tries are alike, and whatever is refused is worth knowing.
fn alike(stage: &mut Stage, steps: [&str; 2], id: &str, answers: &[Result<(), CallError>]) {
    let [one, again] = steps;
    stage.report.tried(one);
    stage.report.tried(again);
    if let Some(Err(CallError::Refused(error))) = answers.first() {
        stage.report.note(one, format!("{id}: {error}"));
    }
    if let [first, second] = answers
        && first != second
    {
        let what = format!("{id}: first {first:?}, then {second:?}");
        stage.report.fault(again, what);
    }
}

/// Asks for figures.
pub(super) async fn indicators(stage: &mut Stage) {
    for division in DIVISIONS {
        let cx = stage.domain.system("check");
        let name = format!("figures of {division:?}");
        let (plugins, began) = (stage.plugins.clone(), Instant::now());
        let answer = plugins
            .tiles(&stage.domain, &cx, stage.id(), division)
            .await;
        stage.noted(&name, began, &answer);
        stage.report.tried("tiles");
        match answer {
            Ok(tiles) => {
                for tile in &tiles {
                    let status = match &tile.value {
                        Measure::Words(words) => Some(words),
                        Measure::Number(_) => None,
                    };
                    let shown = [
                        Some(&tile.label),
                        status,
                        tile.unit.as_ref(),
                        tile.note.as_ref(),
                    ];
                    let shown: Vec<_> = shown.into_iter().flatten().collect();
                    stage.worded(&name, &shown);
                }
            }
            Err(error) => stage.report.fault("tiles", format!("{name}: {error}")),
        }
    }
}
