//! Preview, restore, undo and pins, on a database whose app the engine does not know.

use std::fs;

use expect_test::expect;

use crate::world::World;

/// A shop that was opened and closed on a Saturday, and sold three things on Sunday.
fn sunday() -> World {
    let mut world = World::shop();
    world.run("open").ends(0);
    world.add_goods(2);
    world.clock("2026-11-21T18:05[UTC]").run("close").ends(0);
    world.add_goods(3);
    world.clock("2026-11-22T12:00[UTC]");
    world
}

#[test]
fn a_restore_says_what_it_loses_and_can_be_undone() {
    let mut world = sunday();
    world.check(
        "preview auto_daily
         preview auto_close_1
         restore auto_daily
         --yes restore auto_daily
         preview auto_daily
         undo
         --yes undo
         --yes undo
         list",
        &expect![[r#"
            $ preview auto_daily
            Restoring “Shop” from Daily Backup (Yesterday | SIZE) (s1):
              5 rows in goods made since then will be lost.
            $ preview auto_close_1
            Restoring “Shop” from Close Backup 1 (Yesterday 18:05 | SIZE) (s5):
              3 rows in goods made since then will be lost.
            $ restore auto_daily
            ! Restoring “Shop” from Daily Backup (Yesterday | SIZE) (s1):
            !  5 rows in goods made since then will be lost.
            ! omnicraft: this needs a yes, and there is no terminal to ask on. Nothing was changed. Add --yes to answer it beforehand
            exit 1
            $ --yes restore auto_daily
            “Shop” is restored from Daily Backup (Yesterday | SIZE) (s1). `omnicraft undo` goes back to the state before.
            ! Restoring “Shop” from Daily Backup (Yesterday | SIZE) (s1):
            !  5 rows in goods made since then will be lost.
            $ preview auto_daily
            Restoring “Shop” from Daily Backup (Yesterday | SIZE) (s1):
              Nothing would change.
            $ undo
            ! Undoing the restore of “Shop” from s1 (auto_daily).
            ! Going back to Before Restore (Today 12:00 | SIZE) (s6):
            !  5 rows in goods will come back.
            ! omnicraft: this needs a yes, and there is no terminal to ask on. Nothing was changed. Add --yes to answer it beforehand
            exit 1
            $ --yes undo
            “Shop” is as it was before the restore.
            ! Undoing the restore of “Shop” from s1 (auto_daily).
            ! Going back to Before Restore (Today 12:00 | SIZE) (s6):
            !  5 rows in goods will come back.
            $ --yes undo
            ! omnicraft: there is no restore to undo. `omnicraft list` shows what can be restored
            exit 1
            $ list
            Shop
              s7  Before Restore (Today 12:00 | SIZE)  sound  auto_before_restore
              s6  Before Restore (Today 12:00 | SIZE)  sound  auto_before_restore_2026-11-22
              s5  Close Backup 1 (Yesterday 18:05 | SIZE)  sound  auto_close_1
              s4  Yearly Backup (Yesterday | SIZE)  sound  auto_yearly
              s3  Monthly Backup (Yesterday | SIZE)  sound  auto_monthly
              s2  Weekly Backup (Yesterday | SIZE)  sound  auto_weekly
              s1  Daily Backup (Yesterday | SIZE)  sound  auto_daily
        "#]],
    );
    assert_eq!(world.goods(), 105);
}

#[test]
fn an_id_a_slot_and_a_file_are_three_ways_to_the_same_state() {
    let world = sunday();
    fs::copy(world.backup("auto_daily.db"), world.path("stick.db")).unwrap();
    let backup = world.backup("auto_daily.db").display().to_string();
    for source in ["s1", "auto_daily", "auto_daily.db", "stick.db", "./stick.db", &backup] {
        world.run(&format!("--yes restore {source}")).ends(0);
        assert_eq!(world.goods(), 100, "{source}");
        world.run("--yes undo").ends(0);
        assert_eq!(world.goods(), 105, "{source}");
    }
}

#[test]
fn restores_can_be_undone_several_deep() {
    let world = sunday();
    let closed = "auto_close_1";
    for (source, goods) in [(closed, 102), ("auto_daily", 100), (closed, 102)] {
        world.run(&format!("--yes restore {source}")).ends(0);
        assert_eq!(world.goods(), goods);
    }
    for (goods, left) in [(100, 2), (102, 1), (105, 0)] {
        let undone = world.run("--yes --json undo").ends(0).json();
        assert_eq!((world.goods(), undone["left"].as_i64()), (goods, Some(left)));
    }
    world.run("--yes undo").ends(1);
}

#[test]
fn a_restore_over_a_missing_or_damaged_database_brings_it_back() {
    let world = sunday();
    for damage in [None, Some(""), Some("not a database at all")] {
        fs::remove_file(world.path("shop.db")).unwrap();
        if let Some(text) = damage {
            fs::write(world.path("shop.db"), text).unwrap();
        }
        let looked = world.json("preview auto_close_1");
        assert!(!looked["live_unreadable"].is_null(), "{damage:?}: {looked}");
        let ran = world.run("--yes restore auto_close_1");
        assert!(matches!(ran.code, 0 | 3), "{damage:?}: {}", ran.stderr);
        assert_eq!(world.goods(), 102, "{damage:?}");
    }
}

#[test]
fn a_stale_journal_beside_a_missing_database_is_not_replayed_into_the_restored_one() {
    let world = sunday();
    fs::write(world.path("shop.db-journal"), "left over").unwrap();
    fs::remove_file(world.path("shop.db")).unwrap();
    fs::write(world.path("shop.db-wal"), "left over").unwrap();
    let ran = world.run("--yes restore auto_close_1");
    assert!(matches!(ran.code, 0 | 3), "{}", ran.stderr);
    assert_eq!(world.goods(), 102);
    assert!(!world.path("shop.db-journal").exists());
}

#[test]
fn pinned_backups_survive_every_rotation() {
    let mut world = World::shop();
    world.run("snapshot --pin \"before the fair\"").ends(0);
    world.add_goods(1);
    world.run("close").ends(0);
    world.run("pin s2 \"first close\"").ends(0);
    for day in 1..=5 {
        world.add_goods(1);
        world.clock(&format!("2026-12-0{day}T18:05[UTC]")).run("close").ends(0);
    }
    world.check(
        "list
         unpin s2
         pin s99
         pin 12
         --yes restore s1",
        &expect![[r#"
            $ list
            Shop
              s7  Close Backup 1 (Today 18:05 | SIZE)  sound  auto_close_1
              s6  Close Backup 2 (Yesterday 18:05 | SIZE)  sound  auto_close_2
              s5  Close Backup 3 (2 days ago | SIZE)  sound  auto_close_3
              s2  Pinned: first close (21 Nov 2026 | SIZE)  sound  kept_2026-11-21
              s1  Pinned: before the fair (21 Nov 2026 | SIZE)  sound  manual_2026-11-21
            $ unpin s2
            s2 is now “Kept Backup (21 Nov 2026 | SIZE)”. It stays as long as rotation keeps it.
            $ pin s99
            ! omnicraft: there is no backup s99. `omnicraft list` shows those that there are
            exit 1
            $ pin 12
            ! error: invalid value '12' for '<ID>': `12` is not a snapshot id such as s12
            !
            ! For more information, try '--help'.
            exit 2
            $ --yes restore s1
            “Shop” is restored from Pinned: before the fair (21 Nov 2026 | SIZE) (s1). `omnicraft undo` goes back to the state before.
            ! Restoring “Shop” from Pinned: before the fair (21 Nov 2026 | SIZE) (s1):
            !  6 rows in goods made since then will be lost.
        "#]],
    );
    assert_eq!(world.goods(), 100);
}

#[test]
fn verify_and_drill_tell_how_far_each_backup_is_proven() {
    sunday().check(
        "verify s1
         drill
         drill s1
         verify
         verify s99
         drill s99
         list",
        &expect![[r#"
            $ verify s1
            s1 Daily Backup (Yesterday | SIZE): proven
            $ drill
            Shop: s5 Close Backup 1 (Yesterday 18:05 | SIZE) comes back in TIME; its data is 17 hours old
            $ drill s1
            Shop: s1 Daily Backup (Yesterday | SIZE) comes back in TIME; its data is 27 hours old
            $ verify
            s5 Close Backup 1 (Yesterday 18:05 | SIZE): drilled
            s4 Yearly Backup (Yesterday | SIZE): proven
            s3 Monthly Backup (Yesterday | SIZE): proven
            s2 Weekly Backup (Yesterday | SIZE): proven
            s1 Daily Backup (Yesterday | SIZE): drilled
            $ verify s99
            ! omnicraft: there is no backup s99. `omnicraft list` shows those that there are
            exit 1
            $ drill s99
            ! omnicraft: there is no backup s99. `omnicraft list` shows those that there are
            exit 1
            $ list
            Shop
              s5  Close Backup 1 (Yesterday 18:05 | SIZE)  drilled  auto_close_1
              s4  Yearly Backup (Yesterday | SIZE)  proven  auto_yearly
              s3  Monthly Backup (Yesterday | SIZE)  proven  auto_monthly
              s2  Weekly Backup (Yesterday | SIZE)  proven  auto_weekly
              s1  Daily Backup (Yesterday | SIZE)  drilled  auto_daily
        "#]],
    );
}

#[test]
fn an_export_is_a_database_and_replaces_nothing_unasked() {
    let world = sunday();
    let file = world.path("stick.db");
    let export = format!("export --db {}", file.display());
    world.run(&export).ends(0);
    assert_eq!(crate::world::count(&file, "goods"), 105);
    fs::write(&file, "my own notes").unwrap();
    let ran = world.run(&export).ends(1);
    assert!(ran.stderr.contains("stick.db"), "{}", ran.stderr);
    assert_eq!(fs::read_to_string(&file).unwrap(), "my own notes");
    world.run(&format!("{export} --force")).ends(0);
    assert_eq!(crate::world::count(&file, "goods"), 105);
    world.run("export --db /no/such/folder/x.db").ends(1);
    world.nothing_lost(|| world.run(&format!("export --force --db {}", world.path("shop.db").display())).ends(1));
}

#[test]
fn status_says_on_one_screen_whether_one_is_safe() {
    let mut world = World::shop();
    world.check(
        "status
         open
         verify
         status
         at 2026-12-05T09:30[UTC]
         status",
        &expect![[r#"
            $ status
            You are NOT SAFE: work can be lost now.

            Shop: no good backup
              0 sound, 0 proven, 0 drilled; 0 bytes
            Disk: backups use 0 bytes, SIZE are free.
            !! Shop: there is no backup that can be restored.
               Take one now with `omnicraft open` or `omnicraft snapshot`.
             - all copies are on this computer (of 3-2-1: not the 2, not the 1).
               Against theft, fire and a dead disk, carry one away now and then: `omnicraft export --all FILE.zip`.
            $ open
            Shop: Daily Backup, Weekly Backup, Monthly Backup and Yearly Backup taken (SIZE each)
            $ verify
            s4 Yearly Backup (Today | SIZE): proven
            s3 Monthly Backup (Today | SIZE): proven
            s2 Weekly Backup (Today | SIZE): proven
            s1 Daily Backup (Today | SIZE): proven
            $ status
            You are safe: every database has a good backup.

            Shop: newest good backup is less than a minute old: s4 Yearly Backup
              0 sound, 4 proven, 0 drilled; SIZE
            Disk: backups use SIZE, SIZE are free.
             - all copies are on this computer (of 3-2-1: not the 2, not the 1).
               Against theft, fire and a dead disk, carry one away now and then: `omnicraft export --all FILE.zip`.
            $ status
            You are AT RISK: something should be looked at.

            Shop: newest good backup is 14 days old: s4 Yearly Backup
              0 sound, 4 proven, 0 drilled; SIZE
            Disk: backups use SIZE, SIZE are free.
             ! Shop: the newest backup is 14 days old.
               Work since then is not backed up. Take one now with `omnicraft open`.
             - all copies are on this computer (of 3-2-1: not the 2, not the 1).
               Against theft, fire and a dead disk, carry one away now and then: `omnicraft export --all FILE.zip`.
        "#]],
    );
}
