//! The two resets: accounting forgets what happened, factory returns to the first day. Each is one transaction.

use std::path::Path;

use omnicraft_core::model::{Act, Permit};
use rusqlite::{Connection, TransactionBehavior};

use crate::ErpError;
use crate::open::open;
use crate::schema::Schema;

const ATTEMPTED: &str = "reset the business";

/// What happened: every row of these tables goes in both resets. Children come before their parents.
const HISTORY: &[&str] = &[
    "cash_operations",
    "sale_lines",
    "sales",
    "batch_movements",
    "documents",
    "material_batches",
    "purchases",
    "jobs",
];

/// What the business knows: goes in a factory reset alone, after the history. Children come before their parents.
const MASTER: &[&str] = &[
    "clients",
    "price_changes",
    "showcase_items",
    "recipe_overheads",
    "recipe_materials",
    "recipes",
    "overhead_norms",
    "materials",
    "suppliers",
    "accounts",
    "cash_categories",
    "settings",
];

/// Which rows of a table an accounting reset leaves, as a condition; photographs of goods are no history.
const KEPT_DOCUMENTS: &str = "purchase_id IS NULL";
/// Which settings a factory reset leaves: without them the database would belong to no workspace.
const KEPT_SETTINGS: &str = "key IN ('workspace_id', 'workspace_name')";

const FIRST_DAY: &str = include_str!("../sql/first_day.sql");

/// Wipes a business as the permit allows: an accounting reset forgets sales, purchases with their
/// batches and receipts, jobs and cash operations, keeps master data and settings, and leaves stocks at zero and
/// accounts at their opening balance; a factory reset leaves what a new business has, and the workspace's identity and
/// name.
/// Returns the rows wiped per table, without tables where there were none. Backups are not touched. A power cut
/// leaves the business as it was, or reset.
pub fn reset(database: &Path, permit: Permit) -> Result<Vec<(String, u64)>, ErpError> {
    let act = permit.act();
    drop(permit);
    wipe(database, act)
}

/// Rows per table that [`reset`] would wipe now, without tables where there are none. Changes nothing.
pub fn reset_preview(database: &Path, act: Act) -> Result<Vec<(String, u64)>, ErpError> {
    let scope = scope(database, act)?;
    let connection = open_newest(database)?;
    count(&connection, &scope).map_err(|error| ErpError::sqlite(ATTEMPTED, database, &error))
}

fn wipe(database: &Path, act: Act) -> Result<Vec<(String, u64)>, ErpError> {
    let scope = scope(database, act)?;
    let mut connection = open_newest(database)?;
    let sqlite = |error: rusqlite::Error| ErpError::sqlite(ATTEMPTED, database, &error);
    // The lines below rely on it: a forgotten table then stops the reset instead of leaving orphans.
    connection.pragma_update(None, "foreign_keys", true).map_err(sqlite)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sqlite)?;
    let wiped = count(&transaction, &scope).map_err(sqlite)?;
    for (table, condition) in &scope {
        transaction.execute(&format!("DELETE FROM {table} WHERE {condition}"), ()).map_err(sqlite)?;
    }
    let then = if act == Act::FactoryReset { AS_NEW } else { AS_EMPTY };
    transaction.execute_batch(then).map_err(sqlite)?;
    if act == Act::FactoryReset {
        transaction.execute_batch(FIRST_DAY).map_err(sqlite)?;
    }
    transaction.commit().map_err(sqlite)?;
    // What goes wrong when the connection closes, SQLite tells nobody; so the disk is asked before that.
    let asked = connection.query_row("PRAGMA main.wal_checkpoint(PASSIVE)", (), |_| Ok(()));
    asked.map_err(|error| ErpError::refused(ATTEMPTED, database, error, UNCERTAIN))?;
    Ok(wiped)
}

/// The commit was accepted, and then the disk took no more.
const UNCERTAIN: &str =
    "Check the disk, then look into the database: what was to be wiped may be back after a power cut";

/// Triggers have brought stocks back; where they were wrong before, they are made right here.
const AS_EMPTY: &str = "
    UPDATE materials SET stock = 0;
    UPDATE showcase_items SET stock = 0;
    UPDATE accounts SET balance_minor = opening_minor;";

/// The search over items and clients forgets its words too.
const AS_NEW: &str = "
    UPDATE sqlite_sequence SET seq = 0;
    INSERT INTO showcase_search (showcase_search) VALUES ('rebuild');
    INSERT INTO client_search (client_search) VALUES ('rebuild');";

/// Tables with a condition on the rows that go, in an order that foreign keys allow.
fn scope(database: &Path, act: Act) -> Result<Vec<(&'static str, String)>, ErpError> {
    let all = |table: &&'static str| (*table, "1".to_owned());
    match act {
        Act::AccountingReset => Ok(HISTORY.iter().map(|table| except(table, "documents", KEPT_DOCUMENTS)).collect()),
        Act::FactoryReset => {
            let master = MASTER.iter().map(|table| except(table, "settings", KEPT_SETTINGS));
            Ok(HISTORY.iter().map(all).chain(master).collect())
        }
        Act::Migration | Act::Restore => Err(ErpError::NotAReset { path: database.to_owned(), act: act.word() }),
    }
}

fn except(table: &'static str, spared: &str, kept: &str) -> (&'static str, String) {
    (table, if table == spared { format!("NOT ({kept})") } else { "1".to_owned() })
}

fn count(connection: &Connection, scope: &[(&'static str, String)]) -> rusqlite::Result<Vec<(String, u64)>> {
    let mut rows = Vec::new();
    for (table, condition) in scope {
        let sql = format!("SELECT count(*) FROM {table} WHERE {condition}");
        let found: i64 = connection.query_row(&sql, (), |row| row.get(0))?;
        if found > 0 {
            rows.push(((*table).to_owned(), found.unsigned_abs()));
        }
    }
    Ok(rows)
}

fn open_newest(database: &Path) -> Result<Connection, ErpError> {
    let schema = Schema::business();
    let (connection, version) = open(schema, ATTEMPTED, database)?;
    if version != schema.newest() {
        let newest = schema.newest();
        return Err(ErpError::Older { attempted: ATTEMPTED, path: database.to_owned(), found: version, newest });
    }
    Ok(connection)
}

#[cfg(test)]
mod tests;
