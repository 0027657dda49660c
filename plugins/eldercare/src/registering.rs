//! Registering an old person: by themselves or by whoever acts for them, with consent on the
//! host's own sheet; or by family of somebody without an account.

use onedoor_sdk::{
    Answer, Card, FormBuilder, Key, Many, One, Outcome, Place, Problem, Result, Route, Somebody,
    Spot, Submission, TextFormat, View, Words, YesNo, clock, grid,
    grid::{Datum, Point},
    log, msg,
    notify::{self, Letter},
    page,
    records::{self, Refusal},
};

use crate::{
    caller,
    elder::{self, Elder, Follow},
    record::{self, PURPOSE},
    watch::{self, Kept, Stage, Watch},
};

/// The form's id.
pub const FORM: &str = "elder";
/// Who it is for: somebody with an account.
pub const PERSON: Key<Somebody> = Key::new("person");
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
/// That the old person wants it, as family says.
pub const CONSENT: Key<YesNo> = Key::new("consent");

/// Times to choose from, in minutes after midnight.
const HOURS: [u16; 5] = [8 * 60, 9 * 60, 10 * 60, 12 * 60, 18 * 60];
const NEEDS_OPTIONS: [&str; 5] = ["walking", "hearing", "sight", "memory", "medicine"];

/// For whom: somebody with an account agrees by the host's sheet; for anybody else family says it.
pub fn choice_page() -> Result<View> {
    caller()?;
    let card = |page: &str| Card {
        title: msg(page),
        hint: Some(msg(&format!("{page}-hint"))),
        status: None,
        go: Route::page(page),
    };
    page(msg("register-title"))
        .back(Route::page("home"))
        .text(msg("register-text"))
        .cards([card("register-account"), card("register-kin")])
        .finish()
}

/// The form about oneself, or somebody one acts for.
pub fn account_page() -> Result<View> {
    caller()?;
    let mut form = FormBuilder::new(FORM, 2, msg("register-send"));
    form.step("who", msg("step-who"));
    form.person(PERSON, msg("ask-who"), PURPOSE)
        .hint(msg("ask-who-hint"))
        .required();
    ask(&mut form);
    form.consent(PURPOSE);
    form_page("register-account", form)
}

/// The form about an old person of the family who has no account.
pub fn kin_page() -> Result<View> {
    caller()?;
    let mut form = FormBuilder::new(FORM, 2, msg("register-send"));
    ask(&mut form);
    form.yes_no(CONSENT, msg("ask-consent"))
        .hint(msg("ask-consent-hint"))
        .required();
    form.review();
    form_page("register-kin", form)
}

fn form_page(name: &str, form: FormBuilder) -> Result<View> {
    page(msg(name))
        .back(Route::page("register"))
        .text(msg(&format!("{name}-hint")))
        .form(form.finish()?)
        .finish()
}

/// What is asked about every old person.
fn ask(form: &mut FormBuilder) {
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
}

fn hour_id(minutes: u16) -> String {
    format!("t{minutes}")
}

/// Minutes after midnight as people say them.
pub fn said(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Takes the form about somebody with an account: what is personal becomes their record. Sent
/// again, or by somebody else, it is the same old person.
pub fn register_account(submission: &Submission) -> Result<Outcome> {
    let caller = caller()?;
    let Some(place) = located(PLACE.need(submission)?)? else {
        return Ok(refused(PLACE, "place-missing"));
    };
    let about = records::About::Token(PERSON.need(submission)?);
    let division = place.division.clone().unwrap_or_default();
    let answers = answers(submission, place);
    let person = match record::put(&submission.once, &about, &answers) {
        Ok(person) => person,
        Err(Refusal::Ungranted(_)) => return Ok(refused(PERSON, "consent-missing")),
        Err(Refusal::Failed(error)) => return Err(error),
    };
    let new = Watch {
        id: watch::id_of(&person),
        elder: Some(person.clone()),
        kept: Kept::Record,
        ..first(&caller, &division, submission)?
    };
    let watch = watch::begin_for(&person, new)?;
    if person != caller {
        let follow = Follow {
            watch: watch.key(),
            called: String::new(),
            recorded: true,
        };
        elder::follow(&caller, &watch.id, &follow)?;
    }
    Ok(registered(&watch))
}

/// Takes the form about somebody without one. Sent again, it is the same old person.
pub fn register_kin(submission: &Submission) -> Result<Outcome> {
    let owner = caller()?;
    let Some(place) = located(PLACE.need(submission)?)? else {
        return Ok(refused(PLACE, "place-missing"));
    };
    let division = place.division.unwrap_or_default();
    let watch = Watch {
        id: watch::id_of(&format!("{owner}/{}", submission.once)),
        ..first(&owner, &division, submission)?
    };
    let elder = Elder {
        watch: watch.key(),
        name: NAME.need(submission)?,
        phone: PHONE.need(submission)?,
        division,
        address: place.address,
        at: place.at.map(|at| (at.lon, at.lat)),
        alone: ALONE.of(submission) == Some(true),
        needs: NEEDS.of(submission).unwrap_or_default(),
        contact: (
            CONTACT_NAME.need(submission)?,
            CONTACT_PHONE.need(submission)?,
        ),
        own: false,
        consented: clock::today(),
    };
    elder::keep(&owner, &watch.id, &elder)?;
    watch::begin(&watch)?;
    Ok(registered(&watch))
}

fn refused<K>(at: Key<K>, why: &str) -> Outcome {
    Outcome::Invalid(vec![Problem::at(at.id(), msg(why))])
}

/// The answers that a record keeps: none about the hour, which the rounds know.
fn answers(submission: &Submission, place: Place) -> Vec<Answer> {
    let mut answers = vec![PLACE.answer(place)];
    let kept = [
        NAME.id(),
        PHONE.id(),
        ALONE.id(),
        NEEDS.id(),
        CONTACT_NAME.id(),
        CONTACT_PHONE.id(),
    ];
    let given = submission.answers.iter();
    answers.extend(
        given
            .filter(|it| kept.contains(&it.field.as_str()))
            .cloned(),
    );
    answers
}

/// A watch as it begins.
fn first(owner: &str, division: &str, submission: &Submission) -> Result<Watch> {
    let hour = HOUR.need(submission)?;
    let minutes = HOURS.into_iter().find(|it| hour_id(*it) == hour);
    Ok(Watch {
        id: String::new(),
        division: division.chars().take(12).collect(),
        owner: owner.to_owned(),
        elder: None,
        kin: Vec::new(),
        minutes: minutes.unwrap_or(600),
        well: String::new(),
        // The first day is for getting used to it.
        day: clock::today(),
        stage: Stage::Begins,
        case: None,
        kept: Kept::Owner,
    })
}

/// Writes to whoever registered them, and goes to the page with the button.
fn registered(watch: &Watch) -> Outcome {
    let id = watch.id.as_str();
    let letter = Letter::to_caller(
        msg("letter-registered"),
        msg("letter-registered-text").with("time", said(watch.minutes)),
    )
    .open(Route::page("one").with("id", id));
    // A clerk may register more than one is written to on a day: that keeps nobody out.
    if let Err(error) = notify::send(&format!("r-{id}"), &letter) {
        log::warn(format!("a letter was not sent: {error:?}"));
    }
    Outcome::Go(Route::page("one").with("id", id).with("done", "registered"))
}

/// A place with its community or cell; none when it is neither named nor served.
fn located(place: Place) -> Result<Option<Place>> {
    let found = division(&place)?;
    Ok(found.map(|code| Place {
        division: Some(code),
        ..place
    }))
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
