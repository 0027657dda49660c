//! Bringing in divisions and cells, on both databases: what is refused, what is cut off, what is
//! done twice, and what becomes of history.

use std::{fs, path::PathBuf};

use super::{Datum, Point, divisions, survey};
use crate::{
    context::Context,
    db::{self, testing::both::both},
    domain::{Domain, testing},
    error::{Error, Problem},
    grid::{self, Shape},
    time::Timestamp,
};

const LIST: &str = "code,name,extra\n31,上海市,x\n3101,市辖区,x\n310101,黄浦区,x\n310101002,南京东路街道,x\n310101002001,云南中路居委会,x\n";

async fn domain(database: db::Database) -> (Domain, Context, tempfile::TempDir) {
    let domain = testing::domain(database).await.unwrap();
    let cx = domain.system("test");
    (domain, cx, tempfile::tempdir().unwrap())
}

fn file(at: &tempfile::TempDir, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = at.path().join("list.csv");
    fs::write(&path, bytes).unwrap();
    path
}

async fn bring(
    domain: &Domain,
    cx: &Context,
    path: PathBuf,
    digest: &str,
    complete: bool,
) -> divisions::Progress {
    let loading = divisions::begin(domain, cx, path, digest, complete)
        .await
        .unwrap();
    divisions::run(domain, cx, loading, &|_| {}).await.unwrap()
}

fn codes(problems: &[Problem]) -> Vec<(&str, &str)> {
    problems
        .iter()
        .map(|it| (it.at.as_deref().unwrap_or_default(), it.code.as_str()))
        .collect()
}

both! {
    async fn a_list_twice_gives_the_same(database) {
        let (domain, cx, at) = domain(database).await;
        let first = bring(&domain, &cx, file(&at, LIST), "a", false).await;
        assert_eq!((first.state.as_str(), first.total, first.added), ("active", 5, 5));
        let found = grid::division(&domain, &cx, "310101002001").unwrap();
        assert_eq!((found.name.as_str(), found.name_en.as_str()), ("云南中路居委会", "云南中路居委会"));
        let again = bring(&domain, &cx, file(&at, LIST), "a", false).await;
        assert_eq!((again.added, again.changed, again.ended), (0, 0, 0));
        assert_eq!(domain.grid.index().divisions(), 5);
        // English names come later, and a list without them leaves them.
        let english = "\u{feff}code,name,name_en\n310101,黄浦区,Huangpu District\n";
        assert_eq!(bring(&domain, &cx, file(&at, english), "b", false).await.changed, 1);
        assert_eq!(bring(&domain, &cx, file(&at, LIST), "a", false).await.changed, 0);
        assert_eq!(grid::division(&domain, &cx, "310101").unwrap().name_en, "Huangpu District");
        assert_eq!(grid::search(&domain, &cx, "huangpu", "").unwrap().len(), 1);
    }

    async fn a_wrong_list_changes_nothing_and_says_where(database) {
        let (domain, cx, at) = domain(database).await;
        let wrong = "code,name\n31,上海市\n3201,没有上级\n31010,短\n31,上海市\n3101,\n";
        let refused = bring(&domain, &cx, file(&at, wrong), "a", false).await;
        assert_eq!(refused.state, "refused");
        assert_eq!(codes(&refused.problems), [
            ("line 3", "grid-division-no-parent"),
            ("line 4", "grid-division-malformed"),
            ("line 5", "grid-division-twice"),
            ("line 6", "grid-division-name"),
        ]);
        assert_eq!(domain.grid.index().divisions(), 0);
        // 上海 in GBK.
        let gbk = [&b"code,name\n31,"[..], &[0xc9, 0xcf, 0xba, 0xa3], b"\n"].concat();
        let refused = bring(&domain, &cx, file(&at, gbk), "b", false).await;
        assert_eq!(codes(&refused.problems), [("line 2", "file-not-utf8")]);
        let columns = divisions::begin(&domain, &cx, file(&at, "a,b\n1,2\n"), "c", false).await.unwrap();
        assert!(divisions::run(&domain, &cx, columns, &|_| {}).await.is_err());
    }

    async fn an_import_that_is_cut_off_changes_nothing_and_goes_on(database) {
        let (domain, cx, at) = domain(database).await;
        // As it stands after a host was killed when two lines were written.
        let loading = divisions::begin(&domain, &cx, file(&at, LIST), "a", false).await.unwrap();
        let mut progress = loading.progress.clone();
        drop(loading);
        progress.done = 2;
        let row = progress.clone();
        let written = domain.database.write(move |t| Box::pin(async move {
            let line = |code, name| grid::Line { code, name, name_en: name, from: row.started, until: None };
            db::grid::stage(t, &[line("31", "上海市"), line("3101", "市辖区")], Some(&row.id)).await?;
            db::grid::put_import(t, &row).await
        })).await;
        written.unwrap();
        domain.grid.reload(&domain.database).await.unwrap();
        assert_eq!(domain.grid.index().divisions(), 0, "rows of an import are in force before it is");
        let done = bring(&domain, &cx, file(&at, LIST), "a", false).await;
        assert_eq!((done.id, done.state.as_str()), (progress.id, "active"));
        assert_eq!(domain.grid.index().divisions(), 5);
    }

    async fn another_list_takes_over_what_was_cut_off(database) {
        let (domain, cx, at) = domain(database).await;
        let first = divisions::begin(&domain, &cx, file(&at, LIST), "a", false).await.unwrap();
        let id = first.progress.id.clone();
        let busy = divisions::begin(&domain, &cx, file(&at, LIST), "b", false).await;
        assert!(matches!(busy, Err(Error::Conflict("grid-import-running"))));
        drop(first);
        let row = id.clone();
        let written = domain.database.write(move |t| Box::pin(async move {
            let line = grid::Line { code: "31", name: "旧名", name_en: "旧名", from: Timestamp::from_micros(1), until: None };
            db::grid::stage(t, &[line], Some(&row)).await
        })).await;
        written.unwrap();
        let done = bring(&domain, &cx, file(&at, LIST), "b", false).await;
        assert_eq!(done.state, "active");
        assert_eq!(grid::division(&domain, &cx, "31").unwrap().name, "上海市");
        let old = divisions::progress(&domain, &cx, &id).await.unwrap();
        assert_eq!(old.state, "refused");
    }

    async fn a_complete_list_ends_what_it_lacks(database) {
        let (domain, cx, at) = domain(database).await;
        bring(&domain, &cx, file(&at, LIST), "a", false).await;
        let shorter = LIST.lines().take(5).collect::<Vec<_>>().join("\n");
        let done = bring(&domain, &cx, file(&at, &shorter), "b", true).await;
        assert_eq!(done.ended, 1);
        let ended = grid::division(&domain, &cx, "310101002001").unwrap();
        assert!(!ended.live(cx.now));
        let back = bring(&domain, &cx, file(&at, LIST), "a", false).await;
        assert_eq!(back.changed, 1);
        assert!(grid::division(&domain, &cx, "310101002001").unwrap().live(cx.now));
    }
}

/// A square of a hundredth of a degree, `x` and `y` of them from the corner.
fn square(x: f64, y: f64) -> serde_json::Value {
    let (west, south) = (121.0 + x * 0.01, 31.0 + y * 0.01);
    let shape = Shape::rectangle(west, south, west + 0.01, south + 0.01);
    serde_json::from_str(&shape.to_geojson()).unwrap()
}

fn feature(code: &str, geometry: &serde_json::Value, replaces: &[&str]) -> serde_json::Value {
    serde_json::json!({ "type": "Feature", "geometry": geometry,
        "properties": { "code": code, "name": format!("网格{code}"), "replaces": replaces } })
}

fn collection(features: &[serde_json::Value]) -> Vec<u8> {
    let collection = serde_json::json!({ "type": "FeatureCollection", "features": features });
    collection.to_string().into_bytes()
}

const A: &str = "310101002001001";
const B: &str = "310101002001002";
const C: &str = "310101002001003";

async fn listed(database: db::Database) -> (Domain, Context) {
    let (domain, cx, at) = domain(database).await;
    bring(&domain, &cx, file(&at, LIST), "a", false).await;
    (domain, cx)
}

fn located(domain: &Domain, cx: &Context, lon: f64, when: Timestamp) -> Option<String> {
    let at = Point {
        lon,
        lat: 31.005,
        datum: Datum::Wgs84,
    };
    grid::locate_at(domain, cx, at, when)
        .unwrap()
        .map(|it| it.code)
}

async fn refused(
    domain: &Domain,
    cx: &Context,
    features: &[serde_json::Value],
) -> Vec<(String, String)> {
    let outcome = survey::import(domain, cx, collection(features), Some("wgs84"), None).await;
    let Err(Error::Invalid(problems)) = outcome else {
        panic!("{outcome:?}")
    };
    let pair = |it: Problem| (it.at.unwrap_or_default(), it.code);
    problems.into_iter().map(pair).collect()
}

fn one(n: usize, code: &str) -> Vec<(String, String)> {
    vec![(format!("features[{n}]"), code.to_owned())]
}

both! {
    async fn cells_split_and_merge_and_keep_their_history(database) {
        let (domain, mut cx) = listed(database).await;
        let start = cx.now;
        let both = collection(&[feature(A, &square(0.0, 0.0), &[]), feature(B, &square(1.0, 0.0), &[])]);
        let outcome = survey::import(&domain, &cx, both.clone(), Some("wgs84"), None).await.unwrap();
        assert_eq!((outcome.added, outcome.changed, outcome.ended), (2, 0, 0));
        let again = survey::import(&domain, &cx, both, Some("wgs84"), None).await.unwrap();
        assert_eq!((again.unchanged, again.added), (2, 0));
        // Merged into a new one, and what stood before is found at its time.
        cx.now = start.plus_seconds(60);
        let wide = serde_json::from_str(&Shape::rectangle(121.0, 31.0, 121.02, 31.01).to_geojson()).unwrap();
        let merged = collection(&[feature(C, &wide, &[A, B])]);
        let outcome = survey::import(&domain, &cx, merged.clone(), Some("wgs84"), None).await.unwrap();
        assert_eq!((outcome.added, outcome.ended), (1, 2));
        let again = survey::import(&domain, &cx, merged, Some("wgs84"), None).await.unwrap();
        assert_eq!((again.unchanged, again.ended), (1, 0));
        assert_eq!(located(&domain, &cx, 121.005, cx.now).as_deref(), Some(C));
        assert_eq!(located(&domain, &cx, 121.005, start).as_deref(), Some(A));
        assert_eq!(located(&domain, &cx, 121.015, start).as_deref(), Some(B));
        assert!(!grid::division(&domain, &cx, A).unwrap().live(cx.now));
        // Split again, from a day to come.
        let later = cx.now.plus_seconds(86_400);
        let split = collection(&[feature(A, &square(0.0, 0.0), &[C]), feature(B, &square(1.0, 0.0), &[C])]);
        let outcome = survey::import(&domain, &cx, split, Some("wgs84"), Some(later)).await.unwrap();
        assert_eq!((outcome.added, outcome.ended), (2, 1));
        assert_eq!(located(&domain, &cx, 121.015, cx.now).as_deref(), Some(C));
        assert_eq!(located(&domain, &cx, 121.015, later).as_deref(), Some(B));
        let versions: Vec<_> = grid::versions_of(&domain, &cx, B).unwrap().iter().map(|it| it.version).collect();
        assert_eq!(versions, [1, 2]);
        // The rows say the same as what is held.
        domain.grid.reload(&domain.database).await.unwrap();
        assert_eq!(located(&domain, &cx, 121.015, start).as_deref(), Some(B));
    }

    async fn every_wrong_feature_is_told_and_nothing_written(database) {
        let (domain, cx) = listed(database).await;
        let fine = feature(A, &square(0.0, 0.0), &[]);
        let cross = serde_json::json!({ "type": "Polygon", "coordinates": [[[121.02, 31.0], [121.03, 31.01], [121.03, 31.0], [121.02, 31.01], [121.02, 31.0]]] });
        let far = serde_json::json!({ "type": "Polygon", "coordinates": [[[31.0, 121.0], [31.0, 121.1], [31.1, 121.1], [31.0, 121.0]]] });
        let line = serde_json::json!({ "type": "LineString", "coordinates": [[121.0, 31.0], [121.1, 31.1]] });
        let all = [
            fine.clone(),
            feature(B, &cross, &[]),
            feature(C, &far, &[]),
            feature("310101002001004", &line, &[]),
            feature("310101002999001", &square(5.0, 5.0), &[]),
            feature("3101", &square(6.0, 5.0), &[]),
            fine.clone(),
            serde_json::json!({ "type": "Feature", "geometry": null, "properties": {} }),
        ];
        let expected = ["grid-cell-crossing", "grid-cell-out-of-range", "grid-cell-geometry",
            "grid-cell-no-community", "grid-cell-code", "grid-cell-twice", "grid-feature-shape"];
        let expected: Vec<_> = expected.iter().zip(1..).flat_map(|(code, n)| one(n, code)).collect();
        assert_eq!(refused(&domain, &cx, &all).await, expected);
        // Half over one another.
        let over = [fine.clone(), feature(B, &square(0.5, 0.0), &[])];
        assert_eq!(refused(&domain, &cx, &over).await, one(1, "grid-cell-overlap"));
        // A ring of eight around nothing.
        let ring: Vec<_> = [(0, 0), (1, 0), (2, 0), (0, 1), (2, 1), (0, 2), (1, 2), (2, 2)].iter().enumerate()
            .map(|(n, (x, y))| feature(&format!("3101010020010{n:02}"), &square(f64::from(*x), f64::from(*y)), &[]))
            .collect();
        assert_eq!(refused(&domain, &cx, &ring).await, one(0, "grid-cells-gap"));
        // An outline that the cells do not fill, or leave.
        let outline = feature("310101002001", &square(0.0, 0.0), &[]);
        let narrow: serde_json::Value = serde_json::from_str(&Shape::rectangle(121.0, 31.0, 121.005, 31.01).to_geojson()).unwrap();
        assert_eq!(refused(&domain, &cx, &[outline.clone(), feature(A, &narrow, &[])]).await, one(0, "grid-cells-gap"));
        assert_eq!(refused(&domain, &cx, &[outline, fine.clone(), feature(B, &square(1.0, 0.0), &[])]).await, one(0, "grid-cells-outside"));
        assert_eq!(refused(&domain, &cx, &[feature(A, &square(0.0, 0.0), &[B])]).await, one(0, "grid-replaces-unknown"));
        for (datum, code) in [(None, "grid-datum-missing"), (Some("utm"), "grid-datum-unknown")] {
            let outcome = survey::import(&domain, &cx, collection(std::slice::from_ref(&fine)), datum, None).await;
            assert!(matches!(outcome, Err(Error::Invalid(it)) if it[0].code == code));
        }
        assert!(domain.grid.index().is_empty());
        // The same square, as a Chinese map has it, lands where it is.
        let moved: serde_json::Value = {
            let shape = Shape::rectangle(121.0, 31.0, 121.01, 31.01);
            let shape = shape.moved(|lon, lat| {
                let it = grid::Position { lon, lat }.to(Datum::Gcj02);
                Ok(grid::Position { lon: it.lon, lat: it.lat })
            });
            serde_json::from_str(&shape.unwrap().to_geojson()).unwrap()
        };
        survey::import(&domain, &cx, collection(&[feature(A, &moved, &[])]), Some("gcj02"), None).await.unwrap();
        assert_eq!(located(&domain, &cx, 121.0001, cx.now).as_deref(), Some(A));
        assert_eq!(located(&domain, &cx, 120.9999, cx.now), None);
        // A new boundary over a cell that stays is refused.
        assert_eq!(refused(&domain, &cx, &[feature(B, &square(0.5, 0.0), &[])]).await, one(0, "grid-cell-overlap"));
    }
}
