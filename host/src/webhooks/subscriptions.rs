//! Making, changing and ending webhooks, and looking at what was sent. For administrators who have
//! signed in: a webhook carries what happens out of the house, as a grant does.

use super::{Delivery, Subscription, consumer, signature, target::Targets};
use crate::{
    context::Context,
    db::{self, Transaction, outbox},
    domain::Domain,
    error::{Error, Problem, Result},
    identity::{Act, Resource, audit, need},
    page::{Page, Paging},
};

/// The most webhooks of one unit.
const MOST: i64 = 20;
/// The most classes that one is narrowed to.
const CLASSES: usize = 200;
/// For how long the secret before signs as well, in seconds: a day to change it at the other end.
const BOTH: i64 = 24 * 3600;

/// A webhook to make.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[schema(as = NewWebhook)]
#[serde(deny_unknown_fields)]
pub struct New {
    /// The unit whose cases it is told of.
    pub unit: String,
    /// Where messages are sent: `https`, at most 500 characters, without credentials.
    pub url: String,
    /// Only cases of these classes; of all when empty.
    #[serde(default)]
    pub classes: Vec<String>,
    /// Only cases below this division; everywhere when empty.
    #[serde(default)]
    pub division: String,
}

/// A webhook with its secret, which is told once.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
#[schema(as = MadeWebhook)]
pub struct Made {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: Subscription,
    /// `whsec_` and base 64, as libraries of Standard Webhooks take it.
    pub secret: String,
}

/// Makes a webhook. `Invalid` names what to mend: the unit, the address, a class, the division.
pub async fn create(domain: &Domain, cx: &Context, targets: &Targets, it: New) -> Result<Made> {
    need(cx, Act::ManageWebhooks, Resource::default())?;
    let url = check(domain, cx, targets, &it)?;
    let webhook = Subscription {
        id: domain.ids.id(cx.now),
        unit: it.unit,
        url,
        classes: it.classes,
        division: it.division,
        salt: domain.ids.secret(),
        salt_before: None,
        before_until: None,
        created: cx.now,
        ended: None,
        why: None,
    };
    let secret = signature::shown(&domain.keys, &webhook)?;
    let (shared, cx, kept) = (domain.clone(), cx.clone(), webhook.clone());
    let job = async move |t: &mut Transaction| {
        if db::units::get(t, &kept.unit).await?.is_none() {
            return Err(Error::invalid("unit", "unit-unknown"));
        }
        if db::webhooks::count(t, &kept.unit).await? >= MOST {
            let problem = Problem::at("unit", "webhook-too-many").with("limit", MOST);
            return Err(Error::Invalid(vec![problem]));
        }
        db::webhooks::insert(t, &kept).await?;
        audit::record(t, &shared, &cx, "webhook.create", &kept.id, "done").await
    };
    let write = domain
        .database
        .write(|t| Box::pin(async move { job(t).await }));
    write.await?;
    Ok(Made { webhook, secret })
}

fn check(domain: &Domain, cx: &Context, targets: &Targets, it: &New) -> Result<String> {
    let mut problems = Vec::new();
    let mut url = String::new();
    match targets.check(&it.url) {
        Ok(checked) => checked.as_str().clone_into(&mut url),
        Err(Error::Invalid(more)) => problems.extend(more),
        Err(error) => return Err(error),
    }
    let list = domain.duty.list();
    let unknown = it.classes.iter().find(|code| list.item(code).is_none());
    if unknown.is_some() || it.classes.len() > CLASSES {
        problems.push(Problem::at("classes", "case-class-unknown"));
    }
    let index = domain.grid.index();
    let division = index.division(&it.division);
    if !it.division.is_empty() && !division.is_some_and(|found| found.live(cx.now)) {
        problems.push(Problem::at("division", "case-place-unknown"));
    }
    match problems.is_empty() {
        true => Ok(url),
        false => Err(Error::Invalid(problems)),
    }
}

/// All webhooks.
pub async fn list(domain: &Domain, cx: &Context) -> Result<Vec<Subscription>> {
    need(cx, Act::ManageWebhooks, Resource::default())?;
    let mut c = domain.database.read().await?;
    db::webhooks::all(&mut c).await
}

/// One webhook. `NotFound` when there is none of that id.
pub async fn one(domain: &Domain, cx: &Context, id: &str) -> Result<Subscription> {
    need(cx, Act::ManageWebhooks, Resource::default())?;
    let mut c = domain.database.read().await?;
    db::webhooks::get(&mut c, id).await?.ok_or(Error::NotFound)
}

/// Ends a webhook and forgets what was sent to it.
pub async fn delete(domain: &Domain, cx: &Context, id: &str) -> Result<()> {
    need(cx, Act::ManageWebhooks, Resource::default())?;
    let (shared, cx, id) = (domain.clone(), cx.clone(), id.to_owned());
    let job = async move |t: &mut Transaction| {
        if !db::webhooks::delete(t, &id, &consumer(&id)).await? {
            return Err(Error::NotFound);
        }
        audit::record(t, &shared, &cx, "webhook.delete", &id, "done").await
    };
    let write = domain
        .database
        .write(|t| Box::pin(async move { job(t).await }));
    write.await
}

/// Gives a webhook a new secret, which is told once. For a day the one before signs as well.
pub async fn rotate(domain: &Domain, cx: &Context, id: &str) -> Result<Made> {
    need(cx, Act::ManageWebhooks, Resource::default())?;
    let (shared, cx, id) = (domain.clone(), cx.clone(), id.to_owned());
    let job = async move |t: &mut Transaction| {
        let salt = shared.ids.secret();
        let until = cx.now.plus_seconds(BOTH);
        if !db::webhooks::rotate(t, &id, &salt, until).await? {
            return Err(Error::NotFound);
        }
        audit::record(t, &shared, &cx, "webhook.rotate", &id, "done").await?;
        db::webhooks::get(t, &id).await?.ok_or(Error::NotFound)
    };
    let write = domain
        .database
        .write(|t| Box::pin(async move { job(t).await }));
    let webhook = write.await?;
    let secret = signature::shown(&domain.keys, &webhook)?;
    Ok(Made { webhook, secret })
}

/// What was sent to a webhook in the last 30 days, and what is to be sent, the newest first.
pub async fn deliveries(
    domain: &Domain,
    cx: &Context,
    id: &str,
    paging: &Paging,
) -> Result<Page<Delivery>> {
    one(domain, cx, id).await?;
    let (before, limit) = (paging.cursor.as_deref(), paging.limit());
    let mut c = domain.database.read().await?;
    let found = db::webhooks::deliveries(&mut c, id, before, limit + 1).await?;
    Ok(Page::cut(found, limit, |it| it.id.clone()))
}

/// Sends what is parked again: one message or, without an id, all; how many. `NotFound` when the
/// one is not parked, or there is no such webhook.
pub async fn replay(
    domain: &Domain,
    cx: &Context,
    id: &str,
    delivery: Option<&str>,
) -> Result<u64> {
    need(cx, Act::ManageWebhooks, Resource::default())?;
    let (shared, cx, id) = (domain.clone(), cx.clone(), id.to_owned());
    let delivery = delivery.map(str::to_owned);
    let job = async move |t: &mut Transaction| {
        if db::webhooks::get(t, &id).await?.is_none() {
            return Err(Error::NotFound);
        }
        let sent = match &delivery {
            // The id of a message ends with that of its webhook.
            Some(it) if !it.ends_with(&format!(":{id}")) => return Err(Error::NotFound),
            Some(it) if !outbox::replay_one(t, it, cx.now).await? => return Err(Error::NotFound),
            Some(_) => 1,
            None => outbox::replay(t, &consumer(&id), cx.now).await?,
        };
        db::webhooks::pending(t, &id, delivery.as_deref()).await?;
        audit::record(t, &shared, &cx, "webhook.replay", &id, "done").await?;
        Ok(sent)
    };
    let write = domain
        .database
        .write(|t| Box::pin(async move { job(t).await }));
    write.await
}
