//! What would change if a revision took the place of the one in force: for the reviewer who
//! approves it. Pure: two manifests, what two components say of themselves, and what came of their
//! recorded test calls.

mod facts;

use std::collections::{BTreeMap, BTreeSet};

use self::facts::{Facts, facts};
use crate::{
    db::plugins::Revision,
    error::Result,
    plugins::replay::{Replay, SeenField, Trouble},
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
    /// What it keeps about persons, and for how long.
    Dataset,
    /// For what it reads what is kept about persons.
    Purpose,
    /// Fields of the forms that came up in its recorded test calls.
    Form,
    /// Classes of the duty list it works with.
    Class,
    /// What it stands for on the home page.
    Service,
    /// Numbers that residents are given, and hours.
    Contact,
    /// Its name and description.
    Words,
    /// What it does by itself, and when.
    Job,
    /// What it takes from devices.
    Inbox,
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
    pub const ALL: [Self; 15] = [
        Self::Capability,
        Self::Claim,
        Self::Dataset,
        Self::Purpose,
        Self::Form,
        Self::Class,
        Self::Service,
        Self::Contact,
        Self::Words,
        Self::Job,
        Self::Inbox,
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
            Self::Dataset => "dataset",
            Self::Purpose => "purpose",
            Self::Form => "form",
            Self::Class => "class",
            Self::Service => "service",
            Self::Contact => "contact",
            Self::Words => "words",
            Self::Job => "job",
            Self::Inbox => "inbox",
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
#[derive(Clone, Debug, PartialEq, serde::Serialize, utoipa::ToSchema)]
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
    /// What its recorded test calls cost, and what the one in force cost with its own; none when it
    /// brought none. Then its forms are not known either.
    pub measured: Option<Measured>,
}

/// What the recorded test calls of a revision cost.
#[derive(Clone, Debug, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Measured {
    /// What was called, by name; of several calls of one name the costliest counts.
    pub costs: Vec<Cost>,
    /// Guest time against that of the one in force, over what both were called with: 2.0 is twice
    /// as long. None when they have nothing in common.
    pub ratio: Option<f64>,
    /// Whether the forms of the one in force are known, so that theirs could be compared.
    pub comparable: bool,
    /// Calls that did not go as in their author's tests.
    pub troubles: Vec<Troubled>,
    /// How many calls of the tests were not recorded or not replayed, for want of room or time.
    pub missing: u32,
}

/// What one call costs.
#[derive(Clone, Debug, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Cost {
    /// What is called: the function, the page, the form or button.
    pub about: String,
    /// What it cost the revision in force; none when that was not called so.
    pub before: Option<Spent>,
    /// What it costs.
    pub after: Spent,
}

/// What a call used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Spent {
    /// Guest time in microseconds, the median of several rounds.
    pub guest_us: u64,
    /// The most memory, in bytes.
    pub memory: u64,
    /// How often it called the host.
    pub host_calls: u32,
}

/// A call that did not go as in its author's test.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Troubled {
    /// What was called.
    pub about: String,
    /// The author's test.
    pub test: String,
    /// What was wrong.
    pub trouble: Trouble,
}

/// A revision, and what came of its recorded test calls.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// The revision.
    pub revision: &'a Revision,
    /// None when it brought no recorded calls.
    pub replay: Option<&'a Replay>,
}

/// What `next` changes against `active`.
pub fn difference(next: Side<'_>, active: Option<Side<'_>>) -> Result<Difference> {
    let mut before = active
        .map(|it| facts(it.revision))
        .transpose()?
        .unwrap_or_default();
    let mut after = facts(next.revision)?;
    // Forms that are not known are not gone.
    if let Some(replay) = next.replay {
        forms(&mut after, replay);
        active
            .and_then(|it| it.replay)
            .into_iter()
            .for_each(|it| forms(&mut before, it));
    }
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
    let (revision, against) = (next.revision, active.map(|it| it.revision));
    Ok(Difference {
        digest: revision.digest.clone(),
        version: revision.version.clone(),
        against: against.map(|it| it.digest.clone()),
        against_version: against.map(|it| it.version.clone()),
        changes: changes.collect(),
        measured: next
            .replay
            .map(|it| measured(it, active.map(|active| active.replay))),
    })
}

/// The fields of the forms that came up, each as the words that make it up.
fn forms(facts: &mut Facts, replay: &Replay) {
    for form in &replay.forms {
        for field in &form.fields {
            let item = format!("{}.{}", form.id, field.id);
            facts.insert((Part::Form, item), demands(field));
        }
    }
}

/// `phone required sensitive from-phone bound:elders.phone`: what a field asks for, then what it
/// demands.
fn demands(field: &SeenField) -> String {
    let mut words = vec![field.kind.clone()];
    words.extend(field.required.then(|| "required".to_owned()));
    words.extend(field.sensitive.then(|| "sensitive".to_owned()));
    words.extend(field.prefill.as_ref().map(|it| format!("from-{it}")));
    words.extend(field.bind.as_ref().map(|it| format!("bound:{it}")));
    words.join(" ")
}

/// `before` is none when nothing is in force, and holds none when that brought no recorded calls.
fn measured(after: &Replay, before: Option<Option<&Replay>>) -> Measured {
    let earlier = before.flatten().map(spent).unwrap_or_default();
    let costs: Vec<Cost> = spent(after)
        .into_iter()
        .map(|(about, after)| Cost {
            before: earlier.get(&about).copied(),
            about,
            after,
        })
        .collect();
    let troubles = after.calls.iter().filter_map(|it| {
        Some(Troubled {
            about: it.about.clone(),
            test: it.test.clone(),
            trouble: it.trouble.clone()?,
        })
    });
    Measured {
        ratio: ratio(&costs),
        comparable: before.is_none_or(|it| it.is_some()),
        troubles: troubles.collect(),
        missing: after.left_out.saturating_add(after.not_replayed),
        costs,
    }
}

/// The costliest of each name; what broke down says nothing of what it costs.
fn spent(replay: &Replay) -> BTreeMap<String, Spent> {
    let mut found: BTreeMap<String, Spent> = BTreeMap::new();
    for call in replay.calls.iter().filter(|it| it.trouble.is_none()) {
        let most = found.entry(call.about.clone()).or_default();
        most.guest_us = most.guest_us.max(call.guest_us);
        most.memory = most.memory.max(call.memory);
        most.host_calls = most.host_calls.max(call.host_calls);
    }
    found
}

fn ratio(costs: &[Cost]) -> Option<f64> {
    let both = costs.iter().filter_map(|it| Some((it.before?, it.after)));
    let (before, after) = both.fold((0_u64, 0_u64), |(before, after), it| {
        (before + it.0.guest_us, after + it.1.guest_us)
    });
    #[allow(clippy::cast_precision_loss, reason = "microseconds of a few calls")]
    (before > 0).then(|| after as f64 / before as f64)
}

fn more(part: Part, before: Option<&String>, after: Option<&String>) -> bool {
    let number = |text: Option<&String>| text.and_then(|it| it.parse::<u64>().ok());
    match part {
        Part::Budget => number(after) > number(before),
        Part::Words | Part::Contract => false,
        // The first word is the kind of field; a demand that was there before is not more.
        Part::Form => after.is_some_and(|after| {
            let before: Vec<&str> = before.map_or(Vec::new(), |it| it.split(' ').collect());
            before.is_empty() || after.split(' ').any(|it| !before.contains(&it))
        }),
        _ => after.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::plugins::State,
        plugins::{
            replay::{Replayed, SeenForm},
            testing::manifest,
        },
        time::Timestamp,
    };

    fn revision(version: &str, more: &str) -> Revision {
        Revision {
            digest: format!("sha256:{version}"),
            plugin: "test".to_owned(),
            version: version.to_owned(),
            department: "dept-emergency".to_owned(),
            state: State::Verified,
            manifest: manifest("test", version).replace("capabilities = []\n", more),
            contract: "0.1.0".to_owned(),
            imports: vec!["onedoor:types/types@0.1.0".to_owned()],
            exports: vec!["onedoor:plugin/portal@0.1.0".to_owned()],
            bytes: 1,
            uploaded_by: "a".to_owned(),
            uploaded_at: Timestamp::from_micros(0),
            approved_by: None,
            approved_at: None,
            activated_at: None,
        }
    }

    fn alone(revision: &Revision) -> Side<'_> {
        Side {
            revision,
            replay: None,
        }
    }

    fn replay(guest_us: u64, fields: &[(&str, bool, Option<&str>)]) -> Replay {
        let field = |(id, required, prefill): &(&str, bool, Option<&str>)| SeenField {
            id: (*id).to_owned(),
            kind: "text".to_owned(),
            required: *required,
            sensitive: false,
            prefill: prefill.map(str::to_owned),
            bind: (*id == "d").then(|| "elders.phone".to_owned()),
        };
        let call = |about: &str, trouble| Replayed {
            about: about.to_owned(),
            test: "t".to_owned(),
            guest_us,
            memory: 65_536,
            host_calls: 2,
            trouble,
        };
        let trap = Trouble {
            kind: "trap".to_owned(),
            message: String::new(),
        };
        Replay {
            calls: vec![
                call("portal.render home", None),
                call("portal.submit home", Some(trap)),
            ],
            forms: vec![SeenForm {
                id: "report".to_owned(),
                fields: fields.iter().map(field).collect(),
            }],
            left_out: 1,
            not_replayed: 2,
        }
    }

    #[test]
    fn forms_and_costs_are_compared_where_both_are_known() {
        let one = revision("1.0.0", "");
        let old = replay(
            100,
            &[("a", false, None), ("b", true, None), ("c", false, None)],
        );
        let new = replay(
            250,
            &[
                ("a", true, None),
                ("b", false, None),
                ("d", false, Some("phone")),
            ],
        );
        let of = |replay| Side {
            revision: &one,
            replay: Some(replay),
        };
        let found = difference(of(&new), Some(of(&old))).unwrap();
        let brief: Vec<_> = found
            .changes
            .iter()
            .map(|it| (it.item.as_str(), it.after.as_deref(), it.more))
            .collect();
        assert_eq!(
            brief,
            [
                ("report.a", Some("text required"), true),
                ("report.b", Some("text"), false),
                ("report.c", None, false),
                ("report.d", Some("text from-phone bound:elders.phone"), true),
            ]
        );
        let measured = found.measured.unwrap();
        assert_eq!(measured.ratio, Some(2.5));
        assert_eq!((measured.costs.len(), measured.troubles.len()), (1, 1));
        assert_eq!((measured.missing, measured.comparable), (3, true));

        // What nobody has seen is not gone.
        let unknown = difference(alone(&one), Some(of(&old))).unwrap();
        assert_eq!((unknown.changes.len(), unknown.measured), (0, None));
        let first_seen = difference(of(&new), Some(alone(&one))).unwrap();
        assert!(!first_seen.measured.unwrap().comparable);
    }

    #[test]
    fn the_same_differs_in_nothing_and_the_first_in_all() {
        let one = revision("1.0.0", "");
        assert_eq!(
            difference(alone(&one), Some(alone(&one))).unwrap().changes,
            []
        );
        let first = difference(alone(&one), None).unwrap();
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
        let found = difference(alone(&after), Some(alone(&before))).unwrap();
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
