//! The small values that plugins keep: who may read and write them. A value about a person is
//! reached while that person calls, so that one resident's page never shows another's; and where
//! nobody calls, of somebody the plugin keeps something about: then the person's log says so first.

use std::sync::Arc;

use super::Capability;
use crate::{
    context::{ActingPlugin, Context, Principal},
    db::keyvalue as rows,
    domain::Domain,
    error::{Error, Problem, Result},
    identity::{pseudonym, subjects},
    records::access,
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
    let (plugin, other) = may(domain, cx, subject.as_deref()).await?;
    check(&key)?;
    let value = {
        let mut c = domain.database.read().await?;
        rows::get(&mut c, &plugin.id, subject.as_deref(), &key).await?
    };
    if let (Some(account), true) = (other, value.is_some()) {
        access::kept(domain, cx, account).await?;
    }
    Ok(value)
}

/// Keeps a value, in place of what was there.
pub(super) async fn set(
    domain: &Domain,
    cx: &Context,
    subject: Option<String>,
    key: String,
    value: String,
) -> Result<()> {
    let (plugin, _) = may(domain, cx, subject.as_deref()).await?;
    check(&key)?;
    check_value(&value)?;
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

/// A value to keep in place of another.
pub(super) struct Swap {
    /// What must be kept now; none: nothing.
    pub expected: Option<String>,
    /// What is kept then.
    pub value: String,
}

/// Keeps a value if what is kept is what was expected, and says whether it was.
pub(super) async fn swap(
    domain: &Domain,
    cx: &Context,
    subject: Option<String>,
    key: String,
    it: Swap,
) -> Result<bool> {
    let (plugin, other) = may(domain, cx, subject.as_deref()).await?;
    check(&key)?;
    check_value(&it.value)?;
    // Whether it was what was expected is something told about them.
    if let Some(account) = other {
        access::kept(domain, cx, account).await?;
    }
    let (shared, cx) = (domain.clone(), cx.clone());
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            if subject.is_some() {
                subjects::keep(t, &shared, &cx).await?;
            }
            let (subject, expected) = (subject.as_deref(), it.expected.as_deref());
            rows::swap(t, &plugin.id, subject, &key, expected, &it.value).await
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
    let (plugin, _) = may(domain, cx, subject.as_deref()).await?;
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
    let (plugin, other) = may(domain, cx, subject.as_deref()).await?;
    if !prefix.is_empty() {
        check(&prefix)?;
    }
    let keys = {
        let mut c = domain.database.read().await?;
        rows::keys(&mut c, &plugin.id, subject.as_deref(), &prefix, KEYS).await?
    };
    // What there is about somebody tells of them as well.
    if let (Some(account), false) = (other, keys.is_empty()) {
        access::kept(domain, cx, account).await?;
    }
    Ok(keys)
}

/// The plugin, and the account whose values are meant, when it is not who calls.
async fn may(
    domain: &Domain,
    cx: &Context,
    subject: Option<&str>,
) -> Result<(Arc<ActingPlugin>, Option<String>)> {
    let plugin = cx.plugin.as_ref().ok_or(Error::Forbidden("plugin-only"))?;
    plugin.capabilities.need(Capability::Keyvalue)?;
    let Some(subject) = subject else {
        return Ok((plugin.clone(), None));
    };
    let caller = cx.account();
    let caller = caller.map(|account| pseudonym(&domain.keys, &plugin.id, account));
    if caller.as_deref() == Some(subject) {
        return Ok((plugin.clone(), None));
    }
    if matches!(cx.principal, Principal::System(_)) {
        match subjects::account(domain, cx, subject).await {
            Ok(account) => return Ok((plugin.clone(), Some(account))),
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Err(Error::Forbidden("not-the-callers-own"))
}

fn check(key: &str) -> Result<()> {
    if key.is_empty() || key.chars().count() > KEY {
        let problem = Problem::at("key", "text-too-long").with("limit", KEY);
        return Err(Error::Invalid(vec![problem]));
    }
    Ok(())
}

fn check_value(value: &str) -> Result<()> {
    if value.len() > VALUE {
        let problem = Problem::at("value", "text-too-long").with("limit", VALUE);
        return Err(Error::Invalid(vec![problem]));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cases::course_tests::World, db::testing::both::both, page::Paging};

    both! {
        async fn what_is_read_while_nobody_calls_is_in_the_persons_log(database) {
            let world = World::new(database).await;
            let plugin = Arc::new(ActingPlugin {
                id: "p".to_owned(),
                revision: "sha256:0".to_owned(),
                department: "dept".to_owned(),
                capabilities: [Capability::Keyvalue].into_iter().collect(),
                classes: Vec::new(),
            });
            let with = |cx: Context| Context { plugin: Some(plugin.clone()), ..cx };
            let (domain, li) = (&world.domain, with(world.who("li")));
            let alone = with(Context::system("jobs", "request".to_owned(), world.now));
            let name = |account: &str| Some(pseudonym(&domain.keys, "p", account));
            let key = || "a".to_owned();
            let log = async || {
                access::about_me(domain, &world.who("li"), &Paging::first(9)).await.unwrap().items
            };
            // Nothing is kept about them yet: the plugin has no business with them.
            let unknown = get(domain, &alone, name("li"), key()).await;
            assert!(matches!(unknown, Err(Error::Forbidden("not-the-callers-own"))));
            set(domain, &li, name("li"), key(), "mine".to_owned()).await.unwrap();
            assert_eq!(get(domain, &li, name("li"), key()).await.unwrap().as_deref(), Some("mine"));
            assert!(log().await.is_empty(), "one's own look is no access");
            assert_eq!(get(domain, &alone, name("li"), key()).await.unwrap().as_deref(), Some("mine"));
            let rows = log().await;
            assert_eq!(rows.len(), 1);
            assert_eq!((rows[0].fields.as_str(), rows[0].plugin.as_deref()), ("kept", Some("p")));
            assert_eq!(rows[0].unit.as_deref(), Some("dept"));
            assert_eq!(get(domain, &alone, name("li"), "b".to_owned()).await.unwrap(), None);
            assert_eq!(log().await.len(), 1, "nothing was read");
            let change = Swap { expected: Some("mine".to_owned()), value: "new".to_owned() };
            assert!(swap(domain, &alone, name("li"), key(), change).await.unwrap());
            assert_eq!(log().await.len(), 2);
            // What there is about them tells of them too; that there is nothing does not.
            let found = async |prefix: &str| {
                keys(domain, &alone, name("li"), prefix.to_owned()).await.unwrap()
            };
            assert_eq!((found("a").await.len(), log().await.len()), (1, 3));
            assert_eq!((found("z").await.len(), log().await.len()), (0, 3));
            // Somebody else who calls never reaches it.
            let wang = with(world.who("wang"));
            let other = get(domain, &wang, name("li"), key()).await;
            assert!(matches!(other, Err(Error::Forbidden(_))));
        }
    }
}
