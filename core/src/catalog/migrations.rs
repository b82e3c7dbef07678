//! The catalog's schema: recognised, created and brought up to date, in one transaction.

use std::error::Error;

use diesel::connection::SimpleConnection as _;
use diesel::dsl::{sql, sql_query};
use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

use super::transaction::{Aim, transaction};
use super::{Connection, trouble};
use crate::error::CatalogError;

/// **Invariant:** a released migration never changes; a new one is added after it.
pub(super) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Tells our catalogs from other people's SQLite files: `OCct`.
const APPLICATION_ID: i64 = 0x4f43_6374;

/// Creates the tables in an empty file, or brings those of an older engine up to date; with nothing to do it writes
/// nothing. A power cut leaves the catalog as it was or up to date. An error leaves it as it was: `Newer` where a
/// newer engine wrote it, `Damaged` where it is no catalog or contradicts itself.
pub fn prepare(conn: &mut Connection) -> Result<(), CatalogError> {
    let known = versions()?;
    if !transaction(conn, Aim::Read, |conn| is_due(conn, &known))? {
        return Ok(());
    }
    // Asked again under the writer's lock: another program may have done it in between.
    transaction(conn, Aim::Write, |conn| match is_due(conn, &known)? {
        true => migrate(conn, known.len()),
        false => Ok(()),
    })
}

/// Whether a migration is pending. The catalog's format is the number of its migrations, and stands in the header as
/// well as in diesel's table: only when both speak of more than we know was it a newer engine and not a flipped bit.
fn is_due(conn: &mut Connection, known: &[String]) -> Result<bool, CatalogError> {
    let application: i64 = sql::<BigInt>("PRAGMA application_id").get_result(conn)?;
    let format: i64 = sql::<BigInt>("PRAGMA user_version").get_result(conn)?;
    let tables: i64 = sql::<BigInt>("SELECT count(*) FROM sqlite_schema").get_result(conn)?;
    if (application, format, tables) == (0, 0, 0) {
        return Ok(true);
    }
    if application != APPLICATION_ID {
        return Err(CatalogError::Damaged("the file is not a catalog of this program".to_owned()));
    }
    let applied = sql::<Text>("SELECT version FROM __diesel_schema_migrations ORDER BY version");
    let applied: Vec<String> = applied.load(conn)?;
    let (ours, newest) = (count(applied.len()), count(known.len()));
    let unknown = applied.iter().any(|version| !known.contains(version));
    match unknown {
        true if format > newest => Err(CatalogError::Newer { found: format, known: newest }),
        false if format == ours => Ok(format < newest),
        _ => Err(CatalogError::Damaged(format!("its header says format {format}, its migrations are {applied:?}"))),
    }
}

/// Runs what is pending. Not through diesel's harness, whose nested transactions would hide why one failed.
fn migrate(conn: &mut Connection, format: usize) -> Result<(), CatalogError> {
    for migration in conn.pending_migrations(MIGRATIONS).map_err(reason)? {
        migration.run(conn).map_err(reason)?;
        sql_query("INSERT INTO __diesel_schema_migrations (version) VALUES (?)")
            .bind::<Text, _>(migration.name().version().to_string())
            .execute(conn)?;
    }
    conn.batch_execute(&format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {format};"))?;
    Ok(())
}

/// The versions of the migrations of this build, oldest first.
fn versions() -> Result<Vec<String>, CatalogError> {
    let migrations = MigrationSource::<Sqlite>::migrations(&MIGRATIONS).map_err(reason)?;
    let mut versions: Vec<_> = migrations.iter().map(|migration| migration.name().version().to_string()).collect();
    versions.sort_unstable();
    Ok(versions)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` wants")]
fn reason(error: Box<dyn Error + Send + Sync>) -> CatalogError {
    trouble::judge(&error.to_string())
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
