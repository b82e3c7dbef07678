//! An engine over a home with one business, as a front end embeds it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use criterion::Criterion;
use jiff::{ToSpan, Zoned};
use omnicraft_core::effect::Depth;
use omnicraft_core::event::{EventKind, Source};
use omnicraft_core::model::{SnapshotId, Workspace, WorkspaceId};
use omnicraft_core::state::Ending;
use omnicraft_core::transition::Conclusion;
use omnicraft_erp::{BUSINESS, OmniCraft};
use omnicraft_host::engine::Engine;
use omnicraft_host::ports::Ports;
use omnicraft_host::ports::clock::SystemClock;
use omnicraft_host::ports::filesystem::OsFileSystem;
use omnicraft_host::progress::{Progress, Unobserved};
use omnicraft_host::sqlite::Opener;
use omnicraft_host::sqlite::backup::{self, Held};
use tempfile::TempDir;

use crate::business::Business;
use crate::many::Calendar;

/// A home whose business no snapshot was taken of yet.
pub struct Home {
    engine: Engine,
    shop: WorkspaceId,
    folder: TempDir,
    today: Option<Arc<Mutex<Zoned>>>,
}

impl Home {
    /// A new home with a copy of the business.
    pub fn with(business: &Business) -> Self {
        Self::new(business, ports(), None)
    }

    /// The same, where time passes as told.
    pub fn of_any_day(business: &Business) -> Self {
        let (clock, today) = Calendar::new();
        Self::new(business, Ports { clock: Box::new(clock), ..ports() }, Some(today))
    }

    fn new(business: &Business, ports: Ports, today: Option<Arc<Mutex<Zoned>>>) -> Self {
        let folder = TempDir::new().unwrap();
        let mut engine = Engine::create(folder.path(), ports, Box::new(Unobserved)).unwrap();
        business.copy_to(&folder.path().join("shop.db"));
        let mut workspace = Workspace::adopted("shop", "The shop", "shop.db");
        workspace.schema = Some(BUSINESS.to_owned());
        workspace.identity = Some("the-shop".to_owned());
        let shop = workspace.id.clone();
        engine.handle(EventKind::WorkspaceAdded(Box::new(workspace))).unwrap();
        Self { engine, shop, folder, today }
    }

    /// The app starts: everything that is due is taken.
    pub fn start(&mut self) {
        let ended = self.engine.handle(EventKind::AppStarted(self.shop.clone())).unwrap();
        assert_eq!((ended.ending, ended.published.len()), (Ending::Applied, 4), "{:?}", ended.failure);
    }

    /// A year goes by, and the app starts: everything is due again.
    pub fn start_after_a_year(&mut self) {
        if let Some(today) = &self.today {
            let mut today = today.lock().unwrap();
            *today = today.checked_add(1.year()).unwrap();
        }
        self.start();
    }

    /// The app closes: the ring turns, statistics are renewed, free pages are given back where that pays.
    pub fn close(&mut self) {
        self.done(EventKind::AppClosing(self.shop.clone()));
    }

    /// Shows what a restore of the newest snapshot would change.
    pub fn preview(&mut self) {
        let ended = self.done(EventKind::PreviewRequested(self.shop.clone(), Source::Snapshot(self.newest())));
        assert!(ended.differences.is_some());
    }

    /// Checks the newest snapshot in full.
    pub fn verify(&mut self) {
        self.done(EventKind::VerifyRequested(vec![self.newest()], Depth::Proven));
    }

    fn done(&mut self, event: EventKind) -> Conclusion {
        let ended = self.engine.handle(event).unwrap();
        assert_eq!(ended.ending, Ending::Applied, "{:?} {:?}", ended.failure, ended.warnings);
        ended
    }

    /// Restores a snapshot or a file.
    pub fn restore(&mut self, source: Source) {
        self.done(EventKind::RestoreRequested(self.shop.clone(), source));
    }

    /// The newest snapshot.
    pub fn newest(&self) -> SnapshotId {
        self.engine.state().snapshots.keys().next_back().copied().unwrap()
    }

    /// The live database.
    pub fn live(&self) -> PathBuf {
        self.folder.path().join("shop.db")
    }
}

/// One durable snapshot, as the engine takes it for a slot.
pub fn snapshot(from: &Path, to: &Path) {
    held(from).copy(&Opener::default(), &OsFileSystem, to, &mut |_, _, _| Ok(())).unwrap();
}

/// As the engine takes it where it must: of databases that it does not know in every byte.
pub fn snapshot_through_sqlite(from: &Path, to: &Path) {
    held(from).copy_through_sqlite(&Opener::default(), &OsFileSystem, to, &mut |_, _, _| Ok(())).unwrap();
}

fn held(from: &Path) -> Held {
    let clock = SystemClock::new();
    let mut progress = Progress::new(&Unobserved, &clock, String::new());
    backup::hold(&Opener::default(), from, &mut progress).unwrap()
}

/// How criterion measures here: few samples, because each is a run of the yardstick too.
pub fn criterion(time: Duration) -> Criterion {
    Criterion::default().sample_size(10).warm_up_time(Duration::from_millis(100)).measurement_time(time)
}

fn ports() -> Ports {
    Ports::of_this_machine(Box::new(OmniCraft::new()))
}
