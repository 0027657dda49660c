//! Boundaries of cells over the API.

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest as _, Path, Request, State},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::extract::Query;
use crate::{
    app::App,
    context::Context,
    error::{Error, Problem, Result},
    grid::{self, Division, divisions::may_import, survey},
    time::Timestamp,
};

/// How a survey is to be understood.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Survey {
    /// The coordinate system: `cgcs2000`, `wgs84`, `gcj02` or `bd09`. Must be declared.
    datum: Option<String>,
    /// From when on the boundaries stand; now when absent.
    #[param(value_type = Option<String>)]
    from: Option<Timestamp>,
}

/// Brings in boundaries from a GeoJSON `FeatureCollection` of at most 32 MiB, all or nothing. Each
/// feature has a `code` of 15 digits and a `name`, perhaps `name_en`, `synthetic`, and `replaces`:
/// the codes that a split or a merge ends. One with a community's code is its outline. Every
/// feature that is wrong is told, at `features[n]`. For administrators.
#[utoipa::path(post, path = "/api/v1/grid/cells", tag = "grid", params(Survey),
    request_body(content_type = "application/geo+json", content = Vec<u8>),
    responses((status = 200, body = survey::Outcome), (status = 401), (status = 403), (status = 409), (status = 422)))]
pub async fn import(
    State(app): State<App>,
    cx: Context,
    Query(it): Query<Survey>,
    request: Request,
) -> Result<Json<survey::Outcome>> {
    may_import(&cx)?;
    let file = Bytes::from_request(request, &app).await.map_err(|_| {
        let limit = survey::LARGEST / (1024 * 1024);
        Error::Invalid(vec![
            Problem::at("file", "grid-geojson-too-large").with("limit", limit),
        ])
    })?;
    let datum = it.datum.as_deref();
    survey::import(&app.domain, &cx, file.into(), datum, it.from)
        .await
        .map(Json)
}

/// One boundary of a cell.
#[derive(Debug, Serialize, ToSchema)]
pub struct Boundary {
    /// The cell, with the dates that this boundary stands between.
    #[serde(flatten)]
    cell: Division,
    /// Counts the boundaries that the cell has had.
    version: i64,
    /// GeoJSON in CGCS2000.
    #[schema(value_type = Object)]
    geometry: Value,
}

/// Every boundary that the cells of a community have, had or will have, by code and version.
#[utoipa::path(get, path = "/api/v1/grid/divisions/{code}/boundaries", tag = "grid",
    params(("code" = String, Path, description = "12 digits, or 15 for one cell")),
    responses((status = 200, body = Vec<Boundary>), (status = 422)))]
pub async fn boundaries(
    State(app): State<App>,
    cx: Context,
    Path(code): Path<String>,
) -> Result<Json<Vec<Boundary>>> {
    if code.len() < 12 {
        return Err(Error::invalid("code", "grid-boundaries-of-community"));
    }
    let found = grid::versions_of(&app.domain, &cx, &code)?;
    let boundary = |it: grid::Cell| {
        Ok(Boundary {
            geometry: serde_json::from_str(&it.shape.to_geojson()).map_err(Error::internal)?,
            version: it.version,
            cell: it.division,
        })
    };
    found
        .into_iter()
        .map(boundary)
        .collect::<Result<_>>()
        .map(Json)
}
