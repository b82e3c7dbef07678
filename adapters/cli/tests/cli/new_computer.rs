//! A new computer: nothing but an exported file, and everything comes back; or the file is refused, and nothing stays.

use std::fs;
use std::path::Path;

use crate::world::{Ran, World, content};
use crate::zips;

/// The old computer: a business with its CSV archive, its database and a global archive on a stick, and the content.
fn old() -> World {
    let world = World::business();
    world.run("workspace add \"At home\" --personal-finance").ends(0);
    world.run("export --csv books.zip").ends(0);
    world.run("export --db books.db").ends(0);
    world.run("export --db home.db --workspace at-home").ends(0);
    world.run("export --all everything.zip").ends(0);
    world
}

/// The call with a new home.
fn on_new(world: &World, line: &str) -> Ran {
    world.run(&format!("{line} --home {}", world.path("new/home").display()))
}

#[track_caller]
fn is_refused(world: &World, line: &str, reason: &str) {
    let ran = on_new(world, line);
    assert!(matches!(ran.code, 1 | 2), "{line}: {} {}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains(reason), "{line}: {}", ran.stderr);
    assert!(!ran.stderr.contains("still there"), "{line}: {}", ran.stderr);
    assert!(!world.path("new").exists(), "{line}");
}

/// The workspace lives on: it opens, rehearses and can be restored again.
#[track_caller]
fn lives_on(world: &World) {
    for line in ["open", "verify", "drill", "--yes restore auto_daily"] {
        on_new(world, line).ends(0);
    }
}

#[test]
fn a_csv_archive_makes_a_home_with_its_workspace() {
    let world = old();
    let ran = on_new(&world, "restore books.zip").ends(0);
    assert!(ran.stdout.contains("“My Workshop” is restored"), "{}", ran.stdout);
    assert_eq!(content(&world.path("new/home/my-workshop.db")), content(&world.home().join("my-workshop.db")));
    lives_on(&world);
    on_new(&world, "--yes restore books.zip").ends(0);
}

#[test]
fn a_global_archive_makes_a_home_with_all_workspaces() {
    let world = old();
    let ran = on_new(&world, "--json restore everything.zip").ends(0).json();
    let names: Vec<_> = ran["workspaces"].as_array().unwrap().iter().map(|known| &known["workspace_name"]).collect();
    assert_eq!(names, ["My Workshop", "At home"]);
    for database in ["my-workshop.db", "at-home.db"] {
        let (new, old) = (world.path("new/home").join(database), world.home().join(database));
        assert_eq!(content(&new), content(&old), "{database}");
    }
    for line in ["open", "verify", "--yes restore everything.zip"] {
        on_new(&world, line).ends(0);
    }
}

#[test]
fn a_database_of_omnicrafts_makes_a_home() {
    let world = old();
    for (file, database, live) in
        [("books.db", "my-workshop.db", "my-workshop.db"), ("home.db", "personal-finance.db", "at-home.db")]
    {
        on_new(&world, &format!("restore {file}")).ends(0);
        let new = world.path("new/home").join(database);
        assert_eq!(content(&new), content(&world.home().join(live)), "{file}");
        lives_on(&world);
        fs::remove_dir_all(world.path("new")).unwrap();
    }
}

#[test]
fn what_is_refused_leaves_no_half_home() {
    let world = old();
    is_refused(&world, "restore everything.zip --trust-schema", "--trust-schema");
    fs::write(world.path("text.db"), "a letter ".repeat(1000)).unwrap();
    world.sql("other.db", "CREATE TABLE t (x)");
    zips::edit(&world.path("books.zip"), "settings.csv", "workspace_name", "workspace_name_");
    zips::change(&world.path("everything.zip"), |members| members[2].bytes.truncate(5000));
    let whole = fs::read(world.path("everything.zip")).unwrap();
    fs::write(world.path("half.zip"), &whole[..whole.len() / 2]).unwrap();
    is_refused(&world, "restore books.zip", "--accept-edited");
    is_refused(&world, "restore everything.zip", "my_workshop.db");
    is_refused(&world, "restore half.zip", "half.zip");
    is_refused(&world, "restore text.db", "text.db");
    is_refused(&world, "restore other.db", "not a database of OmniCraft's");
    is_refused(&world, "restore books.zip --workspace Shop", "--workspace");
    is_refused(&world, "restore missing.zip", "there is no file");
    is_refused(&world, "restore s1", "is not a home");
    is_refused(&world, "preview books.zip", "`omnicraft restore");
}

#[test]
fn what_lay_in_the_folder_before_is_not_touched() {
    let world = old();
    let mine = world.path("new/home/backups/mine.txt");
    fs::create_dir_all(mine.parent().unwrap()).unwrap();
    fs::write(&mine, "my own").unwrap();
    fs::write(world.path("new/home/my-workshop.db"), "my own").unwrap();
    let names = |folder: &Path| fs::read_dir(folder).unwrap().count();
    fs::write(world.path("bad.zip"), "PK\x03\x04").unwrap();
    on_new(&world, "restore bad.zip").ends(1);
    assert_eq!((names(&world.path("new/home")), names(&world.path("new/home/backups"))), (2, 1));
    on_new(&world, "restore books.zip").ends(0);
    assert_eq!(fs::read_to_string(&mine).unwrap(), "my own");
    assert_eq!(fs::read_to_string(world.path("new/home/my-workshop.db")).unwrap(), "my own");
    assert_eq!(content(&world.path("new/home/my-workshop-2.db")), content(&world.home().join("my-workshop.db")));
}

#[test]
fn an_adopted_database_needs_a_word_of_trust() {
    let world = World::shop();
    world.run("export --csv shop.zip").ends(0);
    is_refused(&world, "restore shop.zip", "--trust-schema");
    on_new(&world, "restore shop.zip --trust-schema").ends(0);
    assert_eq!(content(&world.path("new/home/shop.db")), content(&world.path("shop.db")));
    lives_on(&world);
}

/// A global archive knows where an adopted database lay. Somebody who has only lost the home still has it there.
#[test]
fn an_adopted_database_comes_into_the_home_and_what_lies_outside_is_not_touched() {
    let world = World::shop();
    let before = content(&world.path("shop.db"));
    world.run("export --all everything.zip").ends(0);
    world.add_goods(3);
    on_new(&world, "restore everything.zip").ends(0);
    assert_eq!(world.goods(), 103);
    assert_eq!(content(&world.path("new/home/shop.db")), before);
}

#[test]
fn a_home_that_looks_after_nothing_yet_is_filled() {
    let world = old();
    on_new(&world, "init").ends(0);
    on_new(&world, "--yes workspace remove my-workshop").ends(0);
    fs::remove_file(world.path("new/home/my-workshop.db")).unwrap();
    on_new(&world, "restore books.zip").ends(0);
    assert_eq!(content(&world.path("new/home/my-workshop.db")), content(&world.home().join("my-workshop.db")));
    lives_on(&world);
}
