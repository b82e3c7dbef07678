//! What the proof has found in the engine: each defect as a story, and the disks that showed it.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up its world fails")]

use std::path::Path;
use std::sync::Arc;

use omnicraft_core::names;
use omnicraft_harness::crash::faults::{Failure, Kind, live};
use omnicraft_harness::crash::recoveries::Recoveries;
use omnicraft_harness::crash::scenarios;
use omnicraft_harness::crash::states::{Barriers, Fate, Point};
use omnicraft_harness::sim::machine::Build;
use omnicraft_harness::sim::operation::Operation;
use omnicraft_harness::sim::vfs::SimVfs;

/// Power was cut while a global restore had staged databases of workspaces that were not there yet, and again while the
/// next start swept them: the removal of one was lost, and the recorded plan, which alone knew of it, said that it was
/// done. A copy of all books lay beside the home's databases for ever.
#[test]
fn what_only_a_plan_knows_of_is_gone_before_the_plan_forgets_it() {
    let vfs = Arc::new(SimVfs::register("out-of-sight"));
    let all = scenarios::all();
    let scenario = all.iter().find(|scenario| scenario.name == "global-restore-where-one-is-here").unwrap();
    let parts = scenario.parts(&vfs, Build::shipped());
    let (trace, clock) = scenario.trace(&parts);
    let is_intent = |path: &Path| path.ends_with(names::INTENT);
    let decides = |change: &Operation| matches!(change, Operation::Rename(_, to, _) if is_intent(to));
    let undecided = trace.log.iter().position(decides).unwrap();
    let point = Point::after(&trace.base, &trace.log, undecided, Barriers::Every);
    let kept: Vec<_> = point.pending.iter().map(|place| (*place, Fate::Kept)).collect();
    let mut recoveries = Recoveries::new(&parts, &clock);
    let (_, machine) = recoveries.observe(&point.image(&trace.log, &kept), 0);

    let (base, log) = machine.disk.history();
    let is_staged =
        |path: &Path| path.parent() == Some(Path::new("/home")) && path.to_string_lossy().contains("staged");
    let sweeps: Vec<usize> =
        (0..log.len()).filter(|at| matches!(&log[*at], Operation::Unlink(path, _) if is_staged(path))).collect();
    assert!(sweeps.len() >= 3, "three databases were staged");
    let (mut point, mut lost) = (Point::at_start(&base), 0);
    for at in 0..log.len() {
        point.step(&log, at);
        for sweep in sweeps.iter().filter(|sweep| point.pending.contains(sweep)) {
            let fate = |place: &usize| if place == sweep { Fate::Lost } else { Fate::Kept };
            let fates: Vec<_> = point.pending.iter().map(|place| (*place, fate(place))).collect();
            let (found, _) = recoveries.observe(&point.image(&log, &fates), 1);
            assert!(found.leftovers.is_empty(), "after {at} of the recovery: {:?}", found.leftovers);
            lost += 1;
        }
    }
    assert!(lost > 0, "no removal was pending at any time");
}

/// Somebody had thrown the list of workspaces away, and the disk refused one read while the next start checked the catalog.
/// SQLite's check tells of a page that it was not given as it tells of a bad one: the catalog passed for damaged and was set
/// aside, and with the list gone too every workspace was forgotten.
#[test]
fn one_read_that_fails_is_no_damage_of_the_catalog() {
    let vfs = Arc::new(SimVfs::register("one-read"));
    let all = scenarios::all();
    let scenario = all.iter().find(|scenario| scenario.name == "registry-lost").unwrap();
    let parts = scenario.parts(&vfs, Build::shipped());
    let is_set_aside = |change: &Operation| matches!(change, Operation::Rename(_, to, _) if to.to_string_lossy().contains("catalog.damaged"));
    let mut failures = 0;
    for after in 0.. {
        let failed = live(scenario, &parts, Failure { kind: Kind::ReadOnce, after });
        if failed.at.is_none() {
            break;
        }
        failures += 1;
        assert!(!failed.trace.log.iter().any(is_set_aside), "after {after} reads: {:?}", failed.said);
    }
    assert!(failures > 50, "only {failures} reads could fail");
}
