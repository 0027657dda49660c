//! Finding cases by words.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    cases::{CaseSummary, listed},
    extract::Query,
};
use crate::{
    app::App,
    cases::search,
    context::Context,
    error::Result,
    page::{Page, Paging},
};

/// What to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Question {
    /// 1 to 100 characters and at most 32 terms, each of which must stand in the number, title,
    /// address or notes of a case: Chinese as it is written, English words from their beginning on,
    /// numbers whole.
    q: String,
}

/// The cases that the caller may see in which every word stands, the newest first.
#[utoipa::path(get, path = "/api/v1/cases", tag = "cases", params(Question, Paging),
    responses((status = 200, body = Page<CaseSummary>), (status = 401), (status = 422)))]
pub async fn find(
    State(app): State<App>,
    cx: Context,
    Query(question): Query<Question>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<CaseSummary>>> {
    search::search(&app.domain, &cx, &question.q, &paging)
        .await
        .map(listed)
}
