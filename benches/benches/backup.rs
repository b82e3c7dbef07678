//! Backup: one durable copy with and without its verification, and a whole app start with all four tiers due, beside
//! what others do for less.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up ends")]
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::cell::RefCell;
use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};
use omnicraft_benches::business::{Business, SIZES, clear};
use omnicraft_benches::engine::Home;
use omnicraft_benches::peers;
use omnicraft_benches::table::Table;
use omnicraft_core::effect::Depth;
use omnicraft_host::ports::clock::SystemClock;
use omnicraft_host::ports::filesystem::{FileSystem, OsFileSystem, Watch};
use omnicraft_host::progress::{Progress, Unobserved};
use omnicraft_host::sqlite::{Opener, backup, integrity};

fn benchmark(criterion: &mut Criterion) {
    let table = Table::default();
    for (name, size) in SIZES {
        let business = Business::new(size);
        copies(criterion, &table, name, &business);
        checks(criterion, &table, name, &business);
        startups(criterion, &table, name, &business);
    }
    println!("{table}");
}

fn copies(criterion: &mut Criterion, table: &Table, size: &str, business: &Business) {
    let (from, to) = (business.path(), business.beside("copy.db"));
    let mut group = criterion.benchmark_group(format!("copy/{size}"));
    group.sampling_mode(SamplingMode::Flat);
    table.group(&format!("copy, {size}"), business.bytes);
    let fresh = || clear(&to);
    let who = "cp + fsync";
    group.bench_function(who, |b| b.iter_custom(|n| table.measure(who, n, fresh, || peers::copy(&from, &to))));
    let who = "engine: copy, sealed and durable";
    group.bench_function(who, |b| b.iter_custom(|n| table.measure(who, n, fresh, || copy(&from, &to))));
    let who = "engine: the same through SQLite";
    let through_sqlite = || copy_through_sqlite(&from, &to);
    group.bench_function(who, |b| b.iter_custom(|n| table.measure(who, n, fresh, through_sqlite)));
    let who = "engine: copy and verify";
    let verified = || {
        copy(&from, &to);
        verify(&to, Depth::Sound);
    };
    group.bench_function(who, |b| b.iter_custom(|n| table.measure(who, n, fresh, verified)));
    let who = "VACUUM INTO";
    group.bench_function(who, |b| b.iter_custom(|n| table.measure(who, n, fresh, || peers::vacuum_into(&from, &to))));
    if peers::has("python3") {
        let who = "Python's Connection.backup + fsync";
        let python = || {
            clear(&to);
            peers::python_backup(&from, &to)
        };
        group.bench_function(who, |b| b.iter_custom(|n| table.reported(who, n, python)));
    }
    group.finish();
}

fn checks(criterion: &mut Criterion, table: &Table, size: &str, business: &Business) {
    let file = business.beside("checked.db");
    clear(&file);
    copy(&business.path(), &file);
    let mut group = criterion.benchmark_group(format!("check/{size}"));
    group.sampling_mode(SamplingMode::Flat);
    table.group(&format!("check of a copy, {size}"), business.bytes);
    if peers::has("sqlite3") {
        let who = "sqlite3 'PRAGMA integrity_check'";
        group.bench_function(who, |b| b.iter_custom(|n| table.measure(who, n, || {}, || peers::shell_check(&file))));
    }
    for (who, depth) in [
        ("engine: digest, quick check, foreign keys, rows", Depth::Sound),
        ("engine: the same, and the whole integrity check", Depth::Proven),
    ] {
        group.bench_function(who, |b| b.iter_custom(|n| table.measure(who, n, || {}, || verify(&file, depth))));
    }
    group.finish();
}

fn startups(criterion: &mut Criterion, table: &Table, size: &str, business: &Business) {
    let from = business.path();
    let copies = ["1.db", "2.db", "3.db", "4.db"].map(|name| business.beside(name));
    let mut group = criterion.benchmark_group(format!("start/{size}"));
    group.sampling_mode(SamplingMode::Flat);
    table.group(&format!("app start with four tiers due, {size}"), business.bytes);
    let who = "cp + fsync, four times";
    let fresh = || copies.iter().for_each(|copy| clear(copy));
    let four = || copies.iter().for_each(|copy| peers::copy(&from, copy));
    group.bench_function(who, |b| b.iter_custom(|n| table.measure(who, n, fresh, four)));
    fresh();
    let who = "engine: copy, verify, three independent copies, at full speed";
    let [first, others @ ..] = &copies;
    let at_full_speed = || {
        copy(&from, first);
        verify(first, Depth::Sound);
        for other in others {
            OsFileSystem.copy_and_digest(first, other, &mut |_| true).unwrap();
        }
    };
    group.bench_function(who, |b| b.iter_custom(|n| table.measure(who, n, fresh, at_full_speed)));
    fresh();
    let who = "engine: copy once, verify, publish four, paced";
    let home = RefCell::new(None);
    let renew = || drop(home.replace(Some(Home::with(business))));
    let start = || home.borrow_mut().as_mut().map(Home::start).unwrap();
    group.bench_function(who, |b| b.iter_custom(|n| table.measure(who, n, renew, start)));
    group.finish();
}

/// As the engine does it for every snapshot.
fn copy(from: &Path, to: &Path) {
    held(from).copy(&Opener::default(), &OsFileSystem, to, &mut |_, _| Ok(())).unwrap();
}

/// As the engine does it for what a user takes away, and where it must.
fn copy_through_sqlite(from: &Path, to: &Path) {
    held(from).copy_through_sqlite(&Opener::default(), &OsFileSystem, to, &mut |_, _| Ok(())).unwrap();
}

fn held(from: &Path) -> backup::Held {
    let clock = SystemClock::new();
    let mut progress = Progress::new(&Unobserved, &clock, String::new());
    backup::hold(&Opener::default(), from, &mut progress).unwrap()
}

/// As the engine does it for every snapshot.
fn verify(file: &Path, depth: Depth) {
    let clock = SystemClock::new();
    let mut progress = Progress::new(&Unobserved, &clock, String::new());
    let (opener, stamp) = (Opener::default(), OsFileSystem.stamp(file).unwrap().unwrap());
    let digest = |watch: Watch<'_>| Ok(OsFileSystem.digest(file, watch).unwrap());
    let found = integrity::verify(&opener, file, depth, None, &digest, stamp, &mut progress).unwrap();
    assert!(found.problems.is_empty(), "{:?}", found.problems);
}

criterion_group! {
    name = backups;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    targets = benchmark
}
criterion_main!(backups);
