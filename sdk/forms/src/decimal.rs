//! Decimal numbers compared by their digits, so that money is never a floating-point number.

use std::cmp::Ordering;

/// A decimal of at most 18 digits before the point and 6 after it, held as millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decimal {
    millionths: i128,
    scale: u8,
}

impl Decimal {
    /// Reads `-12.50`: an optional minus, digits, and optionally a point with 1 to 6 digits.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = match rest.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (rest, ""),
        };
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty()
            || whole.len() > 18
            || fraction.len() > 6
            || !plain(whole)
            || !plain(fraction)
        {
            return None;
        }
        let padded: i128 = format!("{fraction:0<6}").parse().ok()?;
        let millionths = whole.parse::<i128>().ok()? * 1_000_000 + padded;
        Some(Self {
            millionths: if negative { -millionths } else { millionths },
            scale: u8::try_from(fraction.len()).ok()?,
        })
    }

    /// How many digits were written after the point.
    pub fn scale(self) -> u8 {
        self.scale
    }

    /// Compares by value: `1.5` equals `1.50`.
    pub fn compare(self, other: Self) -> Ordering {
        self.millionths.cmp(&other.millionths)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_compare_by_value() {
        let read = |text| Decimal::parse(text).unwrap();
        assert_eq!(read("1.5").compare(read("1.50")), Ordering::Equal);
        assert_eq!(read("-0.000001").compare(read("0")), Ordering::Less);
        assert_eq!(
            read("999999999999999999.999999").compare(read("1")),
            Ordering::Greater
        );
        assert_eq!(read("12.50").scale(), 2);
        for bad in [
            "",
            "-",
            ".5",
            "5.",
            "1e3",
            "1.2345678",
            "+1",
            "1,000",
            "1 ",
            "１",
        ] {
            assert_eq!(Decimal::parse(bad), None, "{bad}");
        }
    }
}
