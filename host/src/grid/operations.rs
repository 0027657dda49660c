//! What anyone may ask of the grid. Places are public; a plugin needs `grid.read` all the same.

use super::{Cell, Division, DivisionLevel, Point, Position, Seen};
use crate::{
    context::Context,
    domain::Domain,
    error::{Error, Result},
    page::{Page, Paging},
    plugins::Capability,
    time::Timestamp,
};

/// How many divisions a search gives at most.
const FOUND: usize = 50;
/// The longest text searched for, in characters.
const LONGEST: usize = 64;

/// The one live cell that holds the point, or none outside the loaded area. `Invalid` when the
/// point is out of range.
pub fn locate(domain: &Domain, cx: &Context, at: Point) -> Result<Option<Division>> {
    may_read(cx)?;
    let at = at.position()?;
    Ok(locate_position(domain, cx, at))
}

/// The one cell that held the point at `when`: boundaries change, and an old case keeps its old
/// cell.
pub fn locate_at(
    domain: &Domain,
    cx: &Context,
    at: Point,
    when: Timestamp,
) -> Result<Option<Division>> {
    may_read(cx)?;
    let at = at.position()?;
    let index = domain.grid.index();
    Ok(index.locate(at, when).map(|cell| cell.division.clone()))
}

/// The same for a point that has been converted already, within the host.
pub fn locate_position(domain: &Domain, cx: &Context, at: Position) -> Option<Division> {
    let index = domain.grid.index();
    index.locate(at, cx.now).map(|cell| cell.division.clone())
}

/// One division or cell, live or ended: an old case keeps its old cell.
pub fn division(domain: &Domain, cx: &Context, code: &str) -> Result<Division> {
    may_read(cx)?;
    let index = domain.grid.index();
    index.division(code).ok_or(Error::NotFound)
}

/// A division and those above it, the highest first: what is shown as "district, street,
/// community". Divisions that are not loaded are left out.
pub fn ancestors(domain: &Domain, cx: &Context, code: &str) -> Result<Vec<Division>> {
    may_read(cx)?;
    let index = domain.grid.index();
    let mut found: Vec<Division> = Vec::new();
    let mut code = Some(code);
    while let Some(at) = code {
        found.extend(index.division(at));
        code = DivisionLevel::of(at).and_then(|level| level.parent(at));
    }
    found.reverse();
    Ok(found)
}

/// The live divisions directly below one (provinces, below the empty code), by code.
pub fn children(
    domain: &Domain,
    cx: &Context,
    code: &str,
    paging: &Paging,
) -> Result<Page<Division>> {
    children_seen(domain, cx, code, paging, |page| Page {
        items: page.items.into_iter().map(Division::from).collect(),
        next: page.next,
    })
}

/// The same, made into something else without a copy of each.
pub fn children_seen<T>(
    domain: &Domain,
    cx: &Context,
    code: &str,
    paging: &Paging,
    make: impl FnOnce(Page<Seen<'_>>) -> T,
) -> Result<T> {
    may_read(cx)?;
    let index = domain.grid.index();
    if !code.is_empty() && !index.has(code) {
        return Err(Error::NotFound);
    }
    let after = paging.cursor.as_deref().unwrap_or_default();
    let rows = index.children(code, after, cx.now);
    let cursor = |it: &Seen<'_>| it.code.as_str().to_owned();
    Ok(make(Page::cut(rows, paging.limit(), cursor)))
}

/// Live divisions, not cells, whose name has `text` in it, within the division `within` (all when
/// empty); at most 50, by code. `Invalid` when the text is longer than 64 characters.
pub fn search(domain: &Domain, cx: &Context, text: &str, within: &str) -> Result<Vec<Division>> {
    may_read(cx)?;
    let text = text.trim();
    if text.chars().count() > LONGEST {
        return Err(Error::Invalid(vec![
            crate::error::Problem::at("text", "grid-search-too-long").with("limit", LONGEST),
        ]));
    }
    let index = domain.grid.index();
    Ok(index.search(text, within, cx.now).take(FOUND).collect())
}

/// A street with its communities.
#[derive(Clone, Debug)]
pub struct Street {
    /// The street.
    pub street: Division,
    /// Its live communities, by code.
    pub communities: Vec<Division>,
}

/// The live communities within a division (all when empty), under their streets; none when there
/// are more than `most`, and people had better search.
pub fn communities(
    domain: &Domain,
    cx: &Context,
    within: &str,
    most: usize,
) -> Result<Option<Vec<Street>>> {
    may_read(cx)?;
    let index = domain.grid.index();
    let mut found: Vec<Street> = Vec::new();
    let all = index.search("", within, cx.now);
    for (n, it) in all
        .filter(|it| it.level == DivisionLevel::Community)
        .enumerate()
    {
        if n >= most {
            return Ok(None);
        }
        let street = it.parent.as_deref().and_then(|code| index.division(code));
        match (found.last_mut(), street) {
            (Some(last), Some(street)) if last.street.code == street.code => {
                last.communities.push(it);
            }
            (_, Some(street)) => found.push(Street {
                street,
                communities: vec![it],
            }),
            (_, None) => {}
        }
    }
    Ok(Some(found))
}

/// The live cells of a division with their shapes, for a map.
pub fn cells_of(domain: &Domain, cx: &Context, code: &str) -> Result<Vec<Cell>> {
    may_read(cx)?;
    Ok(domain.grid.index().cells(code, cx.now).cloned().collect())
}

/// Every boundary that the cells of a division have, had or will have, by code and version.
pub fn versions_of(domain: &Domain, cx: &Context, code: &str) -> Result<Vec<Cell>> {
    may_read(cx)?;
    let mut found: Vec<Cell> = domain.grid.index().versions(code).cloned().collect();
    found.sort_by(|a, b| (&a.division.code, a.version).cmp(&(&b.division.code, b.version)));
    Ok(found)
}

fn may_read(cx: &Context) -> Result<()> {
    match &cx.plugin {
        Some(plugin) => plugin.capabilities.need(Capability::GridRead),
        None => Ok(()),
    }
}
