//! Reports as Open311 shows them.
//!
//! What is public: only cases that came in by Open311, whose clients know that they are published.
//! Whoever reports in the app, at a counter or by telephone was never told so. Of a public case no
//! word of a person is shown: the description is the reporter's text and so is the address, and
//! both may hold names. In their place stand the name of the class and that of the community; the
//! point is rounded to about 100 metres, since a noisy neighbour's report is made at home. What is
//! kept from the many (any procedure but incidents) is not published at all. The service account
//! that filed a case reads it as it sent it.

use std::collections::BTreeMap;

use super::{Jurisdiction, services};
use crate::{
    cases::model::{Case, Procedure, State},
    context::{Context, Principal},
    db::{self, open311 as rows},
    domain::Domain,
    error::{Error, Problem, Result},
    i18n::Words,
    time::Timestamp,
};

/// The longest span of a query, in days: "a span of 90 days or first 1000 requests returned,
/// whichever is smallest" (GET Service Requests, Response Volume).
pub const DAYS: i64 = 90;
/// The most requests in one answer.
pub const MOST: u32 = 1000;

const SPAN: i64 = DAYS * 24 * 3600;

/// Which requests. What is empty or `None` does not restrict.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// These numbers; then nothing else restricts.
    pub numbers: Vec<String>,
    /// Of these services.
    pub codes: Vec<String>,
    /// Requested at or after this.
    pub from: Option<Timestamp>,
    /// Requested at or before this.
    pub until: Option<Timestamp>,
    /// Only open ones, or only closed ones.
    pub open: Option<bool>,
}

/// A request, in the reader's language.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The number people quote.
    pub number: String,
    /// The case's id, by which it is found as a token.
    pub token: String,
    /// Open until it is resolved.
    pub open: bool,
    /// Where it stands, in words.
    pub notes: String,
    /// Name of the service.
    pub service_name: String,
    /// Code of the service.
    pub service_code: String,
    /// The name of the class, or what was sent.
    pub description: String,
    /// The unit that holds it, or that answers for it once it has ended.
    pub agency: Option<String>,
    /// When it was made.
    pub requested: Timestamp,
    /// When it changed last; of a closed one, when it was closed.
    pub updated: Timestamp,
    /// When it is due, once it is registered.
    pub expected: Option<Timestamp>,
    /// From the community up, or what was sent.
    pub address: String,
    /// The code of the community.
    pub address_id: String,
    /// WGS 84 (within a metre of the CGCS2000 that is kept), if a point was given.
    pub lat: Option<f64>,
    /// The same.
    pub long: Option<f64>,
}

/// The requests, the newest first, at most 1,000. `Invalid` when the span is longer than 90 days;
/// `NotFound` when one of the services does not exist.
pub async fn list(
    domain: &Domain,
    cx: &Context,
    within: &Jurisdiction,
    wanted: &Wanted,
) -> Result<Vec<Request>> {
    if u32::try_from(wanted.numbers.len()).unwrap_or(u32::MAX) > MOST {
        let problem = Problem::at("service_request_id", "open311-too-many");
        return Err(Error::Invalid(vec![problem.with("limit", MOST)]));
    }
    let filter = if wanted.numbers.is_empty() {
        for code in &wanted.codes {
            services::one(domain, cx, code)?;
        }
        let (from, until) = span(cx.now, wanted.from, wanted.until)?;
        rows::Filter {
            within: within.0.clone(),
            codes: wanted.codes.clone(),
            from: Some(from),
            until: Some(until),
            open: wanted.open,
            ..rows::Filter::default()
        }
    } else {
        rows::Filter {
            within: within.0.clone(),
            numbers: Some(wanted.numbers.clone()),
            ..rows::Filter::default()
        }
    };
    shown(domain, cx, &filter).await
}

/// The request of a number. `NotFound` when there is none that may be shown.
pub async fn one(
    domain: &Domain,
    cx: &Context,
    within: &Jurisdiction,
    number: &str,
) -> Result<Request> {
    let filter = rows::Filter {
        within: within.0.clone(),
        numbers: Some(vec![number.to_owned()]),
        ..rows::Filter::default()
    };
    shown(domain, cx, &filter)
        .await?
        .pop()
        .ok_or(Error::NotFound)
}

/// The request of a token. Every report is answered with its number, so that no client needs a
/// token; but who knows a case by its id (the API's, a webhook's) finds its number here.
pub async fn by_token(
    domain: &Domain,
    cx: &Context,
    within: &Jurisdiction,
    token: &str,
) -> Result<Request> {
    let filter = rows::Filter {
        within: within.0.clone(),
        id: Some(token.to_owned()),
        ..rows::Filter::default()
    };
    shown(domain, cx, &filter)
        .await?
        .pop()
        .ok_or(Error::NotFound)
}

/// The span that is meant: 90 days from or to the one date that is given, the last 90 days when
/// none is.
fn span(
    now: Timestamp,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Result<(Timestamp, Timestamp)> {
    let (from, until) = match (from, until) {
        (Some(from), Some(until)) => (from, until),
        (Some(from), None) => (from, from.plus_seconds(SPAN)),
        (None, until) => {
            let until = until.unwrap_or(now);
            (until.plus_seconds(-SPAN), until)
        }
    };
    if from > until {
        return Err(Error::invalid("end_date", "open311-dates-turned"));
    }
    if until > from.plus_seconds(SPAN) {
        let problem = Problem::at("end_date", "open311-span").with("days", DAYS);
        return Err(Error::Invalid(vec![problem]));
    }
    Ok((from, until))
}

/// Whether a request is closed: from the moment that the reporter was told it is done.
pub const fn closed(state: State) -> bool {
    matches!(state, State::Resolved | State::Closed | State::Declined)
}

async fn shown(domain: &Domain, cx: &Context, filter: &rows::Filter) -> Result<Vec<Request>> {
    let mut c = domain.database.read().await?;
    let found = rows::list(&mut c, filter, MOST).await?;
    let published = |it: &&rows::Found| it.case.course.procedure == Procedure::Incident;
    let found: Vec<_> = found.iter().filter(published).collect();
    let own = found.iter().filter(|it| filed(cx, &it.case));
    let own: Vec<String> = own.map(|it| it.case.id.clone()).collect();
    let mut words = rows::words(&mut c, &own).await?;
    let mut agencies: BTreeMap<&str, Option<String>> = BTreeMap::new();
    for it in &found {
        if let Some(unit) = agency(&it.case)
            && !agencies.contains_key(unit)
        {
            let unit_row = db::units::get(&mut c, unit).await?;
            agencies.insert(unit, unit_row.map(|it| it.name(cx.locale).to_owned()));
        }
    }
    drop(c);
    let request = |it: &&rows::Found| {
        let agency = agency(&it.case).and_then(|it| agencies.get(it).cloned().flatten());
        let request = public(domain, cx, it, agency);
        match filed(cx, &it.case) {
            true => as_sent(request, &it.case, words.remove(&it.case.id)),
            false => request,
        }
    };
    Ok(found.iter().map(request).collect())
}

fn agency(case: &Case) -> Option<&str> {
    let holder = case.course.holder.as_ref().map(|it| it.unit.as_str());
    holder.or(case.course.lead.as_deref())
}

fn filed(cx: &Context, case: &Case) -> bool {
    match &cx.principal {
        Principal::Service { account, .. } => case.reporter.as_ref() == Some(account),
        _ => false,
    }
}

fn public(domain: &Domain, cx: &Context, it: &rows::Found, agency: Option<String>) -> Request {
    let case = &it.case;
    let code = case.course.class.clone().unwrap_or_default();
    let list = domain.duty.list();
    let name = list.item(&code).map(|it| it.name(cx.locale).to_owned());
    let name = name.unwrap_or_else(|| code.clone());
    let community = case.division.get(..12).unwrap_or(&case.division);
    Request {
        number: case.number.clone(),
        token: case.id.clone(),
        open: !closed(case.course.state),
        notes: Words(cx.locale).t(&format!("state-{}", case.course.state.name())),
        service_name: name.clone(),
        service_code: code,
        description: name,
        agency,
        requested: case.opened,
        updated: it.updated,
        expected: it.resolve,
        address: address(domain, cx, community),
        address_id: community.to_owned(),
        lat: case.lat.map(rounded),
        long: case.lon.map(rounded),
    }
}

/// To a thousandth of a degree: 111 metres north, 95 metres east in Shanghai.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1000.0).round() / 1000.0
}

/// The names of a place, the smallest first, as the specification wants them.
fn address(domain: &Domain, cx: &Context, community: &str) -> String {
    let index = domain.grid.index();
    let codes = [12, 9, 6].into_iter().filter_map(|it| community.get(..it));
    let names = codes.filter_map(|it| index.division(it));
    let names: Vec<String> = names.map(|it| it.name(cx.locale).to_owned()).collect();
    names.join(", ")
}

fn as_sent(public: Request, case: &Case, words: Option<String>) -> Request {
    Request {
        description: words.unwrap_or(public.description),
        address: match case.address.as_str() {
            "" => public.address,
            sent => sent.to_owned(),
        },
        lat: case.lat,
        long: case.lon,
        ..public
    }
}
