//! Progress and cancellation through one call: long work says how far it is, and learns whether to stop.

use std::time::Duration;

use crate::error::{Result, Stop};
use crate::ports::clock::Clock;

/// What a front end may want to watch. Called from the thread that runs the engine.
pub trait Observer {
    /// Something went forward. `total` is 0 where the amount is not known. Throttled to about ten calls a second.
    fn progress(&self, what: &str, done: u64, total: u64);

    /// Whether the user asked for a stop. Asked often, so it must be cheap.
    fn cancelled(&self) -> bool;

    /// Whether somebody waits for the engine, such as an app that closes. What nobody asked for and can be done at any time
    /// is given up then; everything else goes on. Asked as often.
    fn awaited(&self) -> bool {
        false
    }
}

/// Watches nothing and never stops.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn progress(&self, _what: &str, _done: u64, _total: u64) {}

    fn cancelled(&self) -> bool {
        false
    }
}

/// Whoever is told how far some work is, and may want it to stop.
pub(crate) trait Watcher {
    /// Says how far the work is; an error where it shall stop.
    fn at(&mut self, done: u64, total: u64) -> Result<()>;

    /// Whether it shall stop; for callbacks that cannot return an error.
    fn cancelled(&self) -> bool;
}

/// The progress of one step.
pub struct Progress<'a> {
    observer: &'a dyn Observer,
    clock: &'a dyn Clock,
    what: String,
    shown_at: Option<Duration>,
    gives_way: bool,
}

impl<'a> Progress<'a> {
    /// Between two reports to the observer.
    const INTERVAL: Duration = Duration::from_millis(100);

    /// The progress of a step that people know as `what`.
    pub const fn new(observer: &'a dyn Observer, clock: &'a dyn Clock, what: String) -> Self {
        Self { observer, clock, what, shown_at: None, gives_way: false }
    }

    /// The same, of work that stops as soon as somebody waits for the engine, and leaves a core to the app.
    pub fn giving_way(self) -> Self {
        Self { gives_way: true, ..self }
    }

    /// Whether it leaves a core to the app.
    pub const fn gives_way(&self) -> bool {
        self.gives_way
    }

    /// Reports how far the work is; stops it when it shall stop.
    pub fn at(&mut self, done: u64, total: u64) -> Result<()> {
        if self.cancelled() {
            return Err(Stop::Cancelled);
        }
        let now = self.clock.monotonic();
        if self.shown_at.is_none_or(|shown| now.saturating_sub(shown) >= Self::INTERVAL || done == total) {
            self.shown_at = Some(now);
            self.observer.progress(&self.what, done, total);
        }
        Ok(())
    }

    /// Whether it shall stop; for callbacks that cannot return an error.
    pub fn cancelled(&self) -> bool {
        self.observer.cancelled() || (self.gives_way && self.observer.awaited())
    }

    /// Time since an arbitrary moment; for budgets.
    pub fn monotonic(&self) -> Duration {
        self.clock.monotonic()
    }
}

impl Watcher for Progress<'_> {
    fn at(&mut self, done: u64, total: u64) -> Result<()> {
        Self::at(self, done, total)
    }

    fn cancelled(&self) -> bool {
        Self::cancelled(self)
    }
}
