//! What handlers take from a request, with failures that say what to mend.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Request, rejection::JsonRejection},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use crate::error::{Error, Problem};

/// The longest `Idempotency-Key`, in characters.
const ONCE: usize = 64;

/// A JSON body. `Invalid` when it is not JSON, or not of the right shape.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(body_problem(&rejection)),
        }
    }
}

fn body_problem(rejection: &JsonRejection) -> Error {
    let code = match rejection {
        JsonRejection::JsonDataError(_) => "api-body-shape",
        JsonRejection::JsonSyntaxError(_) => "api-body-syntax",
        JsonRejection::MissingJsonContentType(_) => "api-body-type",
        _ => "api-body-unreadable",
    };
    let problem = Problem::general(code).with("detail", rejection.body_text());
    Error::Invalid(vec![problem])
}

/// Parameters of the query. `Invalid` when one is of the wrong kind.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => {
                let problem = Problem::general("api-query").with("detail", rejection.body_text());
                Err(Error::Invalid(vec![problem]))
            }
        }
    }
}

/// The `Idempotency-Key` of a write: the same key from the same caller answers the first result
/// again. 1 to 64 visible ASCII characters.
#[derive(Clone, Debug)]
pub struct Once(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Once {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let Some(key) = parts.headers.get("idempotency-key") else {
            return Err(Error::invalid("Idempotency-Key", "api-once-missing"));
        };
        match key.to_str() {
            Ok(key)
                if (1..=ONCE).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()) =>
            {
                Ok(Self(key.to_owned()))
            }
            _ => Err(Error::invalid("Idempotency-Key", "api-once-malformed")),
        }
    }
}
