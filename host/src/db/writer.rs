//! SQLite's single writer: jobs queue, and several go to one COMMIT. Must never answer a job
//! before the COMMIT that holds it.

use futures_util::{FutureExt, future::BoxFuture};
use std::panic::AssertUnwindSafe;
use tokio::sync::{mpsc, oneshot};

use super::{Transaction, sql::Connection, sql::Inner, sql::sql};
use crate::error::{Error, Result};

/// How many jobs wait before writers are told to come again.
const QUEUE: usize = 1024;
/// How many jobs share one COMMIT at most.
const GROUP: usize = 128;

/// A job that has been given its type back through a channel: it runs, and hands over what must
/// be called once the fate of its group is known.
type Job = Box<dyn for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Done> + Send>;
type Acknowledge = Box<dyn FnOnce(Option<Error>) + Send>;

struct Done {
    keep: bool,
    acknowledge: Acknowledge,
}

#[derive(Clone)]
pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
    pool: sqlx::SqlitePool,
}

impl Writer {
    /// Starts the writer's task. `pool` must hold exactly one connection.
    pub(super) fn start(pool: sqlx::SqlitePool) -> Self {
        let (jobs, queue) = mpsc::channel(QUEUE);
        tokio::spawn(work(pool.clone(), queue));
        Self { jobs, pool }
    }

    pub(super) fn pool(&self) -> &sqlx::SqlitePool {
        &self.pool
    }

    pub(super) async fn write<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |transaction| {
            Box::pin(async move {
                let result = AssertUnwindSafe(job(transaction)).catch_unwind().await;
                let result = result.unwrap_or_else(|_| Err(Error::bug("a write panicked")));
                Done {
                    keep: result.is_ok(),
                    acknowledge: Box::new(move |failure| {
                        // The caller may have left; the write stands all the same.
                        let _ = answer.send(match failure {
                            Some(error) if result.is_ok() => Err(error),
                            _ => result,
                        });
                    }),
                }
            })
        });
        self.jobs.send(job).await.map_err(|_| Error::Unavailable)?;
        answered.await.map_err(|_| Error::Unavailable)?
    }
}

async fn work(pool: sqlx::SqlitePool, mut queue: mpsc::Receiver<Job>) {
    let mut group = Vec::with_capacity(GROUP);
    while queue.recv_many(&mut group, GROUP).await > 0 {
        let mut done = Vec::with_capacity(group.len());
        let outcome = commit(&pool, group.drain(..), &mut done).await;
        let failure = outcome.err();
        if let Some(error) = &failure {
            tracing::error!(error = error.chain(), "a group of writes failed");
        }
        for acknowledge in done {
            acknowledge(failure.as_ref().map(|_| Error::Unavailable));
        }
    }
}

async fn commit(
    pool: &sqlx::SqlitePool,
    jobs: impl Iterator<Item = Job>,
    done: &mut Vec<Acknowledge>,
) -> Result<()> {
    let inner = Inner::SqliteTransaction(pool.begin_with("BEGIN IMMEDIATE").await?);
    let mut transaction = Transaction(Connection(inner));
    for job in jobs {
        sql("SAVEPOINT job").run(&mut transaction).await?;
        let finished = job(&mut transaction).await;
        done.push(finished.acknowledge);
        if !finished.keep {
            sql("ROLLBACK TO job").run(&mut transaction).await?;
        }
        sql("RELEASE job").run(&mut transaction).await?;
    }
    match transaction.0.0 {
        Inner::SqliteTransaction(t) => Ok(t.commit().await?),
        _ => Err(Error::bug("a transaction changed its kind")),
    }
}
