//! The demonstration's place: Huangpu 黄浦 district of Shanghai. Divisions are real, from
//! data/huangpu-divisions.csv. The cells are not: free geometry of streets was not found, so
//! rectangles are laid out about where the streets lie, and labelled synthetic.

use super::{Cell, Division, DivisionLevel, Shape, import::Import};
use crate::{
    error::{Error, Result},
    time::Timestamp,
};

const DIVISIONS: &str = include_str!("../../data/huangpu-divisions.csv");

/// An upright rectangle in millionths of a degree, so that neighbours share their edges exactly.
#[derive(Clone, Copy, Debug)]
struct Block {
    west: i64,
    south: i64,
    east: i64,
    north: i64,
}

const fn block(west: i64, south: i64, east: i64, north: i64) -> Block {
    Block {
        west: 121_000_000 + west,
        south: 31_000_000 + south,
        east: 121_000_000 + east,
        north: 31_000_000 + north,
    }
}

/// Where each street lies, roughly. The blocks share edges and do not overlap.
const STREETS: [(&str, Block); 10] = [
    ("310101002", block(466_000, 230_000, 481_000, 245_000)),
    ("310101013", block(481_000, 230_000, 496_000, 245_000)),
    ("310101023", block(460_000, 212_000, 469_000, 230_000)),
    ("310101022", block(469_000, 212_000, 478_000, 230_000)),
    ("310101018", block(478_000, 222_500, 490_000, 230_000)),
    ("310101019", block(478_000, 212_000, 490_000, 222_500)),
    ("310101017", block(490_000, 212_000, 502_000, 230_000)),
    ("310101021", block(460_000, 196_000, 469_500, 212_000)),
    ("310101020", block(469_500, 196_000, 479_000, 212_000)),
    ("310101015", block(479_000, 196_000, 500_000, 212_000)),
];

impl Block {
    /// Cut into `n` blocks in rows from the north-west, without gaps.
    fn cut(self, n: usize) -> Vec<Self> {
        let columns = (1..=n).find(|c| c * c >= n).unwrap_or(1);
        let rows = n.div_ceil(columns);
        let mut blocks = Vec::with_capacity(n);
        for row in 0..rows {
            let columns = columns.min(n - row * columns);
            let north = between(self.north, self.south, row, rows);
            let south = between(self.north, self.south, row + 1, rows);
            blocks.extend((0..columns).map(|column| Self {
                west: between(self.west, self.east, column, columns),
                east: between(self.west, self.east, column + 1, columns),
                north,
                south,
            }));
        }
        blocks
    }

    fn shape(self) -> Shape {
        let degrees = |micro: i64| micro as f64 / 1e6;
        Shape::rectangle(
            degrees(self.west),
            degrees(self.south),
            degrees(self.east),
            degrees(self.north),
        )
    }
}

/// The `part`th of `parts` equal steps from `start` to `end`.
fn between(start: i64, end: i64, part: usize, parts: usize) -> i64 {
    start + (end - start) * part as i64 / parts as i64
}

/// Huangpu's divisions, and two to four generated cells for each community, in force from `from`.
pub fn huangpu(from: Timestamp) -> Result<Import> {
    let divisions = DIVISIONS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .map(|line| division(line, from))
        .collect::<Result<Vec<_>>>()?;
    let mut cells = Vec::new();
    for (street, area) in STREETS {
        let communities: Vec<&Division> = divisions
            .iter()
            .filter(|it| it.parent.as_deref() == Some(street))
            .collect();
        for (community, area) in communities.iter().zip(area.cut(communities.len())) {
            // Two to four cells, as the code has it: the same every time.
            let last = community.code.bytes().next_back().unwrap_or(b'0');
            let areas = area.cut(2 + usize::from(last % 3));
            cells.extend((1..).zip(areas).map(|(n, area)| cell(community, n, area)));
        }
    }
    Ok(Import {
        divisions,
        cells,
        ended: Vec::new(),
    })
}

fn division(line: &str, from: Timestamp) -> Result<Division> {
    let malformed = || Error::bug("a malformed line in huangpu-divisions.csv");
    let mut columns = line.split(',');
    let mut next = || columns.next().ok_or_else(malformed);
    let (code, name, name_en) = (next()?, next()?, next()?);
    let level = DivisionLevel::of(code).ok_or_else(malformed)?;
    Ok(Division {
        code: code.to_owned(),
        name: name.to_owned(),
        name_en: if name_en.is_empty() { name } else { name_en }.to_owned(),
        level,
        parent: level
            .parent(code)
            .map(str::to_owned)
            .filter(|it| !it.is_empty()),
        synthetic: false,
        from,
        until: None,
    })
}

fn cell(community: &Division, n: u32, area: Block) -> Cell {
    Cell {
        division: Division {
            code: format!("{}{n:03}", community.code),
            name: format!("{}第{n}网格", community.name),
            name_en: format!("{} grid area {n}", community.name_en),
            level: DivisionLevel::Cell,
            parent: Some(community.code.clone()),
            synthetic: true,
            from: community.from,
            until: None,
        },
        version: 1,
        shape: area.shape(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{Index, Position};
    use geo::coordinate_position::CoordPos;

    const NOW: Timestamp = Timestamp::from_micros(1);

    #[test]
    fn the_extract_is_whole() {
        let import = huangpu(NOW).unwrap();
        let count = |level| {
            import
                .divisions
                .iter()
                .filter(|it| it.level == level)
                .count()
        };
        assert_eq!(count(DivisionLevel::Street), 10);
        assert_eq!(count(DivisionLevel::Community), 170);
        assert!(import.cells.iter().all(|cell| cell.division.synthetic));
        let index = Index::new(import.divisions.clone(), import.cells).unwrap();
        for community in import
            .divisions
            .iter()
            .filter(|it| it.level == DivisionLevel::Community)
        {
            let cells = index.children(&community.code, "", NOW).count();
            assert!((2..=4).contains(&cells), "{}: {cells}", community.code);
        }
    }

    /// Blocks tile: every point of a fine lattice over the district, edges and corners among
    /// them, has one cell strictly inside or lies on an edge; and `locate` gives exactly one.
    #[test]
    fn every_point_has_exactly_one_cell() {
        let import = huangpu(NOW).unwrap();
        let cells = import.cells.clone();
        let index = Index::new(import.divisions, import.cells).unwrap();
        let (mut inside, mut outside) = (0, 0);
        for x in (458_000..=504_000).step_by(500) {
            for y in (194_000..=247_000).step_by(500) {
                let (lon, lat) = (121.0 + f64::from(x) / 1e6, 31.0 + f64::from(y) / 1e6);
                let at = Position { lon, lat };
                let position = |cell: &&Cell| cell.shape.position(at);
                let strictly = cells
                    .iter()
                    .filter(|c| position(c) == CoordPos::Inside)
                    .count();
                let touching = cells
                    .iter()
                    .filter(|c| position(c) != CoordPos::Outside)
                    .count();
                assert!(strictly <= 1 && (strictly == 0 || touching == 1), "{at:?}");
                assert_eq!(index.locate(at, NOW).is_some(), touching > 0, "{at:?}");
                let within = STREETS.iter().any(|(_, b)| {
                    (b.west..=b.east).contains(&(121_000_000 + i64::from(x)))
                        && (b.south..=b.north).contains(&(31_000_000 + i64::from(y)))
                });
                if within {
                    inside += 1
                } else {
                    outside += 1
                }
                let blurred = STREETS.iter().any(|(_, b)| {
                    [b.west, b.east].contains(&(121_000_000 + i64::from(x)))
                        || [b.south, b.north].contains(&(31_000_000 + i64::from(y)))
                });
                // On an outer edge the sum above may round to either side.
                assert!(blurred || within == (touching > 0), "{at:?}");
            }
        }
        assert!(inside > 3_000 && outside > 1_000);
    }

    #[test]
    fn the_same_every_time() {
        let codes = |import: Import| format!("{:?}", import.cells);
        assert_eq!(codes(huangpu(NOW).unwrap()), codes(huangpu(NOW).unwrap()));
    }
}
