//! Cases that may be about the same thing: near one another, lately, of a class that does not rule
//! it out, in similar words. Each comes with its score and the reasons for it; a person decides.

use std::collections::BTreeSet;

use super::{
    actors,
    duty::DutyList,
    model::{Case, Procedure, State, Who},
    routing::division_at,
};
use crate::{
    context::{Context, Locale},
    db::cases::{Filter, near as rows},
    domain::Domain,
    error::Result,
    grid::{Position, circle},
    i18n,
    identity::Level,
    text,
    time::Timestamp,
};

/// How far away a case may be, in metres.
pub const RADIUS: f64 = 200.0;
/// How long ago it may have been handed in, in days.
pub const DAYS: i64 = 30;
/// The least score of a candidate for a dispatcher.
pub const LEAST: u32 = 40;
/// The same for a resident, whose words are compared with the name of the class only: a new case of
/// whatever class within 100 m, or one in the community whose class they named.
pub const LEAST_PUBLIC: u32 = 25;
/// How many candidates there are at most.
const SHOWN: usize = 5;
/// How many cases around are looked at, the newest first.
const LOOKED_AT: u32 = 200;
const DAY: i64 = 24 * 3600;

/// What a case, or a report that is not one yet, is compared by.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub(super) terms: BTreeSet<String>,
    pub(super) position: Option<Position>,
    pub(super) division: String,
    pub(super) class: Option<String>,
    pub(super) at: Timestamp,
}

/// How alike two cases are, part by part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Likeness {
    /// 0 to 100; candidates have 40 at least.
    pub score: u32,
    /// Metres apart; none where one of them has no point: then both are in one community.
    pub metres: Option<u32>,
    /// How much of the shorter text is in the other, in per cent.
    pub words: u32,
    /// Whether the class is the same; none while one of them has none.
    pub same_class: Option<bool>,
    /// Whole days between them.
    pub days: u32,
}

/// Compares two cases. None when they cannot be about the same: of different classes, in different
/// places, or too long one after the other.
///
/// The score is words 50, place 30, class 15, time 5: what is said counts as much as where and when
/// it is together. A place known by its community only is worth 10, a class not known yet 5.
pub(super) fn compare(a: &Subject, b: &Subject) -> Option<Likeness> {
    let same_class = match (&a.class, &b.class) {
        (Some(a), Some(b)) if a != b => return None,
        (Some(_), Some(_)) => Some(true),
        _ => None,
    };
    let seconds = (a.at.micros() - b.at.micros()).abs() / 1_000_000;
    if seconds > DAYS * DAY {
        return None;
    }
    let metres = match (a.position, b.position) {
        (Some(a), Some(b)) => Some(circle::metres(a, b)),
        _ if community(&a.division) != community(&b.division) => return None,
        _ => None,
    };
    let place = match metres {
        Some(metres) if metres > RADIUS => return None,
        Some(metres) => 30.0 * (1.0 - metres / RADIUS),
        None => 10.0,
    };
    let words = text::overlap(&a.terms, &b.terms);
    let class = if same_class.is_some() { 15.0 } else { 5.0 };
    let days = seconds / DAY;
    // At most 30 days: exact.
    let time = 5.0 * (1.0 - days as f64 / DAYS as f64);
    Some(Likeness {
        score: (50.0 * words + place + class + time).round() as u32,
        metres: metres.map(|it| it.round() as u32),
        words: (100.0 * words).round() as u32,
        same_class,
        days: u32::try_from(days).unwrap_or(u32::MAX),
    })
}

impl Likeness {
    /// The reasons, in words.
    pub fn reason(&self, locale: Locale) -> String {
        let say = |key: &str, n: u32| i18n::text(locale, key, &[("n", &n.to_string())]);
        let mut parts = vec![match self.metres {
            Some(metres) => say("alike-metres", metres),
            None => say("alike-community", 0),
        }];
        if self.words > 0 {
            parts.push(say("alike-words", self.words));
        }
        parts.push(match self.same_class {
            Some(_) => say("alike-class", 0),
            None => say("alike-class-unknown", 0),
        });
        parts.push(match self.days {
            0 => say("alike-day", 0),
            days => say("alike-days", days),
        });
        parts.join(&say("alike-and", 0))
    }
}

/// A case that may be about the same as another.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The case, without its deadlines.
    pub case: Case,
    /// How alike they are.
    pub likeness: Likeness,
}

/// The candidates for a case that a desk has yet to send on, the likeliest first, at most five:
/// open incidents that the caller may see. None for who does not decide about the case.
pub async fn of(domain: &Domain, cx: &Context, case: &Case) -> Result<Vec<Candidate>> {
    let decides = actors::all(cx, case)
        .iter()
        .any(|(who, _)| matches!(who, Who::Dispatcher | Who::Supervisor | Who::GridWorker));
    let early = matches!(
        case.course.state,
        State::Submitted | State::NeedInfo | State::Filed
    );
    if !decides || !early || case.course.procedure != Procedure::Incident {
        return Ok(Vec::new());
    }
    let filter = Filter {
        seen: actors::sight(cx)?,
        states: Some(open()),
        ..Filter::default()
    };
    let mut c = domain.database.read().await?;
    let own = rows::described(&mut c, std::slice::from_ref(&case.id)).await?;
    let subject = subject(case, own.get(&case.id).map_or("", String::as_str));
    let place = around(&subject);
    let mut found = rows::around(&mut c, &place, &filter, LOOKED_AT).await?;
    found.retain(|it| it.id != case.id);
    let ids: Vec<String> = found.iter().map(|it| it.id.clone()).collect();
    let words = rows::described(&mut c, &ids).await?;
    let said = |it: &Case| words.get(&it.id).cloned().unwrap_or_default();
    Ok(likeliest(LEAST, &subject, found, |it| {
        self::subject(it, &said(it))
    }))
}

/// Open incidents that a report may be about, the likeliest first, at most five. For somebody who
/// sees none of them otherwise: only what a desk has registered, and compared with the name of its
/// class alone, so that nobody can find out by trying what others have written.
pub(super) async fn public(
    domain: &Domain,
    now: Timestamp,
    words: &str,
    division: &str,
    position: Option<Position>,
) -> Result<Vec<Candidate>> {
    let subject = Subject {
        terms: text::terms(words),
        position,
        division: division.to_owned(),
        class: None,
        at: now,
    };
    let filter = Filter {
        states: Some(open()),
        ..Filter::default()
    };
    let mut c = domain.database.read().await?;
    let found = rows::around(&mut c, &around(&subject), &filter, LOOKED_AT).await?;
    let list = domain.duty.list();
    let found = found
        .into_iter()
        .filter(|it| is_public(&list, it))
        .collect();
    Ok(likeliest(LEAST_PUBLIC, &subject, found, |it| Subject {
        terms: text::terms(&class_names(&list, it)),
        ..self::subject(it, "")
    }))
}

/// Whether others than those concerned may know that there is such a case: an incident that a desk
/// has registered under a class that a photo proves. What can be photographed is in the open; what
/// is heard, feared or needed (noise, food, a person in need) may be about somebody's home.
pub(super) fn is_public(list: &DutyList, case: &Case) -> bool {
    let course = &case.course;
    let item = course.class.as_deref().and_then(|it| list.item(it));
    let open = item.is_some_and(|it| it.procedure == Procedure::Incident && it.evidence > 0);
    open && course.procedure == Procedure::Incident && course.lead.is_some()
}

fn class_names(list: &DutyList, case: &Case) -> String {
    let item = case.course.class.as_deref().and_then(|it| list.item(it));
    item.map_or_else(String::new, |it| {
        format!("{} {}", it.name(Locale::Chinese), it.name(Locale::English))
    })
}

fn likeliest(
    least: u32,
    subject: &Subject,
    found: Vec<Case>,
    as_subject: impl Fn(&Case) -> Subject,
) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = found
        .into_iter()
        .filter(|it| it.course.procedure == Procedure::Incident)
        .filter_map(|case| {
            let likeness = compare(subject, &as_subject(&case))?;
            (likeness.score >= least).then_some(Candidate { case, likeness })
        })
        .collect();
    // They come in the order of their ids, the newest first, and the sort is stable.
    candidates.sort_by_key(|it| std::cmp::Reverse(it.likeness.score));
    candidates.truncate(SHOWN);
    candidates
}

fn subject(case: &Case, words: &str) -> Subject {
    let mut terms = text::terms(&case.title);
    terms.append(&mut text::terms(words));
    Subject {
        terms,
        position: position(case),
        division: case.division.clone(),
        class: case.course.class.clone(),
        at: case.opened,
    }
}

pub(super) fn position(case: &Case) -> Option<Position> {
    let (lon, lat) = (case.lon?, case.lat?);
    Some(Position { lon, lat })
}

fn around(subject: &Subject) -> rows::Around {
    rows::Around {
        bounds: subject.position.map(|it| circle::bounds(it, RADIUS)),
        community: community(&subject.division).to_owned(),
        since: subject.at.plus_seconds(-DAYS * DAY),
    }
}

fn community(division: &str) -> &str {
    division_at(division, Level::Community).unwrap_or(division)
}

/// States of a case on which something is still to be done.
pub(super) fn open() -> Vec<State> {
    let open = |it: &State| !it.ended() && !matches!(it, State::Resolved | State::Merged);
    State::ALL.iter().copied().filter(open).collect()
}
