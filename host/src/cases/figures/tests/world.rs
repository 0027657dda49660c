//! A city in which people do to cases whatever their procedures allow, at random but the same for
//! the same seed.

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use super::{COMMUNITY, DISTRICT, STREET};
use crate::{
    attachments::{self, Upload},
    cases::{
        actors,
        course_tests::World,
        figures::recount,
        model::{Action, Case, Procedure, Rating, State, Urgency},
        operations::{Command, DESK, Report, act, submit},
    },
    context::{Channel, Context, Principal},
    db::{Database, accounts, cases as rows, units::Unit},
    domain::Domain,
    identity::{Person, Post, Role, operations::populate},
    time::Timestamp,
};

pub(in crate::cases) const SIBLING: &str = "310101002";
pub(in crate::cases) const TEAM: &str = "u-310101022-urban-management";
/// A class that a community may do by itself, without a photo.
pub(in crate::cases) const NOISE: &str = "E0504";
const VISIT: &str = "V0102";
const HOUR: i64 = 3600;

/// Account, unit, division, role.
const PEOPLE: [(&str, &str, &str, Role); 18] = [
    ("community", "u-310101022027", COMMUNITY, Role::Dispatcher),
    ("street", "u-310101022", STREET, Role::Dispatcher),
    ("district", "u-310101", DISTRICT, Role::Dispatcher),
    ("handler", TEAM, STREET, Role::Handler),
    ("aid-worker", "aid", STREET, Role::Handler),
    (
        "community-handler",
        "u-310101022027",
        COMMUNITY,
        Role::Handler,
    ),
    ("street-handler", "u-310101022", STREET, Role::Handler),
    ("verifier", "checks", DISTRICT, Role::Verifier),
    ("grid-worker", "u-310101022027", COMMUNITY, Role::GridWorker),
    ("supervisor", "u-310101", DISTRICT, Role::Supervisor),
    ("second", "checks", DISTRICT, Role::Supervisor),
    ("street-supervisor", "u-310101022", STREET, Role::Supervisor),
    (
        "sibling-supervisor",
        "u-310101002",
        SIBLING,
        Role::Supervisor,
    ),
    ("sibling", "u-310101002", SIBLING, Role::Dispatcher),
    ("duty-keeper", "u-310101", DISTRICT, Role::DutyKeeper),
    ("resident", "", "", Role::Resident),
    ("neighbour", "", "", Role::Resident),
    ("administrator", "u-310101", DISTRICT, Role::Administrator),
];

/// The course that most cases take.
const ONWARD: [Action; 16] = [
    Action::AskCo,
    Action::AcceptCo,
    Action::File,
    Action::SelfHandle,
    Action::Dispatch,
    Action::Accept,
    Action::ReportDone,
    Action::ConfirmUp,
    Action::VerifyPass,
    Action::Rate,
    Action::Assign,
    Action::Perform,
    Action::Review,
    Action::Publish,
    Action::Answer,
    Action::Resume,
];

pub(in crate::cases) struct City {
    world: World,
    rng: StdRng,
    cases: Vec<Case>,
    places: Vec<String>,
}

impl City {
    pub(in crate::cases) async fn new(database: Database, seed: u64) -> Self {
        let world = World::new(database).await;
        let unit = |id: &str, kind: &str, division: &str| Unit {
            id: id.to_owned(),
            kind: kind.to_owned(),
            division: division.to_owned(),
            parent: None,
            instrument: Some("made up for this test".to_owned()),
            lent: None,
            name_zh: id.to_owned(),
            name_en: id.to_owned(),
        };
        let units = vec![
            unit("aid", "civil-affairs", STREET),
            unit("u-310101002", DESK, SIBLING),
            unit("sibling-police", "police", SIBLING),
        ];
        let cx = world.domain.system("test");
        populate(&world.domain, &cx, units, Vec::new())
            .await
            .unwrap();
        for (account, ..) in PEOPLE {
            add(&world.domain, account).await;
        }
        let index = world.domain.grid.index();
        let first = |of| {
            let mut children = index.children(of, "", world.now);
            children.next().unwrap().code.as_str().to_owned()
        };
        let (sibling, cell) = (first(SIBLING), first(COMMUNITY));
        Self {
            world,
            rng: StdRng::seed_from_u64(seed),
            cases: Vec::new(),
            places: vec![COMMUNITY.to_owned(), cell, sibling],
        }
    }

    pub(in crate::cases) fn domain(&self) -> &Domain {
        &self.world.domain
    }

    pub(in crate::cases) fn now(&self) -> Timestamp {
        self.world.now
    }

    /// Somebody, by their account.
    pub(in crate::cases) fn who(&self, account: &str) -> Context {
        let found = PEOPLE.iter().find(|it| it.0 == account).unwrap();
        person(self.now(), found)
    }

    /// Somebody who sees another district.
    pub(in crate::cases) fn far(&self) -> Context {
        person(self.now(), &("far", "u-320101", "320101", Role::Supervisor))
    }

    /// `reports` cases are handed in, and `steps` things happen.
    pub(in crate::cases) async fn live(&mut self, reports: usize, steps: usize) {
        for n in 0..reports.max(steps) {
            if n < reports {
                self.report().await;
            }
            if n < steps {
                self.step().await;
            }
            let pause = self.rng.random_range(10..600);
            self.world.now = self.now().plus_seconds(pause * 60);
            if n % 9 == 0 {
                while self.world.ring().await > 0 {}
            }
            if n % 40 == 20 {
                let domain = self.domain();
                while recount::sum(&domain.database, self.now()).await.unwrap() > 0 {}
            }
        }
    }

    async fn report(&mut self) {
        let visit = self.rng.random_range(0..5) == 0;
        let division = match visit {
            true => COMMUNITY.to_owned(),
            false => self.any(&self.places.clone()),
        };
        let procedure = match self.rng.random_range(0..8) {
            0 => Procedure::Topic,
            1 => Procedure::Mediation,
            _ => Procedure::Incident,
        };
        let report = Report {
            division: Some(division),
            class: visit.then(|| VISIT.to_owned()),
            procedure: Some(procedure).filter(|_| !visit),
            party: (procedure == Procedure::Mediation && !visit).then(|| {
                crate::cases::operations::Party {
                    name: "邻居".to_owned(),
                    phone: "13900000001".to_owned(),
                }
            }),
            ..self.world.report()
        };
        let who = if visit { "community" } else { "resident" };
        let case = submit(self.domain(), &self.who(who), report).await.unwrap();
        self.cases.push(case);
    }

    fn any<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.rng.random_range(0..from.len())].clone()
    }

    /// Something that the table allows to somebody; nothing when what else it asks is not there.
    async fn step(&mut self) {
        for _ in 0..20 {
            let n = self.rng.random_range(0..self.cases.len());
            let case = self.row(&self.cases[n].clone()).await;
            let course = &case.course;
            let rules = course.procedure.rules().iter();
            let here: Vec<Action> = rules
                .filter(|rule| rule.from.contains(&course.state))
                .map(|rule| rule.action)
                .filter(|it| !matches!(it, Action::Comment | Action::Withdraw | Action::Merge))
                .collect();
            if here.is_empty() {
                continue;
            }
            let rare = [Action::Withdraw, Action::Merge, Action::Comment];
            // Most of what people do takes a case on its way.
            let onward: Vec<Action> = here
                .iter()
                .copied()
                .filter(|it| ONWARD.contains(it))
                .collect();
            let action = match self.rng.random_range(0..25) {
                0 => self.any(&rare),
                1..=14 if !onward.is_empty() => self.any(&onward),
                _ => self.any(&here),
            };
            let Some(rule) = course.procedure.rule(action, course.state) else {
                continue;
            };
            let is = |it: &&(&str, &str, &str, Role)| {
                let cx = person(self.now(), it);
                let all = actors::all(&cx, &case);
                all.iter().any(|(who, _)| rule.who.contains(who))
            };
            let may: Vec<&str> = PEOPLE.iter().filter(is).map(|it| it.0).collect();
            if may.is_empty() {
                continue;
            }
            let who = self.any(&may);
            let command = self.command(&case, who, action).await;
            if act(self.domain(), &self.who(who), command).await.is_ok() {
                return;
            }
        }
    }

    async fn row(&self, case: &Case) -> Case {
        let mut c = self.domain().database.read().await.unwrap();
        rows::get(&mut c, &case.id).await.unwrap().unwrap()
    }

    async fn command(&mut self, case: &Case, who: &str, action: Action) -> Command {
        let once = self.world.once();
        let command = Command::new(&case.id, case.course.version, action, &once);
        let urgencies = [Urgency::Urgent, Urgency::Normal];
        let units = [
            "u-310101022",
            "u-310101",
            TEAM,
            "aid",
            "sibling-police",
            "u-310101002",
        ];
        let others: Vec<String> = self.cases.iter().map(|it| it.number.clone()).collect();
        Command {
            words: Some("事由".to_owned()),
            basis: Some("《中华人民共和国噪声污染防治法》".to_owned()),
            target: Some(self.any(&units).to_owned()),
            class: (action == Action::File || action == Action::SelfHandle)
                .then(|| NOISE.to_owned()),
            urgency: Some(self.any(&urgencies)),
            until: Some(
                self.now()
                    .plus_seconds(self.rng.random_range(1..200) * HOUR),
            ),
            person: (action == Action::Assign).then(|| "grid-worker".to_owned()),
            other: (action == Action::Merge).then(|| self.any(&others)),
            required: self.rng.random_range(0..2) == 0,
            rating: matches!(action, Action::Rate | Action::RateByCall).then(|| Rating {
                contacted: self.rng.random_range(0..2) == 0,
                solved: self.rng.random_range(0..2) == 0,
                satisfied: self.rng.random_range(1..=5),
            }),
            files: match action {
                Action::ApproveExplained => vec![self.letter(who, &once).await],
                _ => Vec::new(),
            },
            ..command
        }
    }

    async fn letter(&self, who: &str, once: &str) -> String {
        let upload = Upload {
            name: "说明.pdf".to_owned(),
            bytes: b"%PDF-1".to_vec(),
            once: once.to_owned(),
            draft: None,
        };
        let file = attachments::upload(self.domain(), &self.who(who), upload).await;
        file.unwrap().id
    }

    /// Somebody does something, and it is done.
    pub(in crate::cases) async fn does(&mut self, case: &Case, who: &str, action: Action) -> Case {
        let case = self.row(case).await;
        let mut command = self.command(&case, who, action).await;
        command.target = match action {
            Action::Dispatch => Some("u-310101022".to_owned()),
            Action::Relay => Some(TEAM.to_owned()),
            Action::AskCo | Action::WaiveCo => Some("aid".to_owned()),
            _ => None,
        };
        let done = act(self.domain(), &self.who(who), command).await;
        done.unwrap_or_else(|error| panic!("{who} {action:?}: {error:?}"))
    }

    /// A case at the desk of the community.
    pub(in crate::cases) async fn submitted(&mut self) -> Case {
        let report = self.world.report();
        submit(self.domain(), &self.who("resident"), report)
            .await
            .unwrap()
    }

    /// One that takes the whole course, with a part of another unit that refuses it; it is rated,
    /// and what people do at random may turn to it afterwards.
    pub(in crate::cases) async fn rated(&mut self) {
        let case = self.submitted().await;
        for (who, action) in [
            ("community", Action::File),
            ("community", Action::Dispatch),
            ("street", Action::Relay),
            ("handler", Action::Accept),
            ("handler", Action::AskCo),
            ("aid-worker", Action::RefuseCo),
            ("supervisor", Action::WaiveCo),
            ("handler", Action::ReportDone),
            ("street", Action::ConfirmUp),
            ("community", Action::ConfirmUp),
            ("verifier", Action::VerifyPass),
            ("resident", Action::Rate),
        ] {
            self.pass(HOUR);
            self.does(&case, who, action).await;
        }
        self.cases.push(case);
    }

    /// One that could not be done, closed with an explanation by two approvals.
    pub(in crate::cases) async fn explained(&mut self) -> Case {
        let case = self.submitted().await;
        for (who, action) in [
            ("community", Action::File),
            ("community", Action::Dispatch),
            ("street", Action::Relay),
            ("handler", Action::Accept),
            ("handler", Action::ReportUnable),
            ("street", Action::ConfirmUp),
            ("community", Action::ConfirmUp),
            ("supervisor", Action::ApproveExplained),
        ] {
            self.does(&case, who, action).await;
        }
        let case = self.does(&case, "second", Action::CloseExplained).await;
        assert_eq!(case.course.state, State::Closed);
        case
    }

    pub(in crate::cases) fn pass(&mut self, seconds: i64) {
        self.world.now = self.now().plus_seconds(seconds);
    }

    pub(in crate::cases) async fn ring(&self) -> usize {
        self.world.ring().await
    }
}

fn person(now: Timestamp, (account, unit, division, role): &(&str, &str, &str, Role)) -> Context {
    let post = (!unit.is_empty()).then(|| Post {
        id: format!("post-{account}"),
        unit: (*unit).to_owned(),
        division: (*division).to_owned(),
        role: *role,
        from: crate::domain::testing::NOW,
        until: None,
    });
    Context {
        principal: Principal::Person(Person {
            account: (*account).to_owned(),
            name: (*account).to_owned(),
            posts: post.into_iter().collect(),
            phone_hash: None,
        }),
        channel: Channel::App,
        ..Context::system("test", "request".to_owned(), now)
    }
}

/// An account with a name, and the post of a visitor.
async fn add(domain: &Domain, account: &'static str) {
    let name = match account {
        "supervisor" => "第一批准人",
        "second" => "第二批准人",
        other => other,
    };
    let row = accounts::Account {
        id: account.to_owned(),
        service: false,
        login: Some(account.to_owned()),
        name: name.to_owned(),
        phone: None,
        phone_hash: None,
        community: None,
        password: None,
        must_change: false,
        disabled: None,
    };
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            accounts::insert(t, &row, crate::domain::testing::NOW).await?;
            if account != "grid-worker" {
                return Ok(());
            }
            // Who a visit is given to is looked up.
            let post = Post {
                id: "row-grid-worker".to_owned(),
                unit: "u-310101022027".to_owned(),
                division: String::new(),
                role: Role::GridWorker,
                from: crate::domain::testing::NOW,
                until: None,
            };
            accounts::insert_post(t, account, &post, "test").await
        })
    });
    write.await.unwrap();
}
