//! The clock: the one place where time and zone enter.

use std::time::{Duration, Instant};

use jiff::Zoned;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The shop's wall clock, which may jump.
    fn now(&self) -> Zoned;

    /// Time since an arbitrary moment, which never jumps; for throttling and budgets.
    fn monotonic(&self) -> Duration;

    /// Waits.
    fn wait(&self, time: Duration);
}

/// The clock of this machine, or one set to a moment from which it runs on.
#[derive(Clone, Debug)]
pub struct SystemClock {
    set_to: Option<Zoned>,
    started: Instant,
}

impl SystemClock {
    /// The clock of this machine.
    #[expect(clippy::disallowed_methods, reason = "this is the port")]
    pub fn new() -> Self {
        Self { set_to: None, started: Instant::now() }
    }

    /// A clock that showed `moment` when it was made, and runs on; for drills and tests.
    pub fn set_to(moment: Zoned) -> Self {
        Self { set_to: Some(moment), ..Self::new() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the port")]
    fn now(&self) -> Zoned {
        match &self.set_to {
            Some(moment) => moment.saturating_add(self.started.elapsed()),
            None => Zoned::now(),
        }
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the port")]
    fn wait(&self, time: Duration) {
        std::thread::sleep(time);
    }
}
