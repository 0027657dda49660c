//! `onedoor:plugin/log`: lines for the plugin's developers, kept with the call.

use super::super::{
    bindings::log::{self, Severity as Wire},
    journal::Severity,
    store::Call,
};

impl log::Host for Call {
    async fn write(&mut self, severity: Wire, text: String) -> wasmtime::Result<()> {
        let _host = self.enter("log.write");
        let severity = match severity {
            Wire::Debug => Severity::Debug,
            Wire::Info => Severity::Info,
            Wire::Warn => Severity::Warn,
            Wire::Error => Severity::Error,
        };
        self.notes.line(severity, text);
        Ok(())
    }
}
