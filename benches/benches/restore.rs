//! Restore: a file into a live database, behind a verified safeguard and with everything checked, beside what others do
//! without.
#![expect(clippy::disallowed_methods, reason = "it makes and removes files of its own")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up ends")]

use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use omnicraft_benches::business::{Business, sizes};
use omnicraft_benches::contest::{Contest, Timed, at_once, timed};
use omnicraft_benches::engine::{self, Home};
use omnicraft_benches::peers;
use omnicraft_core::event::Source;
use omnicraft_fixtures::Size;
use rusqlite::Connection;

fn benchmark(criterion: &mut Criterion) {
    for (name, size) in sizes() {
        restores(criterion, (name, size), &Business::new(size));
    }
}

fn restores(criterion: &mut Criterion, (name, size): (&str, Size), business: &Business) {
    const SNAPSHOT: &str = "engine: a snapshot of its own; check, safeguard, swap, check";
    const FILE: &str = "engine: a file from outside, checked in full besides";
    const RENAME: &str = "cp + fsync + rename";
    let (from, live, new) = (business.path(), business.beside("live.db"), business.beside("new.db"));
    business.copy_to(&live);
    let mut home = Home::with(business);
    home.start();
    let (snapshot, books) = (home.newest(), home.live());
    let home = RefCell::new(home);
    let outside = || Source::File(from.to_str().unwrap().into());
    let rename = || {
        peers::copy(&from, &new);
        fs::rename(&new, &live).unwrap();
    };
    let (who, yardstick): (&str, Timed<'_>) = match peers::has("sqlite3") {
        true => ("sqlite3 .restore", at_once(|| peers::shell_restore(&live, &from))),
        false => (RENAME, at_once(rename)),
    };
    let group = format!("restore of one .db, {name}");
    let mut contest = Contest::new(criterion, ("restore", &group), business.bytes, (who, yardstick));
    contest.against(RENAME, at_once(rename));
    contest.against(SNAPSHOT, timed(|| sell(&books), || home.borrow_mut().restore(Source::Snapshot(snapshot))));
    contest.against(FILE, timed(|| sell(&books), || home.borrow_mut().restore(outside())));
    if size != Size::Small {
        contest.goal(SNAPSHOT, "sqlite3 .restore", 0.6).goal(FILE, "sqlite3 .restore", 0.6);
    }
    contest.finish();
}

/// Changes the live database, so that what is replaced is not known from before.
fn sell(books: &Path) {
    let sql = "UPDATE clients SET note = hex(randomblob(4)) WHERE id = (SELECT max(id) FROM clients)";
    Connection::open(books).unwrap().execute(sql, []).unwrap();
}

criterion_group! {
    name = restoring;
    config = engine::criterion(Duration::from_secs(2));
    targets = benchmark
}
criterion_main!(restoring);
