//! Divisions, grid cells and places.

#[cfg(target_arch = "wasm32")]
use crate::bindings::api::onedoor::grid::grid as host;
#[cfg(not(target_arch = "wasm32"))]
use crate::testing::imports::grid as host;
use crate::{Paging, Result, Rows};

pub use crate::bindings::api::onedoor::grid::grid::{Datum, Division, Level, Point};

/// The one live cell that holds the point, or none outside the loaded area. Needs `grid.read`.
pub fn locate(at: Point) -> Result<Option<Division>> {
    host::locate(at)
}

/// One division or cell by its code. Needs `grid.read`.
pub fn get(code: &str) -> Result<Division> {
    host::get(code)
}

/// The divisions directly below one, by code. Needs `grid.read`.
/// Columns: `name`, `level` (texts), `synthetic` (flags).
pub fn children(code: &str, paging: &Paging) -> Result<Rows> {
    host::children(code, paging).map(Rows::from)
}
