//! A home with one workspace on a real disk, on which effects are performed, and a file system that fails on request.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests look at the disk behind the port's back")]

use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use jiff::Zoned;
use omnicraft_core::effect::Effect;
use omnicraft_core::model::{
    Base, Condition, Facts, FileStamp, Intent, IntentTarget, Level, Purpose, SchemaProfile, Slot, Snapshot, SnapshotId,
    Tier, Trigger, Workspace, WorkspaceId,
};
use omnicraft_core::names::staged_beside;
use omnicraft_core::outcome::{Failure, Outcome, Verification, Yield};
use omnicraft_core::plan::{Mode, Step};
use omnicraft_core::state::{Moment, Operation, State};
use omnicraft_host::perform::{Commits, Performer, perform, prepare_home};
use omnicraft_host::ports::app::App;
use omnicraft_host::ports::clock::SystemClock;
use omnicraft_host::ports::filesystem::{Entry, FileSystem, Lock, NewFile, OldFile, OsFileSystem, Watch};
use omnicraft_host::ports::{Ports, core_decides};
use omnicraft_host::progress::Observer;
use omnicraft_host::sqlite::Opener;
use rusqlite::Connection;
use tempfile::TempDir;

/// The slot that most tests publish into.
pub const DAILY: &str = "backups/auto_daily.db";
/// A staged copy.
pub const STAGED: &str = "backups/.staged-7-copy.db";
/// The staged database beside the live one.
pub const BESIDE: &str = ".books.db.omnicraft-staged-7";
/// The intent file.
pub const INTENT: &str = "backups/.restore-intent.json";

/// A home, and what the engine remembers of it.
pub struct Home {
    folder: TempDir,
    pub ports: Ports,
    pub state: State,
    pub faults: Arc<Faults>,
    pub stop: bool,
}

impl Home {
    /// A home whose workspace `shop` has a WAL database with one sale.
    pub fn new() -> Self {
        let home = Self::empty();
        home.books("CREATE TABLE sale (id INTEGER PRIMARY KEY, what TEXT); INSERT INTO sale (what) VALUES ('lamp')");
        home
    }

    /// A home whose workspace has no database yet.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let faults = Arc::new(Faults::default());
        let ports = Ports {
            clock: Box::new(SystemClock::new()),
            files: Box::new(FaultyFiles { faults: Arc::clone(&faults) }),
            app: Box::new(Till::new()),
            sqlite: Opener::default(),
            decide: core_decides(),
        };
        prepare_home(folder.path(), &OsFileSystem).unwrap();
        let state = State { workspaces: vec![workspace("shop", "books.db", "")], ..State::default() };
        let mut home = Self { folder, ports, state, faults, stop: false };
        home.state.operation = Some(operation());
        home
    }

    /// A home in which the restore of a global archive is staged: `shop` is whole, `two` is damaged and its WAL has
    /// content, `three` is new. The registry lists the first two, and is to list all.
    pub fn of_three() -> (Self, Intent) {
        let mut home = Self::new();
        let old = vec![workspace("shop", "books.db", ""), workspace("two", "two.db", "two")];
        home.state.workspaces.clone_from(&old);
        home.done(Effect::WriteRegistry { workspaces: old.clone(), keep_damaged: None });
        home.put("two.db", "not a database any more");
        home.put("two.db-wal", "its last commits");
        let three = workspace("three", "data/three.db", "three");
        home.state.operation.as_mut().unwrap().newcomers = vec![three.clone()];
        let new = [old, vec![three]].concat();
        let targets = new.iter().map(|workspace| {
            let staged = staged_beside(&workspace.database, 7);
            home.sealed(staged.as_str(), &[&format!("{} of the archive", workspace.id)]);
            home.target(workspace.id.clone(), staged.as_str(), workspace.database.as_str())
        });
        let targets = targets.collect();
        let intent = Intent { targets, registry: Some(new), source: "all.zip".to_owned(), ..home.intent() };
        (home, intent)
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// Runs SQL in the live database, as the app would.
    pub fn books(&self, sql: &str) {
        sql_in(&self.path("books.db"), &format!("PRAGMA journal_mode=wal; {sql}"));
    }

    /// Performs an effect.
    pub fn run(&self, effect: Effect) -> Outcome {
        let observer = Stopper(self.stop);
        let commits = Commits::default();
        let home = self.folder.path();
        let performer = Performer { home, ports: &self.ports, observer: &observer, commits: &commits };
        perform(&performer, &self.state, &Step { mode: Mode::Require, effect })
    }

    /// Performs an effect that succeeds.
    pub fn done(&self, effect: Effect) -> Yield {
        match self.run(effect.clone()) {
            Outcome::Done(learnt) => learnt,
            other => panic!("{effect}: {other:?}"),
        }
    }

    /// Performs an effect that fails.
    pub fn fails(&self, effect: Effect) -> Failure {
        match self.run(effect.clone()) {
            Outcome::Failed(failure) => failure,
            other => panic!("{effect}: {other:?}"),
        }
    }

    /// The names of all files below the home, without what SQLite keeps beside the open live database.
    pub fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        collect(self.folder.path(), "", &mut files);
        files.sort();
        files
    }

    pub fn exists(&self, relative: &str) -> bool {
        fs::symlink_metadata(self.path(relative)).is_ok()
    }

    pub fn content(&self, relative: &str) -> Vec<u8> {
        fs::read(self.path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
    }

    pub fn put(&self, relative: &str, content: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(relative).parent().unwrap()).unwrap();
        fs::write(self.path(relative), content).unwrap();
    }

    pub fn stamp(&self, relative: &str) -> FileStamp {
        OsFileSystem.stamp(&self.path(relative)).unwrap().unwrap()
    }

    pub fn digest(&self, relative: &str) -> String {
        blake3::hash(&self.content(relative)).to_hex().to_string()
    }

    /// A sealed database at a path, with these sales.
    pub fn sealed(&self, relative: &str, sales: &[&str]) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let _ = fs::remove_file(&path);
        let mut sql = "CREATE TABLE sale (id INTEGER PRIMARY KEY, what TEXT);".to_owned();
        for sale in sales {
            sql.push_str(&format!("INSERT INTO sale (what) VALUES ('{sale}');"));
        }
        sql_in(&path, &sql);
    }

    /// What was sold, according to a database file.
    pub fn sales(&self, relative: &str) -> String {
        let connection = Connection::open(self.path(relative)).unwrap();
        let sales = "SELECT coalesce(group_concat(what), '') FROM (SELECT what FROM sale ORDER BY id)";
        connection.query_row(sales, [], |row| row.get(0)).unwrap()
    }

    /// The draft of snapshot `s<id>` in a slot, as verification left it, for the file at `staged`.
    pub fn draft(&mut self, id: u64, staged: &str) {
        let mut draft = snapshot(id, Slot::plain(Base::Tier(Tier::Daily)));
        draft.digest = self.digest(staged);
        draft.stamp = self.stamp(staged);
        self.state.operation.as_mut().unwrap().drafts = vec![draft];
    }

    /// Makes the state remember a snapshot whose file lies at a path.
    pub fn remember(&mut self, id: u64, relative: &str) {
        let slot = Slot::parse(Path::new(relative).file_name().unwrap().to_str().unwrap()).unwrap();
        let mut snapshot = snapshot(id, slot);
        snapshot.digest = self.digest(relative);
        snapshot.stamp = self.stamp(relative);
        self.state.snapshots.put(snapshot);
    }

    /// The intent that swaps the staged database in.
    pub fn intent(&self) -> Intent {
        let target = self.target(shop(), BESIDE, "books.db");
        Intent {
            operation: 7,
            purpose: Purpose::Restore,
            source: "auto_daily".to_owned(),
            targets: vec![target],
            registry: None,
        }
    }

    /// One database of a swap, as it looks now.
    pub fn target(&self, workspace: WorkspaceId, staged: &str, live: &str) -> IntentTarget {
        let there = self.exists(staged);
        let Yield::Looked(looked) = self.done(Effect::Look { database: live.into() }) else { panic!("looked") };
        IntentTarget {
            workspace,
            safeguard: None,
            undoes: None,
            staged: staged.into(),
            live: live.into(),
            digest: if there { self.digest(staged) } else { String::new() },
            staged_stamp: if there { self.stamp(staged) } else { FileStamp::default() },
            live_stamp: looked.stamp,
        }
    }
}

pub fn shop() -> WorkspaceId {
    WorkspaceId("shop".to_owned())
}

pub fn workspace(id: &str, database: &str, folder: &str) -> Workspace {
    Workspace {
        id: WorkspaceId(id.to_owned()),
        name: id.to_owned(),
        database: database.into(),
        schema: None,
        folder: folder.into(),
        identity: None,
        frozen: None,
        cliff_expected: false,
        unchanged_since: None,
    }
}

pub fn snapshot(id: u64, slot: Slot) -> Snapshot {
    Snapshot {
        id: SnapshotId(id),
        workspace: shop(),
        slot,
        trigger: Trigger::Startup,
        taken_at: moment(),
        digest: String::new(),
        stamp: FileStamp::default(),
        level: Level::Sound,
        pin: None,
        facts: Facts::default(),
        condition: Condition::Good,
        looked_at: None,
    }
}

fn moment() -> Zoned {
    "2026-11-22T10:00:00+01:00[Europe/Berlin]".parse().unwrap()
}

fn operation() -> Operation {
    Operation {
        number: 7,
        moment: Moment::Startup(shop(), Trigger::Startup),
        begun_at: moment(),
        remaining: Vec::new(),
        copy: None::<Verification>,
        way: None,
        parts: Vec::new(),
        newcomers: Vec::new(),
        drafts: Vec::new(),
        published: Vec::new(),
        removed: Vec::new(),
        warnings: Vec::new(),
        failure: None,
        touched: false,
        swapped: false,
        unfinished: false,
        reserved: 0,
        differences: None,
        inspection: None,
        findings: Vec::new(),
        findings_unlisted: 0,
        overview: None,
        live_stamp: None,
        retained: false,
    }
}

pub fn sql_in(path: &Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch("PRAGMA synchronous=off").unwrap();
    connection.execute_batch(sql).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files);
        } else if !matches!(name.as_str(), "books.db-wal" | "books.db-shm") {
            files.push(name);
        }
    }
}

/// Asks for a stop, or does not.
struct Stopper(bool);

impl Observer for Stopper {
    fn progress(&self, _what: &str, _done: u64, _total: u64) {}

    fn cancelled(&self) -> bool {
        self.0
    }
}

/// An app whose schema `till` has two versions, told apart by `PRAGMA user_version`.
pub struct Till {
    profiles: Vec<SchemaProfile>,
}

impl Till {
    fn new() -> Self {
        let profile = SchemaProfile {
            name: "till".to_owned(),
            versions: vec!["1".to_owned(), "2".to_owned()],
            version_sql: "SELECT CAST(user_version AS TEXT) FROM pragma_user_version".to_owned(),
            identity_sql: "SELECT 'one'".to_owned(),
            ..SchemaProfile::default()
        };
        Self { profiles: vec![profile] }
    }
}

impl App for Till {
    fn name(&self) -> &'static str {
        "Till"
    }

    fn profiles(&self) -> &[SchemaProfile] {
        &self.profiles
    }

    fn create(&self, _profile: &SchemaProfile, version: &str, database: &Path) -> Result<(), String> {
        let connection = Connection::open(database).map_err(|error| error.to_string())?;
        let sql = "CREATE TABLE sale (id INTEGER PRIMARY KEY, what TEXT); PRAGMA user_version =";
        connection.execute_batch(&format!("{sql} {version}")).map_err(|error| error.to_string())
    }

    fn migrate(&self, _profile: &SchemaProfile, database: &Path) -> Result<(), String> {
        let connection = Connection::open(database).map_err(|error| error.to_string())?;
        connection.execute_batch("PRAGMA user_version = 2").map_err(|error| error.to_string())
    }

    fn quiesce(&self, _workspace: &WorkspaceId) -> Result<(), String> {
        Ok(())
    }

    fn relaunch(&self, _workspace: &WorkspaceId) {}
}

/// Which operation of the file system fails, and how many there were.
#[derive(Debug, Default)]
pub struct Faults {
    /// Counted from 1; 0 for none.
    pub fail_at: AtomicU64,
    /// Whether every operation after it fails too, as when the disk is gone.
    pub for_good: AtomicBool,
    pub count: AtomicU64,
    /// Whether hard links are refused, as on a memory stick.
    pub no_links: AtomicBool,
    /// Whether what fails says that the disk is full.
    pub full: AtomicBool,
}

impl Faults {
    pub fn arm(&self, fail_at: u64, for_good: bool) {
        self.count.store(0, Ordering::Relaxed);
        self.fail_at.store(fail_at, Ordering::Relaxed);
        self.for_good.store(for_good, Ordering::Relaxed);
    }

    fn pass(&self) -> io::Result<()> {
        let now = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        let at = self.fail_at.load(Ordering::Relaxed);
        let fails = now == at || (at > 0 && now > at && self.for_good.load(Ordering::Relaxed));
        let full = self.full.load(Ordering::Relaxed);
        let error =
            || if full { io::ErrorKind::StorageFull.into() } else { io::Error::other("the disk does not answer") };
        if fails { Err(error()) } else { Ok(()) }
    }
}

/// The files of this machine, but for the operations that are to fail. A failing copy leaves nothing, a failing
/// synchronisation leaves the question open: what it was to make durable is there for this process.
struct FaultyFiles {
    faults: Arc<Faults>,
}

impl FileSystem for FaultyFiles {
    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        self.faults.pass()?;
        OsFileSystem.list(folder)
    }

    fn stamp(&self, path: &Path) -> io::Result<Option<FileStamp>> {
        self.faults.pass()?;
        OsFileSystem.stamp(path)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.faults.pass()?;
        OsFileSystem.canonical(path)
    }

    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        self.faults.pass()?;
        OsFileSystem.read(path, limit)
    }

    fn write_new(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.faults.pass()?;
        OsFileSystem.write_new(path, content)
    }

    fn create_new(&self, path: &Path) -> io::Result<Box<dyn NewFile>> {
        self.faults.pass()?;
        Ok(Box::new(FaultyFile { file: OsFileSystem.create_new(path)?, faults: Arc::clone(&self.faults) }))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn OldFile>> {
        self.faults.pass()?;
        Ok(Box::new(FaultyFile { file: OsFileSystem.open(path)?, faults: Arc::clone(&self.faults) }))
    }

    fn copy_new(&self, from: &Path, to: &Path, watch: Watch<'_>) -> io::Result<()> {
        self.faults.pass()?;
        OsFileSystem.copy_new(from, to, watch)
    }

    fn copy_live(&self, from: &Path, to: &Path, watch: Watch<'_>) -> io::Result<()> {
        self.faults.pass()?;
        OsFileSystem.copy_live(from, to, watch)
    }

    fn digest(&self, path: &Path, watch: Watch<'_>) -> io::Result<String> {
        self.faults.pass()?;
        OsFileSystem.digest(path, watch)
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        self.faults.pass()?;
        OsFileSystem.sync_file(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.faults.pass()?;
        OsFileSystem.sync_folder(folder)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.faults.pass()?;
        OsFileSystem.rename(from, to)
    }

    fn take_mode(&self, like: &Path, file: &Path) -> io::Result<()> {
        self.faults.pass()?;
        OsFileSystem.take_mode(like, file)
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.faults.pass()?;
        if self.faults.no_links.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        OsFileSystem.link(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.faults.pass()?;
        OsFileSystem.remove(path)
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        self.faults.pass()?;
        OsFileSystem.create_folder(folder)
    }

    fn free_space(&self, folder: &Path) -> io::Result<u64> {
        self.faults.pass()?;
        OsFileSystem.free_space(folder)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Lock>>> {
        OsFileSystem.lock(path)
    }
}

/// An open file whose operations may fail.
struct FaultyFile<F> {
    file: F,
    faults: Arc<Faults>,
}

impl<F: Read> Read for FaultyFile<F> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.faults.pass()?;
        self.file.read(bytes)
    }
}

impl<F: Write> Write for FaultyFile<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.faults.pass()?;
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl<F: Seek> Seek for FaultyFile<F> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl NewFile for FaultyFile<Box<dyn NewFile>> {
    fn sync(&mut self) -> io::Result<()> {
        self.faults.pass()?;
        self.file.sync()
    }
}

impl OldFile for FaultyFile<Box<dyn OldFile>> {}
