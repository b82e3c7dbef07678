//! One lane of a handle: takes the jobs one by one, opens an engine for them, and gives the home back when none is left.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::job::{JobId, Lane, Phase, Reached};
use super::known::{self, Known};
use super::shared::{Next, Shared, Work};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::progress::Observer;

/// Between two tries to take a home that another engine holds.
const RETRY: Duration = Duration::from_millis(300);

pub(super) fn run<L, A>(shared: &Arc<Shared<L, A>>, lane: Lane)
where
    L: Clone + Send + Sync + 'static,
    A: Send + Sync + 'static,
{
    let current = Arc::new(Current::default());
    let mut engine = None;
    while let Some(Next { id, work, stop, alone }) = shared.next(lane) {
        current.set(id, &stop);
        if alone {
            shared.be_alone();
        }
        if let Some(opened) = engine.take().map(Ok).or_else(|| open(shared, lane, id, &stop, &current)) {
            engine = match opened {
                Ok(engine) => perform(shared, lane, id, work, engine),
                Err(error) => {
                    shared.put(id, Phase::Failed(Arc::new(error)));
                    None
                }
            };
        }
        if alone {
            shared.no_longer_alone();
        }
        // One that only looks knows what the catalog held when it was opened.
        if lane == Lane::Look || !shared.has_more(lane) {
            engine = None;
        }
    }
}

/// An engine for the next job, once nobody else holds the home; `None` where the job was taken back meanwhile.
fn open<L, A>(
    shared: &Arc<Shared<L, A>>,
    lane: Lane,
    id: JobId,
    stop: &AtomicBool,
    current: &Arc<Current>,
) -> Option<Result<Engine, EngineError>>
where
    L: Clone + Send + Sync + 'static,
    A: Send + Sync + 'static,
{
    let observer = || Box::new(Watcher { shared: Arc::clone(shared), current: Arc::clone(current) });
    if lane == Lane::Look {
        shared.reached(id, Reached::default());
        return Some(Engine::view(&shared.home, (shared.ports)(), observer()));
    }
    loop {
        shared.reached(id, Reached::default());
        match Engine::open(&shared.home, (shared.ports)(), observer()) {
            Err(EngineError::Locked(_)) => shared.put(id, Phase::Blocked),
            opened => return Some(opened),
        }
        if !shared.wait(RETRY) || stop.load(Ordering::Relaxed) {
            shared.put(id, Phase::TakenBack);
            return None;
        }
    }
}

/// Does the job; gives the engine back where it can go on. A panic ends the job and the engine, and no more.
fn perform<L: Clone, A>(
    shared: &Shared<L, A>,
    lane: Lane,
    id: JobId,
    mut work: Work<A>,
    mut engine: Engine,
) -> Option<Engine> {
    shared.reached(id, Reached::default());
    let answer = catch_unwind(AssertUnwindSafe(|| work(&mut engine)));
    let Ok(answer) = answer else {
        shared.put(id, Phase::Failed(Arc::new(EngineError::Stuck)));
        return None;
    };
    if lane == Lane::Work {
        shared.publish(Known::of(&engine, known::found(&engine)));
    }
    match answer {
        Err(EngineError::ViewOnly(_)) if lane == Lane::Look => {
            shared.move_to_work(id, work);
            return None;
        }
        Ok(answer) => shared.put(id, Phase::Ended(Arc::new(answer))),
        Err(error) => shared.put(id, Phase::Failed(Arc::new(error))),
    }
    Some(engine)
}

/// The job that a lane is doing.
#[derive(Default)]
struct Current(Mutex<Option<(JobId, Arc<AtomicBool>)>>);

impl Current {
    fn set(&self, id: JobId, stop: &Arc<AtomicBool>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((id, Arc::clone(stop)));
    }

    fn get(&self) -> Option<(JobId, Arc<AtomicBool>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Tells the jobs how far they are, and the engine whether somebody wants it to stop.
struct Watcher<L, A> {
    shared: Arc<Shared<L, A>>,
    current: Arc<Current>,
}

impl<L: Clone, A> Observer for Watcher<L, A> {
    fn progress(&self, what: &str, done: u64, total: u64) {
        if let Some((id, _)) = self.current.get() {
            self.shared.reached(id, Reached { what: what.to_owned(), done, total });
        }
    }

    fn cancelled(&self) -> bool {
        self.current.get().is_some_and(|(_, stop)| stop.load(Ordering::Relaxed))
    }

    fn awaited(&self) -> bool {
        self.shared.has_more(Lane::Work)
    }
}
