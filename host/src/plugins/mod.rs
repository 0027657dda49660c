//! Plugins: manifests, revisions, and calls into sandboxed components.

mod capability;
pub mod journal;
pub mod sections;
#[cfg(test)]
mod testing;
pub mod verify;

pub use capability::{Capabilities, Capability};
