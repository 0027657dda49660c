//! The SDK for plugins in Rust. A plugin implements [`Portal`], [`Triage`], [`Events`], [`Jobs`],
//! [`Inbox`] or [`Indicators`] and names them in [`register!`]; it shows pages made with [`page`]
//! and [`FormBuilder`], and calls the host through [`identity`], [`grid`], [`cases`],
//! [`keyvalue`] and [`notify`].
//!
//! It never holds state from one call to the next: every call gets a fresh instance. In
//! `cargo test` the same handlers run natively against [`testing::TestHost`].
//!
//! ```
//! use onedoor_sdk::*;
//!
//! struct Hello;
//!
//! impl Portal for Hello {
//!     fn render(_: Route) -> Result<View> {
//!         page(Text::message("hello")).text(Text::raw(clock::today())).finish()
//!     }
//! }
//!
//! register!(Hello: portal);
//! ```

extern crate self as onedoor_sdk;

#[cfg(target_arch = "wasm32")]
mod alloc;
#[doc(hidden)]
pub mod bindings;
mod build;
pub mod cases;
pub mod clock;
pub mod grid;
pub mod identity;
pub mod keyvalue;
pub mod log;
pub mod notify;
mod plugin;
pub mod random;
pub mod records;
mod rows;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;

#[doc(hidden)]
pub use wit_bindgen;

pub use build::{
    AddField, Day, Decimal, Files, FormBuilder, Key, Many, One, PageBuilder, Read, Somebody, Spot,
    TableBuilder, Time, When, Whole, Words, YesNo, msg, page,
};
pub use onedoor_forms::{
    Action, Answer, Answers, Argument, Block, Card, Cell, Check, Choice, Column, Condition,
    Confirm, Date, Denial, Effect, Error, Field, Figure, FileRef, Form, Geo, Instant, Kind, Media,
    Message, Moment, MomentState, Notice, Outcome, Packed, Page, Paging, Pair, Place, Prefill,
    Problem, Route, Status, Step, Submission, Table, TableColumn, TableRow, Text, TextFormat, Tone,
    Value, View, Weight,
};
pub use plugin::{
    Event, Events, Inbox, Indicators, Jobs, Measure, Portal, Report, Run, Signal, Suggestion, Tile,
    Triage,
};
pub use rows::{Row, Rows};

/// The result of a handler or of a call to the host.
pub type Result<T, E = Error> = std::result::Result<T, E>;
