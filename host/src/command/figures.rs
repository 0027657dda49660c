//! `onedoor figures recount`: says whether the figures are what the event logs say.

use std::io::Write;

use crate::{
    cases::figures::recount,
    config::Config,
    folder::{self, FolderError},
    time::Clock,
};

/// Recounts a folder, which may be served meanwhile; true when nothing differs.
pub async fn recount(config: &Config, out: &mut (dyn Write + Send)) -> anyhow::Result<bool> {
    let zone = jiff::tz::TimeZone::get(&config.time_zone)
        .map_err(|_| FolderError::TimeZone(config.time_zone.clone()))?;
    let look = folder::look(config).await?;
    let found = recount::recount(&look.database, &zone, Clock::default().now()).await;
    look.database.close().await;
    let found = found?;
    writeln!(out, "{} cases, {} rows of sums", found.cases, found.sums)?;
    if found.older > 0 {
        writeln!(out, "{} cases have events of older tables", found.older)?;
    }
    for it in &found.differences {
        writeln!(out, "DIFFERS {it}")?;
    }
    if found.differences.is_empty() {
        writeln!(out, "Every figure is what the logs say.")?;
    }
    Ok(found.differences.is_empty())
}
