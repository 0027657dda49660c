//! Webhooks over the API: who is told, with which secret, and what became of each message.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};

use super::{
    extract::{Body, Query},
    machines::Replayed,
};
use crate::{
    app::App,
    context::Context,
    error::Result,
    page::{Page, Paging},
    webhooks::{
        Delivery, Subscription,
        subscriptions::{self, Made, New},
        target::Targets,
    },
};

/// All webhooks, those that are switched off too. For administrators.
#[utoipa::path(get, path = "/api/v1/webhooks", tag = "webhooks",
    responses((status = 200, body = Vec<Subscription>), (status = 401), (status = 403)))]
pub async fn list(State(app): State<App>, cx: Context) -> Result<Json<Vec<Subscription>>> {
    subscriptions::list(&app.domain, &cx).await.map(Json)
}

/// Makes a webhook; its secret is answered once.
#[utoipa::path(post, path = "/api/v1/webhooks", tag = "webhooks", request_body = New,
    responses((status = 201, body = Made), (status = 401), (status = 403),
        (status = 422, description = "each problem names a value and says how to mend it")))]
pub async fn create(
    State(app): State<App>,
    cx: Context,
    Body(it): Body<New>,
) -> Result<(StatusCode, Json<Made>)> {
    let targets = Targets(app.config.private_targets.clone());
    let made = subscriptions::create(&app.domain, &cx, &targets, it).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Ends a webhook, and forgets what was sent to it.
#[utoipa::path(delete, path = "/api/v1/webhooks/{id}", tag = "webhooks",
    params(("id" = String, Path)), responses((status = 204), (status = 404)))]
pub async fn delete(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    subscriptions::delete(&app.domain, &cx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a webhook a new secret, answered once. For a day messages are signed by the old one too.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/secret", tag = "webhooks",
    params(("id" = String, Path)), responses((status = 200, body = Made), (status = 404)))]
pub async fn rotate(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Json<Made>> {
    subscriptions::rotate(&app.domain, &cx, &id).await.map(Json)
}

/// What was sent to a webhook, and what is to be sent, the newest first. Kept for 30 days.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/deliveries", tag = "webhooks",
    params(("id" = String, Path), Paging),
    responses((status = 200, body = Page<Delivery>), (status = 404)))]
pub async fn deliveries(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Delivery>>> {
    let page = subscriptions::deliveries(&app.domain, &cx, &id, &paging).await?;
    Ok(Json(page))
}

/// Sends one parked message again.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/deliveries/{delivery}/replay", tag = "webhooks",
    params(("id" = String, Path), ("delivery" = String, Path)),
    responses((status = 204), (status = 404)))]
pub async fn replay(
    State(app): State<App>,
    cx: Context,
    Path((id, delivery)): Path<(String, String)>,
) -> Result<StatusCode> {
    subscriptions::replay(&app.domain, &cx, &id, Some(&delivery)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends all parked messages of a webhook again.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/replay", tag = "webhooks",
    params(("id" = String, Path)), responses((status = 200, body = Replayed), (status = 404)))]
pub async fn replay_all(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Json<Replayed>> {
    let sent = subscriptions::replay(&app.domain, &cx, &id, None).await?;
    Ok(Json(Replayed { sent }))
}
