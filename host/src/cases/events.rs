//! The event log of a case: each event carries the hash of the one before, and of its words only
//! a salted digest, so that the chain holds when the words are erased.

use sha2::{Digest as _, Sha256};

use super::{figures, lifecycle::Input, model::Case};
use crate::{
    context::{Context, Principal},
    db::{Transaction, cases as rows, cases::Event, outbox},
    domain::Domain,
    error::{Error, Result},
    identity::Post,
    keys::Purpose,
    notices, webhooks,
};

/// The consumer of the outbox that tells plugins.
pub const PLUGINS: &str = "plugins";

/// What was written with an act.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Said<'a> {
    /// In words.
    pub(super) words: Option<&'a str>,
    /// The law, rule or duty item named.
    pub(super) basis: Option<&'a str>,
}

impl<'a> Said<'a> {
    /// Words alone.
    pub(super) const fn words(words: Option<&'a str>) -> Self {
        Self { words, basis: None }
    }
}

/// Adds the event that led to `case` as it is now, and the message to plugins about it.
pub(super) async fn append(
    t: &mut Transaction,
    domain: &Domain,
    cx: &Context,
    case: &Case,
    input: &Input,
    post: Option<&Post>,
    said: Said<'_>,
) -> Result<()> {
    let (seq, previous) = match rows::last_event(t, &case.id).await? {
        Some((seq, hash)) => (seq + 1, hash),
        None => (1, String::new()),
    };
    let salt = domain.ids.secret();
    let digest = match (said.words, said.basis) {
        (None, _) => String::new(),
        (Some(words), None) => domain.keys.mac(Purpose::Event, &[&salt, words]),
        (Some(words), Some(basis)) => domain.keys.mac(Purpose::Event, &[&salt, words, basis]),
    };
    let mut event = Event {
        id: domain.ids.id(cx.now),
        seq,
        at: cx.now,
        action: input.action,
        state: case.course.state,
        holder: case.course.holder.as_ref().map(|it| it.unit.clone()),
        unit: post.map(|it| it.unit.clone()),
        role: role(cx, post),
        plugin: cx.plugin.as_ref().map(|it| it.id.clone()),
        due: case.due,
        input: serde_json::to_string(input).map_err(Error::internal)?,
        digest,
        previous,
        hash: String::new(),
        words: said.words.map(str::to_owned),
        basis: said.basis.map(str::to_owned),
    };
    event.hash = hash(&case.id, &event);
    rows::insert_event(t, &case.id, &event, &salt).await?;
    figures::note(t, domain, case, input).await?;
    if seq == 1 || event.words.is_some() {
        rows::search::index(t, case).await?;
    }
    notices::about_case(t, domain, cx, case, input.action, &event.id).await?;
    notices::about_followed(t, domain, cx, case, input.action, &event.id).await?;
    let payload = serde_json::json!({ "case": case.id, "action": input.action.name(), "at": cx.now.micros() });
    outbox::push(t, &event.id, PLUGINS, &payload.to_string(), cx.now).await?;
    webhooks::announce(t, &event.id, &case.id, cx.now).await
}

fn role(cx: &Context, post: Option<&Post>) -> Option<String> {
    match (&cx.principal, post) {
        (_, Some(post)) => Some(post.role.name().to_owned()),
        (Principal::System(part), None) => Some((*part).to_owned()),
        (_, None) => None,
    }
}

/// What an event's hash is over: every field but the words themselves, one to a line.
pub fn hash(case: &str, event: &Event) -> String {
    let none = String::new();
    let text = [
        case,
        &event.seq.to_string(),
        &event.at.micros().to_string(),
        event.action.name(),
        event.state.name(),
        event.holder.as_ref().unwrap_or(&none),
        event.unit.as_ref().unwrap_or(&none),
        event.role.as_ref().unwrap_or(&none),
        event.plugin.as_ref().unwrap_or(&none),
        &event.input,
        &event.digest,
        &event.previous,
    ]
    .join("\n");
    data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

/// Whether every event carries the right hash and follows the one before; the number of the first
/// that does not.
pub fn verify(case: &str, events: &[Event]) -> Result<(), i64> {
    let mut previous = "";
    for (event, seq) in events.iter().zip(1..) {
        if event.seq != seq || event.previous != previous || event.hash != hash(case, event) {
            return Err(event.seq);
        }
        previous = &event.hash;
    }
    Ok(())
}
