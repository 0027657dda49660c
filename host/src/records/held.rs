//! Records, as plugins read them, by the grants they have. The row that tells the person is on the
//! disk before a value is handed over.

use onedoor_forms::{Answer, Answers};
use onedoor_manifest::Basis;

use super::{access, access::Read, catalogue, family, grants::Stand, kept, picked};
use crate::{
    context::{ActingPlugin, Context, Principal},
    db::{self, Connection, records as rows, subjects},
    domain::Domain,
    error::{Error, Problem, Result},
    identity::{Act, Post, Resource, policy, pseudonym},
    plugins::Capability,
};

/// The most fields read at once.
const FIELDS: usize = 50;

/// Exactly what is missing, and how to ask for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The purpose.
    pub purpose: String,
    /// The dataset.
    pub dataset: String,
    /// The fields that are not granted.
    pub fields: Vec<String>,
    /// On what it would stand.
    pub basis: Basis,
    /// How to ask for it, in the caller's language.
    pub ask: String,
}

/// Why a record was not reached.
#[derive(Debug)]
pub enum Refused {
    /// No grant in force covers it.
    Ungranted(Missing),
    /// Anything else.
    Failed(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// The result of reaching for a record.
pub type Reached<T> = std::result::Result<T, Refused>;

/// Whom something is about.
#[derive(Clone, Debug)]
pub enum About {
    /// The person who calls.
    Caller,
    /// The person behind a token of a picker.
    Token(String),
    /// A person whom the plugin keeps something about.
    Subject(String),
}

/// A record opened for a purpose, within one call. Holds no value.
#[derive(Clone, Debug)]
pub struct Opened {
    pub(super) account: String,
    /// The person's pseudonym for the plugin.
    pub subject: String,
    pub(super) dataset: String,
    purpose: String,
}

pub(super) fn acting(cx: &Context, capability: Capability) -> Result<&ActingPlugin> {
    let plugin = cx.plugin.as_ref().ok_or(Error::Forbidden("plugin-only"))?;
    plugin.capabilities.need(capability)?;
    Ok(plugin)
}

/// Opens the record about somebody. Nothing is read yet.
pub async fn open(
    domain: &Domain,
    cx: &Context,
    about: About,
    dataset: &str,
    purpose: &str,
) -> Reached<Opened> {
    let plugin = acting(cx, Capability::RecordsRead)?;
    let mut c = domain.database.read().await?;
    Stand::find(&mut c, cx, dataset, purpose, &[]).await?;
    let account = whom(domain, cx, &mut c, &about, Some(purpose), true).await?;
    Ok(Opened {
        subject: pseudonym(&domain.keys, &plugin.id, &account),
        account,
        dataset: dataset.to_owned(),
        purpose: purpose.to_owned(),
    })
}

/// The posts by which the caller looks at other people's records. Who builds or runs the system
/// has none.
pub(super) fn officers(cx: &Context) -> impl Iterator<Item = &Post> {
    let account = cx.account().unwrap_or_default();
    cx.posts()
        .filter(move |post| policy::allows(post, account, Act::ReadRecords, Resource::default()))
}

/// The account that a plugin means. By subject it reads of persons in the caller's area, of those
/// the caller acts for, or of anybody it knows where nobody calls.
pub(super) async fn whom(
    domain: &Domain,
    cx: &Context,
    c: &mut Connection,
    about: &About,
    purpose: Option<&str>,
    reads: bool,
) -> Result<String> {
    let plugin = cx.plugin.as_ref().ok_or(Error::Forbidden("plugin-only"))?;
    let caller = match &cx.principal {
        Principal::Person(person) => Some(person.account.as_str()),
        _ => None,
    };
    match about {
        About::Caller => caller.map(str::to_owned).ok_or(Error::Unauthenticated),
        About::Token(token) => picked::open(domain, cx, c, token, purpose).await,
        About::Subject(subject) => {
            if let Some(caller) = caller
                && pseudonym(&domain.keys, &plugin.id, caller) == *subject
            {
                return Ok(caller.to_owned());
            }
            let account = subjects::account(c, &plugin.id, subject).await?;
            let account = account.ok_or(Error::NotFound)?;
            if !reads || matches!(cx.principal, Principal::System(_)) {
                return Ok(account);
            }
            let person = db::accounts::by(c, db::accounts::Key::Id(&account)).await?;
            let home = person.and_then(|it| it.community).unwrap_or_default();
            let here = officers(cx).any(|post| post.covers(&home));
            if here || family::acts_for(domain, cx, c, &account).await? {
                Ok(account)
            } else {
                Err(Error::NotFound)
            }
        }
    }
}

/// The version of a record; 0 when nothing is held.
pub async fn version(domain: &Domain, cx: &Context, opened: &Opened) -> Result<u64> {
    let mut c = domain.database.read().await?;
    let held = rows::record(&mut c, &opened.dataset, &opened.account, cx.now).await?;
    Ok(held.map_or(0, |it| u64::try_from(it.version).unwrap_or(0)))
}

/// The fields asked for that are held. The person's own look at what the plugin itself keeps about
/// them is no access; every other read is in their log first.
pub async fn read(
    domain: &Domain,
    cx: &Context,
    opened: &Opened,
    fields: &[String],
) -> Reached<Vec<Answer>> {
    let plugin = acting(cx, Capability::RecordsRead)?;
    bounded(fields, FIELDS)?;
    let (held, basis) = {
        let mut c = domain.database.read().await?;
        let stand = Stand::find(&mut c, cx, &opened.dataset, &opened.purpose, fields).await?;
        let entry = catalogue::get(&mut c, &opened.dataset).await?;
        let ours = entry.is_some_and(|it| it.plugin == plugin.id);
        let own = cx.account() == Some(opened.account.as_str());
        let basis = if own && ours {
            None
        } else {
            let found = stand
                .covers(&mut c, cx, &opened.account, &opened.dataset, fields)
                .await?;
            match found {
                Some(basis) => Some(basis),
                None => return Err(stand.missing(&mut c, cx, &opened.dataset, fields).await?),
            }
        };
        let held = rows::record(&mut c, &opened.dataset, &opened.account, cx.now).await?;
        (held, basis)
    };
    let answers = match &held {
        Some(held) => answers(held)?,
        None => Answers::default(),
    };
    let found: Vec<Answer> = fields
        .iter()
        .filter_map(|field| {
            let value = answers.get(field)?.clone();
            let field = field.clone();
            Some(Answer { field, value })
        })
        .collect();
    if let (Some(basis), false) = (&basis, found.is_empty()) {
        let told = found
            .iter()
            .map(|it| format!("{}.{}", opened.dataset, it.field));
        let read = Read {
            subject: opened.account.clone(),
            unit: unit(cx, plugin),
            fields: told.collect::<Vec<_>>().join(","),
            purpose: format!("{}:{}", plugin.id, opened.purpose),
            basis: basis.clone(),
            case: None,
        };
        access::log(domain, cx, vec![read]).await?;
    }
    Ok(found)
}

/// For which unit a read is: the officer's, or the plugin's department.
pub(super) fn unit(cx: &Context, plugin: &ActingPlugin) -> Option<String> {
    let post = officers(cx).next().map(|it| it.unit.clone());
    Some(post.unwrap_or_else(|| plugin.department.clone()))
}

pub(super) fn answers(held: &rows::Record) -> Result<Answers> {
    serde_json::from_str(&held.answers).map_err(Error::internal)
}

pub(super) fn bounded(fields: &[String], most: usize) -> Result<()> {
    if (1..=most).contains(&fields.len()) {
        return Ok(());
    }
    let problem = Problem::at("fields", "records-fields").with("max", most);
    Err(Error::Invalid(vec![problem]))
}

/// What is held about the caller themselves under `dataset.field`, for them to check. Their own
/// look at their own data is no access by anyone. None where it is not held, or the field asks for
/// another kind.
pub async fn own_value(
    domain: &Domain,
    cx: &Context,
    bind: &str,
    kind: &onedoor_forms::Kind,
) -> Result<Option<onedoor_forms::Value>> {
    let (Principal::Person(person), Some((dataset, field))) = (&cx.principal, bind.split_once('.'))
    else {
        return Ok(None);
    };
    let mut c = domain.database.read().await?;
    let entry = catalogue::get(&mut c, dataset).await?;
    let alike = entry
        .as_ref()
        .and_then(|it| it.dataset.field(field))
        .is_some_and(|it| it.kind.is_asked_by(kind));
    if !alike {
        return Ok(None);
    }
    let held = rows::record(&mut c, dataset, &person.account, cx.now).await?;
    let all = held.as_ref().map(answers).transpose()?.unwrap_or_default();
    Ok(all.get(field).cloned())
}

/// Holds the answers to bound fields against the rules of the datasets that own them.
pub async fn check_bound(
    domain: &Domain,
    cx: &Context,
    form: &onedoor_forms::Form,
    given: &Answers,
) -> Result<()> {
    for it in form.fields() {
        let Some((dataset, field)) = it.bind.as_deref().and_then(|it| it.split_once('.')) else {
            continue;
        };
        let entry = {
            let mut c = domain.database.read().await?;
            catalogue::get(&mut c, dataset).await?
        };
        let owned = entry.as_ref().and_then(|it| it.dataset.field(field));
        let Some(entry) = entry
            .as_ref()
            .filter(|_| owned.is_some_and(|owned| owned.kind.is_asked_by(&it.kind)))
        else {
            return Err(Error::invalid(&it.id, "form-bind-unknown"));
        };
        if let Some(value) = given.get(&it.id) {
            let answer = Answer {
                field: field.to_owned(),
                value: value.clone(),
            };
            kept::check(domain, cx, entry, &[answer]).map_err(|error| at(error, &it.id))?;
        }
    }
    Ok(())
}

/// The same problems, at the field of the form.
fn at(error: Error, field: &str) -> Error {
    match error {
        Error::Invalid(problems) => Error::Invalid(
            problems
                .into_iter()
                .map(|it| Problem {
                    at: Some(field.to_owned()),
                    ..it
                })
                .collect(),
        ),
        other => other,
    }
}

/// Erases records whose time is over. For the scheduler.
pub async fn expire(domain: &Domain, cx: &Context) -> Result<()> {
    let now = cx.now;
    let write = domain
        .database
        .write(move |t| Box::pin(async move { rows::expire(t, now).await }));
    write.await
}
