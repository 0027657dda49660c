//! `onedoor:plugin/clock`: the time of the call. Never the system's clock.

use super::super::{bindings::clock, store::Call};

impl clock::Host for Call {
    async fn now(&mut self) -> wasmtime::Result<i64> {
        let _host = self.enter("clock.now");
        Ok(self.cx.now.millis())
    }

    async fn today(&mut self) -> wasmtime::Result<String> {
        let _host = self.enter("clock.today");
        Ok(self.cx.now.day(&self.domain.zone))
    }
}
