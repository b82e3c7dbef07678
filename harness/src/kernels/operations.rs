//! The operations around which the power fails: a small shop for each, the command, and what may be found afterwards.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::content::{self, Digest};
use crate::listing;
use crate::oracle::{Allowed, Treasure, Unfinished};
use crate::world::World;

/// Every operation, by the name that `--operations` takes.
pub const NAMES: [&str; 12] = [
    "open",
    "close",
    "snapshot",
    "restore",
    "undo",
    "restore-csv",
    "restore-all",
    "export-db",
    "export-csv",
    "export-all",
    "reset-accounting",
    "migrate",
];

/// Every workspace that is looked after, by name, with what its live database holds.
pub type Homes = BTreeMap<String, Digest>;

/// A world in which a command is about to run. Each time the world is rewound it is as it was then, and so is its clock.
pub struct Case {
    /// The world.
    pub world: World,
    /// The command.
    pub command: String,
    /// A file of the user's that it writes.
    pub written: Option<PathBuf>,
    /// Where one database is at stake: what there was to lose, and what may be found.
    pub shop: Option<Shop>,
    /// What all live databases held before the command, and what they hold after it.
    pub homes: (Homes, Homes),
    /// Snapshots that lie in the folders after the command: an acknowledged one keeps them.
    pub promised: BTreeMap<PathBuf, Digest>,
}

/// What the oracle knows of a shop of one database.
pub struct Shop {
    /// Before the command.
    pub before: Treasure,
    /// After it.
    pub after: Treasure,
    /// Before the acknowledgement.
    pub allowed: Allowed,
    /// After it.
    pub decided: Allowed,
}

/// A home and what is to be done in it.
struct Setting {
    world: World,
    command: String,
    written: Option<PathBuf>,
    migrates: bool,
}

impl Setting {
    fn new(world: World, command: impl Into<String>) -> Self {
        Self { world, command: command.into(), written: None, migrates: false }
    }

    /// A command that writes a file of the user's, whose name ends it.
    fn export(world: World, command: &str, file: &str) -> Self {
        let path = world.path(file);
        let command = format!("{command} {}", path.display());
        Self { written: Some(path), ..Self::new(world, command) }
    }
}

/// The world of an operation, prepared in memory, and what the command makes of it.
pub fn prepare(name: &str) -> Option<Case> {
    let Setting { mut world, command, written, migrates } = set(name)?;
    world.save();
    world.reset();
    let (before, old) = (Treasure::of(&world), homes(&world));
    rewind(&world);
    world.run(&command).applied();
    let (after, new) = (Treasure::of(&world), homes(&world));
    for (name, digest) in &new {
        world.know(*digest, format!("{name} after `{command}`"));
    }
    let promised = listing::files(&world.backups()).into_iter().filter(|path| listing::is_slot(path));
    let promised = promised.map(|path| (path.clone(), content::of_sealed(&path).unwrap())).collect();
    let shop = (old.len() == 1).then(|| {
        let live = before.live.into_iter().chain(after.live).collect();
        let unfinished = migrates.then(|| Unfinished::Older(command.clone()));
        let allowed = Allowed { live, unfinished };
        let decided = Allowed { live: after.live.into_iter().collect(), unfinished: None };
        Shop { before, after, allowed, decided }
    });
    rewind(&world);
    Some(Case { world, command, written, shop, homes: (old, new), promised })
}

/// Back to the moment of the command. (The clock then stands where it stood at the command, or a little later: a start
/// never comes before the crash.)
pub fn rewind(world: &World) {
    world.reset();
    for _ in 0..3 {
        world.command("list");
    }
}

/// What every live database holds. Nobody may have them open.
///
/// # Panics
/// If one cannot be read.
pub fn homes(world: &World) -> Homes {
    read_homes(world).unwrap()
}

/// The same where a crash may have happened.
pub fn read_homes(world: &World) -> Result<Homes, String> {
    let listed = world.run("--json workspace list");
    if !listed.is_applied() {
        return Err(format!("`workspace list` failed: {listed}"));
    }
    let mut homes = Homes::new();
    for workspace in listed.json().as_array().ok_or("`workspace list` told no list")? {
        let (name, path) = (workspace["name"].as_str(), workspace["database"].as_str());
        let (name, path) = name.zip(path).ok_or("a workspace without a name or a database")?;
        let found = content::of_live(Path::new(path)).map_err(|error| format!("the database of {name}: {error}"))?;
        homes.insert(name.to_owned(), found);
    }
    Ok(homes)
}

fn set(name: &str) -> Option<Setting> {
    Some(match name {
        // No snapshot yet: every tier is due.
        "open" => Setting::new(World::books(), "open"),
        "close" => Setting::new(shop(), "close"),
        "snapshot" => Setting::new(shop(), "snapshot"),
        "restore" => restore(),
        "undo" => undo(),
        "restore-csv" => restore_csv(),
        "restore-all" => {
            let (world, archive) = street();
            Setting::new(world, format!("--yes restore {}", archive.display()))
        }
        "export-db" => Setting::export(shop(), "export --db", "stick.db"),
        "export-csv" => Setting::export(shop(), "export --csv", "stick.zip"),
        "export-all" => Setting::export(street().0, "export --all", "again.zip"),
        "reset-accounting" => reset_accounting(),
        "migrate" => {
            let world = World::business("0001", |_| {});
            world.run("open").applied();
            Setting { migrates: true, ..Setting::new(world, "--yes migrate") }
        }
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

fn in_slot(world: &World, slot: &str) -> String {
    world.list().into_iter().find(|card| card.slot == slot).unwrap().id
}

/// The trap: a log with the old content lies beside the database that is swapped in.
fn restore() -> Setting {
    let mut world = shop();
    let id = in_slot(&world, "auto_close_2");
    world.commit_and_die();
    Setting::new(world, format!("--yes restore {id}"))
}

fn undo() -> Setting {
    let mut world = shop();
    let id = in_slot(&world, "auto_close_2");
    world.run(&format!("--yes restore {id}")).applied();
    world.commit_and_die();
    Setting::new(world, "--yes undo")
}

fn restore_csv() -> Setting {
    let mut world = shop();
    let archive = world.path("stick.zip");
    world.run(&format!("export --csv {}", archive.display())).applied();
    world.commit();
    world.commit_and_die();
    Setting::new(world, format!("--yes restore {}", archive.display()))
}

fn reset_accounting() -> Setting {
    let mut world = World::business("0004", |path| {
        omnicraft_fixtures::work_day(path, "2026-11-20".parse().unwrap(), 7).unwrap();
    });
    world.run("open").applied();
    world.commit();
    Setting::new(world, "--yes reset accounting")
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
    let later = "INSERT INTO settings (key, value) VALUES ('later', 'entered')";
    Connection::open(world.home().join("second-shop.db")).unwrap().execute_batch(later).unwrap();
    world.commit_and_die();
    (world, archive)
}
