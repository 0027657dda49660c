//! The OpenAPI document, generated from the handlers.

use axum::Json;
use utoipa::OpenApi;

use super::problem::Document;

/// What `/api/v1` offers.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "OneDoor 一门",
        description = "Everything that the pages of the entry app do.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(document),
    components(schemas(Document))
)]
pub struct Api;

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "meta", responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json")))]
pub async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(Api::openapi())
}
