//! What the host notices among cases: many of one class close together, and one number again and
//! again. A hint says how many, within what radius and days; a supervisor decides what it is worth,
//! and how often hints were wrong is counted by area.

use std::collections::{BTreeMap, HashMap};

use super::model::Procedure;
use crate::{
    context::{Context, Locale},
    db::{
        Transaction,
        cases::hints::{self as rows, Hint as Row, Spot},
    },
    domain::Domain,
    error::{Error, Result},
    grid::{Position, circle},
    i18n,
    identity::{Act, Resource, audit, need},
};

/// A cluster: so many cases of one class,
pub const CLUSTER: usize = 5;
/// within so many metres of one of them,
pub const RADIUS: f64 = 200.0;
/// in so many days.
pub const CLUSTER_DAYS: u32 = 7;
/// A repeat caller: so many cases with one number,
pub const CALLS: u32 = 5;
/// in so many days.
pub const CALLS_DAYS: u32 = 30;

/// How many cases are looked at for clusters, the newest first.
const LOOKED_AT: u32 = 50_000;
/// How many numbers are looked at, the busiest first.
const NUMBERS: u32 = 1000;
/// How many hints a board shows.
const SHOWN: u32 = 20;
/// How many of its cases a hint shows.
const CASES: u32 = 10;
const DAY: i64 = 24 * 3600;

/// What was noticed.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
#[schema(as = HintKind)]
pub enum Kind {
    /// Many cases of one class close together.
    Cluster,
    /// One phone number again and again.
    Caller,
}

impl Kind {
    /// The name in the database, the API and of its words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Caller => "caller",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Cluster, Self::Caller]
            .into_iter()
            .find(|it| it.name() == name)
    }
}

/// What a person made of a hint.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
#[schema(as = HintDecision)]
pub enum Decision {
    /// There is something to it.
    Confirmed,
    /// There is nothing to it.
    Dismissed,
}

impl Decision {
    /// The name in the database, the API and in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Dismissed => "dismissed",
        }
    }

    /// The decision of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Confirmed, Self::Dismissed]
            .into_iter()
            .find(|it| it.name() == name)
    }
}

/// A case of a hint.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct HintCase {
    /// Its id.
    pub id: String,
    /// The number people quote.
    pub number: String,
}

/// A hint that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Hint {
    /// Its id.
    pub id: String,
    /// What was noticed.
    pub kind: Kind,
    /// The lowest division that has all of its cases.
    pub division: String,
    /// The class of a cluster.
    pub class: Option<String>,
    /// How many cases.
    pub count: u32,
    /// Within what radius, in metres; none for a caller.
    pub metres: Option<u32>,
    /// Within how many days.
    pub days: u32,
    /// All of that in words.
    pub reason: String,
    /// The newest of its cases, at most ten.
    pub cases: Vec<HintCase>,
}

/// How often hints were wrong in an area.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Errors {
    /// The area, a division below the one asked about or that one itself.
    pub division: String,
    /// How many hints were decided on.
    pub decided: i64,
    /// How many of them were dismissed.
    pub dismissed: i64,
    /// Dismissed to decided, in per cent.
    pub percent: u32,
}

/// What a supervisor is told about a division.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Hints {
    /// The hints that wait, the largest first, at most twenty.
    pub waiting: Vec<Hint>,
    /// How often hints were wrong, by area.
    pub errors: Vec<Errors>,
}

/// Whether the caller judges the hints of a division.
pub fn may_judge(cx: &Context, division: &str) -> Result<()> {
    let resource = Resource {
        division: Some(division),
        ..Resource::default()
    };
    need(cx, Act::JudgeHints, resource)
}

/// The hints of a division and how often they were wrong. `Forbidden` for who is no supervisor of
/// all of it.
pub async fn of(domain: &Domain, cx: &Context, division: &str) -> Result<Hints> {
    may_judge(cx, division)?;
    let mut c = domain.database.read().await?;
    let mut waiting = Vec::new();
    for row in rows::waiting(&mut c, division, SHOWN).await? {
        let cases = rows::cases(&mut c, &row.id, CASES).await?;
        let cases = cases
            .into_iter()
            .map(|(id, number)| HintCase { id, number });
        waiting.push(Hint {
            reason: reason(&row, cx.locale),
            cases: cases.collect(),
            class: (row.kind == Kind::Cluster).then_some(row.subject),
            id: row.id,
            kind: row.kind,
            division: row.division,
            count: row.cases,
            metres: row.metres,
            days: row.days,
        });
    }
    let errors = rows::decided(&mut c, division, below(division)).await?;
    let errors = errors
        .into_iter()
        .map(|(division, decided, dismissed)| Errors {
            division,
            decided,
            dismissed,
            percent: u32::try_from((dismissed * 100 + decided / 2) / decided.max(1)).unwrap_or(0),
        });
    Ok(Hints {
        waiting,
        errors: errors.collect(),
    })
}

/// How many digits the divisions just below this one have; a community is its own area.
const fn below(division: &str) -> u32 {
    match division.len() {
        0..4 => 4,
        4..6 => 6,
        6..9 => 9,
        _ => 12,
    }
}

fn reason(row: &Row, locale: Locale) -> String {
    let metres = row.metres.unwrap_or_default().to_string();
    let words = [
        ("n", row.cases.to_string()),
        ("metres", metres),
        ("days", row.days.to_string()),
    ];
    let words: Vec<(&str, &str)> = words.iter().map(|(k, v)| (*k, v.as_str())).collect();
    i18n::text(locale, &format!("hint-why-{}", row.kind.name()), &words)
}

/// Keeps what a supervisor made of a hint. `Forbidden` for one that is not theirs, or is not there;
/// `Conflict` when somebody already has.
pub async fn decide(domain: &Domain, cx: &Context, id: &str, decision: Decision) -> Result<()> {
    let (id, shared, cx) = (id.to_owned(), domain.clone(), cx.clone());
    let job = async move |t: &mut Transaction| {
        let hint = rows::get(t, &id).await?;
        // Whoever judges none learns nothing of which there are.
        let division = hint.as_ref().map_or("", |it| it.division.as_str());
        may_judge(&cx, division)?;
        hint.ok_or(Error::NotFound)?;
        if !rows::decide(t, &id, decision, cx.account(), cx.now).await? {
            return Err(Error::Conflict("hint-decided-already"));
        }
        audit::record(t, &shared, &cx, "judge-hint", &id, decision.name()).await
    };
    domain
        .database
        .write(|t| Box::pin(async move { job(t).await }))
        .await
}

/// Looks for hints; how many there are now. What a person has decided on stays decided while it
/// shares a case with what is noticed.
pub async fn turn(domain: &Domain, cx: &Context) -> Result<usize> {
    let found = noticed(domain, cx).await?;
    let count = found.len();
    let (shared, now) = (domain.clone(), cx.now);
    let job = async move |t: &mut Transaction| {
        for it in found {
            let known = rows::sharing(t, it.kind, &it.subject, &it.cases).await?;
            if known.as_ref().is_some_and(|it| it.decision.is_some()) {
                continue;
            }
            let hint = Row {
                id: known
                    .as_ref()
                    .map_or_else(|| shared.ids.id(now), |it| it.id.clone()),
                kind: it.kind,
                subject: it.subject,
                division: it.division,
                cases: u32::try_from(it.cases.len()).unwrap_or(u32::MAX),
                metres: (it.kind == Kind::Cluster).then_some(RADIUS as u32),
                days: it.days,
                found: known.map_or(now, |it| it.found),
                seen: now,
                decision: None,
            };
            rows::put(t, &hint, &it.cases).await?;
        }
        rows::forget(t, now.plus_seconds(-i64::from(CLUSTER_DAYS) * DAY)).await
    };
    domain
        .database
        .write(|t| Box::pin(async move { job(t).await }))
        .await?;
    Ok(count)
}

struct Noticed {
    kind: Kind,
    subject: String,
    division: String,
    cases: Vec<String>,
    days: u32,
}

async fn noticed(domain: &Domain, cx: &Context) -> Result<Vec<Noticed>> {
    let since = |days: u32| cx.now.plus_seconds(-i64::from(days) * DAY);
    let list = domain.duty.list();
    let incidents = list
        .items()
        .filter(|it| it.procedure == Procedure::Incident);
    let classes: Vec<String> = incidents.map(|it| it.code.clone()).collect();
    let mut c = domain.database.read().await?;
    let spots = rows::spots(&mut c, &classes, since(CLUSTER_DAYS), LOOKED_AT).await?;
    let mut found: Vec<Noticed> = clusters(&spots)
        .into_iter()
        .filter_map(|members| {
            Some(Noticed {
                kind: Kind::Cluster,
                subject: members.first()?.class.clone(),
                division: common(members.iter().map(|it| it.division.as_str())),
                cases: members.iter().map(|it| it.case.clone()).collect(),
                days: CLUSTER_DAYS,
            })
        })
        .collect();
    let callers = rows::callers(&mut c, since(CALLS_DAYS), CALLS, NUMBERS).await?;
    found.extend(callers.into_iter().map(|(subject, cases)| Noticed {
        kind: Kind::Caller,
        subject,
        division: common(cases.iter().map(|(_, division)| division.as_str())),
        cases: cases.into_iter().map(|(id, _)| id).collect(),
        days: CALLS_DAYS,
    }));
    Ok(found)
}

/// Groups of [`CLUSTER`] and more of one class within [`RADIUS`] of one of them; each in at
/// most one group. In the order of `spots`.
pub(super) fn clusters(spots: &[Spot]) -> Vec<Vec<&Spot>> {
    // By class and squares of about the radius: what is near is in the same or a neighbouring one.
    let mut squares: HashMap<(&str, i64, i64), Vec<usize>> = HashMap::new();
    for (n, spot) in spots.iter().enumerate() {
        let (x, y) = square(spot.at);
        let square = squares.entry((spot.class.as_str(), x, y)).or_default();
        square.push(n);
    }
    let mut free = vec![true; spots.len()];
    let mut found = Vec::new();
    for (n, first) in spots.iter().enumerate() {
        if free.get(n) != Some(&true) {
            continue;
        }
        let (x, y) = square(first.at);
        let mut members: BTreeMap<usize, &Spot> = BTreeMap::new();
        for (dx, dy) in (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (dx, dy))) {
            let near = squares.get(&(first.class.as_str(), x + dx, y + dy));
            for &other in near.into_iter().flatten() {
                if let (Some(true), Some(spot)) = (free.get(other), spots.get(other))
                    && circle::metres(first.at, spot.at) <= RADIUS
                {
                    members.insert(other, spot);
                }
            }
        }
        if members.len() >= CLUSTER {
            for taken in members.keys() {
                if let Some(it) = free.get_mut(*taken) {
                    *it = false;
                }
            }
            found.push(members.into_values().collect());
        }
    }
    found
}

/// The square of a position: 0.0045 degrees are more than the radius in every direction south of
/// 63° north, and China ends at 54°.
fn square(at: Position) -> (i64, i64) {
    let part = |degrees: f64| (degrees / 0.0045).floor() as i64;
    (part(at.lon), part(at.lat))
}

/// The lowest division that has all of these.
pub(super) fn common<'a>(divisions: impl Iterator<Item = &'a str>) -> String {
    let all = divisions.reduce(|a, b| {
        let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
        a.get(..same).unwrap_or_default()
    });
    let all = all.unwrap_or_default();
    let levels = [15, 12, 9, 6, 4, 2];
    let level = levels.into_iter().find(|it| *it <= all.len()).unwrap_or(0);
    all.get(..level).unwrap_or_default().to_owned()
}
