//! Beside an app that commits without a pause: how long a snapshot takes until it is done. (The shell's `.backup` begins
//! anew with every commit of another connection and is never done, so it is not here.)
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up ends")]

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use omnicraft_benches::business::{Business, clear, sizes};
use omnicraft_benches::contest::{Contest, timed};
use omnicraft_benches::engine;
use omnicraft_benches::peers;
use rusqlite::Connection;

fn benchmark(criterion: &mut Criterion) {
    for (name, size) in sizes() {
        let business = Business::new(size);
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| work(&business.path(), &stop));
            beside_a_writer(criterion, name, &business);
            stop.store(true, Ordering::Relaxed);
        });
    }
}

fn beside_a_writer(criterion: &mut Criterion, name: &str, business: &Business) {
    const HELD: &str = "SQLite's backup API in one read transaction";
    const ENGINE: &str = "engine: snapshot";
    let (from, to) = (business.path(), business.beside("copy.db"));
    let fresh = || clear(&to);
    let held = (HELD, timed(fresh, || engine::snapshot_through_sqlite(&from, &to)));
    let group = format!("snapshot beside a writer at full speed, {name}");
    let mut contest = Contest::new(criterion, ("writer", &group), business.bytes, held);
    contest.against(ENGINE, timed(fresh, || engine::snapshot(&from, &to))).goal(ENGINE, HELD, 0.4);
    contest.against("VACUUM INTO", timed(fresh, || peers::vacuum_into(&from, &to)));
    contest.finish();
}

/// A sale is corrected.
const SELL: &str = "UPDATE sales SET channel = iif(channel = 'shop', 'market', 'shop')
                    WHERE id = (SELECT 1 + abs(random()) % max(id) FROM sales)";

/// Sells without a pause, as apps commit that trust the write-ahead log.
fn work(database: &Path, stop: &AtomicBool) {
    let app = Connection::open(database).unwrap();
    app.busy_timeout(Duration::from_secs(60)).unwrap();
    app.execute_batch("PRAGMA synchronous = NORMAL").unwrap();
    while !stop.load(Ordering::Relaxed) {
        app.execute(SELL, []).unwrap();
    }
}

criterion_group! {
    name = writing;
    config = engine::criterion(Duration::from_secs(2));
    targets = benchmark
}
criterion_main!(writing);
