//! Words of a text as terms that can be found again: the one tokenizer behind search and behind
//! duplicate candidates, so that both databases find the same. Pure.
//!
//! Chinese is cut into pairs of neighbouring characters and not into the words of a dictionary
//! (jieba): what is searched is then found wherever it stands, however a dictionary would have cut
//! the text around it, and new names need no new dictionary. English words lose their plural and
//! are matched from their beginning on.

use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization as _;

/// The longest term that is kept, in characters; the rest of a longer word is left out.
const LONGEST: usize = 32;

/// A term to look for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// As [`terms`] gives it: letters and digits only, so it needs no quoting anywhere.
    pub text: String,
    /// Whether terms that only begin with it will do.
    pub prefix: bool,
}

/// The terms of a text. Of a run of Chinese: each pair of neighbours, and its last character alone,
/// so that every single character begins some term.
pub fn terms(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for run in runs(text) {
        match run {
            Run::Word(word) => {
                found.insert(singular(word));
            }
            Run::Ideographs(run) => {
                found.extend(pairs(&run));
                found.extend(run.last().map(char::to_string));
            }
        }
    }
    found
}

/// What to look for so as to find texts with the same words; empty when there is nothing but
/// punctuation. Every one of them must be found. Numbers are found whole: a 3 is no 310101.
pub fn wanted(text: &str) -> BTreeSet<Wanted> {
    let mut found = BTreeSet::new();
    for run in runs(text) {
        match run {
            Run::Word(word) => {
                let text = singular(word);
                let prefix = text.chars().count() > 2 && text.chars().all(char::is_alphabetic);
                found.insert(Wanted { text, prefix });
            }
            Run::Ideographs(run) => match run.as_slice() {
                [one] => {
                    let text = one.to_string();
                    found.insert(Wanted { text, prefix: true });
                }
                more => found.extend(pairs(more).map(|text| Wanted {
                    text,
                    prefix: false,
                })),
            },
        }
    }
    found
}

/// How much of the shorter of two texts is in the other, from 0 to 1. Counted as at least four
/// terms, so that one common pair of characters in a very short text is not everything.
pub fn overlap(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f64 {
    let shared = a.intersection(b).count();
    let shorter = a.len().min(b.len()).max(4);
    // A text has some thousand terms at most: exact.
    f64::from(u32::try_from(shared).unwrap_or(u32::MAX))
        / f64::from(u32::try_from(shorter).unwrap_or(u32::MAX))
}

enum Run {
    Word(String),
    Ideographs(Vec<char>),
}

/// Full width folded to half, letters to lower case (NFKC); traditional characters stay what they
/// are.
fn runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut between = true;
    for c in text.nfkc().flat_map(char::to_lowercase) {
        let ideograph = ideograph(c);
        if !ideograph && !c.is_alphanumeric() {
            between = true;
            continue;
        }
        match runs.last_mut() {
            Some(Run::Word(word)) if !between && !ideograph => word.push(c),
            Some(Run::Ideographs(run)) if !between && ideograph => run.push(c),
            _ if ideograph => runs.push(Run::Ideographs(vec![c])),
            _ => runs.push(Run::Word(c.to_string())),
        }
        between = false;
    }
    runs
}

/// Characters of scripts that are written without spaces between words: Chinese with its
/// extensions, and kana.
const fn ideograph(c: char) -> bool {
    matches!(c,
        '\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn pairs(run: &[char]) -> impl Iterator<Item = String> + '_ {
    run.windows(2).map(|pair| pair.iter().collect())
}

/// Without its plural: the S-stemmer of D. Harman, "How effective is suffixing?", JASIS 42(1),
/// 1991. Cut to [`LONGEST`].
fn singular(word: String) -> String {
    let word: String = word.chars().take(LONGEST).collect();
    if word.len() <= 3 || !word.bytes().all(|it| it.is_ascii_lowercase()) {
        return word;
    }
    let ends = |these: &[&str]| these.iter().any(|it| word.ends_with(it));
    if let Some(stem) = word.strip_suffix("ies") {
        return if ends(&["eies", "aies"]) {
            word
        } else {
            format!("{stem}y")
        };
    }
    if word.ends_with("es") && !ends(&["aes", "ees", "oes"]) {
        return word.trim_end_matches('s').to_owned();
    }
    match word.strip_suffix('s') {
        Some(stem) if !ends(&["us", "ss"]) => stem.to_owned(),
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(text: &str) -> Vec<String> {
        terms(text).into_iter().collect()
    }

    fn looks_for(text: &str) -> Vec<String> {
        let star = |it: Wanted| format!("{}{}", it.text, if it.prefix { "*" } else { "" });
        wanted(text).into_iter().map(star).collect()
    }

    fn finds(query: &str, text: &str) -> bool {
        let terms = terms(text);
        let wanted = wanted(query);
        let found = |it: &Wanted| {
            terms
                .iter()
                .any(|term| *term == it.text || it.prefix && term.starts_with(&it.text))
        };
        !wanted.is_empty() && wanted.iter().all(found)
    }

    #[test]
    fn chinese_is_cut_into_pairs() {
        assert_eq!(cut("路灯不亮。"), ["不亮", "亮", "灯不", "路灯"]);
        assert_eq!(cut("灯"), ["灯"]);
        assert_eq!(looks_for("路灯"), ["路灯"]);
        assert_eq!(looks_for("灯"), ["灯*"]);
        assert_eq!(cut("，。！"), [""; 0]);
        assert_eq!(looks_for(" ，"), [""; 0]);
    }

    #[test]
    fn width_and_case_are_folded_and_traditional_is_left() {
        assert_eq!(cut("ＬＡＭＰ　１２Ａ"), ["12a", "lamp"]);
        assert_eq!(cut("路燈"), ["燈", "路燈"]);
        assert!(!finds("路灯", "路燈壞了"));
    }

    #[test]
    fn what_stands_in_a_text_is_found() {
        for (query, text) in [
            ("路灯", "淮海路灯坏了"),
            ("灯", "路灯"),
            ("灯杆", "路灯杆倒了"),
            ("Lamps", "a broken lamp-post"),
            ("lamp", "LAMPS are out"),
            ("Facilities", "one facility"),
            ("flood", "flooding"),
            ("3号楼", "3号楼 楼道"),
            ("310101-20261123-0001", "310101-20261123-0001"),
            ("20261123-0001", "310101-20261123-0001"),
            ("𠮷野", "𠮷野家"),
        ] {
            assert!(finds(query, text), "{query} in {text}");
        }
        for (query, text) in [
            ("路灯", "灯 路"),
            ("3", "310101"),
            ("10", "100弄"),
            ("in", "inside"),
            ("lamp", "clamp"),
        ] {
            assert!(!finds(query, text), "{query} not in {text}");
        }
    }

    #[test]
    fn plurals_are_taken_off() {
        for (many, one) in [
            ("lamps", "lamp"),
            ("facilities", "facility"),
            ("benches", "benche"),
            ("glass", "glass"),
            ("bus", "bus"),
            ("trees", "tree"),
            ("status", "status"),
        ] {
            assert_eq!(singular(many.to_owned()), one);
        }
        assert_eq!(singular("x".repeat(100)).len(), LONGEST);
    }

    #[test]
    fn overlap_is_of_the_shorter() {
        let of = |a: &str, b: &str| overlap(&terms(a), &terms(b));
        assert!((of("路灯不亮", "小区门口的路灯不亮了好几天") - 0.75).abs() < 1e-9);
        assert!(
            (of("路灯", "路灯坏了很久") - 0.25).abs() < 1e-9,
            "one pair is little"
        );
        assert!(of("", "路灯") == 0.0 && of("噪声", "路灯") == 0.0);
    }

    proptest! {
        /// Whatever is written, a part of a run of Chinese is found in it, and terms need no quotes.
        #[test]
        fn a_part_is_found(text in "[路灯亮井盖a-z0-9 ，。Ａ-Ｚ]{0,40}", from in 0_usize..40, n in 1_usize..6) {
            for term in terms(&text) {
                prop_assert!(term.chars().all(char::is_alphanumeric), "{term}");
            }
            let part: String = text.chars().skip(from).take(n).collect();
            if !part.is_empty() && part.chars().all(ideograph) {
                prop_assert!(finds(&part, &text), "{part} in {text}");
            }
        }

        #[test]
        fn no_text_is_too_odd(text in "\\PC{0,60}") {
            for term in terms(&text) {
                prop_assert!(!term.is_empty() && term.chars().count() <= LONGEST);
                prop_assert!(!term.contains([' ', '\'', '"', '\\']));
            }
            prop_assert!(wanted(&text).is_empty() == terms(&text).is_empty());
        }
    }
}
