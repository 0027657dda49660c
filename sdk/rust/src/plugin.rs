//! What a plugin implements, and how it becomes an export of the component.

use crate::{
    Error, Outcome, Result, Route, Submission, View,
    bindings::{events, portal, triage},
};

pub use events::exports::onedoor::plugin::events::Event;
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
    ($plugin:ident $other:ident) => {
        compile_error!(concat!("no such export: ", stringify!($other), "; there are portal, triage and events"));
    };
}
