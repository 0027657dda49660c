//! The contract's `ui` package: what is asked (`form`) and what is shown (`block`).

mod block;
mod form;

pub use block::*;
pub use form::*;
