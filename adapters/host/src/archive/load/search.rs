//! Full-text indexes after an edit. They are tables of their own, of which nobody who edits text in a spreadsheet
//! thinks, so they are made again from the text that they index.

use rusqlite::Connection;
use rusqlite::hooks::{AuthContext, Authorization};

use super::build::{Build, is_lacking};
use crate::error::Result;
use crate::sqlite::schema::{self, TableKind, quoted};

/// Makes every full-text index again that has its text, and checks all of them.
pub(super) fn refresh(build: &mut Build<'_, '_, '_>) -> Result<()> {
    for name in build.uninterrupted(indexes)? {
        let table = quoted(&name);
        let command = |command: &str| format!("INSERT INTO main.{table}({table}) VALUES ('{command}')");
        for sql in [command("rebuild"), command("integrity-check")] {
            match build.uninterrupted(|connection| Ok(wholly(connection, &sql)))? {
                Ok(()) => {}
                // One whose text is nowhere to be found, or in a view, stays as it was.
                Err(error) if is_lacking(&error) => {}
                Err(error) if is_corrupt(&error) => {
                    build.findings.archive(format!("the search index “{name}” does not fit its text: {error}"));
                }
                Err(error) => return Err(build.failed(&error)),
            }
        }
    }
    Ok(())
}

/// Does it or changes nothing: an index that cannot be made again was emptied first.
fn wholly(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.execute_batch("SAVEPOINT command")?;
    let done = without_views(connection, sql);
    if connection.is_autocommit() {
        // A stop, a full disk and the like end the whole transaction, and the savepoint with it.
        return done;
    }
    let end = if done.is_ok() { "RELEASE command" } else { "ROLLBACK TO command; RELEASE command" };
    connection.execute_batch(end)?;
    done
}

/// Runs a command in which nothing may be read or done by way of a view or trigger: an index may name a view for its
/// text, and a schema that somebody else wrote may hold one that never ends.
fn without_views(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    let judge = |context: AuthContext<'_>| match context.accessor {
        None => Authorization::Allow,
        Some(_) => Authorization::Deny,
    };
    connection.authorizer(Some(judge))?;
    let done = connection.execute_batch(sql);
    connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>)?;
    done
}

fn is_corrupt(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseCorrupt)
}

/// Virtual tables with a column of their own name, by which FTS3, FTS4 and FTS5 take commands.
fn indexes(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let tables = schema::tables(connection)?.into_iter().filter(|table| {
        table.kind == TableKind::Virtual && table.columns.iter().any(|column| column.name == table.name)
    });
    Ok(tables.map(|table| table.name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stop was told as "cannot commit - no transaction is active": it ended the transaction, the savepoint's end
    /// failed for want of one, and that was taken for an index whose text is nowhere to be found.
    #[test]
    fn what_ends_the_transaction_is_told_as_what_it_is() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (a UNIQUE); BEGIN; INSERT INTO t VALUES (1)").unwrap();
        let error = wholly(&connection, "INSERT OR ROLLBACK INTO t VALUES (1)").unwrap_err();
        assert_eq!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::ConstraintViolation));
        assert!(connection.is_autocommit() && !is_lacking(&error), "{error}");
    }
}
