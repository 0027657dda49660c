//! People, posts, services and tokens over the API, and the log of who read the caller's data.
//! Secrets are answered once, when they are made.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Body, Query};
use crate::{
    app::App,
    context::Context,
    db::{accounts::AccessToken, audit::Access, units::Unit},
    error::Result,
    identity::{
        Role,
        directory::{self, Colleague},
        operations,
    },
    page::{Page, Paging},
    records::access,
    time::Timestamp,
};

/// Who holds which post.
#[utoipa::path(get, path = "/api/v1/people", tag = "people", params(Paging),
    responses((status = 200, body = Page<Colleague>), (status = 401), (status = 403)))]
pub async fn list(
    State(app): State<App>,
    cx: Context,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Colleague>>> {
    directory::people(&app.domain, &cx, &paging).await.map(Json)
}

/// Which units.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Within {
    /// The division they serve, or one above it; everywhere when absent.
    #[serde(default)]
    within: String,
}

/// Units below a division, by division; at most 2,000.
#[utoipa::path(get, path = "/api/v1/units", tag = "people", params(Within),
    responses((status = 200, body = Vec<Unit>), (status = 401), (status = 403)))]
pub async fn all_units(
    State(app): State<App>,
    cx: Context,
    Query(it): Query<Within>,
) -> Result<Json<Vec<Unit>>> {
    directory::units(&app.domain, &cx, &it.within)
        .await
        .map(Json)
}

/// Somebody to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    /// The name to sign in by: 3 to 40 lower-case letters, digits, `.`, `_` and `-`.
    login: String,
    /// The name to be shown by, 1 to 40 characters.
    name: String,
    /// The unit of their first post.
    unit: String,
    /// Its role.
    role: Role,
}

/// A secret, answered once.
#[derive(Debug, Serialize, ToSchema)]
pub struct Secret {
    /// To be handed over; it is not kept here.
    pub secret: String,
}

/// Invites somebody to a first post. For administrators who have signed in.
#[utoipa::path(post, path = "/api/v1/invitations", tag = "people", request_body = NewInvitation,
    responses((status = 201, body = Secret), (status = 401), (status = 403), (status = 422)))]
pub async fn invite(
    State(app): State<App>,
    cx: Context,
    Body(it): Body<NewInvitation>,
) -> Result<(StatusCode, Json<Secret>)> {
    let secret =
        operations::invite(&app.domain, &cx, &it.login, &it.name, &it.unit, it.role).await?;
    Ok((StatusCode::CREATED, Json(Secret { secret })))
}

/// A post to give.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPost {
    /// The unit.
    unit: String,
    /// The role.
    role: Role,
    /// In force until before this moment; open-ended when absent.
    #[serde(default)]
    until: Option<Timestamp>,
}

/// Gives a post; the person signs in again. For administrators, never for oneself.
#[utoipa::path(post, path = "/api/v1/people/{account}/posts", tag = "people", request_body = NewPost,
    params(("account" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 422)))]
pub async fn grant_post(
    State(app): State<App>,
    cx: Context,
    Path(account): Path<String>,
    Body(it): Body<NewPost>,
) -> Result<StatusCode> {
    operations::grant_post(&app.domain, &cx, &account, &it.unit, it.role, it.until).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a post now. For administrators.
#[utoipa::path(delete, path = "/api/v1/posts/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub async fn end_post(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    operations::end_post(&app.domain, &cx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A machine's account to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewService {
    /// What it is called, 1 to 40 characters.
    name: String,
    /// The unit of its post.
    unit: String,
    /// The role of its post.
    role: Role,
    /// How long its token holds, 1 to 365 days.
    days: u32,
}

/// Makes an account for a machine, with one post and a token. For administrators.
#[utoipa::path(post, path = "/api/v1/services", tag = "people", request_body = NewService,
    responses((status = 201, body = Secret), (status = 401), (status = 403), (status = 422)))]
pub async fn create_service(
    State(app): State<App>,
    cx: Context,
    Body(it): Body<NewService>,
) -> Result<(StatusCode, Json<Secret>)> {
    let secret =
        operations::create_service(&app.domain, &cx, &it.name, &it.unit, it.role, it.days).await?;
    Ok((StatusCode::CREATED, Json(Secret { secret })))
}

/// The caller's access tokens.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "people",
    responses((status = 200, body = Vec<AccessToken>), (status = 401)))]
pub async fn tokens(State(app): State<App>, cx: Context) -> Result<Json<Vec<AccessToken>>> {
    operations::tokens(&app.domain, &cx).await.map(Json)
}

/// A token to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is for, 1 to 40 characters.
    name: String,
    /// One of the caller's posts.
    post: String,
    /// How long it holds, 1 to 365 days.
    days: u32,
}

/// A token, and the secret that is answered once.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeToken {
    /// The token.
    pub token: AccessToken,
    /// To be sent as `Authorization: Bearer`; it is not kept here.
    pub secret: String,
}

/// Makes a token for one of the caller's posts. Never by a token.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "people", request_body = NewToken,
    responses((status = 201, body = MadeToken), (status = 401), (status = 403), (status = 422)))]
pub async fn create_token(
    State(app): State<App>,
    cx: Context,
    Body(it): Body<NewToken>,
) -> Result<(StatusCode, Json<MadeToken>)> {
    let made = operations::create_token(&app.domain, &cx, &it.name, &it.post, it.days).await?;
    let (token, secret) = made;
    Ok((StatusCode::CREATED, Json(MadeToken { token, secret })))
}

/// Takes one of the caller's tokens back.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 204), (status = 401), (status = 404)))]
pub async fn revoke_token(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    operations::revoke_token(&app.domain, &cx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who viewed my data: every read of personal data about the caller, the newest first.
#[utoipa::path(get, path = "/api/v1/my-data/reads", tag = "people", params(Paging),
    responses((status = 200, body = Page<Access>), (status = 401)))]
pub async fn reads_about_me(
    State(app): State<App>,
    cx: Context,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Access>>> {
    access::about_me(&app.domain, &cx, &paging).await.map(Json)
}
