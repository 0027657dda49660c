//! Places. Public: nobody need sign in to ask where something is.

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::extract::Query;
use crate::{
    app::App,
    context::Context,
    error::{Error, Result},
    grid::{self, Division, Point},
    page::{Page, Paging},
};

/// The one live cell that holds a point. The coordinate system must be declared.
#[utoipa::path(get, path = "/api/v1/grid/locate", tag = "grid", params(Point),
    responses((status = 200, body = Division), (status = 404, description = "outside the loaded area")))]
pub async fn locate(
    State(app): State<App>,
    cx: Context,
    Query(at): Query<Point>,
) -> Result<Json<Division>> {
    let found = grid::locate(&app.domain, &cx, at)?;
    found.map(Json).ok_or(Error::NotFound)
}

/// What to search divisions for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// A part of the name; at most 64 characters.
    text: String,
    /// The code of the division to search in; everywhere when absent.
    #[serde(default)]
    within: String,
}

/// Divisions whose name holds a text, by code; at most 50.
#[utoipa::path(get, path = "/api/v1/grid/divisions", tag = "grid", params(Search),
    responses((status = 200, body = Vec<Division>)))]
pub async fn search(
    State(app): State<App>,
    cx: Context,
    Query(search): Query<Search>,
) -> Result<Json<Vec<Division>>> {
    grid::search(&app.domain, &cx, &search.text, &search.within).map(Json)
}

/// One division or cell.
#[utoipa::path(get, path = "/api/v1/grid/divisions/{code}", tag = "grid",
    params(("code" = String, Path, description = "2, 4, 6, 9, 12 or 15 digits")),
    responses((status = 200, body = Division)))]
pub async fn division(
    State(app): State<App>,
    cx: Context,
    Path(code): Path<String>,
) -> Result<Json<Division>> {
    grid::division(&app.domain, &cx, &code).map(Json)
}

/// The live divisions directly below one, by code.
#[utoipa::path(get, path = "/api/v1/grid/divisions/{code}/children", tag = "grid",
    params(("code" = String, Path), Paging),
    responses((status = 200, body = Page<Division>)))]
pub async fn children(
    State(app): State<App>,
    cx: Context,
    Path(code): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Division>>> {
    grid::children(&app.domain, &cx, &code, &paging).map(Json)
}
