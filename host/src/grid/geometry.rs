//! The shape of a cell: one or more polygons in CGCS2000, kept as GeoJSON.

use geo::{
    BoundingRect as _, Coord, CoordsIter as _, LineString, MapCoords as _, MultiPolygon, Polygon,
    Validation as _,
    coordinate_position::{CoordPos, CoordinatePosition as _},
};
use serde_json::{Value, json};

use super::Position;
use crate::error::{Error, Result};

/// The shape of a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape(MultiPolygon<f64>);

impl Shape {
    /// An upright rectangle.
    pub fn rectangle(west: f64, south: f64, east: f64, north: f64) -> Self {
        let ring = [
            (west, south),
            (east, south),
            (east, north),
            (west, north),
            (west, south),
        ];
        Self(MultiPolygon::new(vec![Polygon::new(
            LineString::from(ring.to_vec()),
            Vec::new(),
        )]))
    }

    /// From a GeoJSON `Polygon` or `MultiPolygon`. `Invalid` when it is none.
    pub fn from_geojson(text: &str) -> Result<Self> {
        let refuse = || Error::invalid("geometry", "grid-geometry-unreadable");
        let value: Value = serde_json::from_str(text).map_err(|_| refuse())?;
        let coordinates = value.get("coordinates").ok_or_else(refuse)?;
        let polygons = match value.get("type").and_then(Value::as_str) {
            Some("Polygon") => vec![polygon(coordinates).ok_or_else(refuse)?],
            Some("MultiPolygon") => coordinates
                .as_array()
                .and_then(|all| all.iter().map(polygon).collect())
                .ok_or_else(refuse)?,
            _ => return Err(refuse()),
        };
        Ok(Self(MultiPolygon::new(polygons)))
    }

    /// As GeoJSON; a `Polygon` when there is just one.
    pub fn to_geojson(&self) -> String {
        let rings = |polygon: &Polygon<f64>| -> Value {
            std::iter::once(polygon.exterior())
                .chain(polygon.interiors())
                .map(|ring| ring.coords().map(|at| json!([at.x, at.y])).collect())
                .collect::<Vec<Value>>()
                .into()
        };
        match self.0.0.as_slice() {
            [one] => json!({"type": "Polygon", "coordinates": rings(one)}),
            all => {
                let all: Vec<Value> = all.iter().map(rings).collect();
                json!({"type": "MultiPolygon", "coordinates": all})
            }
        }
        .to_string()
    }

    /// With every corner moved, as from one coordinate system to another.
    pub(super) fn moved(&self, to: impl Fn(f64, f64) -> Result<Position>) -> Result<Self> {
        let moved = self.0.try_map_coords(|it| {
            let at = to(it.x, it.y)?;
            Ok::<_, Error>(Coord {
                x: at.lon,
                y: at.lat,
            })
        });
        Ok(Self(moved?))
    }

    /// What makes it no area by the OGC's rules (Simple Feature Access, 6.1.11), as a ring that
    /// crosses itself; none when it is one.
    pub(super) fn fault(&self) -> Option<String> {
        if self.0.0.is_empty() {
            return Some("empty".to_owned());
        }
        self.0.check_validation().err().map(|it| it.to_string())
    }

    /// Whether another has the same corners, to a tenth of a millimetre.
    pub(super) fn near(&self, other: &Self) -> bool {
        let corners = |it: &Self| it.0.coords_iter().count();
        corners(self) == corners(other)
            && self
                .0
                .coords_iter()
                .zip(other.0.coords_iter())
                .all(|(a, b)| (a.x - b.x).abs() < 1e-9 && (a.y - b.y).abs() < 1e-9)
    }

    /// Its polygons.
    pub(super) const fn polygons(&self) -> &MultiPolygon<f64> {
        &self.0
    }

    /// Where a point is. Exact: the predicates do not round.
    pub(super) fn position(&self, at: Position) -> CoordPos {
        let coord = Coord {
            x: at.lon,
            y: at.lat,
        };
        self.0.coordinate_position(&coord)
    }

    /// South-west and north-east corner; none when the shape is empty.
    pub fn bounds(&self) -> Option<[[f64; 2]; 2]> {
        bounds(&self.0)
    }

    /// Outer rings as lists of positions, for drawing.
    pub fn rings(&self) -> impl Iterator<Item = Vec<Position>> + '_ {
        self.0.iter().map(|polygon| {
            let coords = polygon.exterior().coords();
            coords.map(|c| Position { lon: c.x, lat: c.y }).collect()
        })
    }
}

/// South-west and north-east corner; none when there is no corner at all.
pub(super) fn bounds(shape: &MultiPolygon<f64>) -> Option<[[f64; 2]; 2]> {
    let bounds = shape.bounding_rect()?;
    let (low, high) = (bounds.min(), bounds.max());
    Some([[low.x, low.y], [high.x, high.y]])
}

fn polygon(rings: &Value) -> Option<Polygon<f64>> {
    let mut rings = rings.as_array()?.iter().map(ring);
    let outer = rings.next()??;
    Some(Polygon::new(outer, rings.collect::<Option<Vec<_>>>()?))
}

fn ring(points: &Value) -> Option<LineString<f64>> {
    let points: Vec<(f64, f64)> = points
        .as_array()?
        .iter()
        .map(|point| Some((point.get(0)?.as_f64()?, point.get(1)?.as_f64()?)))
        .collect::<Option<_>>()?;
    let closed = points.len() >= 4 && points.first() == points.last();
    closed.then(|| LineString::from(points))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn geojson_comes_back_as_it_was() {
        let ring = "[[[0.0,0.0],[2.0,0.0],[2.0,2.0],[0.0,0.0]]]";
        for text in [
            format!(r#"{{"coordinates":{ring},"type":"Polygon"}}"#),
            format!(r#"{{"coordinates":[{ring},{ring}],"type":"MultiPolygon"}}"#),
        ] {
            assert_eq!(Shape::from_geojson(&text).unwrap().to_geojson(), text);
        }
    }

    #[test]
    fn broken_geometry_is_refused() {
        for text in [
            "",
            r#"{"type":"Point","coordinates":[0,0]}"#,
            r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1]]]}"#,
            r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}"#,
            r#"{"type":"Polygon","coordinates":[]}"#,
        ] {
            assert!(Shape::from_geojson(text).is_err(), "{text}");
        }
    }
}
