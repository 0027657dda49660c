//! Places: divisions, grid cells and coordinates. Held in memory whole, so that finding a cell
//! costs microseconds; the rows are read again after a change. Never guesses a place.

mod cells;
mod datum;
mod geometry;
mod huangpu;
mod import;
mod index;
mod operations;

pub use datum::{Datum, Point, Position};
pub use geometry::Shape;
pub use huangpu::huangpu;
pub use import::{Import, import};
pub use index::{Cell, Division, DivisionLevel, Index};
pub use operations::{
    Street, ancestors, cells, children, communities, division, locate, locate_position, search,
};

use arc_swap::ArcSwap;
use std::sync::Arc;

use crate::{db, error::Result, time::Timestamp};

/// The grid as it stands. Cheap to clone; all clones see a change at once.
#[derive(Clone)]
pub struct Grid(Arc<ArcSwap<Index>>);

impl Grid {
    /// Holding `index`.
    pub fn new(index: Index) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(index)))
    }

    /// From the rows that are live at `now` or will be.
    pub async fn load(database: &db::Database, now: Timestamp) -> Result<Self> {
        Ok(Self::new(read(database, now).await?))
    }

    /// Reads the rows again and swaps; searches under way end on what they began with.
    pub async fn reload(&self, database: &db::Database, now: Timestamp) -> Result<()> {
        let index = read(database, now).await?;
        self.0.store(Arc::new(index));
        Ok(())
    }

    /// What is held now.
    pub fn index(&self) -> Arc<Index> {
        self.0.load_full()
    }
}

async fn read(database: &db::Database, now: Timestamp) -> Result<Index> {
    let mut connection = database.read().await?;
    let divisions = db::grid::divisions(&mut connection).await?;
    let cells = db::grid::cells(&mut connection, now).await?;
    Ok(Index::new(divisions, cells))
}
