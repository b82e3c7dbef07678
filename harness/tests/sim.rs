//! The real engine, its real catalog and the real SQLite on a disk in memory: every disk that a power cut may leave in the
//! middle of an operation keeps what was promised.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up its world fails")]

use std::sync::Arc;

use omnicraft_harness::crash::explorer::{Explorer, Limits};
use omnicraft_harness::crash::scenarios;
use omnicraft_harness::sim::machine::Build;
use omnicraft_harness::sim::vfs::SimVfs;

#[test]
fn no_power_cut_breaks_a_promise() {
    let vfs = Arc::new(SimVfs::register("sim"));
    let limits = Limits { exhaustive: 8, by_chance: 5, states: 3_000, stop_at_first: true };
    for scenario in scenarios::all() {
        let parts = scenario.parts(&vfs, Build::shipped());
        let (trace, clock) = scenario.trace(&parts);
        let outcome = Explorer::new(&parts, &trace, clock, limits).run();
        assert!(outcome.violations.is_empty(), "{}: {:?}", scenario.name, outcome.violations);
        assert!(outcome.distinct > 100, "{}: {outcome:?}", scenario.name);
    }
}
