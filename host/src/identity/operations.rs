//! Signing in, registering, inviting, and giving posts: the only door to accounts.

use super::{
    Act, Post, Resource, Role, audit, need, password, phone,
    sessions::{self, digest, needs_person},
};
use crate::{
    context::{Context, Principal},
    db::{
        self,
        accounts::{AccessToken, Account, Invitation, Key, PhoneCode},
    },
    domain::{Domain, Notifier},
    error::{Error, Result},
    keys::Purpose,
    page::{Page, Paging},
    time::Timestamp,
};

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;
/// How long a code holds, how soon another may be asked for, in seconds; how often it is tried.
const CODE: (i64, i64, i64) = (10 * MINUTE, MINUTE, 5);
/// How long an invitation holds, in seconds.
const INVITED: i64 = 7 * DAY;
/// The longest life of an access token, in days.
pub const TOKEN_DAYS: u32 = 365;

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
                let Some(kept) = db::accounts::code(t, &key).await? else {
                    return Ok(false);
                };
                if now >= kept.expires || kept.tries >= CODE.2 {
                    return Ok(false);
                }
                // Both are keyed hashes: comparing them tells nothing about the code.
                if kept.digest != given {
                    db::accounts::try_code(t, &key).await?;
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
        && domain.grid.index().division(code).is_none()
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

fn shown_name(name: &str) -> Result<String> {
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

/// The first administrator of a folder that has no account: login `admin`, and the password that
/// is answered once and must be changed at the first sign-in. None when there are accounts.
pub async fn first_administrator(domain: &Domain, cx: &Context) -> Result<Option<String>> {
    {
        let mut c = domain.database.read().await?;
        if db::accounts::count(&mut c).await? > 0 {
            return Ok(None);
        }
    }
    let secret = domain.ids.secret().chars().take(20).collect::<String>();
    let phc = password::hash(&secret).await?;
    let (domain, cx) = (domain.clone(), cx.clone());
    let database = domain.database.clone();
    database
        .write(move |t| {
            Box::pin(async move {
                let unit = operator_unit();
                if db::units::get(t, &unit.id).await?.is_none() {
                    db::units::insert(t, &unit).await?;
                }
                let account = blank(&domain, &cx, Some("admin"), "管理员", Some(phc));
                let account = Account {
                    must_change: true,
                    ..account
                };
                db::accounts::insert(t, &account, cx.now).await?;
                put_post(
                    t,
                    &domain,
                    &cx,
                    &account.id,
                    &unit.id,
                    Role::Administrator,
                    None,
                )
                .await
            })
        })
        .await?;
    Ok(Some(secret))
}

/// The unit that runs the installation itself; it has no place and so no case.
pub fn operator_unit() -> db::units::Unit {
    db::units::Unit {
        id: "operator".to_owned(),
        name_zh: "平台运行单位".to_owned(),
        name_en: "Platform operator".to_owned(),
        kind: "operator".to_owned(),
        division: "00".to_owned(),
        parent: None,
    }
}

fn blank(
    domain: &Domain,
    cx: &Context,
    login: Option<&str>,
    name: &str,
    phc: Option<String>,
) -> Account {
    Account {
        id: domain.ids.id(cx.now),
        service: false,
        login: login.map(str::to_owned),
        name: name.to_owned(),
        phone: None,
        phone_hash: None,
        community: None,
        password: phc,
        must_change: false,
        disabled: None,
    }
}

async fn put_post(
    t: &mut db::Transaction,
    domain: &Domain,
    cx: &Context,
    account: &str,
    unit: &str,
    role: Role,
    until: Option<Timestamp>,
) -> Result<()> {
    let post = Post {
        id: domain.ids.id(cx.now),
        unit: unit.to_owned(),
        division: String::new(),
        role,
        from: cx.now,
        until,
    };
    db::accounts::insert_post(t, account, &post, &audit::actor(cx)).await?;
    let what = format!("{account} {} {unit}", role.name());
    audit::record(t, domain, cx, "grant-post", &what, "done").await
}

/// Invites somebody to a first post; the secret is answered once, to be handed over. For
/// administrators who have signed in; never for oneself.
pub async fn invite(
    domain: &Domain,
    cx: &Context,
    login: &str,
    name: &str,
    unit: &str,
    role: Role,
) -> Result<String> {
    need(cx, Act::ManagePeople, Resource::default())?;
    let login = new_login(login)?;
    let secret = domain.ids.secret();
    let invitation = Invitation {
        login,
        name: shown_name(name)?,
        unit: unit.to_owned(),
        role,
        by: audit::actor(cx),
        expires: cx.now.plus_seconds(INVITED),
    };
    let key = digest(&secret);
    let (domain, cx) = (domain.clone(), cx.clone());
    let database = domain.database.clone();
    database
        .write(move |t| {
            Box::pin(async move {
                if db::units::get(t, &invitation.unit).await?.is_none() {
                    return Err(Error::invalid("unit", "unit-unknown"));
                }
                if db::accounts::by(t, Key::Login(&invitation.login))
                    .await?
                    .is_some()
                {
                    return Err(Error::invalid("login", "login-taken"));
                }
                db::accounts::insert_invitation(t, &key, &invitation).await?;
                let what = format!("{} {}", invitation.role.name(), invitation.unit);
                audit::record(t, &domain, &cx, "invite", &what, "done").await
            })
        })
        .await?;
    Ok(secret)
}

fn new_login(login: &str) -> Result<String> {
    let login = login.trim().to_lowercase();
    let fine = (3..=40).contains(&login.len())
        && login
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b))
        && !login.bytes().all(|b| b.is_ascii_digit());
    if fine {
        Ok(login)
    } else {
        Err(Error::invalid("login", "login-form"))
    }
}

/// Uses an invitation: makes the account with this password and its post, and signs in.
pub async fn accept_invitation(
    domain: &Domain,
    cx: &Context,
    secret: &str,
    new: &str,
) -> Result<String> {
    let phc = password::hash(new).await?;
    let key = digest(secret.trim());
    let (shared, cx2) = (domain.clone(), cx.clone());
    let account = domain
        .database
        .write(move |t| {
            Box::pin(async move {
                let invitation = db::accounts::use_invitation(t, &key, cx2.now)
                    .await?
                    .ok_or_else(|| Error::invalid("invitation", "invitation-over"))?;
                let account = blank(
                    &shared,
                    &cx2,
                    Some(&invitation.login),
                    &invitation.name,
                    Some(phc),
                );
                db::accounts::insert(t, &account, cx2.now).await?;
                let unit = invitation.unit.as_str();
                put_post(t, &shared, &cx2, &account.id, unit, invitation.role, None).await?;
                Ok(account)
            })
        })
        .await?;
    sessions::begin(domain, Some(&account), None, cx.now).await
}

/// Gives a post. For administrators; `Forbidden` for oneself.
pub async fn grant_post(
    domain: &Domain,
    cx: &Context,
    account: &str,
    unit: &str,
    role: Role,
    until: Option<Timestamp>,
) -> Result<()> {
    need(cx, Act::ManagePeople, Resource::default())?;
    if cx.account() == Some(account) {
        return Err(Error::Forbidden("post-not-for-oneself"));
    }
    if until.is_some_and(|until| until <= cx.now) {
        return Err(Error::invalid("until", "date-past"));
    }
    let (account, unit) = (account.to_owned(), unit.to_owned());
    let (domain, cx) = (domain.clone(), cx.clone());
    let database = domain.database.clone();
    database
        .write(move |t| {
            Box::pin(async move {
                if db::units::get(t, &unit).await?.is_none() {
                    return Err(Error::invalid("unit", "unit-unknown"));
                }
                if db::accounts::by(t, Key::Id(&account)).await?.is_none() {
                    return Err(Error::NotFound);
                }
                put_post(t, &domain, &cx, &account, &unit, role, until).await?;
                // More authority, so a new session.
                db::accounts::end_sessions(t, &account).await
            })
        })
        .await
}

/// Ends a post now; it counts no more from the next request on. For administrators.
pub async fn end_post(domain: &Domain, cx: &Context, post: &str) -> Result<()> {
    need(cx, Act::ManagePeople, Resource::default())?;
    let post = post.to_owned();
    let (domain, cx) = (domain.clone(), cx.clone());
    let database = domain.database.clone();
    database
        .write(move |t| {
            Box::pin(async move {
                let account = db::accounts::end_post(t, &post, cx.now)
                    .await?
                    .ok_or(Error::NotFound)?;
                db::accounts::end_sessions(t, &account).await?;
                audit::record(t, &domain, &cx, "end-post", &post, "done").await
            })
        })
        .await
}

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

/// Who holds which post.
pub async fn people(domain: &Domain, cx: &Context, paging: &Paging) -> Result<Page<Colleague>> {
    need(cx, Act::ReadPeople, Resource::default())?;
    let mut c = domain.database.read().await?;
    let limit = paging.limit();
    let after = paging.cursor.as_deref().unwrap_or_default();
    let found = db::accounts::staff(&mut c, after, limit + 1).await?;
    let mut people = Vec::with_capacity(found.len());
    for it in found {
        people.push(Colleague {
            posts: db::accounts::posts(&mut c, &it.id).await?,
            account: it.id,
            name: it.name,
            login: it.login,
            service: it.service,
        });
    }
    Ok(Page::cut(people, limit, |it| it.account.clone()))
}

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

/// Adds units and people in one write. For the host itself, when it makes a demonstration, and
/// for tests.
pub async fn populate(
    domain: &Domain,
    cx: &Context,
    units: Vec<db::units::Unit>,
    people: Vec<Newcomer>,
) -> Result<()> {
    if !matches!(cx.principal, Principal::System(_)) {
        return Err(Error::Forbidden("system-only"));
    }
    let mut accounts = Vec::with_capacity(people.len());
    for it in people {
        let phone = it.phone.as_deref().map(phone::normal).transpose()?;
        let account = Account {
            phone_hash: phone.as_deref().map(|number| phone::hash(domain, number)),
            phone,
            community: it.community,
            ..blank(
                domain,
                cx,
                it.login.as_deref(),
                &it.name,
                Some(password::hash(&it.password).await?),
            )
        };
        accounts.push((account, it.posts));
    }
    let (domain, cx) = (domain.clone(), cx.clone());
    let database = domain.database.clone();
    database
        .write(move |t| {
            Box::pin(async move {
                for unit in &units {
                    db::units::insert(t, unit).await?;
                }
                for (account, posts) in &accounts {
                    db::accounts::insert(t, account, cx.now).await?;
                    for (unit, role) in posts {
                        put_post(t, &domain, &cx, &account.id, unit, *role, None).await?;
                    }
                }
                Ok(())
            })
        })
        .await
}

/// A person to be added by [`populate`].
#[derive(Clone, Debug)]
pub struct Newcomer {
    /// The name to sign in by.
    pub login: Option<String>,
    /// The name to be shown by.
    pub name: String,
    /// Phone number.
    pub phone: Option<String>,
    /// The community they live in.
    pub community: Option<String>,
    /// Their password.
    pub password: String,
    /// Unit and role of each post.
    pub posts: Vec<(String, Role)>,
}
