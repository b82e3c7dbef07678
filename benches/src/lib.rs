//! What the benchmarks share: businesses of a known size, an engine over one of them, the peers that do a part of the
//! same work, and what is kept of each run. A figure alone says little; one beside `cp` on the same disk says a lot.
#![forbid(unsafe_code)]
#![expect(clippy::disallowed_methods, reason = "peers are the world outside, and work on files of their own")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up ends")]

use std::time::Duration;

use omnicraft_host::ports::clock::{Clock as _, SystemClock};

pub mod archive;
pub mod business;
pub mod contest;
pub mod engine;
pub mod machine;
pub mod many;
pub mod peers;
pub mod program;
pub mod results;
pub mod scripts;
pub mod sheets;

/// How long some work takes.
pub fn stopwatch(work: impl FnOnce()) -> Duration {
    let clock = SystemClock::new();
    let start = clock.monotonic();
    work();
    clock.monotonic().saturating_sub(start)
}
