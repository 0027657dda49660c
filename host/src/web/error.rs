//! The one mapping from what went wrong to an HTTP status. The words are put in later, where the
//! reader's language is known: `edge::explain` for the API, the error page for pages.

use axum::{
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use std::sync::Arc;

use crate::error::Error;

/// Why a response failed; kept in the response's extensions until it is put into words.
#[derive(Clone, Debug)]
pub struct Failure(pub Arc<Error>);

impl Failure {
    /// Of `error`.
    pub fn new(error: Error) -> Self {
        Self(Arc::new(error))
    }
}

/// The status of an error.
pub const fn status(error: &Error) -> StatusCode {
    match error {
        Error::NotFound => StatusCode::NOT_FOUND,
        Error::Unauthenticated => StatusCode::UNAUTHORIZED,
        Error::Forbidden(_) | Error::NotGranted { .. } => StatusCode::FORBIDDEN,
        Error::Conflict(_) => StatusCode::CONFLICT,
        Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
        Error::Unavailable | Error::Paused(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        if let Self::Internal(_) = &self {
            tracing::error!(error = self.chain(), "failed");
        }
        let mut response = status(&self).into_response();
        let wait = match &self {
            Self::TooMany(seconds) | Self::Paused(seconds) => Some(*seconds),
            Self::Unavailable => Some(1),
            _ => None,
        };
        if let Some(seconds) = wait {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(Failure::new(self));
        response
    }
}
