//! Lines for the plugin's own developers: at most 100 to a call, at most 4 KiB each. Never log
//! personal data.

#[cfg(target_arch = "wasm32")]
use crate::bindings::api::onedoor::plugin::log as host;
#[cfg(not(target_arch = "wasm32"))]
use crate::testing::imports::log as host;

pub use crate::bindings::api::onedoor::plugin::log::Severity;

/// Writes a line.
pub fn write(severity: Severity, text: impl AsRef<str>) {
    host::write(severity, text.as_ref());
}

/// Writes a line that helps to follow what happens.
pub fn debug(text: impl AsRef<str>) {
    write(Severity::Debug, text);
}

/// Writes a line worth knowing.
pub fn info(text: impl AsRef<str>) {
    write(Severity::Info, text);
}

/// Writes a line about something odd.
pub fn warn(text: impl AsRef<str>) {
    write(Severity::Warn, text);
}

/// Writes a line about something that went wrong.
pub fn error(text: impl AsRef<str>) {
    write(Severity::Error, text);
}
