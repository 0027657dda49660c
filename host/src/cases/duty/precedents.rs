//! Rulings on disputes, proposed as changes to the list. Whoever rules calls [`propose`] in the
//! transaction of the ruling; the keeper takes it up, which makes a new version, or rejects it
//! with a reason.

use super::{Call, CoUnit, DutyItem, check, keeper};
use crate::{
    context::Context,
    db::{self, Transaction, duty::Precedent},
    domain::Domain,
    error::{Error, Problem, Result},
    identity::{Act, Resource, audit, need},
    page::{Page, Paging},
};

/// The most characters of a reason.
pub const REASON: usize = 500;

/// A ruling: which unit was told to take a case that another had returned.
#[derive(Clone, Debug)]
pub struct Ruling {
    /// The case.
    pub case: String,
    /// Its class.
    pub class: String,
    /// Where it is.
    pub division: String,
    /// The unit that returned it.
    pub from_unit: String,
    /// The unit that was told to take it.
    pub to_unit: String,
    /// Why: 1 to 500 characters about duties. It is shown to keepers without the case, and so
    /// names no person.
    pub reason: String,
}

/// Proposes a ruling as a change to the list; its id. Checks no authority: it is part of the
/// ruling, in whose transaction it is called.
pub async fn propose(
    t: &mut Transaction,
    domain: &Domain,
    cx: &Context,
    ruling: Ruling,
) -> Result<String> {
    let precedent = Precedent {
        id: domain.ids.id(cx.now),
        case: ruling.case,
        class: ruling.class,
        division: ruling.division,
        from_unit: ruling.from_unit,
        to_unit: ruling.to_unit,
        reason: said("reason", &ruling.reason)?,
        ruled_by: audit::actor(cx),
        at: cx.now,
        state: "open".to_owned(),
        decided: None,
        decided_by: None,
        answer: None,
        version: None,
    };
    db::duty::insert_precedent(t, &precedent).await?;
    Ok(precedent.id)
}

fn said(at: &str, text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::invalid(at, "case-say-why"));
    }
    if text.chars().count() > REASON {
        let problem = Problem::at(at, "text-too-long").with("limit", REASON);
        return Err(Error::Invalid(vec![problem]));
    }
    Ok(text.to_owned())
}

/// Precedents, the newest first; those that are open, or all. For keepers.
pub async fn list(
    domain: &Domain,
    cx: &Context,
    open: bool,
    paging: &Paging,
) -> Result<Page<Precedent>> {
    need(cx, Act::KeepDutyList, Resource::default())?;
    let mut c = domain.database.read().await?;
    let limit = paging.limit();
    let found = db::duty::precedents(&mut c, open, paging.cursor.as_deref(), limit + 1).await?;
    Ok(Page::cut(found, limit, |it| it.id.clone()))
}

/// What a precedent changes of its class.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Amendment {
    /// The kind of the unit that was told to take it leads; the one that led helps on call.
    Lead,
    /// The kind of the unit that was told to take it always helps.
    Required,
    /// It helps when the lead asks.
    OnCall,
}

impl Amendment {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Lead, Self::Required, Self::OnCall];

    /// The name in forms and, after `precedent-change-`, of its words on screens.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Required => "required",
            Self::OnCall => "on-call",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// Makes it to a class, for a kind of unit.
    fn apply(self, item: &mut DutyItem, kind: &str) {
        let meant = check::kind(&item.lead) == check::kind(kind);
        let co = |unit: &str, call| CoUnit {
            unit: unit.to_owned(),
            call,
        };
        match self {
            // The unit leads already: nothing to change.
            _ if meant => {}
            Self::Lead => {
                let before = std::mem::replace(&mut item.lead, kind.to_owned());
                item.co_units.retain(|it| it.unit != kind);
                item.co_units.push(co(&before, Call::OnCall));
            }
            Self::Required => {
                item.co_units.retain(|it| it.unit != kind);
                item.co_units.push(co(kind, Call::Required));
            }
            Self::OnCall if item.co_units.iter().any(|it| it.unit == kind) => {}
            Self::OnCall => item.co_units.push(co(kind, Call::OnCall)),
        }
    }
}

/// Takes a precedent up: the list that counts everywhere is changed and in force at once, and new
/// cases go by it. `Invalid` when nothing would change, or the list would not stand its checks;
/// `Conflict` when it was decided before. For those who keep that list.
pub async fn accept(
    domain: &Domain,
    cx: &Context,
    id: &str,
    change: Amendment,
) -> Result<Precedent> {
    let (at, asked, id) = (domain.clone(), cx.clone(), id.to_owned());
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            need(&asked, Act::KeepDutyList, Resource::default())?;
            db::duty::lock(t).await?;
            let mut it = open(t, &id).await?;
            let unit = db::units::get(t, &it.to_unit).await?;
            let unit = unit.ok_or_else(|| Error::invalid("unit", "unit-unknown"))?;
            // A desk leads as the office of its street: that is what a list calls it.
            let kind = match unit.kind.as_str() {
                super::super::operations::DESK => "street-office",
                kind => kind,
            };
            let version =
                keeper::amend(t, &at, &asked, &it.class, |item| change.apply(item, kind)).await?;
            it.version = Some(version);
            decided(t, &at, &asked, it, "accepted").await
        })
    });
    let it = write.await?;
    keeper::refresh(domain, cx).await?;
    Ok(it)
}

/// Rejects a precedent, with a reason of at most 500 characters. For keepers.
pub async fn reject(domain: &Domain, cx: &Context, id: &str, why: &str) -> Result<Precedent> {
    need(cx, Act::KeepDutyList, Resource::default())?;
    let why = said("answer", why)?;
    let (at, asked, id) = (domain.clone(), cx.clone(), id.to_owned());
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            let mut it = open(t, &id).await?;
            it.answer = Some(why);
            decided(t, &at, &asked, it, "rejected").await
        })
    });
    write.await
}

async fn open(t: &mut Transaction, id: &str) -> Result<Precedent> {
    let it = db::duty::get_precedent(t, id)
        .await?
        .ok_or(Error::NotFound)?;
    match it.state.as_str() {
        "open" => Ok(it),
        _ => Err(Error::Conflict("precedent-decided")),
    }
}

async fn decided(
    t: &mut Transaction,
    domain: &Domain,
    cx: &Context,
    it: Precedent,
    state: &str,
) -> Result<Precedent> {
    let it = Precedent {
        state: state.to_owned(),
        decided: Some(cx.now),
        decided_by: Some(audit::actor(cx)),
        ..it
    };
    db::duty::decide(t, &it).await?;
    audit::record(t, domain, cx, "precedent", &it.id, state).await?;
    Ok(it)
}
