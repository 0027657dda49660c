//! The directory: who holds which post, and which offices there are. Reads only.

use std::collections::BTreeMap;

use super::{Act, Post, Resource, need};
use crate::{
    context::Context,
    db::{
        self,
        accounts::{Account, Key},
        units::Unit,
    },
    domain::Domain,
    error::{Error, Result},
    page::{Page, Paging},
};

/// A person with posts.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Colleague {
    /// Their account.
    pub account: String,
    /// The name they are shown by.
    pub name: String,
    /// The name they sign in by.
    pub login: Option<String>,
    /// Whether it is a machine's account.
    pub service: bool,
    /// Their posts, in force or not.
    pub posts: Vec<Post>,
}

async fn with_posts(c: &mut db::Connection, it: Account) -> Result<Colleague> {
    Ok(Colleague {
        posts: db::accounts::posts(c, &it.id).await?,
        account: it.id,
        name: it.name,
        login: it.login,
        service: it.service,
    })
}

/// Who holds which post.
pub async fn people(domain: &Domain, cx: &Context, paging: &Paging) -> Result<Page<Colleague>> {
    need(cx, Act::ReadPeople, Resource::default())?;
    let mut c = domain.database.read().await?;
    let limit = paging.limit();
    let after = paging.cursor.as_deref().unwrap_or_default();
    let found = db::accounts::staff(&mut c, after, limit + 1).await?;
    let mut people = Vec::with_capacity(found.len());
    for it in found {
        people.push(with_posts(&mut c, it).await?);
    }
    Ok(Page::cut(people, limit, |it| it.account.clone()))
}

/// One account with its posts. `NotFound` for a resident's: a resident is no colleague.
pub async fn colleague(domain: &Domain, cx: &Context, account: &str) -> Result<Colleague> {
    need(cx, Act::ReadPeople, Resource::default())?;
    let mut c = domain.database.read().await?;
    let found = db::accounts::by(&mut c, Key::Id(account)).await?;
    let found = with_posts(&mut c, found.ok_or(Error::NotFound)?).await?;
    match found.posts.is_empty() {
        true => Err(Error::NotFound),
        false => Ok(found),
    }
}

/// Units whose division is `within` or below it, by division and id; at most 2,000.
pub async fn units(domain: &Domain, cx: &Context, within: &str) -> Result<Vec<Unit>> {
    need(cx, Act::ReadPeople, Resource::default())?;
    let mut c = domain.database.read().await?;
    db::units::below(&mut c, within).await
}

/// The names of all units, by id, in the reader's language.
pub async fn unit_names(domain: &Domain, cx: &Context) -> Result<BTreeMap<String, String>> {
    let units = units(domain, cx, "").await?.into_iter();
    Ok(units
        .map(|it| (it.id.clone(), it.name(cx.locale).to_owned()))
        .collect())
}
