//! Cases on both databases: the full course, every turning off it, deadlines, versions, repeated
//! commands, and the log that proves all of it.

use std::sync::atomic::{AtomicU32, Ordering};

use super::{
    events,
    lifecycle::{Input, step, unborn},
    model::{Action, Case, Clock, Rating, State, Urgency},
    operations::{Command, DESK, Report, act, get, submit},
    prepare::COORDINATION,
    scheduler,
};
use crate::{
    context::{Channel, Context, Principal},
    db::{Database, cases as rows, sql, testing::both::both, units::Unit},
    domain::{Domain, testing},
    error::{Error, Result},
    identity::{Person, Post, Role, operations::populate},
    time::Timestamp,
};

pub(super) const HOUR: i64 = 3600;
pub(super) const DAY: i64 = 24 * HOUR;
pub(super) const DISTRICT: &str = "310101";
pub(super) const STREET: &str = "310101022";
pub(super) const COMMUNITY: &str = "310101022027";
pub(super) const TEAM: &str = "u-310101022-urban-management";
pub(super) const GREENING: &str = "u-310101022-greening";
/// A class that a street's team may do, without a photo.
const NOISE: &str = "E0504";

/// A domain with Huangpu's divisions, one desk on each level, a team, and people for every part.
pub(crate) struct World {
    pub(crate) domain: Domain,
    pub(crate) now: Timestamp,
    count: AtomicU32,
}

pub(super) fn desk(division: &str) -> String {
    format!("u-{division}")
}

pub(super) fn unit(id: String, kind: &str, division: &str) -> Unit {
    Unit {
        name_zh: id.clone(),
        name_en: id.clone(),
        id,
        kind: kind.to_owned(),
        division: division.to_owned(),
        parent: None,
        instrument: Some("made up for this test".to_owned()),
        lent: None,
    }
}

impl World {
    pub(crate) async fn new(database: Database) -> Self {
        let domain = testing::huangpu(database).await.unwrap();
        let units = vec![
            unit(desk(DISTRICT), DESK, DISTRICT),
            unit(desk(STREET), DESK, STREET),
            unit(desk(COMMUNITY), DESK, COMMUNITY),
            unit(TEAM.to_owned(), "police", STREET),
            unit("checks".to_owned(), "verification", DISTRICT),
            unit(GREENING.to_owned(), "greening", STREET),
            unit("joint".to_owned(), COORDINATION, DISTRICT),
        ];
        let cx = domain.system("test");
        populate(&domain, &cx, units, Vec::new()).await.unwrap();
        Self {
            domain,
            now: testing::NOW,
            count: AtomicU32::new(0),
        }
    }

    /// Somebody, by the part they play.
    pub(crate) fn who(&self, name: &str) -> Context {
        let post = match name {
            "community" => Some((desk(COMMUNITY), COMMUNITY, Role::Dispatcher)),
            "street" => Some((desk(STREET), STREET, Role::Dispatcher)),
            "district" => Some((desk(DISTRICT), DISTRICT, Role::Dispatcher)),
            "handler" => Some((TEAM.to_owned(), STREET, Role::Handler)),
            "own-verifier" => Some((TEAM.to_owned(), STREET, Role::Verifier)),
            "verifier" => Some(("checks".to_owned(), DISTRICT, Role::Verifier)),
            "administrator" => Some((desk(DISTRICT), DISTRICT, Role::Administrator)),
            "grid-worker" => Some((desk(COMMUNITY), COMMUNITY, Role::GridWorker)),
            "supervisor" => Some((desk(DISTRICT), DISTRICT, Role::Supervisor)),
            "supervisor2" => Some((desk(DISTRICT), DISTRICT, Role::Supervisor)),
            "keeper" => Some((desk(DISTRICT), DISTRICT, Role::DutyKeeper)),
            "community2" => Some((desk(COMMUNITY), COMMUNITY, Role::Dispatcher)),
            "gardener" => Some((GREENING.to_owned(), STREET, Role::Handler)),
            "convener" => Some(("joint".to_owned(), DISTRICT, Role::Supervisor)),
            "clerk" => Some(("checks".to_owned(), DISTRICT, Role::CounterClerk)),
            "hotline" => Some(("checks".to_owned(), DISTRICT, Role::HotlineAgent)),
            _ => None,
        };
        let posts = post.map(|(unit, division, role)| Post {
            id: format!("post-{name}"),
            unit,
            division: division.to_owned(),
            role,
            from: testing::NOW,
            until: None,
        });
        let person = Person {
            account: name.to_owned(),
            name: name.to_owned(),
            posts: posts.into_iter().collect(),
            phone_hash: None,
        };
        Context {
            principal: Principal::Person(person),
            channel: Channel::App,
            ..Context::system("test", "request".to_owned(), self.now)
        }
    }

    pub(crate) fn once(&self) -> String {
        self.count.fetch_add(1, Ordering::Relaxed).to_string()
    }

    pub(crate) fn report(&self) -> Report {
        Report {
            once: self.once(),
            description: "夜里施工".to_owned(),
            division: Some(COMMUNITY.to_owned()),
            ..Report::default()
        }
    }

    pub(super) async fn submitted(&self) -> Case {
        submit(&self.domain, &self.who("resident"), self.report())
            .await
            .unwrap()
    }

    /// The usual command for an action, on the case as it is now.
    pub(super) async fn command(&self, case: &Case, action: Action) -> Command {
        let case = self.row(case).await;
        let command = Command::new(&case.id, case.course.version, action, &self.once());
        match action {
            Action::File => command.class(NOISE, Urgency::Normal),
            Action::Dispatch => command.to(&desk(STREET)),
            Action::Relay => command.to(TEAM),
            Action::Rate | Action::RateByCall => Command {
                rating: Some(Rating {
                    contacted: true,
                    solved: true,
                    satisfied: 4,
                }),
                ..command.words("事由")
            },
            Action::Decline | Action::Return | Action::ReportUnable | Action::Refuse => Command {
                basis: Some("《城市照明管理规定》".to_owned()),
                ..command.words("事由")
            },
            _ => command.words("事由"),
        }
    }

    pub(super) async fn tries(&self, case: &Case, name: &str, action: Action) -> Result<Case> {
        act(
            &self.domain,
            &self.who(name),
            self.command(case, action).await,
        )
        .await
    }

    /// Does what was put together by hand.
    pub(super) async fn gives(&self, name: &str, command: Command) -> Result<Case> {
        act(&self.domain, &self.who(name), command).await
    }

    pub(super) async fn does(&self, case: &Case, name: &str, action: Action, to: State) -> Case {
        let done = self.tries(case, name, action).await;
        let done = done.unwrap_or_else(|error| panic!("{name} {action:?}: {error:?}"));
        assert_eq!(done.course.state, to, "{name} {action:?}");
        assert_eq!(done.course, self.row(case).await.course);
        done
    }

    pub(super) async fn row(&self, case: &Case) -> Case {
        let mut c = self.domain.database.read().await.unwrap();
        rows::get(&mut c, &case.id).await.unwrap().unwrap()
    }

    /// To the hands that work on it.
    pub(super) async fn in_progress(&self) -> Case {
        let case = self.submitted().await;
        self.does(&case, "community", Action::File, State::Filed)
            .await;
        self.does(&case, "community", Action::Dispatch, State::Dispatched)
            .await;
        self.does(&case, "street", Action::Relay, State::Dispatched)
            .await;
        self.does(&case, "handler", Action::Accept, State::InProgress)
            .await
    }

    pub(super) async fn ring(&self) -> usize {
        let cx = Context::system("deadlines", "turn".to_owned(), self.now);
        scheduler::turn(&self.domain, &cx).await.unwrap()
    }

    /// Everything that is kept about cases, but for the audit.
    pub(super) async fn rows(&self) -> Vec<String> {
        let mut c = self.domain.database.read().await.unwrap();
        let mut all = Vec::new();
        for (table, column) in [
            ("cases", "course"),
            ("case_events", "hash"),
            ("case_deadlines", "clock"),
            ("case_units", "unit"),
            ("case_words", "words"),
            ("case_once", "once"),
            ("outbox", "id"),
        ] {
            let text = format!("SELECT {column} AS it FROM {table} ORDER BY {column}");
            for row in sql(text).all(&mut c).await.unwrap() {
                all.push(format!("{table} {}", row.get::<String>("it").unwrap()));
            }
        }
        all
    }

    async fn audited(&self) -> i64 {
        let mut c = self.domain.database.read().await.unwrap();
        let row = sql("SELECT COUNT(*) AS n FROM audit").one(&mut c).await;
        row.unwrap().get("n").unwrap()
    }

    /// The chain holds, and the log alone gives the row.
    pub(super) async fn proves(&self, case: &Case) {
        let case = self.row(case).await;
        let mut c = self.domain.database.read().await.unwrap();
        let log = rows::events(&mut c, &case.id).await.unwrap();
        assert_eq!(events::verify(&case.id, &log), Ok(()));
        let mut at = (unborn(), Vec::new());
        for event in &log {
            let input: Input = serde_json::from_str(&event.input).unwrap();
            at = step(&at.0, &at.1, &input).unwrap();
            assert_eq!(at.0.state, event.state);
        }
        at.1.sort_by_key(|it| it.clock.name());
        assert_eq!(at, (case.course, case.deadlines));
    }
}

pub(super) fn due(case: &Case, clock: Clock) -> Timestamp {
    let found = case.deadlines.iter().find(|it| it.clock == clock);
    found.unwrap_or_else(|| panic!("no {clock:?}")).due
}

both! {
    async fn goes_the_whole_course(database) {
        let world = World::new(database).await;
        let case = world.in_progress().await;
        assert_eq!(case.course.lead.as_deref(), Some(TEAM));
        assert_eq!(case.number, "310101-20261123-0001");
        assert_eq!(world.submitted().await.number, "310101-20261123-0002");
        world.does(&case, "handler", Action::ReportDone, State::Feedback).await;
        // The hops confirm in the order in which it comes up, and nobody else.
        assert!(world.tries(&case, "community", Action::ConfirmUp).await.is_err());
        assert!(world.tries(&case, "verifier", Action::VerifyPass).await.is_err());
        world.does(&case, "street", Action::ConfirmUp, State::Feedback).await;
        world.does(&case, "community", Action::ConfirmUp, State::Verifying).await;
        assert!(world.tries(&case, "resident", Action::Rate).await.is_err());
        // Nobody verifies the work of their own unit.
        assert!(world.tries(&case, "own-verifier", Action::VerifyPass).await.is_err());
        world.does(&case, "verifier", Action::VerifyPass, State::Resolved).await;
        let case = world.does(&case, "resident", Action::Rate, State::Closed).await;
        assert_eq!(case.course.rating.unwrap().satisfied, 4);
        let row = world.row(&case).await;
        assert_eq!((row.closed, row.due), (Some(world.now), None));
        assert!(row.deadlines.iter().all(|it| it.clock.is_window()), "{row:?}");
        world.proves(&case).await;
    }

    async fn turns_off_and_comes_back(database) {
        let mut world = World::new(database).await;
        let case = world.in_progress().await;
        let resolve = due(&case, Clock::Resolve);
        world.now = world.now.plus_seconds(HOUR);
        world.does(&case, "handler", Action::ReportDone, State::Feedback).await;
        let again = world.does(&case, "street", Action::Rework, State::InProgress).await;
        assert_eq!(again.course.holder.as_ref().unwrap().unit, TEAM);
        world.does(&case, "handler", Action::ReportDone, State::Feedback).await;
        world.does(&case, "street", Action::ConfirmUp, State::Feedback).await;
        world.does(&case, "community", Action::ConfirmUp, State::Verifying).await;
        let failed = world.does(&case, "verifier", Action::VerifyFail, State::InProgress).await;
        assert_eq!(failed.course.overseer.as_ref().unwrap().unit, desk(DISTRICT));
        world.now = world.now.plus_seconds(HOUR);
        let raised = world.does(&case, "handler", Action::Raise, State::Filed).await;
        assert_eq!(raised.course.holder.as_ref().unwrap().unit, desk(DISTRICT));
        assert_eq!(raised.course.lead.as_deref(), Some(TEAM));
        assert_eq!(due(&raised, Clock::Resolve), resolve);
        world.proves(&case).await;
    }

    async fn a_question_stops_the_clock_for_as_long_as_it_waits(database) {
        let mut world = World::new(database).await;
        let case = world.submitted().await;
        let triage = due(&case, Clock::Triage);
        world.now = world.now.plus_seconds(HOUR);
        world.does(&case, "community", Action::AskInfo, State::NeedInfo).await;
        world.now = world.now.plus_seconds(2 * DAY);
        assert_eq!(world.ring().await, 0);
        let case = world.does(&case, "resident", Action::Supply, State::Submitted).await;
        assert_eq!(due(&case, Clock::Triage), triage.plus_seconds(2 * DAY));
        for _ in 0..2 {
            world.does(&case, "community", Action::AskInfo, State::NeedInfo).await;
            world.does(&case, "resident", Action::Supply, State::Submitted).await;
        }
        let fourth = world.tries(&case, "community", Action::AskInfo).await;
        assert!(matches!(fourth, Err(Error::Conflict(_))));
        world.proves(&case).await;
    }

    async fn ends_otherwise_too(database) {
        let world = World::new(database).await;
        let case = world.submitted().await;
        world.does(&case, "community", Action::Decline, State::Declined).await;
        world.proves(&case).await;
        let case = world.in_progress().await;
        assert!(world.tries(&case, "stranger", Action::Withdraw).await.is_err());
        world.does(&case, "resident", Action::Withdraw, State::Closed).await;
        world.proves(&case).await;
        let report = Report { danger: true, ..world.report() };
        let case = submit(&world.domain, &world.who("resident"), report).await.unwrap();
        let withdrawn = world.tries(&case, "resident", Action::Withdraw).await;
        assert!(matches!(withdrawn, Err(Error::Conflict(_))));
    }

    async fn windows_lapse_and_are_not_counted_as_content(database) {
        let mut world = World::new(database).await;
        let asked = world.submitted().await;
        world.does(&asked, "community", Action::AskInfo, State::NeedInfo).await;
        let resolved = world.in_progress().await;
        world.does(&resolved, "handler", Action::ReportDone, State::Feedback).await;
        world.does(&resolved, "street", Action::ConfirmUp, State::Feedback).await;
        world.does(&resolved, "community", Action::ConfirmUp, State::Verifying).await;
        world.does(&resolved, "verifier", Action::VerifyPass, State::Resolved).await;
        world.now = world.now.plus_seconds(7 * DAY - 1);
        assert_eq!(world.ring().await, 0);
        world.now = world.now.plus_seconds(1);
        assert_eq!((world.ring().await, world.ring().await), (2, 0));
        for case in [&asked, &resolved] {
            let case = world.row(case).await;
            assert_eq!((case.course.state, case.course.rating), (State::Closed, None));
            world.proves(&case).await;
        }
    }

    async fn a_deadline_climbs_when_nobody_is_there(database) {
        let mut world = World::new(database).await;
        let case = world.submitted().await;
        world.now = world.now.plus_seconds(4 * HOUR);
        for (n, overseer) in [(1, STREET), (2, DISTRICT), (3, DISTRICT), (4, DISTRICT)] {
            assert_eq!((world.ring().await, world.ring().await), (1, 0));
            let case = world.row(&case).await;
            assert_eq!(case.course.escalations, n);
            assert_eq!(case.course.overseer.as_ref().unwrap().unit, desk(overseer));
            assert_eq!(case.course.holder.as_ref().unwrap().unit, desk(COMMUNITY));
            world.now = world.now.plus_seconds(DAY);
        }
        // A clock that rings late does not start any other one anew.
        let filed = world.does(&case, "community", Action::File, State::Filed).await;
        assert!(filed.deadlines.iter().all(|it| it.clock != Clock::Triage));
        world.proves(&case).await;
    }

    async fn two_schedulers_ring_once(database) {
        let mut world = World::new(database).await;
        let case = world.submitted().await;
        world.now = world.now.plus_seconds(4 * HOUR);
        let (one, two) = tokio::join!(world.ring(), world.ring());
        assert_eq!(one + two, 1);
        assert_eq!(world.row(&case).await.course.escalations, 1);
    }

    async fn a_stale_version_changes_nothing(database) {
        let world = World::new(database).await;
        let case = world.submitted().await;
        let stale = world.command(&case, Action::AskInfo).await;
        world.does(&case, "community", Action::File, State::Filed).await;
        let before = world.rows().await;
        let late = act(&world.domain, &world.who("community"), stale).await;
        assert!(matches!(late, Err(Error::Conflict("case-changed-meanwhile"))));
        assert_eq!(world.rows().await, before);
        // Of several who decide on one version at one moment, one is right.
        let dispatches = [Action::Dispatch; 6].map(|action| world.tries(&case, "community", action));
        let done = futures_util::future::join_all(dispatches).await;
        assert_eq!(done.iter().filter(|it| it.is_ok()).count(), 1);
        let late = done.iter().filter(|it| matches!(it, Err(Error::Conflict(_))));
        assert_eq!(late.count(), 5);
        world.proves(&case).await;
    }

    async fn what_is_sent_again_is_done_once(database) {
        let world = World::new(database).await;
        let (cx, report) = (world.who("resident"), world.report());
        let same = (0..8).map(|_| submit(&world.domain, &cx, report.clone()));
        let same = futures_util::future::join_all(same).await;
        let first = same[0].as_ref().unwrap();
        for case in &same {
            assert_eq!(case.as_ref().unwrap().id, first.id);
        }
        let file = world.command(first, Action::File).await;
        let cx = world.who("community");
        let filed = (0..4).map(|_| act(&world.domain, &cx, file.clone()));
        for case in futures_util::future::join_all(filed).await {
            assert_eq!(case.unwrap().course.version, 2);
        }
        let mut c = world.domain.database.read().await.unwrap();
        assert_eq!(rows::events(&mut c, &first.id).await.unwrap().len(), 2);
        // The same mark of somebody else is another report.
        let other = submit(&world.domain, &world.who("stranger"), report).await.unwrap();
        assert_ne!(other.id, first.id);
    }

    async fn a_refusal_leaves_only_the_audit(database) {
        let world = World::new(database).await;
        let case = world.submitted().await;
        world.does(&case, "community", Action::File, State::Filed).await;
        let before = world.rows().await;
        for name in ["stranger", "administrator", "handler", "street"] {
            for action in Action::ALL {
                let tried = world.tries(&case, name, *action).await;
                assert!(tried.is_err(), "{name} {action:?}");
            }
        }
        assert_eq!(world.rows().await, before);
        let audited = world.audited().await;
        // A verifier sees the case, but it is not theirs to send on.
        let tried = world.tries(&case, "verifier", Action::Dispatch).await;
        assert!(matches!(tried, Err(Error::Forbidden(_))));
        assert_eq!(world.rows().await, before);
        assert_eq!(world.audited().await, audited + 1);
        for name in ["stranger", "administrator"] {
            let seen = get(&world.domain, &world.who(name), &case.id).await;
            assert!(matches!(seen, Err(Error::NotFound)), "{name}");
        }
    }

    async fn a_later_class_does_not_loosen_the_rules(database) {
        let world = World::new(database).await;
        let case = world.submitted().await;
        // Of the district alone; its desk has it from the moment it is filed.
        let file = world.command(&case, Action::File).await.class("E0303", Urgency::Normal);
        let bureau = vec![unit("bureau".to_owned(), "construction", DISTRICT)];
        let cx = world.domain.system("test");
        populate(&world.domain, &cx, bureau, Vec::new()).await.unwrap();
        let filed = act(&world.domain, &world.who("community"), file).await.unwrap();
        assert_eq!(filed.course.holder.unwrap().unit, desk(DISTRICT));
        assert_eq!(filed.course.raisers, [desk(COMMUNITY)]);
        assert!(world.tries(&case, "community", Action::Dispatch).await.is_err());
        // As noise it could go to the street.
        let cx = world.who("district");
        let low = world.command(&case, Action::Dispatch).await.class(NOISE, Urgency::Normal);
        assert!(matches!(act(&world.domain, &cx, low).await, Err(Error::Invalid(_))));
        let right = world.command(&case, Action::Dispatch).await.to("bureau");
        let sent = act(&world.domain, &cx, right).await.unwrap();
        assert_eq!(sent.course.class.as_deref(), Some("E0303"));
        world.proves(&case).await;
    }

    async fn a_changed_log_is_found(database) {
        let world = World::new(database).await;
        for (column, value) in [("input", "{}"), ("holder", "x"), ("digest", "x"), ("hash", "x")] {
            let case = world.in_progress().await;
            world.proves(&case).await;
            let id = case.id.clone();
            let text = format!("UPDATE case_events SET {column} = $1 WHERE case_id = $2 AND seq = 3");
            let changed = world.domain.database.write(move |t| Box::pin(async move {
                sql(text).bind(value).bind(id).run(t).await
            }));
            assert_eq!(changed.await.unwrap(), 1);
            let mut c = world.domain.database.read().await.unwrap();
            let log = rows::events(&mut c, &case.id).await.unwrap();
            assert_eq!(events::verify(&case.id, &log), Err(3), "{column}");
            let without: Vec<_> = log.iter().filter(|it| it.seq != 2).cloned().collect();
            assert_eq!(events::verify(&case.id, &without), Err(3), "one left out");
        }
    }
}
