//! Bad files as the source of a restore: each gets a clear error, and nothing is lost.

use std::path::Path;

use omnicraft_fixtures::{FixtureError, hostile};

use crate::world::World;

/// Makes a bad file from a good backup, and expects that preview and restore refuse it for this reason.
#[track_caller]
fn check(make: impl Fn(&Path, &Path) -> Result<(), FixtureError>, reason: &str) {
    let world = World::business();
    world.run("open").ends(0);
    let bad = world.path("bad.db");
    make(&world.backup("auto_daily.db"), &bad).unwrap();
    world.nothing_lost(|| {
        for command in ["preview", "--yes restore"] {
            let ran = world.run(&format!("{command} {}", bad.display())).ends(1);
            assert!(ran.stderr.contains(reason), "{command}: {}", ran.stderr);
            assert!(ran.stdout.is_empty(), "{}", ran.stdout);
        }
    });
    assert!(world.run("list").ends(0).stdout.lines().count() >= 5, "the good backups are still there");
}

#[test]
fn an_empty_file() {
    check(hostile::empty, "empty");
}

#[test]
fn a_text_file() {
    check(hostile::text, "not an SQLite database");
}

#[test]
fn a_truncated_file() {
    check(hostile::truncated, "bad.db");
}

#[test]
fn a_damaged_page() {
    check(hostile::flipped_page, "bad.db");
}

#[test]
fn a_database_of_another_app() {
    check(hostile::other_app, "another app");
}

#[test]
fn a_database_of_another_workspace() {
    check(hostile::other_workspace, "another workspace");
}

#[test]
fn a_database_of_a_newer_version() {
    check(hostile::newer_schema, "newer version");
}

#[test]
fn rows_that_point_nowhere() {
    check(hostile::orphan, "point to rows that do not exist");
}

#[test]
fn a_missing_file_a_folder_and_a_typing_error() {
    let world = World::shop();
    world.run("open").ends(0);
    std::fs::create_dir(world.path("folder.db")).unwrap();
    world.nothing_lost(|| {
        for source in ["/no/such/file.db", "missing.db", "folder.db", "auto_dayly", "s77", "auto_yearly_2020-01-01"] {
            for command in ["preview", "--yes restore"] {
                let ran = world.run(&format!("{command} {source}")).ends(1);
                assert!(ran.stderr.contains(source), "{command} {source}: {}", ran.stderr);
            }
        }
    });
}

#[test]
fn the_live_database_itself_and_an_adopted_stranger() {
    let world = World::shop();
    world.run("open").ends(0);
    world.sql("stranger.db", "CREATE TABLE other (x); INSERT INTO other VALUES (1)");
    world.nothing_lost(|| {
        for source in ["stranger.db", "shop.db"] {
            let ran = world.run(&format!("--yes restore {source}"));
            assert!(ran.code == 1, "{source}: {} {}", ran.stdout, ran.stderr);
        }
    });
}

#[cfg(unix)]
#[test]
fn a_name_that_is_not_unicode() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let world = World::shop();
    let name = OsStr::from_bytes(b"caf\xe9.db");
    std::fs::copy(world.path("shop.db"), world.path("x").with_file_name(name)).unwrap();
    for command in [&["preview"][..], &["restore", "--yes"], &["workspace", "add", "X", "--db"], &["export", "--db"]] {
        let mut call = world.command("");
        call.args(command).arg(name);
        let ran = crate::world::finish(&mut call);
        assert!(matches!(ran.code, 1 | 2), "{command:?}");
        assert!(ran.stderr.contains("not valid Unicode"), "{command:?}: {}", ran.stderr);
    }
    let mut call = world.command("pin s1");
    call.arg(name);
    assert_eq!(crate::world::finish(&mut call).code, 2);
}
