//! The only door into cases: pages, the API and plugins all come through here. Checks authority,
//! asks the engine, and writes what it says in one transaction with its event.

use std::sync::Arc;

use super::{
    actors,
    duty::{self, DutyList},
    events,
    lifecycle::{self, Duty, Input},
    model::{Action, Case, Hop, Rating, Urgency, Who},
    refusal,
    routing::division_at,
    visits,
};
use crate::{
    attachments,
    context::{Context, Principal},
    db::{self, Transaction, cases as rows, units::Unit},
    domain::Domain,
    error::{Error, Problem, Result},
    grid::Point,
    identity::{Level, Post, audit},
    plugins::Capability,
};

pub use super::submit::submit;

/// The longest title, in characters.
pub const TITLE: usize = 80;
/// The longest text, in characters.
pub const WORDS: usize = 2000;
/// The longest address, in characters.
pub const ADDRESS: usize = 200;
/// The kind of unit that receives and sends on the cases of a division.
pub const DESK: &str = "desk";

/// Something to report.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The same report, sent again with the same `once`, answers the first case. 1 to 64 characters.
    pub once: String,
    /// Class of the duty list, if the reporter chose one.
    pub class: Option<String>,
    /// In few words, at most 80 characters; the beginning of the description when empty.
    pub title: String,
    /// At most 2,000 characters.
    pub description: String,
    /// Where, as a point with its declared system.
    pub point: Option<Point>,
    /// Where, as a community or cell; needed when the point lies in no cell.
    pub division: Option<String>,
    /// Where, in words; at most 200 characters.
    pub address: String,
    /// A proposal; a dispatcher decides.
    pub urgency: Option<Urgency>,
    /// Whether the reporter says that lives are at risk.
    pub danger: bool,
    /// Files handed in before.
    pub files: Vec<String>,
    /// The draft that the files belong to, for someone who is not signed in.
    pub draft: Option<String>,
    /// Name of the person it is reported for, by a clerk or an agent.
    pub contact_name: Option<String>,
    /// Phone of the person it is reported for, by a clerk or an agent.
    pub contact_phone: Option<String>,
    /// Whom it is about, by a plugin that acts by itself. They find it among theirs.
    pub about: Option<About>,
}

/// Whom a case is about that a plugin opens by itself.
#[derive(Clone, Debug)]
pub struct About {
    /// The plugin's name of somebody it keeps something about.
    pub subject: String,
    /// Whom to ask for; at most 40 characters.
    pub name: Option<String>,
    /// At which number.
    pub phone: Option<String>,
}

/// What to do to a case.
#[derive(Clone, Debug)]
pub struct Command {
    /// The case.
    pub case: String,
    /// The version it was decided on. `Conflict` when the case has moved since; none for remarks.
    pub version: Option<u32>,
    /// The same command, sent again with the same `once`, is answered and not repeated.
    pub once: String,
    /// What.
    pub action: Action,
    /// Words: a reason, an answer, what was done. At most 2,000 characters.
    pub words: Option<String>,
    /// The unit it is sent to.
    pub target: Option<String>,
    /// The account that a visit is given to.
    pub person: Option<String>,
    /// The class it is filed under; of a problem found on a visit, its class.
    pub class: Option<String>,
    /// The urgency it is filed with.
    pub urgency: Option<Urgency>,
    /// The three answers.
    pub rating: Option<Rating>,
    /// Files handed in before.
    pub files: Vec<String>,
    /// The draft that the files belong to.
    pub draft: Option<String>,
}

impl Command {
    /// `action` on `case`, with nothing more.
    pub fn new(case: &str, version: u32, action: Action, once: &str) -> Self {
        Self {
            case: case.to_owned(),
            version: Some(version),
            once: once.to_owned(),
            action,
            words: None,
            target: None,
            person: None,
            class: None,
            urgency: None,
            rating: None,
            files: Vec::new(),
            draft: None,
        }
    }

    /// With words.
    #[must_use]
    pub fn words(mut self, words: &str) -> Self {
        self.words = Some(words.to_owned());
        self
    }

    /// To a unit.
    #[must_use]
    pub fn to(mut self, unit: &str) -> Self {
        self.target = Some(unit.to_owned());
        self
    }

    /// Under a class, this urgent.
    #[must_use]
    pub fn class(mut self, class: &str, urgency: Urgency) -> Self {
        self.class = Some(class.to_owned());
        self.urgency = Some(urgency);
        self
    }
}

/// Does something to a case. `NotFound` when the caller may not see it, `Forbidden` when it is not
/// theirs to do, `Conflict` when the state or the version does not allow it; then nothing has
/// changed.
pub async fn act(domain: &Domain, cx: &Context, command: Command) -> Result<Case> {
    if let Some(plugin) = &cx.plugin {
        plugin.capabilities.need(Capability::CasesComment)?;
        if !actors::plugin_may(command.action) {
            return Err(Error::Forbidden("case-not-by-plugin"));
        }
    }
    check_command(&command)?;
    let case = get(domain, cx, &command.case).await?;
    let principal = principal(cx)?;
    let (once, asked_of, action) = (command.once.clone(), case.id.clone(), command.action);
    let (who, asked, at) = (principal.clone(), cx.clone(), domain.clone());
    let done = domain
        .database
        .write(move |t| {
            Box::pin(async move {
                if let Some((id, version)) = rows::answered(t, &who, &command.once).await? {
                    // The key of a report, or of an act on another case.
                    if id != command.case || version == 1 {
                        return Err(Error::Conflict("case-once-reused"));
                    }
                    return rows::get(t, &id).await?.ok_or(Error::NotFound);
                }
                // Read again inside: what was seen outside may have moved.
                let case = rows::get(t, &case.id).await?.ok_or(Error::NotFound)?;
                let case = advance(t, &at, &asked, case, &command).await?;
                rows::keep_answer(t, &who, &command.once, &case, asked.now).await?;
                Ok(case)
            })
        })
        .await;
    if let Err(Error::Forbidden(why)) = done {
        refused(domain, cx, action, asked_of.clone(), why).await?;
    }
    let same = |of: &str, version| of == asked_of && version > 1;
    or_answered(domain, &principal, &once, done, same).await
}

/// A refusal for want of authority is recorded; nothing else of it stays.
async fn refused(
    domain: &Domain,
    cx: &Context,
    action: Action,
    case: String,
    why: &'static str,
) -> Result<()> {
    let (shared, cx) = (domain.clone(), cx.clone());
    domain
        .database
        .write(move |t| {
            Box::pin(async move { audit::record(t, &shared, &cx, action.name(), &case, why).await })
        })
        .await
}

/// A conflict with the same command, answered elsewhere at the same moment, is that answer;
/// `same` says whether what was answered, a case and its version, is of this command.
pub(super) async fn or_answered(
    domain: &Domain,
    principal: &str,
    once: &str,
    done: Result<Case>,
    same: impl Fn(&str, u32) -> bool,
) -> Result<Case> {
    if !matches!(done, Err(Error::Conflict(_))) {
        return done;
    }
    let mut c = domain.database.read().await?;
    match rows::answered(&mut c, principal, once).await? {
        Some((id, version)) if same(&id, version) => {
            rows::get(&mut c, &id).await?.ok_or(Error::NotFound)
        }
        _ => done,
    }
}

fn check_command(command: &Command) -> Result<()> {
    if command.once.is_empty() || command.once.len() > 64 {
        return Err(Error::invalid("once", "once-length"));
    }
    let length = command.words.as_deref().map_or(0, |it| it.chars().count());
    if length > WORDS {
        return Err(Error::Invalid(vec![
            Problem::at("words", "text-too-long").with("limit", WORDS),
        ]));
    }
    Ok(())
}

async fn advance(
    t: &mut Transaction,
    domain: &Domain,
    cx: &Context,
    mut case: Case,
    command: &Command,
) -> Result<Case> {
    let was = case.course.version;
    if command.version.is_some_and(|version| version != was) {
        return Err(Error::Conflict("case-changed-meanwhile"));
    }
    let actor = actors::all(cx, &case);
    let mut input = input(t, domain, cx, &case, command, &actor).await?;
    let post = post_for(command.action, &case, &actor);
    let words = command
        .words
        .as_deref()
        .map(str::trim)
        .filter(|it| !it.is_empty());
    (case.course, case.deadlines) =
        lifecycle::step(&case.course, &case.deadlines, &input).map_err(refusal::error)?;
    case.due = rows::next_due(&case.deadlines);
    case.closed = case.course.state.ended().then_some(cx.now);
    if command.action == Action::Find {
        input.link = Some(visits::found(t, domain, cx, &case, command).await?);
    }
    rows::update(t, &case, was).await?;
    events::append(t, domain, cx, &case, &input, post, words).await?;
    // What was seen is of the problem, not of the visit.
    if command.action == Action::Find {
        return Ok(case);
    }
    if let (Some(class), Some(urgency)) = (chosen(command), command.urgency) {
        rows::choose(t, &case.id, class, urgency).await?;
    }
    if chosen(command).is_some() {
        let list = domain.duty.at(&case.division, cx.now);
        rows::put_duty_version(t, &case.id, &list.version).await?;
    }
    attachments::bind(
        t,
        domain,
        cx,
        command.draft.as_deref(),
        &case.id,
        &command.files,
    )
    .await?;
    Ok(case)
}

/// The class that a command files under.
fn chosen(command: &Command) -> Option<&String> {
    let files = matches!(command.action, Action::File | Action::SelfHandle);
    command.class.as_ref().filter(|_| files)
}

/// The post an act is done from: the one that allows it.
fn post_for<'a>(
    action: Action,
    case: &Case,
    actor: &[(Who, Option<&'a Post>)],
) -> Option<&'a Post> {
    let rule = case.course.procedure.rule(action, case.course.state)?;
    let found = actor.iter().find(|(who, _)| rule.who.contains(who))?;
    found.1
}

async fn input(
    t: &mut Transaction,
    domain: &Domain,
    cx: &Context,
    case: &Case,
    command: &Command,
    actor: &[(Who, Option<&Post>)],
) -> Result<Input> {
    let list = list_for(t, domain, cx, case, command).await?;
    // A class is chosen when a case is filed; naming another later must not loosen its rules.
    let class = chosen(command).or(case.course.class.as_ref());
    let duty = match class {
        Some(class) => duty_for(t, &list, class, &case.division).await?,
        None => None,
    };
    let urgency = command.urgency.unwrap_or(case.course.urgency);
    let item = class.and_then(|it| list.item(it));
    let target = match (command.action, &command.target) {
        (Action::Raise, _) => above(t, case, case.course.holder.as_ref()).await?,
        (Action::VerifyFail, _) => {
            above(
                t,
                case,
                case.course
                    .overseer
                    .as_ref()
                    .or(case.course.worker.as_ref()),
            )
            .await?
        }
        (_, Some(unit)) => match db::units::get(t, unit).await? {
            // No authority, no act (法无授权不可为).
            Some(unit) if !unit.acts() => {
                return Err(Error::invalid("target", "case-target-no-instrument"));
            }
            found => found.as_ref().and_then(hop),
        },
        (_, None) => None,
    };
    let appointee = match &command.person {
        Some(person) => visits::appointee(t, person, &case.division, cx.now).await?,
        None => None,
    };
    Ok(Input {
        appointee,
        who: actor.iter().map(|(who, _)| *who).collect(),
        actor: cx.account().map(str::to_owned),
        unit: post_for(command.action, case, actor).and_then(actors::hop),
        target,
        duty,
        urgency: command.urgency,
        reason: command
            .words
            .as_deref()
            .is_some_and(|it| !it.trim().is_empty()),
        files: command.files.len().try_into().unwrap_or(u32::MAX),
        rating: command.rating,
        dues: match item {
            Some(item) => item.dues(urgency, cx.now, &domain.duty.calendar()),
            None => duty::before_class(cx.now),
        },
        ..blank(command.action, cx)
    })
}

/// The list that a command goes by: what is in force at the place where it files the case, and the
/// version that the case was filed under for everything after.
async fn list_for(
    t: &mut Transaction,
    domain: &Domain,
    cx: &Context,
    case: &Case,
    command: &Command,
) -> Result<Arc<DutyList>> {
    domain.duty.fresh(t, cx.now).await?;
    if chosen(command).is_some() {
        return Ok(domain.duty.at(&case.division, cx.now));
    }
    let version = rows::duty_version(t, &case.id).await?;
    Ok(domain.duty.of_case(&version))
}

pub(super) fn blank(action: Action, cx: &Context) -> Input {
    Input {
        action,
        who: Vec::new(),
        actor: None,
        unit: None,
        target: None,
        appointee: None,
        link: None,
        duty: None,
        urgency: None,
        danger: false,
        reason: false,
        files: 0,
        rating: None,
        clock: None,
        now: cx.now,
        dues: duty::before_class(cx.now),
    }
}

/// The desk of the lowest division, from `level` up, that has one at this place.
pub(super) async fn desk_for(
    t: &mut db::Connection,
    division: &str,
    level: Level,
) -> Result<Option<Hop>> {
    let mut level = Some(level);
    while let Some(at) = level {
        if let Some(code) = division_at(division, at)
            && let Some(unit) = db::units::of(t, code, DESK).await?
        {
            return Ok(hop(&unit));
        }
        level = at.above();
    }
    Ok(None)
}

/// The desk above a hop; a missing one is passed over. None at the top.
pub(super) async fn above(
    t: &mut db::Connection,
    case: &Case,
    from: Option<&Hop>,
) -> Result<Option<Hop>> {
    match from.and_then(|hop| hop.level.above()) {
        Some(level) => desk_for(t, &case.division, level).await,
        None => Ok(None),
    }
}

/// A unit as a case knows it; none for a unit above a district.
pub fn hop(unit: &Unit) -> Option<Hop> {
    Some(Hop {
        unit: unit.id.clone(),
        level: unit.level()?,
    })
}

/// The duty item at this place: its lead is the nearest unit of its kind that has authority, from
/// the street up, and never below the level that the class is kept at.
pub(super) async fn duty_for(
    t: &mut db::Connection,
    list: &Arc<DutyList>,
    class: &str,
    division: &str,
) -> Result<Option<Duty>> {
    let Some(item) = list.item(class) else {
        return Err(Error::invalid("class", "case-class-unknown"));
    };
    let kind = duty::check::kind(&item.lead);
    let mut lead = None;
    for level in [Level::Street, Level::District] {
        if lead.is_none()
            && level >= item.lowest
            && let Some(code) = division_at(division, level)
        {
            lead = db::units::of(t, code, kind).await?.map(|it| it.id);
        }
    }
    Ok(Some(Duty {
        class: item.code.clone(),
        procedure: item.procedure,
        lead,
        lowest: item.lowest,
        basic: item.basic,
        evidence: item.evidence,
    }))
}

/// One case. `NotFound` when there is none, or it is not the caller's to see; `Unauthenticated`
/// for nobody, whether there is one or not.
pub async fn get(domain: &Domain, cx: &Context, id: &str) -> Result<Case> {
    somebody(cx)?;
    let mut c = domain.database.read().await?;
    let case = rows::get(&mut c, id).await?.ok_or(Error::NotFound)?;
    sight(&mut c, cx, case).await
}

/// One case by the number people quote; the same sight.
pub async fn by_number(domain: &Domain, cx: &Context, number: &str) -> Result<Case> {
    somebody(cx)?;
    let mut c = domain.database.read().await?;
    let case = rows::by_number(&mut c, number.trim())
        .await?
        .ok_or(Error::NotFound)?;
    sight(&mut c, cx, case).await
}

fn somebody(cx: &Context) -> Result<()> {
    match cx.principal {
        Principal::Anonymous => Err(Error::Unauthenticated),
        _ => Ok(()),
    }
}

async fn sight(c: &mut db::Connection, cx: &Context, case: Case) -> Result<Case> {
    if let Some(plugin) = &cx.plugin {
        plugin.capabilities.need(Capability::CasesRead)?;
        let of_plugin = case
            .course
            .class
            .as_ref()
            .is_some_and(|it| plugin.classes.contains(it));
        if !of_plugin && case.plugin.as_ref() != Some(&plugin.id) {
            return Err(Error::NotFound);
        }
    }
    let units: Vec<String> = cx.posts().map(|post| post.unit.clone()).collect();
    let knows = !units.is_empty() && rows::knows(c, &case.id, &units).await?;
    let plugin_alone = cx.plugin.is_some() && matches!(cx.principal, Principal::System(_));
    if plugin_alone || actors::may_see(cx, &case, knows) {
        Ok(case)
    } else {
        Err(Error::NotFound)
    }
}

/// Under which name a command's `once` is kept.
pub(super) fn principal(cx: &Context) -> Result<String> {
    let who = match &cx.principal {
        Principal::Person(person) => person.account.clone(),
        Principal::Service { account, .. } => account.clone(),
        Principal::Phone { hash } => format!("phone:{hash}"),
        // A plugin that acts by itself is the same in a job, an inbox and an event.
        Principal::System(_) if cx.plugin.is_some() => "system".to_owned(),
        Principal::System(part) => format!("system:{part}"),
        Principal::Anonymous => return Err(Error::Unauthenticated),
    };
    Ok(match &cx.plugin {
        Some(plugin) => format!("{who}/{}", plugin.id),
        None => who,
    })
}
