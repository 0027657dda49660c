//! The only door into cases: pages, the API and plugins all come through here. Checks authority,
//! asks the engine, and writes what it says in one transaction with its event.

use super::{
    actors,
    duty::precedents::{self, Ruling},
    events::{self, Said},
    lifecycle, merging,
    model::{Action, Case, Procedure, Rating, Urgency},
    prepare, refusal, visits,
};
use crate::{
    attachments,
    context::{Context, Principal},
    db::{self, Transaction, cases as rows},
    domain::Domain,
    error::{Error, Problem, Result},
    grid::Point,
    identity::audit,
    plugins::Capability,
    time::Timestamp,
};

pub use super::{prepare::hop, submit::submit};

/// The longest title, in characters.
pub const TITLE: usize = 80;
/// The longest text, in characters.
pub const WORDS: usize = 2000;
/// The longest address, in characters.
pub const ADDRESS: usize = 200;
/// The longest name of a law, a rule or a duty item, in characters.
pub const BASIS: usize = 200;
/// The kind of unit that receives and sends on the cases of a division.
pub const DESK: &str = "desk";

/// Something to report.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The same report, sent again with the same `once`, answers the first case. 1 to 64 characters.
    pub once: String,
    /// By which table it moves, where no class says so: an incident when neither does.
    pub procedure: Option<Procedure>,
    /// The other party, of a mediation.
    pub party: Option<Party>,
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

/// The other party of a mediation, as the one who asks for it names them.
#[derive(Clone, Debug)]
pub struct Party {
    /// At most 40 characters.
    pub name: String,
    /// The number by which they are asked, and by which they find the case.
    pub phone: String,
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
    /// The law, rule or duty item on which it rests. At most 200 characters.
    pub basis: Option<String>,
    /// Until when it may wait; by when to answer.
    pub until: Option<Timestamp>,
    /// The other case, by its number: the one to follow, or what a topic became.
    pub other: Option<String>,
    /// Whether the lead must wait for a part.
    pub required: bool,
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
            basis: None,
            until: None,
            other: None,
            required: false,
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
    let basis = command.basis.as_deref().map_or(0, |it| it.chars().count());
    if basis > BASIS {
        return Err(Error::Invalid(vec![
            Problem::at("basis", "text-too-long").with("limit", BASIS),
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
    let actor = prepare::actors(t, cx, &case, command.action).await?;
    let mut input = prepare::input(t, domain, cx, &case, command, &actor).await?;
    let post = prepare::post_for(command.action, &case, &actor);
    let trimmed = |it: &'_ Option<String>| {
        let text = it.as_deref().map(str::trim).filter(|it| !it.is_empty());
        text.map(str::to_owned)
    };
    let (words, basis) = (trimmed(&command.words), trimmed(&command.basis));
    let returned_by = case.course.holder.as_ref().map(|it| it.unit.clone());
    (case.course, case.deadlines) =
        lifecycle::step(&case.course, &case.deadlines, &input).map_err(refusal::error)?;
    case.due = case.next_due();
    case.closed = case.course.state.ended().then_some(cx.now);
    if command.action == Action::Find {
        input.link = Some(visits::found(t, domain, cx, &case, command).await?);
    }
    rows::update(t, &case, was).await?;
    let said = Said {
        words: words.as_deref(),
        basis: basis.as_deref(),
    };
    events::append(t, domain, cx, &case, &input, post, said).await?;
    if command.action == Action::Rule {
        remember(t, domain, cx, &case, returned_by, words).await?;
    }
    merging::tell_followers(t, domain, cx, &case).await?;
    // What was seen is of the problem, not of the visit.
    if command.action == Action::Find {
        return Ok(case);
    }
    if let (Some(class), Some(urgency)) = (prepare::chosen(command), command.urgency) {
        rows::choose(t, &case.id, class, urgency).await?;
    }
    if prepare::chosen(command).is_some() {
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

/// A ruling that moves a case is proposed as a change to the duty list, so that the next case of its
/// class need not be disputed.
async fn remember(
    t: &mut Transaction,
    domain: &Domain,
    cx: &Context,
    case: &Case,
    returned_by: Option<String>,
    words: Option<String>,
) -> Result<()> {
    let told = case.course.holder.as_ref().map(|it| it.unit.clone());
    let (Some(from_unit), Some(to_unit), Some(class)) =
        (returned_by, told, case.course.class.clone())
    else {
        return Ok(());
    };
    if from_unit == to_unit {
        return Ok(());
    }
    let reason = words.unwrap_or_default();
    let ruling = Ruling {
        case: case.id.clone(),
        class,
        division: case.division.clone(),
        from_unit,
        to_unit,
        reason: reason.chars().take(precedents::REASON).collect(),
    };
    precedents::propose(t, domain, cx, ruling).await.map(drop)
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
