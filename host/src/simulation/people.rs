//! Who lives and works in a simulated city: residents, and several people for every post, so that
//! whoever refused a thing need not decide on it twice. All made up; none of them can sign in.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::dice::Dice;
use crate::{
    app::App,
    cases::{model::Procedure, operations::DESK, prepare::COORDINATION},
    context::{ActingPlugin, Channel, Context, Principal},
    db::{self, simulation as rows, units::Unit},
    demo::organisation,
    error::{Error, Result},
    grid::{self, Division, DivisionLevel},
    identity::{
        Person, Post, Role,
        operations::{self, Newcomer},
    },
    plugins::Capability,
    time::Timestamp,
};

/// With what the logins of all of them begin.
const LOGINS: &str = "sim-";
const RESIDENTS: &str = "sim-resident-";
const STAFF: &str = "sim-staff-";
/// Another system, that reports by Open311.
const MACHINE: &str = "sim-machine";
/// The body that may make a case a joint one.
const BODY: &str = "sim-coordination";

/// Everybody, as they act.
pub struct People {
    staff: Vec<Context>,
    by_post: BTreeMap<(String, Role), Vec<usize>>,
    by_account: HashMap<String, usize>,
    residents: Vec<String>,
    machine: Option<Context>,
    sensors: Context,
    host: Context,
}

impl People {
    /// Those who hold a role in a unit.
    pub fn of(&self, unit: &str, role: Role) -> impl Iterator<Item = &Context> {
        let found = self.by_post.get(&(unit.to_owned(), role));
        found
            .into_iter()
            .flatten()
            .filter_map(|it| self.staff.get(*it))
    }

    /// Those who hold a role anywhere, where one of their posts covers a place.
    pub fn covering<'a>(
        &'a self,
        role: Role,
        division: &'a str,
    ) -> impl Iterator<Item = &'a Context> {
        self.staff.iter().filter(move |cx| {
            let mut posts = cx.posts();
            posts.any(|it| it.role == role && it.covers(division))
        })
    }

    /// Whether somebody in a unit can take a case on, or send it on.
    pub fn works(&self, unit: &str) -> bool {
        [Role::Handler, Role::Dispatcher]
            .into_iter()
            .any(|role| self.of(unit, role).next().is_some())
    }

    /// Somebody by their account: staff, the machine or a resident.
    pub fn account(&self, account: &str) -> Context {
        let staff = self.by_account.get(account);
        let staff = staff.and_then(|it| self.staff.get(*it));
        let machine = self.machine.as_ref();
        let machine = machine.filter(|it| it.account() == Some(account));
        if let Some(found) = staff.or(machine) {
            return found.clone();
        }
        let principal = Principal::Person(Person {
            account: account.to_owned(),
            name: String::new(),
            posts: Vec::new(),
            phone_hash: None,
        });
        self.as_who(principal, Channel::App)
    }

    /// Whoever has proved that a phone number is theirs.
    pub fn phone(&self, hash: &str) -> Context {
        let hash = hash.to_owned();
        self.as_who(Principal::Phone { hash }, Channel::App)
    }

    /// One of the residents.
    pub fn resident(&self, number: usize) -> Option<Context> {
        let account = self.residents.get(number % self.residents.len().max(1))?;
        Some(self.account(account))
    }

    /// How many residents there are.
    pub fn residents(&self) -> usize {
        self.residents.len()
    }

    /// The machine of another system.
    pub fn machine(&self) -> Option<&Context> {
        self.machine.as_ref()
    }

    /// A plugin that reports what sensors say.
    pub fn sensors(&self) -> &Context {
        &self.sensors
    }

    fn hire(&mut self, name: String, account: String, posts: Vec<Post>) {
        let at = self.staff.len();
        for post in &posts {
            let held = (post.unit.clone(), post.role);
            self.by_post.entry(held).or_default().push(at);
        }
        self.by_account.insert(account.clone(), at);
        let principal = Principal::Person(Person {
            account,
            name,
            posts,
            phone_hash: None,
        });
        self.staff.push(self.as_who(principal, Channel::App));
    }

    fn as_who(&self, principal: Principal, channel: Channel) -> Context {
        Context {
            principal,
            channel,
            ..self.host.clone()
        }
    }
}

/// Makes the city's people where there are none yet, in one write, and reads them back.
pub async fn settle(app: &App, dice: Dice, residents: u32, from: Timestamp) -> Result<People> {
    let known = {
        let mut c = app.domain.database.read().await?;
        rows::accounts(&mut c, LOGINS).await?
    };
    if known.is_empty() {
        make(app, dice, residents, from).await?;
    }
    read(app).await
}

async fn make(app: &App, dice: Dice, residents: u32, from: Timestamp) -> Result<()> {
    let domain = &app.domain;
    let mut cx = domain.system("simulation");
    cx.now = from;
    let divisions = grid::huangpu(from)?.divisions;
    let body = Unit {
        id: BODY.to_owned(),
        name_zh: "党建引领联动办公室（模拟）".to_owned(),
        name_en: "Joint action office (simulated)".to_owned(),
        kind: COORDINATION.to_owned(),
        division: organisation::DISTRICT.to_owned(),
        parent: None,
        instrument: Some("模拟城市的合成数据".to_owned()),
        lent: None,
    };
    let mut people = staff(&divisions);
    people.push(newcomer(
        MACHINE.to_owned(),
        "外部系统（模拟）",
        vec![(organisation::department_of("hotline"), Role::GridWorker)],
    ));
    let communities: Vec<&Division> = at(&divisions, DivisionLevel::Community).collect();
    for n in 0..residents {
        let home = communities.get(n as usize % communities.len().max(1));
        let name = format!("居民{n}（模拟）");
        people.push(Newcomer {
            community: home.map(|it| it.code.clone()),
            ..newcomer(format!("{RESIDENTS}{n:07}"), &name, Vec::new())
        });
    }
    domain.ids.restart(dice.seed(&["people"]));
    operations::populate(domain, &cx, vec![body], people).await
}

fn newcomer(login: String, name: &str, posts: Vec<(String, Role)>) -> Newcomer {
    Newcomer {
        login: Some(login),
        name: name.to_owned(),
        phone: None,
        community: None,
        password: None,
        posts,
    }
}

fn at(divisions: &[Division], level: DivisionLevel) -> impl Iterator<Item = &Division> {
    divisions.iter().filter(move |it| it.level == level)
}

/// Several people for each post.
fn staff(divisions: &[Division]) -> Vec<Newcomer> {
    let desk = |code: &str| organisation::desk_of(code);
    let mut all: Vec<(String, Vec<String>, Role)> = Vec::new();
    let mut hire = |count: u32, name: &str, units: Vec<String>, role: Role| {
        all.extend((1..=count).map(|n| (format!("{name}{n}（模拟）"), units.clone(), role)));
    };
    for street in at(divisions, DivisionLevel::Street) {
        let communities: Vec<String> = at(divisions, DivisionLevel::Community)
            .filter(|it| it.parent.as_deref() == Some(&street.code))
            .map(|it| desk(&it.code))
            .collect();
        let named = |task: &str| format!("{}{task}", street.name);
        hire(3, &named("社区受理"), communities.clone(), Role::Dispatcher);
        hire(3, &named("网格员"), communities, Role::GridWorker);
        hire(
            2,
            &named("派单"),
            vec![desk(&street.code)],
            Role::Dispatcher,
        );
        hire(2, &named("处置"), vec![desk(&street.code)], Role::Handler);
        hire(
            1,
            &named("监督"),
            vec![desk(&street.code)],
            Role::Supervisor,
        );
        hire(
            1,
            &named("窗口"),
            vec![desk(&street.code)],
            Role::CounterClerk,
        );
        for (kind, name, _) in organisation::TEAMS {
            let team = organisation::team_of(&street.code, kind);
            hire(2, &named(name), vec![team], Role::Handler);
        }
    }
    let district = || vec![desk(organisation::DISTRICT)];
    hire(3, "区派单", district(), Role::Dispatcher);
    hire(3, "区监督", district(), Role::Supervisor);
    hire(2, "权责清单", district(), Role::DutyKeeper);
    hire(2, "联动", vec![BODY.to_owned()], Role::Dispatcher);
    for (kind, name, _) in organisation::DEPARTMENTS {
        let unit = vec![organisation::department_of(kind)];
        match kind {
            "hotline" => hire(3, name, unit, Role::HotlineAgent),
            "verification" => hire(4, name, unit, Role::Verifier),
            "data" => {}
            _ => hire(2, name, unit, Role::Handler),
        }
    }
    let login = |n: usize| format!("{STAFF}{n:04}");
    let posts = |units: Vec<String>, role| units.into_iter().map(|it| (it, role)).collect();
    all.into_iter()
        .enumerate()
        .map(|(n, (name, units, role))| newcomer(login(n), &name, posts(units, role)))
        .collect()
}

async fn read(app: &App) -> Result<People> {
    let domain = &app.domain;
    let host = domain.system("simulation");
    let mut c = domain.database.read().await?;
    let classes = domain.duty.list();
    let classes = classes
        .items()
        .filter(|it| it.procedure == Procedure::Incident);
    let sensors = Context {
        plugin: Some(Arc::new(ActingPlugin {
            id: "simulated-sensors".to_owned(),
            revision: format!("sha256:{}", "0".repeat(64)),
            department: organisation::department_of("emergency"),
            capabilities: [Capability::CasesOpen].into_iter().collect(),
            classes: classes.map(|it| it.code.clone()).collect(),
        })),
        channel: Channel::Sensor,
        ..host.clone()
    };
    let mut people = People {
        staff: Vec::new(),
        by_post: BTreeMap::new(),
        by_account: HashMap::new(),
        residents: Vec::new(),
        machine: None,
        sensors,
        host,
    };
    for (login, account) in rows::accounts(&mut c, LOGINS).await? {
        if login.starts_with(RESIDENTS) {
            people.residents.push(account);
            continue;
        }
        let posts = db::accounts::posts(&mut c, &account).await?;
        if login == MACHINE {
            let post = posts.into_iter().next().ok_or(Error::NotFound)?;
            let principal = Principal::Service { account, post };
            people.machine = Some(people.as_who(principal, Channel::Open311));
            continue;
        }
        people.hire(login, account, posts);
    }
    Ok(people)
}

/// The desk of a place and those above it, the lowest first.
pub fn desks(division: &str) -> impl Iterator<Item = String> {
    let levels = [12, 9, 6];
    levels
        .into_iter()
        .filter_map(|at| Some(organisation::desk_of(division.get(..at)?)))
}

/// Whether a unit is a desk.
pub fn is_desk(unit: &Unit) -> bool {
    unit.kind == DESK
}
