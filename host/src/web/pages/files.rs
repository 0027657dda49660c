//! Files that people handed in, shown to whoever may see them.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};

use crate::{app::App, attachments, context::Context, error::Result, web::session};

/// `GET /files/{id}`
pub async fn show(
    State(app): State<App>,
    cx: Context,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response> {
    let draft = session::drafts(&headers);
    let opened = attachments::open(&app.domain, &cx, &id, draft.as_deref()).await?;
    Ok((opened.headers(), opened.bytes).into_response())
}
