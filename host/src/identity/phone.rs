//! Telephone numbers: the one form they are kept in, and the keyed hash they are found by.

use crate::{
    domain::Domain,
    error::{Error, Result},
    keys::Purpose,
};

/// A mainland mobile number as 11 digits, however it was typed (spaces, hyphens, +86).
/// `Invalid` for anything else.
pub fn normal(text: &str) -> Result<String> {
    let kept: String = text
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '\u{a0}'))
        .collect();
    let digits = kept
        .strip_prefix("+86")
        .or_else(|| kept.strip_prefix("0086"))
        .unwrap_or(&kept);
    let mobile = digits.len() == 11
        && digits.bytes().all(|b| b.is_ascii_digit())
        && digits.starts_with('1')
        && !matches!(digits.as_bytes().get(1), Some(b'0' | b'1' | b'2'));
    if mobile {
        Ok(digits.to_owned())
    } else {
        Err(Error::invalid("phone", "phone-form"))
    }
}

/// What a number is found by: a keyed hash, of no use outside this installation.
pub fn hash(domain: &Domain, normal: &str) -> String {
    domain.keys.mac(Purpose::Phone, &[normal])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_one_form() {
        for text in [
            "13800138000",
            "138 0013 8000",
            "+86 138-0013-8000",
            "008613800138000",
        ] {
            assert_eq!(normal(text).unwrap(), "13800138000", "{text}");
        }
        for text in ["", "12345", "12012345678", "1380013800a", "+1 2025550123"] {
            assert!(normal(text).is_err(), "{text}");
        }
    }
}
