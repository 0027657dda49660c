//! The one large button, and what stands around it: how things are today, family, ending it.

use onedoor_sdk::{
    Action, Card, Confirm, Error, Outcome, PageBuilder, Result, Route, Status, Text, Tone, View,
    clock, msg, page, records::Refusal,
};

use crate::{
    agreeing, caller,
    elder::{self, Called, Part},
    record,
    registering::said,
    steps, watch,
    watch::{Kept, Stage, Watch},
};

/// What the caller sees first: their one button, or the old people they look after.
pub fn home() -> Result<View> {
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
        [(part, watch)] => door(part, watch),
        many => {
            let cards = many.iter().map(|(part, watch)| {
                Ok(Card {
                    title: called(part, watch)?,
                    hint: Some(msg("agreed").with("time", said(watch.minutes))),
                    status: Some(now(watch)?),
                    go: Route::page("one").with("id", watch.id.as_str()),
                })
            });
            page(msg("home-title"))
                .cards(cards.collect::<Result<Vec<_>>>()?)
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
    shown(at, &part, &watch)
}

fn mine(at: &Route) -> Result<(Part, Watch)> {
    let caller = caller()?;
    let id = at.get("id").ok_or(Error::NotFound)?;
    let part = elder::part(&caller, id)?.ok_or(Error::NotFound)?;
    let watch = watch::get(&part.watch)?.ok_or(Error::NotFound)?;
    Ok((part, watch))
}

/// What the caller calls the old person. The name in a record is read for it, and the read is in
/// the old person's log; family whom they do not let act for them go without.
fn called(part: &Part, watch: &Watch) -> Result<Text> {
    let named = match (&part.called, &watch.elder) {
        (Called::Me, _) => return Ok(msg("me")),
        (Called::Words(words), _) => Some(words.clone()),
        (Called::Recorded, Some(elder)) => match record::name(elder) {
            Ok(name) => name,
            Err(Refusal::Ungranted(_) | Refusal::Failed(Error::NotFound)) => None,
            Err(Refusal::Failed(error)) => return Err(error),
        },
        (Called::Recorded, None) => None,
    };
    Ok(named.map_or_else(|| msg("kin-unnamed"), Text::raw))
}

/// How things are now: whether the old person still agrees is asked first.
fn now(watch: &Watch) -> Result<Status> {
    if elder::withdrew(watch)? {
        return Ok(stopped());
    }
    Ok(today(watch))
}

fn stopped() -> Status {
    Status {
        label: msg("today-stopped"),
        tone: Tone::Warning,
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
        Stage::Begins => status("today-begins", Tone::Neutral),
        Stage::Reached => status("today-reached", Tone::Info),
        Stage::Stopped => stopped(),
        Stage::Quiet if watch::minutes_now() < watch.minutes => {
            status("today-not-yet", Tone::Neutral)
        }
        Stage::Quiet => status("today-late", Tone::Warning),
    }
}

/// The home page of somebody who takes part once: the button goes to the page that knows whom it
/// is for.
fn door(part: &Part, watch: &Watch) -> Result<View> {
    let (title, label) = match part.called {
        Called::Me => (msg("home-title"), msg("open-own")),
        _ => (called(part, watch)?, msg("open-kin")),
    };
    let to = Route::page("one").with("id", watch.id.as_str());
    page(title)
        .summary([(msg("today"), now(watch)?)])
        .actions([Action::go("open", label, to).primary()])
        .actions(more())
        .finish()
}

fn shown(at: &Route, part: &Part, watch: &Watch) -> Result<View> {
    let own = part.called == Called::Me;
    let title = if own {
        msg("home-title")
    } else {
        called(part, watch)?
    };
    let mut view = page(title).back(Route::page("home"));
    let withdrew = elder::withdrew(watch)?;
    if withdrew {
        let text = if own { "stopped-own" } else { "stopped-kin" };
        view = view
            .notice(Tone::Warning, msg("stopped"), msg(text))
            .summary([(msg("today"), stopped())]);
    } else {
        if at.get("done") == Some("registered") {
            view = view.notice(Tone::Success, msg("registered"), msg("registered-text"));
        }
        view = button(view, own, watch).summary([(msg("today"), today(watch))]);
        if let Some((_, number)) = watch.case.as_ref().filter(|_| watch.day == clock::today()) {
            view = view.text(msg("case-number").with("number", number.as_str()));
        }
    }
    consent(view, watch, withdrew)?
        .heading(msg("more-title"))
        .actions(others())
        .finish()
}

/// The one large button; or, once it was pressed today, thanks.
fn button(view: PageBuilder, own: bool, watch: &Watch) -> PageBuilder {
    let pick = |mine: &str, theirs: &str| msg(if own { mine } else { theirs });
    if watch.well == clock::today() {
        let thanks = pick("well-thanks", "well-thanks-for");
        return view.notice(Tone::Success, thanks, msg("well-until-tomorrow"));
    }
    let press = Action::call("well", pick("say-well", "say-well-for"));
    view.text(msg("agreed").with("time", said(watch.minutes)))
        .actions([press.primary()])
}

/// Asks the old person for their own consent, where it stands on family's word or was withdrawn.
fn consent(view: PageBuilder, watch: &Watch, withdrew: bool) -> Result<PageBuilder> {
    if !agreeing::asked(&caller()?, watch)? {
        return Ok(view);
    }
    let to = Route::page("agree").with("id", watch.id.as_str());
    let action = Action::go("agree", msg("agree-title"), to);
    Ok(if withdrew {
        view.actions([action.primary()])
    } else {
        view.notice(Tone::Info, msg("agree-offer"), msg("agree-offer-text"))
            .actions([action])
    })
}

fn others() -> [Action; 4] {
    let confirm = Confirm {
        title: msg("withdraw-title"),
        body: msg("withdraw-text"),
        yes: msg("withdraw-yes"),
    };
    [
        Action::dial("ambulance", msg("dial-ambulance"), "120"),
        Action::dial("hotline", msg("dial-hotline"), "12345"),
        Action::call("code", msg("code-make")),
        Action::call("withdraw", msg("withdraw")).danger(confirm),
    ]
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
    if let (Kept::Record, Some(elder)) = (&watch.kept, &watch.elder) {
        record::renew(elder)?;
    }
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
    if watch.owner == caller || watch.elder.as_deref() == Some(caller.as_str()) {
        steps::tell(&watch, &format!("q-{}", watch.id), "letter-ended");
        watch::end(&watch)?;
        if let (Kept::Record, Some(elder)) = (&watch.kept, &watch.elder) {
            record::erase(elder)?;
        }
    } else {
        watch::change(&part.watch, |watch| watch.kin.retain(|it| *it != caller))?;
    }
    elder::forget(&caller, &watch.id)?;
    Ok(Outcome::Go(Route::page("home")))
}
