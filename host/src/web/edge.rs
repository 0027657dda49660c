//! What happens to every request, whatever it asks: it gets a number, a log line, and, if it
//! failed, an answer that says why. Logs no query, no body and no header: they may be personal.

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use std::{any::Any, time::Instant};
use tracing::Instrument as _;

use super::{api::problem, error::Failure, open311::fault};
use crate::{app::App, error::Error};

/// Where other systems report by Open311: not a page, and with failures of its own form.
pub const OPEN311: &str = "/open311/";

/// The number of a request: in its log lines, its audit rows, its answer. In the extensions of
/// every request; never taken from the caller.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Numbers the request and logs it once it is answered.
pub async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = app.domain.ids.id(app.domain.clock.now());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!("request", id);
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let _entered = span.enter();
    let status = response.status().as_u16();
    tracing::info!(%method, path, status, micros = began.elapsed().as_micros(), "answered");
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

/// Gives a failed request under `/api/` its problem document, and one under `/open311/` that of
/// Open311.
pub async fn explain(request: Request, next: Next) -> Response {
    if request.uri().path().starts_with(OPEN311) {
        let reader = fault::Reader::of(&request);
        let response = next.run(request).await;
        return match response.status() {
            status if status.is_client_error() || status.is_server_error() => {
                fault::explain(response, &reader)
            }
            _ => response,
        };
    }
    if !request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    let reader = problem::Reader::of(&request);
    let response = next.run(request).await;
    match response.status() {
        status if status.is_client_error() || status.is_server_error() => {
            problem::explain(response, &reader)
        }
        _ => response,
    }
}

/// What a panic in a handler is answered with.
pub fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let what = panic
        .downcast_ref::<&str>()
        .map(|it| (*it).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    tracing::error!(what, "a handler panicked");
    let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
    response
        .extensions_mut()
        .insert(Failure::new(Error::bug("a handler panicked")));
    response
}
