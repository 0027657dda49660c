//! What is offered: for everybody, signed in or not.

use onedoor_sdk::{
    Action, Card, Error, Result, Route, Status, Text, Tone, View, identity, msg, page,
};

use crate::{
    course::{self, Course, day},
    roster::{self, Roster},
    teaching,
};

/// The courses that can be enrolled in.
pub fn list() -> Result<View> {
    let mut cards = Vec::new();
    for course in course::all()?.into_iter().filter(Course::open).take(40) {
        let roster = roster::get(&course.id)?;
        cards.push(Card {
            title: Text::raw(course.title.as_str()),
            hint: Some(
                msg("course-hint")
                    .with("when", course.when.as_str())
                    .with("min", u32::from(course.min_age))
                    .with("max", u32::from(course.max_age)),
            ),
            status: Some(places(&course, &roster)),
            go: Route::page("course").with("id", course.id.as_str()),
        });
    }
    let caller = identity::caller();
    let mut actions = Vec::new();
    if caller.is_signed_in() {
        actions.push(Action::go("mine", msg("mine-title"), Route::page("mine")));
    }
    if teaching::teaches(&caller) {
        actions.push(Action::go(
            "teaching",
            msg("teaching-title"),
            Route::page("teaching"),
        ));
    }
    let mut view = page(msg("home-title")).text(msg("home-text"));
    view = if cards.is_empty() {
        view.notice(Tone::Info, msg("home-empty"), msg("home-empty-text"))
    } else {
        view.cards(cards)
    };
    if !actions.is_empty() {
        view = view.actions(actions);
    }
    view.finish()
}

/// How many places are left, or how many wait.
pub fn places(course: &Course, roster: &Roster) -> Status {
    let left = (course.seats as usize).saturating_sub(roster.taken());
    if left > 0 && roster.waiting() == 0 {
        let left = u32::try_from(left).unwrap_or(u32::MAX);
        return Status {
            label: msg("places-left").with("n", left),
            tone: Tone::Success,
        };
    }
    let waiting = u32::try_from(roster.waiting()).unwrap_or(u32::MAX);
    Status {
        label: msg("places-none").with("n", waiting),
        tone: Tone::Warning,
    }
}

/// One course.
pub fn one(at: &Route) -> Result<View> {
    let course = course::get(at.get("id").ok_or(Error::NotFound)?)?.ok_or(Error::NotFound)?;
    let roster = roster::get(&course.id)?;
    let mut view = page(Text::raw(course.title.as_str()))
        .back(Route::page("home"))
        .text(Text::raw(course.about.as_str()))
        .summary(facts(&course))
        .summary([(msg("fact-places"), places(&course, &roster))]);
    view = if course.called_off {
        view.notice(Tone::Danger, msg("called-off"), msg("called-off-text"))
    } else if course.open() {
        let to = Route::page("enrol").with("id", course.id.as_str());
        let full = roster.taken() >= course.seats as usize || roster.waiting() > 0;
        let label = if full {
            msg("enrol-wait")
        } else {
            msg("enrol")
        };
        view.actions([Action::go("enrol", label, to).primary()])
    } else {
        view.notice(Tone::Info, msg("closed"), msg("closed-text"))
    };
    view.finish()
}

/// What is known of a course, as keys and values.
pub fn facts(course: &Course) -> Vec<(Text, Text)> {
    let ages = msg("ages")
        .with("min", u32::from(course.min_age))
        .with("max", u32::from(course.max_age));
    vec![
        (msg("fact-starts"), day(&course.starts)),
        (msg("fact-when"), Text::raw(course.when.as_str())),
        (msg("fact-where"), Text::raw(course.address.as_str())),
        (msg("fact-ages"), ages),
        (msg("fact-closes"), day(&course.closes)),
    ]
}
