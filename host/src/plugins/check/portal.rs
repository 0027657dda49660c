//! What is played against `portal`: every page that can be reached is opened as everyone and in
//! both languages, every form on them is sent well and badly, every button is pressed twice.

use onedoor_forms::{
    Action, Answers, Block, Effect, Form, Outcome, Route, Submission, View, validate,
};
use std::collections::VecDeque;

use super::{
    reading, sample,
    stage::{Stage, Who, page_name},
};
use crate::{context::Locale, error::Result, plugins::CallError};
use onedoor_forms::Error as Refusal;

/// How many pages are opened for one person.
const PAGES: usize = 40;
/// How many forms, and how many buttons, are tried.
const TRIED: usize = 20;
const BOTH: [Locale; 2] = [Locale::Chinese, Locale::English];

/// What was found on pages, and for whom.
#[derive(Default)]
struct Found {
    forms: Vec<(Who, Route, Form)>,
    actions: Vec<(Who, Route, String)>,
}

pub(super) async fn play(stage: &mut Stage) -> Result<()> {
    let mut found = Found::default();
    for who in Who::ALL {
        walk(stage, who, &mut found).await;
    }
    strangers(stage).await;
    for (who, at, form) in found.forms {
        send(stage, who, &at, &form).await?;
    }
    for (who, at, action) in found.actions {
        press(stage, who, &at, &action).await;
    }
    Ok(())
}

/// Opens every page that one person can reach, from the services' pages on.
async fn walk(stage: &mut Stage, who: Who, found: &mut Found) {
    let services = stage.loaded.manifest.services.clone();
    let home = Route::page("home");
    let mut waiting: VecDeque<(Route, Option<Route>)> = VecDeque::from([(home.clone(), None)]);
    let mut seen = vec![home];
    for service in &services {
        let at = Route::page(service.page.as_str());
        if !seen.contains(&at) {
            seen.push(at.clone());
            waiting.push_back((at, None));
        }
    }
    while let Some((at, from)) = waiting.pop_front() {
        let service = services.iter().find(|it| it.page == at.page);
        let expected = from.is_none() && service.is_some_and(|it| who.is_among(it.audience));
        for locale in BOTH {
            let answer = stage.render(who, locale, &at).await;
            if expected {
                stage.report.tried("services");
                if let Err(error) = &answer {
                    let what = format!("{}, {}: {error}", page_name(&at), who.name());
                    stage.report.fault("services", what);
                }
            }
            if let Some(from) = &from {
                stage.report.tried("links");
                if matches!(answer, Err(CallError::Refused(Refusal::NotFound))) {
                    let what = format!("{} leads to {}", page_name(from), page_name(&at));
                    stage.report.fault("links", what);
                }
            }
            let Ok(view) = answer else { continue };
            keep(found, who, &at, &view);
            for next in reading::routes(&view) {
                if !seen.contains(&next) && seen.len() < PAGES {
                    seen.push(next.clone());
                    waiting.push_back((next, Some(at.clone())));
                }
            }
        }
    }
}

/// Keeps the forms and buttons of a page that are not known yet.
fn keep(found: &mut Found, who: Who, at: &Route, view: &View) {
    for block in &view.blocks {
        match block {
            Block::Form(form) => {
                let known = |(by, on, it): &(Who, Route, Form)| {
                    *by == who && on.page == at.page && it.id == form.id
                };
                if found.forms.len() < TRIED && !found.forms.iter().any(known) {
                    found.forms.push((who, at.clone(), form.clone()));
                }
            }
            Block::Actions(actions) => {
                let called = |it: &&Action| it.effect == Effect::Call && it.disabled.is_none();
                for action in actions.iter().filter(called) {
                    let known = |(by, on, it): &(Who, Route, String)| {
                        *by == who && on.page == at.page && *it == action.id
                    };
                    if found.actions.len() < TRIED && !found.actions.iter().any(known) {
                        let action = action.id.clone();
                        found.actions.push((who, at.clone(), action));
                    }
                }
            }
            _ => {}
        }
    }
}

/// Pages, forms and buttons that no plugin has, and parameters that no page expects.
async fn strangers(stage: &mut Stage) {
    let nowhere = Route::page("no-such-page-of-any-plugin");
    for who in Who::ALL {
        stage.report.tried("unknown-page");
        let answer = stage.render(who, Locale::Chinese, &nowhere).await;
        if answer.is_ok() {
            let what = format!("{} was shown", page_name(&nowhere));
            stage.report.fault("unknown-page", what);
        }
    }
    // Whatever is said to this, it must be said.
    let odd = Route::page("home")
        .with("id", "𠮷\u{202e}'\"<>&%00../..")
        .with("code", "9".repeat(200))
        .with("page", "-1");
    let _ = stage.render(Who::Resident, Locale::English, &odd).await;
    let home = Route::page("home");
    stage.report.tried("unknown-form");
    let submission = submission(
        "no-such-form",
        1,
        "",
        "check-form",
        Answers::default(),
        None,
    );
    let answer = stage.submit(Who::Resident, &home, submission).await;
    if taken(&answer) {
        let what = "the form no-such-form was taken".to_owned();
        stage.report.fault("unknown-form", what);
    }
    stage.report.tried("unknown-action");
    let answer = stage
        .act(Who::Resident, &home, "no-such-action", "check-action")
        .await;
    if taken(&answer) {
        let what = "the button no-such-action was taken".to_owned();
        stage.report.fault("unknown-action", what);
    }
}

/// Sends a form with nothing, with garbage, and well, twice.
async fn send(stage: &mut Stage, who: Who, at: &Route, form: &Form) -> Result<()> {
    let name = format!("form {} of {}", form.id, page_name(at));
    let today = stage.domain.clock.now().day(&stage.domain.zone);
    let Some(today) = sample::day(&today) else {
        return Ok(());
    };
    // A form that asks for nothing may be sent empty.
    if validate(form, &Answers::default(), today).is_err() {
        for (step, answers) in [
            ("form-empty", Answers::default()),
            ("form-garbage", sample::garbage(form)),
        ] {
            stage.report.tried(step);
            let once = format!("check-{step}-{}", form.id);
            let sent = of(form, &once, answers);
            if taken(&stage.submit(who, at, sent).await) {
                stage.report.fault(step, format!("{name} was taken"));
            }
        }
    }
    let mut filled = false;
    for way in 0..sample::WAYS {
        let Some(answers) = sample::answers(form, way, today) else {
            continue;
        };
        filled = true;
        let once: String = format!("check-{way}-{}", form.id)
            .chars()
            .take(64)
            .collect();
        well(stage, who, at, of(form, &once, answers)).await?;
    }
    if !filled {
        let note = format!("no right answers to the {name} could be made up");
        stage.report.note("form-sent", note);
    }
    Ok(())
}

async fn well(stage: &mut Stage, who: Who, at: &Route, sent: Submission) -> Result<()> {
    let name = format!("form {} of {}", sent.form, page_name(at));
    stage.report.tried("form-sent");
    let first = stage.submit(who, at, sent.clone()).await;
    if let Ok(Outcome::Go(to)) = &first {
        let shown = stage.render(who, Locale::English, to).await;
        if matches!(shown, Err(CallError::Refused(Refusal::NotFound))) {
            let what = format!("{name} leads to {}, which is not found", page_name(to));
            stage.report.fault("form-sent", what);
        }
    }
    if let Err(CallError::Failed(failure)) = &first {
        stage
            .report
            .fault("form-sent", format!("{name}: {failure}"));
    }
    stage.happened().await?;
    stage.report.tried("once");
    let second = stage.submit(who, at, sent).await;
    if first != second {
        let what = format!("{name}: first {first:?}, then {second:?}");
        stage.report.fault("once", what);
    }
    if !stage.happened().await?.is_empty() {
        let what = format!("{name}: sent again, it did something to a case again");
        stage.report.fault("once", what);
    }
    Ok(())
}

async fn press(stage: &mut Stage, who: Who, at: &Route, action: &str) {
    stage.report.tried("once");
    let once = format!("check-press-{action}");
    let first = stage.act(who, at, action, &once).await;
    let second = stage.act(who, at, action, &once).await;
    if first != second {
        let what = format!(
            "button {action} of {}: first {first:?}, then {second:?}",
            page_name(at)
        );
        stage.report.fault("once", what);
    }
}

fn of(form: &Form, once: &str, answers: Answers) -> Submission {
    submission(
        &form.id,
        form.version,
        &form.state,
        once,
        answers,
        Some(form),
    )
}

fn submission(
    form: &str,
    version: u32,
    state: &str,
    once: &str,
    answers: Answers,
    of: Option<&Form>,
) -> Submission {
    let once = once.chars().take(64).collect();
    Submission {
        form: form.to_owned(),
        version,
        state: state.to_owned(),
        once,
        answers: of.map_or(Vec::new(), |form| answers.in_order(form)),
    }
}

/// Whether a plugin took what it should not have. A trap is told elsewhere.
fn taken(answer: &std::result::Result<Outcome, CallError>) -> bool {
    matches!(answer, Ok(Outcome::Go(_) | Outcome::Show(_)))
}
