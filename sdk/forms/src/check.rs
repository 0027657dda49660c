//! Whether a view keeps the limits of the contract. For authors: breaches are in English, and a
//! block with one is replaced by a notice while the rest of the page stands.

mod form;

use std::collections::BTreeSet;

use crate::{
    formats,
    types::{FileRef, Text},
    ui::{Action, Block, Cell, Effect, Form, Route, Table, View},
};
use form::form_rules;

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

/// The words of one tile of a board.
#[derive(Clone, Copy, Debug)]
pub struct TileWords<'a> {
    /// Its id.
    pub id: &'a str,
    /// What it counts.
    pub label: &'a Text,
    /// Its status, when it is no number.
    pub status: Option<&'a Text>,
    /// Its number, when it is one.
    pub number: Option<f64>,
    /// The unit of the number.
    pub unit: Option<&'a Text>,
    /// Smaller words below.
    pub note: Option<&'a Text>,
}

/// The first rule that the tiles of a plugin's board break. Translated words are not measured.
pub fn check_tiles<'a>(
    tiles: impl IntoIterator<Item = TileWords<'a>>,
) -> Result<(), (String, &'static str)> {
    let short = |text: Option<&Text>, most: usize| match text {
        Some(Text::Raw(words)) => words.chars().count() <= most,
        Some(Text::Message(_)) | None => true,
    };
    let mut seen = BTreeSet::new();
    for tile in tiles {
        let rules = [
            (seen.len() < 12, "at most 12 tiles"),
            (
                is_id(tile.id),
                "an id has 1 to 64 letters, digits, `_`, `-`",
            ),
            (seen.insert(tile.id), "each id once"),
            (
                short(Some(tile.label), 40),
                "a label has at most 40 characters",
            ),
            (short(tile.status, 40), "a status has at most 40 characters"),
            (short(tile.unit, 20), "a unit has at most 20 characters"),
            (short(tile.note, 80), "a note has at most 80 characters"),
            (tile.number.is_none_or(f64::is_finite), "a number is finite"),
        ];
        if let Some((_, rule)) = rules.into_iter().find(|(holds, _)| !holds) {
            return Err((tile.id.to_owned(), rule));
        }
    }
    Ok(())
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

/// Whether a route keeps the limits of the contract.
pub fn is_route(at: &Route) -> bool {
    let mut found = Found::new();
    route(&mut found, "open", at);
    found.is_empty()
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
        Effect::Dial(number) => need(
            found,
            &at,
            formats::dialled(number),
            "a telephone number of the manifest",
        ),
        Effect::Call => {}
    }
}
