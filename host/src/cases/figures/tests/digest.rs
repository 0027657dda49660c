//! The digest of a desk: each line counts what happened, and opens just that.

use super::world::{City, TEAM};
use crate::{
    cases::{
        figures::digest::{Asked, Line, behind, digest, units},
        model::{Action, Case},
    },
    context::Context,
    db::{sql, testing::both::both},
    error::Error,
    page::Paging,
};

const HOUR: i64 = 3600;

fn of(unit: &str, day: &str) -> Asked {
    Asked {
        unit: Some(unit.to_owned()),
        day: Some(day.to_owned()),
    }
}

/// The ids behind a line, which are as many as it counts.
async fn line(city: &City, cx: &Context, asked: &Asked, line: Line) -> Vec<String> {
    let found = digest(city.domain(), cx, asked).await.unwrap();
    let count = found.lines.iter().find(|it| it.line == line).unwrap();
    let (mut paging, mut ids) = (Paging::first(2), Vec::new());
    loop {
        let page = behind(city.domain(), cx, asked, line, &paging)
            .await
            .unwrap();
        ids.extend(page.items.into_iter().map(|it| it.id));
        match page.next {
            Some(next) => paging.cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(count.cases, ids.len() as i64, "{line:?}");
    ids
}

async fn sent(city: &mut City) -> Case {
    let case = city.submitted().await;
    city.does(&case, "community", Action::File).await;
    city.does(&case, "community", Action::Dispatch).await;
    city.does(&case, "street", Action::Relay).await
}

both! {
    async fn each_line_opens_the_cases_that_it_counts(database) {
        let mut city = City::new(database, 3).await;
        let first = sent(&mut city).await;
        let second = sent(&mut city).await;
        let third = city.submitted().await;
        city.does(&first, "handler", Action::Return).await;
        city.does(&second, "handler", Action::Accept).await;
        city.does(&second, "handler", Action::Raise).await;
        city.does(&second, "supervisor", Action::Oversee).await;
        let today = "2026-11-23";
        let (community, team) = ("u-310101022027", of(TEAM, today));
        let mut all = vec![third.id.clone(), second.id.clone(), first.id.clone()];
        let cx = city.who("community");
        assert_eq!(line(&city, &cx, &of(community, today), Line::Came).await, all);
        let cx = city.who("handler");
        all.remove(0);
        assert_eq!(line(&city, &cx, &team, Line::Came).await, all);
        assert_eq!(line(&city, &cx, &team, Line::Returned).await, std::slice::from_ref(&first.id));
        assert_eq!(line(&city, &cx, &team, Line::Climbed).await, std::slice::from_ref(&second.id));
        assert_eq!(line(&city, &cx, &team, Line::Overseen).await, std::slice::from_ref(&second.id));
        for nothing in [Line::Reopened, Line::Done, Line::Overdue, Line::Proposed] {
            assert!(line(&city, &cx, &team, nothing).await.is_empty(), "{nothing:?}");
        }
        // The day after: nothing came, and what nobody filed is overdue and was told upwards.
        city.pass(24 * HOUR);
        while city.ring().await > 0 {}
        let cx = city.who("community");
        let tomorrow = of(community, "2026-11-24");
        assert!(line(&city, &cx, &tomorrow, Line::Came).await.is_empty());
        assert_eq!(line(&city, &cx, &tomorrow, Line::Overdue).await, std::slice::from_ref(&third.id));
        assert!(line(&city, &cx, &tomorrow, Line::Climbed).await.contains(&third.id));
        // The digest of the day before is what it was.
        assert_eq!(line(&city, &cx, &of(community, today), Line::Came).await.len(), 3);
    }

    async fn a_digest_is_its_desks(database) {
        let mut city = City::new(database, 5).await;
        sent(&mut city).await;
        let domain = city.domain().clone();
        let unit = |it: &str| of(it, "2026-11-23");
        for (name, own, others) in [
            ("handler", TEAM, ["u-310101022", "aid", "sibling-police"]),
            ("sibling-supervisor", "sibling-police", [TEAM, "u-310101022", "u-310101"]),
            ("street-supervisor", TEAM, ["u-310101002", "u-310101", "checks"]),
        ] {
            let cx = city.who(name);
            assert!(digest(&domain, &cx, &unit(own)).await.is_ok(), "{name} {own}");
            for other in others {
                let refused = digest(&domain, &cx, &unit(other)).await;
                assert!(matches!(refused, Err(Error::Forbidden(_))), "{name} {other}");
                let first = Paging::default();
                let cases = behind(&domain, &cx, &unit(other), Line::Came, &first).await;
                assert!(matches!(cases, Err(Error::Forbidden(_))), "{name} {other}");
            }
        }
        let administrator = city.who("administrator");
        assert!(units(&administrator).is_empty());
        let refused = digest(&domain, &administrator, &Asked::default()).await;
        assert!(matches!(refused, Err(Error::Forbidden(_))));
        let wrong = digest(&domain, &city.who("handler"), &of(TEAM, "today")).await;
        assert!(matches!(wrong, Err(Error::Invalid(_))));
    }
}

both! {
    async fn hints_are_told_to_those_who_judge_them(database) {
        let mut city = City::new(database, 29).await;
        let case = city.submitted().await;
        let id = case.id.clone();
        let made = city.domain().database.write(move |t| Box::pin(async move {
            for (hint, division) in [("near", "310101022"), ("wide", "310101")] {
                let text = "INSERT INTO case_hints (id, kind, subject, division, cases, days, found, seen)
                            VALUES ($1, 'caller', 'x', $2, 5, 30, 0, 0)";
                sql(text).bind(hint).bind(division).run(t).await?;
                let text = "INSERT INTO case_hint_cases (hint, case_id) VALUES ($1, $2)";
                sql(text).bind(hint).bind(&id).run(t).await?;
            }
            Ok(())
        }));
        made.await.unwrap();
        let street = of("u-310101022", "2026-11-23");
        let supervisor = city.who("street-supervisor");
        assert_eq!(line(&city, &supervisor, &street, Line::Hinted).await, [case.id]);
        // Judged: the one about more than the street is not the street's.
        let judged = city.domain().database.write(|t| Box::pin(async move {
            sql("UPDATE case_hints SET decision = 'dismissed' WHERE id = 'near'").run(t).await
        }));
        judged.await.unwrap();
        assert!(line(&city, &supervisor, &street, Line::Hinted).await.is_empty());
        let desk = city.who("street");
        let found = digest(city.domain(), &desk, &street).await.unwrap();
        assert!(found.lines.iter().all(|it| it.line != Line::Hinted));
        let first = Paging::default();
        let cases = behind(city.domain(), &desk, &street, Line::Hinted, &first).await;
        assert!(matches!(cases, Err(Error::Forbidden(_))));
    }
}
