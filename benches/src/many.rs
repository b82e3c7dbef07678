//! A home with many backups, one a day, of a database that is small, so that only their number counts.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{ToSpan, Zoned};
use omnicraft_core::change::Change;
use omnicraft_core::event::EventKind;
use omnicraft_core::model::{
    Base, Condition, Facts, FileStamp, Level, Slot, Snapshot, SnapshotId, Trigger, Workspace, WorkspaceId,
};
use omnicraft_core::state::State;
use omnicraft_host::engine::Engine;
use omnicraft_host::ports::Ports;
use omnicraft_host::ports::app::NoApp;
use omnicraft_host::ports::clock::{Clock, SystemClock};
use omnicraft_host::progress::Unobserved;
use tempfile::TempDir;

const FIRST: &str = "2023-01-02T18:00[Europe/Moscow]";

/// A home whose shop has so many backups, each pinned, so that rotation keeps it.
pub fn snapshots(count: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let connection = rusqlite::Connection::open(folder.path().join("shop.db")).unwrap();
    connection.execute_batch("CREATE TABLE sale (id INTEGER PRIMARY KEY, sold_on TEXT)").unwrap();
    let (clock, today) = Calendar::new();
    let ports = Ports { clock: Box::new(clock), ..ports() };
    let mut engine = Engine::create(folder.path(), ports, Box::new(Unobserved)).unwrap();
    engine.handle(EventKind::WorkspaceAdded(Box::new(Workspace::adopted("shop", "Shop", "shop.db")))).unwrap();
    for day in 0..count {
        let pin = Some(format!("day {day}"));
        engine.handle(EventKind::SnapshotRequested(WorkspaceId("shop".to_owned()), pin)).unwrap();
        let mut today = today.lock().unwrap();
        *today = today.checked_add(1.day()).unwrap();
    }
    folder
}

/// What the core knows of a shop with so many pinned snapshots, one a day.
pub fn state(count: u64) -> State {
    let mut state = State::default();
    state.apply(&Change::WorkspacePut(Workspace::adopted("shop", "Shop", "shop.db")));
    for number in 1..=count {
        let taken_at = day(number);
        state.apply(&Change::SnapshotPut(Box::new(Snapshot {
            id: SnapshotId(number),
            workspace: WorkspaceId("shop".to_owned()),
            slot: Slot::dated(Base::Manual, taken_at.date(), 1),
            trigger: Trigger::Manual,
            taken_at,
            digest: format!("{number:064}"),
            stamp: FileStamp::default(),
            level: Level::Sound,
            pin: Some(format!("day {number}")),
            facts: Facts::default(),
            condition: Condition::Good,
            looked_at: None,
        })));
    }
    state.next_snapshot = count + 1;
    state
}

/// The evening of a day after the first.
pub fn day(number: u64) -> Zoned {
    FIRST.parse::<Zoned>().unwrap().checked_add(i64::try_from(number).unwrap().days()).unwrap()
}

/// The ports of an app without a schema.
pub fn ports() -> Ports {
    Ports::of_this_machine(Box::new(NoApp))
}

/// A clock whose day is set.
pub struct Calendar {
    today: Arc<Mutex<Zoned>>,
    runs: SystemClock,
}

impl Calendar {
    /// The clock, and its day for whoever turns the pages.
    pub fn new() -> (Self, Arc<Mutex<Zoned>>) {
        let today = Arc::new(Mutex::new(FIRST.parse().unwrap()));
        (Self { today: Arc::clone(&today), runs: SystemClock::new() }, today)
    }
}

impl Clock for Calendar {
    fn now(&self) -> Zoned {
        self.today.lock().unwrap().clone()
    }

    fn monotonic(&self) -> Duration {
        self.runs.monotonic()
    }

    fn wait(&self, time: Duration) {
        self.runs.wait(time);
    }
}
