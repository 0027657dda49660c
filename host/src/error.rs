//! What can go wrong, said without reference to HTTP or to WIT. `web::error` and
//! `plugins::imports` each map it once, exhaustively. Public text never holds source text.

use std::{error::Error as StdError, fmt::Write as _};

/// The result of a domain function.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One thing wrong with an input.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Problem {
    /// The field it concerns, if one.
    pub at: Option<String>,
    /// A key of the host's Fluent bundle; what is shown, in the reader's language.
    pub code: String,
    /// Arguments of the message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<(String, String)>,
}

impl Problem {
    /// A problem with the field `at`, worded by the message `code`.
    pub fn at(at: &str, code: &str) -> Self {
        Self {
            at: Some(at.to_owned()),
            code: code.to_owned(),
            arguments: Vec::new(),
        }
    }

    /// A problem with the whole input.
    pub fn general(code: &str) -> Self {
        Self {
            at: None,
            code: code.to_owned(),
            arguments: Vec::new(),
        }
    }

    /// Adds an argument of the message.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.arguments.push((name.to_owned(), value.to_string()));
        self
    }
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or this caller may not know of it.
    #[error("not found")]
    NotFound,
    /// Nobody is signed in, and this needs somebody.
    #[error("sign in first")]
    Unauthenticated,
    /// The caller lacks the authority; the text is a message key saying what is missing.
    #[error("forbidden: {0}")]
    Forbidden(&'static str),
    /// A plugin's revision lacks a capability. Names it and the manifest line to add.
    #[error("the revision lacks the capability {capability}")]
    NotGranted {
        /// What was missing, for example `cases.open`.
        capability: String,
        /// The line to add to `plugin.toml`.
        line: String,
    },
    /// The thing changed meanwhile, or its state does not allow this; a message key.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// The input is wrong; each problem says how to mend it.
    #[error("invalid: {0:?}")]
    Invalid(Vec<Problem>),
    /// Too many requests; try again after so many seconds.
    #[error("too many requests")]
    TooMany(u32),
    /// Something this depends on is busy or away; the same request may succeed later.
    #[error("unavailable")]
    Unavailable,
    /// A plugin failed so often that it is left alone; it is tried again in so many seconds.
    #[error("the plugin is paused")]
    Paused(u32),
    /// Our fault. The source is logged once, at the edge, and never shown.
    #[error("internal error")]
    Internal(#[source] Box<dyn StdError + Send + Sync>),
}

impl Error {
    /// Wraps a fault of ours.
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }

    /// A state that the code holds to be impossible.
    pub fn bug(what: &'static str) -> Self {
        Self::Internal(what.into())
    }

    /// One problem with one field.
    pub fn invalid(at: &str, code: &str) -> Self {
        Self::Invalid(vec![Problem::at(at, code)])
    }

    /// This error and its causes on one line, for the log.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut source = self.source();
        while let Some(cause) = source {
            let _ = write!(text, ": {cause}");
            source = cause.source();
        }
        text
    }
}

/// Whether the database undid a transaction only because another stood in its way: PostgreSQL's
/// `serialization_failure` and `deadlock_detected`. Done again, it may well succeed.
fn again(code: &str) -> bool {
    matches!(code, "40001" | "40P01")
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => Self::Unavailable,
            sqlx::Error::Database(e) if e.is_unique_violation() => Self::Conflict("error-conflict"),
            sqlx::Error::Database(e) if e.code().is_some_and(|it| again(&it)) => Self::Unavailable,
            other => Self::internal(other),
        }
    }
}
