//! Who a request comes from: a session cookie or an access token becomes a [`Context`]. Preferences
//! (language, elder mode) come from cookies of their own. Decides nothing about authority, except
//! that nobody does anything with a password they must change first.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, Method, header, request::Parts},
    response::Response,
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

use super::edge::RequestId;
use crate::{
    app::App,
    context::{Channel, Context, Locale, Principal},
    error::{Error, Result},
    identity::sessions::{self, SignedIn},
    notices,
    time::Timestamp,
};

/// What may be asked for before a temporary password is changed.
const BEFORE_CHANGE: [&str; 6] = [
    "/account/password",
    "/sign-out",
    "/sign-in",
    "/preferences",
    "/api/v1/session",
    "/api/v1/session/password",
];

/// The name of the session's cookie. `__Host-` (RFC 6265bis, 4.1.3.2) keeps other hosts and plain
/// http from setting it; it needs https, which a host on loopback has not.
fn name(app: &App) -> &'static str {
    if app.config.origin().starts_with("https:") {
        "__Host-onedoor"
    } else {
        "onedoor"
    }
}

fn secret(app: &App, headers: &HeaderMap) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    jar.get(name(app)).map(|it| it.value().to_owned())
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(str::trim)
}

/// Whether the request carries a session cookie, and so could have been made by another site.
pub fn has_cookie(app: &App, headers: &HeaderMap) -> bool {
    secret(app, headers).is_some()
}

/// Language and mode of the reader: as chosen, else the browser's English, else Chinese.
pub fn presentation(headers: &HeaderMap) -> (Locale, bool) {
    let jar = CookieJar::from_headers(headers);
    let accepted = || {
        let accepted = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        Some(accepted.to_owned())
    };
    let tag = jar.get("lang").map(|it| it.value().to_owned());
    let locale = Locale::from_tag(&tag.or_else(accepted).unwrap_or_default());
    let elder = jar.get("elder").is_some_and(|it| it.value() == "1");
    (locale, elder)
}

impl FromRequestParts<App> for Context {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let now = app.domain.clock.now();
        let (principal, token, must_change) = principal(app, &parts.headers, now).await?;
        let path = parts.uri.path();
        if must_change && !BEFORE_CHANGE.contains(&path) {
            return Err(Error::Forbidden("password-must-change"));
        }
        let mut cx = anonymous(app, parts);
        cx.principal = principal;
        cx.token = token;
        if cx.channel == Channel::App && parts.method == Method::GET {
            let unread = notices::unread(&app.domain, &cx).await?;
            cx.unread = u32::try_from(unread).unwrap_or(u32::MAX);
        }
        Ok(cx)
    }
}

/// The context of a request whose sender is not to be looked up: for pages about failures.
pub fn anonymous(app: &App, parts: &Parts) -> Context {
    let (locale, elder) = presentation(&parts.headers);
    let request = parts.extensions.get::<RequestId>();
    Context {
        principal: Principal::Anonymous,
        token: false,
        plugin: None,
        channel: match parts.uri.path().starts_with("/api/") {
            true => Channel::Api,
            false => Channel::App,
        },
        request: request.map(|it| it.0.clone()).unwrap_or_default(),
        now: app.domain.clock.now(),
        locale,
        elder,
        unread: 0,
    }
}

async fn principal(
    app: &App,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<(Principal, bool, bool)> {
    if let Some(token) = bearer(headers) {
        let found = sessions::authenticate_token(&app.domain, token, now).await?;
        // A token that is no good is said to be so: its sender meant to be somebody.
        return found
            .map(|principal| (principal, true, false))
            .ok_or(Error::Unauthenticated);
    }
    let Some(secret) = secret(app, headers) else {
        return Ok((Principal::Anonymous, false, false));
    };
    Ok(
        match sessions::authenticate(&app.domain, &secret, now).await? {
            Some(SignedIn {
                principal,
                must_change,
            }) => (principal, false, must_change),
            None => (Principal::Anonymous, false, false),
        },
    )
}

fn put(response: &mut Response, cookie: &Cookie<'_>) {
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

fn cookie(app: &App, name: &'static str, value: String) -> Cookie<'static> {
    Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.config.origin().starts_with("https:"))
        .build()
}

/// Hands the browser the secret of a new session.
pub fn set(app: &App, response: &mut Response, secret: &str) {
    put(response, &cookie(app, name(app), secret.to_owned()));
}

/// Takes the session, and the drafts begun in it, from the browser.
pub fn clear(app: &App, response: &mut Response) {
    for name in [name(app), DRAFTS] {
        let mut cookie = cookie(app, name, String::new());
        cookie.make_removal();
        put(response, &cookie);
    }
}

/// Whether the session of a request may do nothing but change its password.
pub async fn must_change(app: &App, headers: &HeaderMap, now: Timestamp) -> Result<bool> {
    let (_, _, must_change) = principal(app, headers, now).await?;
    Ok(must_change)
}

/// Ends the session of a request, if it has one.
pub async fn end(app: &App, headers: &HeaderMap) -> Result<()> {
    match secret(app, headers) {
        Some(secret) => sessions::end(&app.domain, &secret).await,
        None => Ok(()),
    }
}

/// Keeps a preference for as long as the browser will.
pub fn prefer(app: &App, response: &mut Response, name: &'static str, value: &str) {
    let mut cookie = cookie(app, name, value.to_owned());
    cookie.make_permanent();
    put(response, &cookie);
}

/// The cookie that holds the secret by which a browser owns its drafts, signed in or not.
const DRAFTS: &str = "drafts";

/// The secret by which this browser owns its drafts, if it has begun one.
pub fn drafts(headers: &HeaderMap) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    jar.get(DRAFTS).map(|it| it.value().to_owned())
}

/// Hands the browser a secret for its drafts.
pub fn set_drafts(app: &App, response: &mut Response, secret: &str) {
    put(response, &cookie(app, DRAFTS, secret.to_owned()));
}
