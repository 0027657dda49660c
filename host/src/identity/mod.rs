//! Who people are and what their posts let them do. Nothing here knows a case.

pub mod audit;
pub mod directory;
pub mod instruments;
pub mod operations;
mod password;
pub mod phone;
pub mod policy;
pub mod recovery;
pub mod sessions;
mod signing_in;
pub mod staff;
pub mod subjects;
#[cfg(test)]
mod tests;
mod tokens;
mod types;

pub use policy::{Act, Resource};
pub use types::{Level, Person, Post, Role};

use crate::{
    context::{Context, Principal},
    error::{Error, Result},
    keys::{Keys, Purpose},
};

/// Refuses `act` on `resource` unless a post of the caller, in force now, allows it.
pub fn need(cx: &Context, act: Act, resource: Resource<'_>) -> Result<()> {
    let account = match &cx.principal {
        Principal::Anonymous | Principal::Phone { .. } => return Err(Error::Unauthenticated),
        Principal::System(_) => return Ok(()),
        Principal::Person(_) | Principal::Service { .. } => cx.account().unwrap_or_default(),
    };
    if cx.token && !act.by_token() {
        return Err(Error::Forbidden("not-by-token"));
    }
    if cx.plugin.is_some() && !act.by_plugin() {
        return Err(Error::Forbidden("not-by-plugin"));
    }
    let allowed = cx
        .posts()
        .any(|post| policy::allows(post, account, act, resource));
    if allowed {
        Ok(())
    } else {
        Err(Error::Forbidden("no-post-for-this"))
    }
}

/// The stable name of a person towards one plugin: two plugins cannot join on it.
pub fn pseudonym(keys: &Keys, plugin: &str, person: &str) -> String {
    let mac = keys.mac(Purpose::Pseudonym, &[plugin, person]);
    mac.chars().take(32).collect()
}
