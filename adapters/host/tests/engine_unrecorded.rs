//! An archive that is refused, or only looked at, leaves the home as it was: no byte, no line in the journal, no step
//! in the catalog; also when the program dies in the middle.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests look at the disk behind the port's back")]
#![allow(clippy::panic, reason = "what a test does not expect is a failure")]

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use camino::Utf8PathBuf;
use omnicraft_core::event::{EventKind, Export, Source};
use omnicraft_core::model::{FileStamp, Workspace, WorkspaceId};
use omnicraft_core::transition::Conclusion;
use omnicraft_host::engine::Engine;
use omnicraft_host::error::EngineError;
use omnicraft_host::ports::Ports;
use omnicraft_host::ports::app::NoApp;
use omnicraft_host::ports::filesystem::{FileSystem as _, OsFileSystem};
use omnicraft_host::progress::Observer;
use rusqlite::Connection;
use tempfile::TempDir;

const GO_ON: u8 = 0;
const STOP: u8 = 1;
const DIE: u8 = 2;
const DIE_LATER: u8 = 3;

/// What happens while an archive is taken in, or when its database is staged for the swap.
#[derive(Clone, Default)]
struct Fate(Arc<AtomicU8>);

impl Observer for Fate {
    fn progress(&self, what: &str, _done: u64, _total: u64) {
        let fate = self.0.load(Ordering::Relaxed);
        let takes_in = what.starts_with("Importing") || what.starts_with("Unpacking");
        assert!(!(takes_in && fate == DIE), "the program dies");
        assert!(!(what.starts_with("Preparing") && fate == DIE_LATER), "the program dies later");
    }

    fn cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed) == STOP
    }
}

/// A home with one workspace, and a desk with its archives.
struct World {
    folder: TempDir,
    fate: Fate,
}

impl World {
    fn new() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap(), fate: Fate::default() };
        fs::create_dir_all(world.path("home")).unwrap();
        fs::create_dir(world.path("desk")).unwrap();
        world.books("CREATE TABLE sale (id INTEGER PRIMARY KEY, what TEXT); INSERT INTO sale (what) VALUES ('lamp')");
        let (ports, observer) = world.ports();
        let mut engine = Engine::create(&world.path("home"), ports, observer).unwrap();
        let shop = Workspace::adopted("shop", "Shop", "books.db");
        done(&mut engine, EventKind::WorkspaceAdded(Box::new(shop)));
        for (export, to) in
            [(Export::Csv(shop_id()), "desk/shop.zip"), (Export::All { with_csv: false }, "desk/all.zip")]
        {
            done(&mut engine, EventKind::ExportRequested { export, to: world.utf8(to), replace: false });
        }
        world
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    fn utf8(&self, relative: &str) -> Utf8PathBuf {
        self.path(relative).try_into().unwrap()
    }

    fn ports(&self) -> (Ports, Box<dyn Observer>) {
        (Ports::of_this_machine(Box::new(NoApp)), Box::new(self.fate.clone()))
    }

    fn engine(&self) -> Engine {
        let (ports, observer) = self.ports();
        Engine::open(&self.path("home"), ports, observer).unwrap()
    }

    fn books(&self, sql: &str) {
        let connection = Connection::open(self.path("home/books.db")).unwrap();
        connection.execute_batch(sql).unwrap();
    }

    fn sales(&self) -> i64 {
        let connection = Connection::open(self.path("home/books.db")).unwrap();
        connection.query_row("SELECT count(*) FROM sale", [], |row| row.get(0)).unwrap()
    }

    fn csv(&self) -> Source {
        Source::Archive { path: self.utf8("desk/shop.zip"), accept_edited: false, trust_schema: false }
    }

    /// Everything below the home.
    fn home(&self) -> BTreeMap<PathBuf, Option<(Vec<u8>, FileStamp)>> {
        let mut found = BTreeMap::new();
        collect(&self.path("home"), &mut found);
        found
    }
}

fn shop_id() -> WorkspaceId {
    WorkspaceId("shop".to_owned())
}

/// Folders have no content; of a file, when it was written counts too.
fn collect(folder: &Path, found: &mut BTreeMap<PathBuf, Option<(Vec<u8>, FileStamp)>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.insert(path.clone(), None);
            collect(&path, found);
        } else {
            let stamp = OsFileSystem.stamp(&path).unwrap().unwrap();
            found.insert(path.clone(), Some((fs::read(&path).unwrap(), stamp)));
        }
    }
}

fn done(engine: &mut Engine, event: EventKind) -> Conclusion {
    let conclusion = engine.handle(event).unwrap();
    assert_eq!(conclusion.failure, None, "{conclusion:?}");
    conclusion
}

fn fails(engine: &mut Engine, event: EventKind) -> Conclusion {
    let conclusion = engine.handle(event).unwrap();
    assert!(conclusion.failure.is_some(), "{conclusion:?}");
    conclusion
}

/// The event changes nothing at all, neither now nor when the engine is opened again.
fn check_untouched(world: &World, event: &EventKind, handle: fn(&mut Engine, EventKind) -> Conclusion) -> Conclusion {
    let mut engine = world.engine();
    let before = world.home();
    let journal = engine.state().journal.clone();
    let conclusion = handle(&mut engine, event.clone());
    assert!(world.home() == before, "{:?}", world.home().keys());
    assert_eq!(engine.state().journal, journal);
    assert_eq!(engine.state().operation, None);
    drop(engine);
    drop(world.engine());
    assert!(world.home() == before, "{:?}", world.home().keys());
    conclusion
}

#[test]
fn an_archive_that_does_not_fit_is_refused_without_a_trace() {
    let world = World::new();
    world.books("ALTER TABLE sale ADD COLUMN price INTEGER NOT NULL DEFAULT 0");
    let restore = EventKind::RestoreRequested(shop_id(), world.csv());
    let preview = EventKind::PreviewRequested(shop_id(), world.csv());
    for event in [restore, preview] {
        let failure = check_untouched(&world, &event, fails).failure.unwrap();
        // Found while the database was being built, not before.
        assert!(failure.reason.contains("“price”: is in the schema, but not in the archive"), "{failure}");
    }
}

#[test]
fn a_look_at_an_archive_leaves_no_trace() {
    let world = World::new();
    world.books("INSERT INTO sale (what) VALUES ('chair')");
    let conclusion = check_untouched(&world, &EventKind::PreviewRequested(shop_id(), world.csv()), done);
    assert_eq!(conclusion.differences.unwrap().tables.len(), 1);
    check_untouched(&world, &EventKind::PreviewAllRequested(world.utf8("desk/all.zip")), done);
}

/// The archive brings a workspace that is not here, and where its database would be lies a file of somebody's.
#[test]
fn a_global_archive_that_is_refused_after_it_was_unpacked_leaves_no_trace() {
    let world = World::new();
    let other = World { folder: tempfile::tempdir().unwrap(), fate: Fate::default() };
    let (ports, observer) = other.ports();
    drop(Engine::create(&other.path("home"), ports, observer).unwrap());
    fs::create_dir(other.path("desk")).unwrap();
    fs::copy(world.path("desk/all.zip"), other.path("desk/all.zip")).unwrap();
    fs::write(other.path("home/shop.db"), "a letter").unwrap();
    let conclusion = check_untouched(&other, &EventKind::RestoreAllRequested(other.utf8("desk/all.zip")), fails);
    assert!(conclusion.failure.unwrap().reason.contains("a file lies there already"));
}

#[test]
fn a_restore_that_is_stopped_while_it_reads_leaves_no_trace() {
    let world = World::new();
    for event in [
        EventKind::RestoreRequested(shop_id(), world.csv()),
        EventKind::RestoreAllRequested(world.utf8("desk/all.zip")),
    ] {
        let mut engine = world.engine();
        let before = world.home();
        world.fate.0.store(STOP, Ordering::Relaxed);
        fails(&mut engine, event);
        world.fate.0.store(GO_ON, Ordering::Relaxed);
        assert!(world.home() == before, "{:?}", world.home().keys());
    }
}

/// The program was killed while it took an archive in, before anything was recorded. Its number is given again, and so
/// are the names of its staged files.
#[test]
fn what_a_killed_import_left_is_swept_or_overwritten() {
    let world = World::new();
    let events = [
        EventKind::RestoreRequested(shop_id(), world.csv()),
        EventKind::RestoreAllRequested(world.utf8("desk/all.zip")),
    ];
    for event in events {
        world.books("INSERT INTO sale (what) VALUES ('chair')");
        let before = world.home();
        let mut engine = world.engine();
        let journal = engine.state().journal.clone();
        let number = engine.state().next_operation;
        world.fate.0.store(DIE, Ordering::Relaxed);
        assert!(catch_unwind(AssertUnwindSafe(|| engine.handle(event.clone()))).is_err());
        world.fate.0.store(GO_ON, Ordering::Relaxed);
        drop(engine);
        let left = world.home().into_keys().filter(|path| !before.contains_key(path)).collect::<Vec<_>>();
        assert_eq!(left.len(), 1, "{left:?}");
        assert!(left[0].to_str().unwrap().contains(&format!(".staged-{number}-import-0.db")), "{left:?}");

        let mut engine = world.engine();
        assert!(world.home() == before, "{:?}", world.home().keys());
        assert_eq!((engine.state().journal.clone(), engine.state().next_operation), (journal, number));

        // The same file, put back as if it had not been swept.
        fs::write(&left[0], "half a database").unwrap();
        done(&mut engine, event.clone());
        assert_eq!(world.sales(), 1);
        assert!(!left[0].exists());
        assert_eq!(engine.state().journal.last().unwrap().moment, "restore");
    }
}

/// As soon as more than the archive's own database is made, the operation is in the catalog, with all that came before.
#[test]
fn what_comes_after_an_import_is_recorded() {
    let world = World::new();
    world.books("INSERT INTO sale (what) VALUES ('chair')");
    for event in [
        EventKind::RestoreRequested(shop_id(), world.csv()),
        EventKind::RestoreAllRequested(world.utf8("desk/all.zip")),
    ] {
        let before = world.home();
        let mut engine = world.engine();
        let number = engine.state().next_operation;
        world.fate.0.store(DIE_LATER, Ordering::Relaxed);
        assert!(catch_unwind(AssertUnwindSafe(|| engine.handle(event))).is_err());
        world.fate.0.store(GO_ON, Ordering::Relaxed);
        drop(engine);

        let engine = world.engine();
        let warnings = &engine.recovery().unwrap().warnings;
        assert!(warnings.iter().any(|warning| warning.contains("the last restore was interrupted")), "{warnings:?}");
        assert!(engine.state().next_operation > number);
        assert!(world.home().keys().eq(before.keys()), "{:?}", world.home().keys());
        assert_eq!(world.sales(), 2);
    }
}

#[test]
fn nothing_is_staged_beside_another_engine() {
    let world = World::new();
    let holder = world.engine();
    let before = world.home();
    let (ports, observer) = world.ports();
    let mut view = Engine::view(&world.path("home"), ports, observer).unwrap();
    let refused = view.handle(EventKind::PreviewRequested(shop_id(), world.csv()));
    assert!(matches!(refused, Err(EngineError::ViewOnly(_))), "{refused:?}");
    assert!(world.home() == before, "{:?}", world.home().keys());
    drop(holder);
}
