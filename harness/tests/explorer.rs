//! The search through crash states is itself checked: it finds what is broken, it counts what it judged, what it remembers
//! is what really happens, and a line makes the same state again.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up its world fails")]

use std::path::Path;
use std::sync::Arc;

use omnicraft_harness::crash::explorer::{Explorer, Limits, explore};
use omnicraft_harness::crash::model::Model;
use omnicraft_harness::crash::recoveries::Recoveries;
use omnicraft_harness::crash::replay::{again, replay, smallest};
use omnicraft_harness::crash::scenarios::{self, Scenario};
use omnicraft_harness::crash::states::{Fate, Point};
use omnicraft_harness::crash::told::Lying;
use omnicraft_harness::sim::machine::Build;
use omnicraft_harness::sim::operation::Operation;
use omnicraft_harness::sim::vfs::SimVfs;

fn first_start() -> Scenario {
    scenarios::all().into_iter().find(|scenario| scenario.name == "start-all-tiers").unwrap()
}

fn few() -> Limits {
    Limits { states: 800, runs: 200, nested_states: 200, nested_runs: 60, ..Limits::default() }
}

/// A memory that forgot to ask for something would give the end of another disk.
#[test]
fn what_is_remembered_is_what_happens() {
    let vfs = Arc::new(SimVfs::register("memory"));
    let scenario = first_start();
    let parts = scenario.parts(&vfs, Build::shipped());
    let (trace, clock) = scenario.trace(&parts);
    let mut recoveries = Recoveries::new(&parts, &clock);
    let (mut point, mut recalled) = (Point::at_start(&trace.base), 0);
    for at in 0..trace.log.len() {
        point.step(&trace.log, at);
        for part in 0..4 {
            let fate = |place: &usize| if place % 4 == part { Fate::Lost } else { Fate::Kept };
            let fates: Vec<_> = point.pending.iter().map(|place| (*place, fate(place))).collect();
            let image = point.image(&trace.log, &fates);
            match recoveries.recall(&image, 0) {
                None => drop(recoveries.run(&image, 0)),
                Some(end) if recalled < 300 => {
                    recalled += 1;
                    let (found, _) = recoveries.observe(&image, 0);
                    assert_eq!(found, recoveries.end(end).found, "after {at}, part {part}");
                }
                Some(_) => {}
            }
        }
    }
    assert!(recalled > 50, "{recalled} disks repeated an earlier recovery");
}

/// Without the syncs of folders a published snapshot's name is lost with the power.
#[test]
fn a_broken_product_is_caught_told_and_shrunk() {
    let vfs = Arc::new(SimVfs::register("broken"));
    let scenario = first_start();
    let parts = scenario.parts(&vfs, Build::shipped());
    let (mut trace, clock) = scenario.trace(&parts);
    trace.log.retain(|operation| !matches!(operation, Operation::SyncFolder(folder) if folder.ends_with("backups")));
    let limits = Limits { stop_at_first: true, ..few() };
    let outcome = Explorer::new(&parts, &trace, clock.clone(), limits).run();
    let violation = outcome.violations.first().unwrap();
    let told = again(&violation.recipe, &trace, &parts, &clock).unwrap();
    assert_eq!(told.broken, Some(violation.guarantee));
    let small = smallest(&violation.recipe, &trace, &parts, &clock);
    let told = again(&small, &trace, &parts, &clock).unwrap();
    assert_eq!(told.broken, Some(violation.guarantee), "{small}");
    assert!(told.story.contains("lost: "), "{}", told.story);
    let holds =
        |files: &[Lying], path: &str| files.iter().find(|file| file.path == path).map(|file| file.holds.clone());
    assert!(!told.told.lost.is_empty() && !told.what.is_empty());
    assert_eq!(holds(&told.told.before, "/home/shop.db").as_deref(), Some("the first rows of shop"));
    assert_eq!(told.told.after.iter().filter(|file| file.path == "/home/shop.db").count(), 1);
    assert!(small.cuts[0].at <= violation.recipe.cuts[0].at);
}

/// On the product as it is shipped a line makes a state in which everything is well, and says so.
#[test]
fn a_line_is_replayed() {
    let vfs = Arc::new(SimVfs::register("replay"));
    let told = replay("start-all-tiers@40:/3:", &vfs).unwrap();
    assert_eq!(told.broken, None, "{}", told.story);
    assert!(told.story.contains("The power was cut after 40 of "), "{}", told.story);
    let told = replay("start-all-tiers!error-for-good=12@5:", &vfs).unwrap();
    assert!(told.story.contains("The disk fails: error-for-good after 12. The operation says: "), "{}", told.story);
    assert!(replay("nothing@1:", &vfs).unwrap_err().contains("no operation"));
    assert!(replay("start-all-tiers@1000000:", &vfs).unwrap_err().contains("there is no cut"));
}

/// Each fault model goes through states of its own.
#[test]
fn weaker_models_try_less() {
    let vfs = Arc::new(SimVfs::register("models"));
    let scenario = first_start();
    let parts = scenario.parts(&vfs, Build::shipped());
    let (trace, _) = scenario.trace(&parts);
    let count = |model| explore(&scenario, &parts, Limits { model, depth: 0, runs: 60, ..few() }).distinct;
    let changes = trace.log.iter().filter(|operation| operation.is_change()).count();
    assert!(count(Model::Kill) <= changes + 1);
    assert!(count(Model::AllLost) <= changes + 1);
    assert!(count(Model::Strict) > count(Model::Kill));
    assert!(trace.base.content_at(Path::new("/home/shop.db")).is_some());
}
