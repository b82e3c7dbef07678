//! A world: a home that the built `omnicraft` looks after, a live database with a pretend app, and everything that was
//! ever committed to it.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::{ToSpan, Zoned};
use omnicraft_host::ports::filesystem::{FileSystem, OsFileSystem};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use crate::content::{self, Digest};
use crate::listing::{self, Card};
use crate::process::{self, Ran, words};
use crate::{books, image};

/// A Saturday in a month and a year in which nothing else begins.
const SATURDAY: &str = "2026-11-21T08:00[UTC]";

/// Whose database it is, which decides how the pretend app commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum App {
    /// The harness' own, adopted in place; the engine has never seen its schema.
    Books,
    /// OmniCraft's business.
    Business,
}

/// A home with one workspace and its live database.
pub struct World {
    folder: TempDir,
    app: App,
    at: Zoned,
    minutes: Cell<i64>,
    next: i64,
    committed: BTreeMap<Digest, String>,
}

impl World {
    /// A home that looks after the pretend app's books, with one entry committed and no snapshot yet.
    pub fn books() -> Self {
        Self::books_and(|_| {})
    }

    /// The same, with whatever else `fill` puts into the database.
    pub fn books_and(fill: impl FnOnce(&Connection)) -> Self {
        let mut world = Self::empty(App::Books, memory());
        world.init();
        let mut connection = Connection::open(world.live()).unwrap();
        books::found(&mut connection).unwrap();
        fill(&connection);
        drop(connection);
        world.commit();
        world.adopt();
        world
    }

    /// A home that looks after an OmniCraft business of this released version, which `fill` fills.
    pub fn business(version: &str, fill: impl FnOnce(&Path)) -> Self {
        let mut world = Self::empty(App::Business, memory());
        world.init();
        let (schema, live) = (omnicraft_erp::BUSINESS, world.live());
        omnicraft_erp::create_at(schema, version, &live, "the-shop", "The shop").unwrap();
        fill(&live);
        world.commit();
        world.adopt();
        world
    }

    /// A home in this folder, on a disk instead of in memory, that looks after whatever database `make` makes.
    pub fn on_disk(folder: TempDir, make: impl FnOnce(&Path)) -> Self {
        let world = Self::empty(App::Books, folder);
        world.init();
        make(&world.live());
        world.adopt();
        world
    }

    /// No home yet.
    pub fn nothing() -> Self {
        Self::empty(App::Business, memory())
    }

    fn empty(app: App, folder: TempDir) -> Self {
        std::fs::create_dir(folder.path().join("world")).unwrap();
        let at = SATURDAY.parse().unwrap();
        Self { folder, app, at, minutes: Cell::new(0), next: 1, committed: BTreeMap::new() }
    }

    /// The business that `init` makes is of no use here: its place is taken by the live database.
    fn init(&self) {
        self.run("init").applied();
        self.run("--yes workspace remove my-workshop").applied();
        for file in listing::files(&self.home()).iter().filter(|path| listing::name(path).starts_with("my-workshop")) {
            std::fs::remove_file(file).unwrap();
        }
    }

    fn adopt(&self) {
        self.run(&format!("workspace add Shop --db {}", self.live().display())).applied();
    }

    /// Everything that is in this world.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("world")
    }

    /// The home.
    pub fn home(&self) -> PathBuf {
        self.root().join("home")
    }

    /// The folder of snapshots.
    pub fn backups(&self) -> PathBuf {
        self.home().join("backups")
    }

    /// The live database: the app's own in the home, any other outside.
    pub fn live(&self) -> PathBuf {
        match self.app {
            App::Books => self.path("shop.db"),
            App::Business => self.home().join("shop.db"),
        }
    }

    /// A path of this world.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    /// Remembers this world as it is, for [`World::reset`].
    pub fn save(&mut self) {
        self.at = self.now();
        self.minutes.set(0);
        image::replace(&self.folder.path().join("saved"), &self.root());
    }

    /// Back to what was saved, in the same place and at the same time. A copy has other times and inodes than the
    /// files that the engine remembers, so it gets the occasion to look at them first.
    pub fn reset(&self) {
        image::replace(&self.root(), &self.folder.path().join("saved"));
        self.minutes.set(0);
        if self.home().exists() {
            self.run("list").applied();
        }
    }

    /// Moves the clock forward, and over midnight if that is near: what comes next belongs to one day.
    pub fn later(&mut self, hours: i64) {
        self.at = self.at.checked_add(hours.hours()).unwrap();
        if self.now().hour() == 23 {
            self.at = self.at.checked_add(1.hour()).unwrap();
        }
    }

    /// The clock of the next call.
    pub fn now(&self) -> Zoned {
        self.at.checked_add(self.minutes.get().minutes()).unwrap()
    }

    /// A call that has not started yet. Each call comes a minute after the one before it.
    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(process::binary());
        self.minutes.set(self.minutes.get() + 1);
        command.env_clear().env("TZ", "UTC").env("OMNICRAFT_HOME", self.home()).env("PATH", "/usr/bin:/bin");
        command.current_dir(self.root()).arg("--at").arg(self.now().to_string()).args(words(line));
        command
    }

    /// One call, to its end.
    pub fn run(&self, line: &str) -> Ran {
        process::run(&mut self.command(line))
    }

    /// The cards.
    #[track_caller]
    pub fn list(&self) -> Vec<Card> {
        listing::read(&self.run("--json list").applied().json())
    }

    /// The app opens the live database, commits, and closes it.
    pub fn commit(&mut self) -> Digest {
        self.commit_and(drop)
    }

    /// The app commits and dies: the commit waits in the write-ahead log.
    pub fn commit_and_die(&mut self) -> Digest {
        self.commit_and(|connection| {
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
        })
    }

    fn commit_and(&mut self, close: impl FnOnce(Connection)) -> Digest {
        let number = self.next_entry();
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let mut connection = Connection::open_with_flags(self.live(), flags).unwrap();
        self.enter(&mut connection, number).unwrap();
        let digest = content::digest(&connection).unwrap();
        close(connection);
        self.know(digest, format!("entry {number}"));
        digest
    }

    /// Commits an entry as this world's app does.
    pub fn enter(&self, connection: &mut Connection, number: i64) -> rusqlite::Result<()> {
        match self.app {
            App::Books => books::commit(connection, number),
            App::Business => {
                let sql = "INSERT INTO settings (key, value) VALUES ('entry ' || ?1, 'made')";
                connection.execute(sql, [number]).map(drop)
            }
        }
    }

    /// The number of an entry that was never made before.
    pub const fn next_entry(&mut self) -> i64 {
        let number = self.next;
        self.next += 1;
        number
    }

    /// Entries up to this one were made by somebody else.
    pub fn skip_entries(&mut self, up_to: i64) {
        self.next = self.next.max(up_to + 1);
    }

    /// What the live database holds. Nobody may have it open.
    pub fn content(&self) -> Result<Digest, String> {
        content::of_live(&self.live())
    }

    /// From now on this content counts as committed.
    pub fn know(&mut self, digest: Digest, name: String) {
        self.committed.entry(digest).or_insert(name);
    }

    /// Whether this content was ever committed.
    pub fn knows(&self, digest: Digest) -> bool {
        self.committed.contains_key(&digest)
    }

    /// A content's name.
    pub fn name_of(&self, digest: Digest) -> String {
        self.committed.get(&digest).cloned().unwrap_or_else(|| format!("{digest}, which was never committed"))
    }
}

/// In memory where there is room: what a killed process leaves is the same there, and comes sooner.
fn memory() -> TempDir {
    let memory = Path::new("/dev/shm");
    let roomy = OsFileSystem.free_space(memory).is_ok_and(|free| free > 2 << 30);
    if roomy { TempDir::new_in(memory).unwrap() } else { TempDir::new().unwrap() }
}
