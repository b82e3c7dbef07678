//! Real kernels, briefly: one operation on ext4 holds, and with its syncs swallowed it does not. The whole of it is
//! `cargo xtask guarantees --kernels`. Where it may not run (no root, no FUSE, no tools) it says so and passes.
#![cfg(target_os = "linux")]
#![expect(clippy::disallowed_methods, reason = "tests are the world outside: users, disks and other programs")]

use std::fs;
use std::process::Command;

use omnicraft_harness::kernels::results::{Results, Verdict};

const KERNELS: &str = env!("CARGO_BIN_EXE_kernels");

#[test]
fn a_snapshot_on_ext4_holds_and_without_syncs_it_does_not() {
    let folder = tempfile::TempDir::new().unwrap();
    let json = folder.path().join("results.json");
    let words = ["--states", "25", "--file-systems", "ext4", "--operations", "snapshot", "--json"];
    let output = Command::new(KERNELS).args(words).arg(&json).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let results: Results = serde_json::from_slice(&fs::read(&json).expect(&said)).unwrap();
    println!("{said}");
    assert!(results.held(), "{said}");
    if results.rows.is_empty() {
        let excused = results.skipped.iter().any(|skipped| matches!(skipped.what.as_str(), "everything" | "ext4"));
        assert!(excused, "nothing ran: {said}");
        return;
    }
    let row = &results.rows[0];
    assert!(row.states == 25 && row.acknowledged > 0 && row.recorded.flushes > 0, "hardly anything was judged: {said}");
    let mutant = results.mutants.iter().find(|row| row.mutant == "snapshot-syncs-nothing");
    if let Some(mutant) = mutant {
        assert_eq!(mutant.verdict, Verdict::Killed, "{said}");
    }
}
