//! Who acts for whom: a guardian for a child, somebody for an elder who asked them to. Given by
//! the person, or before a witness; never taken by whoever wants to act.

use jiff::civil;

use crate::{
    context::{Context, Principal},
    db::{self, Connection, accounts::Account, records as rows},
    domain::Domain,
    error::{Error, Problem, Result},
    identity::{self, Act, Resource, audit, phone},
};

/// Below this age a guardian gives consent (Personal Information Protection Law, art. 31).
pub const CHILD: i16 = 14;
/// Below this age a guardian acts (Civil Code, art. 17).
const MINOR: i16 = 18;
/// The most persons one may act for.
const MOST: usize = 20;
/// How long a family proxy holds, in days.
const DAYS: i64 = 366;

/// Somebody of the family, as the caller sees them.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Relation {
    /// Row id, to end it.
    pub id: String,
    /// Their name; of who acts for the caller, the end of the number that the caller gave.
    pub name: String,
    /// `guardian` or `family`.
    pub kind: String,
    /// Whether the caller acts for them; else they act for the caller.
    pub mine: bool,
    /// Until when.
    #[schema(value_type = Option<String>)]
    pub until: Option<crate::time::Timestamp>,
}

fn person(cx: &Context) -> Result<&identity::Person> {
    if cx.plugin.is_some() {
        return Err(Error::Forbidden("not-by-plugin"));
    }
    if cx.token {
        return Err(Error::Forbidden("not-by-token"));
    }
    match &cx.principal {
        Principal::Person(person) => Ok(person),
        _ => Err(Error::Unauthenticated),
    }
}

/// Whether the caller may act for someone now.
pub(super) async fn acts_for(
    domain: &Domain,
    cx: &Context,
    c: &mut Connection,
    account: &str,
) -> Result<bool> {
    let Principal::Person(person) = &cx.principal else {
        return Ok(false);
    };
    Ok(kind_of(domain, cx, c, &person.account, account)
        .await?
        .is_some())
}

/// As what `who` may act for `whom`.
pub(super) async fn kind_of(
    domain: &Domain,
    cx: &Context,
    c: &mut Connection,
    who: &str,
    whom: &str,
) -> Result<Option<String>> {
    let all = rows::proxies(c, who, cx.now).await?;
    let found = all
        .into_iter()
        .find(|it| it.account == who && it.person == whom);
    let Some(found) = found else {
        return Ok(None);
    };
    if found.kind == "guardian" && !is_below(domain, cx, c, whom, MINOR).await? {
        return Ok(None);
    }
    Ok(Some(found.kind))
}

/// Whether someone is known to be younger than `years`.
pub(super) async fn is_below(
    domain: &Domain,
    cx: &Context,
    c: &mut Connection,
    account: &str,
    years: i16,
) -> Result<bool> {
    let born = rows::born(c, account).await?;
    let born = born.and_then(|it| it.parse::<civil::Date>().ok());
    let today = cx.now.zoned(&domain.zone).date();
    Ok(born.is_some_and(|it| age(it, today) < years))
}

fn age(born: civil::Date, today: civil::Date) -> i16 {
    let before = (today.month(), today.day()) < (born.month(), born.day());
    today.year() - born.year() - i16::from(before)
}

/// The caller's family.
pub async fn list(domain: &Domain, cx: &Context) -> Result<Vec<Relation>> {
    let me = person(cx)?.account.clone();
    let mut c = domain.database.read().await?;
    let mut found = Vec::new();
    for it in rows::proxies(&mut c, &me, cx.now).await? {
        let mine = it.account == me;
        let other = if mine { &it.person } else { &it.account };
        let other = db::accounts::by(&mut c, db::accounts::Key::Id(other)).await?;
        found.push(Relation {
            name: other.map(|it| called(it, mine)).unwrap_or_default(),
            id: it.id,
            kind: it.kind,
            mine,
            until: it.expires,
        });
    }
    Ok(found)
}

/// A number must not be a way to a name: who was named by number is shown by number.
fn called(it: Account, mine: bool) -> String {
    let phone = it.phone.filter(|_| !mine);
    let end = phone.as_deref().and_then(|it| it.get(7..));
    end.map_or(it.name, |end| format!("*******{end}"))
}

/// Adds a child of the caller: an account that cannot sign in, acted for by its guardian until it
/// is 18.
pub async fn add_child(domain: &Domain, cx: &Context, name: &str, born: &str) -> Result<String> {
    let guardian = person(cx)?.account.clone();
    let name = name.trim().to_owned();
    let mut problems = Vec::new();
    if !onedoor_forms::formats::name(&name) {
        problems.push(Problem::at("name", "form-not-name"));
    }
    let today = cx.now.zoned(&domain.zone).date();
    let date = born.trim().parse::<civil::Date>().ok();
    match date {
        Some(date) if date > today => problems.push(Problem::at("born", "family-born-later")),
        Some(date) if age(date, today) >= MINOR => {
            problems.push(Problem::at("born", "family-not-a-child"));
        }
        Some(_) => {}
        None => problems.push(Problem::at("born", "form-not-date")),
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let born = date.map(|it| it.to_string()).unwrap_or_default();
    let child = domain.ids.id(cx.now);
    let proxy = rows::Proxy {
        id: domain.ids.id(cx.now),
        account: guardian.clone(),
        person: child.clone(),
        kind: "guardian".to_owned(),
        how: "guardian".to_owned(),
        given_by: guardian.clone(),
        given: cx.now,
        expires: None,
    };
    let (shared, cx, id) = (domain.clone(), cx.clone(), child.clone());
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            let held = rows::proxies(t, &guardian, cx.now).await?;
            if held.iter().filter(|it| it.account == guardian).count() >= MOST {
                return Err(Error::Conflict("family-too-many"));
            }
            let home = db::accounts::by(t, db::accounts::Key::Id(&guardian)).await?;
            let account = Account {
                id: child.clone(),
                service: false,
                login: None,
                name,
                phone: None,
                phone_hash: None,
                community: home.and_then(|it| it.community),
                password: None,
                must_change: false,
                disabled: None,
            };
            db::accounts::insert(t, &account, cx.now).await?;
            rows::set_born(t, &child, &born).await?;
            rows::insert_proxy(t, &proxy).await?;
            audit::record(t, &shared, &cx, "family.child", &child, "done").await
        })
    });
    write.await?;
    Ok(id)
}

/// Lets the person with a phone number act for the caller, for a year.
pub async fn let_act(domain: &Domain, cx: &Context, number: &str) -> Result<()> {
    let me = person(cx)?.account.clone();
    let who = by_phone(domain, number, "phone").await?;
    give(domain, cx, who, me, "self").await
}

/// Lets one person act for another, who said so before the caller at a counter or at home. For
/// clerks and grid workers, of persons in their area.
pub async fn witness(domain: &Domain, cx: &Context, whom: &str, who: &str) -> Result<()> {
    identity::need(cx, Act::WitnessConsent, Resource::default())?;
    let person = by_phone(domain, whom, "whom").await?;
    let actor = by_phone(domain, who, "who").await?;
    let home = {
        let mut c = domain.database.read().await?;
        let found = db::accounts::by(&mut c, db::accounts::Key::Id(&person)).await?;
        found.and_then(|it| it.community).unwrap_or_default()
    };
    let resource = Resource {
        division: Some(&home),
        ..Resource::default()
    };
    identity::need(cx, Act::WitnessConsent, resource)?;
    give(domain, cx, actor, person, "witnessed").await
}

async fn by_phone(domain: &Domain, number: &str, at: &str) -> Result<String> {
    let number = phone::normal(number).map_err(|_| Error::invalid(at, "form-not-phone"))?;
    let hash = phone::hash(domain, &number);
    let mut c = domain.database.read().await?;
    let found = db::accounts::by(&mut c, db::accounts::Key::Phone(&hash)).await?;
    let found = found.filter(|it| !it.service && it.disabled.is_none());
    found
        .map(|it| it.id)
        .ok_or_else(|| Error::invalid(at, "person-not-found"))
}

async fn give(
    domain: &Domain,
    cx: &Context,
    account: String,
    person: String,
    how: &str,
) -> Result<()> {
    if account == person {
        return Err(Error::invalid("phone", "family-oneself"));
    }
    let proxy = rows::Proxy {
        id: domain.ids.id(cx.now),
        account,
        person,
        kind: "family".to_owned(),
        how: how.to_owned(),
        given_by: audit::actor(cx),
        given: cx.now,
        expires: Some(cx.now.plus_seconds(DAYS * 86_400)),
    };
    let (shared, cx) = (domain.clone(), cx.clone());
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            let held = rows::proxies(t, &proxy.account, cx.now).await?;
            if held
                .iter()
                .any(|it| it.account == proxy.account && it.person == proxy.person)
            {
                return Ok(());
            }
            if held.iter().filter(|it| it.account == proxy.account).count() >= MOST {
                return Err(Error::Conflict("family-too-many"));
            }
            rows::insert_proxy(t, &proxy).await?;
            let what = format!("proxy:{}", proxy.id);
            audit::record(t, &shared, &cx, "family.give", &what, "done").await
        })
    });
    write.await
}

/// Ends a relation that the caller gave or holds.
pub async fn end(domain: &Domain, cx: &Context, id: &str) -> Result<()> {
    let me = person(cx)?.account.clone();
    let (shared, cx, id) = (domain.clone(), cx.clone(), id.to_owned());
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            if !rows::revoke_proxy(t, &id, &me, cx.now).await? {
                return Err(Error::NotFound);
            }
            let what = format!("proxy:{id}");
            audit::record(t, &shared, &cx, "family.end", &what, "done").await
        })
    });
    write.await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_a_year_older_on_the_birthday() {
        let day = |text: &str| text.parse::<civil::Date>().unwrap();
        assert_eq!(age(day("2012-11-24"), day("2026-11-23")), 13);
        assert_eq!(age(day("2012-11-23"), day("2026-11-23")), 14);
        assert_eq!(age(day("2012-02-29"), day("2026-02-28")), 13);
    }
}
