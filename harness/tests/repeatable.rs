//! A search is the same in every run. In a process of its own: SQLite draws the salts of its logs from a generator that all
//! machines of a process share.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up its world fails")]

use std::sync::Arc;

use omnicraft_harness::crash::explorer::{Limits, explore};
use omnicraft_harness::crash::scenarios;
use omnicraft_harness::sim::machine::Build;
use omnicraft_harness::sim::vfs::SimVfs;

/// A figure that nobody can repeat is none.
#[test]
fn two_searches_are_the_same() {
    let vfs = Arc::new(SimVfs::register("twice"));
    let scenario = scenarios::all().into_iter().find(|scenario| scenario.name == "start-all-tiers").unwrap();
    let parts = scenario.parts(&vfs, Build::shipped());
    let limits = Limits { states: 800, runs: 200, nested_states: 200, nested_runs: 60, ..Limits::default() };
    let [first, second] = [0, 1].map(|_| format!("{:?}", explore(&scenario, &parts, limits)));
    assert_eq!(first, second);
}
