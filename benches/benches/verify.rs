//! Verification: the full check of a snapshot, and the one that every snapshot gets, beside SQLite's shell.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up ends")]

use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use omnicraft_benches::business::{Business, sizes};
use omnicraft_benches::contest::{Contest, at_once};
use omnicraft_benches::{engine, peers};
use omnicraft_core::effect::Depth;
use omnicraft_host::ports::clock::SystemClock;
use omnicraft_host::ports::filesystem::{FileSystem as _, OsFileSystem, Watch};
use omnicraft_host::progress::{Progress, Unobserved};
use omnicraft_host::sqlite::{Opener, integrity};

fn benchmark(criterion: &mut Criterion) {
    if !peers::has("sqlite3") {
        return;
    }
    for (name, size) in sizes() {
        verifications(criterion, name, &Business::new(size));
    }
}

fn verifications(criterion: &mut Criterion, name: &str, business: &Business) {
    const SHELL: &str = "sqlite3: pragma integrity_check";
    const FULL: &str = "engine: the full check, with digest and foreign keys";
    let snapshot = business.beside("copy.db");
    engine::snapshot(&business.path(), &snapshot);
    let check = |pragma| at_once(move || peers::shell(&snapshot_of(business), pragma));
    let group = format!("verification, {name}");
    let mut contest =
        Contest::new(criterion, ("verify", &group), business.bytes, (SHELL, check("PRAGMA integrity_check;\n")));
    contest.against(FULL, at_once(|| verify(&snapshot, Depth::Proven)));
    contest.against("engine: the check of every snapshot", at_once(|| verify(&snapshot, Depth::Sound)));
    contest.against("sqlite3: pragma quick_check", check("PRAGMA quick_check;\n"));
    contest.goal(FULL, SHELL, 0.4).finish();
}

fn snapshot_of(business: &Business) -> std::path::PathBuf {
    business.beside("copy.db")
}

/// As the engine does it for every file that it trusts.
fn verify(file: &Path, depth: Depth) {
    let clock = SystemClock::new();
    let mut progress = Progress::new(&Unobserved, &clock, String::new());
    let digest = |watch: Watch<'_>| Ok(OsFileSystem.digest(file, watch).unwrap());
    let stamp = OsFileSystem.stamp(file).unwrap().unwrap();
    let found = integrity::verify(&Opener::default(), file, depth, None, &digest, stamp, &mut progress).unwrap();
    assert!(found.problems.is_empty(), "{:?}", found.problems);
}

criterion_group! {
    name = verifying;
    config = engine::criterion(Duration::from_secs(2));
    targets = benchmark
}
criterion_main!(verifying);
