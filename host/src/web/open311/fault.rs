//! What went wrong, as Open311 says it: an array of codes and descriptions. "404 for resources that
//! don't exist, 403 for errors because of wrong or missing api_key and basically 400 for any other
//! error" (GeoReport v2, Errors); what is our fault, or passes, keeps its own status.

use axum::{
    extract::Request,
    http::{HeaderMap, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};

use super::answer::{Format, Node, respond};
use crate::{
    context::Locale,
    error::{Error, Problem},
    i18n::{self, Words},
    web::{error::Failure, session},
};

/// Why a request was not answered.
#[derive(Debug)]
pub struct Fault {
    error: Error,
    missing: bool,
}

impl Fault {
    /// What makes of `NotFound` a failure that names the parameter which names nothing.
    pub fn missing(at: &'static str, code: &'static str) -> impl FnOnce(Error) -> Self {
        move |error| match error {
            Error::NotFound => Self {
                error: Error::invalid(at, code),
                missing: true,
            },
            error => error.into(),
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self {
            error,
            missing: false,
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.error.into_response();
        if self.missing {
            *response.status_mut() = StatusCode::NOT_FOUND;
        }
        response
    }
}

/// Who will read what went wrong.
pub struct Reader {
    format: Format,
    locale: Locale,
}

impl Reader {
    /// Of `request`: the form that its path ends with, else XML, which every client reads.
    pub fn of(request: &Request) -> Self {
        Self::at(request.uri().path(), request.headers())
    }

    fn at(path: &str, headers: &HeaderMap) -> Self {
        let format = path.rsplit('/').next().and_then(Format::split);
        Self {
            format: format.map_or(Format::Xml, |it| it.1),
            locale: session::presentation(headers).0,
        }
    }
}

/// The same failure with a document of Open311 for a body.
pub fn explain(response: Response, reader: &Reader) -> Response {
    let (mut parts, _) = response.into_parts();
    let failure = parts.extensions.remove::<Failure>();
    let error = failure.as_ref().map(|it| &*it.0);
    let status = status(parts.status);
    let said = said(reader.locale, error, parts.status);
    let error = |description: String| {
        Node::Record(vec![
            ("code", Node::Whole(status.as_u16())),
            ("description", Node::text(description)),
        ])
    };
    let errors = Node::List("error", said.into_iter().map(error).collect());
    let mut answer = respond(reader.format, status, "errors", errors);
    if let Some(wait) = parts.headers.remove(RETRY_AFTER) {
        answer.headers_mut().insert(RETRY_AFTER, wait);
    }
    answer
}

fn status(status: StatusCode) -> StatusCode {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => StatusCode::FORBIDDEN,
        StatusCode::NOT_FOUND | StatusCode::TOO_MANY_REQUESTS => status,
        status if status.is_client_error() => StatusCode::BAD_REQUEST,
        status => status,
    }
}

fn said(locale: Locale, error: Option<&Error>, status: StatusCode) -> Vec<String> {
    let w = Words(locale);
    let one = match (error, status) {
        (Some(Error::Invalid(problems)), _) => {
            return problems.iter().map(|it| named(locale, it)).collect();
        }
        (Some(Error::Unauthenticated), _) => w.t("open311-key"),
        (Some(Error::Forbidden(code) | Error::Conflict(code)), _) => w.t(code),
        (Some(Error::NotFound), _) | (None, StatusCode::NOT_FOUND) => w.t("open311-nothing"),
        (Some(Error::TooMany(_)), _) => w.t("error-too-many-why"),
        (Some(Error::Unavailable | Error::Paused(_)), _) => w.t("error-unavailable-why"),
        (None, StatusCode::PAYLOAD_TOO_LARGE) => w.t("error-too-large-why"),
        (None, StatusCode::METHOD_NOT_ALLOWED) => w.t("open311-method"),
        (None, status) if status.is_client_error() => w.t("error-malformed-why"),
        _ => w.t("error-internal-why"),
    };
    vec![one]
}

/// The words of a problem, with the parameter it is about, as the client knows it.
fn named(locale: Locale, problem: &Problem) -> String {
    let said = i18n::problem(locale, problem);
    let name = match problem.at.as_deref() {
        None => return said,
        Some("lon") => "long",
        Some("address") => "address_string",
        Some("contact_name") => "first_name, last_name",
        Some("contact_phone") => "phone",
        Some("place") => "lat, long, address_id",
        Some("class") => "service_code",
        Some(name) => name,
    };
    format!("{name}: {said}")
}
