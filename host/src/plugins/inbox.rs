//! What devices send to plugins. A message is held to the fields of the manifest, answered once it
//! is on the disk, and handed over through the outbox: at least once, and parked in sight when the
//! plugin keeps failing. Never asks the plugin while the device waits.

use futures_util::future::join_all;
use onedoor_forms::{Answer, Answers, Date, Fault, Geo, Place, Value, Why};
use onedoor_manifest::{FieldKind, Inbox};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

use super::{CallError, Plugins, Signal};
use crate::{
    context::{Channel, Context, Principal},
    db::{Transaction, outbox, signals as rows},
    domain::Domain,
    error::{Error, Problem, Result},
    identity::{Act, Resource, need},
    time::Timestamp,
};

/// The consumer of what is to be handed to plugins.
pub(super) const SIGNALS: &str = "plugin-inbox";
/// The longest name of a device, in characters.
const SOURCE: usize = 100;
/// How far ahead of the host a device's clock may be, in seconds.
const AHEAD: i64 = 300;
/// How many messages are claimed at once: all together end before the claim does.
const CLAIMED: u32 = 16;
/// How long what has been taken is kept, and with it its key, in seconds.
const KEPT: i64 = 30 * 24 * 3600;
/// The longest reason that is kept, in characters.
const REASON: usize = 500;

/// A message as a device sends it.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Incoming {
    /// The device's own name, 1 to 100 characters.
    pub source: String,
    /// When it happened; when absent, now. At most five minutes ahead of the host's clock.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// The values, by the ids of the inbox's fields: texts, dates (`YYYY-MM-DD`), times (`HH:MM`),
    /// options and decimals as strings, whole numbers as numbers, flags as booleans, several
    /// options as a list, a place as `{"lon", "lat", "division", "address"}` in CGCS2000.
    #[schema(value_type = Object)]
    pub values: BTreeMap<String, Json>,
}

/// What a device is answered once its message is on the disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = SignalReceipt)]
pub struct Receipt {
    /// The message's id; the plugin is told the same.
    pub id: String,
    /// When it came in; the same when it is sent again.
    pub received: Timestamp,
    /// Whether the same message had been received before under this key.
    pub repeated: bool,
}

/// Takes a message for an inbox of a plugin in force. For service accounts with a post in the
/// plugin's department. `Conflict` when the key was used for another message, `Invalid` naming each
/// value that is wrong.
pub async fn take(
    plugins: &Plugins,
    domain: &Domain,
    cx: &Context,
    plugin: &str,
    inbox: &str,
    once: &str,
    incoming: Incoming,
) -> Result<Receipt> {
    let Principal::Service { account, .. } = &cx.principal else {
        return Err(match &cx.principal {
            Principal::Anonymous | Principal::Phone { .. } => Error::Unauthenticated,
            _ => Error::Forbidden("service-only"),
        });
    };
    need(cx, Act::SendSignals, Resource::default())?;
    let loaded = plugins.get(plugin).filter(|it| it.exports.inbox);
    let loaded = loaded.ok_or(Error::NotFound)?;
    let resource = Resource {
        unit: Some(&loaded.manifest.department),
        ..Resource::default()
    };
    need(cx, Act::SendSignals, resource)?;
    let listed = loaded.manifest.inbox(inbox).ok_or(Error::NotFound)?;
    let sent = serde_json::to_vec(&incoming).map_err(Error::internal)?;
    let answers = check(domain, cx, listed, &incoming)?;
    let row = rows::Signal {
        id: domain.ids.id(cx.now),
        plugin: plugin.to_owned(),
        inbox: inbox.to_owned(),
        account: account.clone(),
        once: once.to_owned(),
        digest: data_encoding::HEXLOWER.encode(&Sha256::digest(&sent)),
        source: incoming.source,
        at: incoming.at.unwrap_or(cx.now),
        received: cx.now,
        answers: serde_json::to_string(&answers).map_err(Error::internal)?,
        delivered: None,
    };
    keep(domain, row).await
}

/// Keeps a message and what hands it over, in one transaction.
async fn keep(domain: &Domain, row: rows::Signal) -> Result<Receipt> {
    let job = async move |t: &mut Transaction| {
        if rows::insert(t, &row).await? {
            let tell = Tell {
                plugin: row.plugin.clone(),
                signal: row.id.clone(),
            };
            let payload = serde_json::to_string(&tell).map_err(Error::internal)?;
            outbox::push_for(t, &row.id, SIGNALS, &row.plugin, &payload, row.received).await?;
            return Ok(receipt(row, false));
        }
        let before = rows::by_once(t, &row).await?.ok_or(Error::Unavailable)?;
        if before.digest != row.digest {
            return Err(Error::Conflict("signal-once-reused"));
        }
        Ok(receipt(before, true))
    };
    domain
        .database
        .write(|t| Box::pin(async move { job(t).await }))
        .await
}

fn receipt(row: rows::Signal, repeated: bool) -> Receipt {
    Receipt {
        id: row.id,
        received: row.received,
        repeated,
    }
}

/// Holds a message to the inbox: every fault is told, not the first alone.
fn check(domain: &Domain, cx: &Context, inbox: &Inbox, it: &Incoming) -> Result<Vec<Answer>> {
    let mut problems = Vec::new();
    let plain = !it.source.chars().any(char::is_control);
    if !plain || !(1..=SOURCE).contains(&it.source.trim().chars().count()) {
        problems.push(Problem::at("source", "signal-source").with("limit", SOURCE));
    }
    if it.at.is_some_and(|at| at > cx.now.plus_seconds(AHEAD)) {
        problems.push(Problem::at("at", "signal-ahead"));
    }
    let mut answers = Answers::default();
    for (id, json) in &it.values {
        let field = inbox.fields.iter().find(|field| field.id == *id);
        match field.map(|field| read(&field.kind, json)) {
            Some(Some(value)) => answers.set(id, value),
            Some(None) => problems.push(Problem::at(&at_value(id), "signal-kind")),
            None => problems.push(Problem::at(&at_value(id), "form-unknown-field")),
        }
    }
    let misread: Vec<String> = problems.iter().filter_map(|it| it.at.clone()).collect();
    let today = today(domain, cx)?;
    match inbox.validate(&answers, today) {
        Ok(kept) if problems.is_empty() => Ok(kept.in_order(&inbox.form())),
        Ok(_) => Err(Error::Invalid(problems)),
        Err(faults) => {
            let faults = faults.into_iter().map(problem);
            // What could not be read is not missing, too.
            let new = faults.filter(|it| it.at.as_ref().is_none_or(|at| !misread.contains(at)));
            problems.extend(new);
            Err(Error::Invalid(problems))
        }
    }
}

fn at_value(id: &str) -> String {
    let id: String = id.chars().take(64).collect();
    format!("values.{id}")
}

fn today(domain: &Domain, cx: &Context) -> Result<Date> {
    Date::parse(&cx.now.day(&domain.zone)).ok_or_else(|| Error::bug("a day that is none"))
}

fn problem(fault: Fault) -> Problem {
    let at = at_value(&fault.at);
    match fault.why {
        Why::Rule { code, arguments } => arguments
            .into_iter()
            .fold(Problem::at(&at, code), |it, (name, value)| {
                it.with(name, value)
            }),
        // An inbox has no rules across fields.
        Why::Said(_) => Problem::at(&at, "signal-kind"),
    }
}

/// A JSON value as an answer of its kind; none when it is of another.
fn read(kind: &FieldKind, json: &Json) -> Option<Value> {
    let text = || json.as_str().map(str::to_owned);
    Some(match kind {
        FieldKind::Text { .. } => Value::Text(text()?),
        FieldKind::Integer { .. } => Value::Integer(json.as_i64()?),
        FieldKind::Decimal { .. } => match json {
            // A whole number has no digits to lose.
            Json::Number(number) if number.is_i64() => Value::Decimal(number.to_string()),
            _ => Value::Decimal(text()?),
        },
        FieldKind::Flag => Value::Flag(json.as_bool()?),
        FieldKind::Date => Value::Date(text()?),
        FieldKind::Time => Value::Time(text()?),
        FieldKind::One(_) => Value::Choice(text()?),
        FieldKind::Many(_) => {
            let ids = json.as_array()?.iter();
            Value::Choices(
                ids.map(|it| it.as_str().map(str::to_owned))
                    .collect::<Option<_>>()?,
            )
        }
        FieldKind::Place { .. } => {
            let place = WirePlace::deserialize(json).ok()?;
            let at = match (place.lon, place.lat) {
                (Some(lon), Some(lat)) => Some(Geo { lon, lat }),
                (None, None) => None,
                _ => return None,
            };
            Value::Place(Place {
                at,
                division: place.division,
                address: place.address,
            })
        }
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WirePlace {
    lon: Option<f64>,
    lat: Option<f64>,
    division: Option<String>,
    #[serde(default)]
    address: String,
}

/// What is to be handed over.
#[derive(Deserialize, Serialize)]
struct Tell {
    plugin: String,
    signal: String,
}

/// Hands over what is due; how many messages were worked on.
pub async fn turn(plugins: &Plugins, domain: &Domain, cx: &Context) -> Result<usize> {
    let now = cx.now;
    let messages = domain
        .database
        .write(move |t| Box::pin(async move { outbox::claim(t, SIGNALS, now, CLAIMED).await }))
        .await?;
    let claimed = messages.len();
    let mut by_plugin: BTreeMap<String, Vec<(outbox::Message, String)>> = BTreeMap::new();
    for message in messages {
        match serde_json::from_str::<Tell>(&message.payload) {
            Ok(tell) => {
                let queue = by_plugin.entry(tell.plugin).or_default();
                queue.push((message, tell.signal));
            }
            Err(error) => {
                settle(domain, message, None, Gone::Parked(error.to_string()), now).await?
            }
        }
    }
    // Those of one plugin in turn, plugins side by side: one that fails holds up no other.
    let queues = by_plugin.into_iter().map(async |(plugin, queue)| {
        for (message, signal) in queue {
            let gone = one(plugins, domain, cx, &plugin, &signal).await?;
            settle(domain, message, Some(signal), gone, now).await?;
        }
        Ok::<_, Error>(())
    });
    join_all(queues).await.into_iter().collect::<Result<()>>()?;
    Ok(claimed)
}

/// How an attempt to hand a message over ended.
enum Gone {
    Well,
    Again(String),
    Parked(String),
}

async fn one(
    plugins: &Plugins,
    domain: &Domain,
    cx: &Context,
    plugin: &str,
    signal: &str,
) -> Result<Gone> {
    let mut c = domain.database.read().await?;
    let row = rows::get(&mut c, signal).await?;
    drop(c);
    let Some(row) = row.filter(|it| it.delivered.is_none()) else {
        return Ok(Gone::Well);
    };
    let cx = Context {
        channel: Channel::Sensor,
        ..cx.clone()
    };
    let signal = Signal {
        id: row.id,
        inbox: row.inbox,
        at: row.at,
        source: row.source,
        answers: serde_json::from_str(&row.answers).map_err(Error::internal)?,
    };
    let why = |error: CallError| error.to_string().chars().take(REASON).collect();
    Ok(match plugins.receive(domain, &cx, plugin, signal).await {
        Ok(()) => Gone::Well,
        Err(error @ CallError::Refused(onedoor_forms::Error::Denied(_))) => {
            Gone::Parked(why(error))
        }
        Err(error) => Gone::Again(why(error)),
    })
}

async fn settle(
    domain: &Domain,
    message: outbox::Message,
    signal: Option<String>,
    gone: Gone,
    now: Timestamp,
) -> Result<()> {
    let job = async move |t: &mut Transaction| match gone {
        Gone::Well => {
            if let Some(signal) = &signal {
                rows::delivered(t, signal, now).await?;
            }
            outbox::delivered(t, &message.id).await
        }
        Gone::Again(why) => outbox::failed(t, &message, &why, now).await,
        Gone::Parked(why) => outbox::park(t, &message, &why, now).await,
    };
    domain
        .database
        .write(|t| Box::pin(async move { job(t).await }))
        .await
}

/// Forgets what has been taken and is thirty days old.
pub async fn expire(domain: &Domain, now: Timestamp) -> Result<()> {
    let before = now.plus_seconds(-KEPT);
    let write = domain
        .database
        .write(move |t| Box::pin(async move { rows::expire(t, before).await }));
    write.await.map(drop)
}

#[cfg(test)]
#[path = "inbox_tests.rs"]
mod tests;
