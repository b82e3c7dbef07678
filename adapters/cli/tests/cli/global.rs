//! Global archives: every workspace of one moment, restored together or not at all, and undone together.

use std::fs;
use std::path::PathBuf;

use expect_test::expect;
use omnicraft_fixtures::{check_books, work_day};

use crate::world::{World, content, count};
use crate::zips;

/// Two businesses, the personal finance and an adopted database, and a global archive of them.
fn four() -> World {
    let mut world = World::business();
    world.run("workspace add Studio").ends(0);
    world.run("workspace add \"At home\" --personal-finance").ends(0);
    world.sql(
        "photos.db",
        "CREATE TABLE photos (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO photos VALUES (1, 'sea')",
    );
    world.run(&format!("workspace add Photos --db {}", world.path("photos.db").display())).ends(0);
    world.run("open").ends(0);
    world.run("export --all everything.zip --with-csv").ends(0);
    world.clock("2026-11-22T09:00[UTC]");
    world
}

fn databases(world: &World) -> [PathBuf; 4] {
    let home = |name: &str| world.home().join(name);
    [home("my-workshop.db"), home("studio.db"), home("at-home.db"), world.path("photos.db")]
}

/// A day of work in some of them.
fn work(world: &World) {
    work_day(&world.home().join("my-workshop.db"), jiff::civil::date(2026, 11, 21), 1).unwrap();
    world.sql("photos.db", "DELETE FROM photos; INSERT INTO photos VALUES (2, 'hills'), (3, 'wood')");
}

#[test]
fn every_workspace_comes_back_together_and_goes_back_together() {
    let world = four();
    let before = databases(&world).map(|path| content(&path));
    work(&world);
    let after = databases(&world).map(|path| content(&path));
    assert_ne!(before, after);
    let restored = world.json("--yes restore everything.zip");
    assert_eq!(restored["workspaces"].as_array().map(Vec::len), Some(4), "{restored}");
    assert_eq!(restored["can_undo"], true, "{restored}");
    assert_eq!(databases(&world).map(|path| content(&path)), before);
    assert_eq!(check_books(&world.home().join("my-workshop.db")), Ok(()));
    let undone = world.json("--yes undo");
    assert_eq!(undone["workspaces"].as_array().map(Vec::len), Some(4), "{undone}");
    assert_eq!(databases(&world).map(|path| content(&path)), after);
    world.run("--yes undo").ends(1);
    world.run("verify").ends(0);
}

/// One workspace came since the archive was written, another one went.
fn one_came_and_one_went() -> World {
    let world = four();
    world.sql("photos.db", "INSERT INTO photos VALUES (2, 'hills')");
    world.run("workspace add \"New shop\"").ends(0);
    world.run("--yes workspace remove studio").ends(0);
    let refused = world.nothing_lost(|| world.run("--yes restore everything.zip").ends(1));
    assert!(refused.stderr.contains("studio.db"), "what belongs to nobody is not written over: {}", refused.stderr);
    fs::rename(world.home().join("studio.db"), world.path("studio-before.db")).unwrap();
    world
}

#[test]
fn what_would_change_is_told_for_each_workspace_before_anybody_is_asked() {
    let mut world = one_came_and_one_went();
    world.check(
        "preview everything.zip
         restore everything.zip
         restore everything.zip --workspace photos
         restore everything.zip --accept-edited",
        &expect![[r#"
            $ preview everything.zip
            Restoring everything from TMP/everything.zip, all of 21 Nov 2026 08:30:
              “My Workshop”:
                Nothing would change.
              “At home”:
                Nothing would change.
              “Photos”:
                1 row in photos made since then will be lost.
              “Studio” is added: TMP/home/studio.db.
              “New shop” is not in it: it stays as it is, and a backup of it is taken first.
            $ restore everything.zip
            ! Restoring everything from TMP/everything.zip, all of 21 Nov 2026 08:30:
            !  “My Workshop”:
            !  Nothing would change.
            !  “At home”:
            !  Nothing would change.
            !  “Photos”:
            !  1 row in photos made since then will be lost.
            !  “Studio” is added: TMP/home/studio.db.
            !  “New shop” is not in it: it stays as it is, and a backup of it is taken first.
            ! omnicraft: this needs a yes, and there is no terminal to ask on. Nothing was changed. Add --yes to answer it beforehand
            exit 1
            $ restore everything.zip --workspace photos
            ! omnicraft: TMP/everything.zip holds several workspaces of one moment, and brings them back together. Leave --workspace out. To restore one of them alone, take its .db file out of the zip file and restore that
            exit 1
            $ restore everything.zip --accept-edited
            ! omnicraft: `everything.zip` is not a CSV archive. Leave --accept-edited and --trust-schema out
            exit 2
        "#]],
    );
    assert_eq!(count(&world.path("photos.db"), "photos"), 2);
}

#[test]
fn what_came_since_stays_and_what_went_is_there_again() {
    let mut world = one_came_and_one_went();
    world.check(
        "--yes restore everything.zip
         undo
         --yes undo
         workspace list",
        &expect![[r#"
            $ --yes restore everything.zip
            “My Workshop”, “At home”, “Photos” and “Studio” are restored from TMP/everything.zip. `omnicraft undo` goes back to the state before.
            ! Restoring everything from TMP/everything.zip, all of 21 Nov 2026 08:30:
            !  “My Workshop”:
            !  Nothing would change.
            !  “At home”:
            !  Nothing would change.
            !  “Photos”:
            !  1 row in photos made since then will be lost.
            !  “Studio” is added: TMP/home/studio.db.
            !  “New shop” is not in it: it stays as it is, and a backup of it is taken first.
            $ undo
            ! Undoing the restore of “My Workshop”, “At home”, “Photos” and “Studio” from TMP/everything.zip. They go back together.
            ! “My Workshop”: going back to Before Restore (Today 09:00 | SIZE) (s17):
            !  Nothing would change.
            ! “At home”: going back to Before Restore (Today 09:00 | SIZE) (s18):
            !  Nothing would change.
            ! “Photos”: going back to Before Restore (Today 09:00 | SIZE) (s19):
            !  1 row in photos will come back.
            ! “Studio” had no database before the restore, and stays as it is.
            ! omnicraft: this needs a yes, and there is no terminal to ask on. Nothing was changed. Add --yes to answer it beforehand
            exit 1
            $ --yes undo
            “My Workshop”, “At home” and “Photos” are as they were before the restore.
            ! Undoing the restore of “My Workshop”, “At home”, “Photos” and “Studio” from TMP/everything.zip. They go back together.
            ! “My Workshop”: going back to Before Restore (Today 09:00 | SIZE) (s17):
            !  Nothing would change.
            ! “At home”: going back to Before Restore (Today 09:00 | SIZE) (s18):
            !  Nothing would change.
            ! “Photos”: going back to Before Restore (Today 09:00 | SIZE) (s19):
            !  1 row in photos will come back.
            ! “Studio” had no database before the restore, and stays as it is.
            ! All workspaces: there was no database of “Studio” before TMP/everything.zip was restored, so it stays as it is
            exit 3
            $ workspace list
            My Workshop (my-workshop)
              TMP/home/my-workshop.db
            At home (at-home)
              TMP/home/at-home.db
            Photos (photos)
              TMP/photos.db
            New shop (new-shop)
              TMP/home/new-shop.db
            Studio (studio)
              TMP/home/studio.db
        "#]],
    );
    assert_eq!(count(&world.path("photos.db"), "photos"), 2);
    let kept = world.json("list");
    let kept = kept.as_array().unwrap().iter().find(|card| card["workspace"] == "new-shop");
    assert_eq!(kept.unwrap()["trigger"], "before_restore", "what stays is backed up too");
}

#[test]
fn one_of_them_alone_is_taken_out_of_the_zip_file() {
    let world = four();
    let archive = world.path("everything.zip");
    let before = content(&world.path("photos.db"));
    work(&world);
    let worked = content(&world.home().join("my-workshop.db"));
    fs::write(world.path("photos-alone.db"), zips::member(&archive, "photos.db").bytes).unwrap();
    fs::write(world.path("photos-alone.zip"), zips::member(&archive, "photos.zip").bytes).unwrap();
    for file in ["photos-alone.db", "photos-alone.zip"] {
        world.run(&format!("--yes restore {file} --workspace photos")).ends(0);
        assert_eq!(content(&world.path("photos.db")), before, "{file}");
        world.run("--yes undo").ends(0);
        assert_ne!(content(&world.path("photos.db")), before, "{file}");
    }
    assert_eq!(content(&world.home().join("my-workshop.db")), worked);
}

#[test]
fn damaged_and_missing_databases_come_back_with_the_others() {
    let world = four();
    let before = databases(&world).map(|path| content(&path));
    fs::write(world.path("photos.db"), "noise ".repeat(1000)).unwrap();
    fs::remove_file(world.home().join("studio.db")).unwrap();
    let ran = world.run("--yes restore everything.zip");
    assert!(matches!(ran.code, 0 | 3), "{}", ran.stderr);
    assert_eq!(databases(&world).map(|path| content(&path)), before);
}

#[test]
fn if_one_database_of_the_archive_is_bad_nothing_is_restored() {
    let world = four();
    work(&world);
    zips::change(&world.path("everything.zip"), |members| {
        let photos = members.iter_mut().find(|member| member.name.ends_with("photos.db")).unwrap();
        let end = photos.bytes.len() - 100;
        photos.bytes[end] ^= 0xff;
    });
    world.run("list").ends(0);
    let live = databases(&world).map(|path| fs::read(path).unwrap());
    for command in ["preview everything.zip", "--yes restore everything.zip"] {
        let ran = world.nothing_changed(|| world.run(command).ends(1));
        assert!(ran.stderr.contains("photos.db"), "{command}: {}", ran.stderr);
    }
    let told = world.run("--yes --json restore everything.zip").ends(1).json();
    assert!(told["findings"][0]["member"].as_str().unwrap().contains("photos.db"), "{told}");
    assert_eq!(databases(&world).map(|path| fs::read(path).unwrap()), live);
}

#[test]
fn while_one_app_is_at_work_nothing_is_restored() {
    let world = four();
    work(&world);
    let before = databases(&world).map(|path| content(&path));
    let app = rusqlite::Connection::open(world.path("photos.db")).unwrap();
    app.execute_batch("BEGIN; INSERT INTO photos VALUES (9, 'not yet')").unwrap();
    world.run("--yes restore everything.zip").ends(1);
    app.execute_batch("ROLLBACK").unwrap();
    drop(app);
    assert_eq!(databases(&world).map(|path| content(&path)), before);
    world.run("--yes restore everything.zip").ends(0);
    assert_eq!(count(&world.path("photos.db"), "photos"), 1);
}
