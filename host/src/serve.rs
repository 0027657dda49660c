//! Serving HTTP: the listener, the health endpoints, and an orderly end. Knows no page.

use axum::{Router, extract::State, http::StatusCode, routing::get};
use std::{future::Future, io, net::SocketAddr, time::Duration};
use tokio::net::TcpListener;

use crate::{app::App, db::installation};

/// `/healthz` (this process answers) and `/readyz` (and its database does too).
pub fn health() -> Router<App> {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
}

async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    let answers = async {
        let mut connection = app.domain.database.read().await?;
        installation::ping(&mut connection).await
    };
    match answers.await {
        _ if app.stop.is_cancelled() => (StatusCode::SERVICE_UNAVAILABLE, "stopping\n"),
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(error = error.chain(), "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database is away\n")
        }
    }
}

/// Serves `router` until `app.stop` is cancelled, lets the requests in flight end for as long as
/// the configuration says, drops those that have not, and closes the database.
pub async fn serve(app: App, router: Router, listener: TcpListener) -> io::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let stop = app.stop.clone();
    let grace = Duration::from_secs(app.config.grace);
    let server = axum::serve(listener, service)
        .with_graceful_shutdown(async move { stop.cancelled().await })
        .into_future();
    let result = tokio::select! {
        result = server => result,
        () = expired(app.stop.cancelled(), grace) => {
            tracing::warn!(seconds = grace.as_secs(), "requests were cut off");
            Ok(())
        }
    };
    app.close().await;
    result
}

async fn expired(stop: impl Future<Output = ()>, grace: Duration) {
    stop.await;
    tokio::time::sleep(grace).await;
}

/// Cancels `app.stop` on the first SIGINT or SIGTERM.
pub fn stop_on_signal(app: &App) -> io::Result<()> {
    let stop = app.stop.clone();
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::spawn(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
        tracing::info!("told to stop");
        stop.cancel();
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Kind};
    use std::sync::Arc;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpStream,
        sync::Semaphore,
        task::JoinHandle,
    };

    struct Host {
        app: App,
        address: SocketAddr,
        /// Given a permit when a slow request has begun.
        begun: Arc<Semaphore>,
        /// Give it a permit to let a slow request end.
        end: Arc<Semaphore>,
        serving: JoinHandle<io::Result<()>>,
        _folder: tempfile::TempDir,
    }

    async fn host(grace: u64) -> Host {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::local(Kind::Development, folder.path().join("data"), 0);
        config.grace = grace;
        let app = App::open(config).await.unwrap();
        let (begun, end) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let (b, e) = (begun.clone(), end.clone());
        let slow = get(async move || {
            b.add_permits(1);
            let _permit = e.acquire().await;
            "done"
        });
        let router = health().route("/slow", slow).with_state(app.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(serve(app.clone(), router, listener));
        Host {
            app,
            address,
            begun,
            end,
            serving,
            _folder: folder,
        }
    }

    async fn ask(address: SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        answer
    }

    #[tokio::test]
    async fn it_says_how_it_is() {
        let host = host(20).await;
        assert!(ask(host.address, "/healthz").await.contains("200 OK"));
        assert!(ask(host.address, "/readyz").await.contains("ready"));
        host.app.domain.database.close().await;
        assert!(ask(host.address, "/readyz").await.contains("503"));
        assert!(ask(host.address, "/healthz").await.contains("200 OK"));
    }

    #[tokio::test]
    async fn a_request_in_flight_ends_before_the_host_does() {
        let host = host(600).await;
        let slow = tokio::spawn(ask(host.address, "/slow"));
        host.begun.acquire().await.unwrap().forget();
        host.app.stop.cancel();
        assert!(!host.serving.is_finished());
        host.end.add_permits(1);
        assert!(slow.await.unwrap().ends_with("done"));
        host.serving.await.unwrap().unwrap();
        assert!(TcpStream::connect(host.address).await.is_err());
    }

    #[tokio::test]
    async fn a_request_that_never_ends_is_cut_off() {
        let host = host(0).await;
        let slow = tokio::spawn(ask(host.address, "/slow"));
        host.begun.acquire().await.unwrap().forget();
        host.app.stop.cancel();
        host.serving.await.unwrap().unwrap();
        drop(slow);
    }
}
