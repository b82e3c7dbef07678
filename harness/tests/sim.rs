//! The real engine, its real catalog and the real SQLite on a disk in memory, briefly: some operations, some of the disks
//! that a power cut may leave in the middle of them, and some failures of the disk. The whole of it is
//! `cargo xtask guarantees`.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up its world fails")]

use std::path::Path;
use std::sync::Arc;

use omnicraft_harness::crash::explorer::{Limits, explore};
use omnicraft_harness::crash::faults::{self, Failure, Kind, faults, live};
use omnicraft_harness::crash::model::Model;
use omnicraft_harness::crash::scenarios::{self, Scenario};
use omnicraft_harness::crash::states::{Fate, Point};
use omnicraft_harness::crash::trace::Trace;
use omnicraft_harness::sim::machine::Build;
use omnicraft_harness::sim::operation::Operation;
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

/// On the platform that clones the file begins as the live one, and is sealed by what is laid over it; a fallback to blocks
/// would prove nothing of clones.
#[test]
fn where_the_disk_clones_a_snapshot_is_a_clone() {
    let vfs = Arc::new(SimVfs::register("sim-clones"));
    let scenario = some().into_iter().find(|scenario| scenario.name == "start-all-tiers").unwrap();
    let clones = |model| {
        let (trace, _) = scenario.trace(&scenario.parts(&vfs, Build::on(model)));
        let copies: Vec<_> = trace.log.iter().filter_map(created_copy).collect();
        assert_eq!(copies.len(), 1, "one copy fills all tiers");
        // The version for writers in the header says that it has a write-ahead log.
        let as_live = |bytes: &[u8]| bytes.starts_with(b"SQLite format 3\0") && bytes[18] == 2;
        trace.log.iter().any(|entry| {
            matches!(entry, Operation::Write { file, offset: 0, bytes, .. } if copies.contains(file) && as_live(bytes))
        })
    };
    assert!(clones(Model::Cloning));
    assert!(!clones(Model::Strict));
}

fn created_copy(entry: &Operation) -> Option<u64> {
    let Operation::Create(path, file) = entry else { return None };
    path.to_str()?.ends_with("-copy.db").then_some(*file)
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

/// A restore was swapped in, verified and finished, and then its end could not be recorded: the engine said that the
/// catalog cannot be used, which means that nothing live was changed.
#[test]
fn a_restore_that_happened_is_never_told_as_nothing() {
    let vfs = Arc::new(SimVfs::register("sim-decided"));
    let scenario = some().into_iter().find(|scenario| scenario.name == "restore-snapshot").unwrap();
    let parts = scenario.parts(&vfs, Build::shipped());
    let content = |trace: &Trace| {
        let point = Point::after(&trace.base, &trace.log, trace.log.len(), Model::Kill.barriers());
        let kept: Vec<_> = point.pending.iter().map(|place| (*place, Fate::Kept)).collect();
        point.image(&trace.log, &kept).content_at(Path::new("/home/shop.db")).map(|live| live.hash())
    };
    let (whole, _) = scenario.trace(&parts);
    let deeds = whole.log.iter().filter(|entry| !matches!(entry, Operation::Note(_))).count() as u64;
    let mut told = 0;
    for after in deeds.saturating_sub(60)..deeds {
        let failed = live(&scenario, &parts, Failure { kind: Kind::ErrorForGood, after });
        if content(&failed.trace) == content(&whole)
            && let Ok(Err(said)) = &failed.said
        {
            assert!(!said.starts_with("the catalog cannot be used") || said.contains("is decided"), "{after}: {said}");
            told += 1;
        }
    }
    assert!(told > 5, "only {told} failures came after the swap");
}
