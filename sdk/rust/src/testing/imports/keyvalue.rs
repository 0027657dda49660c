//! Small values, on the test host.

use crate::{
    Denial, Error, Result,
    testing::{
        state::{Host, problem},
        with_host,
    },
};

const VALUE: usize = 64 * 1024;
const TOTAL: usize = 16 * 1024 * 1024;

pub fn get(subject: Option<&str>, key: &str) -> Result<Option<String>> {
    with_key("keyvalue.get", subject, key, |host| {
        Ok(host.values.get(&at(subject, key)).cloned())
    })
}

pub fn set(subject: Option<&str>, key: &str, value: &str) -> Result<()> {
    with_key("keyvalue.set", subject, key, |host| {
        keep(host, subject, key, value)
    })
}

pub fn swap(subject: Option<&str>, key: &str, expected: Option<&str>, value: &str) -> Result<bool> {
    with_key("keyvalue.swap", subject, key, |host| {
        let kept = host.values.get(&at(subject, key)).map(String::as_str);
        // What is too large is refused whatever is kept.
        if kept != expected && value.len() <= VALUE {
            return Ok(false);
        }
        keep(host, subject, key, value).map(|()| true)
    })
}

fn keep(host: &mut Host, subject: Option<&str>, key: &str, value: &str) -> Result<()> {
    let kept: usize = host.values.values().map(String::len).sum();
    if value.len() > VALUE || kept + value.len() > TOTAL {
        return Err(Error::Invalid(vec![problem(
            "value",
            "keyvalue-too-large",
            VALUE as u32,
        )]));
    }
    host.known.extend(subject.map(str::to_owned));
    host.values.insert(at(subject, key), value.to_owned());
    Ok(())
}

pub fn delete(subject: Option<&str>, key: &str) -> Result<()> {
    with_key("keyvalue.delete", subject, key, |host| {
        host.values.remove(&at(subject, key));
        Ok(())
    })
}

pub fn keys(subject: Option<&str>, prefix: &str) -> Result<Vec<String>> {
    with_host("keyvalue.keys", |host| {
        may(host, subject)?;
        if !prefix.is_empty() {
            check(prefix)?;
        }
        let subject = subject.map(str::to_owned);
        let wanted = host
            .values
            .keys()
            .filter(|(owner, key)| *owner == subject && key.starts_with(prefix));
        Ok(wanted.map(|(_, key)| key.clone()).take(200).collect())
    })
}

fn at(subject: Option<&str>, key: &str) -> (Option<String>, String) {
    (subject.map(str::to_owned), key.to_owned())
}

fn with_key<T: serde::Serialize>(
    function: &'static str,
    subject: Option<&str>,
    key: &str,
    run: impl FnOnce(&mut Host) -> Result<T>,
) -> Result<T> {
    with_host(function, |host| {
        may(host, subject)?;
        check(key)?;
        run(host)
    })
}

/// A value about a person is reached while that person calls, or where nobody does.
fn may(host: &Host, subject: Option<&str>) -> Result<()> {
    host.need("keyvalue")?;
    let Some(subject) = subject else {
        return Ok(());
    };
    let alone = host.unattended && host.known.contains(subject);
    if alone || Some(subject) == host.subject() {
        return Ok(());
    }
    Err(Error::Denied(Denial {
        capability: "not-the-callers-own".to_owned(),
        line: String::new(),
    }))
}

fn check(key: &str) -> Result<()> {
    if (1..=128).contains(&key.chars().count()) {
        return Ok(());
    }
    Err(Error::Invalid(vec![problem("key", "keyvalue-key", 128)]))
}
