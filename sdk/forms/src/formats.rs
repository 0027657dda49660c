//! Texts of a known form: telephone, mail, identity card, credit code, number plate, pattern.
//! Each takes the text as it was typed, without surrounding spaces.

use regex_lite::{Regex, RegexBuilder};

use crate::date::Date;

/// Most bytes a compiled pattern may take.
const PATTERN_BYTES: usize = 64 * 1024;
/// Most characters a pattern may have.
const PATTERN_LENGTH: usize = 200;

/// A number to dial, short ones such as 119 as well: 3 to 20 digits, `+`, `-` and spaces, as in a
/// manifest's contact.
pub fn dialled(number: &str) -> bool {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let allowed = |byte: u8| byte.is_ascii_digit() || b"+- ".contains(&byte);
    digits >= 3 && number.len() <= 20 && number.bytes().all(allowed)
}

/// A telephone number of the mainland: mobile (with or without +86), fixed with its area code,
/// 400/800 numbers, or a service number of 5 digits such as 12345. Spaces and `-` may part it.
pub fn phone(text: &str) -> bool {
    let plain: String = text.chars().filter(|it| !matches!(it, ' ' | '-')).collect();
    let national = plain.strip_prefix("+86").unwrap_or(&plain);
    if !national.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    match national.as_bytes() {
        [b'1', b'3'..=b'9', ..] if national.len() == 11 => true,
        [b'0', b'1'..=b'9', ..] => (10..=12).contains(&national.len()),
        [b'4' | b'8', b'0', b'0', ..] => national.len() == 10,
        [b'1' | b'9', ..] => national.len() == 5 && plain == national,
        _ => false,
    }
}

/// A mail address: one `@`, a local part without spaces, a domain with a dot.
pub fn email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let label = |part: &str| {
        !part.is_empty()
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.chars().all(|it| it.is_alphanumeric() || it == '-')
    };
    text.len() <= 254
        && (1..=64).contains(&local.len())
        && local.split('.').all(|part| !part.is_empty())
        && local
            .chars()
            .all(|it| it.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(it))
        && domain.contains('.')
        && domain.split('.').all(label)
}

/// A person's name: letters of any script, and the marks that join them; at most 50 characters.
pub fn name(text: &str) -> bool {
    let count = text.chars().count();
    (1..=50).contains(&count)
        && text.chars().any(char::is_alphabetic)
        && text
            .chars()
            .all(|it| it.is_alphabetic() || matches!(it, ' ' | '·' | '•' | '.' | '-' | '\'' | '’'))
}

/// An identity card number (GB 11643-1999): 17 digits, a real date of birth not after `today`,
/// and the check character of ISO 7064 MOD 11-2.
pub fn id_card(text: &str, today: Date) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: &[u8; 11] = b"10X98765432";
    let upper = text.to_ascii_uppercase();
    let (Some(body), Some(&last)) = (upper.get(..17), upper.as_bytes().get(17)) else {
        return false;
    };
    if upper.len() != 18 || !body.bytes().all(|byte| byte.is_ascii_digit()) || body.starts_with('0')
    {
        return false;
    }
    let part = |from, to| {
        body.get(from..to)
            .and_then(|digits| digits.parse::<u16>().ok())
    };
    let (Some(year), Some(month), Some(day)) = (part(6, 10), part(10, 12), part(12, 14)) else {
        return false;
    };
    let (Ok(month), Ok(day)) = (u8::try_from(month), u8::try_from(day)) else {
        return false;
    };
    let born = Date::new(year.into(), month, day);
    let sum: u32 = body
        .bytes()
        .zip(WEIGHTS)
        .map(|(byte, weight)| u32::from(byte - b'0') * weight)
        .sum();
    born.is_some_and(|born| born <= today && year >= 1850)
        && CHECKS.get(sum as usize % 11) == Some(&last)
}

/// A unified social credit code (GB 32100-2015): 18 characters of its alphabet, with the
/// check character over the first 17.
pub fn credit_code(text: &str) -> bool {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let upper = text.to_ascii_uppercase();
    let values: Option<Vec<usize>> = upper.chars().map(|it| ALPHABET.find(it)).collect();
    let Some([body @ .., check]) = values.as_deref() else {
        return false;
    };
    if body.len() != 17
        || !upper
            .get(2..8)
            .is_some_and(|area| area.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return false;
    }
    // The weight of place i is 3^i modulo 31.
    let sum = body
        .iter()
        .fold((0, 1), |(sum, weight), value| {
            (sum + value * weight, weight * 3 % 31)
        })
        .0;
    (31 - sum % 31) % 31 == *check
}

/// A number plate of the mainland: a province, a letter, and 5 characters (6 for new energy),
/// the last of which may be one of 挂学警港澳.
pub fn plate(text: &str) -> bool {
    const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
    let upper: Vec<char> = text
        .to_uppercase()
        .chars()
        .filter(|it| !matches!(it, ' ' | '·'))
        .collect();
    let [province, office, serial @ ..] = upper.as_slice() else {
        return false;
    };
    let plain =
        |it: &char| it.is_ascii_digit() || (it.is_ascii_uppercase() && !matches!(it, 'I' | 'O'));
    let serial = match serial {
        [body @ .., last] if "挂学警港澳".contains(*last) && body.len() == 4 => body,
        whole if (5..=6).contains(&whole.len()) => whole,
        _ => return false,
    };
    PROVINCES.contains(*province)
        && plain(office)
        && office.is_ascii_uppercase()
        && serial.iter().all(plain)
}

/// The compiled pattern, matched against the whole text; none where it is too long, too large
/// once compiled, or no regular expression.
pub fn pattern(text: &str) -> Option<Regex> {
    if text.chars().count() > PATTERN_LENGTH {
        return None;
    }
    RegexBuilder::new(&format!("^(?:{text})$"))
        .size_limit(PATTERN_BYTES)
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: impl Fn(&str) -> bool, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(rule(text), "{text} should pass");
        }
        for text in bad {
            assert!(!rule(text), "{text} should fail");
        }
    }

    #[test]
    fn phones() {
        check(
            phone,
            &[
                "13800138000",
                "+86 138 0013 8000",
                "021-62345678",
                "0755 1234567",
                "12345",
                "95588",
                "400-820-1234",
            ],
            &[
                "",
                "1380013800",
                "12800138000",
                "1234",
                "123456",
                "+8612345",
                "12a45",
                "021",
                "00112345678",
            ],
        );
    }

    #[test]
    fn mail_addresses() {
        check(
            email,
            &["a@b.cn", "li.wei+1@example.com.cn", "王@例子.中国"],
            &[
                "",
                "a",
                "a@b",
                "@b.cn",
                "a b@c.cn",
                "a@.cn",
                "a@b..cn",
                "a..b@c.cn",
                "a@-b.cn",
                "a@b@c.cn",
            ],
        );
    }

    #[test]
    fn names() {
        check(
            name,
            &["王伟", "阿卜杜拉·买买提", "Mary-Jane O'Neil"],
            &["", "123", "王1", "<b>", "·"],
        );
    }

    #[test]
    fn identity_cards_have_a_date_and_a_check_character() {
        let today = Date::parse("2026-11-23").unwrap();
        check(
            |text| id_card(text, today),
            // The standard's own example, and one with X.
            &[
                "11010519491231002X",
                "11010519491231002x",
                "440524188001010014",
            ],
            &[
                "110105194912310021",
                "11010519491331002X",
                "1101051949123100",
                "",
                "11010520991231002X",
                "街道",
            ],
        );
    }

    #[test]
    fn credit_codes_have_a_check_character() {
        check(
            credit_code,
            &["91350100M000100Y43", "91350100m000100y43"],
            &[
                "91350100M000100Y44",
                "91350100M000100Y4",
                "",
                "91350100I000100Y43",
                "9135O100M000100Y43",
            ],
        );
    }

    #[test]
    fn plates() {
        check(
            plate,
            &[
                "沪A12345",
                "沪A·D12345",
                "粤Z1234港",
                "京A1234警",
                "沪ad12345",
            ],
            &[
                "",
                "A12345",
                "沪A1234",
                "沪A1234567",
                "沪AI2345",
                "沪112345",
                "沪A1234军",
            ],
        );
    }

    #[test]
    fn patterns_match_the_whole_text_and_are_limited() {
        let four = pattern("[0-9]{4}").unwrap();
        assert!(four.is_match("1234") && !four.is_match("12345"));
        let either = pattern("a|b").unwrap();
        assert!(either.is_match("b") && !either.is_match("ab"));
        assert!(pattern("(").is_none());
        assert!(pattern(&"a".repeat(201)).is_none());
        assert!(pattern("((a{100}){100}){100}").is_none());
        assert!(pattern("(?=a)").is_none());
    }
}
