//! Tells plugins what happens to cases, from the outbox: a new report to those with a triage, an
//! event to those of its class. At least once, each plugin apart, so that one which fails holds up
//! no other. Decides nothing about a case: a proposal waits for a person.

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::{CallError, Event, Failure, FailureKind, Loaded, Plugins, Report, Suggestion};
use crate::{
    attachments,
    cases::{
        events::PLUGINS,
        model::{Action, Case},
        operations, views,
    },
    context::{Context, Locale},
    db::{self, cases as rows, outbox},
    domain::Domain,
    error::{Error, Result},
    time::Timestamp,
};

/// The consumer of what is to be told to one plugin.
pub(super) const CALLS: &str = "plugin-calls";
/// How many events are shared out at once.
const SHARED_OUT: u32 = 64;
/// How many calls are claimed at once: all of them together end before the claim does.
const CLAIMED: u32 = 16;
/// The longest reason that is kept, in characters.
const REASON: usize = 500;

/// What `cases::events` puts into the outbox.
#[derive(Deserialize)]
struct Happened {
    case: String,
    action: String,
    at: i64,
}

/// What is to be told to one plugin.
#[derive(Deserialize, Serialize)]
struct Tell {
    plugin: String,
    what: What,
    event: String,
    case: String,
    action: String,
    /// Microseconds.
    at: i64,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum What {
    Triage,
    Event,
}

/// Takes one turn; how many messages were worked on.
pub async fn turn(plugins: &Plugins, domain: &Domain, cx: &Context) -> Result<usize> {
    let shared = share_out(plugins, domain, cx).await?;
    let told = tell(plugins, domain, cx).await?;
    Ok(shared + told)
}

/// Makes of each event one message for each plugin that it concerns.
async fn share_out(plugins: &Plugins, domain: &Domain, cx: &Context) -> Result<usize> {
    let messages = claim(domain, cx.now, PLUGINS, SHARED_OUT).await?;
    let shared = messages.len();
    for message in messages {
        let calls = match concerned(plugins, domain, cx, &message).await {
            Ok(calls) => calls,
            // One that cannot be read must not hold up those behind it.
            Err(error) => {
                settle(domain, message, Err(Again::Failed(error.chain())), cx.now).await?;
                continue;
            }
        };
        let (id, now) = (message.id.clone(), cx.now);
        let write = domain.database.write(move |t| {
            Box::pin(async move {
                for (plugin, call, payload) in &calls {
                    outbox::push_for(t, call, CALLS, plugin, payload, now).await?;
                }
                outbox::delivered(t, &id).await
            })
        });
        write.await?;
    }
    Ok(shared)
}

async fn claim(
    domain: &Domain,
    now: Timestamp,
    consumer: &'static str,
    limit: u32,
) -> Result<Vec<outbox::Message>> {
    let write = domain
        .database
        .write(move |t| Box::pin(async move { outbox::claim(t, consumer, now, limit).await }));
    write.await
}

/// The calls that an event leads to: plugins, ids and payloads.
async fn concerned(
    plugins: &Plugins,
    domain: &Domain,
    cx: &Context,
    message: &outbox::Message,
) -> Result<Vec<(String, String, String)>> {
    let happened: Happened = serde_json::from_str(&message.payload).map_err(Error::internal)?;
    let case = match operations::get(domain, cx, &happened.case).await {
        Ok(case) => case,
        Err(Error::NotFound) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let by = event(domain, &case, &message.id).await?;
    let by = by.and_then(|it| it.plugin);
    let mut calls = Vec::new();
    for (id, loaded) in plugins.all().iter() {
        let mut add = |what: What, name: &str| {
            let tell = Tell {
                plugin: id.clone(),
                what,
                event: message.id.clone(),
                case: case.id.clone(),
                action: happened.action.clone(),
                at: happened.at,
            };
            let payload = serde_json::to_string(&tell).map_err(Error::internal)?;
            calls.push((id.clone(), format!("{}:{id}:{name}", message.id), payload));
            Ok::<_, Error>(())
        };
        if loaded.exports.triage && happened.action == Action::Submit.name() {
            add(What::Triage, "triage")?;
        }
        // Its own doing is no news to it, and would go round for ever.
        if loaded.exports.events && by.as_ref() != Some(id) && concerns(loaded, &case) {
            add(What::Event, "event")?;
        }
    }
    Ok(calls)
}

fn concerns(loaded: &Loaded, case: &Case) -> bool {
    let classes = &loaded.manifest.cases.classes;
    let of_class = case.course.class.as_ref();
    of_class.is_some_and(|it| classes.contains(it))
        || case.plugin.as_ref() == Some(&loaded.manifest.id)
}

async fn event(domain: &Domain, case: &Case, id: &str) -> Result<Option<rows::Event>> {
    let mut c = domain.database.read().await?;
    let events = rows::events(&mut c, &case.id).await?;
    Ok(events.into_iter().find(|it| it.id == id))
}

/// Makes the calls that are due: those of one plugin in turn, plugins side by side.
async fn tell(plugins: &Plugins, domain: &Domain, cx: &Context) -> Result<usize> {
    let messages = claim(domain, cx.now, CALLS, CLAIMED).await?;
    let claimed = messages.len();
    let mut by_plugin: BTreeMap<String, Vec<(outbox::Message, Tell)>> = BTreeMap::new();
    for message in messages {
        match serde_json::from_str::<Tell>(&message.payload) {
            Ok(tell) => {
                let queue = by_plugin.entry(tell.plugin.clone()).or_default();
                queue.push((message, tell));
            }
            Err(error) => {
                let why = Again::Failed(error.to_string());
                settle(domain, message, Err(why), cx.now).await?;
            }
        }
    }
    let queues = by_plugin.into_values().map(async |queue| {
        for (message, tell) in queue {
            let outcome = one(plugins, domain, cx, &tell).await;
            settle(domain, message, outcome, cx.now).await?;
        }
        Ok::<_, Error>(())
    });
    join_all(queues).await.into_iter().collect::<Result<()>>()?;
    Ok(claimed)
}

/// Why a call is to be made again.
enum Again {
    /// It failed.
    Failed(String),
    /// The plugin is left alone for so many seconds: this was no try.
    Paused(u32),
}

async fn settle(
    domain: &Domain,
    message: outbox::Message,
    outcome: Result<(), Again>,
    now: Timestamp,
) -> Result<()> {
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            match outcome {
                Ok(()) => outbox::delivered(t, &message.id).await,
                Err(Again::Failed(why)) => outbox::failed(t, &message, &why, now).await,
                Err(Again::Paused(seconds)) => {
                    let due = now.plus_seconds(i64::from(seconds));
                    outbox::postponed(t, &message.id, due).await
                }
            }
        })
    });
    write.await
}

async fn one(plugins: &Plugins, domain: &Domain, cx: &Context, tell: &Tell) -> Result<(), Again> {
    let outcome = match tell.what {
        What::Event => {
            let event = Event {
                id: tell.event.clone(),
                at: Timestamp::from_micros(tell.at),
                action: tell.action.clone(),
                case: tell.case.clone(),
            };
            plugins.on_event(domain, cx, &tell.plugin, event).await
        }
        What::Triage => triage(plugins, domain, cx, tell).await?,
    };
    match outcome {
        // What was not granted will not be granted by asking again; who is gone is told nothing.
        Ok(())
        | Err(
            CallError::Absent
            | CallError::Refused(onedoor_forms::Error::Denied(_) | onedoor_forms::Error::NotFound),
        ) => Ok(()),
        Err(CallError::Paused(seconds)) => Err(Again::Paused(seconds)),
        Err(error) => Err(Again::Failed(error.to_string())),
    }
}

/// Asks one plugin about a report, and keeps what it proposes.
async fn triage(
    plugins: &Plugins,
    domain: &Domain,
    cx: &Context,
    tell: &Tell,
) -> Result<Result<(), CallError>, Again> {
    let again = |error: Error| Again::Failed(error.chain());
    let report = match report(domain, cx, tell).await {
        Ok(report) => report,
        Err(Error::NotFound) => return Ok(Ok(())),
        Err(error) => return Err(again(error)),
    };
    let suggestion = match plugins.suggest(domain, cx, &tell.plugin, report).await {
        Ok(Some(suggestion)) => suggestion,
        Ok(None) => return Ok(Ok(())),
        Err(error) => return Ok(Err(error)),
    };
    let Some(loaded) = plugins.get(&tell.plugin) else {
        return Ok(Ok(()));
    };
    match proposal(domain, &loaded, suggestion) {
        Ok(proposal) => views::propose(domain, &tell.case, vec![proposal])
            .await
            .map_err(again)?,
        Err(why) => {
            let failure = Failure::new(FailureKind::Answer, why);
            plugins.at_fault(&loaded, cx, "suggest", &failure);
        }
    }
    Ok(Ok(()))
}

async fn report(domain: &Domain, cx: &Context, tell: &Tell) -> Result<Report> {
    let case = operations::get(domain, cx, &tell.case).await?;
    let words = event(domain, &case, &tell.event)
        .await?
        .and_then(|it| it.words);
    let files = {
        let mut c = domain.database.read().await?;
        attachments::of_case(&mut c, &case.id).await?
    };
    let photos = files.iter().filter(|it| it.mime.starts_with("image/"));
    let hour = case.opened.zoned(&domain.zone).hour();
    Ok(Report {
        title: case.title,
        description: words.unwrap_or_default(),
        class: case.course.class,
        division: Some(case.division).filter(|it| !it.is_empty()),
        photos: photos.count().try_into().unwrap_or(u32::MAX),
        hour: hour.try_into().unwrap_or(0),
    })
}

/// The row of a proposal, or why it is none.
fn proposal(
    domain: &Domain,
    loaded: &Loaded,
    it: Suggestion,
) -> Result<db::cases::Suggestion, String> {
    let class = it.class;
    if !loaded.manifest.cases.classes.contains(&class) {
        return Err(format!(
            "proposed class {class:?}, which its manifest does not list"
        ));
    }
    if domain.duty.list().item(&class).is_none() {
        return Err(format!(
            "proposed class {class:?}, which the duty list does not have"
        ));
    }
    if !it.confidence.is_finite() {
        return Err("proposed with a confidence that is no number".to_owned());
    }
    let reason = loaded.words.text(Locale::Chinese, &it.reason);
    Ok(db::cases::Suggestion {
        plugin: loaded.manifest.id.clone(),
        revision: loaded.digest.clone(),
        class,
        urgency: it.urgency,
        confidence: it.confidence.clamp(0.0, 1.0),
        reason: reason.chars().take(REASON).collect(),
    })
}
