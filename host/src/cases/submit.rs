//! Taking a report: for whom, where, and to whose desk; all checked before anything is written.

use super::{
    events::{self, Said},
    lifecycle::{self, Input},
    model::{Case, Procedure, Urgency, Who},
    operations::{ADDRESS, About, Report, TITLE, WORDS, or_answered, principal},
    prepare::{blank, duty_for, first},
    refusal,
};
use crate::{
    attachments,
    context::{Channel, Context, Principal},
    db::{Transaction, cases as rows},
    domain::Domain,
    error::{Error, Problem, Result},
    grid::{self, Point, Position},
    identity::{Role, phone, subjects},
    plugins::Capability,
};

/// Takes a report. Once answered, it is on the disk. `Invalid` says what to mend,
/// `Unauthenticated` when there is neither an account nor a proved phone.
pub async fn submit(domain: &Domain, cx: &Context, report: Report) -> Result<Case> {
    let behalf = reporter(domain, cx, &report).await?;
    check_report(domain, cx, &report)?;
    let principal = principal(cx)?;
    let place = place(domain, cx, &report)?;
    let (who, once) = (principal.clone(), report.once.clone());
    let (shared, cx) = (domain.clone(), cx.clone());
    let done = domain
        .database
        .write(move |t| {
            Box::pin(async move {
                if let Some((id, version)) = rows::answered(t, &who, &report.once).await? {
                    // Only a report leads to the first version.
                    if version != 1 {
                        return Err(Error::Conflict("case-once-reused"));
                    }
                    return rows::get(t, &id).await?.ok_or(Error::NotFound);
                }
                let case = open(t, &shared, &cx, &report, behalf, place, None).await?;
                rows::keep_answer(t, &who, &report.once, &case, cx.now).await?;
                Ok(case)
            })
        })
        .await;
    or_answered(domain, &principal, &once, done, |_, version| version == 1).await
}

/// For whom a report is made.
#[derive(Default)]
pub(super) struct Behalf {
    pub(super) account: Option<String>,
    pub(super) phone_hash: Option<String>,
    pub(super) proxy: Option<String>,
    pub(super) phone: Option<String>,
}

async fn reporter(domain: &Domain, cx: &Context, report: &Report) -> Result<Behalf> {
    if let Some(plugin) = &cx.plugin {
        plugin.capabilities.need(Capability::CasesOpen)?;
        let class = report.class.as_deref().unwrap_or_default();
        if !plugin.classes.iter().any(|it| it == class) {
            let held = plugin.classes.iter().map(String::as_str);
            return Err(Error::NotGranted {
                capability: "cases.open".to_owned(),
                line: onedoor_manifest::line::class(held, class),
            });
        }
    }
    let none = Behalf::default();
    if let Some(about) = &report.about {
        return subject_of(domain, cx, about).await;
    }
    match &cx.principal {
        Principal::Phone { hash } => Ok(Behalf {
            phone_hash: Some(hash.clone()),
            ..none
        }),
        // A plugin that acts by itself, on what a device said or on a schedule.
        Principal::System(_) if cx.plugin.is_some() => Ok(none),
        Principal::Anonymous | Principal::System(_) => Err(Error::Unauthenticated),
        Principal::Service { account, .. } => {
            let sent = report.contact_phone.as_deref();
            let sent = sent.filter(|_| cx.channel == Channel::Open311);
            let phone = sent.unwrap_or_default().trim();
            let number = phone::normal(phone).ok();
            Ok(Behalf {
                account: Some(account.clone()),
                phone_hash: number.as_deref().map(|it| phone::hash(domain, it)),
                // Another country's number is kept as it was sent: somebody may still dial it.
                phone: number.or_else(|| Some(phone.to_owned()).filter(|it| !it.is_empty())),
                ..none
            })
        }
        Principal::Person(person) => {
            let Some(phone) = &report.contact_phone else {
                return Ok(Behalf {
                    account: Some(person.account.clone()),
                    phone_hash: person.phone_hash.clone(),
                    ..none
                });
            };
            if !cx.has_role(Role::CounterClerk) && !cx.has_role(Role::HotlineAgent) {
                return Err(Error::Forbidden("case-not-on-behalf"));
            }
            let number = phone::normal(phone)?;
            Ok(Behalf {
                phone_hash: Some(phone::hash(domain, &number)),
                proxy: Some(person.account.clone()),
                phone: Some(number),
                ..none
            })
        }
    }
}

/// Whom a plugin that acts by itself opens a case about. `NotFound` for somebody that it keeps
/// nothing about.
async fn subject_of(domain: &Domain, cx: &Context, about: &About) -> Result<Behalf> {
    if cx.plugin.is_none() || !matches!(cx.principal, Principal::System(_)) {
        return Err(Error::invalid("about", "case-about-alone"));
    }
    let account = subjects::account(domain, cx, &about.subject).await?;
    let phone = about.phone.as_deref().map(phone::normal).transpose()?;
    Ok(Behalf {
        account: Some(account),
        phone_hash: phone.as_deref().map(|it| phone::hash(domain, it)),
        phone,
        ..Behalf::default()
    })
}

fn check_report(domain: &Domain, cx: &Context, report: &Report) -> Result<()> {
    let mut problems = Vec::new();
    let mut longest = |at: &str, text: &str, limit: usize| {
        if text.chars().count() > limit {
            problems.push(Problem::at(at, "text-too-long").with("limit", limit));
        }
    };
    longest("title", &report.title, TITLE);
    longest("description", &report.description, words(cx));
    longest("address", &report.address, ADDRESS);
    longest(
        "contact_name",
        report.contact_name.as_deref().unwrap_or(""),
        40,
    );
    longest(
        "contact_phone",
        report.contact_phone.as_deref().unwrap_or(""),
        40,
    );
    let about = report.about.as_ref().and_then(|it| it.name.as_deref());
    longest("about", about.unwrap_or(""), 40);
    if report.title.trim().is_empty() && report.description.trim().is_empty() {
        problems.push(Problem::at("description", "case-say-what"));
    }
    if report.once.is_empty() || report.once.len() > 64 {
        problems.push(Problem::at("once", "once-length"));
    }
    if let Some(class) = &report.class
        && domain.duty.list().item(class).is_none()
    {
        problems.push(Problem::at("class", "case-class-unknown"));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(problems))
    }
}

/// The longest description by this door: GeoReport v2 promises 4,000 characters, and an address of
/// a picture comes after them.
fn words(cx: &Context) -> usize {
    match cx.channel {
        Channel::Open311 => 4600,
        _ => WORDS,
    }
}

/// The cell of the point, else the community that was chosen; never a guess.
fn place(domain: &Domain, cx: &Context, report: &Report) -> Result<(String, Option<Position>)> {
    locate(domain, cx, report.point, report.division.as_ref())
}

/// The same for a point and a division.
pub(super) fn locate(
    domain: &Domain,
    cx: &Context,
    point: Option<Point>,
    division: Option<&String>,
) -> Result<(String, Option<Position>)> {
    let position = point.map(|it| it.position()).transpose()?;
    if let Some(at) = position
        && let Some(cell) = grid::locate_position(domain, cx, at)
    {
        return Ok((cell.code, position));
    }
    let Some(code) = division else {
        let code = if position.is_some() {
            "case-place-outside"
        } else {
            "case-place-missing"
        };
        return Err(Error::invalid("place", code));
    };
    let index = domain.grid.index();
    let known = index.division(code).filter(|it| it.live(cx.now));
    match known {
        Some(it) if it.code.len() >= 12 => Ok((it.code, position)),
        _ => Err(Error::invalid("place", "case-place-unknown")),
    }
}

/// What `report` is to the engine: a report, or a visit that is planned.
async fn opening(
    t: &mut Transaction,
    domain: &Domain,
    cx: &Context,
    report: &Report,
    division: &str,
) -> Result<Input> {
    domain.duty.fresh(t, cx.now).await?;
    let list = domain.duty.at(division, cx.now);
    let duty = match &report.class {
        Some(class) => duty_for(t, &list, class, division).await?,
        None => None,
    };
    let item = report.class.as_ref().and_then(|it| list.item(it));
    let procedure = item.map_or(report.procedure.unwrap_or_default(), |it| it.procedure);
    let lead = duty.as_ref().and_then(|it| it.lead.as_deref());
    let lead = lead.filter(|_| procedure == Procedure::Application);
    let desk = first(t, procedure, division, lead, item)
        .await?
        .ok_or_else(|| Error::invalid("place", "case-no-desk"))?;
    let mut input = Input {
        who: match procedure {
            Procedure::Visit => planners(cx, division),
            _ if cx.plugin.is_some() && cx.account().is_none() => vec![Who::Plugin],
            _ => vec![Who::Anyone],
        },
        actor: cx.account().map(str::to_owned),
        target: Some(desk),
        duty,
        urgency: report.urgency,
        danger: report.danger,
        files: report.files.len().try_into().unwrap_or(u32::MAX),
        ..blank(procedure.opener(), cx)
    };
    if let (Procedure::Visit, Some(item)) = (procedure, item) {
        let urgency = report.urgency.unwrap_or(Urgency::Normal);
        input.dues = item.dues(urgency, cx.now, &domain.duty.calendar());
    }
    Ok(input)
}

/// Who may plan a visit here: a plugin whose manifest lists the class, and those whose posts cover
/// the place.
fn planners(cx: &Context, division: &str) -> Vec<Who> {
    if cx.plugin.is_some() {
        return vec![Who::Plugin];
    }
    let here = cx.posts().filter(|post| post.covers(division));
    here.filter_map(|post| match post.role {
        Role::GridWorker => Some(Who::GridWorker),
        Role::Dispatcher => Some(Who::Dispatcher),
        Role::Supervisor => Some(Who::Supervisor),
        _ => None,
    })
    .collect()
}

/// Opens a case: `link` is the visit that it was found on.
pub(super) async fn open(
    t: &mut Transaction,
    domain: &Domain,
    cx: &Context,
    report: &Report,
    behalf: Behalf,
    (division, position): (String, Option<Position>),
    link: Option<String>,
) -> Result<Case> {
    let input = Input {
        link,
        ..opening(t, domain, cx, report, &division).await?
    };
    let (course, deadlines) =
        lifecycle::step(&lifecycle::unborn(), &[], &input).map_err(refusal::error)?;
    let day = cx.now.zoned(&domain.zone).strftime("%Y%m%d").to_string();
    let district = division.get(..6).unwrap_or(&division).to_owned();
    let serial = rows::serial(t, &district, &day).await?;
    let party = party(report, course.procedure)?;
    let mut case = Case {
        id: domain.ids.id(cx.now),
        number: format!("{district}-{day}-{serial:04}"),
        title: title(report),
        address: report.address.trim().to_owned(),
        lon: position.map(|it| it.lon),
        lat: position.map(|it| it.lat),
        channel: channel(cx),
        reporter: behalf.account,
        phone_hash: behalf.phone_hash,
        proxy: behalf.proxy,
        party_hash: party.as_deref().map(|it| phone::hash(domain, it)),
        plugin: cx.plugin.as_ref().map(|it| it.id.clone()),
        opened: cx.now,
        closed: None,
        due: None,
        division,
        course,
        deadlines,
    };
    case.due = case.next_due();
    let list = domain.duty.at(&case.division, cx.now);
    rows::insert(t, &case, &list.version).await?;
    let about = report.about.as_ref().and_then(|it| it.name.as_ref());
    let name = report.contact_name.as_ref().or(about);
    if behalf.phone.is_some() || name.is_some() {
        let name = name.map(String::as_str);
        rows::put_contact(t, &case.id, name, behalf.phone.as_deref()).await?;
    }
    if let (Some(phone), Some(it)) = (&party, &report.party) {
        rows::put_party(t, &case.id, it.name.trim(), phone).await?;
    }
    subjects::keep(t, domain, cx).await?;
    let words = Some(report.description.trim()).filter(|it| !it.is_empty());
    events::append(t, domain, cx, &case, &input, None, Said::words(words)).await?;
    attachments::bind(
        t,
        domain,
        cx,
        report.draft.as_deref(),
        &case.id,
        &report.files,
    )
    .await?;
    Ok(case)
}

/// The number of the other party: a mediation has one, nothing else does.
fn party(report: &Report, procedure: Procedure) -> Result<Option<String>> {
    match (&report.party, procedure) {
        (Some(party), Procedure::Mediation) => {
            if party.name.trim().is_empty() || party.name.chars().count() > 40 {
                return Err(Error::invalid("party_name", "case-party-name"));
            }
            Ok(Some(phone::normal(&party.phone)?))
        }
        (None, Procedure::Mediation) => Err(Error::invalid("party_name", "case-party-name")),
        (Some(_), _) => Err(Error::invalid("party_name", "case-party-not-here")),
        (None, _) => Ok(None),
    }
}

/// The channel, by the post of whoever files it: one responsibility, whichever door.
fn channel(cx: &Context) -> Channel {
    match cx.channel {
        Channel::App | Channel::Api if cx.has_role(Role::HotlineAgent) => Channel::Hotline,
        Channel::App | Channel::Api if cx.has_role(Role::CounterClerk) => Channel::Counter,
        Channel::App | Channel::Api if cx.has_role(Role::GridWorker) => Channel::GridWorker,
        other => other,
    }
}

fn title(report: &Report) -> String {
    let title = report.title.trim();
    if !title.is_empty() {
        return title.to_owned();
    }
    let first = report.description.trim().lines().next().unwrap_or_default();
    first.chars().take(30).collect()
}
