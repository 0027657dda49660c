//! Answers: which fields are asked, and whether what was answered may be handed on.
//! An answer to a field that is not asked never gets through.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    condition::{holds, is_filled},
    date::{self, Date},
    decimal::Decimal,
    formats,
    types::{FileRef, Text},
    ui::{
        Answer, DateSpec, DecimalSpec, Field, FileSpec, Form, IntegerSpec, Kind, ManySpec, Media,
        Place, PlaceSpec, Step, TextFormat, TextSpec, Value,
    },
};

/// Answers by field.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(BTreeMap<String, Value>);

impl Answers {
    /// The answer to a field.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.0.get(field)
    }

    /// Answers a field, in place of what was there.
    pub fn set(&mut self, field: impl Into<String>, value: Value) {
        self.0.insert(field.into(), value);
    }

    /// Takes an answer away.
    pub fn remove(&mut self, field: &str) -> Option<Value> {
        self.0.remove(field)
    }

    /// Every answer, by field id.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(field, value)| (field.as_str(), value))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The answers in the order of the form's fields, as a submission carries them.
    pub fn in_order(&self, form: &Form) -> Vec<Answer> {
        let answered = |field: &Field| {
            let value = self.get(&field.id)?.clone();
            Some(Answer {
                field: field.id.clone(),
                value,
            })
        };
        form.fields().filter_map(answered).collect()
    }
}

impl Extend<Answer> for Answers {
    fn extend<I: IntoIterator<Item = Answer>>(&mut self, answers: I) {
        for answer in answers {
            self.set(answer.field, answer.value);
        }
    }
}

impl FromIterator<Answer> for Answers {
    fn from_iter<I: IntoIterator<Item = Answer>>(answers: I) -> Self {
        Self(
            answers
                .into_iter()
                .map(|answer| (answer.field, answer.value))
                .collect(),
        )
    }
}

/// One thing wrong with the answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The field.
    pub at: String,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    /// A rule of the field; `code` is a message key of the host, which words it.
    Rule {
        /// For example `form-too-long`.
        code: &'static str,
        /// Its arguments, for example `max`.
        arguments: Vec<(&'static str, String)>,
    },
    /// A rule across fields, in the plugin's words.
    Said(Text),
}

/// A step that is asked, with those of its fields that are asked.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    /// The step.
    pub step: &'a Step,
    /// Its fields that are asked.
    pub fields: Vec<&'a Field>,
}

/// The steps and fields that are asked, given the answers, in order; and the answers to them.
/// A condition on a field that is not asked sees no answer. A step none of whose fields is asked
/// is skipped.
pub fn shown<'a>(form: &'a Form, answers: &Answers) -> (Vec<Shown<'a>>, Answers) {
    let mut kept = Answers::default();
    let mut steps = Vec::new();
    for step in &form.steps {
        if !holds(&step.show_if, &kept) {
            continue;
        }
        let mut fields = Vec::new();
        for field in &step.fields {
            if !holds(&field.show_if, &kept) {
                continue;
            }
            if let Some(value) = answers.get(&field.id).filter(|value| is_filled(value)) {
                kept.set(&field.id, value.clone());
            }
            fields.push(field);
        }
        if !fields.is_empty() {
            steps.push(Shown { step, fields });
        }
    }
    (steps, kept)
}

/// Validates the whole form. Gives back the answers to the fields that are asked, or every fault
/// in the order of the fields, with those of the rules across fields last.
pub fn validate(form: &Form, answers: &Answers, today: Date) -> Result<Answers, Vec<Fault>> {
    let (steps, kept) = shown(form, answers);
    let asked = || steps.iter().flat_map(|step| step.fields.iter());
    let mut faults: Vec<Fault> = asked()
        .filter_map(|field| fault(field, &kept, today))
        .collect();
    if faults.is_empty() {
        let failed = form
            .checks
            .iter()
            .filter(|check| !check.fail_if.is_empty() && holds(&check.fail_if, &kept));
        faults.extend(failed.map(|check| Fault {
            at: check.at.clone(),
            why: Why::Said(check.message.clone()),
        }));
    }
    if faults.is_empty() {
        Ok(kept)
    } else {
        Err(faults)
    }
}

/// Validates the fields of one step, as a wizard does before it goes on. A step that is not asked
/// has no faults.
pub fn validate_step(form: &Form, step: &str, answers: &Answers, today: Date) -> Vec<Fault> {
    let (steps, kept) = shown(form, answers);
    let Some(found) = steps.iter().find(|shown| shown.step.id == step) else {
        return Vec::new();
    };
    found
        .fields
        .iter()
        .filter_map(|field| fault(field, &kept, today))
        .collect()
}

fn fault(field: &Field, answers: &Answers, today: Date) -> Option<Fault> {
    let outcome = match answers.get(&field.id) {
        Some(value) => check_value(&field.kind, field.required, value, today),
        None if field.required => Err(rule("form-required")),
        None => Ok(()),
    };
    outcome.err().map(|why| Fault {
        at: field.id.clone(),
        why,
    })
}

fn rule(code: &'static str) -> Why {
    Why::Rule {
        code,
        arguments: Vec::new(),
    }
}

fn rule_with(code: &'static str, name: &'static str, value: impl ToString) -> Why {
    Why::Rule {
        code,
        arguments: vec![(name, value.to_string())],
    }
}

fn ensure(holds: bool, why: impl FnOnce() -> Why) -> Result<(), Why> {
    if holds { Ok(()) } else { Err(why()) }
}

fn check_value(kind: &Kind, required: bool, value: &Value, today: Date) -> Result<(), Why> {
    match (kind, value) {
        (Kind::Text(spec), Value::Text(text)) => check_text(spec, text, today),
        (Kind::Integer(spec), Value::Integer(number)) => check_integer(spec, *number),
        (Kind::Decimal(spec), Value::Decimal(text)) => check_decimal(spec, text),
        (Kind::Flag, Value::Flag(yes)) => ensure(*yes || !required, || rule("form-must-agree")),
        (Kind::Date(spec), Value::Date(text)) => check_date(spec, text, today),
        (Kind::Time, Value::Time(text)) => {
            ensure(date::minutes(text).is_some(), || rule("form-not-time"))
        }
        (Kind::One(options), Value::Choice(id)) => {
            ensure(options.iter().any(|option| option.id == *id), || {
                rule("form-not-option")
            })
        }
        (Kind::Many(spec), Value::Choices(ids)) => check_many(spec, ids),
        (Kind::Files(spec), Value::Files(files)) => check_files(spec, files),
        (Kind::Place(spec), Value::Place(place)) => check_place(spec, place),
        (Kind::Person(_), Value::Person(token)) => {
            ensure((16..=128).contains(&token.len()), || {
                rule("form-not-person")
            })
        }
        _ => Err(rule("form-wrong-kind")),
    }
}

fn check_text(spec: &TextSpec, text: &str, today: Date) -> Result<(), Why> {
    let count = text.chars().count();
    ensure(count >= spec.min as usize, || {
        rule_with("form-too-short", "min", spec.min)
    })?;
    ensure(count <= spec.max as usize, || {
        rule_with("form-too-long", "max", spec.max)
    })?;
    let line_break = spec.lines <= 1 && text.contains(['\n', '\r']);
    let control = text
        .chars()
        .any(|it| it.is_control() && !matches!(it, '\n' | '\r' | '\t'));
    ensure(!line_break && !control, || rule("form-bad-characters"))?;
    match spec.format {
        TextFormat::Free => Ok(()),
        TextFormat::Name => ensure(formats::name(text), || rule("form-not-name")),
        TextFormat::Phone => ensure(formats::phone(text), || rule("form-not-phone")),
        TextFormat::Email => ensure(formats::email(text), || rule("form-not-email")),
        TextFormat::IdCard => ensure(formats::id_card(text, today), || rule("form-not-id-card")),
        TextFormat::CreditCode => {
            ensure(formats::credit_code(text), || rule("form-not-credit-code"))
        }
        TextFormat::Plate => ensure(formats::plate(text), || rule("form-not-plate")),
        TextFormat::Pattern => {
            let pattern = spec.pattern.as_deref().and_then(formats::pattern);
            ensure(
                pattern.is_some_and(|pattern| pattern.is_match(text)),
                || rule("form-not-pattern"),
            )
        }
    }
}

fn check_integer(spec: &IntegerSpec, number: i64) -> Result<(), Why> {
    match (spec.min, spec.max) {
        (Some(min), _) if number < min => Err(rule_with("form-too-small", "min", min)),
        (_, Some(max)) if number > max => Err(rule_with("form-too-big", "max", max)),
        _ => Ok(()),
    }
}

fn check_decimal(spec: &DecimalSpec, text: &str) -> Result<(), Why> {
    let number = Decimal::parse(text).ok_or_else(|| rule("form-not-number"))?;
    ensure(number.scale() <= spec.scale, || {
        rule_with("form-too-many-digits", "scale", spec.scale)
    })?;
    let bound = |text: &Option<String>| text.as_deref().and_then(Decimal::parse);
    let below = bound(&spec.min).is_some_and(|min| number.compare(min).is_lt());
    ensure(!below, || {
        rule_with(
            "form-too-small",
            "min",
            spec.min.as_deref().unwrap_or_default(),
        )
    })?;
    let above = bound(&spec.max).is_some_and(|max| number.compare(max).is_gt());
    ensure(!above, || {
        rule_with(
            "form-too-big",
            "max",
            spec.max.as_deref().unwrap_or_default(),
        )
    })
}

fn check_date(spec: &DateSpec, text: &str, today: Date) -> Result<(), Why> {
    let date = Date::parse(text).ok_or_else(|| rule("form-not-date"))?;
    let bound = |text: &Option<String>| text.as_deref().and_then(|text| Date::bound(text, today));
    match (bound(&spec.min), bound(&spec.max)) {
        (Some(min), _) if date < min => Err(rule_with("form-too-early", "min", min)),
        (_, Some(max)) if date > max => Err(rule_with("form-too-late", "max", max)),
        _ => Ok(()),
    }
}

fn check_many(spec: &ManySpec, ids: &[String]) -> Result<(), Why> {
    let known = |id: &String| spec.options.iter().any(|option| option.id == *id);
    let mut once = ids.to_vec();
    once.sort();
    once.dedup();
    ensure(ids.iter().all(known) && once.len() == ids.len(), || {
        rule("form-not-option")
    })?;
    ensure(ids.len() >= spec.min as usize, || {
        rule_with("form-too-few", "min", spec.min)
    })?;
    ensure(ids.len() <= spec.max as usize, || {
        rule_with("form-too-many", "max", spec.max)
    })
}

fn check_files(spec: &FileSpec, files: &[FileRef]) -> Result<(), Why> {
    ensure(files.len() >= spec.min.into(), || {
        rule_with("form-too-few", "min", spec.min)
    })?;
    ensure(files.len() <= spec.max.into(), || {
        rule_with("form-too-many", "max", spec.max)
    })?;
    let small = files.iter().all(|file| file.bytes <= spec.max_bytes);
    ensure(small, || {
        rule_with("form-file-too-large", "max", spec.max_bytes / 1_048_576)
    })?;
    let photo = |file: &FileRef| file.mime.starts_with("image/");
    let document = |file: &FileRef| file.mime == "application/pdf";
    let kind = match spec.media {
        Media::Photo => files.iter().all(photo),
        Media::Document => files.iter().all(document),
        Media::Any => files.iter().all(|file| photo(file) || document(file)),
    };
    ensure(kind, || rule("form-file-kind"))
}

fn check_place(spec: &PlaceSpec, place: &Place) -> Result<(), Why> {
    let degrees = place
        .at
        .is_none_or(|at| (-180.0..=180.0).contains(&at.lon) && (-90.0..=90.0).contains(&at.lat));
    ensure(degrees, || rule("form-not-place"))?;
    ensure(place.address.chars().count() <= 200, || {
        rule_with("form-too-long", "max", 200)
    })?;
    let code = place.division.as_deref();
    let code_ok =
        code.is_none_or(|code| code.len() <= 15 && code.bytes().all(|byte| byte.is_ascii_digit()));
    ensure(code_ok, || rule("form-not-place"))?;
    let somewhere = place.at.is_some() || code.is_some();
    ensure(somewhere, || rule("form-place-needed"))?;
    let exact = place.at.is_some() || code.is_some_and(|code| code.len() == 15);
    ensure(exact || !spec.precise, || rule("form-place-precise"))?;
    // A point without a division is placed by the host, which then checks `within` by its cell.
    let inside = match (&spec.within, code) {
        (Some(within), Some(code)) => code.starts_with(within.as_str()),
        _ => true,
    };
    ensure(inside, || rule("form-place-outside"))
}
