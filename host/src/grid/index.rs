//! Divisions and cells in memory: found by code, by name and by place. A value that is built once
//! and never changed; a new one takes its place.

use geo::coordinate_position::CoordPos;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, ops::Bound};

use super::{Position, Shape, cells::Cells};
use crate::time::Timestamp;

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
    divisions: BTreeMap<String, Division>,
    cells: Cells,
}

impl Index {
    /// Of these. Cells count as divisions too.
    pub fn new(divisions: Vec<Division>, cells: Vec<Cell>) -> Self {
        let of_cells = cells.iter().map(|cell| cell.division.clone());
        let mut by_code = BTreeMap::new();
        for division in divisions.into_iter().chain(of_cells) {
            // The boundary that begins last names a cell with several.
            let known: Option<&Division> = by_code.get(&division.code);
            if known.is_none_or(|known| known.from <= division.from) {
                by_code.insert(division.code.clone(), division);
            }
        }
        Self {
            divisions: by_code,
            cells: Cells::new(cells),
        }
    }

    /// The one live cell that holds the point, or none. On an edge the lowest code has it, so
    /// that no point is in two cells.
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
    pub fn division(&self, code: &str) -> Option<&Division> {
        self.divisions.get(code)
    }

    /// The live divisions directly below `code`, in the order of their codes, those after `after`.
    pub fn children<'a>(
        &'a self,
        code: &'a str,
        after: &'a str,
        now: Timestamp,
    ) -> impl Iterator<Item = &'a Division> {
        let start = if after > code { after } else { code };
        self.divisions
            .range::<str, _>((Bound::Excluded(start), Bound::Unbounded))
            .map(|(_, division)| division)
            .take_while(move |division| division.code.starts_with(code))
            .filter(move |it| it.parent.as_deref() == Some(code) && it.live(now))
    }

    /// Live divisions (not cells) whose Chinese or English name has `text` in it.
    pub fn search<'a>(
        &'a self,
        text: &'a str,
        within: &'a str,
        now: Timestamp,
    ) -> impl Iterator<Item = &'a Division> {
        let lower = text.to_lowercase();
        self.divisions.values().filter(move |division| {
            division.level != DivisionLevel::Cell
                && division.code.starts_with(within)
                && division.live(now)
                && (division.name.contains(text)
                    || division.name_en.to_lowercase().contains(&lower))
        })
    }

    /// The live cells of a division.
    pub fn cells<'a>(&'a self, code: &'a str, now: Timestamp) -> impl Iterator<Item = &'a Cell> {
        self.cells
            .iter()
            .filter(move |cell| cell.division.code.starts_with(code) && cell.division.live(now))
    }

    /// How many cells it holds, live or not.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is no geometry at all: then people choose their community.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
