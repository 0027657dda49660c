//! Consent: to a purpose of a plugin and its fields, given by the person, their guardian, family
//! they let act for them, or before a witness; seen and withdrawn by them. Holds from the moment it
//! is given until the next call after it is withdrawn.

use onedoor_manifest::{Basis, Purpose};

use super::{catalogue, family};
use crate::{
    context::{Context, Principal},
    db::{self, Connection, accounts::Key, records as rows, records::Consent},
    domain::Domain,
    error::{Error, Result},
    identity::{self, Act, Resource, audit},
};

/// What a consent sheet says.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The purpose, with its words and its law.
    pub purpose: Purpose,
    /// Fields in words, with the dataset and its owner: `(owner, dataset, field)`.
    pub fields: Vec<(String, onedoor_manifest::Words, onedoor_manifest::Words)>,
}

/// The sheet of a purpose that stands on consent. `NotFound` for any other.
pub async fn sheet(domain: &Domain, plugin: &str, purpose: &str) -> Result<Sheet> {
    let mut c = domain.database.read().await?;
    let found = catalogue::purpose(&mut c, plugin, purpose).await?;
    let purpose = found
        .filter(|it| it.basis == Basis::Consent)
        .ok_or(Error::NotFound)?;
    let mut fields = Vec::new();
    for uses in &purpose.uses {
        let Some(entry) = catalogue::get(&mut c, &uses.dataset).await? else {
            continue;
        };
        let named = uses.fields.iter().filter_map(|it| entry.dataset.field(it));
        fields.extend(named.map(|it| {
            (
                entry.owner.clone(),
                entry.dataset.name.clone(),
                it.name.clone(),
            )
        }));
    }
    Ok(Sheet { purpose, fields })
}

/// Gives consent about `account` to a purpose of a plugin, by whatever right the caller has:
/// as the person, their guardian, family they let act, or an officer who witnessed it.
pub async fn give(
    domain: &Domain,
    cx: &Context,
    account: &str,
    plugin: &str,
    purpose: &str,
) -> Result<()> {
    if cx.plugin.is_some() {
        return Err(Error::Forbidden("not-by-plugin"));
    }
    let sheet = sheet(domain, plugin, purpose).await?;
    let how = {
        let mut c = domain.database.read().await?;
        right(domain, cx, &mut c, account).await?
    };
    let fields = sheet.purpose.uses.iter().flat_map(|uses| {
        let named = |field: &String| format!("{}.{field}", uses.dataset);
        uses.fields.iter().map(named).collect::<Vec<_>>()
    });
    let row = Consent {
        id: domain.ids.id(cx.now),
        account: account.to_owned(),
        plugin: plugin.to_owned(),
        purpose: purpose.to_owned(),
        fields: fields.collect(),
        how: how.to_owned(),
        given_by: audit::actor(cx),
        given: cx.now,
        revoked: None,
    };
    let (shared, cx) = (domain.clone(), cx.clone());
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            let same = |it: &Consent| {
                it.revoked.is_none()
                    && it.plugin == row.plugin
                    && it.purpose == row.purpose
                    && it.fields == row.fields
            };
            if rows::consents(t, &row.account).await?.iter().any(same) {
                return Ok(());
            }
            rows::insert_consent(t, &row).await?;
            let what = format!("consent:{}", row.id);
            audit::record(t, &shared, &cx, "consent.give", &what, row.how.as_str()).await
        })
    });
    write.await
}

/// By what right the caller may give consent about somebody. A guardian's alone counts for a
/// child under 14, whoever else witnesses or acts.
async fn right(
    domain: &Domain,
    cx: &Context,
    c: &mut Connection,
    account: &str,
) -> Result<&'static str> {
    let caller = match &cx.principal {
        Principal::Person(person) => person.account.as_str(),
        _ => return Err(Error::Unauthenticated),
    };
    let kind = family::kind_of(domain, cx, c, caller, account).await?;
    if kind.as_deref() == Some("guardian") {
        return Ok("guardian");
    }
    if family::is_below(domain, cx, c, account, family::CHILD).await? {
        return Err(Error::Forbidden("guardian-only"));
    }
    if caller == account {
        return Ok("self");
    }
    if kind.is_some() {
        return Ok("family");
    }
    let person = db::accounts::by(c, Key::Id(account)).await?;
    let home = person.and_then(|it| it.community).unwrap_or_default();
    let resource = Resource {
        division: Some(&home),
        ..Resource::default()
    };
    identity::need(cx, Act::WitnessConsent, resource)?;
    Ok("witnessed")
}

/// The caller's consents, and those of the children they are guardian of.
pub async fn mine(domain: &Domain, cx: &Context) -> Result<Vec<(Option<String>, Consent)>> {
    let person = match &cx.principal {
        Principal::Person(person) => person,
        Principal::Anonymous => return Err(Error::Unauthenticated),
        _ => return Ok(Vec::new()),
    };
    let mut c = domain.database.read().await?;
    let own = rows::consents(&mut c, &person.account).await?;
    let mut all: Vec<_> = own.into_iter().map(|it| (None, it)).collect();
    for proxy in rows::proxies(&mut c, &person.account, cx.now).await? {
        if proxy.account != person.account || proxy.kind != "guardian" {
            continue;
        }
        let child = db::accounts::by(&mut c, Key::Id(&proxy.person)).await?;
        let name = child.map(|it| it.name).unwrap_or_default();
        let theirs = rows::consents(&mut c, &proxy.person).await?;
        all.extend(theirs.into_iter().map(|it| (Some(name.clone()), it)));
    }
    Ok(all)
}

/// Withdraws a consent of the caller's, or of a child of theirs; the next call fails.
pub async fn withdraw(domain: &Domain, cx: &Context, id: &str) -> Result<()> {
    if cx.plugin.is_some() {
        return Err(Error::Forbidden("not-by-plugin"));
    }
    let all = mine(domain, cx).await?;
    let found = all.into_iter().find(|(_, it)| it.id == id);
    let (_, it) = found.ok_or(Error::NotFound)?;
    let (shared, cx) = (domain.clone(), cx.clone());
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            let by = audit::actor(&cx);
            rows::revoke_consents(t, &it.account, &it.plugin, &it.purpose, &by, cx.now).await?;
            let what = format!("consent:{}", it.id);
            audit::record(t, &shared, &cx, "consent.withdraw", &what, "done").await
        })
    });
    write.await
}
