//! `onedoor:plugin/random`: bytes from the host's source.

use super::super::{bindings::random, failure::OutOfBounds, store::Call};

/// The most bytes of one call.
const MOST: u32 = 1024;

impl random::Host for Call {
    async fn bytes(&mut self, n: u32) -> wasmtime::Result<Vec<u8>> {
        let _host = self.enter("random.bytes");
        if n > MOST {
            let error = OutOfBounds("random.bytes gives at most 1,024 bytes");
            return Err(wasmtime::Error::new(error));
        }
        let mut bytes = Vec::with_capacity(n as usize);
        while bytes.len() < n as usize {
            bytes.extend(self.domain.ids.bytes::<32>());
        }
        bytes.truncate(n as usize);
        Ok(bytes)
    }
}
