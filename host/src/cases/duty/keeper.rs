//! Changing the list and the calendar: the only door. Authority is checked here; what is wrong
//! with a list is found by `table`, `check` and `overlay`.

use jiff::{civil::Date, tz::TimeZone};
use std::{collections::BTreeMap, sync::Arc};

use super::{
    DutyList, Version,
    check::{self, Offices},
    difference::{self, Change},
    overlay,
    table::{self, Format, refuse},
};
use crate::{
    cases::calendar,
    context::Context,
    db::{self, Connection, Transaction, duty::Kept},
    domain::Domain,
    error::{Error, Problem, Result},
    identity::{Act, Resource, audit, need},
    time::Timestamp,
};

/// The most characters of a version's name.
const NAME: usize = 40;

/// What asks for the version that is in force, whatever it is called.
pub const IN_FORCE: &str = "in-force";

/// A list to be looked at, or put in force.
#[derive(Clone, Debug)]
pub struct Upload {
    /// The table.
    pub bytes: Vec<u8>,
    /// How it is written.
    pub format: Format,
    /// Empty, or the district that it is an overlay of.
    pub division: String,
    /// The day from whose start it counts, where the host is; at once when absent.
    pub from: Option<Date>,
    /// What it is to be called; what the file says, or the day, when absent.
    pub version: Option<String>,
}

/// What putting a list in force would do.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[schema(as = DutyProposal)]
pub struct Proposal {
    /// What it is called.
    pub version: String,
    /// Empty, or the district that it is an overlay of.
    pub division: String,
    /// From when on it counts.
    pub since: Timestamp,
    /// How many classes it has.
    pub items: usize,
    /// The version that is in force there at that time, which it is compared with.
    pub before: String,
    /// What changes.
    #[serde(skip_deserializing)]
    pub changes: Vec<Change>,
}

/// Tells what a list would change, and changes nothing. `Invalid` tells everything that is wrong
/// with it, by line and column. For the keeper of the place, and the host itself.
pub async fn check(domain: &Domain, cx: &Context, upload: &Upload) -> Result<Proposal> {
    let mut c = domain.database.read().await?;
    Ok(examine(&mut c, domain, cx, upload).await?.1)
}

/// Puts a list in force; the same checks. Cases that were filed keep the version they have.
pub async fn put(domain: &Domain, cx: &Context, upload: Upload) -> Result<Proposal> {
    let (at, asked) = (domain.clone(), cx.clone());
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            // First, so that nobody else changes what this is checked against.
            db::duty::lock(t).await?;
            let (list, proposal) = examine(t, &at, &asked, &upload).await?;
            keep(t, &at, &asked, &list, &proposal.division, proposal.since).await?;
            Ok(proposal)
        })
    });
    let proposal = write.await?;
    refresh(domain, cx).await?;
    Ok(proposal)
}

/// Reads again what another host, or this one, has changed.
pub async fn refresh(domain: &Domain, cx: &Context) -> Result<()> {
    let mut c = domain.database.read().await?;
    domain.duty.fresh(&mut c, cx.now).await
}

async fn examine(
    c: &mut Connection,
    domain: &Domain,
    cx: &Context,
    upload: &Upload,
) -> Result<(DutyList, Proposal)> {
    may_keep(c, cx, &upload.division).await?;
    domain.duty.fresh(c, cx.now).await?;
    let index = domain.grid.index();
    let division = upload.division.trim();
    let district = division.is_empty() || division.len() == 6 && index.division(division).is_some();
    if !district {
        return Err(Error::invalid("district", "duty-list-district"));
    }
    let since = since(upload.from, cx.now, &domain.zone)?;
    let draft = table::read(&upload.bytes, upload.format)?;
    let version = name(
        domain,
        cx,
        upload.version.as_deref().or(draft.version.as_deref()),
    )?;
    let lines: BTreeMap<String, usize> = draft
        .items
        .iter()
        .map(|(line, it)| (it.code.clone(), *line))
        .collect();
    let list = draft.list(version)?;
    let (before, after) = judge(c, domain, &list, division, since, &lines).await?;
    let proposal = Proposal {
        version: list.version.clone(),
        division: division.to_owned(),
        since,
        items: list.items().count(),
        before: before.version.clone(),
        changes: difference::between(&before, &after),
    };
    Ok((list, proposal))
}

/// Holds a list against the organisation, and an overlay against the city's list; what counts in
/// its place before and after.
async fn judge(
    c: &mut Connection,
    domain: &Domain,
    list: &DutyList,
    division: &str,
    since: Timestamp,
    lines: &BTreeMap<String, usize>,
) -> Result<(Arc<DutyList>, DutyList)> {
    let offices = Offices::new(db::units::places(c).await?).within(division);
    let base = domain.duty.base(since);
    let (before, after) = match division {
        "" => (base, list.clone()),
        division => {
            refuse(overlay::refusals(&base, list, lines))?;
            let after = overlay::merged(&base, list);
            (domain.duty.at(division, since), after)
        }
    };
    refuse(check::against(list, &offices, lines))?;
    Ok((before, after))
}

async fn keep(
    t: &mut Transaction,
    domain: &Domain,
    cx: &Context,
    list: &DutyList,
    division: &str,
    since: Timestamp,
) -> Result<()> {
    let kept = Kept {
        version: list.version.clone(),
        division: division.to_owned(),
        since,
        document: table::write(list, Format::Toml)?,
        by: audit::actor(cx),
        at: cx.now,
    };
    db::duty::insert(t, &kept).await?;
    db::duty::advance(t).await?;
    audit::record(t, domain, cx, "duty-list", &list.version, "done").await
}

/// Puts the list with one class changed in force at once, as a precedent asks for; the version's
/// name. For `precedents`, inside its own transaction, after `lock`.
pub(super) async fn amend(
    t: &mut Transaction,
    domain: &Domain,
    cx: &Context,
    class: &str,
    change: impl FnOnce(&mut super::DutyItem),
) -> Result<String> {
    may_keep(t, cx, "").await?;
    domain.duty.fresh(t, cx.now).await?;
    let base = domain.duty.base(cx.now);
    let mut items = base.items.clone();
    let item = items.get_mut(class);
    let item = item.ok_or_else(|| Error::invalid("class", "case-class-unknown"))?;
    let was = item.clone();
    change(item);
    if *item == was {
        return Err(Error::invalid("change", "precedent-no-change"));
    }
    let draft = table::Draft {
        version: None,
        items: items.into_values().map(|it| (0, it)).collect(),
    };
    // The name of the list it came from, and how often that was amended.
    let root = base.version.split('~').next().unwrap_or(&base.version);
    let amended = |n: usize| format!("{root}~{n}");
    let free = (1..)
        .map(amended)
        .find(|it| domain.duty.version(it).is_none());
    let list = draft.list(free.unwrap_or_default())?;
    judge(t, domain, &list, "", cx.now, &BTreeMap::new()).await?;
    keep(t, domain, cx, &list, "", cx.now).await?;
    Ok(list.version)
}

/// A day, as forms, queries and commands write it; none when it is empty.
pub fn day(text: Option<&str>) -> Result<Option<Date>> {
    let Some(text) = text.map(str::trim).filter(|it| !it.is_empty()) else {
        return Ok(None);
    };
    let day = text.parse();
    day.map(Some)
        .map_err(|_| Error::invalid("from", "form-not-date"))
}

/// The start of a day that is not over; now, for today or no day.
fn since(from: Option<Date>, now: Timestamp, zone: &TimeZone) -> Result<Timestamp> {
    let today = now.zoned(zone).date();
    match from {
        Some(day) if day < today => Err(Error::invalid("from", "duty-list-from-past")),
        Some(day) if day > today => {
            let start = day.to_zoned(zone.clone());
            let start = start.map_err(|_| Error::invalid("from", "form-not-date"))?;
            Ok(Timestamp::from_micros(start.timestamp().as_microsecond()))
        }
        _ => Ok(now),
    }
}

/// A name that is free and well formed; of the day, where none is wanted.
fn name(domain: &Domain, cx: &Context, wanted: Option<&str>) -> Result<String> {
    let free = |it: &String| domain.duty.version(it).is_none();
    let Some(wanted) = wanted.map(str::trim).filter(|it| !it.is_empty()) else {
        let day = cx.now.day(&domain.zone);
        let next = (2..).map(|n| format!("{day}.{n}"));
        let mut names = std::iter::once(day.clone()).chain(next);
        return Ok(names.find(free).unwrap_or(day));
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    if wanted.len() > NAME || wanted == IN_FORCE || !wanted.bytes().all(plain) {
        return Err(Error::invalid("version", "duty-list-version"));
    }
    let wanted = wanted.to_owned();
    match free(&wanted) {
        true => Ok(wanted),
        false => Err(Error::Invalid(vec![
            Problem::at("version", "duty-list-version-taken").with("version", wanted),
        ])),
    }
}

/// Whether the caller keeps the list of a place: the list that counts everywhere is kept by those
/// whose post covers every district that has an office here.
async fn may_keep(c: &mut Connection, cx: &Context, division: &str) -> Result<()> {
    let place = match division {
        "" => everywhere(&db::units::places(c).await?),
        division => division.to_owned(),
    };
    let resource = Resource {
        division: Some(&place),
        ..Resource::default()
    };
    need(cx, Act::KeepDutyList, resource)
}

/// What the divisions of all units of a district or below begin with in common.
fn everywhere(places: &[(String, String)]) -> String {
    let districts = places.iter().filter_map(|(_, division)| division.get(..6));
    let common = districts.map(str::to_owned).reduce(|a, b| {
        let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b);
        same.map(|(a, _)| a).collect()
    });
    common.unwrap_or_default()
}

/// Refuses those who keep no list anywhere, before anything of theirs is read; the operations
/// check the place as well.
pub fn offered(cx: &Context) -> Result<()> {
    need(cx, Act::KeepDutyList, Resource::default())
}

/// All versions, the newest first. Public: everybody may know who answers for what.
pub async fn versions(domain: &Domain, cx: &Context) -> Result<Vec<Version>> {
    refresh(domain, cx).await?;
    Ok(domain.duty.versions())
}

/// One version; `CITY+DISTRICT` is the one tightened by the other, and [`IN_FORCE`] the one that
/// counts everywhere now. Public.
pub async fn version(domain: &Domain, cx: &Context, name: &str) -> Result<Arc<DutyList>> {
    refresh(domain, cx).await?;
    match name {
        IN_FORCE => Ok(domain.duty.base(cx.now)),
        name => domain.duty.version(name).ok_or(Error::NotFound),
    }
}

/// What changed from one version to another. Public.
pub async fn difference(
    domain: &Domain,
    cx: &Context,
    before: &str,
    after: &str,
) -> Result<Vec<Change>> {
    let before = version(domain, cx, before).await?;
    let after = version(domain, cx, after).await?;
    Ok(difference::between(&before, &after))
}

/// What came of the calendar.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[schema(as = CalendarBrought)]
pub struct Brought {
    /// The years that came.
    pub years: Vec<i16>,
}

/// Brings in years of the working calendar, from TOML as `host/data/calendar.toml`, in the place
/// of what was known of them. Deadlines that run already stay as they are. For those who keep the
/// list that counts everywhere, and the host itself.
pub async fn put_calendar(domain: &Domain, cx: &Context, text: &str) -> Result<Brought> {
    let years = calendar::parse(text)?;
    let brought = years.iter().map(|it| it.year).collect();
    let (at, asked) = (domain.clone(), cx.clone());
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            may_keep(t, &asked, "").await?;
            db::duty::lock(t).await?;
            at.duty.fresh(t, asked.now).await?;
            for year in &years {
                db::duty::put_year(t, year, &audit::actor(&asked), asked.now).await?;
                let which = year.year.to_string();
                audit::record(t, &at, &asked, "calendar", &which, "done").await?;
            }
            db::duty::advance(t).await
        })
    });
    write.await?;
    refresh(domain, cx).await?;
    Ok(Brought { years: brought })
}

/// The years of the calendar as they count, the earliest first. Public.
pub async fn years(domain: &Domain) -> Result<Vec<calendar::Year>> {
    let mut c = domain.database.read().await?;
    let mut by_year = BTreeMap::new();
    let all = calendar::first()?.into_iter();
    for year in all.chain(db::duty::years(&mut c).await?) {
        by_year.insert(year.year, year);
    }
    Ok(by_year.into_values().collect())
}
