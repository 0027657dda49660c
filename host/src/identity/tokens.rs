//! Machines and programs: service accounts, and access tokens of people's own.

use super::{
    Act, Resource, Role, audit, need,
    operations::{blank, put_post},
    sessions::{digest, needs_person},
    signing_in::shown_name,
};
use crate::{
    context::Context,
    db::{
        self,
        accounts::{AccessToken, Account},
    },
    domain::Domain,
    error::{Error, Result},
    time::Timestamp,
};

const DAY: i64 = 24 * 3600;
/// The longest life of an access token, in days.
pub const TOKEN_DAYS: u32 = 365;

/// Makes a service account with one post, and its token, which is answered once.
pub async fn create_service(
    domain: &Domain,
    cx: &Context,
    name: &str,
    unit: &str,
    role: Role,
    days: u32,
) -> Result<String> {
    need(cx, Act::ManagePeople, Resource::default())?;
    let account = Account {
        service: true,
        ..blank(domain, cx, None, &shown_name(name)?, None)
    };
    let secret = domain.ids.secret();
    let expires = lifetime(cx, days)?;
    let key = digest(&secret);
    let unit = unit.to_owned();
    let (domain, cx) = (domain.clone(), cx.clone());
    let database = domain.database.clone();
    database
        .write(move |t| {
            Box::pin(async move {
                if db::units::get(t, &unit).await?.is_none() {
                    return Err(Error::invalid("unit", "unit-unknown"));
                }
                db::accounts::insert(t, &account, cx.now).await?;
                put_post(t, &domain, &cx, &account.id, &unit, role, None).await?;
                let post = db::accounts::posts(t, &account.id)
                    .await?
                    .pop()
                    .map(|it| it.id);
                let token = AccessToken {
                    id: domain.ids.id(cx.now),
                    name: account.name.clone(),
                    account: account.id.clone(),
                    post,
                    expires,
                    revoked: None,
                };
                db::accounts::insert_token(t, &key, &token, cx.now).await
            })
        })
        .await?;
    Ok(secret)
}

fn lifetime(cx: &Context, days: u32) -> Result<Timestamp> {
    match days {
        1..=TOKEN_DAYS => Ok(cx.now.plus_seconds(i64::from(days) * DAY)),
        _ => Err(Error::invalid("days", "token-days")),
    }
}

/// Makes a token for one of the caller's posts; answered once. Never by a token.
pub async fn create_token(
    domain: &Domain,
    cx: &Context,
    name: &str,
    post: &str,
    days: u32,
) -> Result<(AccessToken, String)> {
    need(cx, Act::MakeToken, Resource::default())?;
    let person = needs_person(&cx.principal)?;
    if !cx.posts().any(|it| it.id == post) {
        return Err(Error::invalid("post", "post-not-yours"));
    }
    let secret = domain.ids.secret();
    let token = AccessToken {
        id: domain.ids.id(cx.now),
        name: shown_name(name)?,
        account: person.account.clone(),
        post: Some(post.to_owned()),
        expires: lifetime(cx, days)?,
        revoked: None,
    };
    let (key, kept) = (digest(&secret), token.clone());
    let (domain, cx) = (domain.clone(), cx.clone());
    let database = domain.database.clone();
    database
        .write(move |t| {
            Box::pin(async move {
                db::accounts::insert_token(t, &key, &kept, cx.now).await?;
                audit::record(t, &domain, &cx, "create-token", &kept.id, "done").await
            })
        })
        .await?;
    Ok((token, secret))
}

/// The caller's tokens.
pub async fn tokens(domain: &Domain, cx: &Context) -> Result<Vec<AccessToken>> {
    let person = needs_person(&cx.principal)?;
    let mut c = domain.database.read().await?;
    db::accounts::tokens(&mut c, &person.account).await
}

/// Takes one of the caller's tokens back.
pub async fn revoke_token(domain: &Domain, cx: &Context, id: &str) -> Result<()> {
    let account = needs_person(&cx.principal)?.account.clone();
    let id = id.to_owned();
    let (domain, cx) = (domain.clone(), cx.clone());
    let database = domain.database.clone();
    database
        .write(move |t| {
            Box::pin(async move {
                if !db::accounts::revoke_token(t, &account, &id, cx.now).await? {
                    return Err(Error::NotFound);
                }
                audit::record(t, &domain, &cx, "revoke-token", &id, "done").await
            })
        })
        .await
}
