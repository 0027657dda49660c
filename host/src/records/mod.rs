//! What is held about people, and the one hook through which every read of it passes.

pub mod access;
#[cfg(test)]
mod access_tests;
