//! Messages to people, on the test host: kept for the test to read.

use crate::{
    Denial, Error, Problem, Result, Text,
    notify::Letter,
    testing::{
        state::{Host, Sent, problem},
        with_host,
    },
};

const A_CALL: u32 = 20;
const A_DAY: usize = 10;

pub fn send(once: &str, letter: &Letter) -> Result<()> {
    with_host("notify.send", |host| {
        if host.sent >= A_CALL {
            return Err(Error::Busy(1000));
        }
        host.need("notify")?;
        check(once, letter)?;
        let to = recipient(host, letter)?;
        let theirs = || host.letters.iter().filter(|it| it.to == to);
        if theirs().any(|it| it.once == once) {
            return Ok(());
        }
        let today = host.day(host.now).0;
        if theirs().filter(|it| host.day(it.at).0 == today).count() >= A_DAY {
            let rest = (host.rest_of_day() + 999) / 1000 * 1000;
            return Err(Error::Busy(u32::try_from(rest).unwrap_or(u32::MAX)));
        }
        host.sent += 1;
        let at = host.now;
        host.letters.push(Sent {
            to,
            once: once.to_owned(),
            letter: letter.clone(),
            at,
        });
        Ok(())
    })
}

fn check(once: &str, letter: &Letter) -> Result<()> {
    let fits = |text: &Text, most: usize| match text {
        Text::Raw(words) => !words.trim().is_empty() && words.chars().count() <= most,
        Text::Message(_) => true,
    };
    let opens = letter.open.as_ref().is_none_or(onedoor_forms::is_route);
    let rules = [
        ("once", (1..=64).contains(&once.chars().count()), 64),
        ("title", fits(&letter.title, 80), 80),
        ("body", fits(&letter.body, 500), 500),
        ("open", opens, 8),
    ];
    let broken = rules.iter().filter(|(_, holds, _)| !holds);
    let problems: Vec<Problem> = broken
        .map(|(at, _, most)| problem(at, "letter-invalid", *most))
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(problems))
    }
}

/// Whoever calls, or somebody the plugin keeps something about.
fn recipient(host: &Host, letter: &Letter) -> Result<String> {
    match (&letter.to, host.subject()) {
        (None, None) => Err(Error::Denied(Denial {
            capability: "sign-in".to_owned(),
            line: String::new(),
        })),
        (None, Some(caller)) => Ok(caller.to_owned()),
        (Some(to), caller) if caller == Some(to) || host.known.contains(to) => Ok(to.clone()),
        _ => Err(Error::NotFound),
    }
}
