//! `onedoor:plugin/log`: lines for the plugin's developers, bounded.

use super::super::{
    bindings::onedoor::plugin::log::{Host, Severity as Wire},
    journal::Severity,
    store::{Call, LINE, LINES},
};

impl Host for Call {
    async fn write(&mut self, severity: Wire, mut text: String) -> wasmtime::Result<()> {
        let severity = match severity {
            Wire::Debug => Severity::Debug,
            Wire::Info => Severity::Info,
            Wire::Warn => Severity::Warn,
            Wire::Error => Severity::Error,
        };
        text.truncate(text.floor_char_boundary(LINE));
        // A last error is worth more than a flood before it.
        if self.lines.len() < LINES {
            self.lines.push((severity, text));
        } else if severity == Severity::Error
            && let Some(last) = self.lines.last_mut()
        {
            *last = (severity, text);
        }
        Ok(())
    }
}
