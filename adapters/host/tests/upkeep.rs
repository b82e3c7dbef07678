//! The timer's check proves a backup where nothing is due, and stands in nobody's way.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests look at the disk behind the port's back")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use omnicraft_core::event::EventKind;
use omnicraft_core::model::{Level, SnapshotId, Workspace, WorkspaceId};
use omnicraft_core::state::Ending;
use omnicraft_core::transition::Conclusion;
use omnicraft_host::engine::Engine;
use omnicraft_host::ports::Ports;
use omnicraft_host::ports::app::NoApp;
use omnicraft_host::ports::clock::SystemClock;
use omnicraft_host::progress::Observer;
use rusqlite::Connection;
use tempfile::TempDir;

/// Whether an app waits for the engine.
#[derive(Clone, Default)]
struct App(Arc<AtomicBool>);

impl Observer for App {
    fn progress(&self, _what: &str, _done: u64, _total: u64) {}

    fn cancelled(&self) -> bool {
        false
    }

    fn awaited(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A home with a shop of a hundred sales, at half past eight of a Saturday.
struct Home {
    folder: TempDir,
    app: App,
    engine: Engine,
}

impl Home {
    fn new() -> Self {
        let (folder, app) = (tempfile::tempdir().unwrap(), App::default());
        let connection = Connection::open(folder.path().join("shop.db")).unwrap();
        let sales = "CREATE TABLE sale (id INTEGER PRIMARY KEY, what TEXT); CREATE INDEX whats ON sale (what);
                     WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
                     INSERT INTO sale SELECT i, 'a sale of a thing ' || i FROM n;";
        connection.execute_batch(sales).unwrap();
        let clock = Box::new(SystemClock::set_to("2026-11-21T08:30[UTC]".parse().unwrap()));
        let ports = Ports { clock, ..Ports::of_this_machine(Box::new(NoApp)) };
        let engine = Engine::create(folder.path(), ports, Box::new(app.clone())).unwrap();
        let mut home = Self { folder, app, engine };
        home.tell(EventKind::WorkspaceAdded(Box::new(Workspace::adopted("shop", "Shop", "shop.db"))));
        home
    }

    fn tell(&mut self, event: EventKind) -> Conclusion {
        let conclusion = self.engine.handle(event).unwrap();
        assert!(conclusion.failure.is_none(), "{conclusion:?}");
        conclusion
    }

    fn tick(&mut self) -> Conclusion {
        self.tell(EventKind::TimePassed(shop()))
    }

    fn is_awaited(&self, awaited: bool) {
        self.app.0.store(awaited, Ordering::Relaxed);
    }

    fn level(&self, id: u64) -> Level {
        self.engine.state().snapshots[&SnapshotId(id)].level
    }

    /// The backups with what the engine wrote beside them.
    fn backups(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let files = fs::read_dir(self.folder.path().join("backups")).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|path| path.is_file()).map(|path| (path.clone(), fs::read(path).unwrap())).collect()
    }
}

fn shop() -> WorkspaceId {
    WorkspaceId("shop".to_owned())
}

#[test]
fn a_backup_is_proven_where_nothing_is_due_and_stays_so() {
    let mut home = Home::new();
    home.tell(EventKind::AppStarted(shop()));
    assert_eq!([1, 2, 3, 4].map(|id| home.level(id)), [Level::Sound; 4], "a start leaves the machine to the app");
    home.tick();
    assert_eq!([1, 2, 3, 4].map(|id| home.level(id)), [Level::Sound, Level::Sound, Level::Sound, Level::Proven]);
    (0..3).for_each(|_| drop(home.tick()));
    let proven = home.engine.state().snapshots.clone();
    assert!(proven.values().all(|snapshot| snapshot.level == Level::Proven && snapshot.looked_at.is_some()));
    let before = home.backups();
    home.tick();
    assert_eq!(home.backups(), before, "with nothing to prove nothing is written");
    drop(home.engine);
    let engine = Engine::open(home.folder.path(), Ports::of_this_machine(Box::new(NoApp)), Box::new(home.app)).unwrap();
    assert_eq!(engine.state().snapshots, proven);
}

#[test]
fn an_app_that_waits_interrupts_it_and_leaves_everything_as_it_was() {
    let mut home = Home::new();
    home.tell(EventKind::AppStarted(shop()));
    let before = (home.engine.state().clone(), home.backups());
    home.is_awaited(true);
    assert_eq!(home.tick().ending, Ending::Applied);
    let after = (home.engine.state(), home.backups());
    assert_eq!((&after.0.snapshots, &after.0.journal, &after.1), (&before.0.snapshots, &before.0.journal, &before.1));
    home.is_awaited(false);
    home.tick();
    assert_eq!(home.level(4), Level::Proven);
}

#[test]
fn what_is_due_or_asked_for_is_done_while_somebody_waits() {
    let mut home = Home::new();
    home.is_awaited(true);
    assert_eq!(home.tick().published.len(), 4);
    assert_eq!(home.tell(EventKind::AppClosing(shop())).published.len(), 1);
    home.tell(EventKind::VerifyRequested(vec![SnapshotId(5)], omnicraft_core::effect::Depth::Proven));
    assert_eq!(home.level(5), Level::Proven);
}
