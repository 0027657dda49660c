//! Whether what is kept is what was written: hash chains, checkpoints outside the database, and
//! digests of files. Finds and tells; never mends.

pub mod checkpoints;
#[cfg(test)]
mod tests;
mod verify;

pub use verify::{Finding, Verdict, verify};
