//! Identifiers and secrets: UUIDv7 for rows, random text for secrets. A seeded source in tests.

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use std::sync::{Arc, Mutex};

use crate::time::Timestamp;

/// Where identifiers come from. Cheap to clone; clones share a seeded source.
#[derive(Clone, Default)]
pub struct Ids(Option<Arc<Mutex<StdRng>>>);

impl Ids {
    /// The same identifiers in the same order for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self(Some(Arc::new(Mutex::new(StdRng::seed_from_u64(seed)))))
    }

    /// Begins a seeded source anew, so that what follows hangs on `seed` and on nothing that came
    /// before. Changes nothing about the system's.
    pub fn restart(&self, seed: u64) {
        if let Some(rng) = &self.0 {
            *rng.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) =
                StdRng::seed_from_u64(seed);
        }
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match &self.0 {
            Some(rng) => rng
                .lock()
                .unwrap_or_else(|poisoned| poisoned.into_inner())
                .fill(&mut bytes),
            None => rand::rng().fill(&mut bytes),
        }
        bytes
    }

    /// A new row id: UUIDv7, so that ids made later sort later.
    pub fn id(&self, now: Timestamp) -> String {
        let millis = u64::try_from(now.millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes::<10>())
            .into_uuid()
            .to_string()
    }

    /// A secret of 256 bits, as 52 characters of lower-case base 32.
    pub fn secret(&self) -> String {
        data_encoding::BASE32_NOPAD
            .encode(&self.bytes::<32>())
            .to_lowercase()
    }

    /// A one-time code of six digits, every one as likely.
    pub fn code(&self) -> String {
        // 2^64 mod 10^6 leaves a bias below 10^-13.
        format!("{:06}", u64::from_be_bytes(self.bytes::<8>()) % 1_000_000)
    }
}
