//! The builder of tables.

use onedoor_forms::{Cell, Route, Table, TableColumn, TableRow, Text};

/// Builds a table: columns first, then rows with a cell for each.
#[derive(Clone, Debug)]
pub struct TableBuilder {
    table: Table,
}

impl TableBuilder {
    /// A table; `empty` is shown when there are no rows.
    pub fn new(id: &str, caption: Text, empty: Text) -> Self {
        Self {
            table: Table {
                id: id.to_owned(),
                caption,
                columns: Vec::new(),
                rows: Vec::new(),
                next: None,
                empty,
            },
        }
    }

    /// A column of words.
    #[must_use]
    pub fn column(self, id: &str, label: Text) -> Self {
        self.add(id, label, false)
    }

    /// A column of numbers.
    #[must_use]
    pub fn numbers(self, id: &str, label: Text) -> Self {
        self.add(id, label, true)
    }

    /// A row whose first cell leads nowhere.
    pub fn row(&mut self, id: &str, cells: Vec<Cell>) {
        self.push(id, cells, None);
    }

    /// A row whose first cell leads to a page.
    pub fn row_to(&mut self, id: &str, cells: Vec<Cell>, open: Route) {
        self.push(id, cells, Some(open));
    }

    /// Leads to the rows after these.
    pub fn next(&mut self, to: Route) {
        self.table.next = Some(to);
    }

    fn add(mut self, id: &str, label: Text, numeric: bool) -> Self {
        self.table.columns.push(TableColumn {
            id: id.to_owned(),
            label,
            numeric,
        });
        self
    }

    fn push(&mut self, id: &str, cells: Vec<Cell>, open: Option<Route>) {
        self.table.rows.push(TableRow {
            id: id.to_owned(),
            cells,
            open,
        });
    }
}

impl From<TableBuilder> for Table {
    fn from(builder: TableBuilder) -> Self {
        builder.table
    }
}
