//! From a secret that a browser or a program holds to a principal. Only digests are kept.

use sha2::{Digest as _, Sha256};

use super::{Person, Role};
use crate::{
    context::Principal,
    db::{
        self,
        accounts::{Account, Key, Session},
    },
    domain::Domain,
    error::{Error, Result},
    time::Timestamp,
};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
/// How long a session of a person with posts may stand idle, and last at all, in seconds.
const STAFF: (i64, i64) = (HOUR, 12 * HOUR);
/// The same for a resident: an old person should not have to sign in for every look.
const RESIDENT: (i64, i64) = (7 * 24 * HOUR, 30 * 24 * HOUR);

/// The digest under which a secret is kept.
pub fn digest(secret: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(secret.as_bytes()))
}

/// Who has signed in, and whether they must first change their password.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub principal: Principal,
    /// Nothing else is allowed before.
    pub must_change: bool,
}

/// Begins a session for an account or a proved phone number; the secret goes to the browser.
pub async fn begin(
    domain: &Domain,
    account: Option<&Account>,
    phone_hash: Option<&str>,
    now: Timestamp,
) -> Result<String> {
    let secret = domain.ids.secret();
    let staff = match account {
        Some(account) => {
            let mut c = domain.database.read().await?;
            !db::accounts::posts(&mut c, &account.id).await?.is_empty()
        }
        None => false,
    };
    let (_, longest) = if staff { STAFF } else { RESIDENT };
    let session = Session {
        account: account.map(|it| it.id.clone()),
        phone_hash: phone_hash.map(str::to_owned),
        seen: now,
        expires: now.plus_seconds(longest),
    };
    let key = digest(&secret);
    domain
        .database
        .write(move |t| {
            Box::pin(async move { db::accounts::insert_session(t, &key, &session, now).await })
        })
        .await?;
    Ok(secret)
}

/// The principal of a session; none when it is unknown, idle for too long, or over.
pub async fn authenticate(
    domain: &Domain,
    secret: &str,
    now: Timestamp,
) -> Result<Option<SignedIn>> {
    let key = digest(secret);
    let mut c = domain.database.read().await?;
    let Some(session) = db::accounts::session(&mut c, &key).await? else {
        return Ok(None);
    };
    let (signed_in, idle) = match (&session.account, &session.phone_hash) {
        (Some(id), _) => match person(&mut c, id).await? {
            Some((person, must_change)) => {
                let idle = if person.posts.is_empty() {
                    RESIDENT.0
                } else {
                    STAFF.0
                };
                let principal = Principal::Person(person);
                (
                    SignedIn {
                        principal,
                        must_change,
                    },
                    idle,
                )
            }
            None => return Ok(None),
        },
        (None, Some(hash)) => {
            let principal = Principal::Phone { hash: hash.clone() };
            (
                SignedIn {
                    principal,
                    must_change: false,
                },
                RESIDENT.0,
            )
        }
        (None, None) => return Ok(None),
    };
    if now >= session.expires || now >= session.seen.plus_seconds(idle) {
        return Ok(None);
    }
    drop(c);
    // Once a minute is exact enough for an idle limit, and spares a write a request.
    if now >= session.seen.plus_seconds(MINUTE) {
        domain
            .database
            .write(move |t| {
                Box::pin(async move { db::accounts::touch_session(t, &key, now).await })
            })
            .await?;
    }
    Ok(Some(signed_in))
}

/// The principal of an access token: its owner with the one post the token names, or with none.
pub async fn authenticate_token(
    domain: &Domain,
    secret: &str,
    now: Timestamp,
) -> Result<Option<Principal>> {
    let mut c = domain.database.read().await?;
    let Some(token) = db::accounts::token(&mut c, &digest(secret)).await? else {
        return Ok(None);
    };
    if token.revoked.is_some() || now >= token.expires {
        return Ok(None);
    }
    let Some(account) = db::accounts::by(&mut c, Key::Id(&token.account)).await? else {
        return Ok(None);
    };
    if account.disabled.is_some() {
        return Ok(None);
    }
    let mut posts = db::accounts::posts(&mut c, &account.id).await?;
    posts.retain(|post| Some(&post.id) == token.post.as_ref());
    if account.service {
        let post = posts.pop().filter(|post| post.in_force(now));
        return Ok(post.map(|post| Principal::Service {
            account: account.id,
            post,
        }));
    }
    Ok(Some(Principal::Person(Person {
        account: account.id,
        name: account.name,
        posts,
        phone_hash: account.phone_hash,
    })))
}

async fn person(c: &mut db::Connection, id: &str) -> Result<Option<(Person, bool)>> {
    let account = db::accounts::by(c, Key::Id(id)).await?;
    let Some(account) = account.filter(|it| it.disabled.is_none() && !it.service) else {
        return Ok(None);
    };
    let posts = db::accounts::posts(c, id).await?;
    let person = Person {
        account: account.id,
        name: account.name,
        posts,
        phone_hash: account.phone_hash,
    };
    Ok(Some((person, account.must_change)))
}

/// Ends a session. No error when it is over already.
pub async fn end(domain: &Domain, secret: &str) -> Result<()> {
    let key = digest(secret);
    domain
        .database
        .write(move |t| Box::pin(async move { db::accounts::end_session(t, &key).await }))
        .await
}

/// A person as operations need one: refuses anyone else.
pub(super) fn needs_person(principal: &Principal) -> Result<&Person> {
    match principal {
        Principal::Person(person) => Ok(person),
        Principal::Anonymous | Principal::Phone { .. } => Err(Error::Unauthenticated),
        Principal::Service { .. } | Principal::System(_) => Err(Error::Forbidden("person-only")),
    }
}

/// Whether a role is one that staff hold.
pub const fn is_staff(role: Role) -> bool {
    !matches!(role, Role::Resident)
}
