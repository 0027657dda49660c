//! Roles, posts and persons: values only.

use crate::time::Timestamp;

/// What a post lets a person do. A person without a post is a resident.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Anyone who lives, works or walks here.
    Resident,
    /// Files and supplies at a counter on a visitor's behalf.
    CounterClerk,
    /// The same by telephone (12345).
    HotlineAgent,
    /// Walks the cells of a community.
    GridWorker,
    /// Files, dispatches, relays, raises and confirms at the desk of one unit.
    Dispatcher,
    /// Does the work in the unit that holds a case.
    Handler,
    /// Checks independently that it was done.
    Verifier,
    /// Oversees a unit and those below it.
    Supervisor,
    /// Keeps the duty list and rules on disputes.
    DutyKeeper,
    /// Uploads revisions of the department's plugins and reads their logs.
    DepartmentDeveloper,
    /// Approves revisions of other departments' plugins.
    PluginReviewer,
    /// Runs the system; reads and acts on no case.
    Administrator,
}

impl Role {
    /// Every role, in the order of the permission matrix.
    pub const ALL: [Self; 12] = [
        Self::Resident,
        Self::CounterClerk,
        Self::HotlineAgent,
        Self::GridWorker,
        Self::Dispatcher,
        Self::Handler,
        Self::Verifier,
        Self::Supervisor,
        Self::DutyKeeper,
        Self::DepartmentDeveloper,
        Self::PluginReviewer,
        Self::Administrator,
    ];

    /// The name used in the database, the API and the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::CounterClerk => "counter-clerk",
            Self::HotlineAgent => "hotline-agent",
            Self::GridWorker => "grid-worker",
            Self::Dispatcher => "dispatcher",
            Self::Handler => "handler",
            Self::Verifier => "verifier",
            Self::Supervisor => "supervisor",
            Self::DutyKeeper => "duty-keeper",
            Self::DepartmentDeveloper => "department-developer",
            Self::PluginReviewer => "plugin-reviewer",
            Self::Administrator => "administrator",
        }
    }

    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// How far down the tree a unit stands, as far as cases are concerned.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// 网格
    Cell,
    /// 社区
    Community,
    /// 街道
    Street,
    /// 区
    District,
}

impl Level {
    /// The number of the level: 0 for a cell to 3 for a district.
    pub const fn number(self) -> u8 {
        match self {
            Self::Cell => 0,
            Self::Community => 1,
            Self::Street => 2,
            Self::District => 3,
        }
    }

    /// The level of a division by the length of its code: 6 district, 9 street, 12 community,
    /// 15 cell; none for a city, a province or a malformed code.
    pub const fn of_division(code: &str) -> Option<Self> {
        match code.len() {
            6 => Some(Self::District),
            9 => Some(Self::Street),
            12 => Some(Self::Community),
            15 => Some(Self::Cell),
            _ => None,
        }
    }

    /// The next level up.
    pub const fn above(self) -> Option<Self> {
        match self {
            Self::Cell => Some(Self::Community),
            Self::Community => Some(Self::Street),
            Self::Street => Some(Self::District),
            Self::District => None,
        }
    }
}

/// A person × a unit × a role × dates. Authority comes from posts, never from an account.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Post {
    /// Row id.
    pub id: String,
    /// The unit it belongs to.
    pub unit: String,
    /// The division the unit serves; a scope test is a prefix test on it.
    pub division: String,
    /// What it lets the person do.
    pub role: Role,
    /// In force from this moment.
    pub from: Timestamp,
    /// In force until before this moment; none means open-ended.
    pub until: Option<Timestamp>,
}

impl Post {
    /// Whether the post is in force at `now`.
    pub fn in_force(&self, now: Timestamp) -> bool {
        self.from <= now && self.until.is_none_or(|until| now < until)
    }

    /// Whether `division` lies in the post's scope.
    pub fn covers(&self, division: &str) -> bool {
        division.starts_with(&self.division)
    }
}

/// A person who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their account.
    pub account: String,
    /// The name they are shown by.
    pub name: String,
    /// Their posts, in force or not.
    pub posts: Vec<Post>,
    /// Keyed hash of their phone number, if they gave one.
    pub phone_hash: Option<String>,
}
