//! What plugins keep about people: in datasets of their own only, by the rules of each field and,
//! where a dataset rests on it, by consent; each write once.

use onedoor_forms::{Answer, Why};
use onedoor_manifest::Basis;

use super::{
    catalogue, grants,
    grants::Stand,
    held::{About, Opened, Reached, acting, answers, whom},
};
use crate::{
    context::{ActingPlugin, Context},
    db::{Connection, Transaction, records as rows, subjects},
    domain::Domain,
    error::{Error, Problem, Result},
    identity::{audit, pseudonym},
    keys::Purpose as Key,
    plugins::Capability,
};

/// The longest key of a write, in characters.
const ONCE: usize = 64;
const DAY: i64 = 86_400;

/// Writes fields of an opened record, unless it has changed since `version`.
pub async fn write(
    domain: &Domain,
    cx: &Context,
    opened: &Opened,
    once: &str,
    version: u64,
    given: Vec<Answer>,
) -> Reached<u64> {
    acting(cx, Capability::RecordsWrite)?;
    let account = opened.account.clone();
    keep(
        domain,
        cx,
        once,
        &opened.dataset,
        account,
        Some(version),
        given,
    )
    .await
}

/// Keeps answers about somebody beside what is held; their pseudonym.
pub async fn put(
    domain: &Domain,
    cx: &Context,
    once: &str,
    dataset: &str,
    about: About,
    given: Vec<Answer>,
) -> Reached<String> {
    let plugin = acting(cx, Capability::RecordsWrite)?;
    let account = {
        let mut c = domain.database.read().await?;
        whom(domain, cx, &mut c, &about, None, false).await?
    };
    let subject = pseudonym(&domain.keys, &plugin.id, &account);
    keep(domain, cx, once, dataset, account, None, given).await?;
    Ok(subject)
}

async fn keep(
    domain: &Domain,
    cx: &Context,
    once: &str,
    dataset: &str,
    account: String,
    version: Option<u64>,
    given: Vec<Answer>,
) -> Reached<u64> {
    let plugin = cx.plugin.clone().ok_or(Error::Forbidden("plugin-only"))?;
    bounded_once(once)?;
    let entry = {
        let mut c = domain.database.read().await?;
        let entry = ours(&mut c, &plugin, dataset).await?;
        check(domain, cx, &entry, &given)?;
        if entry.dataset.basis == Basis::Consent {
            need_consent(&mut c, cx, &plugin.id, &account, dataset, &given).await?;
        }
        entry
    };
    let (shared, cx) = (domain.clone(), cx.clone());
    let (once, dataset) = (once.to_owned(), dataset.to_owned());
    let days = i64::from(entry.dataset.keep_days);
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            if let Some(written) = rows::written(t, &dataset, &account, &once).await? {
                return Ok(written);
            }
            let held = rows::record(t, &dataset, &account, cx.now).await?;
            let at = held.as_ref().map_or(0, |it| it.version);
            if version.is_some_and(|it| i64::try_from(it) != Ok(at)) {
                return Err(Error::Conflict("record-changed"));
            }
            let mut all = held.as_ref().map(answers).transpose()?.unwrap_or_default();
            all.extend(given);
            let row = rows::Record {
                version: rows::last_version(t, &dataset, &account).await? + 1,
                dataset,
                answers: serde_json::to_string(&all).map_err(Error::internal)?,
                changed: cx.now,
                collected_by: audit::actor(&cx),
                channel: channel(&cx)?,
                plugin: plugin.id.clone(),
                expires: cx.now.plus_seconds(days * DAY),
                account,
            };
            known(t, &shared, &plugin.id, &row.account).await?;
            rows::put(t, &row, &once, &digest(&shared, &row)).await?;
            Ok(row.version)
        })
    });
    Ok(u64::try_from(write.await?).unwrap_or(0))
}

/// Erases what a dataset of the plugin's holds about somebody, consent or none.
pub async fn erase(
    domain: &Domain,
    cx: &Context,
    once: &str,
    dataset: &str,
    about: About,
) -> Result<()> {
    let plugin = acting(cx, Capability::RecordsWrite)?.clone();
    bounded_once(once)?;
    let account = {
        let mut c = domain.database.read().await?;
        ours(&mut c, &plugin, dataset).await?;
        whom(domain, cx, &mut c, &about, None, false).await?
    };
    let (shared, cx) = (domain.clone(), cx.clone());
    let (once, dataset) = (once.to_owned(), dataset.to_owned());
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            if rows::written(t, &dataset, &account, &once).await?.is_some() {
                return Ok(());
            }
            let row = rows::Record {
                version: rows::last_version(t, &dataset, &account).await? + 1,
                dataset,
                answers: "{}".to_owned(),
                changed: cx.now,
                collected_by: audit::actor(&cx),
                channel: channel(&cx)?,
                plugin: plugin.id.clone(),
                expires: cx.now,
                account,
            };
            rows::erase(t, &row, &once, &digest(&shared, &row)).await
        })
    });
    write.await
}

/// Whether somebody's consent to a purpose of the plugin's is in force. No value is read.
pub async fn agreed(domain: &Domain, cx: &Context, about: About, purpose: &str) -> Result<bool> {
    let plugin = acting(cx, Capability::RecordsRead)?;
    let mut c = domain.database.read().await?;
    let declared = catalogue::purpose(&mut c, &plugin.id, purpose).await?;
    if declared.is_none_or(|it| it.basis != Basis::Consent) {
        return Err(Error::NotGranted {
            capability: format!("records:{purpose}"),
            line: format!("[[purposes]] id = \"{purpose}\", basis = \"consent\""),
        });
    }
    let account = whom(domain, cx, &mut c, &about, Some(purpose), false).await?;
    let found = grants::consented(&mut c, &account, &plugin.id, purpose, "", &[]).await?;
    Ok(found.is_some())
}

fn bounded_once(once: &str) -> Result<()> {
    if (1..=ONCE).contains(&once.chars().count()) {
        return Ok(());
    }
    let problem = Problem::at("once", "records-once").with("max", ONCE);
    Err(Error::Invalid(vec![problem]))
}

/// A dataset of the plugin's own.
async fn ours(
    c: &mut Connection,
    plugin: &ActingPlugin,
    dataset: &str,
) -> Result<catalogue::Entry> {
    let entry = catalogue::get(c, dataset).await?;
    let ours = entry.filter(|it| it.plugin == plugin.id);
    ours.ok_or(Error::Forbidden("not-the-plugins-own"))
}

/// Keyed: a digest of a short value could be guessed otherwise, once it is erased.
fn digest(domain: &Domain, row: &rows::Record) -> String {
    let version = row.version.to_string();
    let parts = [&row.dataset, &row.account, &version, &row.answers];
    domain.keys.mac(Key::Pseudonym, &parts.map(String::as_str))
}

fn channel(cx: &Context) -> Result<String> {
    let name = serde_json::to_value(cx.channel).map_err(Error::internal)?;
    Ok(name.as_str().unwrap_or_default().to_owned())
}

/// From now on the plugin may name this person by their pseudonym.
async fn known(t: &mut Transaction, domain: &Domain, plugin: &str, account: &str) -> Result<()> {
    let subject = pseudonym(&domain.keys, plugin, account);
    subjects::put(t, plugin, &subject, account).await
}

pub(super) fn check(
    domain: &Domain,
    cx: &Context,
    it: &catalogue::Entry,
    given: &[Answer],
) -> Result<()> {
    let today = onedoor_forms::Date::parse(&cx.now.day(&domain.zone))
        .ok_or_else(|| Error::bug("no date"))?;
    let Err(faults) = it.dataset.validate(given, today) else {
        return Ok(());
    };
    let problem = |(at, why): (String, Why)| match why {
        Why::Rule { code, arguments } => {
            let problem = Problem::at(&at, code);
            arguments
                .into_iter()
                .fold(problem, |problem, (name, value)| problem.with(name, value))
        }
        Why::Said(_) => Problem::at(&at, "form-wrong-kind"),
    };
    Err(Error::Invalid(faults.into_iter().map(problem).collect()))
}

/// A dataset that rests on consent is written only with one that covers the fields.
async fn need_consent(
    c: &mut Connection,
    cx: &Context,
    plugin: &str,
    account: &str,
    dataset: &str,
    given: &[Answer],
) -> Reached<()> {
    let fields: Vec<String> = given.iter().map(|it| it.field.clone()).collect();
    let mut last = None;
    for purpose in catalogue::purposes(c, plugin).await? {
        let uses = purpose.uses.iter().any(|it| it.dataset == dataset);
        if !uses || purpose.basis != Basis::Consent {
            continue;
        }
        if grants::consented(c, account, plugin, &purpose.id, dataset, &fields)
            .await?
            .is_some()
        {
            return Ok(());
        }
        last.get_or_insert(purpose);
    }
    let purpose = last.map(|it| it.id).unwrap_or_default();
    let stand = Stand::find(c, cx, dataset, &purpose, &[]).await?;
    Err(stand.missing(c, cx, dataset, &fields).await?)
}
