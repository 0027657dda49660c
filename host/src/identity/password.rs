//! Passwords: argon2id, off the threads that serve requests, and few at once. Never logs one.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use std::sync::LazyLock;
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// Two at a time: each takes 19 MiB and a core (OWASP's second choice of parameters, which are
/// the crate's defaults).
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// What is verified against when there is no account, so that the answer takes as long.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| hashed("nobody has this password").ok());

/// The shortest password, in characters (NIST SP 800-63B: at least 8).
pub const SHORTEST: usize = 8;
/// The longest, in characters.
pub const LONGEST: usize = 128;

fn hashed(password: &str) -> Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    Ok(hash
        .map_err(|error| Error::internal(error.to_string()))?
        .to_string())
}

/// Refuses a password that is too short or too long.
pub fn check(password: &str) -> Result<()> {
    match password.chars().count() {
        SHORTEST..=LONGEST => Ok(()),
        _ => Err(Error::invalid("password", "password-length")),
    }
}

/// The PHC string to keep.
pub async fn hash(password: &str) -> Result<String> {
    check(password)?;
    let password = password.to_owned();
    blocking(move || hashed(&password)).await?
}

/// Whether `password` is the one kept; takes as long when there is none.
pub async fn verify(password: &str, kept: Option<String>) -> Result<bool> {
    let password = password.to_owned();
    blocking(move || {
        let real = kept.is_some();
        let text = kept.or_else(|| NOBODY.clone()).unwrap_or_default();
        let Ok(hash) = PasswordHash::new(&text) else {
            return false;
        };
        let same = Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok();
        real && same
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let _permit = AT_ONCE.acquire().await.map_err(Error::internal)?;
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_opens() {
        let kept = hash("correct horse").await.unwrap();
        assert!(kept.starts_with("$argon2id$"), "{kept}");
        assert!(verify("correct horse", Some(kept.clone())).await.unwrap());
        assert!(!verify("correct horsf", Some(kept)).await.unwrap());
        assert!(!verify("nobody has this password", None).await.unwrap());
        assert!(hash("short").await.is_err());
    }
}
