//! `cargo xtask`: the build steps that cargo cannot express. Says what it is doing, fetches what
//! it can, and otherwise says what to install. Every step may be run again.

mod check;
mod debian;
mod languages;
mod postgres;
mod reference;
mod released;
mod shell;
mod steps;
mod tidy;
mod wasm;

use clap::{Parser, Subcommand};
use std::{path::PathBuf, process::ExitCode};

#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything and serve a demonstration of Huangpu district on this machine.
    Demo {
        /// Port on 127.0.0.1.
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// Folder of the demonstration.
        #[arg(long, default_value = "data/demo")]
        data: PathBuf,
    },
    /// Run every check and every test.
    Test {
        /// Only those whose name contains this: format, tidy, contract, supply, assets, lint, docs,
        /// components, unit, browser.
        #[arg(long)]
        only: Option<String>,
    },
    /// Measure what things cost, on SQLite and PostgreSQL; minutes of a release build first.
    Bench {
        /// Those parts only: locate, calls, neighbours, many, languages, pages, submits.
        parts: Vec<String>,
    },
    /// Check that the contract parses, and write its reference.
    Wit {
        /// Freeze it as the version it says it is: copied to wit/released, for good.
        #[arg(long)]
        release: bool,
    },
    /// Build the front-end assets.
    Assets,
    /// Fetch the divisions of China, by the lock file, for `onedoor import divisions`.
    Divisions,
    /// Build the plugins as components.
    Components,
    /// Build the components that the tests attack the host with.
    Guests,
    /// Install the clients that the tests talk to a host with.
    Clients,
}

/// Ends with what went wrong in a line, not with a trace of this program: the last lines of a log
/// are what is read.
fn main() -> ExitCode {
    match run(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> anyhow::Result<()> {
    std::env::set_current_dir(shell::root())?;
    match task {
        Task::Demo { port, data } => steps::demo(port, &data),
        Task::Test { only } => check::all(only.as_deref()),
        Task::Bench { parts } => check::bench(&parts),
        Task::Wit { release: false } => reference::write(),
        Task::Wit { release: true } => released::release(),
        Task::Assets => steps::assets(),
        Task::Divisions => steps::divisions(),
        Task::Components => steps::components(),
        Task::Guests => steps::guests(),
        Task::Clients => steps::clients(),
    }
}
