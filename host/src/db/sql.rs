//! Statements that run unchanged on both backends: `$1` placeholders, and columns of BIGINT, TEXT
//! and DOUBLE PRECISION only. Holds no statement of its own.

use futures_util::TryStreamExt as _;
use sqlx::{
    AssertSqlSafe, PgConnection, Row as _, SqliteConnection, postgres::PgRow, sqlite::SqliteRow,
};
use std::borrow::Cow;

use crate::error::{Error, Result};

/// A value bound to a placeholder. The type is kept when the value is NULL: PostgreSQL wants it.
#[derive(Clone, Debug)]
pub enum Argument {
    /// BIGINT.
    Integer(Option<i64>),
    /// TEXT.
    Text(Option<String>),
    /// DOUBLE PRECISION.
    Real(Option<f64>),
}

macro_rules! argument {
    ($($from:ty => |$x:ident| $to:expr;)*) => { $(
        impl From<$from> for Argument { fn from($x: $from) -> Self { $to } }
    )* };
}
argument! {
    i64 => |x| Self::Integer(Some(x));
    u32 => |x| Self::Integer(Some(x.into()));
    bool => |x| Self::Integer(Some(x.into()));
    f64 => |x| Self::Real(Some(x));
    String => |x| Self::Text(Some(x));
    &str => |x| Self::Text(Some(x.to_owned()));
    &String => |x| Self::Text(Some(x.clone()));
    Cow<'_, str> => |x| Self::Text(Some(x.into_owned()));
    crate::time::Timestamp => |x| Self::Integer(Some(x.micros()));
    Option<i64> => |x| Self::Integer(x);
    Option<f64> => |x| Self::Real(x);
    Option<String> => |x| Self::Text(x);
    Option<&str> => |x| Self::Text(x.map(str::to_owned));
    Option<&String> => |x| Self::Text(x.cloned());
    Option<crate::time::Timestamp> => |x| Self::Integer(x.map(|t| t.micros()));
}

/// A connection of either backend, to run statements on.
pub struct Connection(pub(super) Inner);

pub(super) enum Inner {
    Sqlite(sqlx::pool::PoolConnection<sqlx::Sqlite>),
    SqliteTransaction(sqlx::Transaction<'static, sqlx::Sqlite>),
    Postgres(sqlx::pool::PoolConnection<sqlx::Postgres>),
    PostgresTransaction(sqlx::Transaction<'static, sqlx::Postgres>),
}

/// Which database is behind a connection, where one of them does something better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// Embedded; the default.
    Sqlite,
    /// A server; what a city runs.
    Postgres,
}

enum Raw<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl Connection {
    /// The backend behind this connection.
    pub fn backend(&self) -> Backend {
        match self.0 {
            Inner::Sqlite(_) | Inner::SqliteTransaction(_) => Backend::Sqlite,
            Inner::Postgres(_) | Inner::PostgresTransaction(_) => Backend::Postgres,
        }
    }

    fn raw(&mut self) -> Raw<'_> {
        match &mut self.0 {
            Inner::Sqlite(c) => Raw::Sqlite(c),
            Inner::SqliteTransaction(c) => Raw::Sqlite(c),
            Inner::Postgres(c) => Raw::Postgres(c),
            Inner::PostgresTransaction(c) => Raw::Postgres(c),
        }
    }
}

/// A statement with its arguments, bound in the order of `$1`, `$2`, …
#[must_use = "a statement does nothing until it is run"]
pub struct Statement {
    sql: Cow<'static, str>,
    arguments: Vec<Argument>,
}

/// A statement to run. Never put a value into the text: bind it.
pub fn sql(text: impl Into<Cow<'static, str>>) -> Statement {
    Statement {
        sql: text.into(),
        arguments: Vec::new(),
    }
}

macro_rules! bound {
    ($statement:expr) => {{
        let mut query = sqlx::query(AssertSqlSafe($statement.sql));
        for argument in $statement.arguments {
            query = match argument {
                Argument::Integer(x) => query.bind(x),
                Argument::Text(x) => query.bind(x),
                Argument::Real(x) => query.bind(x),
            };
        }
        query
    }};
}

impl Statement {
    /// Binds the next placeholder.
    pub fn bind(mut self, value: impl Into<Argument>) -> Self {
        self.arguments.push(value.into());
        self
    }

    /// Appends to the text; for filters that are put together at run time.
    pub fn push(mut self, text: &str) -> Self {
        self.sql.to_mut().push_str(text);
        self
    }

    /// Appends `text` with every `?` in it replaced by the next placeholder, and binds `value` to it.
    pub fn push_bind(mut self, text: &str, value: impl Into<Argument>) -> Self {
        self.arguments.push(value.into());
        let placeholder = format!("${}", self.arguments.len());
        self.sql.to_mut().push_str(&text.replace('?', &placeholder));
        self
    }

    /// Runs it; the number of rows it changed.
    pub async fn run(self, connection: &mut Connection) -> Result<u64> {
        Ok(match connection.raw() {
            Raw::Sqlite(c) => bound!(self).execute(c).await?.rows_affected(),
            Raw::Postgres(c) => bound!(self).execute(c).await?.rows_affected(),
        })
    }

    /// All rows.
    pub async fn all(self, connection: &mut Connection) -> Result<Vec<Row>> {
        Ok(match connection.raw() {
            Raw::Sqlite(c) => {
                let rows = bound!(self).fetch_all(c).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Raw::Postgres(c) => {
                let rows = bound!(self).fetch_all(c).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// Hands each row to `take` as it comes, so that a long answer is never held whole. Ends at
    /// the first error.
    pub async fn each(
        self,
        connection: &mut Connection,
        take: &mut (dyn FnMut(Row) -> Result<()> + Send),
    ) -> Result<()> {
        match connection.raw() {
            Raw::Sqlite(c) => {
                let mut rows = bound!(self).fetch(c);
                while let Some(row) = rows.try_next().await? {
                    take(Row::Sqlite(row))?;
                }
            }
            Raw::Postgres(c) => {
                let mut rows = bound!(self).fetch(c);
                while let Some(row) = rows.try_next().await? {
                    take(Row::Postgres(row))?;
                }
            }
        }
        Ok(())
    }

    /// The first row, if there is one.
    pub async fn optional(self, connection: &mut Connection) -> Result<Option<Row>> {
        Ok(match connection.raw() {
            Raw::Sqlite(c) => bound!(self).fetch_optional(c).await?.map(Row::Sqlite),
            Raw::Postgres(c) => bound!(self).fetch_optional(c).await?.map(Row::Postgres),
        })
    }

    /// The first row; `NotFound` when there is none.
    pub async fn one(self, connection: &mut Connection) -> Result<Row> {
        self.optional(connection).await?.ok_or(Error::NotFound)
    }
}

/// A row of either backend, read by column name.
pub enum Row {
    /// A row from SQLite.
    Sqlite(SqliteRow),
    /// A row from PostgreSQL.
    Postgres(PgRow),
}

/// What a column can be read as.
pub trait Column: Sized {
    /// Reads the column `name` of `row`.
    fn read(row: &Row, name: &str) -> Result<Self>;
}

macro_rules! column {
    ($($t:ty),*) => { $(
        impl Column for Option<$t> {
            fn read(row: &Row, name: &str) -> Result<Self> {
                Ok(match row { Row::Sqlite(r) => r.try_get(name)?, Row::Postgres(r) => r.try_get(name)? })
            }
        }

        // By way of the option: SQLite hands out NULL as 0 or an empty text if it is not asked.
        impl Column for $t {
            fn read(row: &Row, name: &str) -> Result<Self> {
                Option::<$t>::read(row, name)?.ok_or_else(|| Error::bug("a value is missing"))
            }
        }
    )* };
}
column!(i64, f64, String);

impl Column for bool {
    fn read(row: &Row, name: &str) -> Result<Self> {
        Ok(i64::read(row, name)? != 0)
    }
}

impl Column for crate::time::Timestamp {
    fn read(row: &Row, name: &str) -> Result<Self> {
        Ok(Self::from_micros(i64::read(row, name)?))
    }
}

impl Column for Option<crate::time::Timestamp> {
    fn read(row: &Row, name: &str) -> Result<Self> {
        Ok(Option::<i64>::read(row, name)?.map(crate::time::Timestamp::from_micros))
    }
}

impl Row {
    /// The column `name`; an error when it is absent or of another type.
    pub fn get<T: Column>(&self, name: &str) -> Result<T> {
        T::read(self, name)
    }
}
