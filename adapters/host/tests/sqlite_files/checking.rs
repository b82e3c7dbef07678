//! Verification of sealed files, good, odd and bad.

use std::path::Path;

use expect_test::{Expect, expect};
use omnicraft_core::effect::Depth;
use omnicraft_core::model::{FileStamp, Level, SchemaProfile};
use omnicraft_core::outcome::{FailureKind, Verification};
use omnicraft_host::error::{Result, Stop};
use omnicraft_host::sqlite::integrity::verify;
use omnicraft_host::sqlite::schema::{TableKind, fingerprint, tables};
use rusqlite::Connection;

use crate::support::{EVERY_KIND, Folder, PLAIN, ROWS_OF_EVERY_KIND, Watch, fails, quietly, run, watched};

fn verified(file: &Path, depth: Depth, profile: Option<&SchemaProfile>) -> Result<Verification> {
    let stamp = FileStamp { size: 5, ..FileStamp::default() };
    quietly(|progress| verify(&PLAIN, file, depth, profile, &|_| Ok("digest".to_owned()), stamp, progress))
}

#[track_caller]
fn check(file: &Path, expected: &Expect) {
    let found = verified(file, Depth::Sound, None).expect("verify");
    expected.assert_eq(&format!("{:?}: {}", found.level, found.problems.join("; ")));
}

#[test]
fn any_good_database_is_proven_and_described() {
    for setting in ["page_size = 512", "page_size = 65536", "encoding = 'UTF-16le'", "journal_mode = wal"] {
        let folder = Folder::new();
        let file = folder.database("a.db", &format!("PRAGMA {setting}; {EVERY_KIND}"));
        let found = verified(&file, Depth::Proven, None).expect("verify");
        assert_eq!(found.problems, [""; 0]);
        assert_eq!((found.level, found.digest.as_str(), found.stamp.size), (Some(Level::Proven), "digest", 5));
        let rows: Vec<_> = found.facts.rows.iter().map(|(name, rows)| (name.as_str(), *rows)).collect();
        assert_eq!(rows, ROWS_OF_EVERY_KIND);
        assert_eq!((found.facts.user_version, found.facts.application_id), (42, 0));
        assert_eq!(found.facts.journal_mode, "");
        assert_eq!(found.facts.fingerprint.len(), 64);
        assert_eq!(folder.names(), ["a.db"], "looking leaves nothing");
        let sound = verified(&file, Depth::Sound, None).expect("verify");
        assert_eq!((sound.level, sound.facts), (Some(Level::Sound), found.facts));
    }
}

#[test]
fn a_digest_needs_no_look_at_the_content() {
    let found = verified(Path::new("/nowhere"), Depth::Digest, None).expect("verify");
    assert_eq!((found.level, found.digest.as_str(), found.problems.len()), (None, "digest", 0));
}

#[test]
fn a_missing_file_is_a_failure() {
    fails(verified(Path::new("/nowhere/a.db"), Depth::Sound, None), FailureKind::Missing, "no such file");
}

/// A database with a search that keeps no content of its own could not be backed up: SQLite's check has nothing to
/// compare its index with, and says so as if it were a fault.
#[test]
fn a_search_without_content_is_no_problem() {
    let folder = Folder::new();
    let search = "CREATE VIRTUAL TABLE search USING fts4 (content='', body); INSERT INTO search (docid, body) VALUES (1, 'apple')";
    check(&folder.database("a.db", search), &expect!["Some(Sound): "]);
}

#[test]
fn files_that_are_no_databases_have_problems() {
    let folder = Folder::new();
    let file = folder.path("a.db");
    std::fs::write(&file, "").expect("write");
    check(&file, &expect!["None: the file is empty (0 bytes)"]);
    std::fs::write(&file, "Dear diary").expect("write");
    check(&file, &expect!["None: it is not an SQLite database"]);
    std::fs::write(&file, [0; 8192]).expect("write");
    check(&file, &expect!["None: it is not an SQLite database"]);
}

/// 200 rows on many small pages.
fn filled(folder: &Folder) -> std::path::PathBuf {
    folder.database(
        "a.db",
        "PRAGMA page_size = 512; CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); CREATE INDEX i ON t (v);
         WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 200)
         INSERT INTO t SELECT i, 'value ' || i FROM c",
    )
}

#[test]
fn a_truncated_file_has_problems() {
    let folder = Folder::new();
    let file = filled(&folder);
    let whole = std::fs::read(&file).expect("read");
    for length in [1, 99, 511, 512, 1024, whole.len() / 2, whole.len() - 512, whole.len() - 1] {
        std::fs::write(&file, &whole[..length]).expect("write");
        let found = verified(&file, Depth::Sound, None).expect("verify");
        assert_eq!(found.level, None, "{length} bytes");
        assert!(!found.problems.is_empty(), "{length} bytes");
    }
}

#[test]
fn a_ruined_page_has_problems_wherever_it_is() {
    let folder = Folder::new();
    let file = filled(&folder);
    let whole = std::fs::read(&file).expect("read");
    for page in 0..whole.len() / 512 {
        let mut ruined = whole.clone();
        ruined[page * 512..(page + 1) * 512].fill(0xa5);
        std::fs::write(&file, &ruined).expect("write");
        let found = verified(&file, Depth::Sound, None).expect("verify");
        assert!(found.level.is_none() && !found.problems.is_empty(), "page {page}");
        assert!(found.problems.len() <= 30, "{} problems", found.problems.len());
    }
}

#[test]
fn an_index_that_disagrees_is_found_by_the_proof_alone() {
    let folder = Folder::new();
    let file = filled(&folder);
    let mut bytes = std::fs::read(&file).expect("read");
    let at = bytes.windows(9).rposition(|window| window == b"value 199").expect("the index's copy");
    bytes[at + 8] = b'8';
    std::fs::write(&file, bytes).expect("write");
    assert_eq!(verified(&file, Depth::Sound, None).expect("verify").level, Some(Level::Sound));
    let proof = verified(&file, Depth::Proven, None).expect("verify");
    assert_eq!(proof.level, None);
    assert!(proof.problems[0].contains("index i"), "{:?}", proof.problems);
}

#[test]
fn changes_that_wait_beside_the_file_are_not_ignored() {
    let folder = Folder::new();
    let file = folder.database("a.db", "CREATE TABLE t (v)");
    std::fs::write(folder.path("a.db-wal"), "").expect("write");
    check(&file, &expect!["Some(Sound): "]);
    std::fs::write(folder.path("a.db-wal"), "committed").expect("write");
    check(
        &file,
        &expect![
            "None: changes that are not in the file yet lie beside it, in the file that ends in -wal; open and close it once with the program that made it"
        ],
    );
}

/// What its own app brings along, nobody else has. An adopted database must not be condemned for it.
#[test]
fn what_we_lack_is_left_out() {
    let folder = Folder::new();
    let file = folder.path("a.db");
    let app = Connection::open(&file).expect("open");
    app.create_scalar_function("house", 1, rusqlite::functions::FunctionFlags::SQLITE_DETERMINISTIC, |call| {
        call.get::<i64>(0)
    })
    .expect("function");
    app.execute_batch(
        "CREATE TABLE plain (v); INSERT INTO plain VALUES (1), (2);
         CREATE TABLE ours (v CHECK (house(v) > 0), w AS (house(v))); INSERT INTO ours (v) VALUES (1);
         CREATE INDEX by_house ON ours (house(v));
         CREATE TABLE sorted (name TEXT PRIMARY KEY); INSERT INTO sorted VALUES ('a');
         CREATE TABLE packed (name TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO packed VALUES ('a');
         CREATE VIRTUAL TABLE search USING fts5 (body);
         PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, 'TEXT', 'TEXT COLLATE shop') WHERE name IN ('sorted', 'packed');
         UPDATE sqlite_schema SET sql = replace(sql, 'fts5 (body)', 'shopsearch (body)') WHERE name = 'search';",
    )
    .expect("schema");
    drop(app);
    for depth in [Depth::Sound, Depth::Proven] {
        let found = verified(&file, depth, None).expect("verify");
        assert_eq!(found.problems, [""; 0]);
        assert_eq!(found.level, Some(Level::Sound), "what was left out is not proven");
        assert_eq!(found.facts.rows.get("plain"), Some(&2));
        assert_eq!(found.facts.rows.get("sorted"), Some(&1), "counted without its index");
        assert_eq!(found.facts.rows.get("ours"), Some(&1));
    }
    // Damage is still found in what can be checked.
    let mut bytes = std::fs::read(&file).expect("read");
    bytes[4096..8192].fill(0xa5);
    std::fs::write(&file, bytes).expect("write");
    assert_eq!(verified(&file, Depth::Sound, None).expect("verify").level, None);
}

#[test]
fn broken_rules_of_an_app_are_its_own_affair() {
    let folder = Folder::new();
    let file = folder.database(
        "a.db",
        "PRAGMA foreign_keys = OFF;
         CREATE TABLE parent (id INTEGER PRIMARY KEY);
         CREATE TABLE child (id INTEGER PRIMARY KEY, p REFERENCES parent (id), q REFERENCES gone (id));
         INSERT INTO child VALUES (1, 1, NULL), (2, NULL, 5), (3, 3, 3), (4, NULL, NULL);
         CREATE TABLE t (v); INSERT INTO t VALUES (NULL);
         PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE t (v NOT NULL)' WHERE name = 't'",
    );
    let adopted = verified(&file, Depth::Sound, None).expect("verify");
    assert_eq!((adopted.level, adopted.facts.foreign_key_violations), (Some(Level::Sound), 4));
    let profile = SchemaProfile::default();
    let ours = verified(&file, Depth::Sound, Some(&profile)).expect("verify");
    assert_eq!(ours.problems, ["SQLite's check says: NULL value in t.v"]);
}

#[test]
fn a_mismatched_foreign_key_does_not_hide_the_others() {
    let folder = Folder::new();
    let file = folder.database(
        "a.db",
        "PRAGMA foreign_keys = OFF;
         CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT);
         CREATE TABLE odd (n REFERENCES parent (name)); INSERT INTO odd VALUES ('x');
         CREATE TABLE child (p REFERENCES parent (id)); INSERT INTO child VALUES (9)",
    );
    let found = verified(&file, Depth::Proven, None).expect("verify");
    assert_eq!((found.level, found.facts.foreign_key_violations), (Some(Level::Proven), 1));
}

#[test]
fn the_profile_asks_for_version_and_identity() {
    let folder = Folder::new();
    let profile = SchemaProfile {
        version_sql: "SELECT max(version) FROM migrations".to_owned(),
        identity_sql: "SELECT v FROM settings WHERE k = 'identity'".to_owned(),
        ..SchemaProfile::default()
    };
    let file = folder.database(
        "a.db",
        "CREATE TABLE migrations (version); INSERT INTO migrations VALUES ('2024-01'), ('2025-02');
         CREATE TABLE settings (k, v); INSERT INTO settings VALUES ('identity', 'shop-7')",
    );
    let facts = verified(&file, Depth::Sound, Some(&profile)).expect("verify").facts;
    assert_eq!((facts.schema_version.as_deref(), facts.identity.as_deref()), (Some("2025-02"), Some("shop-7")));
    let other = folder.database("b.db", "CREATE TABLE t (v)");
    let found = verified(&other, Depth::Sound, Some(&profile)).expect("verify");
    assert_eq!((found.facts.schema_version, found.facts.identity), (None, None));
    assert_eq!(found.level, Some(Level::Sound));
}

#[test]
fn two_thousand_tables_are_checked() {
    let folder = Folder::new();
    let one: String =
        (0..2000).map(|n| format!("CREATE TABLE t{n} (a, b PRIMARY KEY); INSERT INTO t{n} VALUES (1, {n});")).collect();
    let file = folder.database("a.db", &format!("BEGIN; {one} COMMIT"));
    let watch = Watch::default();
    let found = watched(&watch, |progress| {
        verify(&PLAIN, &file, Depth::Proven, None, &|_| Ok(String::new()), FileStamp::default(), progress)
    })
    .expect("verify");
    assert_eq!((found.level, found.facts.rows.len(), found.facts.total_rows()), (Some(Level::Proven), 2000, 2000));
}

#[test]
fn a_long_check_can_be_cancelled() {
    let folder = Folder::new();
    let file = filled(&folder);
    for stop_after in 0..3 {
        let watch = Watch { stop_after: Some(stop_after), ..Watch::default() };
        let stopped = watched(&watch, |progress| {
            verify(&PLAIN, &file, Depth::Proven, None, &|_| Ok(String::new()), FileStamp::default(), progress)
        });
        assert!(matches!(stopped, Err(Stop::Cancelled)), "{stopped:?}");
    }
}

#[test]
fn the_fingerprint_follows_the_schema_and_nothing_else() {
    let print = |sql: &str| {
        let connection = Connection::open_in_memory().expect("open");
        connection.execute_batch(sql).expect(sql);
        fingerprint(&connection).expect("fingerprint")
    };
    let base = print("CREATE TABLE a (x INTEGER PRIMARY KEY AUTOINCREMENT, y); CREATE INDEX i ON a (y)");
    let same = "CREATE INDEX i ON a(y) ; INSERT INTO a (y) VALUES (1); ANALYZE";
    assert_eq!(base, print(&format!("CREATE TABLE a(x INTEGER PRIMARY KEY -- number\n AUTOINCREMENT,  y);{same}")));
    assert_ne!(base, print("CREATE TABLE a (x INTEGER PRIMARY KEY AUTOINCREMENT, y)"));
    assert_ne!(base, print("CREATE TABLE a (x INTEGER PRIMARY KEY AUTOINCREMENT, z); CREATE INDEX i ON a (z)"));
    assert_ne!(print("CREATE TABLE a (x DEFAULT ' ')"), print("CREATE TABLE a (x DEFAULT '  ')"));
}

#[test]
fn tables_are_described() {
    let folder = Folder::new();
    let file = folder.path("a.db");
    run(&file, EVERY_KIND);
    run(&file, "CREATE TABLE backwards (id INTEGER PRIMARY KEY DESC)");
    let found = tables(&Connection::open(&file).expect("open")).expect("tables");
    let of = |name: &str| found.iter().find(|table| table.name == name).unwrap_or_else(|| panic!("no {name}"));
    assert!(of("keyed").key_is_rowid && !of("text_key").key_is_rowid && !of("bare").key_is_rowid);
    assert!(!of("backwards").key_is_rowid && !of("pairs").key_is_rowid);
    assert_eq!(of("pairs").primary_key, ["b", "a"]);
    assert_eq!(of("search").kind, TableKind::Virtual);
    assert_eq!(of("search_data").kind, TableKind::Shadow);
    assert_eq!(of("boxes_node").kind, TableKind::Shadow);
    assert_eq!(of("pairs").kind, TableKind::WithoutRowid);
    let kinds: Vec<_> = of("computed").columns.iter().map(|column| format!("{:?}", column.kind)).collect();
    assert_eq!(kinds, ["Plain", "Plain", "StoredGenerated", "VirtualGenerated"]);
    assert!(!found.iter().any(|table| table.name.starts_with("sqlite_") || table.name == "cheap"));
}
