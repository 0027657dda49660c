//! An account of one's own: registering, accepting an invitation, changing the password.

use axum::{
    Form,
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::parts::{Faults, Input, button, input};
use crate::{
    app::App,
    context::{Context, Principal},
    error::{Error, Result},
    identity::operations::{self, Registration},
    web::{i18n::Words, layout, session},
};

/// A page with one form.
fn form_page(
    (app, cx, uri): (&App, &Context, &Uri),
    title: &str,
    faults: &Faults,
    before: &Markup,
    fields: &Markup,
    send: &str,
) -> Response {
    let w = Words(cx.locale);
    let title = w.t(title);
    let main = html! {
        (faults.summary(w))
        h1 class="govuk-heading-l" { (title) }
        (before)
        form method="post" action=(uri.path()) { (fields) (button(&w.t(send))) }
    };
    layout::page(app, cx, uri, &title, &main)
}

fn signed_in(app: &App, to: &str, secret: &str) -> Response {
    let mut response = Redirect::to(to).into_response();
    session::set(app, &mut response, secret);
    response
}

/// What a resident gives to register.
#[derive(Debug, Default, Deserialize)]
pub struct Register {
    #[serde(default)]
    phone: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
}

/// `GET /register`: for whoever has proved a number by a code.
pub async fn register_form(State(app): State<App>, cx: Context, uri: Uri) -> Result<Response> {
    match cx.principal {
        Principal::Phone { .. } => Ok(register_page(
            &app,
            &cx,
            &uri,
            &Register::default(),
            &Faults::default(),
        )),
        Principal::Anonymous => Err(Error::Unauthenticated),
        _ => Ok(Redirect::to("/").into_response()),
    }
}

fn register_page(app: &App, cx: &Context, uri: &Uri, it: &Register, faults: &Faults) -> Response {
    let w = Words(cx.locale);
    let before = html! { p class="govuk-body" { (w.t("register-why")) } };
    let fields = html! {
        (input(w, faults, Input { name: "phone", label: &w.t("sign-in-phone"), hint: None, kind: "tel",
            value: &it.phone, autocomplete: Some("tel") }))
        (input(w, faults, Input { name: "name", label: &w.t("register-name"), hint: None, kind: "text",
            value: &it.name, autocomplete: Some("name") }))
        (input(w, faults, Input { name: "password", label: &w.t("register-password"), hint: None, kind: "password",
            value: "", autocomplete: Some("new-password") }))
    };
    form_page(
        (app, cx, uri),
        "register-title",
        faults,
        &before,
        &fields,
        "register-done",
    )
}

/// `POST /register`
pub async fn register(
    State(app): State<App>,
    headers: HeaderMap,
    cx: Context,
    uri: Uri,
    Form(form): Form<Register>,
) -> Result<Response> {
    let registration = Registration {
        phone: form.phone.clone(),
        name: form.name.clone(),
        password: form.password.clone(),
        community: None,
    };
    match operations::register(&app.domain, &cx, registration).await {
        Ok(secret) => {
            session::end(&app, &headers).await?;
            Ok(signed_in(&app, "/matters", &secret))
        }
        Err(error) => {
            let faults = Faults::of(cx.locale, error)?;
            Ok(register_page(&app, &cx, &uri, &form, &faults))
        }
    }
}

/// An invitation and the password its holder chooses.
#[derive(Debug, Default, Deserialize)]
pub struct Invitation {
    #[serde(default, alias = "code")]
    invitation: String,
    #[serde(default)]
    password: String,
}

/// `GET /invitation?code=…`
pub async fn invitation_form(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Query(it): Query<Invitation>,
) -> Response {
    invitation_page(&app, &cx, &uri, &it, &Faults::default())
}

fn invitation_page(
    app: &App,
    cx: &Context,
    uri: &Uri,
    it: &Invitation,
    faults: &Faults,
) -> Response {
    let w = Words(cx.locale);
    let fields = html! {
        (input(w, faults, Input { name: "invitation", label: &w.t("invitation-code"), hint: None, kind: "text",
            value: &it.invitation, autocomplete: Some("off") }))
        (input(w, faults, Input { name: "password", label: &w.t("register-password"), hint: None, kind: "password",
            value: "", autocomplete: Some("new-password") }))
    };
    form_page(
        (app, cx, uri),
        "invitation-title",
        faults,
        &html! {},
        &fields,
        "invitation-accept",
    )
}

/// `POST /invitation`
pub async fn invitation(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Form(form): Form<Invitation>,
) -> Result<Response> {
    let accepted =
        operations::accept_invitation(&app.domain, &cx, &form.invitation, &form.password).await;
    match accepted {
        Ok(secret) => Ok(signed_in(&app, "/work", &secret)),
        Err(error) => {
            let faults = Faults::of(cx.locale, error)?;
            Ok(invitation_page(&app, &cx, &uri, &form, &faults))
        }
    }
}

/// The old password and the new one.
#[derive(Debug, Default, Deserialize)]
pub struct Passwords {
    #[serde(default)]
    old: String,
    #[serde(default)]
    password: String,
}

/// `GET /account/password`
pub async fn password_form(State(app): State<App>, cx: Context, uri: Uri) -> Result<Response> {
    match cx.principal {
        Principal::Person(_) => Ok(password_page(&app, &cx, &uri, &Faults::default())),
        _ => Err(Error::Unauthenticated),
    }
}

fn password_page(app: &App, cx: &Context, uri: &Uri, faults: &Faults) -> Response {
    let w = Words(cx.locale);
    let fields = html! {
        (input(w, faults, Input { name: "old", label: &w.t("password-old"), hint: None, kind: "password",
            value: "", autocomplete: Some("current-password") }))
        (input(w, faults, Input { name: "password", label: &w.t("password-new"), hint: None, kind: "password",
            value: "", autocomplete: Some("new-password") }))
    };
    form_page(
        (app, cx, uri),
        "password-title",
        faults,
        &html! {},
        &fields,
        "password-change",
    )
}

/// `POST /account/password`: ends every other session.
pub async fn password(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Form(form): Form<Passwords>,
) -> Result<Response> {
    match operations::change_password(&app.domain, &cx, &form.old, &form.password).await {
        Ok(secret) => Ok(signed_in(&app, "/", &secret)),
        Err(error) => {
            let faults = Faults::of(cx.locale, error)?;
            Ok(password_page(&app, &cx, &uri, &faults))
        }
    }
}
