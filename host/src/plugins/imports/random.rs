//! `onedoor:plugin/random`: bytes from the host's source.

use super::super::{bindings::onedoor::plugin::random::Host, store::Call};

/// The most bytes of one call.
const MOST: u32 = 1024;

impl Host for Call {
    async fn bytes(&mut self, n: u32) -> wasmtime::Result<Vec<u8>> {
        if n > MOST {
            return Err(wasmtime::Error::msg("random: at most 1,024 bytes"));
        }
        let _host = self.in_host();
        let mut bytes = Vec::with_capacity(n as usize + 32);
        while bytes.len() < n as usize {
            bytes.extend(self.domain.ids.bytes::<32>());
        }
        bytes.truncate(n as usize);
        Ok(bytes)
    }
}
