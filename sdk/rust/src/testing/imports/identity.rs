//! Who is calling, on the test host.

use crate::{
    Denial, Error, Result,
    identity::{Caller, Claim},
    testing::with_host,
};

pub fn current() -> Caller {
    let nobody = Caller {
        subject: None,
        roles: Vec::new(),
        locale: "zh-CN".to_owned(),
        divisions: Vec::new(),
    };
    with_host("identity.current", |host| {
        host.person
            .as_ref()
            .map_or(nobody, |person| person.caller.clone())
    })
}

pub fn claims(purpose: &str, kinds: &[Claim]) -> Result<Vec<(Claim, String)>> {
    with_host("identity.claims", |host| {
        host.need("identity.claims")?;
        let declared = host
            .manifest
            .claims
            .iter()
            .find(|claim| claim.id == purpose);
        let listed =
            |kind: &Claim| declared.is_some_and(|claim| claim.kinds.contains(&named(*kind)));
        if declared.is_none() || kinds.len() > 8 || !kinds.iter().all(listed) {
            let kinds: Vec<&str> = kinds.iter().map(|it| name(*it)).collect();
            let line = onedoor_manifest::line::claim(purpose, &kinds);
            return Err(host.lacks(&named_claim(purpose), &line));
        }
        let denied = || {
            Error::Denied(Denial {
                capability: named_claim(purpose),
                line: String::new(),
            })
        };
        let person = host.person.as_ref().ok_or_else(denied)?;
        if !person.grants.iter().any(|grant| grant == purpose) {
            return Err(denied());
        }
        Ok(person
            .facts
            .iter()
            .filter(|(kind, _)| kinds.contains(kind))
            .cloned()
            .collect())
    })
}

fn named_claim(purpose: &str) -> String {
    format!("identity.claims:{purpose}")
}

fn named(kind: Claim) -> onedoor_manifest::ClaimKind {
    match kind {
        Claim::Name => onedoor_manifest::ClaimKind::Name,
        Claim::Phone => onedoor_manifest::ClaimKind::Phone,
        Claim::Community => onedoor_manifest::ClaimKind::Community,
    }
}

fn name(kind: Claim) -> &'static str {
    match kind {
        Claim::Name => "name",
        Claim::Phone => "phone",
        Claim::Community => "community",
    }
}
