//! The manifest of a plugin, `plugin.toml`: its types and its rules, the same for the host and
//! for the command that builds a plugin. Pure: reads text, no file; it never guesses a missing
//! field, and refuses one it does not know.

mod check;
mod datasets;
pub mod line;
mod machines;
mod receipt;
mod recording;

pub use datasets::{
    Basis, Class, CodeWords, Dataset, DatasetField, DatasetKind, Purpose, SubjectKind, Uses,
};
pub use machines::{Days, FieldKind, Inbox, InboxField, Job, Rhythm, Schedule};
pub use receipt::Receipt;
pub use recording::{
    BadRecording, CALLS_FOLDER, HostAnswer, MAX_CALLS, MAX_CALLS_BYTES, RecordedCall, Recording,
    SECTION_CALLS,
};

use serde::{Deserialize, Serialize};

/// Version of the contract that this build speaks.
pub const CONTRACT: &str = "0.1.0";
/// The released versions of the contract, one a line; `#` begins a remark.
const RELEASED: &str = include_str!("../../../wit/RELEASED");
/// Custom section that carries the manifest, as TOML text.
pub const SECTION_MANIFEST: &str = "onedoor:manifest";
/// Custom section that carries the version of the contract.
pub const SECTION_CONTRACT: &str = "onedoor:contract";
/// Start of the names of the custom sections with the Fluent bundles; the language follows,
/// for example `onedoor:i18n:zh-CN`.
pub const SECTION_I18N: &str = "onedoor:i18n:";
/// The languages every plugin brings a bundle for.
pub const LANGUAGES: [&str; 2] = ["zh-CN", "en"];
/// Every capability there is.
pub const CAPABILITIES: [&str; 10] = [
    "identity.claims",
    "grid.read",
    "cases.read",
    "cases.open",
    "cases.comment",
    "keyvalue",
    "notify",
    "records.read",
    "records.write",
    "records.list",
];
/// Most bytes of a manifest.
pub const MAX_BYTES: usize = 64 * 1024;

/// Words in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// Who answers when the plugin does not; shown to residents when it fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// A telephone number. A page may dial it.
    pub phone: String,
    /// More numbers that a page may dial.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dial: Vec<String>,
    /// When somebody answers, for example "weekdays 9–17".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Words>,
}

/// What it may do with cases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cases {
    /// The classes of the duty list it reads, opens and follows.
    #[serde(default)]
    pub classes: Vec<String>,
}

/// What one call may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Budget {
    /// Milliseconds of the guest's own work: 1 to 1,000.
    pub guest_ms: u32,
    /// Milliseconds from start to end, host calls included: 10 to 10,000.
    pub wall_ms: u32,
    /// Memory in MiB: 1 to 256.
    pub memory_mib: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            guest_ms: 100,
            wall_ms: 2_000,
            memory_mib: 64,
        }
    }
}

/// For whom a service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// Anyone, signed in or not.
    Everyone,
    /// Persons who are signed in.
    Residents,
    /// Enterprises and other legal entities.
    Organisations,
    /// Persons with a post.
    Staff,
}

/// The moment of life or work that a service belongs to; groups the services of the home page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LifeEvent {
    /// A safe neighbourhood 身边安全
    SafeNeighbourhood,
    /// Growing old 养老
    GrowingOld,
    /// Raising a child 生育和育儿
    RaisingAChild,
    /// Education 上学
    Education,
    /// Health 看病就医
    Health,
    /// Housing 住房和物业
    Housing,
    /// Work 就业和社保
    Work,
    /// Getting about 出行
    GettingAbout,
    /// Leisure and travel 文化和旅游
    Leisure,
    /// Running a business 办企业
    RunningABusiness,
    /// In hardship 困难救助
    Hardship,
    /// Anything else 其他
    Other,
}

/// A service of the home page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Letters, digits, `_` and `-`, at most 64; unique in the manifest.
    pub id: String,
    /// Its name: at most 20 characters in Chinese, 40 in English.
    pub title: Words,
    /// One line about it, at most 120 characters.
    pub description: Words,
    /// Where it stands on the home page.
    pub life_event: LifeEvent,
    /// For whom it is.
    pub audience: Audience,
    /// The page it leads to.
    #[serde(default = "home")]
    pub page: String,
}

fn home() -> String {
    "home".to_owned()
}

/// Facts about a person that the plugin may ask for, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Why, as the person reads it when asked to agree: at most 120 characters.
    pub purpose: Words,
    /// The name that the plugin calls `claims` with.
    pub id: String,
    /// Which facts.
    pub kinds: Vec<ClaimKind>,
}

/// A fact held about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClaimKind {
    /// Their name.
    Name,
    /// Their telephone number.
    Phone,
    /// Their community.
    Community,
}

impl ClaimKind {
    /// Its name in a manifest, in grants and in logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Phone => "phone",
            Self::Community => "community",
        }
    }
}

/// A plugin's manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Lower-case letters, digits and `-`, starting with a letter, 2 to 40. For good.
    pub id: String,
    /// `major.minor.patch`; each upload of other code has a version of its own.
    pub version: String,
    /// The unit that answers for it, for example `dept-emergency`.
    pub department: String,
    /// Its name: at most 20 characters in Chinese, 40 in English.
    pub name: Words,
    /// What it does: at most 300 characters.
    pub description: Words,
    /// Who answers when it does not.
    pub contact: Contact,
    /// What it may call; each is one of [`CAPABILITIES`].
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// What it may do with cases.
    #[serde(default)]
    pub cases: Cases,
    /// What one call may cost.
    #[serde(default)]
    pub budget: Budget,
    /// What stands on the home page.
    #[serde(default)]
    pub services: Vec<Service>,
    /// What it may know of the person who is calling.
    #[serde(default)]
    pub claims: Vec<Claim>,
    /// What runs on a schedule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<Job>,
    /// What devices may send.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inbox: Vec<Inbox>,
    /// What its department keeps through it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub datasets: Vec<Dataset>,
    /// For what it reads datasets, its own and others'.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<Purpose>,
}

/// Whether a component of this version of the contract is served: it is the one of this build, or a
/// released one of the same track (the first number that is not 0), of which all is still there.
pub fn speaks(version: &str) -> bool {
    let listed = |line: &str| line.split_once(' ').is_some_and(|(it, _)| it == version);
    version == CONTRACT || (track(version) == track(CONTRACT) && RELEASED.lines().any(listed))
}

fn track(version: &str) -> (&str, Option<&str>) {
    let plain = version.split('-').next().unwrap_or(version);
    let mut parts = plain.split('.');
    match parts.next() {
        Some("0") => ("0", parts.next()),
        other => (other.unwrap_or_default(), None),
    }
}

/// One thing wrong with a manifest, with how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The field, for example `services.report.title.zh`; empty when the text cannot be read.
    pub at: String,
    /// What is wrong and what would be right, in English.
    pub mend: String,
}

impl std::fmt::Display for Flaw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.at.is_empty() {
            return f.write_str(&self.mend);
        }
        write!(f, "{}: {}", self.at, self.mend)
    }
}

impl std::error::Error for Flaw {}

impl Manifest {
    /// Reads and checks a manifest; every flaw is told, not the first alone.
    pub fn parse(text: &str) -> Result<Self, Vec<Flaw>> {
        let flaw = |mend: String| {
            vec![Flaw {
                at: String::new(),
                mend,
            }]
        };
        if text.len() > MAX_BYTES {
            return Err(flaw("plugin.toml is larger than 64 KiB".to_owned()));
        }
        let manifest: Self = toml::from_str(text).map_err(|error| flaw(error.to_string()))?;
        let flaws = check::flaws(&manifest);
        if flaws.is_empty() {
            Ok(manifest)
        } else {
            Err(flaws)
        }
    }

    /// Whether it asks for a capability.
    pub fn asks_for(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|it| it == capability)
    }

    /// The job of that id.
    pub fn job(&self, id: &str) -> Option<&Job> {
        self.jobs.iter().find(|it| it.id == id)
    }

    /// The inbox of that id.
    pub fn inbox(&self, id: &str) -> Option<&Inbox> {
        self.inbox.iter().find(|it| it.id == id)
    }

    /// The dataset of that id.
    pub fn dataset(&self, id: &str) -> Option<&Dataset> {
        self.datasets.iter().find(|it| it.id == id)
    }

    /// The purpose of that id.
    pub fn purpose(&self, id: &str) -> Option<&Purpose> {
        self.purposes.iter().find(|it| it.id == id)
    }

    /// Whether a page of it may dial `number`.
    pub fn may_dial(&self, number: &str) -> bool {
        self.contact.phone == number || self.contact.dial.iter().any(|it| it == number)
    }
}
