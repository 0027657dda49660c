//! Why a call on the test host did not come to its end.

use onedoor_forms::{Breach, Error, Fault};

/// Why a call on the test host did not come to its end.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// The plugin answered with this error.
    Error(Error),
    /// The page breaks the contract.
    Breaches(Vec<Breach>),
    /// The page names messages that a bundle lacks, each as `language: id`.
    NoWords(Vec<String>),
    /// The page has no such form.
    NoSuchForm,
    /// The page has no such button, or it cannot be pressed.
    NoSuchAction,
    /// The form was not rightly filled in; the plugin did not see it.
    Faults(Vec<Fault>),
    /// The manifest lists no such job or inbox.
    NotInManifest(String),
    /// The tile of that id breaks this rule.
    Tile(String, &'static str),
    /// The suggested class is not in the manifest.
    ForeignClass(String),
    /// The confidence is not between 0 and 1.
    Confidence(f64),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Failure {}
