//! Finding the cell of a point among 100,000, beside looking at each cell's bounds.

use std::{hint::black_box, time::Instant};

use onedoor::{
    domain::testing::NOW,
    grid::{Cell, Division, DivisionLevel, Index, Position, Shape},
};

use crate::figures::{self, Times};

const ACROSS: usize = 400;
const DOWN: usize = 250;
const POINTS: usize = 200_000;
const SCANS: usize = 200;
/// A cell's width and height in degrees: about 100 m.
const STEP: f64 = 0.001;
const WEST: f64 = 121.2;
const SOUTH: f64 = 31.0;

pub fn run() {
    let index = Index::new(Vec::new(), cells()).unwrap();
    assert_eq!(index.len(), ACROSS * DOWN);
    figures::times("locate among 100,000 cells of 12 corners");
    let (mut times, mut found) = (Times::new(), 0);
    for n in 0..POINTS {
        let at = point(n);
        let from = Instant::now();
        let cell = black_box(index.locate(black_box(at), NOW));
        times.note(from.elapsed());
        found += usize::from(cell.is_some());
    }
    assert_eq!(found, POINTS, "every point lies in a cell");
    times.show("locate", None);
    let cells = cells();
    let bounds: Vec<_> = cells.iter().filter_map(|it| it.shape.bounds()).collect();
    let mut times = Times::new();
    for n in 0..SCANS {
        let at = point(n);
        let from = Instant::now();
        let inside = |[low, high]: &&[[f64; 2]; 2]| {
            (low[0]..=high[0]).contains(&at.lon) && (low[1]..=high[1]).contains(&at.lat)
        };
        black_box(bounds.iter().filter(inside).count());
        times.note(from.elapsed());
    }
    times.show("every cell's bounds looked at", None);
}

/// Well inside the area, never near its ragged rim; spread by two irrational steps.
fn point(n: usize) -> Position {
    let spread = |step: f64, width: usize| {
        let part = (n as f64 * step).fract();
        (1.0 + part * (width - 2) as f64) * STEP
    };
    Position {
        lon: WEST + spread(0.618_033_988_749_895, ACROSS),
        lat: SOUTH + spread(0.754_877_666_246_693, DOWN),
    }
}

/// Cells whose edges wander, neighbours sharing them: three segments to each side.
fn cells() -> Vec<Cell> {
    let at = |x: usize, y: usize| {
        // Thirds of a cell; each corner is off its place by up to a tenth of a cell.
        let off = |seed: usize| ((seed.wrapping_mul(2_654_435_761) >> 7) % 1000) as f64 / 5e6;
        let seed = x * 4_000 + y;
        let lon = WEST + x as f64 * STEP / 3.0 + off(seed) - 1e-4;
        let lat = SOUTH + y as f64 * STEP / 3.0 + off(seed ^ 0x5a5a) - 1e-4;
        format!("[{lon},{lat}]")
    };
    let mut cells = Vec::with_capacity(ACROSS * DOWN);
    for y in 0..DOWN {
        for x in 0..ACROSS {
            let (west, south) = (x * 3, y * 3);
            let south_side = (0..3).map(|n| at(west + n, south));
            let east_side = (0..3).map(|n| at(west + 3, south + n));
            let north_side = (0..3).map(|n| at(west + 3 - n, south + 3));
            let west_side = (0..3).map(|n| at(west, south + 3 - n));
            let ring: Vec<String> = south_side
                .chain(east_side)
                .chain(north_side)
                .chain(west_side)
                .chain([at(west, south)])
                .collect();
            let text = format!(
                r#"{{"type":"Polygon","coordinates":[[{}]]}}"#,
                ring.join(",")
            );
            cells.push(cell(y * ACROSS + x, Shape::from_geojson(&text).unwrap()));
        }
    }
    cells
}

fn cell(n: usize, shape: Shape) -> Cell {
    Cell {
        division: Division {
            code: format!("310101001001{n:06}"),
            name: String::new(),
            name_en: String::new(),
            level: DivisionLevel::Cell,
            parent: None,
            synthetic: true,
            from: NOW,
            until: None,
        },
        version: 1,
        shape,
    }
}
