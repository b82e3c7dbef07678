//! Homes in a bad state: read-only or full disks, locked databases, a registry that is missing or wrong.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;

use crate::world::{World, copy_folder, finish};

/// A small file system of its own, as long as it lives. `None`, with the reason printed, where this machine's user
/// may not mount one.
struct Disk(PathBuf);

impl Disk {
    fn of(world: &World, size: &str) -> Option<Self> {
        let place = world.path("disk");
        fs::create_dir(&place).unwrap();
        let options = format!("size={size}");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&place).output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self(place)),
            Ok(output) => skipped(&String::from_utf8_lossy(&output.stderr)),
            Err(error) => skipped(&error.to_string()),
        }
    }

    fn read_only(&self) -> bool {
        let done = Command::new("mount").args(["-o", "remount,ro"]).arg(&self.0).output();
        done.is_ok_and(|output| output.status.success()) || skipped::<()>("cannot mount read-only").is_some()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(&self.0).output());
    }
}

#[expect(clippy::print_stderr, reason = "a skipped test says why")]
fn skipped<T>(reason: &str) -> Option<T> {
    eprintln!("skipped: a file system for this test cannot be mounted here ({})", reason.trim());
    None
}

/// The shop's home, moved to another place.
fn moved(world: &World, to: &Path) -> PathBuf {
    let home = to.join("home");
    copy_folder(&world.home(), &home);
    home
}

#[test]
fn a_read_only_home_loses_nothing_and_says_so() {
    let world = World::business();
    world.run("open").ends(0);
    let Some(disk) = Disk::of(&world, "64m") else { return };
    let home = moved(&world, &disk.0);
    if !disk.read_only() {
        return;
    }
    world.nothing_lost(|| {
        for command in ["open", "close", "snapshot", "--yes restore auto_daily"] {
            let ran = finish(world.command(command).arg("--home").arg(&home));
            assert_eq!(ran.code, 1, "{command}: {} {}", ran.stdout, ran.stderr);
            let text = ran.stderr.to_lowercase();
            assert!(text.contains("read-only") || text.contains("readonly"), "{command}: {}", ran.stderr);
        }
    });
    let ran = finish(world.command("init").arg("--home").arg(disk.0.join("new")));
    assert_eq!(ran.code, 1, "{}", ran.stderr);
}

#[test]
fn a_full_disk_deletes_nothing_and_names_what_is_needed() {
    let world = World::business();
    world.run("open").ends(0);
    let Some(disk) = Disk::of(&world, "24m") else { return };
    let home = moved(&world, &disk.0);
    // All that is left goes into a file of somebody else's.
    let filler = fs::File::create(disk.0.join("holiday.mov")).unwrap();
    fill(filler);
    world.nothing_lost(|| {
        for command in ["snapshot", "--yes restore auto_daily"] {
            let ran = finish(world.command(command).arg("--home").arg(&home));
            assert_eq!(ran.code, 1, "{command}: {} {}", ran.stdout, ran.stderr);
            let text = ran.stderr.to_lowercase();
            assert!(["space", "full"].iter().any(|word| text.contains(word)), "{command}: {}", ran.stderr);
        }
    });
    fs::remove_file(disk.0.join("holiday.mov")).unwrap();
    let ran = finish(world.command("snapshot").arg("--home").arg(&home));
    assert_eq!(ran.code, 0, "{} {}", ran.stdout, ran.stderr);
}

/// Once, a disk with room for one copy got none on a Monday, when two were due, nor on any day of the week after it.
#[test]
fn a_disk_with_room_for_one_backup_gets_that_of_the_day() {
    let mut world = World::business();
    world.run("open").ends(0);
    let Some(disk) = Disk::of(&world, "24m") else { return };
    let home = moved(&world, &disk.0);
    let filler = disk.0.join("holiday.mov");
    fill(fs::File::create(&filler).unwrap());
    let (full, copy) = (fs::metadata(&filler).unwrap().len(), fs::metadata(home.join("my-workshop.db")).unwrap().len());
    // A copy, what is to stay free beside it, and some more for the catalog; but not a second one.
    fs::File::options().write(true).open(&filler).unwrap().set_len(full - copy - (3 << 19)).unwrap();
    let ran = finish(world.clock("2026-11-23T08:30[UTC]").command("open").arg("--home").arg(&home));
    assert_eq!(ran.code, 3, "{} {}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("Daily Backup taken"), "{}", ran.stdout);
    assert!(ran.stderr.contains("auto_weekly must wait for room on the disk: it needs"), "{}", ran.stderr);
    fs::remove_file(&filler).unwrap();
    let ran = finish(world.clock("2026-11-24T08:30[UTC]").command("open").arg("--home").arg(&home));
    assert!(ran.stdout.contains("Daily Backup and Weekly Backup taken"), "{} {}", ran.stdout, ran.stderr);
}

fn fill(mut file: fs::File) {
    use std::io::Write;
    for size in [1 << 20, 1 << 12, 1] {
        let block = vec![7_u8; size];
        while file.write(&block).is_ok_and(|written| written > 0) {}
    }
}

#[test]
fn a_locked_database_is_not_restored_over() {
    let world = World::shop();
    world.run("open").ends(0);
    let app = Connection::open(world.path("shop.db")).unwrap();
    app.execute_batch("BEGIN IMMEDIATE; DELETE FROM goods").unwrap();
    let ran = world.run("--yes restore auto_daily").ends(1);
    assert!(ran.stderr.contains("shop.db"), "{}", ran.stderr);
    app.execute_batch("ROLLBACK").unwrap();
    drop(app);
    assert_eq!(world.goods(), 100);
    world.run("--yes restore auto_daily").ends(0);
}

#[test]
fn an_app_that_still_holds_the_database_open_is_noticed() {
    let world = World::shop();
    world.run("open").ends(0);
    let app = Connection::open(world.path("shop.db")).unwrap();
    let before: i64 = app.query_row("SELECT count(*) FROM goods", (), |row| row.get(0)).unwrap();
    world.run("--yes restore auto_daily").ends(1);
    app.execute("INSERT INTO goods (name) VALUES ('sold while restoring')", ()).unwrap();
    drop(app);
    assert_eq!(world.goods(), before + 1);
}

#[test]
fn a_snapshot_is_taken_while_the_app_writes() {
    let world = World::shop();
    let app = Connection::open(world.path("shop.db")).unwrap();
    app.execute_batch("BEGIN IMMEDIATE; INSERT INTO goods (name) VALUES ('not yet paid')").unwrap();
    world.run("open").ends(0);
    app.execute_batch("COMMIT").unwrap();
    assert_eq!(crate::world::count(&world.backup("auto_daily.db"), "goods"), 100);
    drop(app);
    assert_eq!(world.goods(), 101);
}

#[test]
fn a_registry_that_is_missing_or_damaged_is_rebuilt_or_refused_but_loses_nothing() {
    for content in [None, Some(""), Some("{ not json"), Some("[]"), Some("{\"version\": 999}")] {
        let world = World::shop();
        world.run("open").ends(0);
        match content {
            None => fs::remove_file(world.home().join("workspaces.json")).unwrap(),
            Some(text) => fs::write(world.home().join("workspaces.json"), text).unwrap(),
        }
        let ran = world.nothing_lost(|| world.run("list"));
        assert!(ran.code != 2 && !ran.stderr.is_empty(), "{content:?}: {} {}", ran.stdout, ran.stderr);
        world.run("--yes restore auto_daily");
        assert_eq!(world.goods(), 100, "{content:?}");
        assert!(world.backup("auto_daily.db").is_file() || world.backup("shop/auto_daily.db").is_file(), "{content:?}");
    }
}

#[test]
fn a_registry_that_points_outside_the_home_makes_nothing_there() {
    let world = World::business();
    world.run("open").ends(0);
    let registry = world.home().join("workspaces.json");
    let text = fs::read_to_string(&registry).unwrap();
    for (from, to) in [("\"folder\": \"\"", "\"folder\": \"../../outside\""), ("my-workshop.db", "../outside.db")] {
        let edited = text.replace(from, to);
        assert_ne!(edited, text, "{text}");
        fs::write(&registry, &edited).unwrap();
        let told = world.nothing_lost(|| world.run("open").stderr);
        assert!(!told.is_empty(), "{edited}");
        for command in ["close", "snapshot"] {
            world.run(command);
        }
        assert!(!world.path("outside").exists() && !world.path("outside.db").exists());
        fs::write(&registry, &text).unwrap();
    }
}

/// Once, an export that was allowed to replace a file replaced a device.
#[cfg(unix)]
#[test]
fn an_export_replaces_nothing_but_a_file() {
    let world = World::shop();
    world.run("open").ends(0);
    let pipe = world.path("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let refused = world.run(&format!("export --force --db {}", pipe.display())).ends(1);
    assert!(refused.stderr.contains("no ordinary file"), "{}", refused.stderr);
    assert!(std::os::unix::fs::FileTypeExt::is_fifo(&fs::symlink_metadata(&pipe).unwrap().file_type()));
}
