//! Builders of pages and forms. What they finish has been checked by the rules the host checks
//! by, so that a wrong form is found by an author's test and not by a resident.

mod field;
mod form;
mod key;
mod page;
mod table;

pub use field::AddField;
pub use form::FormBuilder;
pub use key::{
    Day, Decimal, Files, Key, Many, One, Read, Somebody, Spot, Time, When, Whole, Words, YesNo,
};
pub use page::{PageBuilder, page};
pub use table::TableBuilder;

use onedoor_forms::{Breach, Error, Text};

/// A message of the plugin's bundles.
pub fn msg(id: &str) -> Text {
    Text::message(id)
}

/// The error for a page or form that breaks the contract: a mistake of the plugin's, told in its
/// log and in the tests.
fn broken(what: &str, breaches: &[Breach]) -> Error {
    let list: Vec<String> = breaches.iter().map(ToString::to_string).collect();
    let text = format!("{what} breaks the contract: {}", list.join("; "));
    crate::log::error(&text);
    Error::Other(text)
}
