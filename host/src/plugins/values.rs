//! The small values that plugins keep: who may read and write them. A value about a person is
//! reached only while that person calls, so that one resident's page never shows another's.

use std::sync::Arc;

use super::Capability;
use crate::{
    context::{ActingPlugin, Context},
    db::keyvalue as rows,
    domain::Domain,
    error::{Error, Problem, Result},
    identity::{pseudonym, subjects},
};

/// The longest key, in characters.
const KEY: usize = 128;
/// The longest value, in bytes.
const VALUE: usize = 64 * 1024;
/// The most keys of one answer.
const KEYS: u32 = 200;

/// The value under a key.
pub(super) async fn get(
    domain: &Domain,
    cx: &Context,
    subject: Option<String>,
    key: String,
) -> Result<Option<String>> {
    let plugin = may(domain, cx, subject.as_deref())?;
    check(&key)?;
    let mut c = domain.database.read().await?;
    rows::get(&mut c, &plugin.id, subject.as_deref(), &key).await
}

/// Keeps a value, in place of what was there.
pub(super) async fn set(
    domain: &Domain,
    cx: &Context,
    subject: Option<String>,
    key: String,
    value: String,
) -> Result<()> {
    let plugin = may(domain, cx, subject.as_deref())?;
    check(&key)?;
    if value.len() > VALUE {
        let problem = Problem::at("value", "text-too-long").with("limit", VALUE);
        return Err(Error::Invalid(vec![problem]));
    }
    let (shared, cx) = (domain.clone(), cx.clone());
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            if subject.is_some() {
                subjects::keep(t, &shared, &cx).await?;
            }
            rows::set(t, &plugin.id, subject.as_deref(), &key, &value).await
        })
    });
    write.await
}

/// Removes a value; no error when there is none.
pub(super) async fn delete(
    domain: &Domain,
    cx: &Context,
    subject: Option<String>,
    key: String,
) -> Result<()> {
    let plugin = may(domain, cx, subject.as_deref())?;
    check(&key)?;
    let write = domain.database.write(move |t| {
        Box::pin(async move { rows::delete(t, &plugin.id, subject.as_deref(), &key).await })
    });
    write.await
}

/// The keys with a prefix, in order, at most 200.
pub(super) async fn keys(
    domain: &Domain,
    cx: &Context,
    subject: Option<String>,
    prefix: String,
) -> Result<Vec<String>> {
    let plugin = may(domain, cx, subject.as_deref())?;
    if !prefix.is_empty() {
        check(&prefix)?;
    }
    let mut c = domain.database.read().await?;
    rows::keys(&mut c, &plugin.id, subject.as_deref(), &prefix, KEYS).await
}

fn may(domain: &Domain, cx: &Context, subject: Option<&str>) -> Result<Arc<ActingPlugin>> {
    let plugin = cx.plugin.as_ref().ok_or(Error::Forbidden("plugin-only"))?;
    plugin.capabilities.need(Capability::Keyvalue)?;
    let Some(subject) = subject else {
        return Ok(plugin.clone());
    };
    let caller = cx.account();
    let caller = caller.map(|account| pseudonym(&domain.keys, &plugin.id, account));
    if caller.as_deref() == Some(subject) {
        Ok(plugin.clone())
    } else {
        Err(Error::Forbidden("not-the-callers-own"))
    }
}

fn check(key: &str) -> Result<()> {
    if key.is_empty() || key.chars().count() > KEY {
        let problem = Problem::at("key", "text-too-long").with("limit", KEY);
        return Err(Error::Invalid(vec![problem]));
    }
    Ok(())
}
