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
            ! Shop: the live database is kept as it was: the database is not sound: SQLite's check says: wrong # of entries in index goods_by_name; SQLite's check says: row 101 missing from index goods_by_name
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
            ! Shop: the live database is kept as it was: the database is not sound: SQLite's check says: row 100 missing from index goods_by_name
            exit 3
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
            ! omnicraft: cannot export “Shop” (TMP/shop.db): database disk image is malformed. Nothing was exported; restore “Shop” first
            exit 1
            $ export --csv rows.zip
            ! omnicraft: cannot export “Shop” (TMP/shop.db): database disk image is malformed. Nothing was exported; restore “Shop” first
            exit 1
            $ export --all all.zip
            ! omnicraft: cannot export “Shop” (TMP/shop.db): database disk image is malformed. Nothing was exported; restore “Shop” first, or remove it from the list
            exit 1
        "#]],
    );
}

/// Once, an export went through of a file that was cut off in its last page: SQLite reads zeros there, and the end of a
/// picture was lost without a word.
#[test]
fn a_file_that_is_cut_off_in_its_last_page_is_not_exported() {
    let world = World::shop();
    world.sql("shop.db", "INSERT INTO goods (name) VALUES (randomblob(9000))");
    world.run("open").ends(0);
    let file = fs::File::options().write(true).open(world.path("shop.db")).unwrap();
    file.set_len(file.metadata().unwrap().len() - 1000).unwrap();
    for export in ["export --db rows.db", "export --csv rows.zip", "export --all all.zip", "snapshot"] {
        let ran = world.run(export).ends(1);
        assert!(ran.stderr.contains("it is cut off"), "{export}: {}", ran.stderr);
    }
}

/// Once, the safeguard of a database that was known to be doubtful was a sound backup, and after an undo all was well.
#[test]
fn what_is_doubtful_stays_doubtful_over_a_restore_and_its_undo() {
    check(
        "UPDATE goods SET name = 'renamed today' WHERE id = 100",
        "close
         verify s5
         --yes restore s4
         list
         --yes undo
         status
         open",
        &expect![[r#"
            $ close
            Shop: Close Backup 1 taken (SIZE)
            $ verify s5
            s5 Close Backup 1 (Today 08:30 | SIZE): not trusted: SQLite's check says: row 100 missing from index goods_by_name
            ! verify: s5 (auto_close_1) is not good: SQLite's check says: row 100 missing from index goods_by_name
            ! verify: the database of “Shop” itself is damaged, and was when s5 was taken of it: SQLite's check says: row 100 missing from index goods_by_name. Rotation is paused, so that your older backups stay; `restore s4` brings back the last good backup
            exit 3
            $ --yes restore s4
            “Shop” is restored from Yearly Backup (Yesterday | SIZE) (s4). `omnicraft undo` goes back to the state before.
            ! Restoring “Shop” from Yearly Backup (Yesterday | SIZE) (s4):
            !  1 row in goods returns to its older value.
            ! Shop: the live database is kept as it was: the database is not sound: SQLite's check says: row 100 missing from index goods_by_name
            exit 3
            $ list
            Shop
              s6  Damaged Database (Today 08:30 | SIZE)  damaged  damaged_2026-11-22
              s5  Close Backup 1 (Today 08:30 | SIZE)  not trusted: SQLite's check says: row 100 missing from index goods_by_name  auto_close_1
              s4  Yearly Backup (Yesterday | SIZE)  sound  auto_yearly
              s3  Monthly Backup (Yesterday | SIZE)  sound  auto_monthly
              s2  Weekly Backup (Yesterday | SIZE)  sound  auto_weekly
              s1  Daily Backup (Yesterday | SIZE)  sound  auto_daily
            $ --yes undo
            “Shop” is as it was before the restore.
            ! Undoing the restore of “Shop” from s4 (auto_yearly).
            ! Going back to Damaged Database (Today 08:30 | SIZE) (s6):
            $ status
            You are NOT SAFE: work can be lost now.

            Shop: newest good backup is less than a minute old: s7 Before Restore
              5 sound, 0 proven, 0 drilled; SIZE
            Disk: backups use SIZE, SIZE are free.
            !! Shop: the database is damaged: an undo brought back what it was before.
               Backups are held back so that no good one is lost. Look with `omnicraft preview s7`; go back with `omnicraft restore s7`, or if the data is right as it is, take `omnicraft snapshot`. Where that is refused, `omnicraft export --db FILE.db` may save what is in its tables, and that file can be restored.
             ! Shop: Close Backup 1 (s5) is not trusted: SQLite's check says: row 100 missing from index goods_by_name.
               It is kept as it is. `omnicraft verify s5` looks at it again.
             - Shop: no backup has been proven in full yet.
               `omnicraft verify` does it, in an idle moment.
             - all copies are on this computer (of 3-2-1: not the 2, not the 1).
               Against theft, fire and a dead disk, carry one away now and then: `omnicraft export --all FILE.zip`.
            $ open
            ! Shop: cannot take a snapshot (TMP/shop.db): the database is not sound: SQLite's check says: row 100 missing from index goods_by_name. Nothing was rotated and nothing was deleted. Restore the last good snapshot with `restore s7` (taken 2026-11-22 08:30). `export --db FILE.db` may save what can still be read
            ! Shop: the last good backup is s7, Before Restore (Today 08:30 | SIZE). `omnicraft preview s7` shows what going back would change
            exit 1
        "#]],
    );
}
