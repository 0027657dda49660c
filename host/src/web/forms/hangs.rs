//! Questions that hang on another answer of the same page. What an earlier page decides is decided
//! here; the rest is handed to the page's script, which shows and hides. Without script all of
//! them are shown, and `onedoor_forms` drops the answers that do not apply.

use onedoor_forms::{Answers, Condition, Field, Kind, Operator, Test, Value, condition::holds};
use serde_json::{Value as Json, json};

/// Whether a question is asked on a page.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// Whatever else is answered here.
    Always,
    /// Not with what was answered before.
    Never,
    /// While this holds of the answers on the same page: an OR of ANDs of
    /// `[name, operator, [values]]`, as JSON.
    While(String),
}

/// Whether `field` is asked on the page that asks `here`, after `before` was answered.
pub fn asked(field: &Field, here: &[&Field], before: &Answers) -> Asked {
    let mut groups = Vec::new();
    for group in &field.show_if {
        let mut tests = Vec::new();
        let mut may_hold = true;
        for test in group {
            match here.iter().find(|it| it.id == test.field) {
                // A browser does not tell what was handed in before, nor whether a place will be
                // found: shown too often is better than hidden and asked for.
                Some(other) if matches!(other.kind, Kind::Files(_) | Kind::Place(_)) => {}
                Some(other) => tests.push(line(test, other)),
                None => may_hold &= passed(test, before),
            }
        }
        match (may_hold, tests.is_empty()) {
            (false, _) => {}
            (true, true) => return Asked::Always,
            (true, false) => groups.push(Json::Array(tests)),
        }
    }
    match (field.show_if.is_empty(), groups.is_empty()) {
        (true, _) => Asked::Always,
        (false, true) => Asked::Never,
        (false, false) => Asked::While(Json::Array(groups).to_string()),
    }
}

fn passed(test: &Test, before: &Answers) -> bool {
    let alone: Condition = vec![vec![test.clone()]];
    holds(&alone, before)
}

fn line(test: &Test, other: &Field) -> Json {
    let than: Vec<Json> = test.than.iter().map(as_sent).collect();
    match (&other.kind, test.operator) {
        // Of options, one is among the chosen; of words, they are in the text.
        (Kind::Many(_), Operator::Contains) => json!([other.id, "has", than]),
        (_, operator) => json!([other.id, operator, than]),
    }
}

/// A value as the page's script compares it: numbers as numbers, several choices as a list, the
/// rest as a browser sends it.
fn as_sent(value: &Value) -> Json {
    match value {
        Value::Text(text) | Value::Date(text) | Value::Time(text) | Value::Choice(text) => {
            json!(text)
        }
        Value::Integer(number) => json!(number),
        Value::Decimal(text) => text
            .parse::<f64>()
            .map_or_else(|_| json!(text), |number| json!(number)),
        Value::Flag(yes) => json!(if *yes { "1" } else { "0" }),
        Value::Choices(ids) => json!(ids),
        Value::Files(_) | Value::Place(_) | Value::Person(_) => Json::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use onedoor_forms::PlaceSpec;

    fn field(id: &str, show_if: Condition) -> Field {
        Field {
            id: id.to_owned(),
            label: onedoor_forms::Text::raw(id),
            hint: None,
            kind: Kind::Flag,
            required: false,
            show_if,
            default: None,
            prefill: None,
            sensitive: false,
            bind: None,
        }
    }

    fn is(field: &str, id: &str) -> Test {
        Test {
            field: field.to_owned(),
            operator: Operator::Eq,
            than: vec![Value::Choice(id.to_owned())],
        }
    }

    #[test]
    fn what_was_answered_before_is_decided_and_the_rest_is_left_to_the_page() {
        let here = field("here", Vec::new());
        let page = [&here];
        let mut before = Answers::default();
        before.set("before", Value::Choice("a".to_owned()));
        let check = |show_if: Condition, want: Asked| {
            assert_eq!(asked(&field("it", show_if), &page, &before), want);
        };
        let while_here = Asked::While(r#"[[["here","eq",["x"]]]]"#.to_owned());
        check(Vec::new(), Asked::Always);
        check(vec![vec![is("before", "a")]], Asked::Always);
        check(vec![vec![is("before", "b")]], Asked::Never);
        check(vec![vec![is("here", "x")]], while_here.clone());
        check(
            vec![vec![is("before", "a"), is("here", "x")]],
            while_here.clone(),
        );
        check(vec![vec![is("before", "b"), is("here", "x")]], Asked::Never);
        check(
            vec![vec![is("before", "b")], vec![is("here", "x")]],
            while_here,
        );
        check(
            vec![vec![is("before", "a")], vec![is("here", "x")]],
            Asked::Always,
        );
    }

    #[test]
    fn what_a_browser_cannot_tell_hides_nothing() {
        let mut spot = field("spot", Vec::new());
        spot.kind = Kind::Place(PlaceSpec::default());
        let filled = Test {
            field: "spot".to_owned(),
            operator: Operator::Filled,
            than: Vec::new(),
        };
        let it = field("it", vec![vec![filled]]);
        assert_eq!(asked(&it, &[&spot], &Answers::default()), Asked::Always);
    }
}
