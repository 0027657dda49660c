//! Records, on the test host.

use onedoor_forms::{Answer, Column, Denial, Error, Packed, Page, Paging, Value};
use onedoor_manifest::Basis as Stands;

use crate::{
    identity::Role,
    records::{About, Basis, Filter, Missing, Refusal},
    testing::{
        records::Held,
        state::{Host, problem},
        with_host,
    },
};

type Result<T> = std::result::Result<T, Refusal>;

/// One record, opened.
#[derive(Clone, Debug)]
pub struct Entry {
    subject: String,
    dataset: String,
    purpose: String,
}

/// A recording says that there was a handle, and no more: whoever plays it back makes their own.
impl serde::Serialize for Entry {
    fn serialize<S: serde::Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.serialize_unit()
    }
}

pub fn own(dataset: &str, purpose: &str) -> Result<Entry> {
    with_host("records.own", |host| {
        opened(host, &About::Caller, dataset, purpose)
    })
}

pub fn open(about: &About, dataset: &str, purpose: &str) -> Result<Entry> {
    with_host("records.open", |host| opened(host, about, dataset, purpose))
}

fn opened(host: &Host, about: &About, dataset: &str, purpose: &str) -> Result<Entry> {
    need(host, "records.read")?;
    declared(host, dataset, purpose, &[])?;
    let subject = reached(host, about, Some(purpose), true)?;
    Ok(Entry {
        subject,
        dataset: dataset.to_owned(),
        purpose: purpose.to_owned(),
    })
}

pub fn put(once: &str, dataset: &str, about: &About, answers: &[Answer]) -> Result<String> {
    with_host("records.put", |host| {
        need(host, "records.write")?;
        let subject = reached(host, about, None, false)?;
        kept(host, dataset, &subject, once, None, answers)?;
        host.known.insert(subject.clone());
        Ok(subject)
    })
}

pub fn agreed(about: &About, purpose: &str) -> crate::Result<bool> {
    with_host("records.agreed", |host| {
        host.need("records.read")?;
        let found = host.manifest.purpose(purpose);
        if found.is_none_or(|it| it.basis != Stands::Consent) {
            return Err(host.lacks(
                &format!("records:{purpose}"),
                &format!("[[purposes]] id = \"{purpose}\", basis = \"consent\""),
            ));
        }
        let subject = reached(host, about, Some(purpose), false)?;
        Ok(host.records.consented(purpose, &subject))
    })
}

pub fn erase(once: &str, dataset: &str, about: &About) -> crate::Result<()> {
    with_host("records.erase", |host| {
        host.need("records.write")?;
        bounded(once)?;
        if host.manifest.dataset(dataset).is_none() {
            return Err(denied("not-the-plugins-own").into());
        }
        let subject = reached(host, about, None, false)?;
        host.records.erase(once, dataset, &subject);
        Ok(())
    })
}

/// A key of a write has 1 to 64 characters.
fn bounded(once: &str) -> Result<()> {
    if (1..=64).contains(&once.chars().count()) {
        return Ok(());
    }
    Err(invalid("once", "records-once", 64))
}

pub fn list(dataset: &str, purpose: &str, filter: &Filter, paging: &Paging) -> Result<Page> {
    with_host("records.list", |host| {
        need(host, "records.list")?;
        if !(1..=20).contains(&filter.fields.len()) {
            return Err(invalid("fields", "records-fields", 20));
        }
        declared(host, dataset, purpose, &filter.fields)?;
        let Some(scope) = scope(host) else {
            return Err(denied("not-an-officer"));
        };
        let below = filter.division.clone().unwrap_or_default();
        let limit = paging.limit.clamp(1, 200) as usize;
        let mut rows = Vec::new();
        for ((set, subject), held) in &host.records.held {
            let home = host.records.homes.get(subject).map_or("", String::as_str);
            let here = within(&scope, home) && home.starts_with(&below);
            let after = paging.cursor.as_ref().is_none_or(|it| subject > it);
            let changed = filter.changed.is_none_or(|it| held.changed >= it);
            if set == dataset
                && !held.erased
                && here
                && after
                && changed
                && allowed(host, dataset, purpose, subject)
            {
                rows.push((subject.clone(), held.clone()));
            }
        }
        if rows.is_empty() && !host.records.may(&host.manifest, purpose, None) {
            return Err(missing(host, dataset, purpose, &filter.fields));
        }
        let next = (rows.len() > limit)
            .then(|| rows.get(limit - 1).map(|it| it.0.clone()))
            .flatten();
        rows.truncate(limit);
        Ok(page(&rows, &filter.fields, next))
    })
}

fn page(rows: &[(String, Held)], fields: &[String], next: Option<String>) -> Page {
    let mut columns: Vec<Column> = fields
        .iter()
        .map(|field| {
            let texts = rows
                .iter()
                .map(|(_, held)| held.answers.get(field).map(text));
            Column::Texts(packed(texts.map(Option::unwrap_or_default)))
        })
        .collect();
    columns.push(Column::Integers(
        rows.iter().map(|it| it.1.changed).collect(),
    ));
    let mut names = fields.to_vec();
    names.push("changed".to_owned());
    Page {
        ids: packed(rows.iter().map(|it| it.0.clone())),
        names,
        columns,
        next,
    }
}

impl Entry {
    pub fn subject(&self) -> String {
        with_host("records.entry.subject", |_| self.subject.clone())
    }

    pub fn version(&self) -> u64 {
        with_host("records.entry.version", |host| {
            host.records
                .of(&self.dataset, &self.subject)
                .map_or(0, |it| it.version)
        })
    }

    pub fn read(&self, fields: &[String]) -> Result<Vec<Answer>> {
        with_host("records.entry.read", |host| {
            if !(1..=50).contains(&fields.len()) {
                return Err(invalid("fields", "records-fields", 50));
            }
            declared(host, &self.dataset, &self.purpose, fields)?;
            let own = host.subject() == Some(self.subject.as_str());
            let ours = host.manifest.dataset(&self.dataset).is_some();
            if !(own && ours) {
                if !allowed(host, &self.dataset, &self.purpose, &self.subject) {
                    return Err(missing(host, &self.dataset, &self.purpose, fields));
                }
                let read = (self.subject.clone(), self.dataset.clone(), fields.join(","));
                host.records.reads.push(read);
            }
            let held = host.records.of(&self.dataset, &self.subject);
            let answers = held.map(|it| it.answers.clone()).unwrap_or_default();
            let found = fields.iter().filter_map(|field| {
                let value = answers.get(field)?.clone();
                Some(Answer {
                    field: field.clone(),
                    value,
                })
            });
            Ok(found.collect())
        })
    }

    pub fn write(&self, once: &str, version: u64, answers: &[Answer]) -> Result<u64> {
        with_host("records.entry.write", |host| {
            need(host, "records.write")?;
            kept(
                host,
                &self.dataset,
                &self.subject,
                once,
                Some(version),
                answers,
            )
        })
    }
}

fn kept(
    host: &mut Host,
    dataset: &str,
    subject: &str,
    once: &str,
    version: Option<u64>,
    answers: &[Answer],
) -> Result<u64> {
    bounded(once)?;
    let Some(set) = host.manifest.dataset(dataset).cloned() else {
        return Err(denied("not-the-plugins-own"));
    };
    if let Err(faults) = set.validate(answers, host.today()) {
        let found = faults
            .iter()
            .take(32)
            .map(|(at, _)| problem(at, "records-value", 0));
        return Err(Refusal::Failed(Error::Invalid(found.collect())));
    }
    let fields: Vec<String> = answers.iter().map(|it| it.field.clone()).collect();
    if set.basis == Stands::Consent {
        let consented = host.manifest.purposes.iter().any(|purpose| {
            let covers = purpose.uses.iter().any(|uses| {
                uses.dataset == dataset && fields.iter().all(|it| uses.fields.contains(it))
            });
            covers && host.records.consented(&purpose.id, subject)
        });
        if !consented {
            let found = host.manifest.purposes.iter().find(|purpose| {
                purpose.basis == Stands::Consent
                    && purpose.uses.iter().any(|it| it.dataset == dataset)
            });
            let purpose = found.map(|it| it.id.clone()).unwrap_or_default();
            return Err(missing(host, dataset, &purpose, &fields));
        }
    }
    let now = host.now;
    let key = (dataset.to_owned(), subject.to_owned());
    let held = host.records.held.entry(key).or_default();
    if let Some(written) = held.once.get(once) {
        return Ok(*written);
    }
    // As for whoever opened it: nothing is held, whatever was.
    let shown = if held.erased { 0 } else { held.version };
    if version.is_some_and(|version| version != shown) {
        return Err(Refusal::Failed(Error::Conflict(
            "record-changed".to_owned(),
        )));
    }
    held.version += 1;
    held.erased = false;
    held.changed = now;
    held.answers.extend(answers.iter().cloned());
    held.once.insert(once.to_owned(), held.version);
    Ok(held.version)
}

fn within(areas: &[String], place: &str) -> bool {
    areas.iter().any(|it| place.starts_with(it.as_str()))
}

/// Where the caller may list: an officer's area, or everywhere when nobody is calling.
fn scope(host: &Host) -> Option<Vec<String>> {
    let Some(person) = &host.person else {
        return host.unattended.then(|| vec![String::new()]);
    };
    let looks = |role: &Role| {
        matches!(
            role,
            Role::CounterClerk
                | Role::HotlineAgent
                | Role::GridWorker
                | Role::Dispatcher
                | Role::Handler
                | Role::Verifier
                | Role::Supervisor
        )
    };
    let officer = person.caller.roles.iter().any(looks);
    (officer && !person.caller.divisions.is_empty()).then(|| person.caller.divisions.clone())
}

fn reached(host: &Host, about: &About, purpose: Option<&str>, reads: bool) -> Result<String> {
    match about {
        About::Caller => host
            .subject()
            .map(str::to_owned)
            .ok_or_else(|| denied("sign-in")),
        About::Token(token) => {
            let picker = host.subject().unwrap_or_default();
            let found = host.records.tokens.get(token).filter(|it| {
                it.picker == picker
                    && it.expires > host.now
                    && purpose.is_none_or(|purpose| it.purpose == purpose)
            });
            let found = found.ok_or(Refusal::Failed(Error::NotFound))?;
            Ok(found.subject.clone())
        }
        About::Subject(subject) => {
            let known = host.records.held.keys().any(|(_, it)| it == subject)
                || host
                    .values
                    .keys()
                    .any(|(it, _)| it.as_ref() == Some(subject))
                || host.subject() == Some(subject.as_str());
            let home = host.records.homes.get(subject).map_or("", String::as_str);
            let here = scope(host).is_some_and(|it| within(&it, home));
            let caller = host.subject().unwrap_or_default();
            let acts = host
                .records
                .proxies
                .contains(&(caller.to_owned(), subject.clone()));
            let own = caller == subject;
            if known && (own || acts || here || !reads) {
                Ok(subject.clone())
            } else {
                Err(Refusal::Failed(Error::NotFound))
            }
        }
    }
}

fn allowed(host: &Host, dataset: &str, purpose: &str, subject: &str) -> bool {
    let uses = host.manifest.purpose(purpose);
    uses.is_some_and(|it| it.uses.iter().any(|it| it.dataset == dataset))
        && host.records.may(&host.manifest, purpose, Some(subject))
}

/// The manifest must say so, whatever is granted.
fn declared(host: &Host, dataset: &str, purpose: &str, fields: &[String]) -> Result<()> {
    let found = host.manifest.purpose(purpose);
    let uses = found.and_then(|it| it.uses.iter().find(|it| it.dataset == dataset));
    match uses {
        Some(uses) if fields.iter().all(|it| uses.fields.contains(it)) => Ok(()),
        _ => Err(Refusal::Failed(host.lacks(
            &format!("records:{purpose}:{dataset}"),
            &format!(
                "[[purposes]] id = \"{purpose}\", uses = [{{ dataset = \"{dataset}\", fields = [{}] }}]",
                quoted(fields)
            ),
        ))),
    }
}

fn quoted(fields: &[String]) -> String {
    let quoted: Vec<String> = fields.iter().map(|it| format!("\"{it}\"")).collect();
    quoted.join(", ")
}

fn missing(host: &Host, dataset: &str, purpose: &str, fields: &[String]) -> Refusal {
    let stands = host.manifest.purpose(purpose).map(|it| it.basis);
    let what = format!("grant:{purpose}:{dataset}");
    host.receipt.borrow_mut().denied(&what);
    Refusal::Ungranted(Missing {
        purpose: purpose.to_owned(),
        dataset: dataset.to_owned(),
        fields: fields.to_vec(),
        basis: match stands {
            Some(Stands::Consent) => Basis::Consent,
            _ => Basis::Duty,
        },
        ask: String::new(),
    })
}

fn need(host: &Host, capability: &str) -> Result<()> {
    host.need(capability).map_err(Refusal::Failed)
}

fn denied(what: &str) -> Refusal {
    Refusal::Failed(Error::Denied(Denial {
        capability: what.to_owned(),
        line: String::new(),
    }))
}

fn invalid(at: &str, code: &str, most: u32) -> Refusal {
    Refusal::Failed(Error::Invalid(vec![problem(at, code, most)]))
}

fn packed(texts: impl Iterator<Item = String>) -> Packed {
    let mut all = Packed::default();
    for text in texts {
        all.text.push_str(&text);
        all.ends.push(all.text.len() as u32);
    }
    all
}

/// A value as a list shows it.
fn text(value: &Value) -> String {
    match value {
        Value::Text(it)
        | Value::Decimal(it)
        | Value::Date(it)
        | Value::Time(it)
        | Value::Choice(it) => it.clone(),
        Value::Integer(it) => it.to_string(),
        Value::Flag(it) => it.to_string(),
        Value::Choices(it) => it.join(","),
        Value::Place(it) => it.address.clone(),
        Value::Files(_) | Value::Person(_) => String::new(),
    }
}
