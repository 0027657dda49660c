//! Files over the API. A file belongs to its uploader until a case takes it; what it is and
//! whether it may be shown is decided in `attachments`.

use axum::{
    Json,
    extract::{Multipart, Path, State},
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::extract::Once;
use crate::{
    app::App,
    attachments::{self, FileRef, Upload},
    context::Context,
    error::{Error, Result},
    web::{forms::read, session},
};

/// A file that is handed in.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewFile {
    /// JPEG, PNG, WebP or PDF; at most 10 MiB.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
}

/// Takes a file, to be named in a report or an action within a day. Pictures are written anew, so
/// that nothing but the picture is kept.
#[utoipa::path(post, path = "/api/v1/attachments", tag = "attachments",
    request_body(content = NewFile, content_type = "multipart/form-data"),
    params(("Idempotency-Key" = String, Header, description = "1 to 64 visible ASCII characters")),
    responses((status = 201, body = FileRef), (status = 401), (status = 422), (status = 429)))]
pub async fn upload(
    State(app): State<App>,
    cx: Context,
    headers: HeaderMap,
    Once(once): Once,
    form: Multipart,
) -> Result<(StatusCode, Json<FileRef>)> {
    let mut entered = read::entered(form).await?;
    let file = entered.take_files("file").into_iter().next();
    let (name, bytes) = file.ok_or_else(|| Error::invalid("file", "api-file-missing"))?;
    let upload = Upload {
        name,
        bytes,
        once,
        draft: session::drafts(&headers),
    };
    let file = attachments::upload(&app.domain, &cx, upload).await?;
    Ok((StatusCode::CREATED, Json(file)))
}

/// The bytes of a file, for its uploader, and then for whoever may see the case.
#[utoipa::path(get, path = "/api/v1/attachments/{id}", tag = "attachments", params(("id" = String, Path)),
    responses((status = 200, description = "image/jpeg, image/png or application/pdf", content_type = "application/octet-stream"),
        (status = 404)))]
pub async fn fetch(
    State(app): State<App>,
    cx: Context,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<impl IntoResponse> {
    let draft = session::drafts(&headers);
    let opened = attachments::open(&app.domain, &cx, &id, draft.as_deref()).await?;
    Ok((opened.headers(), opened.bytes))
}
