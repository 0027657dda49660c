//! Empty, migrated databases for tests and benches, on both backends. Never for a folder that is
//! served.

use sqlx::{Connection as _, PgConnection};

use super::{Database, MIGRATIONS, Pools};
use crate::{
    error::{Error, Result},
    ids::Ids,
};

/// The variable that holds the URL of a PostgreSQL server on which databases may be made.
pub const POSTGRES: &str = "ONEDOOR_TEST_POSTGRES";

/// A database of its own, gone afterwards.
pub struct Scratch {
    /// The database.
    pub database: Database,
    /// Where it is, for whoever opens it by themselves.
    pub url: String,
    place: Place,
}

enum Place {
    Folder(tempfile::TempDir),
    Server { url: String, name: String },
}

impl Scratch {
    /// On SQLite, in a temporary folder. `empty`: without any table.
    pub async fn sqlite(empty: bool) -> Result<Self> {
        let folder = tempfile::tempdir().map_err(Error::internal)?;
        let url = format!("sqlite:{}", folder.path().join("scratch.db").display());
        let scratch = Self {
            database: Database::open(&url).await?,
            url,
            place: Place::Folder(folder),
        };
        scratch.migrated(empty).await
    }

    /// On the server of [`POSTGRES`]; none when the variable is not set.
    pub async fn postgres(empty: bool) -> Result<Option<Self>> {
        let Ok(server) = std::env::var(POSTGRES) else {
            return Ok(None);
        };
        let random = data_encoding::HEXLOWER.encode(&Ids::default().bytes::<8>());
        let name = format!("onedoor_{random}");
        let mut url = url::Url::parse(&server).map_err(Error::internal)?;
        // Not template1: it may not be copied while anyone is connected to it.
        let make = format!("CREATE DATABASE {name} TEMPLATE template0");
        ask(&server, &make).await?;
        url.set_path(&name);
        let scratch = Self {
            database: Database::open(url.as_str()).await?,
            url: url.into(),
            place: Place::Server { url: server, name },
        };
        scratch.migrated(empty).await.map(Some)
    }

    async fn migrated(self, empty: bool) -> Result<Self> {
        if !empty {
            self.database.migrate().await?;
        }
        Ok(self)
    }

    /// Closes and removes it.
    pub async fn remove(self) -> Result<()> {
        self.database.close().await;
        match self.place {
            Place::Folder(folder) => folder.close().map_err(Error::internal),
            Place::Server { url, name } => {
                ask(&url, &format!("DROP DATABASE {name} WITH (FORCE)")).await
            }
        }
    }
}

async fn ask(url: &str, statement: &str) -> Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned()))
        .execute(&mut connection)
        .await?;
    Ok(connection.close().await?)
}

/// The versions of the schema, the oldest first.
pub fn versions() -> Vec<i64> {
    MIGRATIONS.iter().map(|it| it.version).collect()
}

/// Brings a database to an older version of the schema, and no further.
pub async fn migrate_to(database: &Database, version: i64) -> Result<()> {
    let result = match &database.0 {
        Pools::Sqlite { writer, .. } => MIGRATIONS.run_to(version, writer.pool()).await,
        Pools::Postgres(pool) => MIGRATIONS.run_to(version, pool).await,
    };
    result.map_err(Error::internal)
}

/// Running one test on both backends.
#[cfg(test)]
pub(crate) mod both {
    use futures_util::FutureExt as _;
    use std::{future::Future, panic::AssertUnwindSafe};

    use super::{POSTGRES, Scratch};
    use crate::db::{Backend, Database};

    /// Runs `test` on a database of its own. Where there is no PostgreSQL, says so and passes.
    pub(crate) async fn run<T: Future<Output = ()>>(
        backend: Backend,
        empty: bool,
        test: impl FnOnce(Database) -> T,
    ) {
        let scratch = match backend {
            Backend::Sqlite => Some(Scratch::sqlite(empty).await.unwrap()),
            Backend::Postgres => Scratch::postgres(empty).await.unwrap(),
        };
        let Some(scratch) = scratch else {
            eprintln!("NOT RUN: {POSTGRES} names no PostgreSQL server");
            return;
        };
        let course = AssertUnwindSafe(test(scratch.database.clone()));
        let outcome = course.catch_unwind().await;
        let removed = scratch.remove().await;
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
        removed.unwrap();
    }

    /// Each test becomes two, `NAME::sqlite` and `NAME::postgres`, handed an empty, migrated
    /// database; with `unmigrated` before its name, one without any table.
    macro_rules! both {
        ($($(#[$meta:meta])* async fn $name:ident($database:ident) $body:block)*) => { $(
            $crate::db::testing::both::each!(false, $(#[$meta])* $name, $database, $body);
        )* };
        ($($(#[$meta:meta])* unmigrated async fn $name:ident($database:ident) $body:block)*) => { $(
            $crate::db::testing::both::each!(true, $(#[$meta])* $name, $database, $body);
        )* };
    }

    macro_rules! each {
        ($empty:literal, $(#[$meta:meta])* $name:ident, $database:ident, $body:block) => {
            $(#[$meta])*
            mod $name {
                use super::*;
                use $crate::db::{Backend, testing::both};

                async fn course($database: $crate::db::Database) $body

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn sqlite() {
                    both::run(Backend::Sqlite, $empty, course).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn postgres() {
                    both::run(Backend::Postgres, $empty, course).await;
                }
            }
        };
    }
    pub(crate) use {both, each};
}
