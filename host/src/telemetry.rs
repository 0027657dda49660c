//! What the host says about itself: `tracing`, as one JSON object a line on standard error and,
//! where a collector is named, as traces over OTLP. Never holds a request's body, a cookie, a phone
//! number or a name.

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use std::sync::OnceLock;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    EnvFilter, Layer as _,
    filter::{ParseError, Targets},
    layer::SubscriberExt as _,
};
use url::Url;

use crate::plugins::CALLS;

/// The name of this program in traces.
const SERVICE: &str = "onedoor";
/// Where a collector takes traces, below its address.
const TRACES: &str = "v1/traces";

/// What sends traces, until [`end`].
static TRACER: OnceLock<SdkTracerProvider> = OnceLock::new();

/// Why nothing can be said.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// The filter cannot be read.
    #[error("the log filter: {0}")]
    Filter(#[from] ParseError),
    /// The collector's address is none.
    #[error("the address of the collector: {0}")]
    Collector(#[from] ExporterBuildError),
}

/// Starts logging what `filter` (a `tracing` filter, such as `info,onedoor=debug`) lets through and,
/// with a `collector`, sending a span for each request, each call of a plugin in it, and each call
/// of the host in that. Sending waits for nobody: what the collector does not take is lost. The
/// standard variables `OTEL_TRACES_SAMPLER`, `OTEL_BSP_*` and `OTEL_EXPORTER_OTLP_HEADERS` hold as
/// well. Does nothing when something else in this process logs already.
pub fn start(filter: &str, collector: Option<&Url>) -> Result<(), Wrong> {
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_writer(std::io::stderr)
        .with_filter(EnvFilter::builder().parse(filter)?);
    let provider = collector.map(provider).transpose()?;
    let traces = provider.as_ref().map(|provider| {
        let spans = Targets::new()
            .with_target(SERVICE, LevelFilter::INFO)
            .with_target(CALLS, LevelFilter::DEBUG);
        tracing_opentelemetry::layer()
            .with_tracer(provider.tracer(SERVICE))
            .with_filter(spans)
    });
    let subscriber = tracing_subscriber::registry().with(lines).with(traces);
    if tracing::subscriber::set_global_default(subscriber).is_err() {
        tracing::debug!("logging was started before");
    } else if let Some(provider) = provider {
        let _ = TRACER.set(provider);
    }
    Ok(())
}

/// Sends the last spans, for at most five seconds. Blocks: nothing may be done afterwards that
/// others wait for.
pub fn end() {
    if let Some(provider) = TRACER.get()
        && let Err(error) = provider.shutdown()
    {
        tracing::warn!(%error, "the last traces were not sent");
    }
}

fn provider(collector: &Url) -> Result<SdkTracerProvider, Wrong> {
    let mut address = collector.clone();
    let path = format!("{}/{TRACES}", address.path().trim_end_matches('/'));
    address.set_path(&path);
    let exporter = SpanExporter::builder()
        .with_http()
        .with_endpoint(address.as_str())
        .build()?;
    let resource = Resource::builder().with_service_name(SERVICE).build();
    Ok(SdkTracerProvider::builder()
        .with_resource(resource)
        .with_batch_exporter(exporter)
        .build())
}
