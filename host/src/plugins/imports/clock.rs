//! `onedoor:plugin/clock`: the time of the request, the same throughout a call.

use super::super::{bindings::onedoor::plugin::clock::Host, store::Call};

impl Host for Call {
    async fn now(&mut self) -> wasmtime::Result<i64> {
        Ok(self.cx.now.millis())
    }

    async fn today(&mut self) -> wasmtime::Result<String> {
        let now = self.cx.now.zoned(&self.domain.zone);
        Ok(now.strftime("%Y-%m-%d").to_string())
    }
}
