//! Messages to persons, from plugins and from the host itself: one way to tell somebody something.
//! They stand in the entry app; no phone rings, for there is no gateway to phones yet. A message
//! about a case says that there is something to see, and the case's own page says what; nobody
//! reads another's.

use jiff::tz::TimeZone;
use onedoor_forms::Route;

use crate::{
    cases::model::{Action, Case},
    context::{Context, Locale, Principal},
    db::{Transaction, cases::followers, notices as rows},
    domain::Domain,
    error::{Error, Problem, Result},
    i18n,
    identity::subjects,
    page::{Page, Paging},
    plugins::Capability,
    time::Timestamp,
};

pub use rows::Notice;

/// The longest title, in characters.
const TITLE: usize = 80;
/// The longest body, in characters.
const BODY: usize = 500;
/// The longest key, in characters.
const ONCE: usize = 64;
/// How many messages of one plugin a person gets in a day.
const A_DAY: i64 = 10;
/// How long messages are kept, in seconds.
const KEPT: i64 = 365 * 24 * 3600;

/// Words in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Both {
    /// In Chinese.
    pub chinese: String,
    /// In English.
    pub english: String,
    /// Whether they are shown as the sender wrote them: then a longer one is refused; a longer
    /// translation is cut.
    pub raw: bool,
}

/// A message of a plugin's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The same to the same person is sent once: 1 to 64 characters.
    pub once: String,
    /// The subject it goes to; none for who is calling.
    pub to: Option<String>,
    /// At most 80 characters.
    pub title: Both,
    /// At most 500 characters.
    pub body: Both,
    /// A page of the plugin.
    pub opens: Option<Route>,
}

/// Sends a plugin's message; whether it is new. `NotFound` for a subject that the plugin keeps
/// nothing about, `TooMany` when the person has had as many today as they may.
pub async fn send(domain: &Domain, cx: &Context, letter: Letter) -> Result<bool> {
    let plugin = cx.plugin.clone().ok_or(Error::Forbidden("plugin-only"))?;
    plugin.capabilities.need(Capability::Notify)?;
    check(&letter)?;
    let account = match (&letter.to, &cx.principal) {
        (Some(subject), _) => subjects::account(domain, cx, subject).await?,
        (None, Principal::Person(person)) => person.account.clone(),
        (None, _) => return Err(Error::Unauthenticated),
    };
    let opens = letter.opens.as_ref().map(serde_json::to_string);
    let notice = Notice {
        id: domain.ids.id(cx.now),
        account,
        sender: plugin.id.clone(),
        once: letter.once,
        title_zh: cut(letter.title.chinese, TITLE),
        title_en: cut(letter.title.english, TITLE),
        body_zh: cut(letter.body.chinese, BODY),
        body_en: cut(letter.body.english, BODY),
        opens: opens.transpose().map_err(Error::internal)?,
        case: None,
        at: cx.now,
        read: None,
    };
    let (since, left) = today(cx.now, &domain.zone);
    let job = async move |t: &mut Transaction| {
        if !rows::insert(t, &notice).await? {
            return Ok(false);
        }
        // Its own row is among them.
        if rows::sent_since(t, &notice.account, &notice.sender, since).await? > A_DAY {
            return Err(Error::TooMany(left));
        }
        Ok(true)
    };
    domain
        .database
        .write(|t| Box::pin(async move { job(t).await }))
        .await
}

fn check(letter: &Letter) -> Result<()> {
    let mut problems = Vec::new();
    if !(1..=ONCE).contains(&letter.once.chars().count()) {
        problems.push(Problem::at("once", "once-length"));
    }
    for (at, words, most) in [
        ("title", &letter.title, TITLE),
        ("body", &letter.body, BODY),
    ] {
        if !words.raw {
            continue;
        }
        if words.chinese.trim().is_empty() {
            problems.push(Problem::at(at, "notice-empty"));
        } else if words.chinese.chars().count() > most {
            problems.push(Problem::at(at, "text-too-long").with("limit", most));
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(problems))
    }
}

fn cut(words: String, most: usize) -> String {
    match words.char_indices().nth(most) {
        Some((end, _)) => words.get(..end).unwrap_or_default().to_owned(),
        None => words,
    }
}

/// When the day of `now` began here, and how many seconds of it are left.
fn today(now: Timestamp, zone: &TimeZone) -> (Timestamp, u32) {
    let at = now.zoned(zone);
    let micros = |day: jiff::Zoned| Timestamp::from_micros(day.timestamp().as_microsecond());
    let since = at.start_of_day().map_or(now, micros);
    let next = at.tomorrow().and_then(|it| it.start_of_day());
    let next = next.map_or(now.plus_seconds(24 * 3600), micros);
    let left = (next.micros() - now.micros() + 999_999).div_euclid(1_000_000);
    (since, u32::try_from(left).unwrap_or(u32::MAX))
}

/// Tells the reporter of a case what they should hear at once: that it has come in, that something
/// is asked of them, that it is done. In the transaction of the step; `event` is the step's id.
pub(crate) async fn about_case(
    t: &mut Transaction,
    domain: &Domain,
    cx: &Context,
    case: &Case,
    action: Action,
    event: &str,
) -> Result<()> {
    let Some(account) = &case.reporter else {
        return Ok(());
    };
    let step = match action {
        Action::Submit | Action::Apply | Action::Suggest | Action::AskMediation => "received",
        Action::AskInfo => "need-info",
        Action::Decline => "declined",
        Action::VerifyPass | Action::FinishTrivial | Action::Follow => "resolved",
        Action::CloseExplained => "explained",
        Action::Suspend => "suspended",
        Action::Answer | Action::Adopt => "answered",
        Action::Deliver => "decided",
        _ => return Ok(()),
    };
    let said = |locale, part: &str| {
        let key = format!("notice-{step}-{part}");
        let words = [("title", case.title.as_str()), ("number", &case.number)];
        i18n::text(locale, &key, &words)
    };
    let notice = Notice {
        id: domain.ids.id(cx.now),
        account: account.clone(),
        sender: String::new(),
        once: event.to_owned(),
        title_zh: cut(said(Locale::Chinese, "title"), TITLE),
        title_en: cut(said(Locale::English, "title"), TITLE),
        body_zh: cut(said(Locale::Chinese, "body"), BODY),
        body_en: cut(said(Locale::English, "body"), BODY),
        opens: None,
        case: Some(case.id.clone()),
        at: cx.now,
        read: None,
    };
    rows::insert(t, &notice).await.map(drop)
}

/// Tells those who follow a case that it is done, or that it has ended without being. In the
/// transaction of the step; `event` is the step's id. Nothing of what was written is said.
pub(crate) async fn about_followed(
    t: &mut Transaction,
    domain: &Domain,
    cx: &Context,
    case: &Case,
    action: Action,
    event: &str,
) -> Result<()> {
    let step = match action {
        Action::VerifyPass => "resolved",
        // These come after, or change nothing.
        Action::Rate | Action::Lapse | Action::Comment | Action::Attach => return Ok(()),
        _ if case.course.state.ended() => "ended",
        _ => return Ok(()),
    };
    let list = domain.duty.list();
    let class = case.course.class.as_deref().and_then(|it| list.item(it));
    let said = |locale, part: &str| {
        let class = class.map_or("", |it| it.name(locale));
        let words = [("class", class), ("number", case.number.as_str())];
        i18n::text(locale, &format!("notice-followed-{step}-{part}"), &words)
    };
    for account in followers::accounts(t, &case.id).await? {
        let notice = Notice {
            id: domain.ids.id(cx.now),
            account,
            sender: String::new(),
            once: event.to_owned(),
            title_zh: cut(said(Locale::Chinese, "title"), TITLE),
            title_en: cut(said(Locale::English, "title"), TITLE),
            body_zh: cut(said(Locale::Chinese, "body"), BODY),
            body_en: cut(said(Locale::English, "body"), BODY),
            opens: None,
            case: Some(case.id.clone()),
            at: cx.now,
            read: None,
        };
        rows::insert(t, &notice).await?;
    }
    Ok(())
}

fn account(cx: &Context) -> Result<String> {
    match &cx.principal {
        Principal::Person(person) if cx.plugin.is_none() => Ok(person.account.clone()),
        Principal::Anonymous | Principal::Phone { .. } => Err(Error::Unauthenticated),
        _ => Err(Error::Forbidden("persons-only")),
    }
}

/// The messages of who asks, the newest first. `Unauthenticated` without an account.
pub async fn mine(domain: &Domain, cx: &Context, paging: &Paging) -> Result<Page<Notice>> {
    let account = account(cx)?;
    let mut c = domain.database.read().await?;
    let (before, limit) = (paging.cursor.as_deref(), paging.limit());
    let found = rows::list(&mut c, &account, before, limit + 1).await?;
    Ok(Page::cut(found, limit, |it| it.id.clone()))
}

/// How many messages of who asks are unread; none for who has no account.
pub async fn unread(domain: &Domain, cx: &Context) -> Result<i64> {
    let Ok(account) = account(cx) else {
        return Ok(0);
    };
    let mut c = domain.database.read().await?;
    rows::unread(&mut c, &account).await
}

/// Opens a message of who asks: marks it as read. `NotFound` for another's.
pub async fn open(domain: &Domain, cx: &Context, id: String) -> Result<Notice> {
    let account = account(cx)?;
    let found = {
        let mut c = domain.database.read().await?;
        rows::get(&mut c, &account, &id).await?
    };
    let found = found.ok_or(Error::NotFound)?;
    mark(domain, cx, Some(id)).await?;
    Ok(found)
}

/// Marks a message of who asks as read, or all of them; how many were not. `NotFound` for another's.
pub async fn mark(domain: &Domain, cx: &Context, id: Option<String>) -> Result<u64> {
    let account = account(cx)?;
    let now = cx.now;
    let job = async move |t: &mut Transaction| {
        if let Some(id) = &id
            && rows::get(t, &account, id).await?.is_none()
        {
            return Err(Error::NotFound);
        }
        rows::mark(t, &account, id.as_deref(), now).await
    };
    domain
        .database
        .write(|t| Box::pin(async move { job(t).await }))
        .await
}

/// Forgets messages that are a year old.
pub async fn expire(domain: &Domain, now: Timestamp) -> Result<()> {
    let before = now.plus_seconds(-KEPT);
    let write = domain
        .database
        .write(move |t| Box::pin(async move { rows::expire(t, before).await }));
    write.await.map(drop)
}

#[cfg(test)]
#[path = "notices_tests.rs"]
mod tests;
