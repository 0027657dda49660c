//! Signing in: a code to the phone for residents, a name and a password for staff.

use axum::{
    Form,
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::parts::{self, Faults, Input, button, input, local};
use crate::{
    app::App,
    config::Kind,
    context::{Channel, Context, Principal},
    error::{Error, Result},
    identity::operations,
    web::{i18n::Words, layout, session},
};

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
pub struct Back {
    #[serde(default)]
    back: String,
}

/// `GET /sign-in`
pub async fn show(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Query(back): Query<Back>,
) -> Response {
    both_ways(&app, &cx, &uri, &back.back, &Faults::default(), ("", ""))
}

fn both_ways(
    app: &App,
    cx: &Context,
    uri: &Uri,
    back: &str,
    faults: &Faults,
    (phone, name): (&str, &str),
) -> Response {
    let w = Words(cx.locale);
    let main = html! {
        (faults.summary(w))
        h1 class="govuk-heading-l" { (w.t("sign-in-title")) }
        h2 class="govuk-heading-m" { (w.t("sign-in-by-phone")) }
        form method="post" action="/sign-in/code" {
            input type="hidden" name="back" value=(back);
            (input(w, faults, Input { name: "phone", label: &w.t("sign-in-phone"), hint: Some(&w.t("sign-in-by-phone-why")),
                kind: "tel", value: phone, autocomplete: Some("tel") }))
            (button(&w.t("sign-in-send")))
        }
        h2 class="govuk-heading-m" { (w.t("sign-in-by-password")) }
        form method="post" action="/sign-in" {
            input type="hidden" name="back" value=(back);
            (input(w, faults, Input { name: "name", label: &w.t("sign-in-name"), hint: None, kind: "text",
                value: name, autocomplete: Some("username") }))
            (input(w, faults, Input { name: "password", label: &w.t("sign-in-password"), hint: None, kind: "password",
                value: "", autocomplete: Some("current-password") }))
            button class="govuk-button govuk-button--secondary" { (w.t("sign-in-title")) }
        }
    };
    layout::page(app, cx, uri, &w.t("sign-in-title"), &main)
}

/// A name and a password.
#[derive(Debug, Deserialize)]
pub struct ByPassword {
    #[serde(default)]
    back: String,
    name: String,
    password: String,
}

/// `POST /sign-in`
pub async fn by_password(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    cx: Context,
    Form(form): Form<ByPassword>,
) -> Result<Response> {
    match operations::sign_in(&app.domain, &cx, &form.name, &form.password).await {
        Ok(secret) => welcome(&app, &headers, &secret, &form.back, &cx).await,
        Err(error) => {
            let faults = Faults::of(cx.locale, error)?;
            let kept = ("", form.name.as_str());
            Ok(both_ways(&app, &cx, &uri, &form.back, &faults, kept))
        }
    }
}

/// Ends the session before, so that a secret planted in this browser is of no use, and begins the
/// new one. Staff go to their work, residents home, unless they came from somewhere.
async fn welcome(
    app: &App,
    headers: &HeaderMap,
    secret: &str,
    back: &str,
    cx: &Context,
) -> Result<Response> {
    session::end(app, headers).await?;
    let signed_in = crate::identity::sessions::authenticate(&app.domain, secret, cx.now).await?;
    let staff = signed_in.is_some_and(
        |it| matches!(&it.principal, Principal::Person(person) if !person.posts.is_empty()),
    );
    let to = match (back, staff) {
        ("", true) => "/work",
        (back, _) => local(back),
    };
    let mut response = Redirect::to(to).into_response();
    session::set(app, &mut response, secret);
    Ok(response)
}

/// A number to send a code to.
#[derive(Debug, Deserialize)]
pub struct Number {
    #[serde(default)]
    back: String,
    phone: String,
}

/// `POST /sign-in/code`
pub async fn send_code(
    State(app): State<App>,
    uri: Uri,
    cx: Context,
    Form(form): Form<Number>,
) -> Result<Response> {
    match operations::request_code(&app.domain, &cx, &form.phone).await {
        // A code that was sent within the minute still holds: ask for it.
        Ok(()) | Err(Error::TooMany(_)) => {
            let faults = Faults::default();
            Ok(ask_code(&app, &cx, &form.back, &form.phone, &faults))
        }
        Err(error) => {
            let faults = Faults::of(cx.locale, error)?;
            let kept = (form.phone.as_str(), "");
            Ok(both_ways(&app, &cx, &uri, &form.back, &faults, kept))
        }
    }
}

fn ask_code(app: &App, cx: &Context, back: &str, phone: &str, faults: &Faults) -> Response {
    let w = Words(cx.locale);
    let main: Markup = html! {
        (parts::back(w, "/sign-in"))
        (faults.summary(w))
        h1 class="govuk-heading-l" { (w.t("sign-in-code-title")) }
        p class="govuk-body" { (w.tx("sign-in-code-sent", &[("phone", phone)])) }
        @if app.kind != Kind::Production { p class="govuk-inset-text" { (w.t("sign-in-code-demo")) } }
        form method="post" action="/sign-in/confirm" {
            input type="hidden" name="back" value=(back);
            input type="hidden" name="phone" value=(phone);
            (input(w, faults, Input { name: "code", label: &w.t("sign-in-code"), hint: None, kind: "tel", value: "",
                autocomplete: Some("one-time-code") }))
            (button(&w.t("app-continue")))
        }
        p class="govuk-body" { a class="govuk-link" href="/sign-in" { (w.t("sign-in-other-number")) } }
    };
    // The page of a POST has no address to come back to: a change of language begins again.
    layout::page(
        app,
        cx,
        &Uri::from_static("/sign-in"),
        &w.t("sign-in-code-title"),
        &main,
    )
}

/// A number with the code that was sent to it.
#[derive(Debug, Deserialize)]
pub struct Code {
    #[serde(default)]
    back: String,
    phone: String,
    code: String,
}

/// `POST /sign-in/confirm`
pub async fn by_code(
    State(app): State<App>,
    headers: HeaderMap,
    cx: Context,
    Form(form): Form<Code>,
) -> Result<Response> {
    match operations::confirm_code(&app.domain, &cx, &form.phone, &form.code).await {
        Ok(secret) => welcome(&app, &headers, &secret, &form.back, &cx).await,
        Err(error) => {
            let faults = Faults::of(cx.locale, error)?;
            Ok(ask_code(&app, &cx, &form.back, &form.phone, &faults))
        }
    }
}

/// `POST /sign-out`
pub async fn out(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    session::end(&app, &headers).await?;
    let mut response = Redirect::to("/").into_response();
    session::clear(&app, &mut response);
    Ok(response)
}

/// Whether a page is asked for by somebody who must first say who they are.
pub fn must_sign_in(cx: &Context) -> Result<()> {
    debug_assert!(cx.channel == Channel::App);
    match cx.principal {
        Principal::Anonymous => Err(Error::Unauthenticated),
        _ => Ok(()),
    }
}
