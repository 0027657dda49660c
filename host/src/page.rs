//! A part of a long list, read by keyset: nothing is skipped or shown twice when rows come and go
//! between two pages.

use serde::{Deserialize, Serialize};

/// How many rows a page may have at most; a higher limit is lowered to it.
pub const MOST: u32 = 200;

/// Which part of a list to read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// What the page before gave as `next`; none for the first page.
    #[serde(default)]
    pub cursor: Option<String>,
    /// How many rows at most, 1 to 200.
    #[serde(default = "fifty")]
    #[param(minimum = 1, maximum = 200)]
    pub limit: u32,
}

const fn fifty() -> u32 {
    50
}

impl Default for Paging {
    fn default() -> Self {
        Self {
            cursor: None,
            limit: fifty(),
        }
    }
}

impl Paging {
    /// The first page, of at most `limit` rows.
    pub const fn first(limit: u32) -> Self {
        Self {
            cursor: None,
            limit,
        }
    }

    /// The limit, within its bounds.
    pub const fn limit(&self) -> u32 {
        match self.limit {
            0 => 1,
            n if n > MOST => MOST,
            n => n,
        }
    }
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Handed back, unchanged, to read the page after; none at the end.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// From at least one row more than `limit`, if there are that many: the rest is cut off, and
    /// `cursor` of the last row kept leads on.
    pub fn cut(
        rows: impl IntoIterator<Item = T>,
        limit: u32,
        cursor: impl Fn(&T) -> String,
    ) -> Self {
        let limit = limit as usize;
        let mut items: Vec<T> = rows.into_iter().take(limit.saturating_add(1)).collect();
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(cursor);
        Self { items, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_join_up() {
        let page = |rows: &[u32]| Page::cut(rows.iter().copied(), 2, |n| n.to_string());
        assert_eq!(page(&[1, 2, 3]).next.as_deref(), Some("2"));
        assert_eq!(page(&[1, 2]).next, None);
        assert_eq!(page(&[]).items, Vec::<u32>::new());
    }

    #[test]
    fn limits_are_bounded() {
        assert_eq!(Paging::first(0).limit(), 1);
        assert_eq!(Paging::first(1000).limit(), MOST);
    }
}
