//! Divisions and cells as rows.

use super::{Connection, Statement, sql};
use crate::{
    error::{Error, Result},
    grid::{Cell, Division, DivisionLevel, Shape},
    time::Timestamp,
};

/// Rows that go into one statement: nine values each, well under the least limit on placeholders.
const CHUNK: usize = 100;

/// All divisions, live or ended.
pub async fn divisions(connection: &mut Connection) -> Result<Vec<Division>> {
    let rows = sql("SELECT code, name, name_en, valid_from, valid_until FROM divisions")
        .all(connection)
        .await?;
    rows.iter().map(|row| division(row, false)).collect()
}

/// The boundaries of cells that are live at `now` or will be.
pub async fn cells(connection: &mut Connection, now: Timestamp) -> Result<Vec<Cell>> {
    let rows = sql(
        "SELECT code, version, name, name_en, synthetic, geometry, valid_from, valid_until
         FROM grid_cells WHERE valid_until IS NULL OR valid_until > $1",
    )
    .bind(now)
    .all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Cell {
                division: division(row, row.get("synthetic")?)?,
                version: row.get("version")?,
                shape: Shape::from_geojson(&row.get::<String>("geometry")?)?,
            })
        })
        .collect()
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

/// Adds divisions; a code that is there stays as it is.
pub async fn insert_divisions(connection: &mut Connection, rows: &[Division]) -> Result<()> {
    for chunk in rows.chunks(CHUNK) {
        let insert =
            "INSERT INTO divisions (code, name, name_en, parent, valid_from, valid_until) VALUES ";
        let mut statement = sql(insert);
        for (n, row) in chunk.iter().enumerate() {
            statement = comma(statement, n)
                .push_bind("(?", &row.code)
                .push_bind(", ?", &row.name)
                .push_bind(", ?", &row.name_en)
                .push_bind(", ?", row.parent.as_ref())
                .push_bind(", ?", row.from)
                .push_bind(", ?)", row.until);
        }
        statement
            .push(" ON CONFLICT DO NOTHING")
            .run(connection)
            .await?;
    }
    Ok(())
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
