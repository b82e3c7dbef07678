//! A live database whose index disagrees with its table: what its owner is told, and how he keeps the work of the days after
//! the last good backup.

use std::fs;

use expect_test::{Expect, expect};
use rusqlite::Connection;

use crate::world::World;

/// A day of work on the shop's database while its index is told to take no notice; then what the owner does.
#[track_caller]
fn check(work: &str, script: &str, expected: &Expect) -> World {
    let mut world = World::shop();
    world.sql("shop.db", "CREATE INDEX goods_by_name ON goods (name)");
    world.run("open").ends(0);
    let amend = |change: &str| {
        let statement = format!("UPDATE sqlite_schema SET sql = {change} WHERE name = 'goods_by_name'");
        world.sql("shop.db", &format!("PRAGMA writable_schema = ON; {statement}"));
    };
    amend("sql || ' WHERE id < 0'");
    world.sql("shop.db", work);
    amend("replace(sql, ' WHERE id < 0', '')");
    world.clock("2026-11-22T08:30[UTC]");
    world.check(script, expected);
    world
}

/// Once, such a database could not be exported either: its owner could only go back, and lose the work since.
#[test]
fn an_index_that_lacks_a_row_costs_no_work() {
    let world = check(
        "INSERT INTO goods (name) VALUES ('sold today')",
        "open
         export --db rows.db
         preview rows.db
         --yes restore rows.db
         open",
        &expect![[r#"
            $ open
            ! Shop: cannot take a snapshot (TMP/shop.db): the database is not sound: SQLite's check says: wrong # of entries in index goods_by_name. Nothing was rotated and nothing was deleted. Restore the last good snapshot with `restore s4` (taken 2026-11-21 08:30). `export --db FILE.db` may save what can still be read
            ! Shop: the last good backup is s4, Yearly Backup (Yesterday | SIZE). `omnicraft preview s4` shows what going back would change
            exit 1
            $ export --db rows.db
            “Shop” is exported to TMP/rows.db (SIZE).
            ! Shop: the database is not sound: SQLite's check says: wrong # of entries in index goods_by_name; SQLite's check says: row 101 missing from index goods_by_name; what is exported of “Shop” is what its tables hold, with indexes that were built anew: if one of them knew rows that its table has lost, they are not in it
            exit 3
            $ preview rows.db
            Restoring “Shop” from TMP/rows.db:
              Nothing would change.
            $ --yes restore rows.db
            “Shop” is restored from TMP/rows.db. `omnicraft undo` goes back to the state before.
            ! Restoring “Shop” from TMP/rows.db:
            !  Nothing would change.
            ! Shop: the live database is kept as it was: the database is not sound: SQLite's check says: wrong # of entries in index goods_by_name
            exit 3
            $ open
            Shop: Daily Backup taken (SIZE)
        "#]],
    );
    assert_eq!(world.goods(), 101);
}

/// A quick check lets this through, so that it is found when a backup is proven.
#[test]
fn an_index_that_lags_behind_costs_no_work() {
    let world = check(
        "UPDATE goods SET name = 'renamed today' WHERE id = 100",
        "open
         verify
         snapshot
         export --csv rows.zip
         export --all all.zip
         --yes restore rows.zip
         snapshot",
        &expect![[r#"
            $ open
            Shop: Daily Backup taken (SIZE)
            $ verify
            s5 Daily Backup (Today | SIZE): not trusted: SQLite's check says: row 100 missing from index goods_by_name
            s4 Yearly Backup (Yesterday | SIZE): proven
            s3 Monthly Backup (Yesterday | SIZE): proven
            s2 Weekly Backup (Yesterday | SIZE): proven
            s1 Daily Backup (Yesterday | SIZE): proven
            ! verify: s5 (auto_daily) is not good: SQLite's check says: row 100 missing from index goods_by_name
            ! verify: the database of “Shop” itself is damaged, and was when s5 was taken of it: SQLite's check says: row 100 missing from index goods_by_name. Rotation is paused, so that your older backups stay; `restore s4` brings back the last good backup
            exit 3
            $ snapshot
            ! Shop: cannot take a snapshot (TMP/shop.db): the database is not sound: SQLite's check says: row 100 missing from index goods_by_name. Nothing was rotated and nothing was deleted. Restore the last good snapshot with `restore s4` (taken 2026-11-21 08:30). `export --db FILE.db` may save what can still be read
            exit 1
            $ export --csv rows.zip
            “Shop” is exported to TMP/rows.zip (SIZE).
            ! Shop: the database is not sound: SQLite's check says: row 100 missing from index goods_by_name; what is exported of “Shop” is what its tables hold, with indexes that were built anew: if one of them knew rows that its table has lost, they are not in it
            exit 3
            $ export --all all.zip
            “Shop” is exported to TMP/all.zip (SIZE).
            ! All workspaces: the database is not sound: SQLite's check says: row 100 missing from index goods_by_name; what is exported of “Shop” is what its tables hold, with indexes that were built anew: if one of them knew rows that its table has lost, they are not in it
            exit 3
            $ --yes restore rows.zip
            “Shop” is restored from TMP/rows.zip. `omnicraft undo` goes back to the state before.
            ! Restoring “Shop” from TMP/rows.zip:
            !  It is of 22 Nov 2026 08:30.
            !  Nothing would change.
            $ snapshot
            Shop: Manual Backup taken (SIZE)
        "#]],
    );
    assert_eq!(world.goods(), 100);
}

/// Fills a page of a table or an index with garbage, as a bad spot on the disk does.
fn spoil(world: &World, name: &str) {
    let path = world.path("shop.db");
    let pages = "SELECT max(pageno) FROM dbstat WHERE pagetype = 'leaf' AND name = ?1";
    let number: u32 = Connection::open(&path).unwrap().query_row(pages, [name], |row| row.get(0)).unwrap();
    let number = number as usize;
    let mut bytes = fs::read(&path).unwrap();
    bytes[(number - 1) * 4096..number * 4096].fill(0xA5);
    fs::write(&path, bytes).unwrap();
}

#[track_caller]
fn check_spoiled(name: &str, script: &str, expected: &Expect) -> World {
    let mut world = World::shop();
    world.sql("shop.db", "CREATE INDEX goods_by_name ON goods (name)");
    world.add_goods(5_000);
    world.run("open").ends(0);
    world.add_goods(100);
    spoil(&world, name);
    world.clock("2026-11-22T08:30[UTC]").check(script, expected);
    world
}

#[test]
fn an_index_with_a_bad_spot_costs_no_work() {
    let world = check_spoiled(
        "goods_by_name",
        "export --db rows.db
         --yes restore rows.db
         open",
        &expect![[r#"
            $ export --db rows.db
            “Shop” is exported to TMP/rows.db (SIZE).
            ! Shop: the database is not sound: SQLite's check says: *** in database main *** Tree 3 page 50: btreeInitPage() returns error code 11; SQLite's check says: wrong # of entries in index goods_by_name; what is exported of “Shop” is what its tables hold, with indexes that were built anew: if one of them knew rows that its table has lost, they are not in it
            exit 3
            $ --yes restore rows.db
            “Shop” is restored from TMP/rows.db. `omnicraft undo` goes back to the state before.
            ! Restoring “Shop” from TMP/rows.db:
            !  Nothing would change.
            ! Shop: the live database is kept as it was: the database is not sound: SQLite's check says: *** in database main *** Tree 3 page 50: btreeInitPage() returns error code 11; SQLite's check says: wrong # of entries in index goods_by_name
            exit 3
            $ open
            Shop: Daily Backup taken (SIZE)
        "#]],
    );
    assert_eq!(world.goods(), 5_200);
}

/// A table that is damaged itself is no matter of indexes: nothing is exported that lacks rows.
#[test]
fn a_table_with_a_bad_spot_is_not_exported() {
    check_spoiled(
        "goods",
        "export --db rows.db
         export --csv rows.zip
         export --all all.zip",
        &expect![[r#"
            $ export --db rows.db
            ! omnicraft: cannot export “Shop” (TMP/shop.db): database disk image is malformed. Nothing was exported; restore “Shop” first, or remove it from the list
            exit 1
            $ export --csv rows.zip
            ! omnicraft: cannot export “Shop” (TMP/shop.db): database disk image is malformed. Nothing was exported; restore “Shop” first, or remove it from the list
            exit 1
            $ export --all all.zip
            ! omnicraft: cannot export “Shop” (TMP/shop.db): database disk image is malformed. Nothing was exported; restore “Shop” first, or remove it from the list
            exit 1
        "#]],
    );
}
