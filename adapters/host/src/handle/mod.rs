//! A handle on an engine that lives on threads of its own, for a front end that must not wait: jobs go in and are done
//! one after the other, and what is known can be asked at any time.
//!
//! The home's lock is held while a job is done and no longer, so that the app, `omnicraft run` and the command line go
//! on working beside a front end that stays open all day. Jobs that change nothing, such as a preview, have a lane of
//! their own and take no lock; they wait for nobody who changes something.

mod job;
mod known;
mod lane;
mod shared;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

pub use job::{Job, JobId, Lane, Phase, Reached};
pub use known::Known;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::ports::Ports;
use shared::Shared;

/// What a handle is made of.
pub struct Settings {
    /// The home's folder.
    pub home: PathBuf,
    /// Makes the ports of each engine.
    pub ports: Box<dyn Fn() -> Ports + Send + Sync>,
    /// Called after each change of a job or of what is known, from any thread; it must be quick.
    pub changed: Box<dyn Fn() + Send + Sync>,
}

/// A handle on an engine. `L` says what a job is about, `A` is what comes out of one.
///
/// Dropping it asks the job under way to stop and waits until it has: a restore that is past its commit point is
/// finished first.
pub struct Handle<L, A> {
    shared: Arc<Shared<L, A>>,
    threads: Vec<JoinHandle<()>>,
}

impl<L, A> Handle<L, A>
where
    L: Clone + Send + Sync + 'static,
    A: Send + Sync + 'static,
{
    /// Opens the home once, so that what was interrupted is finished or undone, and starts the threads. Where another
    /// engine holds the home, what it has recorded is shown until it lets go.
    ///
    /// # Errors
    /// As those of [`Engine::open`], and an operating system that gives no thread.
    pub fn open(settings: Settings) -> Result<Self, EngineError> {
        let shared = Arc::new(Shared::open(settings)?);
        let mut handle = Self { shared, threads: Vec::new() };
        for lane in [Lane::Work, Lane::Look] {
            let shared = Arc::clone(&handle.shared);
            let thread = std::thread::Builder::new().name(format!("engine-{lane:?}").to_lowercase());
            let started = thread.spawn(move || lane::run(&shared, lane));
            handle.threads.push(started.map_err(|error| shared::no_thread(&handle.shared.home, &error))?);
        }
        Ok(handle)
    }

    /// Has something done by an engine that holds the home's lock, after everything that was submitted before. What nobody
    /// asked for, such as the proof of a backup where nothing is due, is given up when another job waits; so the timer's
    /// checks of all workspaces are one job.
    pub fn submit(&self, label: L, work: impl FnMut(&mut Engine) -> Result<A, EngineError> + Send + 'static) -> JobId {
        self.shared.add(Lane::Work, false, label, Box::new(work))
    }

    /// As [`Handle::submit`], for what replaces a live database: nobody else in this process may hold it then. Looks
    /// that are under way are asked to stop, and others begin when it is done.
    pub fn submit_alone(
        &self,
        label: L,
        work: impl FnMut(&mut Engine) -> Result<A, EngineError> + Send + 'static,
    ) -> JobId {
        self.shared.add(Lane::Work, true, label, Box::new(work))
    }

    /// Has something looked at by an engine without the lock, beside whatever is being done. Where it turns out to
    /// change something after all, such as the mark on a backup that has gone bad, it is done again under the lock.
    pub fn look(&self, label: L, work: impl FnMut(&mut Engine) -> Result<A, EngineError> + Send + 'static) -> JobId {
        self.shared.add(Lane::Look, false, label, Box::new(work))
    }

    /// A look of a blink in the caller's own thread; `None` while a live database is being replaced.
    pub fn glance<T>(&self, look: impl FnOnce() -> T) -> Option<T> {
        self.shared.glance(look)
    }

    /// Asks for a stop; one that still waits is never begun. Whether there was anything to stop.
    pub fn cancel(&self, id: JobId) -> bool {
        self.shared.cancel(id)
    }

    /// A job, as it is now.
    pub fn job(&self, id: JobId) -> Option<Job<L, A>> {
        self.shared.jobs().into_iter().find(|job| job.id == id)
    }

    /// All jobs that are remembered, the oldest first. So many that ended are kept: [`Job::KEPT`].
    pub fn jobs(&self) -> Vec<Job<L, A>> {
        self.shared.jobs()
    }

    /// Forgets a job that has ended.
    pub fn forget(&self, id: JobId) {
        self.shared.forget(id);
    }

    /// Whether nothing waits and nothing is under way.
    pub fn is_idle(&self) -> bool {
        self.shared.jobs().iter().all(Job::has_ended)
    }

    /// What is known of the home: as the last job left it, or as somebody else did since. Never waits for a job.
    pub fn known(&self) -> Arc<Known> {
        self.shared.known()
    }

    /// The home's folder.
    pub fn home(&self) -> &Path {
        &self.shared.home
    }

    /// Ports for what a front end looks at by itself.
    pub fn ports(&self) -> Ports {
        (self.shared.ports)()
    }
}

impl<L, A> Drop for Handle<L, A> {
    fn drop(&mut self) {
        self.shared.close();
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so already.
            drop(thread.join());
        }
    }
}
