//! Reads a page of up to 200 divisions and shows it as a table: what a list costs.

wit_bindgen::generate!({ path: "../../../wit", world: "portal-plugin", generate_all });

use exports::onedoor::plugin::portal::{Guest, Outcome, Route, Submission, View};
use onedoor::{
    grid::grid::children,
    types::types::{Column, Error, Packed, Paging, Text},
    ui::ui::{Block, Cell, Table, TableColumn, TableRow},
};

struct Plugin;
export!(Plugin);

impl Guest for Plugin {
    /// `page` is the code of the parent, or `sum/CODE` to read the rows without showing them.
    fn render(at: Route) -> Result<View, Error> {
        let (sum, code) = match at.page.split_once('/') {
            Some((_, code)) => (true, code),
            None => (false, at.page.as_str()),
        };
        let rows = children(
            code,
            &Paging {
                cursor: None,
                limit: 100,
            },
        )?;
        let texts: Vec<&Packed> = rows
            .columns
            .iter()
            .filter_map(|column| match column {
                Column::Texts(texts) => Some(texts),
                _ => None,
            })
            .collect();
        if sum {
            let total: usize = texts
                .iter()
                .flat_map(|column| split(column))
                .map(str::len)
                .sum();
            return view(vec![Block::Text(Text::Raw(total.to_string()))]);
        }
        let mut cells = texts.iter().map(|column| split(column)).collect::<Vec<_>>();
        let synthetic = rows.columns.iter().find_map(|column| match column {
            Column::Bools(flags) => Some(flags.as_slice()),
            _ => None,
        });
        let table_rows = split(&rows.ids)
            .zip(synthetic.unwrap_or_default())
            .map(|(id, synthetic)| {
                let named = cells
                    .iter_mut()
                    .map(|column| column.next().unwrap_or_default());
                let flag = if *synthetic { "yes" } else { "no" };
                TableRow {
                    id: id.to_owned(),
                    cells: std::iter::once(id)
                        .chain(named)
                        .chain([flag])
                        .map(|words| Cell::Text(raw(words)))
                        .collect(),
                    open: None,
                }
            })
            .collect();
        let columns = ["code", "name", "level", "synthetic"]
            .map(|id| TableColumn {
                id: id.to_owned(),
                label: raw(id),
                numeric: false,
            })
            .to_vec();
        view(vec![Block::Table(Table {
            id: "divisions".to_owned(),
            caption: raw(code),
            columns,
            rows: table_rows,
            next: None,
            empty: raw("-"),
        })])
    }
    fn submit(_: Route, _: Submission) -> Result<Outcome, Error> {
        Err(Error::NotFound)
    }
    fn act(_: Route, _: String, _: String) -> Result<Outcome, Error> {
        Err(Error::NotFound)
    }
}

fn split(column: &Packed) -> impl Iterator<Item = &str> {
    let mut start = 0;
    column.ends.iter().map(move |&end| {
        let text = &column.text[start..end as usize];
        start = end as usize;
        text
    })
}

fn raw(words: &str) -> Text {
    Text::Raw(words.to_owned())
}

fn view(blocks: Vec<Block>) -> Result<View, Error> {
    Ok(View {
        title: raw("rows"),
        back: None,
        blocks,
    })
}
