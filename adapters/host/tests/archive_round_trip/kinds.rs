//! Every kind of table, column and value, one after the other.

use crate::support::Trip;

#[track_caller]
fn check(sql: &str) {
    Trip::of("", sql).comes_back();
}

#[test]
fn values_of_every_type_in_columns_of_every_affinity() {
    check(
        "CREATE TABLE t (i INTEGER, r REAL, n NUMERIC, x TEXT, b BLOB, d DATE, untyped, k ANY);
         INSERT INTO t VALUES (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
         INSERT INTO t VALUES ('abc', 'abc', 'abc', 7, '7', '2026-11-22', '7', '7');
         INSERT INTO t VALUES (1.5, 2, '1.0', 1.0, 1.0, 20261122, 1.0, 1.0);
         INSERT INTO t VALUES (x'00', x'', x'00ff', x'00', x'', x'00', x'', x'00');
         INSERT INTO t VALUES ('', '', '', '', '', '', '', '');
         INSERT INTO t VALUES (9223372036854775807, 9223372036854775807, 9223372036854775807, 9223372036854775807,
                               9223372036854775807, -9223372036854775808, -9223372036854775808, 9007199254740993);
         INSERT INTO t VALUES (9e999, -9e999, 9e999, 9e999, -9e999, 9e999, -9e999, 1e308);
         INSERT INTO t VALUES (-0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, 5e-324);
         INSERT INTO t VALUES (0.1, 0.1, 1e21, 0.1, 123456789012345678.0, 1e21, 0.30000000000000004, 1e22);",
    );
}

#[test]
fn text_that_looks_like_something_else() {
    check(
        "CREATE TABLE t (a TEXT, b, c NUMERIC);
         INSERT INTO t VALUES ('=1+1', '=1+1', '=1+1'), ('+1', '+1', '+x'), ('-1', '-1', '-x'), ('@x', '@x', '@x'),
           ('''', '''', ''''), ('''''', '''''', ''''''), ('x''00''', 'x''00''', 'x''00'''), ('i''1''', 'i''1''', 'i''1'''),
           ('t''41''', 't''41''', 't''41'''), ('r''1.0''', 'r''1.0''', 'r''1.0'''), ('007', '007', '7a'), ('1e5', '1e5', '1x5'),
           ('inf', 'inf', 'inf'), ('-inf', '-inf', '-inf'), ('NULL', 'NULL', 'NULL'), (' ', ' ', ' '),
           ('12345678901234567890', '12345678901234567890', 'x'), ('a' || char(0) || 'b', 'a' || char(0) || 'b', char(0)),
           (char(13, 10), char(10), char(13)), (char(9), char(9), char(9)), ('\"', '\"\"', '\",\"'), (',', ',,', ',' || char(10)),
           (char(0xfeff), char(0xfeff) || 'x', char(0xfeff)), ('😀', 'é', '日本'), (char(0x85), char(0x2028), char(27)),
           (CAST(x'ff' AS TEXT), CAST(x'c328' AS TEXT), CAST(x'80' AS TEXT));
         INSERT INTO t VALUES ('Robert''); DROP TABLE t;--', '1; DELETE FROM t', '\" OR 1=1')",
    );
}

#[test]
fn rowids_that_nobody_declared() {
    check("CREATE TABLE t (a); INSERT INTO t (rowid, a) VALUES (30, 'c'), (-1, 'a'), (9223372036854775807, 'b')");
    check("CREATE TABLE t (rowid TEXT, a); INSERT INTO t (_rowid_, rowid, a) VALUES (3, 'x', 'y')");
    check("CREATE TABLE t (rowid, _rowid_); INSERT INTO t (oid, rowid, _rowid_) VALUES (3, 1, 2)");
    check("CREATE TABLE t (rowid, _rowid_, oid); INSERT INTO t VALUES (3, 1, 2), (1, 1, 1)");
    check("CREATE TABLE t (rowid INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (5, 1), (2, 2)");
    check(
        "CREATE TABLE t (id INTEGER PRIMARY KEY DESC, a); INSERT INTO t (rowid, id, a) VALUES (7, 9, 'b'), (8, 2, 'a')",
    );
    check("CREATE TABLE t (id INT PRIMARY KEY, a); INSERT INTO t (rowid, id, a) VALUES (7, NULL, 'b'), (8, NULL, 'a')");
}

#[test]
fn rows_stored_by_their_key() {
    check(
        "CREATE TABLE t (a TEXT, b INT, c, PRIMARY KEY (b DESC, a COLLATE NOCASE)) WITHOUT ROWID;
         CREATE INDEX i ON t (c);
         INSERT INTO t VALUES ('b', 1, 3), ('A', 1, 2), ('a', 2, 1), ('B', 2, 0)",
    );
    check(
        "CREATE TABLE t (v, k PRIMARY KEY) WITHOUT ROWID; INSERT INTO t VALUES (1, x'00'), (2, 'a'), (3, 5), (4, 0.5)",
    );
}

#[test]
fn strict_tables() {
    check(
        "CREATE TABLE t (i INT, g INTEGER, r REAL, x TEXT, b BLOB, a ANY) STRICT;
         INSERT INTO t VALUES (1, 2, 3, '4', x'05', '6'), (NULL, 2, 2.5, '007', x'', 7), (1, 1, -0.0, '', x'00', 1.0),
                              (1, 1, 9e999, 'x', NULL, x'00');
         CREATE TABLE w (k ANY PRIMARY KEY, v TEXT NOT NULL) STRICT, WITHOUT ROWID;
         INSERT INTO w VALUES (1, 'a'), ('1', 'b'), (x'31', 'c'), (1.5, 'd')",
    );
}

#[test]
fn computed_columns() {
    check(
        "CREATE TABLE t (a INT, twice AS (a * 2) UNIQUE, b TEXT, thrice INT GENERATED ALWAYS AS (a * 3) STORED, id INTEGER PRIMARY KEY,
                         CHECK (thrice < 100));
         CREATE INDEX by_thrice ON t (thrice, upper(b)) WHERE twice > 2;
         INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y'), (NULL, 'z')",
    );
}

#[test]
fn counted_keys() {
    check(
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a); INSERT INTO t VALUES (41, 'x'), (77, 'y');
         DELETE FROM t WHERE id = 77; CREATE TABLE u (id INTEGER PRIMARY KEY AUTOINCREMENT);
         CREATE TABLE v (id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO v VALUES (1); DELETE FROM v",
    );
    // Nothing counts any more, but the table of counts stays, with whatever somebody wrote into it.
    check("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT); DROP TABLE t; CREATE TABLE u (a)");
    check(
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO t VALUES (5);
         UPDATE sqlite_sequence SET seq = 'many'; INSERT INTO sqlite_sequence (rowid, name, seq) VALUES (9, 'ghost', 3.5)",
    );
}

#[test]
fn triggers_do_not_fire_and_views_stay() {
    check(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a); CREATE TABLE log (what);
         CREATE VIEW v AS SELECT a, count(*) AS n FROM t GROUP BY a;
         CREATE TRIGGER noted AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a || '; still one statement'); END;
         CREATE TRIGGER refused BEFORE INSERT ON t WHEN new.a = 'bad' BEGIN SELECT RAISE(ABORT, 'no'); END;
         CREATE TRIGGER through INSTEAD OF INSERT ON v BEGIN INSERT INTO t (a) VALUES (new.a); END;
         INSERT INTO v (a) VALUES ('x'), ('y'); DROP TRIGGER refused; INSERT INTO t (a) VALUES ('bad');
         CREATE TRIGGER refused BEFORE INSERT ON t WHEN new.a = 'bad' BEGIN SELECT RAISE(ABORT, 'no'); END;
         CREATE VIEW broken AS SELECT missing FROM nowhere",
    );
}

#[test]
fn full_text_indexes_of_every_make() {
    check(
        "CREATE TABLE docs (id INTEGER PRIMARY KEY, title TEXT, body TEXT);
         INSERT INTO docs VALUES (1, 'bread', 'flour and water'), (2, 'мёд', 'пчёлы');
         CREATE VIRTUAL TABLE own USING fts5(title, body, tokenize = 'porter unicode61', prefix = '2 3');
         CREATE VIRTUAL TABLE of_docs USING fts5(title, body, content = 'docs', content_rowid = 'id');
         CREATE VIRTUAL TABLE no_text USING fts5(body, content = '');
         CREATE VIRTUAL TABLE deletable USING fts5(body, content = '', contentless_delete = 1);
         CREATE VIRTUAL TABLE tri USING fts5(body, tokenize = 'trigram');
         CREATE VIRTUAL TABLE old USING fts4(body, notindexed=body, tokenize=unicode61);
         CREATE VIRTUAL TABLE oldest USING fts3(body);
         CREATE VIRTUAL TABLE words USING fts5vocab(own, 'row');
         INSERT INTO own VALUES ('a', 'running runners ran'), ('b', 'ÄÖÜ'); DELETE FROM own WHERE rowid = 1;
         INSERT INTO of_docs (of_docs) VALUES ('rebuild'); INSERT INTO no_text (rowid, body) VALUES (5, 'five words are in here');
         INSERT INTO deletable (rowid, body) VALUES (1, 'one'), (2, 'two'); DELETE FROM deletable WHERE rowid = 1;
         INSERT INTO tri VALUES ('abcdef'); INSERT INTO old VALUES ('old text'); INSERT INTO oldest VALUES ('older text');
         INSERT INTO oldest (oldest) VALUES ('automerge=2');",
    );
}

#[test]
fn trees_of_boxes() {
    check(
        "CREATE VIRTUAL TABLE boxes USING rtree(id, l, r, +name TEXT); CREATE VIRTUAL TABLE whole USING rtree_i32(id, l, r);
         INSERT INTO boxes VALUES (1, 0.5, 2, 'one'), (7, -1, 1e9, NULL);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) INSERT INTO whole SELECT i, i, i + 5 FROM n",
    );
}

#[test]
fn names_of_all_kinds() {
    check(
        "CREATE TABLE \"select\" (\"from\" INTEGER PRIMARY KEY, \"a\"\"b\" TEXT, [c d], `e.f`, \"\", \"=1+1\", \"ü😀\", \"x'00'\");
         INSERT INTO \"select\" VALUES (1, 2, 3, 4, 5, 6, 7, 8);
         CREATE TABLE \"../../x\" (a); CREATE TABLE \"con.csv\" (a); CREATE TABLE \"a\nb\" (\"c\nd\"); CREATE TABLE \"tab\"\"le\" (a UNIQUE);
         CREATE TABLE \"t; DROP TABLE select\" (a); CREATE TABLE \"Ä\" (ä); CREATE TABLE \"ä\" (a);
         CREATE INDEX \"in\"\"dex\" ON \"tab\"\"le\" (a DESC); CREATE TABLE sheet (\"a\" TEXT, \"A \" TEXT);
         INSERT INTO \"tab\"\"le\" VALUES ('x'); INSERT INTO \"a\nb\" VALUES (1)",
    );
}

#[test]
fn rules_defaults_and_collations() {
    check(
        "CREATE TABLE parent (id INTEGER PRIMARY KEY, code TEXT COLLATE NOCASE UNIQUE ON CONFLICT REPLACE);
         CREATE TABLE child (p TEXT REFERENCES parent (code) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
             n INT NOT NULL ON CONFLICT REPLACE DEFAULT 5 CHECK (n > 0), s TEXT DEFAULT (lower('ABC')),
             u UNIQUE ON CONFLICT IGNORE, CONSTRAINT pair UNIQUE (p, n) ON CONFLICT ROLLBACK);
         CREATE UNIQUE INDEX caseless ON child (s COLLATE NOCASE, n) WHERE s IS NOT NULL;
         CREATE INDEX computed ON child (length(s), n + 1 DESC);
         INSERT INTO parent VALUES (1, 'Abc'), (2, NULL); INSERT INTO child (p) VALUES ('aBC'); INSERT INTO child VALUES (NULL, 7, NULL, 1)",
    );
}

#[test]
fn tables_changed_after_they_were_made() {
    check(
        "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);
         ALTER TABLE t ADD COLUMN late TEXT DEFAULT 'then'; INSERT INTO t VALUES (2, NULL);
         ALTER TABLE t RENAME COLUMN late TO later; ALTER TABLE t RENAME TO \"renamed table\";
         CREATE TABLE copied AS SELECT *, 1.5 AS half FROM \"renamed table\";
         CREATE TABLE gone (a); DROP TABLE gone; ALTER TABLE copied DROP COLUMN half",
    );
}

#[test]
fn nothing_at_all() {
    check("CREATE TABLE empty (a); CREATE TABLE also_empty (k PRIMARY KEY) WITHOUT ROWID");
    check("CREATE TABLE t (a); ANALYZE; INSERT INTO t VALUES (1); CREATE INDEX i ON t (a); ANALYZE");
}

#[test]
fn files_of_every_make() {
    let sql = "CREATE TABLE t (k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO t VALUES ('Ä 😀', 'ü'), ('a', x'00'), ('', ''), ('﷐', '');
               CREATE TABLE u (a TEXT UNIQUE); INSERT INTO u VALUES ('z'), ('ж'), (char(0xffff)), ('😀')";
    for pragmas in [
        "PRAGMA encoding = 'UTF-16le'; PRAGMA page_size = 512",
        "PRAGMA encoding = 'UTF-16be'; PRAGMA auto_vacuum = 1",
        "PRAGMA page_size = 65536; PRAGMA auto_vacuum = 2; PRAGMA application_id = -7; PRAGMA user_version = 2147483647",
    ] {
        Trip::of(pragmas, sql).comes_back();
    }
}

/// A vacuum writes the shadow tables of a virtual table before the virtual table itself.
#[test]
fn a_vacuumed_database() {
    let trip = Trip::of(
        "",
        "CREATE VIRTUAL TABLE s USING fts5(a); CREATE VIEW v AS SELECT a FROM s; CREATE TABLE t (a); CREATE INDEX i ON t (a);
         INSERT INTO s VALUES ('x'); INSERT INTO t VALUES (1), (2)",
    );
    rusqlite::Connection::open(trip.original()).unwrap().execute_batch("VACUUM").unwrap();
    trip.pack();
    trip.comes_back();
}

/// SQLite takes a table without a name: its archive was refused.
#[test]
fn a_table_with_the_empty_name() {
    Trip::of("", "CREATE TABLE \"\" (a TEXT); INSERT INTO \"\" VALUES ('lamp')").comes_back();
}
