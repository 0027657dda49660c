//! A throw-away PostgreSQL for the tests: its own folder, a Unix socket, no network.

use anyhow::Context as _;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    debian,
    shell::{command, has, output, quiet, run, say},
};

/// A running cluster; it is stopped and removed when this is dropped.
pub struct Cluster {
    programs: PathBuf,
    folder: tempfile::TempDir,
    owner: Option<String>,
}

impl Cluster {
    /// Makes and starts one.
    pub fn start() -> anyhow::Result<Self> {
        let programs = programs()?;
        let folder = tempfile::Builder::new()
            .prefix("onedoor-pg-")
            .tempdir_in("/tmp")?;
        // PostgreSQL will not run as root: another user owns the cluster then.
        let root = output(&mut command("id", &["-u"]))? == "0";
        let owner = root.then(|| owner().to_owned());
        if let Some(owner) = &owner {
            let path = folder.path().to_string_lossy().into_owned();
            run(&mut command("chown", &[owner, &path]))?;
        }
        let cluster = Self {
            programs,
            folder,
            owner,
        };
        say("starting a throw-away PostgreSQL");
        let data = cluster.path("data");
        let log = cluster.path("log");
        let socket = cluster.folder.path().to_string_lossy().into_owned();
        cluster.quietly(
            "initdb",
            &[
                "-D",
                &data,
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "-N",
            ],
        )?;
        let options =
            format!("-k {socket} -c listen_addresses= -c max_connections=200 -c fsync=on");
        cluster.quietly(
            "pg_ctl",
            &["-D", &data, "-l", &log, "-w", "-o", &options, "start"],
        )?;
        Ok(cluster)
    }

    /// Where it can be reached, without a database.
    pub fn url(&self) -> String {
        format!(
            "postgres://postgres@localhost/postgres?host={}",
            self.folder.path().display()
        )
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_string_lossy().into_owned()
    }

    fn quietly(&self, program: &str, arguments: &[&str]) -> anyhow::Result<()> {
        let mut command = self.program(program, arguments);
        command
            .stdout(std::process::Stdio::null())
            .current_dir(self.folder.path());
        run(&mut command).context("PostgreSQL for the tests")
    }

    fn program(&self, name: &str, arguments: &[&str]) -> Command {
        let path = self.programs.join(name).to_string_lossy().into_owned();
        match &self.owner {
            Some(owner) => {
                let mut all = vec!["-u", owner.as_str(), "--", path.as_str()];
                all.extend(arguments);
                command("runuser", &all)
            }
            None => command(&path, arguments),
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.path("data");
        quiet(&mut self.program("pg_ctl", &["-D", &data, "-m", "immediate", "stop"]));
    }
}

fn owner() -> &'static str {
    if quiet(&mut command("id", &["postgres"])) {
        "postgres"
    } else {
        "nobody"
    }
}

/// The folder of the server's programs, the newest version.
fn programs() -> anyhow::Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    debian::install(&["postgresql"], "the database tests run on PostgreSQL too")?;
    find().context("PostgreSQL was installed, but initdb and pg_ctl are nowhere")
}

fn find() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|path| path.join("initdb").is_file())
        .collect();
    versions.sort();
    let on_path = || {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path)
            .find(|it| it.join("initdb").is_file() && it.join("pg_ctl").is_file())
    };
    versions
        .pop()
        .or_else(|| has("pg_ctl").then(on_path).flatten())
        .filter(|it| Path::new(it).is_dir())
}
