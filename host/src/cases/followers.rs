//! Residents who follow a case of somebody else instead of reporting it again. They see that there
//! is such a case, who holds it and until when; never who reported it, what was written, or files.

use super::{
    actors,
    duplicates::{self, Likeness, is_public, open},
    model::{Case, State},
    operations,
    submit::locate,
    views,
};
use crate::{
    context::{Context, Principal},
    db::{
        Transaction,
        cases::{self as cases, followers as rows},
    },
    domain::Domain,
    error::{Error, Problem, Result},
    grid::Point,
    time::Timestamp,
};

/// How many cases one person follows at most.
pub const MOST: u32 = 100;

/// What anybody may know of a case.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Public {
    /// Its id.
    pub id: String,
    /// The number people quote.
    pub number: String,
    /// Class of the duty list.
    pub class: Option<String>,
    /// Where it stands.
    pub state: State,
    /// The unit that holds it, by name; none when it has ended.
    pub holder: Option<String>,
    /// The soonest deadline that runs.
    #[schema(value_type = Option<String>)]
    pub due: Option<Timestamp>,
}

/// A case that a report may be about.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Near {
    /// The case.
    #[serde(flatten)]
    pub case: Public,
    /// Why it may be.
    pub likeness: Likeness,
    /// The same in words.
    pub reason: String,
}

/// Where something is wrong, and what, before it is reported.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// In the reporter's words; at most 2,000 characters.
    pub words: String,
    /// Where, as a point.
    pub point: Option<Point>,
    /// Where, as a community or cell.
    pub division: Option<String>,
}

/// Open incidents that a report may be about, the likeliest first, at most five. `Unauthenticated`
/// for nobody; `Invalid` for a place that cannot be one. Those that the caller reported or follows
/// are among them.
pub async fn near(domain: &Domain, cx: &Context, about: &About) -> Result<Vec<Near>> {
    follower(cx)?;
    if about.words.chars().count() > operations::WORDS {
        let problem = Problem::at("words", "text-too-long").with("limit", operations::WORDS);
        return Err(Error::Invalid(vec![problem]));
    }
    let (division, position) = locate(domain, cx, about.point, about.division.as_ref())?;
    let found = duplicates::public(domain, cx.now, &about.words, &division, position).await?;
    let (cases, likenesses): (Vec<Case>, Vec<Likeness>) =
        found.into_iter().map(|it| (it.case, it.likeness)).unzip();
    let cases = shown(domain, cx, cases).await?;
    let near = |(case, likeness): (Public, Likeness)| {
        let likeness = blurred(likeness);
        Near {
            case,
            reason: likeness.reason(cx.locale),
            likeness,
        }
    };
    Ok(cases.into_iter().zip(likenesses).map(near).collect())
}

/// The distance in steps of 50 m: enough to recognise a lamp, too little to find a door.
fn blurred(likeness: Likeness) -> Likeness {
    Likeness {
        metres: likeness.metres.map(|it| (it / 50 + 1) * 50),
        ..likeness
    }
}

async fn shown(domain: &Domain, cx: &Context, cases: Vec<Case>) -> Result<Vec<Public>> {
    let holders = views::holders(domain, cx, &cases).await?;
    let public = |(case, holder): (Case, Option<String>)| Public {
        id: case.id,
        number: case.number,
        class: case.course.class,
        state: case.course.state,
        holder,
        due: case.due,
    };
    Ok(cases.into_iter().zip(holders).map(public).collect())
}

/// Under which name somebody follows, and the account that is told.
fn follower(cx: &Context) -> Result<(String, Option<String>)> {
    if cx.plugin.is_some() {
        return Err(Error::Forbidden("persons-only"));
    }
    match &cx.principal {
        Principal::Person(person) => Ok((person.account.clone(), Some(person.account.clone()))),
        Principal::Phone { hash } => Ok((format!("phone:{hash}"), None)),
        Principal::Anonymous => Err(Error::Unauthenticated),
        Principal::Service { .. } | Principal::System(_) => Err(Error::Forbidden("persons-only")),
    }
}

/// Follows a case; again changes nothing. `NotFound` when there is none that others may know of or
/// it is done, `Conflict` for one's own and for the hundred-and-first.
pub async fn follow(domain: &Domain, cx: &Context, id: &str) -> Result<()> {
    let (follower, account) = follower(cx)?;
    let (id, cx, list) = (id.to_owned(), cx.clone(), domain.duty.list());
    let job = async move |t: &mut Transaction| {
        let case = cases::get(t, &id).await?.ok_or(Error::NotFound)?;
        if !is_public(&list, &case) || !open().contains(&case.course.state) {
            return Err(Error::NotFound);
        }
        if actors::reported(&cx, &case) {
            return Err(Error::Conflict("follow-own"));
        }
        let followed = rows::followed(t, &follower, MOST).await?;
        if followed.len() >= MOST as usize && followed.iter().all(|it| it.id != id) {
            return Err(Error::Conflict("follow-too-many"));
        }
        rows::add(t, &id, &follower, account.as_deref(), cx.now).await
    };
    domain
        .database
        .write(|t| Box::pin(async move { job(t).await }))
        .await
}

/// Follows a case no longer. `NotFound` when the caller does not.
pub async fn unfollow(domain: &Domain, cx: &Context, id: &str) -> Result<()> {
    let (follower, _) = follower(cx)?;
    let id = id.to_owned();
    let write = domain
        .database
        .write(move |t| Box::pin(async move { rows::remove(t, &id, &follower).await }));
    match write.await? {
        true => Ok(()),
        false => Err(Error::NotFound),
    }
}

/// The cases that the caller follows, the newest first; at most 100.
pub async fn followed(domain: &Domain, cx: &Context) -> Result<Vec<Public>> {
    let (follower, _) = follower(cx)?;
    let found = {
        let mut c = domain.database.read().await?;
        rows::followed(&mut c, &follower, MOST).await?
    };
    shown(domain, cx, found).await
}

/// One case that the caller follows. `NotFound` when they do not.
pub async fn one(domain: &Domain, cx: &Context, id: &str) -> Result<Public> {
    let (follower, _) = follower(cx).map_err(|_| Error::NotFound)?;
    let case = {
        let mut c = domain.database.read().await?;
        if !rows::follows(&mut c, id, &follower).await? {
            return Err(Error::NotFound);
        }
        cases::get(&mut c, id).await?.ok_or(Error::NotFound)?
    };
    let shown = shown(domain, cx, vec![case]).await?;
    shown.into_iter().next().ok_or(Error::NotFound)
}
