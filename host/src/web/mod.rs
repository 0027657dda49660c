//! The entry app over HTTP: pages and API. Thin: a handler reads the request, calls one domain
//! function and shows its answer. Checks no authority of its own.

pub mod api;
pub mod edge;
pub mod error;
pub mod router;

pub use router::router;
