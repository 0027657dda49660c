//! Plugins and their revisions: what developers and reviewers do in the app, and what a build
//! does with a token. Approving is not among what a token can do.

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest as _, Path, Request, State},
    http::{StatusCode, header},
};

use super::extract::{Body, Query};
use crate::{
    app::App,
    context::Context,
    db::{
        holds::Hold,
        plugins::{Line, Revision},
    },
    error::{Error, Problem, Result},
    page::{Page, Paging},
    plugins::{
        difference::Difference,
        health::{self, Health},
        hold,
        journal::Severity,
        revisions::{self, Denials, PluginSummary},
        verify, watch,
    },
};

/// What a component is sent as.
const COMPONENT: &str = "application/wasm";

/// The plugins that the caller may see, with their revisions.
#[utoipa::path(get, path = "/api/v1/plugins", tag = "plugins",
    responses((status = 200, body = Vec<PluginSummary>)))]
pub async fn list(State(app): State<App>, cx: Context) -> Result<Json<Vec<PluginSummary>>> {
    revisions::overview(&app, &cx).await.map(Json)
}

/// Uploads a component of at most 32 MiB. It is read, checked and compiled; the answer is the
/// revision, which waits for a reviewer. The same file again answers the same revision.
#[utoipa::path(post, path = "/api/v1/plugins", tag = "plugins",
    request_body(content_type = "application/wasm", content = Vec<u8>),
    responses((status = 201, body = Revision), (status = 422, description = "refused; each problem says how to mend it")))]
pub async fn upload(
    State(app): State<App>,
    cx: Context,
    request: Request,
) -> Result<(StatusCode, Json<Revision>)> {
    // First of all: nobody else has megabytes read, or hears what is wrong with them.
    revisions::may_upload(&cx)?;
    let component = component(&app, request).await?;
    let revision = revisions::upload(&app, &cx, component).await?;
    Ok((StatusCode::CREATED, Json(revision)))
}

/// Puts a developer's build in force at once, without a reviewer: only where the folder is a
/// development's or a demonstration's. The version may come again.
#[utoipa::path(post, path = "/api/v1/plugins/swap", tag = "plugins",
    request_body(content_type = "application/wasm", content = Vec<u8>),
    responses((status = 200, body = Revision), (status = 403), (status = 422, description = "refused; each problem says how to mend it")))]
pub async fn swap(State(app): State<App>, cx: Context, request: Request) -> Result<Json<Revision>> {
    revisions::may_swap(&app, &cx)?;
    let component = component(&app, request).await?;
    revisions::swap(&app, &cx, component).await.map(Json)
}

/// The component that a request brings.
async fn component(app: &App, request: Request) -> Result<Vec<u8>> {
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|it| it.to_str().ok());
    if kind != Some(COMPONENT) {
        return Err(Error::invalid("Content-Type", "plugin-content-type"));
    }
    let component = Bytes::from_request(request, app).await;
    let component = component.map_err(|_| {
        let limit = verify::LARGEST / (1024 * 1024);
        Error::Invalid(vec![
            Problem::general("plugin-too-large").with("limit", limit),
        ])
    })?;
    Ok(component.into())
}

/// One plugin with its revisions.
#[utoipa::path(get, path = "/api/v1/plugins/{id}", tag = "plugins", params(("id" = String, Path)),
    responses((status = 200, body = PluginSummary)))]
pub async fn plugin(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Json<PluginSummary>> {
    revisions::plugin(&app, &cx, &id).await.map(Json)
}

/// Failures and denials of a plugin, the newest first.
#[utoipa::path(get, path = "/api/v1/plugins/{id}/faults", tag = "plugins",
    params(("id" = String, Path), Paging), responses((status = 200, body = Page<Line>)))]
pub async fn faults(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Line>>> {
    revisions::faults(&app, &cx, &id, &paging).await.map(Json)
}

/// What a plugin wrote for its developers, the newest first.
#[utoipa::path(get, path = "/api/v1/plugins/{id}/lines", tag = "plugins",
    params(("id" = String, Path), Paging, ("severity" = Option<String>, Query, description = "debug, info, warn or error")),
    responses((status = 200, body = Page<Line>)))]
pub async fn lines(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
    Query(of): Query<OfSeverity>,
) -> Result<Json<Page<Line>>> {
    let severity = match of.severity.as_deref() {
        None => None,
        Some(name) => {
            let unknown = || Error::invalid("severity", "plugin-severity");
            Some(Severity::from_name(name).ok_or_else(unknown)?)
        }
    };
    revisions::lines(&app, &cx, &id, severity, &paging)
        .await
        .map(Json)
}

/// Of which severity.
#[derive(Debug, serde::Deserialize)]
pub struct OfSeverity {
    severity: Option<String>,
}

/// What a plugin was denied in the last thirty days, by capability, each with the line that would
/// grant it.
#[utoipa::path(get, path = "/api/v1/plugins/{id}/denials", tag = "plugins",
    params(("id" = String, Path)), responses((status = 200, body = Vec<Denials>)))]
pub async fn denials(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Json<Vec<Denials>>> {
    revisions::denials(&app, &cx, &id).await.map(Json)
}

/// Whether and why a person has stopped a plugin; null when nobody has.
#[utoipa::path(get, path = "/api/v1/plugins/{id}/hold", tag = "plugins",
    params(("id" = String, Path)), responses((status = 200, body = Option<Hold>)))]
pub async fn held(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Json<Option<Hold>>> {
    hold::held(&app, &cx, &id).await.map(Json)
}

/// Why a plugin is stopped.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// In 1 to 200 characters.
    pub reason: String,
}

/// Stops a plugin: no call reaches it until it is resumed. `409` when it is stopped already.
#[utoipa::path(post, path = "/api/v1/plugins/{id}/stop", tag = "plugins",
    params(("id" = String, Path)), request_body = Reason, responses((status = 200, body = Hold)))]
pub async fn stop(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
    Body(body): Body<Reason>,
) -> Result<Json<Hold>> {
    hold::stop(&app, &cx, &id, &body.reason).await.map(Json)
}

/// Lets a stopped plugin go on. `409` when it is not stopped.
#[utoipa::path(post, path = "/api/v1/plugins/{id}/resume", tag = "plugins",
    params(("id" = String, Path)), responses((status = 204)))]
pub async fn resume(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    hold::resume(&app, &cx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How a plugin fares: what its calls cost and how they ended, by revision.
#[utoipa::path(get, path = "/api/v1/plugins/{id}/health", tag = "plugins",
    params(("id" = String, Path)), responses((status = 200, body = Health)))]
pub async fn health(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Json<Health>> {
    health::health(&app, &cx, &id).await.map(Json)
}

/// What the last calls of a plugin cost, the newest first; at most 50 of each revision.
#[utoipa::path(get, path = "/api/v1/plugins/{id}/receipts", tag = "plugins",
    params(("id" = String, Path)), responses((status = 200, body = Vec<watch::Call>)))]
pub async fn receipts(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Json<Vec<watch::Call>>> {
    health::receipts(&app, &cx, &id).await.map(Json)
}

/// Brings back the revision that was in force before, at once.
#[utoipa::path(post, path = "/api/v1/plugins/{id}/roll-back", tag = "plugins",
    params(("id" = String, Path)), responses((status = 200, body = Revision)))]
pub async fn roll_back(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Json<Revision>> {
    revisions::roll_back(&app, &cx, &id).await.map(Json)
}

/// Takes the revision in force out of use, for good.
#[utoipa::path(post, path = "/api/v1/plugins/{id}/retire", tag = "plugins",
    params(("id" = String, Path)), responses((status = 200, body = Revision)))]
pub async fn retire(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Json<Revision>> {
    revisions::retire(&app, &cx, &id).await.map(Json)
}

/// One revision.
#[utoipa::path(get, path = "/api/v1/revisions/{digest}", tag = "plugins",
    params(("digest" = String, Path)), responses((status = 200, body = Revision)))]
pub async fn revision(
    State(app): State<App>,
    cx: Context,
    Path(digest): Path<String>,
) -> Result<Json<Revision>> {
    revisions::revision(&app, &cx, &digest).await.map(Json)
}

/// What a revision would change against the one in force.
#[utoipa::path(get, path = "/api/v1/revisions/{digest}/difference", tag = "plugins",
    params(("digest" = String, Path)), responses((status = 200, body = Difference)))]
pub async fn difference(
    State(app): State<App>,
    cx: Context,
    Path(digest): Path<String>,
) -> Result<Json<Difference>> {
    revisions::difference(&app, &cx, &digest).await.map(Json)
}

/// Approves a revision. For a reviewer of another unit who is signed in; never by token.
#[utoipa::path(post, path = "/api/v1/revisions/{digest}/approve", tag = "plugins",
    params(("digest" = String, Path)), responses((status = 200, body = Revision)))]
pub async fn approve(
    State(app): State<App>,
    cx: Context,
    Path(digest): Path<String>,
) -> Result<Json<Revision>> {
    revisions::approve(&app, &cx, &digest).await.map(Json)
}

/// Puts an approved revision in force.
#[utoipa::path(post, path = "/api/v1/revisions/{digest}/activate", tag = "plugins",
    params(("digest" = String, Path)), responses((status = 200, body = Revision)))]
pub async fn activate(
    State(app): State<App>,
    cx: Context,
    Path(digest): Path<String>,
) -> Result<Json<Revision>> {
    revisions::activate(&app, &cx, &digest).await.map(Json)
}
