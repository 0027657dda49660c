//! Messages to people, read under "messages" in the entry app. Needs the capability `notify`.

#[cfg(target_arch = "wasm32")]
use crate::bindings::api::onedoor::plugin::notify as host;
#[cfg(not(target_arch = "wasm32"))]
use crate::testing::imports::notify as host;
use crate::{Result, Route, Text};

pub use crate::bindings::api::onedoor::plugin::notify::Letter;

/// Sends a message. The same `once` (1 to 64 characters) to the same person sends it once. At most
/// 20 in a call, and 10 a day to one person; `Error::Busy` above that.
pub fn send(once: &str, letter: &Letter) -> Result<()> {
    host::send(once, letter)
}

impl Letter {
    /// To whoever is calling.
    pub fn to_caller(title: Text, body: Text) -> Self {
        Self {
            to: None,
            title,
            body,
            open: None,
        }
    }

    /// To somebody the plugin keeps something about: the `subject` of
    /// [`identity::caller`](crate::identity::caller) when they were calling.
    pub fn to(subject: &str, title: Text, body: Text) -> Self {
        Self {
            to: Some(subject.to_owned()),
            ..Self::to_caller(title, body)
        }
    }

    /// Leads to a page of the plugin.
    #[must_use]
    pub fn open(mut self, route: Route) -> Self {
        self.open = Some(route);
        self
    }
}
