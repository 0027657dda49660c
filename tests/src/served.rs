//! A demonstration that is served over HTTP, in a folder of its own. Only for tests.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "for tests, which fail by panicking"
)]

use onedoor::{
    app::App,
    config::{Config, Kind},
    demo, web,
};
use reqwest::{Client, StatusCode, header};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub struct Served {
    pub app: App,
    /// Without a slash at its end.
    pub base: String,
    pub client: Client,
    accounts: String,
    _folder: tempfile::TempDir,
}

impl Served {
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// The same with a configuration that `change` has changed.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut config = Config::local(Kind::Demo, folder.path().join("demo"), address.port());
        change(&mut config);
        let app = App::open(config).await.unwrap();
        let accounts = demo::prepare(&app).await.unwrap();
        let router = web::router(app.clone());
        tokio::spawn(onedoor::serve::serve(app.clone(), router, listener));
        Self {
            app,
            base: format!("http://{address}"),
            client: Client::new(),
            accounts,
            _folder: folder,
        }
    }

    /// The password that was printed for somebody.
    pub fn password(&self, login: &str) -> &str {
        let mut lines = self.accounts.lines().map(|it| it.split_whitespace());
        lines
            .find_map(|mut it| (it.next() == Some(login)).then(|| it.next().unwrap()))
            .unwrap_or_else(|| panic!("{login} has no account"))
    }

    /// The cookie of somebody who signs in.
    pub async fn cookie(&self, login: &str) -> String {
        let asked = self.client.post(format!("{}/api/v1/session", self.base));
        let asked = asked.json(&json!({ "name": login, "password": self.password(login) }));
        let answer = asked.send().await.unwrap().error_for_status().unwrap();
        let cookie = answer.headers().get(header::SET_COOKIE).unwrap();
        let cookie = cookie.to_str().unwrap().split(';').next();
        cookie.unwrap().to_owned()
    }

    /// Posts JSON to the API as a browser does; what is answered, which must be a success.
    pub async fn posted_json(&self, cookie: &str, path: &str, body: Value) -> Value {
        let asked = self.client.post(format!("{}/api/v1/{path}", self.base));
        let asked = asked.header(header::COOKIE, cookie);
        let asked = asked.header(header::ORIGIN, &self.base);
        let asked = asked.header("idempotency-key", path).json(&body);
        let answer = asked.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Posts a component, or nothing, to the API, as a browser does: a cookie alone is refused.
    pub async fn post(&self, cookie: &str, path: &str, body: Vec<u8>) -> (StatusCode, Value) {
        let asked = self.client.post(format!("{}/api/v1/{path}", self.base));
        let asked = asked.header(header::COOKIE, cookie);
        let asked = asked.header(header::ORIGIN, &self.base);
        let asked = asked.header(header::CONTENT_TYPE, "application/wasm");
        let answer = asked.body(body).send().await.unwrap();
        let status = answer.status();
        (status, answer.json().await.unwrap_or(Value::Null))
    }

    /// The same, which must succeed.
    pub async fn posted(&self, cookie: &str, path: &str, body: Vec<u8>) -> Value {
        let (status, answer) = self.post(cookie, path, body).await;
        assert!(status.is_success(), "{path}: {status} {answer}");
        answer
    }

    /// What stands at a path, for somebody.
    pub async fn get(&self, cookie: &str, path: &str) -> String {
        let asked = self.client.get(format!("{}/{path}", self.base));
        let answer = asked.header(header::COOKIE, cookie).send().await.unwrap();
        answer.error_for_status().unwrap().text().await.unwrap()
    }
}
