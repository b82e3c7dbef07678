//! Software with a durability bug is caught, briefly: one bug of each kind. All of them are put on trial by
//! `cargo xtask guarantees`.

use omnicraft_harness::mutants::{self, Options};

fn check(mutant: &str) {
    let options = Options { made: true, automatic: false, ablation: false, only: mutant.to_owned(), threads: 1 };
    let outcome = mutants::run(&options);
    assert!(!outcome.made.is_empty(), "there is no mutant {mutant}");
    assert_eq!(outcome.complaints(), [""; 0]);
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
