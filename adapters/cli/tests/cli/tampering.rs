//! Snapshots deleted, renamed or edited by hand, and a catalog that is lost.

use std::collections::BTreeSet;
use std::fs;

use crate::world::World;

fn opened() -> World {
    let mut world = World::shop();
    world.run("open").ends(0);
    world.add_goods(1);
    world.clock("2026-11-21T18:05[UTC]").run("close").ends(0);
    world
}

#[test]
fn a_deleted_backup_is_no_longer_offered_and_the_others_are() {
    let world = opened();
    fs::remove_file(world.backup("auto_daily.db")).unwrap();
    let ran = world.run("--yes restore s1").ends(1);
    assert!(ran.stderr.contains("s1"), "{}", ran.stderr);
    assert!(!world.slots().contains(&"s1 auto_daily".to_owned()));
    world.run("--yes restore auto_weekly").ends(0);
    assert_eq!(world.goods(), 100);
}

#[test]
fn an_edited_backup_is_not_restored_and_not_deleted() {
    let world = opened();
    let path = world.backup("auto_daily.db");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(&path, bytes).unwrap();
    world.nothing_lost(|| {
        for source in ["s1", "auto_daily"] {
            world.run(&format!("--yes restore {source}")).ends(1);
        }
        let list = world.json("list");
        let edited = list.as_array().unwrap().iter().find(|card| card["slot"] == "auto_daily").unwrap();
        assert_eq!(edited["restorable"], false, "{edited}");
        assert_eq!(edited["id"], "s1", "it keeps its card: {edited}");
        let checked = world.run("verify s1").ends(3);
        assert!(checked.stderr.contains("is not good"), "{}", checked.stderr);
        assert!(world.run("status").ends(0).stdout.contains("AT RISK"));
    });
    assert_eq!(world.goods(), 101);
    world.run("--yes restore auto_weekly").ends(0);
}

#[test]
fn a_renamed_backup_is_still_a_backup() {
    let world = opened();
    fs::rename(world.backup("auto_daily.db"), world.backup("before the fair.db")).unwrap();
    world.run("list").ends(0);
    world.run(&format!("--yes restore \"{}\"", world.backup("before the fair.db").display())).ends(0);
    assert_eq!(world.goods(), 100);
}

#[test]
fn a_foreign_file_with_a_slots_name_is_never_overwritten_in_silence() {
    let mut world = opened();
    fs::write(world.backup("auto_close_1.db"), "somebody's own notes").unwrap();
    world.add_goods(1);
    world.clock("2026-11-21T19:00[UTC]");
    world.nothing_kept("somebody's own notes");
}

impl World {
    /// Closes, and finds the text in some file of the backups afterwards.
    fn nothing_kept(&self, text: &str) {
        let ran = self.run("close");
        assert!(matches!(ran.code, 0 | 3), "{}", ran.stderr);
        let kept = self.treasure().into_values().any(|bytes| bytes == text.as_bytes());
        assert!(kept, "the foreign file is gone: {}", ran.stderr);
    }
}

#[test]
fn a_lost_catalog_loses_no_backup() {
    let world = World::business();
    world.run("open").ends(0);
    let before = world.slots();
    for damage in [None, Some("no catalog")] {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            drop(fs::remove_file(world.backup(&format!("catalog.db{suffix}"))));
        }
        if let Some(text) = damage {
            fs::write(world.backup("catalog.db"), text).unwrap();
        }
        assert_eq!(world.nothing_lost(|| world.slots()), before, "{damage:?}");
    }
    world.run("--yes restore s1").ends(0);
}

/// Once, a lost catalog dropped every database outside the home, its snapshots' ids were given again to those of another
/// workspace, and one of these was then overwritten unlisted.
#[test]
fn a_lost_catalog_forgets_no_adopted_database_and_gives_no_id_twice() {
    let world = opened();
    world.run("workspace add Second").ends(0);
    world.run("open").ends(0);
    let before = world.slots();
    for suffix in ["", "-wal", "-shm", "-journal"] {
        drop(fs::remove_file(world.backup(&format!("catalog.db{suffix}"))));
    }
    world.add_goods(1);
    world.run("close").ends(0);
    let after = world.slots();
    let ids = |slots: &[String]| -> BTreeSet<String> {
        slots.iter().filter_map(|slot| slot.split(' ').next()).map(str::to_owned).collect()
    };
    assert!(ids(&before).is_subset(&ids(&after)), "{before:?} {after:?}");
    assert_eq!(ids(&after).len(), after.len(), "{after:?}");
    world.run("--yes restore s1").ends(0);
    assert_eq!(world.goods(), 100);
}
