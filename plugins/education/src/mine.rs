//! What one has enrolled in: the place, the line, taking a place that became free, giving it up.

use std::collections::BTreeMap;

use onedoor_sdk::{
    Action, Card, Cell, Confirm, Error, Instant, Outcome, Result, Route, Status, Text, Tone, View,
    clock, msg, page,
};

use crate::{
    caller,
    course::{self, Course},
    courses,
    enrolling::{self, Kept},
    offers, person,
    roster::{self, Roster, Standing},
};

/// All of them.
pub fn list() -> Result<View> {
    let subject = caller()?;
    let (mut cards, mut names) = (Vec::new(), BTreeMap::new());
    for (id, kept) in enrolling::entries(&subject)? {
        let Some(course) = course::get(&kept.course)? else {
            continue;
        };
        let roster = roster::get(&course.id)?;
        // Once for each person: every read is a line in somebody's log.
        let name = match names.get(&kept.person) {
            Some(known) => Option::clone(known),
            None => person::name(&subject, &kept.person)?,
        };
        names.insert(kept.person, name.clone());
        cards.push(Card {
            title: titled(name, &course),
            hint: Some(Text::raw(course.when.as_str())),
            status: Some(standing(&course, &roster, &id)),
            go: Route::page("entry").with("id", id),
        });
    }
    let view = page(msg("mine-title")).back(Route::page("home"));
    if cards.is_empty() {
        let to = Route::page("home");
        return view
            .text(msg("mine-empty"))
            .actions([Action::go("courses", msg("home-title"), to).primary()])
            .finish();
    }
    cards.truncate(50);
    view.cards(cards).finish()
}

fn titled(name: Option<String>, course: &Course) -> Text {
    let title = course.title.as_str();
    match name {
        Some(name) => msg("entry-title").with("name", name).with("course", title),
        None => Text::raw(title),
    }
}

fn standing(course: &Course, roster: &Roster, entry: &str) -> Status {
    let status = |label: Text, tone| Status { label, tone };
    if course.called_off {
        return status(msg("called-off"), Tone::Danger);
    }
    match roster.entry(entry).map(|it| &it.standing) {
        Some(Standing::In) => status(msg("standing-in"), Tone::Success),
        Some(Standing::Offered(until)) if *until > clock::now() => {
            status(msg("standing-offered"), Tone::Warning)
        }
        Some(Standing::Waits) => {
            let turn = roster.turn(entry).unwrap_or_default();
            let turn = u32::try_from(turn).unwrap_or(u32::MAX);
            status(msg("standing-waits").with("n", turn), Tone::Info)
        }
        Some(Standing::Offered(_)) | None => status(msg("standing-gone"), Tone::Neutral),
    }
}

fn find(at: &Route) -> Result<(String, String, Kept, Course)> {
    let subject = caller()?;
    let id = at.get("id").ok_or(Error::NotFound)?.to_owned();
    let kept = enrolling::kept(&subject, &id)?.ok_or(Error::NotFound)?;
    let course = course::get(&kept.course)?.ok_or(Error::NotFound)?;
    Ok((subject, id, kept, course))
}

/// One of them.
pub fn one(at: &Route) -> Result<View> {
    let (subject, id, kept, course) = find(at)?;
    let roster = roster::get(&course.id)?;
    let entry = roster.entry(&id).map(|it| &it.standing);
    let agreed = person::agreed(&kept.person)?;
    let mut view = page(Text::raw(course.title.as_str())).back(Route::page("mine"));
    if !agreed {
        view = view.notice(Tone::Warning, msg("withdrawn"), msg("withdrawn-text"));
    } else if at.get("new").is_some() {
        view = match entry {
            Some(Standing::In) => view.notice(Tone::Success, msg("enrolled"), msg("enrolled-text")),
            _ => view.notice(
                Tone::Info,
                msg("enrolled-waits"),
                msg("enrolled-waits-text"),
            ),
        };
    }
    let name = person::name(&subject, &kept.person)?;
    let mut pairs: Vec<(Text, Cell)> = vec![
        (
            msg("fact-who"),
            name.map_or_else(|| msg("unnamed"), Text::raw).into(),
        ),
        (msg("fact-standing"), standing(&course, &roster, &id).into()),
        (msg("fact-number"), Text::raw(number(&id)).into()),
    ];
    let until = offered(entry, &course).filter(|_| agreed);
    pairs.extend(until.map(|it| (msg("fact-until"), Cell::At(it))));
    view = view.summary(pairs);
    let actions = actions(until.is_some(), entry.is_some());
    if !actions.is_empty() {
        view = view.actions(actions);
    }
    view.heading(msg("fact-course"))
        .summary(courses::facts(&course))
        .finish()
}

/// Until when a place is held for an entry; none when none is.
fn offered(entry: Option<&Standing>, course: &Course) -> Option<Instant> {
    match entry {
        Some(Standing::Offered(until)) if *until > clock::now() && !course.called_off => {
            Some(*until)
        }
        _ => None,
    }
}

fn actions(offered: bool, listed: bool) -> Vec<Action> {
    let mut actions = Vec::new();
    if offered {
        actions.push(Action::call("accept", msg("accept")).primary());
    }
    if listed {
        let confirm = Confirm {
            title: msg("leave-title"),
            body: msg("leave-text"),
            yes: msg("leave-yes"),
        };
        actions.push(Action::call("leave", msg("leave")).danger(confirm));
    }
    actions
}

/// The number that is said at the door: the teacher's list has the same.
pub fn number(entry: &str) -> String {
    entry.get(..6).unwrap_or(entry).to_uppercase()
}

/// Takes the place that is held.
pub fn accept(at: &Route) -> Result<Outcome> {
    let (_, id, kept, course) = find(at)?;
    let (now, agreed) = (clock::now(), person::agreed(&kept.person)?);
    let (_, taken) = roster::change(&course.id, |roster| {
        agreed && !course.called_off && roster.accept(&id, now)
    })?;
    if !taken {
        return Err(Error::Conflict("place-gone".to_owned()));
    }
    Ok(Outcome::Go(
        Route::page("entry").with("id", id).with("new", "yes"),
    ))
}

/// Gives up the place, or leaves the line; the next in line is told at once.
pub fn leave(at: &Route) -> Result<Outcome> {
    let (subject, id, kept, course) = find(at)?;
    let now = clock::now();
    let (_, (_, next)) = roster::change(&course.id, |roster| {
        roster.leave(&id);
        offers::next(&course, roster, now)
    })?;
    enrolling::forget(&subject, &id, &kept.person)?;
    offers::tell(&course, &next, "letter-offer");
    Ok(Outcome::Go(Route::page("mine")))
}
