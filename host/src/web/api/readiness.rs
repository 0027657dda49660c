//! The list before opening, over the API.

use axum::{Json, extract::State};

use crate::{
    app::App,
    context::Context,
    error::Result,
    readiness::{self, Item},
};

/// What is left to do before the district opens. For administrators.
#[utoipa::path(get, path = "/api/v1/readiness", tag = "people",
    responses((status = 200, body = Vec<Item>), (status = 401), (status = 403)))]
pub async fn list(State(app): State<App>, cx: Context) -> Result<Json<Vec<Item>>> {
    readiness::list(&app.domain, &cx, &app.config.data)
        .await
        .map(Json)
}
