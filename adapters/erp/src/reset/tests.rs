//! Resets on a small business with one row of everything.

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::{BUSINESS, create, create_at};

const ONE_OF_EVERYTHING: &str = "
    INSERT INTO settings VALUES ('tax', '20');
    INSERT INTO suppliers VALUES (1, 'Пасека «Липа»', '+7 900', NULL);
    INSERT INTO materials (id, name, unit, kind) VALUES (1, 'Воск', 'kg', 'raw'), (2, 'Dose', 'pcs', 'packaging');
    INSERT INTO purchases VALUES (1, 'P-1', 1, '2026-01-02', 700, NULL);
    INSERT INTO material_batches VALUES (1, 1, 1, 5000, 5000, 500, NULL), (2, 1, 2, 9000, 9000, 200, NULL);
    INSERT INTO recipes VALUES (1, 'Kerze', 30, NULL);
    INSERT INTO recipe_materials VALUES (1, 1, 'raw', 1, 200), (2, 1, 'packaging', 2, 1000);
    INSERT INTO recipe_overheads VALUES (1, 1, 1500);
    INSERT INTO showcase_items (id, recipe_id, name, price_minor, description) VALUES (1, 1, 'Kerze 🕯', 900, 'Süß');
    INSERT INTO jobs VALUES (1, 1, 'finished', 4, '2026-01-03', '2026-01-03', 80, 12, NULL);
    INSERT INTO batch_movements VALUES (1, 1, 1, 'job', -800, '2026-01-03'), (2, 2, 1, 'job', -4000, '2026-01-03');
    INSERT INTO clients VALUES (1, 'Jörg Müßig', NULL, NULL, 'Köln', NULL, '2026-01-03');
    INSERT INTO sales (id, number, client_id, sold_on, total_minor) VALUES (1, 'S-1', 1, '2026-01-04', 1800);
    INSERT INTO sale_lines (id, sale_id, item_id, pieces, price_minor) VALUES (1, 1, 1, 2, 900);
    UPDATE accounts SET opening_minor = 10000 WHERE id = 1;
    INSERT INTO cash_operations VALUES (1, 1, 1, '2026-01-04', 1800, 1, NULL, NULL),
        (2, 1, 2, '2026-01-02', -700, NULL, 1, NULL);
    INSERT INTO documents VALUES (1, 1, NULL, 'receipt.jpg', x'FFD8'), (2, NULL, 1, 'photo.jpg', x'FFD800');";

fn business() -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("shop #1.db");
    create(BUSINESS, &database, "id-1", "Мастерская").unwrap();
    (folder, database)
}

fn busy_business() -> (TempDir, std::path::PathBuf) {
    let (folder, database) = business();
    Connection::open(&database).unwrap().execute_batch(ONE_OF_EVERYTHING).unwrap();
    (folder, database)
}

fn texts(database: &Path, sql: &str) -> Vec<String> {
    let connection = Connection::open(database).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let row_text = |row: &rusqlite::Row<'_>| {
        let value = |column| row.get::<_, rusqlite::types::Value>(column).map(|value| format!("{value:?}"));
        (0..columns).map(value).collect::<rusqlite::Result<Vec<_>>>().map(|values| values.join("|"))
    };
    statement.query_map((), row_text).unwrap().map(Result::unwrap).collect()
}

/// All rows of all tables, but for those that SQLite and diesel keep for themselves.
fn content(database: &Path) -> Vec<String> {
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'
        AND name NOT LIKE '%\\_search\\_%' ESCAPE '\\' AND name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' ORDER BY name";
    let connection = Connection::open(database).unwrap();
    let mut statement = connection.prepare(names).unwrap();
    let tables: Vec<String> = statement.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let rows = |table: &String| texts(database, &format!("SELECT '{table}', * FROM {table} ORDER BY 2"));
    tables.iter().flat_map(rows).collect()
}

fn rows(counted: &[(&str, u64)]) -> Vec<(String, u64)> {
    counted.iter().map(|(table, rows)| ((*table).to_owned(), *rows)).collect()
}

#[test]
fn accounting_reset_forgets_what_happened_and_keeps_what_is_known() {
    let (_folder, database) = busy_business();
    let expected = rows(&[
        ("cash_operations", 2),
        ("sale_lines", 1),
        ("sales", 1),
        ("batch_movements", 2),
        ("documents", 1),
        ("material_batches", 2),
        ("purchases", 1),
        ("jobs", 1),
    ]);
    assert_eq!(reset_preview(&database, Act::AccountingReset).unwrap(), expected);
    let before = content(&database);
    assert_eq!(wipe(&database, Act::AccountingReset).unwrap(), expected);
    assert_eq!(before.len() - content(&database).len(), 11, "as many rows are gone as were announced");
    for (sql, left) in [
        ("SELECT DISTINCT stock FROM materials", "Integer(0)"),
        ("SELECT stock FROM showcase_items", "Integer(0)"),
        ("SELECT balance_minor FROM accounts WHERE id = 1", "Integer(10000)"),
        ("SELECT name FROM documents", "Text(\"photo.jpg\")"),
        ("SELECT value FROM settings WHERE key = 'tax'", "Text(\"20\")"),
        ("SELECT rowid FROM client_search('jorg')", "Integer(1)"),
        ("SELECT count(*) FROM price_changes", "Integer(1)"),
        ("SELECT coefficient FROM recipe_overheads", "Integer(1500)"),
    ] {
        assert_eq!(texts(&database, sql), [left], "{sql}");
    }
    assert_eq!(reset_preview(&database, Act::AccountingReset).unwrap(), []);
}

#[test]
fn factory_reset_leaves_what_a_new_business_has() {
    let (_fresh_folder, fresh) = business();
    let (_folder, database) = busy_business();
    let preview = reset_preview(&database, Act::FactoryReset).unwrap();
    assert_ne!(content(&database), content(&fresh));
    assert_eq!(wipe(&database, Act::FactoryReset).unwrap(), preview);
    assert_eq!(content(&database), content(&fresh));
    assert_eq!(texts(&database, "SELECT rowid FROM client_search('jorg')"), [""; 0]);
    assert!(preview.contains(&("clients".to_owned(), 1)) && preview.contains(&("documents".to_owned(), 2)));
}

/// A reset that forgets a table which somebody added would leave orphans, or keep what it promises to wipe.
#[test]
fn a_factory_reset_knows_every_table() {
    let (_folder, database) = business();
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'
        AND name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' AND name NOT LIKE '%\\_search%' ESCAPE '\\' ORDER BY 1";
    let mut known: Vec<String> = HISTORY.iter().chain(MASTER).map(|name| format!("Text({name:?})")).collect();
    known.sort();
    assert_eq!(texts(&database, tables), known);
}

#[test]
fn other_acts_databases_and_versions_are_refused() {
    let (folder, database) = busy_business();
    let before = content(&database);
    for act in [Act::Migration, Act::Restore] {
        let error = wipe(&database, act).unwrap_err();
        assert!(matches!(error, ErpError::NotAReset { .. }), "{error}");
    }
    assert_eq!(content(&database), before);

    let foreign = folder.path().join("foreign.db");
    Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE sales (id); INSERT INTO sales VALUES (1)").unwrap();
    let error = wipe(&foreign, Act::FactoryReset).unwrap_err();
    assert!(error.to_string().contains("is not a database of the schema omnicraft.business"), "{error}");
    assert_eq!(texts(&foreign, "SELECT * FROM sales"), ["Integer(1)"]);

    let older = folder.path().join("older.db");
    create_at(BUSINESS, "0003", &older, "id-2", "Older").unwrap();
    let error = reset_preview(&older, Act::FactoryReset).unwrap_err();
    assert!(error.to_string().ends_with("it has version 0003, and a reset needs 0004. Migrate it first"), "{error}");

    let missing = folder.path().join("missing.db");
    assert!(wipe(&missing, Act::FactoryReset).is_err());
    assert!(!missing.exists(), "opening never creates");
}

/// Everything is taken back when the last statement fails: here a trigger stands for a full disk.
#[test]
fn a_reset_that_fails_changes_nothing() {
    let (_folder, database) = busy_business();
    let trap = "CREATE TRIGGER trap BEFORE DELETE ON suppliers BEGIN SELECT raise(ABORT, 'no space'); END";
    Connection::open(&database).unwrap().execute_batch(trap).unwrap();
    let before = content(&database);
    let error = wipe(&database, Act::FactoryReset).unwrap_err();
    assert!(error.to_string().contains("no space"), "{error}");
    assert_eq!(content(&database), before);
}
