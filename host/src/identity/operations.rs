//! Inviting people and giving posts; with signing in and tokens, the only door to accounts.

use super::{
    Act, Post, Resource, Role, audit, need, password, phone,
    sessions::{self, digest},
    signing_in::shown_name,
};
use crate::{
    context::{Context, Principal},
    db::{
        self,
        accounts::{Account, Invitation, Key},
    },
    domain::Domain,
    error::{Error, Result},
    time::Timestamp,
};

pub use super::{
    signing_in::{
        Registration, change_password, confirm_code, register, request_code, sign_in,
        sign_out_everywhere,
    },
    tokens::{TOKEN_DAYS, create_service, create_token, revoke_token, tokens},
};

/// How long an invitation holds, in seconds.
pub(super) const INVITED: i64 = 7 * 24 * 3600;

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
        // It has no place, and so no case: nothing that an instrument would have to allow.
        instrument: None,
        lent: None,
    }
}

pub(super) fn blank(
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

pub(super) async fn put_post(
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

pub(super) fn new_login(login: &str) -> Result<String> {
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
