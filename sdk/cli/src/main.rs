//! The command `onedoor-plugin`. Only takes the command line apart and says how it went.

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use onedoor_plugin::{build, inspect};

/// Makes, builds, inspects and uploads plugins of OneDoor 一门.
#[derive(Parser)]
#[command(name = "onedoor-plugin", version)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build a plugin into one self-contained component.
    Build {
        /// Folder of the plugin, with its plugin.toml, Cargo.toml and i18n/.
        #[arg(default_value = ".")]
        folder: PathBuf,
        /// The file to write.
        #[arg(long)]
        out: PathBuf,
        /// More arguments for cargo, after `--`.
        #[arg(last = true)]
        cargo: Vec<String>,
    },
    /// Say what a built component is: its manifest, contract, size, imports, exports and digest.
    Inspect {
        /// The component.
        file: PathBuf,
    },
}

fn main() -> ExitCode {
    let out = &mut io::stdout();
    let done = match Cli::parse().task {
        Task::Build {
            folder,
            out: file,
            cargo,
        } => build::build(&folder, &file, &cargo, out),
        Task::Inspect { file } => inspect::inspect(&file, out),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell if this fails too.
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
