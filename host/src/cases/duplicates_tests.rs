//! Candidates, followers and hints on both databases: what is alike, who may know, who is told.

use super::{
    course_tests::{COMMUNITY, DAY, World},
    duplicates::{self, LEAST, Subject, compare},
    followers::{self, About},
    hints::{self, CLUSTER, Decision, Kind},
    model::{Action, Case, State, Urgency},
    operations::{Command, Report, act, submit},
};
use crate::{
    context::{Context, Locale, Principal},
    db::{cases::hints::Spot, testing::both::both},
    domain::testing::NOW,
    error::Error,
    grid::{Datum, Point, Position},
    notices,
    page::Paging,
    text,
};

/// Two classes of things in the open, led by the desk of the street.
const BENCH: &str = "P0108";
const SWING: &str = "P0107";
/// One that no photo proves.
const ANYTHING: &str = "E0901";
/// A degree of latitude in metres, as `grid::circle` has it.
const DEGREE: f64 = 111_195.0;

/// So many metres north of a place in the community.
fn north(metres: f64) -> Point {
    Point {
        lon: 121.4743,
        lat: 31.2180 + metres / DEGREE,
        datum: Datum::Cgcs2000,
    }
}

fn subject(words: &str, metres: Option<f64>, class: Option<&str>, days: i64) -> Subject {
    Subject {
        terms: text::terms(words),
        position: metres.map(|it| north(it).position().unwrap()),
        division: COMMUNITY.to_owned(),
        class: class.map(str::to_owned),
        at: NOW.plus_seconds(days * DAY),
    }
}

#[test]
fn likeness_is_of_place_time_class_and_words() {
    let bench = subject("座椅坏了", Some(0.0), Some(BENCH), 0);
    let of = |words, metres, class, days| compare(&bench, &subject(words, metres, class, days));
    let same = of("座椅坏了", Some(0.0), Some(BENCH), 0).unwrap();
    assert_eq!((same.score, same.metres, same.words), (100, Some(0), 100));
    let near = of("座椅坏了", Some(100.0), None, 20).unwrap();
    assert_eq!(
        (near.score, near.metres, near.same_class),
        (72, Some(100), None)
    );
    let no_point = of("座椅坏了", None, None, 0).unwrap();
    assert_eq!((no_point.score, no_point.metres), (70, None));
    let said = near.reason(Locale::English);
    assert_eq!(
        said,
        "100 m apart, 100% of the words in common, class not known yet, 20 days apart"
    );
    // Alike in nothing but the place.
    assert!(of("噪声", Some(100.0), None, 0).unwrap().score < LEAST);
    for never in [
        of("座椅坏了", Some(201.0), Some(BENCH), 0),
        of("座椅坏了", Some(0.0), Some(SWING), 0),
        of("座椅坏了", Some(0.0), Some(BENCH), 31),
        compare(
            &bench,
            &Subject {
                division: "310101002003".to_owned(),
                ..subject("座椅坏了", None, None, 0)
            },
        ),
    ] {
        assert_eq!(never, None);
    }
    // The same seen from the other.
    let other = subject("小区的座椅坏了", Some(30.0), None, 2);
    assert_eq!(compare(&bench, &other), compare(&other, &bench));
}

fn spot(n: usize, class: &str, metres: f64) -> Spot {
    Spot {
        case: n.to_string(),
        class: class.to_owned(),
        division: format!("{COMMUNITY}00{}", n % 3),
        at: north(metres).position().unwrap(),
    }
}

#[test]
fn a_cluster_is_five_of_one_class_around_one_of_them() {
    let around = |metres: &[f64]| -> Vec<Spot> {
        let all = metres.iter().enumerate();
        all.map(|(n, at)| spot(n, BENCH, *at)).collect()
    };
    let sizes =
        |spots: &[Spot]| -> Vec<usize> { hints::clusters(spots).iter().map(Vec::len).collect() };
    assert_eq!(sizes(&around(&[0.0, 50.0, 100.0, -150.0, 199.0])), [5]);
    assert_eq!(sizes(&around(&[0.0, 50.0, 100.0, -150.0, 260.0])), [0; 0]);
    let mut mixed = around(&[0.0, 0.0, 0.0, 0.0]);
    mixed.push(spot(9, SWING, 0.0));
    assert_eq!(sizes(&mixed), [0; 0]);
    // Two places: each case is in one of them only.
    let two = around(&[
        0.0, 1.0, 2.0, 3.0, 4.0, 1000.0, 1001.0, 1002.0, 1003.0, 1004.0, 1005.0,
    ]);
    assert_eq!(sizes(&two), [5, 6]);
}

#[test]
fn a_hint_is_of_the_lowest_division_that_has_it_all() {
    let of = |all: &[&str]| hints::common(all.iter().copied());
    assert_eq!(of(&["310101022027001"]), "310101022027001");
    assert_eq!(of(&["310101022027001", "310101022027002"]), COMMUNITY);
    assert_eq!(of(&["310101022027", "310101022019"]), "310101022");
    assert_eq!(of(&["310101022", "310101031"]), "310101");
    assert_eq!(of(&["310101", "320101"]), "");
}

impl World {
    async fn reported(&self, who: &str, words: &str, metres: f64) -> Case {
        let report = Report {
            description: words.to_owned(),
            point: Some(north(metres)),
            ..self.report()
        };
        submit(&self.domain, &self.who(who), report).await.unwrap()
    }

    async fn filed(&self, case: &Case, class: &str) {
        let command = Command::new(&case.id, 1, Action::File, &self.once());
        let command = command.class(class, Urgency::Normal);
        let filed = act(&self.domain, &self.who("community"), command).await;
        assert_eq!(filed.unwrap().course.state, State::Filed);
    }

    async fn candidates(&self, who: &str, case: &Case) -> Vec<String> {
        let case = self.row(case).await;
        let found = duplicates::of(&self.domain, &self.who(who), &case).await;
        found.unwrap().into_iter().map(|it| it.case.id).collect()
    }

    async fn near(&self, who: &str, words: &str) -> Vec<followers::Near> {
        let about = About {
            words: words.to_owned(),
            point: Some(north(10.0)),
            division: Some(COMMUNITY.to_owned()),
        };
        followers::near(&self.domain, &self.who(who), &about)
            .await
            .unwrap()
    }

    async fn messages(&self, who: &str) -> Vec<String> {
        let page = notices::mine(&self.domain, &self.who(who), &Paging::default()).await;
        page.unwrap()
            .items
            .into_iter()
            .map(|it| it.title_en)
            .collect()
    }
}

both! {
    async fn a_dispatcher_is_shown_what_may_be_the_same(database) {
        let mut world = World::new(database).await;
        let long_ago = world.reported("one", "座椅坏了", 0.0).await;
        world.now = world.now.plus_seconds(31 * DAY);
        let near = world.reported("one", "门口座椅坏了", 30.0).await;
        let far = world.reported("two", "座椅坏了", 300.0).await;
        let noise = world.reported("two", "夜里施工", 190.0).await;
        let case = world.reported("three", "座椅坏了了，请修", 0.0).await;
        assert_eq!(world.candidates("community", &case).await, [near.id.as_str()]);
        assert_eq!(world.candidates("supervisor", &case).await, [near.id.as_str()]);
        // Who does not decide is shown none.
        for who in ["three", "handler", "verifier"] {
            assert!(world.candidates(who, &case).await.is_empty(), "{who}");
        }
        for other in [&long_ago, &far, &noise] {
            assert!(!world.candidates("supervisor", other).await.contains(&case.id));
        }
        world.filed(&near, SWING).await;
        assert_eq!(world.candidates("community", &case).await, [near.id.as_str()], "no class yet");
        world.filed(&case, BENCH).await;
        assert!(world.candidates("community", &case).await.is_empty(), "another class");
    }

    async fn a_resident_sees_and_follows_only_what_is_in_the_open(database) {
        let world = World::new(database).await;
        let bench = world.reported("resident", "电话是我家隔壁老李的", 0.0).await;
        let need = world.reported("resident", "老李没饭吃", 0.0).await;
        assert!(world.near("neighbour", "座椅损坏").await.is_empty(), "no desk has looked yet");
        world.filed(&bench, BENCH).await;
        world.filed(&need, ANYTHING).await;
        let found = world.near("neighbour", "座椅损坏").await;
        assert_eq!(found.len(), 1);
        assert_eq!((&found[0].case.number, found[0].likeness.metres), (&bench.number, Some(50)));
        // What was written is not compared: trying words tells nothing.
        let (hit, miss) = (world.near("neighbour", "隔壁老李").await, world.near("neighbour", "完全无关").await);
        assert_eq!(hit.iter().map(|it| it.likeness).collect::<Vec<_>>(), miss.iter().map(|it| it.likeness).collect::<Vec<_>>());

        let domain = &world.domain;
        let neighbour = world.who("neighbour");
        followers::follow(domain, &neighbour, &bench.id).await.unwrap();
        followers::follow(domain, &neighbour, &bench.id).await.unwrap();
        let mine = followers::followed(domain, &neighbour).await.unwrap();
        assert_eq!(mine.iter().map(|it| &it.id).collect::<Vec<_>>(), [&bench.id]);
        assert!(matches!(followers::follow(domain, &neighbour, &need.id).await, Err(Error::NotFound)));
        assert!(matches!(followers::follow(domain, &world.who("resident"), &bench.id).await, Err(Error::Conflict("follow-own"))));
        let nobody = Context { principal: Principal::Anonymous, ..neighbour.clone() };
        assert!(matches!(followers::follow(domain, &nobody, &bench.id).await, Err(Error::Unauthenticated)));
        let phone = Context { principal: Principal::Phone { hash: "h".to_owned() }, ..neighbour.clone() };
        followers::follow(domain, &phone, &bench.id).await.unwrap();
        assert_eq!(followers::followed(domain, &phone).await.unwrap().len(), 1);
        // It ends without being resolved: they are told, once, and nobody else is.
        world.does(&bench, "resident", Action::Withdraw, State::Closed).await;
        assert_eq!(world.messages("neighbour").await, ["A case you follow has ended"]);
        assert!(world.messages("another").await.is_empty());
        assert!(followers::one(domain, &neighbour, &bench.id).await.unwrap().state.ended());
        assert!(matches!(followers::follow(domain, &world.who("another"), &bench.id).await, Err(Error::NotFound)));
        followers::unfollow(domain, &neighbour, &bench.id).await.unwrap();
        assert!(matches!(followers::unfollow(domain, &neighbour, &bench.id).await, Err(Error::NotFound)));
        assert!(matches!(followers::one(domain, &neighbour, &bench.id).await, Err(Error::NotFound)));
    }

    async fn a_hint_waits_for_a_supervisor_and_stays_decided(database) {
        let mut world = World::new(database).await;
        let system = |world: &World| Context { now: world.now, ..world.domain.system("hints") };
        let mut cases = Vec::new();
        for n in 0..CLUSTER {
            let case = world.reported("resident", "座椅坏了", n as f64 * 20.0).await;
            assert_eq!(hints::turn(&world.domain, &system(&world)).await.unwrap(), 0);
            world.filed(&case, BENCH).await;
            cases.push(case);
        }
        assert_eq!(hints::turn(&world.domain, &system(&world)).await.unwrap(), 1);
        assert_eq!(hints::turn(&world.domain, &system(&world)).await.unwrap(), 1);
        let (domain, supervisor) = (world.domain.clone(), world.who("supervisor"));
        let told = hints::of(&domain, &supervisor, "310101").await.unwrap();
        assert_eq!((told.waiting.len(), told.errors.len()), (1, 0));
        let hint = told.waiting[0].clone();
        assert_eq!((hint.kind, hint.count, hint.metres, hint.days), (Kind::Cluster, 5, Some(200), 7));
        assert_eq!(hint.class.as_deref(), Some(BENCH));
        assert!(hint.division.starts_with(COMMUNITY));
        assert_eq!(hint.cases.len(), 5);
        // It grows while it waits.
        let more = world.reported("resident", "座椅坏了", 10.0).await;
        world.filed(&more, BENCH).await;
        hints::turn(&domain, &system(&world)).await.unwrap();
        let told = hints::of(&domain, &supervisor, "310101").await.unwrap();
        assert_eq!(told.waiting.iter().map(|it| (&it.id, it.count)).collect::<Vec<_>>(), [(&hint.id, 6)]);

        for who in ["community", "grid-worker", "verifier", "resident", "administrator"] {
            let refused = hints::decide(&domain, &world.who(who), &hint.id, Decision::Dismissed).await;
            assert!(matches!(refused, Err(Error::Forbidden(_))), "{who}");
        }
        hints::decide(&domain, &supervisor, &hint.id, Decision::Dismissed).await.unwrap();
        let again = hints::decide(&domain, &supervisor, &hint.id, Decision::Confirmed).await;
        assert!(matches!(again, Err(Error::Conflict("hint-decided-already"))));
        hints::turn(&domain, &system(&world)).await.unwrap();
        let told = hints::of(&domain, &supervisor, "310101").await.unwrap();
        assert!(told.waiting.is_empty(), "what was decided does not come back");
        let errors = &told.errors[0];
        assert_eq!((errors.division.as_str(), errors.decided, errors.dismissed, errors.percent), ("310101022", 1, 1, 100));
        // A week later it is no cluster any more, and another one is a new hint.
        world.now = world.now.plus_seconds(8 * DAY);
        assert_eq!(hints::turn(&domain, &system(&world)).await.unwrap(), 0);
        assert_eq!(cases.len(), CLUSTER);
    }

    async fn who_reports_because_it_is_their_work_is_no_repeat_caller(database) {
        let world = World::new(database).await;
        for (who, noticed) in [("grid-worker", 0), ("resident", 1)] {
            let mut cx = world.who(who);
            if let Principal::Person(person) = &mut cx.principal {
                person.phone_hash = Some(format!("number of {who}"));
            }
            for _ in 0..hints::CALLS {
                submit(&world.domain, &cx, world.report()).await.unwrap();
            }
            let system = world.domain.system("hints");
            assert_eq!(hints::turn(&world.domain, &system).await.unwrap(), noticed, "{who}");
        }
    }

    async fn a_hint_that_is_not_seen_again_is_forgotten(database) {
        let mut world = World::new(database).await;
        for _ in 0..5 {
            let report = Report { contact_phone: Some("13800000000".to_owned()), ..world.report() };
            submit(&world.domain, &world.who("hotline"), report).await.unwrap();
        }
        let domain = world.domain.clone();
        let turn = async |now| {
            hints::turn(&domain, &Context { now, ..domain.system("hints") }).await.unwrap()
        };
        assert_eq!(turn(world.now).await, 1);
        let supervisor = world.who("supervisor");
        let told = hints::of(&domain, &supervisor, "310101").await.unwrap();
        let hint = &told.waiting[0];
        assert_eq!((hint.kind, hint.count, hint.metres, hint.days), (Kind::Caller, 5, None, 30));
        assert_eq!(hint.class, None, "nothing of the number");
        assert_eq!(hints::of(&domain, &supervisor, "310101022027").await.unwrap().waiting.len(), 1);
        assert!(hints::of(&domain, &supervisor, "310101002").await.unwrap().waiting.is_empty());
        world.now = world.now.plus_seconds(31 * DAY);
        assert_eq!(turn(world.now).await, 0);
        assert!(hints::of(&domain, &supervisor, "310101").await.unwrap().waiting.is_empty());
    }
}

#[test]
fn metres_are_those_of_the_ground() {
    let at = |lon, lat| Position { lon, lat };
    // A minute of latitude is 1,853 m; of longitude at 31.2 degrees, 0.855 of that.
    let metres = crate::grid::circle::metres(at(121.47, 31.22), at(121.47, 31.22 + 1.0 / 60.0));
    assert!((metres - 1853.2).abs() < 1.0, "{metres}");
    let metres = crate::grid::circle::metres(at(121.47, 31.22), at(121.47 + 1.0 / 60.0, 31.22));
    assert!((metres - 1853.2 * 0.8552).abs() < 2.0, "{metres}");
}
