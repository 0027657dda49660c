//! Hazards of the street: residents report them and follow their reports, staff walk a list of
//! them, and each new report anywhere in the district gets a proposed class and urgency.
//!
//! It owns no case: the host's engine does. What it keeps is one line per case, of no person.

mod follow;
mod kinds;
mod mine;
mod patrol;
mod report;
mod rules;
mod words;

use onedoor_sdk::{
    Action, Card, Denial, Error, Event, Events, Outcome, Portal, Report, Result, Route, Submission,
    Suggestion, Tone, Triage, View, identity, msg, page, register,
};

pub use report::{ABOUT, BARE_WIRE, KIND, PHOTOS, PLACE, TRAPPED};

/// The plugin.
#[derive(Debug)]
pub struct Safety;

register!(Safety: portal, triage, events);

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
