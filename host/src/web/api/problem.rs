//! Failures of the API as problem documents (RFC 9457). Holds no text of a source error.

use axum::{
    Json,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;

use crate::{
    context::Locale,
    error::{Error, Problem},
    web::{edge::RequestId, error::Failure, i18n},
};

/// A problem document.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Document {
    /// What kind of failure it is, for a machine; stable.
    pub code: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong with the input, item by item; empty unless the input is.
    pub problems: Vec<Worded>,
    /// The number of the request, to be quoted when asking for help.
    pub request: String,
}

/// A problem, with what a person reads of it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Worded {
    /// For a machine.
    #[serde(flatten)]
    pub problem: Problem,
    /// What is wrong and how to mend it, in the reader's language.
    pub message: String,
}

/// Who will read the document.
pub struct Reader {
    locale: Locale,
    request: String,
}

impl Reader {
    /// Of `request`: the language it asks for, Chinese unless it says otherwise.
    pub fn of(request: &Request) -> Self {
        let tag = request.headers().get(header::ACCEPT_LANGUAGE);
        let tag = tag.and_then(|it| it.to_str().ok()).unwrap_or_default();
        Self {
            locale: Locale::from_tag(tag),
            request: match request.extensions().get::<RequestId>() {
                Some(RequestId(id)) => id.clone(),
                None => String::new(),
            },
        }
    }
}

/// The same response with a problem document for a body.
pub fn explain(response: Response, reader: &Reader) -> Response {
    let (mut parts, _) = response.into_parts();
    let failure = parts.extensions.remove::<Failure>();
    let error = failure.as_ref().map(|it| &*it.0);
    let document = Document {
        code: code(error, parts.status).to_owned(),
        status: parts.status.as_u16(),
        problems: match error {
            Some(Error::Invalid(problems)) => problems
                .iter()
                .map(|problem| Worded {
                    problem: problem.clone(),
                    message: i18n::problem(reader.locale, problem),
                })
                .collect(),
            Some(Error::NotGranted { capability, line }) if !line.is_empty() => {
                let problem = Problem::at("plugin.toml", "plugin-not-granted");
                let problem = problem.with("capability", capability).with("line", line);
                vec![Worded {
                    message: i18n::problem(reader.locale, &problem),
                    problem,
                }]
            }
            _ => Vec::new(),
        },
        request: reader.request.clone(),
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    let language = HeaderValue::from_static(reader.locale.tag());
    parts.headers.insert(header::CONTENT_LANGUAGE, language);
    let body = Json(document).into_response().into_body();
    Response::from_parts(parts, body)
}

/// The stable name of a failure; of the status where no error of ours was the cause.
fn code(error: Option<&Error>, status: StatusCode) -> &str {
    match (error, status) {
        (Some(Error::NotFound), _) | (None, StatusCode::NOT_FOUND) => "not-found",
        (Some(Error::Unauthenticated), _) => "sign-in-first",
        (Some(Error::Forbidden(code) | Error::Conflict(code)), _) => code,
        (Some(Error::NotGranted { .. }), _) => "not-granted",
        (Some(Error::Invalid(_)), _) => "invalid",
        (Some(Error::TooMany(_)), _) => "too-many",
        (Some(Error::Unavailable), _) => "unavailable",
        (Some(Error::Paused(_)), _) => "plugin-paused",
        (None, StatusCode::METHOD_NOT_ALLOWED) => "method-not-allowed",
        (None, StatusCode::PAYLOAD_TOO_LARGE) => "too-large",
        (None, StatusCode::GATEWAY_TIMEOUT) => "timed-out",
        (None, StatusCode::UNSUPPORTED_MEDIA_TYPE) => "media-type",
        (None, status) if status.is_client_error() => "malformed",
        _ => "internal",
    }
}
