//! Registering an old person: by themselves, or by family with their consent.

use onedoor_sdk::{
    FormBuilder, Key, Many, One, Outcome, Place, Problem, Result, Route, Spot, Submission,
    TextFormat, View, Words, YesNo, clock, grid,
    grid::{Datum, Point},
    log, msg,
    notify::{self, Letter},
    page,
};

use crate::{
    caller,
    elder::{self, Elder},
    watch::{self, Stage, Watch},
};

/// The form's id.
pub const FORM: &str = "elder";
/// Who it is for.
pub const WHO: Key<One> = Key::new("who");
/// The old person's name.
pub const NAME: Key<Words> = Key::new("name");
/// Their phone number.
pub const PHONE: Key<Words> = Key::new("phone");
/// Where they live.
pub const PLACE: Key<Spot> = Key::new("place");
/// Whether they live alone.
pub const ALONE: Key<YesNo> = Key::new("alone");
/// What they need.
pub const NEEDS: Key<Many> = Key::new("needs");
/// Whom to ring.
pub const CONTACT_NAME: Key<Words> = Key::new("contact-name");
/// At which number.
pub const CONTACT_PHONE: Key<Words> = Key::new("contact-phone");
/// By when they want to have been heard of.
pub const HOUR: Key<One> = Key::new("hour");
/// That the old person wants it.
pub const CONSENT: Key<YesNo> = Key::new("consent");

/// Times to choose from, in minutes after midnight.
const HOURS: [u16; 5] = [8 * 60, 9 * 60, 10 * 60, 12 * 60, 18 * 60];
const NEEDS_OPTIONS: [&str; 5] = ["walking", "hearing", "sight", "memory", "medicine"];

/// The page with the form.
pub fn form_page() -> Result<View> {
    caller()?;
    let mut form = FormBuilder::new(FORM, 1, msg("register-send"));
    form.step("who", msg("step-who"));
    form.one(WHO, msg("ask-who"))
        .option("self", msg("who-self"))
        .option("family", msg("who-family"))
        .required();
    form.step("person", msg("step-person"));
    form.words(NAME, msg("ask-name"))
        .format(TextFormat::Name)
        .length(1, 40)
        .required();
    form.words(PHONE, msg("ask-phone"))
        .hint(msg("ask-phone-hint"))
        .format(TextFormat::Phone)
        .required();
    form.place(PLACE, msg("ask-place"))
        .hint(msg("ask-place-hint"))
        .required();
    form.yes_no(ALONE, msg("ask-alone"));
    let mut needs = form
        .many(NEEDS, msg("ask-needs"))
        .hint(msg("ask-needs-hint"));
    for need in NEEDS_OPTIONS {
        needs = needs.option(need, msg(&format!("need-{need}")));
    }
    form.step("contact", msg("step-contact"));
    form.words(CONTACT_NAME, msg("ask-contact-name"))
        .length(1, 40)
        .required();
    form.words(CONTACT_PHONE, msg("ask-contact-phone"))
        .format(TextFormat::Phone)
        .required();
    form.step("when", msg("step-when"));
    let mut hour = form.one(HOUR, msg("ask-hour")).hint(msg("ask-hour-hint"));
    for minutes in HOURS {
        hour = hour.option(&hour_id(minutes), msg("hour").with("time", said(minutes)));
    }
    hour.required();
    form.yes_no(CONSENT, msg("ask-consent"))
        .hint(msg("ask-consent-hint"))
        .required();
    form.review();
    page(msg("register-title"))
        .back(Route::page("home"))
        .text(msg("register-text"))
        .form(form.finish()?)
        .finish()
}

fn hour_id(minutes: u16) -> String {
    format!("t{minutes}")
}

/// Minutes after midnight as people say them.
pub fn said(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Takes the form. Sent again, it is the same old person.
pub fn register(submission: &Submission) -> Result<Outcome> {
    let owner = caller()?;
    let place = PLACE.need(submission)?;
    let Some(division) = division(&place)? else {
        let problem = Problem::at(PLACE.id(), msg("place-missing"));
        return Ok(Outcome::Invalid(vec![problem]));
    };
    let own = WHO.need(submission)? == "self";
    let hour = HOUR.need(submission)?;
    let minutes = HOURS.into_iter().find(|it| hour_id(*it) == hour);
    let id = watch::id_of(&format!("{owner}/{}", submission.once));
    let watch = Watch {
        id: id.clone(),
        division: division.chars().take(12).collect(),
        owner: owner.clone(),
        elder: own.then(|| owner.clone()),
        kin: Vec::new(),
        minutes: minutes.unwrap_or(600),
        well: String::new(),
        // The first day is for getting used to it.
        day: clock::today(),
        stage: Stage::Reached,
        case: None,
    };
    let elder = Elder {
        watch: watch.key(),
        name: NAME.need(submission)?,
        phone: PHONE.need(submission)?,
        division,
        address: place.address.clone(),
        at: place.at.map(|at| (at.lon, at.lat)),
        alone: ALONE.of(submission) == Some(true),
        needs: NEEDS.of(submission).unwrap_or_default(),
        contact: (
            CONTACT_NAME.need(submission)?,
            CONTACT_PHONE.need(submission)?,
        ),
        own,
        consented: clock::today(),
    };
    elder::keep(&owner, &id, &elder)?;
    watch::begin(&watch)?;
    let letter = Letter::to_caller(
        msg("letter-registered"),
        msg("letter-registered-text").with("time", said(watch.minutes)),
    )
    .open(Route::page("one").with("id", id.as_str()));
    // A clerk may register more than one is written to on a day: that keeps nobody out.
    if let Err(error) = notify::send(&format!("r-{id}"), &letter) {
        log::warn(format!("a letter was not sent: {error:?}"));
    }
    let to = Route::page("one").with("id", id).with("done", "registered");
    Ok(Outcome::Go(to))
}

/// The community or cell of a place; none when it is neither named nor served.
fn division(place: &Place) -> Result<Option<String>> {
    if let Some(code) = &place.division {
        return Ok(Some(code.clone()));
    }
    let Some(at) = &place.at else {
        return Ok(None);
    };
    let point = Point {
        lon: at.lon,
        lat: at.lat,
        datum: Datum::Cgcs2000,
    };
    Ok(grid::locate(point)?.map(|it| it.code))
}
