//! Divisions and cells as rows.

use super::{Connection, Statement, sql};
use crate::{
    error::{Error, Result},
    grid::{Cell, Division, DivisionLevel, Line, Shape},
    time::Timestamp,
};

/// Rows that go into one statement: at most nine values each, well under the least limit on
/// placeholders (SQLite's 32,766).
const CHUNK: usize = 500;

/// All divisions that are in force or were, by code; those of an import that is not in force yet
/// are left out.
pub async fn divisions(
    connection: &mut Connection,
    take: &mut (dyn FnMut(&Line<'_>) -> Result<()> + Send),
) -> Result<()> {
    sql(
        "SELECT code, name, name_en, valid_from, valid_until FROM divisions
         WHERE import IS NULL OR import IN (SELECT id FROM grid_imports WHERE state = 'active')
         ORDER BY code",
    )
    .each(connection, &mut |row| {
        let (code, name): (String, String) = (row.get("code")?, row.get("name")?);
        let name_en: String = row.get("name_en")?;
        take(&Line {
            code: &code,
            name: &name,
            name_en: &name_en,
            from: row.get("valid_from")?,
            until: row.get("valid_until")?,
        })
    })
    .await
}

/// Every boundary that cells have, had or will have.
pub async fn cells(connection: &mut Connection) -> Result<Vec<Cell>> {
    let mut cells = Vec::new();
    sql(
        "SELECT code, version, name, name_en, synthetic, geometry, valid_from, valid_until
         FROM grid_cells ORDER BY code, version",
    )
    .each(connection, &mut |row| {
        cells.push(Cell {
            division: division(&row, row.get("synthetic")?)?,
            version: row.get("version")?,
            shape: Shape::from_geojson(&row.get::<String>("geometry")?)?,
        });
        Ok(())
    })
    .await?;
    Ok(cells)
}

fn division(row: &super::Row, synthetic: bool) -> Result<Division> {
    let code: String = row.get("code")?;
    let level = DivisionLevel::of(&code).ok_or_else(|| Error::bug("a malformed division code"))?;
    Ok(Division {
        name: row.get("name")?,
        name_en: row.get("name_en")?,
        level,
        parent: level.parent(&code).map(str::to_owned),
        synthetic,
        from: row.get("valid_from")?,
        until: row.get("valid_until")?,
        code,
    })
}

/// Adds divisions that are in force at once; a code that is in force stays as it is, and one that
/// an import left behind is taken over.
pub async fn insert_divisions(connection: &mut Connection, rows: &[Division]) -> Result<()> {
    let lines: Vec<Line<'_>> = rows
        .iter()
        .map(|it| Line {
            code: &it.code,
            name: &it.name,
            name_en: &it.name_en,
            from: it.from,
            until: it.until,
        })
        .collect();
    stage(connection, &lines, None).await
}

/// Adds divisions of an import, in force when that is (at once, when there is none). A code in
/// force stays as it is; one that another import left behind is taken over.
pub async fn stage(
    connection: &mut Connection,
    rows: &[Line<'_>],
    import: Option<&str>,
) -> Result<()> {
    for chunk in rows.chunks(CHUNK) {
        let mut statement = sql(
            "INSERT INTO divisions (code, name, name_en, parent, valid_from, valid_until, import) VALUES ",
        );
        for (n, row) in chunk.iter().enumerate() {
            let parent = DivisionLevel::of(row.code).and_then(|it| it.parent(row.code));
            statement = comma(statement, n)
                .push_bind("(?", row.code)
                .push_bind(", ?", row.name)
                .push_bind(", ?", row.name_en)
                .push_bind(", ?", parent)
                .push_bind(", ?", row.from)
                .push_bind(", ?", row.until)
                .push_bind(", ?)", import);
        }
        statement
            .push(
                " ON CONFLICT (code) DO UPDATE SET name = excluded.name, name_en = excluded.name_en,
                 valid_from = excluded.valid_from, valid_until = excluded.valid_until,
                 import = excluded.import
                 WHERE divisions.import IS NOT NULL
                 AND divisions.import NOT IN (SELECT id FROM grid_imports WHERE state = 'active')",
            )
            .run(connection)
            .await?;
    }
    Ok(())
}

/// Gives a division in force another name, and lets it stand again if it had ended.
pub async fn rename_division(
    connection: &mut Connection,
    code: &str,
    name: &str,
    name_en: &str,
) -> Result<()> {
    sql("UPDATE divisions SET name = $2, name_en = $3, valid_until = NULL WHERE code = $1")
        .bind(code)
        .bind(name)
        .bind(name_en)
        .run(connection)
        .await
        .map(drop)
}

/// Ends a division at `at`.
pub async fn end_division(connection: &mut Connection, code: &str, at: Timestamp) -> Result<()> {
    sql("UPDATE divisions SET valid_until = $2 WHERE code = $1 AND valid_until IS NULL")
        .bind(code)
        .bind(at)
        .run(connection)
        .await
        .map(drop)
}

/// Adds boundaries of cells; a version that is there stays as it is.
pub async fn insert_cells(connection: &mut Connection, rows: &[Cell]) -> Result<()> {
    for chunk in rows.chunks(CHUNK) {
        let insert = "INSERT INTO grid_cells (code, version, name, name_en, community, synthetic,
             geometry, valid_from, valid_until) VALUES ";
        let mut statement = sql(insert);
        for (n, row) in chunk.iter().enumerate() {
            let cell = &row.division;
            statement = comma(statement, n)
                .push_bind("(?", &cell.code)
                .push_bind(", ?", row.version)
                .push_bind(", ?", &cell.name)
                .push_bind(", ?", &cell.name_en)
                .push_bind(", ?", cell.parent.as_ref())
                .push_bind(", ?", cell.synthetic)
                .push_bind(", ?", row.shape.to_geojson())
                .push_bind(", ?", cell.from)
                .push_bind(", ?)", cell.until);
        }
        statement
            .push(" ON CONFLICT DO NOTHING")
            .run(connection)
            .await?;
    }
    Ok(())
}

fn comma(statement: Statement, n: usize) -> Statement {
    if n == 0 {
        statement
    } else {
        statement.push(", ")
    }
}

/// Ends what is live of a cell at `at`: the first half of a merge, a split or a new boundary.
pub async fn end_cell(connection: &mut Connection, code: &str, at: Timestamp) -> Result<u64> {
    sql("UPDATE grid_cells SET valid_until = $2
         WHERE code = $1 AND (valid_until IS NULL OR valid_until > $2)")
    .bind(code)
    .bind(at)
    .run(connection)
    .await
}

/// An import of divisions, as a row.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Import {
    /// Row id.
    pub id: String,
    /// SHA-256 of the file, in hex: the same file again goes on where it was cut off.
    pub digest: String,
    /// Whether what the file lacks has ended.
    pub complete: bool,
    /// `loading`, `active` (in force) or `refused`.
    pub state: String,
    /// When it began.
    #[schema(value_type = String)]
    pub started: Timestamp,
    /// When it came into force or was refused.
    #[schema(value_type = Option<String>)]
    pub finished: Option<Timestamp>,
    /// Divisions in the file; 0 until it has been read through.
    pub total: i64,
    /// Divisions dealt with so far.
    pub done: i64,
    /// Divisions that are new.
    pub added: i64,
    /// Divisions with another name than before.
    pub changed: i64,
    /// Divisions that ended.
    pub ended: i64,
    /// What is wrong with the file; the first 100.
    pub problems: Vec<crate::error::Problem>,
}

fn import(row: &super::Row) -> Result<Import> {
    let problems: String = row.get("problems")?;
    Ok(Import {
        id: row.get("id")?,
        digest: row.get("digest")?,
        complete: row.get("complete")?,
        state: row.get("state")?,
        started: row.get("started")?,
        finished: row.get("finished")?,
        total: row.get("total")?,
        done: row.get("done")?,
        added: row.get("added")?,
        changed: row.get("changed")?,
        ended: row.get("ended")?,
        problems: serde_json::from_str(&problems).map_err(Error::internal)?,
    })
}

/// Writes an import, new or known.
pub async fn put_import(connection: &mut Connection, it: &Import) -> Result<()> {
    sql("INSERT INTO grid_imports
         (id, digest, complete, state, started, finished, total, done, added, changed, ended, problems)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, finished = excluded.finished,
         total = excluded.total, done = excluded.done, added = excluded.added,
         changed = excluded.changed, ended = excluded.ended, problems = excluded.problems")
    .bind(&it.id)
    .bind(&it.digest)
    .bind(it.complete)
    .bind(&it.state)
    .bind(it.started)
    .bind(it.finished)
    .bind(it.total)
    .bind(it.done)
    .bind(it.added)
    .bind(it.changed)
    .bind(it.ended)
    .bind(serde_json::to_string(&it.problems).map_err(Error::internal)?)
    .run(connection)
    .await
    .map(drop)
}

/// One import.
pub async fn get_import(connection: &mut Connection, id: &str) -> Result<Option<Import>> {
    let row = sql("SELECT * FROM grid_imports WHERE id = $1").bind(id);
    row.optional(connection)
        .await?
        .as_ref()
        .map(import)
        .transpose()
}

/// Imports, the newest first; those that are still loading, when `loading`.
pub async fn imports(
    connection: &mut Connection,
    loading: bool,
    limit: u32,
) -> Result<Vec<Import>> {
    let mut statement = sql("SELECT * FROM grid_imports");
    if loading {
        statement = statement.push(" WHERE state = 'loading'");
    }
    let statement = statement.push_bind(" ORDER BY id DESC LIMIT ?", limit);
    statement
        .all(connection)
        .await?
        .iter()
        .map(import)
        .collect()
}
