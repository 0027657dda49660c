//! Figures as files: CSV for programs, one number a line; a workbook for people, one group a line,
//! with the definitions beside the numbers. Both in the reader's language.

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::i18n::Words;
use crate::{
    cases::figures::{
        InState, Number, Report, Row,
        table::{Figure, Kind},
    },
    error::{Error, Result},
};

/// What a program that opens the file must not take for a formula (OWASP, CSV injection).
fn plain(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') if text.len() > 1 => format!("'{text}"),
        _ => text.to_owned(),
    }
}

/// All together first, under an empty key; then each group.
fn rows(w: Words, report: &Report) -> Vec<Row> {
    let whole = Row {
        key: String::new(),
        name: w.t("figures-whole"),
        numbers: report.whole.clone(),
    };
    std::iter::once(whole).chain(report.rows.clone()).collect()
}

/// As CSV in UTF-8, with a header: `key,name,figure,label,cases,of,share,mean`.
pub fn csv(w: Words, report: &Report) -> Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let head = [
        "key", "name", "figure", "label", "cases", "of", "share", "mean",
    ];
    out.write_record(head).map_err(Error::internal)?;
    for row in rows(w, report) {
        for it in &row.numbers {
            let name = it.figure.name();
            let text = |it: Option<f64>| it.map_or(String::new(), |it| it.to_string());
            let record = [
                plain(&row.key),
                plain(&row.name),
                name.to_owned(),
                w.t(&format!("figure-{name}")),
                it.cases.to_string(),
                it.of.map_or(String::new(), |it| it.to_string()),
                text(it.share),
                text(it.mean),
            ];
            out.write_record(record).map_err(Error::internal)?;
        }
    }
    out.into_inner()
        .map_err(|_| Error::bug("a file in memory was not written"))
}

/// As a workbook: the figures, the times in each state, and what each figure counts.
pub fn workbook(w: Words, report: &Report, times: &[InState]) -> Result<Vec<u8>> {
    let mut book = Workbook::new();
    let head = Format::new().set_bold().set_text_wrap();
    figures(w, book.add_worksheet(), &head, &rows(w, report)).map_err(Error::internal)?;
    states(w, book.add_worksheet(), &head, times).map_err(Error::internal)?;
    definitions(w, book.add_worksheet(), &head).map_err(Error::internal)?;
    book.save_to_buffer().map_err(Error::internal)
}

fn header(sheet: &mut Worksheet, head: &Format, names: &[String]) -> Result<(), XlsxError> {
    for (column, name) in (0..).zip(names) {
        sheet.write_with_format(0, column, name, head)?;
        sheet.set_column_width(column, 14)?;
    }
    sheet.set_freeze_panes(1, 0).map(drop)
}

fn figures(w: Words, sheet: &mut Worksheet, head: &Format, rows: &[Row]) -> Result<(), XlsxError> {
    let mut names = vec![w.t("figures-group"), w.t("figures-key")];
    for figure in Figure::ALL {
        let name = w.t(&format!("figure-{}", figure.name()));
        names.push(w.tx("figures-count-of", &[("figure", &name)]));
        if measured(*figure) {
            names.push(name);
        }
    }
    sheet.set_name(w.t("figures-sheet"))?;
    header(sheet, head, &names)?;
    for (line, row) in (1..).zip(rows) {
        sheet.write(line, 0, &row.name)?;
        sheet.write(line, 1, &row.key)?;
        let mut column = 2;
        for it in &row.numbers {
            // Exact: a sheet holds whole numbers up to 2^53.
            sheet.write(line, column, it.cases as f64)?;
            column += 1;
            if measured(it.figure) {
                value(sheet, line, column, it)?;
                column += 1;
            }
        }
    }
    Ok(())
}

/// Whether it has a number besides that of its cases.
const fn measured(figure: Figure) -> bool {
    !matches!(figure.kind(), Kind::Count | Kind::Left)
}

fn value(sheet: &mut Worksheet, line: u32, column: u16, it: &Number) -> Result<(), XlsxError> {
    let format = match it.figure.kind() {
        Kind::Share(_) => "0.0%",
        // Days as a sheet counts them.
        Kind::Seconds(_) => "[h]:mm",
        _ => "0.00",
    };
    let number = match it.figure.kind() {
        Kind::Seconds(_) => it.mean.map(|it| it / 86_400.0),
        _ => it.share.or(it.mean),
    };
    if let Some(number) = number {
        let format = Format::new().set_num_format(format);
        sheet.write_with_format(line, column, number, &format)?;
    }
    Ok(())
}

fn states(
    w: Words,
    sheet: &mut Worksheet,
    head: &Format,
    times: &[InState],
) -> Result<(), XlsxError> {
    let names = [
        "figures-state",
        "figures-mean",
        "figures-stays",
        "figures-left",
        "figures-there",
    ];
    sheet.set_name(w.t("figures-times"))?;
    header(sheet, head, &names.map(|it| w.t(it)))?;
    let hours = Format::new().set_num_format("[h]:mm");
    for (line, it) in (1..).zip(times) {
        sheet.write(line, 0, w.t(&format!("staff-state-{}", it.state.name())))?;
        if let Some(mean) = it.mean {
            sheet.write_with_format(line, 1, mean / 86_400.0, &hours)?;
        }
        for (column, number) in (2..).zip([it.stays, it.cases, it.now]) {
            sheet.write(line, column, number as f64)?;
        }
    }
    Ok(())
}

fn definitions(w: Words, sheet: &mut Worksheet, head: &Format) -> Result<(), XlsxError> {
    sheet.set_name(w.t("figures-definitions"))?;
    let names = ["figures-figure", "figures-how"].map(|it| w.t(it));
    header(sheet, head, &names)?;
    sheet.set_column_width(1, 90)?;
    for (line, figure) in (1..).zip(Figure::ALL) {
        let name = figure.name();
        sheet.write(line, 0, w.t(&format!("figure-{name}")))?;
        sheet.write(line, 1, w.t(&format!("figure-{name}-how")))?;
    }
    Ok(())
}
