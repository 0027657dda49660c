//! Old people who live alone press one button a day. When the agreed hour passes in silence, staff
//! ring them; when nobody answers, somebody comes by; when nobody comes in time, the host passes it
//! up. The family hears of each step.
//!
//! Name, phone and address are a record about the old person, by their consent; of somebody who has
//! no account yet they are kept under whoever registered them. The list that the rounds walk holds
//! no more than pseudonyms, a community and an hour.

mod agreeing;
mod area;
mod elder;
mod joining;
mod record;
mod registering;
mod rounds;
mod steps;
mod watch;
mod well;

use onedoor_sdk::{
    Denial, Error, Event, Events, Jobs, Outcome, Portal, Result, Route, Run, Submission, View,
    identity, register,
};

pub use agreeing::AGREE;
pub use joining::{CALLED, CODE, WHO as JOIN_AS};
pub use record::{DATASET, PURPOSE};
pub use registering::{
    ALONE, CONSENT, CONTACT_NAME, CONTACT_PHONE, HOUR, NAME, NEEDS, PERSON, PHONE, PLACE,
};
pub use steps::{CALL, VISIT};

/// The plugin.
#[derive(Debug)]
pub struct Eldercare;

register!(Eldercare: portal, events, jobs);

impl Portal for Eldercare {
    fn render(at: Route) -> Result<View> {
        match at.page.as_str() {
            "home" => well::home(),
            "one" => well::one(&at),
            "register" => registering::choice_page(),
            "register-account" => registering::account_page(),
            "register-kin" => registering::kin_page(),
            "agree" => agreeing::form_page(&at),
            "join" => joining::form_page(),
            "area" => area::list(),
            _ => Err(Error::NotFound),
        }
    }

    fn submit(at: Route, submission: Submission) -> Result<Outcome> {
        match (at.page.as_str(), submission.form.as_str()) {
            ("register-account", registering::FORM) => registering::register_account(&submission),
            ("register-kin", registering::FORM) => registering::register_kin(&submission),
            ("agree", agreeing::FORM) => agreeing::agree(&at),
            ("join", joining::FORM) => joining::join(&submission),
            _ => Err(Error::NotFound),
        }
    }

    fn act(at: Route, action: String, _once: String) -> Result<Outcome> {
        match action.as_str() {
            "well" => well::say(&at),
            "code" => joining::code(&at),
            "withdraw" => well::withdraw(&at),
            _ => Err(Error::NotFound),
        }
    }
}

impl Jobs for Eldercare {
    fn run(run: Run) -> Result<()> {
        match run.job.as_str() {
            "rounds" => rounds::walk(),
            _ => Err(Error::NotFound),
        }
    }
}

impl Events for Eldercare {
    fn on_event(event: Event) -> Result<()> {
        steps::follow(&event)
    }
}

/// Who is calling; the host asks to sign in when nobody is.
fn caller() -> Result<String> {
    identity::caller().subject.ok_or_else(|| {
        Error::Denied(Denial {
            capability: "sign-in".to_owned(),
            line: String::new(),
        })
    })
}
