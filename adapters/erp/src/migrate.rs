//! Creates databases and brings older ones forward, one released version at a time. Each version is one transaction
//! that also proves that every reference still leads somewhere, so a power cut leaves a released version, whole.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel_migrations::MigrationHarness;

use crate::ErpError;
use crate::files::{self, Draft};
use crate::open::{BUSY_TIMEOUT, connect, open, uri};
use crate::schema::Schema;

/// Creates a database at the newest version, in WAL mode, whose settings carry the workspace's identity and name.
/// Refuses a path where a file is. A power cut leaves no file under this name, or the complete one; what it may leave
/// is a file `.NAME.draft` beside it, which the next attempt replaces.
pub fn create(schema: &str, database: &Path, identity: &str, name: &str) -> Result<(), ErpError> {
    create_at(schema, Schema::named(schema)?.newest(), database, identity, name)
}

/// As [`create`], at an older released version: for tests, and for data as an older program left it.
pub fn create_at(schema: &str, version: &str, database: &Path, identity: &str, name: &str) -> Result<(), ErpError> {
    let schema = released(schema, version)?;
    let draft = Draft::beside(database)?;
    run_migrations(schema, draft.path(), CREATE, version)?;
    sign(draft.path(), identity, name).map_err(|error| ErpError::sqlite(CREATE, database, &error))?;
    draft.publish()
}

/// Makes a database of a released version at a path that nobody else knows of, without an identity or a name: what its
/// schema is can be read from it. Refuses a path where a file is. A power cut may leave anything there.
pub fn create_blank(schema: &str, version: &str, database: &Path) -> Result<(), ErpError> {
    let schema = released(schema, version)?;
    files::empty(database)?;
    run_migrations(schema, database, CREATE, version)
}

/// Brings a database to the newest version. Nobody else may have it open. Refuses a database of another schema or of
/// a newer version. A power cut leaves a released version with the data that belongs to it; migrating again goes on
/// from there.
pub fn migrate(schema: &str, database: &Path) -> Result<(), ErpError> {
    let schema = Schema::named(schema)?;
    let (connection, version) = open(schema, MIGRATE, database)?;
    drop(connection);
    if version == schema.newest() {
        return Ok(());
    }
    run_migrations(schema, database, MIGRATE, schema.newest())
}

const CREATE: &str = "create the database";
const MIGRATE: &str = "migrate the database";

fn released(schema: &str, version: &str) -> Result<&'static Schema, ErpError> {
    let schema = Schema::named(schema)?;
    if schema.versions.contains(&version) {
        return Ok(schema);
    }
    let (schema, released) = (schema.name.to_owned(), schema.versions.join(", "));
    Err(ErpError::UnknownVersion { schema, version: version.to_owned(), released })
}

fn sign(database: &Path, identity: &str, name: &str) -> rusqlite::Result<()> {
    let connection = connect(database)?;
    connection.execute(
        "INSERT INTO settings (key, value) VALUES ('workspace_id', ?1), ('workspace_name', ?2)",
        (identity, name),
    )?;
    // Stored in the file's header: every later connection finds it.
    connection.query_row("PRAGMA journal_mode = WAL", (), |_| Ok(()))?;
    connection.close().map_err(|(_, error)| error)
}

fn run_migrations(schema: &Schema, database: &Path, attempted: &'static str, until: &str) -> Result<(), ErpError> {
    let refused = |reason: &dyn std::fmt::Display| {
        ErpError::refused(attempted, database, reason, "The last finished version is whole; restore the safeguard")
    };
    let mut connection = SqliteConnection::establish(&uri(database)).map_err(|error| refused(&error))?;
    // Off, because rebuilding a parent table would delete its children; and a pragma within a transaction is ignored.
    let prepare = format!(
        "PRAGMA busy_timeout = {}; PRAGMA foreign_keys = OFF; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;",
        BUSY_TIMEOUT.as_millis()
    );
    connection.batch_execute(&prepare).map_err(|error| refused(&error))?;
    let pending = pending(schema, &mut connection, until).map_err(|error| refused(&error))?;
    for migration in pending {
        let mut dangling = Vec::new();
        let ran = connection.immediate_transaction(|connection| {
            connection.run_migration(&migration)?;
            dangling = diesel::sql_query(DANGLING).load::<Dangling>(connection)?;
            if dangling.is_empty() { Ok(()) } else { Err("references that lead nowhere".into()) }
        });
        if let Some(Dangling { table, .. }) = dangling.first() {
            let rows = dangling.iter().map(|found| usize::try_from(found.rows).unwrap_or_default()).sum();
            return Err(ErpError::Dangling { attempted, path: database.to_owned(), rows, table: table.clone() });
        }
        ran.map_err(|error: Trouble| refused(&error.0))?;
    }
    // What goes wrong when the connection closes, SQLite tells nobody; so the disk is asked before that.
    let asked = connection.batch_execute("PRAGMA foreign_keys = ON; PRAGMA main.wal_checkpoint(PASSIVE);");
    asked.map_err(|error| refused(&error))
}

fn pending(
    schema: &Schema,
    connection: &mut SqliteConnection,
    until: &str,
) -> diesel::migration::Result<Vec<Box<dyn Migration<Sqlite>>>> {
    let mut pending = MigrationHarness::<Sqlite>::pending_migrations(connection, Released(schema))?;
    pending.retain(|migration| migration.name().version().to_string().as_str() <= until);
    Ok(pending)
}

/// A schema's embedded migrations, lent.
struct Released<'a>(&'a Schema);

impl MigrationSource<Sqlite> for Released<'_> {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<Sqlite>>>> {
        self.0.migrations.migrations()
    }
}

const DANGLING: &str = "SELECT \"table\", count(*) AS \"rows\" FROM pragma_foreign_key_check GROUP BY 1 ORDER BY 1";

#[derive(QueryableByName)]
struct Dangling {
    #[diesel(sql_type = Text)]
    table: String,
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// What went wrong inside a transaction; diesel wants its own errors to fit in.
struct Trouble(String);

impl From<diesel::result::Error> for Trouble {
    fn from(error: diesel::result::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<Box<dyn std::error::Error + Send + Sync>> for Trouble {
    fn from(error: Box<dyn std::error::Error + Send + Sync>) -> Self {
        Self(error.to_string())
    }
}

impl From<&str> for Trouble {
    fn from(error: &str) -> Self {
        Self(error.to_owned())
    }
}
