//! After random courses on both databases, everything that is kept for figures is what the event
//! logs say, every figure is what a count by other means says, and every link lists just the cases
//! that it counts.

mod digest;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Asked, Number, Report, behind, excluded, facts::Exclusion, facts::Facts, level_name, link,
    recount, report, scope, table::Figure, times,
};
use crate::{
    cases::model::{Action, State},
    context::Context,
    db::{
        cases as rows,
        figures::{By, Listed, Scope, Stays, ids},
        sql,
        testing::both::both,
    },
    domain::Domain,
    error::Error,
    page::Paging,
    time::Timestamp,
};
use world::{City, NOISE, SIBLING, TEAM};

pub(super) const DISTRICT: &str = "310101";
pub(super) const STREET: &str = "310101022";
pub(super) const COMMUNITY: &str = "310101022027";

/// What the logs say of every case.
type Truth = BTreeMap<String, (Facts, Stays)>;

async fn truth(domain: &Domain) -> Truth {
    let mut c = domain.database.read().await.unwrap();
    let mut found = Truth::new();
    for id in ids(&mut c, "", 10_000).await.unwrap() {
        let case = rows::get(&mut c, &id).await.unwrap().unwrap();
        let log = rows::events(&mut c, &id).await.unwrap();
        let it = recount::derive(&case, &log, &domain.zone).unwrap();
        assert_eq!(it.older, 0);
        found.insert(id, (it.facts, it.stays));
    }
    found
}

/// Whether a figure counts a case, said once more and otherwise than in the table.
fn counts(figure: Figure, it: &Facts, now: Timestamp) -> bool {
    use Figure as F;
    let why = it.excluded.as_ref().map(|it| it.why);
    let counted = matches!(why, None | Some(Exclusion::Unrated));
    let over = |due: Option<Timestamp>| due.is_some_and(|due| due < now);
    let kept = |at: Option<Timestamp>, due: Option<Timestamp>| match (at, due) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(at), Some(due)) => at <= due,
    };
    let rests = matches!(
        it.state,
        State::Resolved | State::Delivered | State::Answered
    );
    let open = !it.state.ended() && !rests;
    let visit = it.procedure == "visit";
    match figure {
        F::Received => true,
        F::Open => open,
        F::Overdue => open && over(it.due),
        F::ResponseDue => counted && (it.responded.is_some() || over(it.response_due)),
        F::Response => counted && kept(it.responded, it.response_due),
        F::ResolutionDue => counted && (it.resolved.is_some() || over(it.resolve_due)),
        F::InTime => counted && kept(it.resolved, it.resolve_due),
        F::Resolved | F::ResolutionTime => it.resolved.is_some(),
        F::Rated => it.satisfied.is_some(),
        F::Contacted => it.contacted == Some(true),
        F::Resolution => it.solved == Some(true),
        F::Satisfaction => matches!(it.satisfied, Some(4 | 5)),
        F::ResponseTime => it.responded.is_some(),
        F::Missed => it.missed != 0,
        F::Overseen => it.overseen != 0,
        F::Raised => it.raised != 0,
        F::Returned => it.returned != 0,
        F::Reworked => it.reworked != 0,
        F::Reopened => it.reopened != 0,
        F::Suspended => it.suspended != 0,
        F::Shared => it.parts != 0,
        F::PartRefused => it.parts_refused != 0,
        F::Visits => visit,
        F::VisitsMade | F::Forms | F::Fields | F::Held => visit && it.resolved.is_some(),
        F::VisitsMissed => visit && it.missed != 0,
        F::Explained => why == Some(Exclusion::Explained),
        F::Merged => why == Some(Exclusion::Merged),
        F::Withdrawn => why == Some(Exclusion::Withdrawn),
        F::Declined => why == Some(Exclusion::Declined),
        F::Unanswered => why == Some(Exclusion::Unanswered),
        F::Cancelled => why == Some(Exclusion::Cancelled),
        F::Unrated => why == Some(Exclusion::Unrated),
    }
}

/// What a figure adds up over its cases.
fn sum(figure: Figure, it: &Facts) -> i64 {
    let since = |at: Option<Timestamp>| {
        let at = at.map_or(0, Timestamp::micros);
        (at - it.opened.micros()).div_euclid(1_000_000)
    };
    match figure {
        Figure::ResponseTime => since(it.responded),
        Figure::ResolutionTime => since(it.resolved),
        Figure::Forms => it.forms.into(),
        Figure::Fields => it.fields.into(),
        Figure::Held => it.held.into(),
        _ => 0,
    }
}

fn lies_in(scope: &Scope, it: &Facts) -> bool {
    let day = |text: &str| text.parse::<jiff::civil::Date>().unwrap();
    it.procedure != "mediation"
        && it.division.starts_with(&scope.division)
        && scope.from.is_none_or(|from| day(&it.day) >= from)
        && scope.to.is_none_or(|to| day(&it.day) <= to)
        && scope.class.as_ref().is_none_or(|class| *class == it.class)
        && scope.unit.as_ref().is_none_or(|unit| *unit == it.unit)
        && scope.level.is_none_or(|level| level == it.level)
        && scope.procedure.is_none_or(|it2| it2.name() == it.procedure)
}

fn scopes() -> Vec<Scope> {
    let of = |division: &str| Scope {
        division: division.to_owned(),
        ..Scope::default()
    };
    let day = |text: &str| text.parse().ok();
    let district = of(DISTRICT);
    vec![
        of(DISTRICT),
        of(STREET),
        of(COMMUNITY),
        of(SIBLING),
        of("320101"),
        Scope {
            from: day("2026-12-01"),
            ..district.clone()
        },
        Scope {
            from: day("2026-11-25"),
            to: day("2026-12-05"),
            ..district.clone()
        },
        Scope {
            from: day("2026-11-01"),
            to: day("2026-12-31"),
            ..of(STREET)
        },
        Scope {
            to: day("2026-11-28"),
            ..district.clone()
        },
        Scope {
            class: Some(NOISE.to_owned()),
            ..district.clone()
        },
        Scope {
            class: Some(String::new()),
            ..district.clone()
        },
        Scope {
            unit: Some(TEAM.to_owned()),
            ..district.clone()
        },
        Scope {
            level: Some(2),
            ..district.clone()
        },
        Scope {
            procedure: Some(crate::cases::model::Procedure::Visit),
            ..district
        },
    ]
}

/// Holds the figures of a scope, told apart in every way, against the truth.
async fn holds(domain: &Domain, cx: &Context, truth: &Truth, scope: &Scope) -> usize {
    let mut seen = 0;
    let apart = [By::Unit, By::Level, By::Class, By::Month, By::Place];
    for by in [None].into_iter().chain(apart.map(Some)) {
        if by == Some(By::Place) && scope.division.len() >= 12 {
            continue;
        }
        let found: Report = report(domain, cx, scope, by).await.unwrap();
        seen += equal(cx, truth, scope, &found.whole, by);
        for row in &found.rows {
            let narrow = link::narrowed(scope, by.unwrap(), &row.key);
            equal(cx, truth, &narrow, &row.numbers, by);
        }
    }
    seen
}

fn equal(cx: &Context, truth: &Truth, scope: &Scope, numbers: &[Number], by: Option<By>) -> usize {
    let all = || {
        truth
            .values()
            .map(|(facts, _)| facts)
            .filter(|it| lies_in(scope, it))
    };
    for it in numbers {
        let figure = it.figure;
        let of = all().filter(|facts| counts(figure, facts, cx.now));
        let (cases, total) = of.fold((0, 0), |(n, s), facts| (n + 1, s + sum(figure, facts)));
        assert_eq!(it.cases, cases, "{} of {scope:?} by {by:?}", figure.name());
        let expected =
            (cases != 0 && figure.sum_column().is_some()).then(|| total as f64 / cases as f64);
        assert_eq!(it.mean, expected, "{} of {scope:?}", figure.name());
    }
    all().count()
}

/// Each link lists just the cases that its figure counts.
async fn opens(domain: &Domain, cx: &Context, truth: &Truth, scope: &Scope) {
    // By way of its address.
    let uri = format!("/x?{}", link::query(scope)).parse().unwrap();
    let asked = axum::extract::Query::<Asked>::try_from_uri(&uri).unwrap().0;
    let scope = &self::scope(cx, &asked).unwrap();
    for figure in Figure::ALL {
        let expected: BTreeSet<&str> = truth
            .values()
            .map(|(facts, _)| facts)
            .filter(|it| lies_in(scope, it) && counts(*figure, it, cx.now))
            .map(|it| it.case.as_str())
            .collect();
        let listed = listed(domain, cx, scope, Listed::Figure(*figure)).await;
        let found: BTreeSet<&str> = listed.iter().map(String::as_str).collect();
        assert_eq!(listed.len(), found.len(), "none twice");
        assert_eq!(found, expected, "{} of {scope:?}", figure.name());
    }
    for it in times(domain, cx, scope).await.unwrap() {
        let all = || truth.values().filter(|(facts, _)| lies_in(scope, facts));
        let was = all().filter(|(_, stays)| stays.contains_key(&it.state));
        let (stays, micros) = all()
            .filter_map(|(_, stays)| stays.get(&it.state))
            .fold((0, 0), |(n, t), (stays, micros)| (n + stays, t + micros));
        let now = all().filter(|(facts, _)| facts.state == it.state && facts.ended.is_none());
        let expected = (was.count() as i64, stays, now.count() as i64);
        assert_eq!(
            (it.cases, it.stays, it.now),
            expected,
            "{:?} of {scope:?}",
            it.state
        );
        let mean = (stays != 0).then(|| micros as f64 / stays as f64 / 1e6);
        assert_eq!(it.mean, mean);
        let there = listed(domain, cx, scope, Listed::In(it.state)).await;
        let left = listed(domain, cx, scope, Listed::Was(it.state)).await;
        assert_eq!((there.len() as i64, left.len() as i64), (it.now, it.cases));
    }
}

async fn listed(domain: &Domain, cx: &Context, scope: &Scope, what: Listed) -> Vec<String> {
    let (mut paging, mut found) = (Paging::first(7), Vec::new());
    loop {
        let page = behind(domain, cx, scope, what, &paging).await.unwrap();
        found.extend(page.items.into_iter().map(|it| it.id));
        match page.next {
            Some(next) => paging.cursor = Some(next),
            None => return found,
        }
    }
}

both! {
    async fn every_figure_is_what_the_logs_say_after_random_courses(database) {
        let mut city = City::new(database, 7).await;
        for _ in 0..3 {
            city.rated().await;
        }
        city.live(24, 480).await;
        let domain = city.domain().clone();
        let cx = city.who("supervisor");
        let truth = truth(&domain).await;
        let recounted = recount::recount(&domain.database, &domain.zone, cx.now).await.unwrap();
        assert_eq!(recounted.differences, Vec::<String>::new());
        assert_eq!(recounted.cases, truth.len() as u64);
        assert!(recounted.sums > 0, "some cases are in the sums");
        // The courses were no walk in the park.
        for figure in [
            Figure::Open, Figure::Resolved, Figure::Missed, Figure::Raised, Figure::Visits,
            Figure::Rated, Figure::Shared,
        ] {
            let cases = truth.values().filter(|(it, _)| counts(figure, it, cx.now)).count();
            assert!(cases > 0, "no case is {}", figure.name());
        }
        let mut seen = BTreeSet::new();
        for scope in scopes() {
            // Who sees a scope is held elsewhere.
            let cx = match scope.division.starts_with(DISTRICT) {
                true => cx.clone(),
                false => city.far(),
            };
            seen.insert(holds(&domain, &cx, &truth, &scope).await);
            opens(&domain, &cx, &truth, &scope).await;
        }
        assert!(seen.len() > 5, "the scopes differ: {seen:?}");
        // The same when all that has ended is summed, and again when nothing is.
        while recount::sum(&domain.database, cx.now).await.unwrap() > 0 {}
        for scope in scopes().iter().filter(|it| it.division.starts_with(DISTRICT)) {
            holds(&domain, &cx, &truth, scope).await;
        }
        let forget = domain.database.write(|t| Box::pin(crate::db::figures::forget(t)));
        forget.await.unwrap();
        holds(&domain, &cx, &truth, &scopes()[0]).await;
    }

    async fn what_is_missing_is_filled_in_from_the_log(database) {
        let mut city = City::new(database, 11).await;
        city.live(6, 60).await;
        let domain = city.domain().clone();
        let emptied = domain.database.write(|t| Box::pin(async move {
            for table in ["case_sums", "stay_sums", "case_stays", "case_facts"] {
                sql(format!("DELETE FROM {table}")).run(t).await?;
            }
            Ok(())
        }));
        emptied.await.unwrap();
        let differs = recount::recount(&domain.database, &domain.zone, city.now()).await.unwrap();
        assert!(!differs.differences.is_empty(), "a recount sees what is missing");
        // A case that moves before it is filled in is whole, too.
        city.live(0, 10).await;
        while recount::fill(&domain.database, &domain.zone).await.unwrap() > 0 {}
        let again = recount::recount(&domain.database, &domain.zone, city.now()).await.unwrap();
        assert_eq!(again.differences, Vec::<String>::new());
    }

    async fn a_changed_fact_is_found(database) {
        let mut city = City::new(database, 13).await;
        city.live(4, 40).await;
        let domain = city.domain().clone();
        while recount::sum(&domain.database, city.now()).await.unwrap() > 0 {}
        for text in [
            "UPDATE case_facts SET satisfied = 5, contacted = 1, solved = 1 WHERE case_id IN
             (SELECT MIN(case_id) FROM case_facts)",
            "UPDATE case_stays SET micros = micros + 1",
            "UPDATE case_sums SET received = received + 1",
        ] {
            let before = recount::recount(&domain.database, &domain.zone, city.now()).await.unwrap();
            let changed = domain.database.write(move |t| Box::pin(async move { sql(text).run(t).await }));
            assert!(changed.await.unwrap() > 0);
            let after = recount::recount(&domain.database, &domain.zone, city.now()).await.unwrap();
            assert!(after.differences.len() > before.differences.len(), "{text}");
        }
    }

    async fn a_person_sees_the_figures_of_their_desk_only(database) {
        let mut city = City::new(database, 17).await;
        city.live(8, 30).await;
        let domain = city.domain().clone();
        let asked = |division: &str| Asked {
            division: Some(division.to_owned()),
            ..Asked::default()
        };
        for (name, own, others) in [
            ("supervisor", vec![DISTRICT, STREET, SIBLING, COMMUNITY], vec!["310", "320101"]),
            ("street-supervisor", vec![STREET, COMMUNITY], vec![DISTRICT, SIBLING, "310101023"]),
            ("sibling-supervisor", vec![SIBLING], vec![DISTRICT, STREET, COMMUNITY]),
            ("handler", vec![], vec![STREET, COMMUNITY]),
            ("administrator", vec![], vec![DISTRICT]),
        ] {
            let cx = city.who(name);
            for division in own {
                let scope = scope(&cx, &asked(division)).unwrap();
                assert!(report(&domain, &cx, &scope, None).await.is_ok(), "{name} {division}");
            }
            for division in others {
                let refused = scope(&cx, &asked(division));
                assert!(matches!(refused, Err(Error::Forbidden(_))), "{name} {division}");
                // Nor by going round the address.
                let scope = Scope { division: division.to_owned(), ..Scope::default() };
                assert!(report(&domain, &cx, &scope, None).await.is_err());
                assert!(times(&domain, &cx, &scope).await.is_err());
                let listed = Listed::Figure(Figure::Received);
                assert!(behind(&domain, &cx, &scope, listed, &Paging::default()).await.is_err());
                let left = excluded(&domain, &cx, &scope, None, &Paging::default()).await;
                assert!(left.is_err());
            }
        }
        // Nothing of a street is in the figures of its sibling.
        let cx = city.who("sibling-supervisor");
        let scope = scope(&cx, &Asked::default()).unwrap();
        assert_eq!(scope.division, SIBLING);
        for id in listed(&domain, &cx, &scope, Listed::Figure(Figure::Received)).await {
            let mut c = domain.database.read().await.unwrap();
            let case = rows::get(&mut c, &id).await.unwrap().unwrap();
            assert!(case.division.starts_with(SIBLING));
        }
    }

    async fn what_is_left_out_names_who_decided(database) {
        let mut city = City::new(database, 19).await;
        let case = city.explained().await;
        let domain = city.domain().clone();
        let cx = city.who("supervisor");
        let scope = scope(&cx, &Asked::default()).unwrap();
        let (why, first) = (Some(Figure::Explained), Paging::default());
        let page = excluded(&domain, &cx, &scope, why, &first).await.unwrap();
        let [left] = page.items.as_slice() else { panic!("{page:?}") };
        assert_eq!((left.case.as_str(), left.why), (case.id.as_str(), Exclusion::Explained));
        assert_eq!(left.approved_by.as_deref(), Some("第一批准人"));
        assert_eq!(left.by.as_deref(), Some("第二批准人"));
        // Not in the rates; in the sums, and out of them again when it is taken up.
        let number = |report: &Report, figure| {
            report.whole.iter().find(|it| it.figure == figure).unwrap().cases
        };
        while recount::sum(&domain.database, cx.now).await.unwrap() > 0 {}
        let figures = report(&domain, &cx, &scope, None).await.unwrap();
        assert_eq!(number(&figures, Figure::Explained), 1);
        assert_eq!(number(&figures, Figure::ResolutionDue), 0);
        city.does(&case, "resident", Action::Reopen).await;
        let figures = report(&domain, &cx, &scope, None).await.unwrap();
        assert_eq!(number(&figures, Figure::Explained), 0);
        assert_eq!(number(&figures, Figure::Reopened), 1);
        assert_eq!(number(&figures, Figure::Received), 1);
        let recounted = recount::recount(&domain.database, &domain.zone, cx.now).await.unwrap();
        assert_eq!(recounted.differences, Vec::<String>::new());
    }

    async fn what_is_asked_is_checked(database) {
        let city = City::new(database, 23).await;
        let cx = city.who("supervisor");
        for (name, value) in [
            ("division", "31x"), ("from", "2026-13-01"), ("to", "yesterday"), ("level", "city"),
            ("procedure", "mediation"), ("procedure", "none"), ("class", &"x".repeat(65)),
        ] {
            let uri = format!("/x?{name}={value}").parse().unwrap();
            let asked = axum::extract::Query::<Asked>::try_from_uri(&uri).unwrap().0;
            assert!(matches!(scope(&cx, &asked), Err(Error::Invalid(_))), "{name}={value}");
        }
        let backwards = Asked {
            from: Some("2026-02-01".to_owned()),
            to: Some("2026-01-01".to_owned()),
            ..Asked::default()
        };
        assert!(matches!(scope(&cx, &backwards), Err(Error::Invalid(_))));
        assert_eq!(level_name(4), None);
    }
}
