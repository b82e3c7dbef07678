//! The simulated disk is the real one's likeness: each scenario, lived on the files of this computer, makes the same
//! changes and syncs in the same order as on the simulated disk. One in nine is tried here, all of them by
//! `cargo xtask guarantees`.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot set up its world fails, and says why it is skipped"
)]

use std::path::Path;
use std::sync::Arc;

use omnicraft_harness::conformance;
use omnicraft_harness::crash::scenarios;
use omnicraft_harness::sim::machine::Build;
use omnicraft_harness::sim::vfs::SimVfs;

#[test]
fn both_disks_tell_the_same() {
    if let Some(reason) = conformance::missing() {
        eprintln!("skipped: {reason}");
        return;
    }
    let vfs = Arc::new(SimVfs::register("conformance"));
    let program = Path::new(env!("CARGO_BIN_EXE_live_here"));
    let (mut different, mut alike) = (Vec::new(), 0);
    for scenario in scenarios::all().into_iter().step_by(9) {
        if conformance::simulated_alone(&scenario).is_some() {
            continue;
        }
        let compared = conformance::compare(&vfs, &scenario, program).unwrap();
        alike += usize::from(compared.difference.is_none());
        different.extend(compared.difference.map(|difference| format!("{}:\n{difference}", scenario.name)));
    }
    assert!(different.is_empty(), "{} scenarios differ\n{}", different.len(), different.join("\n"));
    assert!(alike >= 6, "only {alike} scenarios could be lived here");
}

/// A comparison that nothing can fail proves nothing: with one sync swallowed the two differ.
#[test]
fn a_swallowed_sync_is_seen() {
    let vfs = Arc::new(SimVfs::register("conformance-swallowed"));
    let scenario = scenarios::all().into_iter().next().unwrap();
    let swallows = Build { syncs: Arc::new(|path| !path.ends_with("catalog.db-journal")), ..Build::shipped() };
    let simulated = |build| conformance::simulated(&vfs, &scenario, build);
    assert_ne!(simulated(Build::shipped()), simulated(swallows));
}
