//! The old person's own consent: to what family wrote down about them before they had an account,
//! which then becomes a record about them; or once more, after they withdrew it.

use onedoor_sdk::{
    Error, FormBuilder, Key, Outcome, Result, Route, View, YesNo, clock, log, msg, page,
    records::{About, Refusal},
};

use crate::{
    caller,
    elder::{self, Follow},
    record::{self, PURPOSE},
    watch::{self, Kept, Stage, Watch},
};

/// The form's id.
pub const FORM: &str = "agree";
/// That they have read it: the consent itself stands on the host's sheet.
pub const AGREE: Key<YesNo> = Key::new("agree");

/// Whether the caller, who is the old person, is asked: there is no record yet, or they withdrew.
pub fn asked(caller: &str, watch: &Watch) -> Result<bool> {
    if watch.elder.as_deref() != Some(caller) {
        return Ok(false);
    }
    match watch.kept {
        Kept::Owner => Ok(watch::of_person(caller)?.is_none()),
        Kept::Moving => Ok(false),
        Kept::Record => elder::withdrew(watch),
    }
}

fn theirs(at: &Route) -> Result<Watch> {
    let caller = caller()?;
    let id = at.get("id").ok_or(Error::NotFound)?;
    let part = elder::part(&caller, id)?.ok_or(Error::NotFound)?;
    let watch = watch::get(&part.watch)?.ok_or(Error::NotFound)?;
    if watch.elder.as_deref() == Some(caller.as_str()) {
        Ok(watch)
    } else {
        Err(Error::NotFound)
    }
}

/// The page with the form.
pub fn form_page(at: &Route) -> Result<View> {
    let watch = theirs(at)?;
    let mut form = FormBuilder::new(FORM, 1, msg("agree-send"));
    form.yes_no(AGREE, msg("ask-agree"))
        .hint(msg("ask-agree-hint"))
        .required();
    form.consent(PURPOSE);
    let text = match watch.kept {
        Kept::Record => "agree-again-text",
        _ => "agree-text",
    };
    page(msg("agree-title"))
        .back(Route::page("one").with("id", watch.id))
        .text(msg(text))
        .form(form.finish()?)
        .finish()
}

/// Takes the form. What is kept under family is not the caller's to read: the next round moves it.
pub fn agree(at: &Route) -> Result<Outcome> {
    let today = clock::today();
    let watch = watch::change(&theirs(at)?.key(), |watch| {
        if watch.kept == Kept::Owner {
            watch.kept = Kept::Moving;
        }
        if watch.stage == Stage::Stopped {
            (watch.day, watch.stage) = (today.clone(), Stage::Begins);
        }
    })?;
    let watch = watch.ok_or(Error::NotFound)?;
    Ok(Outcome::Go(Route::page("one").with("id", watch.id)))
}

/// Makes what family wrote down the record of the old person, who has agreed. From a job, where
/// nobody calls. What cannot be moved now is tried again by the next round.
pub fn take_over(watch: &Watch) -> Result<()> {
    let Some(person) = watch.elder.as_ref().filter(|_| watch.kept == Kept::Moving) else {
        return Ok(());
    };
    let mut kept = Kept::Record;
    if let Some(elder) = elder::get(&watch.owner, &watch.id)? {
        let about = About::Subject(person.clone());
        match record::put(&format!("taken-{}", watch.id), &about, &elder.answers()) {
            Ok(_) => hand_over(watch, person)?,
            // Withdrawn again meanwhile.
            Err(Refusal::Ungranted(_)) => kept = Kept::Owner,
            Err(Refusal::Failed(error)) => {
                log::warn(format!("a registration was not moved: {error:?}"));
                return Ok(());
            }
        }
    }
    watch::change(&watch.key(), |it| it.kept = kept.clone()).map(drop)
}

/// Family keeps nothing but that they take part.
fn hand_over(watch: &Watch, person: &str) -> Result<()> {
    watch::note_person(person, &watch.key())?;
    elder::forget(&watch.owner, &watch.id)?;
    if watch.owner == person {
        return Ok(());
    }
    let follow = Follow {
        watch: watch.key(),
        called: String::new(),
        recorded: true,
    };
    elder::follow(&watch.owner, &watch.id, &follow)
}
