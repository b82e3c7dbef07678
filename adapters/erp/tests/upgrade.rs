//! Data as every older release left it comes forward to the newest version without loss.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers too")]
#![expect(clippy::disallowed_methods, reason = "tests make files that nobody has open")]

use std::path::{Path, PathBuf};

use omnicraft_erp::{BUSINESS, ErpError, OmniCraft, PERSONAL_FINANCE, create, create_at, create_blank, migrate};
use omnicraft_host::ports::app::App;
use rusqlite::Connection;
use tempfile::TempDir;

const V1: &str = "
    INSERT INTO suppliers VALUES (1, 'Пасека «Липа»', '+7 900 000', 'мёд и воск'), (2, 'Glashütte Süd', NULL, NULL);
    INSERT INTO materials (id, name, unit, stock) VALUES (1, 'Воск', 'kg', 0), (2, 'Dose', 'pcs', 0), (3, 'Öl', 'l', 700);
    INSERT INTO purchases VALUES (1, 1, 1, 5000, 5000, '2024-01-01'), (2, 1, 1, 3000, 3300, '2024-01-02'),
        (3, 2, 2, 20000, 1000, '2024-01-02');
    INSERT INTO recipes VALUES (1, 'Kerze', 45, 'Schmelzen, gießen 🕯');
    INSERT INTO recipe_materials VALUES (1, 1, 1, 600), (2, 1, 2, 1000);
    INSERT INTO goods (id, recipe_id, name, price_minor) VALUES (1, 1, 'Kerze groß', 5000000000);
    INSERT INTO jobs VALUES (1, 1, 10, '2024-01-03');
    INSERT INTO sales VALUES (1, 1, 'Анна Ёлкина', 2, 5000000000, '2024-01-04'), (2, 1, NULL, 1, 4900, '2024-01-05'),
        (3, 1, 'Анна Ёлкина', 1, 5000, '2024-01-06'), (4, 1, 'анна ёлкина', 1, 5000, '2024-01-07');";

const V2: &str = "
    INSERT INTO suppliers VALUES (1, 'Пасека', NULL, NULL);
    INSERT INTO materials (id, name, unit) VALUES (1, 'Воск', 'kg');
    INSERT INTO purchases VALUES (7, 1, 1, 5000, 5000, '2025-01-01');
    INSERT INTO recipes VALUES (1, 'Kerze', 45, NULL);
    INSERT INTO recipe_materials VALUES (1, 1, 1, 500);
    INSERT INTO goods (id, recipe_id, name, price_minor) VALUES (1, 1, 'Kerze', 900);
    INSERT INTO jobs VALUES (1, 1, 4, '2025-01-02');
    INSERT INTO clients VALUES (5, 'Jörg Müßig', '0221', 'j@example.org', 'Köln', 'rechts klingeln', '2025-01-01');
    INSERT INTO sales VALUES (9, 'S-000009', 5, '2025-01-03', 100, 1700, 'Geschenk 🎁');
    INSERT INTO sale_lines VALUES (1, 9, 1, 2, 900);
    UPDATE accounts SET opening_minor = 5000 WHERE id = 1;
    INSERT INTO cash_operations VALUES (1, 1, 1, '2025-01-03', 1700, 9, NULL, NULL),
        (2, 3, 2, '2025-01-01', -5000, NULL, 7, 'Rechnung 7');";

const V3: &str = "
    INSERT INTO suppliers VALUES (1, 'Пасека', NULL, NULL);
    INSERT INTO materials (id, name, unit, kind) VALUES (1, 'Воск', 'kg', 'raw'), (2, 'Dose', 'pcs', 'packaging');
    INSERT INTO purchases VALUES (1, 'P-000001', 1, '2025-02-01', 5900, 'bar');
    INSERT INTO material_batches VALUES (1, 1, 1, 5000, 5000, 5000, '2027-01-01'), (2, 1, 2, 9000, 9000, 900, NULL);
    INSERT INTO recipes VALUES (1, 'Kerze', 45, NULL), (2, 'Seife', 20, NULL);
    INSERT INTO recipe_materials VALUES (1, 1, 'raw', 1, 500), (2, 1, 'packaging', 2, 1000);
    INSERT INTO showcase_items (id, recipe_id, name, price_minor, description) VALUES (1, 1, 'Kerze', 900, 'Süßer Duft');
    INSERT INTO jobs VALUES (1, 1, 4, '2025-02-02');
    INSERT INTO batch_movements VALUES (1, 1, 1, 'job', -2000, '2025-02-02'), (2, 2, 1, 'job', -4000, '2025-02-02');
    INSERT INTO clients VALUES (1, 'Ольга Щукина', NULL, NULL, 'Пермь', NULL, '2025-02-03');
    INSERT INTO sales VALUES (1, 'S-000001', 1, '2025-02-03', 0, 1800, NULL);
    INSERT INTO sale_lines VALUES (1, 1, 1, 2, 900);
    INSERT INTO cash_operations VALUES (1, 2, 1, '2025-02-03', 1800, 1, NULL, NULL);";

const PERSONAL_V1: &str = "
    INSERT INTO accounts VALUES (1, 'Кошелёк', 'RUB', 10000), (2, 'Sparbuch', 'EUR', 5000000000);
    INSERT INTO operations VALUES (1, 1, '2025-01-01', -300, 'Еда', 'хлеб'), (2, 1, '2025-01-02', -200, 'Еда', NULL),
        (3, 2, '2025-01-03', 700, '', 'Zinsen');";

/// Fills a database of an older version with `data`, migrates it, and compares what the queries say.
#[track_caller]
fn check(schema: &str, version: &str, data: &str, expected: &[(&str, &str)]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("книга 100%.db");
    create_at(schema, version, &database, "id-1", "Мастерская").unwrap();
    Connection::open(&database).unwrap().execute_batch(data).unwrap();
    migrate(schema, &database).unwrap();
    for (sql, text) in expected {
        assert_eq!(query(&database, sql), *text, "{sql}");
    }
    assert_eq!(query(&database, "PRAGMA foreign_key_check"), "");
    assert_eq!(query(&database, "PRAGMA integrity_check"), "ok");
    assert_eq!(query(&database, "SELECT value FROM settings WHERE key = 'workspace_id'"), "id-1");
    assert_eq!(query(&database, "PRAGMA journal_mode"), "wal");
    assert_eq!(shape(&database), shape_of_new(schema), "an upgraded schema and a new one are the same text");
    (folder, database)
}

fn query(database: &Path, sql: &str) -> String {
    let connection = Connection::open(database).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let text = |value: rusqlite::types::Value| match value {
        rusqlite::types::Value::Null => "-".to_owned(),
        rusqlite::types::Value::Integer(number) => number.to_string(),
        rusqlite::types::Value::Real(number) => format!("{number:?}"),
        rusqlite::types::Value::Text(text) => text,
        rusqlite::types::Value::Blob(bytes) => format!("{bytes:?}"),
    };
    let row_text = |row: &rusqlite::Row<'_>| {
        (0..columns).map(|column| row.get(column).map(text)).collect::<rusqlite::Result<Vec<_>>>()
    };
    let rows = statement.query_map((), row_text).unwrap();
    rows.map(|row| row.unwrap().join(" ")).collect::<Vec<_>>().join("; ")
}

fn shape(database: &Path) -> String {
    query(database, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY 2")
}

fn shape_of_new(schema: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("new.db");
    create(schema, &database, "id", "New").unwrap();
    shape(&database)
}

const STOCK_IS_BATCHES: (&str, &str) = (
    "SELECT name FROM materials m WHERE stock <>
        coalesce((SELECT sum(remaining) FROM material_batches WHERE material_id = m.id), 0)",
    "",
);
const BATCHES_ARE_MOVEMENTS: (&str, &str) = (
    "SELECT id FROM material_batches b WHERE remaining <> quantity +
        coalesce((SELECT sum(quantity) FROM batch_movements WHERE batch_id = b.id), 0)",
    "",
);
const BALANCES_ARE_OPERATIONS: (&str, &str) = (
    "SELECT name FROM accounts a WHERE balance_minor <> opening_minor +
        coalesce((SELECT sum(amount_minor) FROM cash_operations WHERE account_id = a.id), 0)",
    "",
);

#[test]
fn from_the_first_release() {
    let expected = [
        ("SELECT name, phone, note FROM suppliers", "Пасека «Липа» +7 900 000 мёд и воск; Glashütte Süd - -"),
        ("SELECT id, name, kind, stock FROM materials", "1 Воск raw 2000; 2 Dose packaging 10000; 3 Öl raw 700"),
        ("SELECT tier, material_id, quantity FROM recipe_materials", "raw 1 600; packaging 2 1000"),
        ("SELECT name, since FROM clients", "Анна Ёлкина 2024-01-04; анна ёлкина 2024-01-07"),
        (
            "SELECT id, number, client_id, sold_on, total_minor, channel FROM sales",
            "1 S-000001 1 2024-01-04 10000000000 shop; 2 S-000002 - 2024-01-05 4900 shop; \
             3 S-000003 1 2024-01-06 5000 shop; 4 S-000004 2 2024-01-07 5000 shop",
        ),
        ("SELECT pieces, price_minor, line_minor FROM sale_lines WHERE sale_id = 1", "2 5000000000 10000000000"),
        (
            "SELECT name, stock, price_minor, description, priced_on FROM showcase_items",
            "Kerze groß 5 5000000000 Schmelzen, gießen 🕯 2024-01-04",
        ),
        ("SELECT balance_minor FROM accounts WHERE id = 1", "10000005600"),
        ("SELECT id, total_minor, bought_on FROM purchases", "1 5000 2024-01-01; 2 3300 2024-01-02; 3 1000 2024-01-02"),
        // The 6 kg of the job came out of the older batch first.
        (
            "SELECT purchase_id, quantity, remaining, cost_minor FROM material_batches",
            "1 5000 0 5000; 2 3000 2000 3300; 3 20000 10000 1000; - 700 700 0",
        ),
        (
            "SELECT batch_id, reason, quantity FROM batch_movements",
            "1 before batches -5000; 2 before batches -1000; 3 before batches -10000",
        ),
        // 6 kg at 8300/8 and 10 pieces at 1000/20.
        (
            "SELECT state, pieces, started_on, finished_on, material_cost_minor FROM jobs",
            "finished 10 2024-01-03 2024-01-03 6725",
        ),
        ("SELECT rowid FROM client_search('ёлкина') ORDER BY 1", "1; 2"),
        ("SELECT rowid FROM showcase_search('giessen OR gießen')", "1"),
        ("SELECT item_id, old_minor, new_minor FROM price_changes", "1 - 5000000000"),
        ("SELECT count(*) FROM recipe_overheads", "3"),
        STOCK_IS_BATCHES,
        BATCHES_ARE_MOVEMENTS,
        BALANCES_ARE_OPERATIONS,
    ];
    check(BUSINESS, "0001", V1, &expected);
}

#[test]
fn from_the_second_release() {
    let expected = [
        ("SELECT * FROM clients", "5 Jörg Müßig 0221 j@example.org Köln rechts klingeln 2025-01-01"),
        ("SELECT number, client_id, discount_minor, total_minor, note FROM sales", "S-000009 5 100 1700 Geschenk 🎁"),
        ("SELECT sale_id, item_id, pieces, price_minor FROM sale_lines", "9 1 2 900"),
        ("SELECT id, balance_minor FROM accounts", "1 6700; 2 0; 3 -5000"),
        ("SELECT amount_minor, sale_id, purchase_id, note FROM cash_operations", "1700 9 - -; -5000 - 7 Rechnung 7"),
        ("SELECT id, number, total_minor FROM purchases", "7 P-000007 5000"),
        ("SELECT remaining FROM material_batches", "3000"),
        ("SELECT stock FROM showcase_items", "2"),
        ("SELECT rowid FROM client_search('köln')", "5"),
        STOCK_IS_BATCHES,
        BATCHES_ARE_MOVEMENTS,
        BALANCES_ARE_OPERATIONS,
    ];
    check(BUSINESS, "0002", V2, &expected);
}

#[test]
fn from_the_third_release() {
    let expected = [
        ("SELECT * FROM jobs", "1 1 finished 4 2025-02-02 2025-02-02 2400 0 -"),
        ("SELECT job_id, quantity FROM batch_movements", "1 -2000; 1 -4000"),
        ("SELECT remaining, best_before FROM material_batches", "3000 2027-01-01; 5000 -"),
        ("SELECT name, stock, priced_on FROM showcase_items", "Kerze 2 2025-02-03"),
        ("SELECT rowid FROM client_search('щукина')", "1"),
        (
            "SELECT recipe_id, norm_id, coefficient FROM recipe_overheads WHERE recipe_id = 2",
            "2 1 1000; 2 2 1000; 2 3 1000",
        ),
        ("SELECT total_minor, note FROM purchases", "5900 bar"),
        STOCK_IS_BATCHES,
        BATCHES_ARE_MOVEMENTS,
        BALANCES_ARE_OPERATIONS,
    ];
    check(BUSINESS, "0003", V3, &expected);
}

#[test]
fn from_the_first_release_of_personal_finance() {
    let expected = [
        (
            "SELECT name, currency, opening_minor, balance_minor FROM accounts",
            "Кошелёк RUB 10000 9500; Sparbuch EUR 5000000000 5000000700",
        ),
        (
            "SELECT o.id, c.name, o.amount_minor, o.note FROM operations o LEFT JOIN categories c ON c.id = o.category_id",
            "1 Еда -300 хлеб; 2 Еда -200 -; 3 - 700 Zinsen",
        ),
    ];
    check(PERSONAL_FINANCE, "0001", PERSONAL_V1, &expected);
}

/// Triggers that upgrading dropped and made again still keep the stock.
#[test]
fn stock_is_kept_after_an_upgrade() {
    let (_folder, database) = check(BUSINESS, "0001", V1, &[]);
    Connection::open(&database)
        .unwrap()
        .execute_batch(
            "
        INSERT INTO material_batches VALUES (10, 1, 1, 1000, 1000, 900, NULL);
        INSERT INTO jobs VALUES (2, 1, 'on the bench', 3, '2024-02-01', NULL, 0, 0, NULL);
        INSERT INTO batch_movements VALUES (10, 10, 2, 'job', -400, '2024-02-01');
        UPDATE jobs SET state = 'finished', finished_on = '2024-02-02' WHERE id = 2;
        INSERT INTO sale_lines (sale_id, item_id, pieces, price_minor) VALUES (2, 1, 4, 100);
        UPDATE sale_lines SET pieces = 3 WHERE sale_id = 2 AND price_minor = 100;
        DELETE FROM sale_lines WHERE sale_id = 2 AND price_minor = 4900;
        UPDATE showcase_items SET price_minor = 4200, priced_on = '2024-02-03', name = 'Свеча';",
        )
        .unwrap();
    assert_eq!(query(&database, "SELECT stock FROM materials WHERE id = 1"), "2600");
    assert_eq!(query(&database, "SELECT stock FROM showcase_items"), "6");
    assert_eq!(query(&database, "SELECT rowid FROM showcase_search('свеча')"), "1");
    assert_eq!(query(&database, "SELECT rowid FROM showcase_search('kerze')"), "");
    assert_eq!(query(&database, "SELECT old_minor, new_minor FROM price_changes WHERE id = 2"), "5000000000 4200");
}

/// A reference to nothing is found before the version is committed; the database stays as it was.
#[test]
fn a_migration_that_would_leave_orphans_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("orphans.db");
    create_at(BUSINESS, "0002", &database, "id-1", "Shop").unwrap();
    let orphan =
        "PRAGMA foreign_keys = OFF; INSERT INTO cash_operations VALUES (1, 1, 1, '2025-01-01', 5, 77, NULL, NULL)";
    Connection::open(&database).unwrap().execute_batch(orphan).unwrap();
    let before = shape(&database);
    let error = migrate(BUSINESS, &database).unwrap_err();
    assert!(matches!(&error, ErpError::Dangling { table, rows: 1, .. } if table == "cash_operations"), "{error}");
    assert_eq!(shape(&database), before);
    assert_eq!(query(&database, "SELECT max(version) FROM __diesel_schema_migrations"), "0002");
}

#[test]
fn the_profile_describes_the_databases() {
    let folder = tempfile::tempdir().unwrap();
    for profile in OmniCraft::new().profiles() {
        for version in &profile.versions {
            let database = folder.path().join(format!("{} {version}.db", profile.name));
            create_at(&profile.name, version, &database, "id-7", "Shop").unwrap();
            assert_eq!(query(&database, "PRAGMA application_id"), profile.application_id.to_string());
            assert_eq!(query(&database, &profile.version_sql), *version);
            assert_eq!(query(&database, &profile.identity_sql), "id-7");
            let blank = folder.path().join("blank.db");
            create_blank(&profile.name, version, &blank).unwrap();
            assert_eq!(shape(&blank), shape(&database), "the same schema, without an identity");
            assert_eq!(query(&blank, &profile.identity_sql), "");
            std::fs::remove_file(blank).unwrap();
        }
        let newest = folder.path().join(format!("{} {}.db", profile.name, profile.newest().unwrap()));
        let tables = query(&newest, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'");
        for table in tables.split("; ") {
            let named = profile.words.contains_key(table);
            let hidden = profile.hidden_tables.iter().any(|hidden| hidden == table);
            assert!(named != hidden, "{table} has either words or is hidden");
        }
        assert!(!profile.days.is_empty());
        for (table, column) in &profile.days {
            let found =
                format!("SELECT count(*) FROM pragma_table_info('{table}') WHERE name = '{column}' AND type = 'TEXT'");
            assert_eq!(query(&newest, &found), "1", "{table} has a column {column}");
            assert!(!profile.hidden_tables.contains(table), "{table} is shown");
        }
    }
}

#[test]
fn nothing_is_overwritten_created_or_downgraded() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("taken.db"), "").unwrap();
    std::fs::write(path("stale.db-wal"), "old pages").unwrap();
    std::fs::write(path("empty.db"), "").unwrap();
    std::fs::write(path("text.db"), "this is a letter, not a database, and it is longer than a header".repeat(20))
        .unwrap();
    create(PERSONAL_FINANCE, &path("personal.db"), "id", "Me").unwrap();
    create(BUSINESS, &path("newer.db"), "id", "Shop").unwrap();
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('0099')";
    Connection::open(path("newer.db")).unwrap().execute_batch(newer).unwrap();

    let refused = |result: Result<(), ErpError>, words: &str| {
        let error = result.unwrap_err().to_string();
        assert!(error.contains(words), "`{error}` should say `{words}`");
    };
    refused(create(BUSINESS, &path("taken.db"), "id", "Shop"), "is there already");
    refused(create(BUSINESS, &path("stale.db"), "id", "Shop"), "stale.db-wal is there already");
    refused(create(BUSINESS, &path("no folder/shop.db"), "id", "Shop"), "Check the folder");
    refused(create("omnicraft.cats", &path("cats.db"), "id", "Cats"), "OmniCraft has no schema omnicraft.cats");
    refused(create_blank(BUSINESS, "0004", &path("taken.db")), "is there already");
    refused(create_blank(BUSINESS, "0009", &path("v9.db")), "released versions are 0001, 0002, 0003, 0004");
    refused(create_at(BUSINESS, "0009", &path("v9.db"), "id", "Shop"), "released versions are 0001, 0002, 0003, 0004");
    refused(migrate(BUSINESS, &path("missing.db")), "Check the path");
    refused(migrate(BUSINESS, &path("empty.db")), "is not a database of the schema");
    refused(migrate(BUSINESS, &path("text.db")), "damaged or no database");
    refused(migrate(BUSINESS, &path("personal.db")), "is not a database of the schema omnicraft.business");
    refused(migrate(BUSINESS, &path("newer.db")), "0099 is newer than this program, which knows 0004");

    let mut names: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["empty.db", "newer.db", "personal.db", "stale.db-wal", "taken.db", "text.db"]);
    assert_eq!(std::fs::read(path("taken.db")).unwrap(), b"");
}

/// A power cut during a creation left its draft behind; the next attempt does not stumble over it.
#[test]
fn a_leftover_draft_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".shop.db.draft"), "half a database").unwrap();
    std::fs::write(folder.path().join(".shop.db.draft-wal"), "half a log").unwrap();
    create(BUSINESS, &folder.path().join("shop.db"), "id", "Shop").unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
