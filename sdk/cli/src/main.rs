//! The command `onedoor-plugin`. Only takes the command line apart and says how it went.

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use onedoor_plugin::{build, check, dev, inspect, remote, scaffold, token, upload};

/// Makes, builds, checks, inspects and uploads plugins of OneDoor 一门.
#[derive(Parser)]
#[command(name = "onedoor-plugin", version)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Make a new plugin, in a new folder of its name.
    New {
        /// Its id: lower-case letters, digits and `-`.
        name: String,
        /// The unit it belongs to.
        #[arg(long, default_value = "dept-emergency")]
        department: String,
        /// The folder of onedoor-sdk, or the address of a git repository that holds it. Without
        /// it, that of the checkout that this command was built from.
        #[arg(long)]
        sdk: Option<String>,
        /// Where the folder is made.
        #[arg(long, default_value = ".")]
        parent: PathBuf,
    },
    /// Build a plugin into one self-contained component.
    Build {
        /// Folder of the plugin, with its plugin.toml, Cargo.toml and i18n/.
        #[arg(default_value = ".")]
        folder: PathBuf,
        /// The file to write.
        #[arg(long)]
        out: PathBuf,
        /// A component that another tool made of the folder, from JavaScript or Python, say: it is
        /// taken instead of building the crate.
        #[arg(long, conflicts_with = "cargo")]
        component: Option<PathBuf>,
        /// More arguments for cargo, after `--`.
        #[arg(last = true)]
        cargo: Vec<String>,
    },
    /// Try a built component against the contract, on a host that is thrown away. Ends with 0 when
    /// every step holds, with 1 when one does not, with 2 when it could not be tried.
    Check {
        /// The component, in whatever language it was written.
        file: PathBuf,
        /// The host's program `onedoor`. Without it, the one beside this command, on the PATH, or built in
        /// the checkout that this command comes from.
        #[arg(long, env = "ONEDOOR_HOST")]
        host: Option<PathBuf>,
        /// Report as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Say what a built component is: its manifest, contract, size, imports, exports and digest.
    Inspect {
        /// The component.
        file: PathBuf,
    },
    /// Build a plugin, put it in force on a development host, and again whenever a file changes;
    /// what the plugin logs is shown here.
    Dev {
        /// Folder of the plugin.
        #[arg(default_value = ".")]
        folder: PathBuf,
        /// The host: one that serves a folder for development or demonstration.
        #[arg(long, env = "ONEDOOR_URL", default_value = "http://127.0.0.1:8080")]
        url: String,
        /// A token of a department developer.
        #[arg(long, env = "ONEDOOR_TOKEN", hide_env_values = true)]
        token: String,
        /// More arguments for cargo, after `--`.
        #[arg(last = true)]
        cargo: Vec<String>,
    },
    /// Make an access token: asks for the password of an account with the post of a department
    /// developer (or takes it from ONEDOOR_PASSWORD), and prints nothing but the token.
    Token {
        /// The host.
        #[arg(long, env = "ONEDOOR_URL", default_value = "http://127.0.0.1:8080")]
        url: String,
        /// The name that the account signs in by.
        #[arg(long)]
        login: String,
        /// How many days it is good for.
        #[arg(long, default_value_t = 30)]
        days: u32,
    },
    /// Hand a built component in at a host; a reviewer approves it there.
    Upload {
        /// The component.
        file: PathBuf,
        /// The host, for example https://onedoor.example.org.
        #[arg(long, env = "ONEDOOR_URL", default_value = "http://127.0.0.1:8080")]
        url: String,
        /// A token of a department developer. Better in the environment, out of the shell's history.
        #[arg(long, env = "ONEDOOR_TOKEN", hide_env_values = true)]
        token: String,
    },
}

fn main() -> ExitCode {
    let out = &mut io::stdout();
    let done = match Cli::parse().task {
        Task::Build {
            folder,
            out: file,
            component: None,
            cargo,
        } => build::build(&folder, &file, &cargo, out),
        Task::Build {
            folder,
            out: file,
            component: Some(component),
            ..
        } => build::dress(&folder, &component, &file, out),
        Task::Check { file, host, json } => match check::check(&file, host.as_deref(), json) {
            Ok(code) => return code,
            Err(error) => Err(error),
        },
        Task::New {
            name,
            department,
            sdk,
            parent,
        } => scaffold::new(&name, &department, sdk.as_deref(), &parent, out),
        Task::Dev {
            folder,
            url,
            token,
            cargo,
        } => remote::Host::new(&url, &token).and_then(|host| {
            let session = dev::Session::new(&folder, host, &cargo)?;
            dev::dev(&session, out)
        }),
        Task::Token { url, login, days } => token::token(&url, &login, days, out),
        Task::Upload { file, url, token } => upload::upload(&file, &url, &token, out),
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
