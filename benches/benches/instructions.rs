//! Instructions of the hot loops, counted by valgrind: on a machine that others share, time says little, and the count is
//! the same to a thousandth. Each has a limit a tenth above what it took when it was written; a change that pays for more
//! raises the limit and says why.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up ends")]
#![allow(missing_docs, unused_qualifications, reason = "what the macros make")]

use std::hint::black_box;
use std::path::PathBuf;

use gungraun::prelude::*;
use gungraun::{Callgrind, EventKind};
use omnicraft_benches::engine;
use omnicraft_host::ports::clock::SystemClock;
use omnicraft_host::progress::{Progress, Unobserved};
use omnicraft_host::sqlite::{Opener, compare};
use rusqlite::Connection;
use tempfile::TempDir;

/// A database whose newest pages are in its log, and an app that has it open.
struct Shop {
    folder: TempDir,
    app: Connection,
}

const ROWS: &str = "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
    CREATE TABLE sale (id INTEGER PRIMARY KEY, day TEXT, note TEXT, amount INTEGER);
    WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
    INSERT INTO sale SELECT i, '2026-11-20', 'what was sold, and to whom: ' || i, i * 7919 % 10000 FROM n;
    PRAGMA wal_checkpoint(TRUNCATE);
    UPDATE sale SET amount = amount + 1 WHERE id % 400 = 0";

fn shop() -> Shop {
    let folder = tempfile::tempdir().unwrap();
    let app = Connection::open(folder.path().join("live.db")).unwrap();
    app.execute_batch(ROWS).unwrap();
    Shop { folder, app }
}

/// The same with a snapshot of it, and some sales since.
fn shop_with_a_snapshot() -> Shop {
    let shop = shop();
    engine::snapshot(&shop.path("live.db"), &shop.path("then.db"));
    shop.app.execute_batch("UPDATE sale SET note = 'another' WHERE id BETWEEN 9000 AND 9200").unwrap();
    shop
}

impl Shop {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn at_most(instructions: u64) -> LibraryBenchmarkConfig {
    let mut config = LibraryBenchmarkConfig::default();
    config.tool(Callgrind::default().hard_limits([(EventKind::Ir, instructions)]));
    config
}

#[library_benchmark(config = at_most(3_850_000), setup = shop)]
#[bench::of_a_megabyte_and_a_half()]
fn snapshot(shop: Shop) -> Shop {
    engine::snapshot(black_box(&shop.path("live.db")), &shop.path("copy.db"));
    shop
}

#[library_benchmark(config = at_most(9_960_000), setup = shop_with_a_snapshot)]
#[bench::of_twenty_thousand_rows()]
fn preview(shop: Shop) -> Shop {
    let clock = SystemClock::new();
    let mut progress = Progress::new(&Unobserved, &clock, String::new());
    let (live, then) = (shop.path("live.db"), shop.path("then.db"));
    let found = compare::differences(&Opener::default(), &live, &then, None, &mut progress).unwrap();
    assert_eq!(found.tables[0].changed, 201);
    shop
}

library_benchmark_group!(name = hot, benchmarks = [snapshot, preview]);
main!(library_benchmark_groups = hot);
