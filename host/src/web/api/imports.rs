//! Bringing data in over the API: what `onedoor import` does on a folder that is being served.
//! Files are streamed to the disk, never held in memory; the work goes on after the answer.

use axum::{
    Json,
    body::Body,
    extract::{Path, Request, State},
    http::{StatusCode, header},
};
use futures_util::StreamExt as _;
use serde::Deserialize;
use sha2::Digest as _;
use std::path::PathBuf;
use tokio::io::AsyncWriteExt as _;
use utoipa::IntoParams;

use super::extract::Query;
use crate::{
    app::App,
    context::Context,
    error::{Error, Problem, Result},
    folder,
    grid::divisions::{self, Progress},
};

/// How a list of divisions is to be understood.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Understood {
    /// Whether divisions of its provinces that the list lacks have ended.
    #[serde(default)]
    complete: bool,
}

/// Brings in divisions from CSV in UTF-8 with the columns `code`, `name` and perhaps `name_en`;
/// those above come before those below. Answered as soon as the file is here; what becomes of it
/// is read at `/api/v1/grid/imports/{id}`. The same file again goes on where it was cut off. For
/// administrators.
#[utoipa::path(post, path = "/api/v1/grid/imports", tag = "grid", params(Understood),
    request_body(content_type = "text/csv", content = Vec<u8>),
    responses((status = 202, body = Progress), (status = 401), (status = 403),
        (status = 409, description = "another import is under way"), (status = 422)))]
pub async fn begin(
    State(app): State<App>,
    cx: Context,
    Query(it): Query<Understood>,
    request: Request,
) -> Result<(StatusCode, Json<Progress>)> {
    // Nobody else has megabytes written.
    divisions::may_import(&cx)?;
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|it| it.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().map(str::trim) != Some("text/csv") {
        return Err(Error::invalid("Content-Type", "grid-import-content-type"));
    }
    let (file, digest) = receive(&app, request.into_body()).await?;
    let loading = divisions::begin(&app.domain, &cx, file.clone(), &digest, it.complete).await?;
    let progress = loading.progress.clone();
    let (worker, stop) = (app.clone(), app.stop.clone());
    app.tasks.spawn(async move {
        let work = divisions::run(&worker.domain, &cx, loading, &|_| {});
        let done = tokio::select! {
            // Cut off, it changes nothing, and the same file goes on.
            () = stop.cancelled() => return,
            done = work => done,
        };
        match done {
            Ok(_) => drop(tokio::fs::remove_file(file).await),
            Err(error) => tracing::error!(error = error.chain(), "an import was cut off"),
        }
    });
    Ok((StatusCode::ACCEPTED, Json(progress)))
}

/// Writes a body to the folder of the data, under its SHA-256.
async fn receive(app: &App, body: Body) -> Result<(PathBuf, String)> {
    let folder = app.config.data.join("imports");
    folder::make_private(&folder).map_err(Error::internal)?;
    let part = tempfile::NamedTempFile::new_in(&folder).map_err(Error::internal)?;
    let handle = part.reopen().map_err(Error::internal)?;
    let mut to = tokio::fs::File::from_std(handle);
    let (mut digest, mut length) = (sha2::Sha256::new(), 0_u64);
    let mut body = body.into_data_stream();
    while let Some(bytes) = body.next().await {
        let bytes = bytes.map_err(|_| Error::invalid("file", "grid-import-cut-off"))?;
        length += bytes.len() as u64;
        if length > divisions::LARGEST {
            let limit = divisions::LARGEST / (1024 * 1024);
            let problem = Problem::at("file", "grid-file-too-large").with("limit", limit);
            return Err(Error::Invalid(vec![problem]));
        }
        digest.update(&bytes);
        to.write_all(&bytes).await.map_err(Error::internal)?;
    }
    to.sync_all().await.map_err(Error::internal)?;
    let digest = data_encoding::HEXLOWER.encode(&digest.finalize());
    let path = folder.join(format!("{digest}.csv"));
    part.persist(&path).map_err(Error::internal)?;
    Ok((path, digest))
}

/// Imports of divisions, the newest first; at most 20. For administrators.
#[utoipa::path(get, path = "/api/v1/grid/imports", tag = "grid",
    responses((status = 200, body = Vec<Progress>), (status = 401), (status = 403)))]
pub async fn list(State(app): State<App>, cx: Context) -> Result<Json<Vec<Progress>>> {
    divisions::imports(&app.domain, &cx).await.map(Json)
}

/// How far an import is, and what is wrong with it. For administrators.
#[utoipa::path(get, path = "/api/v1/grid/imports/{id}", tag = "grid", params(("id" = String, Path)),
    responses((status = 200, body = Progress), (status = 401), (status = 403), (status = 404)))]
pub async fn progress(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Json<Progress>> {
    divisions::progress(&app.domain, &cx, &id).await.map(Json)
}
