//! Cells by place: an R-tree of their bounds, so that a search touches a shape only when the point
//! lies within its bounds. Knows nothing of time.

use rstar::{
    AABB, RTree,
    primitives::{GeomWithData, Rectangle},
};

use super::{Cell, Position};

type Bounds = GeomWithData<Rectangle<[f64; 2]>, usize>;

/// Cells, to be searched by place.
#[derive(Debug)]
pub(super) struct Cells {
    all: Vec<Cell>,
    bounds: RTree<Bounds>,
}

impl Cells {
    /// Of these. An empty shape lies nowhere and is never found.
    pub(super) fn new(all: Vec<Cell>) -> Self {
        let bounds = |(at, cell): (usize, &Cell)| {
            let [low, high] = cell.shape.bounds()?;
            Some(Bounds::new(Rectangle::from_corners(low, high), at))
        };
        let bounds = all.iter().enumerate().filter_map(bounds).collect();
        Self {
            bounds: RTree::bulk_load(bounds),
            all,
        }
    }

    /// Those whose bounds hold the point.
    pub(super) fn near(&self, at: Position) -> impl Iterator<Item = &Cell> {
        let here = AABB::from_point([at.lon, at.lat]);
        let found = self.bounds.locate_in_envelope_intersecting(here);
        found.filter_map(|it| self.all.get(it.data))
    }

    /// Those whose bounds meet these.
    pub(super) fn within(&self, low: [f64; 2], high: [f64; 2]) -> impl Iterator<Item = &Cell> {
        let here = AABB::from_corners(low, high);
        let found = self.bounds.locate_in_envelope_intersecting(here);
        found.filter_map(|it| self.all.get(it.data))
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Cell> {
        self.all.iter()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }
}
