//! Hazards of the street: residents report them and follow their reports, staff walk a list of
//! them, and each new report anywhere in the district gets a proposed class and urgency. Smoke, gas
//! and water sensors report by themselves, and somebody nearby is sent to look.
//!
//! It owns no case: the host's engine does. What it keeps is one line per case and per sensor, of
//! no person.

mod alarm;
mod board;
mod devices;
mod follow;
mod kinds;
mod mine;
mod patrol;
mod report;
mod rules;
mod upkeep;
mod words;

use onedoor_sdk::{
    Action, Card, Denial, Error, Event, Events, Inbox, Indicators, Jobs, Outcome, Portal, Report,
    Result, Route, Run, Signal, Submission, Suggestion, Tile, Tone, Triage, View, identity, msg,
    page, register,
};

pub use alarm::PATROL;
pub use report::{ABOUT, BARE_WIRE, KIND, PHOTOS, PLACE, TRAPPED};
pub use upkeep::CHECK;

/// The plugin.
#[derive(Debug)]
pub struct Safety;

register!(Safety: portal, triage, events, jobs, inbox, indicators);

impl Portal for Safety {
    fn render(at: Route) -> Result<View> {
        match at.page.as_str() {
            "home" => home(),
            "report" => report::form_page(),
            "receipt" => report::receipt(&at),
            "mine" => mine::list(&at),
            "case" => mine::one(&at),
            "patrol" => patrol::list(&at),
            _ => Err(Error::NotFound),
        }
    }

    fn submit(at: Route, submission: Submission) -> Result<Outcome> {
        match (at.page.as_str(), submission.form.as_str()) {
            ("report", report::FORM) => report::open(&submission),
            ("patrol", patrol::FORM) => patrol::choose(&submission),
            _ => Err(Error::NotFound),
        }
    }
}

impl Triage for Safety {
    fn suggest(report: Report) -> Option<Suggestion> {
        rules::suggest(&report)
    }
}

impl Events for Safety {
    fn on_event(event: Event) -> Result<()> {
        follow::take(&event)
    }
}

impl Inbox for Safety {
    fn receive(signal: Signal) -> Result<()> {
        match signal.inbox.as_str() {
            "sensor" => alarm::receive(&signal),
            _ => Err(Error::NotFound),
        }
    }
}

impl Jobs for Safety {
    fn run(run: Run) -> Result<()> {
        match run.job.as_str() {
            "upkeep" => upkeep::run(&run),
            _ => Err(Error::NotFound),
        }
    }
}

impl Indicators for Safety {
    fn tiles(division: String) -> Result<Vec<Tile>> {
        board::tiles(&division)
    }
}

fn home() -> Result<View> {
    let card = |id: &str, to: &str| Card {
        title: msg(&format!("{id}-title")),
        hint: Some(msg(&format!("{id}-hint"))),
        status: None,
        go: Route::page(to),
    };
    let mut cards = vec![card("report", "report"), card("mine", "mine")];
    if patrol::walks(&identity::caller()) {
        cards.push(card("patrol", "patrol"));
    }
    page(msg("home-title"))
        .text(msg("home-text"))
        .cards(cards)
        .notice(Tone::Danger, msg("danger-title"), msg("danger-text"))
        .actions([
            Action::dial("fire", msg("dial-fire"), "119"),
            Action::dial("ambulance", msg("dial-ambulance"), "120"),
            Action::dial("police", msg("dial-police"), "110"),
        ])
        .finish()
}

/// The refusal that the host answers by asking the person to sign in.
fn sign_in_first() -> Error {
    Error::Denied(Denial {
        capability: "sign-in".to_owned(),
        line: String::new(),
    })
}
