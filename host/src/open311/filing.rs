//! A report by Open311: from the parameters of the specification to a report like any other.

use super::{
    Jurisdiction,
    services::{self, ANSWERS, DANGER},
};
use crate::{
    cases::{
        model::Case,
        operations::{Report, submit},
    },
    context::{Channel, Context, Locale, Principal},
    db,
    domain::Domain,
    error::{Error, Problem, Result},
    grid::{self, Datum, DivisionLevel, Point},
};

/// The longest description, in characters, by the specification.
const DESCRIPTION: usize = 4000;
/// The longest address of a picture, in characters.
const MEDIA: usize = 500;

/// What was sent. What the specification lets a client leave out is empty.
///
/// `email`, `device_id` and `account_id` are not here: the host has nothing to do with them, and
/// keeps no personal data that nothing needs.
#[derive(Clone, Debug, Default)]
pub struct Filing {
    /// The same report, sent again with the same key, answers the first case. 1 to 64 characters.
    pub once: String,
    /// Which service.
    pub service_code: String,
    /// Latitude, WGS 84.
    pub lat: String,
    /// Longitude, WGS 84.
    pub long: String,
    /// Where, in words.
    pub address: String,
    /// Where, as the code of a community or a cell.
    pub address_id: String,
    /// The reporter's given name.
    pub first_name: String,
    /// The reporter's family name.
    pub last_name: String,
    /// The reporter's number.
    pub phone: String,
    /// In the reporter's words, at most 4,000 characters.
    pub description: String,
    /// Address of a picture, `http` or `https`, at most 500 characters. It is kept as words for
    /// whoever works on the case, and fetched by nobody: the host opens no address that a stranger
    /// chose.
    pub media_url: String,
    /// Answers to the questions of the service: code and value.
    pub attributes: Vec<(String, String)>,
}

/// Takes a report from the service account that `cx` is. `Unauthenticated` for anybody else,
/// `NotFound` when there is no such service, `Invalid` names each parameter to mend.
pub async fn file(
    domain: &Domain,
    cx: &Context,
    within: &Jurisdiction,
    filing: Filing,
) -> Result<Case> {
    if !matches!(cx.principal, Principal::Service { .. }) {
        return Err(Error::Unauthenticated);
    }
    if filing.service_code.is_empty() {
        return Err(Error::invalid("service_code", "open311-service-missing"));
    }
    services::one(domain, cx, &filing.service_code)?;
    let cx = Context {
        channel: Channel::Open311,
        ..cx.clone()
    };
    let point = check(&filing)?;
    let division = place(domain, &cx, within, &filing, point).await?;
    submit(domain, &cx, report(domain, filing, point, division)).await
}

/// What is wrong with the words, all at once, and the point, if there is one.
fn check(filing: &Filing) -> Result<Option<Point>> {
    let mut problems = Vec::new();
    if filing.description.chars().count() > DESCRIPTION {
        problems.push(Problem::at("description", "text-too-long").with("limit", DESCRIPTION));
    }
    if !filing.media_url.is_empty() && !shown(&filing.media_url) {
        problems.push(Problem::at("media_url", "open311-media").with("limit", MEDIA));
    }
    for (code, value) in &filing.attributes {
        if code != DANGER {
            let problem = Problem::at("attribute", "open311-attribute-unknown");
            problems.push(problem.with("code", code));
        } else if !value.is_empty() && !ANSWERS.contains(&value.as_str()) {
            problems.push(Problem::at("attribute", "open311-attribute-value").with("code", code));
        }
    }
    let point = match (filing.long.as_str(), filing.lat.as_str()) {
        ("", "") => None,
        (long, lat) => match Point::parse(long, lat, Some(Datum::Wgs84.name())) {
            Ok(point) => Some(point),
            Err(Error::Invalid(more)) => {
                problems.extend(more);
                None
            }
            Err(error) => return Err(error),
        },
    };
    match problems.is_empty() {
        true => Ok(point),
        false => Err(Error::Invalid(problems)),
    }
}

fn shown(address: &str) -> bool {
    let scheme = url::Url::parse(address).map(|it| matches!(it.scheme(), "http" | "https"));
    scheme.unwrap_or(false) && address.chars().count() <= MEDIA
}

/// The community or cell, where it is not the point alone that says so: `address_id`, else the one
/// community whose name stands in the address. Never a guess: two names, and it is refused.
async fn place(
    domain: &Domain,
    cx: &Context,
    within: &Jurisdiction,
    filing: &Filing,
    point: Option<Point>,
) -> Result<Option<String>> {
    let cell = match point {
        Some(point) => grid::locate_position(domain, cx, point.position()?).map(|it| it.code),
        None => None,
    };
    let division = match (&cell, filing.address_id.as_str()) {
        (_, id) if !id.is_empty() => Some(id.to_owned()),
        (Some(_), _) => None,
        (None, _) if !filing.address.is_empty() => named(domain, cx, within, filing).await?,
        (None, _) => None,
    };
    match cell.as_deref().or(division.as_deref()) {
        Some(code) if !within.has(code) => {
            Err(Error::invalid("jurisdiction_id", "open311-elsewhere"))
        }
        None if point.is_none() && !filing.address.is_empty() => {
            Err(Error::invalid("address_string", "open311-address-unclear"))
        }
        None if point.is_none() => Err(Error::invalid("lat", "open311-location-missing")),
        _ => Ok(division),
    }
}

/// The community whose name is the longest in the address, if it is one only. Looked for in the
/// jurisdiction or, where it is not narrowed, in the districts that have an office.
async fn named(
    domain: &Domain,
    cx: &Context,
    within: &Jurisdiction,
    filing: &Filing,
) -> Result<Option<String>> {
    let districts = match within.0.as_str() {
        "" => {
            let mut c = domain.database.read().await?;
            let staffed = db::readiness::staffed(&mut c, cx.now).await?;
            staffed.districts.into_iter().collect()
        }
        code => vec![code.to_owned()],
    };
    let index = domain.grid.index();
    let mut best: (usize, Vec<String>) = (0, Vec::new());
    for district in districts {
        for it in index.search("", &district, cx.now) {
            let named = [&it.name, &it.name_en]
                .into_iter()
                .any(|name| filing.address.contains(name.as_str()));
            if it.level != DivisionLevel::Community || !named {
                continue;
            }
            let length = it.name.chars().count();
            if length > best.0 {
                best = (length, vec![it.code]);
            } else if length == best.0 {
                best.1.push(it.code);
            }
        }
    }
    match best.1.as_slice() {
        [one] => Ok(Some(one.clone())),
        _ => Ok(None),
    }
}

fn report(
    domain: &Domain,
    filing: Filing,
    point: Option<Point>,
    division: Option<String>,
) -> Report {
    let list = domain.duty.list();
    // The title of a case is read by many: it is the class, and no word of the reporter's.
    let title = list.item(&filing.service_code);
    let title = title.map_or_else(String::new, |it| it.name(Locale::Chinese).to_owned());
    let mut description = filing.description.trim().to_owned();
    if !filing.media_url.is_empty() {
        let between = if description.is_empty() { "" } else { "\n\n" };
        description = format!("{description}{between}media_url: {}", filing.media_url);
    }
    let danger = filing
        .attributes
        .iter()
        .any(|(code, value)| code == DANGER && value == "yes");
    Report {
        once: filing.once,
        title,
        description,
        point,
        division,
        address: filing.address,
        danger,
        contact_name: name(&filing.first_name, &filing.last_name),
        contact_phone: Some(filing.phone).filter(|it| !it.is_empty()),
        class: Some(filing.service_code),
        ..Report::default()
    }
}

/// As people write it: Chinese names begin with the family's.
fn name(first: &str, last: &str) -> Option<String> {
    let name = match first.is_ascii() && last.is_ascii() {
        true => format!("{first} {last}").trim().to_owned(),
        false => format!("{last}{first}"),
    };
    Some(name).filter(|it| !it.is_empty())
}
