//! The one large button, and what stands around it: how things are today, family, ending it.

use onedoor_sdk::{
    Action, Card, Confirm, Error, Outcome, PageBuilder, Result, Route, Status, Text, Tone, View,
    clock, msg, page,
};

use crate::{
    caller,
    elder::{self, Part},
    registering::said,
    steps, watch,
    watch::{Stage, Watch},
};

/// What the caller sees first: their one button, or the old people they look after.
pub fn home(at: &Route) -> Result<View> {
    let caller = caller()?;
    let mut found = Vec::new();
    for id in elder::parts(&caller)? {
        if let Some(part) = elder::part(&caller, &id)?
            && let Some(watch) = watch::get(&part.watch)?
        {
            found.push((part, watch));
        }
    }
    match found.as_slice() {
        [] => page(msg("home-title"))
            .text(msg("home-text"))
            .actions([
                Action::go("register", msg("register-title"), Route::page("register")).primary(),
                Action::go("join", msg("join-title"), Route::page("join")),
            ])
            .finish(),
        [(part, watch)] => shown(at, part, watch, true),
        many => {
            let cards = many.iter().map(|(part, watch)| Card {
                title: called(part),
                hint: Some(msg("agreed").with("time", said(watch.minutes))),
                status: Some(today(watch)),
                go: Route::page("one").with("id", watch.id.as_str()),
            });
            page(msg("home-title"))
                .cards(cards.collect::<Vec<_>>())
                .actions(more())
                .finish()
        }
    }
}

fn more() -> [Action; 2] {
    [
        Action::go("register", msg("register-another"), Route::page("register")),
        Action::go("join", msg("join-title"), Route::page("join")),
    ]
}

/// One old person.
pub fn one(at: &Route) -> Result<View> {
    let (part, watch) = mine(at)?;
    shown(at, &part, &watch, false)
}

fn mine(at: &Route) -> Result<(Part, Watch)> {
    let caller = caller()?;
    let id = at.get("id").ok_or(Error::NotFound)?;
    let part = elder::part(&caller, id)?.ok_or(Error::NotFound)?;
    let watch = watch::get(&part.watch)?.ok_or(Error::NotFound)?;
    Ok((part, watch))
}

fn called(part: &Part) -> Text {
    if part.called.is_empty() {
        msg("me")
    } else {
        Text::raw(part.called.as_str())
    }
}

/// How things are today, in few words.
pub fn today(watch: &Watch) -> Status {
    let today = clock::today();
    let status = |key: &str, tone| Status {
        label: msg(key),
        tone,
    };
    if watch.well == today {
        return status("today-well", Tone::Success);
    }
    match watch.stage_on(&today) {
        Stage::Call => status("today-call", Tone::Warning),
        Stage::Visit => status("today-visit", Tone::Danger),
        Stage::Reached => status("today-reached", Tone::Info),
        Stage::Quiet if watch::minutes_now() < watch.minutes => {
            status("today-not-yet", Tone::Neutral)
        }
        Stage::Quiet => status("today-late", Tone::Warning),
    }
}

fn shown(at: &Route, part: &Part, watch: &Watch, home: bool) -> Result<View> {
    let own = part.called.is_empty();
    let done = watch.well == clock::today();
    let title = if own { msg("home-title") } else { called(part) };
    let mut view: PageBuilder = page(title);
    if !home {
        view = view.back(Route::page("home"));
    }
    if at.get("done") == Some("registered") {
        view = view.notice(Tone::Success, msg("registered"), msg("registered-text"));
    }
    // The button goes to the page that knows whom it is for.
    let to = || Route::page("one").with("id", watch.id.as_str());
    if home {
        let label = if own {
            msg("open-own")
        } else {
            msg("open-kin")
        };
        let status = today(watch);
        return view
            .summary([(msg("today"), status)])
            .actions([Action::go("open", label, to()).primary()])
            .actions(more())
            .finish();
    }
    let label = if own {
        msg("say-well")
    } else {
        msg("say-well-for")
    };
    let button = Action::call("well", label).primary();
    view = if done {
        let thanks = if own {
            "well-thanks"
        } else {
            "well-thanks-for"
        };
        view.notice(Tone::Success, msg(thanks), msg("well-until-tomorrow"))
    } else {
        view.text(msg("agreed").with("time", said(watch.minutes)))
            .actions([button])
    };
    view = view.summary([(msg("today"), today(watch))]);
    if let Some((_, number)) = watch.case.as_ref().filter(|_| watch.day == clock::today()) {
        view = view.text(msg("case-number").with("number", number.as_str()));
    }
    let mut actions = vec![
        Action::dial("ambulance", msg("dial-ambulance"), "120"),
        Action::dial("hotline", msg("dial-hotline"), "12345"),
        Action::call("code", msg("code-make")),
    ];
    let confirm = Confirm {
        title: msg("withdraw-title"),
        body: msg("withdraw-text"),
        yes: msg("withdraw-yes"),
    };
    actions.push(Action::call("withdraw", msg("withdraw")).danger(confirm));
    view.heading(msg("more-title")).actions(actions).finish()
}

/// The button. Pressed again on the same day, it changes nothing. Whoever is on the way is told by
/// the next round, since the one who presses may not be the one the case is about.
pub fn say(at: &Route) -> Result<Outcome> {
    let (part, _) = mine(at)?;
    let today = clock::today();
    let mut waited = false;
    let watch = watch::change(&part.watch, |watch| {
        let stage = watch.stage_on(&today);
        waited = watch.well != today && matches!(stage, Stage::Call | Stage::Visit);
        watch.well.clone_from(&today);
    })?
    .ok_or(Error::NotFound)?;
    if waited {
        steps::tell(
            &watch,
            &format!("w-{}-{today}", watch.id),
            "letter-well-after-all",
        );
    }
    Ok(Outcome::Go(Route::page("one").with("id", watch.id)))
}

/// Ends it: what is kept is removed, and whoever is on the way is told by the next round.
pub fn withdraw(at: &Route) -> Result<Outcome> {
    let caller = caller()?;
    let (part, watch) = mine(at)?;
    if part.owns || watch.elder.as_deref() == Some(caller.as_str()) {
        steps::tell(&watch, &format!("q-{}", watch.id), "letter-ended");
        watch::end(&watch)?;
    } else {
        watch::change(&part.watch, |watch| watch.kin.retain(|it| *it != caller))?;
    }
    elder::forget(&caller, &watch.id)?;
    Ok(Outcome::Go(Route::page("home")))
}
