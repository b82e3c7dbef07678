//! Live databases, as far as a command must look into them itself: through SQLite alone, so that nobody's locks on
//! the file are dropped.

use std::path::Path;

use omnicraft_core::model::SchemaProfile;
use omnicraft_erp::OmniCraft;
use omnicraft_host::ports::app::App;
use omnicraft_host::sqlite::Opener;
use omnicraft_host::sqlite::open::sealed;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::problem::Problem;

/// What an existing database says of itself.
pub(crate) struct Introduction {
    /// `PRAGMA application_id`.
    pub(crate) application_id: i32,
}

/// Asks a file whether it is an SQLite database. Changes nothing in it.
pub(crate) fn introduce(path: &Path) -> Result<Introduction, Problem> {
    let not_readable = |error: rusqlite::Error| explain(path, &error);
    let connection = open(path)?;
    let schema = connection.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get::<_, i64>(0));
    schema.map_err(not_readable)?;
    let application_id = connection.query_row("PRAGMA application_id", (), |row| row.get(0)).map_err(not_readable)?;
    Ok(Introduction { application_id })
}

/// What a database of the app's schema says of itself.
pub(crate) struct Known {
    /// The schema's name.
    pub(crate) schema: String,
    /// Whose it is.
    pub(crate) identity: Option<String>,
}

/// Asks a file that nobody writes, and of which nothing is trusted, whether it is of one of the app's schemas.
pub(crate) fn introduce_sealed(path: &Path) -> Result<Option<Known>, Problem> {
    let connection = sealed(&Opener::default(), path)?;
    let not_readable = |error: rusqlite::Error| explain(path, &error);
    let application_id: i32 =
        connection.query_row("PRAGMA application_id", (), |row| row.get(0)).map_err(not_readable)?;
    let app = OmniCraft::new();
    let Some(profile) = app.profiles().iter().find(|profile| profile.application_id == application_id) else {
        return Ok(None);
    };
    let identity = connection.query_row(&profile.identity_sql, (), |row| row.get(0)).map_err(not_readable)?;
    Ok(Some(Known { schema: profile.name.clone(), identity }))
}

/// Asks a database of an app's schema one text.
pub(crate) fn ask(path: &Path, sql: &str) -> Result<Option<String>, Problem> {
    let connection = open(path)?;
    connection.query_row(sql, (), |row| row.get(0)).map_err(|error| explain(path, &error))
}

/// The version of a database of an app's schema.
pub(crate) fn version(path: &Path, profile: &SchemaProfile) -> Result<String, Problem> {
    let version = ask(path, &profile.version_sql)?;
    version.ok_or_else(|| {
        let reason = format!("{} does not say which version of {} it is", path.display(), profile.name);
        Problem::refused(reason, "Restore a backup, or look at it with the app")
    })
}

/// Rows per table, without SQLite's own tables and those that belong to a virtual table.
pub(crate) fn rows(path: &Path) -> Result<Vec<(String, u64)>, Problem> {
    let connection = open(path)?;
    count(&connection).map_err(|error| explain(path, &error))
}

fn count(connection: &Connection) -> rusqlite::Result<Vec<(String, u64)>> {
    let mut tables =
        connection.prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")?;
    let names = tables.query_map((), |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut rows = Vec::new();
    for name in names.into_iter().filter(|name| !name.starts_with("sqlite_")) {
        let sql = format!("SELECT count(*) FROM \"{}\"", name.replace('"', "\"\""));
        let found: i64 = connection.query_row(&sql, (), |row| row.get(0))?;
        rows.push((name, found.unsigned_abs()));
    }
    Ok(rows)
}

/// Nothing is written, but a connection that may not write cannot take its write-ahead log away again when it closes.
fn open(path: &Path) -> Result<Connection, Problem> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE);
    let connection = connection.or_else(|_| Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY));
    connection.map_err(|error| explain(path, &error))
}

fn explain(path: &Path, error: &rusqlite::Error) -> Problem {
    let remedy = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => "Name a database file",
        Some(ErrorCode::DatabaseCorrupt) => "The database is damaged; restore a backup",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "Close the program that uses it and try again",
        _ => "Check the path, and that you may read the file",
    };
    Problem::refused(format!("cannot read {} as a database: {error}", path.display()), remedy)
}
