//! Building all indexes of a copy anew, from the rows of its tables.

use std::path::Path;

use rusqlite::Connection;

use super::{Opener, ffi, open};
use crate::error::{Result, Stop};
use crate::progress::Progress;

/// Writes the database of a sealed file that nobody else uses to another, empty file, with every index built anew. Indexes
/// that were made by a statement are forgotten without being read, and made again; those that belong to the rules of a
/// table are rebuilt in place. A damaged table or list of tables, and rows that break the rule of a unique index, are errors.
///
/// Numbers of rows stay as they are: `VACUUM INTO` renumbers none. The first file is of no use afterwards, the second of
/// none after an error, and neither is durable.
pub(crate) fn reindex(
    opener: &Opener,
    attempted: &str,
    (file, to): (&Path, &Path),
    progress: &mut Progress<'_>,
) -> Result<()> {
    progress.at(0, 0)?;
    let failed = |error: rusqlite::Error| Stop::sqlite(attempted, file, &error);
    let connection = open::target(opener, file).map_err(failed)?;
    let built = ffi::interruptible(&connection, &|| progress.cancelled(), || rebuild(&connection, to));
    if built.is_err() {
        progress.at(0, 0)?;
    }
    built.map_err(failed)?;
    connection.close().map_err(|(_, error)| failed(error))
}

fn rebuild(connection: &Connection, to: &Path) -> rusqlite::Result<()> {
    open::limit_memory(connection)?;
    // Nothing of an app's schema runs that could do more than compute; and what fails is thrown away, so it needs no journal.
    connection.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA synchronous = OFF")?;
    connection.query_row("PRAGMA main.journal_mode = OFF", [], |_| Ok(()))?;
    let indexes = made_by_statements(connection)?;
    connection.execute_batch(
        "PRAGMA writable_schema = ON;
         DELETE FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL;
         PRAGMA writable_schema = RESET;
         REINDEX",
    )?;
    // One statement each: SQLite itself reads no further either when it opens a schema.
    indexes.iter().try_for_each(|statement| connection.execute(statement, []).map(|_| ()))?;
    connection.execute("VACUUM INTO ?1", [to.to_string_lossy()]).map(|_| ())
}

/// The statements that made them, which SQLite keeps in a form of its own; whatever else stands in their place is damage.
fn made_by_statements(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let statements = "SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY rowid";
    let mut statement = connection.prepare(statements)?;
    let statements: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let is_index = |sql: &String| ["CREATE INDEX ", "CREATE UNIQUE INDEX "].iter().any(|start| sql.starts_with(start));
    match statements.iter().find(|sql| !is_index(sql)) {
        Some(sql) => Err(corrupt(format!("the list of indexes holds something else: {sql}"))),
        None => Ok(statements),
    }
}

fn corrupt(reason: String) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT), Some(reason))
}
