//! The index of cases by their words. Both databases keep the same terms, made by `text`: SQLite
//! indexes them by FTS5, PostgreSQL as a `tsvector` under GIN. Neither cuts up a text by itself.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Filter, get, lists::within, read};
use crate::{
    cases::model::Case,
    db::{Backend, Connection, Database, Pools, Row, Statement, Transaction, sql},
    error::{Error, Result},
    text::{self, Wanted},
};

/// How many terms of a case are kept at most; what was written first comes first.
const MOST: usize = 10_000;
/// How many cases one turn indexes.
const BATCH: u32 = 100;

/// FTS5 over the terms that `case_search` has, kept in step by triggers. Its tokenizer `ascii` cuts
/// at spaces only: a term is letters and digits. No positions: a term stands in a case, or not.
const SQLITE: &str = "
CREATE VIRTUAL TABLE case_terms USING fts5(terms, content='case_search', content_rowid='doc',
    tokenize='ascii', detail='none', columnsize=0);
CREATE TRIGGER case_terms_insert AFTER INSERT ON case_search BEGIN
    INSERT INTO case_terms (rowid, terms) VALUES (new.doc, new.terms);
END;
CREATE TRIGGER case_terms_delete AFTER DELETE ON case_search BEGIN
    INSERT INTO case_terms (case_terms, rowid, terms) VALUES ('delete', old.doc, old.terms);
END;
CREATE TRIGGER case_terms_update AFTER UPDATE ON case_search BEGIN
    INSERT INTO case_terms (case_terms, rowid, terms) VALUES ('delete', old.doc, old.terms);
    INSERT INTO case_terms (rowid, terms) VALUES (new.doc, new.terms);
END;
INSERT INTO case_terms (case_terms) VALUES ('rebuild');";

/// Several hosts may start at once: the lock lasts as long as the statements, which are one
/// transaction.
const POSTGRES: &str = "
SELECT pg_advisory_xact_lock(170);
CREATE INDEX IF NOT EXISTS case_terms ON case_search
    USING GIN (array_to_tsvector(string_to_array(terms, ' ')))";

/// Makes the index of this backend, where it is not there yet. Part of a migration.
pub(in crate::db) async fn prepare(database: &Database) -> Result<()> {
    match &database.0 {
        Pools::Sqlite { writer, .. } => {
            let mut t = writer.pool().begin_with("BEGIN IMMEDIATE").await?;
            let there = sqlx::query("SELECT 1 FROM sqlite_master WHERE name = 'case_terms'")
                .fetch_optional(&mut *t)
                .await?;
            if there.is_none() {
                sqlx::raw_sql(SQLITE).execute(&mut *t).await?;
            }
            t.commit().await?;
        }
        Pools::Postgres(pool) => {
            sqlx::raw_sql(POSTGRES).execute(pool).await?;
        }
    }
    Ok(())
}

/// Writes what a case is found by: its number, title and address, and every word that has been
/// written on it and not been erased. To be called in the transaction that changes any of them.
pub async fn index(t: &mut Transaction, case: &Case) -> Result<()> {
    let rows = sql("SELECT words FROM case_words WHERE case_id = $1 ORDER BY event")
        .bind(&case.id)
        .all(t)
        .await?;
    let mut terms = BTreeSet::new();
    for text in [&case.number, &case.title, &case.address] {
        terms.append(&mut text::terms(text));
    }
    for row in rows {
        let more = text::terms(&row.get::<String>("words")?);
        let room = MOST.saturating_sub(terms.len());
        let new: Vec<String> = more.difference(&terms).take(room).cloned().collect();
        terms.extend(new);
    }
    let terms = terms.into_iter().collect::<Vec<_>>().join(" ");
    put(t, &case.id, &terms).await
}

/// Changes the row of a case or adds it; at the next free place, if another case has its own.
async fn put(t: &mut Transaction, case: &str, terms: &str) -> Result<()> {
    let mut doc = doc(case)?;
    loop {
        let changed = sql("UPDATE case_search SET terms = $1 WHERE case_id = $2")
            .bind(terms)
            .bind(case)
            .run(t)
            .await?;
        if changed > 0 {
            return Ok(());
        }
        let added = sql("INSERT INTO case_search (doc, case_id, terms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(doc)
            .bind(case)
            .bind(terms)
            .run(t)
            .await?;
        if added > 0 {
            return Ok(());
        }
        doc += 1;
    }
}

/// The place of a case in the index: the milliseconds of its id (UUIDv7, RFC 9562 §5.7) and the 12
/// random bits after them, so that later cases have higher places.
fn doc(case: &str) -> Result<i64> {
    let (high, _) = uuid::Uuid::try_parse(case)
        .map_err(Error::internal)?
        .as_u64_pair();
    let (millis, random) = (high >> 16, high & 0xfff);
    i64::try_from(millis << 12 | random).map_err(Error::internal)
}

/// Erases what was written at an event, from the case and from what it is found by. The chain of
/// events holds: an event has only a digest of its words.
pub async fn erase_words(t: &mut Transaction, case: &Case, event: &str) -> Result<()> {
    sql("DELETE FROM case_words WHERE event = $1 AND case_id = $2")
        .bind(event)
        .bind(&case.id)
        .run(t)
        .await?;
    index(t, case).await
}

/// Indexes the next cases of before there was an index; how many. 0 when all are.
pub async fn catch_up(t: &mut Transaction) -> Result<usize> {
    let Some(row) = locked(t, sql("SELECT next FROM case_search_backlog")).await? else {
        return Ok(0);
    };
    let ids = sql("SELECT id FROM cases")
        .push_bind(" WHERE id <= ?", row.get::<String>("next")?)
        .push_bind(" ORDER BY id DESC LIMIT ?", BATCH + 1)
        .all(t)
        .await?;
    let mut ids = ids
        .iter()
        .map(|row| row.get::<String>("id"))
        .collect::<Result<Vec<_>>>()?;
    let next = (ids.len() > BATCH as usize).then(|| ids.pop()).flatten();
    for id in &ids {
        // Nobody may write on it between what is read here and what is written.
        locked(t, sql("SELECT id FROM cases WHERE id = $1").bind(id)).await?;
        if let Some(case) = get(t, id).await? {
            index(t, &case).await?;
        }
    }
    match next {
        Some(next) => sql("UPDATE case_search_backlog SET next = $1").bind(next),
        None => sql("DELETE FROM case_search_backlog"),
    }
    .run(t)
    .await?;
    Ok(ids.len())
}

/// The first row, locked until the transaction ends. SQLite has one writer as it is.
async fn locked(t: &mut Transaction, statement: Statement) -> Result<Option<Row>> {
    let statement = match t.backend() {
        Backend::Sqlite => statement,
        Backend::Postgres => statement.push(" FOR UPDATE"),
    };
    statement.optional(t).await
}

/// Cases in which every term is found, the newest first, each with its place: those after the place
/// `after`, at most `limit`. Without their deadlines.
pub async fn find(
    c: &mut Connection,
    wanted: &BTreeSet<Wanted>,
    filter: &Filter,
    after: Option<i64>,
    limit: u32,
) -> Result<Vec<(i64, Case)>> {
    let matching = match c.backend() {
        // CROSS JOIN keeps the order: from the index to the cases, as far as the page is long.
        Backend::Sqlite => sql("SELECT cases.*, doc FROM case_terms \
             CROSS JOIN case_search ON doc = case_terms.rowid \
             CROSS JOIN cases ON id = case_id")
        .push_bind(" WHERE case_terms MATCH ?", fts5(wanted)?),
        Backend::Postgres => sql("SELECT cases.*, doc FROM case_search JOIN cases ON id = case_id")
            .push_bind(
                " WHERE array_to_tsvector(string_to_array(terms, ' ')) @@ CAST(? AS tsquery)",
                tsquery(wanted)?,
            ),
    };
    let place = match c.backend() {
        Backend::Sqlite => "case_terms.rowid",
        Backend::Postgres => "doc",
    };
    let mut statement = within(matching, filter);
    if let Some(after) = after {
        statement = statement.push_bind(&format!(" AND {place} < ?"), after);
    }
    let rows = statement
        .push(&format!(" ORDER BY {place} DESC"))
        .push_bind(" LIMIT ?", limit)
        .all(c)
        .await?;
    let found = |row: &Row| Ok((row.get("doc")?, read(row)?));
    rows.iter().map(found).collect()
}

/// In the query language of FTS5. Terms are letters and digits: there is nothing to escape.
fn fts5(wanted: &BTreeSet<Wanted>) -> Result<String> {
    written(wanted, " AND ", |text, it| {
        write!(text, "\"{}\"{}", it.text, if it.prefix { " *" } else { "" })
    })
}

/// In the query language of `tsquery`.
fn tsquery(wanted: &BTreeSet<Wanted>) -> Result<String> {
    written(wanted, " & ", |text, it| {
        write!(text, "'{}'{}", it.text, if it.prefix { ":*" } else { "" })
    })
}

fn written(
    wanted: &BTreeSet<Wanted>,
    and: &str,
    each: impl Fn(&mut String, &Wanted) -> std::fmt::Result,
) -> Result<String> {
    let mut text = String::new();
    for (n, it) in wanted.iter().enumerate() {
        if n > 0 {
            text.push_str(and);
        }
        each(&mut text, it).map_err(Error::internal)?;
    }
    Ok(text)
}
