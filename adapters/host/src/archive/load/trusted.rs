//! The schema of an archive that the user trusts: its `CREATE` statements, looked at one by one and run in a file that
//! is thrown away, under an authorizer that allows them to create and nothing else.

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode};

use super::schema::Schema;
use super::{Load, authorizer};
use crate::archive::manifest::{CsvManifest, SchemaEntry};
use crate::error::{Result, Stop};
use crate::sqlite::open;

/// Runs the statements in an empty file and reads the schema that they make; or says which of them is not welcome.
pub(super) fn schema(load: &Load<'_>, scratch: &Path) -> Result<std::result::Result<Schema, String>> {
    let failed = |error: rusqlite::Error| Stop::sqlite("build the schema of the archive", scratch, &error);
    let connection = open::target(load.opener, scratch).map_err(failed)?;
    confine(&connection).map_err(failed)?;
    for entry in &load.manifest.schema {
        let made = admit(entry).and_then(|()| make(&connection, entry));
        if let Err(reason) = made {
            return Ok(Err(format!("its {} “{}” is refused: {reason}", entry.kind, entry.name)));
        }
    }
    let read = Schema::read(&connection).map(|schema| of_the_archive(schema, load.manifest));
    Ok(read.map_err(|error| error.to_string()))
}

/// The kinds of statements, as SQLite itself writes them into `sqlite_schema`.
const WELCOME: [(&str, &str); 6] = [
    ("table", "CREATE TABLE "),
    ("table", "CREATE VIRTUAL TABLE "),
    ("index", "CREATE INDEX "),
    ("index", "CREATE UNIQUE INDEX "),
    ("view", "CREATE VIEW "),
    ("trigger", "CREATE TRIGGER "),
];

fn confine(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    connection.set_limit(Limit::SQLITE_LIMIT_SQL_LENGTH, 1_000_000)?;
    connection.set_limit(Limit::SQLITE_LIMIT_EXPR_DEPTH, 200)?;
    connection.set_limit(Limit::SQLITE_LIMIT_VDBE_OP, 250_000)?;
    connection.execute_batch("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF").map(drop)
}

fn admit(entry: &SchemaEntry) -> std::result::Result<(), String> {
    let welcome = WELCOME.iter().any(|(kind, start)| entry.kind == *kind && entry.sql.starts_with(start));
    if welcome { Ok(()) } else { Err("it is no CREATE statement of a kind that belongs into a schema".to_owned()) }
}

fn make(connection: &Connection, entry: &SchemaEntry) -> std::result::Result<(), String> {
    authorizer::create(connection, &entry.name, &entry.sql).map_err(|error| in_words(&error))?;
    let sql = "SELECT count(*) FROM main.sqlite_schema WHERE type = ?1 AND name = ?2 AND tbl_name = ?3 AND sql = ?4";
    let fields = [&entry.kind, &entry.name, &entry.table, &entry.sql];
    let there = connection.query_row(sql, fields, |row| row.get::<_, i64>(0)).map_err(|error| in_words(&error))?;
    if there == 1 { Ok(()) } else { Err("its statement makes something else than it says".to_owned()) }
}

fn in_words(error: &rusqlite::Error) -> String {
    if error.sqlite_error_code() == Some(ErrorCode::AuthorizationForStatementDenied) {
        return "its statement does more than to create a part of a schema".to_owned();
    }
    error.to_string()
}

/// What no statement carries.
fn of_the_archive(schema: Schema, manifest: &CsvManifest) -> Schema {
    let facts = &manifest.facts;
    Schema { application_id: facts.application_id, user_version: facts.user_version, ..schema }
}
