//! Offering a course: by staff, for a place of their own area.

use onedoor_sdk::{
    Day, FormBuilder, Key, Outcome, Problem, Result, Route, Spot, Submission, View, Whole, Words,
    clock, msg, page,
};

use crate::{
    caller,
    course::{self, Course},
    teaching,
};

/// The form's id.
pub const FORM: &str = "offer";
/// What it is called.
pub const TITLE: Key<Words> = Key::new("title");
/// What is done there.
pub const ABOUT: Key<Words> = Key::new("about");
/// Where.
pub const PLACE: Key<Spot> = Key::new("place");
/// The first day.
pub const STARTS: Key<Day> = Key::new("starts");
/// On which days and when.
pub const WHEN: Key<Words> = Key::new("when");
/// The last day to enrol.
pub const CLOSES: Key<Day> = Key::new("closes");
/// The youngest.
pub const MIN_AGE: Key<Whole> = Key::new("min-age");
/// The oldest.
pub const MAX_AGE: Key<Whole> = Key::new("max-age");
/// How many places.
pub const SEATS: Key<Whole> = Key::new("seats");

/// The page with the form.
pub fn form_page() -> Result<View> {
    caller()?;
    let Some(teacher) = teaching::teacher() else {
        return teaching::staff_only();
    };
    let mut form = FormBuilder::new(FORM, 1, msg("offer-send"));
    form.step("what", msg("step-what"));
    form.words(TITLE, msg("ask-title")).length(2, 40).required();
    form.words(ABOUT, msg("ask-about"))
        .length(2, 500)
        .lines(4)
        .required();
    form.whole(MIN_AGE, msg("ask-min-age"))
        .bounds(0, 120)
        .required();
    form.whole(MAX_AGE, msg("ask-max-age"))
        .bounds(0, 120)
        .required();
    form.whole(SEATS, msg("ask-seats"))
        .bounds(1, 200)
        .required();
    form.step("where", msg("step-where"));
    let place = form.place(PLACE, msg("ask-place")).required();
    if let [area] = teacher.divisions.as_slice() {
        place.within(area);
    }
    form.step("when", msg("step-when"));
    form.day(STARTS, msg("ask-starts"))
        .earliest("today+1d")
        .required();
    form.words(WHEN, msg("ask-when"))
        .hint(msg("ask-when-hint"))
        .length(2, 60)
        .required();
    form.day(CLOSES, msg("ask-closes"))
        .earliest("today")
        .required();
    form.review();
    page(msg("offer-title"))
        .back(Route::page("teaching"))
        .form(form.finish()?)
        .finish()
}

/// Takes the form. Sent again, it is the same course.
pub fn offer(submission: &Submission) -> Result<Outcome> {
    let subject = caller()?;
    let Some(teacher) = teaching::teacher() else {
        return Err(onedoor_sdk::Error::NotFound);
    };
    let place = PLACE.need(submission)?;
    let division = place.division.clone().unwrap_or_default();
    let age = |key: Key<Whole>| {
        key.need(submission)
            .map(|it| u8::try_from(it).unwrap_or(120))
    };
    let course = Course {
        id: course::id_of(&format!("{subject}/{}", submission.once)),
        title: TITLE.need(submission)?,
        about: ABOUT.need(submission)?,
        division,
        address: place.address,
        starts: STARTS.need(submission)?,
        when: WHEN.need(submission)?,
        closes: CLOSES.need(submission)?,
        min_age: age(MIN_AGE)?,
        max_age: age(MAX_AGE)?,
        seats: u32::try_from(SEATS.need(submission)?).unwrap_or(1),
        called_off: false,
    };
    let rules = [
        (
            course.min_age <= course.max_age,
            MAX_AGE.id(),
            "ages-crossed",
        ),
        (course.closes <= course.starts, CLOSES.id(), "closes-late"),
        (course.starts > clock::today(), STARTS.id(), "starts-past"),
        (
            teacher.covers(&course.division),
            PLACE.id(),
            "place-outside",
        ),
    ];
    let broken = rules.into_iter().filter(|(holds, _, _)| !holds);
    let problems: Vec<Problem> = broken
        .map(|(_, at, why)| Problem::at(at, msg(why)))
        .collect();
    if !problems.is_empty() {
        return Ok(Outcome::Invalid(problems));
    }
    if course::get(&course.id)?.is_none() {
        if course::all()?.len() >= course::MOST {
            let problem = Problem::at(TITLE.id(), msg("too-many-courses"));
            return Ok(Outcome::Invalid(vec![problem]));
        }
        course::keep(&course)?;
    }
    Ok(Outcome::Go(Route::page("roster").with("id", course.id)))
}
