//! Signatures by Standard Webhooks 1.0 (`v1`: HMAC-SHA-256 over `id.timestamp.body`). Its crate
//! brings a second HMAC and a clock of its own for these few lines; the tests hold them against
//! another implementation instead.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::Subscription;
use crate::{
    error::{Error, Result},
    keys::{Keys, Purpose},
    time::Timestamp,
};

/// The secret of a webhook, 256 bits: derived from the installation's key, so that it need not be
/// kept, and a copy of the database signs nothing.
fn secret(keys: &Keys, webhook: &str, salt: &str) -> Result<Vec<u8>> {
    let hex = keys.mac(Purpose::Webhook, &[webhook, salt]);
    data_encoding::HEXLOWER
        .decode(hex.as_bytes())
        .map_err(Error::internal)
}

/// The secret as its receiver is told it, once: `whsec_` and base 64.
pub fn shown(keys: &Keys, it: &Subscription) -> Result<String> {
    let secret = secret(keys, &it.id, &it.salt)?;
    Ok(format!("whsec_{}", data_encoding::BASE64.encode(&secret)))
}

/// The value of `webhook-signature`: by the secret and, for a while after it was changed, by the
/// one before as well.
pub fn sign(
    keys: &Keys,
    it: &Subscription,
    id: &str,
    now: Timestamp,
    body: &str,
) -> Result<String> {
    let before = it.before_until.filter(|until| now < *until);
    let before = before.and(it.salt_before.as_ref());
    let mut signatures = Vec::new();
    for salt in std::iter::once(&it.salt).chain(before) {
        let mac = mac(&secret(keys, &it.id, salt)?, id, seconds(now), body)?;
        signatures.push(format!("v1,{mac}"));
    }
    Ok(signatures.join(" "))
}

/// The value of `webhook-timestamp`: seconds since the epoch.
pub const fn seconds(now: Timestamp) -> i64 {
    now.micros().div_euclid(1_000_000)
}

fn mac(secret: &[u8], id: &str, seconds: i64, body: &str) -> Result<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(Error::internal)?;
    mac.update(format!("{id}.{seconds}.").as_bytes());
    mac.update(body.as_bytes());
    Ok(data_encoding::BASE64.encode(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    #[test]
    fn the_known_signature() {
        let secret = data_encoding::BASE64
            .decode(b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
            .unwrap();
        let body = r#"{"test": 2432232314}"#;
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        assert_eq!(
            mac(&secret, id, 1_614_265_330, body).unwrap(),
            "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }
}
