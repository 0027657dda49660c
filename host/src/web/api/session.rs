//! Signing in and out over the API. The secret of a session goes into the cookie and nowhere
//! else; programs use access tokens.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::Body;
use crate::{
    app::App,
    context::{Context, Principal},
    error::{Error, Result},
    identity::{Post, operations, sessions},
    web::session,
};

/// Who the caller is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// `anonymous`, `phone`, `person` or `service`.
    pub kind: String,
    /// Their account, if they have one.
    pub account: Option<String>,
    /// The name they are shown by.
    pub name: Option<String>,
    /// Their posts in force.
    pub posts: Vec<Post>,
    /// Whether they came by an access token.
    pub token: bool,
    /// Whether they must change their password before anything else.
    pub must_change: bool,
}

fn me_of(cx: &Context, must_change: bool) -> Me {
    let (kind, name) = match &cx.principal {
        Principal::Anonymous => ("anonymous", None),
        Principal::Phone { .. } => ("phone", None),
        Principal::Person(person) => ("person", Some(person.name.clone())),
        Principal::Service { .. } => ("service", None),
        Principal::System(part) => ("system", Some((*part).to_owned())),
    };
    Me {
        kind: kind.to_owned(),
        account: cx.account().map(str::to_owned),
        name,
        posts: cx.posts().cloned().collect(),
        token: cx.token,
        must_change,
    }
}

/// Ends the session before, so that a secret planted in this browser is of no use, and hands over
/// the new one.
async fn begun(app: &App, mut cx: Context, headers: &HeaderMap, secret: &str) -> Result<Response> {
    session::end(app, headers).await?;
    let signed_in = sessions::authenticate(&app.domain, secret, cx.now).await?;
    let signed_in = signed_in.ok_or_else(|| Error::bug("a new session is over"))?;
    cx.principal = signed_in.principal;
    let mut response = Json(me_of(&cx, signed_in.must_change)).into_response();
    session::set(app, &mut response, secret);
    Ok(response)
}

/// A name and a password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Login or phone number.
    name: String,
    /// The password.
    password: String,
}

/// Signs in by password; the session is in the cookie of the answer.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = SignIn,
    responses((status = 200, body = Me), (status = 422), (status = 429)))]
pub async fn sign_in(
    State(app): State<App>,
    cx: Context,
    headers: HeaderMap,
    Body(it): Body<SignIn>,
) -> Result<Response> {
    let secret = operations::sign_in(&app.domain, &cx, &it.name, &it.password).await?;
    begun(&app, cx, &headers, &secret).await
}

/// A phone number.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeRequest {
    /// A mobile number of the mainland, 11 digits.
    phone: String,
}

/// Sends a code of six digits to a phone.
#[utoipa::path(post, path = "/api/v1/session/code", tag = "session", request_body = CodeRequest,
    responses((status = 204), (status = 422), (status = 429), (status = 503)))]
pub async fn request_code(
    State(app): State<App>,
    cx: Context,
    Body(it): Body<CodeRequest>,
) -> Result<StatusCode> {
    operations::request_code(&app.domain, &cx, &it.phone).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A phone number with the code that was sent to it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeConfirmation {
    /// The number.
    phone: String,
    /// Six digits.
    code: String,
}

/// Proves a phone number by its code and signs in with it.
#[utoipa::path(post, path = "/api/v1/session/confirm", tag = "session", request_body = CodeConfirmation,
    responses((status = 200, body = Me), (status = 422), (status = 429)))]
pub async fn confirm_code(
    State(app): State<App>,
    cx: Context,
    headers: HeaderMap,
    Body(it): Body<CodeConfirmation>,
) -> Result<Response> {
    let secret = operations::confirm_code(&app.domain, &cx, &it.phone, &it.code).await?;
    begun(&app, cx, &headers, &secret).await
}

/// The old password and the new one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The password now.
    old: String,
    /// The new one, 8 to 128 characters.
    new: String,
}

/// Changes the caller's password and ends their other sessions.
#[utoipa::path(post, path = "/api/v1/session/password", tag = "session", request_body = PasswordChange,
    responses((status = 200, body = Me), (status = 401), (status = 422)))]
pub async fn change_password(
    State(app): State<App>,
    cx: Context,
    headers: HeaderMap,
    Body(it): Body<PasswordChange>,
) -> Result<Response> {
    let secret = operations::change_password(&app.domain, &cx, &it.old, &it.new).await?;
    begun(&app, cx, &headers, &secret).await
}

/// Who the caller is.
#[utoipa::path(get, path = "/api/v1/session", tag = "session", responses((status = 200, body = Me)))]
pub async fn me(State(app): State<App>, cx: Context, headers: HeaderMap) -> Result<Json<Me>> {
    let must_change = session::must_change(&app, &headers, cx.now).await?;
    Ok(Json(me_of(&cx, must_change)))
}

/// Ends the caller's session. No error when there is none.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", responses((status = 204)))]
pub async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    session::end(&app, &headers).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    session::clear(&app, &mut response);
    Ok(response)
}
