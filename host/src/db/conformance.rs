//! What both backends must do alike, and the promises of the one way to write.

use std::{collections::BTreeSet, time::Duration};
use tokio::sync::oneshot;

use super::testing::{both::both, migrate_to, versions};
use crate::{
    db::{Backend, Connection, Database, Transaction, audit, cases, drafts, outbox, sql},
    domain::testing::NOW,
    error::{Error, Result},
    page::Page,
    time::Timestamp,
};

async fn table(database: &Database) {
    let text = "CREATE TABLE scratch (id BIGINT PRIMARY KEY, words TEXT, size DOUBLE PRECISION)";
    let made = database.write(move |t| Box::pin(async move { sql(text).run(t).await.map(drop) }));
    made.await.unwrap();
}

async fn next_serial(database: &Database, day: &'static str) -> i64 {
    let serial =
        database.write(move |t| Box::pin(async move { cases::serial(t, "310101", day).await }));
    serial.await.unwrap()
}

async fn add(t: &mut Transaction, id: i64) -> Result<()> {
    let row = sql("INSERT INTO scratch (id, words, size) VALUES ($1, $2, $3)");
    row.bind(id).bind("字").bind(0.5).run(t).await.map(drop)
}

async fn ids(database: &Database) -> Vec<i64> {
    let mut c = database.read().await.unwrap();
    let rows = sql("SELECT id FROM scratch ORDER BY id").all(&mut c).await;
    rows.unwrap()
        .iter()
        .map(|row| row.get("id").unwrap())
        .collect()
}

async fn write(database: &Database, id: i64) -> Result<()> {
    database
        .write(move |t| Box::pin(async move { add(t, id).await }))
        .await
}

/// A job that has begun and waits; told to go on, it ends.
fn held(database: &Database, id: i64) -> (tokio::task::JoinHandle<Result<()>>, Gate) {
    let (begun, has_begun) = oneshot::channel();
    let (open, opened) = oneshot::channel::<()>();
    let database = database.clone();
    let task = tokio::spawn(async move {
        database
            .write(move |t| {
                Box::pin(async move {
                    add(t, id).await?;
                    let _ = begun.send(());
                    let _ = opened.await;
                    Ok(())
                })
            })
            .await
    });
    let gate = Gate {
        begun: Some(has_begun),
        open,
    };
    (task, gate)
}

struct Gate {
    begun: Option<oneshot::Receiver<()>>,
    open: oneshot::Sender<()>,
}

impl Gate {
    async fn begun(&mut self) {
        self.begun.take().unwrap().await.unwrap();
    }
}

both! {
    async fn what_is_answered_is_there_and_what_fails_is_not(database) {
        table(&database).await;
        write(&database, 1).await.unwrap();
        assert!(matches!(write(&database, 1).await, Err(Error::Conflict(_))));
        let half = database.write(|t| Box::pin(async move {
            add(t, 2).await?;
            Err::<(), _>(Error::NotFound)
        }));
        assert!(matches!(half.await, Err(Error::NotFound)));
        let panics = database.write(|t| Box::pin(async move {
            add(t, 3).await?;
            if t.backend() == Backend::Sqlite || t.backend() == Backend::Postgres {
                panic!("as it must never");
            }
            Ok(())
        }));
        assert!(matches!(panics.await, Err(Error::Internal(_))));
        write(&database, 4).await.unwrap();
        assert_eq!(ids(&database).await, [1, 4]);
    }

    async fn a_caller_who_leaves_does_not_stop_a_write(database) {
        table(&database).await;
        let (task, mut gate) = held(&database, 1);
        gate.begun().await;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        gate.open.send(()).unwrap();
        for _ in 0..500 {
            if ids(&database).await == [1] {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the write was lost");
    }

    async fn many_writers_lose_nothing(database) {
        table(&database).await;
        let tasks = (0..100).map(|id| {
            let database = database.clone();
            tokio::spawn(async move {
                database.write(move |t| Box::pin(async move {
                    add(t, id).await?;
                    // Every seventh fails after it has written.
                    if id % 7 == 0 { Err(Error::NotFound) } else { Ok(()) }
                })).await
            })
        }).collect::<Vec<_>>();
        for (id, task) in tasks.into_iter().enumerate() {
            assert_eq!(task.await.unwrap().is_err(), id % 7 == 0, "{id}");
        }
        let expected: Vec<i64> = (0..100).filter(|id| id % 7 != 0).collect();
        assert_eq!(ids(&database).await, expected);
    }

    async fn values_come_back_as_they_went_in(database) {
        table(&database).await;
        let words = ["", "一门 OneDoor", "\u{10ffff}", "' ; --", "line\nbreak"];
        let sizes = [0.0, -1.5, f64::MIN_POSITIVE, f64::MAX, 121.473_701_234_567_89];
        let whole = [i64::MIN, -1, 0, 1, i64::MAX];
        for n in 0..5 {
            let (id, word, size) = (whole[n], words[n], sizes[n]);
            let added = database.write(move |t| Box::pin(async move {
                let row = sql("INSERT INTO scratch (id, words, size) VALUES ($1, $2, $3)");
                row.bind(Timestamp::from_micros(id)).bind(word).bind(size).run(t).await
            }));
            assert_eq!(added.await.unwrap(), 1);
        }
        let mut c = database.read().await.unwrap();
        let rows = sql("SELECT * FROM scratch ORDER BY id").all(&mut c).await.unwrap();
        for (n, row) in rows.iter().enumerate() {
            assert_eq!(row.get::<Timestamp>("id").unwrap().micros(), whole[n]);
            assert_eq!(row.get::<String>("words").unwrap(), words[n]);
            assert_eq!(row.get::<f64>("size").unwrap(), sizes[n]);
        }
        assert!(rows[0].get::<i64>("words").is_err());
        assert!(rows[0].get::<i64>("absent").is_err());
    }

    async fn nothing_is_kept_as_nothing(database) {
        table(&database).await;
        let added = database.write(|t| Box::pin(async move {
            let row = sql("INSERT INTO scratch (id, words, size) VALUES ($1, $2, $3)");
            row.bind(1_i64).bind(None::<&str>).bind(None::<f64>).run(t).await
        }));
        added.await.unwrap();
        let mut c = database.read().await.unwrap();
        let row = sql("SELECT * FROM scratch WHERE words IS NULL").one(&mut c).await.unwrap();
        assert_eq!(row.get::<Option<String>>("words").unwrap(), None);
        assert_eq!(row.get::<Option<f64>>("size").unwrap(), None);
        assert!(row.get::<String>("words").is_err());
        let none = sql("SELECT * FROM scratch WHERE id = $1").bind(2_i64).one(&mut c).await;
        assert!(matches!(none, Err(Error::NotFound)));
    }

    async fn serials_count_without_gap_or_double(database) {
        let tasks = (0..40).map(|_| {
            let database = database.clone();
            tokio::spawn(async move { next_serial(&database, "20261123").await })
        }).collect::<Vec<_>>();
        let mut serials = BTreeSet::new();
        for task in tasks {
            serials.insert(task.await.unwrap());
        }
        assert_eq!(serials, (1..=40).collect());
        assert_eq!(next_serial(&database, "20261124").await, 1);
    }

    async fn pages_join_up_while_rows_come(database) {
        let insert = |n: i64| {
            let entry = audit::Entry {
                id: format!("{n:04}"),
                at: NOW,
                request: "r".to_owned(),
                actor: "a".to_owned(),
                plugin: None,
                action: "look".to_owned(),
                resource: n.to_string(),
                outcome: "done".to_owned(),
            };
            database.write(move |t| Box::pin(async move { audit::insert(t, &entry).await }))
        };
        for n in 0..25 {
            insert(n).await.unwrap();
        }
        let (mut seen, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let rows = {
                let mut c = database.read().await.unwrap();
                audit::list(&mut c, cursor.as_deref(), 11).await.unwrap()
            };
            let page = Page::cut(rows, 10, |it| it.id.clone());
            seen.extend(page.items.into_iter().map(|it| it.id));
            // A newer row between two pages neither shifts nor doubles anything.
            insert(100 + i64::try_from(seen.len()).unwrap()).await.unwrap();
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        let expected: Vec<String> = (0..25).rev().map(|n| format!("{n:04}")).collect();
        assert_eq!(seen, expected);
    }
}

async fn claim(database: &Database, now: Timestamp) -> Vec<outbox::Message> {
    let claimed =
        database.write(move |t| Box::pin(async move { outbox::claim(t, "c", now, 10).await }));
    claimed.await.unwrap()
}

async fn push(database: &Database, id: &'static str) {
    let pushed =
        database.write(move |t| Box::pin(async move { outbox::push(t, id, "c", "{}", NOW).await }));
    pushed.await.unwrap();
}

async fn parked(c: &mut Connection) -> i64 {
    outbox::parked(c, "c").await.unwrap()
}

both! {
    async fn a_message_is_delivered_at_least_once(database) {
        push(&database, "a").await;
        push(&database, "a").await;
        push(&database, "b").await;
        let first = claim(&database, NOW).await;
        assert_eq!(first.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        // Claimed for a minute; then again, since the worker may have died.
        assert!(claim(&database, NOW.plus_seconds(59)).await.is_empty());
        let second = claim(&database, NOW.plus_seconds(60)).await;
        assert_eq!(second.iter().map(|it| it.tries).collect::<Vec<_>>(), [1, 1]);
        let done = database.write(|t| Box::pin(async move { outbox::delivered(t, "a").await }));
        done.await.unwrap();
        let third = claim(&database, NOW.plus_seconds(120)).await;
        assert_eq!(third.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["b"]);
    }

    async fn two_workers_take_different_messages(database) {
        for id in ["a", "b", "c", "d", "e", "f"] {
            push(&database, id).await;
        }
        let (one, two) = tokio::join!(claim(&database, NOW), claim(&database, NOW));
        let ids: BTreeSet<_> = one.iter().chain(&two).map(|it| it.id.clone()).collect();
        assert_eq!((ids.len(), one.len() + two.len()), (6, 6));
    }

    async fn failures_back_off_are_parked_and_replayed(database) {
        push(&database, "a").await;
        let (mut now, mut pauses) = (NOW, Vec::new());
        for _ in 0..outbox::MOST_TRIES {
            let message = claim(&database, now).await.pop().unwrap();
            let failed = database.write(move |t| Box::pin(async move {
                outbox::failed(t, &message, "no answer", now).await
            }));
            failed.await.unwrap();
            let mut c = database.read().await.unwrap();
            let row = sql("SELECT due FROM outbox WHERE id = 'a'").one(&mut c).await.unwrap();
            let due: Timestamp = row.get("due").unwrap();
            pauses.push((due.micros() - now.micros()) / 1_000_000);
            now = due;
        }
        assert_eq!(pauses, [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]);
        assert!(claim(&database, now.plus_seconds(1_000_000)).await.is_empty());
        let mut c = database.read().await.unwrap();
        assert_eq!(parked(&mut c).await, 1);
        let again = database.write(move |t| Box::pin(async move {
            outbox::replay(t, "c", now).await
        }));
        assert_eq!(again.await.unwrap(), 1);
        assert_eq!(parked(&mut c).await, 0);
        assert_eq!(claim(&database, now).await.pop().unwrap().tries, 0);
    }
}

both! {
    unmigrated async fn rows_of_an_older_version_are_kept(database) {
        let all = versions();
        let (last, before) = all.split_last().unwrap();
        assert!(all.is_sorted() && before.last() < Some(last));
        migrate_to(&database, before.last().copied().unwrap()).await.unwrap();
        push(&database, "kept").await;
        assert_eq!(next_serial(&database, "20261123").await, 1);
        database.migrate().await.unwrap();
        database.migrate().await.unwrap();
        assert_eq!(claim(&database, NOW).await.len(), 1);
        assert_eq!(next_serial(&database, "20261123").await, 2);
        // What the last version brought is there to be used.
        let expire = database.write(|t| Box::pin(async move { drafts::expire(t, NOW).await }));
        expire.await.unwrap();
    }
}

/// SQLite's writer alone: several jobs to one COMMIT.
mod groups {
    use super::*;
    use crate::db::testing::both::run;

    /// With the writer held up, queues what `jobs` makes, and lets all of it go at once.
    async fn grouped(database: &Database, jobs: Vec<i64>, broken: Option<i64>) -> Vec<Result<()>> {
        let (first, mut gate) = held(database, 0);
        gate.begun().await;
        let mut tasks = Vec::new();
        for id in jobs {
            let database = database.clone();
            let task = tokio::spawn(async move {
                database
                    .write(move |t| {
                        Box::pin(async move {
                            add(t, id).await?;
                            if Some(id) == broken {
                                sql("INSERT INTO child (parent) VALUES (404)")
                                    .run(t)
                                    .await?;
                            }
                            if id < 0 { Err(Error::NotFound) } else { Ok(()) }
                        })
                    })
                    .await
            });
            // One after the other into the queue.
            tokio::time::sleep(Duration::from_millis(20)).await;
            tasks.push(task);
        }
        gate.open.send(()).unwrap();
        first.await.unwrap().unwrap();
        let mut results = Vec::new();
        for task in tasks {
            results.push(task.await.unwrap());
        }
        results
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn share_a_commit() {
        run(Backend::Sqlite, false, |database| async move {
            table(&database).await;
            let (first, mut gate) = held(&database, 1);
            gate.begun().await;
            let second = tokio::spawn({
                let database = database.clone();
                async move { write(&database, 2).await }
            });
            tokio::time::sleep(Duration::from_millis(50)).await;
            let (third, mut last) = held(&database, 3);
            tokio::time::sleep(Duration::from_millis(50)).await;
            gate.open.send(()).unwrap();
            first.await.unwrap().unwrap();
            last.begun().await;
            // The second has run, and is neither seen nor answered before the third has ended.
            assert_eq!(ids(&database).await, [1]);
            assert!(!second.is_finished());
            last.open.send(()).unwrap();
            second.await.unwrap().unwrap();
            third.await.unwrap().unwrap();
            assert_eq!(ids(&database).await, [1, 2, 3]);
        })
        .await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn lose_only_the_job_that_fails() {
        run(Backend::Sqlite, false, |database| async move {
            table(&database).await;
            let results = grouped(&database, vec![1, -2, 3], None).await;
            assert!(results[0].is_ok() && results[2].is_ok());
            assert!(matches!(results[1], Err(Error::NotFound)));
            assert_eq!(ids(&database).await, [0, 1, 3]);
        })
        .await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn fail_together_when_the_commit_fails() {
        run(Backend::Sqlite, false, |database| async move {
            table(&database).await;
            // A reference that is checked at the COMMIT, to make one fail.
            let child = "CREATE TABLE child (parent BIGINT NOT NULL \
                         REFERENCES scratch (id) DEFERRABLE INITIALLY DEFERRED)";
            let made =
                database.write(move |t| Box::pin(async move { sql(child).run(t).await.map(drop) }));
            made.await.unwrap();
            let results = grouped(&database, vec![1, 2, 3], Some(2)).await;
            for result in &results {
                assert!(matches!(result, Err(Error::Unavailable)), "{result:?}");
            }
            assert_eq!(ids(&database).await, [0]);
            // And the writer goes on.
            write(&database, 4).await.unwrap();
            assert_eq!(ids(&database).await, [0, 4]);
        })
        .await;
    }
}
