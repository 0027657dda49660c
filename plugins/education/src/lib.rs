//! After-school places and community courses. Staff offer one, residents enrol themselves or a
//! child (under 14 with the guardian's consent), and when it is full they wait in line: a place that
//! becomes free goes to the next, who is told and has two days to take it.
//!
//! Name and birthday of who takes part are a record about them, by their consent or their guardian's.
//! The list that places are counted on holds pseudonyms only, and is changed by swaps, so that no
//! place is given twice.

mod course;
mod courses;
mod enrolling;
mod mine;
mod offering;
mod offers;
mod person;
mod roster;
mod teaching;

use onedoor_sdk::{
    Denial, Error, Jobs, Outcome, Portal, Result, Route, Run, Submission, View, identity, register,
};

pub use enrolling::{BORN, NAME, PERSON};
pub use offering::{ABOUT, CLOSES, MAX_AGE, MIN_AGE, PLACE, SEATS, STARTS, TITLE, WHEN};
pub use person::{DATASET, PURPOSE};

/// The plugin.
#[derive(Debug)]
pub struct Education;

register!(Education: portal, jobs);

impl Portal for Education {
    fn render(at: Route) -> Result<View> {
        match at.page.as_str() {
            "home" => courses::list(),
            "course" => courses::one(&at),
            "enrol" => enrolling::form_page(&at),
            "mine" => mine::list(),
            "entry" => mine::one(&at),
            "teaching" => teaching::list(),
            "offer" => offering::form_page(),
            "roster" => teaching::roster(&at),
            _ => Err(Error::NotFound),
        }
    }

    fn submit(at: Route, submission: Submission) -> Result<Outcome> {
        match (at.page.as_str(), submission.form.as_str()) {
            ("enrol", enrolling::FORM) => enrolling::enrol(&at, &submission),
            ("offer", offering::FORM) => offering::offer(&submission),
            _ => Err(Error::NotFound),
        }
    }

    fn act(at: Route, action: String, _once: String) -> Result<Outcome> {
        match action.as_str() {
            "accept" => mine::accept(&at),
            "leave" => mine::leave(&at),
            "call-off" => teaching::call_off(&at),
            _ => Err(Error::NotFound),
        }
    }
}

impl Jobs for Education {
    fn run(run: Run) -> Result<()> {
        match run.job.as_str() {
            "offers" => offers::pass_on(),
            _ => Err(Error::NotFound),
        }
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
