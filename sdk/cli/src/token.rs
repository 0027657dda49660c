//! `token`: makes an access token for a developer, who signs in with a name and a password once.
//! The password is read from the environment or from standard input, never from the command line,
//! and is kept nowhere; only the token is written.

use std::{
    env,
    io::{self, BufRead as _, IsTerminal as _, Write},
};

use anyhow::{Context as _, bail};
use reqwest::{
    blocking::{Client, RequestBuilder},
    header,
};
use serde::Deserialize;
use serde_json::json;

use crate::remote::{answered, client, json};

/// Where a password may stand, so that a script needs nobody to type it.
pub const PASSWORD: &str = "ONEDOOR_PASSWORD";
/// The role that uploads and reads the plugin's log.
const ROLE: &str = "department-developer";

#[derive(Deserialize)]
struct Me {
    posts: Vec<Post>,
}

#[derive(Deserialize)]
struct Post {
    id: String,
    role: String,
}

#[derive(Deserialize)]
struct Made {
    secret: String,
}

/// Signs in at `url` as `login` and writes a new token for so many `days`.
pub fn token(url: &str, login: &str, days: u32, out: &mut dyn Write) -> anyhow::Result<()> {
    let url = url.trim_end_matches('/');
    let (client, password) = (client()?, password(login)?);
    let me = json!({ "name": login, "password": password });
    let me = post(&client, url, "/api/v1/session", &me);
    let me: Me = json(answered(url, me).context("signing in")?)?;
    let Some(own) = me.posts.into_iter().find(|it| it.role == ROLE) else {
        bail!("{login} has no post of a department developer: an administrator gives it");
    };
    let made = json!({ "name": "onedoor-plugin", "post": own.id, "days": days });
    let made = post(&client, url, "/api/v1/tokens", &made);
    let made: Made = json(answered(url, made)?)?;
    // The session has served; that it ends by itself later is soon enough if this fails.
    let over = client.delete(format!("{url}/api/v1/session"));
    let _ = over.header(header::ORIGIN, url).send();
    writeln!(out, "{}", made.secret)?;
    Ok(())
}

/// As a browser does: a cookie without an origin is refused.
fn post(client: &Client, url: &str, path: &str, body: &serde_json::Value) -> RequestBuilder {
    let request = client.post(format!("{url}{path}"));
    request.header(header::ORIGIN, url).json(body)
}

fn password(login: &str) -> anyhow::Result<String> {
    if let Ok(password) = env::var(PASSWORD) {
        return Ok(password);
    }
    if io::stdin().is_terminal() {
        // Beside standard output, which a script takes the token from.
        write!(io::stderr(), "Password of {login}: ")?;
    }
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    match line.trim_end() {
        "" => bail!("no password: type it, or set {PASSWORD}"),
        password => Ok(password.to_owned()),
    }
}
