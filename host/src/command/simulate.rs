//! `onedoor simulate`: lets a made-up city work, and accounts for its cases.

use std::io::Write;

use crate::{config::SimulateConfig, simulation};

/// Simulates, or goes on; true when every case is accounted for and all is as it was written.
pub async fn simulate(
    config: &SimulateConfig,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<bool> {
    let mut city = simulation::open(config).await?;
    let told: Option<&mut (dyn Write + Send)> = if config.acts { Some(&mut *out) } else { None };
    let ran = city.run(config.pace, told).await;
    let accounts = match ran {
        Ok(()) => city.accounts().await,
        Err(error) => Err(error),
    };
    city.close().await;
    let accounts = accounts.map_err(simulation::SimulationError::from)?;
    if config.json {
        writeln!(out, "{}", serde_json::to_string(&accounts)?)?;
    } else {
        writeln!(out, "{accounts}")?;
    }
    Ok(accounts.fine())
}
