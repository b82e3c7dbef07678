//! Software with a durability bug is caught, briefly: one bug of each kind. All of them are put on trial by
//! `cargo xtask guarantees`.

use omnicraft_harness::mutants::{self, Verdict};
use omnicraft_harness::report::Options;

fn check(mutant: &str) {
    let options = Options { only: vec![mutant.to_owned()], threads: 1, ..Options::default() };
    let made = mutants::by_hand(&options).made;
    assert!(matches!(made[..], [mutants::Made { verdict: Verdict::Killed { .. }, .. }]), "{made:?}");
}

#[test]
fn a_snapshot_that_is_written_in_place_is_caught() {
    check("snapshot-written-in-place");
}

#[test]
fn a_ring_whose_names_are_not_durable_is_caught() {
    check("ring-names-not-synced");
}

#[test]
fn a_restore_in_place_is_caught() {
    check("restore-in-place");
}
