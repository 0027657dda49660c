//! Picked, not searched: the host shows whom there is to pick, and hands a plugin a token that
//! says nothing, bound to it, its purpose and the picker.

use super::{access, access::Read, family, held};
use crate::{
    context::{Context, Principal},
    db::{self, Connection, accounts::Key, records as rows},
    domain::Domain,
    error::{Error, Result},
    identity::{audit, phone},
    keys,
};

/// How long a token holds, in seconds: a day, as long as a draft.
const HOLDS: i64 = 24 * 3600;

/// Somebody to pick, as the picker's page names them.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The account.
    pub account: String,
    /// Their name.
    pub name: String,
}

/// Whom a resident may pick: themselves, and those they act for. Empty for nobody.
pub async fn candidates(domain: &Domain, cx: &Context) -> Result<Vec<Candidate>> {
    let Principal::Person(person) = &cx.principal else {
        return Ok(Vec::new());
    };
    let mut found = vec![Candidate {
        account: person.account.clone(),
        name: person.name.clone(),
    }];
    let mut c = domain.database.read().await?;
    for proxy in rows::proxies(&mut c, &person.account, cx.now).await? {
        if proxy.account == person.account
            && let Some(them) = db::accounts::by(&mut c, Key::Id(&proxy.person)).await?
        {
            found.push(Candidate {
                account: them.id,
                name: them.name,
            });
        }
    }
    Ok(found)
}

/// Finds a person of an officer's area by telephone number or exact name. Their name is in their
/// log first. `Invalid` when there is none, or more than one of that name.
pub async fn find(domain: &Domain, cx: &Context, plugin: &str, words: &str) -> Result<Candidate> {
    let words = words.trim();
    let none = || Error::invalid("person", "person-not-found");
    let (person, unit) = {
        let mut c = domain.database.read().await?;
        let mut found = None;
        for post in held::officers(cx) {
            let accounts = match phone::normal(words) {
                Ok(number) => {
                    let hash = phone::hash(domain, &number);
                    let person = db::accounts::by(&mut c, Key::Phone(&hash)).await?;
                    let here = |it: &db::accounts::Account| {
                        let home = it.community.as_deref().unwrap_or_default();
                        !it.service && it.disabled.is_none() && home.starts_with(&post.division)
                    };
                    person.filter(here).map(|it| it.id).into_iter().collect()
                }
                Err(_) => rows::named(&mut c, words, &post.division).await?,
            };
            match accounts.as_slice() {
                [] => {}
                [account] => {
                    found = Some((account.clone(), post.unit.clone()));
                    break;
                }
                _ => return Err(Error::invalid("person", "person-not-one")),
            }
        }
        let (account, unit) = found.ok_or_else(none)?;
        let person = db::accounts::by(&mut c, Key::Id(&account)).await?;
        (person.ok_or_else(none)?, unit)
    };
    let read = Read {
        subject: person.id.clone(),
        unit: Some(unit),
        fields: "name".to_owned(),
        purpose: format!("pick:{plugin}"),
        basis: "duty".to_owned(),
        case: None,
    };
    access::log(domain, cx, vec![read]).await?;
    Ok(Candidate {
        account: person.id,
        name: person.name,
    })
}

/// Whether the caller finds people rather than picking from their own.
pub fn finds(cx: &Context) -> bool {
    held::officers(cx).next().is_some()
}

/// A token for somebody whom the caller may pick: one of the candidates, or who was found just now.
pub async fn pick(
    domain: &Domain,
    cx: &Context,
    plugin: &str,
    purpose: &str,
    candidate: &Candidate,
) -> Result<String> {
    let token = domain.ids.secret();
    let row = rows::Picked {
        digest: digest(domain, &token),
        plugin: plugin.to_owned(),
        purpose: purpose.to_owned(),
        picker: audit::actor(cx),
        account: candidate.account.clone(),
        expires: cx.now.plus_seconds(HOLDS),
    };
    let write = domain
        .database
        .write(move |t| Box::pin(async move { rows::insert_picked(t, &row).await }));
    write.await?;
    Ok(token)
}

fn digest(domain: &Domain, token: &str) -> String {
    domain.keys.mac(keys::Purpose::Page, &["picked", token])
}

/// Whom a token stands for. `NotFound` when it is over, or not for this plugin, purpose and picker.
pub(super) async fn open(
    domain: &Domain,
    cx: &Context,
    c: &mut Connection,
    token: &str,
    purpose: Option<&str>,
) -> Result<String> {
    let plugin = cx.plugin.as_ref().map(|it| it.id.as_str());
    let found = rows::picked(c, &digest(domain, token), cx.now).await?;
    let right = found.filter(|it| {
        Some(it.plugin.as_str()) == plugin
            && it.picker == audit::actor(cx)
            && purpose.is_none_or(|purpose| it.purpose == purpose)
    });
    let right = right.ok_or(Error::NotFound)?;
    // Picked as somebody the caller acts for, and no longer so: the token is over with it.
    let own = cx.account() == Some(right.account.as_str());
    let officer = held::officers(cx).next().is_some();
    if own || officer || family::acts_for(domain, cx, c, &right.account).await? {
        Ok(right.account)
    } else {
        Err(Error::NotFound)
    }
}

/// Whom a token of the caller's stands for, to be shown to the caller again. None when it is over.
pub async fn shown(domain: &Domain, cx: &Context, token: &str) -> Result<Option<Candidate>> {
    let mut c = domain.database.read().await?;
    let found = rows::picked(&mut c, &digest(domain, token), cx.now).await?;
    let Some(found) = found.filter(|it| it.picker == audit::actor(cx)) else {
        return Ok(None);
    };
    let person = db::accounts::by(&mut c, Key::Id(&found.account)).await?;
    Ok(person.map(|it| Candidate {
        account: it.id,
        name: it.name,
    }))
}
