//! The builder of pages.

use onedoor_forms::{
    Action, Block, Card, Cell, Figure, FileRef, Form, Moment, Notice, Pair, Route, Table, Text,
    Tone, View, check_view,
};

use super::broken;
use crate::Result;

/// Begins a page.
pub fn page(title: Text) -> PageBuilder {
    PageBuilder {
        view: View {
            title,
            back: None,
            blocks: Vec::new(),
        },
    }
}

/// Builds a page, block by block, in the order shown.
#[derive(Clone, Debug)]
pub struct PageBuilder {
    view: View,
}

impl PageBuilder {
    /// Where "back" leads.
    #[must_use]
    pub fn back(mut self, to: Route) -> Self {
        self.view.back = Some(to);
        self
    }

    /// A heading.
    #[must_use]
    pub fn heading(self, words: Text) -> Self {
        self.block(Block::Heading(words))
    }

    /// A paragraph.
    #[must_use]
    pub fn text(self, words: Text) -> Self {
        self.block(Block::Text(words))
    }

    /// A list of points.
    #[must_use]
    pub fn bullets(self, points: impl IntoIterator<Item = Text>) -> Self {
        self.block(Block::Bullets(points.into_iter().collect()))
    }

    /// Words that open what is below them.
    #[must_use]
    pub fn details(self, summary: Text, body: Text) -> Self {
        self.block(Block::Details((summary, body)))
    }

    /// A message.
    #[must_use]
    pub fn notice(self, tone: Tone, title: Text, body: Text) -> Self {
        self.block(Block::Notice(Notice { tone, title, body }))
    }

    /// Keys and values.
    #[must_use]
    pub fn summary<C: Into<Cell>>(self, pairs: impl IntoIterator<Item = (Text, C)>) -> Self {
        let pair = |(key, value): (Text, C)| Pair {
            key,
            value: value.into(),
        };
        self.block(Block::Summary(pairs.into_iter().map(pair).collect()))
    }

    /// What has happened and will.
    #[must_use]
    pub fn timeline(self, moments: impl IntoIterator<Item = Moment>) -> Self {
        self.block(Block::Timeline(moments.into_iter().collect()))
    }

    /// Rows and columns.
    #[must_use]
    pub fn table(self, table: impl Into<Table>) -> Self {
        self.block(Block::Table(table.into()))
    }

    /// Things to choose.
    #[must_use]
    pub fn cards(self, cards: impl IntoIterator<Item = Card>) -> Self {
        self.block(Block::Cards(cards.into_iter().collect()))
    }

    /// Numbers that matter.
    #[must_use]
    pub fn figures(self, figures: impl IntoIterator<Item = Figure>) -> Self {
        self.block(Block::Figures(figures.into_iter().collect()))
    }

    /// Files to open.
    #[must_use]
    pub fn files(self, files: Vec<FileRef>) -> Self {
        self.block(Block::Files(files))
    }

    /// Questions.
    #[must_use]
    pub fn form(self, form: Form) -> Self {
        self.block(Block::Form(form))
    }

    /// Buttons.
    #[must_use]
    pub fn actions(self, actions: impl IntoIterator<Item = Action>) -> Self {
        self.block(Block::Actions(actions.into_iter().collect()))
    }

    /// Any block.
    #[must_use]
    pub fn block(mut self, block: Block) -> Self {
        self.view.blocks.push(block);
        self
    }

    /// The page, checked by the host's own rules.
    pub fn finish(self) -> Result<View> {
        let breaches = check_view(&self.view);
        if breaches.is_empty() {
            return Ok(self.view);
        }
        Err(broken("page", &breaches))
    }
}
