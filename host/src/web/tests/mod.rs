//! The host over HTTP, in process: browsers that keep cookies and programs that hold tokens, on a
//! demonstration in a folder of its own.

mod api;
mod bulk;
mod course;
mod duty;
mod figures;
mod guard;
mod machines;
mod open311;
mod permissions;
mod search;

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use std::{collections::BTreeMap, net::SocketAddr};
use tower::ServiceExt as _;

use crate::{
    app::App,
    config::{Config, Kind},
    demo, web,
};

/// A demonstration that answers requests.
pub struct Host {
    pub app: App,
    accounts: String,
    router: Router,
    _folder: tempfile::TempDir,
}

impl Host {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::local(Kind::Demo, folder.path().join("demo"), 0);
        let app = App::open(config).await.unwrap();
        Self {
            accounts: demo::prepare(&app).await.unwrap(),
            router: web::router(app.clone()),
            app,
            _folder: folder,
        }
    }

    /// Somebody who has not signed in, reading English.
    pub fn browser(&self) -> Browser {
        Browser {
            router: self.router.clone(),
            cookies: BTreeMap::from([("lang".to_owned(), "en".to_owned())]),
            token: None,
            headers: Vec::new(),
            peer: None,
        }
    }

    /// The password of an account, as the printed table has it.
    pub fn password(&self, login: &str) -> String {
        let lines = self.accounts.lines();
        let mut lines = lines.map(|it| it.split_whitespace().collect::<Vec<_>>());
        let line = lines.find(|it| it.first() == Some(&login)).unwrap();
        line[1].to_owned()
    }

    /// Somebody of the printed table, signed in.
    pub async fn signed_in(&self, login: &str) -> Browser {
        let mut browser = self.browser();
        let password = self.password(login);
        let fields = [("name", login), ("password", password.as_str())];
        let answer = browser.post("/sign-in", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{login}");
        browser
    }
}

/// A browser, or a program when it has a token.
pub struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
    pub token: Option<String>,
    /// Sent with each request.
    pub headers: Vec<(&'static str, String)>,
    /// Where it connects from; nowhere when absent.
    pub peer: Option<SocketAddr>,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.get(name).and_then(|it| it.to_str().ok());
        found.unwrap_or_default()
    }

    /// The value of a hidden field in the form that is sent to `action`.
    pub fn hidden(&self, action: &str, name: &str) -> String {
        let text = self.text();
        let start = text
            .find(&format!("action=\"{action}\""))
            .unwrap_or_else(|| {
                panic!("no form for {action}");
            });
        let form = text[start..].split("</form>").next().unwrap();
        let field = form.split(&format!("name=\"{name}\" value=\"")).nth(1);
        field.unwrap().split('"').next().unwrap().to_owned()
    }
}

/// What a request carries.
pub enum Sent<'a> {
    Nothing,
    Form(&'a [(&'a str, &'a str)]),
    Json(serde_json::Value),
    /// Bytes of a kind.
    Raw(&'a str, &'a [u8]),
    /// Fields, and files by field, name and bytes.
    Parts(&'a [(&'a str, &'a str)], &'a [(&'a str, &'a str, Vec<u8>)]),
}

impl Browser {
    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        sent: Sent<'_>,
        once: Option<&str>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("sec-fetch-site", "same-origin")
            .header(header::ACCEPT_LANGUAGE, "en");
        if let Some(once) = once {
            request = request.header("idempotency-key", once);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(peer) = self.peer {
            request = request.extension(ConnectInfo(peer));
        }
        match &self.token {
            Some(token) => {
                request = request.header(header::AUTHORIZATION, format!("Bearer {token}"))
            }
            None => {
                let pairs = self.cookies.iter().map(|(k, v)| format!("{k}={v}"));
                request = request.header(header::COOKIE, pairs.collect::<Vec<_>>().join("; "));
            }
        }
        let (kind, body) = encode(sent);
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let request = request.body(Body::from(body)).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            match value {
                "" => self.cookies.remove(name),
                _ => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes: body.collect().await.unwrap().to_bytes().to_vec(),
        }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, Sent::Nothing, None).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send("POST", path, Sent::Form(fields), None).await
    }

    pub async fn put_json(&mut self, path: &str, body: serde_json::Value, once: &str) -> Answer {
        self.send("POST", path, Sent::Json(body), Some(once)).await
    }
}

fn encode(sent: Sent<'_>) -> (Option<String>, Vec<u8>) {
    match sent {
        Sent::Nothing => (None, Vec::new()),
        Sent::Raw(kind, bytes) => (Some(kind.to_owned()), bytes.to_vec()),
        Sent::Json(value) => (
            Some("application/json".to_owned()),
            value.to_string().into(),
        ),
        Sent::Form(fields) => {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(fields);
            let kind = "application/x-www-form-urlencoded".to_owned();
            (Some(kind), form.finish().into())
        }
        Sent::Parts(fields, files) => {
            let mut body = Vec::new();
            let mut part = |about: String, bytes: &[u8]| {
                body.extend_from_slice(b"--edge\r\nContent-Disposition: form-data; ");
                body.extend_from_slice(about.as_bytes());
                body.extend_from_slice(b"\r\n\r\n");
                body.extend_from_slice(bytes);
                body.extend_from_slice(b"\r\n");
            };
            for (name, text) in fields {
                part(format!("name=\"{name}\""), text.as_bytes());
            }
            for (field, name, bytes) in files {
                part(format!("name=\"{field}\"; filename=\"{name}\""), bytes);
            }
            body.extend_from_slice(b"--edge--\r\n");
            (Some("multipart/form-data; boundary=edge".to_owned()), body)
        }
    }
}

/// A small photo.
pub fn photo() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::DynamicImage::new_rgb8(4, 4);
    picture
        .write_to(&mut bytes, image::ImageFormat::Jpeg)
        .unwrap();
    bytes.into_inner()
}

/// A report of a street lamp in the residents' community, by the API; the case.
pub async fn report(browser: &mut Browser, once: &str) -> serde_json::Value {
    let body = serde_json::json!({
        "title": "路灯不亮",
        "description": "弄堂口的路灯三天不亮了",
        "point": { "lon": 121.4743, "lat": 31.2212, "datum": "wgs84" },
    });
    let answer = browser.put_json("/api/v1/cases", body, once).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.json()
}
