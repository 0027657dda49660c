//! What a plugin shows and asks, and the rules of it: the Rust form of the contract's `types` and
//! `ui` packages, the structural checks of a view, the conditions, and the validation of answers.
//!
//! The host and the SDK both use this crate, so that what passes an author's tests passes the
//! host. It is pure: no IO, no clock, no randomness, and it never panics on what it is given.
//! Names and the order of cases follow `wit/deps/types` and `wit/deps/ui` exactly, because the
//! SDK's bindings lower these types to the wire; a change there is a change here.

pub mod answers;
pub mod check;
pub mod condition;
pub mod date;
pub mod decimal;
pub mod formats;
pub mod types;
pub mod ui;

pub use answers::{Answers, Fault, Shown, Why, shown, validate, validate_step};
pub use check::{Breach, TileWords, check_form, check_tiles, check_view, is_route};
pub use date::{Date, minutes};
pub use types::*;
pub use ui::*;
