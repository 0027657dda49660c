//! The program itself, run as an operator runs it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "for tests, which fail by panicking"
)]

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use onedoor::{
    app::App,
    config::{Config, Kind},
    grid,
    identity::{Role, operations},
};

use crate::{COMMUNITY, desk};

/// A run of the program, killed when this is dropped.
pub struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl From<Child> for Process {
    fn from(child: Child) -> Self {
        Self(child)
    }
}

impl Process {
    /// Serves a folder on a port of this machine; returns once it is ready.
    pub async fn serve(data: &Path, port: u16) -> Self {
        let (data, listen) = (data.to_str().unwrap(), format!("127.0.0.1:{port}"));
        let child = onedoor(&["serve", "--data", data, "--listen", &listen])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let process = Self(child);
        let ready = async || {
            let answer = reqwest::get(format!("http://{listen}/readyz")).await;
            answer.is_ok_and(|it| it.status().is_success())
        };
        let from = Instant::now();
        while !ready().await {
            let waited = from.elapsed();
            assert!(waited < Duration::from_secs(60), "the host did not start");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        process
    }
}

/// The program with these arguments, and nothing of this machine's settings.
pub fn onedoor(arguments: &[&str]) -> Command {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
        PathBuf::from,
    );
    let program = target.join("debug/onedoor");
    assert!(
        program.is_file(),
        "target/debug/onedoor is not there: cargo build --workspace --bins"
    );
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env("ONEDOOR_LOG", "error")
        .env_remove("ONEDOOR_DATABASE_URL")
        .env_remove("ONEDOOR_TOKEN");
    command
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Makes a folder with Huangpu, the desk of a community and a machine that may report there; the
/// machine's token.
pub async fn folder(data: &Path, port: u16) -> String {
    let config = Config::local(Kind::Development, data.to_owned(), port);
    let app = App::open(config).await.unwrap();
    let cx = app.domain.system("test");
    let import = grid::huangpu(cx.now).unwrap();
    grid::import(&app.domain, &cx, import).await.unwrap();
    let desk = desk(COMMUNITY);
    let unit = desk.id.clone();
    operations::populate(&app.domain, &cx, vec![desk], Vec::new())
        .await
        .unwrap();
    let token =
        operations::create_service(&app.domain, &cx, "gauge", &unit, Role::GridWorker, 1).await;
    app.close().await;
    token.unwrap()
}
