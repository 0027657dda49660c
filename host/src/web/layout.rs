//! The frame of every page: head, top bar, footer, and the page of a failure. Also the headers
//! that keep a page safe. Shows what it is given; asks the database nothing.

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{DOCTYPE, Markup, html};

use super::{assets, edge::OPEN311, error::Failure, i18n, i18n::Words, session};
use crate::{
    app::App,
    config::Kind,
    context::{Context, Locale, Principal},
    error::Error,
};

/// What a page may load and where its forms may lead: this host only, nothing inline
/// (Content Security Policy 3; Trusted Types).
const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'";

/// A page: `main` in the frame, for whoever asks. `uri` is where it stands, so that a change of
/// language comes back to it.
pub fn page(app: &App, cx: &Context, uri: &Uri, title: &str, main: &Markup) -> Response {
    frame(app, cx, uri, title, main).into_response()
}

/// The same, as the answer to something that did not go well.
pub fn page_with(
    status: StatusCode,
    app: &App,
    cx: &Context,
    uri: &Uri,
    title: &str,
    main: &Markup,
) -> Response {
    (status, frame(app, cx, uri, title, main)).into_response()
}

fn frame(app: &App, cx: &Context, uri: &Uri, title: &str, main: &Markup) -> Markup {
    let w = Words(cx.locale);
    html! {
        (DOCTYPE)
        html lang=(cx.locale.tag()) class=[cx.elder.then_some("elder")] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " – " (w.t("app-name")) }
                @if let Some(address) = assets::address("site.css") { link rel="stylesheet" href=(address); }
                @if let Some(address) = assets::address("icon.svg") { link rel="icon" type="image/svg+xml" href=(address); }
                @if let Some(address) = assets::address("site.mjs") { script type="module" src=(address) {} }
            }
            body {
                a class="govuk-skip-link" href="#main" { (w.t("app-skip")) }
                (top(app.kind, cx, uri, w))
                main id="main" class="od-main" tabindex="-1" { (main) }
                (foot(w))
            }
        }
    }
}

fn top(kind: Kind, cx: &Context, uri: &Uri, w: Words) -> Markup {
    let back = uri.path_and_query().map_or("/", |it| it.as_str());
    let (other, tag) = match cx.locale {
        Locale::Chinese => ("English", "en"),
        Locale::English => ("中文", "zh-CN"),
    };
    let signed_in = !matches!(cx.principal, Principal::Anonymous);
    html! {
        header class="od-top" {
            @match kind {
                Kind::Demo => p class="od-banner" { (w.t("app-demo")) },
                Kind::Development => p class="od-banner" { (w.t("app-development")) },
                Kind::Production => {}
            }
            div class="od-top__in" {
                a class="od-name" href="/" { (w.t("app-name")) }
                nav aria-label=(w.t("app-navigation")) class="od-row" {
                    @if cx.posts().next().is_some() { a href="/work" { (w.t("app-work")) } }
                    @if signed_in {
                        a href="/matters" { (w.t("app-matters")) }
                        @if let Principal::Person(_) = &cx.principal { (messages(w, cx.unread)) }
                        form method="post" action="/sign-out" { button { (w.t("app-sign-out")) } }
                    } @else {
                        a href="/sign-in" { (w.t("app-sign-in")) }
                    }
                    form method="post" action="/preferences" {
                        input type="hidden" name="back" value=(back);
                        button name="elder" value=(if cx.elder { "0" } else { "1" }) {
                            (w.t(if cx.elder { "app-elder-off" } else { "app-elder-on" }))
                        }
                    }
                    form method="post" action="/preferences" {
                        input type="hidden" name="back" value=(back);
                        button name="lang" value=(tag) lang=(tag) { (other) }
                    }
                }
            }
        }
    }
}

/// The way to one's messages, with how many are unread.
fn messages(w: Words, unread: u32) -> Markup {
    html! {
        a href="/messages" {
            @match unread {
                0 => (w.t("app-messages")),
                n => (w.tx("app-messages-unread", &[("n", &n.to_string())])),
            }
        }
    }
}

fn foot(w: Words) -> Markup {
    html! {
        footer class="od-foot" {
            div class="od-foot__in" {
                a href="tel:12345" { (w.t("app-hotline")) }
                a href="/find" { (w.t("app-find")) }
                a href="/my-data" { (w.t("app-my-data")) }
                button class="govuk-button govuk-button--secondary" type="button" data-read hidden { (w.t("app-read-aloud")) }
                @if assets::address("site.css").is_none() { p { (w.t("app-no-assets")) } }
            }
        }
    }
}

/// Adds the headers that every page has.
pub async fn protect(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut put = |name: &'static str, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    put("content-security-policy", POLICY);
    put("x-content-type-options", "nosniff");
    put("referrer-policy", "same-origin");
    put("cross-origin-opener-policy", "same-origin");
    put(
        "permissions-policy",
        "geolocation=(self), camera=(self), microphone=()",
    );
    put("cache-control", "no-store");
    if app.config.origin().starts_with("https:") {
        put("strict-transport-security", "max-age=31536000");
    }
    response
}

/// Gives a failed request for a page a page that says why and what to do. Whoever must sign in, or
/// change a password, is led there.
pub async fn explain(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if ["/api/", "/assets/", OPEN311]
        .iter()
        .any(|it| path.starts_with(it))
    {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let reader = parts.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    if response.headers().contains_key(header::CONTENT_TYPE)
        && response.extensions().get::<Failure>().is_none()
    {
        // A handler's own page, for example a form with what is wrong with it.
        return response;
    }
    let failure = response.extensions().get::<Failure>().cloned();
    let error = failure.as_ref().map(|it| &*it.0);
    let cx = session::anonymous(&app, &reader);
    match error {
        Some(Error::Forbidden("password-must-change")) => {
            return Redirect::to("/account/password").into_response();
        }
        Some(Error::Unauthenticated) if reader.method == axum::http::Method::GET => {
            let back = reader.uri.path_and_query().map_or("/", |it| it.as_str());
            let back: String = url::form_urlencoded::byte_serialize(back.as_bytes()).collect();
            return Redirect::to(&format!("/sign-in?back={back}")).into_response();
        }
        _ => {}
    }
    let (title, said) = wording(cx.locale, error, status);
    let w = Words(cx.locale);
    let main = html! {
        h1 class="govuk-heading-l" { (title) }
        @for line in &said { p class="govuk-body" { (line) } }
        p class="govuk-body" { a class="govuk-link" href="/" { (w.t("error-home")) } }
        p class="govuk-body" { a class="govuk-link" href="tel:12345" { (w.t("app-hotline")) } }
        @if status.is_server_error() { p class="od-quiet" { (w.t("error-number")) " " span class="od-code" { (cx.request) } } }
    };
    let mut page = page_with(status, &app, &cx, &Uri::from_static("/"), &title, &main);
    if let Some(wait) = response.headers().get(header::RETRY_AFTER) {
        page.headers_mut().insert(header::RETRY_AFTER, wait.clone());
    }
    page
}

/// The title and the lines of a failure's page.
fn wording(locale: Locale, error: Option<&Error>, status: StatusCode) -> (String, Vec<String>) {
    let w = Words(locale);
    let (title, said) = match (error, status) {
        (Some(Error::Invalid(problems)), _) => {
            let lines = problems
                .iter()
                .map(|it| i18n::problem(locale, it))
                .collect();
            return (w.t("error-invalid"), lines);
        }
        (Some(Error::Forbidden(code)), _) => ("error-forbidden", w.t(code)),
        (Some(Error::Conflict(code)), _) => ("error-conflict", w.t(code)),
        (Some(Error::Unauthenticated), _) => ("error-sign-in", w.t("error-sign-in-why")),
        (Some(Error::NotGranted { .. }), _) => ("error-forbidden", w.t("error-not-granted")),
        (Some(Error::TooMany(_)), _) => ("error-too-many", w.t("error-too-many-why")),
        (Some(Error::NotFound), _) | (None, StatusCode::NOT_FOUND) => {
            ("error-not-found", w.t("error-not-found-why"))
        }
        (Some(Error::Unavailable | Error::Paused(_)), _) => {
            ("error-unavailable", w.t("error-unavailable-why"))
        }
        (None, StatusCode::PAYLOAD_TOO_LARGE) => ("error-too-large", w.t("error-too-large-why")),
        (None, status) if status.is_client_error() => ("error-invalid", w.t("error-malformed-why")),
        _ => ("error-internal", w.t("error-internal-why")),
    };
    (w.t(title), vec![said])
}
