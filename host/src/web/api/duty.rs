//! Duty lists, the working calendar, precedents and founding instruments over the API. Authority
//! is checked in `cases::duty::keeper` and `identity::instruments`.

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest as _, Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Body, Query};
use crate::{
    app::App,
    cases::{
        calendar::Year,
        duty::{
            DutyItem, Version,
            difference::Change,
            keeper::{self, Brought, Proposal, Upload},
            precedents::{self, Amendment},
            table::{self, Format},
        },
    },
    context::Context,
    db::duty::Precedent,
    error::{Error, Result},
    identity::instruments,
    page::{Page, Paging},
};

/// All versions of the duty list, the newest first. Public.
#[utoipa::path(get, path = "/api/v1/duty-lists", tag = "duty",
    responses((status = 200, body = Vec<Version>)))]
pub async fn versions(State(app): State<App>, cx: Context) -> Result<Json<Vec<Version>>> {
    keeper::versions(&app.domain, &cx).await.map(Json)
}

/// How a list is to be understood.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Understood {
    /// 6 digits, for an overlay that tightens the list in a district; for the list that counts
    /// everywhere when absent.
    #[serde(default)]
    district: String,
    /// The day from whose start it counts, `2027-01-01`; at once when absent.
    from: Option<String>,
    /// What it is to be called; what the file says, or the day, when absent.
    version: Option<String>,
    /// Whether to tell only what is wrong and what would change.
    #[serde(default)]
    check: bool,
}

/// Puts a version in force: CSV or TOML of at most 1 MiB. With `check`, tells what is wrong and
/// what would change, and changes nothing. For duty keepers of the place.
#[utoipa::path(post, path = "/api/v1/duty-lists", tag = "duty", params(Understood),
    request_body(content_type = "text/csv", content = Vec<u8>),
    responses((status = 200, body = Proposal, description = "what it would change"),
        (status = 201, body = Proposal, description = "it is put in force"),
        (status = 401), (status = 403), (status = 409), (status = 422)))]
pub async fn put(
    State(app): State<App>,
    cx: Context,
    Query(it): Query<Understood>,
    request: Request,
) -> Result<Response> {
    keeper::offered(&cx)?;
    let format = format(request.headers())?;
    let bytes = Bytes::from_request(request, &app).await;
    let bytes = bytes.map_err(|_| Error::invalid("file", "duty-list-too-long"))?;
    let upload = Upload {
        bytes: bytes.into(),
        format,
        division: it.district,
        from: keeper::day(it.from.as_deref())?,
        version: it.version,
    };
    if it.check {
        let proposal = keeper::check(&app.domain, &cx, &upload).await?;
        return Ok(Json(proposal).into_response());
    }
    let proposal = keeper::put(&app.domain, &cx, upload).await?;
    Ok((StatusCode::CREATED, Json(proposal)).into_response())
}

fn format(headers: &HeaderMap) -> Result<Format> {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|it| it.to_str().ok()).unwrap_or_default();
    match kind.split(';').next().map(str::trim) {
        Some("text/csv") => Ok(Format::Csv),
        Some("application/toml") => Ok(Format::Toml),
        _ => Err(Error::invalid("Content-Type", "duty-list-content-type")),
    }
}

/// A version with its classes.
#[derive(Debug, Serialize, ToSchema)]
pub struct DutyListDocument {
    /// What it is called.
    version: String,
    /// Its classes, with the windows that it leaves to the defaults written out.
    items: Vec<DutyItem>,
}

/// How to write a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Written {
    /// `json`, `csv` or `toml`; JSON when absent.
    format: Option<String>,
}

/// One version; `in-force` is the one that counts now, `CITY+DISTRICT` the one tightened by the
/// other. Public.
#[utoipa::path(get, path = "/api/v1/duty-lists/{version}", tag = "duty",
    params(("version" = String, Path), Written),
    responses((status = 200, body = DutyListDocument), (status = 404), (status = 422)))]
pub async fn version(
    State(app): State<App>,
    cx: Context,
    Path(version): Path<String>,
    Query(it): Query<Written>,
) -> Result<Response> {
    let list = keeper::version(&app.domain, &cx, &version).await?;
    let (kind, format) = match it.format.as_deref() {
        None | Some("json") => {
            let items = list.items().map(DutyItem::explicit).collect();
            let version = list.version.clone();
            return Ok(Json(DutyListDocument { version, items }).into_response());
        }
        Some("csv") => ("text/csv; charset=utf-8", Format::Csv),
        Some("toml") => ("application/toml; charset=utf-8", Format::Toml),
        Some(_) => return Err(Error::invalid("format", "duty-list-format")),
    };
    let text = table::write(&list, format)?;
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

/// What to compare with.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Since {
    /// The earlier version.
    before: String,
}

/// A change, also in the reader's words.
#[derive(Debug, Serialize, ToSchema)]
pub struct DutyChangeWorded {
    /// The change.
    #[serde(flatten)]
    change: Change,
    /// In the reader's words.
    words: String,
}

/// What changed from another version to this one. Public.
#[utoipa::path(get, path = "/api/v1/duty-lists/{version}/difference", tag = "duty",
    params(("version" = String, Path), Since),
    responses((status = 200, body = Vec<DutyChangeWorded>), (status = 404), (status = 422)))]
pub async fn difference(
    State(app): State<App>,
    cx: Context,
    Path(version): Path<String>,
    Query(it): Query<Since>,
) -> Result<Json<Vec<DutyChangeWorded>>> {
    let changes = keeper::difference(&app.domain, &cx, &it.before, &version).await?;
    let worded = |change: Change| DutyChangeWorded {
        words: change.words(cx.locale),
        change,
    };
    Ok(Json(changes.into_iter().map(worded).collect()))
}

/// The years of the working calendar. Public.
#[utoipa::path(get, path = "/api/v1/calendar", tag = "duty",
    responses((status = 200, body = Vec<Year>)))]
pub async fn calendar(State(app): State<App>) -> Result<Json<Vec<Year>>> {
    keeper::years(&app.domain).await.map(Json)
}

/// Brings in years of the working calendar from TOML, in the place of what was known of them. For
/// keepers of the list that counts everywhere.
#[utoipa::path(post, path = "/api/v1/calendar", tag = "duty",
    request_body(content_type = "application/toml", content = String),
    responses((status = 200, body = Brought), (status = 401), (status = 403), (status = 422)))]
pub async fn put_calendar(
    State(app): State<App>,
    cx: Context,
    request: Request,
) -> Result<Json<Brought>> {
    keeper::offered(&cx)?;
    let text = String::from_request(request, &app).await;
    let text = text.map_err(|_| Error::invalid("file", "calendar-too-long"))?;
    keeper::put_calendar(&app.domain, &cx, &text)
        .await
        .map(Json)
}

/// Which precedents.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Standing {
    /// Only those that nobody has decided about.
    #[serde(default)]
    open: bool,
}

/// Rulings on disputes that propose a change to the list, the newest first. For duty keepers.
#[utoipa::path(get, path = "/api/v1/precedents", tag = "duty", params(Standing, Paging),
    responses((status = 200, body = Page<Precedent>), (status = 401), (status = 403)))]
pub async fn precedents(
    State(app): State<App>,
    cx: Context,
    Query(it): Query<Standing>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Precedent>>> {
    precedents::list(&app.domain, &cx, it.open, &paging)
        .await
        .map(Json)
}

/// How a precedent is taken up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Taken {
    /// What it changes of its class.
    change: Amendment,
}

/// Takes a precedent up: a new version is in force at once. For keepers of the list that counts
/// everywhere.
#[utoipa::path(post, path = "/api/v1/precedents/{id}/accept", tag = "duty", request_body = Taken,
    params(("id" = String, Path)),
    responses((status = 200, body = Precedent), (status = 401), (status = 403), (status = 404),
        (status = 409), (status = 422)))]
pub async fn accept(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
    Body(it): Body<Taken>,
) -> Result<Json<Precedent>> {
    precedents::accept(&app.domain, &cx, &id, it.change)
        .await
        .map(Json)
}

/// Why a precedent is not taken up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rejected {
    /// 1 to 500 characters.
    answer: String,
}

/// Rejects a precedent, with a reason. For duty keepers.
#[utoipa::path(post, path = "/api/v1/precedents/{id}/reject", tag = "duty", request_body = Rejected,
    params(("id" = String, Path)),
    responses((status = 200, body = Precedent), (status = 401), (status = 403), (status = 404),
        (status = 409), (status = 422)))]
pub async fn reject(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
    Body(it): Body<Rejected>,
) -> Result<Json<Precedent>> {
    precedents::reject(&app.domain, &cx, &id, &it.answer)
        .await
        .map(Json)
}

/// What founded a unit.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Founding {
    /// Title, number and date; at most 200 characters.
    instrument: String,
}

/// Names the instrument by which a unit was founded: without one it has no authority. For
/// administrators who have signed in.
#[utoipa::path(post, path = "/api/v1/units/{id}/instrument", tag = "people", request_body = Founding,
    params(("id" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 422)))]
pub async fn instrument(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
    Body(it): Body<Founding>,
) -> Result<StatusCode> {
    instruments::name(&app.domain, &cx, &id, &it.instrument).await?;
    Ok(StatusCode::NO_CONTENT)
}
