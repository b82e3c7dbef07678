//! What a database holds, as one number: every row of every table and the schema's text, whatever the pages look like.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Result, Row};

/// The content of a database; equal for equal content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(u64);

impl Digest {
    /// What a database holds that is damaged or gone.
    pub const UNREADABLE: Self = Self(0);
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The content that this connection sees. SQLite's statistics do not count: they follow from the rest.
pub fn digest(connection: &Connection) -> Result<Digest> {
    let mut statement = connection.prepare(
        "SELECT type, name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY 1, 2",
    )?;
    let schema = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let schema: Vec<(String, String, String)> = schema.collect::<Result<_>>()?;
    let mut hasher = DefaultHasher::new();
    for (kind, name, sql) in schema {
        (&kind, &name, &sql).hash(&mut hasher);
        // The content of a virtual table lies in its shadow tables.
        if kind == "table" && !sql.to_uppercase().starts_with("CREATE VIRTUAL") {
            rows(connection, &name)?.hash(&mut hasher);
        }
    }
    Ok(Digest(hasher.finish()))
}

/// The rows of a table as a sorted bag: their order on the pages says nothing. When a migration ran is no content.
fn rows(connection: &Connection, table: &str) -> Result<Vec<u64>> {
    let columns = if table == "__diesel_schema_migrations" { "version" } else { "*" };
    let sql = format!("SELECT {columns} FROM \"{}\"", table.replace('"', "\"\""));
    let mut statement = connection.prepare(&sql)?;
    let columns = statement.column_count();
    let mut rows = statement.query_map([], |row| hash(row, columns))?.collect::<Result<Vec<u64>>>()?;
    rows.sort_unstable();
    Ok(rows)
}

fn hash(row: &Row<'_>, columns: usize) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    for column in 0..columns {
        match row.get_ref(column)? {
            ValueRef::Null => 0_u8.hash(&mut hasher),
            ValueRef::Integer(value) => (1_u8, value).hash(&mut hasher),
            ValueRef::Real(value) => (2_u8, value.to_bits()).hash(&mut hasher),
            ValueRef::Text(value) => (3_u8, value).hash(&mut hasher),
            ValueRef::Blob(value) => (4_u8, value).hash(&mut hasher),
        }
    }
    Ok(hasher.finish())
}

/// The content of a file that nobody writes, if SQLite finds nothing wrong with it. Leaves no sidecar.
pub fn of_sealed(path: &Path) -> std::result::Result<Digest, String> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let uri = format!("file:{}?immutable=1", path.display());
    let found = Connection::open_with_flags(uri, flags).and_then(|connection| checked(&connection));
    found.map_err(|error| error.to_string())?
}

/// The content of a live database that nobody has open, if SQLite finds nothing wrong with it.
pub fn of_live(path: &Path) -> std::result::Result<Digest, String> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let found = Connection::open_with_flags(path, flags).and_then(|connection| checked(&connection));
    found.map_err(|error| error.to_string())?
}

/// The content that this connection sees, or what SQLite finds wrong with it.
pub fn checked(connection: &Connection) -> Result<std::result::Result<Digest, String>> {
    let integrity: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    if integrity != "ok" {
        return Ok(Err(integrity));
    }
    let dangling: i64 = connection.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))?;
    if dangling > 0 {
        return Ok(Err(format!("{dangling} foreign keys point nowhere")));
    }
    digest(connection).map(Ok)
}
