//! Style and script, built from `host/assets` and carried inside the program under names that
//! change with their content. Without them (a build without Node) pages are plain and say so.

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse as _, Response},
};
use rust_embed::RustEmbed;
use std::{collections::BTreeMap, sync::OnceLock};

use crate::error::Error;

#[derive(RustEmbed)]
#[folder = "assets/dist/"]
#[allow_missing = true]
struct Built;

/// The address of an asset by the name it has in the sources, for example `site.css`; none when
/// the assets were not built.
pub fn address(name: &str) -> Option<String> {
    static NAMES: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let list = Built::get("manifest.json");
        let list = list.and_then(|file| serde_json::from_slice(&file.data).ok());
        list.unwrap_or_default()
    });
    names.get(name).map(|it| format!("/assets/{it}"))
}

/// `GET /assets/{name}`. The name changes with the content: it may be kept for ever.
pub async fn serve(Path(name): Path<String>) -> Result<Response, Error> {
    let file = Built::get(&name).filter(|_| name != "manifest.json");
    let file = file.ok_or(Error::NotFound)?;
    let mime = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("mjs") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let headers = [
        (header::CONTENT_TYPE, mime),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, file.data.into_owned()).into_response())
}
