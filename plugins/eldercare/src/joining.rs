//! A code that lets the old person, or more family, take part from an account of their own.

use onedoor_sdk::{
    FormBuilder, Key, One, Outcome, Problem, Result, Route, Submission, Text, View, Words, clock,
    keyvalue, msg, page, random,
};

use crate::{
    caller,
    elder::{self, Follow},
    watch::{self, Kept},
};

/// The form's id.
pub const FORM: &str = "join";
/// The eight digits.
pub const CODE: Key<Words> = Key::new("code");
/// Whether the caller is the old person.
pub const WHO: Key<One> = Key::new("who");
/// What family call the old person.
pub const CALLED: Key<Words> = Key::new("called");

/// How many wrong codes somebody may try on one day.
const TRIES: u32 = 5;

/// A new code for a watch, shown once; it holds to the end of the next day.
pub fn code(at: &Route) -> Result<Outcome> {
    let caller = caller()?;
    let id = at.get("id").unwrap_or_default();
    let part = elder::part(&caller, id)?.ok_or(onedoor_sdk::Error::NotFound)?;
    let bytes = random::bytes(8);
    let number = bytes
        .iter()
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let code = format!("{:08}", number % 100_000_000);
    let value = format!("{} {}", clock::today(), part.watch);
    keyvalue::shared().set(&format!("code/{code}"), &value)?;
    let shown = format!(
        "{} {}",
        code.get(..4).unwrap_or_default(),
        code.get(4..).unwrap_or_default()
    );
    let view = page(msg("code-title"))
        .back(Route::page("one").with("id", id))
        .heading(Text::raw(shown))
        .text(msg("code-text"))
        .finish()?;
    Ok(Outcome::Show(view))
}

/// The page where a code is entered.
pub fn form_page() -> Result<View> {
    caller()?;
    let mut form = FormBuilder::new(FORM, 1, msg("join-send"));
    form.words(CODE, msg("ask-code"))
        .hint(msg("ask-code-hint"))
        .pattern("[0-9]{4} ?[0-9]{4}")
        .required();
    form.one(WHO, msg("ask-join-as"))
        .option("elder", msg("join-elder"))
        .option("kin", msg("join-kin"))
        .required();
    form.words(CALLED, msg("ask-called"))
        .hint(msg("ask-called-hint"))
        .length(0, 20);
    page(msg("join-title"))
        .back(Route::page("home"))
        .form(form.finish()?)
        .finish()
}

/// Takes the form.
pub fn join(submission: &Submission) -> Result<Outcome> {
    let caller = caller()?;
    let wrong = |message: &str| {
        let problem = Problem::at(CODE.id(), msg(message));
        Ok(Outcome::Invalid(vec![problem]))
    };
    if !may_try(&caller)? {
        return wrong("code-too-often");
    }
    let code = CODE.need(submission)?.replace(' ', "");
    let kept = keyvalue::shared().get(&format!("code/{code}"))?;
    let Some(key) = kept.as_deref().and_then(in_force) else {
        return wrong("code-wrong");
    };
    let as_elder = WHO.need(submission)? == "elder";
    if as_elder && taken(key, &caller)? {
        let problem = Problem::at(WHO.id(), msg("join-elder-known"));
        return Ok(Outcome::Invalid(vec![problem]));
    }
    let joined = watch::change(key, |watch| {
        if as_elder {
            watch.elder = Some(caller.clone());
            watch.kin.retain(|it| *it != caller);
        } else if watch.owner != caller && !watch.kin.contains(&caller) {
            watch.kin.push(caller.clone());
        }
    })?;
    let Some(watch) = joined else {
        return wrong("code-wrong");
    };
    let called = if as_elder {
        String::new()
    } else {
        CALLED.of(submission).unwrap_or_default()
    };
    let follow = Follow {
        watch: watch.key(),
        called,
        recorded: false,
    };
    elder::follow(&caller, &watch.id, &follow)?;
    Ok(Outcome::Go(Route::page("one").with("id", watch.id)))
}

/// Whether the old person has agreed already, and is not the caller: nobody takes their place.
fn taken(key: &str, caller: &str) -> Result<bool> {
    let watch = watch::get(key)?;
    Ok(watch.is_some_and(|it| it.kept != Kept::Owner && it.elder.as_deref() != Some(caller)))
}

/// The watch of a code that was made today or yesterday.
fn in_force(kept: &str) -> Option<&str> {
    let (day, key) = kept.split_once(' ')?;
    let day = onedoor_sdk::Date::parse(day)?;
    let today = onedoor_sdk::Date::parse(&clock::today())?;
    (today.days() - day.days() <= 1).then_some(key)
}

/// Counts a try; whether it is still allowed today.
fn may_try(caller: &str) -> Result<bool> {
    let (values, today) = (keyvalue::of(caller), clock::today());
    let kept = values.get("tries")?.unwrap_or_default();
    let count = match kept.split_once(' ') {
        Some((day, count)) if day == today => count.parse().unwrap_or(TRIES),
        _ => 0,
    };
    if count >= TRIES {
        return Ok(false);
    }
    values.set("tries", &format!("{today} {}", count + 1))?;
    Ok(true)
}
