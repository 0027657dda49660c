//! Sums of the cases that have ended, by month and street: a case is in them or counted from its own
//! row, never both. Each change is one transaction with the mark on the case's row.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::{
    cases::figures::table::{self, Figure, Sum},
    db::{Backend, Connection, Row, Statement, Transaction, sql},
    error::Result,
    time::Timestamp,
};

const KEY: &str = "month, place, procedure, class, unit, level";
const KEY_OF: &str = "substr(day, 1, 7) AS month, substr(division, 1, 9) AS place, \
                      procedure, class, unit, level";

/// How many of some cases a figure counts.
pub(super) fn count(figure: Figure) -> String {
    format!("COUNT(*) FILTER (WHERE {})", figure.counts())
}

/// What a figure adds up over those that it counts.
pub(super) fn sum(it: Sum) -> String {
    let (of, counts) = (it.of, it.figure.counts());
    format!("COALESCE(SUM({of}) FILTER (WHERE {counts}), 0)")
}

/// The columns that hold counts and sums, and what the facts of some cases come to in each; in it,
/// `?` is the time.
fn columns() -> Vec<(&'static str, String)> {
    let counts = Figure::summed().map(|(column, figure)| (column, count(figure)));
    let sums = table::sums().map(|it| (it.column, sum(it)));
    counts.chain(sums).collect()
}

/// `SET` of what is added to a row that is there.
fn added(table: &str, columns: &[&str]) -> String {
    let each = columns.iter();
    let each = each.map(|it| format!("{it} = {table}.{it} + excluded.{it}"));
    each.collect::<Vec<_>>().join(", ")
}

fn among(statement: Statement, ids: &[String]) -> Statement {
    let mut statement = statement.push(" WHERE case_id IN (NULL");
    for id in ids {
        statement = statement.push_bind(", ?", id);
    }
    statement.push(")")
}

/// Adds the cases, or takes them away. Rows are met in the order of their key, so that two who do
/// this at once wait for each other and do not lock each other out.
async fn add(t: &mut Transaction, ids: &[String], now: Timestamp, sign: &str) -> Result<()> {
    let columns = columns();
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let counted = columns.iter().map(|(_, sum)| format!(", {sign}{sum}"));
    let counted: String = counted.collect();
    let start = format!(
        "INSERT INTO case_sums ({KEY}, {}) SELECT {KEY_OF}",
        names.join(", ")
    );
    let end = format!(
        " GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
         ON CONFLICT ({KEY}) DO UPDATE SET {}",
        added("case_sums", &names)
    );
    let facts = sql(start).push_bind(&counted, now).push(" FROM case_facts");
    among(facts, ids).push(&end).run(t).await?;
    let start = format!(
        "INSERT INTO stay_sums ({KEY}, state, cases, stays, micros) SELECT {KEY_OF}, s.state,
         {sign}COUNT(*), {sign}SUM(s.stays), {sign}SUM(s.micros)
         FROM (SELECT case_id, day, division, procedure, class, unit, level FROM case_facts"
    );
    let end = format!(
        ") f JOIN case_stays s ON s.case_id = f.case_id WHERE 1 = 1
         GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7
         ON CONFLICT ({KEY}, state) DO UPDATE SET {}",
        added("stay_sums", &["cases", "stays", "micros"])
    );
    among(sql(start), ids).push(&end).run(t).await.map(drop)
}

/// Takes a case out of the sums: it is about to change.
pub(super) async fn take_out(t: &mut Transaction, case: &str, now: Timestamp) -> Result<()> {
    add(t, &[case.to_owned()], now, "-").await?;
    mark(t, &[case.to_owned()], 0).await
}

/// Puts cases that have ended into the sums, at most `limit`; how many. On PostgreSQL those that
/// another host works on are passed over.
pub async fn put_in(t: &mut Transaction, now: Timestamp, limit: u32) -> Result<usize> {
    let mut statement =
        sql("SELECT case_id FROM case_facts WHERE summed = 0 AND ended IS NOT NULL")
            .push_bind(" ORDER BY ended LIMIT ?", limit);
    if t.backend() == Backend::Postgres {
        statement = statement.push(" FOR UPDATE SKIP LOCKED");
    }
    let rows = statement.all(t).await?;
    let ids: Vec<String> = rows
        .iter()
        .map(|it| it.get("case_id"))
        .collect::<Result<_>>()?;
    if !ids.is_empty() {
        add(t, &ids, now, "").await?;
        mark(t, &ids, 1).await?;
    }
    Ok(ids.len())
}

async fn mark(t: &mut Transaction, ids: &[String], summed: i64) -> Result<()> {
    let statement = sql("UPDATE case_facts").push_bind(" SET summed = ?", summed);
    among(statement, ids).run(t).await.map(drop)
}

/// Forgets all sums: what has ended is summed anew.
pub async fn forget(t: &mut Transaction) -> Result<()> {
    for text in [
        "DELETE FROM case_sums",
        "DELETE FROM stay_sums",
        "UPDATE case_facts SET summed = 0 WHERE summed = 1",
    ] {
        sql(text).run(t).await?;
    }
    Ok(())
}

/// Numbers by their key.
pub type Sums = BTreeMap<Vec<String>, Vec<i64>>;

/// The sums as they are kept; rows of nothing but 0 are left out. A key begins with the table.
pub async fn sums_as_kept(c: &mut Connection) -> Result<Sums> {
    let columns: Vec<&str> = columns().into_iter().map(|(name, _)| name).collect();
    let mut found = Sums::new();
    let rows = sql("SELECT * FROM case_sums").all(c).await?;
    gather(&mut found, &rows, &[], &columns)?;
    let rows = sql("SELECT * FROM stay_sums").all(c).await?;
    gather(&mut found, &rows, &["state"], &["cases", "stays", "micros"])?;
    Ok(found)
}

/// The sums as they should be, from the rows of the cases that are marked as summed.
pub async fn sums_as_counted(c: &mut Connection, now: Timestamp) -> Result<Sums> {
    let mut found = Sums::new();
    let columns = columns();
    let mut text = String::new();
    for (name, sum) in &columns {
        let _ = write!(text, ", CAST({sum} AS BIGINT) AS {name}");
    }
    let columns: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let rows = sql(format!("SELECT {KEY_OF}"))
        .push_bind(&text, now)
        .push(" FROM case_facts WHERE summed = 1 GROUP BY 1, 2, 3, 4, 5, 6");
    gather(&mut found, &rows.all(c).await?, &[], &columns)?;
    let rows = sql(format!(
        "SELECT {KEY_OF}, s.state AS state, CAST(COUNT(*) AS BIGINT) AS cases,
         CAST(SUM(s.stays) AS BIGINT) AS stays, CAST(SUM(s.micros) AS BIGINT) AS micros
         FROM (SELECT case_id, day, division, procedure, class, unit, level FROM case_facts
         WHERE summed = 1) f JOIN case_stays s ON s.case_id = f.case_id
         GROUP BY 1, 2, 3, 4, 5, 6, 7"
    ));
    let columns = ["cases", "stays", "micros"];
    gather(&mut found, &rows.all(c).await?, &["state"], &columns)?;
    Ok(found)
}

fn gather(sums: &mut Sums, rows: &[Row], more: &[&str], columns: &[&str]) -> Result<()> {
    for row in rows {
        let mut key = vec![if more.is_empty() { "cases" } else { "stays" }.to_owned()];
        for name in ["month", "place", "procedure", "class", "unit"] {
            key.push(row.get(name)?);
        }
        key.push(row.get::<i64>("level")?.to_string());
        for name in more {
            key.push(row.get(name)?);
        }
        let numbers = columns.iter().map(|it| row.get::<i64>(it));
        let numbers = numbers.collect::<Result<Vec<_>>>()?;
        if numbers.iter().any(|it| *it != 0) {
            sums.insert(key, numbers);
        }
    }
    Ok(())
}
