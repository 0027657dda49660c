//! What the test host knows of records: who holds what, who agreed to what, whom somebody picked.

use std::collections::{BTreeMap, BTreeSet};

use onedoor_forms::{Answers, Form, Instant, Value};
use onedoor_manifest::{Basis, Manifest};

use super::{TestHost, state::Host};

/// How long a token holds, in milliseconds: a day.
const TOKEN: i64 = 86_400_000;

/// One record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held {
    pub version: u64,
    pub changed: Instant,
    pub answers: Answers,
    /// Nothing is held any more; the version goes on when something is again.
    pub erased: bool,
    pub once: BTreeMap<String, u64>,
}

#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub subject: String,
    pub purpose: String,
    pub picker: String,
    pub expires: Instant,
}

/// Everything about records.
#[derive(Debug, Default)]
pub(crate) struct Records {
    /// By dataset and subject.
    pub held: BTreeMap<(String, String), Held>,
    /// Where subjects live.
    pub homes: BTreeMap<String, String>,
    /// Purposes granted by duty.
    pub grants: BTreeSet<String>,
    /// By purpose and subject.
    pub consents: BTreeSet<(String, String)>,
    /// Who acts for whom.
    pub proxies: BTreeSet<(String, String)>,
    pub tokens: BTreeMap<String, Token>,
    /// Subject, dataset, fields.
    pub reads: Vec<(String, String, String)>,
}

impl Records {
    pub fn of(&self, dataset: &str, subject: &str) -> Option<&Held> {
        let held = self.held.get(&(dataset.to_owned(), subject.to_owned()));
        held.filter(|it| !it.erased)
    }

    pub fn erase(&mut self, once: &str, dataset: &str, subject: &str) {
        let key = (dataset.to_owned(), subject.to_owned());
        let held = self.held.entry(key).or_default();
        if held.once.contains_key(once) {
            return;
        }
        held.version += 1;
        held.erased = true;
        held.answers = Answers::default();
        held.once.insert(once.to_owned(), held.version);
    }

    pub fn consented(&self, purpose: &str, subject: &str) -> bool {
        self.consents
            .contains(&(purpose.to_owned(), subject.to_owned()))
    }

    /// Whether a purpose stands; by consent, about this subject.
    pub fn may(&self, manifest: &Manifest, purpose: &str, subject: Option<&str>) -> bool {
        match manifest.purpose(purpose).map(|it| it.basis) {
            Some(Basis::Duty) => self.grants.contains(purpose),
            Some(Basis::Consent) => subject.is_none_or(|it| self.consented(purpose, it)),
            None => false,
        }
    }
}

impl Host {
    /// Sending a form with `consent` gives it: for whoever was picked, or for the sender.
    pub fn agree(&mut self, form: &Form, answers: &Answers) {
        let Some(purpose) = &form.consent else {
            return;
        };
        let picked = answers.iter().find_map(|(_, value)| match value {
            Value::Person(token) => self.records.tokens.get(token),
            _ => None,
        });
        let subject = picked.map(|it| it.subject.clone());
        let subject = subject.or_else(|| self.subject().map(str::to_owned));
        let given = subject.map(|it| (purpose.clone(), it));
        self.records.consents.extend(given);
    }
}

impl TestHost {
    /// Grants a purpose that stands on a duty, with the fields of the manifest.
    pub fn grant(&self, purpose: &str) {
        let mut host = self.host.borrow_mut();
        host.records.grants.insert(purpose.to_owned());
    }

    /// Takes a grant back.
    pub fn revoke_grant(&self, purpose: &str) {
        self.host.borrow_mut().records.grants.remove(purpose);
    }

    /// Gives a person's consent to a purpose, as sending a form with `consent` does.
    pub fn consent(&self, subject: &str, purpose: &str) {
        let given = (purpose.to_owned(), subject.to_owned());
        self.host.borrow_mut().records.consents.insert(given);
    }

    /// Withdraws a consent.
    pub fn withdraw(&self, subject: &str, purpose: &str) {
        let given = (purpose.to_owned(), subject.to_owned());
        self.host.borrow_mut().records.consents.remove(&given);
    }

    /// Where a person lives: a community.
    pub fn lives_in(&self, subject: &str, community: &str) {
        let mut host = self.host.borrow_mut();
        host.records
            .homes
            .insert(subject.to_owned(), community.to_owned());
    }

    /// Lets `who` act for `whom`, as a guardian or by consent.
    pub fn act_for(&self, who: &str, whom: &str) {
        let pair = (who.to_owned(), whom.to_owned());
        self.host.borrow_mut().records.proxies.insert(pair);
    }

    /// Picks a person for a purpose, as the host's picker does for whoever is signed in: the
    /// token is the answer to a field of the kind `person`.
    pub fn pick(&self, subject: &str, purpose: &str) -> String {
        let mut host = self.host.borrow_mut();
        let id = host.fresh("token-of-a-person");
        let token = Token {
            subject: subject.to_owned(),
            purpose: purpose.to_owned(),
            picker: host.subject().unwrap_or_default().to_owned(),
            expires: host.now + TOKEN,
        };
        host.records.tokens.insert(id.clone(), token);
        id
    }

    /// The reads that persons see in their logs: subject, dataset and fields, oldest first.
    pub fn reads(&self) -> Vec<(String, String, String)> {
        self.host.borrow().records.reads.clone()
    }
}
