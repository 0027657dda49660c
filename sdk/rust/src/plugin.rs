//! What a plugin implements, and how it becomes an export of the component.

use crate::{
    Error, Outcome, Result, Route, Submission, Text, Tone, Value, View,
    bindings::{events, inbox, indicators, jobs, portal, triage},
};

pub use events::exports::onedoor::plugin::events::Event;
pub use inbox::exports::onedoor::plugin::inbox::Signal;
pub use indicators::exports::onedoor::plugin::indicators::{Measure, Tile};
pub use jobs::exports::onedoor::plugin::jobs::Run;
pub use triage::exports::onedoor::plugin::triage::{Report, Suggestion};

/// Pages. Every answer is for the person who is calling.
pub trait Portal {
    /// Shows a page. `home` is where a service without a page of its own leads.
    fn render(at: Route) -> Result<View>;

    /// Takes a form that the host has validated. Without forms: not found.
    fn submit(at: Route, submission: Submission) -> Result<Outcome> {
        let _ = (at, submission);
        Err(Error::NotFound)
    }

    /// Takes a button of a page. `once` is the same each time the same press is sent again.
    /// Without such buttons: not found.
    fn act(at: Route, action: String, once: String) -> Result<Outcome> {
        let _ = (at, action, once);
        Err(Error::NotFound)
    }
}

/// Looks at a new report and proposes a class and an urgency. A person decides.
pub trait Triage {
    /// None means "not for me".
    fn suggest(report: Report) -> Option<Suggestion>;
}

/// Told what happens to the plugin's cases: at least once, so act on an `id` only once.
pub trait Events {
    /// An error other than `denied` is retried with growing pauses, then parked.
    fn on_event(event: Event) -> Result<()>;
}

/// Runs the jobs that the manifest lists, when they are due. Nobody is calling.
pub trait Jobs {
    /// The same run may be tried again: act on an `id` only once.
    fn run(run: Run) -> Result<()>;
}

/// Takes what devices send: at least once, so act on an `id` only once. Nobody is calling.
pub trait Inbox {
    /// An error other than `denied` is retried with growing pauses, then parked.
    fn receive(signal: Signal) -> Result<()>;
}

/// Figures for a board that staff see. Nobody is calling.
pub trait Indicators {
    /// At most 12 tiles about a division, a prefix of 2 to 12 digits; empty means everywhere.
    fn tiles(division: String) -> Result<Vec<Tile>>;
}

impl Tile {
    /// A number, in no particular tone.
    pub fn number(id: &str, label: Text, number: f64) -> Self {
        Self::new(id, label, Measure::Number(number))
    }

    /// A status, in words.
    pub fn status(id: &str, label: Text, words: Text, tone: Tone) -> Self {
        Self {
            tone,
            ..Self::new(id, label, Measure::Words(words))
        }
    }

    fn new(id: &str, label: Text, value: Measure) -> Self {
        Self {
            id: id.to_owned(),
            label,
            value,
            unit: None,
            tone: Tone::Neutral,
            note: None,
            cases: None,
        }
    }

    /// In this tone.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    /// With a unit behind the number.
    #[must_use]
    pub fn unit(mut self, unit: Text) -> Self {
        self.unit = Some(unit);
        self
    }

    /// With smaller words below it.
    #[must_use]
    pub fn note(mut self, note: Text) -> Self {
        self.note = Some(note);
        self
    }

    /// Leads to the cases that it counts.
    #[must_use]
    pub fn cases(mut self, filter: crate::cases::Filter) -> Self {
        self.cases = Some(filter);
        self
    }
}

impl Signal {
    /// The answer to a field of the inbox.
    pub fn answer(&self, field: &str) -> Option<&Value> {
        let mut answers = self.answers.iter();
        answers.find(|it| it.field == field).map(|it| &it.value)
    }
}

impl<T: Portal> portal::exports::onedoor::plugin::portal::Guest for T {
    fn render(at: Route) -> Result<View> {
        log_panics();
        T::render(at)
    }

    fn submit(at: Route, submission: Submission) -> Result<Outcome> {
        log_panics();
        T::submit(at, submission)
    }

    fn act(at: Route, action: String, once: String) -> Result<Outcome> {
        log_panics();
        T::act(at, action, once)
    }
}

impl<T: Triage> triage::exports::onedoor::plugin::triage::Guest for T {
    fn suggest(report: Report) -> Option<Suggestion> {
        log_panics();
        T::suggest(report)
    }
}

impl<T: Events> events::exports::onedoor::plugin::events::Guest for T {
    fn on_event(event: Event) -> Result<()> {
        log_panics();
        T::on_event(event)
    }
}

impl<T: Jobs> jobs::exports::onedoor::plugin::jobs::Guest for T {
    fn run_job(run: Run) -> Result<()> {
        log_panics();
        T::run(run)
    }
}

impl<T: Inbox> inbox::exports::onedoor::plugin::inbox::Guest for T {
    fn receive(signal: Signal) -> Result<()> {
        log_panics();
        T::receive(signal)
    }
}

impl<T: Indicators> indicators::exports::onedoor::plugin::indicators::Guest for T {
    fn tiles(division: String) -> Result<Vec<Tile>> {
        log_panics();
        T::tiles(division)
    }
}

/// A panic ends the component without a word; its message goes to the plugin's log first.
fn log_panics() {
    #[cfg(target_arch = "wasm32")]
    {
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(|| {
            std::panic::set_hook(Box::new(|info| crate::log::error(info.to_string())));
        });
    }
}

/// Exports the named traits of a type as the component: `register!(Safety: portal, triage)`.
/// What is not named is not exported, and the plugin does not take part in it.
#[macro_export]
macro_rules! register {
    ($plugin:ident : $($export:ident),+ $(,)?) => { $( $crate::__register!($plugin $export); )+ };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __register {
    ($plugin:ident portal) => {
        $crate::bindings::portal::__export_portal!($plugin with_types_in $crate::bindings::portal);
    };
    ($plugin:ident triage) => {
        $crate::bindings::triage::__export_triage!($plugin with_types_in $crate::bindings::triage);
    };
    ($plugin:ident events) => {
        $crate::bindings::events::__export_events!($plugin with_types_in $crate::bindings::events);
    };
    ($plugin:ident jobs) => {
        $crate::bindings::jobs::__export_jobs!($plugin with_types_in $crate::bindings::jobs);
    };
    ($plugin:ident inbox) => {
        $crate::bindings::inbox::__export_inbox!($plugin with_types_in $crate::bindings::inbox);
    };
    ($plugin:ident indicators) => {
        $crate::bindings::indicators::__export_indicators!($plugin with_types_in $crate::bindings::indicators);
    };
    ($plugin:ident $other:ident) => {
        compile_error!(concat!("no such export: ", stringify!($other), "; there are portal, triage, events, jobs, inbox and indicators"));
    };
}
