//! The contract's `types` package: words, problems, errors, pages, files.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z; far below 2^53.
pub type Instant = i64;

/// A value put into a translated text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Argument {
    /// Words, shown as they are.
    Text(String),
    /// A number, written as the reader's language writes it.
    Number(f64),
    /// RFC 3339: `2026-11-23`, or with a time.
    Date(String),
}

/// A key in the plugin's own Fluent bundles, with its arguments (at most 16).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The key.
    pub id: String,
    /// Names and values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<(String, Argument)>,
}

/// Words for a screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Text {
    /// Translated by the host into the reader's language.
    Message(Message),
    /// Shown as it is (at most 4,000 characters); never markup.
    Raw(String),
}

impl Text {
    /// The message `id`, without arguments.
    pub fn message(id: impl Into<String>) -> Self {
        Self::Message(Message {
            id: id.into(),
            arguments: Vec::new(),
        })
    }

    /// Words shown as they are.
    pub fn raw(words: impl Into<String>) -> Self {
        Self::Raw(words.into())
    }

    /// Adds an argument; words shown as they are take none and stay the same.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Argument>) -> Self {
        if let Self::Message(message) = &mut self {
            message.arguments.push((name.into(), value.into()));
        }
        self
    }
}

impl From<&str> for Argument {
    fn from(words: &str) -> Self {
        Self::Text(words.to_owned())
    }
}

impl From<String> for Argument {
    fn from(words: String) -> Self {
        Self::Text(words)
    }
}

impl From<f64> for Argument {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Argument {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

/// One thing wrong with what was handed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// The field it concerns, if it concerns one.
    pub at: Option<String>,
    /// What is wrong and how to mend it.
    pub message: Text,
}

impl Problem {
    /// A problem with the field `at`.
    pub fn at(at: impl Into<String>, message: Text) -> Self {
        Self {
            at: Some(at.into()),
            message,
        }
    }

    /// A problem with the whole of it.
    pub fn general(message: Text) -> Self {
        Self { at: None, message }
    }
}

/// A refusal for want of authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Denial {
    /// What was missing, for example `cases.open`.
    pub capability: String,
    /// The line to add to `plugin.toml`.
    pub line: String,
}

/// Why the host did not do what was asked, in terms of what a plugin can do about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Error {
    /// The revision, or the person it acts for, lacks the authority. Do not retry.
    Denied(Denial),
    /// There is no such thing, or the person it acts for may not know of it.
    NotFound,
    /// The thing changed meanwhile, or its state does not allow this now.
    Conflict(String),
    /// What was handed in is wrong; each problem says how to mend it (at most 32).
    Invalid(Vec<Problem>),
    /// Try again after so many milliseconds.
    Busy(u32),
    /// A code this version of the contract has no name for.
    Other(String),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Denied(denial) => write!(f, "denied: {}; add {}", denial.capability, denial.line),
            Self::NotFound => f.write_str("not found"),
            Self::Conflict(code) => write!(f, "conflict: {code}"),
            Self::Invalid(problems) => write!(f, "invalid: {problems:?}"),
            Self::Busy(millis) => write!(f, "busy: try again after {millis} ms"),
            Self::Other(code) => write!(f, "error: {code}"),
        }
    }
}

impl std::error::Error for Error {}

/// A column of texts in one string: text `i` ends at byte `ends[i]` and begins where the one
/// before ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Packed {
    /// All texts, one after the other.
    pub text: String,
    /// Where each ends, in bytes.
    pub ends: Vec<u32>,
}

impl Packed {
    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Text `index`; none past the end, or where the ends make no sense.
    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start as usize..end as usize)
    }

    /// The texts in order; one whose ends make no sense is empty.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index).unwrap_or_default())
    }
}

impl<S: AsRef<str>> FromIterator<S> for Packed {
    fn from_iter<I: IntoIterator<Item = S>>(texts: I) -> Self {
        let mut packed = Self::default();
        for text in texts {
            packed.text.push_str(text.as_ref());
            packed
                .ends
                .push(u32::try_from(packed.text.len()).unwrap_or(u32::MAX));
        }
        packed
    }
}

/// One typed column of a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Column {
    /// Texts.
    Texts(Packed),
    /// Whole numbers.
    Integers(Vec<i64>),
    /// Real numbers.
    Reals(Vec<f64>),
    /// Truth values.
    Bools(Vec<bool>),
}

/// A page of a long list: at most 200 rows, as named columns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The id of each row.
    pub ids: Packed,
    /// The name of each column.
    pub names: Vec<String>,
    /// The columns, each as long as `ids`.
    pub columns: Vec<Column>,
    /// Handed back, unchanged, to read the page after this one.
    pub next: Option<String>,
}

/// Which part of a list to read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paging {
    /// `next` of the page before; none for the first.
    pub cursor: Option<String>,
    /// 1 to 200 rows.
    pub limit: u32,
}

/// A file that the host keeps. Plugins see names and sizes, never the bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRef {
    /// Its id at the host.
    pub id: String,
    /// The name it was handed in under.
    pub name: String,
    /// Its type, by its content.
    pub mime: String,
    /// Its size.
    pub bytes: u64,
}
