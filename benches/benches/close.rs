//! Exit: the ring turns, statistics are renewed, and free pages are given back where that pays; beside the naive way of a
//! manual, which compacts every time and copies after that.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up ends")]

use std::cell::RefCell;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use omnicraft_benches::business::{Business, clear, sizes};
use omnicraft_benches::contest::{Contest, timed};
use omnicraft_benches::engine::{self, Home};
use omnicraft_benches::peers;
use rusqlite::Connection;

fn benchmark(criterion: &mut Criterion) {
    if !peers::has("sqlite3") {
        return;
    }
    for (name, size) in sizes() {
        let business = Business::new(size);
        exit(criterion, &format!("exit, compaction does not pay, {name}"), &business, 0.08);
        thin_out(&business);
        exit(criterion, &format!("exit, compaction pays, {name}"), &business, 0.5);
    }
}

fn exit(criterion: &mut Criterion, name: &str, business: &Business, goal: f64) {
    const NAIVE: &str = "sqlite3: optimize, VACUUM, .backup";
    const ENGINE: &str = "engine: exit";
    let home = RefCell::new(None);
    let (live, copy) = (business.beside("live.db"), business.beside("copy.db"));
    let anew = || {
        clear(&live);
        clear(&copy);
        business.copy_to(&live);
    };
    let script = format!("PRAGMA optimize;\nVACUUM;\n.backup '{}'\n", copy.display());
    let naive = (NAIVE, timed(anew, || peers::shell(&live, &script)));
    let mut contest = Contest::new(criterion, ("close", name), business.bytes, naive);
    let renew = || drop(home.replace(Some(Home::with(business))));
    let close = || home.borrow_mut().as_mut().map(Home::close).unwrap();
    contest.against(ENGINE, timed(renew, close)).goal(ENGINE, NAIVE, goal).finish();
}

/// Every third of the rows that fill most pages is deleted, and two of three free pages stay with the file.
fn thin_out(business: &Business) {
    let connection = Connection::open(business.path()).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF").unwrap();
    let largest: String = connection
        .query_row(
            "SELECT name FROM dbstat WHERE name IN (SELECT name FROM sqlite_schema WHERE type = 'table')
             GROUP BY name ORDER BY sum(pgsize) DESC LIMIT 1",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let half = format!("DELETE FROM \"{largest}\" WHERE rowid > (SELECT max(rowid) / 5 FROM \"{largest}\")");
    connection.execute_batch(&half).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
}

criterion_group! {
    name = closing;
    config = engine::criterion(Duration::from_secs(2));
    targets = benchmark
}
criterion_main!(closing);
