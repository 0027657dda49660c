//! What `onedoor simulate` is told on the command line.

use clap::Args;
use std::path::PathBuf;

use super::{Config, Kind, Secret};

/// A simulated city, and for how long it is simulated. Everything in it follows from the seed.
#[derive(Args, Clone, Debug)]
pub struct SimulateConfig {
    /// Folder of the simulation, a demonstration for good; a second start goes on in it
    #[arg(
        long,
        env = "ONEDOOR_DATA",
        value_name = "DIR",
        default_value = "data/simulation"
    )]
    pub data: PathBuf,
    /// Database, as `sqlite:PATH` or `postgres://…`; a SQLite file in the folder by default
    #[arg(
        long,
        env = "ONEDOOR_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_url: Option<Secret>,
    /// Days to simulate, counted from the first
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3660))]
    pub days: u32,
    /// People who live in the city
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub residents: u32,
    /// Seed: the same one gives the same city, to the last hash
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// First day
    #[arg(long, value_name = "DATE", default_value = "2026-01-05")]
    pub from: jiff::civil::Date,
    /// Simulated seconds to a second; as many as the machine can by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub pace: Option<u32>,
    /// Let SQLite answer before the disk has it: quicker, and a power cut may spoil the folder
    #[arg(long)]
    pub fast: bool,
    /// Write each act on standard output once it has been acknowledged
    #[arg(long)]
    pub acts: bool,
    /// Account for the cases as JSON
    #[arg(long)]
    pub json: bool,
    /// What is logged, as a `tracing` filter.
    #[arg(
        long,
        env = "ONEDOOR_LOG",
        value_name = "FILTER",
        default_value = "info"
    )]
    pub log: String,
}

impl SimulateConfig {
    /// As a host understands it.
    pub fn config(&self) -> Config {
        Config {
            database_url: self.database_url.clone(),
            log: self.log.clone(),
            ..Config::local(Kind::Demo, self.data.clone(), 0)
        }
    }
}
