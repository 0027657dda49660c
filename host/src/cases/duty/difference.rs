//! What changed from one version to another, as values and in words.

use serde::Serialize;

use super::{
    DutyItem, DutyList,
    table::{COLUMNS, cells},
};
use crate::{context::Locale, i18n};

/// What became of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = DutyChangeKind)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// One of its fields is another.
    Changed,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = DutyChange)]
pub struct Change {
    /// What became of it.
    pub kind: Kind,
    /// The class.
    pub code: String,
    /// Its Chinese name, the later one.
    pub zh: String,
    /// Its English name, the later one.
    pub en: String,
    /// The column that changed; empty for a class that is new or gone.
    pub column: &'static str,
    /// What stood there.
    pub from: String,
    /// What stands there.
    pub to: String,
}

impl Change {
    fn new(kind: Kind, item: &DutyItem) -> Self {
        Self {
            kind,
            code: item.code.clone(),
            zh: item.zh.clone(),
            en: item.en.clone(),
            column: "",
            from: String::new(),
            to: String::new(),
        }
    }

    /// In the reader's words, for example `Damaged guard rail (P0203): limit, urgent (hours), from
    /// 48 to 24`.
    pub fn words(&self, locale: Locale) -> String {
        let name = match locale {
            Locale::Chinese => &self.zh,
            Locale::English => &self.en,
        };
        let key = match self.kind {
            Kind::Added => "duty-change-added",
            Kind::Removed => "duty-change-removed",
            Kind::Changed => "duty-change-changed",
        };
        let column = match self.column {
            "" => String::new(),
            column => column_words(locale, column),
        };
        let arguments = [
            ("name", name.as_str()),
            ("code", &self.code),
            ("column", &column),
            ("from", &value_words(locale, self.column, &self.from)),
            ("to", &value_words(locale, self.column, &self.to)),
        ];
        i18n::text(locale, key, &arguments)
    }
}

/// The name of a column.
pub fn column_words(locale: Locale, column: &str) -> String {
    i18n::text(locale, &format!("duty-column-{column}"), &[])
}

/// A value of a column: levels, fields and kinds of unit by their names, the rest as it stands.
pub fn value_words(locale: Locale, column: &str, value: &str) -> String {
    let known = |prefix: &str, value: &str| {
        let key = format!("{prefix}-{value}");
        match i18n::has(locale, &key) {
            true => i18n::text(locale, &key, &[]),
            false => value.to_owned(),
        }
    };
    match column {
        _ if value.is_empty() => i18n::text(locale, "duty-value-none", &[]),
        "lowest" => known("duty-level", value),
        "domain" => known("domain", value),
        "clock" => known("duty-clock", value),
        "basic" => known("duty-basic", value),
        "procedure" => known("duty-procedure", value),
        "lead" | "co_required" | "co_on_call" => {
            let kinds: Vec<_> = value.split(' ').map(|it| known("unit-kind", it)).collect();
            kinds.join(&i18n::text(locale, "work-comma", &[]))
        }
        _ => value.to_owned(),
    }
}

/// What changed from `before` to `after`, by class and then by column.
pub fn between(before: &DutyList, after: &DutyList) -> Vec<Change> {
    let mut found = Vec::new();
    for item in after.items() {
        match before.item(&item.code) {
            None => found.push(Change::new(Kind::Added, item)),
            Some(was) => fields(was, item, &mut found),
        }
    }
    let gone = before.items().filter(|it| after.item(&it.code).is_none());
    found.extend(gone.map(|it| Change::new(Kind::Removed, it)));
    found.sort_by(|a, b| a.code.cmp(&b.code));
    found
}

fn fields(was: &DutyItem, is: &DutyItem, found: &mut Vec<Change>) {
    let rows = COLUMNS
        .into_iter()
        .zip(cells(was).into_iter().zip(cells(is)));
    for (column, (from, to)) in rows {
        if from != to {
            found.push(Change {
                column,
                from,
                to,
                ..Change::new(Kind::Changed, is)
            });
        }
    }
}
