//! What runs and comes in without a person: jobs and inboxes, as the manifest lists them, and
//! their rules. Reads no clock: when a job is due is the host's affair.

use onedoor_forms::{
    Answers, Breach, Choice, Date, DateSpec, DecimalSpec, Fault, Field, Form, IntegerSpec, Kind,
    ManySpec, PlaceSpec, Step, Text, TextFormat, TextSpec, Why, check_form, validate,
};
use serde::{Deserialize, Serialize};

use crate::{Budget, Words};

/// Work that the host calls for on a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// Letters, digits, `_` and `-`, at most 64; unique in the manifest.
    pub id: String,
    /// Its name: at most 20 characters in Chinese, 40 in English.
    pub name: Words,
    /// When it runs.
    pub schedule: Schedule,
    /// What one run may cost, when it is more than a call may: at most 10,000 ms of its own work
    /// and 60,000 ms in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
}

/// When a job runs: one of `every_minutes` and `daily`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Every so many minutes, counted from midnight UTC of 1 January 1970: 1 to 1,440.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_minutes: Option<u32>,
    /// At this time of day in the host's zone, `HH:MM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daily: Option<String>,
    /// On which days; with `daily` only.
    #[serde(default, skip_serializing_if = "Days::is_all")]
    pub days: Days,
}

/// On which days a daily job runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Days {
    /// On every day.
    #[default]
    All,
    /// On working days, by the host's calendar.
    Working,
}

impl Days {
    // serde hands over a reference.
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    fn is_all(&self) -> bool {
        *self == Self::All
    }
}

/// A schedule that has been checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhythm {
    /// Every so many minutes.
    Every(u32),
    /// So many minutes after midnight, on these days.
    Daily(u16, Days),
}

impl Schedule {
    /// What it says; none when it says nothing, two things, or something out of bounds.
    pub fn rhythm(&self) -> Option<Rhythm> {
        match (self.every_minutes, self.daily.as_deref()) {
            (Some(minutes @ 1..=1440), None) if self.days == Days::All => {
                Some(Rhythm::Every(minutes))
            }
            (None, Some(at)) => {
                let minutes = onedoor_forms::minutes(at)?;
                Some(Rhythm::Daily(minutes, self.days))
            }
            _ => None,
        }
    }
}

/// A place that devices send to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inbox {
    /// Letters, digits, `_` and `-`, at most 64; unique in the manifest.
    pub id: String,
    /// Its name: at most 20 characters in Chinese, 40 in English.
    pub name: Words,
    /// What a message carries: 1 to 50.
    pub fields: Vec<InboxField>,
}

/// One value of a device's message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InboxField {
    /// Letters, digits, `_` and `-`, at most 64; unique in the inbox.
    pub id: String,
    /// What it means: at most 40 characters in Chinese, 80 in English.
    pub label: Words,
    /// What it must be.
    pub kind: FieldKind,
    /// Whether it must be there.
    #[serde(default)]
    pub required: bool,
}

/// What a value must be: the kinds of a form's fields but files, by the same rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum FieldKind {
    /// Words.
    Text {
        /// Fewest characters.
        #[serde(default)]
        min: u32,
        /// Most characters, at most 4,000.
        max: u32,
        /// A regular expression that the whole text must match.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
    },
    /// A whole number.
    Integer {
        /// The least.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<i64>,
        /// The greatest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<i64>,
    },
    /// A number that keeps its digits.
    Decimal {
        /// The least.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<String>,
        /// The greatest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<String>,
        /// Digits after the point, at most 6.
        scale: u8,
    },
    /// Yes or no.
    Flag,
    /// A date, `YYYY-MM-DD`.
    Date,
    /// A time of day, `HH:MM`.
    Time,
    /// One of at most 30 options, by id.
    One(Vec<String>),
    /// Several of at most 30 options, by id.
    Many(Vec<String>),
    /// A place: a point or a division, or both.
    Place {
        /// Only places below this division.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within: Option<String>,
        /// A point or a cell is needed.
        #[serde(default)]
        precise: bool,
    },
}

impl Inbox {
    /// The form that a message is held to.
    pub fn form(&self) -> Form {
        let step = Step {
            id: self.id.clone(),
            title: Text::raw(&self.name.en),
            fields: self.fields.iter().map(InboxField::field).collect(),
            show_if: Vec::new(),
        };
        Form {
            id: self.id.clone(),
            version: 1,
            steps: vec![step],
            checks: Vec::new(),
            review: false,
            declaration: None,
            submit: Text::raw("send"),
            state: String::new(),
            consent: None,
        }
    }

    /// Holds a message to the fields. Gives back the answers, or every fault: values that the inbox
    /// does not have, flags that are not there, and what breaks a rule of its field.
    pub fn validate(&self, answers: &Answers, today: Date) -> Result<Answers, Vec<Fault>> {
        let fault = |at: &str, code| Fault {
            at: at.to_owned(),
            why: Why::Rule {
                code,
                arguments: Vec::new(),
            },
        };
        let known = |id: &str| self.fields.iter().any(|field| field.id == id);
        let unknown = answers.iter().filter(|(id, _)| !known(id));
        let mut faults: Vec<Fault> = unknown
            .map(|(id, _)| fault(id, "form-unknown-field"))
            .collect();
        let flags = self.fields.iter().filter(|it| it.kind == FieldKind::Flag);
        let absent = flags.filter(|it| it.required && answers.get(&it.id).is_none());
        faults.extend(absent.map(|it| fault(&it.id, "form-required")));
        match validate(&self.form(), answers, today) {
            Ok(kept) if faults.is_empty() => Ok(kept),
            Ok(_) => Err(faults),
            Err(more) => {
                faults.extend(more);
                Err(faults)
            }
        }
    }

    pub(crate) fn breaches(&self) -> Vec<Breach> {
        check_form(&self.form())
    }
}

impl InboxField {
    fn field(&self) -> Field {
        Field {
            id: self.id.clone(),
            label: Text::raw(&self.label.en),
            hint: None,
            kind: self.kind.kind(),
            // Of a person, `required` wants a yes; a device's "no" is an answer like any other.
            required: self.required && self.kind != FieldKind::Flag,
            show_if: Vec::new(),
            default: None,
            prefill: None,
            sensitive: false,
            bind: None,
        }
    }
}

impl FieldKind {
    fn kind(&self) -> Kind {
        match self {
            Self::Text { min, max, pattern } => Kind::Text(TextSpec {
                format: match pattern {
                    Some(_) => TextFormat::Pattern,
                    None => TextFormat::Free,
                },
                pattern: pattern.clone(),
                min: *min,
                max: *max,
                lines: 1,
            }),
            Self::Integer { min, max } => Kind::Integer(IntegerSpec {
                min: *min,
                max: *max,
                unit: None,
            }),
            Self::Decimal { min, max, scale } => Kind::Decimal(DecimalSpec {
                min: min.clone(),
                max: max.clone(),
                scale: *scale,
                unit: None,
            }),
            Self::Flag => Kind::Flag,
            Self::Date => Kind::Date(DateSpec::default()),
            Self::Time => Kind::Time,
            Self::One(options) => Kind::One(choices(options)),
            Self::Many(options) => Kind::Many(ManySpec {
                options: choices(options),
                min: 0,
                max: u32::try_from(options.len()).unwrap_or(u32::MAX),
            }),
            Self::Place { within, precise } => Kind::Place(PlaceSpec {
                within: within.clone(),
                precise: *precise,
            }),
        }
    }
}

fn choices(options: &[String]) -> Vec<Choice> {
    let choice = |id: &String| Choice {
        id: id.clone(),
        label: Text::raw(id),
        hint: None,
    };
    options.iter().map(choice).collect()
}
