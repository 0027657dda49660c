//! Randomness from the host.

#[cfg(target_arch = "wasm32")]
use crate::bindings::api::onedoor::plugin::random as host;
#[cfg(not(target_arch = "wasm32"))]
use crate::testing::imports::random as host;

/// So many random bytes, at most 1,024; more ends the call.
pub fn bytes(n: u32) -> Vec<u8> {
    host::bytes(n)
}
