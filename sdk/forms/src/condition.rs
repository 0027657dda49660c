//! Whether a condition holds, given the answers so far.

use std::cmp::Ordering;

use crate::{
    answers::Answers,
    date::{self, Date},
    decimal::Decimal,
    ui::{Condition, Operator, Test, Value},
};

/// Whether `condition` holds: it is empty, or every test of one of its groups passes.
/// An unanswered field passes `empty` and no other test.
pub fn holds(condition: &Condition, answers: &Answers) -> bool {
    condition.is_empty()
        || condition
            .iter()
            .any(|group| group.iter().all(|test| passes(test, answers)))
}

fn passes(test: &Test, answers: &Answers) -> bool {
    let value = answers.get(&test.field).filter(|value| is_filled(value));
    let Some(value) = value else {
        return test.operator == Operator::Empty;
    };
    let mut than = test.than.iter();
    match test.operator {
        Operator::Filled => true,
        Operator::Empty => false,
        Operator::OneOf => than.any(|other| equal(value, other)),
        Operator::Eq => than.next().is_some_and(|other| equal(value, other)),
        Operator::Ne => than.next().is_some_and(|other| !equal(value, other)),
        Operator::Contains => than.next().is_some_and(|other| contains(value, other)),
        Operator::Lt => than
            .next()
            .is_some_and(|other| ordered(value, other, Ordering::is_lt)),
        Operator::Le => than
            .next()
            .is_some_and(|other| ordered(value, other, Ordering::is_le)),
        Operator::Gt => than
            .next()
            .is_some_and(|other| ordered(value, other, Ordering::is_gt)),
        Operator::Ge => than
            .next()
            .is_some_and(|other| ordered(value, other, Ordering::is_ge)),
    }
}

/// Whether a value counts as an answer: an empty text, list or place does not.
pub fn is_filled(value: &Value) -> bool {
    match value {
        Value::Text(text)
        | Value::Decimal(text)
        | Value::Date(text)
        | Value::Time(text)
        | Value::Choice(text) => !text.trim().is_empty(),
        Value::Choices(ids) => !ids.is_empty(),
        Value::Files(files) => !files.is_empty(),
        Value::Place(place) => {
            place.at.is_some() || place.division.is_some() || !place.address.trim().is_empty()
        }
        Value::Person(token) => !token.is_empty(),
        Value::Integer(_) | Value::Flag(_) => true,
    }
}

fn equal(value: &Value, other: &Value) -> bool {
    match (value, other) {
        (Value::Decimal(a), Value::Decimal(b)) => match (Decimal::parse(a), Decimal::parse(b)) {
            (Some(a), Some(b)) => a.compare(b).is_eq(),
            _ => false,
        },
        (Value::Choices(a), Value::Choices(b)) => {
            a.len() == b.len() && a.iter().all(|id| b.contains(id))
        }
        _ => value == other,
    }
}

fn contains(value: &Value, other: &Value) -> bool {
    match (value, other) {
        (Value::Choices(ids), Value::Choice(id)) => ids.contains(id),
        (Value::Text(text), Value::Text(part)) => text.contains(part.as_str()),
        _ => false,
    }
}

fn ordered(value: &Value, other: &Value, wanted: fn(Ordering) -> bool) -> bool {
    compare(value, other).is_some_and(wanted)
}

fn compare(value: &Value, other: &Value) -> Option<Ordering> {
    match (value, other) {
        (Value::Integer(a), Value::Integer(b)) => Some(a.cmp(b)),
        (Value::Decimal(a), Value::Decimal(b)) => {
            Some(Decimal::parse(a)?.compare(Decimal::parse(b)?))
        }
        (Value::Date(a), Value::Date(b)) => Some(Date::parse(a)?.cmp(&Date::parse(b)?)),
        (Value::Time(a), Value::Time(b)) => Some(date::minutes(a)?.cmp(&date::minutes(b)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Answer;

    fn answers(list: &[(&str, Value)]) -> Answers {
        list.iter()
            .map(|(field, value)| Answer {
                field: (*field).into(),
                value: value.clone(),
            })
            .collect()
    }

    fn test(operator: Operator, than: &[Value]) -> Condition {
        vec![vec![Test {
            field: "f".into(),
            operator,
            than: than.to_vec(),
        }]]
    }

    #[test]
    fn each_operator() {
        use Operator::*;
        let text = |it: &str| Value::Text(it.into());
        let decimal = |it: &str| Value::Decimal(it.into());
        let choices = |ids: &[&str]| Value::Choices(ids.iter().map(|id| (*id).into()).collect());
        let cases = [
            (text("a"), Eq, vec![text("a")], true),
            (text("a"), Ne, vec![text("a")], false),
            (text("a"), OneOf, vec![text("b"), text("a")], true),
            (text("lamp post"), Contains, vec![text("lamp")], true),
            (decimal("1.50"), Eq, vec![decimal("1.5")], true),
            (decimal("9"), Lt, vec![decimal("10")], true),
            (Value::Integer(3), Ge, vec![Value::Integer(3)], true),
            (Value::Integer(3), Gt, vec![Value::Integer(3)], false),
            (Value::Integer(3), Gt, vec![text("2")], false),
            (
                Value::Date("2026-02-01".into()),
                Le,
                vec![Value::Date("2026-01-31".into())],
                false,
            ),
            (
                Value::Time("09:30".into()),
                Lt,
                vec![Value::Time("10:00".into())],
                true,
            ),
            (
                choices(&["a", "b"]),
                Contains,
                vec![Value::Choice("b".into())],
                true,
            ),
            (choices(&["a", "b"]), Eq, vec![choices(&["b", "a"])], true),
            (Value::Flag(false), Filled, vec![], true),
            (text("  "), Filled, vec![], false),
            (text(""), Empty, vec![], true),
            (text("a"), Eq, vec![], false),
        ];
        for (value, operator, than, expected) in cases {
            let got = holds(&test(operator, &than), &answers(&[("f", value.clone())]));
            assert_eq!(got, expected, "{value:?} {operator:?} {than:?}");
        }
    }

    #[test]
    fn nothing_answered_is_only_empty() {
        use Operator::*;
        for operator in [Eq, Ne, Lt, Le, Gt, Ge, OneOf, Contains, Filled] {
            assert!(
                !holds(&test(operator, &[Value::Integer(1)]), &Answers::default()),
                "{operator:?}"
            );
        }
        assert!(holds(&test(Empty, &[]), &Answers::default()));
    }

    #[test]
    fn an_or_of_ands() {
        let eq = |field: &str| Test {
            field: field.into(),
            operator: Operator::Eq,
            than: vec![Value::Flag(true)],
        };
        let condition = vec![vec![eq("a"), eq("b")], vec![eq("c")]];
        let yes = |fields: &[&str]| {
            let list: Vec<_> = fields
                .iter()
                .map(|field| (*field, Value::Flag(true)))
                .collect();
            holds(&condition, &answers(&list))
        };
        assert!(!yes(&["a"]));
        assert!(yes(&["a", "b"]));
        assert!(yes(&["c"]));
        assert!(holds(&vec![], &Answers::default()));
    }
}
