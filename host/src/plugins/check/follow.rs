//! What is played against `triage` and `events`: reports of every class and none, and what happens
//! to a case of each class.

use onedoor_forms::Text;
use std::time::Instant;

use super::stage::{Stage, Who};
use crate::{
    cases::{model::Procedure, operations},
    context::Locale,
    error::Result,
    plugins::{CallError, Report, Suggestion},
};

/// How many classes of the manifest are tried.
const CLASSES: usize = 5;
/// The longest text that is shown as it is, in characters.
const LONGEST: usize = 4_000;

/// Reports, ordinary and at the bounds of what the contract allows.
pub(super) async fn triage(stage: &mut Stage) {
    let classes = stage.loaded.manifest.cases.classes.clone();
    let report = |title: &str, description: String, class: Option<String>, hour| Report {
        title: title.to_owned(),
        description,
        class,
        division: Some("310101022027".to_owned()),
        photos: 1,
        hour,
    };
    let mut reports = vec![
        report("路灯不亮", "弄堂口的路灯三天不亮了".to_owned(), None, 10),
        report("", String::new(), None, 0),
        report(
            "𠮷\u{202e}'\"<>&",
            "字".repeat(2_000),
            Some("?".to_owned()),
            23,
        ),
    ];
    let known = classes.iter().take(CLASSES);
    reports.extend(known.map(|it| report("有情况", "请来看看".to_owned(), Some(it.clone()), 3)));
    for report in reports {
        let cx = stage.domain.system("check");
        let name = format!("triage of {:?}", report.title);
        let (plugins, began) = (stage.plugins.clone(), Instant::now());
        let answer = plugins
            .suggest(&stage.domain, &cx, stage.id(), report)
            .await;
        stage.noted(&name, began, &answer);
        stage.report.tried("triage");
        if let Ok(Some(suggestion)) = &answer {
            stage.worded(&name, &suggestion.reason);
            for what in flaws(suggestion, &classes) {
                stage.report.fault("triage", format!("{name}: {what}"));
            }
        }
    }
}

fn flaws(suggestion: &Suggestion, classes: &[String]) -> Vec<String> {
    let mut flaws = Vec::new();
    if !classes.contains(&suggestion.class) {
        flaws.push(format!(
            "the class {} is not one of the manifest's",
            suggestion.class
        ));
    }
    if !(0.0..=1.0).contains(&suggestion.confidence) {
        flaws.push(format!(
            "a confidence of {} is not between 0 and 1",
            suggestion.confidence
        ));
    }
    match &suggestion.reason {
        Text::Raw(words) if words.trim().is_empty() => flaws.push("it gives no reason".to_owned()),
        Text::Raw(words) if words.chars().count() > LONGEST => {
            flaws.push(format!("the reason is longer than {LONGEST} characters"));
        }
        _ => {}
    }
    flaws
}

/// Opens a case of each class, and tells of it twice.
pub(super) async fn events(stage: &mut Stage) -> Result<()> {
    let classes = stage.loaded.manifest.cases.classes.clone();
    // Residents report incidents; a visit is planned by staff of a place, which this stage has not.
    let list = stage.domain.duty.list();
    let incident = |class: &&String| {
        let item = list.item(class);
        item.is_none_or(|it| it.procedure == Procedure::Incident)
    };
    for class in classes.iter().filter(incident).take(CLASSES) {
        let cx = stage.context(Who::Resident, Locale::Chinese);
        let report = operations::Report {
            once: format!("check-event-{class}"),
            class: Some(class.clone()),
            title: "有情况".to_owned(),
            description: "请来看看".to_owned(),
            division: Some("310101022027".to_owned()),
            address: "弄堂口".to_owned(),
            ..operations::Report::default()
        };
        operations::submit(&stage.domain, &cx, report).await?;
    }
    for event in stage.happened().await? {
        let cx = stage.domain.system("check");
        let mut answers = Vec::new();
        for _ in 0..2 {
            let (plugins, began) = (stage.plugins.clone(), Instant::now());
            let answer = plugins
                .on_event(&stage.domain, &cx, stage.id(), event.clone())
                .await;
            stage.noted(&format!("event {}", event.action), began, &answer);
            answers.push(answer);
        }
        stage.report.tried("event");
        stage.report.tried("event-again");
        if let Some(Err(CallError::Refused(error))) = answers.first() {
            let what = format!(
                "{}: {error}; it would be tried again and parked",
                event.action
            );
            stage.report.fault("event", what);
        }
        if let [first, second] = answers.as_slice()
            && first != second
        {
            let what = format!("{}: first {first:?}, then {second:?}", event.action);
            stage.report.fault("event-again", what);
        }
    }
    Ok(())
}
