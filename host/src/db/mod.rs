//! The database: rows and SQL, and nothing else. SQLite and PostgreSQL behind one type; there is
//! one way to write, [`Database::write`]. Decides nothing about authority.

pub mod accounts;
pub mod attachments;
pub mod audit;
pub mod cases;
#[cfg(test)]
mod conformance;
pub mod drafts;
pub mod duty;
pub mod figures;
pub mod grid;
pub mod holds;
pub mod installation;
pub mod integrity;
pub mod jobs;
pub mod keyvalue;
pub mod notices;
pub mod open311;
pub mod outbox;
pub mod plugins;
pub mod readiness;
pub mod records;
pub mod replays;
pub mod service_points;
pub mod signals;
pub mod simulation;
mod sql;
pub mod subjects;
#[doc(hidden)]
pub mod testing;
pub mod units;
pub mod webhooks;
mod writer;

use futures_util::future::BoxFuture;
use sqlx::{
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    ops::{Deref, DerefMut},
    str::FromStr,
    time::Duration,
};

use crate::error::{Error, Result};
use sql::Inner;
pub use sql::{Argument, Backend, Column, Connection, Row, Statement, sql};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// How many connections read at once.
const READERS: u32 = 8;
/// How long a request waits for a connection before it is told to come again.
const ACQUIRE: Duration = Duration::from_secs(5);

/// A pool of either backend. Cheap to clone.
#[derive(Clone)]
pub struct Database(Pools);

#[derive(Clone)]
enum Pools {
    Sqlite {
        readers: sqlx::SqlitePool,
        writer: writer::Writer,
    },
    Postgres(sqlx::PgPool),
}

/// A connection inside a transaction. What is written through it is durable once
/// [`Database::write`] has answered, and not before.
pub struct Transaction(Connection);

impl Deref for Transaction {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.0
    }
}

impl Database {
    /// Opens `sqlite:PATH` (made when absent), `sqlite::memory:` (tests; one connection would be
    /// one database, so a temporary file is better) or `postgres://…`. Does not migrate.
    pub async fn open(url: &str) -> Result<Self> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(url)?;
            let pool = PgPoolOptions::new()
                .max_connections(READERS * 2)
                .acquire_timeout(ACQUIRE)
                .connect_with(options)
                .await?;
            return Ok(Self(Pools::Postgres(pool)));
        }
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(ACQUIRE);
        let single = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(ACQUIRE)
            .connect_with(options)
            .await?;
        Ok(Self(Pools::Sqlite {
            readers,
            writer: writer::Writer::start(single),
        }))
    }

    /// Brings the schema to this version. Forward only; safe to call again.
    pub async fn migrate(&self) -> Result<()> {
        let result = match &self.0 {
            Pools::Sqlite { writer, .. } => MIGRATIONS.run(writer.pool()).await,
            Pools::Postgres(pool) => MIGRATIONS.run(pool).await,
        };
        result.map_err(Error::internal)?;
        cases::search::prepare(self).await
    }

    /// Whether the schema is of this version: a command that looks on beside a host must not
    /// change it.
    pub async fn current(&self) -> Result<bool> {
        let newest = MIGRATIONS.iter().map(|it| it.version).max();
        let mut connection = self.read().await?;
        Ok(Some(integrity::version(&mut connection).await?) == newest)
    }

    /// Which backend this is.
    pub fn backend(&self) -> Backend {
        match self.0 {
            Pools::Sqlite { .. } => Backend::Sqlite,
            Pools::Postgres(_) => Backend::Postgres,
        }
    }

    /// A connection to read with. `Unavailable` when none is free in time.
    pub async fn read(&self) -> Result<Connection> {
        Ok(Connection(match &self.0 {
            Pools::Sqlite { readers, .. } => Inner::Sqlite(readers.acquire().await?),
            Pools::Postgres(pool) => Inner::Postgres(pool.acquire().await?),
        }))
    }

    /// The one way to write. Runs `job` in a transaction, to its end even if the caller leaves,
    /// and answers after the COMMIT. An error from the job undoes the job, and only it.
    ///
    /// On SQLite several jobs share one COMMIT, each under its own savepoint; if that COMMIT
    /// fails, every job of the group fails. Await nothing in a job but its own statements: no
    /// guest code, no network, no second `write`.
    pub async fn write<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        match &self.0 {
            Pools::Sqlite { writer, .. } => writer.write(job).await,
            Pools::Postgres(pool) => {
                let pool = pool.clone();
                // A task of its own: a caller that goes away must not cut a write in half.
                tokio::spawn(async move {
                    let inner = Inner::PostgresTransaction(pool.begin().await?);
                    let mut transaction = Transaction(Connection(inner));
                    let value = job(&mut transaction).await?;
                    match transaction.0.0 {
                        Inner::PostgresTransaction(t) => t.commit().await?,
                        _ => return Err(Error::bug("a transaction changed its kind")),
                    }
                    Ok(value)
                })
                .await
                .map_err(Error::internal)?
            }
        }
    }

    /// Lets SQLite answer a write before the disk has it: a power cut may then take the last
    /// writes, or more. Only for what can be made again, such as a simulation. Changes nothing on
    /// PostgreSQL, which decides that for itself.
    pub async fn forgo_the_disk(&self) -> Result<()> {
        if let Pools::Sqlite { writer, .. } = &self.0 {
            // The only connection that writes, and outside of a transaction.
            sqlx::query("PRAGMA synchronous = OFF")
                .execute(writer.pool())
                .await?;
        }
        Ok(())
    }

    /// Answers every write that was acknowledged to the disk and closes the pools.
    pub async fn close(&self) {
        match &self.0 {
            Pools::Sqlite { readers, writer } => {
                readers.close().await;
                writer.pool().close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}
