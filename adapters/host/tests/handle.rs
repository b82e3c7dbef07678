//! The handle on an engine: jobs one after the other, looks beside them, the home given back in between, and nothing
//! that a job does can stop the others.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests look at the disk behind the port's back")]
#![allow(clippy::panic, clippy::wildcard_enum_match_arm, reason = "what a test does not expect is a failure")]
#![allow(clippy::expect_used, reason = "what is not there fails the test")]

use std::path::Path;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use omnicraft_core::change::Change;
use omnicraft_core::event::{Event, EventKind, Profiles, Source};
use omnicraft_core::model::{Condition, Level, SnapshotId, Workspace, WorkspaceId};
use omnicraft_core::state::{Moment, State};
use omnicraft_core::transition::transition;
use omnicraft_host::engine::Engine;
use omnicraft_host::error::EngineError;
use omnicraft_host::handle::{Handle, Job, JobId, Phase, Settings};
use omnicraft_host::ports::Ports;
use omnicraft_host::ports::app::NoApp;
use omnicraft_host::progress::Unobserved;
use rusqlite::Connection;
use tempfile::TempDir;

type Desk = Handle<&'static str, usize>;

/// A home with one adopted shop of a hundred sales.
struct Home {
    folder: TempDir,
    news: mpsc::Receiver<()>,
    desk: Desk,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::open(folder.path().join("shop.db")).unwrap();
        let sales = "PRAGMA journal_mode = WAL; CREATE TABLE sale (id INTEGER PRIMARY KEY, what TEXT);
                     WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
                     INSERT INTO sale SELECT i, 'a sale of a thing' FROM n;";
        connection.execute_batch(sales).unwrap();
        let mut engine = Engine::create(folder.path(), ports(), Box::new(Unobserved)).unwrap();
        engine.handle(EventKind::WorkspaceAdded(Box::new(Workspace::adopted("shop", "Shop", "shop.db")))).unwrap();
        drop(engine);
        Self::opened(folder, ports)
    }

    fn opened(folder: TempDir, ports: impl Fn() -> Ports + Send + Sync + 'static) -> Self {
        let (sender, news) = mpsc::channel();
        let desk = Handle::open(Settings {
            home: folder.path().to_owned(),
            ports: Box::new(ports),
            changed: Box::new(move || {
                let _ = sender.send(());
            }),
        });
        Self { desk: desk.unwrap(), folder, news }
    }

    fn preview(&self) -> JobId {
        self.desk.look("preview", |engine| {
            let source = Source::Snapshot(SnapshotId(1));
            let ended = engine.handle(EventKind::PreviewRequested(shop(), source))?;
            Ok(ended.differences.map_or(usize::MAX, |found| found.tables.len()))
        })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn snapshot(&self) -> JobId {
        self.desk.submit("snapshot", |engine| {
            let ended = engine.handle(EventKind::SnapshotRequested(shop(), None))?;
            Ok(ended.published.len())
        })
    }

    /// A job that is under way until the sender says that it is enough.
    fn lasting(&self) -> mpsc::Sender<()> {
        let (enough, wait) = mpsc::channel();
        let id = self.desk.submit("lasting", move |_| {
            wait.recv().unwrap();
            Ok(7)
        });
        self.until(id, |job| matches!(job.phase, Phase::Running(_)));
        enough
    }

    /// Waits for what changes, as a front end does, and never longer than a minute.
    fn until(&self, id: JobId, is: impl Fn(&Job<&'static str, usize>) -> bool) -> Job<&'static str, usize> {
        loop {
            let job = self.desk.job(id).expect("the job is remembered");
            if is(&job) {
                return job;
            }
            self.news.recv_timeout(Duration::from_secs(60)).unwrap_or_else(|_| panic!("nothing happens: {job:?}"));
        }
    }

    fn ended(&self, id: JobId) -> Phase<usize> {
        self.until(id, Job::has_ended).phase
    }

    fn answer(&self, id: JobId) -> usize {
        match self.ended(id) {
            Phase::Ended(answer) => *answer,
            phase => panic!("{phase:?}"),
        }
    }
}

fn ports() -> Ports {
    Ports::of_this_machine(Box::new(NoApp))
}

fn shop() -> WorkspaceId {
    WorkspaceId("shop".to_owned())
}

#[test]
fn a_job_is_done_and_what_it_changed_is_known() {
    let home = Home::new();
    assert!(home.desk.known().state.snapshots.is_empty() && home.desk.is_idle());
    assert_eq!(home.answer(home.snapshot()), 1);
    assert_eq!(home.desk.known().state.snapshots.len(), 1);
    let labels: Vec<_> = home.desk.jobs().iter().map(|job| job.label).collect();
    assert_eq!(labels, ["snapshot"]);
    home.desk.forget(home.desk.jobs()[0].id);
    assert!(home.desk.jobs().is_empty());
}

#[test]
fn the_home_is_given_back_between_jobs_and_what_others_did_is_seen() {
    let home = Home::new();
    home.answer(home.snapshot());
    let mut other = Engine::open(home.path(), ports(), Box::new(Unobserved));
    // The thread gives the lock back right after it has told the answer.
    while let Err(EngineError::Locked(_)) = other {
        other = Engine::open(home.path(), ports(), Box::new(Unobserved));
    }
    other.unwrap().handle(EventKind::SnapshotRequested(shop(), Some("by another".to_owned()))).unwrap();
    let known = home.desk.known();
    assert!(known.state.snapshots.values().any(|snapshot| snapshot.pin.as_deref() == Some("by another")));
}

#[test]
fn a_home_that_another_engine_holds_is_waited_for() {
    let home = Home::new();
    let other = Engine::open(home.path(), ports(), Box::new(Unobserved)).unwrap();
    let (waits, taken_back) = (home.snapshot(), home.snapshot());
    home.until(waits, |job| matches!(job.phase, Phase::Blocked));
    assert!(home.desk.cancel(taken_back));
    drop(other);
    assert_eq!(home.answer(waits), 1);
    assert!(matches!(home.ended(taken_back), Phase::TakenBack));
    assert!(!home.desk.cancel(waits), "what has ended cannot be stopped");
}

#[test]
fn a_blocked_job_can_be_taken_back() {
    let home = Home::new();
    let other = Engine::open(home.path(), ports(), Box::new(Unobserved)).unwrap();
    let waits = home.snapshot();
    home.until(waits, |job| matches!(job.phase, Phase::Blocked));
    assert!(home.desk.cancel(waits));
    assert!(matches!(home.ended(waits), Phase::TakenBack));
    drop(other);
    assert!(home.desk.known().state.snapshots.is_empty());
}

#[test]
fn a_look_waits_for_no_job_that_changes_something() {
    let home = Home::new();
    home.answer(home.snapshot());
    let enough = home.lasting();
    assert_eq!(home.answer(home.preview()), 0);
    assert!(!home.desk.is_idle());
    enough.send(()).unwrap();
}

/// A preview while a backup was being taken was refused, because another operation was under way; but it only looks.
#[test]
fn a_look_is_done_in_the_middle_of_an_operation() {
    let Home { folder, desk, .. } = Home::new();
    drop(desk);
    let ((begun, is_begun), (go_on, goes_on)) = (mpsc::channel(), mpsc::channel::<()>());
    let goes_on = Arc::new(Mutex::new(goes_on));
    let home = Home::opened(folder, move || {
        let (begun, goes_on) = (begun.clone(), Arc::clone(&goes_on));
        let decide = move |state: &State, event: &Event, profiles: &Profiles| {
            let moment = state.operation.as_ref().map(|operation| &operation.moment);
            if matches!(moment, Some(Moment::Manual(_, Some(pin))) if pin == "slowly") && begun.send(()).is_ok() {
                let _ = goes_on.lock().unwrap().recv();
            }
            transition(state, event, profiles)
        };
        Ports { decide: Box::new(decide), ..ports() }
    });
    home.answer(home.snapshot());
    let slowly = home.desk.submit("slowly", |engine| {
        let ended = engine.handle(EventKind::SnapshotRequested(shop(), Some("slowly".to_owned())))?;
        Ok(ended.published.len())
    });
    // After its second step the catalog says that it is under way.
    for _ in 0..3 {
        is_begun.recv().unwrap();
        go_on.send(()).unwrap();
    }
    is_begun.recv().unwrap();
    assert_eq!(home.answer(home.preview()), 0);
    assert!(!home.desk.job(slowly).unwrap().has_ended());
    drop(go_on);
    assert_eq!(home.answer(slowly), 1);
}

fn begins_upkeep(change: &Change) -> bool {
    matches!(change, Change::OperationPut(operation) if matches!(operation.moment, Moment::Upkeep(_)))
}

/// The timer's check is proving a backup when somebody wants another one: he does not wait, and a later check proves it.
#[test]
fn a_job_that_waits_interrupts_what_nobody_asked_for() {
    let Home { folder, desk, .. } = Home::new();
    drop(desk);
    let ((begun, is_begun), (go_on, goes_on)) = (mpsc::channel(), mpsc::channel::<()>());
    let goes_on = Arc::new(Mutex::new(goes_on));
    let home = Home::opened(folder, move || {
        let (begun, goes_on) = (begun.clone(), Arc::clone(&goes_on));
        let decide = move |state: &State, event: &Event, profiles: &Profiles| {
            let next = transition(state, event, profiles);
            if next.changes.iter().any(begins_upkeep) && begun.send(()).is_ok() {
                let _ = goes_on.lock().unwrap().recv();
            }
            next
        };
        Ports { decide: Box::new(decide), ..ports() }
    });
    let tick = || {
        home.desk.submit("tick", |engine| {
            let ended = engine.handle(EventKind::TimePassed(shop()))?;
            assert!(ended.failure.is_none() && ended.warnings.is_empty(), "{ended:?}");
            Ok(engine.state().snapshots.values().filter(|snapshot| snapshot.level == Level::Proven).count())
        })
    };
    assert_eq!(home.answer(tick()), 0, "the first one takes the backups of the day");
    let interrupted = tick();
    is_begun.recv().unwrap();
    let wanted = home.snapshot();
    go_on.send(()).unwrap();
    assert_eq!((home.answer(interrupted), home.answer(wanted)), (0, 1));
    drop(go_on);
    assert_eq!(home.answer(tick()), 1);
}

/// A restore found the live database open, because a preview in the same process was reading it, and gave up.
#[test]
fn looks_make_way_for_a_job_that_must_be_alone_and_begin_when_it_is_done() {
    let home = Home::new();
    home.answer(home.snapshot());
    let long = home.desk.look("long", |engine| {
        while engine.look("reading", |progress| progress.at(1, 2)).is_ok() {
            std::thread::yield_now();
        }
        Ok(1)
    });
    home.until(long, |job| matches!(&job.phase, Phase::Running(reached) if reached.total == 2));
    let (enough, wait) = mpsc::channel();
    let alone = home.desk.submit_alone("alone", move |_| {
        wait.recv().unwrap();
        Ok(2)
    });
    assert_eq!(home.answer(long), 1);
    while home.desk.glance(|| ()).is_some() {
        std::thread::yield_now();
    }
    let waits = home.preview();
    assert!(matches!(home.desk.job(waits).unwrap().phase, Phase::Waiting));
    enough.send(()).unwrap();
    assert_eq!((home.answer(alone), home.answer(waits)), (2, 0));
    assert_eq!(home.desk.glance(|| 3), Some(3));
}

/// A look takes no lock. A preview that found a backup damaged could not mark it, and said that another engine was at
/// work, although there was none.
#[test]
fn a_look_that_finds_damage_marks_it_under_the_lock() {
    let home = Home::new();
    home.answer(home.snapshot());
    let slot = home.desk.known().state.snapshots[&SnapshotId(1)].slot;
    let file = home.path().join("backups").join(slot.file_name());
    let mut content = std::fs::read(&file).unwrap();
    content.truncate(5000);
    std::fs::write(&file, content).unwrap();
    let look = home.desk.look("look", |engine| {
        let source = Source::Snapshot(SnapshotId(1));
        let ended = engine.handle(EventKind::PreviewRequested(shop(), source))?;
        Ok(usize::from(ended.failure.is_some()))
    });
    match home.ended(look) {
        Phase::Failed(error) => assert!(error.to_string().contains("cannot be trusted"), "{error}"),
        // The engine of the snapshot was still open, and found the damage when it read the file.
        Phase::Ended(failures) => assert_eq!(*failures, 1),
        phase => panic!("{phase:?}"),
    }
    let condition = home.desk.known().state.snapshots[&SnapshotId(1)].condition.clone();
    assert!(matches!(condition, Condition::Suspect(_)), "{condition:?}");
}

#[test]
fn a_stop_reaches_the_job_under_way() {
    let home = Home::new();
    let (begun, wait) = mpsc::channel();
    let id = home.desk.submit("slow", move |engine| {
        begun.send(()).unwrap();
        // As every long step does: it reports, and is told to stop.
        while engine.look("waiting", |progress| progress.at(1, 2)).is_ok() {
            std::thread::yield_now();
        }
        Ok(1)
    });
    wait.recv().unwrap();
    home.until(id, |job| matches!(&job.phase, Phase::Running(reached) if reached.total == 2));
    assert!(home.desk.cancel(id) && home.desk.job(id).unwrap().cancelled);
    assert_eq!(home.answer(id), 1);
}

/// A defect in one job left its bar running for ever, and every later job waiting behind it.
#[test]
fn a_job_that_panics_ends_alone() {
    let home = Home::new();
    let broken = home.desk.submit("broken", |_| panic!("a defect"));
    match home.ended(broken) {
        Phase::Failed(error) => assert!(matches!(*error, EngineError::Stuck)),
        phase => panic!("{phase:?}"),
    }
    assert_eq!(home.answer(home.snapshot()), 1);
}

#[test]
fn a_handle_that_is_dropped_stops_what_waits() {
    let home = Home::new();
    let enough = home.lasting();
    let never = home.desk.submit("never", |_| panic!("begun after the end"));
    enough.send(()).unwrap();
    drop(home.desk);
    assert!(never > JobId(1));
    Engine::open(home.folder.path(), ports(), Box::new(Unobserved)).unwrap();
}
