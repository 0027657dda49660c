//! Long lists: a page of packed columns, read as rows of `&str` without copying a text.

use crate::{Column, Page};

/// A page of a long list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows(Page);

impl From<Page> for Rows {
    fn from(page: Page) -> Self {
        Self(page)
    }
}

impl Rows {
    /// How many rows this page has.
    pub fn len(&self) -> usize {
        self.0.ids.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0.ids.is_empty()
    }

    /// What reads the page after this one; none at the end.
    pub fn next(&self) -> Option<&str> {
        self.0.next.as_deref()
    }

    /// The rows, in order.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.len()).map(|index| Row {
            page: &self.0,
            index,
        })
    }

    /// The page as the host gave it.
    pub fn page(&self) -> &Page {
        &self.0
    }
}

/// One row. A column that there is not, or not of that type, reads as empty, 0 or false.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    page: &'a Page,
    index: usize,
}

impl<'a> Row<'a> {
    /// The row's id.
    pub fn id(self) -> &'a str {
        self.page.ids.get(self.index).unwrap_or_default()
    }

    /// A text.
    pub fn text(self, column: &str) -> &'a str {
        match self.column(column) {
            Some(Column::Texts(texts)) => texts.get(self.index).unwrap_or_default(),
            _ => "",
        }
    }

    /// A whole number.
    pub fn integer(self, column: &str) -> i64 {
        match self.column(column) {
            Some(Column::Integers(list)) => list.get(self.index).copied().unwrap_or_default(),
            _ => 0,
        }
    }

    /// A real number.
    pub fn real(self, column: &str) -> f64 {
        match self.column(column) {
            Some(Column::Reals(list)) => list.get(self.index).copied().unwrap_or_default(),
            _ => 0.0,
        }
    }

    /// A truth value.
    pub fn flag(self, column: &str) -> bool {
        match self.column(column) {
            Some(Column::Bools(list)) => list.get(self.index).copied().unwrap_or_default(),
            _ => false,
        }
    }

    fn column(self, name: &str) -> Option<&'a Column> {
        let at = self.page.names.iter().position(|it| it == name)?;
        self.page.columns.get(at)
    }
}
