//! Reporting a hazard: what it is, where, how it looks; then the receipt. Opens the case once,
//! however often the form is sent.

use onedoor_sdk::{
    Action, Error, Files, FormBuilder, Key, One, Outcome, Result, Route, Spot, Submission, Tone,
    View, Words, YesNo,
    cases::{self, Draft},
    clock, identity, msg, page,
};

use crate::{
    kinds::{self, KINDS},
    rules::{self, Facts},
    sign_in_first, words,
};

/// The form's id.
pub const FORM: &str = "hazard";
/// What kind of hazard it is.
pub const KIND: Key<One> = Key::new("kind");
/// Whether bare wires can be seen.
pub const BARE_WIRE: Key<YesNo> = Key::new("bare-wire");
/// Whether somebody cannot get out.
pub const TRAPPED: Key<YesNo> = Key::new("trapped");
/// Where it is.
pub const PLACE: Key<Spot> = Key::new("place");
/// Photos of it.
pub const PHOTOS: Key<Files> = Key::new("photos");
/// What there is to say about it.
pub const ABOUT: Key<Words> = Key::new("about");

/// Most characters of a case's title that are taken from the words.
const TITLE: usize = 40;

/// The page with the form. People sign in first, so that nothing is filled in for nothing.
pub fn form_page() -> Result<View> {
    if !identity::caller().is_signed_in() {
        return Err(sign_in_first());
    }
    let mut form = FormBuilder::new(FORM, 1, msg("send"));
    form.step("what", msg("step-what"));
    let mut kind = form.one(KIND, msg("ask-kind")).required();
    for it in &KINDS {
        kind = kind.option(it.id, msg(&words::kind(it)));
    }
    form.step("where", msg("step-where"));
    form.place(PLACE, msg("ask-place"))
        .hint(msg("ask-place-hint"))
        .required();
    form.step("how", msg("step-how"));
    // On a later step than the kind, so that nobody is asked about a lift who reports a tree.
    form.yes_no(BARE_WIRE, msg("ask-bare-wire"))
        .hint(msg("ask-bare-wire-hint"))
        .show_when(KIND.is_one_of(&["cable", "lamp", "charging", "signal"]));
    form.yes_no(TRAPPED, msg("ask-trapped"))
        .hint(msg("ask-trapped-hint"))
        .show_when(KIND.is("lift"));
    form.photos(PHOTOS, msg("ask-photos"))
        .hint(msg("ask-photos-hint"));
    form.words(ABOUT, msg("ask-about"))
        .hint(msg("ask-about-hint"))
        .required()
        .length(4, 500)
        .lines(4);
    form.review();
    page(msg("report-title"))
        .back(Route::page("home"))
        .notice(Tone::Warning, msg("danger-title"), msg("danger-text"))
        .form(form.finish()?)
        .finish()
}

/// Opens the case and leads to its receipt.
pub fn open(submission: &Submission) -> Result<Outcome> {
    let about = ABOUT.need(submission)?;
    let chosen = KIND.need(submission)?;
    let kind = kinds::by_id(&chosen).ok_or_else(|| Error::Conflict("form-changed".to_owned()))?;
    let judgement = rules::judge(Facts {
        words: &about,
        class: Some(kind.class),
        hour: rules::hour(clock::now()),
        bare_wire: BARE_WIRE.of(submission) == Some(true),
        trapped: TRAPPED.of(submission) == Some(true),
    });
    let draft = Draft {
        class: kind.class.to_owned(),
        title: title(&about),
        description: about.clone(),
        place: PLACE.need(submission)?.into(),
        urgency: judgement.as_ref().map(|it| it.urgency),
        // A host asks every triage about a new report, this plugin's too, which gives its reason.
        reason: None,
        files: PHOTOS.of(submission).unwrap_or_default(),
        about: None,
    };
    let case = cases::open(&submission.once, &draft)?;
    Ok(Outcome::Go(Route::page("receipt").with("case", case.id)))
}

/// The first sentence, or as much of it as a list can show.
fn title(about: &str) -> String {
    let ends = ['。', '！', '？', '\n', '!', '?'];
    let first = about.trim().split(ends).next().unwrap_or_default();
    let cut: String = first.chars().take(TITLE).collect();
    if cut.len() < first.len() {
        format!("{cut}…")
    } else {
        cut
    }
}

/// What the reporter takes away: the number and what comes next.
pub fn receipt(at: &Route) -> Result<View> {
    let case = cases::get(at.get("case").ok_or(Error::NotFound)?)?;
    let to_case = Route::page("case").with("case", case.id.as_str());
    page(msg("receipt-title"))
        .notice(
            Tone::Success,
            msg("receipt-number").with("number", case.number.as_str()),
            msg("receipt-text"),
        )
        .summary(words::summary(&case))
        .actions([
            Action::go("follow", msg("receipt-follow"), to_case).primary(),
            Action::go("another", msg("receipt-another"), Route::page("report")),
        ])
        .finish()
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn a_title_is_the_first_sentence() {
        assert_eq!(title("路灯不亮。晚上很黑"), "路灯不亮");
        assert_eq!(title(&"长".repeat(50)), format!("{}…", "长".repeat(40)));
        assert_eq!(title("  Lamp out! Again"), "Lamp out");
    }
}
