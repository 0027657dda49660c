//! `onedoor:identity/identity`: who is calling. A plugin sees a pseudonym of its own, never an
//! account.

use super::{
    super::{
        bindings::identity::{self, Caller, Claim, Role as Wire},
        store::Call,
    },
    Answer, bounded,
};
use crate::{
    context::{Context, Principal},
    error::{Error, Problem},
    identity::{Role, pseudonym},
    records::access::{self, Field},
};

/// The most kinds asked for at once.
const KINDS: usize = 8;

impl identity::Host for Call {
    async fn current(&mut self) -> wasmtime::Result<Caller> {
        let _host = self.enter("identity.current");
        let plugin = self.cx.plugin.as_ref();
        let account = self.cx.account();
        Ok(Caller {
            subject: account
                .zip(plugin)
                .map(|(account, plugin)| pseudonym(&self.domain.keys, &plugin.id, account)),
            roles: roles(&self.cx),
            locale: self.cx.locale.tag().to_owned(),
            divisions: divisions(&self.cx),
        })
    }

    async fn claims(&mut self, purpose: String, kinds: Vec<Claim>) -> Answer<Vec<(Claim, String)>> {
        let _host = self.enter("identity.claims");
        bounded(&purpose, 64, "a purpose has at most 64 characters")?;
        let result = if kinds.len() > KINDS {
            let problem = Problem::at("kinds", "list-too-long").with("limit", KINDS);
            Err(Error::Invalid(vec![problem]))
        } else {
            let mut fields: Vec<Field> = kinds.into_iter().map(field).collect();
            fields.sort_unstable();
            fields.dedup();
            access::claims(&self.domain, &self.cx, &purpose, &fields).await
        };
        let held = result.map(|held| held.into_iter().map(|(it, value)| (claim(it), value)));
        self.answer(held.map(Iterator::collect))
    }
}

/// Where the caller's posts are; of one within another, the wider.
fn divisions(cx: &Context) -> Vec<String> {
    let mut found: Vec<&str> = cx.posts().map(|it| it.division.as_str()).collect();
    found.retain(|it| it.len() <= 12);
    found.sort_unstable();
    // In this order what is within another comes right after it.
    found.dedup_by(|inner, outer| inner.starts_with(*outer));
    found.into_iter().map(str::to_owned).collect()
}

/// The roles of the posts in force; a person without one is a resident.
fn roles(cx: &Context) -> Vec<Wire> {
    let mut roles: Vec<Role> = cx.posts().map(|post| post.role).collect();
    roles.sort_unstable();
    roles.dedup();
    if roles.is_empty() && matches!(cx.principal, Principal::Person(_)) {
        roles.push(Role::Resident);
    }
    roles.into_iter().map(role).collect()
}

fn role(role: Role) -> Wire {
    match role {
        Role::Resident => Wire::Resident,
        Role::CounterClerk => Wire::CounterClerk,
        Role::HotlineAgent => Wire::HotlineAgent,
        Role::GridWorker => Wire::GridWorker,
        Role::Dispatcher => Wire::Dispatcher,
        Role::Handler => Wire::Handler,
        Role::Verifier => Wire::Verifier,
        Role::Supervisor => Wire::Supervisor,
        Role::DutyKeeper => Wire::DutyKeeper,
        Role::DepartmentDeveloper => Wire::DepartmentDeveloper,
        Role::PluginReviewer => Wire::PluginReviewer,
        Role::Administrator => Wire::Administrator,
    }
}

fn field(claim: Claim) -> Field {
    match claim {
        Claim::Name => Field::Name,
        Claim::Phone => Field::Phone,
        Claim::Community => Field::Community,
    }
}

fn claim(field: Field) -> Claim {
    match field {
        Field::Name => Claim::Name,
        Field::Phone => Claim::Phone,
        Field::Community => Claim::Community,
    }
}
