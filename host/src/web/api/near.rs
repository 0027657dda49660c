//! Cases near one another: candidates for a dispatcher, open cases for whoever is about to report,
//! following one of them, and hints for supervisors.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    cases::CaseSummary,
    extract::{Body, Query},
};
use crate::{
    app::App,
    cases::{
        board, duplicates,
        duplicates::Likeness,
        followers::{self, About, Near, Public},
        hints::{self, Decision, Hints},
        operations,
    },
    context::Context,
    error::Result,
    grid::Point,
};

/// A case that may be about the same as another.
#[derive(Debug, Serialize, ToSchema)]
pub struct Duplicate {
    /// The case.
    case: CaseSummary,
    /// How alike they are.
    likeness: Likeness,
    /// The same in words.
    reason: String,
}

/// Open cases that may be about the same, the likeliest first, at most five; empty for those who do
/// not decide about the case, and once it has been sent on.
#[utoipa::path(get, path = "/api/v1/cases/{id}/duplicates", tag = "cases", params(("id" = String, Path)),
    responses((status = 200, body = Vec<Duplicate>), (status = 404)))]
pub async fn duplicates(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Json<Vec<Duplicate>>> {
    let case = operations::get(&app.domain, &cx, &id).await?;
    let found = duplicates::of(&app.domain, &cx, &case).await?;
    let duplicate = |it: duplicates::Candidate| Duplicate {
        case: it.case.into(),
        likeness: it.likeness,
        reason: it.likeness.reason(cx.locale),
    };
    Ok(Json(found.into_iter().map(duplicate).collect()))
}

/// What somebody is about to report.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// What, at most 2,000 characters.
    #[serde(default)]
    words: String,
    /// Where, as a point with its declared system.
    #[serde(default)]
    point: Option<Point>,
    /// Where, as a community or cell; needed when the point lies in no cell.
    #[serde(default)]
    division: Option<String>,
}

/// Open cases that a report may be about, the likeliest first, at most five: what anybody may know
/// of them. A POST, so that the words stand in no address. Keeps nothing.
#[utoipa::path(post, path = "/api/v1/cases/near", tag = "cases", request_body = Planned,
    responses((status = 200, body = Vec<Near>), (status = 401), (status = 422)))]
pub async fn near(
    State(app): State<App>,
    cx: Context,
    Body(it): Body<Planned>,
) -> Result<Json<Vec<Near>>> {
    let about = About {
        words: it.words,
        point: it.point,
        division: it.division,
    };
    followers::near(&app.domain, &cx, &about).await.map(Json)
}

/// The cases that the caller follows, the newest first, at most 100.
#[utoipa::path(get, path = "/api/v1/cases/followed", tag = "cases",
    responses((status = 200, body = Vec<Public>), (status = 401)))]
pub async fn followed(State(app): State<App>, cx: Context) -> Result<Json<Vec<Public>>> {
    followers::followed(&app.domain, &cx).await.map(Json)
}

/// Follows a case of somebody else, to be told when it is done. Again changes nothing.
#[utoipa::path(post, path = "/api/v1/cases/{id}/follow", tag = "cases", params(("id" = String, Path)),
    responses((status = 204), (status = 401), (status = 404), (status = 409)))]
pub async fn follow(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    followers::follow(&app.domain, &cx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Follows a case no longer.
#[utoipa::path(delete, path = "/api/v1/cases/{id}/follow", tag = "cases", params(("id" = String, Path)),
    responses((status = 204), (status = 401), (status = 404)))]
pub async fn unfollow(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    followers::unfollow(&app.domain, &cx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which division hints are about.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Area {
    /// 2 to 15 digits; the caller's own when absent.
    #[serde(default)]
    division: Option<String>,
}

/// What the host has noticed among the cases of a division, for its supervisors, and how often
/// that was wrong.
#[utoipa::path(get, path = "/api/v1/hints", tag = "cases", params(Area),
    responses((status = 200, body = Hints), (status = 403)))]
pub async fn hints(
    State(app): State<App>,
    cx: Context,
    Query(area): Query<Area>,
) -> Result<Json<Hints>> {
    let division = board::division(&cx, area.division.as_deref())?;
    hints::of(&app.domain, &cx, &division).await.map(Json)
}

/// What a supervisor makes of a hint.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// Whether there is something to it.
    decision: Decision,
}

/// Confirms or dismisses a hint, once.
#[utoipa::path(post, path = "/api/v1/hints/{id}/decision", tag = "cases", request_body = Judgement,
    params(("id" = String, Path)),
    responses((status = 204), (status = 403), (status = 404), (status = 409)))]
pub async fn judge(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
    Body(it): Body<Judgement>,
) -> Result<StatusCode> {
    hints::decide(&app.domain, &cx, &id, it.decision).await?;
    Ok(StatusCode::NO_CONTENT)
}
