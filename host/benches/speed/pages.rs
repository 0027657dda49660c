//! A page by a plugin and the same page by the host itself, over HTTP on loopback: the whole path
//! of a request, with keep-alive and without compression.

use std::{net::SocketAddr, sync::Arc, time::Instant};

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, Uri},
    response::Response,
    routing::get,
};
use onedoor::{
    app::App,
    config::{Config, Kind},
    context::Context,
    db::units,
    error::Result,
    grid,
    web::{pages::service, router},
};
use onedoor_forms::Route;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    runtime::Builder,
};

use crate::{
    figures::{self, Rates},
    world::{self, STREET},
};

const ROUNDS: usize = 9;
const REQUESTS: usize = 2_000;
/// How many connections ask at the same time.
const CLIENTS: usize = 4;

pub fn run() {
    let server = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (app, address) = server.block_on(serve(folder.path()));
    let client = Builder::new_current_thread().enable_all().build().unwrap();
    figures::rates("pages over HTTP, 4 connections, requests/s");
    let pages = [
        ("a small page", "guest-greeter/home".to_owned()),
        ("100 rows of four cells", format!("guest-rows/{STREET}")),
    ];
    for (name, page) in pages {
        let (mut native, mut plugin) = (Rates(Vec::new()), Rates(Vec::new()));
        for round in 0..=ROUNDS {
            for (door, rates) in [("native", &mut native), ("services", &mut plugin)] {
                let rate = client.block_on(round_of(address, &format!("/{door}/{page}")));
                // The first round warms up.
                if round > 0 {
                    rates.0.push(rate);
                }
            }
        }
        native.show(&format!("{name}, natively"), None);
        plugin.show(&format!("{name}, by a plugin"), Some(&native));
    }
    server.block_on(app.close());
}

async fn serve(folder: &std::path::Path) -> (App, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let data = folder.join("data");
    let config = Config::local(Kind::Development, data, address.port());
    let app = App::open(config).await.unwrap();
    let cx = app.domain.system("bench");
    grid::import(&app.domain, &cx, world::divisions(cx.now))
        .await
        .unwrap();
    let department = units::Unit {
        id: "dept-emergency".to_owned(),
        name_zh: "应急管理局".to_owned(),
        name_en: "Emergency Management".to_owned(),
        kind: "emergency".to_owned(),
        division: "310101".to_owned(),
        parent: None,
        instrument: Some("made up for the benchmark".to_owned()),
        lent: None,
    };
    let write = app
        .domain
        .database
        .write(move |t| Box::pin(async move { units::insert(t, &department).await }));
    write.await.unwrap();
    world::load(&app.plugins, folder, &["greeter", "rows"]).await;
    let own = Router::new().route("/native/{plugin}/{page}", get(native));
    let router = router::with(app.clone(), own);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(axum::serve(listener, service).into_future());
    (app, address)
}

/// The same page, its view made without a plugin.
async fn native(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    headers: HeaderMap,
    Path((plugin, page)): Path<(String, String)>,
) -> Result<Response> {
    let at = Route::page(page);
    let loaded = app.plugins.get(&plugin).unwrap();
    let view = match plugin.as_str() {
        "guest-rows" => world::table(&app.domain, &cx),
        _ => world::greeting(&at),
    };
    assert!(onedoor_forms::check_view(&view).is_empty());
    service::drawn((&app, &cx, &uri, &headers), &loaded, &at, &view).await
}

/// Requests a second, all connections together.
async fn round_of(address: SocketAddr, path: &str) -> f64 {
    let request: Arc<[u8]> = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n")
        .into_bytes()
        .into();
    let began = Instant::now();
    let clients = (0..CLIENTS).map(|_| ask(address, request.clone()));
    futures_util::future::join_all(clients).await;
    (CLIENTS * REQUESTS) as f64 / began.elapsed().as_secs_f64()
}

/// The least a client can do, so that the server is what is measured.
async fn ask(address: SocketAddr, request: Arc<[u8]>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut answer = Vec::with_capacity(128 * 1024);
    for _ in 0..REQUESTS {
        stream.write_all(&request).await.unwrap();
        answer.clear();
        while !whole(&answer) {
            assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0);
        }
        assert!(answer.starts_with(b"HTTP/1.1 200 "));
    }
}

fn whole(answer: &[u8]) -> bool {
    let Some(head) = answer.windows(4).position(|it| it == b"\r\n\r\n") else {
        return false;
    };
    let (head, body) = answer.split_at(head + 4);
    let head = std::str::from_utf8(head).unwrap().to_ascii_lowercase();
    let length = head.split("content-length: ").nth(1).unwrap();
    let length: usize = length.lines().next().unwrap().parse().unwrap();
    body.len() >= length
}
