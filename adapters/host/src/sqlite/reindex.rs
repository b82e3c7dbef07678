//! Building all indexes of a copy anew, from the rows of its tables, where nothing but indexes is damaged.
//!
//! No damaged index is read, and nothing is repaired in place: the indexes are forgotten, what is left is written to another
//! file, and there they are built.

mod damage;

use std::path::Path;

use omnicraft_core::outcome::FailureKind;
use rusqlite::{Connection, ErrorCode};

use super::{Opener, ffi, open};
use crate::error::{Result, Stop};
use crate::progress::Progress;

const REMEDY: &str = "The database is damaged; restore a snapshot";

/// Writes the database of a sealed file that nobody else uses to another, empty file, with every index built anew. Refused
/// where SQLite's check says anything that is not about indexes, as a table that has lost rows or pages, and where rows
/// break the rule of a unique index, which then alone kept them apart.
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
    let failed = |error: rusqlite::Error| {
        if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) {
            return Stop::new(FailureKind::Damaged, attempted, file, error.to_string(), REMEDY);
        }
        Stop::sqlite(attempted, file, &error)
    };
    let sealed = open::sealed(opener, file)?;
    let beyond = unless_cancelled(&sealed, progress, || damage::beyond_indexes(&sealed))?.map_err(failed)?;
    sealed.close().map_err(|(_, error)| failed(error))?;
    if let Some(finding) = beyond {
        let reason = format!("it cannot be told that no more than indexes is damaged: {finding}");
        return Err(Stop::new(FailureKind::Damaged, attempted, file, reason, REMEDY));
    }
    let old = open::target(opener, file).map_err(failed)?;
    let statements = unless_cancelled(&old, progress, || set_aside(&old, to))?.map_err(failed)?;
    old.close().map_err(|(_, error)| failed(error))?;
    let new = open::target(opener, to).map_err(failed)?;
    unless_cancelled(&new, progress, || build(&new, &statements))?.map_err(failed)?;
    new.close().map_err(|(_, error)| failed(error))
}

fn unless_cancelled<T>(
    connection: &Connection,
    progress: &mut Progress<'_>,
    work: impl FnOnce() -> rusqlite::Result<T>,
) -> Result<rusqlite::Result<T>> {
    let done = ffi::interruptible(connection, &|| progress.cancelled(), work);
    if done.is_err() {
        progress.at(0, 0)?;
    }
    Ok(done)
}

/// Writes all but the content of indexes to another file, and returns the statements that made some of them. Those of the
/// rules of a table cannot be forgotten; they get an empty tree each in place of their own.
fn set_aside(old: &Connection, to: &Path) -> rusqlite::Result<Vec<String>> {
    prepare(old)?;
    let statements = made_by_statements(old)?;
    let rules: Vec<String> = names(old, "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NULL")?;
    let empty: Vec<String> = (1..=rules.len()).map(|n| format!("omnicraft empty tree {n}")).collect();
    for tree in &empty {
        old.execute(&format!("CREATE TABLE \"{tree}\" (a PRIMARY KEY) WITHOUT ROWID"), [])?;
    }
    old.execute_batch(
        "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL",
    )?;
    for (rule, tree) in rules.iter().zip(&empty) {
        let root = "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = ?2)
                    WHERE type = 'index' AND name = ?1";
        old.execute(root, [rule, tree])?;
        old.execute("DELETE FROM sqlite_schema WHERE name = ?1", [tree])?;
    }
    old.execute_batch("PRAGMA writable_schema = RESET")?;
    old.execute("VACUUM INTO ?1", [open::uri(to, &[])])?;
    Ok(statements)
}

fn build(new: &Connection, statements: &[String]) -> rusqlite::Result<()> {
    prepare(new)?;
    new.execute_batch("REINDEX")?;
    // One statement each: SQLite itself reads no further either when it opens a schema.
    statements.iter().try_for_each(|statement| new.execute(statement, []).map(|_| ()))
}

/// What fails is thrown away, so it needs no journal. Nothing of an app's schema runs that could do more than compute.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    open::limit_memory(connection)?;
    connection.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA synchronous = OFF")?;
    connection.query_row("PRAGMA main.journal_mode = OFF", [], |_| Ok(()))
}

/// SQLite keeps such statements in a form of its own; whatever else stands in their place is damage.
fn made_by_statements(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let statements =
        names(connection, "SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY rowid")?;
    let is_index = |sql: &&String| ["CREATE INDEX ", "CREATE UNIQUE INDEX "].iter().any(|start| sql.starts_with(start));
    match statements.iter().find(|sql| !is_index(sql)) {
        Some(sql) => Err(corrupt(format!("the list of indexes holds something else: {sql}"))),
        None => Ok(statements),
    }
}

fn names(connection: &Connection, query: &str) -> rusqlite::Result<Vec<String>> {
    connection.prepare(query)?.query_map([], |row| row.get(0))?.collect()
}

fn corrupt(reason: String) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT), Some(reason))
}
