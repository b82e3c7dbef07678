//! A clock that moves when it is told to, and a little with each look, so that nothing depends on how fast the machine is.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Zoned;
use omnicraft_host::ports::clock::Clock;

/// A clock of a simulated machine; clones show the same time.
#[derive(Clone, Debug)]
pub struct SimClock(Arc<Mutex<(Zoned, Duration)>>);

impl SimClock {
    /// A clock that shows this moment.
    pub fn at(moment: Zoned) -> Self {
        Self(Arc::new(Mutex::new((moment, Duration::ZERO))))
    }

    /// Sets the wall clock, forwards or back.
    pub fn set(&self, moment: Zoned) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 = moment;
    }
}

impl Clock for SimClock {
    fn now(&self) -> Zoned {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    fn monotonic(&self) -> Duration {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.1 += Duration::from_millis(1);
        state.1
    }

    fn wait(&self, time: Duration) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 = state.0.saturating_add(time);
        state.1 += time;
    }
}
