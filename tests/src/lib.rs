//! What the end-to-end tests share.

pub mod attacks;
pub mod forged;
pub mod plugins;
pub mod served;
