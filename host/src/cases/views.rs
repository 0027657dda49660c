//! What is shown of cases: lists, the timeline, and what the reader may do next.

use std::collections::BTreeMap;

use super::{
    actors,
    duty::{DutyItem, DutyList},
    lifecycle::{Input, Refusal, stands},
    model::{Action, Case, CoTask, Hop, State, Urgency, Who},
    operations::{self, DESK},
    prepare,
    procedures::{Guard, Rule},
    routing::{self, division_at},
    visits,
};
use crate::{
    attachments::{self, FileRef},
    context::{Context, Principal},
    db::{
        self,
        accounts::Colleague,
        cases as rows,
        cases::{Filter, Order, Suggestion},
        units::Unit,
    },
    domain::Domain,
    error::{Error, Result},
    identity::Level,
    page::{Page, Paging},
    plugins::Capability,
    time::Timestamp,
};

/// One step in the life of a case, for its timeline.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Moment {
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// What was done.
    pub action: Action,
    /// The state it led to.
    pub state: State,
    /// The unit that did it, by name; none for the reporter, the host or a plugin.
    pub by: Option<String>,
    /// The role it was done in, or the part of the host.
    pub role: Option<String>,
    /// The plugin that did it.
    pub plugin: Option<String>,
    /// Who held the case afterwards, by name.
    pub holder: Option<String>,
    /// Until when.
    #[schema(value_type = Option<String>)]
    pub due: Option<Timestamp>,
    /// What was written; none when nothing was, or it has been erased.
    pub words: Option<String>,
    /// The law, rule or duty item named with it.
    pub basis: Option<String>,
}

/// The life of a case, oldest first.
pub async fn timeline(domain: &Domain, cx: &Context, id: &str) -> Result<Vec<Moment>> {
    let case = operations::get(domain, cx, id).await?;
    let mut c = domain.database.read().await?;
    let mut names = Names::default();
    let mut moments = Vec::new();
    for event in rows::events(&mut c, &case.id).await? {
        moments.push(Moment {
            at: event.at,
            action: event.action,
            state: event.state,
            by: names.of(&mut c, cx, event.unit.as_deref()).await?,
            role: event.role,
            plugin: event.plugin,
            holder: names.of(&mut c, cx, event.holder.as_deref()).await?,
            due: event.due,
            words: event.words,
            basis: event.basis,
        });
    }
    Ok(moments)
}

/// Names of units, each read once.
#[derive(Default)]
struct Names(BTreeMap<String, Option<String>>);

impl Names {
    async fn of(
        &mut self,
        c: &mut db::Connection,
        cx: &Context,
        unit: Option<&str>,
    ) -> Result<Option<String>> {
        let Some(id) = unit else {
            return Ok(None);
        };
        if let Some(name) = self.0.get(id) {
            return Ok(name.clone());
        }
        let name = db::units::get(c, id)
            .await?
            .map(|it| it.name(cx.locale).to_owned());
        self.0.insert(id.to_owned(), name.clone());
        Ok(name)
    }
}

/// The files of a case, oldest first.
pub async fn files(domain: &Domain, cx: &Context, id: &str) -> Result<Vec<FileRef>> {
    let case = operations::get(domain, cx, id).await?;
    let mut c = domain.database.read().await?;
    attachments::of_case(&mut c, &case.id).await
}

/// The name of the unit that holds a case.
pub async fn holder(domain: &Domain, cx: &Context, case: &Case) -> Result<Option<String>> {
    let Some(hop) = &case.course.holder else {
        return Ok(None);
    };
    let mut c = domain.database.read().await?;
    let unit = db::units::get(&mut c, &hop.unit).await?;
    Ok(unit.map(|it| it.name(cx.locale).to_owned()))
}

/// The same for several cases, in their order; each unit is read once.
pub async fn holders(domain: &Domain, cx: &Context, cases: &[Case]) -> Result<Vec<Option<String>>> {
    let mut c = domain.database.read().await?;
    let mut names = Names::default();
    let mut found = Vec::with_capacity(cases.len());
    for case in cases {
        let unit = case.course.holder.as_ref().map(|it| it.unit.as_str());
        found.push(names.of(&mut c, cx, unit).await?);
    }
    Ok(found)
}

/// Whom and what a case goes with.
#[derive(Clone, Debug, Default)]
pub struct Company {
    /// The parts of other units, with their names.
    pub parts: Vec<(String, CoTask)>,
    /// The name of the body that made it a joint case.
    pub body: Option<String>,
    /// Id and number of the case that it follows.
    pub primary: Option<(String, String)>,
    /// Ids and numbers of the cases that follow it.
    pub followers: Vec<(String, String)>,
}

/// Whom and what a case goes with.
pub async fn company(domain: &Domain, cx: &Context, case: &Case) -> Result<Company> {
    let mut c = domain.database.read().await?;
    let mut names = Names::default();
    let mut found = Company::default();
    for it in &case.course.co_tasks {
        let name = names.of(&mut c, cx, Some(&it.unit)).await?;
        found.parts.push((name.unwrap_or_default(), it.clone()));
    }
    if let Some(joint) = &case.course.joint {
        found.body = names.of(&mut c, cx, Some(&joint.body)).await?;
    }
    if let Some(merged) = &case.course.merged {
        let primary = rows::get(&mut c, &merged.primary).await?;
        found.primary = primary.map(|it| (it.id, it.number));
    }
    let followers = rows::followers(&mut c, &case.id).await?;
    found.followers = followers.into_iter().map(|it| (it.id, it.number)).collect();
    Ok(found)
}

/// The classes of the duty list that a plugin may read and open.
pub fn plugin_classes<'a>(cx: &Context, list: &'a DutyList) -> Result<Vec<&'a DutyItem>> {
    let plugin = cx.plugin.as_ref().ok_or(Error::Forbidden("plugin-only"))?;
    plugin.capabilities.need(Capability::CasesRead)?;
    let classes = plugin.classes.iter();
    Ok(classes.filter_map(|code| list.item(code)).collect())
}

/// The cases that the caller reported, the newest first. `Unauthenticated` when nobody did.
pub async fn mine(domain: &Domain, cx: &Context, paging: &Paging) -> Result<Page<Case>> {
    let filter = reported_by(cx)?;
    list(domain, &filter, Order::Newest, paging).await
}

fn reported_by(cx: &Context) -> Result<Filter> {
    Ok(match &cx.principal {
        Principal::Person(person) => Filter {
            reporter: Some(person.account.clone()),
            ..Filter::default()
        },
        Principal::Phone { hash } => Filter {
            phone_hash: Some(hash.clone()),
            ..Filter::default()
        },
        Principal::Service { account, .. } => Filter {
            reporter: Some(account.clone()),
            ..Filter::default()
        },
        Principal::Anonymous | Principal::System(_) => return Err(Error::Unauthenticated),
    })
}

pub(super) async fn list(
    domain: &Domain,
    filter: &Filter,
    order: Order,
    paging: &Paging,
) -> Result<Page<Case>> {
    let mut c = domain.database.read().await?;
    let limit = paging.limit();
    let found = rows::list(&mut c, filter, order, paging.cursor.as_deref(), limit + 1).await?;
    Ok(Page::cut(found, limit, |case| match order {
        Order::Newest => case.id.clone(),
        Order::Due => rows::due_cursor(case),
    }))
}

/// What a plugin asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Of this class.
    pub class: Option<String>,
    /// In this state.
    pub state: Option<State>,
    /// Below this division.
    pub division: Option<String>,
    /// Only what the caller reported.
    pub mine: bool,
}

/// The cases of a plugin's classes that the caller may see, the newest first: those they
/// reported, or those at the places of their posts. In an event, where nobody calls, all of them.
pub async fn for_plugin(
    domain: &Domain,
    cx: &Context,
    wanted: &Wanted,
    paging: &Paging,
) -> Result<Page<Case>> {
    let plugin = cx.plugin.as_ref().ok_or(Error::Forbidden("plugin-only"))?;
    plugin.capabilities.need(Capability::CasesRead)?;
    let classes = plugin.classes.iter();
    let classes = classes.filter(|it| wanted.class.as_ref().is_none_or(|want| want == *it));
    let mut filter = Filter {
        classes: Some(classes.cloned().collect()),
        states: wanted.state.map(|state| vec![state]),
        divisions: wanted.division.clone().map(|it| vec![it]),
        ..Filter::default()
    };
    if wanted.mine {
        let own = reported_by(cx)?;
        (filter.reporter, filter.phone_hash) = (own.reporter, own.phone_hash);
    } else {
        filter.seen = actors::sight(cx)?;
    }
    list(domain, &filter, Order::Newest, paging).await
}

/// What an action needs to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// Words.
    Words,
    /// A class and an urgency.
    Class,
    /// Photos.
    Files,
    /// A unit to send it to.
    Target,
    /// Somebody to give it to.
    Person,
    /// Three answers.
    Rating,
    /// A law, a rule or a duty item.
    Basis,
    /// A day.
    Until,
    /// The number of another case.
    Other,
}

/// Something the caller may do to a case now.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Choice {
    /// What.
    pub action: Action,
    /// What must be told.
    pub needs: Vec<Need>,
    /// Where it may be sent.
    pub targets: Vec<Unit>,
    /// Whom it may be given to.
    pub people: Vec<Colleague>,
}

/// Everything the caller may do to a case now, with what each needs.
pub async fn choices(domain: &Domain, cx: &Context, case: &Case) -> Result<Vec<Choice>> {
    let mut actor = actors::all(cx, case);
    {
        let mut c = domain.database.read().await?;
        let post = prepare::convening(&mut c, cx, case).await?;
        actor.extend(post.map(|post| (Who::Convener, Some(post))));
    }
    let mut found = Vec::new();
    for rule in case.course.procedure.rules() {
        let here = rule.from.contains(&case.course.state);
        let mine = actor
            .iter()
            .find(|(who, _)| rule.who.contains(who) && *who != Who::Timer);
        let Some((_, post)) = mine.filter(|_| here) else {
            continue;
        };
        let input = Input {
            who: actor.iter().map(|(who, _)| *who).collect(),
            actor: cx.account().map(str::to_owned),
            unit: post.and_then(actors::hop),
            ..prepare::blank(rule.action, cx)
        };
        let stands = |it: &Guard| stands(*it, &case.course, &case.deadlines, &input);
        if !rule.guards.iter().all(stands) || !offered(case, rule.action) {
            continue;
        }
        let targets = targets(domain, case, rule).await?;
        let people = if rule.guards.contains(&Guard::Appointee) {
            visits::visitors(domain, cx, &case.division).await?
        } else {
            Vec::new()
        };
        found.push(Choice {
            action: rule.action,
            needs: needs(case, rule),
            targets,
            people,
        });
    }
    Ok(found)
}

/// Whether an act makes sense that the tables would allow.
fn offered(case: &Case, action: Action) -> bool {
    let course = &case.course;
    match action {
        // By telephone only where there is no account to answer from.
        Action::RateByCall => case.reporter.is_none(),
        Action::Convene => course.joint.is_none(),
        Action::ConfirmJoint => course.joint.as_ref().is_some_and(|it| !it.confirmed),
        Action::Agree => course.proposal.as_ref().is_some_and(|it| !it.agreed),
        Action::Oversee => course.oversight.is_none(),
        Action::ApproveExplained => course.explained_by.is_none(),
        _ => true,
    }
}

fn needs(case: &Case, rule: &Rule) -> Vec<Need> {
    let by_guard = rule.guards.iter().filter_map(|guard| match guard {
        Guard::Reason => Some(Need::Words),
        Guard::Basis => Some(Need::Basis),
        Guard::Class if rule.action == Action::Emergency && case.course.class.is_some() => None,
        Guard::Class => Some(Need::Class),
        Guard::Evidence | Guard::Letter | Guard::Trivial => Some(Need::Files),
        Guard::Target | Guard::Ruling | Guard::CoUnit => Some(Need::Target),
        Guard::Rating => Some(Need::Rating),
        Guard::Appointee => Some(Need::Person),
        Guard::Until => Some(Need::Until),
        Guard::Primary => Some(Need::Other),
        _ => None,
    });
    // What may be told, besides what must be.
    let more: &[Need] = match rule.action {
        Action::Attach => &[Need::Files],
        Action::Find => &[Need::Class, Need::Files],
        Action::Oversee => &[Need::Until],
        Action::Convene | Action::WaiveCo => &[Need::Target],
        _ => &[],
    };
    by_guard.chain(more.iter().copied()).collect()
}

/// The units that an act may name, at this place.
async fn targets(domain: &Domain, case: &Case, rule: &Rule) -> Result<Vec<Unit>> {
    let course = &case.course;
    let named = |guard: Guard| rule.guards.contains(&guard);
    let parts = |it: &Hop| course.co_tasks.iter().any(|part| part.unit == it.unit);
    let open = |it: &Hop| {
        let mut parts = course.co_tasks.iter();
        parts.any(|part| part.unit == it.unit && part.state.open())
    };
    let mut c = domain.database.read().await?;
    let version = rows::duty_version(&mut c, &case.id).await?;
    let list = domain.duty.of_case(&version);
    let item = course.class.as_ref().and_then(|it| list.item(it));
    let lowest = item.map(|it| it.lowest);
    let urgency = match rule.action {
        Action::Emergency => Urgency::Emergency,
        _ => course.urgency,
    };
    let fits = |hop: &Hop| match rule.action {
        Action::WaiveCo => parts(hop),
        Action::Convene => true,
        _ if named(Guard::Ruling) => lowest.is_none_or(|lowest| hop.level >= lowest),
        _ if named(Guard::CoUnit) => {
            let holds = course.holder.as_ref().is_some_and(|it| it.unit == hop.unit);
            !holds && !open(hop)
        }
        _ if named(Guard::Target) => {
            // Before a class is chosen nobody knows how low it may fall: the engine decides.
            let lowest = lowest.or(Some(Level::Cell));
            routing::reachable(course, hop, lowest, urgency) == Ok::<(), Refusal>(())
        }
        _ => false,
    };
    let mut found = Vec::new();
    for level in [Level::Community, Level::Street, Level::District] {
        let Some(code) = division_at(&case.division, level) else {
            continue;
        };
        for unit in db::units::at(&mut c, code).await? {
            if unit.acts() && operations::hop(&unit).is_some_and(|hop| fits(&hop)) {
                found.push(unit);
            }
        }
    }
    // The unit that answers for it first, then desks, then the rest.
    found.sort_by_key(|unit| (course.lead.as_ref() != Some(&unit.id), unit.kind != DESK));
    Ok(found)
}

/// What plugins proposed, the surest first. For those who decide; empty for the reporter.
pub async fn suggestions(domain: &Domain, cx: &Context, case: &Case) -> Result<Vec<Suggestion>> {
    let decides = actors::all(cx, case)
        .iter()
        .any(|(who, _)| matches!(who, Who::Dispatcher | Who::Supervisor | Who::GridWorker));
    if !decides {
        return Ok(Vec::new());
    }
    let mut c = domain.database.read().await?;
    rows::suggestions(&mut c, &case.id).await
}

/// Keeps what plugins proposed for a case. For the host's own call after a report came in.
pub async fn propose(domain: &Domain, case: &str, proposals: Vec<Suggestion>) -> Result<()> {
    let case = case.to_owned();
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            for proposal in &proposals {
                rows::put_suggestion(t, &case, proposal).await?;
            }
            Ok(())
        })
    });
    write.await
}

/// Which urgency, in the order in which lists show them.
pub const URGENCIES: [Urgency; 3] = [Urgency::Emergency, Urgency::Urgent, Urgency::Normal];
