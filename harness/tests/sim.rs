//! The real engine, its real catalog and the real SQLite on a disk in memory, briefly: some operations, some of the disks
//! that a power cut may leave in the middle of them, and some failures of the disk. The whole of it is
//! `cargo xtask guarantees`.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up its world fails")]

use std::sync::Arc;

use omnicraft_harness::crash::explorer::{Limits, explore};
use omnicraft_harness::crash::faults::{self, faults};
use omnicraft_harness::crash::scenarios::{self, Scenario};
use omnicraft_harness::sim::machine::Build;
use omnicraft_harness::sim::vfs::SimVfs;

/// One of each kind.
const SOME: [&str; 6] =
    ["start-all-tiers", "exit-fourth", "net-factory-reset", "restore-snapshot", "archive-restore", "export-database"];

fn some() -> Vec<Scenario> {
    scenarios::all().into_iter().filter(|scenario| SOME.contains(&scenario.name)).collect()
}

#[test]
fn no_power_cut_breaks_a_promise() {
    let vfs = Arc::new(SimVfs::register("sim"));
    let limits = Limits { exhaustive: 4, inside: 100, states: 1_000, runs: 80, nested_runs: 6, ..Limits::default() };
    assert_eq!(some().len(), SOME.len());
    for scenario in some() {
        let outcome = explore(&scenario, &scenario.parts(&vfs, Build::shipped()), limits);
        assert!(outcome.violations.is_empty(), "{}: {:?}", scenario.name, outcome.violations);
        assert!(outcome.distinct > 80, "{}: {outcome:?}", scenario.name);
    }
}

#[test]
fn a_disk_that_fails_breaks_no_promise() {
    let vfs = Arc::new(SimVfs::register("sim-faults"));
    for scenario in some() {
        let outcome = faults(&scenario, &vfs, faults::Limits { places: 2, runs: 20, ..faults::Limits::default() });
        let told: Vec<String> = outcome.violations.iter().map(ToString::to_string).collect();
        assert!(told.is_empty(), "{}:\n{}", scenario.name, told.join("\n"));
        assert!(outcome.faults >= 8 && outcome.endured < outcome.faults, "{}: {outcome:?}", scenario.name);
    }
}
