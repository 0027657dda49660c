//! Enrolling: oneself, or a child. Under 14 only a guardian does it, and only with their consent
//! (Personal Information Protection Law of the People's Republic of China, article 31).

use onedoor_sdk::{
    Day, Error, FormBuilder, Key, One, Outcome, Problem, Result, Route, Submission, Text,
    TextFormat, View, Words, YesNo, clock, keyvalue, msg, page,
};
use serde::{Deserialize, Serialize};

use crate::{
    caller,
    course::{self, Course},
    roster,
};

/// The form's id.
pub const FORM: &str = "enrol";
/// Who is to take part.
pub const WHO: Key<One> = Key::new("who");
/// Their name.
pub const NAME: Key<Words> = Key::new("name");
/// Their birthday.
pub const BORN: Key<Day> = Key::new("born");
/// The guardian's consent.
pub const CONSENT: Key<YesNo> = Key::new("consent");

/// Below this age a guardian's consent is needed: PIPL article 31.
const CONSENT_AGE: u8 = 14;

/// What is kept of an entry, under whoever made it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// The course.
    pub course: String,
    /// Who takes part.
    pub name: String,
    /// Their birthday.
    pub born: String,
    /// Whether it is a child of whoever enrolled.
    pub child: bool,
    /// When the guardian consented, where it was needed.
    pub consented: Option<String>,
}

/// An entry of `subject`, who is calling.
pub fn kept(subject: &str, entry: &str) -> Result<Option<Kept>> {
    let text = keyvalue::of(subject).get(&key(entry))?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// The entries of `subject`, who is calling.
pub fn entries(subject: &str) -> Result<Vec<(String, Kept)>> {
    let mut found = Vec::new();
    for key in keyvalue::of(subject).keys("entry/")? {
        let id = key.trim_start_matches("entry/").to_owned();
        found.extend(kept(subject, &id)?.map(|it| (id, it)));
    }
    Ok(found)
}

/// Removes what is kept of an entry.
pub fn forget(subject: &str, entry: &str) -> Result<()> {
    keyvalue::of(subject).delete(&key(entry))
}

fn key(entry: &str) -> String {
    format!("entry/{entry}")
}

fn course_of(at: &Route) -> Result<Course> {
    course::get(at.get("id").ok_or(Error::NotFound)?)?.ok_or(Error::NotFound)
}

/// The page with the form.
pub fn form_page(at: &Route) -> Result<View> {
    caller()?;
    let course = course_of(at)?;
    if !course.open() {
        return Err(Error::Conflict("course-closed".to_owned()));
    }
    let mut form = FormBuilder::new(FORM, 1, msg("enrol-send"));
    form.step("who", msg("step-who"));
    form.one(WHO, msg("ask-who"))
        .option("self", msg("who-self"))
        .option("child", msg("who-child"))
        .required();
    form.step("person", msg("step-person"));
    form.words(NAME, msg("ask-name"))
        .format(TextFormat::Name)
        .length(1, 40)
        .required();
    form.day(BORN, msg("ask-born"))
        .hint(msg("ask-born-hint"))
        .latest("today")
        .required();
    form.yes_no(CONSENT, msg("ask-consent"))
        .hint(msg("ask-consent-hint"))
        .show_when(WHO.is("child"));
    form.review();
    page(msg("enrol-title"))
        .back(Route::page("course").with("id", course.id.as_str()))
        .heading(Text::raw(course.title.as_str()))
        .form(form.finish()?)
        .finish()
}

/// Takes the form. Sent again, it is the same entry.
pub fn enrol(at: &Route, submission: &Submission) -> Result<Outcome> {
    let subject = caller()?;
    let course = course_of(at)?;
    if !course.open() {
        return Err(Error::Conflict("course-closed".to_owned()));
    }
    let kept = Kept {
        course: course.id.clone(),
        name: NAME.need(submission)?.trim().to_owned(),
        born: BORN.need(submission)?,
        child: WHO.need(submission)? == "child",
        consented: (CONSENT.of(submission) == Some(true)).then(clock::today),
    };
    if let Some(problem) = refused(&course, &kept) {
        return Ok(Outcome::Invalid(vec![problem]));
    }
    // Of the person and not of the form: whoever is enrolled twice is enrolled once.
    let person = format!("{subject}/{}/{}/{}", course.id, kept.name, kept.born);
    let entry = course::id_of(&person);
    let text = serde_json::to_string(&kept).unwrap_or_default();
    keyvalue::of(&subject).set(&key(&entry), &text)?;
    let (_, taken) = roster::change(&course.id, |roster| {
        roster.enrol(&entry, &subject, course.seats)
    })?;
    if !taken {
        forget(&subject, &entry)?;
        let problem = Problem::at(NAME.id(), msg("line-full"));
        return Ok(Outcome::Invalid(vec![problem]));
    }
    Ok(Outcome::Go(
        Route::page("entry").with("id", entry).with("new", "yes"),
    ))
}

/// Why somebody cannot be enrolled.
fn refused(course: &Course, kept: &Kept) -> Option<Problem> {
    let now = course::age(&kept.born, &clock::today());
    let then = course::age(&kept.born, &course.starts);
    let (Some(now), Some(then)) = (now, then) else {
        return Some(Problem::at(BORN.id(), msg("born-wrong")));
    };
    if now < CONSENT_AGE && !kept.child {
        return Some(Problem::at(WHO.id(), msg("guardian-needed")));
    }
    if now < CONSENT_AGE && kept.consented.is_none() {
        return Some(Problem::at(CONSENT.id(), msg("consent-needed")));
    }
    if !(course.min_age..=course.max_age).contains(&then) {
        let message = msg("age-wrong")
            .with("min", u32::from(course.min_age))
            .with("max", u32::from(course.max_age))
            .with("age", u32::from(then));
        return Some(Problem::at(BORN.id(), message));
    }
    None
}
