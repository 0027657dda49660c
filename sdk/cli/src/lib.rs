//! What the command `onedoor-plugin` does for the developers of a plugin: makes a new one, builds
//! it into one self-contained component, has a host check it, reads such a file, and hands it in.
//!
//! It runs no component and holds no wasmtime: whether a component behaves is for the host to
//! find. Nothing here prints; what there is to say is written to the writer that is handed in.

pub mod build;
pub mod bundles;
pub mod check;
pub mod compile;
pub mod component;
pub mod dev;
pub mod folder;
pub mod inspect;
pub mod recordings;
pub mod remote;
pub mod scaffold;
pub mod token;
pub mod upload;
