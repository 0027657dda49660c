//! Keys of one installation, all derived from one secret that never leaves it. Nothing here may
//! be printed or logged.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// What a key is for; keys for different purposes have nothing in common.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// A person's pseudonym towards one plugin.
    Pseudonym,
    /// Finding a phone number again without keeping it in the clear.
    Phone,
    /// Signing what a page hands to the browser and takes back (form state, drafts, CSRF).
    Page,
    /// Salting the digests of personal values in event logs.
    Event,
    /// The secret that a webhook's messages are signed with.
    Webhook,
    /// Signing checkpoints of the logs, and knowing a key again beside a backup.
    Checkpoint,
}

/// The keys of one installation.
#[derive(Clone)]
pub struct Keys([u8; 32]);

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    /// From the installation's secret.
    pub const fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// HMAC-SHA-256 of `parts` under the key for `purpose`, each part prefixed with its length so
    /// that no two lists give the same text. 64 hex digits.
    pub fn mac(&self, purpose: Purpose, parts: &[&str]) -> String {
        data_encoding::HEXLOWER.encode(&self.keyed(purpose, parts).finalize().into_bytes())
    }

    /// Whether `mac` is what [`Keys::mac`] gives; in constant time.
    pub fn verify(&self, purpose: Purpose, parts: &[&str], mac: &str) -> bool {
        data_encoding::HEXLOWER
            .decode(mac.as_bytes())
            .is_ok_and(|bytes| self.keyed(purpose, parts).verify_slice(&bytes).is_ok())
    }

    fn keyed(&self, purpose: Purpose, parts: &[&str]) -> Hmac<Sha256> {
        let mut mac = hmac(&self.0);
        mac.update(format!("onedoor {purpose:?}").as_bytes());
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac
    }
}

fn hmac(key: &[u8; 32]) -> Hmac<Sha256> {
    // A key shorter than the block is padded with zeros (RFC 2104, 2).
    let mut block = [0; 64];
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    Hmac::<Sha256>::new(&block.into())
}
