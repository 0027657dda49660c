//! Language and elder mode, kept in cookies: no account is needed.

use axum::{
    Form,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::parts::local;
use crate::{app::App, context::Locale, web::session};

/// What to change; what is absent stays.
#[derive(Debug, Deserialize)]
pub struct Wish {
    #[serde(default)]
    back: String,
    lang: Option<String>,
    elder: Option<String>,
}

/// `POST /preferences`: keeps the wish and goes back.
pub async fn choose(State(app): State<App>, Form(wish): Form<Wish>) -> Response {
    let mut response = Redirect::to(local(&wish.back)).into_response();
    if let Some(lang) = &wish.lang {
        session::prefer(&app, &mut response, "lang", Locale::from_tag(lang).tag());
    }
    if let Some(elder) = &wish.elder {
        let on = if elder == "1" { "1" } else { "0" };
        session::prefer(&app, &mut response, "elder", on);
    }
    response
}
