//! From silence to a visit: whom to ring, then who comes by, each told to the family. What staff
//! do to the cases is heard as events; what is told twice is done once.

use onedoor_sdk::{
    Error, Event, Result, Route, cases,
    cases::{Draft, Urgency},
    clock, log, msg,
    notify::{self, Letter},
    records::Refusal,
};

use crate::{
    elder,
    watch::{self, Stage, Watch},
};

/// The class of a call, in the duty list.
pub const CALL: &str = "V0101";
/// The class of a home visit.
pub const VISIT: &str = "V0102";

/// Begins a stage of today: opens its case once, tells the family, and keeps both. Nothing happens
/// when they have been heard of meanwhile.
pub fn climb(key: &str, stage: &Stage) -> Result<()> {
    let today = clock::today();
    let Some(watch) = watch::get(key)? else {
        return Ok(());
    };
    if watch.well == today || watch.stage_on(&today) == *stage {
        return Ok(());
    }
    let person = match elder::reach(&watch) {
        Ok(Some(person)) => person,
        Ok(None) => {
            log::warn("a watch without a person");
            return Ok(());
        }
        Err(Refusal::Ungranted(_)) => return stop(&watch),
        Err(Refusal::Failed(error)) => return Err(error),
    };
    let (class, title, description, name, letter) = match stage {
        Stage::Visit => (
            VISIT,
            "上门看望独居老人",
            "今天没有报平安，电话也没有联系上。请尽快上门，见到本人后填写情况；没有见到人，请选择“没有见到人”。",
            "visit",
            "letter-visit",
        ),
        _ => (
            CALL,
            "电话问候独居老人",
            "到约定时间还没有报平安。请先打电话问候（联系方式在本页查看）；无人接听，请选择“没有见到人”，系统会安排上门。",
            "call",
            "letter-call",
        ),
    };
    let draft = Draft {
        description: description.to_owned(),
        urgency: Some(Urgency::Urgent),
        about: Some(person.about()),
        ..Draft::new(class, title, person.place)
    };
    let case = cases::open(&format!("{}-{today}-{name}", watch.id), &draft)?;
    watch::note_case(&case.id, key)?;
    tell(&watch, &format!("{name}-{}-{today}", watch.id), letter);
    watch::change(key, |watch| {
        watch.day.clone_from(&today);
        watch.stage = stage.clone();
        watch.case = Some((case.id.clone(), case.number.clone()));
    })?;
    Ok(())
}

/// Nobody rings or comes by on this day, since the old person has withdrawn their consent; whoever
/// hears of each step hears of that as well, once.
pub fn stop(watch: &Watch) -> Result<()> {
    let today = clock::today();
    watch::change(&watch.key(), |watch| {
        watch.day.clone_from(&today);
        watch.stage = Stage::Stopped;
        watch.case = None;
    })?;
    tell(watch, &format!("s-{}", watch.id), "letter-stopped");
    Ok(())
}

/// Takes what happened to a call or a visit.
pub fn follow(event: &Event) -> Result<()> {
    let Some(key) = watch::of_case(&event.case.id)? else {
        return Ok(());
    };
    let letter = match (event.case.class.as_str(), event.action.as_str()) {
        (CALL, "not-met" | "miss") => return climb(&key, &Stage::Visit),
        (CALL, "perform") => "letter-call-done",
        (VISIT, "assign" | "accept" | "reassign") => "letter-visit-sent",
        (VISIT, "perform") => "letter-visit-done",
        (VISIT, "not-met") => "letter-visit-not-met",
        (VISIT, "miss") => "letter-visit-missed",
        _ => return Ok(()),
    };
    let of_this = |watch: &Watch| {
        let case = watch.case.as_ref();
        case.is_some_and(|(case, _)| *case == event.case.id)
    };
    let watch = watch::change(&key, |watch| {
        if event.action == "perform" && of_this(watch) {
            watch.stage = Stage::Reached;
        }
    })?;
    if let Some(watch) = watch {
        tell(&watch, &format!("e-{}", event.id), letter);
    }
    Ok(())
}

/// Tells the family, each of them once. Somebody who cannot be told does not keep the others, or
/// the next step, waiting.
pub fn tell(watch: &Watch, once: &str, letter: &str) {
    let once: String = once.chars().take(64).collect();
    for subject in watch.family() {
        let sent = Letter::to(subject, msg(letter), msg(&format!("{letter}-text")))
            .open(Route::page("one").with("id", watch.id.as_str()));
        match notify::send(&once, &sent) {
            Ok(()) | Err(Error::NotFound) => {}
            Err(error) => log::warn(format!("a letter was not sent: {error:?}")),
        }
    }
}
