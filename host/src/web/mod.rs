//! The entry app over HTTP: pages and API. Thin: a handler reads the request, calls one domain
//! function and shows its answer. Checks no authority of its own.

pub mod api;
pub mod assets;
pub mod blocks;
pub mod edge;
pub mod error;
pub mod forms;
pub mod guard;
pub mod layout;
pub mod open311;
pub mod pages;
pub mod router;
pub mod session;
pub mod sheet;
#[cfg(test)]
pub(crate) mod tests;

pub use crate::i18n;
pub use router::router;
