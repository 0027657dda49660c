//! Service points over the API. Public, as places are.

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest as _, Request, State},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::Query;
use crate::{
    app::App,
    context::Context,
    error::{Error, Result},
    grid::{
        Datum, Point,
        circle::{self, Reachable},
        divisions::may_import,
    },
};

/// Where from, and how far.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Walk {
    /// Longitude, degrees. With `lat` and `datum`, or `community` instead.
    lon: Option<f64>,
    /// Latitude, degrees.
    lat: Option<f64>,
    /// The system both are in.
    datum: Option<Datum>,
    /// How long the walk may be, in minutes at 1.1 m/s as the crow flies; 1 to 60.
    #[serde(default = "fifteen")]
    minutes: u32,
    /// Only this kind.
    kind: Option<String>,
    /// 12 digits: around the middle of this community, or in it where there is no geometry.
    community: Option<String>,
}

const fn fifteen() -> u32 {
    15
}

/// Service points within a walk, the nearest first.
#[utoipa::path(get, path = "/api/v1/service-points", tag = "grid", params(Walk),
    responses((status = 200, body = Vec<Reachable>), (status = 404), (status = 422)))]
pub async fn near(
    State(app): State<App>,
    cx: Context,
    Query(walk): Query<Walk>,
) -> Result<Json<Vec<Reachable>>> {
    let found = match (walk.lon, walk.lat, walk.datum, &walk.community) {
        (Some(lon), Some(lat), Some(datum), _) => {
            let at = Point { lon, lat, datum };
            circle::near(&app.domain, &cx, at, walk.minutes, walk.kind.as_deref()).await?
        }
        (None, None, _, Some(community)) => circle::around(&app.domain, &cx, community).await?,
        (Some(_), Some(_), None, _) => return Err(Error::invalid("datum", "grid-datum-missing")),
        _ => return Err(Error::invalid("lon", "circle-where")),
    };
    Ok(Json(found))
}

/// How many points came.
#[derive(Debug, Serialize, ToSchema)]
pub struct Brought {
    /// Points of the list.
    points: usize,
}

/// Brings in service points from CSV of at most 8 MiB, all or nothing. For administrators.
#[utoipa::path(post, path = "/api/v1/service-points", tag = "grid",
    request_body(content_type = "text/csv", content = Vec<u8>),
    responses((status = 200, body = Brought), (status = 401), (status = 403), (status = 422)))]
pub async fn import(
    State(app): State<App>,
    cx: Context,
    request: Request,
) -> Result<Json<Brought>> {
    may_import(&cx)?;
    let list = Bytes::from_request(request, &app).await;
    let list = list.map_err(|_| Error::invalid("file", "circle-list-too-long"))?;
    let points = circle::import(&app.domain, &cx, &list).await?;
    Ok(Json(Brought { points }))
}
