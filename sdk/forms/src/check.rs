//! Whether a view keeps the limits of the contract. For authors: breaches are in English, and a
//! block with one is replaced by a notice while the rest of the page stands.

use std::collections::BTreeSet;

use crate::{
    date::Date,
    decimal::Decimal,
    formats,
    types::{FileRef, Text},
    ui::{
        Action, Block, Cell, Condition, Effect, Field, Form, Kind, Operator, Route, Table, Test,
        TextFormat, Value, View,
    },
};

/// A rule that a view breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The block, counted from 0; none for the view itself.
    pub block: Option<usize>,
    /// Where in it, for example `fields.photo`.
    pub at: String,
    /// The rule.
    pub rule: &'static str,
}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.block {
            Some(block) => write!(f, "block {block}, {}: {}", self.at, self.rule),
            None => write!(f, "view, {}: {}", self.at, self.rule),
        }
    }
}

type Found = Vec<(String, &'static str)>;

fn need(found: &mut Found, at: &str, holds: bool, rule: &'static str) {
    if !holds {
        found.push((at.to_owned(), rule));
    }
}

/// Every rule the view breaks. Breaches with a block concern that block alone; without one, the
/// view as a whole cannot be shown.
pub fn check_view(view: &View) -> Vec<Breach> {
    let mut found = Found::new();
    text(&mut found, "title", &view.title);
    if let Some(back) = &view.back {
        route(&mut found, "back", back);
    }
    need(
        &mut found,
        "blocks",
        view.blocks.len() <= 100,
        "at most 100 blocks to a view",
    );
    let mut breaches: Vec<Breach> = found
        .into_iter()
        .map(|(at, rule)| Breach {
            block: None,
            at,
            rule,
        })
        .collect();
    let mut ids = BTreeSet::new();
    for (index, block) in view.blocks.iter().enumerate() {
        let mut found = check_block(block);
        for id in block_ids(block) {
            need(
                &mut found,
                id,
                ids.insert(id),
                "an id is used once in a view",
            );
        }
        breaches.extend(found.into_iter().map(|(at, rule)| Breach {
            block: Some(index),
            at,
            rule,
        }));
    }
    breaches
}

/// Every rule the form breaks, as it would be found in a view of this form alone.
pub fn check_form(form: &Form) -> Vec<Breach> {
    let found = form_rules(form);
    found
        .into_iter()
        .map(|(at, rule)| Breach {
            block: Some(0),
            at,
            rule,
        })
        .collect()
}

fn block_ids(block: &Block) -> Vec<&str> {
    match block {
        Block::Form(form) => vec![&form.id],
        Block::Table(table) => vec![&table.id],
        Block::Actions(actions) => actions.iter().map(|action| action.id.as_str()).collect(),
        _ => Vec::new(),
    }
}

fn check_block(block: &Block) -> Found {
    let mut found = Found::new();
    match block {
        Block::Heading(words) | Block::Text(words) => text(&mut found, "text", words),
        Block::Bullets(points) => {
            need(
                &mut found,
                "bullets",
                points.len() <= 50,
                "at most 50 points",
            );
            texts(&mut found, "bullets", points);
        }
        Block::Details((summary, body)) => texts(&mut found, "details", [summary, body]),
        Block::Notice(notice) => texts(&mut found, "notice", [&notice.title, &notice.body]),
        Block::Summary(pairs) => {
            need(&mut found, "summary", pairs.len() <= 50, "at most 50 pairs");
            for pair in pairs {
                text(&mut found, "summary", &pair.key);
                cell(&mut found, "summary", &pair.value);
            }
        }
        Block::Timeline(moments) => {
            need(
                &mut found,
                "timeline",
                moments.len() <= 200,
                "at most 200 moments",
            );
            for moment in moments {
                texts(
                    &mut found,
                    "timeline",
                    [
                        Some(&moment.title),
                        moment.by.as_ref(),
                        moment.note.as_ref(),
                    ]
                    .into_iter()
                    .flatten(),
                );
            }
        }
        Block::Table(it) => table(&mut found, it),
        Block::Cards(cards) => {
            need(&mut found, "cards", cards.len() <= 50, "at most 50 cards");
            for card in cards {
                texts(
                    &mut found,
                    "cards",
                    [
                        Some(&card.title),
                        card.hint.as_ref(),
                        card.status.as_ref().map(|it| &it.label),
                    ]
                    .into_iter()
                    .flatten(),
                );
                route(&mut found, "cards", &card.go);
            }
        }
        Block::Figures(figures) => {
            need(
                &mut found,
                "figures",
                figures.len() <= 12,
                "at most 12 figures",
            );
            for figure in figures {
                texts(
                    &mut found,
                    "figures",
                    [Some(&figure.label), figure.note.as_ref()]
                        .into_iter()
                        .flatten(),
                );
                cell(&mut found, "figures", &figure.value);
            }
        }
        Block::Files(list) => files(&mut found, list),
        Block::Form(form) => found = form_rules(form),
        Block::Actions(actions) => {
            need(
                &mut found,
                "actions",
                (1..=12).contains(&actions.len()),
                "1 to 12 buttons",
            );
            actions.iter().for_each(|it| action(&mut found, it));
        }
    }
    found
}

/// Whether an id is well formed: letters, digits, `_` and `-`, 1 to 64.
pub fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn id(found: &mut Found, at: &str, id: &str) {
    need(
        found,
        at,
        is_id(id),
        "an id is 1 to 64 letters, digits, `_` and `-`",
    );
}

fn text(found: &mut Found, at: &str, words: &Text) {
    match words {
        Text::Raw(raw) => need(
            found,
            at,
            raw.chars().count() <= 4000,
            "at most 4,000 characters",
        ),
        Text::Message(message) => {
            id(found, at, &message.id);
            need(
                found,
                at,
                message.arguments.len() <= 16,
                "at most 16 arguments to a message",
            );
            message
                .arguments
                .iter()
                .for_each(|(name, _)| id(found, at, name));
        }
    }
}

fn texts<'a>(found: &mut Found, at: &str, list: impl IntoIterator<Item = &'a Text>) {
    list.into_iter().for_each(|words| text(found, at, words));
}

fn route(found: &mut Found, at: &str, route: &Route) {
    id(found, at, &route.page);
    need(
        found,
        at,
        route.parameters.len() <= 8,
        "at most 8 parameters to a route",
    );
    for (name, value) in &route.parameters {
        id(found, at, name);
        need(
            found,
            at,
            value.chars().count() <= 200,
            "a parameter has at most 200 characters",
        );
    }
}

fn files(found: &mut Found, files: &[FileRef]) {
    need(found, "files", files.len() <= 20, "at most 20 files");
}

fn cell(found: &mut Found, at: &str, cell: &Cell) {
    match cell {
        Cell::Text(words) => text(found, at, words),
        Cell::Status(status) => text(found, at, &status.label),
        Cell::Link((words, to)) => {
            text(found, at, words);
            route(found, at, to);
        }
        Cell::Files(list) => files(found, list),
        Cell::Number(number) => need(found, at, number.is_finite(), "a number is finite"),
        Cell::At(_) => {}
    }
}

fn table(found: &mut Found, table: &Table) {
    id(found, "table", &table.id);
    texts(found, "table", [&table.caption, &table.empty]);
    need(
        found,
        "columns",
        (1..=12).contains(&table.columns.len()),
        "1 to 12 columns",
    );
    need(found, "rows", table.rows.len() <= 200, "at most 200 rows");
    for column in &table.columns {
        id(found, "columns", &column.id);
        text(found, "columns", &column.label);
    }
    for row in &table.rows {
        need(
            found,
            "rows",
            row.id.chars().count() <= 64,
            "a row's id has at most 64 characters",
        );
        need(
            found,
            "rows",
            row.cells.len() == table.columns.len(),
            "a row has one cell for each column",
        );
        row.cells.iter().for_each(|it| cell(found, "rows", it));
        row.open.iter().for_each(|it| route(found, "rows", it));
    }
    table.next.iter().for_each(|it| route(found, "next", it));
}

fn action(found: &mut Found, action: &Action) {
    let at = format!("actions.{}", action.id);
    id(found, &at, &action.id);
    text(found, &at, &action.label);
    texts(found, &at, action.disabled.iter());
    if let Some(confirm) = &action.confirm {
        texts(found, &at, [&confirm.title, &confirm.body, &confirm.yes]);
        need(
            found,
            &at,
            action.effect == Effect::Call,
            "only a button that calls can ask first",
        );
    }
    match &action.effect {
        Effect::Go(to) => route(found, &at, to),
        Effect::Dial(number) => need(found, &at, formats::phone(number), "a telephone number"),
        Effect::Call => {}
    }
}

fn form_rules(form: &Form) -> Found {
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
            !matches!(value, Value::Files(_)),
            "files have no default",
        );
    }
    if field.prefill.is_some() {
        let fits = matches!(field.kind, Kind::Text(_) | Kind::Place(_));
        need(found, &at, fits, "only texts and places are filled in");
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
        | (Kind::Place(_), Value::Place(_)) => true,
        _ => false,
    }
}
