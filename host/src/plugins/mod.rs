//! Plugins: manifests, revisions, and calls into sandboxed components.

mod capability;

pub use capability::{Capabilities, Capability};
