//! What the test host holds.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use onedoor_forms::{Argument, Date, Denial, Error, FileRef, Instant, Problem, Text};
use onedoor_manifest::{Manifest, Receipt};

use super::record::Recorder;

use crate::{
    Event,
    cases::{About, Info, Location, State, Step, Urgency},
    grid::{Division, Level, Point},
    identity::{Caller, Claim, Role},
    log::Severity,
    notify::Letter,
};

const DAY: i64 = 86_400_000;
/// Shanghai is eight hours ahead, all year.
const ZONE: i64 = 8 * 3_600_000;

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    pub(super) caller: Caller,
    pub(super) facts: Vec<(Claim, String)>,
    pub(super) grants: Vec<String>,
    pub(super) unit: Option<String>,
}

impl Person {
    /// A resident of a community, who reads Chinese. Where they live is a fact about them: a
    /// plugin learns it by a claim they agreed to.
    pub fn resident(community: &str) -> Self {
        Self::with("resident", &[Role::Resident], None).fact(Claim::Community, community)
    }

    /// Somebody with posts in a division.
    pub fn staff(roles: &[Role], division: &str) -> Self {
        Self::with("staff", roles, Some(division))
    }

    fn with(subject: &str, roles: &[Role], division: Option<&str>) -> Self {
        let caller = Caller {
            subject: Some(subject.to_owned()),
            roles: roles.to_vec(),
            locale: "zh-CN".to_owned(),
            divisions: division.map(str::to_owned).into_iter().collect(),
        };
        Self {
            caller,
            facts: Vec::new(),
            grants: Vec::new(),
            unit: None,
        }
    }

    /// Works in the unit of that name: dispatchers and handlers see the cases that it has held.
    #[must_use]
    pub fn of_unit(mut self, name: &str) -> Self {
        self.unit = Some(name.to_owned());
        self
    }

    /// As somebody else: each subject is one person.
    #[must_use]
    pub fn named(mut self, subject: &str) -> Self {
        self.caller.subject = Some(subject.to_owned());
        self
    }

    /// Reads English.
    #[must_use]
    pub fn in_english(mut self) -> Self {
        self.caller.locale = "en".to_owned();
        self
    }

    /// A fact held about the person.
    #[must_use]
    pub fn fact(mut self, kind: Claim, value: &str) -> Self {
        self.facts.push((kind, value.to_owned()));
        self
    }

    /// Has agreed to a purpose of the manifest.
    #[must_use]
    pub fn agreed_to(mut self, purpose: &str) -> Self {
        self.grants.push(purpose.to_owned());
        self
    }
}

/// A case of the test host.
#[derive(Clone, Debug, PartialEq)]
pub struct OneCase {
    /// What plugins see of it.
    pub info: Info,
    /// The words it was reported with.
    pub description: String,
    /// Its files.
    pub files: Vec<FileRef>,
    /// Whom it is about, where nobody called.
    pub about: Option<About>,
    /// Who reported it.
    pub reporter: Option<String>,
    /// What has happened.
    pub steps: Vec<Step>,
}

/// A message that the plugin has sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// The subject it went to.
    pub to: String,
    /// Under which key.
    pub once: String,
    /// What it says.
    pub letter: Letter,
    /// When.
    pub at: Instant,
}

#[derive(Debug)]
pub(super) struct Area {
    pub code: String,
    pub edges: [f64; 4],
}

#[derive(Debug)]
pub(crate) struct Host {
    pub manifest: Manifest,
    pub now: Instant,
    pub person: Option<Person>,
    /// Whether an event, a job, a signal or a board is at work: then nobody calls.
    pub unattended: bool,
    pub divisions: Vec<Division>,
    pub areas: Vec<Area>,
    pub class_names: BTreeMap<String, (String, String)>,
    pub visits: Vec<String>,
    pub cases: Vec<OneCase>,
    pub opened: BTreeMap<(String, String), String>,
    pub remarks: Vec<(String, String)>,
    pub values: BTreeMap<(Option<String>, String), String>,
    pub files: Vec<(String, String)>,
    pub events: Vec<Event>,
    /// Whom the plugin keeps something about.
    pub known: BTreeSet<String>,
    pub letters: Vec<Sent>,
    pub sent: u32,
    pub records: super::records::Records,
    pub log: Vec<(Severity, String)>,
    pub lines: usize,
    /// What the call that runs has asked for so far.
    pub receipt: RefCell<Receipt>,
    /// What earlier calls cost, oldest first.
    pub receipts: Vec<Receipt>,
    serial: u64,
    pub seed: u64,
    pub recorder: Recorder,
}

impl Host {
    pub fn new(manifest: Manifest) -> Self {
        let mut host = Self {
            manifest,
            now: 0,
            person: None,
            unattended: false,
            divisions: Vec::new(),
            areas: Vec::new(),
            class_names: BTreeMap::new(),
            visits: Vec::new(),
            cases: Vec::new(),
            opened: BTreeMap::new(),
            remarks: Vec::new(),
            values: BTreeMap::new(),
            files: Vec::new(),
            events: Vec::new(),
            known: BTreeSet::new(),
            letters: Vec::new(),
            sent: 0,
            records: super::records::Records::default(),
            log: Vec::new(),
            lines: 0,
            receipt: RefCell::default(),
            receipts: Vec::new(),
            serial: 0,
            seed: 0x9E37_79B9_7F4A_7C15,
            recorder: Recorder::new(),
        };
        host.now = 20_780 * DAY + 9 * 3_600_000 - ZONE;
        host
    }

    pub fn set_clock(&mut self, date: Date, minutes: u16) {
        self.now = date.days() * DAY + i64::from(minutes) * 60_000 - ZONE;
    }

    pub fn today(&self) -> Date {
        let epoch = Date::from_days(0);
        Date::from_days((self.now + ZONE).div_euclid(DAY))
            .or(epoch)
            .unwrap_or_else(|| super::no_host())
    }

    /// The number of the day in Shanghai, and how much of it has gone by.
    pub fn day(&self, at: Instant) -> (i64, i64) {
        ((at + ZONE).div_euclid(DAY), (at + ZONE).rem_euclid(DAY))
    }

    /// Milliseconds until the next day in Shanghai.
    pub fn rest_of_day(&self) -> i64 {
        DAY - self.day(self.now).1
    }

    pub fn begin_call(&mut self) {
        self.lines = 0;
        self.sent = 0;
        self.receipt.take();
    }

    /// Files the receipt of the call that has ended.
    pub fn end_call(&mut self, export: &'static str, outcome: &'static str, took: Duration) {
        let receipt = Receipt {
            export: export.into(),
            outcome: outcome.into(),
            wall_us: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            ..self.receipt.take()
        };
        self.receipts.push(receipt);
    }

    pub fn fresh(&mut self, what: &str) -> String {
        self.serial += 1;
        format!("{what}-{}", self.serial)
    }

    pub fn subject(&self) -> Option<&str> {
        self.person.as_ref()?.caller.subject.as_deref()
    }

    pub fn need(&self, capability: &str) -> Result<(), Error> {
        if self.manifest.asks_for(capability) {
            return Ok(());
        }
        let held = self.manifest.capabilities.iter().map(String::as_str);
        let line = onedoor_manifest::line::capability(held, capability);
        Err(self.lacks(capability, &line))
    }

    /// Refuses what the manifest does not ask for, and notes it on the receipt.
    pub fn lacks(&self, capability: &str, line: &str) -> Error {
        self.receipt.borrow_mut().denied(capability);
        Error::Denied(Denial {
            capability: capability.to_owned(),
            line: line.to_owned(),
        })
    }

    /// Notes a call of a host function.
    pub fn called(&self, function: &'static str) {
        self.receipt.borrow_mut().called(function);
    }

    pub fn hand_in(&mut self, name: &str, mime: &str) -> FileRef {
        let id = self.fresh("file");
        let owner = self.subject().unwrap_or_default().to_owned();
        self.files.push((owner, id.clone()));
        FileRef {
            id,
            name: name.to_owned(),
            mime: mime.to_owned(),
            bytes: 200_000,
        }
    }

    /// Whether the caller may see a case: its reporter, staff of its place or of a unit that has
    /// held it; all of the plugin's classes when nobody calls.
    pub fn may_see(&self, case: &OneCase) -> bool {
        if !self.manifest.cases.classes.contains(&case.info.class) {
            return false;
        }
        let Some(person) = &self.person else {
            return self.unattended;
        };
        let caller = &person.caller;
        let here = || {
            let place = case.info.division.as_deref();
            place.is_some_and(|place| caller.covers(place))
        };
        let knows = || {
            let mut held = case.steps.iter();
            person.unit.is_some() && held.any(|step| step.by == person.unit)
        };
        let by_post = |role: &Role| match role {
            Role::Dispatcher | Role::Handler => knows(),
            Role::GridWorker | Role::Verifier | Role::Supervisor | Role::DutyKeeper => here(),
            _ => false,
        };
        let own = case.reporter.is_some() && case.reporter == caller.subject;
        own || caller.roles.iter().any(by_post)
    }

    pub fn report(&mut self, class: &str, title: &str, place: Location) -> Info {
        let reporter = self.subject().map(str::to_owned);
        let case = OneCase {
            info: self.first_info(class, title, place, None),
            description: String::new(),
            files: Vec::new(),
            about: None,
            reporter,
            steps: Vec::new(),
        };
        self.keep(case)
    }

    pub fn first_info(
        &mut self,
        class: &str,
        title: &str,
        place: Location,
        urgency: Option<Urgency>,
    ) -> Info {
        let division = place
            .division
            .clone()
            .or_else(|| self.cell_at(place.at.as_ref()?));
        let street = division
            .as_deref()
            .and_then(|code| code.get(..6))
            .unwrap_or("000000")
            .to_owned();
        let day = self.today().to_string().replace('-', "");
        let serial = self.cases.len() + 1;
        Info {
            id: self.fresh("case"),
            number: format!("{street}-{day}-{serial:05}"),
            class: class.to_owned(),
            title: title.to_owned(),
            state: self.opening(class).1,
            urgency: urgency.unwrap_or(Urgency::Normal),
            division,
            address: place.address,
            holder: None,
            opened: self.now,
            due: None,
            version: 1,
        }
    }

    pub fn keep(&mut self, mut case: OneCase) -> Info {
        let (action, state) = self.opening(&case.info.class);
        let step = Step {
            at: self.now,
            action: action.to_owned(),
            state,
            by: None,
            note: None,
        };
        case.steps.push(step);
        let info = case.info.clone();
        self.cases.push(case);
        self.tell(action, &info);
        info
    }

    /// What opens a case of a class, and where it stands then.
    fn opening(&self, class: &str) -> (&'static str, State) {
        if self.visits.iter().any(|it| it == class) {
            ("plan", State::Planned)
        } else {
            ("submit", State::Submitted)
        }
    }

    pub fn move_case(
        &mut self,
        id: &str,
        action: &str,
        state: State,
        by: &str,
        note: Option<&str>,
    ) -> bool {
        let now = self.now;
        let Some(case) = self.cases.iter_mut().find(|case| case.info.id == id) else {
            return false;
        };
        case.info.state = state;
        case.info.holder = Some(by.to_owned());
        case.info.version += 1;
        let note = note.map(str::to_owned);
        case.steps.push(Step {
            at: now,
            action: action.to_owned(),
            state,
            by: Some(by.to_owned()),
            note,
        });
        let info = case.info.clone();
        self.tell(action, &info);
        true
    }

    fn tell(&mut self, action: &str, case: &Info) {
        if !self.manifest.cases.classes.contains(&case.class) {
            return;
        }
        let id = self.fresh("event");
        self.events.push(Event {
            id,
            at: self.now,
            action: action.to_owned(),
            case: case.clone(),
        });
    }

    pub fn cell_at(&self, at: &Point) -> Option<String> {
        let inside = |area: &&Area| {
            let [west, south, east, north] = area.edges;
            (west..east).contains(&at.lon) && (south..north).contains(&at.lat)
        };
        self.areas.iter().find(inside).map(|area| area.code.clone())
    }
}

/// The division above, by its code.
pub(super) fn parent(code: &str) -> Option<String> {
    let above = match code.len() {
        15 => 12,
        12 => 9,
        9 => 6,
        6 => 4,
        4 => 2,
        _ => return None,
    };
    code.get(..above).map(str::to_owned)
}

pub(super) fn level_name(level: Level) -> &'static str {
    match level {
        Level::Province => "province",
        Level::City => "city",
        Level::District => "district",
        Level::Street => "street",
        Level::Community => "community",
        Level::Cell => "cell",
    }
}

/// One thing wrong with what a plugin handed in.
pub(super) fn problem(at: &str, code: &str, most: u32) -> Problem {
    Problem::at(at, Text::message(code).with("max", Argument::from(most)))
}
