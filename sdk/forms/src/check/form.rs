//! The rules of a form: its steps, its fields, and the conditions between them.

use std::collections::BTreeSet;

use super::{Found, id, need, text, texts};
use crate::{
    date::Date,
    decimal::Decimal,
    formats,
    types::Text,
    ui::{Condition, Field, Form, Kind, Operator, Test, TextFormat, Value},
};

pub(super) fn form_rules(form: &Form) -> Found {
    let mut found = Found::new();
    id(&mut found, "form", &form.id);
    text(&mut found, "submit", &form.submit);
    texts(&mut found, "declaration", form.declaration.iter());
    need(
        &mut found,
        "state",
        form.state.chars().count() <= 2000,
        "state has at most 2,000 characters",
    );
    need(
        &mut found,
        "steps",
        (1..=10).contains(&form.steps.len()),
        "1 to 10 steps",
    );
    need(
        &mut found,
        "fields",
        (1..=50).contains(&form.fields().count()),
        "1 to 50 fields",
    );
    need(
        &mut found,
        "checks",
        form.checks.len() <= 20,
        "at most 20 checks",
    );
    if let Some(purpose) = &form.consent {
        id(&mut found, "consent", purpose);
        need(
            &mut found,
            "consent",
            form.review,
            "a form that gives consent has a page to check the answers",
        );
    }
    let mut earlier: Vec<&Field> = Vec::new();
    let mut steps = BTreeSet::new();
    for step in &form.steps {
        let at = format!("steps.{}", step.id);
        id(&mut found, &at, &step.id);
        need(
            &mut found,
            &at,
            steps.insert(&step.id),
            "an id is used once in a form",
        );
        need(
            &mut found,
            &at,
            !step.fields.is_empty(),
            "a step has a field",
        );
        text(&mut found, &at, &step.title);
        condition(&mut found, &at, &step.show_if, &earlier);
        for it in &step.fields {
            field(&mut found, it, &earlier);
            earlier.push(it);
        }
    }
    for check in &form.checks {
        need(
            &mut found,
            "checks",
            !check.fail_if.is_empty(),
            "a check has a condition",
        );
        need(
            &mut found,
            "checks",
            form.field(&check.at).is_some(),
            "a check stands at a field of the form",
        );
        condition(&mut found, "checks", &check.fail_if, &earlier);
        text(&mut found, "checks", &check.message);
    }
    found
}

fn field(found: &mut Found, field: &Field, earlier: &[&Field]) {
    let at = format!("fields.{}", field.id);
    id(found, &at, &field.id);
    need(
        found,
        &at,
        earlier.iter().all(|it| it.id != field.id),
        "an id is used once in a form",
    );
    text(found, &at, &field.label);
    texts(found, &at, field.hint.iter());
    condition(found, &at, &field.show_if, earlier);
    kind(found, &at, &field.kind);
    if let Some(value) = &field.default {
        need(
            found,
            &at,
            matches_kind(&field.kind, value),
            "a default is of the field's kind",
        );
        need(
            found,
            &at,
            !matches!(value, Value::Files(_) | Value::Person(_)),
            "files and persons have no default",
        );
    }
    if field.prefill.is_some() {
        let fits = matches!(field.kind, Kind::Text(_) | Kind::Place(_));
        need(found, &at, fits, "only texts and places are filled in");
    }
    if let Some(bind) = &field.bind {
        let parts = bind.split_once('.').unwrap_or_default();
        id(found, &at, parts.0);
        id(found, &at, parts.1);
        let fits =
            field.prefill.is_none() && !matches!(field.kind, Kind::Files(_) | Kind::Person(_));
        need(
            found,
            &at,
            fits,
            "a field of a dataset is no file and no person, and has no other prefill",
        );
    }
}

fn kind(found: &mut Found, at: &str, kind: &Kind) {
    match kind {
        Kind::Text(spec) => {
            need(
                found,
                at,
                spec.min <= spec.max && (1..=4000).contains(&spec.max),
                "min ≤ max, max 1 to 4,000",
            );
            let pattern = spec.pattern.as_deref();
            let right = match spec.format {
                TextFormat::Pattern => pattern.and_then(formats::pattern).is_some(),
                _ => pattern.is_none(),
            };
            need(
                found,
                at,
                right,
                "a pattern of at most 200 characters, with the format `pattern` only",
            );
        }
        Kind::Integer(spec) => {
            let ordered = spec.min.zip(spec.max).is_none_or(|(min, max)| min <= max);
            need(found, at, ordered, "min ≤ max");
            texts(found, at, spec.unit.iter());
        }
        Kind::Decimal(spec) => {
            let bounds = [&spec.min, &spec.max].map(|it| it.as_deref().map(Decimal::parse));
            need(
                found,
                at,
                !bounds.contains(&Some(None)) && spec.scale <= 6,
                "decimal bounds, a scale of at most 6",
            );
            let [min, max] = bounds.map(Option::flatten);
            need(
                found,
                at,
                min.zip(max)
                    .is_none_or(|(min, max)| min.compare(max).is_le()),
                "min ≤ max",
            );
            texts(found, at, spec.unit.iter());
        }
        Kind::Date(spec) => {
            let sample = Date::new(2000, 1, 1);
            let reads = |it: &Option<String>| {
                it.as_deref()
                    .is_none_or(|it| sample.and_then(|day| Date::bound(it, day)).is_some())
            };
            need(
                found,
                at,
                reads(&spec.min) && reads(&spec.max),
                "a bound is a date, `today`, `today+7d` or `today-7d`",
            );
        }
        Kind::One(options) => choices(
            found,
            at,
            options.iter().map(|it| (&it.id, &it.label, &it.hint)),
        ),
        Kind::Many(spec) => {
            choices(
                found,
                at,
                spec.options.iter().map(|it| (&it.id, &it.label, &it.hint)),
            );
            let room =
                spec.min <= spec.max && spec.max as usize <= spec.options.len() && spec.max > 0;
            need(found, at, room, "min ≤ max ≤ number of options");
        }
        Kind::Files(spec) => {
            need(
                found,
                at,
                spec.min <= spec.max && (1..=6).contains(&spec.max),
                "min ≤ max, max 1 to 6",
            );
            need(
                found,
                at,
                (1..=10 * 1_048_576).contains(&spec.max_bytes),
                "a file has at most 10 MiB",
            );
        }
        Kind::Place(spec) => {
            let code = spec.within.as_deref().is_none_or(|code| {
                (2..=15).contains(&code.len()) && code.bytes().all(|it| it.is_ascii_digit())
            });
            need(found, at, code, "`within` is a division code");
        }
        Kind::Person(spec) => id(found, at, &spec.purpose),
        Kind::Flag | Kind::Time => {}
    }
}

fn choices<'a>(
    found: &mut Found,
    at: &str,
    options: impl Iterator<Item = (&'a String, &'a Text, &'a Option<Text>)>,
) {
    let mut ids = BTreeSet::new();
    for (option, label, hint) in options {
        id(found, at, option);
        need(found, at, ids.insert(option), "an option's id is used once");
        text(found, at, label);
        texts(found, at, hint.iter());
    }
    need(found, at, (1..=30).contains(&ids.len()), "1 to 30 options");
}

fn condition(found: &mut Found, at: &str, condition: &Condition, earlier: &[&Field]) {
    let sized =
        condition.len() <= 8 && condition.iter().all(|group| (1..=8).contains(&group.len()));
    need(
        found,
        at,
        sized,
        "a condition has at most 8 groups of 1 to 8 tests",
    );
    for test in condition.iter().flatten() {
        match earlier.iter().find(|field| field.id == test.field) {
            Some(field) => need(
                found,
                at,
                fits(test, &field.kind),
                "a test compares values of the field's kind",
            ),
            None => need(found, at, false, "a condition names an earlier field"),
        }
    }
}

fn fits(test: &Test, kind: &Kind) -> bool {
    let all = |rule: fn(&Kind, &Value) -> bool| test.than.iter().all(|value| rule(kind, value));
    let ordered = matches!(
        kind,
        Kind::Integer(_) | Kind::Decimal(_) | Kind::Date(_) | Kind::Time
    );
    match test.operator {
        Operator::Filled | Operator::Empty => test.than.is_empty(),
        Operator::OneOf => (1..=30).contains(&test.than.len()) && all(matches_kind),
        Operator::Eq | Operator::Ne => test.than.len() == 1 && all(matches_kind),
        Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge => {
            test.than.len() == 1 && ordered && all(matches_kind)
        }
        Operator::Contains => match (kind, test.than.as_slice()) {
            (Kind::Many(spec), [Value::Choice(id)]) => {
                spec.options.iter().any(|option| option.id == *id)
            }
            (Kind::Text(_), [Value::Text(_)]) => true,
            _ => false,
        },
    }
}

/// Whether a value is of the kind, and names only options there are.
fn matches_kind(kind: &Kind, value: &Value) -> bool {
    match (kind, value) {
        (Kind::One(options), Value::Choice(id)) => options.iter().any(|option| option.id == *id),
        (Kind::Many(spec), Value::Choices(ids)) => ids
            .iter()
            .all(|id| spec.options.iter().any(|option| option.id == *id)),
        (Kind::Decimal(_), Value::Decimal(text)) => Decimal::parse(text).is_some(),
        (Kind::Date(_), Value::Date(text)) => Date::parse(text).is_some(),
        (Kind::Time, Value::Time(text)) => crate::date::minutes(text).is_some(),
        (Kind::Text(_), Value::Text(_))
        | (Kind::Integer(_), Value::Integer(_))
        | (Kind::Flag, Value::Flag(_))
        | (Kind::Files(_), Value::Files(_))
        | (Kind::Place(_), Value::Place(_))
        | (Kind::Person(_), Value::Person(_)) => true,
        _ => false,
    }
}
