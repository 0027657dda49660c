//! `onedoor:identity/identity`: who is calling, under a name of this plugin only.

use super::{
    super::{
        bindings::onedoor::identity::identity::{Caller, Claim, Host, Role as Wire},
        store::Call,
    },
    Answer, answer,
};
use crate::{
    context::Principal,
    identity::{Role, pseudonym},
    records::access::{self, Field},
};

const fn role(role: Role) -> Wire {
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

/// The person's name towards this plugin; none when nobody calls.
pub(super) fn subject(call: &Call) -> Option<String> {
    let plugin = call.cx.plugin.as_ref()?;
    let person = match &call.cx.principal {
        Principal::Person(person) => person.account.clone(),
        Principal::Service { account, .. } => account.clone(),
        Principal::Phone { hash } => format!("phone:{hash}"),
        Principal::Anonymous | Principal::System(_) => return None,
    };
    Some(pseudonym(&call.domain.keys, &plugin.id, &person))
}

impl Host for Call {
    async fn current(&mut self) -> wasmtime::Result<Caller> {
        let _host = self.in_host();
        let mut roles: Vec<Role> = self.cx.posts().map(|post| post.role).collect();
        roles.sort_unstable();
        roles.dedup();
        let signed_in = matches!(
            self.cx.principal,
            Principal::Person(_) | Principal::Phone { .. } | Principal::Service { .. }
        );
        if roles.is_empty() && signed_in {
            roles.push(Role::Resident);
        }
        let post = self.cx.posts().next();
        Ok(Caller {
            subject: subject(self),
            roles: roles.into_iter().map(role).collect(),
            locale: self.cx.locale.tag().to_owned(),
            division: post.map(|post| post.division.clone()),
        })
    }

    async fn claims(&mut self, purpose: String, kinds: Vec<Claim>) -> Answer<Vec<(Claim, String)>> {
        let _host = self.in_host();
        let fields: Vec<Field> = kinds.iter().take(8).map(|kind| field(*kind)).collect();
        let held = access::claims(&self.domain, &self.cx, &purpose, &fields).await;
        let held = held.map(|held| {
            let facts = held.into_iter().map(|(field, value)| (claim(field), value));
            facts.collect()
        });
        answer(self, held)
    }
}

const fn field(kind: Claim) -> Field {
    match kind {
        Claim::Name => Field::Name,
        Claim::Phone => Field::Phone,
        Claim::Community => Field::Community,
    }
}

const fn claim(field: Field) -> Claim {
    match field {
        Field::Name => Claim::Name,
        Field::Phone => Claim::Phone,
        Field::Community => Claim::Community,
    }
}
