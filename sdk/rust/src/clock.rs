//! The host's clock: one value for the whole call.

use crate::Instant;
#[cfg(target_arch = "wasm32")]
use crate::bindings::api::onedoor::plugin::clock as host;
#[cfg(not(target_arch = "wasm32"))]
use crate::testing::imports::clock as host;

/// Now, in milliseconds since 1970-01-01T00:00:00Z.
pub fn now() -> Instant {
    host::now()
}

/// Today in the host's time zone, `YYYY-MM-DD`.
pub fn today() -> String {
    host::today()
}
