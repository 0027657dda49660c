//! Small values of the plugin's own. Needs the capability `keyvalue`.
//!
//! A value about a person is kept with [`of`] that person, and goes when they go; what is kept
//! with [`shared`] must not be personal. Keys have 1 to 128 characters; values at most 64 KiB.

use crate::Result;
#[cfg(target_arch = "wasm32")]
use crate::bindings::api::onedoor::plugin::keyvalue as host;
#[cfg(not(target_arch = "wasm32"))]
use crate::testing::imports::keyvalue as host;

/// Values under one subject, or under none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Values<'a> {
    subject: Option<&'a str>,
}

/// Values that concern nobody in particular.
pub fn shared() -> Values<'static> {
    Values { subject: None }
}

/// Values about one person: the `subject` of [`identity::caller`](crate::identity::caller).
pub fn of(subject: &str) -> Values<'_> {
    Values {
        subject: Some(subject),
    }
}

impl Values<'_> {
    /// The value under `key`.
    pub fn get(self, key: &str) -> Result<Option<String>> {
        host::get(self.subject, key)
    }

    /// Keeps a value, in place of what was there.
    pub fn set(self, key: &str, value: &str) -> Result<()> {
        host::set(self.subject, key, value)
    }

    /// Keeps `value` if what is kept is `expected` (none: nothing is kept), and says whether it
    /// was. Of several who swap at one moment, one succeeds: read again, and try again.
    pub fn swap(self, key: &str, expected: Option<&str>, value: &str) -> Result<bool> {
        host::swap(self.subject, key, expected, value)
    }

    /// Removes a value; no error if there is none.
    pub fn delete(self, key: &str) -> Result<()> {
        host::delete(self.subject, key)
    }

    /// The keys with a prefix, in order, at most 200.
    pub fn keys(self, prefix: &str) -> Result<Vec<String>> {
        host::keys(self.subject, prefix)
    }
}
