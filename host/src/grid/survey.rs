//! Bringing in boundaries of cells from GeoJSON: all or nothing, and what is wrong is told feature
//! by feature. A new boundary ends the one before it at a date; nothing is ever overwritten, so
//! that an old case keeps its old cell.

use geo::{Area as _, BooleanOps as _, MultiPolygon, Polygon, unary_union};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{Cell, Datum, Division, DivisionLevel, Index, Point, Shape, divisions::may_import};
use crate::{
    context::Context,
    db,
    domain::Domain,
    error::{Error, Problem, Result},
    identity::audit,
    time::Timestamp,
};

/// The largest file, in bytes.
pub const LARGEST: usize = 32 * 1024 * 1024;
/// The most features in a file.
const MOST: usize = 20_000;
/// How many problems are told.
const TOLD: usize = 100;
/// The longest name, in characters.
const NAME: usize = 100;
/// Overlaps and gaps smaller than this, in square metres, are rounding.
const SLIVER: f64 = 1.0;
/// Metres to a degree of latitude, on a sphere of 6,371 km.
const DEGREE: f64 = 111_195.0;

/// What came of it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, Deserialize, utoipa::ToSchema,
)]
pub struct Outcome {
    /// Cells that are new.
    pub added: u64,
    /// Cells with a new boundary or name.
    pub changed: u64,
    /// Cells that stay as they are.
    pub unchanged: u64,
    /// Cells that ended: split, or merged into another.
    pub ended: u64,
}

#[derive(Deserialize)]
struct Collection<'a> {
    #[serde(borrow)]
    features: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Feature<'a> {
    #[serde(borrow)]
    geometry: Option<&'a RawValue>,
    properties: Properties,
}

#[derive(Deserialize)]
struct Properties {
    code: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    name_en: String,
    #[serde(default)]
    synthetic: bool,
    /// Codes of cells that end where this one begins: a split names one in several features, a
    /// merge several in one.
    #[serde(default)]
    replaces: Vec<String>,
}

/// A feature that is well formed by itself.
struct Read {
    index: usize,
    it: Properties,
    shape: Shape,
}

/// What is to be written.
#[derive(Default)]
struct Plan {
    outcome: Outcome,
    ended: Vec<String>,
    cells: Vec<Cell>,
}

/// Brings in cells from a GeoJSON `FeatureCollection` whose coordinates are in `datum`, in force
/// from `from` (now when absent). Each feature has a `code` of 15 digits and a `name`, perhaps
/// `name_en`, `synthetic` and `replaces`; a feature with a community's code is its outline, which
/// its cells must fill. `Invalid` tells every feature that is wrong; then nothing is written. The
/// same file again changes nothing. For administrators.
pub async fn import(
    domain: &Domain,
    cx: &Context,
    file: Vec<u8>,
    datum: Option<&str>,
    from: Option<Timestamp>,
) -> Result<Outcome> {
    may_import(cx)?;
    let datum = match datum.map(str::trim) {
        None | Some("") => return Err(Error::invalid("datum", "grid-datum-missing")),
        Some(name) => {
            Datum::from_name(name).ok_or_else(|| Error::invalid("datum", "grid-datum-unknown"))?
        }
    };
    // What is checked must still be so when it is written.
    let turn = domain.grid.turn.try_lock();
    let _turn = turn.map_err(|_| Error::Conflict("grid-import-running"))?;
    let (index, from) = (domain.grid.index(), from.unwrap_or(cx.now));
    let plan = tokio::task::spawn_blocking(move || plan(&index, &file, datum, from));
    let plan = plan.await.map_err(Error::internal)??;
    let outcome = plan.outcome;
    if plan.cells.is_empty() && plan.ended.is_empty() {
        return Ok(outcome);
    }
    let (shared, cx) = (domain.clone(), cx.clone());
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            for code in &plan.ended {
                db::grid::end_cell(t, code, from).await?;
            }
            db::grid::insert_cells(t, &plan.cells).await?;
            let what = format!("{outcome:?}");
            audit::record(t, &shared, &cx, "import-cells", &what, "done").await
        })
    });
    write.await?;
    domain.grid.reload(&domain.database).await?;
    Ok(outcome)
}

fn plan(index: &Index, file: &[u8], datum: Datum, from: Timestamp) -> Result<Plan> {
    let collection: Collection<'_> = serde_json::from_slice(file)
        .map_err(|_| Error::invalid("file", "grid-geojson-unreadable"))?;
    if collection.features.len() > MOST {
        let problem = Problem::at("file", "grid-geojson-too-many").with("limit", MOST);
        return Err(Error::Invalid(vec![problem]));
    }
    let (mut read, mut problems) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for (n, raw) in collection.features.iter().enumerate() {
        match feature(index, n, raw, datum, from) {
            Ok(it) if !seen.insert(it.it.code.clone()) => {
                problems.push(told(n, &it.it.code, "grid-cell-twice"));
            }
            Ok(it) => read.push(it),
            Err(problem) => problems.push(problem),
        }
    }
    if read.is_empty() && problems.is_empty() {
        problems.push(Problem::at("file", "grid-geojson-empty"));
    }
    refuse(problems)?;
    let (outlines, cells): (Vec<_>, Vec<_>) = read
        .into_iter()
        .partition(|it| DivisionLevel::of(&it.it.code) == Some(DivisionLevel::Community));
    let plan = versions(index, &cells, from)?;
    fit(index, &cells, &outlines, &plan, from)?;
    Ok(plan)
}

fn refuse(mut problems: Vec<Problem>) -> Result<()> {
    problems.truncate(TOLD);
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Error::Invalid(problems)),
    }
}

fn told(n: usize, code: &str, problem: &str) -> Problem {
    Problem::at(&format!("features[{n}]"), problem)
        .with("n", n)
        .with("code", code)
}

/// One feature by itself: its code, its name, its ring.
fn feature(
    index: &Index,
    n: usize,
    raw: &RawValue,
    datum: Datum,
    from: Timestamp,
) -> Result<Read, Problem> {
    let feature: Feature<'_> = serde_json::from_str(raw.get())
        .map_err(|error| told(n, "?", "grid-feature-shape").with("detail", error))?;
    let it = feature.properties;
    let bad = |problem: &str| told(n, &it.code, problem);
    let community = match DivisionLevel::of(&it.code) {
        Some(level @ DivisionLevel::Cell) => level.parent(&it.code).unwrap_or_default(),
        Some(DivisionLevel::Community) => it.code.as_str(),
        _ => return Err(bad("grid-cell-code")),
    };
    if !index.division(community).is_some_and(|it| it.live(from)) {
        return Err(bad("grid-cell-no-community").with("community", community));
    }
    let longest = it.name.chars().count().max(it.name_en.chars().count());
    if it.code.len() == DivisionLevel::Cell.digits()
        && (it.name.trim().is_empty() || longest > NAME)
    {
        return Err(bad("grid-division-name").with("limit", NAME));
    }
    let geometry = feature.geometry.map_or("null", RawValue::get);
    let shape = Shape::from_geojson(geometry).map_err(|_| bad("grid-cell-geometry"))?;
    let shape = shape
        .moved(|lon, lat| Point { lon, lat, datum }.position())
        .map_err(|_| bad("grid-cell-out-of-range"))?;
    if let Some(why) = shape.fault() {
        return Err(bad("grid-cell-crossing").with("detail", why));
    }
    Ok(Read {
        index: n,
        it,
        shape,
    })
}

/// Which boundaries end and which begin.
fn versions(index: &Index, cells: &[Read], from: Timestamp) -> Result<Plan> {
    let mut known: HashMap<&str, Vec<&Cell>> = HashMap::new();
    for cell in index.versions("") {
        known.entry(&cell.division.code).or_default().push(cell);
    }
    let of = |code: &str| known.get(code).map(Vec::as_slice).unwrap_or_default();
    // The boundary that stands, or is to stand, from that moment on.
    let standing = |code: &str| {
        let mut all = of(code)
            .iter()
            .filter(|it| it.division.until.is_none_or(|until| from < until));
        all.next_back().copied()
    };
    let (mut plan, mut problems) = (Plan::default(), Vec::new());
    let mut ended = BTreeSet::new();
    let coming: HashSet<&str> = cells.iter().map(|it| it.it.code.as_str()).collect();
    for cell in cells {
        let code = cell.it.code.as_str();
        let before = standing(code);
        let name_en = match cell.it.name_en.trim() {
            "" => cell.it.name.trim(),
            own => own,
        };
        let same = before.is_some_and(|before| {
            before.division.name == cell.it.name.trim()
                && before.division.name_en == name_en
                && before.shape.near(&cell.shape)
        });
        let mut replaced: Vec<&str> = cell.it.replaces.iter().map(String::as_str).collect();
        replaced.retain(|it| !coming.contains(it));
        if same {
            // A file that was taken before names what has ended since.
            replaced.retain(|it| standing(it).is_some());
        }
        for code in &replaced {
            match standing(code) {
                None => problems.push(told(cell.index, code, "grid-replaces-unknown")),
                Some(_) => drop(ended.insert((*code).to_owned())),
            }
        }
        if same {
            plan.outcome.unchanged += 1;
            continue;
        }
        match before {
            Some(_) => {
                plan.outcome.changed += 1;
                plan.ended.push(code.to_owned());
            }
            None => plan.outcome.added += 1,
        }
        for ending in replaced.iter().copied().chain([code]).filter_map(standing) {
            if ending.division.from >= from {
                problems.push(told(
                    cell.index,
                    &ending.division.code,
                    "grid-from-too-early",
                ));
            }
        }
        let version = of(code).iter().map(|it| it.version).max().unwrap_or(0) + 1;
        plan.cells.push(Cell {
            division: Division {
                code: code.to_owned(),
                name: cell.it.name.trim().to_owned(),
                name_en: name_en.to_owned(),
                level: DivisionLevel::Cell,
                parent: DivisionLevel::Cell.parent(code).map(str::to_owned),
                synthetic: cell.it.synthetic,
                from,
                until: None,
            },
            version,
            shape: cell.shape.clone(),
        });
    }
    refuse(problems)?;
    plan.outcome.ended = ended.len() as u64;
    plan.ended.extend(ended);
    Ok(plan)
}

/// Whether the boundaries fit together: no overlap, no gap.
fn fit(
    index: &Index,
    cells: &[Read],
    outlines: &[Read],
    plan: &Plan,
    from: Timestamp,
) -> Result<()> {
    let gone: HashSet<&str> = plan.ended.iter().map(String::as_str).collect();
    let coming: HashSet<&str> = cells.iter().map(|it| it.it.code.as_str()).collect();
    let stays = |it: &&Cell| {
        let code = it.division.code.as_str();
        let later = it.division.until.is_none_or(|until| from < until);
        later && !gone.contains(code) && !coming.contains(code)
    };
    let tree = rstar::RTree::bulk_load(
        cells
            .iter()
            .enumerate()
            .filter_map(|(at, it)| {
                let [low, high] = it.shape.bounds()?;
                let rectangle = rstar::primitives::Rectangle::from_corners(low, high);
                Some(rstar::primitives::GeomWithData::new(rectangle, at))
            })
            .collect(),
    );
    let mut problems = Vec::new();
    for (at, cell) in cells.iter().enumerate() {
        let Some(bounds @ [low, high]) = cell.shape.bounds() else {
            continue;
        };
        let here = rstar::AABB::from_corners(low, high);
        let others = tree
            .locate_in_envelope_intersecting(here)
            .filter(|it| it.data < at)
            .filter_map(|it| cells.get(it.data))
            .map(|it| (it.it.code.as_str(), &it.shape));
        let old = index.near(bounds).filter(stays);
        let old = old.map(|it| (it.division.code.as_str(), &it.shape));
        for (other, shape) in others.chain(old) {
            let common = metres(&cell.shape.polygons().intersection(shape.polygons()));
            if common > SLIVER {
                let problem = told(cell.index, &cell.it.code, "grid-cell-overlap");
                problems.push(problem.with("other", other).with("metres", common.ceil()));
            }
        }
    }
    problems.extend(gaps(index, cells, outlines, &stays));
    refuse(problems)
}

fn gaps<'a>(
    index: &'a Index,
    cells: &'a [Read],
    outlines: &'a [Read],
    stays: &dyn Fn(&&'a Cell) -> bool,
) -> Vec<Problem> {
    let mut communities: BTreeMap<&str, Vec<&Read>> = BTreeMap::new();
    for cell in cells {
        communities
            .entry(cell.it.code.get(..12).unwrap_or_default())
            .or_default()
            .push(cell);
    }
    for outline in outlines {
        communities.entry(&outline.it.code).or_default();
    }
    let mut problems = Vec::new();
    for (community, coming) in communities {
        let standing: Vec<&Cell> = index.versions(community).filter(|it| stays(it)).collect();
        let shapes = coming.iter().map(|it| &it.shape);
        let shapes: Vec<&MultiPolygon> = shapes
            .chain(standing.iter().map(|it| &it.shape))
            .map(Shape::polygons)
            .collect();
        let whole = unary_union(shapes.iter().copied());
        let outline = outlines.iter().find(|it| it.it.code == community);
        if let Some(outline) = outline {
            let (inside, all) = (outline.shape.polygons(), &whole);
            let over = metres(&all.difference(inside));
            if over > SLIVER {
                problems.push(
                    told(outline.index, community, "grid-cells-outside")
                        .with("metres", over.ceil()),
                );
            }
            let lacking = metres(&inside.difference(all));
            if lacking > SLIVER {
                problems.push(
                    told(outline.index, community, "grid-cells-gap").with("metres", lacking.ceil()),
                );
            }
            continue;
        }
        // A hole that another community's cells fill is none.
        for hole in whole.iter().flat_map(Polygon::interiors) {
            let hole = MultiPolygon::new(vec![Polygon::new(hole.clone(), Vec::new())]);
            let Some(bounds) = super::geometry::bounds(&hole) else {
                continue;
            };
            let others = index
                .near(bounds)
                .filter(|it| stays(it))
                .map(|it| it.shape.polygons());
            let others = others.chain(cells.iter().map(|it| it.shape.polygons()));
            let lacking = metres(&hole.difference(&unary_union(others)));
            if lacking > SLIVER {
                let first = coming.first().map_or(0, |it| it.index);
                problems
                    .push(told(first, community, "grid-cells-gap").with("metres", lacking.ceil()));
            }
        }
    }
    problems
}

/// The area of shapes of a town's size, in square metres.
fn metres(shape: &MultiPolygon) -> f64 {
    let Some([low, high]) = super::geometry::bounds(shape) else {
        return 0.0;
    };
    let latitude = f64::midpoint(low[1], high[1]).to_radians();
    shape.unsigned_area() * DEGREE * DEGREE * latitude.cos()
}
