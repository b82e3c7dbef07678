//! Full-text indexes after an edit. They are tables of their own, of which nobody who edits text in a spreadsheet
//! thinks, so they are made again from the text that they index.

use rusqlite::Connection;

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
                // One whose text is nowhere to be found stays as it was.
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
    let done = connection.execute_batch(sql);
    let end = if done.is_ok() { "RELEASE command" } else { "ROLLBACK TO command; RELEASE command" };
    connection.execute_batch(end)?;
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
