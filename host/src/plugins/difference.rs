//! What would change if a revision took the place of the one in force: for the reviewer who
//! approves it. Pure: two manifests and what two components say of themselves.

use onedoor_manifest::{Manifest, Words};
use std::collections::{BTreeMap, BTreeSet};

use crate::{
    db::plugins::Revision,
    error::{Error, Result},
};

/// What a change is about, in the order in which a reviewer reads it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// What it may call.
    Capability,
    /// Facts about a person that it asks for, and why.
    Claim,
    /// Classes of the duty list it works with.
    Class,
    /// What it stands for on the home page.
    Service,
    /// Numbers that residents are given, and hours.
    Contact,
    /// Its name and description.
    Words,
    /// What one call may cost.
    Budget,
    /// Where the host calls it.
    Export,
    /// The parts of the contract that it imports.
    Import,
    /// The version of the contract.
    Contract,
}

impl Part {
    /// Every part, in order.
    pub const ALL: [Self; 10] = [
        Self::Capability,
        Self::Claim,
        Self::Class,
        Self::Service,
        Self::Contact,
        Self::Words,
        Self::Budget,
        Self::Export,
        Self::Import,
        Self::Contract,
    ];

    /// The name in the API and in the keys of the words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Capability => "capability",
            Self::Claim => "claim",
            Self::Class => "class",
            Self::Service => "service",
            Self::Contact => "contact",
            Self::Words => "words",
            Self::Budget => "budget",
            Self::Export => "export",
            Self::Import => "import",
            Self::Contract => "contract",
        }
    }
}

/// One thing that is other than before.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Change {
    /// What it is about.
    pub part: Part,
    /// Which one, for example `cases.open`.
    pub item: String,
    /// What it was; none when it is new.
    pub before: Option<String>,
    /// What it would be; none when it is gone.
    pub after: Option<String>,
    /// Whether the revision may do, know or use more than the one in force.
    pub more: bool,
}

/// A revision against the one in force.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Difference {
    /// The digest of the revision.
    pub digest: String,
    /// Its version.
    pub version: String,
    /// The digest of the one in force; none when the plugin is new, and then all of it is new.
    pub against: Option<String>,
    /// The version of that one.
    pub against_version: Option<String>,
    /// What changes, part by part.
    pub changes: Vec<Change>,
}

/// What `next` changes against `active`.
pub fn difference(next: &Revision, active: Option<&Revision>) -> Result<Difference> {
    let before = active.map(facts).transpose()?.unwrap_or_default();
    let after = facts(next)?;
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).cloned().collect();
    let changes = keys.into_iter().filter_map(|key| {
        let (before, after) = (before.get(&key), after.get(&key));
        (before != after).then(|| Change {
            more: more(key.0, before, after),
            part: key.0,
            item: key.1,
            before: before.cloned(),
            after: after.cloned(),
        })
    });
    Ok(Difference {
        digest: next.digest.clone(),
        version: next.version.clone(),
        against: active.map(|it| it.digest.clone()),
        against_version: active.map(|it| it.version.clone()),
        changes: changes.collect(),
    })
}

fn more(part: Part, before: Option<&String>, after: Option<&String>) -> bool {
    let number = |text: Option<&String>| text.and_then(|it| it.parse::<u64>().ok());
    match part {
        Part::Budget => number(after) > number(before),
        Part::Words | Part::Contract => false,
        _ => after.is_some(),
    }
}

type Facts = BTreeMap<(Part, String), String>;

fn facts(revision: &Revision) -> Result<Facts> {
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
    Ok(facts)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{db::plugins::State, plugins::testing::manifest, time::Timestamp};

    fn revision(version: &str, more: &str) -> Revision {
        Revision {
            digest: format!("sha256:{version}"),
            plugin: "test".to_owned(),
            version: version.to_owned(),
            department: "dept-emergency".to_owned(),
            state: State::Verified,
            manifest: manifest("test", version).replace("capabilities = []\n", more),
            contract: "0.1.0-draft".to_owned(),
            imports: vec!["onedoor:types/types@0.1.0-draft".to_owned()],
            exports: vec!["onedoor:plugin/portal@0.1.0-draft".to_owned()],
            bytes: 1,
            uploaded_by: "a".to_owned(),
            uploaded_at: Timestamp::from_micros(0),
            approved_by: None,
            approved_at: None,
            activated_at: None,
        }
    }

    #[test]
    fn the_same_differs_in_nothing_and_the_first_in_all() {
        let one = revision("1.0.0", "");
        assert_eq!(difference(&one, Some(&one)).unwrap().changes, []);
        let first = difference(&one, None).unwrap();
        assert!(first.against.is_none());
        assert!(first.changes.iter().all(|it| it.before.is_none()));
    }

    #[test]
    fn what_it_may_do_more_is_told_apart() {
        let before = revision(
            "1.0.0",
            "capabilities = [\"keyvalue\"]\nbudget = { guest_ms = 50 }\n",
        );
        let after = revision(
            "1.1.0",
            "capabilities = [\"cases.read\"]\ncases = { classes = [\"P0101\"] }\nbudget = { guest_ms = 40 }\n",
        );
        let found = difference(&after, Some(&before)).unwrap();
        let brief: Vec<_> = found
            .changes
            .iter()
            .map(|it| (it.part, it.item.as_str(), it.more))
            .collect();
        assert_eq!(
            brief,
            [
                (Part::Capability, "cases.read", true),
                (Part::Capability, "keyvalue", false),
                (Part::Class, "P0101", true),
                (Part::Budget, "guest_ms", false),
            ]
        );
    }
}
