//! Persons as plugins know them. A pseudonym cannot be turned back, so whose it is is kept from when
//! a plugin begins to keep something about a person: only then may it reach them when they are not
//! calling. Never tells a plugin an account.

use super::pseudonym;
use crate::{
    context::{Context, Principal},
    db::{Transaction, subjects as rows},
    domain::Domain,
    error::{Error, Result},
};

/// Notes that the acting plugin keeps something about the person who calls. Does nothing when no
/// plugin acts or no person calls.
pub(crate) async fn keep(t: &mut Transaction, domain: &Domain, cx: &Context) -> Result<()> {
    let (Some(plugin), Principal::Person(person)) = (&cx.plugin, &cx.principal) else {
        return Ok(());
    };
    let subject = pseudonym(&domain.keys, &plugin.id, &person.account);
    rows::put(t, &plugin.id, &subject, &person.account).await
}

/// The account of a subject of the acting plugin: of who calls, or of somebody it keeps something
/// about. `NotFound` for anybody else.
pub(crate) async fn account(domain: &Domain, cx: &Context, subject: &str) -> Result<String> {
    let plugin = cx.plugin.as_ref().ok_or(Error::Forbidden("plugin-only"))?;
    let caller = cx.account();
    if let Some(account) = caller
        && pseudonym(&domain.keys, &plugin.id, account) == subject
    {
        return Ok(account.to_owned());
    }
    let mut c = domain.database.read().await?;
    let found = rows::account(&mut c, &plugin.id, subject).await?;
    found.ok_or(Error::NotFound)
}
