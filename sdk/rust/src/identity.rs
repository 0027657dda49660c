//! Who is calling. The host knows; a plugin cannot claim to be called by another.

use crate::Result;
#[cfg(target_arch = "wasm32")]
use crate::bindings::api::onedoor::identity::identity as host;
#[cfg(not(target_arch = "wasm32"))]
use crate::testing::imports::identity as host;

pub use crate::bindings::api::onedoor::identity::identity::{Caller, Claim, Role};

/// Who is calling. Needs no capability. In an event there is no person.
pub fn caller() -> Caller {
    host::current()
}

/// Facts held about the person who is calling, for a purpose of the manifest. Needs the capability
/// `identity.claims` and the person's grant; what is not held is left out.
pub fn claims(purpose: &str, kinds: &[Claim]) -> Result<Vec<(Claim, String)>> {
    host::claims(purpose, kinds)
}

/// One fact about the person who is calling, as [`claims`].
pub fn claim(purpose: &str, kind: Claim) -> Result<Option<String>> {
    let held = claims(purpose, &[kind])?;
    Ok(held
        .into_iter()
        .find(|(found, _)| *found == kind)
        .map(|(_, value)| value))
}

impl Caller {
    /// Whether somebody is signed in.
    pub fn is_signed_in(&self) -> bool {
        self.subject.is_some()
    }

    /// Whether the caller holds a post with that role.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether a place, by its code, is in the area of a post of the caller's.
    pub fn covers(&self, code: &str) -> bool {
        self.divisions
            .iter()
            .any(|it| code.starts_with(it.as_str()))
    }

    /// Whether the caller holds any post: a resident alone holds none.
    pub fn is_staff(&self) -> bool {
        self.roles.iter().any(|role| *role != Role::Resident)
    }
}
