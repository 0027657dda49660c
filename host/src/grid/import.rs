//! Bringing divisions and cells in: all or nothing, in one write, and checked first.

use std::collections::HashSet;

use super::{Cell, Division, DivisionLevel};
use crate::{
    context::Context,
    db,
    domain::Domain,
    error::{Error, Problem, Result},
    identity::{Act, Resource, need},
};

/// What is brought in.
#[derive(Clone, Debug, Default)]
pub struct Import {
    /// Divisions, those above before those below.
    pub divisions: Vec<Division>,
    /// Cells of communities that are loaded or come with them.
    pub cells: Vec<Cell>,
    /// Codes of cells whose boundary ends now: what a merge, a split or a new survey replaces.
    pub ended: Vec<String>,
}

/// Ends, then writes divisions and cells, and swaps the index. Codes (of cells: with their version) that are loaded already keep what they
/// have, so the same import twice changes nothing. `Invalid` names every code that is malformed
/// or has no parent; then nothing is written. For administrators, and the host itself.
pub async fn import(domain: &Domain, cx: &Context, import: Import) -> Result<()> {
    need(cx, Act::ImportGrid, Resource::default())?;
    let problems = check(domain, &import);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let now = cx.now;
    domain
        .database
        .write(move |transaction| {
            Box::pin(async move {
                for code in &import.ended {
                    db::grid::end_cell(transaction, code, now).await?;
                }
                db::grid::insert_divisions(transaction, &import.divisions).await?;
                db::grid::insert_cells(transaction, &import.cells).await
            })
        })
        .await?;
    domain.grid.reload(&domain.database).await
}

fn check(domain: &Domain, import: &Import) -> Vec<Problem> {
    let index = domain.grid.index();
    let coming: HashSet<&str> = import.divisions.iter().map(|it| it.code.as_str()).collect();
    let known = |code: &str| coming.contains(code) || index.has(code);
    let cells = import.cells.iter().map(|cell| &cell.division);
    let mut problems = Vec::new();
    for division in import.divisions.iter().chain(cells) {
        let code = division.code.as_str();
        let parent = DivisionLevel::of(code).map(|level| (level, level.parent(code)));
        let problem = match parent {
            Some((level, parent))
                if level == division.level && parent == division.parent.as_deref() =>
            {
                match parent {
                    Some(parent) if !known(parent) => "grid-division-no-parent",
                    _ => continue,
                }
            }
            _ => "grid-division-malformed",
        };
        problems.push(Problem::general(problem).with("code", code));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        context::ActingPlugin,
        domain::testing::{self, NOW},
        grid::{self, Datum, Point, Shape},
        page::Paging,
        plugins::{Capabilities, Capability},
    };
    use std::sync::Arc;

    /// In Huaihai Middle Road Subdistrict.
    const HERE: Point = Point {
        lon: 121.4702,
        lat: 31.2298,
        datum: Datum::Cgcs2000,
    };

    async fn huangpu() -> (Domain, Context, tempfile::TempDir) {
        let at = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", at.path().join("test.db").display());
        let database = db::Database::open(&url).await.unwrap();
        database.migrate().await.unwrap();
        let domain = testing::huangpu(database).await.unwrap();
        let cx = domain.system("test");
        (domain, cx, at)
    }

    #[tokio::test]
    async fn what_was_imported_is_found_again() {
        let (domain, cx, _at) = huangpu().await;
        let cell = grid::locate(&domain, &cx, HERE).unwrap().unwrap();
        assert!(cell.code.starts_with("310101022") && cell.synthetic);
        let names: Vec<_> = grid::ancestors(&domain, &cx, &cell.code)
            .unwrap()
            .into_iter()
            .map(|it| it.name_en)
            .collect();
        assert_eq!(
            names[..4],
            [
                "Shanghai",
                "Districts of Shanghai",
                "Huangpu District",
                "Huaihai Middle Road Subdistrict"
            ]
        );
        let gcj = HERE.position().unwrap().to(Datum::Gcj02);
        assert_eq!(
            grid::locate(&domain, &cx, gcj).unwrap().unwrap().code,
            cell.code
        );
        // The same figures, wrongly declared, are some other place.
        let wrong = Point {
            datum: Datum::Bd09,
            ..HERE
        };
        let elsewhere = grid::locate(&domain, &cx, wrong).unwrap();
        assert_ne!(elsewhere.map(|it| it.code), Some(cell.code));
        let beijing = Point {
            lon: 116.4,
            lat: 39.9,
            ..HERE
        };
        assert_eq!(grid::locate(&domain, &cx, beijing).unwrap(), None);
    }

    #[tokio::test]
    async fn the_same_import_twice_changes_nothing() {
        let (domain, cx, _at) = huangpu().await;
        let before = domain.grid.index().len();
        import(&domain, &cx, grid::huangpu(NOW).unwrap())
            .await
            .unwrap();
        assert_eq!(domain.grid.index().len(), before);
    }

    #[tokio::test]
    async fn a_split_keeps_history() {
        let (domain, mut cx, _at) = huangpu().await;
        let old = domain
            .grid
            .index()
            .locate(HERE.position().unwrap(), NOW)
            .unwrap()
            .clone();
        cx.now = NOW.plus_seconds(60);
        let [[west, south], [east, north]] = old.shape.bounds().unwrap();
        let middle = f64::midpoint(west, east);
        let part = |version, code: String, west, east| Cell {
            division: Division {
                code,
                from: cx.now,
                ..old.division.clone()
            },
            version,
            shape: Shape::rectangle(west, south, east, north),
        };
        let new = format!("{}900", &old.division.code[..12]);
        let split = Import {
            divisions: Vec::new(),
            cells: vec![
                part(2, old.division.code.clone(), west, middle),
                part(1, new.clone(), middle, east),
            ],
            ended: vec![old.division.code.clone()],
        };
        import(&domain, &cx, split).await.unwrap();
        let index = domain.grid.index();
        let at = |lon| {
            let at = grid::Position { lon, lat: HERE.lat };
            index.locate(at, cx.now).unwrap().division.code.clone()
        };
        assert_eq!(at(f64::midpoint(west, middle)), old.division.code);
        assert_eq!(at(f64::midpoint(middle, east)), new);
        let mut connection = domain.database.read().await.unwrap();
        let ever = db::grid::cells(&mut connection).await.unwrap();
        let versions = ever
            .iter()
            .filter(|it| it.division.code == old.division.code)
            .count();
        assert_eq!(versions, 2);
    }

    #[tokio::test]
    async fn a_code_without_a_parent_is_refused_and_nothing_is_written() {
        let (domain, cx, _at) = huangpu().await;
        let before = domain.grid.index().division("310101").unwrap();
        let stray = |code: &str, parent: &str| Division {
            code: code.to_owned(),
            level: DivisionLevel::of(code).unwrap_or(DivisionLevel::Street),
            parent: Some(parent.to_owned()),
            ..before.clone()
        };
        let import_of = |divisions| Import {
            divisions,
            ..Import::default()
        };
        for (bad, code) in [
            (stray("320101001", "320101"), "grid-division-no-parent"),
            (stray("310101099", "310102"), "grid-division-malformed"),
            (stray("31010109", "310101"), "grid-division-malformed"),
        ] {
            let good = stray("310101098", "310101");
            match import(&domain, &cx, import_of(vec![good, bad])).await {
                Err(Error::Invalid(problems)) => assert_eq!(problems[0].code, code),
                other => panic!("{other:?}"),
            }
        }
        assert!(domain.grid.index().division("310101098").is_none());
    }

    #[tokio::test]
    async fn lists_are_paged_and_searched() {
        let (domain, cx, _at) = huangpu().await;
        let mut seen = Vec::new();
        let mut paging = Paging::first(4);
        loop {
            let page = grid::children(&domain, &cx, "310101", &paging).unwrap();
            seen.extend(page.items.into_iter().map(|it| it.code));
            match page.next {
                Some(next) => paging.cursor = Some(next),
                None => break,
            }
        }
        assert_eq!(seen.len(), 10);
        assert!(seen.is_sorted());
        let found = |text: &str, within: &str| {
            let found = grid::search(&domain, &cx, text, within).unwrap();
            found.into_iter().map(|it| it.name).collect::<Vec<_>>()
        };
        assert_eq!(found("huaihai", ""), ["淮海中路街道"]);
        assert_eq!(found("淮海", "310101018"), ["淮海居委会"]);
        assert!(grid::search(&domain, &cx, &"长".repeat(65), "").is_err());
    }

    #[tokio::test]
    async fn a_plugin_needs_the_capability() {
        let (domain, mut cx, _at) = huangpu().await;
        let plugin = |capabilities| ActingPlugin {
            id: "odd".to_owned(),
            revision: String::new(),
            department: String::new(),
            capabilities,
            classes: Vec::new(),
        };
        cx.plugin = Some(Arc::new(plugin(Capabilities::default())));
        let refused = grid::locate(&domain, &cx, HERE);
        assert!(matches!(refused, Err(Error::NotGranted { .. })));
        assert!(grid::division(&domain, &cx, "310101").is_err());
        assert!(grid::search(&domain, &cx, "a", "").is_err());
        cx.plugin = Some(Arc::new(plugin(
            [Capability::GridRead].into_iter().collect(),
        )));
        assert!(grid::locate(&domain, &cx, HERE).is_ok());
    }
}
