//! The schema of an archive that the user trusts: statements that create, and nothing else.

use expect_test::expect;
use omnicraft_host::archive::load::Source;

use crate::support::{Trip, report};

const BOOKS: &str = "CREATE TABLE sale (id INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT CHECK (length(what) > 0), upper AS (upper(what)));
     CREATE UNIQUE INDEX by_what ON sale (lower(what)) WHERE what <> 'none';
     CREATE VIEW things AS SELECT DISTINCT what FROM sale;
     CREATE TABLE log (what); CREATE TRIGGER noted AFTER INSERT ON sale BEGIN INSERT INTO log VALUES (new.what); END;
     CREATE VIRTUAL TABLE search USING fts5(what); CREATE VIRTUAL TABLE old USING fts4(what);
     CREATE VIRTUAL TABLE oldest USING fts3(what); CREATE VIRTUAL TABLE boxes USING rtree(id, l, r);
     CREATE TABLE w (k TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
     INSERT INTO sale (what) VALUES ('lamp'), ('chair'); INSERT INTO search VALUES ('lamp');
     INSERT INTO boxes VALUES (1, 2, 3); INSERT INTO old VALUES ('x'); INSERT INTO oldest VALUES ('y')";

#[test]
fn everything_that_a_database_can_have() {
    let trip = Trip::of("PRAGMA application_id = 7; PRAGMA user_version = 3", BOOKS);
    assert_eq!(report(&trip.load_with(&[Source::Archive])), "");
    trip.is_equal_but_for_order();
}

/// What is said of an archive in whose schema this text takes the place of the statement of `log`.
fn said(sql: &str) -> String {
    let trip = Trip::of("", "CREATE TABLE log (what); CREATE TABLE sale (id INTEGER PRIMARY KEY)");
    let to = serde_json::to_string(sql).unwrap();
    trip.edit("manifest.json", |text| text.replace("\"CREATE TABLE log (what)\"", &to));
    let before = std::fs::read_dir(trip.path("")).unwrap().count();
    let said = report(&trip.load_with(&[Source::Archive]));
    assert_eq!(std::fs::read_dir(trip.path("")).unwrap().count(), before + 1, "only the empty file is new");
    let reason = said.strip_prefix("no schema that its tables could be built of is known here\n");
    reason.unwrap_or(&said).replace("the schema in the archive: its table “log” is refused: ", "  ")
}

#[test]
fn statements_that_do_something_else_are_refused() {
    let deep = format!("CREATE TABLE log (what CHECK ({}1))", "NOT ".repeat(900));
    let statements = [
        "",
        "DROP TABLE sale",
        "create table log (what)",
        "ATTACH 'file:///tmp/stolen.db' AS log",
        "CREATE TEMP TABLE log (what)",
        "CREATE TABLE temp.log (what)",
        "CREATE TABLE other (what)",
        "CREATE TABLE sale (what)",
        "CREATE TABLE log (what); CREATE TABLE log2 (a)",
        "CREATE TABLE log (what); ATTACH 'stolen.db' AS log",
        "CREATE TABLE log (what) -- and\n; PRAGMA writable_schema = ON",
        "CREATE TABLE log AS SELECT * FROM sqlite_schema",
        "CREATE VIRTUAL TABLE log USING fts5vocab(sale, 'row')",
        "CREATE VIRTUAL TABLE log USING dbstat",
        "CREATE TABLE log (what CHECK (load_extension('x.so')))",
        "CREATE TABLE log (what, x AS (fts3_tokenizer('simple', x'00')))",
        &deep,
    ];
    let mut all = String::new();
    for sql in statements {
        all.push_str(&format!("{}\n{}", sql.chars().take(70).collect::<String>(), said(sql)));
    }
    expect![[r#"

          it is no CREATE statement of a kind that belongs into a schema
        DROP TABLE sale
          it is no CREATE statement of a kind that belongs into a schema
        create table log (what)
          it is no CREATE statement of a kind that belongs into a schema
        ATTACH 'file:///tmp/stolen.db' AS log
          it is no CREATE statement of a kind that belongs into a schema
        CREATE TEMP TABLE log (what)
          it is no CREATE statement of a kind that belongs into a schema
        CREATE TABLE temp.log (what)
          its statement does more than to create a part of a schema
        CREATE TABLE other (what)
          its statement makes something else than it says
        CREATE TABLE sale (what)
          its statement makes something else than it says
        CREATE TABLE log (what); CREATE TABLE log2 (a)
          Multiple statements provided
        CREATE TABLE log (what); ATTACH 'stolen.db' AS log
          its statement does more than to create a part of a schema
        CREATE TABLE log (what) -- and
        ; PRAGMA writable_schema = ON
          its statement does more than to create a part of a schema
        CREATE TABLE log AS SELECT * FROM sqlite_schema
          its statement does more than to create a part of a schema
        CREATE VIRTUAL TABLE log USING fts5vocab(sale, 'row')
          its statement does more than to create a part of a schema
        CREATE VIRTUAL TABLE log USING dbstat
          its statement does more than to create a part of a schema
        CREATE TABLE log (what CHECK (load_extension('x.so')))
          not authorized to use function: load_extension
        CREATE TABLE log (what, x AS (fts3_tokenizer('simple', x'00')))
          not authorized to use function: fts3_tokenizer
        CREATE TABLE log (what CHECK (NOT NOT NOT NOT NOT NOT NOT NOT NOT NOT 
          Expression tree is too large (maximum depth 200)
    "#]]
    .assert_eq(&all);
}
