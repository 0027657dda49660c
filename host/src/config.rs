//! What a host is told when it starts, by flags or `ONEDOOR_*` variables. docs/configuration.md
//! lists them all. Secrets are never shown by `Debug`; nothing here touches a disk or a socket.

mod bulk;
mod simulate;

pub use bulk::{AuditCommand, ExportCommand, FiguresCommand, ImportCommand, Target};
pub use simulate::SimulateConfig;

use clap::{Args, Parser, Subcommand};
use ipnet::IpNet;
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    str::FromStr,
};
use url::Url;

/// The command line of `onedoor`.
#[derive(Debug, Parser)]
#[command(name = "onedoor", version, about, long_about = None)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What `onedoor` can be told to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve a folder, making it first if it does not exist.
    Serve(Config),
    /// Serve a demonstration of Huangpu district on this machine, with accounts for every role.
    Demo(DemoConfig),
    /// Let a made-up city work in a demonstration of its own, under a clock of its own; a run that
    /// was cut off goes on. Ends with 1 when a case is not accounted for.
    Simulate(SimulateConfig),
    /// Bring the database of a folder to this version, and stop.
    Migrate(Config),
    /// Look after the people of a folder that is not being served.
    User {
        /// What to do.
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Look after the plugins of a host that is running, by its API.
    Plugin {
        /// What to do.
        #[command(subcommand)]
        command: PluginCommand,
    },
    /// Bring data in: into a folder that is not being served or, with a token, into a host that is.
    Import {
        /// What.
        #[command(subcommand)]
        command: ImportCommand,
    },
    /// Write data to a file: from a folder that is not being served or, with a token, from a host
    /// that is.
    Export {
        /// What.
        #[command(subcommand)]
        command: ExportCommand,
    },
    /// Make an archive of a folder, which may be served meanwhile. The key is not in it.
    Backup {
        /// The archive to make
        file: PathBuf,
        /// The folder.
        #[command(flatten)]
        config: Config,
    },
    /// Make a new folder from an archive and the key that was kept apart.
    Restore {
        /// The archive
        archive: PathBuf,
        /// Folder to make
        #[arg(long, value_name = "NEW")]
        data: PathBuf,
        /// The key that was kept apart: a copy of secret.key
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Hold a folder, which may be served meanwhile, against its digests.
    Audit {
        /// What to do.
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Hold the figures of a folder, which may be served meanwhile, against its event logs.
    Figures {
        /// What to do.
        #[command(subcommand)]
        command: FiguresCommand,
    },
    /// What the host starts itself with to compile a component.
    #[command(hide = true)]
    CompilePlugin {
        /// The component.
        component: PathBuf,
        /// The file to make.
        artefact: PathBuf,
    },
    /// What `onedoor-plugin check` starts: whether a component keeps the contract.
    #[command(hide = true)]
    CheckPlugin {
        /// The component.
        component: PathBuf,
        /// Report as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// What `onedoor user` can be told to do.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// List who has a post, with the names they sign in by.
    List(Config),
    /// Give somebody a new password, shown once, to be changed at the next sign-in.
    Reset {
        /// The name they sign in by.
        login: String,
        /// The folder.
        #[command(flatten)]
        config: Config,
    },
}

/// What `onedoor plugin` can be told to do.
#[derive(Debug, Subcommand)]
pub enum PluginCommand {
    /// List plugins and their revisions.
    List(Remote),
    /// Upload a component. Somebody else approves it, in the app.
    Upload {
        /// The component.
        file: PathBuf,
        /// The host.
        #[command(flatten)]
        remote: Remote,
    },
}

/// A host that is running.
#[derive(Args, Clone, Debug)]
pub struct Remote {
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
    pub token: Secret,
}

/// How a host runs.
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// Folder that holds the key, the attachments and, unless told otherwise, the database.
    #[arg(long, env = "ONEDOOR_DATA", value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
    /// Database, as `sqlite:PATH` or `postgres://…`; a SQLite file in the folder by default.
    #[arg(
        long,
        env = "ONEDOOR_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_url: Option<Secret>,
    /// Address and port to listen on.
    #[arg(
        long,
        env = "ONEDOOR_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8080"
    )]
    pub listen: SocketAddr,
    /// Address people see, which decides links and cookies; `http://` and the listening address
    /// by default.
    #[arg(long, env = "ONEDOOR_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<Url>,
    /// Networks whose `X-Forwarded-For` is believed, with commas between.
    #[arg(
        long,
        env = "ONEDOOR_TRUSTED_PROXIES",
        value_name = "NETWORKS",
        value_delimiter = ','
    )]
    pub trusted_proxies: Vec<IpNet>,
    /// What the folder is for, decided when it is made, for good; production by default.
    #[arg(long, env = "ONEDOOR_KIND", value_name = "KIND")]
    pub kind: Option<Kind>,
    /// Time zone of working hours, dates and case numbers.
    #[arg(
        long,
        env = "ONEDOOR_TIME_ZONE",
        value_name = "ZONE",
        default_value = "Asia/Shanghai"
    )]
    pub time_zone: String,
    /// Seconds that requests in flight get to end when the host is told to stop.
    #[arg(
        long,
        env = "ONEDOOR_GRACE",
        value_name = "SECONDS",
        default_value_t = 20
    )]
    pub grace: u64,
    /// Program that compiles plugins, started as a limited process; this one by default.
    #[arg(long, env = "ONEDOOR_COMPILER", value_name = "PATH")]
    pub compiler: Option<PathBuf>,
    /// Address and port of the measurements, `/metrics`; off by default, and never the public's.
    #[arg(long, env = "ONEDOOR_METRICS_LISTEN", value_name = "ADDRESS")]
    pub metrics_listen: Option<SocketAddr>,
    /// Address of a collector that takes traces by OTLP over HTTP; off by default.
    #[arg(long, env = "ONEDOOR_OTLP", value_name = "URL")]
    pub otlp: Option<Url>,
    /// Networks of private addresses that webhooks may be sent to, with commas between; none by
    /// default.
    #[arg(
        long,
        env = "ONEDOOR_PRIVATE_TARGETS",
        value_name = "NETWORKS",
        value_delimiter = ','
    )]
    pub private_targets: Vec<IpNet>,
    /// What is logged, as a `tracing` filter.
    #[arg(
        long,
        env = "ONEDOOR_LOG",
        value_name = "FILTER",
        default_value = "info"
    )]
    pub log: String,
}

/// How the demonstration runs: always on this machine only.
#[derive(Args, Clone, Debug)]
pub struct DemoConfig {
    /// Folder of the demonstration; a second start serves what the first one made.
    #[arg(
        long,
        env = "ONEDOOR_DATA",
        value_name = "DIR",
        default_value = "data/demo"
    )]
    pub data: PathBuf,
    /// Port on 127.0.0.1.
    #[arg(
        long,
        env = "ONEDOOR_PORT",
        value_name = "PORT",
        default_value_t = 8080
    )]
    pub port: u16,
    /// Fill a demonstration that has no case yet with a month of made-up ones.
    #[arg(long, env = "ONEDOOR_MONTH")]
    pub month: bool,
    /// Folder whose components (`*.wasm`) are installed, as people would: uploaded, approved by
    /// somebody else, activated.
    #[arg(long, env = "ONEDOOR_PLUGINS", value_name = "DIR")]
    pub plugins: Option<PathBuf>,
    /// What is logged, as a `tracing` filter.
    #[arg(
        long,
        env = "ONEDOOR_LOG",
        value_name = "FILTER",
        default_value = "warn"
    )]
    pub log: String,
}

impl DemoConfig {
    /// As a host understands it.
    pub fn config(&self) -> Config {
        let mut config = Config::local(Kind::Demo, self.data.clone(), self.port);
        config.log.clone_from(&self.log);
        config
    }
}

/// What a folder is for. Written into it when it is made, and never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Made-up data, open passwords on paper: this machine only.
    Demo,
    /// A developer's: this machine only.
    Development,
    /// Real people's data.
    Production,
}

impl Kind {
    /// The name kept in the folder and used on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Development => "development",
            Self::Production => "production",
        }
    }

    /// Whether a folder of this kind is served to this machine only.
    pub const fn loopback_only(self) -> bool {
        matches!(self, Self::Demo | Self::Development)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = &'static str;
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        [Self::Demo, Self::Development, Self::Production]
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or("one of demo, development, production")
    }
}

/// A value that may hold a password: never shown.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The value, for the one place that uses it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for Secret {
    type Err = std::convert::Infallible;
    fn from_str(value: &str) -> Result<Self, Self::Err> {
        Ok(Self(value.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why a configuration cannot be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsafe {
    /// Passwords and cookies would travel in the clear.
    #[error("the public URL is plain http and leaves this machine: put https before it")]
    PlainHttp,
    /// The folder is not meant for anyone else.
    #[error("a {0} folder is served to this machine only: listen on 127.0.0.1 or [::1]")]
    OffLoopback(Kind),
    /// Neither http nor https.
    #[error("the public URL must begin with https:// (or http:// on this machine)")]
    Scheme,
}

impl Config {
    /// The configuration of a demonstration, or of a test: `kind` in `data`, on 127.0.0.1.
    pub fn local(kind: Kind, data: PathBuf, port: u16) -> Self {
        Self {
            data,
            database_url: None,
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port),
            public_url: None,
            trusted_proxies: Vec::new(),
            kind: Some(kind),
            time_zone: "Asia/Shanghai".to_owned(),
            grace: 20,
            compiler: None,
            metrics_listen: None,
            otlp: None,
            private_targets: Vec::new(),
            log: "info".to_owned(),
        }
    }

    /// Where the database is.
    pub fn database_url(&self) -> Secret {
        self.database_url.clone().unwrap_or_else(|| {
            let path = self.data.join("onedoor.db");
            Secret(format!("sqlite:{}", path.display()))
        })
    }

    /// The address people see, without a slash at its end.
    pub fn origin(&self) -> String {
        match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.listen),
        }
    }

    /// Refuses what would put people's data at risk in a folder of this kind.
    pub fn check(&self, kind: Kind) -> Result<(), Unsafe> {
        let all = [Some(self.listen), self.metrics_listen];
        if kind.loopback_only() && all.iter().flatten().any(|it| !it.ip().is_loopback()) {
            return Err(Unsafe::OffLoopback(kind));
        }
        let Some(url) = &self.public_url else {
            return if self.listen.ip().is_loopback() {
                Ok(())
            } else {
                Err(Unsafe::PlainHttp)
            };
        };
        match url.scheme() {
            "https" => Ok(()),
            "http" if is_loopback(url) => Ok(()),
            "http" => Err(Unsafe::PlainHttp),
            _ => Err(Unsafe::Scheme),
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;
    use std::collections::HashSet;

    fn serve(arguments: &[&str]) -> Config {
        let line = ["onedoor", "serve"].iter().chain(arguments);
        match Cli::try_parse_from(line).unwrap().command {
            Command::Serve(config) => config,
            other => panic!("not serve: {other:?}"),
        }
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    /// The rows of a table of docs/configuration.md.
    fn rows(command: &clap::Command) -> Vec<String> {
        let arguments = command.get_arguments().filter(|it| it.get_id() != "help");
        let text = |it: &clap::Arg| {
            let defaults = it.get_default_values().iter();
            let default = defaults.map(|it| it.to_string_lossy()).collect::<String>();
            let name = match (it.get_long(), it.get_value_names()) {
                (Some(long), Some([value, ..])) if it.get_action().takes_values() => {
                    format!("`--{long} {value}`")
                }
                (Some(long), _) => format!("`--{long}`"),
                (None, _) => format!("`{}`", it.get_id().as_str().to_uppercase()),
            };
            let variable = it.get_env().map(|it| format!("`{}`", it.to_string_lossy()));
            let default = Some(default).filter(|it| !it.is_empty());
            format!(
                "| {name} | {} | {} | {} |",
                variable.unwrap_or_default(),
                default.map(|it| format!("`{it}`")).unwrap_or_default(),
                it.get_help().map(ToString::to_string).unwrap_or_default(),
            )
        };
        arguments.map(text).collect()
    }

    #[test]
    fn the_page_lists_every_flag_and_variable() {
        let page = include_str!("../../docs/configuration.md");
        let mut expected = HashSet::new();
        for command in Cli::command()
            .get_subcommands()
            .filter(|it| !it.is_hide_set())
        {
            let nested: Vec<_> = command.get_subcommands().collect();
            let all = if nested.is_empty() {
                vec![command]
            } else {
                nested
            };
            expected.extend(all.into_iter().flat_map(rows));
        }
        let written: HashSet<String> = page
            .lines()
            .filter(|line| line.starts_with("| `"))
            .map(str::to_owned)
            .collect();
        let missing: Vec<_> = expected.difference(&written).collect();
        let stale: Vec<_> = written.difference(&expected).collect();
        assert!(
            missing.is_empty() && stale.is_empty(),
            "missing {missing:#?}, stale {stale:#?}"
        );
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        let check = |arguments: &[&str], kind, expected| {
            assert_eq!(serve(arguments).check(kind), expected, "{arguments:?}");
        };
        let any = "--listen=0.0.0.0:80";
        check(&[], Kind::Production, Ok(()));
        check(&[any], Kind::Production, Err(Unsafe::PlainHttp));
        check(
            &[any, "--public-url=http://city.example"],
            Kind::Production,
            Err(Unsafe::PlainHttp),
        );
        check(
            &[any, "--public-url=https://city.example"],
            Kind::Production,
            Ok(()),
        );
        check(
            &[any, "--public-url=https://city.example"],
            Kind::Demo,
            Err(Unsafe::OffLoopback(Kind::Demo)),
        );
        check(
            &["--metrics-listen=0.0.0.0:9090"],
            Kind::Development,
            Err(Unsafe::OffLoopback(Kind::Development)),
        );
        check(
            &["--public-url=http://localhost:8080"],
            Kind::Development,
            Ok(()),
        );
        check(
            &["--public-url=ftp://city.example"],
            Kind::Production,
            Err(Unsafe::Scheme),
        );
    }

    #[test]
    fn a_password_in_the_database_url_is_never_shown() {
        let config = serve(&["--database-url=postgres://onedoor:hunter2@db/onedoor"]);
        assert!(!format!("{config:?}").contains("hunter2"));
        assert!(config.database_url().reveal().contains("hunter2"));
    }
}
