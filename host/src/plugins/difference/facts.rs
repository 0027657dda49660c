//! What a revision says of itself, item by item, so that two can be compared.

use onedoor_manifest::{Manifest, Words};
use std::collections::BTreeMap;

use super::Part;
use crate::{
    db::plugins::Revision,
    error::{Error, Result},
};

pub(super) type Facts = BTreeMap<(Part, String), String>;

pub(super) fn facts(revision: &Revision) -> Result<Facts> {
    let manifest = Manifest::parse(&revision.manifest)
        .map_err(|_| Error::bug("a revision whose manifest no longer parses"))?;
    let mut facts = Facts::new();
    let mut add = |part, item: &str, text: String| {
        facts.insert((part, item.to_owned()), text);
    };
    add(Part::Contract, "contract", revision.contract.clone());
    for name in &revision.imports {
        add(Part::Import, name, name.clone());
    }
    for name in &revision.exports {
        add(Part::Export, name, name.clone());
    }
    for name in &manifest.capabilities {
        add(Part::Capability, name, name.clone());
    }
    for name in &manifest.cases.classes {
        add(Part::Class, name, name.clone());
    }
    add(Part::Words, "name", both(&manifest.name));
    add(Part::Words, "description", both(&manifest.description));
    add(Part::Contact, "phone", manifest.contact.phone.clone());
    for number in &manifest.contact.dial {
        add(Part::Contact, number, number.clone());
    }
    if let Some(hours) = &manifest.contact.hours {
        add(Part::Contact, "hours", both(hours));
    }
    let budget = manifest.budget;
    add(Part::Budget, "guest_ms", budget.guest_ms.to_string());
    add(Part::Budget, "wall_ms", budget.wall_ms.to_string());
    add(Part::Budget, "memory_mib", budget.memory_mib.to_string());
    for service in &manifest.services {
        let mut about =
            |what: &str, text| add(Part::Service, &format!("{}.{what}", service.id), text);
        about("title", both(&service.title));
        about("description", both(&service.description));
        about("life-event", name(&service.life_event)?);
        about("audience", name(&service.audience)?);
        about("page", service.page.clone());
    }
    for claim in &manifest.claims {
        add(
            Part::Claim,
            &format!("{}.purpose", claim.id),
            both(&claim.purpose),
        );
        for kind in &claim.kinds {
            let kind = name(kind)?;
            add(Part::Claim, &format!("{}.{kind}", claim.id), kind);
        }
    }
    kept(&manifest, &mut add);
    unattended(&manifest, &mut add)?;
    Ok(facts)
}

/// What it keeps about persons, and for what it reads it.
fn kept(manifest: &Manifest, add: &mut impl FnMut(Part, &str, String)) {
    for it in &manifest.datasets {
        let mut about = |what: &str, text| add(Part::Dataset, &format!("{}.{what}", it.id), text);
        about("name", both(&it.name));
        about("purpose", both(&it.purpose));
        about("basis", it.basis.name().to_owned());
        about("keep_days", it.keep_days.to_string());
        for field in &it.fields {
            about(&format!("{}.name", field.id), both(&field.name));
            about(
                &format!("{}.class", field.id),
                field.class.name().to_owned(),
            );
        }
    }
    for it in &manifest.purposes {
        let mut about = |what: &str, text| add(Part::Purpose, &format!("{}.{what}", it.id), text);
        about("words", both(&it.words));
        about("basis", it.basis.name().to_owned());
        for uses in &it.uses {
            for field in &uses.fields {
                let field = format!("{}.{field}", uses.dataset);
                about(&field, field.clone());
            }
        }
    }
}

/// What it does without a person: jobs, and what devices send.
fn unattended(manifest: &Manifest, add: &mut impl FnMut(Part, &str, String)) -> Result<()> {
    for it in &manifest.jobs {
        let mut about = |what: &str, text| add(Part::Job, &format!("{}.{what}", it.id), text);
        about("name", both(&it.name));
        about("days", name(&it.schedule.days)?);
        if let Some(minutes) = it.schedule.every_minutes {
            about("every_minutes", minutes.to_string());
        }
        if let Some(daily) = &it.schedule.daily {
            about("daily", daily.clone());
        }
    }
    for it in &manifest.inbox {
        let mut about = |what: &str, text| add(Part::Inbox, &format!("{}.{what}", it.id), text);
        about("name", both(&it.name));
        for field in &it.fields {
            about(&field.id, both(&field.label));
        }
    }
    Ok(())
}

/// The manifest's own word for it.
fn name(word: &impl serde::Serialize) -> Result<String> {
    match serde_json::to_value(word) {
        Ok(serde_json::Value::String(name)) => Ok(name),
        _ => Err(Error::bug("a word of a manifest that is no text")),
    }
}

fn both(words: &Words) -> String {
    format!("{} / {}", words.zh, words.en)
}
