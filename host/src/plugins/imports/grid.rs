//! `onedoor:grid/grid`: divisions and cells.

use super::{
    super::{
        bindings::{
            convert::packed,
            onedoor::{
                grid::grid::{
                    Datum as WireDatum, Division as Wire, Host, Level, Point as WirePoint,
                },
                types::types::{Column, Page, Paging},
            },
        },
        store::Call,
    },
    Answer, answer, paging,
};
use crate::{
    context::Locale,
    grid::{self, Datum, Division, DivisionLevel, Point},
};

/// The point, with its system.
pub(super) const fn point(at: WirePoint) -> Point {
    Point {
        lon: at.lon,
        lat: at.lat,
        datum: match at.datum {
            WireDatum::Cgcs2000 => Datum::Cgcs2000,
            WireDatum::Wgs84 => Datum::Wgs84,
            WireDatum::Gcj02 => Datum::Gcj02,
            WireDatum::Bd09 => Datum::Bd09,
        },
    }
}

const fn level(level: DivisionLevel) -> (Level, &'static str) {
    match level {
        DivisionLevel::Province => (Level::Province, "province"),
        DivisionLevel::City => (Level::City, "city"),
        DivisionLevel::District => (Level::District, "district"),
        DivisionLevel::Street => (Level::Street, "street"),
        DivisionLevel::Community => (Level::Community, "community"),
        DivisionLevel::Cell => (Level::Cell, "cell"),
    }
}

fn division(locale: Locale, it: &Division) -> Wire {
    Wire {
        code: it.code.clone(),
        name: it.name(locale).to_owned(),
        level: level(it.level).0,
        parent: it.parent.clone(),
        synthetic: it.synthetic,
    }
}

impl Host for Call {
    async fn locate(&mut self, at: WirePoint) -> Answer<Option<Wire>> {
        let _host = self.in_host();
        let found = grid::locate(&self.domain, &self.cx, point(at));
        let locale = self.cx.locale;
        answer(self, found.map(|it| it.map(|it| division(locale, &it))))
    }

    async fn get(&mut self, code: String) -> Answer<Wire> {
        let _host = self.in_host();
        let found = grid::division(&self.domain, &self.cx, &code);
        let locale = self.cx.locale;
        answer(self, found.map(|it| division(locale, &it)))
    }

    async fn children(&mut self, code: String, part: Paging) -> Answer<Page> {
        let _host = self.in_host();
        let found = grid::children(&self.domain, &self.cx, &code, &paging(part));
        let locale = self.cx.locale;
        let page = found.map(|it| Page {
            ids: packed(it.items.iter().map(|it| &it.code)),
            names: ["name", "level", "synthetic"].map(str::to_owned).to_vec(),
            columns: vec![
                Column::Texts(packed(it.items.iter().map(|it| it.name(locale)))),
                Column::Texts(packed(it.items.iter().map(|it| level(it.level).1))),
                Column::Bools(it.items.iter().map(|it| it.synthetic).collect()),
            ],
            next: it.next,
        });
        answer(self, page)
    }
}
