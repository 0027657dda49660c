//! Forms: steps of typed fields, conditions on earlier answers, rules across fields.

use serde::{Deserialize, Serialize};

use crate::types::{FileRef, Text};

/// A point in CGCS2000, degrees.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Geo {
    /// Longitude, -180 to 180.
    pub lon: f64,
    /// Latitude, -90 to 90.
    pub lat: f64,
}

/// A place as answered by a person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The point, if one was given.
    pub at: Option<Geo>,
    /// A community or cell code, if one was chosen or found.
    pub division: Option<String>,
    /// In words, at most 200 characters.
    pub address: String,
}

/// An answer, typed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// Words.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number that keeps its digits, for example `12.50`.
    Decimal(String),
    /// Yes or no.
    Flag(bool),
    /// `YYYY-MM-DD`.
    Date(String),
    /// `HH:MM`.
    Time(String),
    /// The id of the option chosen.
    Choice(String),
    /// The ids of the options chosen.
    Choices(Vec<String>),
    /// Files handed in.
    Files(Vec<FileRef>),
    /// A place.
    Place(Place),
    /// A token for a person who was picked; says nothing by itself.
    Person(String),
}

/// How a test compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operator {
    /// Equal.
    Eq,
    /// Answered, and not equal.
    Ne,
    /// Less: integers, decimals, dates, times.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
    /// Equal to any of `than`.
    OneOf,
    /// The option is among the choices, or the words are in the text.
    Contains,
    /// There is an answer.
    Filled,
    /// There is none.
    Empty,
}

/// One test on an earlier field of the same form. An unanswered or hidden field passes `empty`
/// and no other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// The earlier field.
    pub field: String,
    /// How to compare.
    pub operator: Operator,
    /// With what: none for `filled` and `empty`, any number for `one-of`, else one.
    pub than: Vec<Value>,
}

/// An OR of ANDs; empty means "always". At most 8 × 8 tests.
pub type Condition = Vec<Vec<Test>>;

/// An option to choose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Its id, which is the answer.
    pub id: String,
    /// Its words.
    pub label: Text,
    /// Smaller words below it.
    pub hint: Option<Text>,
}

/// What a text must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextFormat {
    /// Anything.
    Free,
    /// A person's name.
    Name,
    /// A telephone number of the mainland, mobile, fixed or service.
    Phone,
    /// A mail address.
    Email,
    /// An identity card number of 18 characters (GB 11643).
    IdCard,
    /// A unified social credit code (GB 32100).
    CreditCode,
    /// A number plate of the mainland.
    Plate,
    /// The regular expression in `pattern`, matched against the whole text.
    Pattern,
}

/// A text field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextSpec {
    /// What it must look like.
    pub format: TextFormat,
    /// For `TextFormat::Pattern`: at most 200 characters, no look-around, no back references.
    pub pattern: Option<String>,
    /// Fewest characters of an answer.
    pub min: u32,
    /// Most characters, at most 4,000.
    pub max: u32,
    /// Above 1 asks for a text area of so many lines.
    pub lines: u8,
}

/// A whole number.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct IntegerSpec {
    /// The least.
    pub min: Option<i64>,
    /// The greatest.
    pub max: Option<i64>,
    /// Shown after the number.
    pub unit: Option<Text>,
}

/// A number that keeps its digits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DecimalSpec {
    /// The least.
    pub min: Option<String>,
    /// The greatest.
    pub max: Option<String>,
    /// Digits after the point, at most 6.
    pub scale: u8,
    /// Shown after the number.
    pub unit: Option<Text>,
}

/// A date. Bounds are ISO dates, or relative: `today`, `today+7d`, `today-1d`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateSpec {
    /// The earliest.
    pub min: Option<String>,
    /// The latest.
    pub max: Option<String>,
}

/// Several of some options.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ManySpec {
    /// The options, at most 30.
    pub options: Vec<Choice>,
    /// Fewest to choose.
    pub min: u32,
    /// Most to choose.
    pub max: u32,
}

/// Which files are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Media {
    /// Images.
    Photo,
    /// PDF documents.
    Document,
    /// Both.
    Any,
}

/// Files. At most 6 of at most 10 MiB each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSpec {
    /// Which kind.
    pub media: Media,
    /// Fewest.
    pub min: u8,
    /// Most.
    pub max: u8,
    /// Most bytes of one file.
    pub max_bytes: u64,
}

/// A place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceSpec {
    /// Only places below this division.
    pub within: Option<String>,
    /// A point or a cell is needed; a community alone will not do.
    pub precise: bool,
}

/// A person to pick.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonSpec {
    /// For which purpose of the manifest.
    pub purpose: String,
}

/// What a field asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Words.
    Text(TextSpec),
    /// A whole number.
    Integer(IntegerSpec),
    /// A number that keeps its digits.
    Decimal(DecimalSpec),
    /// Yes or no; `required` means it must be yes.
    Flag,
    /// A date.
    Date(DateSpec),
    /// A time of day.
    Time,
    /// One of at most 30 options.
    One(Vec<Choice>),
    /// Several of some options.
    Many(ManySpec),
    /// Files.
    Files(FileSpec),
    /// A place.
    Place(PlaceSpec),
    /// Somebody; residents pick themselves or whom they act for.
    Person(PersonSpec),
}

/// What the host may fill in from what it holds about the person, for them to check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Prefill {
    /// Their name.
    Name,
    /// Their telephone number.
    Phone,
    /// Their community.
    Community,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Letters, digits, `_` and `-`, at most 64.
    pub id: String,
    /// The question.
    pub label: Text,
    /// Smaller words below it.
    pub hint: Option<Text>,
    /// What it asks for.
    pub kind: Kind,
    /// Whether there must be an answer.
    pub required: bool,
    /// Asked only when this holds; else its answer is dropped.
    pub show_if: Condition,
    /// The answer it starts with.
    pub default: Option<Value>,
    /// What the host may fill in.
    pub prefill: Option<Prefill>,
    /// Shown masked in lists and kept out of drafts.
    pub sensitive: bool,
    /// The field of a dataset that this asks for, as `dataset.field`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bind: Option<String>,
}

/// A rule across fields, checked when the form is handed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// The form is refused when this holds.
    pub fail_if: Condition,
    /// The field the message stands at.
    pub at: String,
    /// What is wrong.
    pub message: Text,
}

/// One page of a form; several make a wizard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Letters, digits, `_` and `-`, at most 64.
    pub id: String,
    /// Its heading.
    pub title: Text,
    /// Its fields.
    pub fields: Vec<Field>,
    /// Asked only when this holds, on fields of earlier steps.
    pub show_if: Condition,
}

/// A form: at most 10 steps with at most 50 fields in all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Form {
    /// Letters, digits, `_` and `-`, at most 64.
    pub id: String,
    /// Raised when the fields change; a draft of an older version is offered again, not sent.
    pub version: u32,
    /// The pages, in order.
    pub steps: Vec<Step>,
    /// Rules across fields.
    pub checks: Vec<Check>,
    /// Whether a page to check the answers comes before they are sent.
    pub review: bool,
    /// What the person declares by sending it.
    pub declaration: Option<Text>,
    /// The words of the button.
    pub submit: Text,
    /// Up to 2,000 characters of the plugin's own, signed by the host and handed back.
    pub state: String,
    /// The purpose of the manifest that sending it gives consent to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<String>,
}

impl Form {
    /// Every field, in the order of the steps.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.steps.iter().flat_map(|step| step.fields.iter())
    }

    /// The field of that id.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields().find(|field| field.id == id)
    }
}

/// One answer of a form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The field.
    pub field: String,
    /// What was answered.
    pub value: Value,
}

/// A form as handed in: valid by its own rules, hidden fields absent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    /// The form's id.
    pub form: String,
    /// The form's version.
    pub version: u32,
    /// The form's state, as the plugin gave it.
    pub state: String,
    /// The same each time the same form is sent again.
    pub once: String,
    /// The answers, in the order of the fields.
    pub answers: Vec<Answer>,
}
