//! Sends what is due to webhooks, from the outbox, at least once: a subscriber acts on a
//! `webhook-id` only once. What is not taken is tried again with growing pauses, for about a day,
//! and then parked in sight.

use futures_util::future::join_all;
use serde::Deserialize;

use super::{
    Delivery, ONE, Outcome, SHARE, Standing, Subscription, consumer, event, signature,
    target::Targets,
};
use crate::{
    cases::model::Case,
    config::Config,
    context::Context,
    db::{self, cases as rows, outbox},
    domain::Domain,
    error::{Error, Result},
    ids::Ids,
    time::Timestamp,
};

/// How many events are shared out at once.
const SHARED_OUT: u32 = 64;
/// How many messages to one webhook are sent at once.
const SENT: u32 = 8;
/// After how many tries a message is parked.
pub const MOST_TRIES: i64 = 10;
/// The pause after the first try, in seconds; each one after it is four times as long.
const FIRST_PAUSE: i64 = 5;
/// The longest pause, in seconds.
const LONGEST_PAUSE: i64 = 6 * 3600;
/// How long it is kept what was delivered, in seconds.
const KEPT: i64 = 30 * 24 * 3600;

/// What sends.
#[derive(Clone)]
pub struct Sender {
    client: reqwest::Client,
    source: String,
}

/// What `announce` puts into the outbox.
#[derive(Deserialize)]
struct Happened {
    event: String,
    case: String,
}

impl Sender {
    /// For a host that runs like this.
    pub fn new(config: &Config) -> Result<Self> {
        Ok(Self {
            client: Targets(config.private_targets.clone()).client()?,
            source: format!("{}/api/v1/cases", config.origin()),
        })
    }

    /// Takes one turn; how many messages were worked on.
    pub async fn turn(&self, domain: &Domain, cx: &Context) -> Result<usize> {
        let shared = self.share_out(domain, cx).await?;
        let hooks = {
            let mut c = domain.database.read().await?;
            db::webhooks::all(&mut c).await?
        };
        let running = hooks.iter().filter(|it| it.ended.is_none());
        let sent = join_all(running.map(|it| self.send_due(domain, cx, it))).await;
        let sent: Result<Vec<usize>> = sent.into_iter().collect();
        Ok(shared + sent?.into_iter().sum::<usize>())
    }

    /// Makes of each event one message for each webhook that it concerns.
    async fn share_out(&self, domain: &Domain, cx: &Context) -> Result<usize> {
        let events = claim(domain, cx.now, SHARE.to_owned(), SHARED_OUT).await?;
        let shared = events.len();
        for message in events {
            let now = cx.now;
            match self.messages(domain, cx, &message).await {
                Ok(messages) => {
                    let job = async move |t: &mut db::Transaction| {
                        for (it, body) in &messages {
                            let to = consumer(&it.webhook);
                            outbox::push(t, &it.id, &to, body, now).await?;
                            db::webhooks::insert_delivery(t, it).await?;
                        }
                        outbox::delivered(t, &message.id).await
                    };
                    let write = domain
                        .database
                        .write(|t| Box::pin(async move { job(t).await }));
                    write.await?;
                }
                // One that cannot be read must not hold up those behind it.
                Err(error) => {
                    let why = error.chain();
                    let write = domain.database.write(move |t| {
                        Box::pin(async move { outbox::failed(t, &message, &why, now).await })
                    });
                    write.await?;
                }
            }
        }
        Ok(shared)
    }

    async fn messages(
        &self,
        domain: &Domain,
        cx: &Context,
        message: &outbox::Message,
    ) -> Result<Vec<(Delivery, String)>> {
        let happened: Happened = serde_json::from_str(&message.payload).map_err(Error::internal)?;
        let mut c = domain.database.read().await?;
        let Some(case) = rows::get(&mut c, &happened.case).await? else {
            return Ok(Vec::new());
        };
        let events = rows::events(&mut c, &case.id).await?;
        let found = events.into_iter().find(|it| it.id == happened.event);
        let Some(found) = found.filter(|_| event::told(&case)) else {
            return Ok(Vec::new());
        };
        let hooks = db::webhooks::concerned(&mut c, &case.id).await?;
        drop(c);
        let body = event::message(&self.source, &case, &found)?;
        let wanting = hooks.iter().filter(|it| wants(it, &case));
        let delivery = |it: &Subscription| Delivery {
            id: format!("{}:{}", found.id, it.id),
            webhook: it.id.clone(),
            kind: event::kind(found.action),
            case: case.id.clone(),
            created: cx.now,
            state: Standing::Pending,
            tries: 0,
            tried: None,
            status: None,
            failure: None,
        };
        Ok(wanting.map(|it| (delivery(it), body.clone())).collect())
    }

    /// Sends what is due to one webhook, side by side; how many messages.
    async fn send_due(&self, domain: &Domain, cx: &Context, hook: &Subscription) -> Result<usize> {
        let due = claim(domain, cx.now, consumer(&hook.id), SENT).await?;
        let sent = due.len();
        let tries = due.into_iter().map(async |message| {
            let outcome = self.one(domain, hook, &message).await?;
            settle(domain, hook, message, outcome).await
        });
        join_all(tries).await.into_iter().collect::<Result<()>>()?;
        Ok(sent)
    }

    /// One try. The body of the answer is not read.
    async fn one(
        &self,
        domain: &Domain,
        hook: &Subscription,
        message: &outbox::Message,
    ) -> Result<Outcome> {
        // The time of the try and not of the turn: subscribers refuse old timestamps.
        let now = domain.clock.now();
        let signature = signature::sign(&domain.keys, hook, &message.id, now, &message.payload)?;
        let request = self
            .client
            .post(&hook.url)
            .header(
                "content-type",
                "application/cloudevents+json; charset=utf-8",
            )
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", signature::seconds(now).to_string())
            .header("webhook-signature", signature)
            .body(message.payload.clone());
        Ok(match request.send().await.map(|it| it.status()) {
            Ok(status) if status.is_success() => Outcome::Taken(status.as_u16()),
            Ok(reqwest::StatusCode::GONE) => Outcome::Gone,
            Ok(status) => Outcome::Failed(Some(status.as_u16()), status.to_string()),
            Err(error) => Outcome::Failed(None, why(&error)),
        })
    }
}

fn wants(hook: &Subscription, case: &Case) -> bool {
    let class = case.course.class.as_ref();
    let of_class = hook.classes.is_empty() || class.is_some_and(|it| hook.classes.contains(it));
    of_class && case.division.starts_with(&hook.division)
}

/// Why nothing came back, with its causes and without the address: it may hold a secret of the
/// subscriber's.
fn why(error: &reqwest::Error) -> String {
    let what = match error {
        it if it.is_timeout() => "no answer in time",
        it if it.is_connect() => "not reached",
        _ => "no answer",
    };
    let mut said = what.to_owned();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        said.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    said.chars().take(500).collect()
}

async fn claim(
    domain: &Domain,
    now: Timestamp,
    consumer: String,
    limit: u32,
) -> Result<Vec<outbox::Message>> {
    let write = domain
        .database
        .write(move |t| Box::pin(async move { outbox::claim(t, &consumer, now, limit).await }));
    write.await
}

async fn settle(
    domain: &Domain,
    hook: &Subscription,
    message: outbox::Message,
    outcome: Outcome,
) -> Result<()> {
    let now = domain.clock.now();
    let (hook, tries) = (hook.id.clone(), message.tries + 1);
    let due = now.plus_seconds(pause(&domain.ids, tries));
    let job = async move |t: &mut db::Transaction| {
        let state = match &outcome {
            Outcome::Taken(_) => {
                outbox::delivered(t, &message.id).await?;
                Standing::Delivered
            }
            Outcome::Gone => {
                outbox::delivered(t, &message.id).await?;
                Standing::Dropped
            }
            Outcome::Failed(_, why) if tries >= MOST_TRIES => {
                outbox::park(t, &message, why, now).await?;
                Standing::Parked
            }
            Outcome::Failed(_, why) => {
                outbox::again(t, &message.id, why, due).await?;
                Standing::Pending
            }
        };
        db::webhooks::tried(t, &message.id, state, &outcome, now).await?;
        match outcome {
            Outcome::Gone => db::webhooks::end(t, &hook, &consumer(&hook), now, "410 Gone").await,
            Outcome::Taken(_) | Outcome::Failed(..) => Ok(()),
        }
    };
    domain
        .database
        .write(|t| Box::pin(async move { job(t).await }))
        .await
}

/// The pause after so many tries, in seconds: 5, 20, 80 … to six hours, a fifth more or less, so
/// that what failed together does not come again together.
fn pause(ids: &Ids, tries: i64) -> i64 {
    let exponent = u32::try_from(tries - 1).unwrap_or(0).min(8);
    let whole = (FIRST_PAUSE * 4_i64.pow(exponent)).min(LONGEST_PAUSE);
    let random = i64::from(u16::from_be_bytes(ids.bytes::<2>()));
    whole * 4 / 5 + whole * 2 / 5 * random / i64::from(u16::MAX)
}

/// Forgets what was delivered long ago.
pub async fn expire(domain: &Domain, now: Timestamp) -> Result<()> {
    let before = now.plus_seconds(-KEPT);
    let write = domain
        .database
        .write(move |t| Box::pin(async move { db::webhooks::expire(t, before).await }));
    write.await
}

/// Whether a consumer of the outbox sends to a webhook.
pub fn is_consumer(name: &str) -> bool {
    name.starts_with(ONE) || name == SHARE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_scatter_and_stop_growing() {
        let ids = Ids::seeded(7);
        let (mut least, mut most) = (i64::MAX, 0);
        for _ in 0..200 {
            let first = pause(&ids, 1);
            least = least.min(first);
            most = most.max(first);
        }
        assert_eq!((least, most), (4, 5), "of 5 seconds, a fifth more or less");
        let mut before = 0;
        for tries in 1..MOST_TRIES {
            let pause = pause(&ids, tries);
            let whole = (5 * 4_i64.pow(u32::try_from(tries - 1).unwrap())).min(6 * 3600);
            assert!(
                (whole * 4 / 5..=whole * 6 / 5).contains(&pause),
                "{tries}: {pause}"
            );
            before += pause;
        }
        assert!(before > 16 * 3600 && before < 30 * 3600, "{before}");
    }
}
