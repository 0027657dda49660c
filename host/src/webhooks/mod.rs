//! Webhooks: a unit's own system is told what happens to the unit's cases. Each message is a
//! CloudEvent (cloudevents.io, 1.0), signed as Standard Webhooks (standardwebhooks.com, 1.0) has
//! it, sent from the outbox at least once. Carries no personal data and no word of a person: who
//! needs more asks the API, and is asked for their authority there.

pub mod deliver;
mod event;
pub mod signature;
pub mod subscriptions;
pub mod target;
#[cfg(test)]
mod tests;

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    db::{self, Transaction},
    error::Result,
    time::Timestamp,
};

/// The consumer of the outbox that shares what happens out among the webhooks.
const SHARE: &str = "webhooks";
/// What the consumers of the outbox begin with that send to one webhook each: one that is slow
/// holds up no other.
pub const ONE: &str = "webhook:";

fn consumer(webhook: &str) -> String {
    format!("{ONE}{webhook}")
}

/// A webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub struct Subscription {
    /// Row id.
    pub id: String,
    /// The unit whose cases it is told of: those that the unit has had to do with, and no others.
    pub unit: String,
    /// Where messages are sent.
    pub url: String,
    /// Only cases of these classes; of all when empty.
    pub classes: Vec<String>,
    /// Only cases below this division; everywhere when empty.
    pub division: String,
    /// What the secret is derived from. Of no use without the installation's key, and never shown.
    #[serde(skip)]
    pub salt: String,
    /// That of the secret before.
    #[serde(skip)]
    pub salt_before: Option<String>,
    /// Until when the secret before signs as well.
    pub before_until: Option<Timestamp>,
    /// When it was made.
    pub created: Timestamp,
    /// Since when it is switched off.
    pub ended: Option<Timestamp>,
    /// Why it is.
    pub why: Option<String>,
}

/// How a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DeliveryStanding)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It will be sent, perhaps again.
    Pending,
    /// The subscriber has taken it.
    Delivered,
    /// It is no longer tried, until somebody sends it again.
    Parked,
    /// The webhook was switched off first.
    Dropped,
}

impl Standing {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Delivered, Self::Parked, Self::Dropped];

    /// The name in the database and the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Parked => "parked",
            Self::Dropped => "dropped",
        }
    }

    /// The standing of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// A message to a webhook, and what became of it. Kept for 30 days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Delivery {
    /// The `webhook-id` of the request: the same each time it is sent.
    pub id: String,
    /// The webhook.
    pub webhook: String,
    /// The type of the event.
    pub kind: String,
    /// The case.
    pub case: String,
    /// When the event was shared out.
    pub created: Timestamp,
    /// How it stands.
    pub state: Standing,
    /// How often it was tried.
    pub tries: i64,
    /// When it was tried last.
    pub tried: Option<Timestamp>,
    /// The HTTP status of the last answer.
    pub status: Option<u16>,
    /// Why the last try failed.
    pub failure: Option<String>,
}

/// How a try went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Taken, with this status (2xx).
    Taken(u16),
    /// 410: the subscriber wants no more.
    Gone,
    /// Not taken: the status, if there was an answer at all, and why.
    Failed(Option<u16>, String),
}

impl Outcome {
    /// The HTTP status, if there was an answer.
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Taken(status) => Some(*status),
            Self::Gone => Some(410),
            Self::Failed(status, _) => *status,
        }
    }

    /// Why it failed, if it did.
    pub fn failure(&self) -> Option<&str> {
        match self {
            Self::Taken(_) => None,
            Self::Gone => Some("410 Gone"),
            Self::Failed(_, why) => Some(why),
        }
    }
}

/// Notes in the transaction of an event that webhooks are to be told of it, if there are any.
pub async fn announce(t: &mut Transaction, event: &str, case: &str, now: Timestamp) -> Result<()> {
    let payload = serde_json::json!({ "event": event, "case": case }).to_string();
    db::webhooks::announce(t, &format!("{event}:{SHARE}"), SHARE, &payload, now).await
}
