//! Places: divisions, grid cells and coordinates. Held in memory whole, so that finding a cell
//! costs microseconds; the rows are read again after a change. Never guesses a place.

#[cfg(test)]
mod bulk_tests;
mod cells;
pub mod circle;
mod datum;
pub mod divisions;
mod geometry;
mod huangpu;
mod import;
mod index;
mod operations;
pub mod survey;
mod table;

pub use datum::{Datum, Point, Position};
pub use geometry::Shape;
pub use huangpu::huangpu;
pub use import::{Import, import};
pub use index::{Cell, Division, DivisionLevel, Index, Making};
pub use operations::{
    Street, ancestors, cells_of, children, children_seen, communities, division, locate, locate_at,
    locate_position, search, versions_of,
};
pub use table::{Code, Line, Seen};

use arc_swap::ArcSwap;
use std::sync::Arc;
use tokio::sync::{Mutex, RwLock};

use crate::{db, error::Result};

/// The grid as it stands. Cheap to clone; all clones see a change at once.
#[derive(Clone)]
pub struct Grid {
    index: Arc<ArcSwap<Index>>,
    /// One import at a time.
    turn: Arc<Mutex<()>>,
    /// Held to write while rows are in force that the index does not have yet.
    settling: Arc<RwLock<()>>,
}

impl Grid {
    /// Holding `index`.
    pub fn new(index: Index) -> Self {
        Self {
            index: Arc::new(ArcSwap::from_pointee(index)),
            turn: Arc::default(),
            settling: Arc::default(),
        }
    }

    /// From the rows.
    pub async fn load(database: &db::Database) -> Result<Self> {
        Ok(Self::new(read(database).await?))
    }

    /// Reads the rows again and swaps; searches under way end on what they began with.
    pub async fn reload(&self, database: &db::Database) -> Result<()> {
        let index = read(database).await?;
        self.index.store(Arc::new(index));
        Ok(())
    }

    /// What is held now.
    pub fn index(&self) -> Arc<Index> {
        self.index.load_full()
    }
}

async fn read(database: &db::Database) -> Result<Index> {
    let mut connection = database.read().await?;
    let mut making = Making::default();
    db::grid::divisions(&mut connection, &mut |line| making.division(line)).await?;
    let cells = db::grid::cells(&mut connection).await?;
    Ok(making.finish(cells))
}
