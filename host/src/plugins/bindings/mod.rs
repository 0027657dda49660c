//! What `bindgen!` makes of the contract; the only place where it is called. Nothing outside
//! `plugins` sees a generated type.

mod convert;

pub(super) use convert::{Lift, Lower};

#[allow(missing_docs, clippy::all, clippy::pedantic)]
mod generated {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "full-plugin",
        imports: { default: async | trappable },
        exports: { default: async },
        with: {
            "onedoor:records/records.entry": crate::records::held::Opened,
        },
    });
}

pub(super) use generated::{
    FullPlugin,
    exports::onedoor::plugin as exports,
    onedoor::{
        cases::cases,
        grid::grid,
        identity::identity,
        plugin::{clock, keyvalue, log, notify, random},
        records::records,
        types::types,
        ui::ui,
    },
};

/// The interface of each export, as a component names it.
pub(super) mod names {
    pub(in super::super) const PORTAL: &str = "onedoor:plugin/portal@0.1.0";
    pub(in super::super) const TRIAGE: &str = "onedoor:plugin/triage@0.1.0";
    pub(in super::super) const EVENTS: &str = "onedoor:plugin/events@0.1.0";
    pub(in super::super) const JOBS: &str = "onedoor:plugin/jobs@0.1.0";
    pub(in super::super) const INBOX: &str = "onedoor:plugin/inbox@0.1.0";
    pub(in super::super) const INDICATORS: &str = "onedoor:plugin/indicators@0.1.0";
}
