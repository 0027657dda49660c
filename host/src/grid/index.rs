//! Divisions and cells in memory: found by code, by name and by place. A value that is built once
//! and never changed; a new one takes its place.

use geo::coordinate_position::CoordPos;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, ops::Bound};

use super::{
    Position, Shape,
    cells::Cells,
    table::{Builder, Line, Seen, Table},
};
use crate::{error::Result, time::Timestamp};

/// How far down the tree a division is.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum DivisionLevel {
    /// 省
    Province,
    /// 市
    City,
    /// 区、县
    District,
    /// 街道、镇、乡
    Street,
    /// 社区、村
    Community,
    /// 网格
    Cell,
}

impl DivisionLevel {
    /// Every level, the highest first.
    pub const ALL: [Self; 6] = [
        Self::Province,
        Self::City,
        Self::District,
        Self::Street,
        Self::Community,
        Self::Cell,
    ];

    /// Its name in the API and in the keys of words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::City => "city",
            Self::District => "district",
            Self::Street => "street",
            Self::Community => "community",
            Self::Cell => "cell",
        }
    }

    /// How many digits its codes have.
    pub const fn digits(self) -> usize {
        match self {
            Self::Province => 2,
            Self::City => 4,
            Self::District => 6,
            Self::Street => 9,
            Self::Community => 12,
            Self::Cell => 15,
        }
    }

    /// The level below.
    pub fn next(self) -> Option<Self> {
        Self::ALL.into_iter().find(|it| *it > self)
    }

    /// By the length of a code; none for a malformed one.
    pub fn of(code: &str) -> Option<Self> {
        if !code.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        match code.len() {
            2 => Some(Self::Province),
            4 => Some(Self::City),
            6 => Some(Self::District),
            9 => Some(Self::Street),
            12 => Some(Self::Community),
            15 => Some(Self::Cell),
            _ => None,
        }
    }

    /// How many digits of a code belong to the division above.
    const fn digits_above(self) -> usize {
        match self {
            Self::Province => 0,
            Self::City => 2,
            Self::District => 4,
            Self::Street => 6,
            Self::Community => 9,
            Self::Cell => 12,
        }
    }

    /// The code of the division above `code`, which is of this level; none above a province.
    pub fn parent(self, code: &str) -> Option<&str> {
        match self {
            Self::Province => None,
            _ => code.get(..self.digits_above()),
        }
    }
}

/// An administrative division, or a grid cell below a community.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Division {
    /// 2, 4, 6, 9 or 12 digits; 15 for a cell.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its English name; the Chinese one where there is none.
    pub name_en: String,
    /// How far down it is.
    pub level: DivisionLevel,
    /// The code of the division above.
    pub parent: Option<String>,
    /// Whether its geometry was generated, not surveyed.
    pub synthetic: bool,
    /// There is such a division from this moment.
    pub from: Timestamp,
    /// There is such a division until before this moment; none while it stands.
    pub until: Option<Timestamp>,
}

impl Division {
    /// Whether there is such a division at `now`.
    pub fn live(&self, now: Timestamp) -> bool {
        self.from <= now && self.until.is_none_or(|until| now < until)
    }

    /// The name in a language.
    pub fn name(&self, locale: crate::context::Locale) -> &str {
        match locale {
            crate::context::Locale::Chinese => &self.name,
            crate::context::Locale::English => &self.name_en,
        }
    }
}

/// One version of a grid cell's boundary.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The cell, as a division of 15 digits.
    pub division: Division,
    /// Counts the boundaries that the code has had.
    pub version: i64,
    /// Where it is.
    pub shape: Shape,
}

/// Divisions and cells, to be searched.
#[derive(Debug)]
pub struct Index {
    divisions: Table,
    /// Each cell's last boundary, as a division.
    named: BTreeMap<String, Division>,
    cells: Cells,
}

/// Makes an [`Index`] from rows as they come, without holding them all.
#[derive(Debug, Default)]
pub struct Making(Builder);

impl Making {
    /// Adds a division. They come in the order of their codes; an error otherwise.
    pub fn division(&mut self, line: &Line<'_>) -> Result<()> {
        self.0.push(line)
    }

    /// The index, with these cells.
    pub fn finish(self, cells: Vec<Cell>) -> Index {
        let mut named = BTreeMap::new();
        for cell in &cells {
            let division = &cell.division;
            // The boundary that begins last names a cell with several.
            let known: Option<&Division> = named.get(&division.code);
            if known.is_none_or(|known| known.from <= division.from) {
                named.insert(division.code.clone(), division.clone());
            }
        }
        Index {
            divisions: self.0.build(),
            named,
            cells: Cells::new(cells),
        }
    }
}

impl Index {
    /// Of these, in any order. Cells count as divisions too.
    pub fn new(mut divisions: Vec<Division>, cells: Vec<Cell>) -> Result<Self> {
        divisions.sort_by(|a, b| (&a.code, b.from).cmp(&(&b.code, a.from)));
        divisions.dedup_by(|later, first| later.code == first.code);
        let mut making = Making::default();
        for it in &divisions {
            making.division(&Line {
                code: &it.code,
                name: &it.name,
                name_en: &it.name_en,
                from: it.from,
                until: it.until,
            })?;
        }
        Ok(making.finish(cells))
    }

    /// The one cell that holds the point and is live at `now`, or none. On an edge the lowest code
    /// has it, so that no point is in two cells.
    pub fn locate(&self, at: Position, now: Timestamp) -> Option<&Cell> {
        let mut found: Option<&Cell> = None;
        for cell in self.cells.near(at) {
            let better = found.is_none_or(|found| cell.division.code < found.division.code);
            if better && cell.division.live(now) && cell.shape.position(at) != CoordPos::Outside {
                found = Some(cell);
            }
        }
        found
    }

    /// The division or cell of that code, live or ended.
    pub fn division(&self, code: &str) -> Option<Division> {
        let cell = || self.named.get(code).cloned();
        self.divisions.get(code).or_else(cell)
    }

    /// Whether there is, or was, a division or cell of that code.
    pub fn has(&self, code: &str) -> bool {
        self.divisions.has(code) || self.named.contains_key(code)
    }

    /// The live divisions directly below `code` (provinces, when it is empty), in the order of
    /// their codes, those after `after`.
    pub fn children<'a>(
        &'a self,
        code: &'a str,
        after: &'a str,
        now: Timestamp,
    ) -> impl Iterator<Item = Seen<'a>> + 'a {
        let start = if after > code { after } else { code };
        let below = (Bound::Excluded(start), Bound::Unbounded);
        let cells = self.named.range::<str, _>(below).map(|(_, it)| it);
        let cells = cells
            .take_while(move |it| it.code.starts_with(code))
            .filter(move |it| it.parent.as_deref() == Some(code))
            .filter_map(Seen::cell);
        self.divisions
            .children(code, after)
            .chain(cells)
            .filter(move |it| it.live(now))
    }

    /// Live divisions (not cells) whose Chinese or English name has `text` in it.
    pub fn search<'a>(
        &'a self,
        text: &str,
        within: &str,
        now: Timestamp,
    ) -> impl Iterator<Item = Division> + use<'a> {
        self.divisions
            .search(text, within)
            .filter(move |it| it.live(now))
    }

    /// The live cells of a division.
    pub fn cells<'a>(&'a self, code: &'a str, now: Timestamp) -> impl Iterator<Item = &'a Cell> {
        self.versions(code).filter(move |it| it.division.live(now))
    }

    /// Every boundary of the cells of a division, live or not.
    pub fn versions<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a Cell> {
        let cells = self.cells.iter();
        cells.filter(move |cell| cell.division.code.starts_with(code))
    }

    /// Every boundary, live or not, whose bounds meet these.
    pub(super) fn near(&self, [low, high]: [[f64; 2]; 2]) -> impl Iterator<Item = &Cell> {
        self.cells.within(low, high)
    }

    /// How many divisions it holds, live or not.
    pub fn divisions(&self) -> usize {
        self.divisions.len()
    }

    /// How many boundaries of cells it holds, live or not.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is no geometry at all: then people choose their community.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
