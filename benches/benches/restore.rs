//! Restore: a file into a live database, behind a verified safeguard and with everything checked, beside what others do
//! without.
#![expect(clippy::disallowed_methods, reason = "it makes and removes files of its own")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up ends")]
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::cell::RefCell;
use std::fs;
use std::time::Duration;

use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};
use omnicraft_benches::business::{Business, SIZES};
use omnicraft_benches::engine::Home;
use omnicraft_benches::peers;
use omnicraft_benches::table::Table;

fn benchmark(criterion: &mut Criterion) {
    let table = Table::default();
    for (name, size) in SIZES {
        restores(criterion, &table, name, &Business::new(size));
    }
    println!("{table}");
}

fn restores(criterion: &mut Criterion, table: &Table, size: &str, business: &Business) {
    let (from, live, new) = (business.path(), business.beside("live.db"), business.beside("new.db"));
    business.copy_to(&live);
    let mut group = criterion.benchmark_group(format!("restore/{size}"));
    group.sampling_mode(SamplingMode::Flat);
    table.group(&format!("restore of one .db, {size}"), business.bytes);
    let who = "cp + fsync + rename";
    let rename = || {
        peers::copy(&from, &new);
        fs::rename(&new, &live).unwrap();
    };
    group.bench_function(who, |b| b.iter_custom(|n| table.measure(who, n, || {}, rename)));
    if peers::has("sqlite3") {
        let who = "sqlite3 .restore";
        let restore = || peers::shell_restore(&live, &from);
        group.bench_function(who, |b| b.iter_custom(|n| table.measure(who, n, || {}, restore)));
    }
    let who = "engine: check, safeguard, swap, check";
    let home = RefCell::new(Home::with(business));
    let restore = || home.borrow_mut().restore(&from);
    group.bench_function(who, |b| b.iter_custom(|n| table.measure(who, n, || {}, restore)));
    assert!(home.borrow().live().exists());
    group.finish();
}

criterion_group! {
    name = restoring;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    targets = benchmark
}
criterion_main!(restoring);
