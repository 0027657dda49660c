//! Divisions packed for memory: China has 665,000 of them, and as values of their own they would
//! take 300 MB. Here each takes 24 bytes and its name. Built once in the order of the codes, never
//! changed.

use std::{collections::HashMap, ops::Range};

use super::{Division, DivisionLevel};
use crate::{
    error::{Error, Result},
    time::Timestamp,
};

/// How many digits the longest code has.
const DIGITS: usize = 15;
/// Stands for "no English name of its own".
const NONE: u32 = u32::MAX;

/// A code as a number that sorts as the text does: its digits, padded with zeros to 15, and then
/// its level, so that what is above comes before what is below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key(u64);

impl Key {
    /// Of a code; none when it is malformed.
    pub(super) fn of(code: &str) -> Option<Self> {
        let level = DivisionLevel::of(code)?;
        Some(Self(padded(code)? * 8 + level as u64))
    }

    fn code(self) -> Code {
        let (mut digits, mut rest) = ([b'0'; DIGITS], self.0 / 8);
        for digit in digits.iter_mut().rev() {
            *digit += (rest % 10) as u8;
            rest /= 10;
        }
        Code {
            digits,
            length: self.level().digits(),
        }
    }

    fn level(self) -> DivisionLevel {
        let found = DivisionLevel::ALL
            .into_iter()
            .find(|it| *it as u64 == self.0 % 8);
        found.unwrap_or(DivisionLevel::Cell)
    }

    /// The first key after everything below this one.
    fn after(self) -> Self {
        let width = 10_u64.pow((DIGITS - self.level().digits()) as u32);
        Self((self.0 / 8 / width + 1) * width * 8)
    }
}

fn padded(digits: &str) -> Option<u64> {
    let missing = u32::try_from(DIGITS.checked_sub(digits.len())?).ok()?;
    let number: u64 = match digits {
        "" => 0,
        _ => digits.parse().ok()?,
    };
    number.checked_mul(10_u64.pow(missing))
}

/// A code that needs no memory of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    digits: [u8; DIGITS],
    length: usize,
}

impl Code {
    /// Its digits.
    pub fn as_str(&self) -> &str {
        let digits = self.digits.get(..self.length).unwrap_or_default();
        std::str::from_utf8(digits).unwrap_or_default()
    }
}

/// A division, as the index has it: lists are made of these, since as a value of its own each would
/// take four pieces of memory.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Its code.
    pub code: Code,
    /// Its name.
    pub name: &'a str,
    /// Its English name; the Chinese one where there is none.
    pub name_en: &'a str,
    /// How far down it is.
    pub level: DivisionLevel,
    /// Whether its geometry was generated, not surveyed.
    pub synthetic: bool,
    from: Timestamp,
    until: Option<Timestamp>,
}

impl<'a> Seen<'a> {
    /// Of a cell; none when its code is malformed.
    pub(super) fn cell(it: &'a Division) -> Option<Self> {
        Some(Self {
            code: Key::of(&it.code)?.code(),
            name: &it.name,
            name_en: &it.name_en,
            level: it.level,
            synthetic: it.synthetic,
            from: it.from,
            until: it.until,
        })
    }

    /// Whether there is such a division at `now`.
    pub fn live(&self, now: Timestamp) -> bool {
        self.from <= now && self.until.is_none_or(|until| now < until)
    }
}

impl From<Seen<'_>> for Division {
    fn from(seen: Seen<'_>) -> Self {
        let code = seen.code.as_str();
        Self {
            code: code.to_owned(),
            name: seen.name.to_owned(),
            name_en: seen.name_en.to_owned(),
            level: seen.level,
            parent: seen.level.parent(code).map(str::to_owned),
            synthetic: seen.synthetic,
            from: seen.from,
            until: seen.until,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Packed {
    key: Key,
    /// Where its name begins in `names`.
    name: u32,
    /// Which entry of `english` is its own, or [`NONE`].
    english: u32,
    /// Which entry of `periods`.
    period: u32,
}

/// Divisions by code.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Vec<Packed>,
    /// Every Chinese name in the order of the rows, each with a line feed after it.
    names: String,
    /// English names where there are any: row, and where it begins in `words`.
    english: Vec<(u32, u32)>,
    words: String,
    /// `words` in small letters, letter by letter.
    lower: String,
    periods: Vec<(Timestamp, Option<Timestamp>)>,
}

/// Makes a [`Table`].
#[derive(Debug, Default)]
pub(super) struct Builder {
    table: Table,
    periods: HashMap<(Timestamp, Option<Timestamp>), u32>,
}

/// A division on its way in or out, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// Its code.
    pub code: &'a str,
    /// Its Chinese name.
    pub name: &'a str,
    /// Its English name; the Chinese one where there is none.
    pub name_en: &'a str,
    /// There is such a division from this moment.
    pub from: Timestamp,
    /// There is such a division until before this moment; none while it stands.
    pub until: Option<Timestamp>,
}

impl Builder {
    /// Adds the next one. An error when its code is malformed or not after the one before.
    pub(super) fn push(&mut self, line: &Line<'_>) -> Result<()> {
        let key = Key::of(line.code).ok_or_else(|| Error::bug("a malformed division code"))?;
        if self.table.rows.last().is_some_and(|last| last.key >= key) {
            return Err(Error::bug("divisions out of order"));
        }
        let period = (line.from, line.until);
        let next = self.table.periods.len();
        let index = *self.periods.entry(period).or_insert(small(next)?);
        if index as usize == next {
            self.table.periods.push(period);
        }
        let row = small(self.table.rows.len())?;
        let english = match line.name_en {
            "" => NONE,
            same if same == line.name => NONE,
            own => {
                let entry = small(self.table.english.len())?;
                self.table
                    .english
                    .push((row, small(self.table.words.len())?));
                push_line(&mut self.table.words, own);
                entry
            }
        };
        let name = small(self.table.names.len())?;
        push_line(&mut self.table.names, line.name);
        self.table.rows.push(Packed {
            key,
            name,
            english,
            period: index,
        });
        Ok(())
    }

    pub(super) fn build(mut self) -> Table {
        let table = &mut self.table;
        table.rows.shrink_to_fit();
        table.names.shrink_to_fit();
        // By ASCII alone, so that both have the same places.
        table.lower = table.words.to_ascii_lowercase();
        self.table
    }
}

/// A name with its end after it; a line feed within would break the search.
fn push_line(to: &mut String, text: &str) {
    to.extend(text.chars().map(|c| if c == '\n' { ' ' } else { c }));
    to.push('\n');
}

fn small(n: usize) -> Result<u32> {
    let fits = u32::try_from(n).ok().filter(|n| *n != NONE);
    fits.ok_or_else(|| Error::bug("too many divisions"))
}

impl Table {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn get(&self, code: &str) -> Option<Division> {
        let key = Key::of(code)?;
        let at = self.rows.binary_search_by_key(&key, |row| row.key).ok()?;
        self.seen(at).map(Division::from)
    }

    /// Whether it is there, without making a value of it.
    pub(super) fn has(&self, code: &str) -> bool {
        let key = Key::of(code);
        key.is_some_and(|key| self.rows.binary_search_by_key(&key, |row| row.key).is_ok())
    }

    /// Those directly below `code` (the highest, when it is empty) whose codes come after `after`.
    pub(super) fn children<'a>(
        &'a self,
        code: &str,
        after: &str,
    ) -> impl Iterator<Item = Seen<'a>> + use<'a> {
        let range = self.below(code);
        let mut at = range.start;
        let end = range.end;
        let wanted = match Key::of(code) {
            _ if code.is_empty() => Some(DivisionLevel::Province),
            Some(key) => key.level().next(),
            None => None,
        };
        if let Some(after) = Key::of(after) {
            at = at.max(self.rows.partition_point(|row| row.key < after.after()));
        }
        std::iter::from_fn(move || {
            while at < end {
                let (here, key) = (at, self.rows.get(at)?.key);
                if Some(key.level()) == wanted {
                    at = self.over(here, key.after());
                    return self.seen(here);
                }
                at += 1;
            }
            None
        })
    }

    /// Those at or below `within` (all, when it is empty) whose Chinese or English name has `text`
    /// in it, by code.
    pub(super) fn search<'a>(
        &'a self,
        text: &str,
        within: &str,
    ) -> impl Iterator<Item = Division> + use<'a> {
        let range = self.below(within);
        let lower = text.to_ascii_lowercase();
        let text = text.to_owned();
        let (mut chinese, mut english) = (range.start, range.start);
        let mut at = range.start;
        std::iter::from_fn(move || {
            chinese = self.next_chinese(&text, chinese.max(at), range.end);
            english = self.next_english(&lower, english.max(at), range.end);
            let found = chinese.min(english);
            (found < range.end).then(|| {
                at = found + 1;
                self.seen(found).map(Division::from)
            })?
        })
    }

    /// The first row from `from` to before `end` whose Chinese name has `text`; `end` when none.
    fn next_chinese(&self, text: &str, from: usize, end: usize) -> usize {
        let place = |row: usize| {
            self.rows
                .get(row)
                .map_or(self.names.len(), |it| it.name as usize)
        };
        let (start, stop) = (place(from), place(end));
        let found = self.names.get(start..stop).and_then(|it| it.find(text));
        found.map_or(end, |it| {
            let place = start + it;
            let row = self.rows.partition_point(|row| row.name as usize <= place);
            row.saturating_sub(1).max(from)
        })
    }

    fn next_english(&self, text: &str, from: usize, end: usize) -> usize {
        let entry = |row: usize| self.english.partition_point(|(it, _)| (*it as usize) < row);
        let place = |entry: usize| {
            let found = self.english.get(entry);
            found.map_or(self.lower.len(), |(_, place)| *place as usize)
        };
        let (start, stop) = (place(entry(from)), place(entry(end)));
        let found = self.lower.get(start..stop).and_then(|it| it.find(text));
        let row = found.and_then(|it| {
            let place = start + it;
            let next = self
                .english
                .partition_point(|(_, it)| *it as usize <= place);
            self.english.get(next.checked_sub(1)?)
        });
        // Nothing was left to look at when the one found lies before.
        let row = row.map(|(row, _)| *row as usize);
        row.filter(|row| *row >= from).unwrap_or(end)
    }

    /// The rows whose codes begin with `prefix`, which need not be a whole code.
    fn below(&self, prefix: &str) -> Range<usize> {
        let digits = prefix.bytes().all(|b| b.is_ascii_digit());
        let first = padded(prefix).filter(|_| digits);
        let Some(first) = first else { return 0..0 };
        let width = 10_u64.pow((DIGITS - prefix.len()) as u32);
        let place = |digits: u64| self.rows.partition_point(|row| row.key.0 / 8 < digits);
        let start = place(first);
        // Codes that are shorter than the prefix and padded alike come first.
        let short = self.rows.get(start..).unwrap_or_default();
        let short = short
            .iter()
            .take_while(|row| row.key.0 / 8 == first && row.key.level().digits() < prefix.len());
        start + short.count()..place(first + width)
    }

    /// The first row after `at` whose key is not below `key`: mostly the next one.
    fn over(&self, at: usize, key: Key) -> usize {
        match self.rows.get(at + 1) {
            Some(next) if next.key < key => self.rows.partition_point(|row| row.key < key),
            _ => at + 1,
        }
    }

    fn seen(&self, at: usize) -> Option<Seen<'_>> {
        let row = self.rows.get(at)?;
        let next = self
            .rows
            .get(at + 1)
            .map_or(self.names.len(), |it| it.name as usize);
        let name = self.names.get(row.name as usize..next.checked_sub(1)?)?;
        let english = self.english.get(row.english as usize);
        let name_en =
            english.and_then(|(_, from)| self.words.get(*from as usize..)?.lines().next());
        let (from, until) = *self.periods.get(row.period as usize)?;
        Some(Seen {
            code: row.key.code(),
            name,
            name_en: name_en.unwrap_or(name),
            level: row.key.level(),
            synthetic: false,
            from,
            until,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// So many digits, of few values, so that codes lie below one another.
    fn digits(lengths: Vec<usize>) -> impl Strategy<Value = String> {
        let length = prop::sample::select(lengths);
        let digits = prop::collection::vec(prop::sample::select(vec!['0', '1', '9']), 12);
        (length, digits).prop_map(|(length, digits)| digits.into_iter().take(length).collect())
    }

    proptest! {
        /// What a plain list would answer.
        #[test]
        fn it_answers_as_a_list_does(codes in prop::collection::btree_set(digits(vec![2, 4, 6, 9, 12]), 1..60), prefix in digits(vec![0, 1, 2, 3, 4, 5, 6])) {
            let names = ["东村", "西村 Xi", "南街道", "北街"];
            let lines: Vec<(String, &str, &str)> = codes
                .iter()
                .enumerate()
                .map(|(n, code)| (code.clone(), names[n % 4], ["", "East", "North Street"][n % 3]))
                .collect();
            let mut builder = Builder::default();
            let from = Timestamp::from_micros(5);
            for &(ref code, name, name_en) in &lines {
                let line = Line { code, name, name_en, from, until: None };
                builder.push(&line).unwrap();
            }
            let table = builder.build();
            for &(ref code, name, name_en) in &lines {
                let found = table.get(code).unwrap();
                prop_assert_eq!(&found.code, code);
                prop_assert_eq!(found.name.as_str(), name);
                let english = if name_en.is_empty() { name } else { name_en };
                prop_assert_eq!(found.name_en.as_str(), english);
                let children: Vec<_> = table.children(code, "").map(|it| it.code.as_str().to_owned()).collect();
                let level = DivisionLevel::of(code).unwrap();
                let expected: Vec<_> = lines.iter().map(|it| it.0.clone())
                    .filter(|it| level.next().is_some_and(|next| next.digits() == it.len()) && it.starts_with(code.as_str()))
                    .collect();
                prop_assert_eq!(children, expected);
            }
            for text in ["", "村", "街", "xi", "north", "st", "无"] {
                let found: Vec<_> = table.search(text, &prefix).map(|it| it.code).collect();
                let expected: Vec<_> = lines.iter()
                    .filter(|it| it.0.starts_with(&prefix))
                    .filter(|it| it.1.contains(text) || it.2.to_lowercase().contains(text))
                    .map(|it| it.0.clone())
                    .collect();
                prop_assert_eq!(found, expected, "{} {}", text, prefix);
            }
        }
    }
}
