//! What is held about people, and the one hook through which every read of it passes.

pub mod access;
#[cfg(test)]
mod access_tests;
pub mod catalogue;
pub mod consent;
pub mod family;
pub mod grants;
pub mod held;
#[cfg(test)]
mod held_tests;
pub mod kept;
pub mod listed;
pub mod picked;
pub mod schema;
