//! Random lives of a shop, held against its owner's book: fixed seeds, the same lives in every run. `OMNICRAFT_SEED`
//! repeats one, and `OMNICRAFT_LIVES` says how many.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test tells what it found, and fails where it cannot")]

use std::sync::Arc;

use omnicraft_core::policy::Policy;
use omnicraft_core::state::State;
use omnicraft_core::transition::transition;
use omnicraft_harness::model::{self, LifeOutcome};
use omnicraft_harness::random::setting;
use omnicraft_harness::sim::machine::Build;
use omnicraft_harness::sim::vfs::SimVfs;

/// A computer's file layer, and one for somebody who looks at its disk.
fn layers(name: &str) -> [Arc<SimVfs>; 2] {
    ["runs", "reads"].map(|use_of_it| Arc::new(SimVfs::register(&format!("{name}-{use_of_it}"))))
}

fn told(outcome: &LifeOutcome) -> String {
    let stories: Vec<String> = outcome.violations.iter().map(ToString::to_string).collect();
    stories.join("\n\n")
}

#[test]
fn no_life_breaks_a_promise() {
    let lives = setting("OMNICRAFT_LIVES").unwrap_or(24);
    let (seed, lives) = setting("OMNICRAFT_SEED").map_or((1, lives), |seed| (seed, 1));
    let outcome = model::run(&layers("well"), &Build::shipped(), seed, lives);
    println!("{} lives, {:?}, told {:016x}", outcome.lives, outcome.tally, outcome.digest);
    assert!(outcome.violations.is_empty(), "{}", told(&outcome));
}

#[test]
fn a_seed_gives_the_same_life_whenever_it_is_lived() {
    let [once, again] = ["once", "again"].map(|name| model::run(&layers(name), &Build::shipped(), 100, 3));
    assert_eq!(once, again);
    assert_ne!(once.digest, model::run(&layers("another"), &Build::shipped(), 200, 3).digest);
}

/// The newest close backup was deleted by hand. Nobody had written to the database since the exit that took it, so the next
/// exit took the file for unchanged, and no close backup held what was live any more.
#[test]
fn an_exit_takes_the_place_of_a_backup_that_was_deleted() {
    let outcome = model::run(&layers("deleted"), &Build::shipped(), 134, 1);
    assert!(outcome.violations.is_empty(), "{}", told(&outcome));
}

/// The sales of an app whose log is never made durable are gone with the power, and the book still has them.
#[test]
fn a_lost_sale_is_noticed() {
    let syncs = Arc::new(|path: &std::path::Path| !path.to_string_lossy().ends_with("-wal"));
    let outcome = model::run(&layers("unsynced"), &Build { syncs, ..Build::shipped() }, 1, 8);
    assert!(outcome.violations.iter().any(|violation| violation.promise == "G4"), "nobody noticed: {}", told(&outcome));
}

/// An engine that keeps one backup of each kind, whatever the policy says.
#[test]
fn a_backup_that_is_removed_too_early_is_missed() {
    let stingy = || -> omnicraft_host::ports::Decide {
        Box::new(|state, event, profiles| {
            let one = Policy { daily: 1, safeguards: 1, manual: 1, ring: 1, ..Policy::default() };
            transition(&State { policy: one, ..state.clone() }, event, profiles)
        })
    };
    let outcome = model::run(&layers("stingy"), &Build { decide: Arc::new(stingy), ..Build::shipped() }, 1, 8);
    assert!(
        outcome.violations.iter().any(|violation| violation.promise == "G6"),
        "nobody missed it: {}",
        told(&outcome)
    );
}
