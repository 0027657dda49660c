//! Forms on pages: the host's own and plugins', by the same rules. `read` takes what a browser
//! sent, `fields` shows questions, `review` shows answers. Nothing here knows what a form is for.

pub mod fields;
pub mod hangs;
pub mod places;
pub mod read;
pub mod review;

use jiff::tz::TimeZone;
use onedoor_forms::{Date, Fault, Form, Text, Why};

use super::{i18n, pages::parts::Faults};
use crate::{
    context::Context,
    error::{Error, Result},
    time::Timestamp,
};

/// Words of a form: the host's own are plain, a plugin's come from its bundles.
pub type Say<'a> = &'a (dyn Fn(&Text) -> String + Sync);

/// The words of the host's own forms.
pub fn plain(text: &Text) -> String {
    match text {
        Text::Raw(words) => words.clone(),
        Text::Message(message) => message.id.clone(),
    }
}

/// Today, where the host is.
pub fn today(zone: &TimeZone, now: Timestamp) -> Result<Date> {
    Date::parse(&now.day(zone)).ok_or_else(|| Error::bug("today is no date"))
}

/// Faults of answers to a form, worded for the reader.
pub fn worded(cx: &Context, say: Say<'_>, form: &Form, faults: &[Fault]) -> Faults {
    let mut found = Faults::default();
    for fault in faults {
        let said = match &fault.why {
            Why::Said(text) => say(text),
            Why::Rule { code, arguments } => {
                let arguments: Vec<_> = arguments.iter().map(|(k, v)| (*k, v.as_str())).collect();
                i18n::text(cx.locale, code, &arguments)
            }
        };
        let asked = form.fields().find(|it| it.id == fault.at);
        found.add_to(&fault.at, asked.map(|it| say(&it.label)), said);
    }
    found
}
