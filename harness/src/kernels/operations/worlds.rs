//! The worlds of the operations: what there is on the disk when each begins.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::{Kind, Setting};
use crate::content;
use crate::listing;
use crate::random::Random;
use crate::strace;
use crate::world::World;

/// The world of an operation, by its name in [`super::NAMES`].
pub(super) fn set(name: &str) -> Option<Setting> {
    Some(match name {
        "init" => Setting { kind: Kind::NewHome, made: Some("My Workshop"), ..Setting::new(World::nothing(), "init") },
        // No snapshot yet: every tier is due.
        "open" => Setting::new(World::books(), "open"),
        "open-next-day" => Setting::new(next_day(), "open"),
        "open-recovers" => open_recovers(),
        "run" => Setting::new(next_day(), "run -- /bin/true"),
        "close" => Setting::new(shop(), "close"),
        "close-compacts" => Setting { shrinks: true, ..Setting::new(roomy_shop(), "close") },
        "snapshot" => Setting::new(shop(), "snapshot"),
        "snapshot-pinned" => Setting::new(shop(), "snapshot --pin \"before the fair\""),
        "pin" => of_card(shop(), "auto_close_3", |id| format!("pin {id} \"tax office\"")),
        "unpin" => unpin(),
        "restore" => restore(),
        "restore-db" => restore_db(),
        "restore-csv" => restore_csv(),
        "restore-all" => {
            let (world, archive) = street();
            Setting::street(world, format!("--yes restore {}", archive.display()))
        }
        "restore-new-home" => restore_new_home(),
        "undo" => undo(),
        "undo-all" => {
            let (world, archive) = street();
            world.run(&format!("--yes restore {}", archive.display())).applied();
            Setting::street(world, "--yes undo")
        }
        "export-db" => Setting::export(shop(), "export --db", "stick.db"),
        "export-db-again" => export_again(),
        "export-csv" => Setting::export(shop(), "export --csv", "stick.zip"),
        "export-all" => Setting { kind: Kind::Street, ..Setting::export(street().0, "export --all", "again.zip") },
        "reset-accounting" => Setting::new(busy_shop(), "--yes reset accounting"),
        "reset-factory" => Setting::new(busy_shop(), "--yes reset factory"),
        "migrate" => {
            let world = World::business("0001", |_| {});
            world.run("open").applied();
            Setting { migrates: true, ..Setting::new(world, "--yes migrate") }
        }
        "workspace-add" => {
            let setting = Setting::street(street().0, "workspace add \"Fourth shop\"");
            Setting { made: Some("Fourth shop"), ..setting }
        }
        "workspace-adopt" => {
            let (world, photos) = shop_and_photos();
            Setting::street(world, format!("workspace add Photos --db {}", photos.display()))
        }
        "workspace-remove" => {
            let (world, photos) = shop_and_photos();
            world.run(&format!("workspace add Photos --db {}", photos.display())).applied();
            Setting::street(world, "--yes workspace remove Photos")
        }
        "verify" => Setting::new(shop(), "verify"),
        "drill" => Setting::new(shop(), "drill"),
        _ => return None,
    })
}

/// A shop some days old: all tiers, a full ring, a manual snapshot, and an entry that no snapshot holds yet.
fn shop() -> World {
    let mut world = World::books();
    world.run("open").applied();
    for _ in 0..3 {
        world.commit();
        world.run("close").applied();
    }
    world.commit();
    world.run("snapshot").applied();
    world.commit();
    world
}

/// A command about the card in a slot.
fn of_card(world: World, slot: &str, command: impl Fn(&str) -> String) -> Setting {
    let id = world.list().into_iter().find(|card| card.slot == slot).unwrap().id;
    Setting::new(world, command(&id))
}

/// The daily tier is due again.
fn next_day() -> World {
    let mut world = shop();
    world.later(24);
    world
}

/// Much was thrown away, so that giving the space back pays.
fn roomy_shop() -> World {
    let mut world = shop();
    let live = Connection::open(world.live()).unwrap();
    crate::books::add_ballast(&live, 2).unwrap();
    live.execute_batch("DELETE FROM ballast").unwrap();
    drop(live);
    world.commit();
    world
}

fn busy_shop() -> World {
    let mut world = World::business("0004", |path| {
        omnicraft_fixtures::work_day(path, "2026-11-20".parse().unwrap(), 7).unwrap();
    });
    world.run("open").applied();
    world.commit();
    world
}

fn unpin() -> Setting {
    let setting = of_card(shop(), "auto_close_3", |id| format!("pin {id} \"tax office\""));
    setting.world.run(&setting.command).applied();
    of_card(setting.world, "auto_close_3", |id| format!("unpin {id}"))
}

/// The trap: a log with the old content lies beside the database that is swapped in.
fn restore() -> Setting {
    let mut world = shop();
    world.commit_and_die();
    of_card(world, "auto_close_2", |id| format!("--yes restore {id}"))
}

/// A restore was decided when the power failed; it fails again while the next start finishes it.
fn open_recovers() -> Setting {
    let Setting { mut world, command, .. } = restore();
    world.save();
    let (_, calls) = strace::watch(&world.command(&command), &world.root(), &world.root().with_extension("log"));
    let decides = |call: &strace::Call| call.name.starts_with("rename") && call.arguments.contains(".restore-intent.");
    let decided = calls.iter().position(decides).unwrap();
    let point = strace::points(&calls[decided + 1..], &mut Random::new(1)).remove(0);
    world.reset();
    Setting { interrupted: Some((command, point)), ..Setting::new(world, "open") }
}

fn restore_db() -> Setting {
    let mut world = shop();
    let file = world.path("stick.db");
    world.run(&format!("export --db {}", file.display())).applied();
    world.commit();
    world.commit_and_die();
    Setting::new(world, format!("--yes restore {}", file.display()))
}

fn restore_csv() -> Setting {
    let mut world = shop();
    let archive = world.path("stick.zip");
    world.run(&format!("export --csv {}", archive.display())).applied();
    world.commit();
    world.commit_and_die();
    Setting::new(world, format!("--yes restore {}", archive.display()))
}

/// A new computer, to which nothing came but an archive of everything.
fn restore_new_home() -> Setting {
    let (world, archive) = street();
    std::fs::remove_dir_all(world.home()).unwrap();
    let command = format!("--yes restore {}", archive.display());
    Setting { kind: Kind::NewHome, ..Setting::new(world, command) }
}

fn undo() -> Setting {
    let Setting { mut world, command, .. } = restore();
    world.run(&command).applied();
    world.commit_and_die();
    Setting::new(world, "--yes undo")
}

/// An older file of the user's is there, and stays until the new one is.
fn export_again() -> Setting {
    let mut world = shop();
    let file = world.path("stick.db");
    world.run(&format!("export --db {}", file.display())).applied();
    world.commit();
    Setting::export(world, "export --force --db", "stick.db")
}

/// A shop, and a database that somebody else made.
fn shop_and_photos() -> (World, PathBuf) {
    let mut world = shop();
    let path = world.path("photos.db");
    let sql = "CREATE TABLE photos (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO photos (name) VALUES ('a'), ('b')";
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    world.know(content::of_sealed(&path).unwrap(), "the photos".to_owned());
    (world, path)
}

/// Businesses of which the archive knows one that is gone, and lacks one that came later.
fn street() -> (World, PathBuf) {
    let mut world = World::business("0004", |_| {});
    world.run("workspace add \"Second shop\"").applied();
    world.run("workspace add \"At home\" --personal-finance").applied();
    world.run("open").applied();
    let archive = world.path("everything.zip");
    world.run(&format!("export --all {}", archive.display())).applied();
    world.run("--yes workspace remove \"At home\"").applied();
    for file in listing::files(&world.home()).iter().filter(|path| listing::name(path).starts_with("at-home")) {
        std::fs::remove_file(file).unwrap();
    }
    world.run("workspace add \"Third shop\"").applied();
    world.run("open").applied();
    leave_in_the_log(&world.home().join("second-shop.db"));
    world.commit_and_die();
    (world, archive)
}

/// The app commits and dies: what it committed waits in the log.
fn leave_in_the_log(live: &Path) {
    let live = Connection::open(live).unwrap();
    live.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
    live.execute_batch("INSERT INTO settings (key, value) VALUES ('later', 'entered')").unwrap();
}
