//! What a plugin may call. A closed list: a manifest naming anything else is refused.

use crate::error::{Error, Result};

/// One thing a plugin may be allowed to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// Read what is held about the person who is calling.
    IdentityClaims,
    /// Read divisions and locate points.
    GridRead,
    /// Read cases of its classes, within the caller's own sight.
    CasesRead,
    /// Open cases of its classes.
    CasesOpen,
    /// Remark on cases of its classes.
    CasesComment,
    /// Keep small values.
    Keyvalue,
    /// Send messages to people.
    Notify,
    /// Open and read records.
    RecordsRead,
    /// Keep records of its own datasets.
    RecordsWrite,
    /// List records.
    RecordsList,
}

impl Capability {
    /// Every capability.
    pub const ALL: [Self; 10] = [
        Self::IdentityClaims,
        Self::GridRead,
        Self::CasesRead,
        Self::CasesOpen,
        Self::CasesComment,
        Self::Keyvalue,
        Self::Notify,
        Self::RecordsRead,
        Self::RecordsWrite,
        Self::RecordsList,
    ];

    /// Its name in `plugin.toml`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::IdentityClaims => "identity.claims",
            Self::GridRead => "grid.read",
            Self::CasesRead => "cases.read",
            Self::CasesOpen => "cases.open",
            Self::CasesComment => "cases.comment",
            Self::Keyvalue => "keyvalue",
            Self::Notify => "notify",
            Self::RecordsRead => "records.read",
            Self::RecordsWrite => "records.write",
            Self::RecordsList => "records.list",
        }
    }

    /// The capability of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// A set of capabilities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(u32);

impl Capabilities {
    /// Whether `capability` is in the set.
    pub const fn has(self, capability: Capability) -> bool {
        self.0 & (1 << capability as u32) != 0
    }

    /// The names of those in the set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let held = Capability::ALL.into_iter().filter(move |it| self.has(*it));
        held.map(Capability::name)
    }

    /// `NotGranted`, naming the manifest line to add, unless `capability` is in the set.
    pub fn need(self, capability: Capability) -> Result<()> {
        if self.has(capability) {
            return Ok(());
        }
        let name = capability.name();
        Err(Error::NotGranted {
            capability: name.to_owned(),
            line: onedoor_manifest::line::capability(self.names(), name),
        })
    }
}

impl FromIterator<Capability> for Capabilities {
    fn from_iter<I: IntoIterator<Item = Capability>>(iter: I) -> Self {
        Self(iter.into_iter().fold(0, |set, it| set | 1 << it as u32))
    }
}
