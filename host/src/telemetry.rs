//! What the host says about itself: `tracing`, as one JSON object a line on standard error. Never
//! logs a request's body, a cookie, a phone number or a name.

use tracing_subscriber::{EnvFilter, filter::ParseError};

/// Starts logging what `filter` (a `tracing` filter, such as `info,onedoor=debug`) lets through.
/// Does nothing when something else in this process logs already.
pub fn start(filter: &str) -> Result<(), ParseError> {
    let filter = EnvFilter::builder().parse(filter)?;
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_writer(std::io::stderr)
        .with_env_filter(filter)
        .finish();
    if tracing::subscriber::set_global_default(subscriber).is_err() {
        tracing::debug!("logging was started before");
    }
    Ok(())
}
