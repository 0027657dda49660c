//! Who asks, through what, and when: handed to every domain function. Made at the edge (a request,
//! a plugin call, a scheduler's turn) and nowhere else; never taken from a guest's word.

use std::sync::Arc;

use crate::{
    identity::{Person, Post, Role},
    plugins::Capabilities,
    time::Timestamp,
};

/// Everything a domain function may know about the one who asks.
#[derive(Clone, Debug)]
pub struct Context {
    /// Who acts.
    pub principal: Principal,
    /// Whether the principal came by an access token and not by signing in.
    pub token: bool,
    /// The plugin acting for the principal, if the call came through one.
    pub plugin: Option<Arc<ActingPlugin>>,
    /// Through which channel.
    pub channel: Channel,
    /// Ties together log lines, audit rows and problem answers of one request.
    pub request: String,
    /// The time of this request. The only "now" a domain function may use.
    pub now: Timestamp,
    /// The language the answer is read in.
    pub locale: Locale,
    /// Whether the reader has asked for large print and one thing at a time (长辈版).
    pub elder: bool,
    /// How many messages wait for them, on a page that says so.
    pub unread: u32,
}

/// Who acts.
#[derive(Clone, Debug)]
pub enum Principal {
    /// Nobody is signed in.
    Anonymous,
    /// A reporter without an account who has proved, by a code sent to their phone, that a phone
    /// number is theirs. Sees the cases reported with it, and no others.
    Phone {
        /// Keyed hash of the number; cases keep the same.
        hash: String,
    },
    /// A person with an account and perhaps posts.
    Person(Person),
    /// A machine: a sensor's gateway, another department's system.
    Service {
        /// Its account.
        account: String,
        /// The post that says what it may do, and where.
        post: Post,
    },
    /// A part of the host itself (scheduler, outbox); named in the audit row.
    System(&'static str),
}

/// A plugin's revision, while it acts.
#[derive(Clone, Debug)]
pub struct ActingPlugin {
    /// The plugin's id.
    pub id: String,
    /// Digest of the revision, `sha256:` and 64 hex digits.
    pub revision: String,
    /// The unit that owns it.
    pub department: String,
    /// What this revision may call.
    pub capabilities: Capabilities,
    /// Classes of the duty list it may open and read.
    pub classes: Vec<String>,
}

/// By which door something came in.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// The entry app's pages.
    App,
    /// The API.
    Api,
    /// A hotline agent, for a caller.
    Hotline,
    /// A counter clerk, for a visitor.
    Counter,
    /// A grid worker on the round.
    GridWorker,
    /// A sensor, through a plugin's inbox.
    Sensor,
    /// Another system, by Open311.
    Open311,
    /// The host itself.
    System,
}

/// A language of the screens.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Locale {
    /// Chinese as written in the mainland. The first language.
    #[default]
    #[serde(rename = "zh-CN")]
    Chinese,
    /// English.
    #[serde(rename = "en")]
    English,
}

impl Locale {
    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// The locale whose tag begins as `tag` does; Chinese for anything else.
    pub fn from_tag(tag: &str) -> Self {
        if tag.to_ascii_lowercase().starts_with("en") {
            Self::English
        } else {
            Self::Chinese
        }
    }
}

impl Context {
    /// The host itself acting, for example a scheduler's turn.
    pub fn system(part: &'static str, request: String, now: Timestamp) -> Self {
        Self {
            principal: Principal::System(part),
            token: false,
            plugin: None,
            channel: Channel::System,
            request,
            now,
            locale: Locale::Chinese,
            elder: false,
            unread: 0,
        }
    }

    /// The account that acts, if one does.
    pub fn account(&self) -> Option<&str> {
        match &self.principal {
            Principal::Person(person) => Some(&person.account),
            Principal::Service { account, .. } => Some(account),
            Principal::Anonymous | Principal::Phone { .. } | Principal::System(_) => None,
        }
    }

    /// The posts in force now.
    pub fn posts(&self) -> impl Iterator<Item = &Post> {
        let posts = match &self.principal {
            Principal::Person(person) => person.posts.as_slice(),
            Principal::Service { post, .. } => std::slice::from_ref(post),
            Principal::Anonymous | Principal::Phone { .. } | Principal::System(_) => &[],
        };
        posts.iter().filter(|post| post.in_force(self.now))
    }

    /// Whether some post in force has this role.
    pub fn has_role(&self, role: Role) -> bool {
        self.posts().any(|post| post.role == role)
    }
}
