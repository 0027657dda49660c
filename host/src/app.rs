//! Everything one running host has: the state that every request handler is given. Decides
//! nothing: authority is the domain functions' affair.

use jiff::tz::TimeZone;
use std::{ops::Deref, sync::Arc};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    attachments::Attachments,
    cases::{
        duty::{self, DutyLists},
        figures, procedures,
    },
    config::{Config, Kind},
    domain::{self, Domain, Notifier},
    folder::{self, FolderError},
    grid::Grid,
    identity::instruments,
    ids::Ids,
    plugins::{self, Engine, Plugins, journal, revisions::Revisions},
    time::Clock,
};

/// A running host. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of an [`App`].
pub struct Parts {
    /// Rows, keys, clock, and what is held in memory.
    pub domain: Domain,
    /// The plugins that are active, and calls to them.
    pub plugins: Plugins,
    /// How it was told to run.
    pub config: Config,
    /// What its folder is for. Pages of a demonstration carry a banner.
    pub kind: Kind,
    /// Whether the folder was made by this start.
    pub new: bool,
    /// Keeps other processes out of the folder.
    pub lock: std::fs::File,
    /// Revisions of plugins, from upload to retirement.
    pub revisions: Revisions,
    /// What plugins have answered for boards lately.
    pub boards: plugins::indicators::Boards,
    /// How often each address has guessed at a secret.
    pub limits: crate::web::guard::Limits,
    /// Cancelled when the host is told to stop; background work ends when it is.
    pub stop: CancellationToken,
    /// Background work (schedulers, outbox); a stop waits for it.
    pub tasks: TaskTracker,
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Opens the folder of `config` with the system's clock.
    pub async fn open(config: Config) -> Result<Self, FolderError> {
        Self::open_with(config, Clock::default(), Ids::default()).await
    }

    /// Opens the folder of `config` with this clock and this source of identifiers.
    pub async fn open_with(config: Config, clock: Clock, ids: Ids) -> Result<Self, FolderError> {
        let zone = TimeZone::get(&config.time_zone)
            .map_err(|_| FolderError::TimeZone(config.time_zone.clone()))?;
        let faults = procedures::check();
        if !faults.is_empty() {
            return Err(FolderError::Procedures(faults.join("; ")));
        }
        let folder = folder::open(&config, &clock, &ids).await?;
        let files = Attachments::in_folder(&config.data.join("files"))?;
        let settings = plugins::Settings {
            zone: zone.clone(),
            ..plugins::Settings::default()
        };
        let (sender, entries) = journal::channel();
        let engine = Engine::new(&settings).map_err(FolderError::Plugins)?;
        let revisions = Revisions::open(
            &config.data,
            &engine.compatibility(),
            config.compiler.clone(),
            ids.clone(),
        )?;
        let plugins = Plugins::new(engine, sender);
        let domain = Domain::new(domain::Parts {
            grid: Grid::load(&folder.database).await?,
            database: folder.database,
            clock,
            ids,
            duty: DutyLists::brought(zone.clone())?,
            zone,
            keys: folder.keys,
            files,
            notifier: match folder.kind {
                Kind::Demo | Kind::Development => Notifier::Log,
                Kind::Production => Notifier::Absent,
            },
        });
        // Of a folder that an older version served.
        while figures::recount::fill(&domain.database, &domain.zone).await? > 0 {}
        let cx = domain.system("start");
        duty::keeper::refresh(&domain, &cx).await?;
        instruments::lend(&domain, &cx).await?;
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        journal::start(domain.clone(), entries, &tasks, stop.clone());
        Ok(Self(Arc::new(Parts {
            domain,
            plugins,
            revisions,
            kind: folder.kind,
            new: folder.new,
            lock: folder.lock,
            config,
            boards: plugins::indicators::Boards::default(),
            limits: crate::web::guard::Limits::default(),
            stop,
            tasks,
        })))
    }

    /// Ends background work and closes the database.
    pub async fn close(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.domain.database.close().await;
    }
}
