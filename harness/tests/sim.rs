//! The real engine, its real catalog and the real SQLite on a disk in memory.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up its world fails")]

use std::sync::Arc;
use std::time::Instant;

use omnicraft_core::event::EventKind;
use omnicraft_core::model::WorkspaceId;
use omnicraft_harness::crash::explorer::{Explorer, Limits};
use omnicraft_harness::crash::life::{Life, Parts};
use omnicraft_harness::crash::shop::{BOOKS, Shop};
use omnicraft_harness::sim::machine::Build;
use omnicraft_harness::sim::vfs::SimVfs;

#[test]
fn a_life_in_memory() {
    let parts =
        Parts { vfs: Arc::new(SimVfs::register("sim-life")), subject: Arc::new(Shop::small()), build: Build::shipped() };
    let mut life = Life::begin(&parts);
    life.found("shop", BOOKS, "3");
    life.commit("shop");
    life.settle();
    life.commit("shop");
    let id = WorkspaceId("shop".to_owned());
    let started = life.tell(EventKind::AppStarted(id.clone())).unwrap();
    assert!(started.failure.is_none(), "{started:?}");
    life.commit("shop");
    let (trace, clock) = life.end();
    println!("{} operations", trace.log.len());
    let begun = Instant::now();
    let limits = Limits { exhaustive: 12, by_chance: 50, states: 100_000, stop_at_first: false };
    let outcome = Explorer::new(&parts, &trace, clock, limits).run();
    println!("{:?} {} distinct {} judged {} runs", begun.elapsed(), outcome.distinct, outcome.judged, outcome.runs);
    for violation in outcome.violations.iter().take(10) {
        println!("{violation:?}");
        for (place, _) in violation.recipe.fates.iter() {
            println!("   {}", format!("{:?}", trace.log[*place]).chars().take(150).collect::<String>());
        }
    }
    println!("{} violations", outcome.violations.len());
}
