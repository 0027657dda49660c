//! What departments keep about persons. Datasets are declared in `plugin.toml` under
//! `[[datasets]]`, purposes under `[[purposes]]`. Each read stands on a grant or a consent, is
//! checked at every use, and is seen by the person. Needs `records.read`, `records.write`,
//! `records.list`.

#[cfg(target_arch = "wasm32")]
use crate::bindings::api::onedoor::records::records as host;
#[cfg(not(target_arch = "wasm32"))]
use crate::testing::imports::records as host;
use crate::{Answer, Answers, Error, Key, Paging, Read, Rows};

pub use crate::bindings::api::onedoor::records::records::{About, Basis, Filter, Missing, Refusal};

/// The result of a call to records.
pub type Result<T> = std::result::Result<T, Refusal>;

/// One record, opened for one purpose.
#[derive(Debug)]
pub struct Entry(host::Entry);

/// Opens the record about the person who is calling.
pub fn own(dataset: &str, purpose: &str) -> Result<Entry> {
    host::own(dataset, purpose).map(Entry)
}

/// Opens the record about somebody.
pub fn open(about: &About, dataset: &str, purpose: &str) -> Result<Entry> {
    host::open(about, dataset, purpose).map(Entry)
}

/// Keeps answers about somebody in a dataset of the plugin's own; gives back their pseudonym.
pub fn put(once: &str, dataset: &str, about: &About, answers: &[Answer]) -> Result<String> {
    host::put(once, dataset, about, answers)
}

/// Whether somebody's consent to a purpose of the plugin's is in force. Reads nothing about them.
pub fn agreed(about: &About, purpose: &str) -> crate::Result<bool> {
    host::agreed(about, purpose)
}

/// Erases what a dataset of the plugin's own holds about somebody; no consent is needed for it.
pub fn erase(once: &str, dataset: &str, about: &About) -> crate::Result<()> {
    host::erase(once, dataset, about)
}

/// Records of a dataset, as rows of texts.
pub fn list(dataset: &str, purpose: &str, filter: &Filter, paging: &Paging) -> Result<Rows> {
    host::list(dataset, purpose, filter, paging).map(Rows::from)
}

impl Filter {
    /// These fields of everybody in the caller's area.
    pub fn fields(fields: &[&str]) -> Self {
        Self {
            division: None,
            changed: None,
            fields: fields.iter().map(|it| (*it).to_owned()).collect(),
        }
    }
}

impl Entry {
    /// The person's pseudonym for this plugin.
    pub fn subject(&self) -> String {
        self.0.subject()
    }

    /// 0 when nothing is held yet; grows by 1 at each change.
    pub fn version(&self) -> u64 {
        self.0.version()
    }

    /// The fields asked for that are held.
    pub fn read(&self, fields: &[&str]) -> Result<Answers> {
        let fields: Vec<String> = fields.iter().map(|it| (*it).to_owned()).collect();
        Ok(self.0.read(&fields)?.into_iter().collect())
    }

    /// One field, by the key of the form that asked for it.
    pub fn get<K: Read>(&self, key: Key<K>) -> Result<Option<K::Answer>> {
        let answers = self.read(&[key.id()])?;
        Ok(answers.get(key.id()).and_then(K::read))
    }

    /// Writes fields; `conflict` when the record is no longer at `version`.
    pub fn write(&self, once: &str, version: u64, answers: &[Answer]) -> Result<u64> {
        self.0.write(once, version, answers)
    }
}

impl Refusal {
    /// What is missing, if it is a grant or a consent.
    pub fn missing(&self) -> Option<&Missing> {
        match self {
            Self::Ungranted(missing) => Some(missing),
            Self::Failed(_) => None,
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Failed(error) => error,
            Refusal::Ungranted(missing) => Self::Denied(crate::Denial {
                capability: format!("records:{}:{}", missing.purpose, missing.dataset),
                line: missing.ask,
            }),
        }
    }
}
