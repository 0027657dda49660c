//! The list as a table: CSV with one class a line, or TOML with one class an item. Both are read
//! by the same rules, so that what is wrong is told in the same way: its line and its column.

use std::collections::BTreeMap;
use toml::{Spanned, Value};

use super::{Call, CoUnit, DutyItem, DutyList, Field, Hours, check};
use crate::{
    cases::model::Procedure,
    error::{Error, Problem, Result},
    identity::Level,
};

/// The largest list, in bytes.
pub const LARGEST: usize = 1024 * 1024;
/// The most classes in a list.
const MOST: usize = 2_000;
/// How many problems are told.
const TOLD: usize = 100;
/// The most characters of a name, a kind and a basis.
const WORDS: usize = 200;

/// The columns, in the order they are written in.
pub const COLUMNS: [&str; 20] = [
    "code",
    "zh",
    "en",
    "procedure",
    "domain",
    "lead",
    "lowest",
    "basic",
    "clock",
    "accept",
    "emergency",
    "urgent",
    "normal",
    "evidence",
    "basis",
    "co_required",
    "co_on_call",
    "return_hours",
    "co_hours",
    "reopen_days",
];
/// Those that a table may lack.
const OPTIONAL: [&str; 6] = [
    "procedure",
    "co_required",
    "co_on_call",
    "return_hours",
    "co_hours",
    "reopen_days",
];
const LEVELS: [(&str, Level); 4] = [
    ("cell", Level::Cell),
    ("community", Level::Community),
    ("street", Level::Street),
    ("district", Level::District),
];
const CLOCKS: [(&str, Hours); 2] = [("natural", Hours::Natural), ("working", Hours::Working)];
const ANSWERS: [(&str, bool); 4] = [
    ("true", true),
    ("false", false),
    ("yes", true),
    ("no", false),
];

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated, UTF-8, with a line of column names.
    Csv,
    /// As `host/data/duty-list.toml`.
    Toml,
}

impl Format {
    /// By the end of a file's name; none for another.
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, end) = name.rsplit_once('.')?;
        match end.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "toml" => Some(Self::Toml),
            _ => None,
        }
    }
}

/// A table that was read: each class with the line it stands on.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The version it names; CSV names none.
    pub version: Option<String>,
    /// Line and class; the line is 0 for what was not read from a file.
    pub items: Vec<(usize, DutyItem)>,
}

impl Draft {
    /// The checked list. `Invalid` names every class that is wrong by itself or there twice.
    pub fn list(self, version: String) -> Result<DutyList> {
        refuse(check::faults(&self))?;
        Ok(DutyList::of(version, self.items.into_iter().map(|it| it.1)))
    }
}

/// A problem with a cell of the table.
pub(super) fn at(line: usize, column: &str, item: &str, code: &str) -> Problem {
    let place = match line {
        0 => format!("{item} {column}"),
        line => format!("line {line} {column}"),
    };
    let problem = Problem::at(&place, code);
    problem.with("column", column).with("item", item)
}

/// `Invalid` with the first hundred of them, if there are any.
pub(super) fn refuse(mut problems: Vec<Problem>) -> Result<()> {
    problems.truncate(TOLD);
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Error::Invalid(problems)),
    }
}

/// Reads a table of at most 1 MiB and 2,000 classes. `Invalid` tells line and column of
/// everything that cannot be read, and how to mend it.
pub fn read(bytes: &[u8], format: Format) -> Result<Draft> {
    if bytes.len() > LARGEST {
        return Err(Error::invalid("file", "duty-list-too-long"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Error::invalid("file", "file-not-utf8"))?;
    let text = text.trim_start_matches('\u{feff}');
    let (version, rows) = match format {
        Format::Csv => (None, csv_rows(text)?),
        Format::Toml => toml_rows(text)?,
    };
    if rows.len() > MOST {
        return Err(Error::invalid("file", "duty-list-too-long"));
    }
    if rows.is_empty() {
        return Err(Error::invalid("file", "duty-list-no-items"));
    }
    let (mut items, mut problems) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        let line = row.line;
        match row.item() {
            Ok(item) => items.push((line, item)),
            Err(mut found) => problems.append(&mut found),
        }
    }
    refuse(problems)?;
    Ok(Draft { version, items })
}

/// A line of the table as texts by column, and what was wrong with it so far.
struct Row {
    line: usize,
    cells: BTreeMap<String, String>,
    problems: Vec<Problem>,
}

fn csv_rows(text: &str) -> Result<Vec<Row>> {
    let unreadable = |error: csv::Error| {
        let line = error.position().map_or(0, csv::Position::line);
        let problem = Problem::at(&format!("line {line}"), "duty-list-unreadable");
        Error::Invalid(vec![problem.with("why", error)])
    };
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let headers = reader.headers().map_err(unreadable)?.clone();
    let mut problems = Vec::new();
    for name in &headers {
        if !COLUMNS.contains(&name) {
            let problem = Problem::at(&format!("line 1 {name}"), "duty-list-column-unknown");
            problems.push(
                problem
                    .with("column", name)
                    .with("known", COLUMNS.join(", ")),
            );
        }
    }
    for name in COLUMNS.iter().filter(|it| !OPTIONAL.contains(it)) {
        if !headers.iter().any(|it| it == *name) {
            let problem = Problem::at(&format!("line 1 {name}"), "duty-list-column-missing");
            problems.push(problem.with("column", name));
        }
    }
    refuse(std::mem::take(&mut problems))?;
    let mut rows = Vec::new();
    for record in reader.records().take(MOST + 1) {
        let record = record.map_err(unreadable)?;
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != headers.len() {
            let problem = Problem::at(&format!("line {line}"), "duty-list-fields");
            let problem = problem.with("found", record.len());
            problems.push(problem.with("needed", headers.len()));
            continue;
        }
        let cells = headers.iter().zip(&record);
        rows.push(Row {
            line: usize::try_from(line).unwrap_or(usize::MAX),
            cells: cells.map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
            problems: Vec::new(),
        });
    }
    refuse(problems)?;
    Ok(rows)
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Option<String>,
    items: Vec<Spanned<toml::Table>>,
}

fn toml_rows(text: &str) -> Result<(Option<String>, Vec<Row>)> {
    let line_of = |at: usize| 1 + text.bytes().take(at).filter(|it| *it == b'\n').count();
    let file: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |it| line_of(it.start));
        let problem = Problem::at(&format!("line {line}"), "duty-list-unreadable");
        Error::Invalid(vec![problem.with("why", error.message())])
    })?;
    let rows = file.items.into_iter().take(MOST + 1).map(|item| {
        let mut row = Row {
            line: line_of(item.span().start),
            cells: BTreeMap::new(),
            problems: Vec::new(),
        };
        for (name, value) in item.into_inner() {
            row.take(&name, value);
        }
        row
    });
    Ok((file.version, rows.collect()))
}

impl Row {
    /// Takes a value of TOML as the text that stands in the columns of CSV.
    fn take(&mut self, name: &str, value: Value) {
        let text = match value {
            Value::String(text) => text,
            Value::Integer(number) => number.to_string(),
            Value::Boolean(answer) => answer.to_string(),
            Value::Array(values) if name == "hours" => return self.take_hours(&values),
            Value::Array(values) if name == "co_units" => return self.take_co_units(&values),
            _ => return self.wrong(name, "duty-list-value", ""),
        };
        match COLUMNS.contains(&name) {
            true => drop(self.cells.insert(name.to_owned(), text)),
            false => {
                let problem = at(self.line, name, self.code(), "duty-list-column-unknown");
                let known = problem.with("known", COLUMNS.join(", "));
                self.problems.push(known);
            }
        }
    }

    fn take_hours(&mut self, values: &[Value]) {
        let names = ["accept", "emergency", "urgent", "normal"];
        if values.len() != names.len() {
            return self.wrong("hours", "duty-list-hours", "");
        }
        for (name, value) in names.into_iter().zip(values) {
            self.cells.insert(name.to_owned(), value.to_string());
        }
    }

    fn take_co_units(&mut self, values: &[Value]) {
        for value in values {
            let text = |name: &str| value.get(name).and_then(Value::as_str);
            let column = match text("call") {
                Some("required") => "co_required",
                Some("on-call") => "co_on_call",
                _ => return self.wrong("co_units", "duty-list-co-units", &value.to_string()),
            };
            let Some(unit) = text("unit") else {
                return self.wrong("co_units", "duty-list-co-units", &value.to_string());
            };
            let cell = self.cells.entry(column.to_owned()).or_default();
            *cell = format!("{cell} {unit}");
        }
    }

    fn code(&self) -> &str {
        self.cells.get("code").map_or("", String::as_str)
    }

    fn wrong(&mut self, column: &str, code: &str, found: &str) {
        let problem = at(self.line, column, self.code(), code).with("found", found);
        self.problems.push(problem);
    }

    fn cell(&self, column: &str) -> String {
        self.cells.get(column).map_or("", |it| it.trim()).to_owned()
    }

    fn words(&mut self, column: &str) -> String {
        let text = self.cell(column);
        if text.is_empty() {
            self.wrong(column, "duty-list-empty", "");
        } else if text.chars().count() > WORDS || text.chars().any(char::is_control) {
            self.wrong(column, "duty-list-words", &text);
        }
        text
    }

    fn one_of<T: Copy>(&mut self, column: &str, known: &[(&str, T)]) -> Option<T> {
        let text = self.cell(column).to_ascii_lowercase();
        let found = known.iter().find(|it| it.0 == text);
        if found.is_none() {
            let names: Vec<_> = known.iter().map(|it| it.0).collect();
            let problem = at(self.line, column, self.code(), "duty-list-choice");
            let problem = problem.with("found", text).with("known", names.join(", "));
            self.problems.push(problem);
        }
        found.map(|it| it.1)
    }

    fn number(&mut self, column: &str) -> Option<u32> {
        let text = self.cell(column);
        let number = text.parse().ok();
        if number.is_none() {
            self.wrong(column, "duty-list-number", &text);
        }
        number
    }

    fn optional(&mut self, column: &str) -> Option<u32> {
        match self.cell(column).is_empty() {
            true => None,
            false => self.number(column),
        }
    }

    /// Kinds of unit, with spaces or semicolons between.
    fn kinds(&self, column: &str, call: Call) -> Vec<CoUnit> {
        let cell = self.cell(column);
        let kinds = cell.split([' ', ';']).filter(|it| !it.is_empty());
        kinds
            .map(|it| CoUnit {
                unit: it.to_owned(),
                call,
            })
            .collect()
    }

    fn item(mut self) -> Result<DutyItem, Vec<Problem>> {
        let procedure = match self.cell("procedure").is_empty() {
            true => Some(Procedure::default()),
            false => self.one_of(
                "procedure",
                &Procedure::ALL
                    .iter()
                    .map(|it| (it.name(), *it))
                    .collect::<Vec<_>>(),
            ),
        };
        let (code, zh, en) = (self.words("code"), self.words("zh"), self.words("en"));
        let (lead, basis) = (self.words("lead"), self.words("basis"));
        let domain = self.one_of("domain", &Field::ALL.map(|it| (it.name(), it)));
        let (lowest, basic) = (
            self.one_of("lowest", &LEVELS),
            self.one_of("basic", &ANSWERS),
        );
        let clock = self.one_of("clock", &CLOCKS);
        let hours = ["accept", "emergency", "urgent", "normal"].map(|it| self.number(it));
        let evidence = self.number("evidence");
        let [return_hours, co_hours, reopen_days] =
            ["return_hours", "co_hours", "reopen_days"].map(|it| self.optional(it));
        let mut co_units = self.kinds("co_required", Call::Required);
        co_units.extend(self.kinds("co_on_call", Call::OnCall));
        let (Some(procedure), Some(domain), Some(lowest), Some(basic), Some(clock), Some(evidence)) =
            (procedure, domain, lowest, basic, clock, evidence)
        else {
            return Err(self.problems);
        };
        let [Some(accept), Some(emergency), Some(urgent), Some(normal)] = hours else {
            return Err(self.problems);
        };
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        Ok(DutyItem {
            code,
            zh,
            en,
            procedure,
            domain,
            lead,
            lowest,
            basic,
            clock,
            hours: [accept, emergency, urgent, normal],
            evidence,
            basis,
            co_units,
            return_hours,
            co_hours,
            reopen_days,
        })
    }
}

/// The item as the texts of [`COLUMNS`].
pub fn cells(item: &DutyItem) -> [String; 20] {
    let kinds = |call: Call| {
        let kinds = item.co_units.iter().filter(|it| it.call == call);
        kinds
            .map(|it| it.unit.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let optional = |it: Option<u32>| it.map_or_else(String::new, |it| it.to_string());
    let [accept, emergency, urgent, normal] = item.hours.map(|it| it.to_string());
    [
        item.code.clone(),
        item.zh.clone(),
        item.en.clone(),
        item.procedure.name().to_owned(),
        item.domain.name().to_owned(),
        item.lead.clone(),
        level(item.lowest).to_owned(),
        item.basic.to_string(),
        match item.clock {
            Hours::Natural => "natural".to_owned(),
            Hours::Working => "working".to_owned(),
        },
        accept,
        emergency,
        urgent,
        normal,
        item.evidence.to_string(),
        item.basis.clone(),
        kinds(Call::Required),
        kinds(Call::OnCall),
        optional(item.return_hours),
        optional(item.co_hours),
        optional(item.reopen_days),
    ]
}

/// The name of a level in a list.
pub const fn level(level: Level) -> &'static str {
    match level {
        Level::Cell => "cell",
        Level::Community => "community",
        Level::Street => "street",
        Level::District => "district",
    }
}

/// The list as it is read again.
pub fn write(list: &DutyList, format: Format) -> Result<String> {
    match format {
        Format::Csv => csv_text(list),
        Format::Toml => Ok(toml_text(list)),
    }
}

fn csv_text(list: &DutyList) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(Error::internal)?;
    for item in list.items() {
        writer.write_record(cells(item)).map_err(Error::internal)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|it| Error::internal(it.into_error()))?;
    String::from_utf8(bytes).map_err(Error::internal)
}

fn toml_text(list: &DutyList) -> String {
    let quoted = |text: &str| Value::from(text).to_string();
    let mut text = format!("version = {}\n\nitems = [\n", quoted(&list.version));
    for item in list.items() {
        let mut fields = Vec::new();
        for (name, cell) in COLUMNS.into_iter().zip(cells(item)) {
            match name {
                "accept" => {
                    let hours = item.hours.map(|it| it.to_string()).join(", ");
                    fields.push(format!("hours = [{hours}]"));
                }
                "emergency" | "urgent" | "normal" | "co_on_call" => {}
                "co_required" if item.co_units.is_empty() => {}
                "co_required" => {
                    let co = item.co_units.iter().map(|it| {
                        let call = if it.call == Call::Required {
                            "required"
                        } else {
                            "on-call"
                        };
                        format!("{{ unit = {}, call = \"{call}\" }}", quoted(&it.unit))
                    });
                    let co = co.collect::<Vec<_>>().join(", ");
                    fields.push(format!("co_units = [{co}]"));
                }
                "basic" | "evidence" => fields.push(format!("{name} = {cell}")),
                "return_hours" | "co_hours" | "reopen_days" if cell.is_empty() => {}
                "return_hours" | "co_hours" | "reopen_days" => {
                    fields.push(format!("{name} = {cell}"));
                }
                _ => fields.push(format!("{name} = {}", quoted(&cell))),
            }
        }
        text += &format!("  {{ {} }},\n", fields.join(", "));
    }
    text + "]\n"
}
