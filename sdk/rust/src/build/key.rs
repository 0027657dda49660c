//! Typed names of fields: one constant serves to ask, to test in conditions, and to read the
//! answer, so that the three cannot disagree.

use std::marker::PhantomData;

use onedoor_forms::{Answer, Condition, Error, FileRef, Operator, Place, Submission, Test, Value};

/// What the answer to a kind of field is.
pub trait Read {
    /// The answer.
    type Answer;

    /// The answer in a value; none if the value is of another kind.
    fn read(value: &Value) -> Option<Self::Answer>;

    /// The value of an answer.
    fn write(answer: Self::Answer) -> Value;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident: $variant:ident => $answer:ty;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Read for $name {
            type Answer = $answer;

            fn read(value: &Value) -> Option<$answer> {
                match value {
                    Value::$variant(answer) => Some(answer.clone()),
                    _ => None,
                }
            }

            fn write(answer: $answer) -> Value {
                Value::$variant(answer)
            }
        }
    )*};
}

kinds! {
    /// A text.
    Words: Text => String;
    /// A whole number.
    Whole: Integer => i64;
    /// A number that keeps its digits.
    Decimal: Decimal => String;
    /// Yes or no.
    YesNo: Flag => bool;
    /// A date, `YYYY-MM-DD`.
    Day: Date => String;
    /// A time of day, `HH:MM`.
    Time: Time => String;
    /// One of some options.
    One: Choice => String;
    /// Several of some options.
    Many: Choices => Vec<String>;
    /// Files.
    Files: Files => Vec<FileRef>;
    /// A place.
    Spot: Place => Place;
    /// A token for somebody who was picked.
    Somebody: Person => String;
}

/// The name of a field of a kind: `const ABOUT: Key<Words> = Key::new("about");`
#[derive(Debug)]
pub struct Key<K> {
    id: &'static str,
    kind: PhantomData<fn() -> K>,
}

impl<K> Clone for Key<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Key<K> {}

impl<K> Key<K> {
    /// A field of that id: letters, digits, `_` and `-`, at most 64.
    pub const fn new(id: &'static str) -> Self {
        Self {
            id,
            kind: PhantomData,
        }
    }

    /// The id.
    pub const fn id(self) -> &'static str {
        self.id
    }

    /// When it is answered.
    pub fn filled(self) -> When {
        self.test(Operator::Filled, Vec::new())
    }

    /// When it is not answered, or not asked.
    pub fn empty(self) -> When {
        self.test(Operator::Empty, Vec::new())
    }

    fn test(self, operator: Operator, than: Vec<Value>) -> When {
        When(vec![vec![Test {
            field: self.id.to_owned(),
            operator,
            than,
        }]])
    }
}

impl<K: Read> Key<K> {
    /// The answer, if there is one.
    pub fn of(self, submission: &Submission) -> Option<K::Answer> {
        let answer = submission
            .answers
            .iter()
            .find(|answer| answer.field == self.id)?;
        K::read(&answer.value)
    }

    /// An answer to the field, as a test hands it in.
    pub fn answer(self, answer: impl Into<K::Answer>) -> Answer {
        Answer {
            field: self.id.to_owned(),
            value: K::write(answer.into()),
        }
    }

    /// The answer to a field that is always required. `conflict` if there is none: the form was
    /// shown by another revision.
    pub fn need(self, submission: &Submission) -> Result<K::Answer, Error> {
        self.of(submission)
            .ok_or_else(|| Error::Conflict("form-changed".to_owned()))
    }
}

impl Key<Words> {
    /// When the text is exactly this.
    pub fn is(self, text: &str) -> When {
        self.test(Operator::Eq, vec![Value::Text(text.to_owned())])
    }

    /// When the text has this in it.
    pub fn contains(self, text: &str) -> When {
        self.test(Operator::Contains, vec![Value::Text(text.to_owned())])
    }
}

impl Key<Whole> {
    /// When the number is exactly this.
    pub fn is(self, number: i64) -> When {
        self.test(Operator::Eq, vec![Value::Integer(number)])
    }

    /// When the number is this or more.
    pub fn at_least(self, number: i64) -> When {
        self.test(Operator::Ge, vec![Value::Integer(number)])
    }

    /// When the number is less.
    pub fn below(self, number: i64) -> When {
        self.test(Operator::Lt, vec![Value::Integer(number)])
    }
}

impl Key<Decimal> {
    /// When the number is this or more.
    pub fn at_least(self, number: &str) -> When {
        self.test(Operator::Ge, vec![Value::Decimal(number.to_owned())])
    }

    /// When the number is less.
    pub fn below(self, number: &str) -> When {
        self.test(Operator::Lt, vec![Value::Decimal(number.to_owned())])
    }
}

impl Key<YesNo> {
    /// When the answer is yes.
    pub fn yes(self) -> When {
        self.test(Operator::Eq, vec![Value::Flag(true)])
    }

    /// When the answer is no.
    pub fn no(self) -> When {
        self.test(Operator::Eq, vec![Value::Flag(false)])
    }
}

impl Key<Day> {
    /// When the date is before this one.
    pub fn before(self, date: &str) -> When {
        self.test(Operator::Lt, vec![Value::Date(date.to_owned())])
    }

    /// When the date is after this one.
    pub fn after(self, date: &str) -> When {
        self.test(Operator::Gt, vec![Value::Date(date.to_owned())])
    }
}

impl Key<One> {
    /// When this option is chosen.
    pub fn is(self, option: &str) -> When {
        self.test(Operator::Eq, vec![Value::Choice(option.to_owned())])
    }

    /// When one of these options is chosen.
    pub fn is_one_of(self, options: &[&str]) -> When {
        let than = options
            .iter()
            .map(|option| Value::Choice((*option).to_owned()));
        self.test(Operator::OneOf, than.collect())
    }

    /// When an option other than this is chosen.
    pub fn is_not(self, option: &str) -> When {
        self.test(Operator::Ne, vec![Value::Choice(option.to_owned())])
    }
}

impl Key<Many> {
    /// When this option is among those chosen.
    pub fn has(self, option: &str) -> When {
        self.test(Operator::Contains, vec![Value::Choice(option.to_owned())])
    }
}

/// A condition on earlier answers. Made by keys, joined by [`and`](When::and) and [`or`](When::or).
#[derive(Clone, Debug, PartialEq)]
pub struct When(Condition);

impl When {
    /// When both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let joined = self.0.iter().flat_map(|left| {
            other
                .0
                .iter()
                .map(move |right| left.iter().chain(right).cloned().collect())
        });
        Self(joined.collect())
    }

    /// When either holds.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The condition as the contract has it.
    pub(crate) fn into_condition(self) -> Condition {
        self.0
    }
}
