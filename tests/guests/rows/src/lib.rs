//! Reads a page of up to 200 divisions and shows it as a table: what a list costs.

use onedoor_sdk::{
    Block, Cell, Paging, Portal, Result, Route, Rows, Table, TableColumn, TableRow, Text, View,
    grid, register,
};

struct Listing;
register!(Listing: portal);

const COLUMNS: [&str; 4] = ["code", "name", "level", "synthetic"];

impl Portal for Listing {
    /// `page` is the code of the parent, or `sum/CODE` to read the rows without showing them.
    fn render(at: Route) -> Result<View> {
        let (sum, code) = match at.page.split_once('/') {
            Some((_, code)) => (true, code),
            None => (false, at.page.as_str()),
        };
        let part = Paging {
            cursor: None,
            limit: 100,
        };
        let rows = grid::children(code, &part)?;
        Ok(View {
            title: Text::raw("rows"),
            back: None,
            blocks: vec![match sum {
                true => Block::Text(Text::raw(length(&rows).to_string())),
                false => Block::Table(table(code, &rows)),
            }],
        })
    }
}

/// Of every text of every row: four cells each are looked at.
fn length(rows: &Rows) -> usize {
    let row = |it: onedoor_sdk::Row<'_>| {
        let flag = usize::from(it.flag("synthetic"));
        it.id().len() + it.text("name").len() + it.text("level").len() + flag
    };
    rows.iter().map(row).sum()
}

fn table(code: &str, rows: &Rows) -> Table {
    let row = |it: onedoor_sdk::Row<'_>| {
        let flag = if it.flag("synthetic") { "yes" } else { "no" };
        let cells = [it.id(), it.text("name"), it.text("level"), flag];
        TableRow {
            id: it.id().to_owned(),
            cells: cells.map(|words| Cell::Text(Text::raw(words))).to_vec(),
            open: None,
        }
    };
    let column = |id: &str| TableColumn {
        id: id.to_owned(),
        label: Text::raw(id),
        numeric: false,
    };
    Table {
        id: "divisions".to_owned(),
        caption: Text::raw(code),
        columns: COLUMNS.map(column).to_vec(),
        rows: rows.iter().map(row).collect(),
        next: None,
        empty: Text::raw("-"),
    }
}
