//! Signing in and out, proving a phone number, registering, changing a password.

use super::{
    audit, password, phone,
    sessions::{self, needs_person},
};
use crate::{
    context::{Context, Principal},
    db::{
        self,
        accounts::{Account, Key, PhoneCode},
    },
    domain::{Domain, Notifier},
    error::{Error, Result},
    keys::Purpose,
};

const MINUTE: i64 = 60;
/// How long a code holds, how soon another may be asked for, in seconds; how often it is tried.
const CODE: (i64, i64, i64) = (10 * MINUTE, MINUTE, 5);

/// Signs in by login or phone number. The answer to a wrong name and to a wrong password is the
/// same, and takes as long.
pub async fn sign_in(domain: &Domain, cx: &Context, name: &str, given: &str) -> Result<String> {
    let account = {
        let mut c = domain.database.read().await?;
        match phone::normal(name) {
            Ok(number) => {
                db::accounts::by(&mut c, Key::Phone(&phone::hash(domain, &number))).await?
            }
            Err(_) => db::accounts::by(&mut c, Key::Login(name.trim())).await?,
        }
    };
    let account = account.filter(|it| it.disabled.is_none() && !it.service);
    let kept = account.as_ref().and_then(|it| it.password.clone());
    let right = password::verify(given, kept).await?;
    let resource = account
        .as_ref()
        .map_or("unknown", |it| it.id.as_str())
        .to_owned();
    note(
        domain,
        cx,
        "sign-in",
        &resource,
        if right { "done" } else { "wrong" },
    )
    .await?;
    match account {
        Some(account) if right => sessions::begin(domain, Some(&account), None, cx.now).await,
        _ => Err(Error::invalid("password", "sign-in-wrong")),
    }
}

async fn note(
    domain: &Domain,
    cx: &Context,
    action: &'static str,
    resource: &str,
    outcome: &'static str,
) -> Result<()> {
    let (domain, cx, resource) = (domain.clone(), cx.clone(), resource.to_owned());
    let database = domain.database.clone();
    database
        .write(move |t| {
            Box::pin(
                async move { audit::record(t, &domain, &cx, action, &resource, outcome).await },
            )
        })
        .await
}

/// Sends a code of six digits to a phone number. `TooMany` when one was sent within the minute,
/// `Unavailable` when this host has no way to send one.
pub async fn request_code(domain: &Domain, cx: &Context, number: &str) -> Result<()> {
    let number = phone::normal(number)?;
    let hash = phone::hash(domain, &number);
    let code = domain.ids.code();
    let kept = PhoneCode {
        digest: domain.keys.mac(Purpose::Phone, &[&hash, &code]),
        tries: 0,
        sent: cx.now,
        expires: cx.now.plus_seconds(CODE.0),
    };
    let now = cx.now;
    let key = hash.clone();
    domain
        .database
        .write(move |t| {
            Box::pin(async move {
                let last = db::accounts::code(t, &key).await?;
                if last.is_some_and(|it| now < it.sent.plus_seconds(CODE.1)) {
                    return Err(Error::TooMany(60));
                }
                db::accounts::put_code(t, &key, &kept).await
            })
        })
        .await?;
    match domain.notifier {
        // A demonstration: the log is the phone. Never in production.
        Notifier::Log => {
            let end = number.get(7..).unwrap_or_default();
            tracing::warn!(code, phone = format!("*******{end}"), "a code for a phone");
            Ok(())
        }
        Notifier::Absent => Err(Error::Unavailable),
    }
}

/// Proves a phone number by its code, and signs in: to the account with that number, else as the
/// number alone. `Invalid` when the code is wrong, too old, or has been tried too often.
pub async fn confirm_code(
    domain: &Domain,
    cx: &Context,
    number: &str,
    code: &str,
) -> Result<String> {
    let number = phone::normal(number)?;
    let hash = phone::hash(domain, &number);
    let given = domain.keys.mac(Purpose::Phone, &[&hash, code.trim()]);
    let now = cx.now;
    let key = hash.clone();
    let right = domain
        .database
        .write(move |t| {
            Box::pin(async move {
                // Counted before it is compared, so that many guesses at once are counted too.
                if !db::accounts::try_code(t, &key, CODE.2).await? {
                    return Ok(false);
                }
                let Some(kept) = db::accounts::code(t, &key).await? else {
                    return Ok(false);
                };
                // Both are keyed hashes: comparing them tells nothing about the code.
                if now >= kept.expires || kept.digest != given {
                    return Ok(false);
                }
                db::accounts::end_code(t, &key).await?;
                Ok(true)
            })
        })
        .await?;
    if !right {
        return Err(Error::invalid("code", "code-wrong"));
    }
    let account = {
        let mut c = domain.database.read().await?;
        db::accounts::by(&mut c, Key::Phone(&hash)).await?
    };
    match account.filter(|it| it.disabled.is_none()) {
        Some(account) => sessions::begin(domain, Some(&account), None, cx.now).await,
        None => sessions::begin(domain, None, Some(&hash), cx.now).await,
    }
}

/// What a resident gives to register.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The number that has been proved.
    pub phone: String,
    /// The name to be shown by; 1 to 40 characters.
    pub name: String,
    /// The password, 8 to 128 characters.
    pub password: String,
    /// The community they live in, if they say.
    pub community: Option<String>,
}

/// Makes an account for the phone number that the caller has proved, and signs in to it.
pub async fn register(domain: &Domain, cx: &Context, it: Registration) -> Result<String> {
    let number = phone::normal(&it.phone)?;
    let hash = phone::hash(domain, &number);
    match &cx.principal {
        Principal::Phone { hash: proved } if *proved == hash => {}
        _ => return Err(Error::Forbidden("phone-not-proved")),
    }
    let name = shown_name(&it.name)?;
    if let Some(code) = &it.community
        && !domain.grid.index().has(code)
    {
        return Err(Error::invalid("community", "case-place-unknown"));
    }
    let account = Account {
        id: domain.ids.id(cx.now),
        service: false,
        login: None,
        name,
        phone: Some(number),
        phone_hash: Some(hash),
        community: it.community,
        password: Some(password::hash(&it.password).await?),
        must_change: false,
        disabled: None,
    };
    let kept = account.clone();
    let now = cx.now;
    domain
        .database
        .write(move |t| Box::pin(async move { db::accounts::insert(t, &kept, now).await }))
        .await?;
    sessions::begin(domain, Some(&account), None, cx.now).await
}

pub(super) fn shown_name(name: &str) -> Result<String> {
    let name = name.trim();
    match name.chars().count() {
        1..=40 => Ok(name.to_owned()),
        _ => Err(Error::invalid("name", "name-length")),
    }
}

/// Changes the caller's password, ends all their sessions, and begins a new one.
pub async fn change_password(
    domain: &Domain,
    cx: &Context,
    old: &str,
    new: &str,
) -> Result<String> {
    let person = needs_person(&cx.principal)?;
    if cx.token {
        return Err(Error::Forbidden("not-by-token"));
    }
    let account = {
        let mut c = domain.database.read().await?;
        db::accounts::by(&mut c, Key::Id(&person.account))
            .await?
            .ok_or(Error::NotFound)?
    };
    if !password::verify(old, account.password.clone()).await? {
        return Err(Error::invalid("old", "sign-in-wrong"));
    }
    if old == new {
        return Err(Error::invalid("password", "password-same"));
    }
    let phc = password::hash(new).await?;
    let id = account.id.clone();
    domain
        .database
        .write(move |t| {
            Box::pin(async move {
                db::accounts::set_password(t, &id, &phc, false).await?;
                db::accounts::end_sessions(t, &id).await
            })
        })
        .await?;
    note(domain, cx, "change-password", &account.id, "done").await?;
    sessions::begin(domain, Some(&account), None, cx.now).await
}

/// Ends all of the caller's sessions.
pub async fn sign_out_everywhere(domain: &Domain, cx: &Context) -> Result<()> {
    let account = needs_person(&cx.principal)?.account.clone();
    domain
        .database
        .write(move |t| Box::pin(async move { db::accounts::end_sessions(t, &account).await }))
        .await
}
