//! The operations around which the power fails: each command of the binary that changes something, in a small home, with
//! what may be found afterwards.

mod worlds;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::content::{self, Digest};
use crate::listing;
use crate::oracle::{Allowed, Treasure, Unfinished};
use crate::process::Ran;
use crate::strace::{self, Point};
use crate::world::World;

/// Every operation, by the name that `--operations` takes. (`demo` plays others of them in a folder of its own;
/// `list`, `status`, `preview` and `workspace list` change nothing.)
pub const NAMES: [&str; 30] = [
    "init",
    "open",
    "open-next-day",
    "open-recovers",
    "run",
    "close",
    "close-compacts",
    "snapshot",
    "snapshot-pinned",
    "pin",
    "unpin",
    "restore",
    "restore-db",
    "restore-csv",
    "restore-all",
    "restore-new-home",
    "undo",
    "undo-all",
    "export-db",
    "export-db-again",
    "export-csv",
    "export-all",
    "reset-accounting",
    "reset-factory",
    "migrate",
    "workspace-add",
    "workspace-adopt",
    "workspace-remove",
    "verify",
    "drill",
];

/// Whether an operation is prepared with `strace`.
pub fn needs_strace(name: &str) -> bool {
    name == "open-recovers"
}

/// Every workspace that is looked after, by name, with what its live database holds.
pub type Homes = BTreeMap<String, Digest>;
/// What the cards say that a user sees, beside the files: by id, the pin and how well it was verified.
pub type Cards = BTreeMap<String, (Option<String>, String)>;

/// A world in which a command is about to run. Each time the world is rewound it is as it was then, and so is its clock.
pub struct Case {
    /// The world.
    pub world: World,
    /// The command.
    pub command: String,
    /// A command that was killed just before, and where.
    pub interrupted: Option<(String, Point)>,
    /// A file of the user's that the command writes, and what it held before.
    pub written: Option<(PathBuf, Option<Vec<u8>>)>,
    /// A workspace that the command makes.
    pub made: Option<&'static str>,
    /// What is at stake.
    pub stake: Stake,
    /// What all live databases held before the command, and what they hold after it.
    pub homes: (Homes, Homes),
    /// The cards before the command, and after it.
    pub cards: (Cards, Cards),
    /// Snapshots that lie in the folders after the command: an acknowledged one keeps them.
    pub promised: BTreeMap<PathBuf, Digest>,
}

/// What is at stake, which decides how it is judged.
pub enum Stake {
    /// One database.
    Shop(Box<Shop>),
    /// Several databases, and which of them are looked after; what there was to lose.
    Street(Treasure),
    /// A home that is not there yet.
    NewHome,
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
    kind: Kind,
    world: World,
    command: String,
    interrupted: Option<(String, Point)>,
    written: Option<PathBuf>,
    made: Option<&'static str>,
    migrates: bool,
    /// Whether the live database is smaller afterwards, or the operation does not do what it is here for.
    shrinks: bool,
}

/// See [`Stake`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Shop,
    Street,
    NewHome,
}

impl Setting {
    fn new(world: World, command: impl Into<String>) -> Self {
        Self {
            kind: Kind::Shop,
            world,
            command: command.into(),
            interrupted: None,
            written: None,
            made: None,
            migrates: false,
            shrinks: false,
        }
    }

    fn street(world: World, command: impl Into<String>) -> Self {
        Self { kind: Kind::Street, ..Self::new(world, command) }
    }

    /// A command that writes a file of the user's, whose name ends it.
    fn export(world: World, command: &str, file: &str) -> Self {
        let path = world.path(file);
        let command = format!("{command} {}", path.display());
        Self { written: Some(path), ..Self::new(world, command) }
    }
}

/// What a world holds.
struct Survey {
    homes: Homes,
    cards: Cards,
    treasure: Treasure,
}

impl Survey {
    fn of(world: &World, made: Option<&str>) -> Self {
        Self {
            homes: read_homes(world, made).unwrap(),
            cards: read_cards(world).unwrap(),
            treasure: Treasure::of(world),
        }
    }
}

/// The world of an operation, prepared in memory, and what the command makes of it.
pub fn prepare(name: &str) -> Option<Case> {
    let Setting { kind, mut world, command, interrupted, written, made, migrates, shrinks } = worlds::set(name)?;
    world.save();
    world.reset();
    let size = |world: &World| std::fs::metadata(world.live()).map_or(0, |live| live.len());
    let (before, size_before) = ((kind != Kind::NewHome).then(|| Survey::of(&world, made)), size(&world));
    rewind(&world);
    interrupt(&world, interrupted.as_ref());
    world.run(&command).applied();
    let size_after = size(&world);
    assert!(
        !shrinks || size_after < size_before,
        "`{command}` gave no space back: {size_before} to {size_after} bytes"
    );
    let after = Survey::of(&world, made);
    for (name, digest) in &after.homes {
        world.know(*digest, format!("{name} after `{command}`"));
    }
    let promised = listing::files(&world.backups()).into_iter().filter(|path| listing::is_slot(path));
    let promised = promised.map(|path| (path.clone(), content::of_sealed(&path).unwrap())).collect();
    rewind(&world);
    let written = written.map(|path| (path.clone(), std::fs::read(path).ok()));
    let old = before.as_ref().map(|before| (before.homes.clone(), before.cards.clone())).unwrap_or_default();
    let stake = match (kind, before) {
        (Kind::Shop, Some(before)) => {
            let unfinished = migrates.then(|| Unfinished::Older(command.clone()));
            let decided = interrupted.is_some();
            Stake::Shop(Box::new(shop(before.treasure, after.treasure, decided, unfinished)))
        }
        (Kind::Street, Some(before)) => Stake::Street(before.treasure),
        (_, None) | (Kind::NewHome, _) => Stake::NewHome,
    };
    let (homes, cards) = ((old.0, after.homes), (old.1, after.cards));
    Some(Case { world, command, interrupted, written, made, stake, homes, cards, promised })
}

/// `is_decided`: that it becomes new was decided before the command.
fn shop(before: Treasure, after: Treasure, is_decided: bool, unfinished: Option<Unfinished>) -> Shop {
    let new: Vec<Digest> = after.live.into_iter().collect();
    let old = before.live.into_iter().filter(|_| !is_decided);
    let allowed = Allowed { live: old.chain(new.clone()).collect(), unfinished };
    Shop { before, after, allowed, decided: Allowed { live: new, unfinished: None } }
}

/// Runs what is killed just before the command.
///
/// # Panics
/// If it was not killed.
pub fn interrupt(world: &World, interrupted: Option<&(String, Point)>) {
    if let Some((command, point)) = interrupted {
        let ran = strace::kill(&world.command(command), point);
        assert!(strace::was_killed(&ran), "`{command}` was not killed: {ran}");
    }
}

/// Back to the moment of the command. (The clock then stands where it stood at the command, or a little later: a start
/// never comes before the crash.)
pub fn rewind(world: &World) {
    world.reset();
    for _ in 0..3 {
        world.command("list");
    }
}

/// Leaves nothing of the world in memory, because it moves to a disk that is mounted there. From now on rewinding is
/// about the clock alone.
pub fn move_out(world: &mut World) {
    world.reset();
    std::fs::remove_dir_all(world.root()).unwrap();
    std::fs::create_dir(world.root()).unwrap();
    world.save();
}

/// What every live database holds. Nobody may have them open. One that was `made` has an id that no other has, which
/// does not count.
pub fn read_homes(world: &World, made: Option<&str>) -> Result<Homes, String> {
    let listed = read(world, "--json workspace list")?;
    let mut homes = Homes::new();
    for workspace in listed.json().as_array().ok_or("`workspace list` told no list")? {
        let (name, path) = (workspace["name"].as_str(), workspace["database"].as_str());
        let (name, path) = name.zip(path).ok_or("a workspace without a name or a database")?;
        let path = Path::new(path);
        let found = content::of_live(path).and_then(|found| if made == Some(name) { but_id(path) } else { Ok(found) });
        homes.insert(name.to_owned(), found.map_err(|error| format!("the database of {name}: {error}"))?);
    }
    Ok(homes)
}

/// What a database holds that SQLite has just closed, but for the workspace's id.
fn but_id(database: &Path) -> Result<Digest, String> {
    let bytes = std::fs::read(database).map_err(|error| error.to_string())?;
    let copy = tempfile::NamedTempFile::new().and_then(|copy| std::fs::write(&copy, bytes).map(|()| copy));
    let copy = copy.map_err(|error| error.to_string())?;
    let forget = "PRAGMA journal_mode = MEMORY; DELETE FROM settings WHERE key = 'workspace_id'";
    let connection = Connection::open(&copy).map_err(|error| error.to_string())?;
    connection.execute_batch(forget).and_then(|()| content::digest(&connection)).map_err(|error| error.to_string())
}

/// What the cards say.
pub fn read_cards(world: &World) -> Result<Cards, String> {
    let listed = read(world, "--json list")?.json();
    let text = |card: &serde_json::Value, key: &str| card[key].as_str().map(str::to_owned);
    let card = |card| Some((text(card, "id")?, (text(card, "pin"), text(card, "verification")?)));
    let cards = listed.as_array().ok_or("`list` told no list")?.iter().map(card).collect::<Option<_>>();
    cards.ok_or_else(|| format!("a card without an id or a verification: {listed}"))
}

fn read(world: &World, line: &str) -> Result<Ran, String> {
    let ran = world.run(line);
    if ran.is_applied() { Ok(ran) } else { Err(format!("`{line}` failed: {ran}")) }
}
