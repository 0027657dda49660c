//! What only visits have: the people one can be given to, and the problem found on one. Authority
//! is checked in `operations`, by the procedure's table.

use super::{
    lifecycle::Appointee,
    model::{Case, Procedure},
    operations::{self, Command, Report},
    submit::{self, Behalf},
};
use crate::{
    context::Context,
    db::{self, Transaction, accounts::Colleague, cases as rows},
    domain::Domain,
    error::{Error, Result},
    grid::Position,
    identity::{Post, Role},
    time::Timestamp,
};

/// The roles whose bearers make visits, the one whose daily work it is first.
const VISITORS: [Role; 2] = [Role::GridWorker, Role::Handler];
/// The most people that are offered.
const OFFERED: u32 = 100;

/// Whether a post lets its bearer plan visits at its places.
pub const fn plans(post: &Post) -> bool {
    matches!(
        post.role,
        Role::GridWorker | Role::Dispatcher | Role::Supervisor
    )
}

/// Whether the caller may plan visits somewhere.
pub fn may_plan(cx: &Context) -> bool {
    cx.posts().any(plans)
}

/// `account`, with the post that covers the place; none when there is no such post.
pub(super) async fn appointee(
    t: &mut Transaction,
    account: &str,
    division: &str,
    now: Timestamp,
) -> Result<Option<Appointee>> {
    let posts = db::accounts::posts(t, account).await?;
    let covers = |role: Role| {
        posts
            .iter()
            .find(|post| post.role == role && post.in_force(now) && post.covers(division))
    };
    let post = VISITORS.into_iter().find_map(covers);
    Ok(post.and_then(|post| {
        Some(Appointee {
            account: account.to_owned(),
            unit: super::actors::hop(post)?,
        })
    }))
}

/// The people a visit can be given to, the nearest first.
pub(super) async fn visitors(
    domain: &Domain,
    cx: &Context,
    division: &str,
) -> Result<Vec<Colleague>> {
    let mut c = domain.database.read().await?;
    db::accounts::colleagues(&mut c, division, &VISITORS, cx.now, OFFERED).await
}

/// The name of whoever has been given the visit, for those who see it at work.
pub async fn visitor(domain: &Domain, cx: &Context, case: &Case) -> Result<Option<String>> {
    let Some(account) = &case.course.handler else {
        return Ok(None);
    };
    if case.course.procedure != Procedure::Visit || super::actors::all(cx, case).is_empty() {
        return Ok(None);
    }
    let mut c = domain.database.read().await?;
    let account = db::accounts::by(&mut c, db::accounts::Key::Id(account)).await?;
    Ok(account.map(|it| it.name))
}

/// Opens the incident that was found on `visit`; its id. The worker is its reporter.
pub(super) async fn found(
    t: &mut Transaction,
    domain: &Domain,
    cx: &Context,
    visit: &Case,
    command: &Command,
) -> Result<String> {
    if let Some(class) = &command.class {
        let list = domain.duty.list();
        let item = list.item(class);
        if item.is_none_or(|it| it.procedure != Procedure::Incident) {
            return Err(Error::invalid("class", "case-choose-class"));
        }
    }
    let report = Report {
        class: command.class.clone(),
        description: command.words.clone().unwrap_or_default(),
        address: visit.address.clone(),
        urgency: command.urgency,
        files: command.files.clone(),
        draft: command.draft.clone(),
        ..Report::default()
    };
    let behalf = Behalf {
        account: cx.account().map(str::to_owned),
        ..Behalf::default()
    };
    let position = visit
        .lon
        .zip(visit.lat)
        .map(|(lon, lat)| Position { lon, lat });
    let place = (visit.division.clone(), position);
    let link = Some(visit.id.clone());
    let incident = submit::open(t, domain, cx, &report, behalf, place, link).await?;
    rows::link(t, &incident.id, &visit.id, cx.now).await?;
    Ok(incident.id)
}

/// A case that belongs to another: the incident found on a visit, or the visit it was found on.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Linked {
    /// The number people quote.
    pub number: String,
    /// Its id, for those who may see it.
    pub id: Option<String>,
    /// In few words, for those who may see it.
    pub title: Option<String>,
    /// By which table it moves.
    pub procedure: Procedure,
}

/// The cases that belong to one, oldest first.
pub async fn linked(domain: &Domain, cx: &Context, case: &Case) -> Result<Vec<Linked>> {
    let others = {
        let mut c = domain.database.read().await?;
        rows::linked(&mut c, &case.id).await?
    };
    let mut found = Vec::with_capacity(others.len());
    for other in others {
        let seen = match operations::get(domain, cx, &other.id).await {
            Ok(case) => Some(case),
            Err(Error::NotFound) => None,
            Err(error) => return Err(error),
        };
        found.push(Linked {
            number: other.number,
            procedure: other.course.procedure,
            title: seen.as_ref().map(|it| it.title.clone()),
            id: seen.map(|it| it.id),
        });
    }
    Ok(found)
}
