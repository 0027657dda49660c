//! What a collector is sent: a span for each call of a plugin, below the request's, and below it one
//! for each call of the host; and nothing about a person. Needs `cargo xtask guests`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::{Router, body::Bytes, extract::State, routing::post};
use onedoor::telemetry;
use onedoor_tests::plugins::Host;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest, trace::v1::Span,
};
use prost::Message as _;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tracing::Instrument as _;

type Taken = Arc<Mutex<Vec<Span>>>;

/// A collector that keeps what it is sent.
async fn collector() -> (url::Url, Taken) {
    async fn take(State(taken): State<Taken>, body: Bytes) {
        let sent = ExportTraceServiceRequest::decode(body).unwrap();
        let scopes = sent
            .resource_spans
            .into_iter()
            .flat_map(|it| it.scope_spans);
        taken.lock().unwrap().extend(scopes.flat_map(|it| it.spans));
    }
    let taken = Taken::default();
    let router = Router::new()
        .route("/below/v1/traces", post(take))
        .with_state(taken.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/below/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address.parse().unwrap(), taken)
}

fn text(span: &Span, name: &str) -> String {
    let found = span.attributes.iter().find(|it| it.key == name);
    format!("{:?}", found.and_then(|it| it.value.clone()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_is_sent_each_call_and_what_it_called() {
    let (address, taken) = collector().await;
    // What is logged and what is sent are chosen apart.
    telemetry::start("off", Some(&address)).unwrap();
    let host = Host::with(&["conformance"]).await;
    let asked = tracing::info_span!(target: "onedoor::web", "request");
    let page = host.render("conformance", "clock").instrument(asked).await;
    page.unwrap();
    tokio::task::spawn_blocking(telemetry::end).await.unwrap();
    let spans = taken.lock().unwrap().clone();
    let named = |name: &str| {
        spans
            .iter()
            .filter(|it| it.name == name)
            .collect::<Vec<_>>()
    };
    let [request] = named("request")[..] else {
        unreachable!("{spans:#?}");
    };
    let [call] = named("plugin call")[..] else {
        unreachable!("{spans:#?}");
    };
    assert_eq!(call.parent_span_id, request.span_id);
    assert!(text(call, "plugin").contains("conformance"), "{call:?}");
    assert!(text(call, "outcome").contains("ok"), "{call:?}");
    assert_ne!(text(call, "guest_us"), "None", "{call:?}");
    let host_calls = named("host call");
    assert!(!host_calls.is_empty(), "{spans:#?}");
    for it in host_calls {
        assert_eq!(it.parent_span_id, call.span_id, "{it:?}");
        assert!(text(it, "function").contains('.'), "{it:?}");
    }
}
