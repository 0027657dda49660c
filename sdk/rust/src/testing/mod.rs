//! The test host: an author's `cargo test` runs the handlers natively against an identity, a grid
//! and cases held in memory, with a clock that stands still until it is moved.
//!
//! It refuses what the real host refuses, for the same reasons: a capability that the manifest
//! does not ask for, a limit passed, a form not rightly filled in. One suite runs on both and must
//! agree (`tests/conformance`).
//!
//! ```
//! use onedoor_sdk::{testing::{Person, TestHost}, *};
//!
//! struct Hello;
//! impl Portal for Hello {
//!     fn render(_: Route) -> Result<View> {
//!         page(Text::raw(clock::today())).finish()
//!     }
//! }
//!
//! # let manifest = r#"
//! # id = "hello"
//! # version = "0.1.0"
//! # department = "dept-emergency"
//! # name = { zh = "你好", en = "Hello" }
//! # description = { zh = "问好", en = "Greets" }
//! # contact = { phone = "12345" }
//! # "#;
//! let host = TestHost::new(manifest).unwrap();
//! host.sign_in(Person::resident("310101002001"));
//! assert_eq!(host.render::<Hello>(&Route::page("home")).unwrap().title, Text::raw("2026-11-23"));
//! ```

mod failure;
pub(crate) mod imports;
mod machines;
mod record;
pub(crate) mod records;
mod state;
mod words;

use std::{cell::RefCell, rc::Rc, time::Instant};

use onedoor_forms::{Answers, Date, Outcome, Route, Submission, View, check_view, validate};
pub use onedoor_manifest::Receipt;
use onedoor_manifest::{Flaw, Manifest};
use serde_json::Value;

pub use failure::Failure;
pub use state::{OneCase, Person, Sent};

use crate::{
    Event, Events, FileRef, Portal, Report, Result, Suggestion, Triage,
    cases::{Info, Location, State as CaseState},
    grid::{Division, Level},
    log::Severity,
};
use record::argument;
use state::{Area, Host};
use words::Bundles;

thread_local! {
    /// The host whose call runs on this thread.
    static CURRENT: RefCell<Option<Rc<RefCell<Host>>>> = const { RefCell::new(None) };
}

/// A host in memory, for one plugin.
#[derive(Debug)]
pub struct TestHost {
    host: Rc<RefCell<Host>>,
    bundles: Bundles,
}

impl TestHost {
    /// A host that grants what the manifest asks for. It is 9 o'clock on Monday, 23 November 2026,
    /// in Shanghai, and nobody is signed in.
    pub fn new(manifest: &str) -> Result<Self, Vec<Flaw>> {
        let manifest = Manifest::parse(manifest)?;
        Ok(Self {
            host: Rc::new(RefCell::new(Host::new(manifest))),
            bundles: Bundles::default(),
        })
    }

    /// Brings the plugin's words: from here on a page that names a message which `zh` or `en`
    /// lacks is refused. The error says where a bundle cannot be read.
    pub fn with_words(mut self, zh: &str, en: &str) -> Result<Self, String> {
        self.bundles.add("zh-CN", zh)?;
        self.bundles.add("en", en)?;
        Ok(self)
    }

    /// Signs a person in, in place of whoever was.
    pub fn sign_in(&self, person: Person) {
        self.host.borrow_mut().person = Some(person);
    }

    /// Signs out.
    pub fn sign_out(&self) {
        self.host.borrow_mut().person = None;
    }

    /// Sets the clock: `2026-11-23` and minutes after midnight in Shanghai.
    pub fn set_clock(&self, date: Date, minutes: u16) {
        self.host.borrow_mut().set_clock(date, minutes);
    }

    /// Moves the clock on.
    pub fn advance(&self, seconds: i64) {
        self.host.borrow_mut().now += seconds * 1000;
    }

    /// Takes a capability away, as if the manifest had not asked for it.
    pub fn revoke(&self, capability: &str) {
        self.host
            .borrow_mut()
            .manifest
            .capabilities
            .retain(|it| it != capability);
    }

    /// Adds a division.
    pub fn add_division(&self, code: &str, name: &str, level: Level) {
        self.host.borrow_mut().divisions.push(Division {
            code: code.to_owned(),
            name: name.to_owned(),
            level,
            parent: state::parent(code),
            synthetic: false,
        });
    }

    /// Adds a rectangular cell: west, south, east, north in degrees of CGCS2000.
    pub fn add_cell(&self, code: &str, name: &str, edges: [f64; 4]) {
        self.add_division(code, name, Level::Cell);
        self.host.borrow_mut().areas.push(Area {
            code: code.to_owned(),
            edges,
        });
    }

    /// Names a class of the duty list, in Chinese and English. Unnamed classes go by their code.
    pub fn name_class(&self, code: &str, zh: &str, en: &str) {
        self.host
            .borrow_mut()
            .class_names
            .insert(code.to_owned(), (zh.to_owned(), en.to_owned()));
    }

    /// Says that a class is one of visits: what is opened with it is planned work.
    pub fn add_visit_class(&self, code: &str) {
        self.host.borrow_mut().visits.push(code.to_owned());
    }

    /// Hands a photo in, as a form of the person who is signed in would.
    pub fn photo(&self, name: &str) -> FileRef {
        self.host.borrow_mut().hand_in(name, "image/jpeg")
    }

    /// Shows a page, and checks it by the rules of the contract.
    pub fn render<P: Portal>(&self, at: &Route) -> Result<View, Failure> {
        let arguments = vec![argument(at)];
        let view = self.export(("portal", "render"), arguments, || P::render(at.clone()))?;
        self.checked(view)
    }

    /// Fills in a form of a page and hands it in: it is validated as the host does it, hidden
    /// answers are dropped, and only then does the plugin see it.
    pub fn submit<P: Portal>(
        &self,
        at: &Route,
        form: &str,
        answers: &Answers,
    ) -> Result<Outcome, Failure> {
        let once = self.host.borrow_mut().fresh("once");
        self.submit_once::<P>(at, form, answers, &once)
    }

    /// The same with a `once` of one's own, to hand the same form in twice.
    pub fn submit_once<P: Portal>(
        &self,
        at: &Route,
        form: &str,
        answers: &Answers,
        once: &str,
    ) -> Result<Outcome, Failure> {
        let view = self.render::<P>(at)?;
        let form = view.form(form).ok_or(Failure::NoSuchForm)?;
        let today = self.host.borrow().today();
        let kept = validate(form, answers, today).map_err(Failure::Faults)?;
        self.host.borrow_mut().agree(form, &kept);
        let submission = Submission {
            form: form.id.clone(),
            version: form.version,
            state: form.state.clone(),
            once: once.to_owned(),
            answers: kept.in_order(form),
        };
        let arguments = vec![argument(at), argument(&submission)];
        let outcome = self.export(("portal", "submit"), arguments, || {
            P::submit(at.clone(), submission)
        })?;
        self.checked_outcome(outcome)
    }

    /// Presses a button of a page. A button that the page does not have, or does not enable, is
    /// refused.
    pub fn press<P: Portal>(&self, at: &Route, action: &str) -> Result<Outcome, Failure> {
        let view = self.render::<P>(at)?;
        let usable = view
            .action(action)
            .is_some_and(|it| it.disabled.is_none() && it.effect == crate::Effect::Call);
        if !usable {
            return Err(Failure::NoSuchAction);
        }
        let once = self.host.borrow_mut().fresh("once");
        let arguments = vec![argument(at), argument(&action), argument(&once)];
        let outcome = self.export(("portal", "act"), arguments, || {
            P::act(at.clone(), action.to_owned(), once)
        })?;
        self.checked_outcome(outcome)
    }

    /// Asks for a suggestion. One that names a class not in the manifest is refused.
    pub fn suggest<T: Triage>(&self, report: Report) -> Result<Option<Suggestion>, Failure> {
        let arguments = vec![argument(&report)];
        let suggestion =
            self.export(("triage", "suggest"), arguments, || Ok(T::suggest(report)))?;
        let host = self.host.borrow();
        match &suggestion {
            Some(it) if !host.manifest.cases.classes.contains(&it.class) => {
                Err(Failure::ForeignClass(it.class.clone()))
            }
            Some(it) if !(0.0..=1.0).contains(&it.confidence) => {
                Err(Failure::Confidence(it.confidence))
            }
            Some(it) => self.worded(&it.reason).map(|()| suggestion.clone()),
            None => Ok(None),
        }
    }

    fn checked(&self, view: View) -> Result<View, Failure> {
        let breaches = check_view(&view);
        if !breaches.is_empty() {
            return Err(Failure::Breaches(breaches));
        }
        self.worded(&view).map(|()| view)
    }

    fn checked_outcome(&self, outcome: Outcome) -> Result<Outcome, Failure> {
        match outcome {
            Outcome::Show(view) => self.checked(view).map(Outcome::Show),
            Outcome::Invalid(problems) => {
                self.worded(&problems).map(|()| Outcome::Invalid(problems))
            }
            Outcome::Go(route) => Ok(Outcome::Go(route)),
        }
    }

    fn worded(&self, shown: &impl serde::Serialize) -> Result<(), Failure> {
        let lacking = self.bundles.lacking(shown);
        if lacking.is_empty() {
            Ok(())
        } else {
            Err(Failure::NoWords(lacking))
        }
    }

    /// Delivers what has happened to the plugin's cases since the last delivery; how many events
    /// that were.
    pub fn deliver<E: Events>(&self) -> Result<usize, Failure> {
        let events = std::mem::take(&mut self.host.borrow_mut().events);
        let count = events.len();
        for event in events {
            self.tell::<E>(event)?;
        }
        Ok(count)
    }

    /// Tells one event; as on the real host, nobody is calling then, and a plugin may be told the
    /// same event again.
    pub fn tell<E: Events>(&self, event: Event) -> Result<(), Failure> {
        let arguments = vec![argument(&event)];
        let done = self.unattended(("events", "on-event"), arguments, || E::on_event(event));
        done.map_err(Failure::from)
    }

    /// Runs something as one call that nobody makes.
    fn unattended<T>(
        &self,
        export: (&'static str, &'static str),
        arguments: Vec<Value>,
        run: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let person = {
            let mut host = self.host.borrow_mut();
            host.unattended = true;
            host.person.take()
        };
        let done = self.export(export, arguments, run);
        let mut host = self.host.borrow_mut();
        host.unattended = false;
        host.person = person;
        done
    }

    /// What the next delivery will tell, oldest first.
    pub fn undelivered(&self) -> Vec<Event> {
        self.host.borrow().events.clone()
    }

    /// Moves a case, as its desk or handler would; the plugin hears of it at the next delivery.
    /// False if there is no such case.
    pub fn move_case(
        &self,
        id: &str,
        action: &str,
        state: CaseState,
        by: &str,
        note: Option<&str>,
    ) -> bool {
        self.host
            .borrow_mut()
            .move_case(id, action, state, by, note)
    }

    /// Opens a case of the signed-in person without the plugin, as the report page does.
    pub fn report(&self, class: &str, title: &str, place: Location) -> Info {
        self.host.borrow_mut().report(class, title, place)
    }

    /// Every case there is, oldest first.
    pub fn cases(&self) -> Vec<OneCase> {
        self.host.borrow().cases.clone()
    }

    /// What the plugin has logged.
    pub fn logged(&self) -> Vec<(Severity, String)> {
        self.host.borrow().log.clone()
    }

    /// What the calls so far cost, oldest first, in the form that the real host has: which of its
    /// functions they called how often, what they were denied, and how long they took. What only
    /// a component has (memory, the time to start it, its own time) is left out.
    pub fn receipts(&self) -> Vec<Receipt> {
        self.host.borrow().receipts.clone()
    }

    /// Runs something as one call of the plugin: for wrappers called directly.
    pub fn call<T>(&self, run: impl FnOnce() -> T) -> T {
        self.measured("call", || (run(), "ok"))
    }

    /// Runs an export that may refuse, and keeps what it was called with and was answered.
    fn export<T>(
        &self,
        (interface, function): (&'static str, &'static str),
        arguments: Vec<Value>,
        run: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let begin = |host: &mut Host| host.recorder.begin(interface, function, arguments);
        begin(&mut self.host.borrow_mut());
        // As the host's measurements name them.
        let export = match interface {
            "portal" | "triage" => function,
            "events" => "event",
            "jobs" => "job",
            other => other,
        };
        let answer = self.measured(export, || {
            let result = run();
            let outcome = if result.is_ok() { "ok" } else { "refused" };
            (result, outcome)
        });
        self.host.borrow_mut().recorder.end(answer.is_err());
        answer
    }

    fn measured<T>(&self, export: &'static str, run: impl FnOnce() -> (T, &'static str)) -> T {
        self.host.borrow_mut().begin_call();
        let before = CURRENT.with(|it| it.borrow_mut().replace(Rc::clone(&self.host)));
        let _restore = Restore(before);
        let began = Instant::now();
        let (answer, outcome) = run();
        let took = began.elapsed();
        self.host.borrow_mut().end_call(export, outcome, took);
        answer
    }
}

/// Puts the host of an outer call back, also when a handler panics.
struct Restore(Option<Rc<RefCell<Host>>>);

impl Drop for Restore {
    fn drop(&mut self) {
        let before = self.0.take();
        CURRENT.with(|it| *it.borrow_mut() = before);
    }
}

/// The host of the call that runs on this thread, which calls this function of it.
fn with_host<T: serde::Serialize>(function: &'static str, run: impl FnOnce(&mut Host) -> T) -> T {
    let host = CURRENT.with(|it| it.borrow().clone());
    match host {
        Some(host) => {
            let host = &mut host.borrow_mut();
            host.called(function);
            let answer = run(host);
            host.recorder.answered(function, &answer);
            answer
        }
        None => no_host(),
    }
}

#[allow(
    clippy::panic,
    reason = "a test that calls the host without one is wrong, and must say so"
)]
fn no_host() -> ! {
    panic!("the host was called outside of a call of TestHost")
}
