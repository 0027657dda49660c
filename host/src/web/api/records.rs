//! Datasets, grants and consents over the API.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::Body;
use crate::{
    app::App,
    context::Context,
    db::{audit::Grant, records::Consent},
    error::Result,
    records::{
        catalogue, consent,
        grants::{self, NewGrant},
        schema::schema,
    },
    time::Timestamp,
};

/// A dataset of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub struct Dataset {
    /// Its id.
    pub id: String,
    /// The unit that owns it.
    pub owner: String,
    /// The plugin that writes it.
    pub plugin: String,
    /// The revision that declared it last.
    pub revision: String,
    /// Since when it is as it is.
    #[schema(value_type = String)]
    pub declared: Timestamp,
    /// JSON Schema (draft 2020-12) of a record.
    #[schema(value_type = Object)]
    pub schema: serde_json::Value,
}

impl From<catalogue::Entry> for Dataset {
    fn from(it: catalogue::Entry) -> Self {
        Self {
            schema: schema(&it.dataset),
            id: it.dataset.id,
            owner: it.owner,
            plugin: it.plugin,
            revision: it.revision,
            declared: it.declared,
        }
    }
}

/// The catalogue: which department keeps what.
#[utoipa::path(get, path = "/api/v1/datasets", tag = "records",
    responses((status = 200, body = Vec<Dataset>), (status = 401), (status = 403)))]
pub async fn datasets(State(app): State<App>, cx: Context) -> Result<Json<Vec<Dataset>>> {
    let all = catalogue::list(&app.domain, &cx).await?;
    Ok(Json(all.into_iter().map(Dataset::from).collect()))
}

/// One dataset.
#[utoipa::path(get, path = "/api/v1/datasets/{id}", tag = "records", params(("id" = String, Path)),
    responses((status = 200, body = Dataset), (status = 401), (status = 403), (status = 404)))]
pub async fn dataset(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Json<Dataset>> {
    let found = catalogue::one(&app.domain, &cx, &id).await?;
    Ok(Json(found.into()))
}

/// Grants on the datasets of one's own unit.
#[utoipa::path(get, path = "/api/v1/grants", tag = "records",
    responses((status = 200, body = Vec<Grant>), (status = 401), (status = 403)))]
pub async fn list_grants(State(app): State<App>, cx: Context) -> Result<Json<Vec<Grant>>> {
    grants::list(&app.domain, &cx).await.map(Json)
}

/// Gives a plugin leave to read a dataset of one's own unit.
#[utoipa::path(post, path = "/api/v1/grants", tag = "records", request_body = NewGrant,
    responses((status = 201, body = Grant), (status = 401), (status = 403), (status = 422)))]
pub async fn give_grant(
    State(app): State<App>,
    cx: Context,
    Body(new): Body<NewGrant>,
) -> Result<(StatusCode, Json<Grant>)> {
    let grant = grants::give(&app.domain, &cx, new).await?;
    Ok((StatusCode::CREATED, Json(grant)))
}

/// Takes a grant back.
#[utoipa::path(delete, path = "/api/v1/grants/{id}", tag = "records", params(("id" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub async fn revoke_grant(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    grants::revoke(&app.domain, &cx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the caller has agreed to.
#[utoipa::path(get, path = "/api/v1/my-data/consents", tag = "records",
    responses((status = 200, body = Vec<Consent>)))]
pub async fn consents(State(app): State<App>, cx: Context) -> Result<Json<Vec<Consent>>> {
    let all = consent::mine(&app.domain, &cx).await?;
    Ok(Json(all.into_iter().map(|(_, it)| it).collect()))
}

/// Withdraws a consent.
#[utoipa::path(delete, path = "/api/v1/my-data/consents/{id}", tag = "records", params(("id" = String, Path)),
    responses((status = 204), (status = 404)))]
pub async fn withdraw(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    consent::withdraw(&app.domain, &cx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
