//! What could not be told to plugins and has been given up until somebody sends it again: in sight
//! of those who look after the plugin, sent again by an administrator. Sending again is harmless:
//! each message keeps its id, and a plugin acts on an id only once.

use serde::Deserialize;

use super::{follow, inbox};
use crate::{
    app::App,
    context::Context,
    db::{self, Transaction, outbox},
    error::{Error, Result},
    identity::{Act, Resource, audit, need},
    page::{Page, Paging},
    time::Timestamp,
    webhooks::deliver,
};

/// What kind of message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = ParkedKind)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An event of a case.
    Event,
    /// A question about a new report.
    Triage,
    /// What a device sent.
    Signal,
    /// An event that could not be shared out among the plugins.
    Share,
    /// An event for a webhook.
    Webhook,
}

impl Kind {
    /// The name in the API and in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Triage => "triage",
            Self::Signal => "signal",
            Self::Share => "share",
            Self::Webhook => "webhook",
        }
    }
}

/// A parked message. Says nothing of what is in it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = ParkedMessage)]
pub struct Message {
    /// Its id.
    pub id: String,
    /// The plugin it is for.
    pub plugin: Option<String>,
    /// What kind of message it is.
    pub kind: Kind,
    /// What happened to the case, for an event.
    pub action: Option<String>,
    /// How often it was tried.
    pub tries: i64,
    /// When it was sent first.
    pub sent: Timestamp,
    /// Since when it is parked.
    pub since: Timestamp,
    /// Why the last try failed.
    pub failure: String,
}

/// What of a payload is told.
#[derive(Default, Deserialize)]
struct Told {
    what: Option<String>,
    action: Option<String>,
}

impl From<outbox::Parked> for Message {
    fn from(it: outbox::Parked) -> Self {
        let told: Told = serde_json::from_str(&it.payload).unwrap_or_default();
        let kind = match (it.consumer.as_str(), told.what.as_deref()) {
            (inbox::SIGNALS, _) => Kind::Signal,
            (follow::CALLS, Some("triage")) => Kind::Triage,
            (follow::CALLS, _) => Kind::Event,
            (consumer, _) if deliver::is_consumer(consumer) => Kind::Webhook,
            _ => Kind::Share,
        };
        Self {
            id: it.id,
            plugin: it.plugin,
            kind,
            action: told.action,
            tries: it.tries,
            sent: it.created,
            since: it.since,
            failure: it.failure.unwrap_or_default(),
        }
    }
}

fn of(department: &str) -> Resource<'_> {
    Resource {
        unit: Some(department),
        ..Resource::default()
    }
}

/// The parked messages of the plugins that the caller may see; an administrator sees those for no
/// plugin, too.
pub async fn list(app: &App, cx: &Context, paging: &Paging) -> Result<Page<Message>> {
    need(cx, Act::ReadPlugins, Resource::default())?;
    let all = need(cx, Act::ReplayMessages, Resource::default()).is_ok();
    let mut c = app.domain.database.read().await?;
    let plugins = db::plugins::all(&mut c).await?;
    let seen = plugins
        .into_iter()
        .filter(|it| need(cx, Act::ReadPlugins, of(&it.department)).is_ok());
    let seen: Vec<String> = seen.map(|it| it.id).collect();
    let (after, limit) = (paging.cursor.as_deref(), paging.limit());
    let only = (!all).then_some(seen.as_slice());
    let found = outbox::all_parked(&mut c, only, after, limit + 1).await?;
    let page = Page::cut(found, limit, |it| it.id.clone());
    Ok(Page {
        items: page.items.into_iter().map(Message::from).collect(),
        next: page.next,
    })
}

/// Sends a parked message again. `NotFound` when it is not parked, or no longer. For administrators.
pub async fn replay(app: &App, cx: &Context, id: &str) -> Result<()> {
    need(cx, Act::ReplayMessages, Resource::default())?;
    let (domain, cx, id) = (app.domain.clone(), cx.clone(), id.to_owned());
    let job = async move |t: &mut Transaction| {
        if !outbox::replay_one(t, &id, cx.now).await? {
            return Err(Error::NotFound);
        }
        audit::record(t, &domain, &cx, "message.replay", &id, "done").await
    };
    let database = app.domain.database.clone();
    database
        .write(|t| Box::pin(async move { job(t).await }))
        .await
}

/// Sends all parked messages for a plugin again; how many. For administrators.
pub async fn replay_all(app: &App, cx: &Context, plugin: &str) -> Result<u64> {
    need(cx, Act::ReplayMessages, Resource::default())?;
    let (domain, cx, plugin) = (app.domain.clone(), cx.clone(), plugin.to_owned());
    let job = async move |t: &mut Transaction| {
        if db::plugins::get(t, &plugin).await?.is_none() {
            return Err(Error::NotFound);
        }
        let sent = outbox::replay_for(t, &plugin, cx.now).await?;
        audit::record(t, &domain, &cx, "messages.replay", &plugin, "done").await?;
        Ok(sent)
    };
    let database = app.domain.database.clone();
    database
        .write(|t| Box::pin(async move { job(t).await }))
        .await
}
