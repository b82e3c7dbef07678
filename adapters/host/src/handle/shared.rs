//! What the threads of a handle share: the jobs, and what is known.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use super::Settings;
use super::job::{Job, JobId, Lane, Phase, Reached};
use super::known::{self, Known};
use crate::engine::Engine;
use crate::error::{EngineError, Stop};
use crate::ports::Ports;
use crate::progress::Unobserved;

/// What is done: again after it turned out that it needs the lock.
pub(super) type Work<A> = Box<dyn FnMut(&mut Engine) -> Result<A, EngineError> + Send>;

/// A job with its work, as long as that is not done.
pub(super) struct Entry<L, A> {
    pub(super) job: Job<L, A>,
    pub(super) work: Option<Work<A>>,
    pub(super) stop: Arc<AtomicBool>,
    /// Whether nobody may look while it is done.
    alone: bool,
}

#[derive(Default)]
struct Board<L, A> {
    next: u64,
    entries: Vec<Entry<L, A>>,
    /// Looks that are under way in other threads.
    glances: usize,
    /// A live database is being replaced.
    alone: bool,
    closing: bool,
}

/// A job that is about to be done.
pub(super) struct Next<A> {
    pub(super) id: JobId,
    pub(super) work: Work<A>,
    pub(super) stop: Arc<AtomicBool>,
    pub(super) alone: bool,
}

pub(super) struct Shared<L, A> {
    pub(super) home: PathBuf,
    pub(super) ports: Box<dyn Fn() -> Ports + Send + Sync>,
    changed: Box<dyn Fn() + Send + Sync>,
    board: Mutex<Board<L, A>>,
    /// Something was added, or everything ends.
    news: Condvar,
    known: RwLock<Arc<Known>>,
    /// Held by whoever looks whether the catalog changed.
    refreshing: Mutex<()>,
}

impl<L: Clone, A> Shared<L, A> {
    pub(super) fn open(settings: Settings) -> Result<Self, EngineError> {
        let Settings { home, ports, changed } = settings;
        let opened = Engine::open(&home, ports(), Box::new(Unobserved));
        let known = match opened {
            Ok(engine) => Known::of(&engine, known::found(&engine)),
            Err(EngineError::Locked(_)) => Known::of(&Engine::view(&home, ports(), Box::new(Unobserved))?, Vec::new()),
            Err(error) => return Err(error),
        };
        let home = std::path::absolute(&home).map_err(|error| Stop::io("find the home", &home, &error))?;
        Ok(Self {
            home,
            ports,
            changed,
            board: Mutex::new(Board { next: 1, entries: Vec::new(), glances: 0, alone: false, closing: false }),
            news: Condvar::new(),
            known: RwLock::new(Arc::new(known)),
            refreshing: Mutex::new(()),
        })
    }

    pub(super) fn add(&self, lane: Lane, alone: bool, label: L, work: Work<A>) -> JobId {
        let mut board = self.board();
        let id = JobId(board.next);
        board.next += 1;
        let job = Job { id, lane, label, phase: Phase::Waiting, cancelled: false };
        board.entries.push(Entry { job, work: Some(work), stop: Arc::new(AtomicBool::new(false)), alone });
        forget_oldest(&mut board.entries);
        drop(board);
        self.news.notify_all();
        (self.changed)();
        id
    }

    /// The next job of a lane with its work; `None` when everything ends. No look begins beside a replacement.
    pub(super) fn next(&self, lane: Lane) -> Option<Next<A>> {
        let mut board = self.board();
        loop {
            if board.closing {
                return None;
            }
            let may_begin = lane == Lane::Work || !board.alone;
            let waits = |entry: &&mut Entry<L, A>| {
                may_begin && entry.job.lane == lane && matches!(entry.job.phase, Phase::Waiting)
            };
            if let Some(entry) = board.entries.iter_mut().find(waits)
                && let Some(work) = entry.work.take()
            {
                entry.job.phase = Phase::Running(Reached::default());
                return Some(Next { id: entry.job.id, work, stop: Arc::clone(&entry.stop), alone: entry.alone });
            }
            board = self.news.wait(board).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Sends everybody away who looks, and waits until they have gone.
    pub(super) fn be_alone(&self) {
        let mut board = self.board();
        board.alone = true;
        let looks = |entry: &&Entry<L, A>| {
            entry.job.lane == Lane::Look && matches!(entry.job.phase, Phase::Running(_)) && entry.work.is_none()
        };
        board.entries.iter().filter(looks).for_each(|entry| entry.stop.store(true, Ordering::Relaxed));
        while board.glances > 0 || board.entries.iter().any(|entry| looks(&entry)) {
            board = self.news.wait(board).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Others may look again.
    pub(super) fn no_longer_alone(&self) {
        self.board().alone = false;
        self.news.notify_all();
    }

    pub(super) fn glance<T>(&self, look: impl FnOnce() -> T) -> Option<T> {
        let mut board = self.board();
        if board.alone {
            return None;
        }
        board.glances += 1;
        drop(board);
        // Counted down also where the look panics, or a restore would wait for ever.
        let _gone = Gone(self);
        Some(look())
    }

    /// Waits for a moment before another look; `false` when everything ends.
    pub(super) fn wait(&self, time: Duration) -> bool {
        let board = self.board();
        if board.closing {
            return false;
        }
        let (board, _) = self.news.wait_timeout(board, time).unwrap_or_else(PoisonError::into_inner);
        !board.closing
    }

    /// Whether a lane has more to do.
    pub(super) fn has_more(&self, lane: Lane) -> bool {
        self.board().entries.iter().any(|entry| entry.job.lane == lane && entry.work.is_some())
    }

    pub(super) fn put(&self, id: JobId, phase: Phase<A>) {
        if let Some(entry) = self.board().entries.iter_mut().find(|entry| entry.job.id == id) {
            entry.job.phase = phase;
        }
        // Whoever wants to be alone waits for looks to end.
        self.news.notify_all();
        (self.changed)();
    }

    pub(super) fn reached(&self, id: JobId, reached: Reached) {
        self.put(id, Phase::Running(reached));
    }

    /// A look that needs the lock after all waits in the other lane.
    pub(super) fn move_to_work(&self, id: JobId, work: Work<A>) {
        if let Some(entry) = self.board().entries.iter_mut().find(|entry| entry.job.id == id) {
            entry.job.lane = Lane::Work;
            entry.job.phase = Phase::Waiting;
            entry.work = Some(work);
        }
        self.news.notify_all();
        (self.changed)();
    }

    pub(super) fn cancel(&self, id: JobId) -> bool {
        let mut board = self.board();
        let Some(entry) = board.entries.iter_mut().find(|entry| entry.job.id == id && !entry.job.has_ended()) else {
            return false;
        };
        entry.stop.store(true, Ordering::Relaxed);
        entry.job.cancelled = true;
        if entry.work.take().is_some() {
            entry.job.phase = Phase::TakenBack;
        }
        drop(board);
        self.news.notify_all();
        (self.changed)();
        true
    }

    pub(super) fn forget(&self, id: JobId) {
        self.board().entries.retain(|entry| entry.job.id != id || !entry.job.has_ended());
        (self.changed)();
    }

    pub(super) fn jobs(&self) -> Vec<Job<L, A>> {
        self.board().entries.iter().map(|entry| entry.job.clone()).collect()
    }

    pub(super) fn publish(&self, known: Known) {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
        (self.changed)();
    }

    /// While our own engine is at work its steps are not shown one by one; otherwise a catalog that somebody else
    /// wrote is read again. One that cannot be read leaves what was known.
    pub(super) fn known(&self) -> Arc<Known> {
        let known = self.last_known();
        let at_work =
            |entry: &Entry<L, A>| entry.job.lane == Lane::Work && matches!(entry.job.phase, Phase::Running(_));
        if self.board().entries.iter().any(at_work) {
            return known;
        }
        let Ok(_alone) = self.refreshing.try_lock() else { return known };
        let ports = (self.ports)();
        if known::catalog(&self.home, &ports) == known.catalog {
            return known;
        }
        let Ok(viewer) = Engine::view(&self.home, ports, Box::new(Unobserved)) else { return known };
        self.publish(Known::of(&viewer, known.found.clone()));
        self.last_known()
    }

    fn last_known(&self) -> Arc<Known> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<L, A> Shared<L, A> {
    pub(super) fn close(&self) {
        let mut board = self.board();
        board.closing = true;
        board.entries.iter().for_each(|entry| entry.stop.store(true, Ordering::Relaxed));
        drop(board);
        self.news.notify_all();
    }

    /// A thread that panicked in the middle of a change of this list has left it whole: each is one assignment.
    fn board(&self) -> MutexGuard<'_, Board<L, A>> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who looked is gone.
struct Gone<'a, L, A>(&'a Shared<L, A>);

impl<L, A> Drop for Gone<'_, L, A> {
    fn drop(&mut self) {
        self.0.board().glances -= 1;
        self.0.news.notify_all();
    }
}

fn forget_oldest<L, A>(entries: &mut Vec<Entry<L, A>>) {
    let ended = entries.iter().filter(|entry| entry.job.has_ended()).count();
    let mut excess = ended.saturating_sub(Job::<L, A>::KEPT);
    entries.retain(|entry| {
        let goes = excess > 0 && entry.job.has_ended();
        excess -= usize::from(goes);
        !goes
    });
}

pub(super) fn no_thread(home: &Path, error: &io::Error) -> EngineError {
    Stop::io("start a thread for the backup engine of", home, error).into()
}
