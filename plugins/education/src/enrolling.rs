//! Enrolling: oneself, or a child. Under 14 only a guardian does it, and only with their consent
//! (Personal Information Protection Law of the People's Republic of China, article 31).

use onedoor_sdk::{
    Day, Error, FormBuilder, Key, Outcome, Problem, Result, Route, Somebody, Submission, Text,
    TextFormat, View, Words, clock, keyvalue, msg, page, records::About,
};
use serde::{Deserialize, Serialize};

use crate::{
    caller,
    course::{self, Course},
    person::{self, PURPOSE},
    roster,
};

/// The form's id.
pub const FORM: &str = "enrol";
/// Who is to take part: the caller, or somebody they act for.
pub const PERSON: Key<Somebody> = Key::new("person");
/// Their name.
pub const NAME: Key<Words> = Key::new("name");
/// Their birthday.
pub const BORN: Key<Day> = Key::new("born");

/// Below this age a guardian's consent is needed: PIPL article 31.
const CONSENT_AGE: u8 = 14;

/// What is kept of an entry, under whoever made it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// The course.
    pub course: String,
    /// Who takes part: a pseudonym. Their name and birthday are in a record about them.
    pub person: String,
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

/// Removes what is kept of an entry, and of who took part unless they do elsewhere.
pub fn forget(subject: &str, entry: &str, person: &str) -> Result<()> {
    keyvalue::of(subject).delete(&key(entry))?;
    person::leaves(person, entry, &format!("left-{entry}-{}", clock::now()))
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
    let mut form = FormBuilder::new(FORM, 2, msg("enrol-send"));
    form.step("who", msg("step-who"));
    form.person(PERSON, msg("ask-who"), PURPOSE)
        .hint(msg("ask-who-hint"))
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
    form.consent(PURPOSE);
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
    let token = PERSON.need(submission)?;
    let person = person::picked(&token)?;
    let born = BORN.need(submission)?;
    if let Some(problem) = refused(&course, &born, person == subject) {
        return Ok(Outcome::Invalid(vec![problem]));
    }
    let name = NAME.need(submission)?.trim().to_owned();
    let answers = [NAME.answer(name), BORN.answer(born)];
    if !person::put(&submission.once, &About::Token(token), &answers)? {
        let problem = Problem::at(PERSON.id(), msg("consent-needed"));
        return Ok(Outcome::Invalid(vec![problem]));
    }
    // Of the person and not of the form: whoever is enrolled twice is enrolled once.
    let entry = course::id_of(&format!("{}/{person}", course.id));
    keep(&subject, &entry, &course, &person)?;
    let (_, taken) = roster::change(&course.id, |roster| {
        roster.enrol(&entry, &subject, course.seats)
    })?;
    if !taken {
        forget(&subject, &entry, &person)?;
        let problem = Problem::at(NAME.id(), msg("line-full"));
        return Ok(Outcome::Invalid(vec![problem]));
    }
    Ok(Outcome::Go(
        Route::page("entry").with("id", entry).with("new", "yes"),
    ))
}

fn keep(subject: &str, entry: &str, course: &Course, person: &str) -> Result<()> {
    let kept = Kept {
        course: course.id.clone(),
        person: person.to_owned(),
    };
    let text = serde_json::to_string(&kept).unwrap_or_default();
    keyvalue::of(subject).set(&key(entry), &text)?;
    person::joins(person, entry)
}

/// Why somebody cannot be enrolled. `own`: by themselves.
fn refused(course: &Course, born: &str, own: bool) -> Option<Problem> {
    let now = course::age(born, &clock::today());
    let then = course::age(born, &course.starts);
    let (Some(now), Some(then)) = (now, then) else {
        return Some(Problem::at(BORN.id(), msg("born-wrong")));
    };
    if now < CONSENT_AGE && own {
        return Some(Problem::at(PERSON.id(), msg("guardian-needed")));
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
