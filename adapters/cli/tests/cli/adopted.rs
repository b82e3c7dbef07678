//! Any SQLite database, adopted where it is.

use std::fs;

use expect_test::expect;

use crate::world::{World, count};

/// A home without workspaces, and a database made by this SQL.
fn with(sql: &str) -> World {
    let world = World::nothing();
    world.run("init").ends(0);
    world.run("--yes workspace remove my-workshop").ends(0);
    world.sql("any.db", sql);
    world
}

fn adopt(world: &World) {
    world.run(&format!("workspace add Any --db {}", world.path("any.db").display())).ends(0);
}

/// Opens, loses `table`'s rows, is told so, goes back, and has them again.
#[track_caller]
fn check(sql: &str, table: &str, rows: i64) {
    let world = with(sql);
    adopt(&world);
    world.run("open").ends(0);
    world.sql("any.db", &format!("DELETE FROM {table}"));
    let looked = world.json("preview auto_daily");
    assert_eq!(looked["tables"][0]["added"], rows, "{looked}");
    comes_back(&world, table, rows);
}

#[track_caller]
fn comes_back(world: &World, table: &str, rows: i64) {
    world.run("--yes restore auto_daily").ends(0);
    assert_eq!(count(&world.path("any.db"), table), rows);
    world.run("verify").ends(0);
    world.run("drill").ends(0);
}

#[test]
fn a_full_text_search_and_its_words() {
    let world = with("CREATE VIRTUAL TABLE t USING fts5 (body); INSERT INTO t VALUES ('words to find')");
    adopt(&world);
    world.run("open").ends(0);
    world.sql("any.db", "DELETE FROM t");
    let looked = world.json("preview auto_daily");
    assert_eq!(looked["tables"][0]["added"], 1, "{looked}");
    comes_back(&world, "t WHERE t MATCH 'find'", 1);
}

#[test]
fn a_write_ahead_log_and_a_rollback_journal() {
    check("PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1), (2)", "t", 2);
    check("PRAGMA journal_mode = DELETE; CREATE TABLE t (x); INSERT INTO t VALUES (1), (2)", "t", 2);
}

#[test]
fn a_restored_database_keeps_its_journal_mode() {
    for mode in ["wal", "delete"] {
        let world = with(&format!("PRAGMA journal_mode = {mode}; CREATE TABLE t (x); INSERT INTO t VALUES (1)"));
        adopt(&world);
        world.run("open").ends(0);
        world.sql("any.db", "DELETE FROM t");
        world.run("--yes restore auto_daily").ends(0);
        let connection = rusqlite::Connection::open(world.path("any.db")).unwrap();
        let now: String = connection.query_row("PRAGMA journal_mode", (), |row| row.get(0)).unwrap();
        assert_eq!(now, mode);
    }
}

#[test]
fn small_pages_and_large_ones() {
    for size in [512, 65536] {
        check(&format!("PRAGMA page_size = {size}; CREATE TABLE t (x); INSERT INTO t VALUES (1)"), "t", 1);
    }
}

#[test]
fn every_kind_of_table() {
    check("CREATE TABLE t (a, b); INSERT INTO t VALUES (1, NULL), (1, NULL), (x'00ff', '')", "t", 3);
    check("CREATE TABLE t (k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO t VALUES ('a', 1)", "t", 1);
    check("CREATE TABLE t (k INTEGER PRIMARY KEY, v TEXT NOT NULL) STRICT; INSERT INTO t VALUES (1, 'a')", "t", 1);
    check("CREATE TABLE t (a INT, b INT AS (a * 2) STORED, c INT AS (a + 1)); INSERT INTO t (a) VALUES (4)", "t", 1);
    check("CREATE TABLE \"odd \"\"name\" (\"a b\"); INSERT INTO \"odd \"\"name\" VALUES (1)", "\"odd \"\"name\"", 1);
}

#[test]
fn an_application_id_of_its_own_and_none() {
    check("PRAGMA application_id = 0; CREATE TABLE t (x); INSERT INTO t VALUES (1)", "t", 1);
    check("PRAGMA application_id = 77; PRAGMA user_version = 9; CREATE TABLE t (x); INSERT INTO t VALUES (1)", "t", 1);
}

#[test]
fn a_name_with_every_awkward_letter() {
    let world = with("CREATE TABLE t (x); INSERT INTO t VALUES (1)");
    let awkward = world.path("Ümläut %20 #1 ?mode=ro.db");
    fs::rename(world.path("any.db"), &awkward).unwrap();
    world.run(&format!("workspace add Any --db \"{}\"", awkward.display())).ends(0);
    world.run("open").ends(0);
    fs::remove_file(&awkward).unwrap();
    let ran = world.run("--yes restore auto_daily");
    assert!(matches!(ran.code, 0 | 3), "{}", ran.stderr);
    assert_eq!(count(&awkward, "t"), 1);
}

#[test]
fn what_is_not_a_database_is_not_adopted() {
    let mut world = with("CREATE TABLE t (x)");
    fs::write(world.path("empty.db"), "").unwrap();
    fs::write(world.path("text.db"), "a letter to the tax office ".repeat(100)).unwrap();
    fs::create_dir(world.path("folder.db")).unwrap();
    world.nothing_lost(|| ());
    world.check(
        "workspace add Any --db missing.db
         workspace add Any --db empty.db
         workspace add Any --db text.db
         workspace add Any --db folder.db
         workspace list",
        &expect![[r#"
            $ workspace add Any --db missing.db
            ! omnicraft: cannot look after missing.db: No such file or directory (os error 2). Check the path
            exit 1
            $ workspace add Any --db empty.db
            ! omnicraft: TMP/empty.db is empty (0 bytes), not a database. Check the path
            exit 1
            $ workspace add Any --db text.db
            ! omnicraft: cannot read TMP/text.db as a database: file is not a database. Name a database file
            exit 1
            $ workspace add Any --db folder.db
            ! omnicraft: TMP/folder.db is not a file. Name a database file
            exit 1
            $ workspace list
            Nothing is looked after here.
        "#]],
    );
}

#[test]
fn what_is_looked_after_already_is_not_adopted_twice() {
    let mut world = with("CREATE TABLE t (x)");
    fs::create_dir(world.path("other")).unwrap();
    fs::hard_link(world.path("any.db"), world.path("second-name.db")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(world.path("any.db"), world.path("link.db")).unwrap();
    world.check(
        "workspace add Any --db any.db
         open
         workspace add Other --db any.db
         workspace add Other --db other/../any.db
         workspace add Other --db link.db
         workspace add Other --db second-name.db
         workspace add Other --db home/backups/auto_daily.db
         workspace add ANY
         workspace add \"  \"
         workspace list",
        &expect![[r#"
            $ workspace add Any --db any.db
            “Any” is looked after: TMP/any.db.
            Next: omnicraft open
            $ open
            Any: Daily Backup, Weekly Backup, Monthly Backup and Yearly Backup taken (SIZE each, copied through SQLite: its journal mode is delete)
            $ workspace add Other --db any.db
            ! omnicraft: TMP/any.db is looked after already, as “Any”. Nothing was changed
            exit 1
            $ workspace add Other --db other/../any.db
            ! omnicraft: TMP/any.db is looked after already, as “Any”. Nothing was changed
            exit 1
            $ workspace add Other --db link.db
            ! omnicraft: TMP/any.db is looked after already, as “Any”. Nothing was changed
            exit 1
            $ workspace add Other --db second-name.db
            ! omnicraft: TMP/second-name.db is looked after already, as “Any”. Nothing was changed
            exit 1
            $ workspace add Other --db home/backups/auto_daily.db
            ! omnicraft: TMP/home/backups/auto_daily.db lies in TMP/home/backups, among the backups themselves. Copy it to a place of its own first, for example with `omnicraft restore`
            exit 1
            $ workspace add ANY
            ! omnicraft: there is a workspace called “ANY” already. Choose another name; nothing was changed
            exit 1
            $ workspace add "  "
            ! error: invalid value '  ' for '<NAME>': a name needs at least one letter
            !
            ! For more information, try '--help'.
            exit 2
            $ workspace list
            Any (any)
              TMP/any.db
        "#]],
    );
}

#[test]
fn a_removed_workspace_leaves_its_files_and_a_newcomer_does_not_touch_them() {
    let world = World::shop();
    world.run("workspace add Second").ends(0);
    world.run("open").ends(0);
    assert!(world.backup("second/auto_daily.db").is_file());
    world.nothing_lost(|| world.run("--yes workspace remove second").ends(0));
    world.run("workspace remove second").ends(1);
    world.nothing_lost(|| {
        let added = world.json("workspace add Second");
        assert_eq!(added["id"], "second-2");
        assert!(added["database"].as_str().unwrap().ends_with("second-2.db"), "{added}");
        world.run("open").ends(0)
    });
    assert!(world.backup("second-2/auto_daily.db").is_file());
}

#[test]
fn a_folder_for_each_workspace_but_the_first() {
    let world = World::shop();
    world.run("workspace add \"At home\" --personal-finance").ends(0);
    world.run("workspace add \"Branch office\"").ends(0);
    world.run("open").ends(0);
    for place in ["auto_daily.db", "at-home/auto_daily.db", "branch-office/auto_daily.db"] {
        assert!(world.backup(place).is_file(), "{place}");
    }
    let ran = world.run("workspace add Purse --personal-finance").ends(1);
    assert!(ran.stderr.contains("“At home” is the personal finance database already"), "{}", ran.stderr);
    let ran = world.run("--yes restore auto_daily --workspace \"branch office\"").ends(0);
    assert!(ran.stdout.contains("“Branch office” is restored"), "{}", ran.stdout);
}

/// Once, a rehearsal judged rows by the database's own rules and condemned the only backup, which a restore brought
/// back exactly.
#[test]
fn rows_that_break_the_databases_own_rules_are_backed_up_and_come_back() {
    let world =
        with("CREATE TABLE t (x CHECK (x > 0)); PRAGMA ignore_check_constraints = 1; INSERT INTO t VALUES (-1)");
    adopt(&world);
    world.run("open").ends(0);
    world.run("drill s1").ends(0);
    world.sql("any.db", "DELETE FROM t");
    comes_back(&world, "t WHERE x = -1", 1);
}

/// Once, the snapshot taken after the rows had vanished was named as the one to go back to.
#[test]
fn when_rows_vanish_the_snapshot_from_before_is_offered() {
    let mut world = with(
        "CREATE TABLE t (x); WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) \
         INSERT INTO t SELECT i FROM n",
    );
    adopt(&world);
    world.run("open").ends(0);
    world.sql("any.db", "DELETE FROM t");
    for day in ["2026-11-23T09:00[UTC]", "2026-11-24T09:00[UTC]"] {
        world.clock(day);
        let opened = world.run("open").ends(3);
        assert!(opened.stderr.contains("`restore s4`"), "{}", opened.stderr);
    }
    assert!(world.run("status").ends(0).stdout.contains("restore s4"));
    world.run("--yes restore s4").ends(0);
    assert_eq!(count(&world.path("any.db"), "t"), 500);
    world.clock("2026-11-25T09:00[UTC]");
    world.run("open").ends(0);
}
