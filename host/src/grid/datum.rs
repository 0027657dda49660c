//! Coordinate systems. Everything is kept as CGCS2000 (within a metre of WGS 84); Chinese maps and
//! phones hand out GCJ-02 and BD-09, hundreds of metres off. A point comes with its system
//! declared and is converted once, at the edge; a point without one is refused, never guessed.
//!
//! GCJ-02 and BD-09 are not published by their makers; the formulae here are those in public use
//! since 2013 (see googollee/eviltransform), and the inverses iterate until exact.

use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

use crate::error::{Error, Problem, Result};

/// The system that a pair of coordinates is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Datum {
    /// China Geodetic Coordinate System 2000: what is stored.
    Cgcs2000,
    /// GPS receivers and browsers outside China; equal to CGCS2000 to within a metre.
    Wgs84,
    /// Chinese maps (Amap, Tencent) and phones.
    Gcj02,
    /// Baidu's maps.
    Bd09,
}

impl Datum {
    /// Every system.
    pub const ALL: [Self; 4] = [Self::Cgcs2000, Self::Wgs84, Self::Gcj02, Self::Bd09];

    /// Its name in forms, the API and the contract.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cgcs2000 => "cgcs2000",
            Self::Wgs84 => "wgs84",
            Self::Gcj02 => "gcj02",
            Self::Bd09 => "bd09",
        }
    }

    /// The system of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|datum| datum.name() == name)
    }
}

/// A point as it came in, with its system declared. Degrees.
#[derive(
    Clone, Copy, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema, utoipa::IntoParams,
)]
#[into_params(parameter_in = Query)]
pub struct Point {
    /// Longitude, -180 to 180.
    pub lon: f64,
    /// Latitude, -90 to 90.
    pub lat: f64,
    /// The system both are in.
    pub datum: Datum,
}

/// A point as it is kept: CGCS2000, degrees.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Position {
    /// Longitude, -180 to 180.
    pub lon: f64,
    /// Latitude, -90 to 90.
    pub lat: f64,
}

impl Point {
    /// From the texts of a form. `Invalid` names the field: `lon`, `lat` or `datum`.
    pub fn parse(lon: &str, lat: &str, datum: Option<&str>) -> Result<Self> {
        let number = |at: &str, text: &str| {
            let parsed = text.trim().parse::<f64>();
            parsed.map_err(|_| Problem::at(at, "grid-coordinate-not-a-number"))
        };
        let datum = match datum.map(str::trim) {
            None | Some("") => Err(Problem::at("datum", "grid-datum-missing")),
            Some(name) => {
                Datum::from_name(name).ok_or_else(|| Problem::at("datum", "grid-datum-unknown"))
            }
        };
        match (number("lon", lon), number("lat", lat), datum) {
            (Ok(lon), Ok(lat), Ok(datum)) => Ok(Self { lon, lat, datum }),
            (lon, lat, datum) => Err(Error::Invalid(
                [lon.err(), lat.err(), datum.err()]
                    .into_iter()
                    .flatten()
                    .collect(),
            )),
        }
    }

    /// Converted to what is kept. `Invalid` when out of range or not a number.
    pub fn position(self) -> Result<Position> {
        let within = |value: f64, bound: f64| value.is_finite() && value.abs() <= bound;
        if !within(self.lon, 180.0) {
            return Err(Error::invalid("lon", "grid-coordinate-out-of-range"));
        }
        if !within(self.lat, 90.0) {
            return Err(Error::invalid("lat", "grid-coordinate-out-of-range"));
        }
        let here = (self.lon, self.lat);
        let (lon, lat) = match self.datum {
            Datum::Cgcs2000 | Datum::Wgs84 => here,
            Datum::Gcj02 => invert(gcj02, here),
            Datum::Bd09 => invert(gcj02, invert(bd09, here)),
        };
        Ok(Position { lon, lat })
    }
}

impl Position {
    /// Converted to another system, for a map that is drawn in it.
    pub fn to(self, datum: Datum) -> Point {
        let here = (self.lon, self.lat);
        let (lon, lat) = match datum {
            Datum::Cgcs2000 | Datum::Wgs84 => here,
            Datum::Gcj02 => gcj02(here),
            Datum::Bd09 => bd09(gcj02(here)),
        };
        Point { lon, lat, datum }
    }
}

/// Semi-major axis of the Krasovsky 1940 ellipsoid, in metres, and the square of its eccentricity.
const AXIS: f64 = 6_378_245.0;
const ECCENTRICITY_2: f64 = 0.006_693_421_622_965_943;

/// WGS 84 to GCJ-02: no change outside a rectangle around China.
fn gcj02((lon, lat): (f64, f64)) -> (f64, f64) {
    if !(72.004..=137.8347).contains(&lon) || !(0.8293..=55.8271).contains(&lat) {
        return (lon, lat);
    }
    let (x, y) = (lon - 105.0, lat - 35.0);
    let wave = |amplitude: f64, frequency: f64, at: f64| amplitude * (at * frequency * PI).sin();
    let ripple = wave(20.0, 6.0, x) + wave(20.0, 2.0, x);
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + 2.0 / 3.0
            * (ripple
                + wave(20.0, 1.0, y)
                + wave(40.0, 1.0 / 3.0, y)
                + wave(160.0, 1.0 / 12.0, y)
                + wave(320.0, 1.0 / 30.0, y));
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + 2.0 / 3.0
            * (ripple
                + wave(20.0, 1.0, x)
                + wave(40.0, 1.0 / 3.0, x)
                + wave(150.0, 1.0 / 12.0, x)
                + wave(300.0, 1.0 / 30.0, x));
    let sine = lat.to_radians().sin();
    let w2 = 1.0 - ECCENTRICITY_2 * sine * sine;
    let meridian = AXIS * (1.0 - ECCENTRICITY_2) / (w2 * w2.sqrt());
    let parallel = AXIS / w2.sqrt() * lat.to_radians().cos();
    (
        lon + (east / parallel).to_degrees(),
        lat + (north / meridian).to_degrees(),
    )
}

/// GCJ-02 to BD-09.
fn bd09((lon, lat): (f64, f64)) -> (f64, f64) {
    const TURN: f64 = PI * 3000.0 / 180.0;
    let radius = lon.hypot(lat) + 0.000_02 * (lat * TURN).sin();
    let angle = lat.atan2(lon) + 0.000_003 * (lon * TURN).cos();
    (radius * angle.cos() + 0.0065, radius * angle.sin() + 0.006)
}

/// The point that `forward` takes to `target`. Both shifts vary slowly (by less than a hundredth
/// of a step), so each turn gains two digits; a nanodegree is a tenth of a millimetre.
fn invert(forward: fn((f64, f64)) -> (f64, f64), target: (f64, f64)) -> (f64, f64) {
    let mut guess = target;
    for _ in 0..16 {
        let (lon, lat) = forward(guess);
        let (east, north) = (target.0 - lon, target.1 - lat);
        guess = (guess.0 + east, guess.1 + north);
        if east.abs() < 1e-9 && north.abs() < 1e-9 {
            break;
        }
    }
    guess
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn metres(a: (f64, f64), b: (f64, f64)) -> f64 {
        let north = (a.1 - b.1) * 111_320.0;
        let east = (a.0 - b.0) * 111_320.0 * a.1.to_radians().cos();
        north.hypot(east)
    }

    fn near(a: (f64, f64), b: (f64, f64), limit: f64) {
        assert!(metres(a, b) < limit, "{a:?} {b:?}: {} m", metres(a, b));
    }

    fn kept(lon: f64, lat: f64, datum: Datum) -> (f64, f64) {
        let position = Point { lon, lat, datum }.position().unwrap();
        (position.lon, position.lat)
    }

    /// Pairs published in googollee/eviltransform (python/tests), WGS 84 and GCJ-02, latitude
    /// first there: Shanghai, Shenzhen, Beijing.
    #[test]
    fn wgs84_to_gcj02_as_published() {
        for (wgs, gcj) in [
            (
                (121.5272106, 31.1774276),
                (121.531541859215, 31.17530398364597),
            ),
            (
                (113.912316, 22.543847),
                (113.9171764808363, 22.540796131694766),
            ),
            (
                (116.377817, 39.911954),
                (116.38404722455657, 39.91334545536069),
            ),
        ] {
            near(gcj02(wgs), gcj, 0.001);
            near(kept(gcj.0, gcj.1, Datum::Gcj02), wgs, 0.001);
        }
    }

    /// Pairs published in wandergis/coordtransform (test/app.js).
    #[test]
    fn gcj02_to_bd09_as_published() {
        near(
            bd09((116.404, 39.915)),
            (116.41036949371029, 39.92133699351021),
            0.001,
        );
        let back = invert(bd09, (116.404, 39.915));
        near(back, (116.39762729119315, 39.90865673957631), 1.0);
    }

    /// Cities as the map services themselves give them, to seven digits, published in
    /// hujiulong/gcoord (test/fixtures/china-cities.json): Zhumadian, Shantou, Shenyang, Taizhou.
    #[test]
    fn cities_as_published() {
        for (wgs, gcj, bd) in [
            (
                (114.0164322, 33.0133556),
                (114.022306, 33.0115324),
                (114.0287781, 33.0176697),
            ),
            (
                (116.6775114, 23.3567569),
                (116.6819735, 23.3540964),
                (116.6885014, 23.3598884),
            ),
            (
                (123.4253306, 41.8032629),
                (123.4314787, 41.8057023),
                (123.438095, 41.8114013),
            ),
            (
                (119.9183831, 32.4580023),
                (119.9231242, 32.4557802),
                (119.9296902, 32.4615531),
            ),
        ] {
            near(kept(gcj.0, gcj.1, Datum::Gcj02), wgs, 1.0);
            near(kept(bd.0, bd.1, Datum::Bd09), wgs, 1.0);
        }
    }

    #[test]
    fn outside_china_nothing_moves() {
        assert_eq!(kept(2.35, 48.85, Datum::Gcj02), (2.35, 48.85));
    }

    #[test]
    fn an_undeclared_system_is_refused() {
        let codes = |result: Result<Point>| match result {
            Err(Error::Invalid(problems)) => problems
                .into_iter()
                .map(|p| (p.at.unwrap_or_default(), p.code))
                .collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        let missing = vec![("datum".to_owned(), "grid-datum-missing".to_owned())];
        assert_eq!(codes(Point::parse("121.48", "31.22", None)), missing);
        assert_eq!(codes(Point::parse("121.48", "31.22", Some(""))), missing);
        let json = r#"{"lon":121.48,"lat":31.22}"#;
        assert!(serde_json::from_str::<Point>(json).is_err());
        assert_eq!(codes(Point::parse("a", "b", Some("utm"))).len(), 3);
        for (lon, lat) in [(181.0, 0.0), (0.0, -90.5), (f64::NAN, 0.0)] {
            let datum = Datum::Wgs84;
            assert!(Point { lon, lat, datum }.position().is_err());
        }
    }

    proptest! {
        #[test]
        fn there_and_back_is_under_a_centimetre(lon in 73.0..135.0, lat in 3.0..54.0) {
            for datum in Datum::ALL {
                let there = Position { lon, lat }.to(datum);
                let back = there.position().unwrap();
                prop_assert!(metres((lon, lat), (back.lon, back.lat)) < 0.01, "{datum:?}");
            }
        }
    }
}
