//! `onedoor:grid/grid`: divisions and places.

use super::{
    super::{
        bindings::{
            grid::{self, Division, Level, Point},
            types,
        },
        store::Call,
    },
    Answer, bounded, names, packed, paging,
};
use crate::{
    context::Locale,
    grid::{self as domain, Datum, DivisionLevel},
    page::Page,
};

impl grid::Host for Call {
    async fn locate(&mut self, at: Point) -> Answer<Option<Division>> {
        let _host = self.enter("grid.locate");
        let found = domain::locate(&self.domain, &self.cx, point(at));
        let locale = self.cx.locale;
        self.answer(found.map(|it| it.map(|it| division(it, locale))))
    }

    async fn get(&mut self, code: String) -> Answer<Division> {
        let _host = self.enter("grid.get");
        bounded(&code, 64, "a division's code has at most 64 characters")?;
        let found = domain::division(&self.domain, &self.cx, &code);
        let locale = self.cx.locale;
        self.answer(found.map(|it| division(it, locale)))
    }

    async fn children(&mut self, code: String, part: types::Paging) -> Answer<types::Page> {
        let _host = self.enter("grid.children");
        bounded(&code, 64, "a division's code has at most 64 characters")?;
        let (locale, part) = (self.cx.locale, paging(part));
        let page = |page: Page<domain::Seen<'_>>| {
            let rows = &page.items;
            types::Page {
                ids: packed(rows.iter().map(|it| it.code.as_str())),
                names: names(&["name", "level", "synthetic"]),
                columns: vec![
                    types::Column::Texts(packed(rows.iter().map(|it| match locale {
                        Locale::Chinese => it.name,
                        Locale::English => it.name_en,
                    }))),
                    types::Column::Texts(packed(rows.iter().map(|it| level(it.level)))),
                    types::Column::Bools(rows.iter().map(|it| it.synthetic).collect()),
                ],
                next: page.next,
            }
        };
        let found = domain::children_seen(&self.domain, &self.cx, &code, &part, page);
        self.answer(found)
    }
}

/// A point of the contract, as the domain has it.
pub(super) fn point(point: Point) -> domain::Point {
    domain::Point {
        lon: point.lon,
        lat: point.lat,
        datum: match point.datum {
            grid::Datum::Cgcs2000 => Datum::Cgcs2000,
            grid::Datum::Wgs84 => Datum::Wgs84,
            grid::Datum::Gcj02 => Datum::Gcj02,
            grid::Datum::Bd09 => Datum::Bd09,
        },
    }
}

fn name(division: &domain::Division, locale: Locale) -> &str {
    match locale {
        Locale::Chinese => &division.name,
        Locale::English => &division.name_en,
    }
}

/// The contract's word for a level.
fn level(level: DivisionLevel) -> &'static str {
    match level {
        DivisionLevel::Province => "province",
        DivisionLevel::City => "city",
        DivisionLevel::District => "district",
        DivisionLevel::Street => "street",
        DivisionLevel::Community => "community",
        DivisionLevel::Cell => "cell",
    }
}

fn division(it: domain::Division, locale: Locale) -> Division {
    Division {
        name: name(&it, locale).to_owned(),
        level: match it.level {
            DivisionLevel::Province => Level::Province,
            DivisionLevel::City => Level::City,
            DivisionLevel::District => Level::District,
            DivisionLevel::Street => Level::Street,
            DivisionLevel::Community => Level::Community,
            DivisionLevel::Cell => Level::Cell,
        },
        code: it.code,
        parent: it.parent,
        synthetic: it.synthetic,
    }
}
