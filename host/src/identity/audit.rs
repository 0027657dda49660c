//! The audit: who did, or was refused, what. Written in the transaction of what happened; never
//! holds a personal value or a secret.

use crate::{
    context::{Context, Principal},
    db::{self, Transaction, audit::Entry},
    domain::Domain,
    error::Result,
    page::{Page, Paging},
};

use super::{Act, Resource, need};

/// Adds an entry about what `cx` did to `resource`.
pub async fn record(
    t: &mut Transaction,
    domain: &Domain,
    cx: &Context,
    action: &str,
    resource: &str,
    outcome: &str,
) -> Result<()> {
    let entry = Entry {
        id: domain.ids.id(cx.now),
        at: cx.now,
        request: cx.request.clone(),
        actor: actor(cx),
        plugin: cx.plugin.as_ref().map(|it| it.id.clone()),
        action: action.to_owned(),
        resource: resource.to_owned(),
        outcome: outcome.to_owned(),
    };
    db::audit::insert(t, &entry).await
}

/// The name an act is recorded under.
pub(crate) fn actor(cx: &Context) -> String {
    match &cx.principal {
        Principal::Anonymous => "anonymous".to_owned(),
        Principal::Phone { hash } => format!("phone:{hash}"),
        Principal::Person(person) => person.account.clone(),
        Principal::Service { account, .. } => account.clone(),
        Principal::System(part) => format!("system:{part}"),
    }
}

/// The audit, the newest first. For administrators.
pub async fn list(domain: &Domain, cx: &Context, paging: &Paging) -> Result<Page<Entry>> {
    need(cx, Act::ReadAudit, Resource::default())?;
    let mut c = domain.database.read().await?;
    let limit = paging.limit();
    let found = db::audit::list(&mut c, paging.cursor.as_deref(), limit + 1).await?;
    Ok(Page::cut(found, limit, |it| it.id.clone()))
}
